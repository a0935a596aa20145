#include <math.h>

#include "../kernels/binary.h"

#include "elementwise.h"

static rl_tensor *bell(rl_tensor *x, double sign, double factor) { return rl_mul_number(rl_exp(rl_mul_number(rl_mul(x, x), sign)), factor); }

SMOOTH(erf, "Erf", SAVE_INPUT(0), rl_mul(g, bell(x, -1, 2 / SQRT_PI)))
SMOOTH(erfc, "Erfc", SAVE_INPUT(0), rl_mul(g, bell(x, -1, -2 / SQRT_PI)))
SMOOTH(erfinv, "Erfinv", SAVE_OUTPUT(0), rl_mul(g, bell(y, 1, SQRT_PI / 2)))
SMOOTH(i0, "I0", SAVE_INPUT(0), rl_mul(g, rl_i1(x)))
SMOOTH(i1, "SpecialI1", SAVE_INPUT(0) | SAVE_OUTPUT(0), rl_mul(g, rl_where(rl_eq(x, rl_number(0)), rl_number(0.5), rl_sub(rl_i0(x), rl_div(y, x)))))

/* ---- the normal distribution far out: exp(x^2) erfc(x), log pnorm and its inverse ---- */

/* 2 x y - 2 / sqrt(pi), by its expansion where that cancels. */
static rl_tensor *erfcx_slope(rl_tensor *x, rl_tensor *y) {
    rl_tensor *z = rl_reciprocal(rl_mul(x, x));
    rl_tensor *far = rl_mul(rl_mul_number(z, -1 / SQRT_PI), rl_number_minus(1, rl_mul_number(z, 1.5)));
    return rl_where(rl_gt(x, rl_number(3000)), far, rl_add_number(rl_mul_number(rl_mul(x, y), 2), -2 / SQRT_PI));
}
SMOOTH(erfcx, "SpecialErfcx", SAVE_INPUT(0) | SAVE_OUTPUT(0), rl_mul(g, erfcx_slope(x, y)))

/* dnorm(x) / pnorm(x) */
static rl_tensor *normal_hazard(rl_tensor *x) { return rl_mul_number(rl_reciprocal(rl_erfcx(rl_mul_number(x, -1 / SQRT_2))), SQRT_2 / SQRT_PI); }
SMOOTH(log_ndtr, "SpecialLogNdtr", SAVE_INPUT(0), rl_mul(g, normal_hazard(x)))
SMOOTH(ndtri_exp, "NdtriExp", SAVE_OUTPUT(0), rl_div(g, normal_hazard(y)))

/* sin(pi x) / (pi x) */
static rl_tensor *sinc_derivative(rl_tensor *x) { return rl_div(rl_sub(rl_cos(rl_mul_number(x, RL_PI)), rl_sinc(x)), x); }
SMOOTH(sinc, "Sinc", SAVE_INPUT(0), rl_where(rl_eq(x, rl_number(0)), rl_number(0), rl_mul(g, sinc_derivative(x))))

/* ---- the gamma function's logarithm and its derivatives ---- */

SMOOTH(lgamma, "Lgamma", SAVE_INPUT(0), rl_mul(g, rl_digamma(x)))
SMOOTH(digamma, "Digamma", SAVE_INPUT(0), rl_mul(g, rl_polygamma(x, 1)))

static rl_status infer_polygamma(const rl_call *call, rl_result *result) {
    if (call->args.s[0].kind != RL_SCALAR_INT && call->args.s[0].as_double != (double)call->args.s[0].as_int)
        return rl_fail("the order `n` of polygamma() must be an integer; it is %g", call->args.s[0].as_double);
    if (call->args.s[0].as_int < 0) return rl_fail("the order `n` of polygamma() must be 0 or more; it is %lld", (long long)call->args.s[0].as_int);
    return rl_infer_floating(call, result);
}
ELEMENTWISE(polygamma, "Polygamma", infer_polygamma, SAVE_INPUT(0), rl_mul(g, rl_polygamma(x, v->args->s[0].as_int + 1)))

rl_tensor *rl_polygamma(rl_tensor *x, int64_t order) {
    rl_args args = RL_ARGS_NONE;
    args.s[0] = rl_scalar_int(order);
    return rl_apply_to(&rl_op_polygamma, &args, 1, &x);
}

static rl_status infer_mvlgamma(const rl_call *call, rl_result *result) {
    int64_t p = call->args.s[0].as_int;
    if (p < 1 || p > 1000000) return rl_fail("the dimension `p` of mvlgamma() must be 1 or more; it is %lld", (long long)p);
    return rl_infer_floating(call, result);
}

static rl_tensor *mvdigamma(rl_tensor *x, int64_t p) {
    rl_tensor *sum = rl_digamma(x);
    for (int64_t k = 1; k < p; k++) sum = rl_add(sum, rl_digamma(rl_add_number(x, -0.5 * (double)k)));
    return sum;
}
ELEMENTWISE(mvlgamma, "Mvlgamma", infer_mvlgamma, SAVE_INPUT(0), rl_mul(g, mvdigamma(x, v->args->s[0].as_int)))

/* ---- logit(x, eps): x kept within [eps, 1 - eps] first ---- */

static rl_status logit_forward(rl_call *call) {
    rl_scalar eps = call->args.s[0], bounds[2] = {eps, rl_scalar_double(1 - eps.as_double)};
    if (eps.kind == RL_SCALAR_NONE) return rl_run_loops(call, &rl_logit_loops, NULL);
    RL_TRY(rl_run_loops(call, &rl_clamp_loops, bounds));
    return rl_elementwise(2, (rl_tensor *[]){call->y[0], call->y[0]}, rl_logit_loops.of[call->y[0]->dtype], NULL);
}

static rl_tensor *logit_backward(rl_vjp *v, rl_tensor *x, rl_tensor *g) {
    int bounded = v->args->s[0].kind != RL_SCALAR_NONE;
    double low = bounded ? SCALAR_ARG(0) : 0;
    rl_tensor *beyond = rl_logical_or(rl_lt(x, rl_number(low)), rl_gt(x, rl_number(1 - low)));
    return rl_where(beyond, rl_number(bounded ? 0 : NAN), rl_div(g, rl_mul(x, rl_number_minus(1, x))));
}
UNARY_VJP(logit, logit_backward(v, x, g))
UNARY_OP(logit, "Logit", rl_infer_floating, SAVE_INPUT(0))

/* ---- the regularised incomplete gamma functions: no derivative by the first argument is known in closed form ---- */

/* x^(a - 1) exp(-x) / gamma(a) */
static rl_tensor *gamma_density(rl_tensor *a, rl_tensor *x) { return rl_exp(rl_sub(rl_sub(rl_mul(rl_add_number(a, -1), rl_log(x)), x), rl_lgamma(a))); }

#define INCOMPLETE_GAMMA(op, grad, sign)                                                                               \
    FORWARD(op)                                                                                                        \
    VJP(op) { GRADIENT(1, rl_mul_number(rl_mul(GRAD, gamma_density(rl_as_result(v, 0), rl_as_result(v, 1))), sign)); } \
    const rl_op rl_op_##op = {.name = #op,                                                                             \
                              SCHEMA(op),                                                                              \
                              .grad_name = grad,                                                                       \
                              .traits = RL_BROADCASTS | RL_ELEMENTWISE,                                                \
                              .saves = {0, SAVE_INPUT(0) | SAVE_INPUT(1)},                                             \
                              .constants = SAVE_INPUT(0),                                                              \
                              .infer = rl_infer_floating,                                                              \
                              .forward = op##_forward,                                                                 \
                              .vjp = op##_vjp};

INCOMPLETE_GAMMA(igamma, "Igamma", 1)
INCOMPLETE_GAMMA(igammac, "Igammac", -1)

/* ---- the derivative of what standard_gamma() draws by its shape ---- */

FORWARD(gamma_slope)
const rl_op rl_op_gamma_slope = {
    .name = "gamma_slope", SCHEMA(gamma_slope), .traits = RL_BROADCASTS | RL_ELEMENTWISE, .infer = rl_infer_floating, .forward = gamma_slope_forward};
