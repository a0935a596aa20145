#include "mathfn.h"

#include "unary.h"

/* `f` in float, `d` in double, of the element a and of numbers p, q, r. */
#define ACTIVATION(name, f, d)                                                   \
    RL_UNARY_LOOP_WITH(name##_float, RL_CLONES, float, float, NUMBERS(float), f) \
    RL_UNARY_LOOP_WITH(name##_double, , double, double, NUMBERS(double), d)      \
    RL_FLOATING_LOOPS(name)
#define NUMBERS(T)                      \
    const T p = (T)NUMBER(0).as_double; \
    const T q = (T)NUMBER(1).as_double; \
    const T r = (T)NUMBER(2).as_double; \
    (void)p, (void)q, (void)r

/* elu: alpha, scale, input_scale */
ACTIVATION(elu, a > 0 ? a * q : rl_expm1f(a * r) * (p * q), a > 0 ? a * q : expm1(a * r) * (p * q))
ACTIVATION(silu, a / (1 + rl_expf(-a)), a / (1 + rl_exp64(-a)))
ACTIVATION(gelu, 0.5f * a * (1 + rl_erff(a * 0.707106781f)), 0.5 * a * (1 + erf(a * 0.70710678118654752)))
ACTIVATION(gelu_tanh, 0.5f * a * (1 + rl_tanhf(0.797884561f * (a + 0.044715f * a * a * a))),
           0.5 * a * (1 + rl_tanh64(0.79788456080286536 * (a + 0.044715 * a * a * a))))
/* softplus: beta, threshold */
ACTIVATION(softplus, a *p > q ? a : rl_log1pf(rl_expf(a * p)) / p, a *p > q ? a : log1p(exp(a * p)) / p)
ACTIVATION(logsigmoid, (a < 0 ? a : 0) - rl_log1pf(rl_expf(-fabsf(a))), (a < 0 ? a : 0) - log1p(exp(-fabs(a))))
/* leaky_relu: slope; the shrinks: lambda */
ACTIVATION(leaky_relu, a > 0 ? a : a * p, a > 0 ? a : a * p)
ACTIVATION(hardshrink, ((a >= -p) & (a <= p)) ? 0 : a, ((a >= -p) & (a <= p)) ? 0 : a)
ACTIVATION(softshrink, a > p ? a - p : a < -p ? a + p : a - a, a > p ? a - p : a < -p ? a + p : a - a)
ACTIVATION(hardsigmoid, (a < -3 ? 0 : a > 3 ? 6 : a + 3) / 6, (a < -3 ? 0 : a > 3 ? 6 : a + 3) / 6)
ACTIVATION(hardswish, a *(a<-3 ? 0 : a> 3 ? 6 : a + 3) / 6, a *(a<-3 ? 0 : a> 3 ? 6 : a + 3) / 6)

/* Of integers too, p and q being whole then. */
#define INTEGER_BOUNDS                  \
    const int64_t p = NUMBER(0).as_int; \
    const int64_t q = NUMBER(1).as_int
#define PIECEWISE_INTEGERS(tag, T, U, name, e) RL_UNARY_ROW(name##_##tag, T, T, INTEGER_BOUNDS, e)
#define PIECEWISE(name, e)                                                       \
    RL_FOR_INTEGERS(PIECEWISE_INTEGERS, name, e)                                 \
    RL_UNARY_LOOP_WITH(name##_float, RL_CLONES, float, float, NUMBERS(float), e) \
    RL_UNARY_LOOP_WITH(name##_double, , double, double, NUMBERS(double), e)      \
    RL_NUMERIC_LOOPS(name)

/* threshold: threshold, value; hardtanh: min, max */
PIECEWISE(threshold, a <= p ? q : a)
PIECEWISE(hardtanh, a<p ? p : a> q ? q : a)
