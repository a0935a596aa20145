#include "tensor.h"

#include <stdio.h>
#include <string.h>

void (*rl_autograd_release_hook)(struct rl_autograd *autograd);

void rl_note_contiguity(rl_tensor *tensor) {
    int64_t expected = 1;
    tensor->contiguous = 1;
    if (tensor->numel == 0) return;
    for (int k = tensor->ndim - 1; k >= 0; k--) {
        if (tensor->sizes[k] == 1) continue;
        if (tensor->strides[k] != expected) tensor->contiguous = 0;
        expected *= tensor->sizes[k];
    }
}

static inline rl_tensor *tensor_allocate(rl_dtype dtype, int ndim) {
    if (ndim > RL_MAX_DIMS) {
        rl_fail("a tensor has at most %d dimensions; %d were asked for", RL_MAX_DIMS, ndim);
        return NULL;
    }
    rl_tensor *tensor = rl_pool_take(sizeof *tensor);
    if (!tensor) return NULL;
    *tensor = (rl_tensor){.refs = 1, .dtype = (uint8_t)dtype, .ndim = (uint8_t)ndim};
    tensor->sizes = tensor->geometry;
    tensor->strides = tensor->geometry + RL_INLINE_DIMS;
    rl_live.live_tensors++;
    if (ndim > RL_INLINE_DIMS) {
        int64_t *wide = rl_pool_take(2 * RL_MAX_DIMS * sizeof *wide);
        if (!wide) {
            rl_release(tensor);
            return NULL;
        }
        tensor->sizes = wide;
        tensor->strides = wide + RL_MAX_DIMS;
    }
    return tensor;
}

rl_tensor *rl_retain(rl_tensor *tensor) {
    if (tensor) tensor->refs++;
    return tensor;
}

void rl_release(rl_tensor *tensor) {
    if (!tensor || --tensor->refs > 0) return;
    if (tensor->autograd) rl_autograd_release_hook(tensor->autograd);
    rl_storage_release(tensor->storage);
    if (tensor->sizes != tensor->geometry) rl_pool_give(tensor->sizes, 2 * RL_MAX_DIMS * sizeof *tensor->sizes);
    rl_live.live_tensors--;
    rl_pool_give(tensor, sizeof *tensor);
}

void rl_layout_of(const rl_tensor *tensor, rl_layout *layout) {
    layout->ndim = tensor->ndim;
    layout->offset = tensor->offset;
    if (tensor->ndim == 0) return;
    memcpy(layout->sizes, tensor->sizes, tensor->ndim * sizeof *tensor->sizes);
    memcpy(layout->strides, tensor->strides, tensor->ndim * sizeof *tensor->strides);
}

rl_status rl_count(int ndim, const int64_t *sizes, int64_t *numel) {
    int64_t positive = 1; /* overflows beside a size of 0, too */
    int empty = 0;
    for (int k = 0; k < ndim; k++) {
        if (sizes[k] < 0) return rl_fail("dimension %d has the negative size %lld", k + 1, (long long)sizes[k]);
        if (sizes[k] == 0)
            empty = 1;
        else if (__builtin_mul_overflow(positive, sizes[k], &positive))
            return rl_fail_memory(1e18);
    }
    *numel = empty ? 0 : positive;
    return RL_OK;
}

void rl_contiguous_strides(int ndim, const int64_t *sizes, int64_t *strides) {
    int64_t stride = 1;
    for (int k = ndim - 1; k >= 0; k--) {
        strides[k] = stride;
        stride *= sizes[k] > 1 ? sizes[k] : 1;
    }
}

/* Over a storage of so many elements; its strides are yet to be set. */
static inline rl_tensor *new_over(rl_dtype dtype, int ndim, const int64_t *sizes, int64_t numel, int64_t elements) {
    size_t bytes;
    if (rl_multiply_sizes((size_t)elements, rl_dtype_size(dtype), &bytes) != RL_OK) return NULL;
    rl_tensor *tensor = tensor_allocate(dtype, ndim);
    if (!tensor) return NULL;
    tensor->storage = rl_storage_new(bytes);
    if (!tensor->storage) {
        rl_release(tensor);
        return NULL;
    }
    tensor->numel = numel;
    for (int k = 0; k < ndim; k++) tensor->sizes[k] = sizes[k];
    return rl_scope_own(tensor);
}

rl_tensor *rl_tensor_new(rl_dtype dtype, int ndim, const int64_t *sizes) {
    int64_t numel;
    if (rl_count(ndim, sizes, &numel) != RL_OK) return NULL;
    rl_tensor *tensor = new_over(dtype, ndim, sizes, numel, numel);
    if (!tensor) return NULL;
    tensor->contiguous = 1;
    rl_contiguous_strides(ndim, sizes, tensor->strides);
    return tensor;
}

rl_tensor *rl_tensor_over(rl_dtype dtype, int ndim, const int64_t *sizes, const int64_t *strides, void *data, size_t bytes, rl_owner owner) {
    rl_storage *storage = rl_storage_over(data, bytes, owner);
    rl_tensor *tensor = storage ? tensor_allocate(dtype, ndim) : NULL;
    if (!tensor) {
        rl_storage_release(storage);
        return NULL;
    }
    tensor->storage = storage;
    tensor->numel = 1;
    for (int k = 0; k < ndim; k++) {
        tensor->sizes[k] = sizes[k];
        tensor->strides[k] = strides[k];
        tensor->numel *= sizes[k];
    }
    rl_note_contiguity(tensor);
    return rl_scope_own(tensor);
}

rl_tensor *rl_tensor_new_strided(rl_dtype dtype, int ndim, const int64_t *sizes, const int64_t *strides) {
    int64_t numel, reach = 1, step;
    if (rl_count(ndim, sizes, &numel) != RL_OK) return NULL;
    for (int k = 0; k < ndim && numel; k++) {
        if (__builtin_mul_overflow(strides[k], sizes[k] - 1, &step) || __builtin_add_overflow(reach, step, &reach)) {
            rl_fail_memory(1e18);
            return NULL;
        }
    }
    rl_tensor *tensor = new_over(dtype, ndim, sizes, numel, numel ? reach : 0);
    if (!tensor) return NULL;
    for (int k = 0; k < ndim; k++) tensor->strides[k] = strides[k];
    rl_note_contiguity(tensor);
    return tensor;
}

/* Dimension a lies outside b: 1; inside: -1; nothing is known of one that is expanded: 0. */
static int lies_outside(const rl_tensor *t, int a, int b) {
    if (t->strides[a] == 0 || t->strides[b] == 0) return 0;
    if (t->strides[a] != t->strides[b]) return t->strides[a] > t->strides[b] ? 1 : -1;
    return t->sizes[a] > t->sizes[b];
}

void rl_dense_strides(const rl_tensor *model, int64_t *strides) {
    if (rl_is_contiguous(model) || rl_is_dense(model)) {
        if (model->ndim) memcpy(strides, model->strides, model->ndim * sizeof *strides);
        return;
    }
    int order[RL_MAX_DIMS]; /* innermost first */
    for (int k = 0; k < model->ndim; k++) {
        order[k] = model->ndim - 1 - k;
        for (int at = k, to = k - 1; to >= 0; to--) {
            int compared = lies_outside(model, order[to], order[at]);
            if (compared < 0) break;
            if (compared == 0) continue;
            int outer = order[to];
            order[to] = order[at];
            order[at] = outer;
            at = to;
        }
    }
    int64_t stride = 1;
    for (int k = 0; k < model->ndim; k++) {
        strides[order[k]] = stride;
        stride *= model->sizes[order[k]] > 1 ? model->sizes[order[k]] : 1;
    }
}

rl_tensor *rl_tensor_new_like(const rl_tensor *model, rl_dtype dtype) {
    rl_tensor *tensor = rl_tensor_new(dtype, model->ndim, model->sizes);
    if (!tensor || rl_is_contiguous(model)) return tensor;
    rl_dense_strides(model, tensor->strides);
    rl_note_contiguity(tensor);
    return tensor;
}

rl_tensor *rl_tensor_scalar(rl_dtype dtype, rl_scalar value) {
    rl_tensor *tensor = rl_tensor_new(dtype, 0, NULL);
    if (tensor) rl_store_scalar(tensor->storage->data, dtype, value);
    return tensor;
}

rl_tensor *rl_tensor_number(rl_scalar value) {
    rl_tensor *tensor = rl_tensor_scalar(rl_dtype_of_scalar(value), value);
    if (tensor) tensor->wrapped_number = 1;
    return tensor;
}

rl_tensor *rl_tensor_undefined(void) {
    rl_tensor *tensor = tensor_allocate(RL_FLOAT, 0);
    if (!tensor) return NULL;
    tensor->dtype = RL_NO_DTYPE;
    tensor->contiguous = 1;
    return rl_scope_own(tensor);
}

rl_tensor *rl_tensor_view(const rl_tensor *base, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    int64_t numel;
    if (!base->storage) return rl_tensor_undefined();
    if (rl_count(ndim, sizes, &numel) != RL_OK) return NULL;
    rl_tensor *view = tensor_allocate((rl_dtype)base->dtype, ndim);
    if (!view) return NULL;
    view->storage = base->storage;
    view->storage->refs++;
    view->offset = offset;
    view->numel = numel;
    if (ndim) {
        memcpy(view->sizes, sizes, (size_t)ndim * sizeof *sizes);
        memcpy(view->strides, strides, (size_t)ndim * sizeof *strides);
    }
    rl_note_contiguity(view);
    return rl_scope_own(view);
}

rl_tensor *rl_tensor_alias(const rl_tensor *base) {
    rl_tensor *alias = rl_tensor_view(base, base->ndim, base->sizes, base->strides, base->offset);
    if (alias) alias->wrapped_number = base->wrapped_number;
    return alias;
}

rl_status rl_tensor_reshape_in_place(rl_tensor *tensor, rl_storage *storage, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    int64_t numel, new_sizes[RL_MAX_DIMS], new_strides[RL_MAX_DIMS];
    if (ndim > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions; %d were asked for", RL_MAX_DIMS, ndim);
    RL_TRY(rl_count(ndim, sizes, &numel));
    if (ndim) { /* the sizes may be the tensor's own */
        memcpy(new_sizes, sizes, (size_t)ndim * sizeof *sizes);
        memcpy(new_strides, strides, (size_t)ndim * sizeof *strides);
    }
    if (ndim > RL_INLINE_DIMS && tensor->sizes == tensor->geometry) {
        int64_t *wide = rl_pool_take(2 * RL_MAX_DIMS * sizeof *wide);
        if (!wide) return RL_FAILED;
        tensor->sizes = wide;
        tensor->strides = wide + RL_MAX_DIMS;
    }
    if (storage && storage != tensor->storage) {
        storage->refs++;
        rl_storage_release(tensor->storage);
        tensor->storage = storage;
    }
    tensor->moves++;
    tensor->ndim = (uint8_t)ndim;
    tensor->numel = numel;
    tensor->offset = offset;
    if (ndim) {
        memcpy(tensor->sizes, new_sizes, (size_t)ndim * sizeof *sizes);
        memcpy(tensor->strides, new_strides, (size_t)ndim * sizeof *strides);
    }
    rl_note_contiguity(tensor);
    return RL_OK;
}

int rl_is_dense(const rl_tensor *tensor) {
    if (rl_is_contiguous(tensor)) return 1;
    int order[RL_MAX_DIMS], used = 0;
    for (int k = 0; k < tensor->ndim; k++) {
        if (tensor->sizes[k] == 1) continue;
        int at = used++;
        for (; at > 0 && tensor->strides[order[at - 1]] > tensor->strides[k]; at--) order[at] = order[at - 1];
        order[at] = k;
    }
    int64_t expected = 1;
    for (int k = 0; k < used; k++) {
        if (tensor->strides[order[k]] != expected) return 0;
        expected *= tensor->sizes[order[k]];
    }
    return 1;
}

int rl_overlaps_itself(const rl_tensor *tensor) {
    if (rl_is_dense(tensor)) return 0;
    int64_t reach = 0; /* how far the dimensions of smaller strides reach */
    int done[RL_MAX_DIMS] = {0};
    for (int round = 0; round < tensor->ndim; round++) {
        int next = -1;
        for (int k = 0; k < tensor->ndim; k++)
            if (!done[k] && (next < 0 || tensor->strides[k] < tensor->strides[next])) next = k;
        done[next] = 1;
        if (tensor->sizes[next] <= 1) continue;
        if (tensor->strides[next] <= reach) return 1;
        reach += tensor->strides[next] * (tensor->sizes[next] - 1);
    }
    return 0;
}

rl_scalar rl_item(const rl_tensor *tensor, int64_t position) {
    int64_t element = tensor->offset;
    for (int k = tensor->ndim - 1; k >= 0; k--) {
        element += position % tensor->sizes[k] * tensor->strides[k];
        position /= tensor->sizes[k];
    }
    return rl_element(tensor, element);
}

rl_scalar rl_element(const rl_tensor *tensor, int64_t element) {
    rl_dtype dtype = (rl_dtype)tensor->dtype;
    return rl_load_scalar((const char *)tensor->storage->data + element * (int64_t)rl_dtype_size(dtype), dtype);
}

const char *rl_sizes_text(int ndim, const int64_t *sizes) {
    static char texts[4][RL_MAX_DIMS * 12];
    static int turn;
    char *text = texts[turn = (turn + 1) % 4];
    size_t at = (size_t)snprintf(text, sizeof texts[0], "[");
    for (int k = 0; k < ndim && at < sizeof texts[0] - 24; k++)
        at += (size_t)snprintf(text + at, sizeof texts[0] - at, k ? ", %lld" : "%lld", (long long)sizes[k]);
    snprintf(text + at, sizeof texts[0] - at, "]");
    return text;
}

rl_status rl_broadcast_sizes(int ndim_a, const int64_t *a, int ndim_b, const int64_t *b, int *ndim, int64_t *sizes) {
    int longest = ndim_a > ndim_b ? ndim_a : ndim_b;
    for (int k = 1; k <= longest; k++) {
        int64_t size_a = k <= ndim_a ? a[ndim_a - k] : 1, size_b = k <= ndim_b ? b[ndim_b - k] : 1;
        if (size_a != size_b && size_a != 1 && size_b != 1)
            return rl_fail("shapes %s and %s do not broadcast: dimension %d is %lld in one and %lld in the other", rl_sizes_text(ndim_a, a),
                           rl_sizes_text(ndim_b, b), longest - k + 1, (long long)size_a, (long long)size_b);
        sizes[longest - k] = size_a == 1 ? size_b : size_a;
    }
    *ndim = longest;
    return RL_OK;
}

int rl_broadcasts_to(int ndim, const int64_t *sizes, int index_ndim, const int64_t *place) {
    if (ndim > index_ndim) return 0;
    for (int k = 1; k <= ndim; k++)
        if (sizes[ndim - k] != 1 && sizes[ndim - k] != place[index_ndim - k]) return 0;
    return 1;
}

rl_status rl_wrap_dim(int64_t dim, int ndim, int *wrapped) {
    int room = ndim ? ndim : 1; /* a number lets itself be treated as a vector of one */
    if (dim < -room || dim >= room) {
        if (ndim == 0) return rl_fail("dimension %lld does not exist: the tensor has none", (long long)(dim >= 0 ? dim + 1 : dim));
        return rl_fail("dimension %lld does not exist: the tensor has %d, counted from 1 (or from -1 at the end; expected to be in range of [-%d, %d])",
                       (long long)(dim >= 0 ? dim + 1 : dim), ndim, ndim, ndim);
    }
    *wrapped = (int)(dim < 0 ? dim + room : dim);
    return RL_OK;
}
