/* Interrupts: long work asks now and then whether the user wants it to stop.
 *
 * Note [Interrupts]
 * Only the host knows, and it is asked through a function, on the thread that called the core and at most twenty times a second. If
 * the user does, it has recorded a failure, and the work ends as after any other: loops leave their results unfinished, rl_parallel()
 * starts no more of them, and whoever would read such a result as indices or counts looks at rl_failing() first. Work that writes to
 * what the user can see does not listen, so that it is never left halfway; the host is told afterwards that it was not asked. */
#ifndef RL_TENSOR_INTERRUPT_H
#define RL_TENSOR_INTERRUPT_H

#include "error.h"

/* RL_FAILED, with the failure recorded, if the user wants the work to stop. NULL: nobody does. */
extern rl_status (*rl_interrupt_hook)(void);
/* Work has gone on for a while without listening. */
extern int rl_interrupt_owed;

/* RL_FAILED if the work is to be given up: for the thread that called the core. */
rl_status rl_listen(void);
int rl_set_listening(int listening); /* returns what it was */

#endif
