/* The commonest element of each slice, from its sorted elements and their indices. */
#ifndef RL_KERNELS_MODE_H
#define RL_KERNELS_MODE_H

#include "../tensor/tensor.h"

/* Of several that are as common the smallest; its last digit. values and indices have size 1 along dim. */
rl_status rl_modes(rl_tensor *values, rl_tensor *indices, rl_tensor *sorted, rl_tensor *sorted_indices, int dim);

#endif
