/* Searching, counting, and finding runs: results that no gradient flows through, made at once. */
#include "../kernels/search.h"

#include <math.h>
#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/parallel.h"
#include "infer.h"

/* The values, contiguous, of that dtype, outside any graph. */
static rl_tensor *contiguous_as(const rl_tensor *x, rl_dtype dtype) {
    if ((rl_dtype)x->dtype == dtype && rl_is_contiguous(x)) return rl_tensor_alias(x);
    rl_tensor *contiguous = rl_tensor_new(dtype, x->ndim, x->sizes);
    return contiguous && rl_copy_data(contiguous, (rl_tensor *)x) == RL_OK ? contiguous : NULL;
}

static rl_tensor *zeros(rl_dtype dtype, int64_t n) { return rl_zeros(dtype, 1, &n); }

static rl_status set_one(rl_call *call, rl_tensor *result) { return rl_set_result(call, 1, &result); }

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
        int64_t place = ((const int64_t *)rl_data(order))[k];
        if (place < 1 || place > n) return rl_fail("searchsorted(): `sorter` holds %lld, and the sequence has %lld elements", (long long)place, (long long)n);
    }
    return RL_OK;
}

static rl_status compose_searchsorted(rl_call *call) {
    rl_tensor *sorted = call->in[0], *values = call->in[1], *order = call->in[2];
    RL_TRY(check_search(sorted, values, order));
    rl_dtype dtype = rl_result_dtype(2, (rl_tensor *[]){sorted, values});
    dtype = rl_dtype_is_floating(dtype) ? rl_computed_in(dtype) : RL_INT64;
    int64_t n = sorted->sizes[sorted->ndim - 1], slices = sorted->ndim == 1 ? 1 : n ? sorted->numel / n : 0;
    rl_tensor *indices = rl_tensor_new(RL_INT64, values->ndim, values->sizes);
    if (!indices || !(sorted = contiguous_as(sorted, dtype)) || !(values = contiguous_as(values, dtype))) return RL_FAILED;
    if (order && !(order = contiguous_as(order, RL_INT64))) return RL_FAILED;
    if (order) RL_TRY(check_order(order, n));
    if (n == 0) rl_fill_elements(indices, rl_scalar_int(0));
    int64_t each = slices ? values->numel / slices : 0;
    size_t width = rl_dtype_size(dtype);
    for (int64_t k = 0; k < slices; k++)
        rl_search(dtype, (char *)rl_data(sorted) + (size_t)(k * n) * width, order ? (const int64_t *)rl_data(order) + k * n : NULL, n,
                  (char *)rl_data(values) + (size_t)(k * each) * width, each, (int)call->args.n[RIGHT], (int64_t *)rl_data(indices) + k * each);
    return set_one(call, call->args.n[OUT_INT32] ? rl_to_dtype(indices, RL_INT32) : indices);
}
const rl_op rl_op_searchsorted = {.name = "searchsorted", SCHEMA(searchsorted), .compose = compose_searchsorted};

/* ---- bincount: values count from 1, as R's tabulate() has it ---- */

static void count_values(const rl_tensor *values, const rl_tensor *weights, rl_tensor *counts) {
    const int64_t *value = rl_data(values);
    for (int64_t k = 0; k < values->numel && !RL_GIVEN_UP_AT(k); k++) {
        if (!weights)
            ((int64_t *)rl_data(counts))[value[k] - 1]++;
        else if (counts->dtype == RL_FLOAT)
            ((float *)rl_data(counts))[value[k] - 1] += ((const float *)rl_data(weights))[k];
        else
            ((double *)rl_data(counts))[value[k] - 1] += ((const double *)rl_data(weights))[k];
    }
}

static rl_status compose_bincount(rl_call *call) {
    rl_tensor *x = call->in[0], *weights = call->in[1];
    int64_t n = call->args.n[0];
    if (n < 0) return rl_fail("bincount(): `minlength` must be 0 or more; it is %lld", (long long)n);
    if (x->ndim != 1 || rl_dtype_is_floating((rl_dtype)x->dtype))
        return rl_fail("bincount() needs a vector of integers; it was given %s of shape %s", rl_dtype_name((rl_dtype)x->dtype),
                       rl_sizes_text(x->ndim, x->sizes));
    if (weights && !rl_same_sizes(weights, x))
        return rl_fail("bincount(): `weights` has shape %s, and the tensor %s", rl_sizes_text(weights->ndim, weights->sizes), rl_sizes_text(x->ndim, x->sizes));
    if (!(x = contiguous_as(x, RL_INT64))) return RL_FAILED;
    for (int64_t k = 0; k < x->numel; k++) {
        int64_t value = ((const int64_t *)rl_data(x))[k];
        if (value < 1) return rl_fail("bincount() counts values from 1; element %lld is %lld", (long long)k + 1, (long long)value);
        if (value > n) n = value;
    }
    rl_dtype dtype = !weights ? RL_INT64 : weights->dtype == RL_FLOAT ? RL_FLOAT : RL_DOUBLE;
    if (weights && !(weights = contiguous_as(weights, dtype))) return RL_FAILED;
    rl_tensor *counts = zeros(dtype, n);
    if (!counts) return RL_FAILED;
    count_values(x, weights, counts);
    return set_one(call, counts);
}
const rl_op rl_op_bincount = {.name = "bincount", SCHEMA(bincount), .compose = compose_bincount};

/* ---- histc, histogram ---- */

static double value_at(const rl_tensor *x, int64_t k) { return x->dtype == RL_FLOAT ? ((const float *)rl_data(x))[k] : ((const double *)rl_data(x))[k]; }

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

static rl_status compose_histc(rl_call *call) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    int64_t n = call->args.n[0];
    double low = call->args.s[0].as_double, high = call->args.s[1].as_double;
    RL_TRY(check_bins(call, n));
    rl_tensor *x = contiguous_as(call->in[0], rl_computed_in(dtype)), *bins = zeros(rl_computed_in(dtype), n);
    if (!x || !bins) return RL_FAILED;
    RL_TRY(find_range(call, x, 1, &low, &high));
    rl_count_in_bins((rl_dtype)x->dtype, rl_data(x), NULL, x->numel, NULL, low, high, n, rl_data(bins));
    return set_one(call, rl_to_dtype(bins, dtype));
}
const rl_op rl_op_histc = {.name = "histc", SCHEMA(histc), .compose = compose_histc};

/* histogram(x, edges, weights): counts between edges that R has made */
static rl_status compose_histogram(rl_call *call) {
    rl_tensor *x = call->in[0], *edges = call->in[1], *weights = call->in[2];
    rl_dtype dtype = (rl_dtype)x->dtype, computed = rl_computed_in(dtype);
    if (edges->ndim != 1) return rl_fail("histogram(): the edges of `bins` must be a vector; their shape is %s", rl_sizes_text(edges->ndim, edges->sizes));
    RL_TRY(check_bins(call, edges->numel - 1));
    if (weights && !rl_same_sizes(weights, x))
        return rl_fail("histogram(): `weight` has shape %s, and the tensor %s", rl_sizes_text(weights->ndim, weights->sizes), rl_sizes_text(x->ndim, x->sizes));
    rl_tensor *bins = zeros(computed, edges->numel - 1);
    if (!bins || !(x = contiguous_as(x, computed)) || !(edges = contiguous_as(edges, computed)) || (weights && !(weights = contiguous_as(weights, computed))))
        return RL_FAILED;
    rl_count_in_bins(computed, rl_data(x), weights ? rl_data(weights) : NULL, x->numel, rl_data(edges), value_at(edges, 0), value_at(edges, edges->numel - 1),
                     edges->numel - 1, rl_data(bins));
    return set_one(call, rl_to_dtype(bins, dtype));
}
const rl_op rl_op_histogram = {.name = "histogram", SCHEMA(histogram), .compose = compose_histogram};

/* The data's range, as histogram() needs it to make edges. */
static rl_status compose_data_range(rl_call *call) {
    double range[2] = {0, call->in[0]->numel ? 0 : 1};
    rl_tensor *x = contiguous_as(call->in[0], RL_DOUBLE), *ends = zeros(RL_DOUBLE, 2);
    if (!x || !ends) return RL_FAILED;
    RL_TRY(find_range(call, x, 0.5, &range[0], &range[1]));
    memcpy(rl_data(ends), range, sizeof range);
    return set_one(call, ends);
}
const rl_op rl_op_data_range = {.name = "histogram", SCHEMA(data_range), .compose = compose_data_range};

/* ---- unique_consecutive ---- */

enum { INVERSE, COUNTS, DIM };

/* Slices along a dimension brought together: n rows of bytes. */
typedef struct {
    rl_tensor *rows;
    int64_t n;
    size_t bytes;
} slices;

/* x with dim first, contiguous; without a dim, its elements. */
static rl_status slice(rl_tensor *x, int64_t dim, slices *s) {
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    if (dim == RL_NO_DIM) {
        s->rows = contiguous_as(x, (rl_dtype)x->dtype);
        s->n = x->numel;
        s->bytes = rl_dtype_size((rl_dtype)x->dtype);
        return s->rows ? RL_OK : RL_FAILED;
    }
    sizes[0] = x->sizes[dim];
    strides[0] = x->strides[dim];
    for (int d = 0, at = 1; d < x->ndim; d++) {
        if (d == dim) continue;
        sizes[at] = x->sizes[d];
        strides[at++] = x->strides[d];
    }
    rl_tensor *transposed = rl_tensor_view(x, x->ndim, sizes, strides, x->offset);
    s->rows = transposed ? contiguous_as(transposed, (rl_dtype)x->dtype) : NULL;
    s->n = sizes[0];
    s->bytes = s->n ? (size_t)(x->numel / s->n) * rl_dtype_size((rl_dtype)x->dtype) : 0;
    return s->rows ? RL_OK : RL_FAILED;
}

/* Equal as numbers: NaN differs from itself, and 0 equals -0. */
static int same_row(const slices *s, int64_t a, int64_t b) {
    const char *p = (const char *)rl_data(s->rows) + (size_t)a * s->bytes, *q = (const char *)rl_data(s->rows) + (size_t)b * s->bytes;
    int64_t count = (int64_t)(s->bytes / rl_dtype_size((rl_dtype)s->rows->dtype));
    if (s->rows->dtype == RL_FLOAT) {
        for (int64_t k = 0; k < count; k++)
            if (((const float *)p)[k] != ((const float *)q)[k]) return 0;
        return 1;
    }
    if (s->rows->dtype == RL_DOUBLE) {
        for (int64_t k = 0; k < count; k++)
            if (((const double *)p)[k] != ((const double *)q)[k]) return 0;
        return 1;
    }
    return memcmp(p, q, s->bytes) == 0;
}

/* The rows that begin a run, put back where dim was. */
static rl_tensor *rows_that_begin_runs(const slices *s, const rl_tensor *x, int64_t dim, const int64_t *begins, int64_t runs) {
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    int ndim = dim == RL_NO_DIM ? 1 : x->ndim;
    sizes[0] = runs;
    for (int d = 1; d < ndim; d++) sizes[d] = s->rows->sizes[d];
    rl_tensor *together = rl_tensor_new((rl_dtype)x->dtype, ndim, sizes);
    if (!together) return NULL;
    for (int64_t run = 0; run < runs; run++)
        memcpy((char *)rl_data(together) + (size_t)run * s->bytes, (const char *)rl_data(s->rows) + (size_t)begins[run] * s->bytes, s->bytes);
    if (dim == RL_NO_DIM || dim == 0) return together;
    for (int d = 0, at = 1; d < ndim; d++) {
        sizes[d] = together->sizes[d == dim ? 0 : at];
        strides[d] = together->strides[d == dim ? 0 : at];
        at += d != dim;
    }
    rl_tensor *transposed = rl_tensor_view(together, ndim, sizes, strides, 0);
    return transposed ? contiguous_as(transposed, (rl_dtype)x->dtype) : NULL;
}

static rl_status compose_unique_consecutive(rl_call *call) {
    rl_tensor *x = call->in[0];
    int64_t dim = call->args.n[DIM], runs = 0;
    slices s;
    if (dim != RL_NO_DIM) {
        int wrapped;
        RL_TRY(rl_wrap_dim(dim, x->ndim, &wrapped));
        dim = x->ndim ? wrapped : RL_NO_DIM;
    }
    RL_TRY(slice(x, dim, &s));
    int64_t *begins = rl_scope_memory((size_t)s.n + 1, sizeof *begins);
    rl_tensor *inverse =
        dim == RL_NO_DIM && call->args.n[INVERSE] ? rl_tensor_new(RL_INT64, x->ndim, x->sizes) : zeros(RL_INT64, call->args.n[INVERSE] ? s.n : 0);
    if (!begins || !inverse) return RL_FAILED;
    for (int64_t k = 0; k < s.n; k++) {
        if (RL_GIVEN_UP_AT(k)) return RL_FAILED;
        if (k == 0 || !same_row(&s, k - 1, k)) begins[runs++] = k;
        if (call->args.n[INVERSE]) ((int64_t *)rl_data(inverse))[k] = runs;
    }
    begins[runs] = s.n;
    rl_tensor *counts = zeros(RL_INT64, call->args.n[COUNTS] ? runs : 0);
    if (!counts) return RL_FAILED;
    for (int64_t run = 0; run < counts->numel; run++) ((int64_t *)rl_data(counts))[run] = begins[run + 1] - begins[run];
    return rl_set_result(call, 3, (rl_tensor *[]){rows_that_begin_runs(&s, x, dim, begins, runs), inverse, counts});
}
const rl_op rl_op_unique_consecutive = {.name = "unique_consecutive", SCHEMA(unique_consecutive), .compose = compose_unique_consecutive};
