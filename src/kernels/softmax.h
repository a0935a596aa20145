/* Softmax and its kin along one dimension. */
#ifndef RL_KERNELS_SOFTMAX_H
#define RL_KERNELS_SOFTMAX_H

#include "lines.h"

typedef struct {
    rl_line_loop of[RL_DTYPES];
} rl_line_loops;

/* operands: y, x */
extern const rl_line_loops rl_softmax_loops, rl_log_softmax_loops;
/* operands: dx, g, y */
extern const rl_line_loops rl_softmax_slope_loops, rl_log_softmax_slope_loops;

#endif
