#include "mathfn.h"

#include "binary.h"

/* An integer to a negative power is 0, save for 1 and -1. */
#define POWER(tag, T, U, name, unused)                                          \
    static inline T name##_of_##tag(T a, T b) {                                 \
        U power = 1, factor = (U)a;                                             \
        if (b < 0) return (T)(a == 1 ? 1 : a != (T)-1 ? 0 : b & 1 ? (T)-1 : 1); \
        for (; b; b = (T)(b >> 1), factor *= factor)                            \
            if (b & 1) power *= factor;                                         \
        return (T)power;                                                        \
    }                                                                           \
    RL_BINARY_ROW(name##_##tag, T, T, , name##_of_##tag(a, b))

RL_FOR_INTEGERS(POWER, pow, )
RL_BINARY_LOOP(pow_float, RL_CLONES, float, float, rl_powf(a, b))
RL_BINARY_LOOP(pow_double, , double, double, pow(a, b))
RL_NUMERIC_LOOPS(pow)

#define BITWISE_ROW(tag, T, U, name, operator) RL_BINARY_ROW(name##_##tag, T, T, , a operator b)
#define BITWISE(name, operator)                                   \
    RL_BINARY_LOOP(name##_bool, , uint8_t, uint8_t, a operator b) \
    RL_FOR_INTEGERS(BITWISE_ROW, name, operator)                  \
    RL_INTEGER_LOOPS(name)
BITWISE(bitwise_and, &)
BITWISE(bitwise_or, |)
BITWISE(bitwise_xor, ^)

/* A shift by as many bits as there are, or by less than none, leaves nothing (or the sign). */
#define SHIFTED(tag, T, U, name, unused)                                                            \
    RL_BINARY_ROW(name##_left_##tag, T, T, , b < 0 || (uint64_t)b >= 8 * sizeof(T) ? 0 : (U)a << b) \
    RL_BINARY_ROW(name##_right_##tag, T, T, , b < 0 || (uint64_t)b >= 8 * sizeof(T) ? (a < 0 ? (T)-1 : 0) : a >> b)
RL_FOR_INTEGERS(SHIFTED, shift, )
#define SHIFT_LOOPS(name) const rl_loops rl_##name##_loops = {.of = {RL_INTEGER_ROWS(name)}};
SHIFT_LOOPS(shift_left)
SHIFT_LOOPS(shift_right)

/* The greatest common divisor is not negative, save that of the least number, which has no opposite. */
#define DIVISORS(tag, T, U, name, unused)                                 \
    static inline U gcd_of_##tag(T a, T b) {                              \
        U x = a < 0 ? (U)0 - (U)a : (U)a, y = b < 0 ? (U)0 - (U)b : (U)b; \
        while (x) {                                                       \
            U rest = y % x;                                               \
            y = x;                                                        \
            x = rest;                                                     \
        }                                                                 \
        return y;                                                         \
    }                                                                     \
    static inline T lcm_of_##tag(T a, T b) {                              \
        U g = gcd_of_##tag(a, b);                                         \
        if (g == 0) return 0;                                             \
        U x = a < 0 ? (U)0 - (U)a : (U)a, y = b < 0 ? (U)0 - (U)b : (U)b; \
        T product = (T)(x / g * y);                                       \
        return product < 0 ? (T)((U)0 - (U)product) : product;            \
    }                                                                     \
    RL_BINARY_ROW(gcd_##tag, T, T, , gcd_of_##tag(a, b))                  \
    RL_BINARY_ROW(lcm_##tag, T, T, , lcm_of_##tag(a, b))
RL_FOR_INTEGERS(DIVISORS, gcd, )
SHIFT_LOOPS(gcd)
SHIFT_LOOPS(lcm)

#define FLOATING_ROWS(name, f, d)                     \
    RL_BINARY_ROW(name##_float, float, float, , f)    \
    RL_BINARY_ROW(name##_double, double, double, , d) \
    RL_FLOATING_LOOPS(name)

static inline double logaddexp(double a, double b) {
    if (a == b) return a + 0.69314718055994530942; /* infinities too */
    double most = a > b || a != a ? a : b;
    return most == most && !isinf(most) ? most + log1p(exp(-fabs(a - b))) : most + (b != b ? b : 0);
}

static inline double logaddexp2(double a, double b) {
    if (a == b) return a + 1;
    double most = a > b || a != a ? a : b;
    return most == most && !isinf(most) ? most + log1p(exp2(-fabs(a - b))) * 1.4426950408889634074 : most + (b != b ? b : 0);
}

FLOATING_ROWS(atan2, atan2f(a, b), atan2(a, b))
FLOATING_ROWS(hypot, hypotf(a, b), hypot(a, b))
FLOATING_ROWS(logaddexp, logaddexp(a, b), logaddexp(a, b))
FLOATING_ROWS(logaddexp2, logaddexp2(a, b), logaddexp2(a, b))
FLOATING_ROWS(copysign, copysignf(a, b), copysign(a, b))

/* Half and bfloat16 in their own steps: as bits, numbers of one sign stand in the order of their sizes. */
static inline uint16_t next_narrow(uint16_t a, float from, float towards) {
    if (from != from) return a;
    if (towards != towards) return (uint16_t)(a | 0x7fff);
    if (from == towards) return a;
    if (from == 0) return towards > 0 ? 1 : 0x8001;
    return (uint16_t)((from < towards) == (from > 0) ? a + 1 : a - 1);
}
RL_BINARY_ROW(nextafter_half, rl_half, rl_half, , next_narrow(a, rl_half_to_float(a), rl_half_to_float(b)))
static void nextafter_bfloat16(RL_LOOP_PARAMETERS) {
    (void)context;
    for (int64_t i = 0; i < n; i++) {
        rl_bfloat16 a = RL_AT(rl_bfloat16, 1), b = RL_AT(rl_bfloat16, 2);
        a.bits = next_narrow(a.bits, rl_bfloat16_to_float(a), rl_bfloat16_to_float(b));
        *(rl_bfloat16 *)(data[0] + i * strides[0]) = a;
    }
}
RL_BINARY_ROW(nextafter_float, float, float, , nextafterf(a, b))
RL_BINARY_ROW(nextafter_double, double, double, , nextafter(a, b))
const rl_loops rl_nextafter_loops = {.of = {RL_NARROW_DTYPES(RL_ROW, nextafter) RL_FLOATING_ROWS(nextafter)}};

FLOATING_ROWS(xlogy, b != b ? b : a == 0 ? 0 : a * logf(b), b != b ? b : a == 0 ? 0 : a * log(b))

#define HEAVISIDE_ROW(tag, T, U, name, e) RL_BINARY_ROW(name##_##tag, T, T, , e)
RL_BINARY_ROW(heaviside_bool, uint8_t, uint8_t, , a ? 1 : b)
RL_FOR_INTEGERS(HEAVISIDE_ROW, heaviside, a == 0 ? b : a > 0)
RL_BINARY_ROW(heaviside_float, float, float, , a == 0 ? b : a > 0)
RL_BINARY_ROW(heaviside_double, double, double, , a == 0 ? b : a > 0)
RL_ALL_LOOPS(heaviside)

static inline int isclose(double a, double b, const void *context) {
    if (a == b) return 1;
    if (a != a || b != b) return a != a && b != b && NUMBER(2).as_int;
    double apart = fabs(a - b);
    return !isinf(apart) && apart <= NUMBER(1).as_double + fabs(NUMBER(0).as_double * b);
}
#define CLOSE(tag, T, U, name, unused) RL_BINARY_ROW(name##_##tag, T, uint8_t, , isclose((double)a, (double)b, context))
RL_BINARY_ROW(isclose_bool, uint8_t, uint8_t, , isclose(a, b, context))
RL_FOR_INTEGERS(CLOSE, isclose, )
RL_BINARY_ROW(isclose_float, float, uint8_t, , isclose(a, b, context))
RL_BINARY_ROW(isclose_double, double, uint8_t, , isclose(a, b, context))
RL_ALL_LOOPS(isclose)
