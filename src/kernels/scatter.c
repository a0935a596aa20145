#include <string.h>

#include "index.h"
#include "parallel.h"
#include "template.h"
#include "widths.h"

enum { GRAIN = 16384, STRETCH = 1 << 16 };

/* A slice is what lies along dim at one indices of the other dimensions: no two slices share an element, so slices are cut among
 * threads and each is walked in order. If the last dimension is another one than dim, slices that are neighbours in it are walked
 * side by side. Strides are in bytes. */
typedef struct {
    int ndim; /* dimensions other than dim, the last one the row */
    int64_t sizes[RL_MAX_DIMS + 1];
    int64_t strides[RL_MAX_DIMS + 1][3]; /* self, index, src */
    int64_t length, along[3];            /* of a slice */
    int64_t size;                        /* of self along dim */
    char *data[3];
    void (*loop)(char *self, const char *index, const char *src, const int64_t *strides, int64_t n, int64_t size, int64_t stride);
} plan;

#define NAME put
#define COMBINED ((void)a, b)
#define TEMPLATE "scatter_template.h"
#include "for_widths.h"
#undef TEMPLATE
#undef NAME
#undef COMBINED

#define NAME add
#define COMBINED ((U)a + (U)b)
#define TEMPLATE "scatter_template.h"
#include "for_numbers.h"
#undef TEMPLATE
#undef NAME
#undef COMBINED

#define NAME multiply
#define COMBINED ((U)a * (U)b)
#define TEMPLATE "scatter_template.h"
#include "for_numbers.h"
#undef TEMPLATE
#undef NAME
#undef COMBINED

#define NAME largest
#define COMBINED (b > a || RL_IS_NAN(b) ? b : a)
#define TEMPLATE "scatter_template.h"
#include "for_numbers.h"
#undef TEMPLATE
#undef NAME
#undef COMBINED

#define NAME smallest
#define COMBINED (b < a || RL_IS_NAN(b) ? b : a)
#define TEMPLATE "scatter_template.h"
#include "for_numbers.h"
#undef TEMPLATE
#undef NAME
#undef COMBINED

#define COMBINING_ROWS(combine) \
    { RL_INTEGER_ROWS(combine##_row) RL_FLOATING_ROWS(combine##_row) }

static void (*const combining[4][RL_DTYPES])(char *, const char *, const char *, const int64_t *, int64_t, int64_t,
                                             int64_t) = {COMBINING_ROWS(add), COMBINING_ROWS(multiply), COMBINING_ROWS(largest), COMBINING_ROWS(smallest)};

static void scatter_slice(const plan *p, char *const *data) {
    for (int64_t j = 0; j < p->length && !(j > 0 && rl_given_up()); j += STRETCH) {
        int64_t n = p->length - j < STRETCH ? p->length - j : STRETCH;
        p->loop(data[0], data[1] + j * p->along[1], data[2] + j * p->along[2], (int64_t[]){0, p->along[1], p->along[2]}, n, p->size, p->along[0]);
    }
}

static void scatter_slices(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    int row = p->ndim - 1;
    while (begin < end) {
        int64_t first = begin % p->sizes[row], n = p->sizes[row] - first, rest = begin / p->sizes[row];
        char *data[3];
        if (n > end - begin) n = end - begin;
        for (int i = 0; i < 3; i++) data[i] = p->data[i] + first * p->strides[row][i];
        for (int d = row - 1; d >= 0; d--) {
            int64_t at = rest % p->sizes[d];
            rest /= p->sizes[d];
            for (int i = 0; i < 3; i++) data[i] += at * p->strides[d][i];
        }
        if (n == 1)
            scatter_slice(p, data);
        else
            for (int64_t j = 0; j < p->length && !RL_GIVEN_UP_AT(j); j++)
                p->loop(data[0], data[1] + j * p->along[1], data[2] + j * p->along[2], p->strides[row], n, p->size, p->along[0]);
        begin += n;
    }
}

rl_status rl_scatter_elements(rl_tensor *self, rl_tensor *index, rl_tensor *src, int dim, rl_combine combine) {
    rl_dtype dtype = (rl_dtype)self->dtype;
    size_t width = rl_dtype_size(dtype);
    int64_t slices = 1;
    plan p = {.size = self->sizes[dim], .length = index->sizes[dim], .data = {rl_host_data(self), rl_host_data(index), rl_host_data(src)}};
    for (int d = 0; d < self->ndim; d++) {
        int64_t strides[3] = {self->strides[d] * (int64_t)width, index->strides[d] * (int64_t)sizeof(int64_t),
                              src->ndim ? src->strides[d] * (int64_t)width : 0};
        if (d == dim) {
            memcpy(p.along, strides, sizeof strides);
            continue;
        }
        memcpy(p.strides[p.ndim], strides, sizeof strides);
        p.sizes[p.ndim++] = index->sizes[d];
        slices *= index->sizes[d];
    }
    if (p.ndim == 0 || dim == self->ndim - 1) p.sizes[p.ndim++] = 1; /* a row of one slice, its strides zero */
    if (slices == 0 || p.length == 0) return RL_OK;
    if (dtype == RL_BOOL) { /* booleans combine as the numbers 0 and 1 do, cut off at 1 */
        dtype = RL_UINT8;
        if (combine == RL_ADD) combine = RL_LARGEST;
        if (combine == RL_MULTIPLY) combine = RL_SMALLEST;
    }
    p.loop = combine != RL_PUT ? combining[combine - RL_ADD][dtype] : RL_OF_WIDTH(put_row, width);
    if (!p.loop) return rl_fail_no_loop(rl_dtype_name(dtype));
    rl_parallel(slices, GRAIN / (p.length < GRAIN ? p.length : GRAIN) + 1, scatter_slices, &p);
    return RL_OK;
}
