/* Work along one dimension: a slice is what lies along it at one place of the others.
 *
 * A loop does neighbouring slices of the same steps: element j of slice l of operand k lies at data[k] + j * step[k] + l * next[k],
 * in bytes. Slices are cut among threads; no loop sees the border of a slice. */
#ifndef RL_KERNELS_SLICES_H
#define RL_KERNELS_SLICES_H

#include "../tensor/tensor.h"

enum { RL_SLICE_OPERANDS = 4, RL_SLICES_ACROSS = 256 };

typedef void (*rl_slice_loop)(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context);

/* Element j of slice l of operand k. */
#define RL_SLICE_AT(T, k, j, l) (*(T *)(data[k] + (j)*step[k] + (l)*next[k]))

/* The operands have one shape but for `dim`; n is the second's size there. Backward, element 0 is the last. A loop is given at
 * most RL_SLICES_ACROSS slices at once. NULL for a loop is a failure. */
rl_status rl_for_slices(int n_operands, rl_tensor *const *operands, int dim, int backward, rl_slice_loop loop, const void *context);

#endif
