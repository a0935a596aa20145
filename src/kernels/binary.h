/* Loops of two operands. */
#ifndef RL_KERNELS_BINARY_H
#define RL_KERNELS_BINARY_H

#include "loops.h"

/* binary.c; scaled: a + NUMBER(0) * b */
extern const rl_loops rl_add_loops, rl_sub_loops, rl_mul_loops, rl_div_loops, rl_scaled_loops;
extern const rl_loops rl_eq_loops, rl_ne_loops, rl_gt_loops, rl_ge_loops;
extern const rl_loops rl_maximum_loops, rl_minimum_loops, rl_fmax_loops, rl_fmin_loops;
/* pass_above: 0 where b <= NUMBER(0), else a; pass_within: a where b is between NUMBER(0) and NUMBER(1), whichever there are */
extern const rl_loops rl_pass_above_loops, rl_pass_within_loops;
extern const rl_loops rl_tanh_backward_loops, rl_sigmoid_backward_loops; /* a (1 - b^2), a b (1 - b) */
extern const rl_loops rl_prelu_loops;                                    /* a where it is above 0, else a * b */

/* compare.c: operand 1 is int64, operand 2 double */
enum { RL_EQ, RL_NE, RL_GT, RL_GE, RL_LT, RL_LE };
extern const rl_loop rl_exact_comparisons[];

/* division.c; integers: the context is an int that is set if a divisor is 0 */
extern const rl_loops rl_floor_divide_loops, rl_trunc_divide_loops, rl_remainder_loops, rl_fmod_loops;

/* binary_math.c; logical ops are those on booleans */
extern const rl_loops rl_bitwise_and_loops, rl_bitwise_or_loops, rl_bitwise_xor_loops;
extern const rl_loops rl_pow_loops, rl_atan2_loops, rl_hypot_loops, rl_logaddexp_loops, rl_logaddexp2_loops;
extern const rl_loops rl_copysign_loops, rl_nextafter_loops, rl_heaviside_loops, rl_xlogy_loops;
extern const rl_loops rl_gcd_loops, rl_lcm_loops, rl_shift_left_loops, rl_shift_right_loops;
extern const rl_loops rl_isclose_loops; /* |a - b| <= NUMBER(1) + NUMBER(0) |b|; two NaNs are if NUMBER(2) says so */

/* special_loops.c */
extern const rl_loops rl_igamma_loops, rl_igammac_loops, rl_gamma_slope_loops;

#endif
