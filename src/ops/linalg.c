/* Solving, inverses, determinants, Cholesky's and triangular factors. */
#include "linalg.h"

#include <math.h>
#include <string.h>

rl_status rl_check_matrices(const rl_call *call, int k) {
    const rl_tensor *x = call->in[k];
    if (x->ndim < 2) return rl_fail("%s() needs a matrix, or a batch of them; the shape is %s", call->op->name, rl_sizes_text(x->ndim, x->sizes));
    if (!rl_dtype_is_floating((rl_dtype)x->dtype)) return rl_fail("%s() needs a floating dtype, not %s", call->op->name, rl_dtype_name((rl_dtype)x->dtype));
    return RL_OK;
}

rl_status rl_check_square(const rl_call *call, int k) {
    const rl_tensor *x = call->in[k];
    RL_TRY(rl_check_matrices(call, k));
    if (x->sizes[x->ndim - 1] != x->sizes[x->ndim - 2])
        return rl_fail("%s() needs square matrices; the shape is %s", call->op->name, rl_sizes_text(x->ndim, x->sizes));
    return RL_OK;
}

rl_status rl_set_double_outputs(const rl_call *call, rl_result *result, int n_out) {
    for (int k = 0; k < call->n_in; k++) {
        if (call->in[k]->dtype != call->in[0]->dtype)
            return rl_fail("%s() needs tensors of one dtype; they are %s and %s: convert one by $to(dtype = )", call->op->name,
                           rl_dtype_name((rl_dtype)call->in[0]->dtype), rl_dtype_name((rl_dtype)call->in[k]->dtype));
        rl_read_as(result, k, RL_DOUBLE);
    }
    return rl_set_outputs(result, n_out);
}

rl_status rl_double_output(const rl_call *call, rl_result *result, int k, int ndim, const int64_t *sizes) {
    return rl_output(result, k, (rl_dtype)call->in[0]->dtype, RL_DOUBLE, ndim, sizes);
}

rl_double_matrix rl_matrix_at(const rl_tensor *t, const rl_tensor *batch, int batch_ndim, int64_t index) {
    int own = t->ndim - 2;
    int64_t element = 0;
    for (int d = batch_ndim - 1; d >= 0; d--) {
        int at = d - batch_ndim + own;
        if (at >= 0 && t->sizes[at] != 1) element += index % batch->sizes[d] * t->strides[at];
        index /= batch->sizes[d];
    }
    return (rl_double_matrix){(double *)rl_host_data(t) + element, t->sizes[own], t->sizes[own + 1], t->strides[own], t->strides[own + 1]};
}

int64_t rl_batch_count(const rl_tensor *t, int batch_ndim) {
    int64_t count = 1;
    for (int d = 0; d < batch_ndim; d++) count *= t->sizes[d];
    return count;
}

static const rl_scalar no_factor = {RL_SCALAR_NONE, 0, 0};

rl_tensor *rl_times(rl_tensor *a, rl_tensor *b) { return rl_product_of(a, 0, b, 0, no_factor); }
rl_tensor *rl_transposed_times(rl_tensor *a, rl_tensor *b) { return rl_product_of(a, 1, b, 0, no_factor); }
rl_tensor *rl_times_transposed(rl_tensor *a, rl_tensor *b) { return rl_product_of(a, 0, b, 1, no_factor); }
rl_tensor *rl_matrix_transpose(rl_tensor *a) { return rl_transpose(a, -2, -1); }
rl_tensor *rl_times_row(rl_tensor *a, rl_tensor *values) { return rl_mul(a, rl_unsqueeze(values, -2)); }

static rl_status fail_singular(const rl_call *call, int64_t index, int64_t count, int info) {
    if (count == 1) return rl_fail("%s(): the matrix is singular: pivot %d is zero. linalg_pinv() and linalg_lstsq() take such a matrix", call->op->name, info);
    return rl_fail("%s(): matrix %lld of the batch is singular: pivot %d is zero", call->op->name, (long long)index + 1, info);
}

/* ---- solve: a x = b, of matrices b ---- */

static rl_status infer_pair(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0], *b = call->in[1];
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    RL_TRY(rl_check_square(call, 0));
    RL_TRY(rl_check_matrices(call, 1));
    if (a->sizes[a->ndim - 1] != b->sizes[b->ndim - 2])
        return rl_fail("%s(): a matrix of shape %s and right sides of shape %s differ in their rows", call->op->name, rl_sizes_text(a->ndim, a->sizes),
                       rl_sizes_text(b->ndim, b->sizes));
    RL_TRY(rl_broadcast_sizes(a->ndim - 2, a->sizes, b->ndim - 2, b->sizes, &ndim, sizes));
    sizes[ndim++] = b->sizes[b->ndim - 2];
    sizes[ndim++] = b->sizes[b->ndim - 1];
    RL_TRY(rl_set_double_outputs(call, result, 1));
    return rl_double_output(call, result, 0, ndim, sizes);
}

static rl_status solve_one(const rl_call *call, int64_t index, int64_t count, rl_double_matrix a, rl_double_matrix b, rl_double_matrix x) {
    int info;
    RL_TRY(rl_solve_matrix(a, b, x, &info));
    return info ? fail_singular(call, index, count, info) : RL_OK;
}

static rl_status solve_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    RL_EACH_MATRIX(y, y->ndim - 2, solve_one(call, index, count, RL_MATRIX(call->x[0]), RL_MATRIX(call->x[1]), RL_MATRIX(y)));
    return RL_OK;
}

VJP(solve) {
    rl_tensor *by_b = rl_solved(rl_matrix_transpose(INPUT_0), GRAD);
    GRADIENT(1, by_b);
    GRADIENT(0, rl_neg(rl_times_transposed(by_b, OUTPUT_0)));
}
const rl_op rl_op_solve = {.name = "solve",
                           SCHEMA(solve),
                           .grad_name = "LinalgSolveEx",
                           .traits = RL_BROADCASTS,
                           .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0), SAVE_INPUT(0)},
                           .infer = infer_pair,
                           .forward = solve_forward,
                           .vjp = solve_vjp};

rl_tensor *rl_solved(rl_tensor *a, rl_tensor *b) { return rl_apply_to(&rl_op_solve, NULL, 2, (rl_tensor *[]){a, b}); }

/* ---- inverse ---- */

static rl_status infer_square(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    RL_TRY(rl_check_square(call, 0));
    RL_TRY(rl_set_double_outputs(call, result, 1));
    return rl_double_output(call, result, 0, a->ndim, a->sizes);
}

static rl_status invert_one(const rl_call *call, int64_t index, int64_t count, rl_double_matrix a, rl_double_matrix y) {
    int info;
    RL_TRY(rl_invert_matrix(a, y, &info));
    return info ? fail_singular(call, index, count, info) : RL_OK;
}

static rl_status inverse_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    RL_EACH_MATRIX(y, y->ndim - 2, invert_one(call, index, count, RL_MATRIX(call->x[0]), RL_MATRIX(y)));
    return RL_OK;
}

VJP(inverse) { GRADIENT(0, rl_neg(rl_transposed_times(OUTPUT_0, rl_times_transposed(GRAD, OUTPUT_0)))); }
const rl_op rl_op_inverse = {.name = "inverse",
                             SCHEMA(inverse),
                             .grad_name = "LinalgInvEx",
                             .saves = {SAVE_OUTPUT(0)},
                             .infer = infer_square,
                             .forward = inverse_forward,
                             .vjp = inverse_vjp};

rl_tensor *rl_inverse_of(rl_tensor *a) { return rl_apply_to(&rl_op_inverse, NULL, 1, &a); }

/* ---- determinants ---- */

static rl_status infer_det(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    RL_TRY(rl_check_square(call, 0));
    RL_TRY(rl_set_double_outputs(call, result, 1));
    return rl_double_output(call, result, 0, a->ndim - 2, a->sizes);
}

static rl_status det_one(rl_double_matrix a, double *det) {
    double sign, size;
    RL_TRY(rl_determinant(a, &sign, &size));
    *det = sign == 0 ? 0 : sign * exp(size);
    return RL_OK;
}

static rl_status det_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    RL_EACH_MATRIX(y, y->ndim, det_one(RL_MATRIX(call->x[0]), (double *)rl_host_data(y) + index));
    return RL_OK;
}

static rl_tensor *as_matrices(rl_tensor *numbers) { return rl_unsqueeze(rl_unsqueeze(numbers, -1), -1); }

static rl_tensor *times_inverse_transposed(rl_tensor *g, rl_tensor *a) { return rl_mul(as_matrices(g), rl_matrix_transpose(rl_inverse_of(a))); }

static int has_zero(const rl_tensor *x) {
    for (int64_t k = 0; k < x->numel; k++)
        if (rl_item(x, k).as_double == 0) return 1;
    return 0;
}

VJP(det) { GRADIENT(0, has_zero(OUTPUT_0) ? rl_mul(as_matrices(GRAD), rl_cofactors(INPUT_0)) : times_inverse_transposed(rl_mul(GRAD, OUTPUT_0), INPUT_0)); }
const rl_op rl_op_det = {.name = "det",
                         SCHEMA(det),
                         .grad_name = "LinalgDet",
                         .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                         .infer = infer_det,
                         .forward = det_forward,
                         .vjp = det_vjp};

static rl_status infer_slogdet(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    RL_TRY(rl_check_square(call, 0));
    RL_TRY(rl_set_double_outputs(call, result, 2));
    RL_TRY(rl_double_output(call, result, 0, a->ndim - 2, a->sizes));
    return rl_double_output(call, result, 1, a->ndim - 2, a->sizes);
}

static rl_status slogdet_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    RL_EACH_MATRIX(y, y->ndim, rl_determinant(RL_MATRIX(call->x[0]), (double *)rl_host_data(y) + index, (double *)rl_host_data(call->y[1]) + index));
    return RL_OK;
}

VJP(slogdet) {
    if (v->g[1]) GRADIENT(0, times_inverse_transposed(v->g[1], INPUT_0));
}
const rl_op rl_op_slogdet = {.name = "slogdet",
                             SCHEMA(slogdet),
                             .grad_name = "LinalgSlogdet",
                             .saves = {SAVE_INPUT(0)},
                             .infer = infer_slogdet,
                             .forward = slogdet_forward,
                             .vjp = slogdet_vjp};

/* ---- Cholesky ---- */

static rl_status cholesky_one(const rl_call *call, int64_t index, int64_t count, rl_double_matrix a, rl_double_matrix lower) {
    int info;
    RL_TRY(rl_cholesky_matrix(a, lower, &info));
    if (info && count == 1)
        return rl_fail("%s(): the matrix is not positive-definite: its leading minor of order %d is not positive. "
                       "linalg_eigh() shows its eigenvalues",
                       call->op->name, info);
    if (info)
        return rl_fail("%s(): matrix %lld of the batch is not positive-definite: its leading minor of order %d is not positive", call->op->name,
                       (long long)index + 1, info);
    return RL_OK;
}

static rl_status cholesky_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    RL_EACH_MATRIX(y, y->ndim - 2, cholesky_one(call, index, count, RL_MATRIX(call->x[0]), RL_MATRIX(y)));
    return RL_OK;
}

/* With P the lower triangle of L'GRAD, its diagonal halved: L'^-1 (P + P') L^-1 / 2. */
VJP(cholesky) {
    rl_tensor *p = rl_transposed_times(OUTPUT_0, GRAD), *strict = rl_tril(p, -1), *half = rl_mul_number(rl_sub(rl_tril(p, 0), strict), 0.5);
    rl_tensor *lower = rl_add(strict, half), *both = rl_add(lower, rl_matrix_transpose(lower)), *transposed = rl_matrix_transpose(OUTPUT_0);
    rl_tensor *left = rl_triangle_solved(transposed, both, 1, 0);
    GRADIENT(0, rl_mul_number(rl_matrix_transpose(rl_triangle_solved(transposed, rl_matrix_transpose(left), 1, 0)), 0.5));
}
const rl_op rl_op_cholesky = {.name = "cholesky",
                              SCHEMA(cholesky),
                              .grad_name = "LinalgCholeskyEx",
                              .saves = {SAVE_OUTPUT(0)},
                              .infer = infer_square,
                              .forward = cholesky_forward,
                              .vjp = cholesky_vjp};

/* ---- triangular systems ---- */

enum { UPPER, UNIT };

static rl_status triangle_one(const rl_call *call, int64_t index, int64_t count, rl_double_matrix a, rl_double_matrix b, rl_double_matrix x) {
    int info;
    RL_TRY(rl_solve_triangular_matrix(a, (int)call->args.n[UPPER], (int)call->args.n[UNIT], b, x, &info));
    return info ? fail_singular(call, index, count, info) : RL_OK;
}

static rl_status triangle_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    RL_EACH_MATRIX(y, y->ndim - 2, triangle_one(call, index, count, RL_MATRIX(call->x[0]), RL_MATRIX(call->x[1]), RL_MATRIX(y)));
    return RL_OK;
}

VJP(solve_triangular) {
    int upper = v->args ? (int)v->args->n[UPPER] : 0, unit = v->args ? (int)v->args->n[UNIT] : 0;
    rl_tensor *by_b = rl_triangle_solved(rl_matrix_transpose(INPUT_0), GRAD, !upper, unit), *by_a = rl_neg(rl_times_transposed(by_b, OUTPUT_0));
    GRADIENT(1, by_b);
    GRADIENT(0, upper ? rl_triu(by_a, unit) : rl_tril(by_a, -unit));
}
const rl_op rl_op_solve_triangular = {.name = "solve_triangular",
                                      SCHEMA(solve_triangular),
                                      .grad_name = "LinalgSolveTriangular",
                                      .traits = RL_BROADCASTS,
                                      .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0), SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                                      .infer = infer_pair,
                                      .forward = triangle_forward,
                                      .vjp = solve_triangular_vjp};

rl_tensor *rl_triangle_solved(rl_tensor *a, rl_tensor *b, int upper, int unit) {
    rl_args args = RL_ARGS_NONE;
    args.n[UPPER] = upper;
    args.n[UNIT] = unit;
    return rl_apply_to(&rl_op_solve_triangular, &args, 2, (rl_tensor *[]){a, b});
}
