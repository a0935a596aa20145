/* How reducers are written: those whose state is one number with define_reducer.h, others by hand. */
#ifndef RL_KERNELS_REDUCERS_H
#define RL_KERNELS_REDUCERS_H

#include "loops.h"
#include "reduce.h"
#include "template.h"

enum { RL_LANES = 32 }; /* neighbours that a loop along a dimension treats abreast */

/* A table of the reducers R_float and so on; booleans are reduced as bytes. */
#define RL_NUMBER_REDUCERS(R)                                                      \
    {                                                                              \
        .of = { [RL_BOOL] = &R##_uint8, RL_INTEGER_ROWS(&R) RL_FLOATING_ROWS(&R) } \
    }
#define RL_FLOATING_REDUCERS(R)        \
    {                                  \
        .of = { RL_FLOATING_ROWS(&R) } \
    }

#endif
