/* Pooling over windows of up to three dimensions.
 *
 * Along each dimension, output position k looks at the input from begin[k] up to but not including end[k], in steps. So windows of one size and
 * windows that divide the input (adaptive pooling) are one. */
#ifndef RL_KERNELS_POOLING_H
#define RL_KERNELS_POOLING_H

#include "../tensor/tensor.h"

typedef struct {
    int64_t in, out, step;
    const int64_t *begin, *end;
    const int64_t *counted;        /* what a window counts for in a mean: with the padding, or without */
    int64_t taps, stride, padding; /* of windows of one size; taps 0: they are not */
} rl_windows;

typedef struct {
    rl_dtype dtype; /* float or double */
    int64_t planes; /* the input is (planes, in), contiguous */
    rl_windows along[3];
    double divisor; /* of means; 0: what the windows count */
} rl_pooling;

/* Indices count from 1 within a plane. The first of equal elements is taken, and the last NaN, which is larger than numbers. */
rl_status rl_pool_max(const rl_pooling *pooling, const void *input, void *output, int64_t *indices);
rl_status rl_pool_average(const rl_pooling *pooling, const void *input, void *output);
/* Each output spread evenly over what it is the mean of, and added up. */
rl_status rl_spread_average(const rl_pooling *pooling, const void *output, void *input);

#endif
