/* Errors of the core: a function that can fail returns a status (or NULL), and the first failure of a call is kept in one
 * record, from which the host makes its own kind of error. Messages speak to the user: dimensions count from 1. */
#ifndef RL_TENSOR_ERROR_H
#define RL_TENSOR_ERROR_H

#include "platform.h"

typedef enum { RL_OK = 0, RL_FAILED = 1 } rl_status;

rl_status rl_fail(const char *format, ...) RL_PRINTF_LIKE(1, 2);
rl_status rl_fail_memory(double bytes);
rl_status rl_fail_no_loop(const char *dtype); /* nothing computes that for tensors of the dtype */
/* A callback of the host failed; the host keeps its own record of how. */
rl_status rl_fail_host(void);

extern int rl_is_failing; /* threads at work look at it */
static inline int rl_failing(void) { return __atomic_load_n(&rl_is_failing, __ATOMIC_RELAXED); }
int rl_failed_in_host(void);
const char *rl_error_message(void);
void rl_error_clear(void);

#define RL_TRY(expression)                           \
    do {                                             \
        if ((expression) != RL_OK) return RL_FAILED; \
    } while (0)

#endif
