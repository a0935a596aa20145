#include "graph.h"

static int grad_enabled = 1;

int rl_grad_enabled(void) { return grad_enabled; }

int rl_set_grad_enabled(int enabled) {
    int before = grad_enabled;
    grad_enabled = enabled;
    return before;
}
