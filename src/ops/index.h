/* What the indexing ops share. Index tensors are int64, from 0; negative ones count from the end. */
#ifndef RL_OPS_INDEX_H
#define RL_OPS_INDEX_H

#include "../kernels/index.h"
#include "../kernels/mask.h"
#include "infer.h"

/* Arguments of ops along a dimension, and the inputs of those that write. */
enum { DIM };
enum { SELF, INDEX, SRC };

/* An input of indices, as forward reads it. */
rl_status rl_read_indexes(const rl_call *call, rl_result *result, int k);

/* Input k as forward writes it into a tensor of that dtype: numbers fit any, tensors must promote no further. */
rl_status rl_read_to_write(const rl_call *call, rl_result *result, int k, rl_dtype dtype, rl_dtype computed);

/* The output starts as the first input: copies it there, unless it is there already. */
rl_status rl_start_from_self(rl_call *call);

/* Contiguous, outside any graph: the tensor itself or a copy. */
rl_tensor *rl_in_row_major(rl_tensor *x);
/* Expanded to sizes that it broadcasts to, outside any graph. */
rl_tensor *rl_broadcast_to(rl_tensor *x, int ndim, const int64_t *sizes);

/* For ops along a dimension: a tensor without dimensions as a vector of one, and a vector of indices as long as `sizes` has it along
 * dim, repeated in the other dimensions. */
rl_tensor *rl_lifted(rl_tensor *x);
rl_tensor *rl_along(rl_tensor *index, int dim, int ndim, const int64_t *sizes);
/* An index for gather or scatter: as many dimensions as x, and no larger except along dim. */
rl_status rl_check_gathered(const rl_call *call, const rl_tensor *x, const rl_tensor *index, int dim);

/* Of the ops that write along a dimension (scatter.c); `slicewise` means that the index is a vector, one for each slice. */
rl_status rl_infer_scatter(const rl_call *call, rl_result *result, int computes);
rl_status rl_infer_slicewise(const rl_call *call, rl_result *result, int computes);
rl_status rl_canonicalize_scatter(rl_call *call);
#define rl_canonicalize_slicewise rl_canonicalize_dim
rl_status rl_run_scatter(rl_call *call, rl_combine combine);
rl_status rl_run_slicewise(rl_call *call, rl_combine combine);
rl_status rl_expand_index(rl_call *call);
rl_tensor *rl_index_by_element(const rl_vjp *v, int slicewise);
rl_tensor *rl_gathered_gradient(const rl_vjp *v, rl_tensor *g, int slicewise);
rl_tensor *rl_zero_where_written(const rl_vjp *v, rl_tensor *g, int slicewise);

/* A mask's indices from 0, one int64 tensor for each of its dimensions. */
rl_status rl_mask_indices(rl_tensor *mask, rl_tensor **indices);

#endif
