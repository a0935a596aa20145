/* Comparison, logic and bits: nothing here has a derivative. */
#include "../kernels/binary.h"
#include "../kernels/unary.h"
#include "infer.h"

#define FORWARD(op, loops) \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, loops, NULL); }

static rl_status exchanged(rl_call *call, const rl_loops *loops) {
    rl_tensor *first = call->x[0];
    call->x[0] = call->x[1];
    call->x[1] = first;
    return rl_run_loops(call, loops, NULL);
}

#define COMPARISON(op, run)                                      \
    static rl_status op##_forward(rl_call *call) { return run; } \
    const rl_op rl_op_##op = {.name = #op, .traits = RL_IN_STEP, .infer = rl_infer_comparison, .forward = op##_forward};

COMPARISON(eq, rl_run_loops(call, &rl_eq_loops, NULL))
COMPARISON(ne, rl_run_loops(call, &rl_ne_loops, NULL))
COMPARISON(gt, rl_run_loops(call, &rl_gt_loops, NULL))
COMPARISON(ge, rl_run_loops(call, &rl_ge_loops, NULL))
COMPARISON(lt, exchanged(call, &rl_gt_loops))
COMPARISON(le, exchanged(call, &rl_ge_loops))

/* Logic: every number other than 0 is true. */
static rl_status infer_logic(rl_call *call) { return rl_infer_as(call, RL_BOOL, RL_BOOL); }

#define LOGIC(op, loops) \
    FORWARD(op, &loops)  \
    const rl_op rl_op_##op = {.name = #op, .traits = RL_IN_STEP, .infer = infer_logic, .forward = op##_forward};

LOGIC(logical_and, rl_bitwise_and_loops)
LOGIC(logical_or, rl_bitwise_or_loops)
LOGIC(logical_xor, rl_bitwise_xor_loops)
LOGIC(logical_not, rl_bitwise_not_loops)

static rl_status infer_bits(rl_call *call) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    if (rl_dtype_is_floating(dtype)) return rl_fail("%s() works on whole numbers and truth values, not on %s", call->op->name, rl_dtype_name(dtype));
    return rl_infer_elementwise(call);
}

#define BITS(op)                  \
    FORWARD(op, &rl_##op##_loops) \
    const rl_op rl_op_##op = {.name = #op, .traits = RL_IN_STEP, .infer = infer_bits, .forward = op##_forward};

BITS(bitwise_and)
BITS(bitwise_or)
BITS(bitwise_xor)
BITS(bitwise_not)

/* Shifts take whole numbers alone. */
static rl_status infer_shift(rl_call *call) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    if (!rl_dtype_is_integral(dtype)) return rl_fail("%s() works on whole numbers, not on %s", call->op->name, rl_dtype_name(dtype));
    return rl_infer_elementwise(call);
}

#define SHIFT(op, loops) \
    FORWARD(op, &loops)  \
    const rl_op rl_op_##op = {.name = #op, .traits = RL_IN_STEP, .infer = infer_shift, .forward = op##_forward};

SHIFT(bitwise_left_shift, rl_shift_left_loops)
SHIFT(bitwise_right_shift, rl_shift_right_loops)
