/* A call in words. */
#ifndef RL_DISPATCH_DESCRIBE_H
#define RL_DISPATCH_DESCRIBE_H

#include "op.h"

/* "sort(self = Float [2, 3], dim = 1, descending = TRUE)": as R's user would write it, cut where it gets long; good until the next one.
 * Dimensions count from 1; before canonicalize those from the end count from -1. */
const char *rl_call_text(const rl_call *call);
/* The same of a call that is over. */
const char *rl_recorded_call_text(const rl_op *op, const rl_args *args, int n_in, const rl_signature *in);

#endif
