/* Elements chosen by booleans. Masks and tensors here are contiguous and of one shape, unless said otherwise. */
#ifndef RL_KERNELS_MASK_H
#define RL_KERNELS_MASK_H

#include "loops.h"

/* How many are true, in all and before each chunk: starts has room for rl_mask_chunks() + 1. */
int64_t rl_mask_chunks(const rl_tensor *mask);
int64_t rl_count_true(const rl_tensor *mask, int64_t *starts);

/* The same of any strides, and of bytes as well as booleans. */
int64_t rl_count_nonzero_bytes(const rl_tensor *mask);

/* out: the elements of x where the mask is true, one after the other. */
void rl_compress_elements(rl_tensor *out, const rl_tensor *x, const rl_tensor *mask, const int64_t *starts);
/* The reverse: x's elements where the mask is true become values' first, second, ... */
void rl_expand_elements(rl_tensor *x, const rl_tensor *values, const rl_tensor *mask, const int64_t *starts);
/* x's elements where the mask is true become one value; any strides, and the mask broadcasts. */
void rl_fill_masked(rl_tensor *x, rl_tensor *mask, const void *value);

/* The indices of what is true, counted from `base`: coordinate d of the k-th at out[k * index_step + d * dim_step]. */
void rl_list_indices(int64_t *out, int64_t index_step, int64_t dim_step, const rl_tensor *mask, const int64_t *starts, int64_t base);

#endif
