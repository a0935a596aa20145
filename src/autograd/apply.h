/* Running an op: its record's infer and forward, and the node that remembers it. */
#ifndef RL_AUTOGRAD_APPLY_H
#define RL_AUTOGRAD_APPLY_H

#include "graph.h"

/* Runs call->op on call->in (and call->args, call->inplace), which the caller has set; the results are in call->out, owned by
 * the scope. The call must not be copied afterwards. */
rl_status rl_apply(rl_call *call);

/* The same for one output: NULL if it fails, or if an input is NULL because it failed. */
rl_tensor *rl_apply_to(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in);
rl_tensor *rl_apply_in_place(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in); /* writes to in[0] */

/* For infer. */
rl_status rl_set_outputs(rl_call *call, int n_out);
/* Output k: of a dtype and shape; forward writes it as `computed`, and it is converted if that differs. */
rl_status rl_output(rl_call *call, int k, rl_dtype dtype, rl_dtype computed, int ndim, const int64_t *sizes);
rl_status rl_output_is(rl_call *call, int k, rl_tensor *made); /* made by infer itself: a view */
rl_status rl_read_as(rl_call *call, int k, rl_dtype dtype);    /* forward reads input k as that dtype */

/* For compose: the outputs, which other ops have made; NULL among them is a failure. An in-place op is given the first. */
rl_status rl_set_result(rl_call *call, int n_out, rl_tensor *const *out);

/* A view has been written to and has its new node: that is, for its base, a slice replaced. Note [Versions] in graph.h */
rl_status rl_rebase(rl_tensor *view);

/* A view that no graph needs to know of, since x has none: what views in a chain come to, without the chain. */
rl_tensor *rl_plain_view(rl_tensor *x, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset);

/* Nobody else can see this tensor's memory, so a gradient may be added or kept where it is. */
int rl_can_be_stolen(const rl_tensor *tensor);

/* Views made while gradients are computed, and not graphed, need no memory of their base. */
extern int rl_views_untracked;

#endif
