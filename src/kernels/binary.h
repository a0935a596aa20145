/* Loops of two operands. */
#ifndef RL_KERNELS_BINARY_H
#define RL_KERNELS_BINARY_H

#include "loops.h"

extern const rl_loops rl_add_loops, rl_sub_loops, rl_mul_loops, rl_div_loops, rl_gt_loops;

#endif
