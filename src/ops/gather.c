/* Reading along one dimension by indices; the reverse of each is in scatter.c. */
#include "index.h"

#include <string.h>

rl_tensor *rl_lifted(rl_tensor *x) {
    int64_t one = 1;
    return x && x->ndim == 0 ? rl_tensor_view(x, 1, &one, &one, x->offset) : x;
}

rl_tensor *rl_along(rl_tensor *index, int dim, int ndim, const int64_t *sizes) {
    int64_t strides[RL_MAX_DIMS] = {0};
    if (!index) return NULL;
    if (ndim) strides[dim] = index->ndim ? index->strides[0] : 0;
    return rl_tensor_view(index, ndim, sizes, strides, index->offset);
}

/* ---- gather ---- */

rl_status rl_check_gathered(const rl_call *call, const rl_tensor *x, const rl_tensor *index, int dim) {
    int ndim = x->ndim ? x->ndim : 1, index_ndim = index->ndim ? index->ndim : 1;
    if (index_ndim != ndim) return rl_fail("%s() needs an index of as many dimensions as the tensor has: %d, not %d", call->op->name, x->ndim, index->ndim);
    for (int d = 0; d < index->ndim && x->ndim; d++)
        if (d != dim && index->sizes[d] > x->sizes[d])
            return rl_fail("%s() was given an index of shape %s for a tensor of shape %s: it may be no larger, except along dimension %d", call->op->name,
                           rl_sizes_text(index->ndim, index->sizes), rl_sizes_text(x->ndim, x->sizes), dim + 1);
    return RL_OK;
}

static rl_status infer_gather(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0], *index = call->in[1];
    RL_TRY(rl_set_outputs(result, 1));
    RL_TRY(rl_read_indexes(call, result, 1));
    RL_TRY(rl_check_gathered(call, x, index, (int)call->args.n[DIM]));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, index->ndim, index->sizes);
}

static rl_status gather_along(rl_tensor *y, rl_tensor *x, rl_tensor *index, int dim) {
    y = rl_lifted(y), x = rl_lifted(x), index = rl_lifted(index);
    if (!y || !x || !index) return RL_FAILED;
    return rl_gather_elements(y, x, index, dim);
}

static rl_status gather_forward(rl_call *call) { return gather_along(call->y[0], call->x[0], call->x[1], (int)call->args.n[DIM]); }

static rl_tensor *zeros_like_input(const rl_vjp *v, const rl_tensor *g) {
    return g ? rl_expanded_zeros((rl_dtype)g->dtype, v->in[0].ndim, v->in[0].sizes) : NULL;
}

VJP(gather) { GRADIENT(0, rl_scatter_add(zeros_like_input(v, GRAD), v->args->n[DIM], INPUT_1, GRAD)); }
const rl_op rl_op_gather = {.name = "gather",
                            SCHEMA(gather),
                            .grad_name = "Gather",
                            .saves = {SAVE_INPUT(1)},
                            .canonicalize = rl_canonicalize_dim,
                            .infer = infer_gather,
                            .forward = gather_forward,
                            .vjp = gather_vjp};

rl_tensor *rl_gather(rl_tensor *x, int64_t dim, rl_tensor *index) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    return x && index ? rl_apply_to(&rl_op_gather, &args, 2, (rl_tensor *[]){x, index}) : NULL;
}

/* ---- index_select ---- */

static rl_status infer_index_select(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0], *index = call->in[1];
    int64_t sizes[RL_MAX_DIMS];
    if (index->ndim > 1) return rl_fail("index_select() needs a vector of indices; `index` has shape %s", rl_sizes_text(index->ndim, index->sizes));
    if (x->ndim == 0 && index->numel != 1)
        return rl_fail("index_select() can take one element of a tensor without dimensions, not %lld", (long long)index->numel);
    for (int d = 0; d < x->ndim; d++) sizes[d] = d == call->args.n[DIM] ? index->numel : x->sizes[d];
    RL_TRY(rl_set_outputs(result, 1));
    RL_TRY(rl_read_indexes(call, result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, sizes);
}

static rl_status index_select_forward(rl_call *call) {
    rl_tensor *x = rl_lifted(call->x[0]), *y = rl_lifted(call->y[0]), *index = call->x[1];
    int dim = (int)call->args.n[DIM];
    if (!x || !y) return RL_FAILED;
    if (y->numel == 0) RL_TRY(rl_check_indexes(index, x->sizes[dim], dim, NULL));
    index = rl_along(index, dim, y->ndim, y->sizes);
    return index ? rl_gather_elements(y, x, index, dim) : RL_FAILED;
}

VJP(index_select) { GRADIENT(0, rl_index_add(zeros_like_input(v, GRAD), v->args->n[DIM], INPUT_1, GRAD)); }
const rl_op rl_op_index_select = {.name = "index_select",
                                  SCHEMA(index_select),
                                  .grad_name = "IndexSelect",
                                  .saves = {SAVE_INPUT(1)},
                                  .canonicalize = rl_canonicalize_dim,
                                  .infer = infer_index_select,
                                  .forward = index_select_forward,
                                  .vjp = index_select_vjp};

rl_tensor *rl_index_select(rl_tensor *x, int64_t dim, rl_tensor *index) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    return x && index ? rl_apply_to(&rl_op_index_select, &args, 2, (rl_tensor *[]){x, index}) : NULL;
}

/* ---- take_along_dim: gather, where the index broadcasts in the other dimensions ---- */

static rl_tensor *broadcast_but_dim(rl_tensor *x, int dim, int ndim, const int64_t *sizes) {
    int64_t own[RL_MAX_DIMS];
    for (int d = 0; d < ndim; d++) own[d] = d == dim ? x->sizes[d] : sizes[d];
    return rl_expand_to(x, ndim, own);
}

static rl_tensor *take_along_dim(rl_tensor *x, rl_tensor *index, int64_t dim) {
    int64_t flat = -1, a[RL_MAX_DIMS], b[RL_MAX_DIMS], sizes[RL_MAX_DIMS];
    int at, ndim;
    if (dim == RL_NO_DIM) return rl_gather(rl_reshape(x, 1, &flat), 0, rl_reshape(index, 1, &flat));
    if (rl_wrap_dim(dim, x->ndim, &at) != RL_OK) return NULL;
    if (x->ndim != index->ndim) {
        rl_fail("take_along_dim() needs indices of as many dimensions as the tensor has: %d, not %d", x->ndim, index->ndim);
        return NULL;
    }
    for (int d = 0; d < x->ndim; d++) {
        a[d] = d == at ? 1 : x->sizes[d];
        b[d] = d == at ? 1 : index->sizes[d];
    }
    if (rl_broadcast_sizes(x->ndim, a, index->ndim, b, &ndim, sizes) != RL_OK) return NULL;
    return rl_gather(broadcast_but_dim(x, at, ndim, sizes), at, broadcast_but_dim(index, at, ndim, sizes));
}

static rl_status compose_take_along_dim(rl_call *call) {
    rl_tensor *taken = take_along_dim(call->in[0], call->in[1], call->args.n[DIM]);
    return rl_set_result(call, 1, &taken);
}
const rl_op rl_op_take_along_dim = {.name = "take_along_dim", SCHEMA(take_along_dim), .compose = compose_take_along_dim};

/* ---- embedding: rows of a table; the row `padding` gets no gradient ---- */

enum { PADDING, BY_FREQUENCY };

/* The padding row counts from 0; -1 is none. */
static rl_status canonicalize_embedding(rl_call *call) {
    int64_t *padding = &call->args.n[PADDING], rows = call->in[0]->ndim ? call->in[0]->sizes[0] : 0;
    if (*padding == RL_NO_DIM)
        *padding = -1;
    else if (*padding < -rows || *padding >= rows)
        return rl_fail("`padding_idx` is %lld, and the embedding has %lld rows", (long long)(*padding >= 0 ? *padding + 1 : *padding), (long long)rows);
    else if (*padding < 0)
        *padding += rows;
    return RL_OK;
}

static rl_status infer_embedding(const rl_call *call, rl_result *result) {
    const rl_tensor *weight = call->in[0], *index = call->in[1];
    int64_t sizes[RL_MAX_DIMS];
    if (weight->ndim != 2) return rl_fail("an embedding needs a matrix of weights; `weight` has shape %s", rl_sizes_text(weight->ndim, weight->sizes));
    if (index->ndim == RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    if (index->ndim) memcpy(sizes, index->sizes, index->ndim * sizeof *sizes);
    sizes[index->ndim] = weight->sizes[1];
    RL_TRY(rl_set_outputs(result, 1));
    RL_TRY(rl_read_indexes(call, result, 1));
    return rl_output(result, 0, (rl_dtype)weight->dtype, (rl_dtype)weight->dtype, index->ndim + 1, sizes);
}

static rl_status embedding_forward(rl_call *call) {
    rl_tensor *index = rl_in_row_major(call->x[1]), *y = call->y[0], *weight = call->x[0];
    int64_t one = 1;
    rl_tensor *flat = index ? rl_tensor_view(index, 1, &index->numel, &one, index->offset) : NULL;
    if (!flat) return RL_FAILED;
    for (int64_t k = 0; k < flat->numel; k++)
        if (((const int64_t *)rl_host_data(flat))[k] < 0)
            return rl_fail("an embedding has no row %lld: rows count from 1", (long long)((const int64_t *)rl_host_data(flat))[k]);
    int64_t sizes[] = {flat->numel, weight->sizes[1]}, strides[] = {weight->sizes[1], 1};
    rl_tensor *rows = rl_tensor_view(y, 2, sizes, strides, y->offset);
    if (!rows) return RL_FAILED;
    RL_TRY(rl_check_indexes(flat, weight->sizes[0], 0, NULL));
    flat = rl_along(flat, 0, 2, sizes);
    return flat ? rl_gather_elements(rows, weight, flat, 0) : RL_FAILED;
}

/* What each row's gradient is multiplied with: 0 for padding, 1 over how often the row occurs if that is asked for. */
static rl_tensor *row_factors(const rl_vjp *v, rl_tensor *flat, rl_dtype dtype) {
    int64_t n = flat->numel, rows = v->in[0].sizes[0], sizes[] = {n, 1};
    rl_tensor *factors = rl_tensor_new(RL_DOUBLE, 2, sizes);
    int64_t *seen = rl_scope_memory((size_t)rows + 1, sizeof *seen);
    const int64_t *index = rl_host_data(flat);
    if (!factors || !seen) return NULL;
    memset(seen, 0, (size_t)rows * sizeof *seen);
    for (int64_t k = 0; k < n; k++) seen[index[k]]++;
    for (int64_t k = 0; k < n; k++)
        ((double *)rl_host_data(factors))[k] = index[k] == v->args->n[PADDING] ? 0 : v->args->n[BY_FREQUENCY] ? 1.0 / (double)seen[index[k]] : 1;
    return rl_to_dtype(factors, dtype);
}

static rl_tensor *row_sums(const rl_vjp *v, rl_tensor *g, rl_tensor *index) {
    rl_tensor *contiguous = rl_in_row_major(index);
    int64_t one = 1;
    rl_tensor *flat = contiguous ? rl_tensor_view(contiguous, 1, &contiguous->numel, &one, contiguous->offset) : NULL;
    if (!g || !flat) return NULL;
    g = rl_reshape(g, 2, (int64_t[]){flat->numel, v->in[0].sizes[1]});
    if (v->args->n[PADDING] >= 0 || v->args->n[BY_FREQUENCY]) g = g ? rl_mul(g, row_factors(v, flat, (rl_dtype)g->dtype)) : NULL;
    return rl_index_add(zeros_like_input(v, g), 0, flat, g);
}

VJP(embedding) { GRADIENT(0, row_sums(v, GRAD, INPUT_1)); }
const rl_op rl_op_embedding = {.name = "embedding",
                               SCHEMA(embedding),
                               .grad_name = "Embedding",
                               .saves = {SAVE_INPUT(1)},
                               .canonicalize = canonicalize_embedding,
                               .infer = infer_embedding,
                               .forward = embedding_forward,
                               .vjp = embedding_vjp};
