/* Memory of tensors: counted, versioned blocks from a pool.
 *
 * Fresh pages cost more than arithmetic, so blocks go back to a pool by size class and are handed out again. A block is one
 * allocation: a header, then the data. It starts at a cache line, and so does the data, unless that fits into the header's. */
#ifndef RL_TENSOR_STORAGE_H
#define RL_TENSOR_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

typedef struct rl_storage {
    int refs;
    int size_class;
    uint32_t version; /* how many in-place changes its tensors have seen: Note [Versions] in autograd/graph.h */
    int gc_notified;  /* the host's collector has been told of these bytes */
    size_t bytes;
    void *data;
} rl_storage;

typedef struct {
    double live_bytes, peak_bytes, pooled_bytes;
    int64_t live_storages, live_tensors, live_nodes;
} rl_counts;

extern rl_counts rl_live;

rl_storage *rl_storage_new(size_t bytes);
void rl_storage_release(rl_storage *storage);

/* Small blocks for headers: of a fixed size each, from the same pool. */
void *rl_pool_take(size_t bytes);
void rl_pool_give(void *block, size_t bytes);

/* Returns pooled memory to the system. */
void rl_pool_trim(void);
/* Called once when memory is short, before giving up: the host may collect its garbage. */
extern void (*rl_reclaim_hook)(void);

rl_status rl_multiply_sizes(size_t a, size_t b, size_t *product);

#endif
