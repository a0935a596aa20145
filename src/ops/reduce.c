#include "reduce.h"

/* ---- what reductions share ---- */

static rl_status marked_dims(const rl_args *args, int ndim, uint8_t *marked) { return rl_marked_dims(args ? args->list[RL_DIMS] : RL_INTS_NONE, ndim, marked); }

rl_status rl_one_dim(const rl_call *call) {
    if (call->args.list[RL_DIMS].length <= 1) return RL_OK;
    return rl_fail("`dim` of %s() must be one dimension; it names %d", call->op->name, call->args.list[RL_DIMS].length);
}

rl_status rl_output_reduced(const rl_call *call, rl_result *result, int k, rl_dtype dtype, rl_dtype computed) {
    const rl_tensor *x = call->in[0];
    uint8_t marked[RL_MAX_DIMS];
    int64_t sizes[RL_MAX_DIMS];
    int ndim = 0;
    RL_TRY(marked_dims(&call->args, x->ndim, marked));
    for (int d = 0; d < x->ndim; d++)
        if (!marked[d] || call->args.n[RL_KEEPDIM]) sizes[ndim++] = marked[d] ? 1 : x->sizes[d];
    return rl_output(result, k, dtype, computed, ndim, sizes);
}

rl_status rl_run_reducers(rl_call *call, const rl_reducers *reducers, const void *context) {
    const rl_reducer *reducer = reducers->of[call->x[0]->dtype];
    uint8_t marked[RL_MAX_DIMS];
    if (!reducer) return rl_fail("%s() is not defined for %s tensors", call->op->name, rl_dtype_name((rl_dtype)call->in[0]->dtype));
    RL_TRY(marked_dims(&call->args, call->x[0]->ndim, marked));
    return rl_reduce(reducer, call->y, call->n_out, call->x[0], marked, context);
}

rl_tensor *rl_kept_dims(rl_vjp *v, rl_tensor *reduced) {
    uint8_t marked[RL_MAX_DIMS];
    int64_t sizes[RL_MAX_DIMS];
    int ndim = v->in[0].ndim;
    if (!reduced || marked_dims(v->args, ndim, marked) != RL_OK) return NULL;
    if (reduced->ndim == ndim || reduced->ndim == 0) return reduced; /* a number broadcasts as it is */
    for (int d = 0; d < ndim; d++) sizes[d] = marked[d] ? 1 : v->in[0].sizes[d];
    return rl_view_as(reduced, ndim, sizes);
}

rl_tensor *rl_reduced_again(rl_vjp *v, const rl_op *op, rl_tensor *x) {
    rl_args args = RL_ARGS_NONE;
    if (v->args) args.list[RL_DIMS] = v->args->list[RL_DIMS];
    args.n[RL_KEEPDIM] = 1;
    return rl_apply_to(op, &args, 1, &x);
}

rl_tensor *rl_expand_reduced(rl_vjp *v, rl_tensor *reduced) { return rl_expand_to(rl_kept_dims(v, reduced), v->in[0].ndim, v->in[0].sizes); }

double rl_reduced_count(const rl_vjp *v) {
    uint8_t marked[RL_MAX_DIMS];
    double count = 1;
    if (marked_dims(v->args, v->in[0].ndim, marked) != RL_OK) return 0;
    for (int d = 0; d < v->in[0].ndim; d++)
        if (marked[d]) count *= (double)v->in[0].sizes[d];
    return count;
}

/* ---- sum, mean ---- */

static rl_status infer_sum_as(const rl_call *call, rl_result *result, rl_dtype dtype) {
    int inexact = rl_dtype_is_inexact(dtype);
    result->variant = call->args.list[RL_DIMS].length > 0;
    RL_TRY(rl_set_outputs(result, 1));
    if (inexact || rl_dtype_is_inexact((rl_dtype)call->in[0]->dtype) || dtype == RL_BOOL) rl_read_as(result, 0, rl_computed_in(dtype));
    return rl_output_reduced(call, result, 0, dtype, inexact ? rl_computed_in(dtype) : RL_INT64);
}

/* Integers add up as int64, unless a dtype is asked for. */
rl_status rl_infer_sum(const rl_call *call, rl_result *result) {
    rl_dtype of = (rl_dtype)call->in[0]->dtype, asked = call->args.dtype;
    return infer_sum_as(call, result, asked != RL_NO_DTYPE ? asked : rl_dtype_is_inexact(of) ? of : RL_INT64);
}

static rl_status sum_forward(rl_call *call) { return rl_run_reducers(call, &rl_sum_reducers, NULL); }

VJP(sum) { GRADIENT(0, rl_expand_reduced(v, GRAD)); }
const rl_op rl_op_sum = {.name = "sum", SCHEMA(sum), .grad_name = "Sum", .infer = rl_infer_sum, .forward = sum_forward, .vjp = sum_vjp};

static rl_status infer_mean(const rl_call *call, rl_result *result) {
    rl_dtype dtype = call->args.dtype != RL_NO_DTYPE ? call->args.dtype : (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("mean() needs a floating dtype, not %s; convert the tensor or pass `dtype`", rl_dtype_name(dtype));
    return infer_sum_as(call, result, dtype);
}

static rl_status mean_forward(rl_call *call) { return rl_run_reducers(call, &rl_mean_reducers, NULL); }

VJP(mean) { GRADIENT(0, rl_expand_reduced(v, rl_mul_number(GRAD, 1 / rl_reduced_count(v)))); }
const rl_op rl_op_mean = {.name = "mean", SCHEMA(mean), .grad_name = "Mean", .infer = infer_mean, .forward = mean_forward, .vjp = mean_vjp};

/* ---- nansum, count_nonzero, any, all ---- */

static rl_status nansum_forward(rl_call *call) {
    return rl_run_reducers(call, rl_dtype_is_inexact((rl_dtype)call->x[0]->dtype) ? &rl_nansum_reducers : &rl_sum_reducers, NULL);
}

VJP(nansum) { GRADIENT(0, rl_mul(rl_kept_dims(v, GRAD), rl_eq(INPUT_0, INPUT_0))); }
const rl_op rl_op_nansum = {
    .name = "nansum", SCHEMA(nansum), .grad_name = "Nansum", .saves = {SAVE_INPUT(0)}, .infer = rl_infer_sum, .forward = nansum_forward, .vjp = nansum_vjp};

static rl_status infer_count(const rl_call *call, rl_result *result) {
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in((rl_dtype)call->in[0]->dtype));
    return rl_output_reduced(call, result, 0, RL_INT64, RL_INT64);
}

static rl_status count_forward(rl_call *call) { return rl_run_reducers(call, &rl_nonzero_reducers, NULL); }
const rl_op rl_op_count_nonzero = {.name = "count_nonzero", SCHEMA(count_nonzero), .grad_name = "CountNonzero", .infer = infer_count, .forward = count_forward};

static rl_status infer_bool(const rl_call *call, rl_result *result) {
    rl_dtype dtype = call->in[0]->dtype == RL_UINT8 ? RL_UINT8 : RL_BOOL;
    RL_TRY(rl_one_dim(call));
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in((rl_dtype)call->in[0]->dtype));
    return rl_output_reduced(call, result, 0, dtype, dtype);
}

static rl_status any_forward(rl_call *call) { return rl_run_reducers(call, &rl_any_reducers, NULL); }
static rl_status all_forward(rl_call *call) { return rl_run_reducers(call, &rl_all_reducers, NULL); }
const rl_op rl_op_any = {.name = "any", SCHEMA(any), .grad_name = "Any", .infer = infer_bool, .forward = any_forward};
const rl_op rl_op_all = {.name = "all", SCHEMA(all), .grad_name = "All", .infer = infer_bool, .forward = all_forward};

rl_tensor *rl_sum_dims(rl_tensor *x, rl_ints dims, int keepdim) {
    rl_args args = RL_ARGS_NONE;
    args.list[RL_DIMS] = dims;
    args.n[RL_KEEPDIM] = keepdim;
    return rl_apply_to(&rl_op_sum, &args, 1, &x);
}

rl_tensor *rl_sum_to_size(rl_tensor *x, int ndim, const int64_t *sizes) {
    int64_t dims[RL_MAX_DIMS];
    int count = 0;
    if (!x) return NULL;
    for (int k = 0; k < x->ndim; k++) {
        int at = k - (x->ndim - ndim);
        if (at < 0 || (sizes[at] == 1 && x->sizes[k] != 1)) dims[count++] = k;
    }
    if (count) x = rl_sum_dims(x, (rl_ints){count, dims}, 1);
    return x && x->ndim != ndim ? rl_view_as(x, ndim, sizes) : x;
}
