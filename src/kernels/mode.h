/* The commonest element of each line, from its sorted elements and their places. */
#ifndef RL_KERNELS_MODE_H
#define RL_KERNELS_MODE_H

#include "../tensor/tensor.h"

/* Of several that are as common the smallest; its last place. values and places have size 1 along dim. */
rl_status rl_modes(rl_tensor *values, rl_tensor *places, rl_tensor *sorted, rl_tensor *sorted_places, int dim);

#endif
