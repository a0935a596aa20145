/* Activations. Their derivatives are written with ops, so that they have derivatives too; relu's, the commonest, is one op. */
#include <math.h>

#include "../kernels/binary.h"
#include "../tensor/range.h"

#include "elementwise.h"

static rl_tensor *keep(rl_tensor *where, rl_tensor *g) { return rl_where(where, g, rl_number(0)); }
static rl_tensor *drop(rl_tensor *where, rl_tensor *g) { return rl_where(where, rl_number(0), g); }
static rl_tensor *at_most(rl_tensor *x, double bound) { return rl_le(x, rl_number(bound)); }
static rl_tensor *above(rl_tensor *x, double bound) { return rl_gt(x, rl_number(bound)); }
static rl_tensor *below(rl_tensor *x, double bound) { return rl_lt(x, rl_number(bound)); }
static rl_tensor *between(rl_tensor *x, double low, double high) { return rl_logical_and(above(x, low), below(x, high)); }
static rl_tensor *within(rl_tensor *x, double low, double high) { return rl_logical_and(rl_ge(x, rl_number(low)), at_most(x, high)); }
static rl_tensor *beyond(rl_tensor *x, double low, double high) { return rl_logical_or(at_most(x, low), rl_ge(x, rl_number(high))); }

static rl_status infer_no_bool(const rl_call *call, rl_result *result) {
    if (call->in[0]->dtype == RL_BOOL) return rl_fail("%s() is not defined for Bool tensors", call->op->name);
    return rl_infer_elementwise(call, result);
}

/* Of a tensor of integers, the two numbers beside it are cut to integers, which it must hold. */
static rl_status infer_piecewise(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    if (rl_dtype_is_integral(dtype)) {
        for (int k = 0; k < 2; k++) {
            double value = trunc(call->args.s[k].as_double);
            if (!rl_within(value, rl_range_of(dtype)))
                return rl_fail("%s() of a %s tensor cannot take the number %g", call->op->name, rl_dtype_name(dtype), call->args.s[k].as_double);
        }
    }
    return infer_no_bool(call, result);
}

static rl_status infer_floats(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s() needs a floating tensor, not %s", call->op->name, rl_dtype_name(dtype));
    return rl_infer_elementwise(call, result);
}

/* ---- pass_above: how the gradient of everything with a threshold passes ---- */

FORWARD(pass_above)
VJP(pass_above) { GRADIENT(0, rl_pass_above(GRAD, INPUT_1, SCALAR_ARG(0))); }
const rl_op rl_op_pass_above = {.name = "pass_above",
                                SCHEMA(pass_above),
                                .grad_name = "ThresholdBackward",
                                .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                                .saves = {SAVE_INPUT(1)},
                                .infer = rl_infer_floating,
                                .forward = pass_above_forward,
                                .vjp = pass_above_vjp};

rl_tensor *rl_pass_above(rl_tensor *g, rl_tensor *x, double threshold) {
    rl_args args = RL_ARGS_NONE;
    args.s[0] = rl_scalar_double(threshold);
    return rl_apply_to(&rl_op_pass_above, &args, 2, (rl_tensor *[]){g, x});
}

/* ---- beside: a derivative that is constant in x, in a graph with x ---- */

static rl_status infer_beside(const rl_call *call, rl_result *result) {
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output_like(result, 0, (rl_dtype)call->in[0]->dtype, call->in[0]);
}
static rl_status beside_forward(rl_call *call) {
    rl_copy_elements(call->y[0], call->x[0]);
    return RL_OK;
}
VJP(beside) {
    GRADIENT(0, GRAD);
    GRADIENT(1, ZEROS(1));
}
const rl_op rl_op_beside = {.name = "beside", SCHEMA(beside), .grad_name = "Beside", .infer = infer_beside, .forward = beside_forward, .vjp = beside_vjp};

rl_tensor *rl_beside(rl_tensor *g, rl_tensor *x) {
    if (!g || !x || !rl_is_followed(x)) return g;
    return rl_apply_to(&rl_op_beside, NULL, 2, (rl_tensor *[]){g, x});
}

/* ---- pass_within: the same for clamp() ---- */

FORWARD(pass_within)
VJP(pass_within) { GRADIENT(0, rl_pass_within(GRAD, INPUT_1, v->args->s)); }
const rl_op rl_op_pass_within = {.name = "pass_within",
                                 SCHEMA(pass_within),
                                 .grad_name = "ClampBackward",
                                 .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                                 .saves = {SAVE_INPUT(1)},
                                 .infer = rl_infer_floating,
                                 .forward = pass_within_forward,
                                 .vjp = pass_within_vjp};

rl_tensor *rl_pass_within(rl_tensor *g, rl_tensor *x, const rl_scalar *bounds) {
    rl_args args = RL_ARGS_NONE;
    args.s[0] = bounds[0];
    args.s[1] = bounds[1];
    return rl_apply_to(&rl_op_pass_within, &args, 2, (rl_tensor *[]){g, x});
}

/* ---- the gradients of tanh and sigmoid, by their outputs: one pass each ---- */

FORWARD(tanh_backward)
VJP(tanh_backward) {
    GRADIENT(0, rl_tanh_backward(GRAD, INPUT_1));
    GRADIENT(1, rl_mul(GRAD, rl_mul_number(rl_mul(INPUT_0, INPUT_1), -2)));
}
const rl_op rl_op_tanh_backward = {.name = "tanh_backward",
                                   SCHEMA(tanh_backward),
                                   .grad_name = "TanhBackward",
                                   .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                                   .saves = {SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)},
                                   .infer = rl_infer_floating,
                                   .forward = tanh_backward_forward,
                                   .vjp = tanh_backward_vjp};

FORWARD(sigmoid_backward)
VJP(sigmoid_backward) {
    GRADIENT(0, rl_sigmoid_backward(GRAD, INPUT_1));
    GRADIENT(1, rl_mul(GRAD, rl_mul(INPUT_0, rl_number_minus(1, rl_mul_number(INPUT_1, 2)))));
}
const rl_op rl_op_sigmoid_backward = {.name = "sigmoid_backward",
                                      SCHEMA(sigmoid_backward),
                                      .grad_name = "SigmoidBackward",
                                      .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                                      .saves = {SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)},
                                      .infer = rl_infer_floating,
                                      .forward = sigmoid_backward_forward,
                                      .vjp = sigmoid_backward_vjp};

/* ---- thresholds ---- */

ELEMENTWISE(relu, "Relu", infer_no_bool, SAVE_OUTPUT(0), rl_pass_above(g, y, 0))
/* threshold(x, threshold, value): value where x is not above */
ELEMENTWISE(threshold, "Threshold", infer_piecewise, SAVE_INPUT(0), rl_pass_above(g, x, SCALAR_ARG(0)))

/* ---- elu(x, alpha, scale, input_scale): scale (x above 0, alpha (exp(input_scale x) - 1) else) ---- */

static rl_tensor *elu_derivative(rl_tensor *x, double alpha, double scale, double input_scale) {
    return rl_where(at_most(x, 0), rl_mul_number(rl_exp(rl_mul_number(x, input_scale)), input_scale * alpha * scale), rl_number(scale));
}

static rl_status canonicalize_elu(rl_call *call) {
    for (int k = 0; k < 3; k++)
        if (call->args.s[k].kind == RL_SCALAR_NONE) call->args.s[k] = rl_scalar_double(1);
    return RL_OK;
}
FORWARD(elu)
UNARY_VJP(elu, rl_mul(g, elu_derivative(x, SCALAR_ARG(0), SCALAR_ARG(1), SCALAR_ARG(2))))
const rl_op rl_op_elu = {.name = "elu",
                         SCHEMA(elu),
                         .grad_name = "Elu",
                         .traits = RL_ELEMENTWISE,
                         .saves = {SAVE_INPUT(0)},
                         .canonicalize = canonicalize_elu,
                         .infer = infer_floats,
                         .forward = elu_forward,
                         .vjp = elu_vjp};

static rl_status canonicalize_celu(rl_call *call) {
    double alpha = call->args.s[0].as_double;
    if (alpha == 0) return rl_fail("`alpha` of celu() must not be 0");
    call->args.s[1] = rl_scalar_double(1);
    call->args.s[2] = rl_scalar_double(1 / alpha);
    return RL_OK;
}
static rl_status celu_forward(rl_call *call) { return elu_forward(call); }
UNARY_VJP(celu, rl_mul(g, elu_derivative(x, SCALAR_ARG(0), SCALAR_ARG(1), SCALAR_ARG(2))))
const rl_op rl_op_celu = {.name = "celu",
                          SCHEMA(celu),
                          .grad_name = "Celu",
                          .traits = RL_ELEMENTWISE,
                          .saves = {SAVE_INPUT(0)},
                          .canonicalize = canonicalize_celu,
                          .infer = infer_floats,
                          .forward = celu_forward,
                          .vjp = celu_vjp};

/* ---- smooth ones ---- */

static rl_tensor *silu_derivative(rl_tensor *x) {
    rl_tensor *s = rl_sigmoid(x);
    return rl_mul(s, rl_add_number(rl_mul(x, rl_number_minus(1, s)), 1));
}
ELEMENTWISE(silu, "Silu", infer_floats, SAVE_INPUT(0), rl_mul(g, silu_derivative(x)))

/* x times the normal distribution function, or its approximation by tanh if n[0] says so */
#define TANH_SCALE 0.79788456080286536
#define TANH_CUBE 0.044715
static rl_status gelu_forward(rl_call *call) { return rl_run_loops(call, call->args.n[0] ? &rl_gelu_tanh_loops : &rl_gelu_loops, call->args.s); }

static rl_tensor *gelu_derivative(rl_tensor *x) {
    rl_tensor *distribution = rl_mul_number(rl_add_number(rl_erf(rl_mul_number(x, 0.70710678118654752440)), 1), 0.5);
    rl_tensor *density = rl_mul_number(rl_exp(rl_mul_number(rl_mul(x, x), -0.5)), 0.39894228040143267794);
    return rl_add(distribution, rl_mul(x, density));
}

static rl_tensor *gelu_tanh_derivative(rl_tensor *x) {
    rl_tensor *square = rl_mul(x, x);
    rl_tensor *t = rl_tanh(rl_mul(rl_mul_number(x, TANH_SCALE), rl_add_number(rl_mul_number(square, TANH_CUBE), 1)));
    rl_tensor *inner = rl_add_number(rl_mul_number(square, 3 * TANH_CUBE * TANH_SCALE), TANH_SCALE);
    rl_tensor *moved = rl_mul(rl_mul(x, rl_number_minus(1, rl_mul(t, t))), inner);
    return rl_mul_number(rl_add(rl_add_number(t, 1), moved), 0.5);
}
UNARY_VJP(gelu, rl_mul(g, v->args->n[0] ? gelu_tanh_derivative(x) : gelu_derivative(x)))
UNARY_OP(gelu, "Gelu", infer_floats, SAVE_INPUT(0))

/* softplus(x, beta, threshold): log(1 + exp(beta x)) / beta, or x itself where beta x is above the threshold */
static rl_tensor *softplus_derivative(rl_tensor *x, double beta, double threshold) {
    rl_tensor *scaled = rl_mul_number(x, beta);
    return rl_where(above(scaled, threshold), rl_number(1), rl_sigmoid(scaled));
}
ELEMENTWISE(softplus, "Softplus", infer_floats, SAVE_INPUT(0), rl_mul(g, softplus_derivative(x, SCALAR_ARG(0), SCALAR_ARG(1))))
ELEMENTWISE(logsigmoid, "LogSigmoid", infer_floats, SAVE_INPUT(0), rl_mul(g, rl_sigmoid(rl_neg(x))))

/* ---- piecewise linear ones: as in PyTorch, the gradient passes at NaN, save for leaky_relu and hardsigmoid ---- */

ELEMENTWISE(leaky_relu, "LeakyRelu", infer_floats, SAVE_INPUT(0), rl_beside(rl_where(above(x, 0), g, rl_mul_number(g, SCALAR_ARG(0))), x))
ELEMENTWISE(hardshrink, "Hardshrink", infer_floats, SAVE_INPUT(0), rl_beside(drop(within(x, -SCALAR_ARG(0), SCALAR_ARG(0)), g), x))
ELEMENTWISE(softshrink, "Softshrink", infer_floats, SAVE_INPUT(0), rl_beside(drop(within(x, -SCALAR_ARG(0), SCALAR_ARG(0)), g), x))
ELEMENTWISE(hardtanh, "Hardtanh", infer_piecewise, SAVE_INPUT(0), rl_beside(drop(beyond(x, SCALAR_ARG(0), SCALAR_ARG(1)), g), x))
ELEMENTWISE(hardsigmoid, "Hardsigmoid", infer_floats, SAVE_INPUT(0), keep(between(x, -3, 3), rl_mul_number(g, 1.0 / 6)))
ELEMENTWISE(hardswish, "Hardswish", infer_floats, SAVE_INPUT(0),
            drop(below(x, -3), rl_where(at_most(x, 3), rl_mul(g, rl_add_number(rl_mul_number(x, 1.0 / 3), 0.5)), g)))

/* ---- prelu: a slope of its own for what is below 0, that broadcasts ---- */

FORWARD(prelu)
VJP(prelu) {
    GRADIENT(0, rl_where(above(INPUT_0, 0), GRAD, rl_mul(GRAD, INPUT_1)));
    GRADIENT(1, rl_where(above(INPUT_0, 0), rl_number(0), rl_mul(GRAD, INPUT_0)));
}
const rl_op rl_op_prelu = {.name = "prelu",
                           SCHEMA(prelu),
                           .grad_name = "Prelu",
                           .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                           .saves = {SAVE_INPUT(0) | SAVE_INPUT(1), SAVE_INPUT(0)},
                           .infer = infer_floats,
                           .forward = prelu_forward,
                           .vjp = prelu_vjp};
