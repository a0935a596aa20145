#include "dtype.h"

#include <complex.h>
#include <string.h>

#define ROW(use, code, suffix, type, wrapping, name, kind, real, computed, digits, least, largest, number, ...) \
    [RL_##code] = {name, {__VA_ARGS__}, least, largest, sizeof(type), RL_##kind, RL_##real, RL_##computed, digits, number},
const rl_dtype_row rl_dtypes[RL_DTYPES + 1] = {RL_ALL_DTYPES(ROW, )[RL_NO_DTYPE] = {.name = "Undefined", .real = RL_NO_DTYPE, .computed = RL_NO_DTYPE}};

/* What is moved and not looked at is moved by width, and kernels tell floating numbers apart as floats and doubles. */
#define CHECK_ROW(use, code, suffix, type, wrapping, name, kind, real, computed, ...)                                                             \
    _Static_assert(sizeof(type) == 1 || sizeof(type) == 2 || sizeof(type) == 4 || sizeof(type) == 8 || sizeof(type) == 16, "no kernel moves it"); \
    _Static_assert(RL_##kind != RL_FLOATING || RL_##computed == RL_FLOAT || RL_##computed == RL_DOUBLE, "no kernel computes in it");
RL_ALL_DTYPES(CHECK_ROW, )

static rl_dtype default_dtype = RL_FLOAT;

rl_dtype rl_dtype_complex(rl_dtype real) {
    int dtype = 0;
    while (dtype < RL_DTYPES && !(rl_dtype_is_complex((rl_dtype)dtype) && rl_dtypes[dtype].real >= real)) dtype++;
    return (rl_dtype)dtype;
}

rl_dtype rl_dtype_of_scalar(rl_scalar scalar) {
    static const rl_dtype of_kind[] = {[RL_SCALAR_NONE] = RL_NO_DTYPE, [RL_SCALAR_BOOL] = RL_BOOL, [RL_SCALAR_INT] = RL_INT64, [RL_SCALAR_FLOAT] = RL_DOUBLE};
    return scalar.kind == RL_SCALAR_COMPLEX ? rl_dtype_complex(RL_DOUBLE) : of_kind[scalar.kind];
}

rl_dtype rl_dtype_named(const char *name) {
    int dtype = 0;
    while (dtype < RL_DTYPES && strcmp(rl_dtypes[dtype].names[0], name) != 0 && strcmp(rl_dtypes[dtype].names[1], name) != 0) dtype++;
    return (rl_dtype)dtype;
}

rl_dtype rl_dtype_numbered(uint64_t number) {
    int dtype = 0;
    while (dtype < RL_DTYPES && rl_dtypes[dtype].number != number) dtype++;
    return (rl_dtype)dtype;
}

int64_t rl_dtype_largest_integer(rl_dtype dtype) {
    const int64_t power = (int64_t)(UINT64_C(1) << rl_dtypes[dtype].digits);
    return rl_dtype_is_inexact(dtype) ? power : (int64_t)((uint64_t)power - 1);
}

int64_t rl_dtype_least_integer(rl_dtype dtype) {
    const int64_t largest = rl_dtype_largest_integer(dtype);
    return rl_dtypes[dtype].least == 0 ? 0 : rl_dtype_is_inexact(dtype) ? -largest : -largest - 1;
}

/* By rank in the table, but for those dtypes of which neither holds what the other does. */
rl_dtype rl_dtype_promote(rl_dtype a, rl_dtype b) {
    if (a == b) return a;
    if (a > b) {
        rl_dtype swap = a;
        a = b;
        b = swap;
    }
    if (a == RL_UINT8 && b == RL_INT8) return RL_INT16;
    if (a == RL_HALF && b == RL_BFLOAT16) return RL_FLOAT;
    return rl_dtype_is_complex(b) ? rl_dtype_complex(rl_dtype_promote(rl_dtype_real(a), rl_dtype_real(b))) : b;
}

int rl_dtype_can_cast(rl_dtype from, rl_dtype to) { return rl_kind_of(from) <= rl_kind_of(to); }

rl_dtype rl_default_dtype(void) { return default_dtype; }

void rl_set_default_dtype(rl_dtype dtype) { default_dtype = dtype; }

rl_scalar rl_scalar_double(double value) {
    rl_scalar scalar = {RL_SCALAR_FLOAT, value, 0, 0};
    if (value >= -9223372036854775808.0 && value < 9223372036854775808.0) scalar.as_int = (int64_t)value;
    return scalar;
}

rl_scalar rl_scalar_int(int64_t value) {
    rl_scalar scalar = {RL_SCALAR_INT, (double)value, value, 0};
    return scalar;
}

rl_scalar rl_scalar_bool(int value) {
    rl_scalar scalar = {RL_SCALAR_BOOL, value != 0, value != 0, 0};
    return scalar;
}

rl_scalar rl_scalar_complex(double real, double imaginary) {
    rl_scalar scalar = rl_scalar_double(real);
    scalar.kind = RL_SCALAR_COMPLEX;
    scalar.imaginary = imaginary;
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
        wide.value = (float)fraction * (1.0f / (1 << 24));
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

/* ---- elements and scalars ---- */

#define ELEMENT(suffix, type, of_scalar, to_scalar)                                \
    static void store_##suffix(void *at, rl_scalar x) { *(type *)at = of_scalar; } \
    static rl_scalar load_##suffix(const void *at) {                               \
        const type a = *(const type *)at;                                          \
        return to_scalar;                                                          \
    }
#define INTEGER(use, code, suffix, type, ...) ELEMENT(suffix, type, (type)x.as_int, rl_scalar_int(a))
#define FLOATING(use, code, suffix, type, ...) ELEMENT(suffix, type, (type)x.as_double, rl_scalar_double(a))
#define COMPLEX(use, code, suffix, type, ...) ELEMENT(suffix, type, (type)__builtin_complex(x.as_double, x.imaginary), rl_scalar_complex(creal(a), cimag(a)))

ELEMENT(bool, uint8_t, x.as_double != 0 || x.imaginary != 0, rl_scalar_bool(a))
RL_INTEGER_DTYPES(INTEGER, )
ELEMENT(half, rl_half, rl_float_to_half((float)x.as_double), rl_scalar_double(rl_half_to_float(a)))
ELEMENT(bfloat16, rl_bfloat16, rl_float_to_bfloat16((float)x.as_double), rl_scalar_double(rl_bfloat16_to_float(a)))
RL_FLOATING_DTYPES(FLOATING, )
RL_COMPLEX_DTYPES(COMPLEX, )

void rl_store_scalar(void *at, rl_dtype dtype, rl_scalar scalar) {
    static void (*const store_of[RL_DTYPES])(void *, rl_scalar) = {RL_ALL_DTYPES(RL_ROW, store)};
    store_of[dtype](at, scalar);
}

rl_scalar rl_load_scalar(const void *at, rl_dtype dtype) {
    static rl_scalar (*const load_of[RL_DTYPES])(const void *) = {RL_ALL_DTYPES(RL_ROW, load)};
    return load_of[dtype](at);
}
