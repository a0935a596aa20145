#include "start.h"

#include <stdlib.h>
#include <string.h>

#include "../kernels/parallel.h"
#include "../kernels/random.h"
#include "../tensor/interrupt.h"
#include "../tensor/platform.h"
#include "../transforms/autograd/record.h"
#include "handle.h"

static SEXP collect_garbage(void *data) {
    (void)data;
    R_gc(); /* which takes interrupts */
    return R_NilValue;
}

static void collect(void) { rb_protect(collect_garbage, NULL); }

static void in_child(void) {
    rl_forget_threads();
    rl_generators_in_child();
}

/* R CMD check allows two. */
static void limit_threads(void) {
    const char *limit = getenv("_R_CHECK_LIMIT_CORES_");
    if (limit && *limit && strcmp(limit, "false") != 0 && strcmp(limit, "FALSE") != 0 && rl_num_threads() > 2) rl_set_num_threads(2);
}

void rb_start(DllInfo *dll) {
    rl_autograd_start();
    rb_call_init();
    rb_handle_init();
    rb_state_init(dll);
    rb_generator_init(dll);
    limit_threads();
    rl_reclaim_hook = collect;
    rl_interrupt_hook = rb_check_interrupt;
    rl_at_fork(rl_generators_in_parent, in_child);
}
