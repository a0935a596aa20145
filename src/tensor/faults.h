/* Allocations that fail on purpose, for `make oom`. A build with RL_FAULTS counts what the core allocates, and lets one of them fail. */
#ifndef RL_TENSOR_FAULTS_H
#define RL_TENSOR_FAULTS_H

#ifdef RL_FAULTS

#include <stdlib.h>

/* The n-th allocation from now will fail; 0: none. Whether the one that was asked for before has failed. */
int rl_fail_allocation(int n);
int rl_allocation_fails(void);

#define malloc(size) (rl_allocation_fails() ? NULL : malloc(size))
#define calloc(count, size) (rl_allocation_fails() ? NULL : calloc(count, size))
#define realloc(block, size) (rl_allocation_fails() ? NULL : realloc(block, size))

#else

#define rl_allocation_fails() 0

#endif

#endif
