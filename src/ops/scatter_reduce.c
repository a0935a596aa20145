/* scatter_reduce and index_reduce: what arrives at one place is summed, multiplied, averaged, or the largest or smallest of it kept,
 * with or without what was there before. */
#include "index.h"

#include <math.h>
#include <string.h>

enum { HOW = 1, INCLUDE_SELF }; /* in args.n, after DIM */
enum { SUM = 1, PROD, MEAN, AMAX, AMIN };

static rl_status check_how(const rl_call *call) {
    int64_t how = call->args.n[HOW];
    if (how < SUM || how > AMIN) return rl_fail("`reduce` must be \"sum\", \"prod\", \"mean\", \"amax\" or \"amin\"");
    return RL_OK;
}

/* What a place starts with if what was there does not count. */
static rl_scalar neutral(int64_t how, rl_dtype dtype) {
    if (how == PROD) return rl_scalar_int(1);
    if (how == AMAX) return rl_dtype_is_inexact(dtype) ? rl_scalar_double(-INFINITY) : rl_scalar_int(rl_dtype_least_integer(dtype));
    if (how == AMIN) return rl_dtype_is_inexact(dtype) ? rl_scalar_double(INFINITY) : rl_scalar_int(rl_dtype_largest_integer(dtype));
    return rl_scalar_int(0);
}

/* How many values each place of a mean was made of, no less than 1; counted in float for the narrow dtypes. */
static rl_tensor *counts(rl_dtype dtype, int ndim, const int64_t *sizes, rl_tensor *index, int dim, int include_self) {
    rl_tensor *count = rl_scatter_add(rl_filled(rl_computed_in(dtype), ndim, sizes, include_self), dim, index, rl_number(1));
    return include_self ? count : rl_clamp(count, rl_scalar_int(1), (rl_scalar){.kind = RL_SCALAR_NONE});
}

/* Integers are divided downwards. */
static void divide_integers(rl_tensor *sums, const rl_tensor *count) {
    for (int64_t k = 0; k < sums->numel; k++) {
        int64_t *sum = (int64_t *)rl_host_data(sums) + k, by = ((const int64_t *)rl_host_data(count))[k];
        *sum = *sum / by - (*sum % by < 0);
    }
}

static rl_status divide(rl_call *call) {
    rl_tensor *y = call->y[0];
    int include_self = (int)call->args.n[INCLUDE_SELF], whole = !rl_dtype_is_inexact((rl_dtype)y->dtype);
    rl_dtype dtype = whole ? RL_INT64 : (rl_dtype)y->dtype;
    rl_tensor *count = counts(dtype, y->ndim, y->sizes, call->x[INDEX], (int)call->args.n[DIM], include_self);
    if (!count) return RL_FAILED;
    if (!whole) {
        rl_tensor *mean = rl_div(y, count);
        return mean ? rl_copy_data(y, mean) : RL_FAILED;
    }
    rl_tensor *sums = rl_tensor_new(RL_INT64, y->ndim, y->sizes);
    if (!sums || rl_copy_data(sums, y) != RL_OK) return RL_FAILED;
    divide_integers(sums, count);
    return rl_copy_data(y, sums);
}

static rl_status reduce_forward(rl_call *call, int slicewise) {
    static const rl_combine combine[] = {[SUM] = RL_ADD, [PROD] = RL_MULTIPLY, [MEAN] = RL_ADD, [AMAX] = RL_LARGEST, [AMIN] = RL_SMALLEST};
    int64_t how = call->args.n[HOW];
    rl_tensor *y = call->y[0];
    rl_status status = slicewise ? rl_expand_index(call) : RL_OK;
    if (status == RL_OK && !call->args.n[INCLUDE_SELF]) {
        rl_tensor *src = call->x[SRC], *start = rl_tensor_scalar((rl_dtype)y->dtype, neutral(how, (rl_dtype)y->dtype));
        call->x[SRC] = start;
        status = start ? rl_run_scatter(call, RL_PUT) : RL_FAILED;
        call->x[SRC] = src;
        call->x[SELF] = y;
    }
    if (status == RL_OK) status = rl_run_scatter(call, combine[how]);
    if (status == RL_OK && how == MEAN) status = divide(call);
    return status;
}

/* ---- the derivatives ---- */

static rl_tensor *scatter_reduced(const rl_vjp *v, rl_tensor *self, rl_tensor *index, rl_tensor *src) {
    return self && index && src ? rl_apply_to(&rl_op_scatter_reduce, v->args, 3, (rl_tensor *[]){self, index, src}) : NULL;
}

static rl_tensor *as_number(rl_tensor *truth, rl_dtype dtype) { return rl_to_dtype(truth, dtype); }

/* Where one factor alone is zero, its derivative is the product of the others. */
static void reduce_prod_vjp(rl_vjp *v, rl_tensor *index) {
    rl_tensor *g = GRAD, *self = INPUT_0, *src = INPUT_2, *result = OUTPUT_0, *zero = rl_number(0);
    int64_t dim = v->args->n[DIM];
    rl_dtype dtype = (rl_dtype)g->dtype;
    rl_tensor *self_apart = rl_masked_fill(self, rl_eq(self, zero), 1);
    GRADIENT(0, rl_div(rl_mul(g, scatter_reduced(v, self_apart, index, src)), self_apart));
    if (!v->needs[2]) return;
    rl_tensor *src_zero = rl_eq(src, zero);
    rl_tensor *zeros = rl_gather(rl_scatter_add(ZEROS(0), dim, index, as_number(src_zero, dtype)), dim, index);
    rl_tensor *alone = rl_logical_and(src_zero, rl_eq(zeros, rl_number(1)));
    rl_tensor *others = scatter_reduced(v, self, index, rl_masked_fill(src, alone, 1));
    GRADIENT(2, rl_where(alone, rl_gather(rl_mul(g, others), dim, index), rl_div(rl_gather(rl_mul(g, result), dim, index), rl_masked_fill(src, src_zero, 1))));
}

/* Equals share the gradient. */
static void reduce_minmax_vjp(rl_vjp *v, rl_tensor *index) {
    rl_tensor *g = GRAD, *self = INPUT_0, *src = INPUT_2, *result = OUTPUT_0;
    int64_t dim = v->args->n[DIM];
    if (!g) return;
    rl_tensor *in_self = as_number(rl_eq(self, result), (rl_dtype)g->dtype);
    rl_tensor *in_src = as_number(rl_eq(src, rl_gather(result, dim, index)), (rl_dtype)g->dtype);
    if (!v->args->n[INCLUDE_SELF]) in_self = rl_scatter(in_self, dim, index, rl_number(0));
    rl_tensor *share = rl_div(g, rl_clamp(rl_scatter_add(in_self, dim, index, in_src), rl_scalar_int(1), (rl_scalar){.kind = RL_SCALAR_NONE}));
    GRADIENT(0, v->args->n[INCLUDE_SELF] ? rl_mul(in_self, share) : share);
    GRADIENT(2, rl_mul(in_src, rl_gather(share, dim, index)));
}

static void reduce_vjp(rl_vjp *v, int slicewise) {
    rl_tensor *g = GRAD, *index = rl_index_by_element(v, slicewise);
    int include_self = (int)v->args->n[INCLUDE_SELF];
    if (!index) return;
    switch (v->args->n[HOW]) {
    case PROD: reduce_prod_vjp(v, index); break;
    case AMAX:
    case AMIN: reduce_minmax_vjp(v, index); break;
    case MEAN: g = rl_div(g, counts((rl_dtype)GRAD->dtype, v->in[0].ndim, v->in[0].sizes, index, (int)v->args->n[DIM], include_self)); /* fall through */
    default: GRADIENT(0, g); GRADIENT(2, rl_gathered_gradient(v, g, slicewise));
    }
    if (v->needs[0] && !include_self) v->dx[0] = rl_zero_where_written(v, v->dx[0], slicewise);
}

#define REDUCING(op, grad, slicewise, way)                                                                                                            \
    static rl_status infer_##op(const rl_call *call, rl_result *result) {                                                                             \
        RL_TRY(check_how(call));                                                                                                                      \
        return rl_infer_##way(call, result, 1);                                                                                                       \
    }                                                                                                                                                 \
    static rl_status op##_forward(rl_call *call) { return reduce_forward(call, slicewise); }                                                          \
    VJP(op) { reduce_vjp(v, slicewise); }                                                                                                             \
    const rl_op rl_op_##op = {                                                                                                                        \
        .name = #op,                                                                                                                                  \
        SCHEMA(op),                                                                                                                                   \
        .grad_name = grad,                                                                                                                            \
        .traits = RL_ELEMENTWISE,                                                                                                                     \
        .saves = {SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_INPUT(2) | SAVE_OUTPUT(0), 0, SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_INPUT(2) | SAVE_OUTPUT(0)}, \
        .canonicalize = rl_canonicalize_##way,                                                                                                        \
        .infer = infer_##op,                                                                                                                          \
        .forward = op##_forward,                                                                                                                      \
        .vjp = op##_vjp};

REDUCING(scatter_reduce, "ScatterReduce", 0, scatter)
REDUCING(index_reduce, "IndexReduce", 1, slicewise)
