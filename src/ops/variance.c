/* Variances and standard deviations. args.n[1]: divided by one less than the count. */
#include "reduce.h"

enum { UNBIASED = 1 };

static rl_status infer_variance(const rl_call *call, rl_result *result, int n_out) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s() needs a floating dtype, not %s", call->op->name, rl_dtype_name(dtype));
    RL_TRY(rl_set_outputs(result, n_out));
    rl_read_as(result, 0, rl_computed_in(dtype));
    for (int k = 0; k < n_out; k++) RL_TRY(rl_output_reduced(call, result, k, dtype, rl_computed_in(dtype)));
    return RL_OK;
}

static rl_status infer_one(const rl_call *call, rl_result *result) { return infer_variance(call, result, 1); }
static rl_status infer_two(const rl_call *call, rl_result *result) { return infer_variance(call, result, 2); }

static rl_status var_forward(rl_call *call) { return rl_run_reducers(call, &rl_variance_reducers, &(rl_variance){(double)call->args.n[UNBIASED], 0}); }
static rl_status std_forward(rl_call *call) { return rl_run_reducers(call, &rl_variance_reducers, &(rl_variance){(double)call->args.n[UNBIASED], 1}); }

/* x less its mean, over the divisor */
static rl_tensor *deviation(rl_vjp *v, double factor) {
    double divisor = rl_reduced_count(v) - (double)rl_flag(v, UNBIASED);
    return rl_mul_number(rl_sub(INPUT_0, rl_reduced_again(v, &rl_op_mean, INPUT_0)), factor / (divisor > 0 ? divisor : 0));
}

static rl_tensor *var_gradient(rl_vjp *v) { return rl_mul(rl_kept_dims(v, GRAD), deviation(v, 2)); }

static rl_tensor *std_gradient(rl_vjp *v) {
    rl_tensor *zero = rl_number(0);
    return rl_mul(rl_kept_dims(v, rl_where(rl_eq(OUTPUT_0, zero), zero, rl_div(GRAD, OUTPUT_0))), deviation(v, 1));
}

static rl_tensor *mean_gradient(rl_vjp *v) { return rl_expand_reduced(v, rl_mul_number(v->g[1], 1 / rl_reduced_count(v))); }

/* The gradient of a spread and that of a mean; either may not be there. */
static rl_tensor *spread_and_mean_gradient(rl_vjp *v, rl_tensor *(*variance_gradient)(rl_vjp *)) {
    if (!v->g[1]) return v->g[0] ? variance_gradient(v) : NULL;
    return v->g[0] ? rl_add(variance_gradient(v), mean_gradient(v)) : mean_gradient(v);
}

VJP(var) { GRADIENT(0, var_gradient(v)); }
VJP(std) { GRADIENT(0, std_gradient(v)); }
VJP(var_mean) { GRADIENT(0, spread_and_mean_gradient(v, var_gradient)); }
VJP(std_mean) { GRADIENT(0, spread_and_mean_gradient(v, std_gradient)); }
const rl_op rl_op_var = {.name = "var", SCHEMA(var), .grad_name = "Var", .saves = {SAVE_INPUT(0)}, .infer = infer_one, .forward = var_forward, .vjp = var_vjp};
const rl_op rl_op_std = {
    .name = "std", SCHEMA(std), .grad_name = "Std", .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)}, .infer = infer_one, .forward = std_forward, .vjp = std_vjp};
const rl_op rl_op_var_mean = {
    .name = "var_mean", SCHEMA(var_mean), .grad_name = "VarMean", .saves = {SAVE_INPUT(0)}, .infer = infer_two, .forward = var_forward, .vjp = var_mean_vjp};
const rl_op rl_op_std_mean = {.name = "std_mean",
                              SCHEMA(std_mean),
                              .grad_name = "StdMean",
                              .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                              .infer = infer_two,
                              .forward = std_forward,
                              .vjp = std_mean_vjp};
