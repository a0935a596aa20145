/* log(sum(exp(x))) in one pass. fields: the largest element so far, or 0 if that is infinite, and the sum of the exponentials below it. */
#include <float.h>

#include "reducers.h"
#include "mathfn.h"

#define TOP (*(const double *)run->context)

static double finite_top(double top) { return isinf(top) ? 0 : top; }

/* Sums that stand for nothing, or are infinite, keep so whatever they are scaled with. */
static double rescaled(double sum, double from, double to) { return sum == 0 || isinf(sum) ? sum : sum * exp(from - to); }

static void combine_sums(double *top, double *sum, double other_top, double other_sum) {
    if (other_sum == 0) return;
    double larger = *top > other_top ? *top : other_top;
    *sum = rescaled(*sum, *top, larger) + rescaled(other_sum, other_top, larger);
    *top = larger;
}

static void logsumexp_start(void *const *fields, int64_t n, const rl_reduction *run) {
    (void)run;
    for (int64_t j = 0; j < n; j++) {
        ((double *)fields[0])[j] = -DBL_MAX;
        ((double *)fields[1])[j] = 0;
    }
}

static void logsumexp_combine(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_reduction *run) {
    (void)count, (void)run;
    for (int64_t j = 0; j < n; j++) combine_sums((double *)fields[0] + j, (double *)fields[1] + j, ((double *)others[0])[j], ((double *)others[1])[j]);
}

#define LOGSUMEXP(T, EXP)                                                                                                                 \
    RL_ACCUMULATE(top_##T, T, T, RL_CLONES, -INFINITY, a > s || a != a ? a : s, t > s || t != t ? t : s)                                  \
    RL_ACCUMULATE(sum_##T, T, double, RL_CLONES, 0, s + EXP((T)(a - TOP)), s + t)                                                         \
    static void logsumexp_along_##T(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {             \
        T top = -INFINITY;                                                                                                                \
        double shift, sum = 0;                                                                                                            \
        rl_reduction below = {0, m, &shift};                                                                                              \
        void *field = &top;                                                                                                               \
        top_##T##_along(&field, x, stride, m, run);                                                                                       \
        shift = finite_top(top);                                                                                                          \
        field = &sum;                                                                                                                     \
        sum_##T##_along(&field, x, stride, m, &below);                                                                                    \
        combine_sums(fields[0], fields[1], shift, sum);                                                                                   \
    }                                                                                                                                     \
    RL_CLONES static void logsumexp_exponentials_##T(double *sums, const T *x, const T *shifts, int64_t n) {                              \
        RL_SIMD for (int64_t j = 0; j < n; j++) sums[j] += EXP(x[j] - shifts[j]);                                                         \
    }                                                                                                                                     \
    static void logsumexp_across_##T(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_reduction *run) { \
        T tops[RL_REDUCTION_BLOCK];                                                                                                       \
        double sums[RL_REDUCTION_BLOCK];                                                                                                  \
        void *field = tops;                                                                                                               \
        top_##T##_start(&field, n, run);                                                                                                  \
        top_##T##_across(&field, x, n, stride, m, run);                                                                                   \
        for (int64_t j = 0; j < n; j++) {                                                                                                 \
            tops[j] = (T)finite_top(tops[j]);                                                                                             \
            sums[j] = 0;                                                                                                                  \
        }                                                                                                                                 \
        for (int64_t i = 0; i < m; i++) logsumexp_exponentials_##T(sums, (const T *)(x + i * stride), tops, n);                           \
        for (int64_t j = 0; j < n; j++) combine_sums((double *)fields[0] + j, (double *)fields[1] + j, tops[j], sums[j]);                 \
    }                                                                                                                                     \
    static void logsumexp_finish_##T(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run) { \
        (void)run;                                                                                                                        \
        for (int64_t j = 0; j < n; j++) *(T *)(out[0] + j * strides[0]) = (T)(((double *)fields[0])[j] + log(((double *)fields[1])[j]));  \
    }                                                                                                                                     \
    static const rl_reducer logsumexp_##T = {.field_size = {sizeof(double), sizeof(double)},                                              \
                                             .start = logsumexp_start,                                                                    \
                                             .along = logsumexp_along_##T,                                                                \
                                             .across = logsumexp_across_##T,                                                              \
                                             .combine = logsumexp_combine,                                                                \
                                             .finish = logsumexp_finish_##T};

LOGSUMEXP(float, rl_expf)
LOGSUMEXP(double, rl_exp64)

const rl_reducers rl_logsumexp_reducers = {.of = {[RL_FLOAT] = &logsumexp_float, [RL_DOUBLE] = &logsumexp_double}};
