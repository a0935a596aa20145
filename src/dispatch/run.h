/* The lowest interpreter: infers, allocates, converts, computes. */
#ifndef RL_DISPATCH_RUN_H
#define RL_DISPATCH_RUN_H

#include "apply.h"

rl_status rl_run(rl_interpreter *self, rl_call *call);

/* What infer says of a call whose arguments are canonical. */
rl_status rl_infer_into(const rl_call *call, rl_result *result);

#endif
