#include "../kernels/binary.h"
#include "infer.h"

#define RECORD(op, grad, infer_as, first, second)                       \
    const rl_op rl_op_##op = {.name = #op,                              \
                              SCHEMA(op),                               \
                              .grad_name = grad,                        \
                              .traits = RL_BROADCASTS | RL_ELEMENTWISE, \
                              .saves = {first, second},                 \
                              .infer = infer_as,                        \
                              .forward = op##_forward,                  \
                              .vjp = op##_vjp};

/* Functions of two floating numbers: the derivatives by the first, a, and by the second, b. */
#define OF_TWO(op, grad, infer_as, needs, by_first, by_second)                                \
    FORWARD(op)                                                                               \
    VJP(op) {                                                                                 \
        rl_tensor *a = rl_as_result(v, 0), *b = rl_as_result(v, 1), *y = OUTPUT_0, *g = GRAD; \
        (void)a, (void)b, (void)y, (void)g;                                                   \
        GRADIENT(0, by_first);                                                                \
        GRADIENT(1, by_second);                                                               \
    }                                                                                         \
    RECORD(op, grad, infer_as, needs, needs)

static rl_tensor *squares(rl_tensor *a, rl_tensor *b) { return rl_add(rl_mul(a, a), rl_mul(b, b)); }
OF_TWO(atan2, "Atan2", rl_infer_floating, SAVE_INPUT(0) | SAVE_INPUT(1), rl_mul(g, rl_div(b, squares(a, b))), rl_neg(rl_mul(g, rl_div(a, squares(a, b)))))
OF_TWO(hypot, "Hypot", rl_infer_floating, SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_OUTPUT(0), rl_mul(g, rl_div(a, y)), rl_mul(g, rl_div(b, y)))

/* exp(a) / (exp(a) + exp(b)), which an infinite result does not spoil */
static rl_tensor *share(rl_tensor *a, rl_tensor *b) { return rl_sigmoid(rl_sub(a, b)); }
static rl_tensor *share2(rl_tensor *a, rl_tensor *b) { return rl_sigmoid(rl_mul_number(rl_sub(a, b), 0.69314718055994530942)); }
OF_TWO(logaddexp, "Logaddexp", rl_infer_floating, SAVE_INPUT(0) | SAVE_INPUT(1), rl_mul(g, share(a, b)), rl_mul(g, share(b, a)))
OF_TWO(logaddexp2, "Logaddexp2", rl_infer_floating, SAVE_INPUT(0) | SAVE_INPUT(1), rl_mul(g, share2(a, b)), rl_mul(g, share2(b, a)))

/* ---- xlogy: a log(b), 0 where a is ---- */

static rl_status infer_xlogy(const rl_call *call, rl_result *result) {
    result->variant = call->in[0]->wrapped_number ? 1 : call->in[1]->wrapped_number ? 2 : 0;
    return rl_infer_floating(call, result);
}

static rl_tensor *nothing_of(rl_tensor *a, rl_tensor *b) { return rl_logical_and(rl_eq(a, rl_number(0)), rl_le(b, rl_number(0))); }
OF_TWO(xlogy, "Xlogy", infer_xlogy, SAVE_INPUT(0) | SAVE_INPUT(1), rl_where(nothing_of(a, b), rl_number(0), rl_mul(g, rl_log(b))), rl_mul(g, rl_div(a, b)))

/* ---- copysign: a's size with b's sign ---- */

static rl_status infer_copysign(const rl_call *call, rl_result *result) {
    result->variant = call->in[1]->wrapped_number;
    return rl_infer_floating(call, result);
}
OF_TWO(copysign, "Copysign", infer_copysign, SAVE_INPUT(0) | SAVE_OUTPUT(0), rl_where(rl_eq(a, rl_number(0)), rl_number(0), rl_mul(g, rl_div(y, a))), ZEROS(1))

/* ---- without derivatives ---- */

#define WITHOUT_DERIVATIVE(op, infer_as) \
    FORWARD(op)                          \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .traits = RL_ELEMENTWISE, .infer = infer_as, .forward = op##_forward};

static rl_status infer_integers(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    if (!rl_dtype_is_integral(dtype)) return rl_fail("%s() works on integers, not on %s", call->op->name, rl_dtype_name(dtype));
    return rl_infer_elementwise(call, result);
}

/* Half and bfloat16 as they are: a step of float would be lost. */
static rl_status infer_own_steps(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    RL_TRY(rl_broadcast_inputs(call, &ndim, sizes));
    RL_TRY(rl_set_outputs(result, 1));
    for (int k = 0; k < 2; k++) rl_read_as(result, k, dtype);
    return rl_output(result, 0, dtype, dtype, ndim, sizes);
}

WITHOUT_DERIVATIVE(gcd, infer_integers)
WITHOUT_DERIVATIVE(lcm, infer_integers)
WITHOUT_DERIVATIVE(heaviside, rl_infer_elementwise)
WITHOUT_DERIVATIVE(nextafter, infer_own_steps)
WITHOUT_DERIVATIVE(isclose, rl_infer_comparison)

/* ---- float_power: pow() of doubles ---- */

static rl_status float_power(rl_call *call) {
    rl_tensor *base = call->in[0], *exponent = call->in[1], *power;
    if (call->inplace && base->dtype != RL_DOUBLE)
        return rl_fail("float_power_() needs a Double tensor to hold its result, not %s", rl_dtype_name((rl_dtype)base->dtype));
    if (!base->wrapped_number) base = rl_to_dtype(base, RL_DOUBLE);
    if (!exponent->wrapped_number) exponent = rl_to_dtype(exponent, RL_DOUBLE);
    power = (call->inplace ? rl_apply_in_place : rl_apply_to)(&rl_op_pow, NULL, 2, (rl_tensor *[]){base, exponent});
    return rl_set_result(call, 1, &power);
}
const rl_op rl_op_float_power = {.name = "float_power", SCHEMA(float_power), .compose = float_power};
