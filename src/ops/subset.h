/* A part of a tensor, as brackets name it: x[1, 2:4, mask]. Each item says what is taken of the next dimension, or dimensions. Indices
 * count from 0, and from the end if they are negative. */
#ifndef RL_OPS_SUBSET_H
#define RL_OPS_SUBSET_H

#include "../tensor/tensor.h"

typedef enum {
    RL_ALL,       /* the dimension as it is */
    RL_REST,      /* all dimensions that no other item takes */
    RL_ONE_INDEX, /* `start`; the dimension is dropped, if that is wanted */
    RL_RANGE,     /* from `start` to `end`, both included, in steps of `step`, as far as it is there; empty if start lies after end */
    RL_SEQUENCE,  /* the same in steps of 1, but downwards if start lies after end, and then both must be there */
    RL_NEW_DIM,   /* of size 1, put in here */
    RL_FLAG,      /* the dimension, or nothing of it, as `start` is true or not */
    RL_INDICES,   /* those in a tensor, in its shape; of booleans it is a mask over as many dimensions as it has */
    RL_CELLS,     /* elements of x, a row for each in a matrix with a column for each dimension; stands alone */
} rl_item_kind;

typedef struct {
    rl_item_kind kind;
    int64_t start, end, step;
    rl_tensor *tensor;
} rl_item_of_subset;

enum { RL_MAX_ITEMS = 2 * RL_MAX_DIMS };

/* Indices, ranges upwards and new dimensions give a view, the others a copy. */
rl_tensor *rl_subset(rl_tensor *x, int n, const rl_item_of_subset *items, int drop);
/* Writes the value, which broadcasts to it, into the part. */
rl_status rl_subset_put(rl_tensor *x, int n, const rl_item_of_subset *items, rl_tensor *value);

#endif
