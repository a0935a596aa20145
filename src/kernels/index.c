#include "index.h"

#include <string.h>

#include "loops.h"
#include "parallel.h"
#include "template.h"
#include "widths.h"

/* Fewer elements than this are not worth a second thread. */
enum { GRAIN = 32768 };

/* ---- picks ---- */

/* Dimensions of size 1 dropped, neighbours that run on merged, the last one taken out as the row. */
typedef struct {
    const rl_picks *picks;
    int ndim; /* without the row */
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS], other_strides[RL_MAX_DIMS];
    int64_t outer; /* the product of sizes */
    int64_t row, row_stride, other_row_stride;
    size_t width;
    rl_dtype dtype;
    char *x, *other;
} plan;

static void make_plan(plan *p, const rl_picks *picks) {
    p->picks = picks;
    p->ndim = 0;
    for (int d = 0; d < picks->ndim; d++) {
        int last = p->ndim - 1;
        if (picks->sizes[d] == 1) continue;
        if (last >= 0 && p->strides[last] == picks->strides[d] * picks->sizes[d] && p->other_strides[last] == picks->other_strides[d] * picks->sizes[d]) {
            p->sizes[last] *= picks->sizes[d];
        } else {
            last = p->ndim++;
            p->sizes[last] = picks->sizes[d];
        }
        p->strides[last] = picks->strides[d];
        p->other_strides[last] = picks->other_strides[d];
    }
    p->row = 1;
    p->row_stride = p->other_row_stride = 1;
    /* a row that is further apart in the other tensor than the picks are is better walked from outside */
    if (p->ndim && (picks->count == 1 || picks->step == 0 || p->other_strides[p->ndim - 1] < picks->step)) {
        p->ndim--;
        p->row = p->sizes[p->ndim];
        p->row_stride = p->strides[p->ndim];
        p->other_row_stride = p->other_strides[p->ndim];
    }
    p->outer = 1;
    for (int d = 0; d < p->ndim; d++) p->outer *= p->sizes[d];
}

static void outer_at(const plan *p, int64_t outer, int64_t *x, int64_t *other) {
    *x = *other = 0;
    for (int d = p->ndim - 1; d >= 0; d--) {
        int64_t at = outer % p->sizes[d];
        outer /= p->sizes[d];
        *x += at * p->strides[d];
        *other += at * p->other_strides[d];
    }
}

#define PICK_ALONE(T)                                                 \
    do {                                                              \
        const T *x = (const T *)p->x + x_at;                          \
        T *to = (T *)p->other + other_at;                             \
        for (int64_t b = 0; b < n; b++) to[b * step] = x[offsets[b]]; \
    } while (0)

#define PICK_ROWS(T)                                                                                 \
    do {                                                                                             \
        for (int64_t b = 0; b < n; b++) {                                                            \
            const T *x = (const T *)p->x + x_at + offsets[b];                                        \
            T *to = (T *)p->other + other_at + b * step;                                             \
            for (int64_t i = 0; i < p->row; i++) to[i * p->other_row_stride] = x[i * p->row_stride]; \
        }                                                                                            \
    } while (0)

static void pick_units(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    int64_t count = p->picks->count, step = p->picks->step, x_at, other_at;
    while (begin < end) {
        int64_t first = begin % count, n = count - first;
        if (n > end - begin) n = end - begin;
        outer_at(p, begin / count, &x_at, &other_at);
        other_at += first * step;
        const int64_t *offsets = p->picks->offsets + first;
        if (p->row == 1) {
            RL_BY_WIDTH(p->width, PICK_ALONE)
        } else if (p->row_stride == 1 && p->other_row_stride == 1) {
            for (int64_t b = 0; b < n; b++)
                memcpy(p->other + (size_t)(other_at + b * step) * p->width, p->x + (size_t)(x_at + offsets[b]) * p->width, (size_t)p->row * p->width);
        } else {
            RL_BY_WIDTH(p->width, PICK_ROWS)
        }
        begin += n;
    }
}

void rl_pick(const rl_picks *picks, size_t width, void *other, const void *x) {
    plan p;
    make_plan(&p, picks);
    p.width = width;
    p.x = (char *)(uintptr_t)x;
    p.other = other;
    if (p.row > 0 && p.outer > 0) rl_parallel(p.outer * picks->count, GRAIN / (p.row < GRAIN ? p.row : GRAIN) + 1, pick_units, &p);
}

/* A stretch of indices that different indices cannot share: some elements of one row, at every pick. */
static int64_t next_stretch(const plan *p, int64_t begin, int64_t end, int64_t *x_at, int64_t *other_at) {
    int64_t first = begin % p->row, n = p->row - first;
    outer_at(p, begin / p->row, x_at, other_at);
    *x_at += first * p->row_stride;
    *other_at += first * p->other_row_stride;
    return n < end - begin ? n : end - begin;
}

#define PUT_ROWS(T)                                                                           \
    for (int64_t b = 0; b < count && !RL_GIVEN_UP_AT(b); b++) {                               \
        T *x = (T *)p->x + x_at + offsets[b];                                                 \
        const T *from = (const T *)p->other + other_at + b * step;                            \
        for (int64_t i = 0; i < n; i++) x[i * p->row_stride] = from[i * p->other_row_stride]; \
    }

static void put_stretches(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    int64_t count = p->picks->count, step = p->picks->step, x_at, other_at;
    const int64_t *offsets = p->picks->offsets;
    while (begin < end) {
        int64_t n = next_stretch(p, begin, end, &x_at, &other_at);
        if (n > 4 && p->row_stride == 1 && p->other_row_stride == 1) {
            for (int64_t b = 0; b < count && !RL_GIVEN_UP_AT(b); b++)
                memcpy(p->x + (size_t)(x_at + offsets[b]) * p->width, p->other + (size_t)(other_at + b * step) * p->width, (size_t)n * p->width);
        } else {
            RL_BY_WIDTH(p->width, PUT_ROWS)
        }
        begin += n;
    }
}

/* n elements of x at each offset become `sum`, of a of x and b of other. */
#define ACCUMULATE(name, T, sum)                                                   \
    static void name(const plan *p, int64_t x_at, int64_t other_at, int64_t n) {   \
        for (int64_t k = 0; k < p->picks->count && !RL_GIVEN_UP_AT(k); k++) {      \
            T *x = (T *)p->x + x_at + p->picks->offsets[k];                        \
            const T *from = (const T *)p->other + other_at + k * p->picks->step;   \
            if (p->row_stride == 1 && p->other_row_stride == 1) {                  \
                for (int64_t i = 0; i < n; i++) {                                  \
                    T a = x[i], b = from[i];                                       \
                    x[i] = (T)(sum);                                               \
                }                                                                  \
            } else {                                                               \
                for (int64_t i = 0; i < n; i++) {                                  \
                    T a = x[i * p->row_stride], b = from[i * p->other_row_stride]; \
                    x[i * p->row_stride] = (T)(sum);                               \
                }                                                                  \
            }                                                                      \
        }                                                                          \
    }

#define ACCUMULATE_INTEGERS(tag, T, U, name, unused) ACCUMULATE(name##_##tag, T, (U)a + (U)b)
ACCUMULATE(accumulate_bool, uint8_t, a | b)
RL_FOR_INTEGERS(ACCUMULATE_INTEGERS, accumulate, )
ACCUMULATE(accumulate_float, float, a + b)
ACCUMULATE(accumulate_double, double, a + b)

static void (*const accumulate_of[RL_DTYPES])(const plan *, int64_t, int64_t, int64_t) = {[RL_BOOL] = accumulate_bool,
                                                                                          RL_INTEGER_ROWS(accumulate) RL_FLOATING_ROWS(accumulate)};

static void accumulate_stretches(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    int64_t x_at, other_at;
    while (begin < end) {
        int64_t n = next_stretch(p, begin, end, &x_at, &other_at);
        accumulate_of[p->dtype](p, x_at, other_at, n);
        begin += n;
    }
}

static void run_put(plan *p, void (*stretches)(void *, int64_t, int64_t)) {
    int64_t grain = GRAIN / (p->picks->count > 0 && p->picks->count < GRAIN ? p->picks->count : GRAIN) + 1;
    if (p->picks->count > 0) rl_parallel(p->outer * p->row, grain, stretches, p);
}

void rl_put_values(const rl_picks *picks, size_t width, void *x, const void *other) {
    plan p;
    make_plan(&p, picks);
    p.width = width;
    p.x = x;
    p.other = (char *)(uintptr_t)other;
    run_put(&p, put_stretches);
}

rl_status rl_accumulate_values(const rl_picks *picks, rl_dtype dtype, void *x, const void *other) {
    plan p;
    if (!accumulate_of[dtype]) return rl_fail_no_loop(rl_dtype_name(dtype));
    make_plan(&p, picks);
    p.dtype = dtype;
    p.x = x;
    p.other = (char *)(uintptr_t)other;
    run_put(&p, accumulate_stretches);
    return RL_OK;
}

/* ---- ranges ---- */

enum { BAD = 1, NEGATIVE = 2 };

typedef struct {
    int64_t size, stride;
    int fresh;
    int *found; /* what some thread has met: BAD, NEGATIVE */
} range;

static void tell(const range *r, int found) {
    if (found) __atomic_fetch_or(r->found, found, __ATOMIC_RELAXED);
}

RL_CLONES static void check_loop(char *const *data, const int64_t *strides, int64_t n, const void *context) {
    const range *r = context;
    const int64_t *at = (const int64_t *)data[0], size = r->size;
    int64_t bad = 0, negative = 0;
    if (strides[0] == sizeof(int64_t)) {
        RL_SIMD_ANY(bad, negative) for (int64_t i = 0; i < n; i++) {
            bad |= (at[i] + size) | (size - 1 - at[i]);
            negative |= at[i];
        }
    } else {
        for (int64_t i = 0; i < n; i++) {
            int64_t index = *(const int64_t *)(data[0] + i * strides[0]);
            bad |= (index + size) | (size - 1 - index);
            negative |= index;
        }
    }
    tell(r, (bad < 0 ? BAD : 0) | (negative < 0 ? NEGATIVE : 0));
}

rl_status rl_fail_index(int64_t index, int64_t size, int dim) {
    return rl_fail("index %lld is out of range for dimension %d of size %lld", (long long)(index >= 0 ? index + 1 : index), dim + 1, (long long)size);
}

static rl_status fail_first(rl_tensor *index, int64_t size, int dim) {
    for (int64_t k = 0; k < index->numel; k++) {
        int64_t at = rl_item(index, k).as_int;
        if (at < -size || at >= size) return rl_fail_index(at, size, dim);
    }
    return RL_OK;
}

rl_status rl_check_indexes(rl_tensor *index, int64_t size, int dim, int *negative) {
    int found = 0;
    range r = {.size = size, .found = &found};
    rl_elementwise(1, &index, check_loop, &r);
    if (negative) *negative = found & NEGATIVE;
    if (rl_failing()) return RL_FAILED;
    return found & BAD ? fail_first(index, size, dim) : RL_OK;
}

static void offset_loop(char *const *data, const int64_t *strides, int64_t n, const void *context) {
    const range *r = context;
    for (int64_t i = 0; i < n; i++) {
        int64_t at = *(const int64_t *)(data[1] + i * strides[1]), *offset = (int64_t *)(data[0] + i * strides[0]);
        at = (at < 0 ? at + r->size : at) * r->stride;
        *offset = r->fresh ? at : *offset + at;
    }
}

void rl_add_offsets(rl_tensor *offsets, rl_tensor *index, int64_t size, int64_t stride, int fresh) {
    range r = {.size = size, .stride = stride, .fresh = fresh};
    rl_tensor *operands[] = {offsets, index};
    rl_elementwise(2, operands, offset_loop, &r);
}

RL_CLONES static void shift_loop(char *const *data, const int64_t *strides, int64_t n, const void *context) {
    int64_t zeros = 0;
    if (strides[0] == sizeof(int64_t) && strides[1] == sizeof(int64_t)) {
        int64_t *to = (int64_t *)data[0];
        const int64_t *from = (const int64_t *)data[1];
        RL_SIMD_ANY(zeros) for (int64_t i = 0; i < n; i++) {
            zeros |= from[i] == 0;
            to[i] = from[i] - (from[i] > 0);
        }
    } else {
        for (int64_t i = 0; i < n; i++) {
            int64_t from = *(const int64_t *)(data[1] + i * strides[1]);
            zeros |= from == 0;
            *(int64_t *)(data[0] + i * strides[0]) = from - (from > 0);
        }
    }
    tell(context, zeros ? BAD : 0);
}

int rl_count_from_zero(rl_tensor *index, rl_tensor *from_one) {
    int found = 0;
    range r = {.found = &found};
    rl_tensor *operands[] = {index, from_one};
    rl_elementwise(2, operands, shift_loop, &r);
    return found;
}

/* ---- gather ---- */

#define TEMPLATE "gather_template.h"
#include "for_widths.h"
#undef TEMPLATE

rl_status rl_gather_elements(rl_tensor *out, rl_tensor *x, rl_tensor *index, int dim) {
    size_t width = rl_dtype_size((rl_dtype)x->dtype);
    int64_t strides[RL_MAX_DIMS];
    int found = 0;
    if (out->numel == 0) return RL_OK;
    if (x->sizes[dim] == 0) return fail_first(index, 0, dim);
    for (int d = 0; d < x->ndim; d++) strides[d] = d == dim ? 0 : x->strides[d];
    rl_scope scope = rl_scope_enter();
    rl_tensor *slice = rl_tensor_view(x, x->ndim, out->sizes, strides, x->offset);
    range r = {.size = x->sizes[dim], .stride = x->strides[dim] * (int64_t)width, .found = &found};
    rl_tensor *operands[] = {out, slice, index};
    if (slice) rl_elementwise(3, operands, RL_OF_WIDTH(gather, width), &r);
    rl_scope_leave(scope);
    if (!slice) return RL_FAILED;
    return found ? fail_first(index, x->sizes[dim], dim) : RL_OK;
}
