#include "../kernels/binary.h"
#include "../kernels/unary.h"
#include "infer.h"

/* ---- pass_above: how the gradient of everything with a threshold passes ---- */

static rl_status pass_above_forward(rl_call *call) { return rl_run_loops(call, &rl_pass_above_loops, call->args.s); }

RULE(pass_above) { D(0, rl_pass_above(G, X1, v->args->s[0].as_double)); }
const rl_op rl_op_pass_above = {.name = "pass_above",
                                .grad_name = "ThresholdBackward",
                                .traits = RL_BROADCASTS | RL_IN_STEP,
                                .saves = {X(1)},
                                .infer = rl_infer_floating,
                                .forward = pass_above_forward,
                                .vjp = pass_above_vjp};

rl_tensor *rl_pass_above(rl_tensor *g, rl_tensor *x, double threshold) {
    rl_args args = RL_ARGS_NONE;
    args.s[0] = rl_scalar_double(threshold);
    return rl_apply_to(&rl_op_pass_above, &args, 2, (rl_tensor *[]){g, x});
}

/* ---- relu ---- */

static rl_status infer_relu(rl_call *call) {
    if (call->in[0]->dtype == RL_BOOL) return rl_fail("relu() is not defined for Bool tensors");
    return rl_infer_elementwise(call);
}

static rl_status relu_forward(rl_call *call) { return rl_run_loops(call, &rl_relu_loops, NULL); }

RULE(relu) { D(0, rl_pass_above(G, Y0, 0)); }
const rl_op rl_op_relu = {
    .name = "relu", .grad_name = "Relu", .traits = RL_IN_STEP, .saves = {Y(0)}, .infer = infer_relu, .forward = relu_forward, .vjp = relu_vjp};
