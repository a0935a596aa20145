#include "record.h"

#include "../../kernels/copy.h"

int rl_views_untracked;

int rl_can_be_stolen(const rl_tensor *tensor) { return tensor->refs == 1 && !tensor->autograd && tensor->storage->refs == 1 && rl_is_contiguous(tensor); }

/* ---- what a graph does not allow ---- */

static rl_status check_in_place(const rl_call *call) {
    rl_tensor *self = call->inplace;
    if (!rl_grad_enabled() || !self->autograd) return RL_OK;
    rl_tensor *base = self->autograd->base;
    if (!(call->op->traits & RL_IS_VIEW) && base && rl_requires_grad(base) && rl_is_leaf(base))
        return rl_fail(
            "%s_() would change a view of a leaf that requires gradients (\"a leaf Variable that requires grad\"); do it within with_no_grad(), or on a copy",
            call->op->name);
    if (rl_requires_grad(self) && rl_is_leaf(self))
        return rl_fail("%s_() would change a leaf that requires gradients (\"a leaf Variable that requires grad\"); do it within with_no_grad(), or on a copy",
                       call->op->name);
    return RL_OK;
}

static rl_status check_storage(const rl_call *call) {
    if (rl_requires_grad(call->in[0]))
        return rl_fail("%s() would change the memory of a tensor that requires gradients; use $detach() or $clone() first", call->op->name);
    if (call->n_in > 1 && rl_requires_grad(call->in[1]))
        return rl_fail("%s() cannot share the memory of a tensor that requires gradients; use $detach() on it", call->op->name);
    return RL_OK;
}

static rl_status check_constants(const rl_call *call) {
    static const char *const ordinal[] = {"first", "second", "third"};
    for (int k = 0; k < call->n_in && k < 3; k++)
        if ((call->op->constants & SAVE_INPUT(k)) && rl_requires_grad(call->in[k]))
            return rl_fail("%s() has no derivative by its %s argument; use $detach() on it", call->op->name, ordinal[k]);
    return RL_OK;
}

/* ---- the node ---- */

/* What an in-place op is about to overwrite is saved as a copy that stands where the original stood in the graph. */
static rl_tensor *snapshot(rl_tensor *tensor) {
    rl_tensor *copy = rl_tensor_new((rl_dtype)tensor->dtype, tensor->ndim, tensor->sizes);
    if (!copy) return NULL;
    rl_copy_elements(copy, tensor);
    if (!rl_requires_grad(tensor)) return copy;
    if (!rl_autograd_of(copy)) return NULL;
    rl_set_history(copy, tensor->autograd->node, tensor->autograd->output_nr);
    return copy;
}

static int slot(int k) { return k < RL_SAVED_INPUTS - 1 ? k : RL_SAVED_INPUTS - 1; }

static unsigned saved_mask(const rl_call *call) {
    unsigned mask = 0;
    for (int k = 0; k < call->n_in; k++)
        if (call->in[k] && rl_requires_grad(call->in[k])) mask |= call->op->saves[slot(k)];
    return mask;
}

static rl_status save_inputs(const rl_call *call, rl_node *node, unsigned mask) {
    for (int k = 0; k < call->n_in; k++) {
        rl_tensor *in = call->in[k];
        if (!in || !(mask & SAVE_INPUT(slot(k)))) continue;
        if (call->inplace && in->storage == call->inplace->storage) in = snapshot(in);
        if (!in) return RL_FAILED;
        RL_TRY(rl_save(node, k, in));
    }
    return RL_OK;
}

rl_node *rl_slice_replaced_node(rl_tensor *base, rl_tensor *view) {
    int64_t room[2 * RL_MAX_DIMS];
    rl_args args = rl_strided_args(base, view, room);
    rl_signature signature = rl_signature_of(base);
    rl_node *node = rl_node_new(&rl_op_strided_replace, 2, (rl_tensor *[]){base, view}, 1, &signature, &args);
    if (node) node->variant = -1;
    return node;
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

static rl_status connect_call(const rl_call *call, rl_node *node) {
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

/* ---- views ---- */

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

/* ---- the interpreter ---- */

static int is_tracked(const rl_call *call) {
    if (!rl_grad_enabled() || !call->op->vjp) return 0;
    for (int k = 0; k < call->n_in; k++)
        if (call->in[k] && rl_requires_grad(call->in[k])) return 1;
    return 0;
}

/* An output that ought to have a gradient and cannot: integers and booleans pass none, complex numbers would. */
static rl_status check_no_complex(const rl_call *call) {
    for (int k = 0; k < call->result.n_out; k++) {
        const rl_dtype dtype = call->result.out[k].dtype;
        if (rl_dtype_is_complex(dtype)) return rl_fail("%s() gives %s, through which gradients do not pass yet", call->op->name, rl_dtype_name(dtype));
    }
    return RL_OK;
}

/* Only floating outputs have a gradient. */
static int any_floating(const rl_call *call) {
    if (call->inplace) return rl_dtype_is_floating((rl_dtype)call->inplace->dtype);
    for (int k = 0; k < call->result.n_out; k++)
        if (rl_dtype_is_floating(call->result.out[k].dtype)) return 1;
    return 0;
}

/* The node is there, and holds what the op may overwrite, before the op computes. */
static rl_status apply_tracked(rl_interpreter *self, rl_call *call, rl_node *node) {
    unsigned mask = saved_mask(call);
    RL_TRY(save_inputs(call, node, mask));
    RL_TRY(rl_apply_below(self, call));
    if ((call->op->traits & RL_IS_VIEW) && !rl_views_untracked) RL_TRY(remember_base(call));
    for (int k = 0; k < call->n_out && k < RL_SAVED_OUTPUTS; k++)
        if (mask & SAVE_OUTPUT(k)) RL_TRY(rl_save(node, call->n_in + k, call->out[k]));
    return connect_call(call, node);
}

static rl_status apply(rl_interpreter *self, rl_call *call) {
    const rl_op *op = call->op;
    if (op->traits & RL_REPLACES_STORAGE) RL_TRY(check_storage(call));
    if (call->inplace) RL_TRY(check_in_place(call));
    if (!is_tracked(call)) {
        RL_TRY(rl_apply_below(self, call));
        return (op->traits & RL_IS_VIEW) && !rl_views_untracked ? remember_base(call) : RL_OK;
    }
    if (op->constants) RL_TRY(check_constants(call));
    RL_TRY(rl_infer(call));
    RL_TRY(check_no_complex(call));
    if (!any_floating(call)) return rl_apply_below(self, call);
    rl_node *node = rl_node_of_call(call);
    if (!node) return RL_FAILED;
    rl_status status = apply_tracked(self, call, node);
    rl_node_release(node);
    return status;
}

static int follows(rl_tensor *x) { return rl_grad_enabled() && rl_requires_grad(x); }

void rl_autograd_start(void) {
    static rl_interpreter autograd = {.apply = apply, .follows = follows};
    rl_metadata_start();
    rl_push_interpreter(&autograd);
}
