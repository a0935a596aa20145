/* Softmax and its kin along one dimension. */
#ifndef RL_KERNELS_SOFTMAX_H
#define RL_KERNELS_SOFTMAX_H

#include "slices.h"

typedef struct {
    rl_slice_loop of[RL_DTYPES];
} rl_slice_loops;

/* operands: y, x */
extern const rl_slice_loops rl_softmax_loops, rl_log_softmax_loops;
/* operands: dx, g, y */
extern const rl_slice_loops rl_softmax_backward_loops, rl_log_softmax_backward_loops;

#endif
