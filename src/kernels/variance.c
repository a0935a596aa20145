/* Variance in one pass: rows that fit the cache are centred on their own mean, and combined by Chan's formula. */
#include "reducers.h"

#include <math.h>

/* Combines `count` elements with mean and sum of squares around it to `at` others. */
static inline void combine_variances(double *mean, double *squares, double other_mean, double other_squares, double at, double count) {
    double delta = other_mean - *mean, share = count / (at + count);
    *mean += delta * share;
    *squares += other_squares + delta * delta * at * share;
}

static void variance_start(void *const *fields, int64_t n, const rl_reduction *run) {
    (void)run;
    for (int64_t j = 0; j < n; j++) ((double *)fields[0])[j] = ((double *)fields[1])[j] = 0;
}

static void variance_combine(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_reduction *run) {
    for (int64_t j = 0; j < n; j++)
        combine_variances((double *)fields[0] + j, (double *)fields[1] + j, ((double *)others[0])[j], ((double *)others[1])[j], (double)run->done,
                          (double)count);
}

#define CENTRE (*(const double *)run->context)

#define VARIANCE(T)                                                                                                                                \
    RL_ACCUMULATE(total_##T, T, double, RL_CLONES, 0, s + a, s + t)                                                                                \
    RL_ACCUMULATE(square_##T, T, double, RL_CLONES, 0, s + (a - CENTRE) * (a - CENTRE), s + t)                                                     \
    static void variance_along_##T(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {                       \
        double mean = 0, squares = 0;                                                                                                              \
        rl_reduction centred = {0, m, &mean};                                                                                                      \
        void *field = &mean;                                                                                                                       \
        total_##T##_along(&field, x, stride, m, &centred);                                                                                         \
        mean /= (double)m;                                                                                                                         \
        field = &squares;                                                                                                                          \
        square_##T##_along(&field, x, stride, m, &centred);                                                                                        \
        combine_variances(fields[0], fields[1], mean, squares, (double)run->done, (double)m);                                                      \
    }                                                                                                                                              \
    RL_CLONES static void variance_across_##T(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_reduction *run) { \
        double means[RL_REDUCTION_BLOCK], squares[RL_REDUCTION_BLOCK], at = (double)run->done;                                                     \
        void *field = means;                                                                                                                       \
        double *to_means = fields[0], *to_squares = fields[1];                                                                                     \
        total_##T##_start(&field, n, run);                                                                                                         \
        total_##T##_across(&field, x, n, stride, m, run);                                                                                          \
        for (int64_t j = 0; j < n; j++) {                                                                                                          \
            means[j] /= (double)m;                                                                                                                 \
            squares[j] = 0;                                                                                                                        \
        }                                                                                                                                          \
        for (int64_t i = 0; i < m; i++, x += stride) {                                                                                             \
            const T *p = (const T *)x;                                                                                                             \
            RL_SIMD for (int64_t j = 0; j < n; j++) squares[j] += (p[j] - means[j]) * (p[j] - means[j]);                                           \
        }                                                                                                                                          \
        RL_SIMD for (int64_t j = 0; j < n; j++) combine_variances(to_means + j, to_squares + j, means[j], squares[j], at, (double)m);              \
    }                                                                                                                                              \
    static void variance_finish_##T(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run) {           \
        const rl_variance *asked = run->context;                                                                                                   \
        double divisor = (double)run->total - asked->correction;                                                                                   \
        for (int64_t j = 0; j < n; j++) {                                                                                                          \
            double variance = ((double *)fields[1])[j] / (divisor > 0 ? divisor : 0);                                                              \
            *(T *)(out[0] + j * strides[0]) = (T)(asked->root ? sqrt(variance) : variance);                                                        \
            if (out[1]) *(T *)(out[1] + j * strides[1]) = run->total ? (T)((double *)fields[0])[j] : (T)NAN;                                       \
        }                                                                                                                                          \
    }                                                                                                                                              \
    static const rl_reducer variance_##T = {.field_size = {sizeof(double), sizeof(double)},                                                        \
                                            .start = variance_start,                                                                               \
                                            .along = variance_along_##T,                                                                           \
                                            .across = variance_across_##T,                                                                         \
                                            .combine = variance_combine,                                                                           \
                                            .finish = variance_finish_##T};

VARIANCE(float)
VARIANCE(double)

const rl_reducers rl_variance_reducers = {.of = {[RL_FLOAT] = &variance_float, [RL_DOUBLE] = &variance_double}};
