#include "../kernels/copy.h"
#include "view.h"

/* ---- tril, triu: what lies on one side of a diagonal, zeros on the other ---- */

static rl_status infer_triangle(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    if (x->ndim < 2) return rl_fail("%s() needs a tensor of at least 2 dimensions; this one has %d", call->op->name, x->ndim);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, x->sizes);
}

static rl_status tril_forward(rl_call *call) {
    if (call->y[0] != call->x[0]) RL_TRY(rl_copy_data(call->y[0], call->x[0]));
    rl_zero_triangle(call->y[0], call->args.n[0], 0);
    return RL_OK;
}

static rl_status triu_forward(rl_call *call) {
    if (call->y[0] != call->x[0]) RL_TRY(rl_copy_data(call->y[0], call->x[0]));
    rl_zero_triangle(call->y[0], call->args.n[0], 1);
    return RL_OK;
}

VJP(tril) { GRADIENT(0, rl_apply_to(&rl_op_tril, v->args, 1, &GRAD)); }
VJP(triu) { GRADIENT(0, rl_apply_to(&rl_op_triu, v->args, 1, &GRAD)); }
const rl_op rl_op_tril = {
    .name = "tril", SCHEMA(tril), .grad_name = "Tril", .traits = RL_ELEMENTWISE, .infer = infer_triangle, .forward = tril_forward, .vjp = tril_vjp};
const rl_op rl_op_triu = {
    .name = "triu", SCHEMA(triu), .grad_name = "Triu", .traits = RL_ELEMENTWISE, .infer = infer_triangle, .forward = triu_forward, .vjp = triu_vjp};

rl_tensor *rl_tril(rl_tensor *x, int64_t diagonal) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = diagonal;
    return rl_apply_to(&rl_op_tril, &args, 1, &x);
}

rl_tensor *rl_triu(rl_tensor *x, int64_t diagonal) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = diagonal;
    return rl_apply_to(&rl_op_triu, &args, 1, &x);
}

/* ---- diag_embed: the last dimension laid along a diagonal of two new ones ---- */

enum { SHIFT, DIM1, DIM2 };

static rl_status infer_diag_embed(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    int a, b, ndim = x->ndim + 1;
    int64_t shift = call->args.n[SHIFT], sizes[RL_MAX_DIMS], side;
    if (x->ndim == 0) return rl_fail("diag_embed() needs a tensor with dimensions; this one has none");
    if (ndim > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    RL_TRY(rl_wrap_dim(call->args.n[DIM1], ndim, &a));
    RL_TRY(rl_wrap_dim(call->args.n[DIM2], ndim, &b));
    if (a == b) return rl_fail("a diagonal needs two different dimensions; `dim1` and `dim2` are both %d", a + 1);
    if (shift == INT64_MIN || __builtin_add_overflow(x->sizes[x->ndim - 1], shift < 0 ? -shift : shift, &side)) return rl_fail_memory(1e18);
    for (int d = 0, from = 0; d < ndim; d++) sizes[d] = d == a || d == b ? side : x->sizes[from++];
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, ndim, sizes);
}

static rl_status diag_embed_forward(rl_call *call) {
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    rl_tensor *diagonal = rl_diagonal(call->y[0], call->args.n[DIM1], call->args.n[DIM2], call->args.n[SHIFT]);
    return diagonal ? rl_copy_data(diagonal, call->x[0]) : RL_FAILED;
}

VJP(diag_embed) { GRADIENT(0, rl_diagonal(GRAD, v->args->n[DIM1], v->args->n[DIM2], v->args->n[SHIFT])); }
const rl_op rl_op_diag_embed = {
    .name = "diag_embed", SCHEMA(diag_embed), .grad_name = "DiagEmbed", .infer = infer_diag_embed, .forward = diag_embed_forward, .vjp = diag_embed_vjp};

/* ---- diag: a vector made a matrix, a matrix's diagonal made a vector ---- */

static rl_status infer_diag(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    int64_t shift = call->args.n[SHIFT], sizes[2];
    if (x->ndim != 1 && x->ndim != 2) return rl_fail("diag() needs a tensor of 1 or 2 dimensions; this one has %d", x->ndim);
    if (shift == INT64_MIN) return rl_fail_memory(1e18);
    if (x->ndim == 1) {
        if (__builtin_add_overflow(x->sizes[0], shift < 0 ? -shift : shift, &sizes[0])) return rl_fail_memory(1e18);
        sizes[1] = sizes[0];
    } else {
        sizes[0] = rl_diagonal_length(x->sizes[0], x->sizes[1], shift);
    }
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim == 1 ? 2 : 1, sizes);
}

static rl_status diag_forward(rl_call *call) {
    rl_tensor *x = call->x[0], *y = call->y[0];
    if (x->ndim == 1) rl_fill_elements(y, rl_scalar_int(0));
    rl_tensor *diagonal = rl_diagonal(x->ndim == 1 ? y : x, 0, 1, call->args.n[SHIFT]);
    if (!diagonal) return RL_FAILED;
    return x->ndim == 1 ? rl_copy_data(diagonal, x) : rl_copy_data(y, diagonal);
}

VJP(diag) {
    if (v->in[0].ndim == 1)
        GRADIENT(0, rl_diagonal(GRAD, 0, 1, v->args->n[SHIFT]));
    else
        GRADIENT(0, rl_diagonal_backward(GRAD, v->in[0].sizes, v->args->n[SHIFT]));
}
const rl_op rl_op_diag = {.name = "diag", SCHEMA(diag), .grad_name = "Diag", .infer = infer_diag, .forward = diag_forward, .vjp = diag_vjp};

static rl_tensor *diagflat(rl_tensor *x, int64_t shift) {
    rl_args args = RL_ARGS_NONE;
    rl_tensor *flat = rl_reshape(x, 1, (int64_t[]){-1});
    args.n[SHIFT] = shift;
    return rl_apply_to(&rl_op_diag, &args, 1, &flat);
}
COMPOSITION(diagflat, diagflat(call->in[0], call->args.n[0]))
