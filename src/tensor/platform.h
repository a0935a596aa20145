/* What operating systems offer under different names: the one place that asks which of them this is. */
#ifndef RL_TENSOR_PLATFORM_H
#define RL_TENSOR_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/* The arguments at which a format stands and its values begin. MinGW takes `printf` for Microsoft's older rules. */
#if defined(__MINGW32__) && !defined(__clang__)
#define RL_PRINTF_LIKE(at, values) __attribute__((format(gnu_printf, at, values)))
#else
#define RL_PRINTF_LIKE(at, values) __attribute__((format(printf, at, values)))
#endif

/* Declares a function that need not be there: its address is NULL then. Only ELF links so without being asked. */
#ifdef __ELF__
#define RL_HAVE_OPTIONAL_SYMBOLS
#define RL_OPTIONAL __attribute__((weak))
#endif

/* A clock that nobody sets. */
double rl_seconds(void);
/* Different for each moment and process. */
uint64_t rl_arbitrary_seed(void);

/* `alignment` is a power of two. NULL where there is no memory. */
void *rl_aligned_new(size_t alignment, size_t bytes);
void rl_aligned_free(void *block);
void rl_advise_huge_pages(void *block, size_t bytes);

double rl_physical_memory(void);
/* Of the process; INFINITY where nothing limits it. */
double rl_address_space_limit(void);

/* Calls them after each fork(), where there is such a thing. */
void rl_at_fork(void (*in_parent)(void), void (*in_child)(void));

#endif
