/* Scans: each element takes in those before it, along a dimension. Sums and products of floats are kept in double. */
#ifndef RL_KERNELS_SCAN_H
#define RL_KERNELS_SCAN_H

#include "slices.h"

/* One loop for each dtype; NULL where there is none. */
typedef struct {
    rl_slice_loop of[RL_DTYPES];
} rl_slice_loops;

extern const rl_slice_loops rl_cumsum_loops, rl_cumprod_loops, rl_logcumsumexp_loops; /* operands: output, input */
extern const rl_slice_loops rl_cummax_loops, rl_cummin_loops;                         /* values, input, indices (int64, from 0) */
/* Operands: output h, input b, multipliers a: h[k] = b[k] + a[k] h[k - 1]; reversed, h[k] = b[k] + a[k - 1] h[k - 1], as the
 * elements are met. context points to an int: whether it is reversed. */
extern const rl_slice_loops rl_recurrence_loops;

#endif
