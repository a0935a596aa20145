/* Rounding, and what is asked of a number's kind. */
#include "../kernels/copy.h"

#include "elementwise.h"

/* ---- rounding: an integer stays as it is; the derivative is 0, save that of frac ---- */

static rl_status run_unless_integral(rl_call *call, const rl_loops *loops) {
    return rl_dtype_is_integral((rl_dtype)call->x[0]->dtype) ? rl_copy_data(call->y[0], call->x[0]) : rl_run_loops(call, loops, call->args.s);
}

#define ROUNDING(op, grad)                                                                               \
    static rl_status op##_forward(rl_call *call) { return run_unless_integral(call, &rl_##op##_loops); } \
    UNARY_VJP(op, ZEROS(0))                                                                              \
    UNARY_OP(op, grad, rl_infer_elementwise, 0)

ROUNDING(floor, "Floor")
ROUNDING(ceil, "Ceil")
ROUNDING(trunc, "Trunc")
NUMERIC(frac, "Frac", 0, g)

/* round(x, decimals): half to even */
static rl_status infer_round(const rl_call *call, rl_result *result) {
    rl_scalar decimals = call->args.s[0];
    if (decimals.kind != RL_SCALAR_NONE && decimals.as_double != (double)decimals.as_int)
        return rl_fail("`decimals` must be an integer; it is %g", decimals.as_double);
    result->variant = decimals.kind != RL_SCALAR_NONE;
    return rl_infer_elementwise(call, result);
}

static rl_status round_forward(rl_call *call) {
    return run_unless_integral(call, call->args.s[0].kind == RL_SCALAR_NONE ? &rl_round_loops : &rl_round_decimals_loops);
}

UNARY_VJP(round, ZEROS(0))
UNARY_OP(round, "Round", infer_round, 0)

/* ---- frexp: x = mantissa 2^exponent, the mantissa from 1/2 to 1 ---- */

static rl_status infer_frexp(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    rl_dtype dtype = (rl_dtype)x->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("frexp() needs a floating tensor, not %s", rl_dtype_name(dtype));
    RL_TRY(rl_set_outputs(result, 2));
    rl_read_as(result, 0, rl_computed_in(dtype));
    RL_TRY(rl_output(result, 0, dtype, rl_computed_in(dtype), x->ndim, x->sizes));
    return rl_output(result, 1, RL_INT32, RL_INT32, x->ndim, x->sizes);
}

static rl_status frexp_forward(rl_call *call) {
    rl_tensor *x = call->x[0];
    RL_TRY(rl_elementwise(2, (rl_tensor *[]){call->y[0], x}, rl_mantissa_loops.of[x->dtype], NULL));
    return rl_elementwise(2, (rl_tensor *[]){call->y[1], x}, rl_exponent_loops.of[x->dtype], NULL);
}

VJP(frexp) { GRADIENT(0, rl_div(GRAD, rl_exp2(v->y[1]))); }
const rl_op rl_op_frexp = {
    .name = "frexp", SCHEMA(frexp), .grad_name = "Frexp", .saves = {SAVE_OUTPUT(1)}, .infer = infer_frexp, .forward = frexp_forward, .vjp = frexp_vjp};

/* ---- nan_to_num: what replaces NaN, Inf and -Inf; by default 0 and the dtype's extremes ---- */

static rl_status nan_to_num_forward(rl_call *call) {
    double most = rl_dtypes[call->out[0]->dtype].largest, usual[] = {0, most, -most};
    rl_scalar numbers[3];
    for (int k = 0; k < 3; k++) numbers[k] = call->args.s[k].kind == RL_SCALAR_NONE ? rl_scalar_double(usual[k]) : call->args.s[k];
    if (!rl_dtype_is_inexact((rl_dtype)call->x[0]->dtype)) return rl_copy_data(call->y[0], call->x[0]);
    return rl_run_loops(call, &rl_nan_to_num_loops, numbers);
}

UNARY_VJP(nan_to_num, rl_where(rl_isfinite(x), g, rl_number(0)))
UNARY_OP(nan_to_num, "NanToNum", rl_infer_elementwise, SAVE_INPUT(0))

SMOOTH(angle, "Angle", 0, ZEROS(0))

/* ---- questions, answered by booleans; `whole` is the answer for integers ---- */

#define PREDICATE(op, whole)                                                                                     \
    static rl_status op##_forward(rl_call *call) {                                                               \
        if (rl_dtype_is_inexact((rl_dtype)call->x[0]->dtype)) return rl_run_loops(call, &rl_##op##_loops, NULL); \
        rl_fill_elements(call->y[0], rl_scalar_int(whole));                                                      \
        return RL_OK;                                                                                            \
    }                                                                                                            \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .traits = RL_ELEMENTWISE, .infer = rl_infer_comparison, .forward = op##_forward};

PREDICATE(isnan, 0)
PREDICATE(isinf, 0)
PREDICATE(isposinf, 0)
PREDICATE(isneginf, 0)
PREDICATE(isfinite, 1)

static rl_status signbit_forward(rl_call *call) {
    if (call->x[0]->dtype != RL_BOOL) return rl_run_loops(call, &rl_signbit_loops, NULL);
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    return RL_OK;
}
const rl_op rl_op_signbit = {.name = "signbit", SCHEMA(signbit), .traits = RL_ELEMENTWISE, .infer = rl_infer_comparison, .forward = signbit_forward};
