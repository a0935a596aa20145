/* Products with vectors, our own: they wait for memory, not for arithmetic, and BLAS would add in an order that depends on its
 * threads. */
#ifndef RL_KERNELS_GEMV_H
#define RL_KERNELS_GEMV_H

#include "../tensor/tensor.h"

/* y = alpha a x + beta y, for an a of m x k; strides in elements; float and double. With beta 0 what y holds is not read. */
rl_status rl_multiply_vector(rl_dtype dtype, int64_t m, int64_t k, rl_scalar alpha, const void *a, int64_t a_row, int64_t a_col, const void *x, int64_t x_step,
                             rl_scalar beta, void *y, int64_t y_step);

#endif
