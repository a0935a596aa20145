#include "binary.h"

#include <math.h>

#define LOOPS(name)                                                                                                                                  \
    const rl_loops rl_##name##_loops = {.of = {[RL_BOOL] = name##_bool, [RL_UINT8] = name##_uint8, [RL_INT8] = name##_int8, [RL_INT16] = name##_int16, \
                                              [RL_INT32] = name##_int32, [RL_INT64] = name##_int64, [RL_FLOAT] = name##_float, [RL_DOUBLE] = name##_double}};

/* Arithmetic: `b` on truth values, `i` on integers, `f` on floating numbers, of the elements a and b. */
#define ARITHMETIC(name, t, i, f)                                 \
    RL_BINARY_LOOP(name##_bool, , uint8_t, uint8_t, t)            \
    RL_BINARY_LOOP(name##_uint8, , uint8_t, uint8_t, i)           \
    RL_BINARY_LOOP(name##_int8, , int8_t, int8_t, i)              \
    RL_BINARY_LOOP(name##_int16, , int16_t, int16_t, i)           \
    RL_BINARY_LOOP(name##_int32, , int32_t, int32_t, i)           \
    RL_BINARY_LOOP(name##_int64, , int64_t, int64_t, i)           \
    RL_BINARY_LOOP(name##_float, RL_CLONES, float, float, f)      \
    RL_BINARY_LOOP(name##_double, RL_CLONES, double, double, f)   \
    LOOPS(name)

#define COMPARISON(name, e)                                       \
    RL_BINARY_LOOP(name##_bool, , uint8_t, uint8_t, e)            \
    RL_BINARY_LOOP(name##_uint8, , uint8_t, uint8_t, e)           \
    RL_BINARY_LOOP(name##_int8, , int8_t, uint8_t, e)             \
    RL_BINARY_LOOP(name##_int16, , int16_t, uint8_t, e)           \
    RL_BINARY_LOOP(name##_int32, , int32_t, uint8_t, e)           \
    RL_BINARY_LOOP(name##_int64, , int64_t, uint8_t, e)           \
    RL_BINARY_LOOP(name##_float, RL_CLONES, float, uint8_t, e)    \
    RL_BINARY_LOOP(name##_double, RL_CLONES, double, uint8_t, e)  \
    LOOPS(name)

ARITHMETIC(add, a | b, a + b, a + b)
ARITHMETIC(sub, a ^ b, a - b, a - b)
ARITHMETIC(mul, a & b, a * b, a * b)
COMPARISON(gt, a > b)

RL_BINARY_LOOP(div_float, RL_CLONES, float, float, a / b)
RL_BINARY_LOOP(div_double, RL_CLONES, double, double, a / b)
const rl_loops rl_div_loops = {.of = {[RL_FLOAT] = div_float, [RL_DOUBLE] = div_double}};
