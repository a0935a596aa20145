#include "scan.h"

#include <math.h>

#include "loops.h"
#include "parallel.h"

#define AT(T, k, j, l) (*(T *)(data[k] + (j)*step[k] + (l)*next[k]))

/* Slices that lie side by side are walked abreast; of others, four at a time, which hides how long one addition waits for another. */
#define RUNNING(name, T, SUM, START, OP)                                                                                                      \
    RL_CLONES static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) { \
        int64_t l = 0;                                                                                                                        \
        (void)context;                                                                                                                        \
        if (slices >= 8 && next[0] == sizeof(T) && next[1] == sizeof(T)) {                                                                    \
            SUM sums[RL_SLICES_ACROSS];                                                                                                       \
            for (; l < slices; l++) sums[l] = START;                                                                                          \
            for (int64_t j = 0; j < n; j++) {                                                                                                 \
                if (RL_GIVEN_UP_AT(j)) return;                                                                                                \
                T *to = (T *)(data[0] + j * step[0]);                                                                                         \
                const T *from = (const T *)(data[1] + j * step[1]);                                                                           \
                RL_SIMD for (int64_t i = 0; i < slices; i++) to[i] = (T)(sums[i] = sums[i] OP(SUM) from[i]);                                  \
            }                                                                                                                                 \
        }                                                                                                                                     \
        for (; l + 4 <= slices; l += 4) {                                                                                                     \
            SUM s0 = START, s1 = START, s2 = START, s3 = START;                                                                               \
            char *to = data[0] + l * next[0];                                                                                                 \
            const char *from = data[1] + l * next[1];                                                                                         \
            for (int64_t j = 0; j < n; j++, to += step[0], from += step[1]) {                                                                 \
                if (RL_GIVEN_UP_AT(j)) return;                                                                                                \
                *(T *)to = (T)(s0 = s0 OP(SUM) * (const T *)from);                                                                            \
                *(T *)(to + next[0]) = (T)(s1 = s1 OP(SUM) * (const T *)(from + next[1]));                                                    \
                *(T *)(to + 2 * next[0]) = (T)(s2 = s2 OP(SUM) * (const T *)(from + 2 * next[1]));                                            \
                *(T *)(to + 3 * next[0]) = (T)(s3 = s3 OP(SUM) * (const T *)(from + 3 * next[1]));                                            \
            }                                                                                                                                 \
        }                                                                                                                                     \
        for (; l < slices; l++) {                                                                                                             \
            SUM sum = START;                                                                                                                  \
            for (int64_t j = 0; j < n && !RL_GIVEN_UP_AT(j); j++) AT(T, 0, j, l) = (T)(sum = sum OP(SUM) AT(const T, 1, j, l));               \
        }                                                                                                                                     \
    }

RUNNING(cumsum_int64, int64_t, uint64_t, 0, +)
RUNNING(cumsum_float, float, double, 0, +)
RUNNING(cumsum_double, double, double, 0, +)
const rl_slice_loops rl_cumsum_loops = {.of = {[RL_INT64] = cumsum_int64, [RL_FLOAT] = cumsum_float, [RL_DOUBLE] = cumsum_double}};

RUNNING(cumprod_int64, int64_t, uint64_t, 1, *)
RUNNING(cumprod_float, float, double, 1, *)
RUNNING(cumprod_double, double, double, 1, *)
const rl_slice_loops rl_cumprod_loops = {.of = {[RL_INT64] = cumprod_int64, [RL_FLOAT] = cumprod_float, [RL_DOUBLE] = cumprod_double}};

static double log_add_exp(double a, double b) {
    if (isnan(a) || isnan(b)) return NAN;
    double high = a > b ? a : b, low = a > b ? b : a;
    return isinf(high) && (high == low || high > 0) ? high : high + log1p(exp(low - high));
}

#define LOGCUMSUMEXP(name, T)                                                                                                         \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) {   \
        (void)context;                                                                                                                \
        for (int64_t l = 0; l < slices; l++) {                                                                                        \
            double sum = -INFINITY;                                                                                                   \
            for (int64_t j = 0; j < n && !RL_GIVEN_UP_AT(j); j++) AT(T, 0, j, l) = (T)(sum = log_add_exp(sum, AT(const T, 1, j, l))); \
        }                                                                                                                             \
    }
LOGCUMSUMEXP(logcumsumexp_float, float)
LOGCUMSUMEXP(logcumsumexp_double, double)
const rl_slice_loops rl_logcumsumexp_loops = {.of = {[RL_FLOAT] = logcumsumexp_float, [RL_DOUBLE] = logcumsumexp_double}};

/* The last of equal elements is told; a NaN stays. */
#define MINMAX(name, T, OP)                                                                                                         \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) { \
        (void)context;                                                                                                              \
        for (int64_t l = 0; l < slices; l++) {                                                                                      \
            T best = 0;                                                                                                             \
            int64_t place = -1;                                                                                                     \
            for (int64_t j = 0; j < n; j++) {                                                                                       \
                if (RL_GIVEN_UP_AT(j)) return;                                                                                      \
                T value = AT(const T, 1, j, l);                                                                                     \
                if (place < 0 || value != value || (best == best && value OP best)) {                                               \
                    best = value;                                                                                                   \
                    place = j;                                                                                                      \
                }                                                                                                                   \
                AT(T, 0, j, l) = best;                                                                                              \
                AT(int64_t, 2, j, l) = place;                                                                                       \
            }                                                                                                                       \
        }                                                                                                                           \
    }

#define MINMAX_ALL(name, OP)          \
    MINMAX(name##_uint8, uint8_t, OP) \
    MINMAX(name##_int8, int8_t, OP)   \
    MINMAX(name##_int16, int16_t, OP) \
    MINMAX(name##_int32, int32_t, OP) \
    MINMAX(name##_int64, int64_t, OP) \
    MINMAX(name##_float, float, OP)   \
    MINMAX(name##_double, double, OP) \
    const rl_slice_loops rl_##name##_loops = {.of = {[RL_BOOL] = name##_uint8, RL_INTEGER_ROWS(name), RL_FLOATING_ROWS(name)}};
MINMAX_ALL(cummax, >=)
MINMAX_ALL(cummin, <=)

#define RECURRENCE(name, T)                                                                                                         \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) { \
        int reversed = *(const int *)context;                                                                                       \
        for (int64_t l = 0; l < slices; l++) {                                                                                      \
            double h = 0;                                                                                                           \
            for (int64_t j = 0; j < n; j++) {                                                                                       \
                if (RL_GIVEN_UP_AT(j)) return;                                                                                      \
                h = AT(const T, 1, j, l) + (j ? AT(const T, 2, j - reversed, l) * h : 0);                                           \
                AT(T, 0, j, l) = (T)h;                                                                                              \
            }                                                                                                                       \
        }                                                                                                                           \
    }
RECURRENCE(recurrence_float, float)
RECURRENCE(recurrence_double, double)
const rl_slice_loops rl_recurrence_loops = {.of = {[RL_FLOAT] = recurrence_float, [RL_DOUBLE] = recurrence_double}};
