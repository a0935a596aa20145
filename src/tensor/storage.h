/* Memory of tensors: counted, versioned blocks from a pool.
 *
 * Fresh pages cost more than arithmetic, so blocks go back to a pool by size class and are handed out again. A block is one
 * allocation: a header, then the data. It starts at a cache line, and so does the data, unless that fits into the header's. */
#ifndef RL_TENSOR_STORAGE_H
#define RL_TENSOR_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Note [Owners]
 * A storage is a header over memory that has an owner. Mostly that is the pool: header and data are one block. Memory may also have
 * another owner: a vector of the host language, a file that is mapped, a device. Then rl_storage_over() makes the header, which keeps
 * what is needed to give the memory back, and gives it back once, when the last tensor over it is gone, or at once if the header cannot
 * be made. Only the pool's memory counts as live bytes and is felt by the host's collector; other owners count their own.
 *
 * Tensors are released wherever a scope ends, so an owner's release() must not jump: what of the host's it holds, it lets go later. */
typedef struct {
    void (*release)(void *memory_of); /* NULL: the owner outlives every tensor over it */
    void *memory_of;
} rl_owner;

typedef struct rl_storage {
    int refs;
    int16_t size_class;  /* RL_OTHER_OWNER: the pool does not own the data */
    uint8_t backend;     /* who computes on the data: dispatch/backend.h */
    uint8_t gc_notified; /* the host's collector has been told of these bytes */
    uint32_t version;    /* how many in-place changes its tensors have seen: Note [Versions] in autograd/graph.h */
    size_t bytes;
    void *data;
} rl_storage;

enum { RL_OTHER_OWNER = -1 };

typedef struct {
    double live_bytes, peak_bytes, pooled_bytes;
    int64_t live_storages, live_tensors, live_nodes;
} rl_counts;

extern rl_counts rl_live;

rl_storage *rl_storage_new(size_t bytes);
rl_storage *rl_storage_over(void *data, size_t bytes, rl_owner owner); /* Note [Owners] */
void rl_storage_release(rl_storage *storage);

/* Small blocks for headers: of a fixed size each, from the same pool. */
void *rl_pool_take(size_t bytes);
void rl_pool_give(void *block, size_t bytes);

/* Returns pooled memory to the system. */
void rl_pool_trim(void);
/* Called once when memory is short, before giving up: the host may collect its garbage. */
extern void (*rl_reclaim_hook)(void);

static inline rl_status rl_multiply_sizes(size_t a, size_t b, size_t *product) {
    return __builtin_mul_overflow(a, b, product) ? rl_fail_memory((double)a * (double)b) : RL_OK;
}

#endif
