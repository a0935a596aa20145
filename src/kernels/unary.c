#include "unary.h"

#include <math.h>

/* Functions of floating numbers: `f` in float, `d` in double, of the element a. */
#define FLOATING(name, f, d)                                   \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, float, f)    \
    RL_UNARY_LOOP(name##_double, RL_CLONES, double, double, d) \
    RL_FLOATING_LOOPS(name)

/* Functions of all numbers: `i` of whole ones, in which `wrapping` does, `f` of floating ones. */
#define WHOLE(tag, T, U, name, i) RL_UNARY_ROW(name##_##tag, T, T, typedef U wrapping, i)
#define NUMERIC(name, i, f)                                    \
    RL_FOR_INTEGERS(WHOLE, name, i)                            \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, float, f)    \
    RL_UNARY_LOOP(name##_double, RL_CLONES, double, double, f) \
    RL_NUMERIC_LOOPS(name)

FLOATING(exp, expf(a), exp(a))
FLOATING(log, logf(a), log(a))
FLOATING(sqrt, sqrtf(a), sqrt(a))
FLOATING(rsqrt, 1 / sqrtf(a), 1 / sqrt(a))
FLOATING(reciprocal, 1 / a, 1 / a)
FLOATING(sin, sinf(a), sin(a))
FLOATING(cos, cosf(a), cos(a))
FLOATING(tanh, tanhf(a), tanh(a))
FLOATING(sigmoid, 1 / (1 + expf(-a)), 1 / (1 + exp(-a)))
FLOATING(square, a *a, a *a)
FLOATING(cube, a *a *a, a *a *a)

NUMERIC(neg, -(wrapping)a, -a)
NUMERIC(abs, a < 0 ? -(wrapping)a : (wrapping)a, fabs(a))
NUMERIC(sign, (a > 0) - (a < 0), (a > 0) - (a < 0))
NUMERIC(relu, a > 0 ? a : 0, a <= 0 ? 0 : a)

/* A bound that is not given is no bound; one that is NaN makes all NaN. */
#define BOUNDS(T, field, least, most)                                             \
    const T low = NUMBER(0).kind == RL_SCALAR_NONE ? least : (T)NUMBER(0).field;  \
    const T high = NUMBER(1).kind == RL_SCALAR_NONE ? most : (T)NUMBER(1).field
#define KEPT ((a < low ? low : a) > high ? high : (a < low ? low : a))
RL_UNARY_ROW(clamp_uint8, uint8_t, uint8_t, BOUNDS(int64_t, as_int, 0, INT64_MAX), KEPT)
RL_UNARY_ROW(clamp_int8, int8_t, int8_t, BOUNDS(int64_t, as_int, INT64_MIN, INT64_MAX), KEPT)
RL_UNARY_ROW(clamp_int16, int16_t, int16_t, BOUNDS(int64_t, as_int, INT64_MIN, INT64_MAX), KEPT)
RL_UNARY_ROW(clamp_int32, int32_t, int32_t, BOUNDS(int64_t, as_int, INT64_MIN, INT64_MAX), KEPT)
RL_UNARY_ROW(clamp_int64, int64_t, int64_t, BOUNDS(int64_t, as_int, INT64_MIN, INT64_MAX), KEPT)
RL_UNARY_LOOP_WITH(clamp_float, RL_CLONES, float, float, BOUNDS(float, as_double, -INFINITY, INFINITY), KEPT)
RL_UNARY_LOOP_WITH(clamp_double, RL_CLONES, double, double, BOUNDS(double, as_double, -INFINITY, INFINITY), KEPT)
RL_NUMERIC_LOOPS(clamp)

#define INVERTED(tag, T, U, name, unused) RL_UNARY_ROW(name##_##tag, T, T, , ~a)
RL_UNARY_LOOP(bitwise_not_bool, , uint8_t, uint8_t, !a)
RL_FOR_INTEGERS(INVERTED, bitwise_not, )
RL_INTEGER_LOOPS(bitwise_not)
