/* Variance in one pass: rows that fit the cache are centred on their own mean, and joined by Chan's formula. */
#include "folds.h"

#include <math.h>

/* Joins `count` elements with mean and sum of squares around it to `at` others. */
static inline void join_moments(double *mean, double *squares, double other_mean, double other_squares, double at, double count) {
    double delta = other_mean - *mean, share = count / (at + count);
    *mean += delta * share;
    *squares += other_squares + delta * delta * at * share;
}

static void moments_start(void *const *fields, int64_t n, const rl_fold *fold) {
    (void)fold;
    for (int64_t j = 0; j < n; j++) ((double *)fields[0])[j] = ((double *)fields[1])[j] = 0;
}

static void moments_join(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_fold *fold) {
    for (int64_t j = 0; j < n; j++)
        join_moments((double *)fields[0] + j, (double *)fields[1] + j, ((double *)others[0])[j], ((double *)others[1])[j], (double)fold->at, (double)count);
}

#define CENTRE (*(const double *)at->context)

#define MOMENTS(T)                                                                                                                            \
    RL_FOLD(total_##T, T, double, RL_CLONES, 0, s + a, s + t)                                                                                 \
    RL_FOLD(square_##T, T, double, RL_CLONES, 0, s + (a - CENTRE) * (a - CENTRE), s + t)                                                      \
    static void moments_along_##T(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_fold *fold) {                       \
        double mean = 0, squares = 0;                                                                                                         \
        rl_fold centred = {0, m, &mean};                                                                                                      \
        void *field = &mean;                                                                                                                  \
        total_##T##_along(&field, x, stride, m, &centred);                                                                                    \
        mean /= (double)m;                                                                                                                    \
        field = &squares;                                                                                                                     \
        square_##T##_along(&field, x, stride, m, &centred);                                                                                   \
        join_moments(fields[0], fields[1], mean, squares, (double)fold->at, (double)m);                                                       \
    }                                                                                                                                         \
    RL_CLONES static void moments_across_##T(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_fold *fold) { \
        double means[RL_FOLD_BLOCK], squares[RL_FOLD_BLOCK], at = (double)fold->at;                                                           \
        void *field = means;                                                                                                                  \
        double *to_means = fields[0], *to_squares = fields[1];                                                                                \
        total_##T##_start(&field, n, fold);                                                                                                   \
        total_##T##_across(&field, x, n, stride, m, fold);                                                                                    \
        for (int64_t j = 0; j < n; j++) {                                                                                                     \
            means[j] /= (double)m;                                                                                                            \
            squares[j] = 0;                                                                                                                   \
        }                                                                                                                                     \
        for (int64_t i = 0; i < m; i++, x += stride) {                                                                                        \
            const T *p = (const T *)x;                                                                                                        \
            RL_SIMD for (int64_t j = 0; j < n; j++) squares[j] += (p[j] - means[j]) * (p[j] - means[j]);                                      \
        }                                                                                                                                     \
        RL_SIMD for (int64_t j = 0; j < n; j++) join_moments(to_means + j, to_squares + j, means[j], squares[j], at, (double)m);              \
    }                                                                                                                                         \
    static void moments_finish_##T(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_fold *fold) {           \
        const rl_moments *asked = fold->context;                                                                                              \
        double divisor = (double)fold->total - asked->correction;                                                                             \
        for (int64_t j = 0; j < n; j++) {                                                                                                     \
            double variance = ((double *)fields[1])[j] / (divisor > 0 ? divisor : 0);                                                         \
            *(T *)(out[0] + j * strides[0]) = (T)(asked->root ? sqrt(variance) : variance);                                                   \
            if (out[1]) *(T *)(out[1] + j * strides[1]) = fold->total ? (T)((double *)fields[0])[j] : (T)NAN;                                 \
        }                                                                                                                                     \
    }                                                                                                                                         \
    static const rl_reducer moments_##T = {.field_size = {sizeof(double), sizeof(double)},                                                    \
                                           .start = moments_start,                                                                            \
                                           .along = moments_along_##T,                                                                        \
                                           .across = moments_across_##T,                                                                      \
                                           .join = moments_join,                                                                              \
                                           .finish = moments_finish_##T};

MOMENTS(float)
MOMENTS(double)

const rl_reducers rl_moments_reducers = {.of = {[RL_FLOAT] = &moments_float, [RL_DOUBLE] = &moments_double}};
