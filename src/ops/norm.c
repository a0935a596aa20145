#include <math.h>

#include "reduce.h"

static rl_status infer_norm(rl_call *call) {
    rl_dtype dtype = call->args.dtype != RL_NO_DTYPE ? call->args.dtype : (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s() needs a floating dtype, not %s", call->op->name, rl_dtype_name(dtype));
    RL_TRY(rl_set_outputs(call, 1));
    RL_TRY(rl_read_as(call, 0, rl_computed_in(dtype)));
    RL_TRY(rl_output_reduced(call, 0, dtype, rl_computed_in(dtype)));
    double p = call->args.s[0].as_double;
    if (call->in[0]->numel == 0 && call->out[0]->numel && (p < 0 || p == INFINITY))
        return rl_fail("%s() of no elements has no value for p = %g: the tensor has shape %s", call->op->name, p,
                       rl_sizes_text(call->in[0]->ndim, call->in[0]->sizes));
    return RL_OK;
}

static rl_status infer_numbered_norm(rl_call *call) {
    call->variant = call->args.dtype == RL_NO_DTYPE ? 2 : 3;
    return infer_norm(call);
}

static rl_status norm_forward(rl_call *call) {
    double p = call->args.s[0].as_double;
    return rl_run_reducers(call, rl_norm_reducers(p), &p);
}

/* g over a power of the norm; 0 where the norm is 0 */
static rl_tensor *scaled(rl_vjp *v, double power) {
    rl_tensor *zero = rl_number(0), *divisor = power == 1 ? Y0 : rl_pow_number(Y0, power);
    return rl_kept_dims(v, rl_where(rl_eq(Y0, zero), zero, rl_div(G, divisor)));
}

static rl_tensor *norm_gradient(rl_vjp *v) {
    double p = v->args->s[0].as_double;
    rl_tensor *x = X0, *zero = rl_number(0);
    if (p == 0) return ZERO(0);
    if (p == 1) return rl_mul(rl_sign(x), rl_kept_dims(v, G));
    if (p == 2) return rl_mul(x, scaled(v, 1));
    if (p == INFINITY || p == -INFINITY) {
        rl_tensor *equal = rl_eq(rl_abs(x), rl_kept_dims(v, Y0));
        return rl_mul(rl_mul(rl_sign(x), equal), rl_div(rl_kept_dims(v, G), rl_reduced_again(v, &rl_op_sum, equal)));
    }
    if (p > 2) return rl_mul(rl_mul(x, rl_pow_number(rl_abs(x), p - 2)), scaled(v, p - 1));
    rl_tensor *direction = rl_mul(rl_sign(x), rl_pow_number(rl_abs(x), p - 1));
    if (p < 1) direction = rl_where(rl_eq(x, zero), zero, direction);
    return rl_mul(direction, scaled(v, p - 1));
}

RULE(norm) { D(0, norm_gradient(v)); }
const rl_op rl_op_norm = {.name = "norm", .grad_name = "Norm", .saves = {X(0) | Y(0)}, .infer = infer_numbered_norm, .forward = norm_forward, .vjp = norm_vjp};
const rl_op rl_op_vector_norm = {
    .name = "vector_norm", .grad_name = "LinalgVectorNorm", .saves = {X(0) | Y(0)}, .infer = infer_norm, .forward = norm_forward, .vjp = norm_vjp};

/* ---- logsumexp ---- */

static rl_status infer_logsumexp(rl_call *call) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) dtype = rl_default_dtype();
    RL_TRY(rl_set_outputs(call, 1));
    RL_TRY(rl_read_as(call, 0, rl_computed_in(dtype)));
    return rl_output_reduced(call, 0, dtype, rl_computed_in(dtype));
}

static rl_status logsumexp_forward(rl_call *call) { return rl_run_reducers(call, &rl_logsumexp_reducers, NULL); }

RULE(logsumexp) { D(0, rl_mul(rl_kept_dims(v, G), rl_exp(rl_sub(X0, rl_kept_dims(v, Y0))))); }
const rl_op rl_op_logsumexp = {
    .name = "logsumexp", .grad_name = "Logsumexp", .saves = {X(0) | Y(0)}, .infer = infer_logsumexp, .forward = logsumexp_forward, .vjp = logsumexp_vjp};
