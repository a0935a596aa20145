/* The ops as C functions, to write derivatives and compositions with. A NULL argument is an earlier failure and passes through;
 * results belong to the scope: Note [Ownership] in tensor/tensor.h. */
#ifndef RL_OPS_OPS_H
#define RL_OPS_OPS_H

#include "../autograd/apply.h"
#include "../autograd/basis.h"

#define UNARY(name) extern const rl_op rl_op_##name; rl_tensor *rl_##name(rl_tensor *x);
#define BINARY(name) extern const rl_op rl_op_##name; rl_tensor *rl_##name(rl_tensor *a, rl_tensor *b);
#define OP(name, arity, signature) extern const rl_op rl_op_##name;
#define UNARY_IN_PLACE UNARY
#define BINARY_IN_PLACE BINARY
#define OP_IN_PLACE OP
#include "ops.def"
#undef UNARY
#undef BINARY
#undef OP
#undef UNARY_IN_PLACE
#undef BINARY_IN_PLACE
#undef OP_IN_PLACE

rl_tensor *rl_sub(rl_tensor *a, rl_tensor *b);
rl_tensor *rl_where(rl_tensor *condition, rl_tensor *a, rl_tensor *b);
rl_tensor *rl_pass_above(rl_tensor *g, rl_tensor *x, double threshold); /* g where x is greater, else 0 */
rl_tensor *rl_clamp(rl_tensor *x, rl_scalar low, rl_scalar high);       /* of kind RL_SCALAR_NONE: no bound */

/* A number of the user's as an operand, and ops with one. */
rl_tensor *rl_number(double number);
rl_tensor *rl_add_number(rl_tensor *x, double number);
rl_tensor *rl_mul_number(rl_tensor *x, double number);
rl_tensor *rl_pow_number(rl_tensor *x, double number);
rl_tensor *rl_number_minus(double number, rl_tensor *x);

rl_tensor *rl_sum_dims(rl_tensor *x, rl_ints dims, int keepdim);
rl_tensor *rl_view_as(rl_tensor *x, int ndim, const int64_t *sizes);
rl_tensor *rl_reshape(rl_tensor *x, int ndim, const int64_t *sizes); /* a view where it can be one */
rl_tensor *rl_expand_to(rl_tensor *x, int ndim, const int64_t *sizes);
rl_tensor *rl_filled(rl_dtype dtype, int ndim, const int64_t *sizes, double value);

#endif
