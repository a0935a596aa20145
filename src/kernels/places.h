/* Elements named by their places (int64, from 1) along a dimension, as sorting and running extremes tell them. */
#ifndef RL_KERNELS_PLACES_H
#define RL_KERNELS_PLACES_H

#include "lines.h"

/* out[j] = x[places[j]]; out and places have one shape. */
rl_status rl_pick_places(rl_tensor *out, rl_tensor *places, rl_tensor *x, int dim);
/* out[places[j]] += x[j]; x and places have one shape; float and double. */
rl_status rl_put_places(rl_tensor *out, rl_tensor *places, rl_tensor *x, int dim);

#endif
