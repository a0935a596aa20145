#include "scan.h"

#include <math.h>

#include "loops.h"
#include "parallel.h"
#include "template.h"

typedef uint64_t SUM_int64; /* which wraps around */
typedef double SUM_float, SUM_double;

#define NAME cumsum
#define START 0
#define OP +
#define TEMPLATE "cumulative_template.h"
#include "for_sums.h"
#undef TEMPLATE
#undef NAME
#undef START
#undef OP
const rl_slice_loops rl_cumsum_loops = {.of = {[RL_INT64] = cumsum_slices_int64, RL_FLOATING_ROWS(cumsum_slices)}};

#define NAME cumprod
#define START 1
#define OP *
#define TEMPLATE "cumulative_template.h"
#include "for_sums.h"
#undef TEMPLATE
#undef NAME
#undef START
#undef OP
const rl_slice_loops rl_cumprod_loops = {.of = {[RL_INT64] = cumprod_slices_int64, RL_FLOATING_ROWS(cumprod_slices)}};

static double log_add_exp(double a, double b) {
    if (isnan(a) || isnan(b)) return NAN;
    double high = a > b ? a : b, low = a > b ? b : a;
    return isinf(high) && (high == low || high > 0) ? high : high + log1p(exp(low - high));
}

#define LOGCUMSUMEXP(name, T)                                                                                                                           \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) {                     \
        (void)context;                                                                                                                                  \
        for (int64_t l = 0; l < slices; l++) {                                                                                                          \
            double sum = -INFINITY;                                                                                                                     \
            for (int64_t j = 0; j < n && !RL_GIVEN_UP_AT(j); j++) RL_SLICE_AT(T, 0, j, l) = (T)(sum = log_add_exp(sum, RL_SLICE_AT(const T, 1, j, l))); \
        }                                                                                                                                               \
    }
LOGCUMSUMEXP(logcumsumexp_float, float)
LOGCUMSUMEXP(logcumsumexp_double, double)
const rl_slice_loops rl_logcumsumexp_loops = {.of = {RL_FLOATING_ROWS(logcumsumexp)}};

/* The last of equal elements is told; a NaN stays. */
#define CUMULATIVE_MINMAX(name, T, OP)                                                                                              \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) { \
        (void)context;                                                                                                              \
        for (int64_t l = 0; l < slices; l++) {                                                                                      \
            T best = 0;                                                                                                             \
            int64_t place = -1;                                                                                                     \
            for (int64_t j = 0; j < n; j++) {                                                                                       \
                if (RL_GIVEN_UP_AT(j)) return;                                                                                      \
                T value = RL_SLICE_AT(const T, 1, j, l);                                                                            \
                if (place < 0 || RL_IS_NAN(value) || (!RL_IS_NAN(best) && value OP best)) {                                         \
                    best = value;                                                                                                   \
                    place = j;                                                                                                      \
                }                                                                                                                   \
                RL_SLICE_AT(T, 0, j, l) = best;                                                                                     \
                RL_SLICE_AT(int64_t, 2, j, l) = place;                                                                              \
            }                                                                                                                       \
        }                                                                                                                           \
    }

#define CUMULATIVE_MINMAX_OF_INTEGERS(tag, T, U, name, OP) CUMULATIVE_MINMAX(name##_##tag, T, OP)
#define CUMULATIVE_MINMAX_LOOPS(name, OP)                    \
    RL_FOR_INTEGERS(CUMULATIVE_MINMAX_OF_INTEGERS, name, OP) \
    CUMULATIVE_MINMAX(name##_float, float, OP)               \
    CUMULATIVE_MINMAX(name##_double, double, OP)             \
    const rl_slice_loops rl_##name##_loops = {.of = {[RL_BOOL] = name##_uint8, RL_INTEGER_ROWS(name) RL_FLOATING_ROWS(name)}};
CUMULATIVE_MINMAX_LOOPS(cummax, >=)
CUMULATIVE_MINMAX_LOOPS(cummin, <=)

#define RECURRENCE(name, T)                                                                                                         \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) { \
        int reversed = *(const int *)context;                                                                                       \
        for (int64_t l = 0; l < slices; l++) {                                                                                      \
            double h = 0;                                                                                                           \
            for (int64_t j = 0; j < n; j++) {                                                                                       \
                if (RL_GIVEN_UP_AT(j)) return;                                                                                      \
                h = RL_SLICE_AT(const T, 1, j, l) + (j ? RL_SLICE_AT(const T, 2, j - reversed, l) * h : 0);                         \
                RL_SLICE_AT(T, 0, j, l) = (T)h;                                                                                     \
            }                                                                                                                       \
        }                                                                                                                           \
    }
RECURRENCE(recurrence_float, float)
RECURRENCE(recurrence_double, double)
const rl_slice_loops rl_recurrence_loops = {.of = {RL_FLOATING_ROWS(recurrence)}};
