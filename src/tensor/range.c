#include "range.h"

#include <math.h>
#include <stdio.h>

rl_range rl_range_of(rl_dtype dtype) {
    const rl_dtype_row *row = &rl_dtypes[dtype];
    switch (rl_kind_of(dtype)) {
    case RL_INTEGER: return (rl_range){fmin(row->least - 1, nextafter(row->least, -INFINITY)), ldexp(1, row->digits)};
    case RL_FLOATING:
    case RL_COMPLEX: return (rl_range){nextafter(row->least, -INFINITY), nextafter(row->largest, INFINITY)};
    case RL_BOOLEAN:
    case RL_NO_KIND: break;
    }
    return (rl_range){-INFINITY, INFINITY};
}

static int holds(rl_dtype dtype, rl_scalar number) {
    double value = number.as_double;
    if (dtype == RL_BOOL) return !isnan(value);
    if (dtype == RL_INT64 && number.kind < RL_SCALAR_FLOAT) return 1;
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
    const char *name = rl_dtype_name(dtype), *shown = number_text(value, text, sizeof text);
    if (dtype == RL_BOOL) return rl_fail("`%s`: Bool does not hold %s, only TRUE and FALSE", argument, shown);
    if (rl_dtype_is_inexact(dtype)) return rl_fail("`%s`: %s does not hold %s; its largest number is %.6g", argument, name, shown, rl_dtypes[dtype].largest);
    return rl_fail("`%s`: %s does not hold %s, only integers from %lld to %lld", argument, name, shown, (long long)rl_dtype_least_integer(dtype),
                   (long long)rl_dtype_largest_integer(dtype));
}

rl_status rl_check_fits(const char *argument, rl_scalar number, rl_dtype dtype) {
    if (number.imaginary != 0 && !rl_dtype_is_complex(dtype)) return rl_fail("`%s`: %s holds no number with an imaginary part", argument, rl_dtype_name(dtype));
    return holds(dtype, number) ? RL_OK : rl_fail_outside(argument, number.as_double, dtype);
}
