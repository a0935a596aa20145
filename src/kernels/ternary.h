/* Loops of three operands. */
#ifndef RL_KERNELS_TERNARY_H
#define RL_KERNELS_TERNARY_H

#include "loops.h"

/* b where a, else c */
rl_loop rl_where_loop(rl_dtype dtype);
extern const rl_loops rl_addcmul_loops, rl_addcdiv_loops; /* a + NUMBER(0) * b * c, a + NUMBER(0) * b / c */
extern const rl_loops rl_lerp_loops;                      /* from a to b by c */

#endif
