/* Products of matrices, as derivatives and compositions write them. */
#ifndef RL_OPS_PRODUCT_H
#define RL_OPS_PRODUCT_H

#include "infer.h"

/* Alpha times the product of two matrices (or batches of them, that broadcast), each seen transposed if its flag says so. */
rl_tensor *rl_product_of(rl_tensor *a, int a_transposed, rl_tensor *b, int b_transposed, rl_scalar alpha);
rl_tensor *rl_matmul(rl_tensor *a, rl_tensor *b); /* of any dimensions, as torch_matmul() has it */
rl_tensor *rl_outer(rl_tensor *a, rl_tensor *b);
rl_tensor *rl_scaled(rl_tensor *x, rl_scalar number); /* x itself if the number is 1 or none */

#endif
