/* A tensor: a counted object that sees a storage through sizes, strides and an offset.
 *
 * Note [Ownership]
 * rl_tensor_new() and its kin return a tensor owned by the innermost scope (scope.h): it is released when the scope is left,
 * and whoever wants to keep it calls rl_retain(). So a function that fails half way, or that the host jumps out of, leaks
 * nothing, and expressions such as rl_mul(g, rl_cos(x)) can be written as they are read. */
#ifndef RL_TENSOR_TENSOR_H
#define RL_TENSOR_TENSOR_H

#include "dtype.h"
#include "error.h"
#include "scope.h"
#include "storage.h"

enum { RL_MAX_DIMS = 32, RL_INLINE_DIMS = 4 };

struct rl_autograd;
/* What a tensor knows of a graph is released by this: transforms/autograd/ sets it. */
extern void (*rl_autograd_release_hook)(struct rl_autograd *autograd);

typedef struct rl_tensor {
    int refs;
    uint8_t dtype;
    uint8_t ndim;
    uint8_t wrapped_number; /* made from a number of the user: it promotes weakly */
    uint8_t contiguous;     /* its strides are those of row-major order: kept by rl_note_contiguity() */
    rl_storage *storage;    /* NULL: an undefined tensor */
    int64_t offset;         /* in elements, as strides are */
    int64_t numel;
    int64_t *sizes, *strides;
    struct rl_autograd *autograd; /* NULL unless it takes part in a graph */
    int64_t geometry[2 * RL_INLINE_DIMS];
    uint32_t moves; /* how often it has been given another geometry or memory */
} rl_tensor;

/* Where the elements of a tensor lie in its storage. */
typedef struct {
    int ndim;
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS], offset;
} rl_layout;

rl_tensor *rl_tensor_new(rl_dtype dtype, int ndim, const int64_t *sizes);                                 /* contiguous, not filled */
rl_tensor *rl_tensor_new_strided(rl_dtype dtype, int ndim, const int64_t *sizes, const int64_t *strides); /* none of them negative */
/* Over memory of another owner (Note [Owners]), of so many bytes, which the elements must lie in. */
rl_tensor *rl_tensor_over(rl_dtype dtype, int ndim, const int64_t *sizes, const int64_t *strides, void *data, size_t bytes, rl_owner owner);
rl_tensor *rl_tensor_new_like(const rl_tensor *model, rl_dtype dtype); /* dense: keeps the order of the model's strides */
rl_tensor *rl_tensor_scalar(rl_dtype dtype, rl_scalar value);          /* of no dimensions */
rl_tensor *rl_tensor_number(rl_scalar value);                          /* the same, promoting weakly */
rl_tensor *rl_tensor_undefined(void);
/* A tensor over the same storage, outside any graph; of an undefined one, an undefined one. */
rl_tensor *rl_tensor_alias(const rl_tensor *base);
rl_tensor *rl_tensor_view(const rl_tensor *base, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset);

/* Gives a tensor another geometry, and another storage if one is named. */
rl_status rl_tensor_reshape_in_place(rl_tensor *tensor, rl_storage *storage, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset);

rl_tensor *rl_retain(rl_tensor *tensor);
void rl_release(rl_tensor *tensor);

static inline void *rl_host_storage(const rl_tensor *tensor) { return tensor->storage->data; } /* where the storage begins */
/* The first element, in memory that this process can read. Who uses it computes on the host, or moves what lies there. */
static inline void *rl_host_data(const rl_tensor *tensor) {
    return (char *)tensor->storage->data + tensor->offset * (int64_t)rl_dtype_size((rl_dtype)tensor->dtype);
}

void rl_note_contiguity(rl_tensor *tensor); /* after its sizes or strides were written by hand */
static inline int rl_is_contiguous(const rl_tensor *tensor) { return tensor->contiguous; }
int rl_is_dense(const rl_tensor *tensor); /* its elements fill one block without gaps or overlaps */
int rl_overlaps_itself(const rl_tensor *tensor);
static inline int rl_is_number(const rl_tensor *tensor) { return tensor->ndim == 0; } /* no dimensions */

static inline int rl_same_sizes(const rl_tensor *a, const rl_tensor *b) {
    if (a->ndim != b->ndim) return 0;
    for (int k = 0; k < a->ndim; k++)
        if (a->sizes[k] != b->sizes[k]) return 0;
    return 1;
}

rl_scalar rl_item(const rl_tensor *tensor, int64_t position);   /* the element at that place in row-major order */
rl_scalar rl_element(const rl_tensor *tensor, int64_t element); /* the element at that place in its storage */

void rl_layout_of(const rl_tensor *tensor, rl_layout *layout);
rl_status rl_count(int ndim, const int64_t *sizes, int64_t *numel);
void rl_contiguous_strides(int ndim, const int64_t *sizes, int64_t *strides);
void rl_dense_strides(const rl_tensor *model, int64_t *strides); /* without gaps, in the order of the model's */
rl_status rl_broadcast_sizes(int ndim_a, const int64_t *a, int ndim_b, const int64_t *b, int *ndim, int64_t *sizes);
/* A value of the one shape can be written to a place of the other. */
int rl_broadcasts_to(int ndim, const int64_t *sizes, int index_ndim, const int64_t *place);
/* Dimensions count from 0 in the core, from the end if negative; what is said of them counts from 1. */
rl_status rl_wrap_dim(int64_t dim, int ndim, int *wrapped);
/* "[2, 3]" for messages; four may be in use at once. */
const char *rl_sizes_text(int ndim, const int64_t *sizes);

#endif
