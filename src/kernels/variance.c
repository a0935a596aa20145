/* Variance in one pass: rows that fit the cache are centred on their own mean, and combined by Chan's formula. */
#include <math.h>

#include "reducers.h"

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

#define NAME total
#define DTYPES "for_floating.h"
#define STEP s + a
#include "define_reducer.h"

#define CENTRE (*(const double *)run->context)

#define NAME squares
#define DTYPES "for_floating.h"
#define STEP s + (a - CENTRE) * (a - CENTRE)
#include "define_reducer.h"

#define TEMPLATE "variance_template.h"
#include "for_floating.h"
#undef TEMPLATE

const rl_reducers rl_variance_reducers = RL_FLOATING_REDUCERS(variance_reducer);
