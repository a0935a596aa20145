/* Products of float matrices with vectors of 512 bits, for processors that have them. Nothing is allocated, and of the factors only a strip of
 * b is copied, so that products of a few dozen rows and columns run as fast as large ones. */
#ifndef RL_KERNELS_WIDE_PRODUCT_H
#define RL_KERNELS_WIDE_PRODUCT_H

#include "gemm.h"

int rl_has_wide_product(void);
/* On the thread that calls; float, no batch, k > 0, c by rows, a and b of any strides. */
void rl_multiply_wide(const rl_product *product);

#endif
