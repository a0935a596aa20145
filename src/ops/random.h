/* What the ops share that draw random numbers. Numbers are drawn in the order of memory of the tensor that they are for. */
#ifndef RL_OPS_RANDOM_H
#define RL_OPS_RANDOM_H

#include "../kernels/random.h"
#include "infer.h"

static inline rl_generator *rl_generator_of(const rl_call *call) { return call->args.generator ? call->args.generator : rl_default_generator(); }

/* The elements of `drawn`, which lie one after the other, put to where they stand in a tensor that lies in memory as `model` does. */
rl_tensor *rl_in_memory_order(rl_tensor *drawn, const rl_tensor *model);

#endif
