/* An interpreter for tests: every op is inferred twice, and what comes out must be what infer has said. */
#ifndef RL_DISPATCH_CHECK_H
#define RL_DISPATCH_CHECK_H

#include "op.h"

void rl_check_inference(int on);
int rl_was_inference_checked(const rl_op *op); /* since it was last switched on */

#endif
