#include <math.h>

#include "binary.h"

/* A whole number to a negative power is 0, save for 1 and -1. */
#define POWER(tag, T, U, name, unused)                                              \
    static inline T name##_of_##tag(T a, T b) {                                     \
        U power = 1, factor = (U)a;                                                 \
        if (b < 0) return (T)(a == 1 ? 1 : a != (T)-1 ? 0 : b & 1 ? (T)-1 : 1);     \
        for (; b; b = (T)(b >> 1), factor *= factor)                                \
            if (b & 1) power *= factor;                                             \
        return (T)power;                                                            \
    }                                                                               \
    RL_BINARY_ROW(name##_##tag, T, T, , name##_of_##tag(a, b))

RL_FOR_INTEGERS(POWER, pow, )
RL_BINARY_ROW(pow_bool, uint8_t, uint8_t, , a | !b)
RL_BINARY_LOOP(pow_float, , float, float, powf(a, b))
RL_BINARY_LOOP(pow_double, , double, double, pow(a, b))
RL_ALL_LOOPS(pow)

#define BITS(tag, T, U, name, operator) RL_BINARY_ROW(name##_##tag, T, T, , a operator b)
#define BITWISE(name, operator)                                        \
    RL_BINARY_LOOP(name##_bool, , uint8_t, uint8_t, a operator b)      \
    RL_FOR_INTEGERS(BITS, name, operator)                              \
    RL_INTEGER_LOOPS(name)
BITWISE(bitwise_and, &)
BITWISE(bitwise_or, |)
BITWISE(bitwise_xor, ^)
