/* Comparison, logic and bits: nothing here has a derivative. */
#include "../kernels/binary.h"
#include "../kernels/unary.h"
#include "infer.h"

#define FORWARD_BY(op, loops) \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, loops, NULL); }

/* ---- comparison: int64 and double are compared as they are, others as what they promote to ---- */

static int is_exact(const rl_call *call) {
    int a = call->in[0]->dtype, b = call->in[1]->dtype;
    return (a == RL_INT64 && b == RL_DOUBLE) || (a == RL_DOUBLE && b == RL_INT64);
}

static rl_status infer_compared(const rl_call *call, rl_result *result) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    if (!is_exact(call) || rl_comparison_dtype(2, call->in) != RL_DOUBLE) return rl_infer_comparison(call, result);
    RL_TRY(rl_broadcast_inputs(call, &ndim, sizes));
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, RL_BOOL, RL_BOOL, ndim, sizes);
}

static void exchange(rl_call *call) {
    rl_tensor *first = call->x[0];
    call->x[0] = call->x[1];
    call->x[1] = first;
}

/* a > b is b < a */
static const uint8_t exchanged[] = {[RL_EQ] = RL_EQ, [RL_NE] = RL_NE, [RL_GT] = RL_LT, [RL_GE] = RL_LE, [RL_LT] = RL_GT, [RL_LE] = RL_GE};

static const rl_loops *const comparisons[] = {[RL_EQ] = &rl_eq_loops, [RL_NE] = &rl_ne_loops, [RL_GT] = &rl_gt_loops, [RL_GE] = &rl_ge_loops};

static rl_status compare(rl_call *call, int how) {
    int is_mixed = call->x[0]->dtype != call->x[1]->dtype;
    if (is_mixed ? call->x[0]->dtype == RL_DOUBLE : how >= RL_LT) {
        exchange(call);
        how = exchanged[how];
    }
    if (!is_mixed) return rl_run_loops(call, comparisons[how], NULL);
    rl_elementwise(3, (rl_tensor *[]){call->y[0], call->x[0], call->x[1]}, rl_exact_comparisons[how], NULL);
    return RL_OK;
}

#define COMPARISON(op, how)                                                     \
    static rl_status op##_forward(rl_call *call) { return compare(call, how); } \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .traits = RL_ELEMENTWISE, .infer = infer_compared, .forward = op##_forward};

COMPARISON(eq, RL_EQ)
COMPARISON(ne, RL_NE)
COMPARISON(gt, RL_GT)
COMPARISON(ge, RL_GE)
COMPARISON(lt, RL_LT)
COMPARISON(le, RL_LE)

/* Logic: every number other than 0 is true. */
static rl_status infer_logic(const rl_call *call, rl_result *result) { return rl_infer_as(call, result, RL_BOOL, RL_BOOL); }

#define LOGIC(op, loops)   \
    FORWARD_BY(op, &loops) \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .traits = RL_ELEMENTWISE, .infer = infer_logic, .forward = op##_forward};

LOGIC(logical_and, rl_bitwise_and_loops)
LOGIC(logical_or, rl_bitwise_or_loops)
LOGIC(logical_xor, rl_bitwise_xor_loops)
LOGIC(logical_not, rl_bitwise_not_loops)

static rl_status infer_bits(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    if (rl_dtype_is_floating(dtype)) return rl_fail("%s() works on integers and booleans, not on %s", call->op->name, rl_dtype_name(dtype));
    return rl_infer_elementwise(call, result);
}

#define BITWISE(op)                  \
    FORWARD_BY(op, &rl_##op##_loops) \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .traits = RL_ELEMENTWISE, .infer = infer_bits, .forward = op##_forward};

BITWISE(bitwise_and)
BITWISE(bitwise_or)
BITWISE(bitwise_xor)
BITWISE(bitwise_not)

/* Shifts take integers alone. */
static rl_status infer_bit_shift(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    if (!rl_dtype_is_integral(dtype)) return rl_fail("%s() works on integers, not on %s", call->op->name, rl_dtype_name(dtype));
    return rl_infer_elementwise(call, result);
}

#define SHIFT(op, loops)   \
    FORWARD_BY(op, &loops) \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .traits = RL_ELEMENTWISE, .infer = infer_bit_shift, .forward = op##_forward};

SHIFT(bitwise_left_shift, rl_shift_left_loops)
SHIFT(bitwise_right_shift, rl_shift_right_loops)
