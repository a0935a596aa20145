/* Sequences and other patterns that a new tensor is filled with. */
#ifndef RL_KERNELS_SEQUENCE_H
#define RL_KERNELS_SEQUENCE_H

#include "../tensor/tensor.h"

/* Of contiguous vectors of any numbers but half and bfloat16. */
rl_status rl_fill_range(rl_tensor *to, rl_scalar start, rl_scalar step);
rl_status rl_fill_linspace(rl_tensor *to, double start, double end);
rl_status rl_fill_logspace(rl_tensor *to, double start, double end, double base);

void rl_fill_eye(rl_tensor *to); /* a matrix: ones on its diagonal, zeros elsewhere */

#endif
