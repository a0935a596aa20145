/* A call in words. */
#ifndef RL_DISPATCH_DESCRIBE_H
#define RL_DISPATCH_DESCRIBE_H

#include "op.h"

/* "sort(self = Float [2, 3], dim = 1, descending = TRUE)": as R's user would write it, cut where it gets long; good until the next one.
 * Dimensions count from 1; before canonicalize those from the end count from -1. */
const char *rl_call_text(const rl_call *call);

#endif
