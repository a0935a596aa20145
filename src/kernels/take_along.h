/* Elements named by their indices (int64, from 1) along a dimension, as sorting and running extremes tell them. */
#ifndef RL_KERNELS_TAKE_ALONG_H
#define RL_KERNELS_TAKE_ALONG_H

#include "slices.h"

/* out[j] = x[indices[j]]; out and indices have one shape. */
rl_status rl_take_elements(rl_tensor *out, rl_tensor *indices, rl_tensor *x, int dim);
/* out[indices[j]] += x[j]; x and indices have one shape; float and double. */
rl_status rl_put_elements(rl_tensor *out, rl_tensor *indices, rl_tensor *x, int dim);

#endif
