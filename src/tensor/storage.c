#include "storage.h"

#include "faults.h"
#include "platform.h"

enum { CACHE_LINE = 64 };

/* Where the data of a storage begins: at a cache line, unless all of it fits into the first one. */
static size_t header_of(size_t bytes) { return bytes <= CACHE_LINE - sizeof(rl_storage) ? sizeof(rl_storage) : CACHE_LINE; }

/* Size classes: small blocks come in steps of STEP bytes; above there are four classes for each doubling, so that a block is at
 * most a quarter larger than asked for. */
enum { STEP = 64, LARGEST_SMALL_EXPONENT = 10, LARGEST_SMALL = 1 << LARGEST_SMALL_EXPONENT, SMALL_CLASSES = LARGEST_SMALL / STEP };
enum { CLASSES = SMALL_CLASSES + 4 * (48 - LARGEST_SMALL_EXPONENT) };

/* Small blocks are cut from slabs, which are never given back: they cost no call of the system's allocator, and lie side by side. */
enum { SLAB_BYTES = 1 << 18 };

/* Blocks that wait for reuse are kept up to POOL_LIMIT bytes; beyond it they go back to the system. Tools that watch memory see a
 * block only if it is the system's own, so for them there is no pool. */
#ifdef RL_NO_POOL
#define IN_SLAB(bytes) 0
#define POOL_LIMIT 0.0
#else
#define IN_SLAB(bytes) ((bytes) <= LARGEST_SMALL)
#define POOL_LIMIT (768.0 * 1024 * 1024)
#endif

/* A pool hides use after release from AddressSanitizer; so tell it what lies free. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define LIES_FREE(block, bytes) __asan_poison_memory_region(block, bytes)
#define IS_TAKEN(block, bytes) __asan_unpoison_memory_region(block, bytes)
#else
#define LIES_FREE(block, bytes) (void)(block)
#define IS_TAKEN(block, bytes) (void)(block)
#endif

typedef struct free_block {
    struct free_block *next;
} free_block;

static free_block *free_blocks[CLASSES];
static unsigned long long gifts, given_at[CLASSES]; /* when a class of large blocks last got one back */

rl_counts rl_live;
void (*rl_reclaim_hook)(void);

static int class_of(size_t bytes) {
    if (bytes <= LARGEST_SMALL) return bytes ? (int)((bytes - 1) / STEP) : 0;
    int exponent = 63 - __builtin_clzll((unsigned long long)(bytes - 1));
    int quarter = (int)((bytes - 1) >> (exponent - 2)) & 3;
    return SMALL_CLASSES + 4 * (exponent - LARGEST_SMALL_EXPONENT) + quarter;
}

static size_t class_bytes(int size_class) {
    if (size_class < SMALL_CLASSES) return (size_t)(size_class + 1) * STEP;
    unsigned above = (unsigned)(size_class - SMALL_CLASSES);
    return (size_t)(5 + above % 4) << (LARGEST_SMALL_EXPONENT - 2 + above / 4);
}

static double physical_memory(void) {
    static double bytes;
    if (bytes == 0) bytes = rl_physical_memory();
    return bytes;
}

static void *cut_from_slab(size_t bytes) {
    static char *slab;
    static size_t left;
    if (left < bytes) {
        void *fresh = rl_aligned_new(CACHE_LINE, SLAB_BYTES);
        if (!fresh) return NULL;
        slab = fresh;
        left = SLAB_BYTES;
    }
    left -= bytes;
    return slab + left;
}

/* Large blocks ask for huge pages: a new one faults less often, and the hardware fetches ahead within a page only. */
enum { HUGE_PAGE = 1 << 21 };

static void *large_block(size_t bytes) {
    void *block = rl_aligned_new(HUGE_PAGE, bytes);
    if (block) rl_advise_huge_pages(block, bytes);
    return block;
}

static void *system_block(size_t bytes) {
    if (IN_SLAB(bytes)) return cut_from_slab(bytes);
    if (rl_live.live_bytes + (double)bytes > physical_memory()) return NULL;
    if (bytes >= 2 * HUGE_PAGE) return large_block(bytes);
    return rl_aligned_new(CACHE_LINE, bytes);
}

#ifdef RL_FAULTS
static int until_failure;

int rl_fail_allocation(int n) {
    int failed = until_failure < 0;
    until_failure = n;
    return failed;
}

int rl_allocation_fails(void) {
    if (until_failure <= 0 || --until_failure > 0) return 0;
    until_failure = -1;
    return 1;
}
#endif

static void *take_class(int size_class) {
    if (rl_allocation_fails()) return NULL;
    size_t bytes = class_bytes(size_class);
    free_block *block = free_blocks[size_class];
    if (block) {
        IS_TAKEN(block, bytes);
        free_blocks[size_class] = block->next;
        __builtin_prefetch(block->next, 1); /* what comes next has lain free for long */
        rl_live.pooled_bytes -= (double)bytes;
        return block;
    }
    void *fresh = system_block(bytes);
    if (!fresh) {
        if (rl_reclaim_hook) rl_reclaim_hook();
        rl_pool_trim();
        fresh = system_block(bytes);
    }
    return fresh;
}

static void drop_block(int size_class) {
    free_block *block = free_blocks[size_class];
    IS_TAKEN(block, class_bytes(size_class));
    free_blocks[size_class] = block->next;
    rl_live.pooled_bytes -= (double)class_bytes(size_class);
    rl_aligned_free(block);
}

/* Whether there was a large block to give back to the system; it is one of the class that has waited longest. */
static int drop_stalest(void) {
    int stalest = -1;
    for (int k = 0; k < CLASSES; k++)
        if (free_blocks[k] && !IN_SLAB(class_bytes(k)) && (stalest < 0 || given_at[k] < given_at[stalest])) stalest = k;
    if (stalest >= 0) drop_block(stalest);
    return stalest >= 0;
}

static void give_class(void *memory, int size_class) {
    size_t bytes = class_bytes(size_class);
    if (!IN_SLAB(bytes)) {
        given_at[size_class] = ++gifts;
        while ((double)bytes <= POOL_LIMIT && rl_live.pooled_bytes + (double)bytes > POOL_LIMIT && drop_stalest()) continue;
        if (rl_live.pooled_bytes + (double)bytes > POOL_LIMIT) {
            rl_aligned_free(memory);
            return;
        }
    }
    free_block *block = memory;
    block->next = free_blocks[size_class];
    free_blocks[size_class] = block;
    rl_live.pooled_bytes += (double)bytes;
    LIES_FREE(block, bytes);
}

void *rl_pool_take(size_t bytes) {
    void *block = take_class(class_of(bytes));
    if (!block) rl_fail_memory((double)bytes);
    return block;
}

void rl_pool_give(void *block, size_t bytes) { give_class(block, class_of(bytes)); }

void rl_pool_trim(void) {
    while (drop_stalest()) continue;
}

rl_storage *rl_storage_new(size_t bytes) {
    const size_t header = header_of(bytes);
    int size_class = bytes < ((size_t)1 << 47) ? class_of(bytes + header) : -1;
    rl_storage *storage = size_class >= 0 ? take_class(size_class) : NULL;
    if (!storage) {
        rl_fail_memory((double)bytes);
        return NULL;
    }
    *storage = (rl_storage){.refs = 1, .size_class = (int16_t)size_class, .bytes = bytes, .data = (char *)storage + header};
    rl_live.live_storages++;
    rl_live.live_bytes += (double)bytes;
    if (rl_live.live_bytes > rl_live.peak_bytes) rl_live.peak_bytes = rl_live.live_bytes;
    return storage;
}

typedef struct {
    rl_storage storage;
    rl_owner owner;
} owned_storage;

rl_storage *rl_storage_over(void *data, size_t bytes, rl_owner owner) {
    owned_storage *made = rl_pool_take(sizeof *made);
    if (!made) {
        if (owner.release) owner.release(owner.memory_of);
        return NULL;
    }
    *made = (owned_storage){.storage = {.refs = 1, .size_class = RL_OTHER_OWNER, .bytes = bytes, .data = data}, .owner = owner};
    rl_live.live_storages++;
    return &made->storage;
}

static void give_to_owner(owned_storage *storage) {
    const rl_owner owner = storage->owner;
    rl_pool_give(storage, sizeof *storage);
    if (owner.release) owner.release(owner.memory_of);
}

void rl_storage_release(rl_storage *storage) {
    if (!storage || --storage->refs > 0) return;
    rl_live.live_storages--;
    if (storage->size_class == RL_OTHER_OWNER) {
        give_to_owner((owned_storage *)storage);
        return;
    }
    rl_live.live_bytes -= (double)storage->bytes;
    give_class(storage, storage->size_class);
}
