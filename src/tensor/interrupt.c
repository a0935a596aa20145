#include "interrupt.h"

#include "platform.h"

rl_status (*rl_interrupt_hook)(void);
int rl_interrupt_owed;

static int listening = 1;

/* Whether a twentieth of a second has gone by since the answer was yes. */
static int is_time(void) {
    static double last;
    const double now = rl_seconds();
    if (now - last < 0.05) return 0;
    last = now;
    return 1;
}

rl_status rl_listen(void) {
    if (rl_failing()) return RL_FAILED;
    if (!rl_interrupt_hook || !is_time()) return RL_OK;
    if (listening) return rl_interrupt_hook();
    rl_interrupt_owed = 1;
    return RL_OK;
}

int rl_set_listening(int wanted) {
    int before = listening;
    listening = wanted;
    return before;
}
