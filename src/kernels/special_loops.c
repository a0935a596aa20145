#include <math.h>

#include "binary.h"
#include "special.h"
#include "unary.h"

#define SPECIAL(name, prepare, e)                           \
    RL_UNARY_ROW(name##_float, float, float, prepare, e)    \
    RL_UNARY_ROW(name##_double, double, double, prepare, e) \
    RL_FLOATING_LOOPS(name)

SPECIAL(erfinv, , rl_special_erfinv(a))
SPECIAL(lgamma, , lgamma(a))
SPECIAL(digamma, , rl_special_digamma(a))
SPECIAL(polygamma, const int order = (int)NUMBER(0).as_int, rl_special_polygamma(order, a))
SPECIAL(mvlgamma, const int p = (int)NUMBER(0).as_int, rl_special_mvlgamma(a, p))
SPECIAL(i0, , rl_special_i0(a))
SPECIAL(i1, , rl_special_i1(a))
SPECIAL(erfcx, , rl_special_erfcx(a))
SPECIAL(log_ndtr, , rl_special_log_ndtr(a))
SPECIAL(ndtri_exp, , rl_special_ndtri_exp(a))

#define SPECIAL_OF_TWO(name)                                                \
    RL_BINARY_ROW(name##_float, float, float, , rl_special_##name(a, b))    \
    RL_BINARY_ROW(name##_double, double, double, , rl_special_##name(a, b)) \
    RL_FLOATING_LOOPS(name)

SPECIAL_OF_TWO(igamma)
SPECIAL_OF_TWO(igammac)
SPECIAL_OF_TWO(gamma_slope)
