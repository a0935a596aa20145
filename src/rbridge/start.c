#include "start.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../kernels/parallel.h"
#include "../tensor/interrupt.h"
#include "handle.h"

static void collect(void) { R_gc(); }

/* R CMD check allows two. */
static void limit_threads(void) {
    const char *limit = getenv("_R_CHECK_LIMIT_CORES_");
    if (limit && *limit && strcmp(limit, "false") != 0 && strcmp(limit, "FALSE") != 0 && rl_num_threads() > 2) rl_set_num_threads(2);
}

void rb_start(void) {
    rb_handle_init();
    limit_threads();
    rl_reclaim_hook = collect;
    rl_interrupt_hook = rb_check_interrupt;
    pthread_atfork(NULL, NULL, rl_forget_threads);
}
