/* What a tensor knows of the graph: its node, its base, its grad. */
#include <stdlib.h>

#include "../../tensor/faults.h"
#include "record.h"

/* ---- tangents ---- */

static void release_tangents(rl_tangent *tangents) {
    while (tangents) {
        rl_tangent gone = *tangents;
        rl_pool_give(tangents, sizeof *tangents);
        rl_release(gone.tensor);
        tangents = gone.next;
    }
}

rl_status rl_set_tangent(rl_tensor *tensor, int64_t level, rl_tensor *tangent) {
    rl_autograd *autograd = rl_autograd_of(tensor);
    if (!autograd) return RL_FAILED;
    for (rl_tangent **at = &autograd->tangents; *at; at = &(*at)->next) {
        rl_tangent *one = *at;
        if (one->level != level) continue;
        rl_tensor *before = one->tensor;
        if (tangent) {
            one->tensor = rl_retain(tangent);
        } else {
            *at = one->next;
            rl_pool_give(one, sizeof *one);
        }
        rl_release(before);
        return RL_OK;
    }
    if (!tangent) return RL_OK;
    rl_tangent *added = rl_pool_take(sizeof *added);
    if (!added) return RL_FAILED;
    *added = (rl_tangent){autograd->tangents, level, rl_retain(tangent)};
    autograd->tangents = added;
    return RL_OK;
}

rl_status rl_copy_tangents(rl_tensor *to, const rl_tensor *from) {
    for (const rl_tangent *one = from->autograd->tangents; one; one = one->next) RL_TRY(rl_set_tangent(to, one->level, one->tensor));
    return RL_OK;
}

/* A gradient may have a gradient, and so on: the dead wait in a list, as nodes do. */
static void autograd_release(rl_autograd *autograd) {
    static rl_autograd *dead;
    static int busy;
    rl_node *node = autograd->node;
    if (autograd->retains_grad && node && node->retained) node->retained[autograd->output_nr] = NULL;
    autograd->next_dead = dead;
    dead = autograd;
    if (busy) return;
    busy = 1;
    while (dead) {
        rl_autograd now = *dead;
        rl_pool_give(dead, sizeof *dead);
        dead = now.next_dead;
        rl_hooks_release(now.hooks);
        rl_release(now.grad);
        rl_release(now.base);
        rl_node_release(now.node);
        if (now.tangents) release_tangents(now.tangents);
    }
    busy = 0;
}

void rl_metadata_start(void) { rl_autograd_release_hook = autograd_release; }

rl_autograd *rl_autograd_of(rl_tensor *tensor) {
    if (!tensor->autograd) {
        tensor->autograd = rl_pool_take(sizeof *tensor->autograd);
        if (tensor->autograd) *tensor->autograd = (rl_autograd){0};
    }
    return tensor->autograd;
}

void rl_set_history(rl_tensor *tensor, rl_node *node, int output_nr) {
    rl_autograd *autograd = tensor->autograd;
    if (!rl_dtype_is_floating((rl_dtype)tensor->dtype)) node = NULL;
    rl_node *before = autograd->node;
    if (autograd->retains_grad && before && before->retained) before->retained[autograd->output_nr] = NULL;
    autograd->retains_grad = 0;
    autograd->node = rl_node_retain(node);
    autograd->output_nr = output_nr;
    autograd->requires_grad = 0;
    rl_hooks_release(autograd->hooks);
    autograd->hooks = NULL;
    rl_node_release(before);
}

/* Note [Versions]: a view whose storage has moved on takes its node from its base's. */
static rl_status refresh_view(rl_tensor *view) {
    rl_autograd *autograd = view->autograd;
    if (autograd->base && autograd->base->storage != view->storage) { /* the base has been given other memory */
        rl_tensor *base = autograd->base;
        autograd->base = NULL;
        rl_release(base);
    }
    if (!autograd->base || autograd->seen_version == view->storage->version) return RL_OK;
    uint32_t version = view->storage->version;
    if (rl_requires_grad(autograd->base)) {
        rl_scope scope = rl_scope_enter();
        int before = rl_set_grad_enabled(1);
        rl_tensor *fresh = rl_view_as_strided(autograd->base, view->ndim, view->sizes, view->strides, view->offset);
        rl_set_grad_enabled(before);
        if (fresh) rl_set_history(view, fresh->autograd->node, fresh->autograd->output_nr);
        rl_scope_leave(scope);
        if (rl_failing()) return RL_FAILED;
    } else if (autograd->node) {
        rl_set_history(view, NULL, 0);
    }
    autograd->seen_version = version;
    return RL_OK;
}

int rl_metadata_requires_grad(rl_tensor *tensor) {
    if (tensor->autograd->base) refresh_view(tensor);
    return tensor->autograd->requires_grad || tensor->autograd->node;
}

rl_status rl_gradient_node(rl_tensor *tensor, rl_node **node) {
    *node = NULL;
    if (!tensor->autograd) return RL_OK;
    if (tensor->autograd->base) RL_TRY(refresh_view(tensor));
    *node = tensor->autograd->node;
    return RL_OK;
}

int rl_is_leaf(rl_tensor *tensor) { return !rl_requires_grad(tensor) || !tensor->autograd->node; }

static void release_leaf(void *leaf) {
    if (((rl_tensor *)leaf)->autograd) ((rl_tensor *)leaf)->autograd->accumulator = NULL;
    rl_release(leaf);
}

const rl_op rl_op_accumulate = {.name = "accumulate", .grad_name = "torch::autograd::AccumulateGrad", .release = release_leaf};

/* The caller's reference keeps it: the leaf only knows where it is. */
static rl_node *accumulator_of(rl_tensor *leaf) {
    rl_autograd *autograd = leaf->autograd;
    if (autograd->accumulator) return rl_node_retain(autograd->accumulator);
    rl_signature signature = rl_signature_of(leaf);
    rl_node *node = rl_node_new(&rl_op_accumulate, 0, NULL, 1, &signature, NULL);
    if (!node) return NULL;
    node->variant = -1;
    node->host = rl_retain(leaf);
    autograd->accumulator = node;
    return node;
}

rl_edge rl_gradient_edge(rl_tensor *tensor) {
    rl_autograd *autograd = tensor->autograd;
    if (!autograd) return (rl_edge){NULL, 0};
    if (autograd->node) return (rl_edge){rl_node_retain(autograd->node), autograd->output_nr};
    if (!autograd->requires_grad) return (rl_edge){NULL, 0};
    return (rl_edge){accumulator_of(tensor), 0};
}

rl_status rl_set_requires_grad(rl_tensor *tensor, int requires_grad) {
    if (requires_grad && !rl_dtype_is_floating((rl_dtype)tensor->dtype))
        return rl_fail("only tensors of a floating dtype can require gradients; this one is %s", rl_dtype_name((rl_dtype)tensor->dtype));
    if (!requires_grad && !rl_is_leaf(tensor))
        return rl_fail("requires_grad can only be switched off on a leaf; use $detach() to take a computed tensor out of the graph");
    if (!requires_grad && !tensor->autograd) return RL_OK;
    rl_autograd *autograd = rl_autograd_of(tensor);
    if (!autograd) return RL_FAILED;
    if (!autograd->node) autograd->requires_grad = (uint8_t)requires_grad;
    return RL_OK;
}

rl_status rl_retain_grad(rl_tensor *tensor) {
    if (!rl_requires_grad(tensor)) return rl_fail("retain_grad() needs a tensor that requires gradients");
    rl_autograd *autograd = tensor->autograd;
    rl_node *node = autograd->node;
    if (!node) return RL_OK;
    if (!node->retained) node->retained = calloc((size_t)node->n_out, sizeof *node->retained);
    if (!node->retained) return rl_fail_memory((double)node->n_out * sizeof *node->retained);
    node->retained[autograd->output_nr] = tensor;
    autograd->retains_grad = 1;
    return RL_OK;
}
