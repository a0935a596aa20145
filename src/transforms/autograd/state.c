#include "state.h"

#include <string.h>

#include "../../tensor/bytes.h"
#include "record.h"

enum { MAGIC_BYTES = 8, LITTLE = 1, BIG = 2, REQUIRES_GRAD = 1, UNDEFINED = 255 };

static const char magic[MAGIC_BYTES] = {'r', 'l', 't', 'e', 'n', 's', 'o', 'r'};

static int byte_order(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one ? LITTLE : BIG;
}

/* ---- writing ---- */

static rl_tensor *stored_grad(const rl_tensor *tensor) {
    rl_tensor *grad = tensor->autograd ? tensor->autograd->grad : NULL;
    return grad && grad->storage ? grad : NULL;
}

/* The sizes without what is expanded. */
static void stored_sizes(const rl_tensor *tensor, int64_t *sizes) {
    for (int k = 0; k < tensor->ndim; k++) sizes[k] = tensor->strides[k] == 0 && tensor->sizes[k] > 1 ? 1 : tensor->sizes[k];
}

/* How far the elements reach in memory, and how many of them there are apart from what is expanded. */
static void measure_extent(const rl_tensor *tensor, int64_t *reach, int64_t *count) {
    int64_t sizes[RL_MAX_DIMS];
    stored_sizes(tensor, sizes);
    *reach = *count = tensor->numel > 0 && tensor->storage;
    for (int k = 0; k < tensor->ndim && *count; k++) {
        *reach += (sizes[k] - 1) * tensor->strides[k];
        *count *= sizes[k];
    }
}

static int64_t stored_elements(const rl_tensor *tensor) {
    int64_t reach, count;
    measure_extent(tensor, &reach, &count);
    return reach < count ? reach : count;
}

/* The tensor's own values side by side, in the order of their strides. */
static rl_tensor *gathered(rl_tensor *tensor, rl_stored *stored) {
    int64_t sizes[RL_MAX_DIMS];
    stored_sizes(tensor, sizes);
    rl_tensor *once = rl_tensor_view(tensor, tensor->ndim, sizes, tensor->strides, tensor->offset);
    rl_tensor *dense = once ? rl_tensor_new_like(once, stored->dtype) : NULL;
    if (!dense || rl_copy_data(dense, once) != RL_OK) return NULL;
    for (int k = 0; k < tensor->ndim; k++) stored->shape.strides[k] = sizes[k] == tensor->sizes[k] ? dense->strides[k] : 0;
    return dense;
}

static rl_status store_tensor(rl_tensor *tensor, rl_stored *stored, rl_tensor **values) {
    const int ndim = tensor->ndim, requires_grad = rl_dtype_is_floating((rl_dtype)tensor->dtype) && rl_requires_grad(tensor);
    if (rl_failing()) return RL_FAILED;
    *stored = (rl_stored){.requires_grad = requires_grad, .dtype = (rl_dtype)tensor->dtype, .shape.ndim = ndim};
    *values = NULL;
    if (!tensor->storage) return RL_OK;
    int64_t reach;
    measure_extent(tensor, &reach, &stored->elements);
    memcpy(stored->shape.sizes, tensor->sizes, (size_t)ndim * sizeof *tensor->sizes);
    memcpy(stored->shape.strides, tensor->strides, (size_t)ndim * sizeof *tensor->strides);
    if (rl_is_contiguous(tensor)) rl_contiguous_strides(ndim, tensor->sizes, stored->shape.strides);
    rl_tensor *source = tensor;
    if (reach > stored->elements) source = gathered(tensor, stored);
    if (!source) return RL_FAILED;
    if (reach < stored->elements) stored->elements = reach;
    stored->bytes = (size_t)stored->elements * rl_dtype_size(stored->dtype);
    *values = rl_tensor_view(source, 1, &stored->elements, (int64_t[]){1}, source->offset);
    return *values ? RL_OK : RL_FAILED;
}

static void put_word(rl_state *state, uint64_t word) {
    rl_put_word(state->head + state->head_bytes, word);
    state->head_bytes += 8;
}

static void put_stored(rl_state *state, const rl_stored *stored) {
    put_word(state, stored->requires_grad ? REQUIRES_GRAD : 0);
    put_word(state, stored->dtype == RL_NO_DTYPE ? UNDEFINED : rl_dtypes[stored->dtype].number);
    put_word(state, (uint64_t)stored->shape.ndim);
    put_word(state, stored->bytes);
    for (int k = 0; k < stored->shape.ndim; k++) put_word(state, (uint64_t)stored->shape.sizes[k]);
    for (int k = 0; k < stored->shape.ndim; k++) put_word(state, (uint64_t)stored->shape.strides[k]);
}

rl_status rl_state_write(rl_tensor *tensor, rl_state *state) {
    rl_tensor *grad = stored_grad(tensor);
    state->n = grad ? 2 : 1;
    state->swapped = 0;
    RL_TRY(store_tensor(tensor, &state->tensors[0], &state->values[0]));
    if (grad) RL_TRY(store_tensor(grad, &state->tensors[1], &state->values[1]));
    memcpy(state->head, magic, MAGIC_BYTES);
    state->head_bytes = MAGIC_BYTES;
    put_word(state, RL_STATE_FORMAT);
    put_word(state, (uint64_t)byte_order());
    put_word(state, (uint64_t)state->n);
    for (int k = 0; k < state->n; k++) put_stored(state, &state->tensors[k]);
    return RL_OK;
}

static size_t bytes_of_values(const rl_tensor *tensor) {
    return 8 * (4 + 2 * (size_t)tensor->ndim) + (tensor->storage ? (size_t)stored_elements(tensor) * rl_dtype_size((rl_dtype)tensor->dtype) : 0);
}

size_t rl_state_bytes(const rl_tensor *tensor) {
    const rl_tensor *grad = stored_grad(tensor);
    return 8 * 4 + bytes_of_values(tensor) + (grad ? bytes_of_values(grad) : 0);
}

/* ---- reading ---- */

static rl_status cut_short(void) { return rl_fail("its saved form is cut short"); }
static rl_status inconsistent(void) { return rl_fail("its saved form contradicts itself: it has been damaged"); }

static rl_status stored_dtype(uint64_t number, rl_dtype *dtype) {
    *dtype = rl_dtype_numbered(number);
    return *dtype != RL_NO_DTYPE || number == UNDEFINED ? RL_OK : rl_fail("its saved form names a dtype that this version of rushlight does not know");
}

/* Whether the strides reach all that is stored, and no further. */
static rl_status check_reach(const rl_stored *stored) {
    int64_t reach = 1, numel = 1, step;
    for (int k = 0; k < stored->shape.ndim; k++)
        if (stored->shape.sizes[k] < 0 || stored->shape.strides[k] < 0) return inconsistent();
    if (rl_count(stored->shape.ndim, stored->shape.sizes, &numel) != RL_OK) {
        rl_error_clear();
        return inconsistent();
    }
    for (int k = 0; k < stored->shape.ndim && numel; k++)
        if (__builtin_mul_overflow(stored->shape.sizes[k] - 1, stored->shape.strides[k], &step) || __builtin_add_overflow(reach, step, &reach))
            return inconsistent();
    return stored->elements == (numel ? reach : 0) ? RL_OK : inconsistent();
}

static rl_status get_tensor(rl_reader *from, rl_stored *stored) {
    const uint64_t flags = rl_get_word(from), number = rl_get_word(from), ndim = rl_get_word(from), bytes = rl_get_word(from);
    if (from->cut) return cut_short();
    if (flags > REQUIRES_GRAD || ndim > RL_MAX_DIMS) return inconsistent();
    *stored = (rl_stored){.requires_grad = (int)flags, .shape.ndim = (int)ndim, .bytes = bytes};
    RL_TRY(stored_dtype(number, &stored->dtype));
    for (uint64_t k = 0; k < ndim; k++) stored->shape.sizes[k] = (int64_t)rl_get_word(from);
    for (uint64_t k = 0; k < ndim; k++) stored->shape.strides[k] = (int64_t)rl_get_word(from);
    if (from->cut) return cut_short();
    if (stored->dtype == RL_NO_DTYPE) return flags || ndim || bytes ? inconsistent() : RL_OK;
    if (flags && !rl_dtype_is_floating(stored->dtype)) return inconsistent();
    if (bytes > INT64_MAX || bytes % rl_dtype_size(stored->dtype)) return inconsistent();
    stored->elements = (int64_t)(bytes / rl_dtype_size(stored->dtype));
    return check_reach(stored);
}

static int grad_fits(const rl_stored *tensor, const rl_stored *grad) {
    if (tensor->dtype == RL_NO_DTYPE || grad->dtype != tensor->dtype || grad->shape.ndim != tensor->shape.ndim) return 0;
    return memcmp(grad->shape.sizes, tensor->shape.sizes, (size_t)tensor->shape.ndim * sizeof(int64_t)) == 0;
}

rl_status rl_state_open(const uint8_t *bytes, size_t available, rl_state *state) {
    if (available < MAGIC_BYTES) return cut_short();
    if (memcmp(bytes, magic, MAGIC_BYTES) != 0) return rl_fail("what was saved of it was not written by rushlight");
    rl_reader from = {bytes + MAGIC_BYTES, bytes + available, 0};
    const uint64_t format = rl_get_word(&from), order = rl_get_word(&from), n = rl_get_word(&from);
    if (from.cut) return cut_short();
    if (format > RL_STATE_FORMAT)
        return rl_fail("a newer version of rushlight saved it, in format %llu; this one reads up to %d. Update rushlight", (unsigned long long)format,
                       RL_STATE_FORMAT);
    if (format < 1 || (order != LITTLE && order != BIG) || n < 1 || n > RL_STATE_TENSORS) return inconsistent();
    state->n = (int)n;
    state->swapped = order != (uint64_t)byte_order();
    for (int k = 0; k < state->n; k++) RL_TRY(get_tensor(&from, &state->tensors[k]));
    if (n > 1 && !grad_fits(&state->tensors[0], &state->tensors[1])) return inconsistent();
    state->head_bytes = (size_t)(from.at - bytes);
    return RL_OK;
}

static void swap_bytes(uint8_t *bytes, size_t n, size_t width) {
    for (uint8_t *element = bytes; element < bytes + n; element += width)
        for (size_t k = 0; k < width / 2; k++) {
            uint8_t byte = element[k];
            element[k] = element[width - 1 - k];
            element[width - 1 - k] = byte;
        }
}

static rl_tensor *restore_tensor(const rl_stored *stored, const uint8_t *bytes, int swapped) {
    if (stored->dtype == RL_NO_DTYPE) return rl_tensor_undefined();
    rl_tensor *flat = rl_tensor_new(stored->dtype, 1, &stored->elements);
    if (!flat) return NULL;
    uint8_t *values = rl_host_data(flat);
    if (stored->bytes) memcpy(values, bytes, stored->bytes);
    if (swapped) swap_bytes(values, stored->bytes, rl_dtype_size(rl_dtype_real(stored->dtype)));
    for (int64_t k = 0; stored->dtype == RL_BOOL && k < stored->elements; k++) values[k] = values[k] != 0;
    rl_tensor *tensor = rl_tensor_view(flat, stored->shape.ndim, stored->shape.sizes, stored->shape.strides, 0);
    if (tensor && stored->requires_grad && rl_set_requires_grad(tensor, 1) != RL_OK) return NULL;
    return tensor;
}

rl_tensor *rl_state_read(const rl_state *state, const uint8_t *const *values) {
    rl_tensor *tensor = restore_tensor(&state->tensors[0], values[0], state->swapped);
    if (!tensor || state->n == 1) return tensor;
    rl_tensor *grad = restore_tensor(&state->tensors[1], values[1], state->swapped);
    rl_autograd *autograd = grad ? rl_autograd_of(tensor) : NULL;
    if (!autograd) return NULL;
    autograd->grad = rl_retain(grad);
    return tensor;
}
