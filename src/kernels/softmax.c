#include "softmax.h"

#include <math.h>

#include "loops.h"
#include "mathfn.h"
#include "parallel.h"

/* Slices that are dense in memory are done one by one, others side by side. Sums are kept in double. */

/* Several passes are made over a block of slices, so it should stay in the cache. */
static int64_t slices_in_cache(int64_t bytes) {
    int64_t slices = (1 << 18) / (bytes + 1) / 16 * 16;
    return slices < 16 ? 16 : slices;
}

/* Exponentials that are held until they have been added up: one loop for both would be computed in double throughout. */
enum { EXPONENTIALS = 512 };

#define AT(T, k, j, l) (*(T *)(data[k] + (j)*step[k] + (l)*next[k]))

#define SIDE_BY_SIDE_2 (next[0] == width && next[1] == width)
#define SIDE_BY_SIDE_3 (SIDE_BY_SIDE_2 && next[2] == width)
#define DENSE_2 (step[0] == width && step[1] == width)
#define DENSE_3 (DENSE_2 && step[2] == width)

/* A slice: its largest element, the sum of the exponentials below it, then what is made of both. */
#define SOFTMAX(name, T, EXP, first, last)                                                                                          \
    RL_CLONES static void name##_dense(T *y, const T *x, int64_t n) {                                                               \
        T top = -INFINITY;                                                                                                          \
        double sum = 0;                                                                                                             \
        int nan = 0;                                                                                                                \
        _Pragma("omp simd reduction(max:top) reduction(|:nan)") for (int64_t j = 0; j < n; j++) {                                   \
            nan |= x[j] != x[j];                                                                                                    \
            top = top > x[j] ? top : x[j];                                                                                          \
        }                                                                                                                           \
        if (nan) top = NAN;                                                                                                         \
        for (int64_t from = 0; from < n && !RL_GIVEN_UP_AT(from + EXPONENTIALS - 1); from += EXPONENTIALS) {                        \
            T held[EXPONENTIALS];                                                                                                   \
            int64_t m = n - from < EXPONENTIALS ? n - from : EXPONENTIALS;                                                          \
            RL_SIMD for (int64_t j = 0; j < m; j++) {                                                                               \
                T a = x[from + j] - top, e = EXP(a);                                                                                \
                held[j] = e;                                                                                                        \
                y[from + j] = first;                                                                                                \
            }                                                                                                                       \
            RL_SIMD_SUM(sum) for (int64_t j = 0; j < m; j++) sum += held[j];                                                        \
        }                                                                                                                           \
        if (n > 0xffff && rl_failing()) return;                                                                                     \
        T scale = (T)(1 / sum), shift = (T)log(sum);                                                                                \
        (void)scale, (void)shift;                                                                                                   \
        RL_SIMD for (int64_t j = 0; j < n; j++) y[j] = last;                                                                        \
    }                                                                                                                               \
    RL_CLONES static void name##_across(char *const *data, const int64_t *step, int64_t n, int64_t slices) {                        \
        T top[RL_SLICES_ACROSS];                                                                                                    \
        double sums[RL_SLICES_ACROSS];                                                                                              \
        for (int64_t l = 0; l < slices; l++) {                                                                                      \
            top[l] = -INFINITY;                                                                                                     \
            sums[l] = 0;                                                                                                            \
        }                                                                                                                           \
        for (int64_t j = 0; j < n; j++) {                                                                                           \
            const T *x = (const T *)(data[1] + j * step[1]);                                                                        \
            RL_SIMD for (int64_t l = 0; l < slices; l++) top[l] = x[l] > top[l] || x[l] != x[l] ? x[l] : top[l];                    \
        }                                                                                                                           \
        for (int64_t j = 0; j < n; j++) {                                                                                           \
            T *y = (T *)(data[0] + j * step[0]);                                                                                    \
            const T *x = (const T *)(data[1] + j * step[1]);                                                                        \
            RL_SIMD for (int64_t l = 0; l < slices; l++) {                                                                          \
                T e = EXP(x[l] - top[l]);                                                                                           \
                sums[l] += e;                                                                                                       \
                y[l] = e;                                                                                                           \
            }                                                                                                                       \
        }                                                                                                                           \
        name##_finish_across(data, step, n, slices, top, sums);                                                                     \
    }                                                                                                                               \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) { \
        const int64_t width = sizeof(T);                                                                                            \
        (void)context;                                                                                                              \
        if (DENSE_2) {                                                                                                              \
            for (int64_t l = 0; l < slices; l++) name##_dense(&AT(T, 0, 0, l), &AT(T, 1, 0, l), n);                                 \
            return;                                                                                                                 \
        }                                                                                                                           \
        if (SIDE_BY_SIDE_2) {                                                                                                       \
            for (int64_t l = 0, some = slices_in_cache(n * width); l < slices; l += some) {                                         \
                char *block[2] = {data[0] + l * width, data[1] + l * width};                                                        \
                name##_across(block, step, n, some < slices - l ? some : slices - l);                                               \
            }                                                                                                                       \
            return;                                                                                                                 \
        }                                                                                                                           \
        for (int64_t l = 0; l < slices; l++) {                                                                                      \
            char *one[2] = {data[0] + l * next[0], data[1] + l * next[1]};                                                          \
            name##_across(one, step, n, 1);                                                                                         \
        }                                                                                                                           \
    }

#define FINISH_SOFTMAX(name, T)                                                                                                                 \
    RL_CLONES static void name##_finish_across(char *const *data, const int64_t *step, int64_t n, int64_t slices, const T *top, double *sums) { \
        (void)top;                                                                                                                              \
        for (int64_t l = 0; l < slices; l++) sums[l] = 1 / sums[l];                                                                             \
        for (int64_t j = 0; j < n; j++) {                                                                                                       \
            T *y = (T *)(data[0] + j * step[0]);                                                                                                \
            RL_SIMD for (int64_t l = 0; l < slices; l++) y[l] = (T)(y[l] * sums[l]);                                                            \
        }                                                                                                                                       \
    }

#define FINISH_LOG_SOFTMAX(name, T)                                                                                                             \
    RL_CLONES static void name##_finish_across(char *const *data, const int64_t *step, int64_t n, int64_t slices, const T *top, double *sums) { \
        for (int64_t l = 0; l < slices; l++) sums[l] = log(sums[l]);                                                                            \
        for (int64_t j = 0; j < n; j++) {                                                                                                       \
            T *y = (T *)(data[0] + j * step[0]);                                                                                                \
            const T *x = (const T *)(data[1] + j * step[1]);                                                                                    \
            RL_SIMD for (int64_t l = 0; l < slices; l++) y[l] = (T)((x[l] - top[l]) - sums[l]);                                                 \
        }                                                                                                                                       \
    }

FINISH_SOFTMAX(softmax_float, float)
FINISH_SOFTMAX(softmax_double, double)
FINISH_LOG_SOFTMAX(log_softmax_float, float)
FINISH_LOG_SOFTMAX(log_softmax_double, double)
SOFTMAX(softmax_float, float, rl_expf, e, y[j] * scale)
SOFTMAX(softmax_double, double, rl_exp64, e, y[j] * scale)
SOFTMAX(log_softmax_float, float, rl_expf, a, y[j] - shift)
SOFTMAX(log_softmax_double, double, rl_exp64, a, y[j] - shift)

const rl_slice_loops rl_softmax_loops = {.of = {[RL_FLOAT] = softmax_float, [RL_DOUBLE] = softmax_double}};
const rl_slice_loops rl_log_softmax_loops = {.of = {[RL_FLOAT] = log_softmax_float, [RL_DOUBLE] = log_softmax_double}};

/* A slice's gradient: `summed` added up over it gives s, then each element is `slope`, of g and y there. */
#define SOFTMAX_BACKWARD(name, T, summed, slope)                                                                                    \
    RL_CLONES static void name##_dense(T *to, const T *from_g, const T *from_y, int64_t n) {                                        \
        double s = 0;                                                                                                               \
        _Pragma("omp simd reduction(+:s)") for (int64_t j = 0; j < n; j++) {                                                        \
            T g = from_g[j], y = from_y[j];                                                                                         \
            (void)y;                                                                                                                \
            s += summed;                                                                                                            \
        }                                                                                                                           \
        RL_SIMD for (int64_t j = 0; j < n; j++) {                                                                                   \
            T g = from_g[j], y = from_y[j];                                                                                         \
            to[j] = (T)(slope);                                                                                                     \
        }                                                                                                                           \
    }                                                                                                                               \
    RL_CLONES static void name##_across(char *const *data, const int64_t *step, int64_t n, int64_t slices) {                        \
        double sums[RL_SLICES_ACROSS];                                                                                              \
        for (int64_t l = 0; l < slices; l++) sums[l] = 0;                                                                           \
        for (int64_t j = 0; j < n; j++) {                                                                                           \
            const T *from_g = (const T *)(data[1] + j * step[1]), *from_y = (const T *)(data[2] + j * step[2]);                     \
            RL_SIMD for (int64_t l = 0; l < slices; l++) {                                                                          \
                T g = from_g[l], y = from_y[l];                                                                                     \
                (void)y;                                                                                                            \
                sums[l] += summed;                                                                                                  \
            }                                                                                                                       \
        }                                                                                                                           \
        for (int64_t j = 0; j < n; j++) {                                                                                           \
            T *to = (T *)(data[0] + j * step[0]);                                                                                   \
            const T *from_g = (const T *)(data[1] + j * step[1]), *from_y = (const T *)(data[2] + j * step[2]);                     \
            RL_SIMD for (int64_t l = 0; l < slices; l++) {                                                                          \
                T g = from_g[l], y = from_y[l];                                                                                     \
                double s = sums[l];                                                                                                 \
                to[l] = (T)(slope);                                                                                                 \
            }                                                                                                                       \
        }                                                                                                                           \
    }                                                                                                                               \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) { \
        const int64_t width = sizeof(T);                                                                                            \
        (void)context;                                                                                                              \
        if (DENSE_3) {                                                                                                              \
            for (int64_t l = 0; l < slices; l++) name##_dense(&AT(T, 0, 0, l), &AT(T, 1, 0, l), &AT(T, 2, 0, l), n);                \
            return;                                                                                                                 \
        }                                                                                                                           \
        if (SIDE_BY_SIDE_3) {                                                                                                       \
            for (int64_t l = 0, some = slices_in_cache(n * width); l < slices; l += some) {                                         \
                char *block[3] = {data[0] + l * width, data[1] + l * width, data[2] + l * width};                                   \
                name##_across(block, step, n, some < slices - l ? some : slices - l);                                               \
            }                                                                                                                       \
            return;                                                                                                                 \
        }                                                                                                                           \
        for (int64_t l = 0; l < slices; l++) {                                                                                      \
            char *one[3] = {data[0] + l * next[0], data[1] + l * next[1], data[2] + l * next[2]};                                   \
            name##_across(one, step, n, 1);                                                                                         \
        }                                                                                                                           \
    }

SOFTMAX_BACKWARD(softmax_backward_float, float, g *y, y *(g - s))
SOFTMAX_BACKWARD(softmax_backward_double, double, g *y, y *(g - s))
SOFTMAX_BACKWARD(log_softmax_backward_float, float, g, g - rl_expf(y) * s)
SOFTMAX_BACKWARD(log_softmax_backward_double, double, g, g - rl_exp64(y) * s)

const rl_slice_loops rl_softmax_backward_loops = {.of = {[RL_FLOAT] = softmax_backward_float, [RL_DOUBLE] = softmax_backward_double}};
const rl_slice_loops rl_log_softmax_backward_loops = {.of = {[RL_FLOAT] = log_softmax_backward_float, [RL_DOUBLE] = log_softmax_backward_double}};
