#include "scope.h"

#include <stdlib.h>

#include "faults.h"
#include "tensor.h"

static struct {
    rl_tensor **items;
    size_t used, room;
} stack;

rl_scope rl_scope_enter(void) { return stack.used; }

void rl_scope_leave(rl_scope mark) {
    while (stack.used > mark) rl_release(stack.items[--stack.used]);
}

rl_tensor *rl_scope_own(rl_tensor *tensor) {
    if (stack.used == stack.room) {
        size_t room = stack.room ? 2 * stack.room : 256;
        rl_tensor **items = realloc(stack.items, room * sizeof *items);
        if (!items) {
            rl_release(tensor);
            rl_fail_memory((double)room * sizeof *items);
            return NULL;
        }
        stack.items = items;
        stack.room = room;
    }
    return stack.items[stack.used++] = tensor;
}

void *rl_scope_memory(size_t count, size_t size) {
    size_t bytes;
    if (rl_multiply_sizes(count, size, &bytes) != RL_OK) return NULL;
    int64_t sizes[1] = {(int64_t)bytes};
    rl_tensor *holder = rl_tensor_new(RL_UINT8, 1, sizes);
    return holder ? holder->storage->data : NULL;
}
