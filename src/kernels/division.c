/* Quotients rounded to integers, and what they leave. */
#include <math.h>

#include "binary.h"

/* Integers: a divisor of 0 is noted, -1 wraps as negation does. `e` is of the quotient and rest that C gives. */
#define DIVISION_ROW(tag, T, U, name, e)                                                           \
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

/* floor_quotient() and rest_of() of doubles, floor_quotientf() and rest_off() of floats */
#define FLOATING_DIVISION(T, f)                                      \
    static inline T floor_quotient##f(T a, T b) {                    \
        if (b == 0) return a / b;                                    \
        T rest = fmod##f(a, b), quotient = (a - rest) / b;           \
        if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;       \
        if (quotient == 0) return copysign##f(0, a / b);             \
        T integer = floor##f(quotient);                              \
        return quotient - integer > (T)0.5 ? integer + 1 : integer;  \
    }                                                                \
    static inline T rest_of##f(T a, T b) {                           \
        T rest = fmod##f(a, b);                                      \
        return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest; \
    }

FLOATING_DIVISION(double, )
FLOATING_DIVISION(float, f)

#define QUOTIENT(name, i, f, d)                       \
    RL_FOR_INTEGERS(DIVISION_ROW, name, i)            \
    RL_BINARY_ROW(name##_float, float, float, , f)    \
    RL_BINARY_ROW(name##_double, double, double, , d) \
    RL_NUMERIC_LOOPS(name)

QUOTIENT(floor_divide, quotient - OPPOSED, floor_quotientf(a, b), floor_quotient(a, b))
QUOTIENT(trunc_divide, quotient, truncf(a / b), trunc(a / b))
QUOTIENT(remainder, OPPOSED ? (wrapping)rest + (wrapping)b : (wrapping)rest, rest_off(a, b), rest_of(a, b))
QUOTIENT(fmod, rest, fmodf(a, b), fmod(a, b))
