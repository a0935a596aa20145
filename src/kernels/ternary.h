/* Loops of three operands. */
#ifndef RL_KERNELS_TERNARY_H
#define RL_KERNELS_TERNARY_H

#include "loops.h"

/* b where a, else c */
extern const rl_loops rl_where_loops;

#endif
