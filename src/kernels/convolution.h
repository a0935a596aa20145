/* Convolutions over up to three dimensions, and their derivatives.
 *
 * Note [Columns]
 * For each output position the elements of the input under the kernel are a column; the output is the weight times the matrix of columns.
 * That matrix is `kernel` times as large as the input, so it is made for a tile of positions at a time, in a buffer of bounded size for each
 * thread. The derivative by the input makes columns by a product and adds them to where they belong; the derivative by the weight is a
 * product with the transposed columns. Which tile is computed how does not depend on the number of threads. */
#ifndef RL_KERNELS_CONVOLUTION_H
#define RL_KERNELS_CONVOLUTION_H

#include "../tensor/tensor.h"

/* Fewer than three dimensions stand at the end, after others of size 1. All tensors are contiguous: input (batch, channels, in), weight
 * (out channels, in channels of a group, kernel), output (batch, out channels, out). */
typedef struct {
    rl_dtype dtype; /* float or double */
    int64_t batch, groups;
    int64_t from, to; /* channels of a group: in, out */
    int64_t in[3], kernel[3], out[3], stride[3], padding[3], dilation[3];
} rl_convolution;

rl_status rl_convolve(const rl_convolution *shape, const void *input, const void *weight, const void *bias, void *output); /* bias: or NULL */
/* What output is of input, turned round: input is made of output. */
rl_status rl_convolve_input(const rl_convolution *shape, const void *output, const void *weight, void *input);
rl_status rl_convolve_weight(const rl_convolution *shape, const void *input, const void *output, void *weight);
/* The columns of all positions, (batch, channels * kernel, positions): of the input, or added up into it. */
rl_status rl_take_columns(const rl_convolution *shape, const void *input, void *columns);
rl_status rl_add_columns(const rl_convolution *shape, const void *columns, void *input);

#endif
