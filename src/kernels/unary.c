#include "mathfn.h"

#include "unary.h"

/* Functions of floating numbers: `f` in float, `d` in double, of the element a. */
#define FLOATING(name, f, d)                                   \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, float, f)    \
    RL_UNARY_LOOP(name##_double, RL_CLONES, double, double, d) \
    RL_FLOATING_LOOPS(name)

FLOATING(sqrt, sqrtf(a), sqrt(a))
FLOATING(rsqrt, 1 / sqrtf(a), 1 / sqrt(a))
FLOATING(reciprocal, 1 / a, 1 / a)
FLOATING(square, a *a, a *a)
FLOATING(cube, a *a *a, a *a *a)

/* Functions of all numbers: `i` of integers, in which `wrapping` does, `f` of floating ones. */
#define INTEGER_ROW(tag, T, U, name, i) RL_UNARY_ROW(name##_##tag, T, T, typedef U wrapping; (void)sizeof(wrapping), i)
#define NUMERIC_LOOPS(name, i, f, d) \
    NUMERIC_ROWS(name, i, f, d)      \
    RL_NUMERIC_LOOPS(name)
#define NUMERIC_ROWS(name, i, f, d)                         \
    RL_FOR_INTEGERS(INTEGER_ROW, name, i)                   \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, float, f) \
    RL_UNARY_LOOP(name##_double, RL_CLONES, double, double, d)

NUMERIC_LOOPS(neg, -(wrapping)a, -a, -a)
NUMERIC_LOOPS(abs, a < 0 ? -(wrapping)a : (wrapping)a, fabsf(a), fabs(a))
NUMERIC_ROWS(sign, (a > 0) - (a < 0), (a > 0) - (a < 0), (a > 0) - (a < 0))
RL_UNARY_ROW(sign_bool, uint8_t, uint8_t, , a)
RL_ALL_LOOPS(sign)
NUMERIC_LOOPS(relu, a > 0 ? a : 0, a <= 0 ? 0 : a, a <= 0 ? 0 : a)

/* Rounding: integers are left as they are by the op, which does not come here. */
FLOATING(floor, floorf(a), floor(a))
FLOATING(ceil, ceilf(a), ceil(a))
FLOATING(trunc, truncf(a), trunc(a))
FLOATING(round, rintf(a), rint(a))
FLOATING(frac, a - truncf(a), a - trunc(a))

/* To the nearest multiple of 10^-k, half to even. */
static double round_to(double a, double k) {
    double scale = pow(10, fabs(k));
    return k < 0 ? rint(a / scale) * scale : rint(a * scale) / scale;
}
RL_UNARY_ROW(round_decimals_float, float, float, const double k = NUMBER(0).as_double, round_to(a, k))
RL_UNARY_ROW(round_decimals_double, double, double, const double k = NUMBER(0).as_double, round_to(a, k))
RL_FLOATING_LOOPS(round_decimals)

RL_UNARY_LOOP_WITH(scale_float, RL_CLONES, float, float, const float k = (float)NUMBER(0).as_double, a *k)
RL_UNARY_LOOP_WITH(scale_double, RL_CLONES, double, double, const double k = NUMBER(0).as_double, a *k)
RL_FLOATING_LOOPS(scale)

RL_UNARY_ROW(angle_float, float, float, , a < 0 ? 3.14159265f : a == a ? 0 : a)
RL_UNARY_ROW(angle_double, double, double, , a < 0 ? 3.14159265358979324 : a == a ? 0 : a)
RL_FLOATING_LOOPS(angle)

static double mantissa(double a) {
    int exponent;
    return frexp(a, &exponent);
}

static int32_t exponent(double a) {
    int exponent = 0;
    frexp(a, &exponent);
    return isinf(a) || a != a ? 0 : exponent;
}
RL_UNARY_ROW(mantissa_float, float, float, , mantissa(a))
RL_UNARY_ROW(mantissa_double, double, double, , mantissa(a))
RL_FLOATING_LOOPS(mantissa)
RL_UNARY_ROW(exponent_float, float, int32_t, , exponent(a))
RL_UNARY_ROW(exponent_double, double, int32_t, , exponent(a))
RL_FLOATING_LOOPS(exponent)

#define TEST(name, e)                                           \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, uint8_t, e)   \
    RL_UNARY_LOOP(name##_double, RL_CLONES, double, uint8_t, e) \
    RL_FLOATING_LOOPS(name)

TEST(isnan, a != a)
TEST(isinf, (a == (float)INFINITY) | (a == -(float)INFINITY))
TEST(isposinf, a == (float)INFINITY)
TEST(isneginf, a == -(float)INFINITY)
TEST(isfinite, a - a == 0)

#define SIGN(tag, T, U, name, e) RL_UNARY_ROW(name##_##tag, T, uint8_t, , e)
RL_FOR_INTEGERS(SIGN, signbit, a < 0)
RL_UNARY_ROW(signbit_float, float, uint8_t, , signbit(a) != 0)
RL_UNARY_ROW(signbit_double, double, uint8_t, , signbit(a) != 0)
RL_NUMERIC_LOOPS(signbit)

#define REPLACED (a != a ? nan : a == (float)INFINITY ? high : a == -(float)INFINITY ? low : a)
#define REPLACEMENTS(T)                    \
    const T nan = (T)NUMBER(0).as_double;  \
    const T high = (T)NUMBER(1).as_double; \
    const T low = (T)NUMBER(2).as_double
RL_UNARY_ROW(nan_to_num_float, float, float, REPLACEMENTS(float), REPLACED)
RL_UNARY_ROW(nan_to_num_double, double, double, REPLACEMENTS(double), REPLACED)
RL_FLOATING_LOOPS(nan_to_num)

/* A bound that is not given is no bound; one that is NaN makes all NaN. */
#define CLAMP_BOUNDS(T, field, least, most)                                      \
    const T low = NUMBER(0).kind == RL_SCALAR_NONE ? least : (T)NUMBER(0).field; \
    const T high = NUMBER(1).kind == RL_SCALAR_NONE ? most : (T)NUMBER(1).field
#define RAISED (a < low || low != low ? low : a)
#define LOWERED (RAISED > high || high != high ? high : RAISED)
#define CLAMPED(tag, T, U, name, unused) RL_UNARY_ROW(name##_##tag, T, T, CLAMP_BOUNDS(int64_t, as_int, INT64_MIN, INT64_MAX), LOWERED)
RL_FOR_INTEGERS(CLAMPED, clamp, )
RL_UNARY_LOOP_WITH(clamp_float, RL_CLONES, float, float, CLAMP_BOUNDS(float, as_double, -(float)INFINITY, (float)INFINITY), LOWERED)
RL_UNARY_LOOP_WITH(clamp_double, RL_CLONES, double, double, CLAMP_BOUNDS(double, as_double, -(double)INFINITY, (double)INFINITY), LOWERED)
RL_NUMERIC_LOOPS(clamp)

#define INVERTED(tag, T, U, name, unused) RL_UNARY_ROW(name##_##tag, T, T, , ~a)
RL_UNARY_LOOP(bitwise_not_bool, , uint8_t, uint8_t, !a)
RL_FOR_INTEGERS(INVERTED, bitwise_not, )
RL_INTEGER_LOOPS(bitwise_not)
