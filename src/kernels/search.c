#include "search.h"

#include "loops.h"
#include "parallel.h"

#define SEARCH(T)                                                                                                                            \
    static void search_##T(const void *x, const int64_t *order, int64_t n, const void *wanted, int64_t count, int right, int64_t *indices) { \
        const T *sorted = x, *values = wanted;                                                                                               \
        for (int64_t j = 0; j < count && !RL_GIVEN_UP_AT(j); j++) {                                                                          \
            int64_t low = 0, high = n;                                                                                                       \
            T value = values[j];                                                                                                             \
            while (low < high) {                                                                                                             \
                int64_t middle = low + (high - low) / 2;                                                                                     \
                T element = sorted[order ? order[middle] - 1 : middle];                                                                      \
                if (right ? element > value : element >= value)                                                                              \
                    high = middle;                                                                                                           \
                else                                                                                                                         \
                    low = middle + 1;                                                                                                        \
            }                                                                                                                                \
            indices[j] = low;                                                                                                                \
        }                                                                                                                                    \
    }
SEARCH(int64_t)
SEARCH(float)
SEARCH(double)

rl_search_loop rl_search_of(rl_dtype dtype) {
    static const rl_search_loop loops[RL_DTYPES] = {[RL_INT64] = search_int64_t, RL_FLOATING_ROWS(search)};
    return loops[dtype];
}

/* An equal bin is guessed by division; edges, if given, have the last word. */
#define BINS(T)                                                                                                            \
    static void bins_##T(const T *x, const T *weights, int64_t count, const T *edges, T low, T high, int64_t n, T *bins) { \
        for (int64_t j = 0; j < count && !RL_GIVEN_UP_AT(j); j++) {                                                        \
            T value = x[j];                                                                                                \
            if (!(value >= low && value <= high)) continue;                                                                \
            int64_t bin;                                                                                                   \
            if (edges) {                                                                                                   \
                search_##T(edges, NULL, n + 1, &value, 1, 1, &bin);                                                        \
                bin--;                                                                                                     \
            } else {                                                                                                       \
                bin = (int64_t)((value - low) / (high - low) * (T)n);                                                      \
            }                                                                                                              \
            bins[bin < n ? bin : n - 1] += weights ? weights[j] : 1;                                                       \
        }                                                                                                                  \
    }
BINS(float)
BINS(double)

void rl_count_in_bins(rl_dtype dtype, const void *x, const void *weights, int64_t count, const void *edges, double low, double high, int64_t n, void *bins) {
    if (dtype == RL_FLOAT)
        bins_float(x, weights, count, edges, (float)low, (float)high, n, bins);
    else
        bins_double(x, weights, count, edges, low, high, n, bins);
}

/* ---- runs of equal rows ---- */

typedef int (*equal_rows)(const void *a, const void *b, int64_t n, int64_t stride);

#define AS_IT_IS(x) (x)
#define EQUAL_ROWS(name, T, VALUE)                                             \
    static int name(const void *a, const void *b, int64_t n, int64_t stride) { \
        const T *p = a, *q = b;                                                \
        for (int64_t k = 0; k < n; k++)                                        \
            if (VALUE(p[k * stride]) != VALUE(q[k * stride])) return 0;        \
        return 1;                                                              \
    }
#define EQUAL_ROWS_AS_THEY_ARE(use, code, suffix, type, ...) EQUAL_ROWS(equal_##suffix, type, AS_IT_IS)
RL_BOOLEAN_DTYPES(EQUAL_ROWS_AS_THEY_ARE, )
RL_INTEGER_DTYPES(EQUAL_ROWS_AS_THEY_ARE, )
EQUAL_ROWS(equal_half, rl_half, rl_half_to_float)
EQUAL_ROWS(equal_bfloat16, rl_bfloat16, rl_bfloat16_to_float)
RL_FLOATING_DTYPES(EQUAL_ROWS_AS_THEY_ARE, )
RL_COMPLEX_DTYPES(EQUAL_ROWS_AS_THEY_ARE, )

int64_t rl_find_runs(const rl_tensor *rows, int64_t *begins) {
    static const equal_rows equal_of[RL_DTYPES] = {RL_ALL_DTYPES(RL_ROW, equal)};
    const equal_rows equal = equal_of[rows->dtype];
    const char *row = rl_host_data(rows);
    const int64_t n = rows->sizes[0], width = rows->sizes[1], step = rows->strides[0] * (int64_t)rl_dtype_size((rl_dtype)rows->dtype);
    int64_t runs = 0;
    for (int64_t k = 0; k < n && !RL_GIVEN_UP_AT(k); k++, row += step) {
        if (k > 0 && equal(row - step, row, width, rows->strides[1])) continue;
        if (begins) begins[runs] = k;
        runs++;
    }
    return runs;
}

/* ---- the range of integers ---- */

#define LARGEST(tag, T, U, name, unused)                                                                        \
    static int64_t name##_##tag(const void *vector, int64_t n, int64_t stride, int64_t least, int64_t *below) { \
        const T *x = vector;                                                                                    \
        int64_t largest = least - 1;                                                                            \
        for (int64_t k = 0; k < n && !RL_GIVEN_UP_AT(k); k++, x += stride) {                                    \
            if (*x < least && *below < 0) *below = k;                                                           \
            if (*x > largest) largest = *x;                                                                     \
        }                                                                                                       \
        return largest;                                                                                         \
    }
RL_FOR_INTEGERS(LARGEST, largest, )

int64_t rl_largest_integer(const rl_tensor *vector, int64_t least, int64_t *below) {
    static int64_t (*const largest_of[RL_DTYPES])(const void *, int64_t, int64_t, int64_t, int64_t *) = {[RL_BOOL] = largest_uint8, RL_INTEGER_ROWS(largest)};
    *below = -1;
    return largest_of[vector->dtype](rl_host_data(vector), vector->numel, vector->strides[0], least, below);
}
