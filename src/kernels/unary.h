/* Loops of one operand. */
#ifndef RL_KERNELS_UNARY_H
#define RL_KERNELS_UNARY_H

#include "loops.h"

/* unary.c */
extern const rl_loops rl_sqrt_loops, rl_rsqrt_loops, rl_reciprocal_loops, rl_square_loops, rl_cube_loops;
extern const rl_loops rl_neg_loops, rl_abs_loops, rl_sign_loops, rl_relu_loops;
extern const rl_loops rl_floor_loops, rl_ceil_loops, rl_trunc_loops, rl_round_loops, rl_frac_loops;
extern const rl_loops rl_bitwise_not_loops;
extern const rl_loops rl_mantissa_loops, rl_exponent_loops; /* of frexp(); exponents are int32 */
extern const rl_loops rl_scale_loops;                       /* times NUMBER(0) */
extern const rl_loops rl_round_decimals_loops;              /* to NUMBER(0) decimals */
extern const rl_loops rl_clamp_loops;                       /* kept between NUMBER(0) and NUMBER(1), whichever there are */
extern const rl_loops rl_nan_to_num_loops;                  /* NaN, Inf and -Inf replaced by NUMBER(0), (1), (2) */
extern const rl_loops rl_angle_loops;                       /* 0, or pi below 0 */
/* to booleans */
extern const rl_loops rl_isnan_loops, rl_isinf_loops, rl_isfinite_loops, rl_isposinf_loops, rl_isneginf_loops, rl_signbit_loops;

/* unary_math.c */
extern const rl_loops rl_exp_loops, rl_exp2_loops, rl_expm1_loops, rl_log_loops, rl_log2_loops, rl_log10_loops, rl_log1p_loops;
extern const rl_loops rl_sin_loops, rl_cos_loops, rl_tan_loops, rl_asin_loops, rl_acos_loops, rl_atan_loops;
extern const rl_loops rl_sinh_loops, rl_cosh_loops, rl_tanh_loops, rl_asinh_loops, rl_acosh_loops, rl_atanh_loops;
extern const rl_loops rl_sigmoid_loops, rl_logit_loops, rl_erf_loops, rl_erfc_loops, rl_sinc_loops;

/* special_loops.c; polygamma of order, mvlgamma of dimension NUMBER(0) */
extern const rl_loops rl_erfinv_loops, rl_lgamma_loops, rl_digamma_loops, rl_polygamma_loops, rl_mvlgamma_loops, rl_i0_loops, rl_i1_loops;
extern const rl_loops rl_erfcx_loops, rl_log_ndtr_loops, rl_ndtri_exp_loops;

/* activation.c; what they take besides: NUMBER(0), ... as in ops/activation.c */
extern const rl_loops rl_elu_loops, rl_silu_loops, rl_gelu_loops, rl_gelu_tanh_loops, rl_softplus_loops, rl_logsigmoid_loops;
extern const rl_loops rl_leaky_relu_loops, rl_threshold_loops, rl_hardshrink_loops, rl_softshrink_loops, rl_hardtanh_loops;
extern const rl_loops rl_hardsigmoid_loops, rl_hardswish_loops;

#endif
