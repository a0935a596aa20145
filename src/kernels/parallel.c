#include "parallel.h"

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

void rl_set_num_threads(int wanted) { threads = wanted > 0 ? wanted : 1; }

void rl_forget_threads(void) { threads = 1; }

void rl_parallel(int64_t n, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end), void *context) {
    int64_t parts = grain > 0 ? n / grain : n;
    if (parts > rl_num_threads()) parts = rl_num_threads();
    if (parts <= 1) {
        if (n > 0) body(context, 0, n);
        return;
    }
#ifdef _OPENMP
#pragma omp parallel for num_threads((int)parts) schedule(static)
#endif
    for (int64_t part = 0; part < parts; part++) body(context, n * part / parts, n * (part + 1) / parts);
}
