/* Optimisers: one step of a parameter, by its gradient and what is remembered of it.
 *
 * An optimiser is its formula for one element (formula_template.h), the numbers that the formula reads, made of the settings and the
 * count of steps, and how many tensors it remembers for a parameter. All of it is one loop over memory. */
#ifndef RL_OPTIM_OPTIMIZER_H
#define RL_OPTIM_OPTIMIZER_H

#include "../kernels/loops.h"
#include "../tensor/tensor.h"

enum { RL_MAX_SETTINGS = 8, RL_MAX_NUMBERS = 10, RL_MAX_MEMORY = 3 };

typedef struct {
    const char *name;
    int n_settings, n_memory;
    /* Of the settings, in the order of the table of names in optimizer.c, and of the step, counted from 1. */
    void (*numbers)(const double *settings, double step, double *numbers);
    rl_loops loops; /* operands: the parameter, its gradient, then what is remembered; the context is the numbers */
} rl_optimizer;

const rl_optimizer *rl_optimizer_named(const char *name); /* NULL if there is none */

/* Steps the parameter in place, outside any graph; `step` counts this one. What is remembered has the parameter's shape and dtype. */
rl_status rl_optimizer_step(const rl_optimizer *optimizer, const double *settings, double step, rl_tensor *parameter, rl_tensor *gradient,
                            rl_tensor *const *memory);

#endif
