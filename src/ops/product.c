/* Note [Transposed]
 * A product reads a matrix by its strides, so a transposed one costs nothing. The derivative of a product is a product of
 * transposes; args carry a flag for each factor that says it is to be seen transposed, which saves the views. */
#include "product.h"

#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/gemm.h"

enum { A_TRANSPOSED, B_TRANSPOSED }; /* args.n */
enum { ALPHA, BETA };                /* args.s; none given is 1 */

static int flag(const rl_vjp *v, int k) { return v->args ? (int)v->args->n[k] : 0; }
static rl_scalar scalar(const rl_vjp *v, int k) { return v->args ? v->args->s[k] : (rl_scalar){RL_SCALAR_NONE, 0, 0}; }
static rl_scalar or_one(rl_scalar number) { return number.kind == RL_SCALAR_NONE ? rl_scalar_int(1) : number; }

rl_tensor *rl_scaled(rl_tensor *x, rl_scalar number) {
    if (number.kind == RL_SCALAR_NONE || (number.as_double == 1 && number.imaginary == 0)) return x;
    return rl_mul(x, rl_tensor_number(number));
}

/* ---- what all products check ---- */

static rl_status check_dtypes(const rl_call *call) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    for (int k = 1; k < call->n_in; k++)
        if (call->in[k]->dtype != dtype)
            return rl_fail("%s() needs tensors of one dtype; they are %s and %s: convert one by $to(dtype = )", call->op->name, rl_dtype_name(dtype),
                           rl_dtype_name((rl_dtype)call->in[k]->dtype));
    if (!rl_has_product(rl_computed_in(dtype))) return rl_fail("%s() is not defined for %s tensors", call->op->name, rl_dtype_name(dtype));
    return RL_OK;
}

static const char *const vector_or_matrix[] = {"a number", "a vector", "a matrix", "a batch of matrices (three dimensions)"};

static rl_status check_ndim(const rl_call *call, int k, int wanted) {
    static const char *const ordinal[] = {"first", "second", "third"};
    const rl_tensor *t = call->in[k];
    if (t->ndim == wanted) return RL_OK;
    return rl_fail("%s() needs %s as its %s tensor; its shape is %s", call->op->name, vector_or_matrix[wanted], ordinal[k], rl_sizes_text(t->ndim, t->sizes));
}

/* Rows and columns of a factor as it is seen. */
static int64_t factor_rows(const rl_tensor *t, int transposed) { return t->sizes[t->ndim - (transposed ? 1 : 2)]; }
static int64_t factor_columns(const rl_tensor *t, int transposed) { return t->sizes[t->ndim - (transposed ? 2 : 1)]; }

static rl_status fail_inner(const rl_call *call, const rl_tensor *a, const rl_tensor *b, int64_t cols, int64_t rows) {
    return rl_fail("%s() of shapes %s and %s: the first has %lld columns and the second %lld rows, and these must be equal", call->op->name,
                   rl_sizes_text(a->ndim, a->sizes), rl_sizes_text(b->ndim, b->sizes), (long long)cols, (long long)rows);
}

static rl_status set_product(const rl_call *call, rl_result *result, int ndim, const int64_t *sizes) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype, computed = rl_computed_in(dtype);
    for (int k = 0; k < 2 && !rl_dtype_is_inexact(dtype); k++)
        if (!rl_scalar_is_whole(call->args.s[k])) return rl_fail("%s() of integers needs integers as `alpha` and `beta`", call->op->name);
    RL_TRY(rl_set_outputs(result, 1));
    for (int k = 0; k < call->n_in; k++) rl_read_as(result, k, computed);
    return rl_output(result, 0, dtype, computed, ndim, sizes);
}

/* ---- running them ---- */

/* A tensor as a matrix or a batch of them; a vector stands upright, or lies. */
static void see(rl_matrix *matrix, const rl_product *p, const rl_tensor *t, int transposed, int lies) {
    matrix->data = rl_host_data(t);
    if (t->ndim < 2) {
        int64_t step = t->ndim ? t->strides[0] : 1;
        matrix->row = lies ? 1 : step;
        matrix->col = lies ? step : 1;
        return;
    }
    matrix->row = t->strides[t->ndim - (transposed ? 1 : 2)];
    matrix->col = t->strides[t->ndim - (transposed ? 2 : 1)];
    for (int d = 0; d < p->batch_ndim; d++) {
        int at = d - p->batch_ndim + t->ndim - 2;
        matrix->batch[d] = at < 0 || t->sizes[at] == 1 ? 0 : t->strides[at];
    }
}

/* A factor that BLAS cannot read as it lies is copied. */
static rl_status see_factor(rl_matrix *matrix, const rl_product *p, rl_tensor *t, int transposed, int lies, int64_t rows, int64_t cols) {
    see(matrix, p, t, transposed, lies);
    if (t->ndim < 2 || rl_matrix_is_regular(matrix, rows, cols) || !rl_dtype_is_floating(p->dtype) || rl_product_is_small(p)) return RL_OK;
    rl_tensor *copy = rl_tensor_new((rl_dtype)t->dtype, t->ndim, t->sizes);
    if (!copy) return RL_FAILED;
    RL_TRY(rl_copy_data(copy, t));
    see(matrix, p, copy, transposed, lies);
    return RL_OK;
}

/* y = alpha a b + beta y */
static rl_status multiply(const rl_call *call, rl_tensor *a, rl_tensor *b, rl_scalar beta) {
    int a_transposed = (int)call->args.n[A_TRANSPOSED], b_transposed = (int)call->args.n[B_TRANSPOSED];
    rl_tensor *y = call->y[0];
    rl_product p;
    p.dtype = (rl_dtype)y->dtype;
    p.alpha = or_one(call->args.s[ALPHA]);
    p.beta = beta;
    p.m = a->ndim > 1 ? factor_rows(a, a_transposed) : 1;
    p.k = a->ndim > 1 ? factor_columns(a, a_transposed) : a->numel;
    p.n = b->ndim > 1 ? factor_columns(b, b_transposed) : 1;
    p.batch_ndim = y->ndim > 2 ? y->ndim - 2 : 0;
    if (p.batch_ndim) memcpy(p.batch_sizes, y->sizes, (size_t)p.batch_ndim * sizeof *y->sizes);
    RL_TRY(see_factor(&p.a, &p, a, a_transposed, 1, p.m, p.k));
    RL_TRY(see_factor(&p.b, &p, b, b_transposed, 0, p.k, p.n));
    see(&p.c, &p, y, 0, 0);
    return rl_multiply_matrices(&p);
}

static rl_status multiply_forward(rl_call *call) { return multiply(call, call->x[0], call->x[1], rl_scalar_int(0)); }

/* ---- mm, bmm ---- */

static rl_status infer_mm(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[0], *b = call->in[1];
    int a_transposed = (int)call->args.n[A_TRANSPOSED], b_transposed = (int)call->args.n[B_TRANSPOSED];
    RL_TRY(check_ndim(call, 0, 2));
    RL_TRY(check_ndim(call, 1, 2));
    RL_TRY(check_dtypes(call));
    if (factor_columns(a, a_transposed) != factor_rows(b, b_transposed))
        return fail_inner(call, a, b, factor_columns(a, a_transposed), factor_rows(b, b_transposed));
    return set_product(call, result, 2, (int64_t[]){factor_rows(a, a_transposed), factor_columns(b, b_transposed)});
}

VJP(mm) {
    int a = flag(v, A_TRANSPOSED), b = flag(v, B_TRANSPOSED);
    rl_scalar alpha = scalar(v, ALPHA);
    GRADIENT(0, a ? rl_product_of(INPUT_1, b, GRAD, 1, alpha) : rl_product_of(GRAD, 0, INPUT_1, !b, alpha));
    GRADIENT(1, b ? rl_product_of(GRAD, 1, INPUT_0, a, alpha) : rl_product_of(INPUT_0, !a, GRAD, 0, alpha));
}
const rl_op rl_op_mm = {
    .name = "mm", SCHEMA(mm), .grad_name = "Mm", .saves = {SAVE_INPUT(1), SAVE_INPUT(0)}, .infer = infer_mm, .forward = multiply_forward, .vjp = mm_vjp};

static rl_status infer_batch(const rl_call *call, const rl_tensor *a, const rl_tensor *b, int *ndim, int64_t *sizes) {
    int a_transposed = (int)call->args.n[A_TRANSPOSED], b_transposed = (int)call->args.n[B_TRANSPOSED];
    RL_TRY(check_dtypes(call));
    if (factor_columns(a, a_transposed) != factor_rows(b, b_transposed))
        return fail_inner(call, a, b, factor_columns(a, a_transposed), factor_rows(b, b_transposed));
    RL_TRY(rl_broadcast_sizes(a->ndim - 2, a->sizes, b->ndim - 2, b->sizes, ndim, sizes));
    sizes[(*ndim)++] = factor_rows(a, a_transposed);
    sizes[(*ndim)++] = factor_columns(b, b_transposed);
    return RL_OK;
}

static rl_status infer_batched(const rl_call *call, rl_result *result) {
    int ndim;
    int64_t sizes[RL_MAX_DIMS + 2];
    RL_TRY(infer_batch(call, call->in[0], call->in[1], &ndim, sizes));
    return set_product(call, result, ndim, sizes);
}
const rl_op rl_op_batched_mm = {.name = "batched_mm",
                                SCHEMA(batched_mm),
                                .grad_name = "Bmm",
                                .traits = RL_BROADCASTS,
                                .saves = {SAVE_INPUT(1), SAVE_INPUT(0)},
                                .infer = infer_batched,
                                .forward = multiply_forward,
                                .vjp = mm_vjp};

static rl_status check_batches(const rl_call *call, int first) {
    RL_TRY(check_ndim(call, first, 3));
    RL_TRY(check_ndim(call, first + 1, 3));
    if (call->in[first]->sizes[0] != call->in[first + 1]->sizes[0])
        return rl_fail("%s() needs as many matrices in one batch as in the other: %lld and %lld", call->op->name, (long long)call->in[first]->sizes[0],
                       (long long)call->in[first + 1]->sizes[0]);
    return RL_OK;
}

static rl_status infer_bmm(const rl_call *call, rl_result *result) {
    RL_TRY(check_batches(call, 0));
    return infer_batched(call, result);
}
const rl_op rl_op_bmm = {
    .name = "bmm", SCHEMA(bmm), .grad_name = "Bmm", .saves = {SAVE_INPUT(1), SAVE_INPUT(0)}, .infer = infer_bmm, .forward = multiply_forward, .vjp = mm_vjp};

rl_tensor *rl_product_of(rl_tensor *a, int a_transposed, rl_tensor *b, int b_transposed, rl_scalar alpha) {
    rl_args args = RL_ARGS_NONE;
    if (!a || !b) return NULL;
    args.n[A_TRANSPOSED] = a_transposed;
    args.n[B_TRANSPOSED] = b_transposed;
    args.s[ALPHA] = alpha;
    return rl_apply_to(a->ndim == 2 && b->ndim == 2 ? &rl_op_mm : &rl_op_batched_mm, &args, 2, (rl_tensor *[]){a, b});
}

/* ---- mv, dot ---- */

rl_tensor *rl_outer(rl_tensor *a, rl_tensor *b) { return a && b ? rl_mul(rl_view_as(a, 2, (int64_t[]){a->numel, 1}), b) : NULL; }

static rl_tensor *times_vector(rl_tensor *a, int transposed, rl_tensor *x, rl_scalar alpha) {
    rl_args args = RL_ARGS_NONE;
    args.n[A_TRANSPOSED] = transposed;
    args.s[ALPHA] = alpha;
    return rl_apply_to(&rl_op_mv, &args, 2, (rl_tensor *[]){a, x});
}

static rl_status check_vector_product(const rl_call *call, const rl_tensor *a, const rl_tensor *x) {
    int transposed = (int)call->args.n[A_TRANSPOSED];
    RL_TRY(check_dtypes(call));
    return factor_columns(a, transposed) == x->numel ? RL_OK : fail_inner(call, a, x, factor_columns(a, transposed), x->numel);
}

static rl_status infer_mv(const rl_call *call, rl_result *result) {
    RL_TRY(check_ndim(call, 0, 2));
    RL_TRY(check_ndim(call, 1, 1));
    RL_TRY(check_vector_product(call, call->in[0], call->in[1]));
    return set_product(call, result, 1, (int64_t[]){factor_rows(call->in[0], (int)call->args.n[A_TRANSPOSED])});
}

VJP(mv) {
    int transposed = flag(v, A_TRANSPOSED);
    rl_scalar alpha = scalar(v, ALPHA);
    GRADIENT(0, rl_scaled(transposed ? rl_outer(INPUT_1, GRAD) : rl_outer(GRAD, INPUT_1), alpha));
    GRADIENT(1, times_vector(INPUT_0, !transposed, GRAD, alpha));
}
const rl_op rl_op_mv = {
    .name = "mv", SCHEMA(mv), .grad_name = "Mv", .saves = {SAVE_INPUT(1), SAVE_INPUT(0)}, .infer = infer_mv, .forward = multiply_forward, .vjp = mv_vjp};

static rl_status infer_dot(const rl_call *call, rl_result *result) {
    RL_TRY(check_ndim(call, 0, 1));
    RL_TRY(check_ndim(call, 1, 1));
    RL_TRY(check_dtypes(call));
    if (call->in[0]->numel != call->in[1]->numel)
        return rl_fail("%s() needs vectors of one length; they have %lld and %lld elements", call->op->name, (long long)call->in[0]->numel,
                       (long long)call->in[1]->numel);
    return set_product(call, result, 0, NULL);
}

VJP(dot) {
    GRADIENT(0, rl_mul(GRAD, INPUT_1));
    GRADIENT(1, rl_mul(GRAD, INPUT_0));
}
const rl_op rl_op_dot = {
    .name = "dot", SCHEMA(dot), .grad_name = "Dot", .saves = {SAVE_INPUT(1), SAVE_INPUT(0)}, .infer = infer_dot, .forward = multiply_forward, .vjp = dot_vjp};
const rl_op rl_op_vdot = {.name = "vdot",
                          SCHEMA(vdot),
                          .grad_name = "Vdot",
                          .saves = {SAVE_INPUT(1), SAVE_INPUT(0)},
                          .infer = infer_dot,
                          .forward = multiply_forward,
                          .vjp = dot_vjp};

/* ---- beta self + alpha times a product ---- */

static rl_status check_target(const rl_call *call, int ndim, const int64_t *sizes) {
    const rl_tensor *self = call->in[0];
    int both;
    int64_t joint[RL_MAX_DIMS];
    if (self->ndim <= ndim && rl_broadcast_sizes(self->ndim, self->sizes, ndim, sizes, &both, joint) == RL_OK &&
        memcmp(joint, sizes, (size_t)ndim * sizeof *sizes) == 0)
        return RL_OK;
    rl_error_clear();
    return rl_fail("%s(): `self` has shape %s, which does not broadcast to the product's %s", call->op->name, rl_sizes_text(self->ndim, self->sizes),
                   rl_sizes_text(ndim, sizes));
}

static rl_status set_sum(const rl_call *call, rl_result *result, int ndim, const int64_t *sizes) {
    RL_TRY(check_target(call, ndim, sizes));
    return set_product(call, result, ndim, sizes);
}

static rl_status infer_addmm(const rl_call *call, rl_result *result) {
    const rl_tensor *a = call->in[1], *b = call->in[2];
    RL_TRY(check_ndim(call, 1, 2));
    RL_TRY(check_ndim(call, 2, 2));
    RL_TRY(check_dtypes(call));
    int b_transposed = (int)call->args.n[B_TRANSPOSED];
    if (a->sizes[1] != factor_rows(b, b_transposed)) return fail_inner(call, a, b, a->sizes[1], factor_rows(b, b_transposed));
    return set_sum(call, result, 2, (int64_t[]){a->sizes[0], factor_columns(b, b_transposed)});
}

static rl_status infer_baddbmm(const rl_call *call, rl_result *result) {
    int ndim;
    int64_t sizes[RL_MAX_DIMS + 2];
    RL_TRY(check_batches(call, 1));
    RL_TRY(infer_batch(call, call->in[1], call->in[2], &ndim, sizes));
    return set_sum(call, result, ndim, sizes);
}

static rl_status infer_addmv(const rl_call *call, rl_result *result) {
    RL_TRY(check_ndim(call, 1, 2));
    RL_TRY(check_ndim(call, 2, 1));
    RL_TRY(check_vector_product(call, call->in[1], call->in[2]));
    return set_sum(call, result, 1, call->in[1]->sizes);
}

static rl_status add_product_forward(rl_call *call) {
    rl_scalar beta = or_one(call->args.s[BETA]);
    if (beta.as_double != 0) RL_TRY(rl_copy_data(call->y[0], call->x[0]));
    return multiply(call, call->x[1], call->x[2], beta);
}

VJP(addmm) {
    rl_scalar alpha = scalar(v, ALPHA);
    GRADIENT(0, rl_scaled(GRAD, scalar(v, BETA)));
    int b = flag(v, B_TRANSPOSED);
    GRADIENT(1, rl_product_of(GRAD, 0, INPUT_2, !b, alpha));
    GRADIENT(2, b ? rl_product_of(GRAD, 1, INPUT_1, 0, alpha) : rl_product_of(INPUT_1, 1, GRAD, 0, alpha));
}
const rl_op rl_op_addmm = {.name = "addmm",
                           SCHEMA(addmm),
                           .grad_name = "Addmm",
                           .traits = RL_BROADCASTS,
                           .saves = {0, SAVE_INPUT(2), SAVE_INPUT(1)},
                           .infer = infer_addmm,
                           .forward = add_product_forward,
                           .vjp = addmm_vjp};
const rl_op rl_op_baddbmm = {.name = "baddbmm",
                             SCHEMA(baddbmm),
                             .grad_name = "Baddbmm",
                             .traits = RL_BROADCASTS,
                             .saves = {0, SAVE_INPUT(2), SAVE_INPUT(1)},
                             .infer = infer_baddbmm,
                             .forward = add_product_forward,
                             .vjp = addmm_vjp};

VJP(addmv) {
    rl_scalar alpha = scalar(v, ALPHA);
    GRADIENT(0, rl_scaled(GRAD, scalar(v, BETA)));
    GRADIENT(1, rl_scaled(rl_outer(GRAD, INPUT_2), alpha));
    GRADIENT(2, times_vector(INPUT_1, 1, GRAD, alpha));
}
const rl_op rl_op_addmv = {.name = "addmv",
                           SCHEMA(addmv),
                           .grad_name = "Addmv",
                           .traits = RL_BROADCASTS,
                           .saves = {0, SAVE_INPUT(2), SAVE_INPUT(1)},
                           .infer = infer_addmv,
                           .forward = add_product_forward,
                           .vjp = addmv_vjp};

/* ---- compositions ---- */

static rl_status compose_outer(rl_call *call) {
    RL_TRY(check_ndim(call, 0, 1));
    RL_TRY(check_ndim(call, 1, 1));
    return rl_set_result(call, 1, (rl_tensor *[]){rl_outer(call->in[0], call->in[1])});
}
const rl_op rl_op_outer = {.name = "outer", SCHEMA(outer), .compose = compose_outer};

static rl_status compose_matmul(rl_call *call) { return rl_set_result(call, 1, (rl_tensor *[]){rl_matmul(call->in[0], call->in[1])}); }
const rl_op rl_op_matmul = {.name = "matmul", SCHEMA(matmul), .compose = compose_matmul};

/* x weight' + bias, over the last dimension of x. */
static rl_status compose_linear(rl_call *call) {
    rl_tensor *x = call->in[0], *weight = call->in[1], *bias = call->in[2], *rows = x;
    int64_t sizes[RL_MAX_DIMS];
    rl_args args = RL_ARGS_NONE;
    if (x->ndim == 0 || weight->ndim != 2 || x->sizes[x->ndim - 1] != weight->sizes[1])
        return rl_fail("linear() of an input of shape %s and a weight of shape %s: the last dimension of the input must be the weight's second",
                       rl_sizes_text(x->ndim, x->sizes), rl_sizes_text(weight->ndim, weight->sizes));
    memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
    sizes[x->ndim - 1] = weight->sizes[0];
    int64_t n = 1;
    for (int d = 0; d < x->ndim - 1; d++) n *= x->sizes[d]; /* x has as many rows, and may have no columns */
    if (x->ndim != 2) rows = rl_reshape(x, 2, (int64_t[]){n, weight->sizes[1]});
    args.n[B_TRANSPOSED] = 1;
    rl_tensor *y =
        bias ? rl_apply_to(&rl_op_addmm, &args, 3, (rl_tensor *[]){bias, rows, weight}) : rl_apply_to(&rl_op_mm, &args, 2, (rl_tensor *[]){rows, weight});
    return rl_set_result(call, 1, (rl_tensor *[]){y && x->ndim != 2 ? rl_view_as(y, x->ndim, sizes) : y});
}
const rl_op rl_op_linear = {.name = "linear", SCHEMA(linear), .compose = compose_linear};

/* Many rows against one matrix or vector: one large product, if the rows can be seen as one matrix without a copy. */
static rl_tensor *as_one_product(rl_tensor *a, rl_tensor *b) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim = a->ndim - 1;
    memcpy(sizes, a->sizes, (size_t)ndim * sizeof *sizes);
    rl_tensor *rows = rl_view_as(a, 2, (int64_t[]){a->numel / a->sizes[ndim], a->sizes[ndim]});
    if (b->ndim == 1) return rl_view_as(rl_mv(rows, b), ndim, sizes);
    sizes[ndim++] = b->sizes[1];
    return rl_view_as(rl_mm(rows, b), ndim, sizes);
}

static int is_one_product(const rl_tensor *a) {
    for (int d = 1; d < a->ndim - 1; d++)
        if (a->strides[d - 1] != a->strides[d] * a->sizes[d]) return 0;
    return a->sizes[a->ndim - 1] > 0;
}

rl_tensor *rl_matmul(rl_tensor *a, rl_tensor *b) {
    int64_t sizes[RL_MAX_DIMS];
    if (!a || !b) return NULL;
    if (a->ndim == 0 || b->ndim == 0) {
        rl_fail("matmul() needs tensors of at least one dimension; the shapes are %s and %s", rl_sizes_text(a->ndim, a->sizes),
                rl_sizes_text(b->ndim, b->sizes));
        return NULL;
    }
    if (a->ndim == 2 && b->ndim == 2) return rl_mm(a, b);
    if (a->ndim == 1 && b->ndim == 1) return rl_dot(a, b);
    if (a->ndim == 2 && b->ndim == 1) return rl_mv(a, b);
    if (a->ndim == 1 && b->ndim == 2) return times_vector(b, 1, a, (rl_scalar){RL_SCALAR_NONE, 0, 0});
    if (b->ndim <= 2 && is_one_product(a) && a->sizes[a->ndim - 1] == b->sizes[0]) return as_one_product(a, b);
    rl_tensor *left = a->ndim == 1 ? rl_view_as(a, 2, (int64_t[]){1, a->numel}) : a, *right = b->ndim == 1 ? rl_view_as(b, 2, (int64_t[]){b->numel, 1}) : b;
    rl_tensor *product = rl_apply_to(&rl_op_batched_mm, NULL, 2, (rl_tensor *[]){left, right});
    if (!product || (a->ndim > 1 && b->ndim > 1)) return product;
    int kept = 0;
    for (int d = 0; d < product->ndim; d++)
        if (d != product->ndim - (a->ndim == 1 ? 2 : 1)) sizes[kept++] = product->sizes[d];
    return rl_view_as(product, kept, sizes);
}
