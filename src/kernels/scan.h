/* Scans: each element takes in those before it, along a dimension. Sums and products of floats are kept in double. */
#ifndef RL_KERNELS_SCAN_H
#define RL_KERNELS_SCAN_H

#include "lines.h"

/* One loop for each dtype; NULL where there is none. */
typedef struct {
    rl_line_loop of[RL_DTYPES];
} rl_line_loops;

extern const rl_line_loops rl_cumsum_lines, rl_cumprod_lines, rl_logcumsumexp_lines; /* operands: output, input */
extern const rl_line_loops rl_cummax_lines, rl_cummin_lines;                         /* values, input, places (int64, from 0) */
/* Operands: output h, input b, multipliers a: h[k] = b[k] + a[k] h[k - 1]; turned, h[k] = b[k] + a[k - 1] h[k - 1], as the
 * elements are met. context points to an int: whether it is turned. */
extern const rl_line_loops rl_recurrence_lines;

#endif
