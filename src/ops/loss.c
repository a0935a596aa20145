/* Losses of elements. args.n[0] is the reduction. */
#include "../kernels/loss.h"

#include "../kernels/reduce.h"
#include "infer.h"

enum { NONE, MEAN, SUM };
enum { REDUCTION }; /* args.n */

static rl_status infer_loss(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(2, call->in);
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s() needs floating tensors, not %s", call->op->name, rl_dtype_name(dtype));
    RL_TRY(rl_broadcast_inputs(call, &ndim, sizes));
    RL_TRY(rl_set_outputs(result, 1));
    for (int k = 0; k < 2; k++) rl_read_as(result, k, rl_computed_in(dtype));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), call->args.n[REDUCTION] == NONE ? ndim : 0, sizes);
}

static rl_status run_loss(rl_call *call, const rl_loops *loops) {
    rl_tensor *y = call->y[0], *losses = y;
    int64_t sizes[RL_MAX_DIMS], reduction = call->args.n[REDUCTION];
    uint8_t marked[RL_MAX_DIMS];
    int ndim;
    if (reduction != NONE) {
        RL_TRY(rl_broadcast_inputs(call, &ndim, sizes));
        losses = rl_tensor_new((rl_dtype)y->dtype, ndim, sizes);
        if (!losses) return RL_FAILED;
    }
    RL_TRY(rl_elementwise(3, (rl_tensor *[]){losses, call->x[0], call->x[1]}, loops->of[y->dtype], NULL));
    if (reduction == NONE) return RL_OK;
    RL_TRY(rl_marked_dims(RL_INTS_NONE, ndim, marked));
    return rl_reduce((reduction == MEAN ? &rl_mean_reducers : &rl_sum_reducers)->of[y->dtype], &y, 1, losses, marked, NULL);
}

/* The gradient of each element's loss. */
static rl_tensor *each(rl_vjp *v) {
    int64_t sizes[RL_MAX_DIMS], count = 1;
    int ndim;
    if (v->args->n[REDUCTION] != MEAN) return GRAD;
    if (rl_broadcast_sizes(v->in[0].ndim, v->in[0].sizes, v->in[1].ndim, v->in[1].sizes, &ndim, sizes) != RL_OK) return NULL;
    for (int d = 0; d < ndim; d++) count *= sizes[d];
    return rl_mul_number(GRAD, 1 / (double)count);
}

/* x is what was predicted, t the target, g the gradient of each element's loss. */
#define LOSS(op, title, grad, of_x, of_t)                                                     \
    static rl_status op##_forward(rl_call *call) { return run_loss(call, &rl_##op##_loops); } \
    LOSS_VJP(op, title, grad, of_x, of_t)
#define LOSS_VJP(op, title, grad, of_x, of_t)                                                          \
    VJP(op) {                                                                                          \
        rl_tensor *x = rl_as_result(v, 0), *t = rl_as_result(v, 1), *g = each(v);                      \
        GRADIENT(0, of_x);                                                                             \
        GRADIENT(1, of_t);                                                                             \
    }                                                                                                  \
    const rl_op rl_op_##op = {.name = title,                                                           \
                              SCHEMA(op),                                                              \
                              .grad_name = grad,                                                       \
                              .traits = RL_BROADCASTS,                                                 \
                              .saves = {SAVE_INPUT(0) | SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)}, \
                              .infer = infer_loss,                                                     \
                              .forward = op##_forward,                                                 \
                              .vjp = op##_vjp};

static rl_tensor *within_one(rl_tensor *x) { return rl_clamp(x, rl_scalar_double(-1), rl_scalar_double(1)); }

/* (x - t) / (x (1 - x)), for probabilities that may be 0 or 1 */
static rl_tensor *bce_derivative(rl_tensor *x, rl_tensor *t) {
    rl_scalar none = {RL_SCALAR_NONE, 0, 0};
    return rl_div(rl_sub(x, t), rl_clamp(rl_mul(rl_number_minus(1, x), x), rl_scalar_double(1e-12), none));
}

static rl_tensor *bounded_log(rl_tensor *x) {
    rl_scalar none = {RL_SCALAR_NONE, 0, 0};
    return rl_clamp(rl_log(x), rl_scalar_double(-100), none);
}

static rl_tensor *soft_margin_backward(rl_tensor *g, rl_tensor *x, rl_tensor *t) { return rl_neg(rl_mul(g, rl_mul(t, rl_sigmoid(rl_neg(rl_mul(x, t)))))); }

/* One number of all elements of x. */
static rl_status reduce_to_number(const rl_reducers *reducers, rl_tensor *x, double *number) {
    rl_tensor *y = rl_tensor_new((rl_dtype)x->dtype, 0, NULL);
    uint8_t marked[RL_MAX_DIMS];
    if (!y) return RL_FAILED;
    RL_TRY(rl_marked_dims(RL_INTS_NONE, x->ndim, marked));
    RL_TRY(rl_reduce(reducers->of[x->dtype], &y, 1, x, marked, NULL));
    *number = rl_item(y, 0).as_double;
    return RL_OK;
}

/* What is no probability makes the loss NaN, so only then is it looked for. */
static rl_status bce_loss_forward(rl_call *call) {
    double total, least, most;
    RL_TRY(run_loss(call, &rl_bce_loss_loops));
    RL_TRY(reduce_to_number(&rl_sum_reducers, call->y[0], &total));
    if (total == total || call->x[0]->numel == 0) return RL_OK;
    RL_TRY(reduce_to_number(&rl_amin_reducers, call->x[0], &least));
    RL_TRY(reduce_to_number(&rl_amax_reducers, call->x[0], &most));
    if (least >= 0 && most <= 1) return RL_OK;
    return rl_fail("`input` of binary_cross_entropy() must be probabilities, from 0 to 1; its elements range from %g to %g."
                   " Logits go to nnf_binary_cross_entropy_with_logits()",
                   least, most);
}

LOSS(mse_loss, "mse_loss", "MseLoss", rl_mul(rl_mul_number(g, 2), rl_sub(x, t)), rl_mul(rl_mul_number(g, -2), rl_sub(x, t)))
LOSS(smooth_l1_loss, "smooth_l1_loss", "SmoothL1Loss", rl_mul(g, within_one(rl_sub(x, t))), rl_mul(g, within_one(rl_sub(t, x))))
LOSS_VJP(bce_loss, "binary_cross_entropy", "BinaryCrossEntropy", rl_mul(g, bce_derivative(x, t)),
         rl_mul(g, rl_sub(bounded_log(rl_number_minus(1, x)), bounded_log(x))))
LOSS(soft_margin_loss, "soft_margin_loss", "SoftMarginLoss", soft_margin_backward(g, x, t), soft_margin_backward(g, t, x))

LOSS(bce_logits_loss, "binary_cross_entropy_with_logits", "BinaryCrossEntropyWithLogits", rl_mul(g, rl_sub(rl_sigmoid(x), t)), rl_neg(rl_mul(g, x)))
