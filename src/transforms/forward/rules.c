#include <string.h>

#include "../autograd/engine.h"
#include "forward.h"

/* ---- which rule: Note [Forward rules] ---- */

/* Linear in all floating inputs at once. */
static const rl_op *const linear_ops[] = {
    &rl_op_alias,
    &rl_op_cat,
    &rl_op_clone,
    &rl_op_col2im,
    &rl_op_contiguous,
    &rl_op_cumsum,
    &rl_op_dense_copy,
    &rl_op_diag,
    &rl_op_diag_embed,
    &rl_op_diagflat,
    &rl_op_diagonal,
    &rl_op_embedding,
    &rl_op_expand,
    &rl_op_flatten,
    &rl_op_flip,
    &rl_op_gather,
    &rl_op_im2col,
    &rl_op_index,
    &rl_op_index_add,
    &rl_op_index_select,
    &rl_op_masked_select,
    &rl_op_mean,
    &rl_op_movedim,
    &rl_op_narrow,
    &rl_op_permute,
    &rl_op_put_along,
    &rl_op_repeat,
    &rl_op_reshape,
    &rl_op_reshape_alias,
    &rl_op_roll,
    &rl_op_rot90,
    &rl_op_scatter_add,
    &rl_op_select,
    &rl_op_slice,
    &rl_op_split,
    &rl_op_split_with_sizes,
    &rl_op_squeeze,
    &rl_op_stack,
    &rl_op_sum,
    &rl_op_sum_to_size,
    &rl_op_t,
    &rl_op_take,
    &rl_op_take_along,
    &rl_op_to_dtype,
    &rl_op_transpose,
    &rl_op_tril,
    &rl_op_triu,
    &rl_op_unbind,
    &rl_op_unfold,
    &rl_op_unsqueeze,
    &rl_op_unsafe_view,
    &rl_op_view,
};
/* Linear in each input, the others held. */
static const rl_op *const multilinear_ops[] = {&rl_op_mm, &rl_op_bmm, &rl_op_mv, &rl_op_dot, &rl_op_vdot, &rl_op_batched_mm};

#define COUNT(list) (sizeof(list) / sizeof *(list))

static int is_among(const rl_op *op, const rl_op *const *list, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (list[k] == op) return 1;
    return 0;
}

static int is_diagonal(const rl_op *op) {
    if (op == &rl_op_masked_scatter || op == &rl_op_index_put) return 0;
    return (op->traits & RL_BROADCASTS && op->traits & RL_ELEMENTWISE) || op == &rl_op_softmax;
}

/* ---- linear ---- */

static rl_status apply_to_tangents(const rl_call *call, const rl_args *given, rl_tensor **in, rl_tensor **dy) {
    rl_call linear;
    linear.op = call->op;
    linear.args = *given;
    linear.n_in = call->n_in;
    linear.in = in;
    linear.inplace = NULL;
    RL_TRY(rl_apply(&linear));
    for (int k = 0; k < linear.n_out; k++) {
        if (!rl_dtype_is_floating((rl_dtype)linear.out[k]->dtype)) continue;
        rl_tensor *sum = dy[k] ? rl_add(dy[k], linear.out[k]) : linear.out[k];
        if (!(dy[k] = sum)) return RL_FAILED;
    }
    return RL_OK;
}

static rl_status linear_rule(const rl_call *call, const rl_args *given, rl_tensor *const *t, rl_tensor **dy) {
    rl_tensor **in = rl_scope_memory((size_t)call->n_in, sizeof *in);
    if (!in) return RL_FAILED;
    for (int k = 0; k < call->n_in; k++) {
        rl_tensor *x = call->in[k];
        in[k] = t[k] ? t[k] : x;
        if (!t[k] && x && rl_dtype_is_floating((rl_dtype)x->dtype) && !(in[k] = rl_zeros((rl_dtype)x->dtype, x->ndim, x->sizes))) return RL_FAILED;
    }
    return apply_to_tangents(call, given, in, dy);
}

static rl_status multilinear_rule(const rl_call *call, const rl_args *given, rl_tensor *const *t, rl_tensor **dy) {
    for (int k = 0; k < call->n_in; k++) {
        if (!t[k]) continue;
        rl_tensor **in = rl_scope_memory((size_t)call->n_in, sizeof *in);
        if (!in) return RL_FAILED;
        for (int i = 0; i < call->n_in; i++) in[i] = i == k ? t[k] : call->in[i];
        RL_TRY(apply_to_tangents(call, given, in, dy));
    }
    return RL_OK;
}

/* ---- by the vjp ---- */

typedef struct {
    rl_vjp v;
    rl_tensor **dx;
} derivative;

static rl_status prepare(const rl_call *call, derivative *d) {
    rl_signature *signatures = rl_scope_memory((size_t)(call->n_in + call->n_out), sizeof *signatures);
    rl_tensor **values = rl_scope_memory((size_t)(call->n_in + call->n_out), sizeof *values);
    uint8_t *needs = rl_scope_memory((size_t)call->n_in + 1, sizeof *needs);
    if (!signatures || !values || !needs) return RL_FAILED;
    for (int k = 0; k < call->n_in; k++) signatures[k] = call->in[k] ? rl_signature_of(call->in[k]) : (rl_signature){.dtype = RL_NO_DTYPE};
    for (int k = 0; k < call->n_out; k++) signatures[call->n_in + k] = rl_signature_of(call->out[k]);
    memset(values, 0, (size_t)(call->n_in + call->n_out) * sizeof *values);
    memset(needs, 0, (size_t)call->n_in + 1);
    d->dx = values;
    d->v = (rl_vjp){.args = &call->args, .n_in = call->n_in, .n_out = call->n_out, .in = signatures, .out = signatures + call->n_in};
    d->v.x = call->in;
    d->v.y = call->out;
    d->v.g = values + call->n_in;
    d->v.needs = needs;
    d->v.dx = values;
    return RL_OK;
}

/* One input at a time: each output's element depends on its like alone, so a gradient's way back is a tangent's way there. */
static rl_status diagonal_rule(const rl_call *call, rl_tensor *const *t, rl_tensor **dy, int *fits) {
    const rl_tensor *y = call->out[0];
    for (int k = 0; k < call->n_in; k++) {
        derivative d;
        if (!t[k]) continue;
        RL_TRY(prepare(call, &d));
        ((uint8_t *)d.v.needs)[k] = 1;
        rl_tensor *along = rl_to_dtype(t[k], (rl_dtype)y->dtype);
        if (along && !rl_same_sizes(along, y)) along = rl_expand_to(along, y->ndim, y->sizes);
        if (!(d.v.g[0] = along)) return RL_FAILED;
        call->op->vjp(&d.v);
        if (rl_failing()) return RL_FAILED;
        rl_tensor *term = d.dx[k];
        if (!term) continue;
        if (!rl_same_sizes(term, y)) return *fits = 0, RL_OK;
        term = rl_to_dtype(term, (rl_dtype)y->dtype);
        if (!term || !(dy[0] = dy[0] ? rl_add(dy[0], term) : term)) return RL_FAILED;
    }
    return RL_OK;
}

/* The gradients that the vjp is given, as leaves to differentiate by. */
static rl_status make_cotangents(const rl_call *call, derivative *d, int *n, rl_tensor **leaves, int *output) {
    for (int k = 0; k < call->n_out; k++) {
        const rl_tensor *y = call->out[k];
        if (!rl_dtype_is_floating((rl_dtype)y->dtype)) continue;
        rl_tensor *leaf = rl_zeros((rl_dtype)y->dtype, y->ndim, y->sizes);
        if (!leaf) return RL_FAILED;
        RL_TRY(rl_set_requires_grad(leaf, 1));
        output[*n] = k;
        leaves[(*n)++] = d->v.g[k] = leaf;
    }
    return RL_OK;
}

static rl_status transposed_rule(const rl_call *call, rl_tensor *const *t, rl_tensor **dy, int create_graph) {
    derivative d;
    int n = 0, n_roots = 0, *output = rl_scope_memory((size_t)call->n_out, sizeof *output);
    rl_tensor **leaves = rl_scope_memory((size_t)call->n_out, sizeof *leaves), **found = rl_scope_memory((size_t)call->n_out, sizeof *found);
    rl_tensor **roots = rl_scope_memory((size_t)call->n_in, sizeof *roots), **along = rl_scope_memory((size_t)call->n_in, sizeof *along);
    if (!output || !leaves || !found || !roots || !along) return RL_FAILED;
    RL_TRY(prepare(call, &d));
    RL_TRY(make_cotangents(call, &d, &n, leaves, output));
    for (int k = 0; k < call->n_in; k++) ((uint8_t *)d.v.needs)[k] = t[k] != NULL;
    call->op->vjp(&d.v);
    if (rl_failing()) return RL_FAILED;
    for (int k = 0; k < call->n_in; k++) {
        rl_tensor *dx = d.dx[k];
        if (!t[k] || !dx) continue;
        if (!rl_same_sizes(dx, call->in[k])) dx = rl_sum_to_size(dx, call->in[k]->ndim, call->in[k]->sizes);
        if (!dx) return RL_FAILED;
        if (!rl_requires_grad(dx)) continue;
        along[n_roots] = t[k];
        roots[n_roots++] = dx;
    }
    if (!n_roots) return RL_OK;
    memset(found, 0, (size_t)call->n_out * sizeof *found);
    rl_backward_call pass = {.n_roots = n_roots, .roots = roots, .gradients = along, .keep_graph = 1, .create_graph = create_graph};
    pass.n_inputs = n;
    pass.inputs = leaves;
    pass.captured = found;
    RL_TRY(rl_backward(&pass));
    for (int k = 0; k < n; k++) dy[output[k]] = found[k];
    return RL_OK;
}

rl_status rl_forward_rule(const rl_call *call, const rl_args *given, rl_tensor *const *t, rl_tensor **dy) {
    const rl_op *op = call->op;
    if (is_among(op, linear_ops, COUNT(linear_ops))) return linear_rule(call, given, t, dy);
    if (is_among(op, multilinear_ops, COUNT(multilinear_ops))) return multilinear_rule(call, given, t, dy);
    int fits = is_diagonal(op) && call->n_out == 1;
    if (fits) RL_TRY(diagonal_rule(call, t, dy, &fits));
    if (fits) return RL_OK;
    int recording = rl_set_grad_enabled(1);
    memset(dy, 0, (size_t)call->n_out * sizeof *dy);
    rl_status status = transposed_rule(call, t, dy, recording);
    rl_set_grad_enabled(recording);
    return status;
}
