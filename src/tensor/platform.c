#include "platform.h"

#include <math.h>

#ifdef _WIN32

#include <malloc.h>
#include <windows.h>

double rl_seconds(void) {
    LARGE_INTEGER ticks, per_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&per_second);
    return (double)ticks.QuadPart / (double)per_second.QuadPart;
}

uint64_t rl_arbitrary_seed(void) {
    LARGE_INTEGER ticks;
    FILETIME now;
    QueryPerformanceCounter(&ticks);
    GetSystemTimeAsFileTime(&now);
    return ((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) * 1000003u ^ (uint64_t)ticks.QuadPart << 20 ^ (uint64_t)GetCurrentProcessId();
}

void *rl_aligned_new(size_t alignment, size_t bytes) { return _aligned_malloc(bytes, alignment); }

void rl_aligned_free(void *block) { _aligned_free(block); }

/* Large pages take a privilege there. */
void rl_advise_huge_pages(void *block, size_t bytes) { (void)block, (void)bytes; }

double rl_physical_memory(void) {
    MEMORYSTATUSEX status = {.dwLength = sizeof status};
    return GlobalMemoryStatusEx(&status) ? (double)status.ullTotalPhys : INFINITY;
}

double rl_address_space_limit(void) { return INFINITY; }

void rl_at_fork(void (*in_parent)(void), void (*in_child)(void)) { (void)in_parent, (void)in_child; }

#else

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

double rl_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

uint64_t rl_arbitrary_seed(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000003u ^ (uint64_t)now.tv_nsec << 20 ^ (uint64_t)getpid();
}

void *rl_aligned_new(size_t alignment, size_t bytes) {
    void *block = NULL;
    return posix_memalign(&block, alignment, bytes) == 0 ? block : NULL;
}

void rl_aligned_free(void *block) { free(block); }

void rl_advise_huge_pages(void *block, size_t bytes) {
#ifdef MADV_HUGEPAGE
    madvise(block, bytes, MADV_HUGEPAGE); /* where it is refused, small pages will do */
#else
    (void)block, (void)bytes;
#endif
}

double rl_physical_memory(void) {
    const long pages = sysconf(_SC_PHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    return pages > 0 && page_bytes > 0 ? (double)pages * (double)page_bytes : INFINITY;
}

double rl_address_space_limit(void) {
#ifdef RLIMIT_AS
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) return (double)limit.rlim_cur;
#endif
    return INFINITY;
}

void rl_at_fork(void (*in_parent)(void), void (*in_child)(void)) { pthread_atfork(NULL, in_parent, in_child); }

#endif
