#include "dtype.h"

static const char *const names[RL_DTYPES] = {"Bool", "Byte", "Char", "Short", "Int", "Long", "Half", "BFloat16", "Float", "Double"};

static rl_dtype default_dtype = RL_FLOAT;

const char *rl_dtype_name(rl_dtype dtype) { return dtype < RL_DTYPES ? names[dtype] : "Undefined"; }

rl_dtype rl_dtype_promote(rl_dtype a, rl_dtype b) {
    if (a == b) return a;
    if (a > b) {
        rl_dtype swap = a;
        a = b;
        b = swap;
    }
    if (a == RL_UINT8 && b == RL_INT8) return RL_INT16;
    if (a == RL_HALF && b == RL_BFLOAT16) return RL_FLOAT;
    return b;
}

static int category(rl_dtype dtype) { return dtype == RL_BOOL ? 0 : rl_dtype_is_integral(dtype) ? 1 : 2; }

int rl_dtype_can_cast(rl_dtype from, rl_dtype to) { return category(from) <= category(to); }

rl_dtype rl_default_dtype(void) { return default_dtype; }

void rl_set_default_dtype(rl_dtype dtype) { default_dtype = dtype; }

rl_scalar rl_scalar_double(double value) {
    rl_scalar scalar = {RL_SCALAR_FLOAT, value, 0};
    if (value >= -0x1p63 && value < 0x1p63) scalar.as_int = (int64_t)value;
    return scalar;
}

rl_scalar rl_scalar_int(int64_t value) {
    rl_scalar scalar = {RL_SCALAR_INT, (double)value, value};
    return scalar;
}

float rl_half_to_float(rl_half half) {
    union {
        uint32_t bits;
        float value;
    } wide;
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = (half >> 10) & 0x1f, fraction = half & 0x3ff;
    if (exponent == 0x1f) {
        wide.bits = sign | 0x7f800000 | (fraction << 13);
    } else if (exponent) {
        wide.bits = sign | ((exponent + 112) << 23) | (fraction << 13);
    } else {
        wide.value = (float)fraction * 0x1p-24f;
        wide.bits |= sign;
    }
    return wide.value;
}

rl_half rl_float_to_half(float value) {
    union {
        float value;
        uint32_t bits;
    } wide = {value};
    uint32_t sign = (wide.bits >> 16) & 0x8000, magnitude = wide.bits & 0x7fffffff;
    if (magnitude > 0x7f800000) return (rl_half)(sign | 0x7e00);
    if (magnitude >= 0x477ff000) return (rl_half)(sign | 0x7c00);
    if (magnitude < 0x38800000) { /* subnormal: let the float unit round to a multiple of 2^-24 */
        wide.bits = magnitude;
        wide.value += 0.5f;
        return (rl_half)(sign | (wide.bits - 0x3f000000));
    }
    magnitude += 0xfff + ((magnitude >> 13) & 1);
    return (rl_half)(sign | ((magnitude - 0x38000000) >> 13));
}
