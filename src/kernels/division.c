/* Quotients rounded to whole numbers, and what they leave. */
#include <math.h>

#include "binary.h"

/* Whole numbers: a divisor of 0 is noted, -1 wraps as negation does. `e` is of the quotient and rest that C gives. */
#define DIVISION(tag, T, U, name, e)                                                               \
    static void name##_##tag(RL_LOOP_PARAMETERS) {                                                 \
        typedef U wrapping;                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                          \
            T a = RL_AT(T, 1), b = RL_AT(T, 2), quotient, rest;                                    \
            if (b == 0) {                                                                          \
                __atomic_store_n((int *)context, 1, __ATOMIC_RELAXED);                             \
                continue;                                                                          \
            }                                                                                      \
            quotient = (T)(b == (T)-1 && (T)-1 < 0 ? (T)((wrapping)0 - (wrapping)a) : (T)(a / b)); \
            rest = (T)(b == (T)-1 && (T)-1 < 0 ? 0 : a % b);                                       \
            (void)quotient, (void)rest;                                                            \
            *(T *)(data[0] + i * strides[0]) = (T)(e);                                             \
        }                                                                                          \
    }

/* The signs of rest and divisor differ: the quotient was rounded towards zero from above. */
#define OPPOSED (rest != 0 && (rest < 0) != (b < 0))

static inline double floor_quotient(double a, double b) {
    if (b == 0) return a / b;
    double rest = fmod(a, b), quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
    if (quotient == 0) return copysign(0, a / b);
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1 : whole;
}

static inline float floor_quotientf(float a, float b) {
    if (b == 0) return a / b;
    float rest = fmodf(a, b), quotient = (a - rest) / b;
    if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
    if (quotient == 0) return copysignf(0, a / b);
    float whole = floorf(quotient);
    return quotient - whole > 0.5f ? whole + 1 : whole;
}

static inline double rest_of(double a, double b) {
    double rest = fmod(a, b);
    return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

static inline float rest_off(float a, float b) {
    float rest = fmodf(a, b);
    return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

#define QUOTIENT(name, i, f, d)                       \
    RL_FOR_INTEGERS(DIVISION, name, i)                \
    RL_BINARY_ROW(name##_float, float, float, , f)    \
    RL_BINARY_ROW(name##_double, double, double, , d) \
    RL_NUMERIC_LOOPS(name)

QUOTIENT(floor_divide, quotient - OPPOSED, floor_quotientf(a, b), floor_quotient(a, b))
QUOTIENT(trunc_divide, quotient, truncf(a / b), trunc(a / b))
QUOTIENT(remainder, OPPOSED ? (wrapping)rest + (wrapping)b : (wrapping)rest, rest_off(a, b), rest_of(a, b))
QUOTIENT(fmod, rest, fmodf(a, b), fmod(a, b))
