#include "apply.h"

#include "../tensor/interrupt.h"
#include "run.h"

/* ---- the stack of interpreters: Note [Interpreters] ---- */

static rl_interpreter evaluator = {.apply = rl_run};
static rl_interpreter *topmost = &evaluator; /* of the stack as the host left it */
static rl_interpreter *top = &evaluator;     /* which takes the next call */

void rl_push_interpreter(rl_interpreter *interpreter) {
    interpreter->below = top;
    top = topmost = interpreter;
}

void rl_pop_interpreter(rl_interpreter *interpreter) { top = topmost = interpreter->below; }

void rl_reset_interpreters(void) { top = topmost; }

int rl_is_followed(rl_tensor *x) {
    for (const rl_interpreter *one = top; one; one = one->below)
        if (one->follows && one->follows(x)) return 1;
    return 0;
}

rl_status rl_apply_below(const rl_interpreter *self, rl_call *call) {
    rl_interpreter *before = top;
    top = self->below;
    rl_status status = top->apply(top, call);
    top = before;
    return status;
}

rl_interpreter *rl_enter_below(const rl_interpreter *self) {
    rl_interpreter *before = top;
    top = self->below;
    return before;
}

void rl_leave_below(rl_interpreter *before) { top = before; }

/* ---- calls ---- */

static rl_status check_defined(const rl_call *call) {
    for (int k = 0; k < call->n_in; k++)
        if (call->in[k] && !call->in[k]->storage)
            return rl_fail("%s() was given an undefined tensor (such as the $grad of a tensor that has none yet)", call->op->name);
    return RL_OK;
}

rl_status rl_apply(rl_call *call) {
    RL_TRY(check_defined(call));
    if (call->op->compose && !(call->op->traits & RL_REPLACES_STORAGE)) return call->op->compose(call);
    call->n_out = 0;
    call->result.n_out = -1;
    int before = call->inplace ? rl_set_listening(0) : 0; /* nothing is left half written: Note [Interrupts] */
    rl_status status = top->apply(top, call);
    if (call->inplace) rl_set_listening(before);
    return rl_failing() ? RL_FAILED : status;
}

static rl_tensor *apply_one(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in, int in_place) {
    rl_call call;
    rl_tensor *given[RL_FEW_INPUTS], **copied = given;
    if (rl_failing()) return NULL;
    if (n_in > RL_FEW_INPUTS && !(copied = rl_scope_memory((size_t)n_in, sizeof *copied))) return NULL;
    for (int k = 0; k < n_in; k++) copied[k] = in[k];
    call.op = op;
    call.args = args ? *args : RL_ARGS_NONE;
    call.n_in = n_in;
    call.in = copied;
    call.inplace = in_place ? copied[0] : NULL;
    return rl_apply(&call) == RL_OK ? call.out[0] : NULL;
}

rl_tensor *rl_apply_to(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in) { return apply_one(op, args, n_in, in, 0); }

rl_tensor *rl_apply_in_place(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in) { return apply_one(op, args, n_in, in, 1); }

rl_status rl_reserve_many_outputs(rl_call *call) {
    call->out = rl_scope_memory(2 * (size_t)call->n_out, sizeof *call->out);
    call->y = call->out + call->n_out;
    return call->out ? RL_OK : RL_FAILED;
}

rl_status rl_set_result(rl_call *call, int n_out, rl_tensor *const *out) {
    RL_TRY(rl_reserve_outputs(call, n_out));
    for (int k = 0; k < n_out; k++) {
        if (!out[k]) return RL_FAILED;
        call->out[k] = call->y[k] = out[k];
    }
    return RL_OK;
}
