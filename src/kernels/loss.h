/* Losses: element by element, and the log-likelihood of classes. */
#ifndef RL_KERNELS_LOSS_H
#define RL_KERNELS_LOSS_H

#include "loops.h"

extern const rl_loops rl_mse_loss_loops, rl_smooth_l1_loss_loops, rl_bce_loss_loops, rl_soft_margin_loss_loops;
/* Of logits, in fresh memory: losses, what was predicted, the target; and the predicted probabilities unless the context is NULL. */
extern const rl_loops rl_bce_logits_loss_loops;

/* Scores of n x classes x inner, row-major; the classes asked for are n x inner of them, from 1. */
typedef struct {
    int64_t n, classes, inner, ignored;
    const int64_t *asked;
    const void *weight; /* of the classes, or NULL */
    int to_mean;        /* divided by the weights of all that is asked for */
} rl_class_loss;

/* The first class asked for that does not exist; 0 if there is none. */
int64_t rl_wrong_class(const rl_class_loss *loss);
/* -weight * score for each, or all added up if `total` */
void rl_class_losses(const rl_class_loss *loss, rl_tensor *y, rl_tensor *x, int total);
/* The reverse: what g of the losses is for each score; g is one number if `total`. dx is zero before. */
void rl_nll_loss_backward_elements(const rl_class_loss *loss, rl_tensor *dx, rl_tensor *g, int total);

#endif
