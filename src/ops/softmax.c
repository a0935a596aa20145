#include "../kernels/softmax.h"

#include "infer.h"

enum { DIM }; /* args.n */

static rl_status infer_softmax(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    rl_dtype dtype = call->args.dtype == RL_NO_DTYPE ? (rl_dtype)x->dtype : call->args.dtype;
    if (!rl_dtype_is_floating(dtype))
        return rl_fail("%s() needs a floating dtype, not %s; convert the tensor or pass `dtype`", call->op->name, rl_dtype_name(dtype));
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), x->ndim, x->sizes);
}

static rl_status infer_backward(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    for (int k = 0; k < 2; k++) rl_read_as(result, k, rl_computed_in(dtype));
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), call->in[0]->ndim, call->in[0]->sizes);
}

static rl_status run_softmax(rl_call *call, const rl_slice_loops *loops) {
    rl_tensor *operands[] = {call->y[0], call->x[0], call->n_in > 1 ? call->x[1] : NULL};
    return rl_for_slices(call->n_in + 1, operands, (int)call->args.n[DIM], 0, loops->of[call->y[0]->dtype], NULL);
}

static rl_tensor *slope(const rl_op *op, rl_vjp *v, rl_tensor *g, rl_tensor *y) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = v->args->n[DIM];
    return rl_apply_to(op, &args, 2, (rl_tensor *[]){g, y});
}

static rl_tensor *summed(rl_vjp *v, rl_tensor *x) { return rl_sum_dims(x, (rl_ints){1, &v->args->n[DIM]}, 1); }

/* ---- softmax ---- */

static rl_status softmax_forward(rl_call *call) { return run_softmax(call, &rl_softmax_loops); }
VJP(softmax) { GRADIENT(0, slope(&rl_op_softmax_backward, v, GRAD, OUTPUT_0)); }
const rl_op rl_op_softmax = {.name = "softmax",
                             SCHEMA(softmax),
                             .grad_name = "Softmax",
                             .saves = {SAVE_OUTPUT(0)},
                             .canonicalize = rl_canonicalize_dim,
                             .infer = infer_softmax,
                             .forward = softmax_forward,
                             .vjp = softmax_vjp};

/* softmax_backward(g, y) = y (g - sum(g y)) */
static rl_status softmax_backward_forward(rl_call *call) { return run_softmax(call, &rl_softmax_backward_loops); }
VJP(softmax_backward) {
    GRADIENT(0, slope(&rl_op_softmax_backward, v, GRAD, INPUT_1));
    GRADIENT(1, rl_sub(rl_mul(GRAD, rl_sub(INPUT_0, summed(v, rl_mul(INPUT_0, INPUT_1)))), rl_mul(INPUT_0, summed(v, rl_mul(GRAD, INPUT_1)))));
}
const rl_op rl_op_softmax_backward = {.name = "softmax_backward",
                                      SCHEMA(softmax_backward),
                                      .grad_name = "SoftmaxBackwardData",
                                      .saves = {SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)},
                                      .canonicalize = rl_canonicalize_dim,
                                      .infer = infer_backward,
                                      .forward = softmax_backward_forward,
                                      .vjp = softmax_backward_vjp};

/* ---- log_softmax ---- */

static rl_status log_softmax_forward(rl_call *call) { return run_softmax(call, &rl_log_softmax_loops); }
VJP(log_softmax) { GRADIENT(0, slope(&rl_op_log_softmax_backward, v, GRAD, OUTPUT_0)); }
const rl_op rl_op_log_softmax = {.name = "log_softmax",
                                 SCHEMA(log_softmax),
                                 .grad_name = "LogSoftmax",
                                 .saves = {SAVE_OUTPUT(0)},
                                 .canonicalize = rl_canonicalize_dim,
                                 .infer = infer_softmax,
                                 .forward = log_softmax_forward,
                                 .vjp = log_softmax_vjp};

/* log_softmax_backward(g, y) = g - exp(y) sum(g) */
static rl_status log_softmax_backward_forward(rl_call *call) { return run_softmax(call, &rl_log_softmax_backward_loops); }
VJP(log_softmax_backward) {
    GRADIENT(0, rl_sub(GRAD, summed(v, rl_mul(GRAD, rl_exp(INPUT_1)))));
    GRADIENT(1, rl_neg(rl_mul(rl_mul(GRAD, rl_exp(INPUT_1)), summed(v, INPUT_0))));
}
const rl_op rl_op_log_softmax_backward = {.name = "log_softmax_backward",
                                          SCHEMA(log_softmax_backward),
                                          .grad_name = "LogSoftmaxBackwardData",
                                          .saves = {SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)},
                                          .canonicalize = rl_canonicalize_dim,
                                          .infer = infer_backward,
                                          .forward = log_softmax_backward_forward,
                                          .vjp = log_softmax_backward_vjp};
