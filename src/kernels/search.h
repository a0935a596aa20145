/* Finding and counting; where no layout is told, over contiguous elements. */
#ifndef RL_KERNELS_SEARCH_H
#define RL_KERNELS_SEARCH_H

#include "../tensor/tensor.h"

/* For each of `count` values, how many of the n sorted elements are less (or, from the right, not greater); order, if given, says
 * where the elements stand in sorted order (from 1). */
typedef void (*rl_search_loop)(const void *sorted, const int64_t *order, int64_t n, const void *values, int64_t count, int right, int64_t *indices);
rl_search_loop rl_search_of(rl_dtype dtype); /* of int64, float and double; NULL of others */

/* Adds each element's weight (1 without weights) to its bin between the n + 1 edges, of which the last belongs to the last bin;
 * what lies outside is left out. Without edges the bins are equal between low and high. float or double, as x is. */
void rl_count_in_bins(rl_dtype dtype, const void *x, const void *weights, int64_t count, const void *edges, double low, double high, int64_t n, void *bins);

/* How many runs the rows of a matrix of any strides make, in which each equals the one before; begins: where each run does, or NULL.
 * They are equal as numbers: NaN differs from itself, and 0 equals -0. */
int64_t rl_find_runs(const rl_tensor *rows, int64_t *begins);

/* The largest element of a vector of integers, of any stride; least - 1 if none is as large as `least`. *below is where the first stands
 * that is less than that, -1 if none is. */
int64_t rl_largest_integer(const rl_tensor *vector, int64_t least, int64_t *below);

#endif
