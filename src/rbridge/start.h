#ifndef RL_RBRIDGE_START_H
#define RL_RBRIDGE_START_H

/* When the package is loaded. */
void rb_start(void);

#endif
