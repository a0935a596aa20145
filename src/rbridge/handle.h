#ifndef RL_RBRIDGE_HANDLE_H
#define RL_RBRIDGE_HANDLE_H

#include <R_ext/Rdynload.h>

#include "bridge.h"

void rb_handle_init(void);
void rb_state_init(DllInfo *dll);
void rb_generator_init(DllInfo *dll);

/* What holds a tensor for R (handle.c), and the tensor it holds. */
SEXP rb_owner(rl_tensor *tensor);
rl_tensor *rb_owned(SEXP owner);

/* The tag of a handle (state.c): Note [Saving] */
SEXP rb_state_tag(SEXP owner, SEXP pressure);
int rb_is_state(SEXP tag);
rl_tensor *rb_state_tensor(SEXP tag); /* NULL if it is not there yet, or no longer */
rl_tensor *rb_state_read(SEXP tag);   /* the scope's; a failure says why it has no values */

#endif
