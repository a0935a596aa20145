#include <math.h>

#include "reducers.h"

/* ---- sum, mean, prod: floating numbers are added up in double, integers in 64 bits, which wrap around if they are unsigned ---- */

#define NAME sum
#define DTYPES "for_integers.h"
#define STATE uint64_t
#define STEP s + (uint64_t)a
#define RESULT (int64_t) s
#define OUT int64_t
#include "define_reducer.h"

#define NAME sum
#define DTYPES "for_double.h"
#define STEP s + a
#define RESULT s
#include "define_reducer.h"

#define NAME add
#define DTYPES "for_float.h"
#define STEP s + a
#define FOUR s += (w + x) + (y + z)
#include "define_reducer.h"

typedef float floats __attribute__((vector_size(32), aligned(4), may_alias)); /* they need not lie where a vector should */

enum { VECTOR = sizeof(floats) / sizeof(float) };

#define SUM_OF_FOUR(v) (((v)[0] + (v)[1]) + ((v)[2] + (v)[3]))
#define SUM_OF_SIXTEEN(v) ((SUM_OF_FOUR(v) + SUM_OF_FOUR(v + 4)) + (SUM_OF_FOUR(v + 8) + SUM_OF_FOUR(v + 12)))

/* Up to sixteen vectors are added up in single precision and in registers, which keeps up with memory; their sums in double. */
RL_CLONES static double sum_of_vectors(const floats *v, int64_t n) {
    double sums[VECTOR] = {0}, sum = 0;
    while (n > 0) {
        const int taken = n < 4 ? 1 : n < 16 ? 4 : 16;
        floats a = *v;
        if (taken == 4) a = SUM_OF_FOUR(v);
        if (taken == 16) a = SUM_OF_SIXTEEN(v);
        RL_SIMD for (int k = 0; k < VECTOR; k++) sums[k] += a[k];
        v += taken;
        n -= taken;
    }
    for (int k = 0; k < VECTOR; k++) sum += sums[k];
    return sum;
}

static void sum_of_floats(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {
    if (stride == sizeof(float)) {
        *(double *)fields[0] += sum_of_vectors((const floats *)x, m / VECTOR);
        x += m / VECTOR * (int64_t)sizeof(floats);
        m %= VECTOR;
    }
    add_along_float(fields, x, stride, m, run);
}

#define NAME sum
#define DTYPES "for_float.h"
#define LIKE add
#define ALONG sum_of_floats
#define RESULT s
#include "define_reducer.h"
const rl_reducers rl_sum_reducers = RL_NUMBER_REDUCERS(sum_reducer);

#define NAME mean
#define DTYPES "for_float.h"
#define LIKE add
#define ALONG sum_of_floats
#define RESULT s / (double)run->total
#include "define_reducer.h"

#define NAME mean
#define DTYPES "for_double.h"
#define LIKE sum
#define RESULT s / (double)run->total
#include "define_reducer.h"
const rl_reducers rl_mean_reducers = RL_FLOATING_REDUCERS(mean_reducer);

#define NAME nansum
#define DTYPES "for_floating.h"
#define STEP s + (RL_IS_NAN(a) ? 0 : a)
#define RESULT s
#include "define_reducer.h"
const rl_reducers rl_nansum_reducers = RL_FLOATING_REDUCERS(nansum_reducer);

#define NAME prod
#define DTYPES "for_integers.h"
#define STATE uint64_t
#define ZERO 1
#define STEP s *(uint64_t)a
#define COMBINED s *t
#define RESULT (int64_t) s
#define OUT int64_t
#include "define_reducer.h"

#define NAME prod
#define DTYPES "for_floating.h"
#define ZERO 1
#define STEP s *a
#define COMBINED s *t
#define RESULT s
#include "define_reducer.h"
const rl_reducers rl_prod_reducers = RL_NUMBER_REDUCERS(prod_reducer);

/* ---- counts and truth ---- */

#define NAME nonzero
#define DTYPES "for_numbers.h"
#define STATE int64_t
#define STEP s + (a != 0)
#define RESULT s
#define OUT int64_t
#include "define_reducer.h"
const rl_reducers rl_nonzero_reducers = RL_NUMBER_REDUCERS(nonzero_reducer);

#define NAME any
#define DTYPES "for_numbers.h"
#define STATE uint8_t
#define STEP s | (a != 0)
#define COMBINED s | t
#define RESULT s
#define OUT uint8_t
#include "define_reducer.h"
const rl_reducers rl_any_reducers = RL_NUMBER_REDUCERS(any_reducer);

#define NAME all
#define DTYPES "for_numbers.h"
#define STATE uint8_t
#define ZERO 1
#define STEP s &(a != 0)
#define COMBINED s &t
#define RESULT s
#define OUT uint8_t
#include "define_reducer.h"
const rl_reducers rl_all_reducers = RL_NUMBER_REDUCERS(all_reducer);

/* ---- norms ---- */

#define NORM_ORDER (*(const double *)run->context)
#define LARGER(s, a) ((a) > (s) || RL_IS_NAN(a) ? (a) : (s))
#define SMALLER(s, a) ((a) < (s) || RL_IS_NAN(a) ? (a) : (s))

#define NAME norm_0
#define DTYPES "for_floating.h"
#define STEP s + (a != 0)
#define RESULT s
#include "define_reducer.h"

#define NAME norm_1
#define DTYPES "for_floating.h"
#define STEP s + fabs((double)a)
#define RESULT s
#include "define_reducer.h"

#define NAME norm_2
#define DTYPES "for_floating.h"
#define STEP s + (double)a *a
#define RESULT sqrt(s)
#include "define_reducer.h"

#define NAME norm_p
#define DTYPES "for_floating.h"
#define STEP s + pow(fabs((double)a), NORM_ORDER)
#define RESULT pow(s, 1 / NORM_ORDER)
#include "define_reducer.h"

#define NAME norm_max
#define DTYPES "for_floating.h"
#define STEP LARGER(s, fabs((double)a))
#define COMBINED LARGER(s, t)
#define RESULT s
#include "define_reducer.h"

#define NAME norm_min
#define DTYPES "for_floating.h"
#define ZERO INFINITY
#define STEP SMALLER(s, fabs((double)a))
#define COMBINED SMALLER(s, t)
#define RESULT s
#include "define_reducer.h"

static const rl_reducers norm_0 = RL_FLOATING_REDUCERS(norm_0_reducer), norm_1 = RL_FLOATING_REDUCERS(norm_1_reducer),
                         norm_2 = RL_FLOATING_REDUCERS(norm_2_reducer), norm_p = RL_FLOATING_REDUCERS(norm_p_reducer),
                         norm_max = RL_FLOATING_REDUCERS(norm_max_reducer), norm_min = RL_FLOATING_REDUCERS(norm_min_reducer);

const rl_reducers *rl_norm_reducers(double p) {
    return p == 0 ? &norm_0 : p == 1 ? &norm_1 : p == 2 ? &norm_2 : p == INFINITY ? &norm_max : p == -INFINITY ? &norm_min : &norm_p;
}
