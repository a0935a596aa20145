/* Matrix products: the one place that knows BLAS.
 *
 * Note [Pieces]
 * A large product is cut into pieces whose borders depend on its shape alone, and each piece runs on one thread, so that the
 * result does not depend on how many threads there are. */
#ifndef RL_KERNELS_GEMM_H
#define RL_KERNELS_GEMM_H

#include "../tensor/tensor.h"

/* Matrices that lie in memory at equal or no distances: strides in elements. */
typedef struct {
    void *data;
    int64_t row, col;
    int64_t batch[RL_MAX_DIMS];
} rl_matrix;

/* c = alpha a b + beta c, for every matrix of a batch; a is m x k, b is k x n. With beta 0 what c holds is not read. */
typedef struct {
    rl_dtype dtype;
    int64_t m, n, k;
    rl_scalar alpha, beta;
    rl_matrix a, b, c;
    int batch_ndim;
    int64_t batch_sizes[RL_MAX_DIMS];
} rl_product;

/* c's matrices must be contiguous by rows or by columns, unless the product is small. */
rl_status rl_multiply_matrices(const rl_product *product);
/* One product of float or double on the thread that calls, within rl_parallel(): no batch; c by rows. */
void rl_multiply_here(const rl_product *product);
/* BLAS is to use no threads of its own between these two; the first returns what the second is given. */
int rl_silence_blas(void);
void rl_restore_blas(int before);
int rl_has_product(rl_dtype dtype);
int rl_product_is_small(const rl_product *product);
/* Whether a product of this matrix needs no copy of it. */
int rl_matrix_is_regular(const rl_matrix *matrix, int64_t rows, int64_t cols);

#endif
