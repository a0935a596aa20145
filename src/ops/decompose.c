/* QR, LU, symmetric eigenvalues, singular values. */
#include <string.h>

#include "linalg.h"

#define VALUES(t, n) ((double *)rl_host_data(t) + index * (n))

static int64_t rows_of(const rl_tensor *a) { return a->sizes[a->ndim - 2]; }
static int64_t cols_of(const rl_tensor *a) { return a->sizes[a->ndim - 1]; }
static int64_t least_of(const rl_tensor *a) { return rows_of(a) < cols_of(a) ? rows_of(a) : cols_of(a); }

/* Output k: a matrix of that shape for each of the batch; without columns a vector. */
static rl_status set_part(const rl_call *call, rl_result *result, int k, int64_t rows, int64_t cols) {
    const rl_tensor *a = call->in[0];
    int64_t sizes[RL_MAX_DIMS];
    int ndim = a->ndim - 2;
    memcpy(sizes, a->sizes, (size_t)a->ndim * sizeof *sizes);
    sizes[ndim++] = rows;
    if (cols >= 0) sizes[ndim++] = cols;
    return rl_double_output(call, result, k, ndim, sizes);
}

static rl_tensor *off_diagonal(rl_tensor *a) { return rl_add(rl_tril(a, -1), rl_triu(a, 1)); }
static rl_tensor *plus(rl_tensor *a, rl_tensor *b) { return a && b ? rl_add(a, b) : a ? a : b; }
static rl_tensor *times_column(rl_tensor *a, rl_tensor *values) { return rl_mul(a, rl_unsqueeze(values, -1)); } /* row i times values[i] */

/* ---- qr ---- */

enum { COMPLETE };

static rl_status infer_qr(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    RL_TRY(rl_check_matrices(call, 0));
    int64_t k = call->args.n[COMPLETE] ? rows_of(a) : least_of(a);
    RL_TRY(rl_set_double_outputs(call, result, 2));
    RL_TRY(set_part(call, result, 0, rows_of(a), k));
    return set_part(call, result, 1, k, cols_of(a));
}

static rl_status qr_forward(rl_call *call) {
    RL_EACH_MATRIX(call->x[0], call->x[0]->ndim - 2, rl_qr_matrix(RL_MATRIX(call->x[0]), RL_MATRIX(call->y[0]), RL_MATRIX(call->y[1])));
    return RL_OK;
}

/* Of a square R, with M = R gR' - gQ' Q: (gQ + Q (lower triangle of M, mirrored)) R'^-1 */
static rl_tensor *square_qr(rl_tensor *q, rl_tensor *r, rl_tensor *by_q, rl_tensor *by_r) {
    rl_tensor *m = NULL;
    if (by_r) m = rl_times_transposed(r, by_r);
    if (by_q) m = plus(m, rl_neg(rl_transposed_times(by_q, q)));
    if (!m) return NULL;
    rl_tensor *mirrored = rl_add(rl_tril(m, 0), rl_matrix_transpose(rl_tril(m, -1)));
    rl_tensor *right = plus(by_q, rl_times(q, mirrored));
    return rl_matrix_transpose(rl_triangle_solved(r, rl_matrix_transpose(right), 1, 0));
}

VJP(qr) {
    rl_tensor *q = v->y[0], *r = v->y[1], *by_q = v->g[0], *by_r = v->g[1];
    if (!v->needs[0]) return;
    int64_t rows = q->sizes[q->ndim - 2], k = q->sizes[q->ndim - 1], cols = r->sizes[r->ndim - 1];
    if (rows > cols && k == rows) {
        rl_fail("the derivative of a complete qr() is not defined for matrices of more rows than columns");
        return;
    }
    if (cols <= rows) {
        GRADIENT(0, square_qr(q, r, by_q, by_r));
        return;
    }
    rl_tensor *left = rl_slice(r, -1, 0, rows, 1), *right = rl_slice(r, -1, rows, cols, 1);
    rl_tensor *by_left = by_r ? rl_slice(by_r, -1, 0, rows, 1) : NULL, *by_right = by_r ? rl_slice(by_r, -1, rows, cols, 1) : NULL;
    if (by_right) by_q = plus(by_q, rl_times(q, rl_times_transposed(right, by_right)));
    rl_tensor *first = square_qr(q, left, by_q, by_left), *second = by_right ? rl_times(q, by_right) : rl_mul_number(rl_times(q, right), 0);
    if (first && second) GRADIENT(0, rl_cat(2, (rl_tensor *[]){first, second}, -1));
}
const rl_op rl_op_qr = {
    .name = "qr", SCHEMA(qr), .grad_name = "LinalgQr", .saves = {SAVE_OUTPUT(0) | SAVE_OUTPUT(1)}, .infer = infer_qr, .forward = qr_forward, .vjp = qr_vjp};

/* ---- lu: both factors in one matrix, and the exchanges of rows ---- */

static rl_status infer_lu(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    int64_t sizes[RL_MAX_DIMS];
    RL_TRY(rl_check_matrices(call, 0));
    RL_TRY(rl_set_double_outputs(call, result, 2));
    RL_TRY(set_part(call, result, 0, rows_of(a), cols_of(a)));
    memcpy(sizes, a->sizes, (size_t)a->ndim * sizeof *sizes);
    sizes[a->ndim - 2] = least_of(a);
    return rl_output(result, 1, RL_INT32, RL_INT32, a->ndim - 1, sizes);
}

static rl_status lu_forward(rl_call *call) {
    int info;
    RL_EACH_MATRIX(call->x[0], call->x[0]->ndim - 2,
                   rl_lu_matrix(RL_MATRIX(call->x[0]), RL_MATRIX(call->y[0]), (int *)rl_host_data(call->y[1]) + index * least_of(batch), &info));
    return RL_OK;
}

static rl_status check_pivots(const rl_tensor *pivots, int64_t rows) {
    const int *pivot = rl_host_data(pivots);
    for (int64_t k = 0; k < pivots->numel; k++)
        if (pivot[k] < 1 || pivot[k] > rows) return rl_fail("pivots are rows of the matrix, from 1 to %lld; one is %d", (long long)rows, pivot[k]);
    return RL_OK;
}

VJP(lu) {
    rl_tensor *lu = v->y[0];
    if (!v->needs[0] || !v->g[0]) return;
    if (rows_of(lu) != cols_of(lu)) {
        rl_fail("the derivative of lu() is defined for square matrices alone");
        return;
    }
    rl_tensor *by_l = rl_tril(v->g[0], -1), *by_u = rl_triu(v->g[0], 0);
    rl_tensor *l = rl_add(rl_tril(lu, -1), rl_eye((rl_dtype)lu->dtype, rows_of(lu))), *u = rl_triu(lu, 0);
    rl_tensor *inner = rl_add(rl_tril(rl_transposed_times(l, by_l), -1), rl_triu(rl_times_transposed(by_u, u), 0));
    rl_tensor *left = rl_triangle_solved(rl_matrix_transpose(l), inner, 1, 1);
    rl_tensor *both = rl_matrix_transpose(rl_triangle_solved(u, rl_matrix_transpose(left), 1, 0));
    GRADIENT(0, rl_times(rl_exchanges(lu, v->y[1]), both));
}
const rl_op rl_op_lu = {.name = "lu",
                        SCHEMA(lu),
                        .grad_name = "LinalgLuFactorEx",
                        .saves = {SAVE_OUTPUT(0) | SAVE_OUTPUT(1)},
                        .infer = infer_lu,
                        .forward = lu_forward,
                        .vjp = lu_vjp};

/* exchanges(lu, pivots): the matrix that stands for the exchanges, P of P L U = A */
static rl_status infer_exchanges(const rl_call *call, rl_result *result) {
    const rl_tensor *lu = call->in[0], *pivots = call->in[1];
    int64_t sizes[RL_MAX_DIMS];
    RL_TRY(rl_check_matrices(call, 0));
    if (pivots->dtype != RL_INT32)
        return rl_fail("pivots must be of dtype Int, as torch_lu() returns them; they are %s", rl_dtype_name((rl_dtype)pivots->dtype));
    memcpy(sizes, lu->sizes, (size_t)lu->ndim * sizeof *sizes);
    sizes[lu->ndim - 2] = least_of(lu);
    if (pivots->ndim != lu->ndim - 1 || memcmp(pivots->sizes, sizes, (size_t)pivots->ndim * sizeof *sizes) != 0)
        return rl_fail("the pivots of matrices of shape %s have shape %s; these have %s", rl_sizes_text(lu->ndim, lu->sizes),
                       rl_sizes_text(lu->ndim - 1, sizes), rl_sizes_text(pivots->ndim, pivots->sizes));
    rl_read_contiguous(result, 1);
    sizes[lu->ndim - 2] = sizes[lu->ndim - 1] = rows_of(lu);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)lu->dtype, RL_DOUBLE, lu->ndim, sizes);
}

static rl_status exchanges_forward(rl_call *call) {
    const rl_tensor *pivots = call->x[1];
    rl_tensor *p = call->y[0];
    const int64_t rows = rows_of(p), n = pivots->sizes[pivots->ndim - 1], count = rl_batch_count(pivots, pivots->ndim - 1);
    int64_t *order = rl_scope_memory((size_t)rows + 1, sizeof *order);
    if (!order || check_pivots(pivots, rows) != RL_OK) return RL_FAILED;
    rl_fill_elements(p, rl_scalar_int(0));
    for (int64_t k = 0; k < count; k++) {
        for (int64_t i = 0; i < rows; i++) order[i] = i;
        for (int64_t i = 0; i < n; i++) {
            int64_t other = ((const int *)rl_host_data(pivots))[k * n + i] - 1, swap = order[i];
            order[i] = order[other];
            order[other] = swap;
        }
        for (int64_t i = 0; i < rows; i++) ((double *)rl_host_data(p))[(k * rows + order[i]) * rows + i] = 1;
    }
    return RL_OK;
}
const rl_op rl_op_exchanges = {.name = "lu_unpack", SCHEMA(exchanges), .infer = infer_exchanges, .forward = exchanges_forward};

/* ---- eigh ---- */

enum { LOWER };

static rl_status infer_eigh(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    RL_TRY(rl_check_square(call, 0));
    RL_TRY(rl_set_double_outputs(call, result, 2));
    RL_TRY(set_part(call, result, 0, rows_of(a), -1));
    return set_part(call, result, 1, rows_of(a), rows_of(a));
}

static rl_status eigen_one(rl_double_matrix a, int lower, double *values, rl_double_matrix vectors) {
    int info;
    RL_TRY(rl_eigen_symmetric(a, lower, values, &vectors, &info));
    return info ? rl_fail(info < 0 ? "eigh() cannot take NaN or infinite numbers" : "eigh() did not converge") : RL_OK;
}

static rl_status eigh_forward(rl_call *call) {
    RL_EACH_MATRIX(call->x[0], call->x[0]->ndim - 2,
                   eigen_one(RL_MATRIX(call->x[0]), (int)call->args.n[LOWER], VALUES(call->y[0], rows_of(batch)), RL_MATRIX(call->y[1])));
    return RL_OK;
}

/* values[j] - values[i], and 1 on the diagonal, where it is not to matter */
static rl_tensor *gaps(rl_tensor *values) {
    rl_tensor *difference = rl_sub(rl_unsqueeze(values, -2), rl_unsqueeze(values, -1));
    return difference ? rl_add(difference, rl_eye((rl_dtype)values->dtype, values->sizes[values->ndim - 1])) : NULL;
}

VJP(eigh) {
    rl_tensor *values = v->y[0], *vectors = v->y[1];
    if (!v->needs[0]) return;
    if (!v->g[1]) {
        GRADIENT(0, rl_times_transposed(rl_times_row(vectors, v->g[0]), vectors));
        return;
    }
    rl_tensor *inner = off_diagonal(rl_div(rl_transposed_times(vectors, v->g[1]), gaps(values)));
    if (v->g[0]) inner = rl_add(inner, rl_times_row(rl_eye((rl_dtype)values->dtype, cols_of(vectors)), v->g[0]));
    GRADIENT(0, rl_times_transposed(rl_times(vectors, inner), vectors));
}
const rl_op rl_op_eigh = {.name = "eigh",
                          SCHEMA(eigh),
                          .grad_name = "LinalgEigh",
                          .saves = {SAVE_OUTPUT(0) | SAVE_OUTPUT(1)},
                          .infer = infer_eigh,
                          .forward = eigh_forward,
                          .vjp = eigh_vjp};

/* ---- svd ---- */

enum { FULL };

static rl_status infer_svd(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    RL_TRY(rl_check_matrices(call, 0));
    int full = (int)call->args.n[FULL];
    RL_TRY(rl_set_double_outputs(call, result, 3));
    RL_TRY(set_part(call, result, 0, rows_of(a), full ? rows_of(a) : least_of(a)));
    RL_TRY(set_part(call, result, 1, least_of(a), -1));
    return set_part(call, result, 2, full ? cols_of(a) : least_of(a), cols_of(a));
}

static rl_status svd_one(rl_double_matrix a, double *values, rl_double_matrix u, rl_double_matrix vt) {
    int info;
    RL_TRY(rl_svd_matrix(a, values, &u, &vt, &info));
    return info ? rl_fail(info < 0 ? "svd() cannot take NaN or infinite numbers" : "svd() did not converge") : RL_OK;
}

static rl_status svd_forward(rl_call *call) {
    RL_EACH_MATRIX(call->x[0], call->x[0]->ndim - 2,
                   svd_one(RL_MATRIX(call->x[0]), VALUES(call->y[1], least_of(batch)), RL_MATRIX(call->y[0]), RL_MATRIX(call->y[2])));
    return RL_OK;
}

static rl_tensor *skew(rl_tensor *a) { return rl_sub(a, rl_matrix_transpose(a)); }
static rl_tensor *first_columns(rl_tensor *a, int64_t n) { return a ? rl_slice(a, -1, 0, n, 1) : NULL; }
static rl_tensor *first_rows(rl_tensor *a, int64_t n) { return a ? rl_slice(a, -2, 0, n, 1) : NULL; }

VJP(svd) {
    if (!v->needs[0]) return;
    rl_tensor *s = v->y[1];
    int64_t k = s->sizes[s->ndim - 1];
    rl_tensor *u = first_columns(v->y[0], k), *vt = first_rows(v->y[2], k), *by_u = first_columns(v->g[0], k), *by_s = v->g[1], *by_vt = first_rows(v->g[2], k);
    if (!u || !vt) return;
    if (!by_u && !by_vt) {
        GRADIENT(0, rl_times(rl_times_row(u, by_s), vt));
        return;
    }
    rl_tensor *squares = rl_mul(s, s), *inner = NULL, *gap = gaps(squares);
    if (by_u) inner = rl_times_row(off_diagonal(rl_div(skew(rl_transposed_times(u, by_u)), gap)), s);
    if (by_vt) inner = plus(inner, times_column(off_diagonal(rl_div(skew(rl_times_transposed(vt, by_vt)), gap)), s));
    if (by_s) inner = plus(inner, rl_times_row(rl_eye((rl_dtype)s->dtype, k), by_s));
    if (rows_of(u) > k && by_u) {
        rl_tensor *outer = rl_div(by_u, rl_unsqueeze(s, -2));
        GRADIENT(0, rl_times(rl_add(rl_times(u, inner), rl_sub(outer, rl_times(u, rl_transposed_times(u, outer)))), vt));
    } else if (cols_of(vt) > k && by_vt) {
        rl_tensor *outer = rl_div(by_vt, rl_unsqueeze(s, -1));
        GRADIENT(0, rl_times(u, rl_add(rl_times(inner, vt), rl_sub(outer, rl_times(rl_times_transposed(outer, vt), vt)))));
    } else {
        GRADIENT(0, rl_times(u, rl_times(inner, vt)));
    }
}
const rl_op rl_op_svd = {.name = "svd",
                         SCHEMA(svd),
                         .grad_name = "LinalgSvd",
                         .saves = {SAVE_OUTPUT(0) | SAVE_OUTPUT(1) | SAVE_OUTPUT(2)},
                         .infer = infer_svd,
                         .forward = svd_forward,
                         .vjp = svd_vjp};

/* The product of all others, for each. */
static rl_tensor *products_of_other_values(rl_tensor *s) {
    rl_args last = RL_ARGS_NONE, next;
    int64_t dim = s->ndim - 1;
    rl_ints flipped = {1, &dim};
    last.n[0] = dim;
    next = last;
    next.s[0] = rl_scalar_double(1);
    rl_tensor *transposed = rl_flip(s, flipped);
    rl_tensor *before = rl_apply_to(&rl_op_shift, &next, 1, (rl_tensor *[]){rl_apply_to(&rl_op_cumprod, &last, 1, &s)});
    rl_tensor *behind = rl_apply_to(&rl_op_shift, &next, 1, (rl_tensor *[]){rl_apply_to(&rl_op_cumprod, &last, 1, &transposed)});
    return rl_mul(before, rl_flip(behind, flipped));
}

rl_tensor *rl_cofactors(rl_tensor *a) {
    rl_call call = {.op = &rl_op_svd, .args = RL_ARGS_NONE, .n_in = 1, .in = &a};
    if (!a || rl_apply(&call) != RL_OK) return NULL;
    rl_tensor *u = call.out[0], *vt = call.out[2], *sign = rl_mul(rl_det(u), rl_det(vt));
    rl_tensor *product = rl_times(rl_times_row(u, products_of_other_values(call.out[1])), vt);
    return rl_mul(rl_unsqueeze(rl_unsqueeze(sign, -1), -1), product);
}

/* ---- pinv: singular values up to max(atol, rtol times the largest) count as zero ---- */

enum { ATOL, RTOL };

static rl_status infer_pinv(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    RL_TRY(rl_check_matrices(call, 0));
    RL_TRY(rl_set_double_outputs(call, result, 1));
    return set_part(call, result, 0, cols_of(a), rows_of(a));
}

static rl_status pinv_one(const rl_call *call, rl_double_matrix a, rl_double_matrix y) {
    int64_t least = a.rows < a.cols ? a.rows : a.cols;
    rl_tensor *u = rl_tensor_new(RL_DOUBLE, 2, (int64_t[]){a.rows, least}), *vt = rl_tensor_new(RL_DOUBLE, 2, (int64_t[]){least, a.cols});
    double *s = rl_scope_memory((size_t)least + 1, sizeof *s);
    if (!u || !vt || !s) return RL_FAILED;
    rl_double_matrix left = {rl_host_data(u), a.rows, least, least, 1}, right = {rl_host_data(vt), least, a.cols, a.cols, 1};
    RL_TRY(svd_one(a, s, left, right));
    double relative = least ? call->args.s[RTOL].as_double * s[0] : 0, tolerance = call->args.s[ATOL].as_double;
    if (relative > tolerance) tolerance = relative;
    for (int64_t i = 0; i < y.rows; i++) {
        for (int64_t j = 0; j < y.cols; j++) {
            double sum = 0;
            for (int64_t k = 0; k < least && s[k] > tolerance; k++) sum += right.data[k * a.cols + i] * left.data[j * least + k] / s[k];
            y.data[i * y.row + j * y.col] = sum;
        }
    }
    return RL_OK;
}

static rl_status pinv_forward(rl_call *call) {
    RL_EACH_MATRIX(call->x[0], call->x[0]->ndim - 2, pinv_one(call, RL_MATRIX(call->x[0]), RL_MATRIX(call->y[0])));
    return RL_OK;
}

/* -P'GP' and, since A and P annihilate each other's complements, a term for each of those. */
VJP(pinv) {
    rl_tensor *a = INPUT_0, *p = OUTPUT_0, *g = rl_matrix_transpose(GRAD);
    if (!v->needs[0] || !g) return;
    if (rows_of(a) <= cols_of(a)) {
        rl_tensor *k = rl_times(g, p), *kp = rl_times_transposed(k, p);
        rl_tensor *rest = rl_times(rl_transposed_times(p, p), rl_sub(g, rl_times(k, a)));
        GRADIENT(0, rl_add(rl_sub(rl_sub(kp, rl_times(rl_times(a, p), kp)), rl_matrix_transpose(rl_times(p, k))), rest));
    } else {
        rl_tensor *k = rl_times(p, g), *pk = rl_transposed_times(p, k);
        rl_tensor *rest = rl_times(rl_sub(g, rl_times(a, k)), rl_times_transposed(p, p));
        GRADIENT(0, rl_add(rl_sub(rl_sub(pk, rl_times(pk, rl_times(p, a))), rl_matrix_transpose(rl_times(k, p))), rest));
    }
}
const rl_op rl_op_pinv = {.name = "pinv",
                          SCHEMA(pinv),
                          .grad_name = "LinalgPinv",
                          .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                          .infer = infer_pinv,
                          .forward = pinv_forward,
                          .vjp = pinv_vjp};

/* ---- Householder's vectors ---- */

static rl_status infer_geqrf(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0];
    RL_TRY(rl_check_matrices(call, 0));
    RL_TRY(rl_set_double_outputs(call, result, 2));
    RL_TRY(set_part(call, result, 0, rows_of(a), cols_of(a)));
    return set_part(call, result, 1, least_of(a), -1);
}

static rl_status geqrf_forward(rl_call *call) {
    RL_EACH_MATRIX(call->x[0], call->x[0]->ndim - 2, rl_householder_qr(RL_MATRIX(call->x[0]), RL_MATRIX(call->y[0]), VALUES(call->y[1], least_of(batch))));
    return RL_OK;
}
const rl_op rl_op_geqrf = {.name = "geqrf", SCHEMA(geqrf), .infer = infer_geqrf, .forward = geqrf_forward};

static rl_status infer_orgqr(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0], *tau = call->in[1];
    RL_TRY(rl_check_matrices(call, 0));
    if (rows_of(a) < cols_of(a))
        return rl_fail("householder_product() needs at least as many rows as columns; the shape is %s", rl_sizes_text(a->ndim, a->sizes));
    if (tau->ndim != a->ndim - 1 || memcmp(tau->sizes, a->sizes, (size_t)(a->ndim - 2) * sizeof *a->sizes) != 0 || tau->sizes[tau->ndim - 1] > cols_of(a))
        return rl_fail("householder_product(): `tau` of shape %s does not fit a tensor of shape %s", rl_sizes_text(tau->ndim, tau->sizes),
                       rl_sizes_text(a->ndim, a->sizes));
    RL_TRY(rl_set_double_outputs(call, result, 1));
    return set_part(call, result, 0, rows_of(a), cols_of(a));
}

static rl_status orgqr_forward(rl_call *call) {
    rl_tensor *tau = rl_contiguous(call->x[1]);
    if (!tau) return RL_FAILED;
    int64_t n = tau->sizes[tau->ndim - 1];
    RL_EACH_MATRIX(call->x[0], call->x[0]->ndim - 2, rl_householder_product(RL_MATRIX(call->x[0]), VALUES(tau, n), n, RL_MATRIX(call->y[0])));
    return RL_OK;
}
const rl_op rl_op_orgqr = {.name = "orgqr", SCHEMA(orgqr), .infer = infer_orgqr, .forward = orgqr_forward};
