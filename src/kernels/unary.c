#include "unary.h"

#include <math.h>

/* Functions of floating numbers: `f` in float, `d` in double, of the element a. */
#define FLOATING(name, f, d)                                  \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, float, f)   \
    RL_UNARY_LOOP(name##_double, RL_CLONES, double, double, d) \
    const rl_loops rl_##name##_loops = {.of = {[RL_FLOAT] = name##_float, [RL_DOUBLE] = name##_double}};

/* The same expression for every number. */
#define NUMERIC(name, e)                                          \
    RL_UNARY_LOOP(name##_uint8, , uint8_t, uint8_t, e)            \
    RL_UNARY_LOOP(name##_int8, , int8_t, int8_t, e)               \
    RL_UNARY_LOOP(name##_int16, , int16_t, int16_t, e)            \
    RL_UNARY_LOOP(name##_int32, , int32_t, int32_t, e)            \
    RL_UNARY_LOOP(name##_int64, , int64_t, int64_t, e)            \
    RL_UNARY_LOOP(name##_float, RL_CLONES, float, float, e)       \
    RL_UNARY_LOOP(name##_double, RL_CLONES, double, double, e)    \
    const rl_loops rl_##name##_loops = {.of = {[RL_UINT8] = name##_uint8, [RL_INT8] = name##_int8, [RL_INT16] = name##_int16, [RL_INT32] = name##_int32, \
                                              [RL_INT64] = name##_int64, [RL_FLOAT] = name##_float, [RL_DOUBLE] = name##_double}};

FLOATING(exp, expf(a), exp(a))
NUMERIC(neg, -a)
