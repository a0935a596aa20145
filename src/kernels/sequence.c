#include "sequence.h"

#include <math.h>

#include "copy.h"

/* Each is computed as PyTorch computes it, to the last bit: a range in the widest type of its kind, a linspace in its own type
 * and from both ends. */
#define FOR_EACH_NUMBER(CASE) \
    CASE(RL_UINT8, uint8_t)   \
    CASE(RL_INT8, int8_t)     \
    CASE(RL_INT16, int16_t)   \
    CASE(RL_INT32, int32_t)   \
    CASE(RL_INT64, int64_t)

void rl_fill_range(rl_tensor *to, rl_scalar start, rl_scalar step) {
    int64_t n = to->numel;
#define RANGE(code, T)                                                                               \
    case code:                                                                                       \
        for (int64_t i = 0; i < n; i++) ((T *)rl_data(to))[i] = (T)(start.as_int + i * step.as_int); \
        break;
    switch (to->dtype) {
        FOR_EACH_NUMBER(RANGE)
    case RL_FLOAT:
        for (int64_t i = 0; i < n; i++) ((float *)rl_data(to))[i] = (float)(start.as_double + (double)i * step.as_double);
        break;
    default:
        for (int64_t i = 0; i < n; i++) ((double *)rl_data(to))[i] = start.as_double + (double)i * step.as_double;
    }
#undef RANGE
}

/* From the start in the first half, from the end in the second. */
#define FROM_BOTH_ENDS(T, STEP, value)                                                                \
    do {                                                                                              \
        T *out = rl_data(to), first = (T)start, last = (T)end;                                        \
        STEP step = n > 1 ? ((STEP)last - (STEP)first) / (STEP)(n - 1) : 0;                           \
        for (int64_t i = 0; i < n; i++) {                                                             \
            STEP at = i < n / 2 || n == 1 ? first + step * (STEP)i : last - step * (STEP)(n - i - 1); \
            out[i] = (T)(value);                                                                      \
        }                                                                                             \
    } while (0)

void rl_fill_linspace(rl_tensor *to, double start, double end) {
    int64_t n = to->numel;
#define LINSPACE(code, T) \
    case code: FROM_BOTH_ENDS(T, double, at); break;
    switch (to->dtype) {
        FOR_EACH_NUMBER(LINSPACE)
    case RL_FLOAT: FROM_BOTH_ENDS(float, float, at); break;
    default: FROM_BOTH_ENDS(double, double, at);
    }
#undef LINSPACE
}

void rl_fill_logspace(rl_tensor *to, double start, double end, double base) {
    int64_t n = to->numel;
#define LOGSPACE(code, T) \
    case code: FROM_BOTH_ENDS(T, double, pow(base, at)); break;
    switch (to->dtype) {
        FOR_EACH_NUMBER(LOGSPACE)
    case RL_FLOAT: FROM_BOTH_ENDS(float, float, powf((float)base, at)); break;
    default: FROM_BOTH_ENDS(double, double, pow(base, at));
    }
#undef LOGSPACE
}

void rl_fill_eye(rl_tensor *to) {
    rl_scope scope = rl_scope_enter();
    int64_t length = to->sizes[0] < to->sizes[1] ? to->sizes[0] : to->sizes[1], stride = to->strides[0] + to->strides[1];
    rl_fill_elements(to, rl_scalar_int(0));
    rl_tensor *diagonal = rl_tensor_view(to, 1, &length, &stride, to->offset);
    if (diagonal) rl_fill_elements(diagonal, rl_scalar_int(1));
    rl_scope_leave(scope);
}
