#ifndef RL_RBRIDGE_HANDLE_H
#define RL_RBRIDGE_HANDLE_H

#include "bridge.h"

void rb_handle_init(void);
/* "a character vector", for messages */
const char *rb_kind_of(SEXP x);

#endif
