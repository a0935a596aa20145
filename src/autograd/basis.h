/* The few ops that the graph itself is built with; their records stand in ops/ like all others. */
#ifndef RL_AUTOGRAD_BASIS_H
#define RL_AUTOGRAD_BASIS_H

#include "graph.h"

rl_tensor *rl_add(rl_tensor *a, rl_tensor *b);
rl_status rl_add_into(rl_tensor *a, rl_tensor *b); /* a += b */
rl_tensor *rl_clone(rl_tensor *x);
rl_tensor *rl_to_dtype(rl_tensor *x, rl_dtype dtype); /* x itself if it is of that dtype */
rl_tensor *rl_ones(rl_dtype dtype, int ndim, const int64_t *sizes);
rl_tensor *rl_zeros(rl_dtype dtype, int ndim, const int64_t *sizes);
rl_tensor *rl_sum_to_size(rl_tensor *x, int ndim, const int64_t *sizes); /* broadcasting, reversed */
rl_tensor *rl_view_as_strided(rl_tensor *x, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset);
/* The node of a base whose view has been written to: as if the view had replaced its part of the base. */
rl_node *rl_slice_replaced_node(rl_tensor *base, rl_tensor *view);
rl_status rl_copy_data(rl_tensor *to, rl_tensor *from); /* values alone: no graph, no version */

#endif
