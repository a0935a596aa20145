/* What reductions share. Their arguments: the dimensions are list[0], keepdim is n[0]. */
#ifndef RL_OPS_REDUCE_H
#define RL_OPS_REDUCE_H

#include "../kernels/reduce.h"
#include "infer.h"

enum { RL_DIMS = 0, RL_KEEPDIM = 0 };

/* The dimensions of a call that names one or none. */
rl_status rl_one_dim(const rl_call *call);
/* Output k of a reduction of in[0]: of that dtype, written as `computed`. */
rl_status rl_output_reduced(const rl_call *call, rl_result *result, int k, rl_dtype dtype, rl_dtype computed);
rl_status rl_infer_sum(const rl_call *call, rl_result *result); /* integers become int64, and are read as they are */
/* forward: reduces x[0] into the outputs. */
rl_status rl_run_reducers(rl_call *call, const rl_reducers *reducers, const void *context);

/* For derivatives. What a reduction of input 0 left, with the dimensions of size 1 that it did not keep; and spread over what was
 * reduced; and how many elements that was for each result. */
rl_tensor *rl_kept_dims(rl_vjp *v, rl_tensor *reduced);
rl_tensor *rl_expand_reduced(rl_vjp *v, rl_tensor *reduced);
double rl_reduced_count(const rl_vjp *v);
rl_tensor *rl_reduced_again(rl_vjp *v, const rl_op *op, rl_tensor *x); /* x reduced by another op over the same dimensions, which are kept */
/* minmax.c. The elements that equal the result share its gradient; or it goes to the
 * indices along the dimension that output 1 tells. */
rl_tensor *rl_shared_among_equals(rl_vjp *v);
rl_tensor *rl_gradient_at_indices(rl_vjp *v, int before); /* they count from 1, or so much lower */
rl_status rl_infer_with_indices(const rl_call *call, rl_result *result);
static inline int64_t rl_flag(const rl_vjp *v, int k) { return v->args ? v->args->n[k] : 0; }

#endif
