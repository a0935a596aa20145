#ifndef RL_RBRIDGE_GENERATOR_H
#define RL_RBRIDGE_GENERATOR_H

#include "../kernels/random.h"

#include "bridge.h"

/* The generator that an argument means; NULL of R's means the session's. NULL and a failure if it is none. */
rl_generator *rb_generator(SEXP x);

#endif
