#include "../kernels/unary.h"

#include "infer.h"

/* Smooth functions of floating numbers, integers becoming floating; x, y and g are the input, the output and its gradient. */
#define SMOOTH(op, grad, needs, derivative)                                                                     \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, &rl_##op##_loops, NULL); }         \
    RULE(op) {                                                                                                  \
        rl_tensor *x = X0, *y = Y0, *g = G;                                                                     \
        (void)x, (void)y, (void)g;                                                                                       \
        D(0, derivative);                                                                                       \
    }                                                                                                           \
    const rl_op rl_op_##op = {.name = #op, .grad_name = grad, .traits = RL_IN_STEP, .saves = {needs}, .infer = rl_infer_floating, .forward = op##_forward, .vjp = op##_vjp};

/* The same, but integers stay integers. */
#define NUMERIC(op, grad, needs, derivative)                                                                    \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, &rl_##op##_loops, NULL); }         \
    RULE(op) {                                                                                                  \
        rl_tensor *x = X0, *y = Y0, *g = G;                                                                     \
        (void)x, (void)y, (void)g;                                                                                       \
        D(0, derivative);                                                                                       \
    }                                                                                                           \
    const rl_op rl_op_##op = {.name = #op, .grad_name = grad, .traits = RL_IN_STEP, .saves = {needs}, .infer = rl_infer_elementwise, .forward = op##_forward, .vjp = op##_vjp};

SMOOTH(exp, "Exp", Y(0), rl_mul(g, y))
SMOOTH(log, "Log", X(0), rl_div(g, x))
SMOOTH(sqrt, "Sqrt", Y(0), rl_div(g, rl_mul_number(y, 2)))
SMOOTH(rsqrt, "Rsqrt", Y(0), rl_mul(rl_mul_number(g, -0.5), rl_pow_number(y, 3)))
SMOOTH(reciprocal, "Reciprocal", Y(0), rl_neg(rl_mul(g, rl_mul(y, y))))
SMOOTH(sin, "Sin", X(0), rl_mul(g, rl_cos(x)))
SMOOTH(cos, "Cos", X(0), rl_neg(rl_mul(g, rl_sin(x))))
SMOOTH(tanh, "Tanh", Y(0), rl_mul(g, rl_number_minus(1, rl_mul(y, y))))
SMOOTH(sigmoid, "Sigmoid", Y(0), rl_mul(g, rl_mul(rl_number_minus(1, y), y)))
NUMERIC(neg, "Neg", 0, rl_neg(g))
NUMERIC(abs, "Abs", X(0), rl_mul(g, rl_sign(x)))
NUMERIC(sign, "Sign", 0, ZERO(0))
