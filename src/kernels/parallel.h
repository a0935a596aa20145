/* The only place that knows of threads. Work is cut into ranges; what a range computes must not depend on how many there are. */
#ifndef RL_KERNELS_PARALLEL_H
#define RL_KERNELS_PARALLEL_H

#include <stdint.h>

int rl_has_openmp(void);
int rl_num_threads(void);
void rl_set_num_threads(int threads);
/* After fork() the child has no threads to wake, and waiting for them would hang it. */
void rl_forget_threads(void);

/* Calls body on ranges that cover 0..n, and returns when all are done. `grain` is how much is worth a thread. What is found to have
 * failed, or fails meanwhile, is not gone on with: Note [Interrupts] in tensor/interrupt.h */
void rl_parallel(int64_t n, int64_t grain, void (*body)(void *context, int64_t begin, int64_t end), void *context);

/* Whether the work under way is to be given up: for any thread. Loops over many elements ask with RL_GIVEN_UP_AT(step). */
int rl_given_up(void);
#define RL_GIVEN_UP_AT(i) (((i)&0xffff) == 0xffff && rl_given_up())

#endif
