/* Writing into a tensor what need not be of its dtype or shape. */
#include "../kernels/copy.h"

#include "infer.h"

/* The result is what the first operand is. */
static rl_status infer_kept(const rl_call *call, rl_result *result) {
    const rl_tensor *self = call->in[0];
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)self->dtype, (rl_dtype)self->dtype, self->ndim, self->sizes);
}

/* ---- copy ---- */

static rl_status infer_copy(const rl_call *call, rl_result *result) {
    const rl_tensor *self = call->in[0], *from = call->in[1];
    result->variant = -1;
    if (!rl_broadcasts_to(from->ndim, from->sizes, self->ndim, self->sizes))
        return rl_fail("a value of shape %s does not fit its place, which has shape %s", rl_sizes_text(from->ndim, from->sizes),
                       rl_sizes_text(self->ndim, self->sizes));
    return infer_kept(call, result);
}

static rl_status copy_forward(rl_call *call) { return rl_copy_data(call->y[0], call->x[1]); }

VJP(copy) {
    GRADIENT(0, ZEROS(0));
    GRADIENT(1, GRAD);
}
const rl_op rl_op_copy = {.name = "copy",
                          SCHEMA(copy),
                          .grad_name = "CopyBackwards",
                          .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                          .infer = infer_copy,
                          .forward = copy_forward,
                          .vjp = copy_vjp};

/* ---- fill, with a number or a tensor of one ---- */

static rl_status infer_fill(const rl_call *call, rl_result *result) {
    const rl_tensor *value = call->in[1];
    result->variant = value->wrapped_number ? 2 : 3;
    if (value->numel != 1) return rl_fail("fill_() takes one number; `value` has shape %s", rl_sizes_text(value->ndim, value->sizes));
    return infer_kept(call, result);
}

static rl_status fill_forward(rl_call *call) {
    rl_fill_elements(call->y[0], rl_item(call->x[1], 0));
    return RL_OK;
}

static rl_tensor *whole_sum(rl_tensor *g, const rl_signature *like) { return rl_reshape(rl_sum_dims(g, RL_INTS_NONE, 0), like->ndim, like->sizes); }

VJP(fill) {
    GRADIENT(0, ZEROS(0));
    GRADIENT(1, whole_sum(GRAD, &v->in[1]));
}
const rl_op rl_op_fill = {
    .name = "fill", SCHEMA(fill), .grad_name = "Fill", .traits = RL_BROADCASTS | RL_ELEMENTWISE, .infer = infer_fill, .forward = fill_forward, .vjp = fill_vjp};

/* ---- zero ---- */

static rl_status zero_forward(rl_call *call) {
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    return RL_OK;
}

VJP(zero) { GRADIENT(0, ZEROS(0)); }
const rl_op rl_op_zero = {
    .name = "zero", SCHEMA(zero), .grad_name = "Zero", .traits = RL_ELEMENTWISE, .infer = infer_kept, .forward = zero_forward, .vjp = zero_vjp};
