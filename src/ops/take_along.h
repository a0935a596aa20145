/* Elements by their indices along a dimension: what the derivatives of sorting and of running extremes are made of. */
#ifndef RL_OPS_TAKE_ALONG_H
#define RL_OPS_TAKE_ALONG_H

#include "infer.h"

/* indices: int64, from 1, of the result's shape. */
rl_tensor *rl_take_along(rl_tensor *x, rl_tensor *indices, int64_t dim);
/* The reverse: each element added to its place among n along dim. */
rl_tensor *rl_put_along(rl_tensor *x, rl_tensor *indices, int64_t dim, int64_t n);
/* How many elements there are along dim; a number has one. */
int64_t rl_length_along(int ndim, const int64_t *sizes, int64_t dim);

#endif
