/* Medians and modes: elements chosen by their rank. Of two middle elements the median is the lower. Their indices count from 0, as
 * torch for R has them. */
#include "../kernels/mode.h"
#include "../kernels/sort.h"
#include "take_along.h"
#include "reduce.h"

/* ---- along a dimension ---- */

static rl_status infer_median(const rl_call *call, rl_result *result) {
    result->variant = 1;
    return rl_infer_with_indices(call, result);
}

/* The outputs with 1 at the dimension, whether or not it was kept. */
static rl_status outputs_with_dim(rl_call *call, int *dim, rl_tensor **with_dim) {
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    const rl_tensor *x = call->x[0];
    RL_TRY(rl_wrap_dim(call->args.list[RL_DIMS].values[0], x->ndim, dim));
    for (int d = 0; d < x->ndim; d++) sizes[d] = d == *dim ? 1 : x->sizes[d];
    rl_contiguous_strides(x->ndim, sizes, strides);
    for (int k = 0; k < 2; k++) {
        with_dim[k] = rl_tensor_view(call->y[k], x->ndim, sizes, strides, call->y[k]->offset);
        if (!with_dim[k]) return RL_FAILED;
    }
    return RL_OK;
}

static void count_from_0(rl_tensor *indices) {
    for (int64_t k = 0; k < indices->numel; k++) ((int64_t *)rl_host_data(indices))[k]--;
}

static int64_t length_along(const rl_tensor *x, int dim) { return x->ndim ? x->sizes[dim] : 1; }

/* The slices that hold a NaN: which it is, and where it stands first. NULL for integers. */
static rl_status find_nans(const rl_call *call, int dim, rl_tensor **tops) {
    rl_tensor *x = call->x[0];
    uint8_t marked[RL_MAX_DIMS] = {0};
    tops[0] = tops[1] = NULL;
    if (!rl_dtype_is_floating((rl_dtype)x->dtype)) return RL_OK;
    tops[0] = rl_tensor_new((rl_dtype)x->dtype, call->y[0]->ndim, call->y[0]->sizes);
    tops[1] = rl_tensor_new(RL_INT64, call->y[0]->ndim, call->y[0]->sizes);
    if (!tops[0] || !tops[1]) return RL_FAILED;
    marked[dim] = 1;
    return rl_reduce(rl_amax_indices_reducers.of[x->dtype], tops, 2, x, marked, NULL);
}

static int is_nan_at(const rl_tensor *t, int64_t k) {
    if (t->dtype == RL_FLOAT) return ((const float *)rl_host_data(t))[k] != ((const float *)rl_host_data(t))[k];
    return ((const double *)rl_host_data(t))[k] != ((const double *)rl_host_data(t))[k];
}

static rl_status median_forward(rl_call *call) {
    rl_tensor *with_dim[2], *tops[2];
    int dim;
    if (call->y[0]->numel == 0) return RL_OK;
    RL_TRY(outputs_with_dim(call, &dim, with_dim));
    RL_TRY(rl_sort_elements(with_dim[0], with_dim[1], call->x[0], dim, 0, (length_along(call->x[0], dim) - 1) / 2));
    RL_TRY(find_nans(call, dim, tops));
    for (int64_t k = 0; tops[0] && k < tops[0]->numel; k++) {
        if (!is_nan_at(tops[0], k)) continue;
        rl_tensor *y = call->y[0];
        if (y->dtype == RL_FLOAT)
            ((float *)rl_host_data(y))[k] = ((float *)rl_host_data(tops[0]))[k];
        else
            ((double *)rl_host_data(y))[k] = ((double *)rl_host_data(tops[0]))[k];
        ((int64_t *)rl_host_data(call->y[1]))[k] = ((int64_t *)rl_host_data(tops[1]))[k];
    }
    count_from_0(call->y[1]);
    return RL_OK;
}

/* Where result k's slice begins, in elements. */
static int64_t slice_offset(const rl_tensor *x, int dim, int64_t k) {
    int64_t offset = x->offset;
    for (int d = x->ndim - 1; d >= 0; d--) {
        if (d == dim) continue;
        offset += k % x->sizes[d] * x->strides[d];
        k /= x->sizes[d];
    }
    return offset;
}

/* Slices with a NaN are done one by one, for each has a middle of its own. */
static rl_status nanmedian_forward(rl_call *call) {
    rl_tensor *with_dim[2], *tops[2], *x = call->x[0];
    int dim;
    if (call->y[0]->numel == 0) return RL_OK;
    RL_TRY(outputs_with_dim(call, &dim, with_dim));
    int64_t n = length_along(x, dim), one = 1, stride = x->ndim ? x->strides[dim] : 1;
    RL_TRY(rl_sort_elements(with_dim[0], with_dim[1], x, dim, 0, (n - 1) / 2));
    RL_TRY(find_nans(call, dim, tops));
    for (int64_t k = 0; tops[0] && k < tops[0]->numel; k++) {
        if (!is_nan_at(tops[0], k)) continue;
        rl_scope scope = rl_scope_enter();
        rl_tensor *slice = rl_tensor_view(x, 1, &n, &stride, slice_offset(x, dim, k));
        rl_tensor *value = rl_tensor_view(call->y[0], 1, &one, &one, call->y[0]->offset + k),
                  *index = rl_tensor_view(call->y[1], 1, &one, &one, call->y[1]->offset + k);
        if (!slice || !value || !index) return RL_FAILED;
        int64_t numbers = 0;
        for (int64_t j = 0; j < n; j++) {
            double element = rl_item(slice, j).as_double;
            numbers += element == element;
        }
        RL_TRY(rl_sort_elements(value, index, slice, 0, 0, numbers ? (numbers - 1) / 2 : 0));
        rl_scope_leave(scope);
    }
    count_from_0(call->y[1]);
    return RL_OK;
}

static rl_status mode_forward(rl_call *call) {
    rl_tensor *with_dim[2], *x = call->x[0];
    int dim;
    if (call->y[0]->numel == 0) return RL_OK;
    RL_TRY(outputs_with_dim(call, &dim, with_dim));
    rl_tensor *sorted = rl_tensor_new((rl_dtype)x->dtype, x->ndim, x->sizes), *indices = rl_tensor_new(RL_INT64, x->ndim, x->sizes);
    if (!sorted || !indices) return RL_FAILED;
    RL_TRY(rl_sort_elements(sorted, indices, x, dim, 0, 0));
    RL_TRY(rl_modes(with_dim[0], with_dim[1], sorted, indices, dim));
    count_from_0(call->y[1]);
    return RL_OK;
}

VJP(median_dim) { GRADIENT(0, rl_gradient_at_indices(v, 1)); }
const rl_op rl_op_median_dim = {.name = "median",
                                SCHEMA(median_dim),
                                .grad_name = "Median",
                                .saves = {SAVE_OUTPUT(1)},
                                .infer = infer_median,
                                .forward = median_forward,
                                .vjp = median_dim_vjp};
const rl_op rl_op_nanmedian_dim = {.name = "nanmedian",
                                   SCHEMA(nanmedian_dim),
                                   .grad_name = "Nanmedian",
                                   .saves = {SAVE_OUTPUT(1)},
                                   .infer = infer_median,
                                   .forward = nanmedian_forward,
                                   .vjp = median_dim_vjp};
const rl_op rl_op_mode = {.name = "mode",
                          SCHEMA(mode),
                          .grad_name = "Mode",
                          .saves = {SAVE_OUTPUT(1)},
                          .infer = rl_infer_with_indices,
                          .forward = mode_forward,
                          .vjp = median_dim_vjp};

/* ---- of all elements ---- */

static rl_status infer_median_all(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), 0, NULL);
}

/* As the elements in one slice; `skip` NaN. */
static rl_status median_of_all(rl_call *call, int skip) {
    rl_tensor *x = call->x[0], *y = call->y[0];
    int64_t n = x->numel, one = 1, numbers = n;
    rl_tensor *slice = rl_tensor_new((rl_dtype)x->dtype, x->ndim, x->sizes);
    if (!slice) return RL_FAILED;
    RL_TRY(rl_copy_data(slice, x));
    slice = rl_tensor_view(slice, 1, &n, &one, 0);
    rl_tensor *value = rl_tensor_view(y, 1, &one, &one, y->offset);
    if (!slice || !value) return RL_FAILED;
    if (rl_dtype_is_floating((rl_dtype)x->dtype)) {
        numbers = 0;
        for (int64_t j = 0; j < n; j++) numbers += !is_nan_at(slice, j);
    }
    if (n == 0)
        return rl_dtype_is_floating((rl_dtype)x->dtype) ? rl_copy_data(y, rl_number(0.0 / 0.0)) : rl_fail("%s() of no elements has no value", call->op->name);
    int64_t rank = numbers == n || (skip && numbers) ? (numbers - 1) / 2 : n - 1; /* the last is a NaN, if there is one */
    return rl_sort_elements(value, NULL, slice, 0, 0, rank);
}

static rl_status median_all_forward(rl_call *call) { return median_of_all(call, 0); }
static rl_status nanmedian_all_forward(rl_call *call) { return median_of_all(call, 1); }

VJP(median_all) { GRADIENT(0, rl_shared_among_equals(v)); }
const rl_op rl_op_median_all = {.name = "median",
                                SCHEMA(median_all),
                                .grad_name = "Median",
                                .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                                .infer = infer_median_all,
                                .forward = median_all_forward,
                                .vjp = median_all_vjp};
const rl_op rl_op_nanmedian_all = {.name = "nanmedian",
                                   SCHEMA(nanmedian_all),
                                   .grad_name = "Nanmedian",
                                   .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                                   .infer = infer_median_all,
                                   .forward = nanmedian_all_forward,
                                   .vjp = median_all_vjp};
