/* Elements by their places along a dimension: what the derivatives of sorting and of running extremes are made of. */
#ifndef RL_OPS_PLACES_H
#define RL_OPS_PLACES_H

#include "infer.h"

/* places: int64, from 1, of the result's shape. */
rl_tensor *rl_pick_along(rl_tensor *x, rl_tensor *places, int64_t dim);
/* The reverse: each element added to its place among n along dim. */
rl_tensor *rl_put_along(rl_tensor *x, rl_tensor *places, int64_t dim, int64_t n);
/* How many elements there are along dim; a number has one. */
int64_t rl_length_along(int ndim, const int64_t *sizes, int64_t dim);

#endif
