#ifndef RL_RBRIDGE_START_H
#define RL_RBRIDGE_START_H

#include <R_ext/Rdynload.h>

/* When the package is loaded. */
void rb_start(DllInfo *dll);

#endif
