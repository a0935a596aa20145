/* What the decompositions share: matrices in the last two dimensions, batches in the others. */
#ifndef RL_OPS_LINALG_H
#define RL_OPS_LINALG_H

#include "../kernels/lapack.h"
#include "../tensor/interrupt.h"
#include "product.h"

/* infer: whole tensors of floating dtype, computed in double whatever it is; ndim and sizes are of the output. */
rl_status rl_check_matrices(const rl_call *call, int k);
rl_status rl_check_square(const rl_call *call, int k);
rl_status rl_set_double_outputs(const rl_call *call, rl_result *result, int n_out);
rl_status rl_double_output(const rl_call *call, rl_result *result, int k, int ndim, const int64_t *sizes);

/* forward: the matrix of a tensor that belongs to a place in the batch. */
rl_double_matrix rl_matrix_at(const rl_tensor *t, const rl_tensor *batch, int batch_ndim, int64_t index);
int64_t rl_batch_count(const rl_tensor *t, int batch_ndim);

/* Runs code for each matrix of a batch, with memory that is let go of after each. */
#define RL_EACH_MATRIX(batch_of, batch_dims, code)         \
    do {                                                   \
        const rl_tensor *batch = (batch_of);               \
        int batch_ndim = (batch_dims);                     \
        int64_t count = rl_batch_count(batch, batch_ndim); \
        for (int64_t index = 0; index < count; index++) {  \
            rl_scope scope = rl_scope_enter();             \
            rl_status status = (code);                     \
            rl_scope_leave(scope);                         \
            if (status == RL_OK) status = rl_listen();     \
            RL_TRY(status);                                \
        }                                                  \
    } while (0)
#define RL_MATRIX(t) rl_matrix_at(t, batch, batch_ndim, index)

/* rules */
rl_tensor *rl_times(rl_tensor *a, rl_tensor *b);            /* a b */
rl_tensor *rl_transposed_times(rl_tensor *a, rl_tensor *b); /* a' b */
rl_tensor *rl_times_transposed(rl_tensor *a, rl_tensor *b); /* a b' */
rl_tensor *rl_matrix_transpose(rl_tensor *a);               /* a' */
rl_tensor *rl_times_row(rl_tensor *a, rl_tensor *values);   /* column j times values[j] */
rl_tensor *rl_inverse_of(rl_tensor *a);
rl_tensor *rl_cofactors(rl_tensor *a); /* of square matrices that may be singular */
rl_tensor *rl_solved(rl_tensor *a, rl_tensor *b);
rl_tensor *rl_triangle_solved(rl_tensor *a, rl_tensor *b, int upper, int unit);

#endif
