/* Elements named by indices: index tensors are int64, from 0, and may count from the end if negative.
 *
 * Note [Picks]
 * Indexing by tensors names `count` indices in a tensor, each an offset; around each place lie the dimensions that are not
 * indexed. The other tensor (the result of reading, the values of writing) holds the same elements with the named indices `step`
 * apart. Strides and offsets are in elements. Reading is cut among threads anywhere; writing is cut between indices that no two
 * indices can name at once, so that the last of several writes to one place wins and sums have one order. */
#ifndef RL_KERNELS_INDEX_H
#define RL_KERNELS_INDEX_H

#include "loops.h"

typedef struct {
    int64_t count;
    const int64_t *offsets;
    int ndim; /* of what is not indexed */
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS], other_strides[RL_MAX_DIMS];
    int64_t step;
} rl_picks;

void rl_pick(const rl_picks *picks, size_t width, void *other, const void *x);
void rl_put_values(const rl_picks *picks, size_t width, void *x, const void *other);
rl_status rl_accumulate_values(const rl_picks *picks, rl_dtype dtype, void *x, const void *other);

/* Fails, naming dimension dim + 1, if an index is out of range; tells whether any is negative. */
rl_status rl_check_indexes(rl_tensor *index, int64_t size, int dim, int *negative);
/* offsets += index * stride, negative indices counting from `size`; index broadcasts to offsets' shape. `fresh`: offsets holds nothing
 * yet. */
void rl_add_offsets(rl_tensor *offsets, rl_tensor *index, int64_t size, int64_t stride, int fresh);
/* Indices that count from 1 as indices that count from 0; how many were 0 is no number but 0 or not. */
int rl_count_from_zero(rl_tensor *index, rl_tensor *from_one);
/* Says that an index (from 0, or negative) is out of range. */
rl_status rl_fail_index(int64_t index, int64_t size, int dim);

/* out[...] = x[..., index[...], ...] along dim: out has index's shape, which may stop short of x's in other dimensions. */
rl_status rl_gather_elements(rl_tensor *out, rl_tensor *x, rl_tensor *index, int dim);

typedef enum { RL_PUT, RL_ADD, RL_MULTIPLY, RL_LARGEST, RL_SMALLEST } rl_combine;

/* self[..., index[...], ...] takes src[...] in, along dim; src is at least as large as index, or a number. Both are of one dtype,
 * which is no narrow one unless they are put. */
rl_status rl_scatter_elements(rl_tensor *self, rl_tensor *index, rl_tensor *src, int dim, rl_combine combine);

#endif
