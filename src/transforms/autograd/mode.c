#include "graph.h"

int rl_grad_mode = 1;

int rl_set_grad_enabled(int enabled) {
    int before = rl_grad_mode;
    rl_grad_mode = enabled;
    return before;
}
