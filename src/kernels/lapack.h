/* Decompositions: the one place that knows LAPACK, which R has in double precision. Matrices are strided; the functions bring them into
 * LAPACK's order and back. `info` is 0, or says like LAPACK's where a factorisation broke down; -1: the matrix holds NaN or infinite numbers, on which the
 * iterations for eigenvalues and singular values are not begun. */
#ifndef RL_KERNELS_LAPACK_H
#define RL_KERNELS_LAPACK_H

#include "../tensor/tensor.h"

typedef struct {
    double *data;
    int64_t rows, cols, row, col;
} rl_double_matrix;

rl_double_matrix rl_transposed(rl_double_matrix a);

rl_status rl_solve_matrix(rl_double_matrix a, rl_double_matrix b, rl_double_matrix x, int *info); /* a x = b */
rl_status rl_invert_matrix(rl_double_matrix a, rl_double_matrix inverse, int *info);
/* Both factors in one matrix, and the rows that were exchanged, from 1. */
rl_status rl_lu_matrix(rl_double_matrix a, rl_double_matrix lu, int *pivots, int *info);
rl_status rl_determinant(rl_double_matrix a, double *sign, double *log_size);
rl_status rl_cholesky_matrix(rl_double_matrix a, rl_double_matrix lower, int *info);
rl_status rl_solve_triangular_matrix(rl_double_matrix a, int upper, int unit, rl_double_matrix b, rl_double_matrix x, int *info);
/* q has as many columns as wanted: min(rows, cols), or rows. */
rl_status rl_qr_matrix(rl_double_matrix a, rl_double_matrix q, rl_double_matrix r);
/* Householder's vectors below the diagonal, and their factors. */
rl_status rl_householder_qr(rl_double_matrix a, rl_double_matrix packed, double *tau);
rl_status rl_householder_product(rl_double_matrix packed, const double *tau, int64_t n_tau, rl_double_matrix q);
/* Of a symmetric matrix, of which one triangle is read: values in ascending order, and vectors unless they are not wanted. */
rl_status rl_eigen_symmetric(rl_double_matrix a, int lower, double *values, rl_double_matrix *vectors, int *info);
/* u and v' have the shapes that are wanted, or are NULL. */
rl_status rl_svd_matrix(rl_double_matrix a, double *values, rl_double_matrix *u, rl_double_matrix *vt, int *info);

#endif
