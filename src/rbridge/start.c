#include "start.h"

#include <pthread.h>

#include "../kernels/parallel.h"
#include "handle.h"

static void collect(void) { R_gc(); }

void rb_start(void) {
    rb_handle_init();
    rl_reclaim_hook = collect;
    pthread_atfork(NULL, NULL, rl_forget_threads);
}
