#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"

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

rl_signature rl_signature_of(const rl_tensor *tensor) {
    return tensor ? (rl_signature){tensor->ndim, (rl_dtype)tensor->dtype, tensor->sizes} : (rl_signature){0, RL_NO_DTYPE, NULL};
}

static char *copy_signature(char *at, rl_signature *to, rl_signature from) {
    *to = from;
    to->sizes = (int64_t *)at;
    if (from.ndim) memcpy(at, from.sizes, (size_t)from.ndim * sizeof *from.sizes);
    return at + (size_t)from.ndim * sizeof *from.sizes;
}

/* One block: the node, its edges, signatures, saved values, args, then the integers they point to. */
rl_node *rl_node_new(const rl_op *op, int n_in, rl_tensor *const *in, int n_out, const rl_signature *out, const rl_args *args) {
    size_t values = (size_t)n_in + (size_t)n_out, dims = 0;
    for (int k = 0; k < n_in; k++) dims += in[k] ? in[k]->ndim : 0;
    for (int k = 0; k < n_out; k++) dims += (size_t)out[k].ndim;
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
    for (int k = 0; k < n_in; k++) at = copy_signature(at, &node->in[k], rl_signature_of(in[k]));
    for (int k = 0; k < n_out; k++) at = copy_signature(at, &node->out[k], out[k]);
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

rl_node *rl_node_of_call(const rl_call *call) {
    const rl_result *result = &call->result;
    rl_signature few[RL_FEW_OUTPUTS], *out = few;
    if (result->n_out > RL_FEW_OUTPUTS && !(out = rl_scope_memory((size_t)result->n_out, sizeof *out))) return NULL;
    for (int k = 0; k < result->n_out; k++) {
        const rl_output_spec *planned = &result->out[k];
        out[k] = (rl_signature){planned->layout.ndim, planned->dtype, planned->layout.sizes};
    }
    if (call->inplace && !(call->op->traits & RL_IS_VIEW)) out[0].dtype = (rl_dtype)call->inplace->dtype;
    rl_node *node = rl_node_new(call->op, call->n_in, call->in, result->n_out, out, &call->args);
    if (node) node->variant = (int16_t)result->variant;
    return node;
}

rl_node *rl_node_retain(rl_node *node) {
    if (node) node->refs++;
    return node;
}

static void free_value(rl_node *node, int slot) {
    rl_tensor *tensor = node->saved[slot].tensor;
    node->saved[slot].tensor = NULL;
    rl_release(tensor);
}

/* What saved nothing can be gone through again. */
void rl_node_free_saved(rl_node *node) {
    for (int k = 0; k < node->n_in + node->n_out; k++) {
        if (!node->saved[k].tensor) continue;
        node->released = 1;
        free_value(node, k);
    }
    if (node->host) {
        void *host = node->host;
        node->released = 1;
        node->host = NULL;
        if (node->op->release) node->op->release(host);
    }
    for (int k = 0; k < node->n_out && node->released && node->hooks; k++)
        if (node->hooks[k]) rl_hooks_clear(node->hooks[k]);
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
    node->saved[slot] = (rl_saved){rl_retain(kept), kept->storage ? kept->storage->version : 0, kept->moves};
    return RL_OK;
}

static rl_tensor *refuse(const rl_node *node, const rl_saved *saved) {
    char name[128];
    rl_node_name(node, name, sizeof name);
    if (node->released)
        rl_fail(
            "the graph has been freed: %s let go of its saved values in an earlier backward(). Call that one with retain_graph = TRUE to go through the graph "
            "a second time",
            name);
    else if (saved->tensor->moves != saved->moves)
        rl_fail("a value that %s needs for its gradient has been given other memory or another shape since it was saved; use $clone() on it before", name);
    else
        rl_fail("a value that %s needs for its gradient has been modified by an in-place operation: a %s tensor of shape %s is at version %u, and version %u "
                "was saved (\"variables needed for gradient computation have been modified by an inplace operation\")",
                name, rl_dtype_name((rl_dtype)saved->tensor->dtype), rl_sizes_text(saved->tensor->ndim, saved->tensor->sizes), saved->tensor->storage->version,
                saved->version);
    return NULL;
}

rl_tensor *rl_unpack_saved(rl_node *node, int slot) {
    rl_saved *saved = &node->saved[slot];
    if (node->released) return refuse(node, saved);
    if (!saved->tensor) return NULL;
    if (saved->tensor->moves != saved->moves || (saved->tensor->storage && saved->tensor->storage->version != saved->version)) return refuse(node, saved);
    if (slot < node->n_in) return rl_scope_own(rl_retain(saved->tensor));
    rl_tensor *output = rl_tensor_alias(saved->tensor);
    if (output && rl_grad_enabled() && rl_dtype_is_floating((rl_dtype)output->dtype) && rl_autograd_of(output)) rl_set_history(output, node, slot - node->n_in);
    if (output && saved->tensor->autograd && rl_copy_tangents(output, saved->tensor) != RL_OK) return NULL;
    return output;
}
