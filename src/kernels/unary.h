/* Loops of one operand. */
#ifndef RL_KERNELS_UNARY_H
#define RL_KERNELS_UNARY_H

#include "loops.h"

extern const rl_loops rl_exp_loops, rl_log_loops, rl_sqrt_loops, rl_rsqrt_loops, rl_reciprocal_loops;
extern const rl_loops rl_sin_loops, rl_cos_loops, rl_tanh_loops, rl_sigmoid_loops;
extern const rl_loops rl_square_loops, rl_cube_loops;
extern const rl_loops rl_neg_loops, rl_abs_loops, rl_sign_loops, rl_relu_loops;
extern const rl_loops rl_bitwise_not_loops;
/* kept between NUMBER(0) and NUMBER(1), whichever there are */
extern const rl_loops rl_clamp_loops;

#endif
