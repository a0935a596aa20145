/* An interpreter for tests: every op is inferred twice, and once with other values, which matter if its trait says so. Infer must change
 * nothing, and what comes out must be what it has said. */
#ifndef RL_DISPATCH_CHECK_H
#define RL_DISPATCH_CHECK_H

#include "op.h"

void rl_check_inference(int on);
int rl_was_inference_checked(const rl_op *op); /* since it was last switched on */

#endif
