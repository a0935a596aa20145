#include "../kernels/copy.h"

#include "infer.h"

/* ---- clone ---- */

static rl_status infer_clone(const rl_call *call, rl_result *result) {
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output_like(result, 0, (rl_dtype)call->in[0]->dtype, call->in[0]);
}

static rl_status clone_forward(rl_call *call) {
    rl_copy_elements(call->y[0], call->x[0]);
    return RL_OK;
}

VJP(clone) { GRADIENT(0, GRAD); }
const rl_op rl_op_clone = {.name = "clone", SCHEMA(clone), .grad_name = "Clone", .infer = infer_clone, .forward = clone_forward, .vjp = clone_vjp};

rl_tensor *rl_clone(rl_tensor *x) { return rl_apply_to(&rl_op_clone, NULL, 1, &x); }

/* ---- to_dtype ---- */

static rl_status infer_to_dtype(const rl_call *call, rl_result *result) {
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output_like(result, 0, call->args.dtype, call->in[0]);
}

VJP(to_dtype) { GRADIENT(0, rl_to_dtype(GRAD, v->in[0].dtype)); }
const rl_op rl_op_to_dtype = {
    .name = "to_dtype", SCHEMA(to_dtype), .grad_name = "ToCopy", .infer = infer_to_dtype, .forward = clone_forward, .vjp = to_dtype_vjp};

rl_tensor *rl_to_dtype(rl_tensor *x, rl_dtype dtype) {
    rl_args args = RL_ARGS_NONE;
    if (!x || (rl_dtype)x->dtype == dtype) return x;
    args.dtype = dtype;
    return rl_apply_to(&rl_op_to_dtype, &args, 1, &x);
}
