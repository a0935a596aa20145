/* Calling an op.
 *
 * Note [Interpreters]
 * Every op that anybody calls goes through rl_apply(), which hands it to the interpreter on top of a stack. The lowest computes
 * (run.c); above it stands autograd, which records a node and lets the one below compute; levels of forward mode stand above that.
 * While an interpreter has a call in hand, the ops that it calls itself by rl_apply_below() go to those below it. A composition is taken
 * apart before, so that interpreters see the ops that it is made of. */
#ifndef RL_DISPATCH_APPLY_H
#define RL_DISPATCH_APPLY_H

#include "op.h"

typedef struct rl_interpreter {
    rl_status (*apply)(struct rl_interpreter *self, rl_call *call);
    int (*follows)(rl_tensor *x); /* whether it keeps a record of what is computed from x; NULL: it does not */
    struct rl_interpreter *below;
} rl_interpreter;

void rl_push_interpreter(rl_interpreter *interpreter);
void rl_pop_interpreter(rl_interpreter *interpreter); /* and what stands above it */
/* Puts the stack back to where it was when the host was last left: an interpreter may have been jumped out of. */
void rl_reset_interpreters(void);

/* Runs call->op on call->in (and call->args, call->inplace), which the caller has set; the results are in call->out, owned by
 * the scope. The call must not be copied afterwards. */
rl_status rl_apply(rl_call *call);
/* Whether an interpreter keeps a record of what is computed from x; if none does, several views may be made in one step. */
int rl_is_followed(rl_tensor *x);
rl_status rl_apply_below(const rl_interpreter *self, rl_call *call);
/* Between these two, the ops that an interpreter calls go to those below it. */
rl_interpreter *rl_enter_below(const rl_interpreter *self);
void rl_leave_below(rl_interpreter *before);

/* The same for one output: NULL if it fails, or if an input is NULL because it failed. */
rl_tensor *rl_apply_to(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in);
rl_tensor *rl_apply_in_place(const rl_op *op, const rl_args *args, int n_in, rl_tensor *const *in); /* writes to in[0] */

/* For infer. */
rl_status rl_set_many_outputs(rl_result *result);
static inline rl_status rl_set_outputs(rl_result *result, int n_out) {
    result->n_out = n_out;
    result->out = result->few_out;
    return n_out <= RL_FEW_OUTPUTS ? RL_OK : rl_set_many_outputs(result);
}
/* Output k: of a dtype and shape; forward writes it as `compute_dtype`, and it is converted if that differs. */
rl_status rl_output(rl_result *result, int k, rl_dtype dtype, rl_dtype compute_dtype, int ndim, const int64_t *sizes);
rl_status rl_output_strided(rl_result *result, int k, rl_dtype dtype, int ndim, const int64_t *sizes, const int64_t *strides);
rl_status rl_output_like(rl_result *result, int k, rl_dtype dtype, const rl_tensor *model); /* dense, in the order of the model's strides */
void rl_output_view(rl_result *result, int k, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset); /* of the first input's memory */
/* Forward reads input k as that dtype; rounded to another one first; in row-major order without gaps. */
static inline void rl_read_as(rl_result *result, int k, rl_dtype dtype) { result->reads[k].dtype = (uint8_t)dtype; }
static inline void rl_read_rounded(rl_result *result, int k, rl_dtype dtype) { result->reads[k].rounded_to = (uint8_t)dtype; }
static inline void rl_read_contiguous(rl_result *result, int k) { result->reads[k].contiguous = 1; }
/* A copy, if the op writes in place to the memory that it lies in. */
static inline void rl_read_apart(rl_result *result, int k) { result->reads[k].apart = 1; }

/* For compose: the outputs, which other ops have made; NULL among them is a failure. An in-place op is given the first. */
rl_status rl_set_result(rl_call *call, int n_out, rl_tensor *const *out);

/* For interpreters: canonicalize and infer, once for a call; the lowest interpreter does it if none has. */
rl_status rl_infer(rl_call *call);
/* Room for n outputs. */
rl_status rl_reserve_many_outputs(rl_call *call);
static inline rl_status rl_reserve_outputs(rl_call *call, int n_out) {
    call->n_out = n_out;
    call->out = call->few + RL_FEW_INPUTS;
    call->y = call->out + RL_FEW_OUTPUTS;
    return n_out <= RL_FEW_OUTPUTS ? RL_OK : rl_reserve_many_outputs(call);
}

#endif
