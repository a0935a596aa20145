/* Quotients rounded to integers, and what they leave. */
#include "../kernels/binary.h"
#include "infer.h"

static rl_status run_division(rl_call *call, const rl_loops *loops) {
    int divided_by_zero = 0;
    rl_tensor *y = call->y[0];
    if (y == call->inplace && rl_dtype_is_integral((rl_dtype)y->dtype) && !(call->y[0] = rl_tensor_new((rl_dtype)y->dtype, y->ndim, y->sizes)))
        return RL_FAILED; /* what was there stays if a zero is met */
    RL_TRY(rl_run_loops(call, loops, &divided_by_zero));
    return divided_by_zero ? rl_fail("integers cannot be divided by zero in %s()", call->op->name) : RL_OK;
}

#define DIVISION(op, op_name, grad, number, loops, by_first, by_second, first_saves, second_saves) \
    static rl_status infer_##op(const rl_call *call, rl_result *result) {                          \
        result->variant = number;                                                                  \
        return rl_infer_elementwise(call, result);                                                 \
    }                                                                                              \
    static rl_status op##_forward(rl_call *call) { return run_division(call, loops); }             \
    VJP(op) {                                                                                      \
        GRADIENT(0, by_first);                                                                     \
        GRADIENT(1, by_second);                                                                    \
    }                                                                                              \
    const rl_op rl_op_##op = {.name = op_name,                                                     \
                              SCHEMA(op),                                                          \
                              .grad_name = grad,                                                   \
                              .traits = RL_BROADCASTS | RL_ELEMENTWISE,                            \
                              .saves = {first_saves, second_saves},                                \
                              .infer = infer_##op,                                                 \
                              .forward = op##_forward,                                             \
                              .vjp = op##_vjp};

#define BY_NUMBER (call->in[1]->wrapped_number)

/* The rounded quotients are flat wherever they have a derivative; the rests follow the dividend. */
DIVISION(floor_divide, "floor_divide", "FloorDivide", 0, &rl_floor_divide_loops, ZEROS(0), ZEROS(1), 0, 0)
DIVISION(div_floor, "div", "Div", 2 + BY_NUMBER, &rl_floor_divide_loops, ZEROS(0), ZEROS(1), SAVE_INPUT(1), SAVE_INPUT(1))
DIVISION(div_trunc, "div", "Div", 2 + BY_NUMBER, &rl_trunc_divide_loops, ZEROS(0), ZEROS(1), SAVE_INPUT(1), SAVE_INPUT(1))
DIVISION(remainder, "remainder", "Remainder", !BY_NUMBER, &rl_remainder_loops, GRAD, rl_neg(rl_mul(GRAD, rl_div_floor(INPUT_0, INPUT_1))), 0,
         SAVE_INPUT(0) | SAVE_INPUT(1))
DIVISION(fmod, "fmod", "Fmod", !BY_NUMBER, &rl_fmod_loops, GRAD, rl_neg(rl_mul(GRAD, rl_div_trunc(INPUT_0, INPUT_1))), 0, SAVE_INPUT(0) | SAVE_INPUT(1))
