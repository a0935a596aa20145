/* What reductions share. Their arguments: the dimensions are list[0], keepdim is n[0]. */
#ifndef RL_OPS_REDUCE_H
#define RL_OPS_REDUCE_H

#include "../kernels/reduce.h"
#include "infer.h"

enum { RL_DIMS = 0, RL_KEEPDIM = 0 };

/* Output k of a reduction of in[0]: of that dtype, written as `computed`. */
rl_status rl_output_reduced(rl_call *call, int k, rl_dtype dtype, rl_dtype computed);
/* forward: reduces x[0] into the outputs. */
rl_status rl_run_reducers(rl_call *call, const rl_reducers *reducers, const void *context);

/* For derivatives. What a reduction of input 0 left, with the dimensions of size 1 that it did not keep; and spread over what was
 * reduced; and how many elements that was for each result. */
rl_tensor *rl_kept_dims(rl_vjp *v, rl_tensor *reduced);
rl_tensor *rl_spread(rl_vjp *v, rl_tensor *reduced);
double rl_reduced_count(const rl_vjp *v);

#endif
