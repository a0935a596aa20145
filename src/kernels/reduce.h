/* Reductions along dimensions. */
#ifndef RL_KERNELS_REDUCE_H
#define RL_KERNELS_REDUCE_H

#include "loops.h"

/* to holds x's sizes with 1 at each dimension summed over; the sum of each is written there */
void rl_sum_elements(rl_tensor *to, rl_tensor *x);

#endif
