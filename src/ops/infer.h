/* What the records of many ops share: shapes and dtypes of results, and running loops. */
#ifndef RL_OPS_INFER_H
#define RL_OPS_INFER_H

#include "../kernels/loops.h"
#include "ops.h"

/* The dtype that operands promote to: a tensor with dimensions outweighs one without, which outweighs a number, within a kind. */
rl_dtype rl_result_dtype(int n, rl_tensor *const *operands);
/* The dtype that they are compared in. A number beside integers or booleans is not rounded for it. */
rl_dtype rl_comparison_dtype(int n, rl_tensor *const *operands);

/* The same of a tensor and numbers that are arguments; of kind RL_SCALAR_NONE: not given. */
rl_dtype rl_result_dtype_with_numbers(rl_tensor *x, int n, const rl_scalar *numbers);

/* infer of elementwise ops, whose operands promote to one dtype and broadcast to one shape; the result is ... */
rl_status rl_infer_elementwise(const rl_call *call, rl_result *result); /* of that dtype */
rl_status rl_infer_floating(const rl_call *call, rl_result *result);    /* of that dtype, integers made floating */
rl_status rl_infer_comparison(const rl_call *call, rl_result *result);  /* a boolean */
/* The same with the dtypes named: operands are read as `dtype`, the result is `result`. */
rl_status rl_infer_as(const rl_call *call, rl_result *result, rl_dtype dtype, rl_dtype out_dtype);
rl_status rl_broadcast_inputs(const rl_call *call, int *ndim, int64_t *sizes);

/* Whether output k has elements. */
int rl_gives_elements(const rl_result *result, int k);

/* forward of elementwise ops */
rl_status rl_run_loops(rl_call *call, const rl_loops *loops, const void *context);
/* The forward of an op whose loops are called as it is; they are given its numbers. */
#define FORWARD(op) \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, &rl_##op##_loops, call->args.s); }

/* The dtype forward computes in: float for half and bfloat16. */

/* The dtype that the call names, or else the default. */
rl_dtype rl_chosen_dtype(const rl_call *call);

/* canonicalize where the first integer argument is a dimension of the first input: counted from 0 */
rl_status rl_canonicalize_dim(rl_call *call);

/* The dimensions that args name, as booleans; none given means all. */
rl_status rl_marked_dims(rl_ints dims, int ndim, uint8_t *marked);

/* How a rule reads: VJP(mul) { GRADIENT(0, rl_mul(GRAD, INPUT_1)); GRADIENT(1, rl_mul(GRAD, INPUT_0)); } */
#define VJP(name) static void name##_vjp(rl_vjp *v)
#define GRADIENT(k, derivative)                   \
    do {                                          \
        if (v->needs[k]) v->dx[k] = (derivative); \
    } while (0)
#define GRAD (v->g[0])
#define INPUT_0 (v->x[0])
#define INPUT_1 (v->x[1])
#define INPUT_2 (v->x[2])
#define OUTPUT_0 (v->y[0])
/* Input k as forward read it, in the dtype of the result: what a rule computes of it alone is as precise as the result then. */
rl_tensor *rl_as_result(rl_vjp *v, int k);
#define ZEROS(k) rl_zeros((rl_dtype)v->in[k].dtype, v->in[k].ndim, v->in[k].sizes)

#endif
