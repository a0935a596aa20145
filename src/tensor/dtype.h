/* Element types, scalars, and the rules that promote them. */
#ifndef RL_TENSOR_DTYPE_H
#define RL_TENSOR_DTYPE_H

#include <stddef.h>
#include <stdint.h>

/* In order of promotion; uint8 and int8 meet at int16, half and bfloat16 at float. */
typedef enum { RL_BOOL, RL_UINT8, RL_INT8, RL_INT16, RL_INT32, RL_INT64, RL_HALF, RL_BFLOAT16, RL_FLOAT, RL_DOUBLE, RL_DTYPES, RL_NO_DTYPE = 255 } rl_dtype;

typedef uint16_t rl_half;
typedef struct {
    uint16_t bits;
} rl_bfloat16;

/* A number of the user: what kind it is decides how it promotes. */
typedef struct {
    enum { RL_SCALAR_NONE, RL_SCALAR_BOOL, RL_SCALAR_INT, RL_SCALAR_FLOAT } kind;
    double as_double;
    int64_t as_int;
} rl_scalar;

rl_scalar rl_scalar_double(double value);
rl_scalar rl_scalar_int(int64_t value);

const char *rl_dtype_name(rl_dtype dtype); /* "Float" */

static inline size_t rl_dtype_size(rl_dtype dtype) {
    static const uint8_t sizes[RL_DTYPES] = {1, 1, 1, 2, 4, 8, 2, 2, 4, 8};
    return sizes[dtype];
}

static inline int rl_dtype_is_floating(rl_dtype dtype) { return dtype >= RL_HALF && dtype <= RL_DOUBLE; }
static inline int rl_dtype_is_integral(rl_dtype dtype) { return dtype >= RL_UINT8 && dtype <= RL_INT64; } /* bool is not */
static inline int rl_dtype_is_narrow(rl_dtype dtype) { return dtype == RL_HALF || dtype == RL_BFLOAT16; } /* arithmetic runs in float */

rl_dtype rl_dtype_promote(rl_dtype a, rl_dtype b);
int rl_dtype_can_cast(rl_dtype from, rl_dtype to);

rl_dtype rl_default_dtype(void);
void rl_set_default_dtype(rl_dtype dtype);

float rl_half_to_float(rl_half half);
rl_half rl_float_to_half(float value);

static inline float rl_bfloat16_to_float(rl_bfloat16 narrow) {
    union {
        uint32_t bits;
        float value;
    } wide = {(uint32_t)narrow.bits << 16};
    return wide.value;
}

static inline rl_bfloat16 rl_float_to_bfloat16(float value) {
    union {
        float value;
        uint32_t bits;
    } wide = {value};
    rl_bfloat16 narrow = {0x7fc0};
    if (value == value) narrow.bits = (uint16_t)((wide.bits + 0x7fff + ((wide.bits >> 16) & 1)) >> 16);
    return narrow;
}

#endif
