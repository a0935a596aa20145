#include "sequence.h"

#include <math.h>

#include "copy.h"
#include "loops.h"
#include "template.h"

/* Each is computed as PyTorch computes it, to the last bit: a range in the widest type of its kind, a linspace in its own type
 * and from both ends. */
#define TEMPLATE "sequence_template.h"

#define STEP double
#define POWER(base, exponent) pow(base, exponent)
#define ELEMENT start.as_int + i *step.as_int
#include "for_integers.h"
#undef ELEMENT
#define ELEMENT start.as_double + (double)i *step.as_double
#include "for_double.h"
#undef STEP
#undef POWER

#define STEP float
#define POWER(base, exponent) powf((float)base, exponent)
#include "for_float.h"
#undef STEP
#undef POWER
#undef ELEMENT
#undef TEMPLATE

static void (*const range_of[RL_DTYPES])(void *, int64_t, rl_scalar, rl_scalar) = {RL_INTEGER_ROWS(range) RL_FLOATING_ROWS(range)};
static void (*const linspace_of[RL_DTYPES])(void *, int64_t, double, double) = {RL_INTEGER_ROWS(linspace) RL_FLOATING_ROWS(linspace)};
static void (*const logspace_of[RL_DTYPES])(void *, int64_t, double, double, double) = {RL_INTEGER_ROWS(logspace) RL_FLOATING_ROWS(logspace)};

rl_status rl_fill_range(rl_tensor *to, rl_scalar start, rl_scalar step) {
    if (!range_of[to->dtype]) return rl_fail_no_loop(rl_dtype_name((rl_dtype)to->dtype));
    range_of[to->dtype](rl_host_data(to), to->numel, start, step);
    return RL_OK;
}

rl_status rl_fill_linspace(rl_tensor *to, double start, double end) {
    if (!linspace_of[to->dtype]) return rl_fail_no_loop(rl_dtype_name((rl_dtype)to->dtype));
    linspace_of[to->dtype](rl_host_data(to), to->numel, start, end);
    return RL_OK;
}

rl_status rl_fill_logspace(rl_tensor *to, double start, double end, double base) {
    if (!logspace_of[to->dtype]) return rl_fail_no_loop(rl_dtype_name((rl_dtype)to->dtype));
    logspace_of[to->dtype](rl_host_data(to), to->numel, start, end, base);
    return RL_OK;
}

void rl_fill_eye(rl_tensor *to) {
    rl_scope scope = rl_scope_enter();
    int64_t length = to->sizes[0] < to->sizes[1] ? to->sizes[0] : to->sizes[1], stride = to->strides[0] + to->strides[1];
    rl_fill_elements(to, rl_scalar_int(0));
    rl_tensor *diagonal = rl_tensor_view(to, 1, &length, &stride, to->offset);
    if (diagonal) rl_fill_elements(diagonal, rl_scalar_int(1));
    rl_scope_leave(scope);
}
