/* log(sum(exp(x))) in one pass. fields: the largest element so far, or 0 if that is infinite, and the sum of the exponentials below it. */
#include <float.h>

#include "reducers.h"
#include "mathfn.h"

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

#define NAME top
#define DTYPES "for_floating.h"
#define STATE T
#define ZERO -INFINITY
#define STEP a > s || RL_IS_NAN(a) ? a : s
#define COMBINED t > s || RL_IS_NAN(t) ? t : s
#include "define_reducer.h"

#define TOP (*(const double *)run->context)

#define NAME exp_sum
#define DTYPES "for_floating.h"
#define STEP s + RL_EXP((T)(a - TOP))
#include "define_reducer.h"

#define TEMPLATE "logsumexp_template.h"
#include "for_floating.h"
#undef TEMPLATE

const rl_reducers rl_logsumexp_reducers = RL_FLOATING_REDUCERS(logsumexp_reducer);
