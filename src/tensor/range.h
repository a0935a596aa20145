/* Which numbers a dtype holds: what is written into a tensor has to be one of them. */
#ifndef RL_TENSOR_RANGE_H
#define RL_TENSOR_RANGE_H

#include "dtype.h"
#include "error.h"

/* A dtype holds what lies between the two, both excluded. A fraction is cut to an integer, or rounded, before it is held. */
typedef struct {
    double below, above;
} rl_range;

rl_range rl_range_of(rl_dtype dtype);

static inline int rl_within(double value, rl_range range) { return value > range.below && value < range.above; }

/* Integers and booleans hold no NaN, and integers nothing infinite; floating numbers hold both. */
rl_status rl_check_fits(const char *argument, rl_scalar number, rl_dtype dtype);
rl_status rl_fail_outside(const char *argument, double value, rl_dtype dtype);

#endif
