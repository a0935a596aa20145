#include "binary.h"

#include <math.h>

#define INTEGER_LOOP(tag, T, U, name, e) RL_BINARY_LOOP(name##_##tag, , T, T, e)
#define WRAPPING(tag, T, U, name, operator) RL_BINARY_LOOP(name##_##tag, , T, T, (U)a operator(U) b)

/* Arithmetic: `t` on booleans, then an operator on numbers. */
#define ARITHMETIC(name, t, operator)                                      \
    RL_BINARY_LOOP(name##_bool, , uint8_t, uint8_t, t)                     \
    RL_FOR_INTEGERS(WRAPPING, name, operator)                              \
    RL_BINARY_LOOP(name##_float, RL_CLONES, float, float, a operator b)    \
    RL_BINARY_LOOP(name##_double, RL_CLONES, double, double, a operator b) \
    RL_ALL_LOOPS(name)

ARITHMETIC(add, a | b, +)
ARITHMETIC(sub, a ^ b, -)
ARITHMETIC(mul, a &b, *)

RL_BINARY_LOOP(div_float, RL_CLONES, float, float, a / b)
RL_BINARY_LOOP(div_double, RL_CLONES, double, double, a / b)
RL_FLOATING_LOOPS(div)

#define SCALED(tag, T, U, name, unused) RL_BINARY_LOOP_WITH(name##_##tag, , T, T, const U k = (U)NUMBER(0).as_int, (U)a + k * (U)b)
RL_BINARY_ROW(scaled_bool, uint8_t, uint8_t, const int k = NUMBER(0).as_int != 0, a | (b & k))
RL_FOR_INTEGERS(SCALED, scaled, )
RL_BINARY_LOOP_WITH(scaled_float, RL_CLONES, float, float, const float k = (float)NUMBER(0).as_double, a + k * b)
RL_BINARY_LOOP_WITH(scaled_double, RL_CLONES, double, double, const double k = NUMBER(0).as_double, a + k * b)
RL_ALL_LOOPS(scaled)

/* lt and le are gt and ge with the operands exchanged. */
#define COMPARED(tag, T, U, name, e) RL_BINARY_LOOP(name##_##tag, , T, uint8_t, e)
#define COMPARISON_LOOPS(name, e)                                \
    RL_BINARY_LOOP(name##_bool, , uint8_t, uint8_t, e)           \
    RL_FOR_INTEGERS(COMPARED, name, e)                           \
    RL_BINARY_LOOP(name##_float, RL_CLONES, float, uint8_t, e)   \
    RL_BINARY_LOOP(name##_double, RL_CLONES, double, uint8_t, e) \
    RL_ALL_LOOPS(name)

COMPARISON_LOOPS(eq, a == b)
COMPARISON_LOOPS(ne, a != b)
COMPARISON_LOOPS(gt, a > b)
COMPARISON_LOOPS(ge, a >= b)

/* maximum and minimum are NaN where either operand is; fmax and fmin only where both are. */
#define MINMAX_ROWS(name, t, i, f)                              \
    RL_BINARY_ROW(name##_bool, uint8_t, uint8_t, , t)           \
    RL_FOR_INTEGERS(INTEGER_LOOP, name, i)                      \
    RL_BINARY_LOOP(name##_float, RL_CLONES, float, float, f)    \
    RL_BINARY_LOOP(name##_double, RL_CLONES, double, double, f) \
    RL_ALL_LOOPS(name)

MINMAX_ROWS(maximum, a | b, a > b ? a : b, ((a > b) | (a != a)) ? a : b)
MINMAX_ROWS(minimum, a &b, a < b ? a : b, ((a < b) | (a != a)) ? a : b)
MINMAX_ROWS(fmax, a | b, a > b ? a : b, ((a > b) | (b != b)) ? a : b)
MINMAX_ROWS(fmin, a &b, a < b ? a : b, ((a < b) | (b != b)) ? a : b)

RL_BINARY_LOOP_WITH(pass_above_float, RL_CLONES, float, float, const float k = (float)NUMBER(0).as_double, b <= k ? 0 : a)
RL_BINARY_LOOP_WITH(pass_above_double, RL_CLONES, double, double, const double k = NUMBER(0).as_double, b <= k ? 0 : a)
RL_FLOATING_LOOPS(pass_above)

RL_BINARY_LOOP(prelu_float, RL_CLONES, float, float, a > 0 ? a : a * b)
RL_BINARY_LOOP(prelu_double, , double, double, a > 0 ? a : a * b)
RL_FLOATING_LOOPS(prelu)

#define PASS_BOUNDS(T)                                                                      \
    const T low = NUMBER(0).kind == RL_SCALAR_NONE ? -(T)INFINITY : (T)NUMBER(0).as_double; \
    const T high = NUMBER(1).kind == RL_SCALAR_NONE ? (T)INFINITY : (T)NUMBER(1).as_double
RL_BINARY_LOOP_WITH(pass_within_float, RL_CLONES, float, float, PASS_BOUNDS(float), ((b >= low) & (b <= high)) ? a : 0)
RL_BINARY_LOOP_WITH(pass_within_double, RL_CLONES, double, double, PASS_BOUNDS(double), ((b >= low) & (b <= high)) ? a : 0)
RL_FLOATING_LOOPS(pass_within)

RL_BINARY_LOOP(tanh_backward_float, RL_CLONES, float, float, a *(1 - b * b))
RL_BINARY_LOOP(tanh_backward_double, RL_CLONES, double, double, a *(1 - b * b))
RL_FLOATING_LOOPS(tanh_backward)
RL_BINARY_LOOP(sigmoid_backward_float, RL_CLONES, float, float, a *(1 - b) * b)
RL_BINARY_LOOP(sigmoid_backward_double, RL_CLONES, double, double, a *(1 - b) * b)
RL_FLOATING_LOOPS(sigmoid_backward)
