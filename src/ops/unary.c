#include "../kernels/unary.h"

#include "infer.h"

/* Smooth functions of floating numbers, integers becoming floating; x, y and g are the input, the output and its gradient. */
#define SMOOTH(op, grad, needs, derivative)                                                                     \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, &rl_##op##_loops, NULL); }         \
    RULE(op) {                                                                                                  \
        rl_tensor *x = X0, *y = Y0, *g = G;                                                                     \
        (void)x, (void)y;                                                                                       \
        D(0, derivative);                                                                                       \
    }                                                                                                           \
    const rl_op rl_op_##op = {.name = #op, .grad_name = grad, .traits = RL_IN_STEP, .saves = {needs}, .infer = rl_infer_floating, .forward = op##_forward, .vjp = op##_vjp};

/* The same, but integers stay integers. */
#define NUMERIC(op, grad, needs, derivative)                                                                    \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, &rl_##op##_loops, NULL); }         \
    RULE(op) {                                                                                                  \
        rl_tensor *x = X0, *y = Y0, *g = G;                                                                     \
        (void)x, (void)y;                                                                                       \
        D(0, derivative);                                                                                       \
    }                                                                                                           \
    const rl_op rl_op_##op = {.name = #op, .grad_name = grad, .traits = RL_IN_STEP, .saves = {needs}, .infer = rl_infer_elementwise, .forward = op##_forward, .vjp = op##_vjp};

SMOOTH(exp, "Exp", Y(0), rl_mul(g, y))
NUMERIC(neg, "Neg", 0, rl_neg(g))
