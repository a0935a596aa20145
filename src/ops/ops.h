/* The ops as C functions, to write derivatives and compositions with. A NULL argument is an earlier failure and passes through;
 * results belong to the scope: Note [Ownership] in tensor/tensor.h. */
#ifndef RL_OPS_OPS_H
#define RL_OPS_OPS_H

#include "../dispatch/apply.h"
#include "../kernels/copy.h"

#define UNARY(name)                  \
    extern const rl_op rl_op_##name; \
    rl_tensor *rl_##name(rl_tensor *x);
#define BINARY(name)                 \
    extern const rl_op rl_op_##name; \
    rl_tensor *rl_##name(rl_tensor *a, rl_tensor *b);
#define OP(name, schema) extern const rl_op rl_op_##name;
#include "ops.def"

/* The slots of each op's arguments, and its schema for the op's definition. */
#define OP(name, schema)                                      \
    extern const rl_parameter rl_##name##_parameters[];       \
    enum { RL_##name##_ARITY = RL_COUNT_PARAMETERS(schema) }; \
    RL_SLOTS(name, schema)
#include "ops.def"
#define SCHEMA(name) .parameters = rl_##name##_parameters, .n_parameters = RL_##name##_ARITY

rl_tensor *rl_add(rl_tensor *a, rl_tensor *b);
rl_tensor *rl_sub(rl_tensor *a, rl_tensor *b);
rl_tensor *rl_where(rl_tensor *condition, rl_tensor *a, rl_tensor *b);
rl_tensor *rl_pass_above(rl_tensor *g, rl_tensor *x, double threshold); /* 0 where x is not above, else g, at NaN too */
/* g, as the derivative by x of an op whose own second derivative is zero: if a graph follows, x is in it, so that this derivative is there. */
rl_tensor *rl_beside(rl_tensor *g, rl_tensor *x);
rl_tensor *rl_polygamma(rl_tensor *x, int64_t order);
rl_tensor *rl_pass_within(rl_tensor *g, rl_tensor *x, const rl_scalar *bounds); /* g where x is between two bounds, else 0 */
rl_tensor *rl_clamp(rl_tensor *x, rl_scalar low, rl_scalar high);               /* of kind RL_SCALAR_NONE: no bound */

/* A number of the user's as an operand, and ops with one. */
rl_tensor *rl_number(double number);
rl_tensor *rl_add_number(rl_tensor *x, double number);
rl_tensor *rl_mul_number(rl_tensor *x, double number);
rl_tensor *rl_pow_number(rl_tensor *x, double number);
rl_tensor *rl_number_minus(double number, rl_tensor *x);

rl_status rl_add_into(rl_tensor *a, rl_tensor *b); /* a += b */
rl_tensor *rl_clone(rl_tensor *x);
rl_tensor *rl_to_dtype(rl_tensor *x, rl_dtype dtype); /* x itself if it is of that dtype */

rl_tensor *rl_sum_to_size(rl_tensor *x, int ndim, const int64_t *sizes); /* broadcasting, reversed */
rl_tensor *rl_sum_dims(rl_tensor *x, rl_ints dims, int keepdim);
rl_tensor *rl_view_as_strided(rl_tensor *x, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset);
/* The arguments of strided_replace: the layouts of a view and its base; room for 2 * RL_MAX_DIMS integers. */
rl_args rl_strided_args(const rl_tensor *base, const rl_tensor *view, int64_t *room);
/* Shapes. Views share memory; dimensions count from 0, and from the end if negative. */
rl_tensor *rl_view_as(rl_tensor *x, int ndim, const int64_t *sizes);
rl_tensor *rl_reshape(rl_tensor *x, int ndim, const int64_t *sizes); /* a view where it can be one */
rl_tensor *rl_expand_to(rl_tensor *x, int ndim, const int64_t *sizes);
rl_tensor *rl_alias(rl_tensor *x);
rl_tensor *rl_contiguous(rl_tensor *x); /* x itself if it is */
rl_tensor *rl_dense_copy(rl_tensor *x); /* a contiguous copy always; rl_clone() keeps the order of the strides */
rl_tensor *rl_t(rl_tensor *x);
rl_tensor *rl_transpose(rl_tensor *x, int64_t a, int64_t b);
rl_tensor *rl_permute(rl_tensor *x, rl_ints dims);
rl_tensor *rl_squeeze(rl_tensor *x, int64_t dim); /* RL_NO_DIM: every dimension of size 1 */
rl_tensor *rl_unsqueeze(rl_tensor *x, int64_t dim);
rl_tensor *rl_select(rl_tensor *x, int64_t dim, int64_t index);
rl_tensor *rl_slice(rl_tensor *x, int64_t dim, int64_t start, int64_t end, int64_t step); /* before end, which may be too large */
rl_tensor *rl_narrow(rl_tensor *x, int64_t dim, int64_t start, int64_t length);
rl_tensor *rl_diagonal(rl_tensor *x, int64_t dim1, int64_t dim2, int64_t shift);
rl_tensor *rl_cat(int n, rl_tensor *const *tensors, int64_t dim);
rl_tensor *rl_stack(int n, rl_tensor *const *tensors, int64_t dim);
rl_tensor *rl_flip(rl_tensor *x, rl_ints dims);
rl_tensor *rl_tril(rl_tensor *x, int64_t diagonal);
rl_tensor *rl_triu(rl_tensor *x, int64_t diagonal);

/* Indexing, with int64 indices from 0. Among n indices, NULL leaves a dimension whole, and a mask stands for its dimensions. */
rl_tensor *rl_index(rl_tensor *x, int n, rl_tensor *const *indices);
rl_tensor *rl_index_put(rl_tensor *x, rl_tensor *values, int n, rl_tensor *const *indices, int accumulate);
rl_tensor *rl_index_put_in_place(rl_tensor *x, rl_tensor *values, int n, rl_tensor *const *indices, int accumulate);
rl_tensor *rl_gather(rl_tensor *x, int64_t dim, rl_tensor *index);
rl_tensor *rl_index_select(rl_tensor *x, int64_t dim, rl_tensor *index);
rl_tensor *rl_scatter(rl_tensor *x, int64_t dim, rl_tensor *index, rl_tensor *src);
rl_tensor *rl_scatter_add(rl_tensor *x, int64_t dim, rl_tensor *index, rl_tensor *src);
rl_tensor *rl_index_add(rl_tensor *x, int64_t dim, rl_tensor *index, rl_tensor *source);
rl_tensor *rl_masked_fill(rl_tensor *x, rl_tensor *mask, double value);
rl_tensor *rl_masked_select(rl_tensor *x, rl_tensor *mask);

/* Values alone: no graph, no version. */
static inline rl_status rl_copy_data(rl_tensor *to, rl_tensor *from) {
    rl_copy_elements(to, from);
    return RL_OK;
}

rl_tensor *rl_ones(rl_dtype dtype, int ndim, const int64_t *sizes);
rl_tensor *rl_zeros(rl_dtype dtype, int ndim, const int64_t *sizes);
/* Zeros to be read alone: one element, expanded. */
rl_tensor *rl_expanded_zeros(rl_dtype dtype, int ndim, const int64_t *sizes);
rl_tensor *rl_filled(rl_dtype dtype, int ndim, const int64_t *sizes, double value);
rl_tensor *rl_eye(rl_dtype dtype, int64_t n);

#endif
