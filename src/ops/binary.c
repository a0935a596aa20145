#include "../kernels/binary.h"

#include "infer.h"

/* Arithmetic that a number takes part in has another name in the graph: AddBackward1 for AddBackward0. */
static void name_variant(rl_call *call) { call->variant = call->in[0]->wrapped_number || call->in[1]->wrapped_number; }

#define FORWARD(op) \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, &rl_##op##_loops, NULL); }

static rl_status infer_arithmetic(rl_call *call) {
    name_variant(call);
    return rl_infer_elementwise(call);
}

static rl_status infer_division(rl_call *call) {
    name_variant(call);
    return rl_infer_floating(call);
}

/* add(a, b, alpha) is a + alpha * b. */
static rl_status infer_scaled(rl_call *call) {
    rl_scalar *alpha = &call->args.s[0];
    if (alpha->kind != RL_SCALAR_NONE && alpha->as_double == 1) alpha->kind = RL_SCALAR_NONE;
    return infer_arithmetic(call);
}

static rl_status add_forward(rl_call *call) { return rl_run_loops(call, &rl_add_loops, NULL); }

RULE(add) {
    D(0, G);
    D(1, v->args ? rl_mul_number(G, v->args->s[0].as_double) : G);
}

const rl_op rl_op_add = {.name = "add", .grad_name = "Add", .traits = RL_BROADCASTS | RL_IN_STEP, .infer = infer_scaled, .forward = add_forward, .vjp = add_vjp};

FORWARD(mul)
RULE(mul) {
    D(0, rl_mul(G, X1));
    D(1, rl_mul(G, X0));
}
const rl_op rl_op_mul = {.name = "mul", .grad_name = "Mul", .traits = RL_BROADCASTS | RL_IN_STEP, .saves = {X(1), X(0)}, .infer = infer_arithmetic, .forward = mul_forward, .vjp = mul_vjp};

FORWARD(div)
RULE(div) {
    D(0, rl_div(G, X1));
    D(1, rl_neg(rl_mul(G, rl_div(rl_div(X0, X1), X1))));
}
const rl_op rl_op_div = {.name = "div", .grad_name = "Div", .traits = RL_BROADCASTS | RL_IN_STEP, .saves = {X(1), X(0) | X(1)}, .infer = infer_division, .forward = div_forward, .vjp = div_vjp};

FORWARD(gt)
const rl_op rl_op_gt = {.name = "gt", .grad_name = "Gt", .infer = rl_infer_comparison, .forward = gt_forward};

rl_tensor *rl_add(rl_tensor *a, rl_tensor *b) { return rl_apply_to(&rl_op_add, NULL, 2, (rl_tensor *[]){a, b}); }

rl_status rl_add_into(rl_tensor *a, rl_tensor *b) { return rl_apply_in_place(&rl_op_add, NULL, 2, (rl_tensor *[]){a, b}) ? RL_OK : RL_FAILED; }

rl_tensor *rl_add_number(rl_tensor *x, double number) { return rl_add(x, rl_tensor_number(rl_scalar_double(number))); }

rl_tensor *rl_mul_number(rl_tensor *x, double number) { return rl_mul(x, rl_tensor_number(rl_scalar_double(number))); }
