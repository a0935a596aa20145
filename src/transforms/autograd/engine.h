/* The backward pass. */
#ifndef RL_TRANSFORMS_AUTOGRAD_ENGINE_H
#define RL_TRANSFORMS_AUTOGRAD_ENGINE_H

#include "graph.h"

typedef struct {
    int n_roots;
    rl_tensor **roots;
    rl_tensor **gradients; /* of the roots; NULL entries mean ones, for roots of one element */
    int keep_graph;        /* saved values stay, for another pass */
    int create_graph;      /* the gradients become part of a graph themselves */
    int n_inputs;          /* 0: gradients go to the leaves */
    rl_tensor **inputs;
    rl_tensor **captured; /* their gradients, owned by the scope; NULL where the input was not reached */
    int accumulate;       /* the inputs' gradients go to their $grad instead of captured */
} rl_backward_call;

rl_status rl_backward(rl_backward_call *call);

/* Whether the graphs behind the roots have leaves that are none of these, nor of a transform that has ended. */
rl_status rl_reaches_other_leaves(int n_roots, rl_tensor *const *roots, int n_leaves, rl_tensor *const *leaves, int *reaches);

/* Checks every gradient for NaN and names the function that made it. */
extern int rl_detect_anomaly;

#endif
