#include <math.h>

#include "reduce.h"

static rl_status infer_norm(const rl_call *call, rl_result *result) {
    rl_dtype dtype = call->args.dtype != RL_NO_DTYPE ? call->args.dtype : (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s() needs a floating dtype, not %s", call->op->name, rl_dtype_name(dtype));
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    RL_TRY(rl_output_reduced(call, result, 0, dtype, rl_computed_in(dtype)));
    double p = call->args.s[0].as_double;
    if (call->in[0]->numel == 0 && rl_gives_elements(result, 0) && (p < 0 || p == INFINITY))
        return rl_fail("%s() of no elements has no value for p = %g: the tensor has shape %s", call->op->name, p,
                       rl_sizes_text(call->in[0]->ndim, call->in[0]->sizes));
    return RL_OK;
}

static rl_status infer_numbered_norm(const rl_call *call, rl_result *result) {
    result->variant = call->args.dtype == RL_NO_DTYPE ? 2 : 3;
    return infer_norm(call, result);
}

static rl_status norm_forward(rl_call *call) {
    double p = call->args.s[0].as_double;
    return rl_run_reducers(call, rl_norm_reducers(p), &p);
}

/* g over the norm; 0 where the norm is 0 */
static rl_tensor *over_norm(rl_vjp *v, rl_tensor *g) {
    rl_tensor *zero = rl_number(0);
    return rl_kept_dims(v, rl_where(rl_eq(OUTPUT_0, zero), zero, rl_div(g, OUTPUT_0)));
}

/* The elements as large as the norm; a norm that is NaN is that of the elements that are. */
static rl_tensor *extremes(rl_vjp *v, rl_tensor *x) {
    rl_tensor *y = rl_kept_dims(v, OUTPUT_0);
    return rl_logical_or(rl_eq(rl_abs(x), y), rl_logical_and(rl_ne(x, x), rl_ne(y, y)));
}

static rl_tensor *norm_gradient(rl_vjp *v) {
    double p = v->args->s[0].as_double;
    rl_tensor *x = rl_as_result(v, 0), *zero = rl_number(0), *one = rl_number(1);
    if (p == 0) return ZEROS(0);
    if (p == 1) return rl_mul(rl_sign(x), rl_kept_dims(v, GRAD));
    if (p == 2) return rl_mul(x, over_norm(v, GRAD));
    if (p == INFINITY || p == -INFINITY) {
        rl_tensor *equal = extremes(v, x);
        return rl_mul(rl_mul(rl_sign(x), equal), rl_div(rl_kept_dims(v, GRAD), rl_reduced_again(v, &rl_op_sum, equal)));
    }
    rl_tensor *ratio = rl_mul(x, over_norm(v, one)); /* powers of which neither overflow nor vanish as those of x would */
    if (p > 2) return rl_mul(rl_kept_dims(v, GRAD), rl_mul(ratio, rl_pow_number(rl_abs(ratio), p - 2)));
    rl_tensor *direction = rl_mul(rl_sign(x), rl_pow_number(rl_abs(ratio), p - 1));
    if (p < 1) direction = rl_where(rl_eq(x, zero), zero, direction);
    return rl_mul(direction, rl_kept_dims(v, GRAD));
}

VJP(norm) { GRADIENT(0, norm_gradient(v)); }
const rl_op rl_op_norm = {.name = "norm",
                          SCHEMA(norm),
                          .grad_name = "Norm",
                          .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                          .infer = infer_numbered_norm,
                          .forward = norm_forward,
                          .vjp = norm_vjp};
const rl_op rl_op_vector_norm = {.name = "vector_norm",
                                 SCHEMA(vector_norm),
                                 .grad_name = "LinalgVectorNorm",
                                 .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                                 .infer = infer_norm,
                                 .forward = norm_forward,
                                 .vjp = norm_vjp};

/* ---- logsumexp ---- */

static rl_status infer_logsumexp(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_inexact(dtype)) dtype = rl_default_dtype();
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    return rl_output_reduced(call, result, 0, dtype, rl_computed_in(dtype));
}

static rl_status logsumexp_forward(rl_call *call) { return rl_run_reducers(call, &rl_logsumexp_reducers, NULL); }

VJP(logsumexp) { GRADIENT(0, rl_mul(rl_kept_dims(v, GRAD), rl_exp(rl_sub(INPUT_0, rl_kept_dims(v, OUTPUT_0))))); }
const rl_op rl_op_logsumexp = {.name = "logsumexp",
                               SCHEMA(logsumexp),
                               .grad_name = "Logsumexp",
                               .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                               .infer = infer_logsumexp,
                               .forward = logsumexp_forward,
                               .vjp = logsumexp_vjp};
