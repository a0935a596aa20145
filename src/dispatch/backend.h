/* Who computes on a tensor's memory.
 *
 * Note [Backends]
 * An op's definition says what it gives; a backend has the function that computes it, given the same call as forward is. The host's are
 * the `forward` of the definitions. Another backend brings a table of its own, and memory of its own: storages over it say so. The place
 * that runs an op (run.c) chooses by the inputs' memory, which must be of one backend. */
#ifndef RL_DISPATCH_BACKEND_H
#define RL_DISPATCH_BACKEND_H

#include "op.h"

enum { RL_HOST, RL_MAX_BACKENDS = 4 };

typedef rl_status (*rl_forward)(rl_call *call);

typedef struct {
    const char *name;
    rl_forward (*forward_of)(const rl_op *op); /* NULL: it does not compute that op */
} rl_backend;

/* The number that its storages have; RL_HOST if there is no room for another. */
uint8_t rl_add_backend(const rl_backend *backend);
/* What computes a call with an input that is not the host's; NULL for a view, and if it fails. */
rl_forward rl_forward_elsewhere(const rl_call *call);

#endif
