/* Searching, counting, and finding runs: results that no gradient flows through. */
#include "../kernels/search.h"

#include <math.h>
#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/parallel.h"
#include "infer.h"

/* ---- searchsorted ---- */

enum { OUT_INT32, RIGHT };

static rl_status check_search(const rl_tensor *sorted, const rl_tensor *values, const rl_tensor *order) {
    if (sorted->ndim == 0) return rl_fail("searchsorted() needs a sorted sequence of at least one dimension");
    if (order && !rl_same_sizes(order, sorted))
        return rl_fail("searchsorted(): `sorter` has shape %s, and the sequence %s", rl_sizes_text(order->ndim, order->sizes),
                       rl_sizes_text(sorted->ndim, sorted->sizes));
    if (sorted->ndim == 1) return RL_OK;
    if (sorted->ndim != values->ndim || memcmp(sorted->sizes, values->sizes, (size_t)(sorted->ndim - 1) * sizeof *sorted->sizes) != 0)
        return rl_fail("searchsorted(): the sequences of shape %s and the values of shape %s must agree in all dimensions but the last",
                       rl_sizes_text(sorted->ndim, sorted->sizes), rl_sizes_text(values->ndim, values->sizes));
    return RL_OK;
}

static rl_status check_order(const rl_tensor *order, int64_t n) {
    for (int64_t k = 0; k < order->numel; k++) {
        int64_t place = ((const int64_t *)rl_host_data(order))[k];
        if (place < 1 || place > n) return rl_fail("searchsorted(): `sorter` holds %lld, and the sequence has %lld elements", (long long)place, (long long)n);
    }
    return RL_OK;
}

static void read_contiguous_as(rl_result *result, int k, rl_dtype dtype) {
    rl_read_as(result, k, dtype);
    rl_read_contiguous(result, k);
}

static rl_status infer_searchsorted(const rl_call *call, rl_result *result) {
    const rl_tensor *values = call->in[1];
    RL_TRY(check_search(call->in[0], values, call->in[2]));
    rl_dtype dtype = rl_result_dtype(2, call->in);
    dtype = rl_dtype_is_inexact(dtype) ? rl_computed_in(dtype) : RL_INT64;
    read_contiguous_as(result, 0, dtype);
    read_contiguous_as(result, 1, dtype);
    read_contiguous_as(result, 2, RL_INT64);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, call->args.n[OUT_INT32] ? RL_INT32 : RL_INT64, RL_INT64, values->ndim, values->sizes);
}

static rl_status searchsorted_forward(rl_call *call) {
    rl_tensor *sorted = call->x[0], *values = call->x[1], *order = call->x[2], *indices = call->y[0];
    const rl_dtype dtype = (rl_dtype)sorted->dtype;
    const int64_t n = sorted->sizes[sorted->ndim - 1], slices = sorted->ndim == 1 ? 1 : n ? sorted->numel / n : 0;
    const rl_search_loop search = rl_search_of(dtype);
    if (!search) return rl_fail("searchsorted() is not defined for %s tensors", rl_dtype_name(dtype));
    if (order) RL_TRY(check_order(order, n));
    if (n == 0) rl_fill_elements(indices, rl_scalar_int(0));
    int64_t each = slices ? values->numel / slices : 0;
    size_t width = rl_dtype_size(dtype);
    for (int64_t k = 0; k < slices; k++)
        search((char *)rl_host_data(sorted) + (size_t)(k * n) * width, order ? (const int64_t *)rl_host_data(order) + k * n : NULL, n,
               (char *)rl_host_data(values) + (size_t)(k * each) * width, each, (int)call->args.n[RIGHT], (int64_t *)rl_host_data(indices) + k * each);
    return RL_OK;
}
const rl_op rl_op_searchsorted = {.name = "searchsorted", SCHEMA(searchsorted), .infer = infer_searchsorted, .forward = searchsorted_forward};

/* ---- bincount: values count from 1, as R's tabulate() has it ---- */

static void count_values(const rl_tensor *values, const rl_tensor *weights, rl_tensor *counts) {
    const int64_t *value = rl_host_data(values);
    for (int64_t k = 0; k < values->numel && !RL_GIVEN_UP_AT(k); k++) {
        if (!weights)
            ((int64_t *)rl_host_data(counts))[value[k] - 1]++;
        else if (counts->dtype == RL_FLOAT)
            ((float *)rl_host_data(counts))[value[k] - 1] += ((const float *)rl_host_data(weights))[k];
        else
            ((double *)rl_host_data(counts))[value[k] - 1] += ((const double *)rl_host_data(weights))[k];
    }
}

static rl_status infer_bincount(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0], *weights = call->in[1];
    int64_t n = call->args.n[0], below;
    if (n < 0) return rl_fail("bincount(): `minlength` must be 0 or more; it is %lld", (long long)n);
    if (x->ndim != 1 || rl_dtype_is_inexact((rl_dtype)x->dtype))
        return rl_fail("bincount() needs a vector of integers; it was given %s of shape %s", rl_dtype_name((rl_dtype)x->dtype),
                       rl_sizes_text(x->ndim, x->sizes));
    if (weights && !rl_same_sizes(weights, x))
        return rl_fail("bincount(): `weights` has shape %s, and the tensor %s", rl_sizes_text(weights->ndim, weights->sizes), rl_sizes_text(x->ndim, x->sizes));
    int64_t largest = rl_largest_integer(x, 1, &below);
    if (below >= 0) return rl_fail("bincount() counts values from 1; element %lld is %lld", (long long)below + 1, (long long)rl_item(x, below).as_int);
    if (largest > n) n = largest;
    rl_dtype dtype = !weights ? RL_INT64 : weights->dtype == RL_FLOAT ? RL_FLOAT : RL_DOUBLE;
    read_contiguous_as(result, 0, RL_INT64);
    read_contiguous_as(result, 1, dtype);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, dtype, 1, &n);
}

static rl_status bincount_forward(rl_call *call) {
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    count_values(call->x[0], call->x[1], call->y[0]);
    return RL_OK;
}
const rl_op rl_op_bincount = {.name = "bincount", SCHEMA(bincount), .traits = RL_DEPENDS_ON_VALUES, .infer = infer_bincount, .forward = bincount_forward};

/* ---- histc, histogram ---- */

static double value_at(const rl_tensor *x, int64_t k) {
    return x->dtype == RL_FLOAT ? ((const float *)rl_host_data(x))[k] : ((const double *)rl_host_data(x))[k];
}

/* No range given (both 0, or equal) means that of the data; a range of no width is widened by `margin` on both
 * sides. */
static rl_status find_range(const rl_call *call, const rl_tensor *x, double margin, double *low, double *high) {
    if (*low == *high && x->numel) {
        *low = *high = value_at(x, 0);
        for (int64_t k = 1; k < x->numel; k++) {
            double value = value_at(x, k);
            if (value < *low || isnan(value)) *low = value;
            if (value > *high || isnan(value)) *high = value;
        }
    }
    if (!isfinite(*low) || !isfinite(*high)) return rl_fail("%s(): the range from %g to %g is not finite", call->op->name, *low, *high);
    if (*low > *high) return rl_fail("%s(): the range must not end (%g) before it begins (%g)", call->op->name, *high, *low);
    if (*low == *high) {
        *low -= margin;
        *high += margin;
    }
    return RL_OK;
}

static rl_status check_bins(const rl_call *call, int64_t n) {
    if (n <= 0) return rl_fail("%s(): `bins` must be 1 or more; it is %lld", call->op->name, (long long)n);
    if (!rl_dtype_is_floating((rl_dtype)call->in[0]->dtype))
        return rl_fail("%s() needs a floating dtype, not %s", call->op->name, rl_dtype_name((rl_dtype)call->in[0]->dtype));
    return RL_OK;
}

static rl_status infer_bins(const rl_call *call, rl_result *result, int64_t n) {
    const rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(check_bins(call, n));
    for (int k = 0; k < call->n_in; k++) read_contiguous_as(result, k, rl_computed_in(dtype));
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), 1, &n);
}

static rl_status infer_histc(const rl_call *call, rl_result *result) { return infer_bins(call, result, call->args.n[0]); }

static rl_status histc_forward(rl_call *call) {
    const rl_tensor *x = call->x[0], *bins = call->y[0];
    double low = call->args.s[0].as_double, high = call->args.s[1].as_double;
    RL_TRY(find_range(call, x, 1, &low, &high));
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    rl_count_in_bins((rl_dtype)x->dtype, rl_host_data(x), NULL, x->numel, NULL, low, high, bins->numel, rl_host_data(bins));
    return RL_OK;
}
const rl_op rl_op_histc = {.name = "histc", SCHEMA(histc), .infer = infer_histc, .forward = histc_forward};

/* histogram(x, edges, weights): counts between edges that R has made */
static rl_status infer_histogram(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0], *edges = call->in[1], *weights = call->in[2];
    if (edges->ndim != 1) return rl_fail("histogram(): the edges of `bins` must be a vector; their shape is %s", rl_sizes_text(edges->ndim, edges->sizes));
    RL_TRY(infer_bins(call, result, edges->numel - 1));
    if (weights && !rl_same_sizes(weights, x))
        return rl_fail("histogram(): `weight` has shape %s, and the tensor %s", rl_sizes_text(weights->ndim, weights->sizes), rl_sizes_text(x->ndim, x->sizes));
    return RL_OK;
}

static rl_status histogram_forward(rl_call *call) {
    const rl_tensor *x = call->x[0], *edges = call->x[1], *weights = call->x[2], *bins = call->y[0];
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    rl_count_in_bins((rl_dtype)x->dtype, rl_host_data(x), weights ? rl_host_data(weights) : NULL, x->numel, rl_host_data(edges), value_at(edges, 0),
                     value_at(edges, bins->numel), bins->numel, rl_host_data(bins));
    return RL_OK;
}
const rl_op rl_op_histogram = {.name = "histogram", SCHEMA(histogram), .infer = infer_histogram, .forward = histogram_forward};

/* The data's range, as histogram() needs it to make edges. */
static rl_status infer_data_range(const rl_call *call, rl_result *result) {
    (void)call;
    read_contiguous_as(result, 0, RL_DOUBLE);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, RL_DOUBLE, RL_DOUBLE, 1, (int64_t[]){2});
}

static rl_status data_range_forward(rl_call *call) {
    double *range = rl_host_data(call->y[0]);
    range[0] = 0;
    range[1] = call->x[0]->numel ? 0 : 1;
    return find_range(call, call->x[0], 0.5, &range[0], &range[1]);
}
const rl_op rl_op_data_range = {.name = "histogram", SCHEMA(data_range), .infer = infer_data_range, .forward = data_range_forward};

/* ---- unique_consecutive: the runs of a matrix's rows; a tensor's elements or slices are laid out as such ---- */

enum { INVERSE, COUNTS, ALONG };

static rl_status infer_runs(const rl_call *call, rl_result *result) {
    const rl_tensor *rows = call->in[0];
    int64_t n = rows->sizes[0], runs = rl_find_runs(rows, NULL), none = 0;
    rl_read_contiguous(result, 0);
    RL_TRY(rl_set_outputs(result, 3));
    RL_TRY(rl_output(result, 0, (rl_dtype)rows->dtype, (rl_dtype)rows->dtype, 2, (int64_t[]){runs, rows->sizes[1]}));
    RL_TRY(rl_output(result, 1, RL_INT64, RL_INT64, 1, call->args.n[INVERSE] ? &n : &none));
    return rl_output(result, 2, RL_INT64, RL_INT64, 1, call->args.n[COUNTS] ? &runs : &none);
}

static rl_status runs_forward(rl_call *call) {
    const rl_tensor *rows = call->x[0], *firsts = call->y[0], *inverse = call->y[1], *counts = call->y[2];
    const int64_t n = rows->sizes[0], runs = firsts->sizes[0];
    const size_t bytes = (size_t)rows->sizes[1] * rl_dtype_size((rl_dtype)rows->dtype);
    int64_t *begins = rl_scope_memory((size_t)runs + 1, sizeof *begins);
    if (!begins) return RL_FAILED;
    rl_find_runs(rows, begins);
    if (rl_failing()) return RL_FAILED;
    begins[runs] = n;
    for (int64_t run = 0; run < runs && !RL_GIVEN_UP_AT(run); run++) {
        memcpy((char *)rl_host_data(firsts) + (size_t)run * bytes, (const char *)rl_host_data(rows) + (size_t)begins[run] * bytes, bytes);
        if (counts->numel) ((int64_t *)rl_host_data(counts))[run] = begins[run + 1] - begins[run];
        for (int64_t k = begins[run]; inverse->numel && k < begins[run + 1]; k++) ((int64_t *)rl_host_data(inverse))[k] = run + 1;
    }
    return RL_OK;
}

static const rl_op runs_of_rows = {.name = "unique_consecutive", .traits = RL_DEPENDS_ON_VALUES, .infer = infer_runs, .forward = runs_forward};

/* Each slice along dim is a row. */
static rl_tensor *slices_as_rows(rl_tensor *x, int dim) {
    int64_t order[RL_MAX_DIMS], width = 1;
    order[0] = dim;
    for (int d = 0, at = 1; d < x->ndim; d++) {
        if (d == dim) continue;
        order[at++] = d;
        width *= x->sizes[d];
    }
    return rl_reshape(rl_permute(x, (rl_ints){x->ndim, order}), 2, (int64_t[]){x->sizes[dim], width});
}

/* What slices_as_rows() did undone, for other rows. */
static rl_tensor *rows_as_slices(rl_tensor *rows, const rl_tensor *x, int dim) {
    int64_t sizes[RL_MAX_DIMS], order[RL_MAX_DIMS];
    sizes[0] = rows->sizes[0];
    for (int d = 0, at = 1; d < x->ndim; d++) {
        order[d] = d == dim ? 0 : at;
        if (d != dim) sizes[at++] = x->sizes[d];
    }
    rl_tensor *moved = rl_view_as(rows, x->ndim, sizes);
    return dim ? rl_contiguous(rl_permute(moved, (rl_ints){x->ndim, order})) : moved;
}

static rl_status compose_unique_consecutive(rl_call *call) {
    rl_tensor *x = call->in[0];
    int dim, by_element = call->args.n[ALONG] == RL_NO_DIM || x->ndim == 0;
    RL_TRY(rl_wrap_dim(by_element ? 0 : call->args.n[ALONG], x->ndim, &dim));
    rl_tensor *rows = by_element ? rl_reshape(x, 2, (int64_t[]){x->numel, 1}) : slices_as_rows(x, dim);
    if (!rows) return RL_FAILED;
    call->op = &runs_of_rows;
    call->in[0] = rows;
    RL_TRY(rl_apply(call));
    rl_tensor *firsts = call->out[0], *inverse = call->out[1], *counts = call->out[2];
    firsts = by_element ? rl_view_as(firsts, 1, firsts->sizes) : rows_as_slices(firsts, x, dim);
    if (by_element && call->args.n[INVERSE]) inverse = rl_view_as(inverse, x->ndim, x->sizes);
    return rl_set_result(call, 3, (rl_tensor *[]){firsts, inverse, counts});
}
const rl_op rl_op_unique_consecutive = {.name = "unique_consecutive", SCHEMA(unique_consecutive), .compose = compose_unique_consecutive};
