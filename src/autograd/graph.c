#include "graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "basis.h"

static int grad_enabled = 1;
static int64_t next_hook_id = 1;

int rl_grad_enabled(void) { return grad_enabled; }

int rl_set_grad_enabled(int enabled) {
    int before = grad_enabled;
    grad_enabled = enabled;
    return before;
}

/* ---- nodes ---- */

static size_t aligned(size_t bytes) { return (bytes + 15) & ~(size_t)15; }

static int has_args(const rl_args *args) {
    if (!args) return 0;
    int given = args->dtype != RL_NO_DTYPE;
    for (int k = 0; k < RL_MAX_SCALARS; k++) given |= args->s[k].kind != RL_SCALAR_NONE;
    for (int k = 0; k < RL_MAX_INTS; k++) given |= args->n[k] != 0;
    for (int k = 0; k < RL_MAX_LISTS; k++) given |= args->list[k].length >= 0;
    return given;
}

static size_t list_bytes(const rl_args *args) {
    size_t bytes = 0;
    for (int k = 0; k < RL_MAX_LISTS; k++)
        if (args->list[k].length > 0) bytes += (size_t)args->list[k].length * sizeof(int64_t);
    return bytes;
}

static char *copy_args(char *at, rl_args **to, const rl_args *args) {
    *to = (rl_args *)at;
    **to = *args;
    at += aligned(sizeof **to);
    for (int k = 0; k < RL_MAX_LISTS; k++) {
        if (args->list[k].length <= 0) continue;
        memcpy(at, args->list[k].values, (size_t)args->list[k].length * sizeof(int64_t));
        (*to)->list[k].values = (int64_t *)at;
        at += (size_t)args->list[k].length * sizeof(int64_t);
    }
    return at;
}

static char *sign(char *at, rl_signature *signature, const rl_tensor *tensor) {
    *signature = (rl_signature){0, RL_NO_DTYPE, NULL};
    if (!tensor) return at;
    signature->ndim = tensor->ndim;
    signature->dtype = (rl_dtype)tensor->dtype;
    signature->sizes = (int64_t *)at;
    if (tensor->ndim) memcpy(at, tensor->sizes, tensor->ndim * sizeof(int64_t));
    return at + tensor->ndim * sizeof(int64_t);
}

/* One block: the node, its edges, signatures, saved values, args, then the whole numbers they point to. */
rl_node *rl_node_new(const rl_op *op, int n_in, rl_tensor *const *in, int n_out, rl_tensor *const *out, const rl_args *args) {
    size_t values = (size_t)n_in + (size_t)n_out, dims = 0;
    for (int k = 0; k < n_in; k++) dims += in[k] ? in[k]->ndim : 0;
    for (int k = 0; k < n_out; k++) dims += out[k]->ndim;
    int keep_args = has_args(args);
    size_t bytes = aligned(sizeof(rl_node)) + aligned((size_t)n_in * sizeof(rl_edge)) + aligned(values * sizeof(rl_signature)) +
                   aligned(values * sizeof(rl_saved)) + (keep_args ? aligned(sizeof(rl_args)) + list_bytes(args) : 0) + dims * sizeof(int64_t);
    rl_node *node = rl_pool_take(bytes);
    if (!node) return NULL;
    memset(node, 0, bytes);
    node->refs = 1;
    node->bytes = bytes;
    node->op = op;
    node->n_in = n_in;
    node->n_out = n_out;
    rl_live.live_nodes++;
    char *at = (char *)node + aligned(sizeof(rl_node));
    node->edges = (rl_edge *)at;
    at += aligned((size_t)n_in * sizeof(rl_edge));
    node->in = (rl_signature *)at;
    node->out = node->in + n_in;
    at += aligned(values * sizeof(rl_signature));
    node->saved = (rl_saved *)at;
    at += aligned(values * sizeof(rl_saved));
    if (keep_args) at = copy_args(at, &node->args, args);
    for (int k = 0; k < n_in; k++) at = sign(at, &node->in[k], in[k]);
    for (int k = 0; k < n_out; k++) at = sign(at, &node->out[k], out[k]);
    for (int k = 0; k < n_in; k++) {
        if (!in[k] || !rl_requires_grad(in[k])) continue;
        node->edges[k] = rl_gradient_edge(in[k]);
        if (!node->edges[k].node) {
            rl_node_release(node);
            return NULL;
        }
    }
    return node;
}

rl_node *rl_node_retain(rl_node *node) {
    if (node) node->refs++;
    return node;
}

void rl_node_free_saved(rl_node *node) {
    node->released = 1;
    for (int k = 0; k < node->n_in + node->n_out; k++) {
        rl_tensor *tensor = node->saved[k].tensor;
        node->saved[k].tensor = NULL;
        rl_release(tensor);
    }
    void *host = node->host;
    node->host = NULL;
    if (host && node->op->release) node->op->release(host);
}

/* Releasing one node may release the next, as long as the graph is deep: the dead wait in a list, not on the C stack. */
void rl_node_release(rl_node *node) {
    static rl_node *dead;
    static int busy;
    if (!node || --node->refs > 0) return;
    node->next_dead = dead;
    dead = node;
    if (busy) return;
    busy = 1;
    while (dead) {
        rl_node *now = dead;
        dead = now->next_dead;
        for (int k = 0; k < now->n_in; k++) rl_node_release(now->edges[k].node);
        rl_node_free_saved(now);
        for (int k = 0; k < now->n_out && now->hooks; k++) rl_hooks_release(now->hooks[k]);
        free(now->hooks);
        free(now->retained);
        rl_live.live_nodes--;
        rl_pool_give(now, now->bytes);
    }
    busy = 0;
}

void rl_node_name(const rl_node *node, char *name, size_t room) {
    if (node->variant < 0)
        snprintf(name, room, "%s", node->op->grad_name);
    else
        snprintf(name, room, "%sBackward%d", node->op->grad_name, node->variant);
}

rl_status rl_save(rl_node *node, int slot, rl_tensor *tensor) {
    if (node->saved[slot].tensor) return RL_OK;
    int is_output = slot >= node->n_in;
    rl_tensor *kept = is_output ? rl_tensor_alias(tensor) : tensor; /* Note [Cycles] */
    if (!kept) return RL_FAILED;
    node->saved[slot] = (rl_saved){rl_retain(kept), kept->storage ? kept->storage->version : 0};
    return RL_OK;
}

static rl_tensor *refuse(const rl_node *node, const rl_saved *saved) {
    char name[128];
    rl_node_name(node, name, sizeof name);
    if (node->released)
        rl_fail("the graph has been freed: %s let go of its saved values in an earlier backward(). Call that one with retain_graph = TRUE to go through the graph "
                "again",
                name);
    else
        rl_fail("a value that %s needs for its gradient has been modified by an in-place operation: a %s tensor of shape %s is at version %u, and version %u "
                "was saved",
                name, rl_dtype_name((rl_dtype)saved->tensor->dtype), rl_sizes_text(saved->tensor->ndim, saved->tensor->sizes),
                saved->tensor->storage->version, saved->version);
    return NULL;
}

rl_tensor *rl_unpack_saved(rl_node *node, int slot) {
    rl_saved *saved = &node->saved[slot];
    if (node->released) return refuse(node, saved);
    if (!saved->tensor) return NULL;
    if (saved->tensor->storage && saved->tensor->storage->version != saved->version) return refuse(node, saved);
    if (slot < node->n_in) return rl_scope_own(rl_retain(saved->tensor));
    rl_tensor *output = rl_tensor_alias(saved->tensor);
    if (output && rl_grad_enabled() && rl_dtype_is_floating((rl_dtype)output->dtype) && rl_autograd_of(output)) rl_set_history(output, node, slot - node->n_in);
    return output;
}

/* ---- what a tensor knows ---- */

extern void (*rl_autograd_release_hook)(struct rl_autograd *autograd);

static void autograd_release(rl_autograd *autograd) {
    rl_node *node = autograd->node;
    if (autograd->retains_grad && node && node->retained) node->retained[autograd->output_nr] = NULL;
    rl_tensor *grad = autograd->grad, *base = autograd->base;
    rl_hooks *hooks = autograd->hooks;
    rl_pool_give(autograd, sizeof *autograd);
    rl_hooks_release(hooks);
    rl_release(grad);
    rl_release(base);
    rl_node_release(node);
}

rl_autograd *rl_autograd_of(rl_tensor *tensor) {
    if (!tensor->autograd) {
        rl_autograd_release_hook = autograd_release;
        tensor->autograd = rl_pool_take(sizeof *tensor->autograd);
        if (tensor->autograd) *tensor->autograd = (rl_autograd){0};
    }
    return tensor->autograd;
}

void rl_set_history(rl_tensor *tensor, rl_node *node, int output_nr) {
    rl_autograd *autograd = tensor->autograd;
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
    } else {
        rl_set_history(view, NULL, 0);
    }
    autograd->seen_version = version;
    return RL_OK;
}

int rl_requires_grad(rl_tensor *tensor) {
    if (!tensor->autograd) return 0;
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

static void accumulate(rl_vjp *v) {
    rl_tensor *leaf = v->node->host, *gradient = v->g[0];
    rl_autograd *autograd = leaf->autograd;
    rl_tensor *before = autograd->grad;
    if (before && before->storage && rl_grad_enabled()) {
        gradient = rl_add(before, gradient);
    } else if (before && before->storage) {
        rl_add_into(before, gradient);
        return;
    } else if (!rl_grad_enabled() && !rl_can_be_stolen(gradient)) {
        gradient = rl_clone(gradient);
    }
    if (!gradient) return;
    autograd->grad = rl_retain(gradient);
    rl_release(before);
}

const rl_op rl_op_accumulate = {.name = "accumulate", .grad_name = "torch::autograd::AccumulateGrad", .vjp = accumulate, .release = release_leaf};

/* The caller's reference keeps it: the leaf only knows where it is. */
static rl_node *accumulator_of(rl_tensor *leaf) {
    rl_autograd *autograd = leaf->autograd;
    if (autograd->accumulator) return rl_node_retain(autograd->accumulator);
    rl_node *node = rl_node_new(&rl_op_accumulate, 0, NULL, 1, &leaf, NULL);
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

/* ---- hooks ---- */

rl_hooks *rl_hooks_at(rl_node *node, int output_nr) {
    if (node->op == &rl_op_accumulate) return ((rl_tensor *)node->host)->autograd->hooks;
    return node->hooks ? node->hooks[output_nr] : NULL;
}

rl_status rl_add_hook(rl_tensor *tensor, rl_hook hook, int64_t *id) {
    if (!rl_requires_grad(tensor)) return rl_fail("a hook can only be registered on a tensor that requires gradients");
    rl_autograd *autograd = tensor->autograd;
    rl_node *node = autograd->node;
    if (!autograd->hooks) {
        autograd->hooks = calloc(1, sizeof *autograd->hooks);
        if (!autograd->hooks) return rl_fail_memory(sizeof *autograd->hooks);
        autograd->hooks->refs = 1;
    }
    if (node && !node->hooks) {
        node->hooks = calloc((size_t)node->n_out, sizeof *node->hooks);
        if (!node->hooks) return rl_fail_memory((double)node->n_out * sizeof *node->hooks);
    }
    if (node && node->hooks[autograd->output_nr] != autograd->hooks) {
        rl_hooks_release(node->hooks[autograd->output_nr]);
        node->hooks[autograd->output_nr] = autograd->hooks;
        autograd->hooks->refs++;
    }
    rl_hooks *hooks = autograd->hooks;
    if (hooks->count == hooks->room) {
        int room = hooks->room ? 2 * hooks->room : 4;
        rl_hook *items = realloc(hooks->items, (size_t)room * sizeof *items);
        if (!items) return rl_fail_memory((double)room * sizeof *items);
        hooks->items = items;
        hooks->room = room;
    }
    hook.id = *id = next_hook_id++;
    hooks->items[hooks->count++] = hook;
    return RL_OK;
}

void rl_remove_hook(rl_hooks *hooks, int64_t id) {
    for (int k = 0; k < hooks->count; k++) {
        if (hooks->items[k].id != id) continue;
        rl_hook gone = hooks->items[k];
        memmove(hooks->items + k, hooks->items + k + 1, (size_t)(hooks->count - k - 1) * sizeof gone);
        hooks->count--;
        gone.release(gone.host);
        return;
    }
}

void rl_hooks_release(rl_hooks *hooks) {
    if (!hooks || --hooks->refs > 0) return;
    for (int k = 0; k < hooks->count; k++) hooks->items[k].release(hooks->items[k].host);
    hooks->count = hooks->room = 0;
    free(hooks->items);
    hooks->items = NULL;
    if (!hooks->watchers) free(hooks);
}

rl_hooks *rl_hooks_watch(rl_hooks *hooks) {
    hooks->watchers++;
    return hooks;
}

void rl_hooks_unwatch(rl_hooks *hooks) {
    if (--hooks->watchers == 0 && hooks->refs <= 0) free(hooks);
}
