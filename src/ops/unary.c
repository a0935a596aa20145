#include "elementwise.h"

static rl_tensor *square(rl_tensor *x) { return rl_mul(x, x); }
static rl_tensor *one_minus_square(rl_tensor *x) { return rl_number_minus(1, square(x)); }

SMOOTH(exp, "Exp", SAVE_OUTPUT(0), rl_mul(g, y))
SMOOTH(exp2, "Exp2", SAVE_OUTPUT(0), rl_mul(g, rl_mul_number(y, LN2)))
SMOOTH(expm1, "Expm1", SAVE_OUTPUT(0), rl_mul(g, rl_add_number(y, 1)))
SMOOTH(log, "Log", SAVE_INPUT(0), rl_div(g, x))
SMOOTH(log2, "Log2", SAVE_INPUT(0), rl_div(g, rl_mul_number(x, LN2)))
SMOOTH(log10, "Log10", SAVE_INPUT(0), rl_div(g, rl_mul_number(x, LN10)))
SMOOTH(log1p, "Log1P", SAVE_INPUT(0), rl_div(g, rl_add_number(x, 1)))
SMOOTH(sqrt, "Sqrt", SAVE_OUTPUT(0), rl_div(g, rl_mul_number(y, 2)))
SMOOTH(rsqrt, "Rsqrt", SAVE_OUTPUT(0), rl_mul(rl_mul_number(g, -0.5), rl_pow_number(y, 3)))
SMOOTH(reciprocal, "Reciprocal", SAVE_OUTPUT(0), rl_neg(rl_mul(g, square(y))))

SMOOTH(sin, "Sin", SAVE_INPUT(0), rl_mul(g, rl_cos(x)))
SMOOTH(cos, "Cos", SAVE_INPUT(0), rl_neg(rl_mul(g, rl_sin(x))))
SMOOTH(tan, "Tan", SAVE_OUTPUT(0), rl_mul(g, rl_add_number(square(y), 1)))
SMOOTH(asin, "Asin", SAVE_INPUT(0), rl_mul(g, rl_rsqrt(one_minus_square(x))))
SMOOTH(acos, "Acos", SAVE_INPUT(0), rl_neg(rl_mul(g, rl_rsqrt(one_minus_square(x)))))
SMOOTH(atan, "Atan", SAVE_INPUT(0), rl_div(g, rl_add_number(square(x), 1)))
SMOOTH(sinh, "Sinh", SAVE_INPUT(0), rl_mul(g, rl_cosh(x)))
SMOOTH(cosh, "Cosh", SAVE_INPUT(0), rl_mul(g, rl_sinh(x)))
SMOOTH(tanh, "Tanh", SAVE_OUTPUT(0), rl_tanh_backward(g, y))
SMOOTH(asinh, "Asinh", SAVE_INPUT(0), rl_mul(g, rl_rsqrt(rl_add_number(square(x), 1))))
SMOOTH(acosh, "Acosh", SAVE_INPUT(0), rl_mul(g, rl_rsqrt(rl_add_number(square(x), -1))))
SMOOTH(atanh, "Atanh", SAVE_INPUT(0), rl_div(g, one_minus_square(x)))
SMOOTH(sigmoid, "Sigmoid", SAVE_OUTPUT(0), rl_sigmoid_backward(g, y))

NUMERIC(neg, "Neg", 0, rl_neg(g))
NUMERIC(abs, "Abs", SAVE_INPUT(0), rl_mul(g, rl_sign(x)))
NUMERIC(sign, "Sign", 0, ZEROS(0))

/* sgn is sign, by the name that complex numbers have for it. */
static rl_status sgn_forward(rl_call *call) { return sign_forward(call); }
UNARY_VJP(sgn, ZEROS(0))
UNARY_OP(sgn, "Sgn", rl_infer_elementwise, 0)

/* ---- a factor, that makes degrees radians and radians degrees ---- */

#define FACTOR(op, grad, factor)                        \
    static rl_status op##_forward(rl_call *call) {      \
        rl_scalar k = rl_scalar_double(factor);         \
        return rl_run_loops(call, &rl_scale_loops, &k); \
    }                                                   \
    UNARY_VJP(op, rl_mul_number(g, factor))             \
    UNARY_OP(op, grad, rl_infer_floating, 0)

FACTOR(deg2rad, "Deg2Rad", RL_PI / 180)
FACTOR(rad2deg, "Rad2Deg", 180 / RL_PI)
