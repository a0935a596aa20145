/* Ops that look at their input through another geometry.
 *
 * A geometry function tells, of the geometry that an input has and the arguments, which one its view has. The view itself uses it
 * on the input as it lies in memory; derivatives and copies use it on a contiguous tensor of the same sizes. */
#ifndef RL_OPS_VIEW_H
#define RL_OPS_VIEW_H

#include "infer.h"

typedef rl_status (*rl_layout_of_view)(const rl_args *args, const rl_layout *x, rl_layout *view);

void rl_layout_contiguous(int ndim, const int64_t *sizes, rl_layout *geometry);
rl_tensor *rl_seen_through(const rl_tensor *x, const rl_layout *geometry); /* a view outside any graph */

/* infer of a view of the first input */
rl_status rl_infer_view(const rl_call *call, rl_result *result, rl_layout_of_view view_of);

/* The derivative of a view: g's elements where a contiguous tensor of the input's shape has them, and zeros elsewhere. */
rl_tensor *rl_view_backward(const rl_vjp *v, rl_tensor *g, rl_layout_of_view view_of);

rl_tensor *rl_scatter_strided(rl_tensor *g, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset); /* the same, spelled out */
rl_tensor *rl_diagonal_backward(rl_tensor *g, const int64_t *sizes, int64_t shift);                                  /* of a matrix */

int64_t rl_diagonal_length(int64_t rows, int64_t columns, int64_t shift);

#define VIEW(op, grad)                                                                                                         \
    static rl_status infer_##op(const rl_call *call, rl_result *result) { return rl_infer_view(call, result, op##_geometry); } \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .grad_name = grad, .traits = RL_IS_VIEW, .infer = infer_##op, .vjp = op##_vjp};

/* Ops that are a composition, under their record's name. */
#define COMPOSITION(op, expression)                                                                                \
    static rl_status compose_##op(rl_call *call) { return rl_set_result(call, 1, (rl_tensor *[]){(expression)}); } \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .compose = compose_##op};

#endif
