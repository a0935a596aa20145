/* Loops of one operand. */
#ifndef RL_KERNELS_UNARY_H
#define RL_KERNELS_UNARY_H

#include "loops.h"

extern const rl_loops rl_exp_loops, rl_neg_loops;

#endif
