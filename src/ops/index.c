/* Indexing by tensors: x[i, j, ...] and its reverse. What numbers, ranges and newaxis do is done by views before (subset.c).
 *
 * Note [Advanced indexing]
 * An index stands for one dimension of x, a mask of m dimensions for m; NULL leaves a dimension as it is. All indices broadcast
 * to one shape. Its dimensions replaces the indexed ones if those are neighbours, and come first if they are not. */
#include "index.h"

#include <string.h>

rl_tensor *rl_in_row_major(rl_tensor *x) {
    if (!x || rl_is_contiguous(x)) return x;
    rl_tensor *copy = rl_tensor_new((rl_dtype)x->dtype, x->ndim, x->sizes);
    return copy && rl_copy_data(copy, x) == RL_OK ? copy : NULL;
}

rl_tensor *rl_broadcast_to(rl_tensor *x, int ndim, const int64_t *sizes) {
    int64_t strides[RL_MAX_DIMS];
    int before = ndim - x->ndim;
    for (int d = 0; d < ndim; d++) strides[d] = d < before || x->sizes[d - before] == 1 ? 0 : x->strides[d - before];
    return rl_tensor_view(x, ndim, sizes, strides, x->offset);
}

rl_status rl_read_indexes(const rl_call *call, rl_result *result, int k) {
    rl_dtype dtype = (rl_dtype)call->in[k]->dtype;
    if (!rl_dtype_is_integral(dtype)) return rl_fail("indices must be integers, such as a torch_long() tensor, not %s", rl_dtype_name(dtype));
    rl_read_as(result, k, RL_INT64);
    rl_read_apart(result, k);
    return RL_OK;
}

rl_status rl_read_to_write(const rl_call *call, rl_result *result, int k, rl_dtype dtype, rl_dtype computed) {
    rl_tensor *x = call->in[k];
    if (!x->wrapped_number && !rl_dtype_can_cast((rl_dtype)x->dtype, dtype))
        return rl_fail("%s() cannot write %s values into a %s tensor", call->op->name, rl_dtype_name((rl_dtype)x->dtype), rl_dtype_name(dtype));
    rl_read_as(result, k, computed);
    rl_read_apart(result, k);
    return RL_OK;
}

rl_status rl_start_from_self(rl_call *call) {
    rl_tensor *y = call->y[0], *x = call->x[0];
    if (y == x || (y->storage == x->storage && y->offset == x->offset)) return RL_OK;
    return rl_copy_data(y, x);
}

rl_status rl_mask_indices(rl_tensor *mask, rl_tensor **indices) {
    mask = rl_in_row_major(mask);
    int64_t *starts = mask ? rl_scope_memory((size_t)rl_mask_chunks(mask) + 1, sizeof *starts) : NULL;
    if (!starts) return RL_FAILED;
    int64_t count = rl_count_true(mask, starts), sizes[] = {mask->ndim, count}, one = 1;
    rl_tensor *all = rl_tensor_new(RL_INT64, 2, sizes);
    if (!all) return RL_FAILED;
    rl_list_indices(rl_host_data(all), 1, count, mask, starts, 0);
    for (int d = 0; d < mask->ndim; d++)
        if (!(indices[d] = rl_tensor_view(all, 1, &count, &one, d * count))) return RL_FAILED;
    return RL_OK;
}

/* ---- the layout of an indexing: Note [Advanced indexing] ---- */

typedef struct {
    rl_tensor *at[RL_MAX_DIMS]; /* each dimension's indices, or NULL */
    uint8_t indexed[RL_MAX_DIMS];
    int first, last; /* of the indexed dimensions */
    int together;    /* nothing stands between them */
    int ndim;        /* of the indices */
    int64_t sizes[RL_MAX_DIMS];
    int whole_mask; /* which input alone is a mask of x's shape, or 0 */
} layout;

static rl_status check_mask_sizes(const rl_tensor *x, const rl_tensor *mask, int dim) {
    if (dim + mask->ndim > x->ndim)
        return rl_fail("a mask of %d dimensions at dimension %d does not fit a tensor of %d dimensions", mask->ndim, dim + 1, x->ndim);
    for (int d = 0; d < mask->ndim; d++)
        if (mask->sizes[d] != x->sizes[dim + d])
            return rl_fail("the mask has shape %s, and the tensor has %lld elements along dimension %d", rl_sizes_text(mask->ndim, mask->sizes),
                           (long long)x->sizes[dim + d], dim + d + 1);
    return RL_OK;
}

/* Which dimensions are indexed, and by what shape, is known without looking into the masks. */
static rl_status find_dims(const rl_call *call, int first_index, uint8_t *indexed, int *used) {
    const rl_tensor *x = call->in[0];
    int dim = 0;
    memset(indexed, 0, RL_MAX_DIMS);
    for (int k = first_index; k < call->n_in; k++) {
        const rl_tensor *index = call->in[k];
        int spans = index && index->dtype == RL_BOOL ? index->ndim : 1;
        if (spans == 0 && x->ndim) return rl_fail("a mask needs dimensions; this one has none");
        if (dim + spans > x->ndim) return rl_fail("%d dimensions are indexed, and the tensor has %d", dim + spans, x->ndim);
        if (index && index->dtype == RL_BOOL) RL_TRY(check_mask_sizes(x, index, dim));
        for (int d = 0; d < spans; d++) indexed[dim + d] = index != NULL;
        dim += spans;
    }
    *used = dim;
    return RL_OK;
}

/* All of the layout but the indices themselves; a mask is counted, since as many indices are its size. */
static rl_status plan(const rl_call *call, int first_index, layout *l) {
    uint8_t indexed[RL_MAX_DIMS];
    int used, given = 0;
    memset(l, 0, sizeof *l);
    RL_TRY(find_dims(call, first_index, indexed, &used));
    l->first = l->last = -1;
    for (int d = 0; d < used; d++) {
        if (!indexed[d]) continue;
        if (l->first < 0) l->first = d;
        l->last = d;
    }
    l->together = 1;
    for (int d = l->first; d < l->last; d++) l->together &= d < 0 || indexed[d];
    memcpy(l->indexed, indexed, sizeof indexed);
    for (int k = first_index; k < call->n_in; k++) {
        const rl_tensor *index = call->in[k];
        if (!index) continue;
        given++;
        if (index->dtype == RL_BOOL && index->ndim == call->in[0]->ndim) l->whole_mask = k;
        if (index->dtype != RL_BOOL) {
            RL_TRY(rl_broadcast_sizes(l->ndim, l->sizes, index->ndim, index->sizes, &l->ndim, l->sizes));
        } else {
            int64_t count = rl_count_nonzero_bytes(index);
            RL_TRY(rl_broadcast_sizes(l->ndim, l->sizes, 1, &count, &l->ndim, l->sizes));
        }
    }
    if (given > 1) l->whole_mask = 0;
    return RL_OK;
}

/* The indices that each dimension's index names. */
static rl_status find_indices(const rl_call *call, int first_index, layout *l) {
    int dim = 0;
    for (int k = first_index; k < call->n_in; k++) {
        rl_tensor *index = call->x[k];
        if (index && index->dtype == RL_BOOL) {
            RL_TRY(rl_mask_indices(index, l->at + dim));
            dim += index->ndim;
        } else {
            l->at[dim++] = index;
        }
    }
    return RL_OK;
}

static rl_status read_all_indexes(const rl_call *call, rl_result *result, int first_index) {
    for (int k = first_index; k < call->n_in; k++) {
        if (!call->in[k]) continue;
        if (call->in[k]->dtype != RL_BOOL) RL_TRY(rl_read_indexes(call, result, k));
        rl_read_apart(result, k);
    }
    return RL_OK;
}

/* The result's sizes, and in `picks` how x's dimensions that are not indexed lie in it. */
static rl_status result_sizes(const rl_tensor *x, const uint8_t *indexed, int ndim, const int64_t *index_sizes, int first, int together, int *result_ndim,
                              int64_t *result) {
    int64_t out[2 * RL_MAX_DIMS];
    int n = 0, placed = 0;
    for (int d = 0; d <= x->ndim; d++) {
        int here = together ? d == (first < 0 ? 0 : first) : d == 0;
        if (here && !placed) {
            for (int k = 0; k < ndim; k++) out[n++] = index_sizes[k];
            placed = 1;
        }
        if (d < x->ndim && !indexed[d]) out[n++] = x->sizes[d];
    }
    if (n > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions; this indexing would give %d", RL_MAX_DIMS, n);
    memcpy(result, out, (size_t)n * sizeof *result);
    *result_ndim = n;
    return RL_OK;
}

/* Adds what one index contributes; one alone may be the offsets as it stands. */
static rl_tensor *add_offsets(rl_tensor *offsets, rl_tensor *index, int alone, int ndim, const int64_t *sizes, int64_t size, int64_t stride, int dim) {
    int negative, fresh = !offsets;
    if (rl_check_indexes(index, size, dim, &negative) != RL_OK) return NULL;
    if (alone && !negative && stride == 1 && rl_is_contiguous(index) && index->ndim == ndim && memcmp(index->sizes, sizes, (size_t)ndim * sizeof *sizes) == 0)
        return index;
    if (fresh) offsets = rl_tensor_new(RL_INT64, ndim, sizes);
    if (offsets) rl_add_offsets(offsets, index, size, stride, fresh);
    return offsets;
}

/* The indices that the indices name in a tensor laid out as x is: one int64 tensor of the indices' shape. */
static rl_tensor *offsets_in(const layout *l, const rl_tensor *x) {
    rl_tensor *offsets = NULL;
    for (int d = 0; d < x->ndim; d++) {
        if (!l->at[d]) continue;
        offsets = add_offsets(offsets, l->at[d], l->first == l->last, l->ndim, l->sizes, x->sizes[d], x->strides[d], d);
        if (!offsets) return NULL;
    }
    return offsets ? offsets : rl_zeros(RL_INT64, l->ndim, l->sizes);
}

/* other is contiguous, of the result's shape, or one number */
static void make_picks(const layout *l, const rl_tensor *x, const rl_tensor *offsets, const rl_tensor *other, rl_picks *picks) {
    int64_t stride = other->numel == 1 ? 0 : 1, after = 1;
    const uint8_t *indexed = l->indexed;
    picks->count = offsets->numel;
    picks->offsets = rl_host_data(offsets);
    picks->ndim = 0;
    for (int d = 0; d < x->ndim; d++) {
        if (indexed[d]) continue;
        picks->sizes[picks->ndim] = x->sizes[d];
        picks->strides[picks->ndim++] = x->strides[d];
        if (!l->together || d > l->first) after *= x->sizes[d];
    }
    picks->step = stride * after;
    int64_t run = stride;
    for (int k = picks->ndim - 1, d = x->ndim - 1; k >= 0; d--) {
        if (d == l->first && l->together) run *= picks->count;
        if (indexed[d]) continue;
        picks->other_strides[k] = run;
        run *= picks->sizes[k--];
    }
}

/* ---- index ---- */

static rl_status infer_index(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    layout l;
    RL_TRY(plan(call, 1, &l));
    RL_TRY(rl_set_outputs(result, 1));
    RL_TRY(read_all_indexes(call, result, 1));
    RL_TRY(result_sizes(x, l.indexed, l.ndim, l.sizes, l.first, l.together, &ndim, sizes));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, ndim, sizes);
}

static rl_status compress(rl_tensor *y, rl_tensor *x, rl_tensor *mask) {
    x = rl_in_row_major(x);
    mask = rl_in_row_major(mask);
    int64_t *starts = x && mask ? rl_scope_memory((size_t)rl_mask_chunks(mask) + 1, sizeof *starts) : NULL;
    if (!starts) return RL_FAILED;
    rl_count_true(mask, starts);
    rl_compress_elements(y, x, mask, starts);
    return RL_OK;
}

static rl_status index_forward(rl_call *call) {
    rl_tensor *x = call->x[0], *y = call->y[0];
    layout l;
    rl_picks picks;
    RL_TRY(plan(call, 1, &l));
    if (l.whole_mask) return compress(y, x, call->x[l.whole_mask]);
    RL_TRY(find_indices(call, 1, &l));
    rl_tensor *offsets = offsets_in(&l, x);
    if (!offsets) return RL_FAILED;
    if (y->numel == 0) return RL_OK;
    make_picks(&l, x, offsets, y, &picks);
    rl_pick(&picks, rl_dtype_size((rl_dtype)x->dtype), rl_host_data(y), rl_host_data(x));
    return RL_OK;
}

VJP(index) { GRADIENT(0, rl_index_put(rl_expanded_zeros((rl_dtype)GRAD->dtype, v->in[0].ndim, v->in[0].sizes), GRAD, v->n_in - 1, v->x + 1, 1)); }
const rl_op rl_op_index = {.name = "index",
                           SCHEMA(index),
                           .grad_name = "Index",
                           .traits = RL_DEPENDS_ON_VALUES,
                           .saves = {SAVE_ALL_INPUTS & ~SAVE_INPUT(0)},
                           .infer = infer_index,
                           .forward = index_forward,
                           .vjp = index_vjp};

rl_tensor *rl_index(rl_tensor *x, int n, rl_tensor *const *indices) {
    rl_tensor *in[RL_MAX_DIMS + 1] = {x};
    if (!x) return NULL;
    if (n > RL_MAX_DIMS) {
        rl_fail("%d dimensions are indexed, and the tensor has %d", n, x->ndim);
        return NULL;
    }
    memcpy(in + 1, indices, (size_t)n * sizeof *in);
    return rl_apply_to(&rl_op_index, NULL, n + 1, in);
}

/* ---- index_put: in is x, the values, the indices; n[0] tells whether to add ---- */

enum { VALUES = 1, FIRST_INDEX = 2, ACCUMULATE = 0 };

static rl_status infer_index_put(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype, computed = call->args.n[ACCUMULATE] ? rl_computed_in(dtype) : dtype;
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, computed);
    rl_read_as(result, VALUES, computed);
    rl_read_apart(result, VALUES);
    RL_TRY(read_all_indexes(call, result, FIRST_INDEX));
    return rl_output(result, 0, dtype, computed, call->in[0]->ndim, call->in[0]->sizes);
}

static int values_broadcast_to(const rl_tensor *values, int ndim, const int64_t *sizes) {
    int before = ndim - values->ndim;
    for (int d = 0; d < values->ndim; d++)
        if (before < 0 || (values->sizes[d] != 1 && values->sizes[d] != sizes[before + d])) return 0;
    return 1;
}

/* The values as the indices want them: contiguous in the result's shape, or one number. */
static rl_tensor *values_for(rl_tensor *values, int ndim, const int64_t *sizes) {
    if (values->numel == 1) return values;
    if (!values_broadcast_to(values, ndim, sizes)) {
        rl_fail("values of shape %s do not fit the shape %s of what they replace", rl_sizes_text(values->ndim, values->sizes), rl_sizes_text(ndim, sizes));
        return NULL;
    }
    rl_tensor *broadcast = rl_broadcast_to(values, ndim, sizes);
    return rl_in_row_major(broadcast);
}

static rl_status put_masked(rl_call *call, rl_tensor *mask) {
    rl_tensor *y = call->y[0], *values = call->x[VALUES];
    if (values->numel == 1) {
        rl_fill_masked(y, mask, rl_host_data(values));
        return RL_OK;
    }
    mask = rl_in_row_major(mask);
    int64_t *starts = mask ? rl_scope_memory((size_t)rl_mask_chunks(mask) + 1, sizeof *starts) : NULL;
    if (!starts) return RL_FAILED;
    int64_t count = rl_count_true(mask, starts);
    values = values_for(values, 1, &count);
    rl_tensor *contiguous = values ? rl_in_row_major(y) : NULL;
    if (!contiguous) return RL_FAILED;
    rl_expand_elements(contiguous, values, mask, starts);
    return contiguous == y ? RL_OK : rl_copy_data(y, contiguous);
}

static rl_status index_put_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    layout l;
    rl_picks picks;
    RL_TRY(plan(call, FIRST_INDEX, &l));
    RL_TRY(rl_start_from_self(call));
    if (l.whole_mask && !call->args.n[ACCUMULATE]) return put_masked(call, call->x[l.whole_mask]);
    RL_TRY(find_indices(call, FIRST_INDEX, &l));
    RL_TRY(result_sizes(y, l.indexed, l.ndim, l.sizes, l.first, l.together, &ndim, sizes));
    rl_tensor *offsets = offsets_in(&l, y), *values = values_for(call->x[VALUES], ndim, sizes);
    if (!offsets || !values) return RL_FAILED;
    make_picks(&l, y, offsets, values, &picks);
    if (call->args.n[ACCUMULATE]) return rl_accumulate_values(&picks, (rl_dtype)y->dtype, rl_host_data(y), rl_host_data(values));
    rl_put_values(&picks, rl_dtype_size((rl_dtype)y->dtype), rl_host_data(y), rl_host_data(values));
    return RL_OK;
}

VJP(index_put) {
    rl_tensor **indices = v->x + FIRST_INDEX;
    int n = v->n_in - FIRST_INDEX, accumulate = v->args && v->args->n[ACCUMULATE];
    GRADIENT(0, accumulate ? GRAD : rl_index_put(GRAD, rl_zeros((rl_dtype)GRAD->dtype, 0, NULL), n, indices, 0));
    GRADIENT(1, rl_index(GRAD, n, indices));
}
const rl_op rl_op_index_put = {.name = "index_put",
                               SCHEMA(index_put),
                               .grad_name = "IndexPut",
                               .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                               .saves = {SAVE_ALL_INPUTS & ~(SAVE_INPUT(0) | SAVE_INPUT(1)), SAVE_ALL_INPUTS & ~(SAVE_INPUT(0) | SAVE_INPUT(1))},
                               .infer = infer_index_put,
                               .forward = index_put_forward,
                               .vjp = index_put_vjp};

static rl_tensor *put_at(rl_tensor *x, rl_tensor *values, int n, rl_tensor *const *indices, int accumulate, int in_place) {
    rl_tensor *in[RL_MAX_DIMS + 2] = {x, values};
    rl_args args = RL_ARGS_NONE;
    if (!x || !values) return NULL;
    if (n > RL_MAX_DIMS) {
        rl_fail("%d dimensions are indexed, and the tensor has %d", n, x->ndim);
        return NULL;
    }
    args.n[ACCUMULATE] = accumulate;
    memcpy(in + 2, indices, (size_t)n * sizeof *in);
    return (in_place ? rl_apply_in_place : rl_apply_to)(&rl_op_index_put, &args, n + 2, in);
}

rl_tensor *rl_index_put(rl_tensor *x, rl_tensor *values, int n, rl_tensor *const *indices, int accumulate) {
    return put_at(x, values, n, indices, accumulate, 0);
}

rl_tensor *rl_index_put_in_place(rl_tensor *x, rl_tensor *values, int n, rl_tensor *const *indices, int accumulate) {
    return put_at(x, values, n, indices, accumulate, 1);
}

/* ---- take and put: indices of x read as one row ---- */

static rl_tensor *flat_offsets(const rl_call *call, const rl_tensor *x, int k) {
    rl_tensor *index = call->x[k];
    if (x->numel == 0 && index->numel > 0) {
        rl_fail("%s() cannot take elements of a tensor that has none", call->op->name);
        return NULL;
    }
    return add_offsets(NULL, index, 1, index->ndim, index->sizes, x->numel, 1, 0);
}

static rl_status infer_take(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(rl_set_outputs(result, 1));
    RL_TRY(rl_read_indexes(call, result, 1));
    return rl_output(result, 0, dtype, dtype, call->in[1]->ndim, call->in[1]->sizes);
}

static rl_status take_forward(rl_call *call) {
    rl_tensor *x = rl_in_row_major(call->x[0]), *y = call->y[0];
    rl_tensor *offsets = x ? flat_offsets(call, x, 1) : NULL;
    if (!offsets) return RL_FAILED;
    rl_picks picks = {.count = offsets->numel, .offsets = rl_host_data(offsets), .step = 1};
    rl_pick(&picks, rl_dtype_size((rl_dtype)x->dtype), rl_host_data(y), rl_host_data(x));
    return RL_OK;
}

static rl_tensor *put_flat(rl_tensor *x, rl_tensor *index, rl_tensor *source, int accumulate) {
    rl_args args = RL_ARGS_NONE;
    args.n[ACCUMULATE] = accumulate;
    return rl_apply_to(&rl_op_put, &args, 3, (rl_tensor *[]){x, index, source});
}

VJP(take) { GRADIENT(0, put_flat(rl_expanded_zeros((rl_dtype)GRAD->dtype, v->in[0].ndim, v->in[0].sizes), INPUT_1, GRAD, 1)); }
const rl_op rl_op_take = {
    .name = "take", SCHEMA(take), .grad_name = "Take", .saves = {SAVE_INPUT(1)}, .infer = infer_take, .forward = take_forward, .vjp = take_vjp};

static rl_status infer_put(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    rl_dtype dtype = (rl_dtype)x->dtype, computed = call->args.n[ACCUMULATE] ? rl_computed_in(dtype) : dtype;
    if (call->in[1]->numel != call->in[2]->numel)
        return rl_fail("put() needs a source element for each index: there are %lld indices and %lld elements", (long long)call->in[1]->numel,
                       (long long)call->in[2]->numel);
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, computed);
    RL_TRY(rl_read_indexes(call, result, 1));
    RL_TRY(rl_read_to_write(call, result, 2, dtype, computed));
    return rl_output(result, 0, dtype, computed, x->ndim, x->sizes);
}

static rl_status put_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    RL_TRY(rl_start_from_self(call));
    rl_tensor *contiguous = rl_in_row_major(y), *source = rl_in_row_major(call->x[2]);
    rl_tensor *offsets = contiguous ? flat_offsets(call, contiguous, 1) : NULL;
    if (!offsets || !source) return RL_FAILED;
    rl_picks picks = {.count = offsets->numel, .offsets = rl_host_data(offsets), .step = 1};
    if (call->args.n[ACCUMULATE])
        RL_TRY(rl_accumulate_values(&picks, (rl_dtype)y->dtype, rl_host_data(contiguous), rl_host_data(source)));
    else
        rl_put_values(&picks, rl_dtype_size((rl_dtype)y->dtype), rl_host_data(contiguous), rl_host_data(source));
    return contiguous == y ? RL_OK : rl_copy_data(y, contiguous);
}

static rl_tensor *take_elements(rl_tensor *x, rl_tensor *index) { return rl_apply_to(&rl_op_take, NULL, 2, (rl_tensor *[]){x, index}); }

VJP(put) {
    int accumulate = v->args && v->args->n[ACCUMULATE];
    GRADIENT(0, accumulate ? GRAD : put_flat(GRAD, INPUT_1, rl_expanded_zeros((rl_dtype)GRAD->dtype, v->in[1].ndim, v->in[1].sizes), 0));
    GRADIENT(2, rl_reshape(take_elements(GRAD, INPUT_1), v->in[2].ndim, v->in[2].sizes));
}
const rl_op rl_op_put = {.name = "put",
                         SCHEMA(put),
                         .grad_name = "Put",
                         .traits = RL_ELEMENTWISE,
                         .saves = {SAVE_INPUT(1), 0, SAVE_INPUT(1)},
                         .infer = infer_put,
                         .forward = put_forward,
                         .vjp = put_vjp};
