#include <stdlib.h>
#include <string.h>

#include "../../tensor/faults.h"
#include "graph.h"

static int64_t next_hook_id = 1;

int64_t rl_next_hook_id(void) { return next_hook_id; }

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

void rl_hooks_clear(rl_hooks *hooks) {
    for (int k = 0; k < hooks->count; k++) hooks->items[k].release(hooks->items[k].host);
    hooks->count = hooks->room = 0;
    free(hooks->items);
    hooks->items = NULL;
}

void rl_hooks_release(rl_hooks *hooks) {
    if (!hooks || --hooks->refs > 0) return;
    rl_hooks_clear(hooks);
    if (!hooks->watchers) free(hooks);
}

rl_hooks *rl_hooks_watch(rl_hooks *hooks) {
    hooks->watchers++;
    return hooks;
}

void rl_hooks_unwatch(rl_hooks *hooks) {
    if (--hooks->watchers == 0 && hooks->refs <= 0) free(hooks);
}
