/* Scopes own temporaries: Note [Ownership] in tensor.h. A scope is a mark on one stack; leaving it releases what came after. */
#ifndef RL_TENSOR_SCOPE_H
#define RL_TENSOR_SCOPE_H

#include <stddef.h>

struct rl_tensor;

typedef size_t rl_scope;

rl_scope rl_scope_enter(void);
void rl_scope_leave(rl_scope mark);
/* The innermost scope takes over one reference; NULL if memory is short, with the reference released. */
struct rl_tensor *rl_scope_own(struct rl_tensor *tensor);
/* Raw memory that lives until the scope is left. */
void *rl_scope_memory(size_t count, size_t size);

#endif
