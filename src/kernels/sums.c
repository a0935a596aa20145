#include "reducers.h"

#include <math.h>

#define FLOATING(R)                                                  \
    {                                                                \
        .of = { [RL_FLOAT] = &R##_float, [RL_DOUBLE] = &R##_double } \
    }

/* Integers are added up in int64, floating ones in double. */
#define OF_TYPE(name, T, IN, STATE, OUT, zero, step, combined, result)    \
    RL_ACCUMULATE(name##_##T, IN, STATE, RL_CLONES, zero, step, combined) \
    RL_RESULT(name##_##T, STATE, OUT, result)                             \
    RL_REDUCER(name##_reducer_##T, STATE, name##_##T, name##_##T)

/* Sums and products that do not fit wrap around, as unsigned numbers do. */
#define OF_INTEGERS(name, zero, step, combined)                                        \
    OF_TYPE(name, uint8, uint8_t, uint64_t, int64_t, zero, step, combined, (int64_t)s) \
    OF_TYPE(name, int8, int8_t, uint64_t, int64_t, zero, step, combined, (int64_t)s)   \
    OF_TYPE(name, int16, int16_t, uint64_t, int64_t, zero, step, combined, (int64_t)s) \
    OF_TYPE(name, int32, int32_t, uint64_t, int64_t, zero, step, combined, (int64_t)s) \
    OF_TYPE(name, int64, int64_t, uint64_t, int64_t, zero, step, combined, (int64_t)s)

#define OF_FLOATING(name, zero, step, combined, result)                      \
    OF_TYPE(name, float, float, double, float, zero, step, combined, result) \
    OF_TYPE(name, double, double, double, double, zero, step, combined, result)

/* ---- sum, mean, prod ---- */

OF_INTEGERS(sum, 0, s + (uint64_t)a, s + t)
OF_TYPE(sum, double, double, double, double, 0, s + a, s + t, s)
RL_ACCUMULATE_BY_FOUR(sum_float, float, double, RL_CLONES, 0, s + a, s + t, s += (w + x) + (y + z))

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
    sum_float_along(fields, x, stride, m, run);
}

RL_RESULT(sum_float, double, float, s)
RL_REDUCER_ALONG(sum_reducer_float, double, sum_of_floats, sum_float, sum_float)
const rl_reducers rl_sum_reducers = ALL_NUMBERS(sum_reducer);

RL_RESULT(mean_float, double, float, s / (double)run->total)
RL_RESULT(mean_double, double, double, s / (double)run->total)
RL_REDUCER_ALONG(mean_reducer_float, double, sum_of_floats, sum_float, mean_float)
RL_REDUCER(mean_reducer_double, double, sum_double, mean_double)
const rl_reducers rl_mean_reducers = FLOATING(mean_reducer);

OF_FLOATING(nansum, 0, s + (a == a ? a : 0), s + t, s)
const rl_reducers rl_nansum_reducers = FLOATING(nansum_reducer);

OF_INTEGERS(prod, 1, s *(uint64_t)a, s *t)
OF_FLOATING(prod, 1, s *a, s *t, s)
const rl_reducers rl_prod_reducers = ALL_NUMBERS(prod_reducer);

/* ---- counts and truth ---- */

#define OF_ANY(name, STATE, OUT, zero, step, combined, result)              \
    OF_TYPE(name, uint8, uint8_t, STATE, OUT, zero, step, combined, result) \
    OF_TYPE(name, int8, int8_t, STATE, OUT, zero, step, combined, result)   \
    OF_TYPE(name, int16, int16_t, STATE, OUT, zero, step, combined, result) \
    OF_TYPE(name, int32, int32_t, STATE, OUT, zero, step, combined, result) \
    OF_TYPE(name, int64, int64_t, STATE, OUT, zero, step, combined, result) \
    OF_TYPE(name, float, float, STATE, OUT, zero, step, combined, result)   \
    OF_TYPE(name, double, double, STATE, OUT, zero, step, combined, result)

OF_ANY(nonzero, int64_t, int64_t, 0, s + (a != 0), s + t, s)
OF_ANY(any, uint8_t, uint8_t, 0, s | (a != 0), s | t, s)
OF_ANY(all, uint8_t, uint8_t, 1, s &(a != 0), s &t, s)
const rl_reducers rl_nonzero_reducers = ALL_NUMBERS(nonzero_reducer);
const rl_reducers rl_any_reducers = ALL_NUMBERS(any_reducer);
const rl_reducers rl_all_reducers = ALL_NUMBERS(all_reducer);

/* ---- norms ---- */

#define POWER (*(const double *)run->context)
#define LARGER(s, a) ((a) > (s) || (a) != (a) ? (a) : (s))
#define SMALLER(s, a) ((a) < (s) || (a) != (a) ? (a) : (s))

OF_FLOATING(norm_0, 0, s + (a != 0), s + t, s)
OF_FLOATING(norm_1, 0, s + fabs((double)a), s + t, s)
OF_FLOATING(norm_2, 0, s + (double)a * a, s + t, sqrt(s))
OF_FLOATING(norm_p, 0, s + pow(fabs((double)a), POWER), s + t, pow(s, 1 / *(const double *)run->context))
OF_FLOATING(norm_max, 0, LARGER(s, fabs((double)a)), LARGER(s, t), s)
OF_FLOATING(norm_min, INFINITY, SMALLER(s, fabs((double)a)), SMALLER(s, t), s)

static const rl_reducers norm_0 = FLOATING(norm_0_reducer), norm_1 = FLOATING(norm_1_reducer), norm_2 = FLOATING(norm_2_reducer),
                         norm_p = FLOATING(norm_p_reducer), norm_max = FLOATING(norm_max_reducer), norm_min = FLOATING(norm_min_reducer);

const rl_reducers *rl_norm_reducers(double p) {
    return p == 0 ? &norm_0 : p == 1 ? &norm_1 : p == 2 ? &norm_2 : p == INFINITY ? &norm_max : p == -INFINITY ? &norm_min : &norm_p;
}
