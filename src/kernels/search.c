#include "search.h"

#include "parallel.h"

#define SEARCH(T)                                                                                                                           \
    static void search_##T(const T *sorted, const int64_t *order, int64_t n, const T *values, int64_t count, int right, int64_t *indices) { \
        for (int64_t j = 0; j < count && !RL_GIVEN_UP_AT(j); j++) {                                                                         \
            int64_t low = 0, high = n;                                                                                                      \
            T value = values[j];                                                                                                            \
            while (low < high) {                                                                                                            \
                int64_t middle = low + (high - low) / 2;                                                                                    \
                T element = sorted[order ? order[middle] - 1 : middle];                                                                     \
                if (right ? element > value : element >= value)                                                                             \
                    high = middle;                                                                                                          \
                else                                                                                                                        \
                    low = middle + 1;                                                                                                       \
            }                                                                                                                               \
            indices[j] = low;                                                                                                               \
        }                                                                                                                                   \
    }
SEARCH(int64_t)
SEARCH(float)
SEARCH(double)

void rl_search(rl_dtype dtype, const void *sorted, const int64_t *order, int64_t n, const void *values, int64_t count, int right, int64_t *indices) {
    if (dtype == RL_INT64)
        search_int64_t(sorted, order, n, values, count, right, indices);
    else if (dtype == RL_FLOAT)
        search_float(sorted, order, n, values, count, right, indices);
    else
        search_double(sorted, order, n, values, count, right, indices);
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
