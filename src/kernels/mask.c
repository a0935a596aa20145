#include "mask.h"

#include <string.h>

#include "parallel.h"
#include "widths.h"

enum { CHUNK = 32768 };

typedef struct {
    const uint8_t *mask;
    int64_t numel;
    int64_t *counts;
    const int64_t *starts;
    char *x, *compressed; /* elements where the mask lies, and those that it marks, one after the other */
    size_t width;
    int expands; /* compressed to x */
    /* of indices */
    int ndim;
    const int64_t *sizes;
    int64_t index_step, dim_step, base;
} job;

static int64_t chunk_end(const job *j, int64_t chunk) { return (chunk + 1) * CHUNK < j->numel ? (chunk + 1) * CHUNK : j->numel; }

int64_t rl_mask_chunks(const rl_tensor *mask) { return (mask->numel + CHUNK - 1) / CHUNK; }

RL_CLONES static int64_t count_true(const uint8_t *mask, int64_t n) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) count += mask[i];
    return count;
}

static void count_chunks(void *context, int64_t begin, int64_t end) {
    const job *j = context;
    for (int64_t c = begin; c < end; c++) j->counts[c] = count_true(j->mask + c * CHUNK, chunk_end(j, c) - c * CHUNK);
}

int64_t rl_count_true(const rl_tensor *mask, int64_t *starts) {
    int64_t chunks = rl_mask_chunks(mask), total = 0;
    job j = {.mask = rl_host_data(mask), .numel = mask->numel, .counts = starts};
    rl_parallel(chunks, 4, count_chunks, &j);
    if (rl_failing()) memset(starts, 0, (size_t)chunks * sizeof *starts);
    for (int64_t c = 0; c < chunks; c++) {
        int64_t count = starts[c];
        starts[c] = total;
        total += count;
    }
    starts[chunks] = total;
    return total;
}

/* Writing without a branch goes one element too far at the end of a chunk, so the last elements are written with one. */
#define COMPRESS(T)                         \
    do {                                    \
        const T *from = (const T *)j->x;    \
        T *to = (T *)j->compressed;         \
        for (; at < last && i < end; i++) { \
            to[at] = from[i];               \
            at += mask[i];                  \
        }                                   \
    } while (0)

#define EXPAND(T)                                 \
    do {                                          \
        T *to = (T *)j->x;                        \
        const T *from = (const T *)j->compressed; \
        for (; at < last && i < end; i++) {       \
            to[i] = mask[i] ? from[at] : to[i];   \
            at += mask[i];                        \
        }                                         \
    } while (0)

static void move_chunks(void *context, int64_t begin, int64_t end_chunk) {
    const job *j = context;
    const uint8_t *mask = j->mask;
    for (int64_t c = begin; c < end_chunk; c++) {
        int64_t i = c * CHUNK, end = chunk_end(j, c), at = j->starts[c], last = j->starts[c + 1];
        if (j->expands)
            RL_BY_WIDTH(j->width, EXPAND)
        else
            RL_BY_WIDTH(j->width, COMPRESS)
    }
}

static void move_elements(const rl_tensor *x, const rl_tensor *compressed, const rl_tensor *mask, const int64_t *starts, int expands) {
    job j = {.mask = rl_host_data(mask),
             .numel = mask->numel,
             .starts = starts,
             .x = rl_host_data(x),
             .compressed = rl_host_data(compressed),
             .width = rl_dtype_size((rl_dtype)x->dtype),
             .expands = expands};
    rl_parallel(rl_mask_chunks(mask), 2, move_chunks, &j);
}

void rl_compress_elements(rl_tensor *out, const rl_tensor *x, const rl_tensor *mask, const int64_t *starts) { move_elements(x, out, mask, starts, 0); }

void rl_expand_elements(rl_tensor *x, const rl_tensor *values, const rl_tensor *mask, const int64_t *starts) { move_elements(x, values, mask, starts, 1); }

#define FILL(name, T)                                                                                       \
    RL_CLONES static void name(char *const *data, const int64_t *strides, int64_t n, const void *context) { \
        T value = *(const T *)context;                                                                      \
        T *to = (T *)data[0];                                                                               \
        const uint8_t *mask = (const uint8_t *)data[1];                                                     \
        if (strides[0] == sizeof(T) && strides[1] == 1) {                                                   \
            RL_SIMD for (int64_t i = 0; i < n; i++) to[i] = mask[i] ? value : to[i];                        \
            return;                                                                                         \
        }                                                                                                   \
        for (int64_t i = 0; i < n; i++)                                                                     \
            if (mask[i * strides[1]]) *(T *)(data[0] + i * strides[0]) = value;                             \
    }

RL_FOR_WIDTHS(FILL, fill)

void rl_fill_masked(rl_tensor *x, rl_tensor *mask, const void *value) {
    size_t width = rl_dtype_size((rl_dtype)x->dtype);
    rl_tensor *operands[] = {x, mask};
    rl_elementwise(2, operands, RL_OF_WIDTH(fill, width), value);
}

static void list_chunks(void *context, int64_t begin, int64_t end_chunk) {
    const job *j = context;
    for (int64_t c = begin; c < end_chunk; c++) {
        int64_t at = j->starts[c], last = j->starts[c + 1];
        for (int64_t i = c * CHUNK; at < last; i++) {
            if (!j->mask[i]) continue;
            int64_t *index = (int64_t *)j->compressed + at * j->index_step, rest = i;
            for (int d = j->ndim - 1; d > 0; d--) {
                index[d * j->dim_step] = rest % j->sizes[d] + j->base;
                rest /= j->sizes[d];
            }
            if (j->ndim) index[0] = rest + j->base;
            at++;
        }
    }
}

void rl_list_indices(int64_t *out, int64_t index_step, int64_t dim_step, const rl_tensor *mask, const int64_t *starts, int64_t base) {
    job j = {.mask = rl_host_data(mask),
             .numel = mask->numel,
             .starts = starts,
             .compressed = (char *)out,
             .ndim = mask->ndim,
             .sizes = mask->sizes,
             .index_step = index_step,
             .dim_step = dim_step,
             .base = base};
    rl_parallel(rl_mask_chunks(mask), 2, list_chunks, &j);
}

int64_t rl_count_nonzero_bytes(const rl_tensor *mask) {
    int64_t at[RL_MAX_DIMS] = {0}, total = 0;
    const uint8_t *data = rl_host_data(mask);
    int inner = mask->ndim - 1;
    int64_t n = mask->ndim ? mask->sizes[inner] : 1, stride = mask->ndim ? mask->strides[inner] : 1;
    for (int64_t rows = n ? mask->numel / n : 0; rows > 0; rows--) {
        for (int64_t i = 0; i < n; i++) total += data[i * stride] != 0;
        for (int d = inner - 1; d >= 0; d--) {
            data += mask->strides[d];
            if (++at[d] < mask->sizes[d]) break;
            data -= mask->strides[d] * mask->sizes[d];
            at[d] = 0;
        }
    }
    return total;
}
