/* Writing along one dimension by indices. scatter and its kin have an index for every element of the source; index_copy and its kin
 * one for every slice of it, which they read as if it were repeated over the slice. */
#include "index.h"

#include <string.h>

/* The source may be larger than the index: what is beyond is not used. */
static rl_status check_source(const rl_call *call) {
    const rl_tensor *index = call->in[INDEX], *src = call->in[SRC];
    if (src->wrapped_number || src->ndim == 0) return RL_OK;
    if (index->ndim != src->ndim)
        return rl_fail("%s() needs an index and a source of as many dimensions; they have %d and %d", call->op->name, index->ndim, src->ndim);
    for (int d = 0; d < index->ndim; d++)
        if (index->sizes[d] > src->sizes[d])
            return rl_fail("%s() was given an index of shape %s, larger than the source of shape %s", call->op->name, rl_sizes_text(index->ndim, index->sizes),
                           rl_sizes_text(src->ndim, src->sizes));
    return RL_OK;
}

rl_status rl_canonicalize_scatter(rl_call *call) {
    rl_tensor *index = call->in[INDEX], *src = call->in[SRC];
    RL_TRY(rl_canonicalize_dim(call));
    RL_TRY(check_source(call));
    for (int d = 0; d < index->ndim && src && src->ndim == index->ndim; d++)
        if (index->sizes[d] < src->sizes[d]) src = rl_slice(src, d, 0, index->sizes[d], 1);
    if (!src) return RL_FAILED;
    call->in[SRC] = src;
    return RL_OK;
}

static rl_status infer_written(const rl_call *call, rl_result *result, int computes) {
    rl_tensor *self = call->in[SELF];
    rl_dtype dtype = (rl_dtype)self->dtype, computed = computes ? rl_computed_in(dtype) : dtype;
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, SELF, computed);
    RL_TRY(rl_read_to_write(call, result, SRC, dtype, computed));
    return rl_output(result, 0, dtype, computed, self->ndim, self->sizes);
}

rl_status rl_infer_scatter(const rl_call *call, rl_result *result, int computes) {
    RL_TRY(rl_read_indexes(call, result, INDEX));
    if (call->in[INDEX]->numel) RL_TRY(rl_check_gathered(call, call->in[SELF], call->in[INDEX], (int)call->args.n[DIM]));
    return infer_written(call, result, computes);
}

rl_status rl_infer_slicewise(const rl_call *call, rl_result *result, int computes) {
    rl_tensor *self = call->in[SELF], *index = call->in[INDEX], *src = call->in[SRC];
    int64_t sizes[RL_MAX_DIMS];
    int dim = (int)call->args.n[DIM];
    if (index->ndim > 1) return rl_fail("%s() needs a vector of indices; `index` has shape %s", call->op->name, rl_sizes_text(index->ndim, index->sizes));
    if (self->ndim == 0 && index->numel != 1)
        return rl_fail("%s() needs one index in a tensor without dimensions, not %lld", call->op->name, (long long)index->numel);
    for (int d = 0; d < self->ndim; d++) sizes[d] = d == dim ? index->numel : self->sizes[d];
    int one_number = call->op == &rl_op_index_fill || self->ndim == 0;
    if (one_number ? src->numel != 1 : src->ndim != self->ndim || memcmp(src->sizes, sizes, self->ndim * sizeof *sizes) != 0)
        return rl_fail("%s() at %lld indices of dimension %d needs %s shape %s; it has %s", call->op->name, (long long)index->numel, dim + 1,
                       one_number ? "a value of" : "a source of", one_number ? "[]" : rl_sizes_text(self->ndim, sizes), rl_sizes_text(src->ndim, src->sizes));
    RL_TRY(rl_read_indexes(call, result, INDEX));
    return infer_written(call, result, computes);
}

/* The index of a slice-wise op, as if it were given for each element. */
rl_status rl_expand_index(rl_call *call) {
    int64_t sizes[RL_MAX_DIMS];
    const rl_tensor *y = call->y[0];
    int dim = (int)call->args.n[DIM];
    for (int d = 0; d < y->ndim; d++) sizes[d] = d == dim ? call->x[INDEX]->numel : y->sizes[d];
    call->x[INDEX] = rl_along(call->x[INDEX], dim, y->ndim, sizes);
    return call->x[INDEX] ? RL_OK : RL_FAILED;
}

rl_status rl_run_slicewise(rl_call *call, rl_combine combine) {
    RL_TRY(rl_expand_index(call));
    return rl_run_scatter(call, combine);
}

rl_status rl_run_scatter(rl_call *call, rl_combine combine) {
    int dim = (int)call->args.n[DIM];
    rl_tensor *y = rl_lifted(call->y[0]), *index = rl_lifted(call->x[INDEX]), *src = call->x[SRC];
    if (!y || !index) return RL_FAILED;
    if (src->numel == 1) { /* one number for all, or for the one index there is */
        src = rl_tensor_view(src, 0, NULL, NULL, src->offset);
        if (!src) return RL_FAILED;
    }
    RL_TRY(rl_check_indexes(index, y->sizes[dim], dim, NULL));
    RL_TRY(rl_start_from_self(call));
    return index->numel ? rl_scatter_elements(y, index, src, dim, combine) : RL_OK;
}

/* The index of each of the source's elements. */
rl_tensor *rl_index_by_element(const rl_vjp *v, int slicewise) {
    if (!slicewise || !v->x[INDEX]) return v->x[INDEX];
    int64_t sizes[RL_MAX_DIMS];
    int dim = (int)v->args->n[DIM], ndim = v->in[SELF].ndim;
    rl_tensor *index = v->x[INDEX];
    for (int d = 0; d < ndim; d++) sizes[d] = d == dim ? index->numel : v->in[SELF].sizes[d];
    return rl_along(index, dim, ndim, sizes);
}

/* What the source gets of the gradient: where its elements went. */
rl_tensor *rl_gathered_gradient(const rl_vjp *v, rl_tensor *g, int slicewise) {
    rl_tensor *picked = rl_gather(g, v->args->n[DIM], rl_index_by_element(v, slicewise));
    const rl_signature *src = &v->in[SRC];
    if (!picked) return NULL;
    if (src->ndim == picked->ndim) return picked;
    return rl_reshape(rl_sum_dims(picked, RL_INTS_NONE, 0), src->ndim, src->sizes);
}

rl_tensor *rl_scatter(rl_tensor *x, int64_t dim, rl_tensor *index, rl_tensor *src) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    return x && index && src ? rl_apply_to(&rl_op_scatter, &args, 3, (rl_tensor *[]){x, index, src}) : NULL;
}

rl_tensor *rl_zero_where_written(const rl_vjp *v, rl_tensor *g, int slicewise) {
    return rl_scatter(g, v->args->n[DIM], rl_index_by_element(v, slicewise), rl_tensor_number(rl_scalar_int(0)));
}

/* ---- the last one written stays ---- */

#define REPLACING(op, grad, variation, slicewise, way)                                  \
    static rl_status infer_##op(const rl_call *call, rl_result *result) {               \
        result->variant = (variation);                                                  \
        return rl_infer_##way(call, result, 0);                                         \
    }                                                                                   \
    static rl_status op##_forward(rl_call *call) { return rl_run_##way(call, RL_PUT); } \
    VJP(op) {                                                                           \
        GRADIENT(0, rl_zero_where_written(v, GRAD, slicewise));                         \
        GRADIENT(2, rl_gathered_gradient(v, GRAD, slicewise));                          \
    }                                                                                   \
    const rl_op rl_op_##op = {.name = #op,                                              \
                              SCHEMA(op),                                               \
                              .grad_name = grad,                                        \
                              .traits = RL_ELEMENTWISE,                                 \
                              .saves = {SAVE_INPUT(1), 0, SAVE_INPUT(1)},               \
                              .canonicalize = rl_canonicalize_##way,                    \
                              .infer = infer_##op,                                      \
                              .forward = op##_forward,                                  \
                              .vjp = op##_vjp};

REPLACING(scatter, "Scatter", call->in[SRC]->wrapped_number, 0, scatter)
REPLACING(index_copy, "IndexCopy", 0, 1, slicewise)
REPLACING(index_fill, "IndexFill", !call->in[SRC]->wrapped_number, 1, slicewise)

/* ---- sums ---- */

#define ADDING(op, grad, slicewise, way)                                                                            \
    static rl_status infer_##op(const rl_call *call, rl_result *result) { return rl_infer_##way(call, result, 1); } \
    static rl_status op##_forward(rl_call *call) { return rl_run_##way(call, RL_ADD); }                             \
    VJP(op) {                                                                                                       \
        GRADIENT(0, GRAD);                                                                                          \
        GRADIENT(2, rl_gathered_gradient(v, GRAD, slicewise));                                                      \
    }                                                                                                               \
    const rl_op rl_op_##op = {.name = #op,                                                                          \
                              SCHEMA(op),                                                                           \
                              .grad_name = grad,                                                                    \
                              .traits = RL_ELEMENTWISE,                                                             \
                              .saves = {0, 0, SAVE_INPUT(1)},                                                       \
                              .canonicalize = rl_canonicalize_##way,                                                \
                              .infer = infer_##op,                                                                  \
                              .forward = op##_forward,                                                              \
                              .vjp = op##_vjp};

ADDING(scatter_add, "ScatterAdd", 0, scatter)
ADDING(index_add, "IndexAdd", 1, slicewise)

rl_tensor *rl_scatter_add(rl_tensor *x, int64_t dim, rl_tensor *index, rl_tensor *src) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    return x && index && src ? rl_apply_to(&rl_op_scatter_add, &args, 3, (rl_tensor *[]){x, index, src}) : NULL;
}

rl_tensor *rl_index_add(rl_tensor *x, int64_t dim, rl_tensor *index, rl_tensor *source) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    return x && index && source ? rl_apply_to(&rl_op_index_add, &args, 3, (rl_tensor *[]){x, index, source}) : NULL;
}
