#include "apply.h"

#include <string.h>

#include "../tensor/interrupt.h"
#include "basis.h"

int rl_views_untracked;

int rl_can_be_stolen(const rl_tensor *tensor) { return tensor->refs == 1 && !tensor->autograd && tensor->storage->refs == 1 && rl_is_contiguous(tensor); }

/* ---- what infer says ---- */

rl_status rl_set_outputs(rl_call *call, int n_out) {
    call->n_out = n_out;
    if (n_out <= 2) {
        call->out = call->few + 4;
        call->y = call->few + 6;
    } else {
        call->out = rl_scope_memory(2 * (size_t)n_out, sizeof *call->out);
        if (!call->out) return RL_FAILED;
        call->y = call->out + n_out;
    }
    memset(call->out, 0, (size_t)n_out * sizeof *call->out);
    memset(call->y, 0, (size_t)n_out * sizeof *call->y);
    return RL_OK;
}

static int same_geometry(const rl_tensor *a, const rl_tensor *b) {
    return a->offset == b->offset && rl_same_sizes(a, b) && (a->ndim == 0 || memcmp(a->strides, b->strides, a->ndim * sizeof *a->strides) == 0);
}

/* Writing over an input that is yet to be read: safe only element by element. */
static int writes_over_operand(const rl_call *call) {
    for (int k = 0; k < call->n_in; k++) {
        const rl_tensor *x = call->x[k];
        if (!x || x->storage != call->inplace->storage) continue;
        if (!(call->op->traits & RL_IN_STEP) || !same_geometry(x, call->inplace)) return 1;
    }
    return 0;
}

rl_status rl_output(rl_call *call, int k, rl_dtype dtype, rl_dtype computed, int ndim, const int64_t *sizes) {
    if (k == 0 && call->inplace) {
        rl_tensor *self = call->inplace;
        if (self->ndim != ndim || (ndim && memcmp(self->sizes, sizes, (size_t)ndim * sizeof *sizes) != 0))
            return rl_fail("the result of %s_() has shape %s, and the tensor to hold it has shape %s", call->op->name, rl_sizes_text(ndim, sizes),
                           rl_sizes_text(self->ndim, self->sizes));
        if (!rl_dtype_can_cast(dtype, (rl_dtype)self->dtype))
            return rl_fail("the result of %s_() is %s, which does not fit into a %s tensor", call->op->name, rl_dtype_name(dtype),
                           rl_dtype_name((rl_dtype)self->dtype));
        call->out[0] = self;
        call->y[0] = (rl_dtype)self->dtype == computed && !writes_over_operand(call) ? self : rl_tensor_new(computed, ndim, sizes);
    } else {
        call->out[k] = rl_tensor_new(dtype, ndim, sizes);
        call->y[k] = computed == dtype ? call->out[k] : rl_tensor_new(computed, ndim, sizes);
    }
    return call->out[k] && call->y[k] ? RL_OK : RL_FAILED;
}

rl_status rl_output_is(rl_call *call, int k, rl_tensor *made) {
    call->out[k] = call->y[k] = made;
    return made ? RL_OK : RL_FAILED;
}

rl_status rl_read_as(rl_call *call, int k, rl_dtype dtype) {
    rl_tensor *in = call->in[k];
    if (!in || (rl_dtype)in->dtype == dtype) return RL_OK;
    rl_tensor *copy = rl_tensor_new_like(in, dtype);
    if (!copy) return RL_FAILED;
    call->x[k] = copy;
    return rl_copy_data(copy, in);
}

rl_status rl_set_result(rl_call *call, int n_out, rl_tensor *const *out) {
    RL_TRY(rl_set_outputs(call, n_out));
    for (int k = 0; k < n_out; k++) {
        if (!out[k]) return RL_FAILED;
        call->out[k] = call->y[k] = out[k];
    }
    return RL_OK;
}

/* ---- the node ---- */

static rl_status check_in_place(const rl_call *call) {
    rl_tensor *self = call->inplace;
    int is_view = call->op->traits & RL_IS_VIEW;
    if (!is_view && rl_overlaps_itself(self))
        return rl_fail("%s_() would write some elements of an expanded tensor more than once; use $clone() first", call->op->name);
    if (!rl_grad_enabled() || !self->autograd) return RL_OK;
    rl_tensor *base = self->autograd->base;
    if (!is_view && base && rl_requires_grad(base) && rl_is_leaf(base))
        return rl_fail("%s_() would change a view of a leaf that requires gradients; do it within with_no_grad(), or on a copy", call->op->name);
    if (rl_requires_grad(self) && rl_is_leaf(self))
        return rl_fail("%s_() would change a leaf that requires gradients; do it within with_no_grad(), or on a copy", call->op->name);
    return RL_OK;
}

/* What an in-place op is about to overwrite is saved as a copy that stands where the original stood in the graph. */
static rl_tensor *snapshot(rl_tensor *tensor) {
    rl_tensor *copy = rl_tensor_new((rl_dtype)tensor->dtype, tensor->ndim, tensor->sizes);
    if (!copy || rl_copy_data(copy, tensor) != RL_OK) return NULL;
    if (!rl_requires_grad(tensor)) return copy;
    if (!rl_autograd_of(copy)) return NULL;
    rl_set_history(copy, tensor->autograd->node, tensor->autograd->output_nr);
    return copy;
}

static unsigned saved_mask(const rl_call *call) {
    unsigned mask = 0;
    for (int k = 0; k < call->n_in; k++)
        if (call->in[k] && rl_requires_grad(call->in[k])) mask |= call->op->saves[k < 3 ? k : 3];
    return mask;
}

static rl_status save_inputs(const rl_call *call, rl_node *node, unsigned mask) {
    for (int k = 0; k < call->n_in; k++) {
        rl_tensor *in = call->in[k];
        if (!in || !(mask & (unsigned)X(k < 3 ? k : 3))) continue;
        if (call->inplace && in->storage == call->inplace->storage) in = snapshot(in);
        if (!in) return RL_FAILED;
        RL_TRY(rl_save(node, k, in));
    }
    return RL_OK;
}

rl_status rl_rebase(rl_tensor *view) {
    rl_tensor *base = view->autograd->base;
    rl_node *node = rl_slice_replaced_node(base, view);
    if (!node || !rl_autograd_of(base)) return RL_FAILED;
    rl_set_history(base, node, 0);
    rl_node_release(node);
    view->autograd->seen_version = view->storage->version - 1;
    return RL_OK;
}

static int any_floating(const rl_call *call) {
    for (int k = 0; k < call->n_out; k++)
        if (rl_dtype_is_floating((rl_dtype)call->out[k]->dtype)) return 1;
    return 0;
}

static rl_status connect(const rl_call *call, rl_node *node) {
    for (int k = 0; k < call->n_out; k++) {
        rl_tensor *out = call->out[k];
        if (!rl_dtype_is_floating((rl_dtype)out->dtype)) continue;
        if (!rl_autograd_of(out)) return RL_FAILED;
        rl_set_history(out, node, k);
        if (out->autograd->base) out->autograd->seen_version = out->storage->version;
    }
    if (call->inplace && call->inplace->autograd->base && !(call->op->traits & RL_IS_VIEW)) return rl_rebase(call->inplace);
    return RL_OK;
}

static rl_status set_base(rl_tensor *view, rl_tensor *source) {
    rl_autograd *autograd = rl_autograd_of(view);
    if (!autograd) return RL_FAILED;
    autograd->base = rl_retain(source->autograd && source->autograd->base ? source->autograd->base : source);
    autograd->seen_version = view->storage->version;
    return RL_OK;
}

static rl_status remember_base(const rl_call *call) {
    for (int k = 0; k < call->n_out; k++)
        if (call->out[k] != call->in[0]) RL_TRY(set_base(call->out[k], call->in[0]));
    return RL_OK;
}

rl_tensor *rl_plain_view(rl_tensor *x, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    rl_tensor *view = rl_tensor_view(x, ndim, sizes, strides, offset);
    return view && set_base(view, x) == RL_OK ? view : NULL;
}

/* A view in place: the values stay where they are, and what was saved of the tensor's old shape is out of date. */
static rl_status take_geometry(rl_call *call) {
    rl_tensor *view = call->out[0];
    RL_TRY(rl_tensor_reshape_in_place(call->inplace, NULL, view->ndim, view->sizes, view->strides, view->offset));
    call->out[0] = call->y[0] = call->inplace;
    return RL_OK;
}

static int is_tracked(const rl_call *call) {
    if (!rl_grad_enabled() || !call->op->vjp) return 0;
    for (int k = 0; k < call->n_in; k++)
        if (call->in[k] && rl_requires_grad(call->in[k])) return 1;
    return 0;
}

static rl_status check_defined(const rl_call *call) {
    for (int k = 0; k < call->n_in; k++)
        if (call->in[k] && !call->in[k]->storage)
            return rl_fail("%s() was given an undefined tensor (such as the $grad of a tensor that has none yet)", call->op->name);
    return RL_OK;
}

static rl_status run(rl_call *call, rl_node **node, int tracked) {
    const rl_op *op = call->op;
    unsigned mask = 0;
    RL_TRY(op->infer(call));
    tracked = tracked && any_floating(call);
    if (tracked) {
        *node = rl_node_new(op, call->n_in, call->in, call->n_out, call->out, &call->args);
        if (!*node) return RL_FAILED;
        (*node)->variant = (int16_t)call->variant;
        mask = saved_mask(call);
        RL_TRY(save_inputs(call, *node, mask));
    }
    if (op->forward) RL_TRY(op->forward(call));
    for (int k = 0; k < call->n_out; k++)
        if (call->y[k] != call->out[k]) RL_TRY(rl_copy_data(call->out[k], call->y[k]));
    if (call->inplace && (op->traits & RL_IS_VIEW)) RL_TRY(take_geometry(call));
    if (call->inplace) call->inplace->storage->version++;
    if ((op->traits & RL_IS_VIEW) && !rl_views_untracked) RL_TRY(remember_base(call));
    if (!tracked) return RL_OK;
    for (int k = 0; k < call->n_out; k++)
        if (mask & (unsigned)Y(k)) RL_TRY(rl_save(*node, call->n_in + k, call->out[k]));
    return connect(call, *node);
}

static rl_status apply(rl_call *call) {
    rl_node *node = NULL;
    RL_TRY(check_defined(call));
    if (call->op->compose) return call->op->compose(call);
    if (call->n_in <= 4) {
        call->x = call->few;
    } else {
        call->x = rl_scope_memory((size_t)call->n_in, sizeof *call->x);
        if (!call->x) return RL_FAILED;
    }
    memcpy(call->x, call->in, (size_t)call->n_in * sizeof *call->x);
    if (call->inplace) RL_TRY(check_in_place(call));
    rl_status status = run(call, &node, is_tracked(call));
    rl_node_release(node);
    return rl_failing() ? RL_FAILED : status;
}

/* Nothing is left half written: Note [Interrupts] */
static rl_status apply_unheeding(rl_call *call) {
    int before = rl_set_listening(0);
    rl_status status = apply(call);
    rl_set_listening(before);
    return status;
}

rl_status rl_apply(rl_call *call) { return call->inplace ? apply_unheeding(call) : apply(call); }

static rl_tensor *apply_one(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in, int in_place) {
    rl_call call;
    rl_tensor *given[4], **copied = given;
    if (rl_failing()) return NULL;
    if (n_in > 4 && !(copied = rl_scope_memory((size_t)n_in, sizeof *copied))) return NULL;
    memcpy(copied, in, (size_t)n_in * sizeof *in);
    call.op = op;
    call.args = args ? *args : RL_ARGS_NONE;
    call.n_in = n_in;
    call.n_out = 0;
    call.variant = 0;
    call.in = copied;
    call.inplace = in_place ? copied[0] : NULL;
    return rl_apply(&call) == RL_OK ? call.out[0] : NULL;
}

rl_tensor *rl_apply_to(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in) { return apply_one(op, args, n_in, in, 0); }

rl_tensor *rl_apply_in_place(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in) { return apply_one(op, args, n_in, in, 1); }
