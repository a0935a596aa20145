#include "../kernels/binary.h"

#include <math.h>

#include "../kernels/unary.h"
#include "infer.h"

/* Arithmetic that a number takes part in has another name in the graph: AddBackward1 for AddBackward0. */
static void name_variant(const rl_call *call, rl_result *result) { result->variant = call->in[0]->wrapped_number || call->in[1]->wrapped_number; }

#define FORWARD_WITHOUT_NUMBERS(op) \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, &rl_##op##_loops, NULL); }

static rl_status infer_arithmetic(const rl_call *call, rl_result *result) {
    name_variant(call, result);
    return rl_infer_elementwise(call, result);
}

static rl_status infer_division(const rl_call *call, rl_result *result) {
    name_variant(call, result);
    return rl_infer_floating(call, result);
}

/* ---- add, sub: a + alpha * b, a - alpha * b ---- */

enum { ALPHA = RL_SCALAR(add, alpha) };

/* None is 1. */
static rl_status canonicalize_scaled(rl_call *call) {
    rl_scalar *alpha = &call->args.s[ALPHA];
    if (alpha->kind != RL_SCALAR_NONE && alpha->as_double == 1 && alpha->imaginary == 0) alpha->kind = RL_SCALAR_NONE;
    return RL_OK;
}

static rl_status infer_scaled(const rl_call *call, rl_result *result) {
    rl_scalar alpha = call->args.s[ALPHA];
    if (!rl_scalar_is_whole(alpha) && !rl_dtype_is_inexact(rl_result_dtype(2, call->in)))
        return rl_fail("`alpha` must be an integer when the tensors are integers; it is %g", alpha.as_double);
    return infer_arithmetic(call, result);
}

static rl_status infer_sub(const rl_call *call, rl_result *result) {
    if (call->in[0]->dtype == RL_BOOL || call->in[1]->dtype == RL_BOOL)
        return rl_fail("sub() is not defined for Bool tensors; use torch_logical_not() or torch_logical_xor(), or convert the tensor");
    return infer_scaled(call, result);
}

static rl_status run_scaled(rl_call *call, const rl_loops *plain, int sign) {
    rl_scalar alpha = call->args.s[0];
    if (alpha.kind == RL_SCALAR_NONE) return rl_run_loops(call, plain, NULL);
    alpha.as_double *= sign;
    alpha.as_int *= sign;
    alpha.imaginary *= sign;
    return rl_run_loops(call, &rl_scaled_loops, &alpha);
}

static rl_status add_forward(rl_call *call) { return run_scaled(call, &rl_add_loops, 1); }
static rl_status sub_forward(rl_call *call) { return run_scaled(call, &rl_sub_loops, -1); }

VJP(add) {
    GRADIENT(0, GRAD);
    GRADIENT(1, v->args->s[0].kind != RL_SCALAR_NONE ? rl_mul_number(GRAD, v->args->s[0].as_double) : GRAD);
}
const rl_op rl_op_add = {.name = "add",
                         SCHEMA(add),
                         .grad_name = "Add",
                         .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                         .canonicalize = canonicalize_scaled,
                         .infer = infer_scaled,
                         .forward = add_forward,
                         .vjp = add_vjp};

VJP(sub) {
    GRADIENT(0, GRAD);
    GRADIENT(1, v->args->s[0].kind != RL_SCALAR_NONE ? rl_mul_number(GRAD, -v->args->s[0].as_double) : rl_neg(GRAD));
}
const rl_op rl_op_sub = {.name = "sub",
                         SCHEMA(sub),
                         .grad_name = "Sub",
                         .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                         .canonicalize = canonicalize_scaled,
                         .infer = infer_sub,
                         .forward = sub_forward,
                         .vjp = sub_vjp};

/* ---- mul, div ---- */

FORWARD_WITHOUT_NUMBERS(mul)
VJP(mul) {
    GRADIENT(0, rl_mul(GRAD, INPUT_1));
    GRADIENT(1, rl_mul(GRAD, INPUT_0));
}
const rl_op rl_op_mul = {.name = "mul",
                         SCHEMA(mul),
                         .grad_name = "Mul",
                         .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                         .saves = {SAVE_INPUT(1), SAVE_INPUT(0)},
                         .infer = infer_arithmetic,
                         .forward = mul_forward,
                         .vjp = mul_vjp};

FORWARD_WITHOUT_NUMBERS(div)
VJP(div) {
    GRADIENT(0, rl_div(GRAD, INPUT_1));
    GRADIENT(1, rl_neg(rl_mul(GRAD, rl_div(rl_div(INPUT_0, INPUT_1), INPUT_1))));
}
const rl_op rl_op_div = {.name = "div",
                         SCHEMA(div),
                         .grad_name = "Div",
                         .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                         .saves = {SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)},
                         .infer = infer_division,
                         .forward = div_forward,
                         .vjp = div_vjp};

/* ---- pow ---- */

static rl_status infer_pow(const rl_call *call, rl_result *result) {
    rl_tensor *base = call->in[0], *exponent = call->in[1];
    result->variant = exponent->wrapped_number ? 0 : base->wrapped_number ? 2 : 1;
    if (exponent->wrapped_number && rl_dtype_is_integral((rl_dtype)base->dtype) && rl_dtype_is_integral((rl_dtype)exponent->dtype) &&
        rl_item(exponent, 0).as_int < 0)
        return rl_fail("integers have no negative powers; convert the tensor to a floating dtype");
    return rl_infer_elementwise(call, result);
}

/* The powers that have a quicker way. */
static const rl_loops *power_loops(const rl_call *call) {
    if (!call->in[1]->wrapped_number || !rl_dtype_is_floating((rl_dtype)call->x[0]->dtype)) return NULL;
    double exponent = rl_item(call->in[1], 0).as_double;
    return exponent == 2      ? &rl_square_loops
           : exponent == 3    ? &rl_cube_loops
           : exponent == 0.5  ? &rl_sqrt_loops
           : exponent == -0.5 ? &rl_rsqrt_loops
           : exponent == -1   ? &rl_reciprocal_loops
                              : NULL;
}

static rl_status pow_forward(rl_call *call) {
    const rl_loops *quick = power_loops(call);
    if (!quick) return rl_run_loops(call, &rl_pow_loops, NULL);
    return rl_elementwise(2, (rl_tensor *[]){call->y[0], call->x[0]}, quick->of[call->x[0]->dtype], NULL);
}

/* b * x^(b - 1), which is 0 for b = 0 whatever x is. */
static rl_tensor *pow_by_base(rl_tensor *g, rl_tensor *x, rl_tensor *b) {
    if (!b->wrapped_number) return rl_where(rl_eq(b, rl_number(0)), rl_number(0), rl_mul(g, rl_mul(b, rl_pow(x, rl_add_number(b, -1)))));
    double exponent = rl_item(b, 0).as_double;
    if (exponent == 0) return rl_zeros((rl_dtype)g->dtype, g->ndim, g->sizes);
    return rl_mul(g, exponent == 2 ? rl_mul_number(x, 2) : rl_mul_number(rl_pow_number(x, exponent - 1), exponent));
}

/* x^b * log(x), which is 0 where x is and b is not negative. */
static rl_tensor *pow_by_exponent(rl_tensor *g, rl_tensor *x, rl_tensor *b, rl_tensor *y) {
    rl_tensor *flat = rl_bitwise_and(rl_eq(x, rl_number(0)), rl_ge(b, rl_number(0)));
    rl_tensor *slope = x && x->wrapped_number ? rl_mul_number(y, log(rl_item(x, 0).as_double)) : rl_mul(y, rl_log(x));
    return rl_where(flat, rl_number(0), rl_mul(g, slope));
}

VJP(pow) {
    GRADIENT(0, pow_by_base(GRAD, INPUT_0, INPUT_1 && INPUT_1->wrapped_number ? INPUT_1 : rl_as_result(v, 1)));
    GRADIENT(1, pow_by_exponent(GRAD, INPUT_0 && INPUT_0->wrapped_number ? INPUT_0 : rl_as_result(v, 0), INPUT_1, OUTPUT_0));
}
const rl_op rl_op_pow = {.name = "pow",
                         SCHEMA(pow),
                         .grad_name = "Pow",
                         .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                         .saves = {SAVE_INPUT(0) | SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_OUTPUT(0)},
                         .infer = infer_pow,
                         .forward = pow_forward,
                         .vjp = pow_vjp};

/* ---- maximum and its kin: each of two equal operands gets half of the gradient ---- */

static rl_tensor *half_if_equal(rl_tensor *g, rl_tensor *a, rl_tensor *b) { return rl_where(rl_eq(a, b), rl_mul_number(g, 0.5), g); }

#define MINMAX_OP(op, grad)                                                                            \
    const rl_op rl_op_##op = {.name = #op,                                                             \
                              SCHEMA(op),                                                              \
                              .grad_name = grad,                                                       \
                              .traits = RL_BROADCASTS | RL_ELEMENTWISE,                                \
                              .saves = {SAVE_INPUT(0) | SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)}, \
                              .infer = rl_infer_elementwise,                                           \
                              .forward = op##_forward,                                                 \
                              .vjp = op##_vjp};

#define MINMAX_OF_TWO(op, grad, first_wins, second_wins)                             \
    FORWARD_WITHOUT_NUMBERS(op)                                                      \
    VJP(op) {                                                                        \
        rl_tensor *a = INPUT_0, *b = INPUT_1;                                        \
        GRADIENT(0, rl_where(second_wins, rl_number(0), half_if_equal(GRAD, a, b))); \
        GRADIENT(1, rl_where(first_wins, rl_number(0), half_if_equal(GRAD, a, b)));  \
    }                                                                                \
    MINMAX_OP(op, grad)

MINMAX_OF_TWO(maximum, "Maximum", rl_gt(a, b), rl_lt(a, b))
MINMAX_OF_TWO(minimum, "Minimum", rl_lt(a, b), rl_gt(a, b))
/* fmax and fmin pass all of it to the first of two equal operands. */
#define MINMAX_IGNORING_NAN(op, grad, first_wins)                                              \
    FORWARD_WITHOUT_NUMBERS(op)                                                                \
    VJP(op) {                                                                                  \
        rl_tensor *a = INPUT_0, *b = INPUT_1, *first = rl_logical_or(first_wins, rl_ne(b, b)); \
        GRADIENT(0, rl_where(first, GRAD, rl_number(0)));                                      \
        GRADIENT(1, rl_where(first, rl_number(0), GRAD));                                      \
    }                                                                                          \
    MINMAX_OP(op, grad)

MINMAX_IGNORING_NAN(fmax, "Fmax", rl_ge(a, b))
MINMAX_IGNORING_NAN(fmin, "Fmin", rl_le(a, b))

/* ---- helpers for rules and compositions ---- */

rl_tensor *rl_add(rl_tensor *a, rl_tensor *b) { return rl_apply_to(&rl_op_add, NULL, 2, (rl_tensor *[]){a, b}); }

rl_tensor *rl_sub(rl_tensor *a, rl_tensor *b) { return rl_apply_to(&rl_op_sub, NULL, 2, (rl_tensor *[]){a, b}); }

rl_status rl_add_into(rl_tensor *a, rl_tensor *b) { return rl_apply_in_place(&rl_op_add, NULL, 2, (rl_tensor *[]){a, b}) ? RL_OK : RL_FAILED; }

rl_tensor *rl_number(double number) { return rl_tensor_number(rl_scalar_double(number)); }

rl_tensor *rl_add_number(rl_tensor *x, double number) { return rl_add(x, rl_number(number)); }

rl_tensor *rl_mul_number(rl_tensor *x, double number) { return rl_mul(x, rl_number(number)); }

rl_tensor *rl_pow_number(rl_tensor *x, double number) { return rl_pow(x, rl_number(number)); }

rl_tensor *rl_number_minus(double number, rl_tensor *x) { return rl_sub(rl_number(number), x); }
