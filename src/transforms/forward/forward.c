#include "forward.h"

#include <stdlib.h>
#include <string.h>

#include "../../tensor/faults.h"

/* ---- tangents: Note [Tangents] ---- */

struct rl_forward {
    rl_interpreter interpreter;
    int64_t level;
    rl_tensor **graphed; /* counted: those whose tangents are part of a graph */
    size_t n_graphed, room;
};

static rl_forward *innermost;
static int64_t levels_begun;

static rl_tensor *own_tangent(const rl_tensor *x, int64_t level) {
    for (rl_tangent *one = x->autograd ? x->autograd->tangents : NULL; one; one = one->next)
        if (one->level == level) return one->tensor;
    return NULL;
}

static rl_tensor *base_of(const rl_tensor *x) {
    rl_tensor *base = x->autograd ? x->autograd->base : NULL;
    return base && base->storage == x->storage ? base : NULL;
}

static rl_tensor *tangent_of(rl_tensor *x, int64_t level) {
    rl_tensor *own = own_tangent(x, level), *base = base_of(x);
    if (own || !base || !own_tangent(base, level)) return own;
    int64_t room[2 * RL_MAX_DIMS];
    rl_args args = rl_strided_args(base, x, room);
    return rl_apply_to(&rl_op_strided_gather, &args, 1, (rl_tensor *[]){own_tangent(base, level)});
}

/* A tangent in a graph may hold, by what its nodes saved, the tensor that it is the tangent of: the level parts them when it ends. */
static rl_status set_tangent(rl_forward *self, rl_tensor *x, rl_tensor *t) {
    RL_TRY(rl_set_tangent(x, self->level, t));
    if (!t || !(rl_requires_grad(t) || rl_forward_follows(t))) return RL_OK;
    if (self->n_graphed == self->room) {
        size_t room = self->room ? 2 * self->room : 64;
        rl_tensor **graphed = realloc(self->graphed, room * sizeof *graphed);
        if (!graphed) return rl_fail_memory((double)room * sizeof *graphed);
        self->graphed = graphed;
        self->room = room;
    }
    self->graphed[self->n_graphed++] = rl_retain(x);
    return RL_OK;
}

static void part_graphed(rl_forward *self) {
    for (size_t k = 0; k < self->n_graphed; k++) {
        rl_set_tangent(self->graphed[k], self->level, NULL);
        rl_release(self->graphed[k]);
    }
    free(self->graphed);
}

/* Where autograd saved the output to differentiate by it, the tangent goes with it. */
static rl_status set_saved(rl_forward *self, rl_tensor *x, rl_tensor *t) {
    rl_node *node = x->autograd->node;
    if (!node || node->released) return RL_OK;
    rl_saved *saved = &node->saved[node->n_in + x->autograd->output_nr];
    return saved->tensor && saved->tensor != x ? set_tangent(self, saved->tensor, t) : RL_OK;
}

static rl_status give_tangent(rl_forward *self, rl_tensor *x, rl_tensor *t) {
    const int64_t level = self->level;
    rl_tensor *base = base_of(x);
    if (!base) {
        if (!t && !own_tangent(x, level)) return RL_OK;
        RL_TRY(set_tangent(self, x, t));
        return set_saved(self, x, t);
    }
    rl_tensor *before = own_tangent(base, level);
    if (!before && !t) return RL_OK;
    if (!before) before = rl_zeros((rl_dtype)base->dtype, base->ndim, base->sizes);
    if (!t) t = rl_zeros((rl_dtype)x->dtype, x->ndim, x->sizes);
    int64_t room[2 * RL_MAX_DIMS];
    rl_args args = rl_strided_args(base, x, room);
    rl_tensor *replaced = before && t ? rl_apply_to(&rl_op_strided_replace, &args, 2, (rl_tensor *[]){before, t}) : NULL;
    return replaced ? set_tangent(self, base, replaced) : RL_FAILED;
}

/* ---- the interpreter ---- */

static rl_status apply(rl_interpreter *interpreter, rl_call *call);

static rl_forward *outer_level(const rl_forward *level) {
    rl_interpreter *below = level->interpreter.below;
    return below->apply == apply ? (rl_forward *)below : NULL;
}

static int any_tangent(const rl_call *call, int64_t level) {
    for (int k = 0; k < call->n_in; k++) {
        rl_tensor *x = call->in[k];
        if (x && x->autograd && (own_tangent(x, level) || (base_of(x) && own_tangent(base_of(x), level)))) return 1;
    }
    return 0;
}

static rl_status gather_tangents(const rl_call *call, int64_t level, rl_tensor ***tangents) {
    rl_tensor **t = *tangents = rl_scope_memory((size_t)call->n_in, sizeof *t);
    if (!t) return RL_FAILED;
    for (int k = 0; k < call->n_in; k++) t[k] = call->in[k] && rl_dtype_is_floating((rl_dtype)call->in[k]->dtype) ? tangent_of(call->in[k], level) : NULL;
    return rl_failing() ? RL_FAILED : RL_OK;
}

static int shares_memory(const rl_call *call, const rl_tensor *out) { return (call->op->traits & RL_IS_VIEW) && base_of(out); }

static rl_status compute(rl_forward *self, rl_call *call, rl_tensor **t, const rl_args *given) {
    rl_tensor **dy = rl_scope_memory((size_t)call->n_out + 1, sizeof *dy);
    if (!dy) return RL_FAILED;
    memset(dy, 0, (size_t)call->n_out * sizeof *dy);
    RL_TRY(rl_forward_rule(call, given, t, dy));
    for (int k = 0; k < call->n_out; k++) {
        if (!dy[k] || shares_memory(call, call->out[k])) continue;
        rl_tensor *dense = rl_to_dtype(dy[k], (rl_dtype)call->out[k]->dtype);
        if (!dense || (!rl_is_dense(dense) && !(dense = rl_clone(dense)))) return RL_FAILED;
        RL_TRY(give_tangent(self, call->out[k], dense));
    }
    return RL_OK;
}

static rl_status apply_dual(rl_forward *self, rl_call *call) {
    rl_tensor **t;
    rl_args given = call->args;
    RL_TRY(rl_infer(call));
    rl_interpreter *before = rl_enter_below(&self->interpreter);
    rl_status status = gather_tangents(call, self->level, &t);
    rl_leave_below(before);
    RL_TRY(status);
    RL_TRY(rl_apply_below(&self->interpreter, call));
    if (!call->op->vjp) return RL_OK;
    before = rl_enter_below(&self->interpreter);
    status = compute(self, call, t, &given);
    rl_leave_below(before);
    return status;
}

/* Beside, then copied in: what the op overwrites is there for the rule to read. */
static rl_status apply_in_place(rl_forward *self, rl_call *call) {
    rl_call beside, write;
    rl_tensor *self_tensor = call->inplace;
    beside.op = call->op;
    beside.args = call->args;
    beside.n_in = call->n_in;
    beside.in = call->in;
    beside.inplace = NULL;
    beside.n_out = 0;
    beside.result.n_out = -1;
    RL_TRY(apply_dual(self, &beside));
    rl_tensor *value = beside.out[0];
    write.op = &rl_op_copy;
    write.args = RL_ARGS_NONE;
    write.n_in = 2;
    write.in = (rl_tensor *[]){self_tensor, value};
    write.inplace = self_tensor;
    write.n_out = 0;
    write.result.n_out = -1;
    RL_TRY(rl_apply_below(&self->interpreter, &write));
    rl_interpreter *before = rl_enter_below(&self->interpreter);
    rl_tensor *t = tangent_of(value, self->level);
    if (t && !rl_same_sizes(t, self_tensor)) t = rl_expand_to(t, self_tensor->ndim, self_tensor->sizes);
    if (t) t = rl_to_dtype(t, (rl_dtype)self_tensor->dtype);
    rl_status status = rl_failing() ? RL_FAILED : give_tangent(self, self_tensor, t);
    rl_leave_below(before);
    RL_TRY(status);
    return rl_set_result(call, 1, &self_tensor);
}

static rl_status apply(rl_interpreter *interpreter, rl_call *call) {
    rl_forward *self = (rl_forward *)interpreter;
    if (!any_tangent(call, self->level)) return rl_apply_below(interpreter, call);
    if (call->op->traits & RL_REPLACES_STORAGE)
        return rl_fail("%s() would change the memory of a tensor that jvp() follows; use $clone() first", call->op->name);
    if (!call->inplace) return apply_dual(self, call);
    if (!(call->op->traits & RL_IS_VIEW)) return apply_in_place(self, call);
    return rl_fail("%s_() changes the shape of a tensor in place, which jvp() does not follow; use %s()", call->op->name, call->op->name);
}

int rl_forward_follows(rl_tensor *x) {
    const rl_tensor *base = base_of(x);
    for (rl_forward *one = innermost; one; one = outer_level(one))
        if (own_tangent(x, one->level) || (base && own_tangent(base, one->level))) return 1;
    return 0;
}

/* ---- levels ---- */

rl_forward *rl_forward_begin(void) {
    rl_forward *level = malloc(sizeof *level);
    if (!level) {
        rl_fail_memory(sizeof *level);
        return NULL;
    }
    *level = (rl_forward){.interpreter = {.apply = apply, .follows = rl_forward_follows}, .level = ++levels_begun};
    rl_push_interpreter(&level->interpreter);
    return innermost = level;
}

void rl_forward_end(rl_forward *level) {
    innermost = outer_level(level);
    rl_pop_interpreter(&level->interpreter);
    part_graphed(level);
    free(level);
}

rl_tensor *rl_forward_dual(rl_tensor *x, rl_tensor *t) {
    if (!innermost) {
        rl_fail("no jvp() is running");
        return NULL;
    }
    rl_tensor *dual = rl_clone(x);
    return dual && set_tangent(innermost, dual, t) == RL_OK ? dual : NULL;
}

rl_tensor *rl_forward_tangent(rl_tensor *y) {
    if (!innermost) return NULL;
    rl_interpreter *before = rl_enter_below(&innermost->interpreter);
    rl_tensor *t = tangent_of(y, innermost->level);
    rl_leave_below(before);
    return t;
}
