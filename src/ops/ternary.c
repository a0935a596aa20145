#include "../kernels/ternary.h"

#include "../kernels/unary.h"
#include "infer.h"

/* ---- where ---- */

static rl_status infer_where(rl_call *call) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    rl_tensor *condition = call->in[0];
    if (condition->dtype != RL_BOOL && condition->dtype != RL_UINT8)
        return rl_fail("the `condition` of where() must be a Bool tensor, not %s", rl_dtype_name((rl_dtype)condition->dtype));
    rl_dtype dtype = rl_result_dtype(2, call->in + 1);
    RL_TRY(rl_broadcast_inputs(call, &ndim, sizes));
    RL_TRY(rl_set_outputs(call, 1));
    RL_TRY(rl_read_as(call, 1, dtype));
    RL_TRY(rl_read_as(call, 2, dtype));
    return rl_output(call, 0, dtype, dtype, ndim, sizes);
}

static rl_status where_forward(rl_call *call) {
    rl_each(4, (rl_tensor *[]){call->y[0], call->x[0], call->x[1], call->x[2]}, rl_where_loops.of[call->y[0]->dtype], NULL);
    return RL_OK;
}

RULE(where) {
    D(1, rl_where(X0, G, rl_number(0)));
    D(2, rl_where(X0, rl_number(0), G));
}
const rl_op rl_op_where = {.name = "where",
                           .grad_name = "Where",
                           .traits = RL_BROADCASTS | RL_IN_STEP,
                           .saves = {0, X(0), X(0)},
                           .infer = infer_where,
                           .forward = where_forward,
                           .vjp = where_vjp};

rl_tensor *rl_where(rl_tensor *condition, rl_tensor *a, rl_tensor *b) { return rl_apply_to(&rl_op_where, NULL, 3, (rl_tensor *[]){condition, a, b}); }

/* ---- clamp, with numbers for bounds ---- */

static rl_status infer_clamp(rl_call *call) {
    const rl_scalar *bounds = call->args.s;
    rl_tensor *operands[3] = {call->in[0]};
    if (bounds[0].kind == RL_SCALAR_NONE && bounds[1].kind == RL_SCALAR_NONE) return rl_fail("clamp() needs at least one of `min` and `max`");
    for (int k = 0; k < 2; k++)
        operands[k + 1] = bounds[k].kind == RL_SCALAR_NONE ? NULL : rl_tensor_number(bounds[k]);
    if (rl_failing()) return RL_FAILED;
    rl_dtype dtype = rl_result_dtype(3, operands);
    call->variant = 1;
    return rl_infer_as(call, dtype, dtype);
}

static rl_status clamp_forward(rl_call *call) { return rl_run_loops(call, &rl_clamp_loops, call->args.s); }

/* The gradient passes where x was within the bounds, the bounds included. */
RULE(clamp) {
    const rl_scalar *bounds = v->args->s;
    rl_tensor *above = bounds[0].kind == RL_SCALAR_NONE ? NULL : rl_ge(X0, rl_tensor_number(bounds[0]));
    rl_tensor *below = bounds[1].kind == RL_SCALAR_NONE ? NULL : rl_le(X0, rl_tensor_number(bounds[1]));
    rl_tensor *within = !above ? below : !below ? above : rl_logical_and(above, below);
    D(0, rl_where(within, G, rl_number(0)));
}
const rl_op rl_op_clamp = {
    .name = "clamp", .grad_name = "Clamp", .traits = RL_IN_STEP, .saves = {X(0)}, .infer = infer_clamp, .forward = clamp_forward, .vjp = clamp_vjp};

rl_tensor *rl_clamp(rl_tensor *x, rl_scalar low, rl_scalar high) {
    rl_args args = RL_ARGS_NONE;
    args.s[0] = low;
    args.s[1] = high;
    return rl_apply_to(&rl_op_clamp, &args, 1, &x);
}
