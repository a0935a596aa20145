/* Autograd as an interpreter: it lets the one below compute, and records a node if an input requires gradients. */
#ifndef RL_TRANSFORMS_AUTOGRAD_RECORD_H
#define RL_TRANSFORMS_AUTOGRAD_RECORD_H

#include "../../ops/ops.h"
#include "graph.h"

/* To be called once, before any op is. */
void rl_autograd_start(void);

/* A view has been written to and has its new node: that is, for its base, a slice replaced. Note [Versions] in graph.h */
rl_status rl_rebase(rl_tensor *view);
/* The node of a base whose view has been written to: as if the view had replaced its part of the base. */
rl_node *rl_slice_replaced_node(rl_tensor *base, rl_tensor *view);

/* Nobody else can see this tensor's memory, so a gradient may be added or kept where it is. */
int rl_can_be_stolen(const rl_tensor *tensor);

/* Views made while gradients are computed, and not graphed, need no memory of their base. */
extern int rl_views_untracked;

#endif
