#include "parallel.h"

#include "../tensor/interrupt.h"

#ifdef _OPENMP
#include <omp.h>
#endif

static int threads; /* 0: not asked yet */

int rl_num_threads(void) {
#ifdef _OPENMP
    if (threads == 0) threads = omp_get_max_threads();
    if (threads > omp_get_thread_limit()) threads = omp_get_thread_limit();
#endif
    return threads > 0 ? threads : 1;
}

int rl_has_openmp(void) {
#ifdef _OPENMP
    return 1;
#else
    return 0;
#endif
}

void rl_set_num_threads(int wanted) { threads = wanted > 0 ? wanted : 1; }

void rl_forget_threads(void) { threads = 1; }

int rl_given_up(void) {
#ifdef _OPENMP
    if (omp_get_thread_num() != 0) return rl_failing();
#endif
    return rl_listen() != RL_OK;
}

typedef void (*range_body)(void *context, int64_t begin, int64_t end);

/* In stretches short enough to listen between them. */
static void run_range(range_body body, void *context, int64_t begin, int64_t end, int64_t stretch) {
    for (; begin < end && !rl_given_up(); begin += stretch) body(context, begin, end - begin < stretch ? end : begin + stretch);
}

void rl_parallel(int64_t n, int64_t grain, range_body body, void *context) {
    int64_t parts = grain > 1 ? n / grain : n, stretch = grain > 1 ? 8 * grain : 1;
    if (n <= 0 || rl_failing()) return;
    if (parts > rl_num_threads()) parts = rl_num_threads();
    if (parts <= 1 && n <= stretch) {
        body(context, 0, n);
        return;
    }
#ifdef _OPENMP
#pragma omp parallel for num_threads((int)parts) schedule(static) if (parts > 1)
#endif
    for (int64_t part = 0; part < parts; part++) run_range(body, context, n * part / parts, n * (part + 1) / parts, stretch);
}
