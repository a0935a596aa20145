/* Sorting along a dimension: stable, NaN after all numbers. Indices are int64 and count from 1. */
#ifndef RL_KERNELS_SORT_H
#define RL_KERNELS_SORT_H

#include "../tensor/tensor.h"

/* The elements of rank from .. from + n along dim, n being the outputs' size there. x is of no narrow dtype; values or indices may
 * be NULL. Descending, NaN comes first; equal elements stay in their order either way. */
rl_status rl_sort_elements(rl_tensor *values, rl_tensor *indices, rl_tensor *x, int dim, int descending, int64_t from);

#endif
