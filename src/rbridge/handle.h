#ifndef RL_RBRIDGE_HANDLE_H
#define RL_RBRIDGE_HANDLE_H

#include "bridge.h"

void rb_handle_init(void);

#endif
