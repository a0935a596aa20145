/* How the records of elementwise ops of one operand are written: in a derivative, x, y and g are the input, the output and the
 * output's gradient; SCALAR_ARG(k) is the k-th number among the arguments. */
#ifndef RL_OPS_ELEMENTWISE_H
#define RL_OPS_ELEMENTWISE_H

#include "../kernels/mathfn.h"
#include "../kernels/unary.h"
#include "infer.h"

#define SCALAR_ARG(k) (v->args->s[k].as_double)

#define UNARY_VJP(op, derivative)                         \
    VJP(op) {                                             \
        rl_tensor *x = INPUT_0, *y = OUTPUT_0, *g = GRAD; \
        (void)x, (void)y, (void)g;                        \
        GRADIENT(0, derivative);                          \
    }

/* needs: what the derivative reads, SAVE_INPUT(0) | SAVE_OUTPUT(0) */
#define ELEMENTWISE(op, grad, infer_as, needs, derivative) \
    FORWARD(op)                                            \
    UNARY_VJP(op, derivative)                              \
    UNARY_OP(op, grad, infer_as, needs)

#define UNARY_OP(op, grad, infer_as, needs) \
    const rl_op rl_op_##op = {              \
        .name = #op, SCHEMA(op), .grad_name = grad, .traits = RL_ELEMENTWISE, .saves = {needs}, .infer = infer_as, .forward = op##_forward, .vjp = op##_vjp};

/* Functions of floating numbers, integers becoming floating. */
#define SMOOTH(op, grad, needs, derivative) ELEMENTWISE(op, grad, rl_infer_floating, needs, derivative)
/* Functions under which integers stay whole. */
#define NUMERIC(op, grad, needs, derivative) ELEMENTWISE(op, grad, rl_infer_elementwise, needs, derivative)

#define SQRT_PI 1.77245385090551602730
#define SQRT_2 1.41421356237309504880
#define LN2 0.69314718055994530942
#define LN10 2.30258509299404568402

#endif
