/* Parts of a tensor: reading and writing.
 *
 * Indices, ranges and new dimensions become views; what names indices one by one (tensors, masks, sequences downwards) is gathered, and
 * then one op reads or writes them all. Each goes along a dimension of its own: x[c(1, 3), c(2, 4)] is a matrix of two rows and two
 * columns. The op broadcasts its indices and puts their dimensions first unless they are neighbours (Note [Advanced indexing] in index.c), so
 * here they are given shapes that do not meet, and the result's dimensions are put in order. */
#include "subset.h"

#include <string.h>

#include "index.h"

/* What the items make of x: a view, and indices of its dimensions. */
typedef struct {
    rl_tensor *view; /* up to date while a graph follows; otherwise x, and the geometry below is */
    int follows, changed;
    int ndim;
    int64_t sizes[RL_MAX_ITEMS + RL_MAX_DIMS], strides[RL_MAX_ITEMS + RL_MAX_DIMS], offset;
    rl_tensor *at[RL_MAX_DIMS]; /* a mask stands at its first dimension */
    int n_indexes;
    int meet; /* the indices name indices together, as the op takes them */
} subset;

static rl_status step_to(subset *s, rl_tensor *view) {
    s->view = view;
    return view ? RL_OK : RL_FAILED;
}

static int64_t from_start(int64_t position, int64_t size) { return position < 0 ? position + size : position; }

static long long as_counted(int64_t position) { return position < 0 ? position : position + 1; }

static rl_status check_position(int64_t position, int64_t size, int dim) {
    int64_t at = from_start(position, size);
    return at >= 0 && at < size ? RL_OK : rl_fail_index(position, size, dim);
}

/* ---- views ---- */

static rl_status take_position(subset *s, int dim, int64_t position) {
    int64_t at = from_start(position, s->sizes[dim]);
    RL_TRY(check_position(position, s->sizes[dim], dim));
    if (s->follows) RL_TRY(step_to(s, rl_select(s->view, dim, at)));
    s->changed = 1;
    s->offset += at * s->strides[dim];
    s->ndim--;
    memmove(s->sizes + dim, s->sizes + dim + 1, (size_t)(s->ndim - dim) * sizeof *s->sizes);
    memmove(s->strides + dim, s->strides + dim + 1, (size_t)(s->ndim - dim) * sizeof *s->strides);
    return RL_OK;
}

static rl_status take_range(subset *s, int dim, int64_t start, int64_t end, int64_t step) {
    int64_t size = s->sizes[dim], from = from_start(start, size), to = from_start(end, size);
    if (from < 0) from = 0;
    if (from > size) from = size;
    to = to < size ? to + 1 : size;
    if (to < from) to = from;
    if (s->follows) RL_TRY(step_to(s, rl_slice(s->view, dim, from, to, step)));
    s->changed = 1;
    s->offset += from * s->strides[dim];
    s->sizes[dim] = to > from ? (to - from - 1) / step + 1 : 0;
    if (s->sizes[dim] > 1) s->strides[dim] *= step;
    return RL_OK;
}

static rl_status add_dim(subset *s, int dim) {
    if (s->ndim == RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    if (s->follows) RL_TRY(step_to(s, rl_unsqueeze(s->view, dim)));
    s->changed = 1;
    memmove(s->sizes + dim + 1, s->sizes + dim, (size_t)(s->ndim - dim) * sizeof *s->sizes);
    memmove(s->strides + dim + 1, s->strides + dim, (size_t)(s->ndim - dim) * sizeof *s->strides);
    s->strides[dim] = dim < s->ndim ? s->sizes[dim + 1] * s->strides[dim + 1] : 1;
    s->sizes[dim] = 1;
    s->ndim++;
    return RL_OK;
}

/* ---- indices ---- */

static rl_status set_index(subset *s, int dim, rl_tensor *index) {
    s->at[dim] = index;
    s->n_indexes++;
    return index ? RL_OK : RL_FAILED;
}

static rl_status take_downwards(subset *s, int dim, int64_t start, int64_t end) {
    int64_t size = s->sizes[dim], from = from_start(start, size), to = from_start(end, size), n = from - to + 1;
    if (from >= size || to < 0)
        return rl_fail("%lld:%lld runs downwards and is out of range for dimension %d of size %lld; slc(%lld, %lld) is a range that may be empty",
                       as_counted(start), as_counted(end), dim + 1, (long long)size, as_counted(start), as_counted(end));
    rl_tensor *index = rl_tensor_new(RL_INT64, 1, &n);
    int64_t *indices = index ? rl_host_data(index) : NULL;
    for (int64_t k = 0; indices && k < n; k++) indices[k] = from - k;
    return set_index(s, dim, index);
}

static rl_status take_sequence(subset *s, int dim, int64_t start, int64_t end) {
    int64_t size = s->sizes[dim];
    return from_start(start, size) > from_start(end, size) ? take_downwards(s, dim, start, end) : take_range(s, dim, start, end, 1);
}

static rl_status take_flag(subset *s, int dim, int64_t flag) { return set_index(s, dim, rl_filled(RL_BOOL, 1, &s->sizes[dim], (double)flag)); }

static int is_mask(const rl_tensor *index) { return index->dtype == RL_BOOL; }

/* A mask over no dimensions, as a comparison of a tensor that has none gives it, is one over a new dimension. */
static rl_status take_indices(subset *s, rl_tensor *index, int drop, int *dim) {
    if (index->ndim == 0 && is_mask(index)) {
        RL_TRY(add_dim(s, *dim));
        return take_flag(s, (*dim)++, rl_item(index, 0).as_int != 0);
    }
    if (index->ndim == 0) {
        int64_t position = rl_item(index, 0).as_int;
        if (drop) return take_position(s, *dim, position);
        RL_TRY(check_position(position, s->sizes[*dim], *dim));
        return take_range(s, (*dim)++, position, position, 1);
    }
    int first = *dim;
    *dim += is_mask(index) ? index->ndim : 1;
    return set_index(s, first, index);
}

static rl_status take_cells(subset *s, const rl_tensor *cells) {
    for (int d = 0; d < s->ndim; d++) RL_TRY(set_index(s, d, rl_tensor_view(cells, 1, cells->sizes, cells->strides, cells->offset + d * cells->strides[1])));
    s->meet = 1;
    return RL_OK;
}

/* ---- items ---- */

static rl_status take_item(subset *s, const rl_item_of_subset *it, int drop, int rest, int *dim) {
    switch (it->kind) {
    case RL_ALL:
        if (s->follows && s->ndim) RL_TRY(take_range(s, *dim, 0, INT64_MAX, 1));
        ++*dim;
        return RL_OK;
    case RL_REST: *dim += rest; return RL_OK;
    case RL_ONE_INDEX:
        if (drop) return take_position(s, *dim, it->start);
        RL_TRY(check_position(it->start, s->sizes[*dim], *dim));
        return take_range(s, (*dim)++, it->start, it->start, 1);
    case RL_RANGE: return take_range(s, (*dim)++, it->start, it->end, it->step);
    case RL_SEQUENCE: return take_sequence(s, (*dim)++, it->start, it->end);
    case RL_NEW_DIM: return add_dim(s, (*dim)++);
    case RL_FLAG:
        if (s->ndim == 0) RL_TRY(add_dim(s, 0));
        return take_flag(s, (*dim)++, it->start);
    case RL_CELLS: return take_cells(s, it->tensor);
    default: return take_indices(s, it->tensor, drop, dim);
    }
}

/* How many of x's dimensions an item takes. Of a tensor without dimensions, x[] is all of it. */
static int spans(const rl_item_of_subset *it, int n, int ndim) {
    switch (it->kind) {
    case RL_ALL: return ndim > 0 || n > 1;
    case RL_REST:
    case RL_NEW_DIM: return 0;
    case RL_FLAG: return ndim > 0;
    case RL_INDICES: return is_mask(it->tensor) ? it->tensor->ndim : 1;
    case RL_CELLS: return ndim;
    default: return 1;
    }
}

static rl_status check_cells(const rl_tensor *x, int n, const rl_tensor *cells) {
    if (cells->ndim == 2 && n == 1 && x->ndim > 0 && cells->sizes[1] == x->ndim) return RL_OK;
    return rl_fail("a matrix of numbers names elements, with a column for each of the %d dimensions and no other index beside it; this one has shape %s. "
                   "torch_tensor() of it takes indices in its shape, c() of it one after the other",
                   x->ndim, rl_sizes_text(cells->ndim, cells->sizes));
}

static rl_status count_dims(const rl_tensor *x, const rl_item_of_subset *items, int n, int *used) {
    int rests = 0;
    *used = 0;
    for (int k = 0; k < n; k++) {
        *used += spans(&items[k], n, x->ndim);
        rests += items[k].kind == RL_REST;
        if (items[k].kind == RL_CELLS) RL_TRY(check_cells(x, n, items[k].tensor));
    }
    if (*used > x->ndim) return rl_fail("too many indices: %d dimensions are indexed, and the tensor has %d", *used, x->ndim);
    if (rests > 1) return rl_fail("`..` stands for all dimensions that are left, so it can be given once");
    return RL_OK;
}

static void start_from(subset *s, rl_tensor *x) {
    s->view = x;
    s->follows = rl_is_followed(x);
    s->ndim = x->ndim;
    s->offset = x->offset;
    s->n_indexes = s->changed = s->meet = 0;
    for (int d = 0; d < x->ndim; d++) {
        s->sizes[d] = x->sizes[d];
        s->strides[d] = x->strides[d];
    }
    memset(s->at, 0, sizeof s->at);
}

static rl_status take_items(subset *s, rl_tensor *x, const rl_item_of_subset *items, int n, int drop) {
    int used, dim = 0;
    RL_TRY(count_dims(x, items, n, &used));
    start_from(s, x);
    for (int k = 0; k < n; k++) RL_TRY(take_item(s, &items[k], drop, x->ndim - used, &dim));
    if (!s->follows && (s->changed || !s->n_indexes)) return step_to(s, rl_view_as_strided(x, s->ndim, s->sizes, s->strides, s->offset));
    if (s->follows && s->view == x && !s->n_indexes) return step_to(s, rl_alias(x));
    return RL_OK;
}

/* ---- the indices as the ops take them ---- */

/* One for each dimension, or for each mask's dimensions together. */
static int list_indexes(const subset *s, rl_tensor **list) {
    int n = 0, last = 0;
    for (int d = 0; d < s->ndim;) {
        list[n++] = s->at[d];
        if (s->at[d]) last = n;
        d += s->at[d] && s->at[d]->dtype == RL_BOOL ? s->at[d]->ndim : 1;
    }
    return last;
}

/* How the dimensions of several indices lie in the op's result: order[d] is where the d-th dimension of x[...] stands there. */
typedef struct {
    int ndim, in_order;
    int64_t order[2 * RL_MAX_DIMS], sizes[2 * RL_MAX_DIMS];
} placing;

/* The index with `after` more dimensions of size 1, which others will fill. */
static rl_tensor *apart(rl_tensor *index, int after) {
    int64_t sizes[2 * RL_MAX_DIMS], strides[2 * RL_MAX_DIMS];
    int ndim = index->ndim + after; /* each no more than RL_MAX_DIMS */
    for (int d = 0; d < ndim; d++) {
        sizes[d] = d < index->ndim ? index->sizes[d] : 1;
        strides[d] = d < index->ndim ? index->strides[d] : 0;
    }
    return rl_tensor_view(index, ndim, sizes, strides, index->offset);
}

static rl_status fail_too_many(void) { return rl_fail("a tensor has at most %d dimensions; this indexing would give more", RL_MAX_DIMS); }

/* Gives the indices shapes that do not meet, a mask being the indices where it is true; `after` counts their dimensions. */
static rl_status as_open_mesh(const subset *s, rl_tensor **list, int *after) {
    rl_tensor *indices[RL_MAX_DIMS];
    *after = 0;
    for (int d = 0; d < s->ndim; d++) list[d] = NULL;
    for (int d = s->ndim - 1; d >= 0; d--) {
        rl_tensor *index = s->at[d];
        if (!index) continue;
        int spanned = index->dtype == RL_BOOL ? index->ndim : 1;
        indices[0] = index;
        if (index->dtype == RL_BOOL) RL_TRY(rl_mask_indices(index, indices));
        if (*after + indices[0]->ndim > RL_MAX_DIMS) return fail_too_many();
        for (int k = 0; k < spanned; k++)
            if (!(list[d + k] = apart(indices[k], *after))) return RL_FAILED;
        *after += indices[0]->ndim;
    }
    return RL_OK;
}

/* Whether the indexed dimensions are neighbours; returns how many come up to the last of them. */
static int find_neighbours(const subset *s, rl_tensor *const *list, int *together) {
    int n = 0, first = -1;
    for (int d = 0; d < s->ndim; d++) {
        if (!list[d]) continue;
        if (first < 0) first = d;
        n = d + 1;
    }
    *together = 1;
    for (int d = first; d < n; d++) *together &= list[d] != NULL;
    return n;
}

static int list_apart(const subset *s, rl_tensor **list, placing *p) {
    int after, next = 0, kept = 0;
    if (as_open_mesh(s, list, &after) != RL_OK) return -1;
    int n = find_neighbours(s, list, &p->in_order);
    p->ndim = 0;
    for (int d = 0; d < s->ndim; d++) {
        if (s->at[d]) {
            int own = s->at[d]->dtype == RL_BOOL ? 1 : s->at[d]->ndim;
            for (int k = 0; k < own; k++) {
                p->sizes[p->ndim] = list[d]->sizes[k];
                p->order[p->ndim++] = next++;
            }
        } else if (!list[d]) {
            p->sizes[p->ndim] = s->sizes[d];
            p->order[p->ndim++] = after + kept++;
        }
    }
    if (p->ndim > RL_MAX_DIMS) fail_too_many();
    return rl_failing() ? -1 : n;
}

/* ---- reading and writing ---- */

rl_tensor *rl_subset(rl_tensor *x, int n, const rl_item_of_subset *items, int drop) {
    subset s;
    rl_tensor *list[RL_MAX_DIMS];
    placing p;
    if (take_items(&s, x, items, n, drop) != RL_OK) return NULL;
    if (s.n_indexes == 0) return s.view;
    if (s.n_indexes == 1 || s.meet) return rl_index(s.view, list_indexes(&s, list), list);
    int listed = list_apart(&s, list, &p);
    if (listed < 0) return NULL;
    rl_tensor *read = rl_index(s.view, listed, list);
    return p.in_order ? read : rl_permute(read, (rl_ints){p.ndim, p.order});
}

static int part_ndim(const subset *s) {
    int ndim = 0;
    if (s->n_indexes == 0) return s->view->ndim;
    if (s->meet) return 1;
    for (int d = 0; d < s->ndim; d++) {
        const rl_tensor *index = s->at[d];
        int is_masked = index && is_mask(index);
        ndim += index && !is_masked ? index->ndim : 1;
        if (is_masked) d += index->ndim - 1;
    }
    return ndim;
}

/* The value may have more dimensions than its position, as long as they come first and are of size 1. */
static rl_tensor *value_of_dims(rl_tensor *value, int ndim) {
    int extra = 0;
    while (value->ndim - extra > ndim && value->sizes[extra] == 1) extra++;
    return extra ? rl_view_as(value, value->ndim - extra, value->sizes + extra) : value;
}

static rl_status put_indexed(const subset *s, rl_tensor *value) {
    rl_tensor *list[RL_MAX_DIMS];
    int64_t back[RL_MAX_DIMS];
    placing p;
    if (s->n_indexes == 1 || s->meet) return rl_index_put_in_place(s->view, value, list_indexes(s, list), list, 0) ? RL_OK : RL_FAILED;
    int n = list_apart(s, list, &p);
    if (n < 0) return RL_FAILED;
    if (!p.in_order && value->numel != 1) {
        for (int d = 0; d < p.ndim; d++) back[p.order[d]] = d;
        value = rl_permute(rl_expand_to(value, p.ndim, p.sizes), (rl_ints){p.ndim, back});
    }
    return rl_index_put_in_place(s->view, value, n, list, 0) ? RL_OK : RL_FAILED;
}

rl_status rl_subset_put(rl_tensor *x, int n, const rl_item_of_subset *items, rl_tensor *value) {
    subset s;
    RL_TRY(take_items(&s, x, items, n, 1));
    value = value_of_dims(value, part_ndim(&s));
    if (!value) return RL_FAILED;
    if (s.n_indexes) return put_indexed(&s, value);
    return rl_apply_in_place(&rl_op_copy, NULL, 2, (rl_tensor *[]){s.view, value}) ? RL_OK : RL_FAILED;
}
