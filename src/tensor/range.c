#include "range.h"

#include <math.h>
#include <stdio.h>

rl_range rl_range_of(rl_dtype dtype) {
    switch (dtype) {
    case RL_UINT8: return (rl_range){-1, 256};
    case RL_INT8: return (rl_range){-129, 128};
    case RL_INT16: return (rl_range){-32769, 32768};
    case RL_INT32: return (rl_range){-2147483649.0, 2147483648.0};
    case RL_INT64: return (rl_range){nextafter(-0x1p63, -INFINITY), 0x1p63};
    case RL_HALF: return (rl_range){nextafter(-65504, -INFINITY), nextafter(65504, INFINITY)};
    case RL_BFLOAT16: return (rl_range){nextafter(-0x1.fep127, -INFINITY), nextafter(0x1.fep127, INFINITY)};
    case RL_FLOAT: return (rl_range){nextafter(-0x1.fffffep127, -INFINITY), nextafter(0x1.fffffep127, INFINITY)};
    default: return (rl_range){-INFINITY, INFINITY};
    }
}

static int holds(rl_dtype dtype, rl_scalar number) {
    double value = number.as_double;
    if (dtype == RL_BOOL) return !isnan(value);
    if (dtype == RL_INT64 && number.kind != RL_SCALAR_FLOAT) return 1;
    if (!rl_dtype_is_integral(dtype) && !isfinite(value)) return 1;
    return rl_within(value, rl_range_of(dtype));
}

static const char *number_text(double value, char *text, size_t size) {
    if (isnan(value)) return "NaN";
    if (isinf(value)) return "an infinite number";
    snprintf(text, size, "%.15g", value);
    return text;
}

rl_status rl_fail_outside(const char *argument, double value, rl_dtype dtype) {
    char text[32];
    rl_range range = rl_range_of(dtype);
    const char *name = rl_dtype_name(dtype), *shown = number_text(value, text, sizeof text);
    if (dtype == RL_BOOL) return rl_fail("`%s`: Bool does not hold %s, only TRUE and FALSE", argument, shown);
    if (rl_dtype_is_floating(dtype)) return rl_fail("`%s`: %s does not hold %s; its largest number is %.6g", argument, name, shown, range.above);
    int64_t largest = dtype == RL_INT64 ? INT64_MAX : (int64_t)range.above - 1, smallest = dtype == RL_UINT8 ? 0 : -largest - 1;
    return rl_fail("`%s`: %s does not hold %s, only integers from %lld to %lld", argument, name, shown, (long long)smallest, (long long)largest);
}

rl_status rl_check_fits(const char *argument, rl_scalar number, rl_dtype dtype) {
    return holds(dtype, number) ? RL_OK : rl_fail_outside(argument, number.as_double, dtype);
}
