/* Work along one dimension: a line is what lies along it at one place of the others.
 *
 * A loop does neighbouring lines of the same steps: element j of line l of operand k lies at data[k] + j * step[k] + l * next[k],
 * in bytes. Lines are cut among threads; no loop sees the border of a line. */
#ifndef RL_KERNELS_LINES_H
#define RL_KERNELS_LINES_H

#include "../tensor/tensor.h"

enum { RL_LINE_OPERANDS = 4, RL_LINES_ACROSS = 256 };

typedef void (*rl_line_loop)(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t lines, const void *context);

/* The operands have one shape but for `dim`; n is the second's size there. Backward, element 0 is the last. A loop is given at
 * most RL_LINES_ACROSS lines at once. NULL for a loop is a failure. */
rl_status rl_each_line(int n_operands, rl_tensor *const *operands, int dim, int backward, rl_line_loop loop, const void *context);

#endif
