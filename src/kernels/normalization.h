/* Normalisation to mean 0 and variance 1, of groups of elements.
 *
 * The input is seen as (outer, groups, inner); the elements of a group, outer * inner of them, have one mean and variance. Weight and bias
 * belong to channels: element k of the input is of channel (k / per_channel) % channels. Layer normalisation has a group for each row and
 * a channel for each element of it, group normalisation several channels in a group, batch normalisation one. */
#ifndef RL_KERNELS_NORMALIZATION_H
#define RL_KERNELS_NORMALIZATION_H

#include "../tensor/tensor.h"

typedef struct {
    rl_dtype dtype; /* float or double */
    int64_t outer, groups, inner, per_channel, channels;
} rl_groups;

/* mean and rstd, the inverse standard deviation, are doubles, one for each group; weight and bias may be NULL. */
rl_status rl_normalize_groups(const rl_groups *shape, const void *x, const void *weight, const void *bias, double eps, void *y, double *mean, double *rstd);
/* The derivatives by x, weight and bias; the last two are one number for each channel, and NULL if they are not wanted. */
rl_status rl_normalize_groups_backward(const rl_groups *shape, const void *g, const void *x, const void *weight, const double *mean, const double *rstd,
                                       void *dx, void *dweight, void *dbias);

#endif
