/* Choosing elements by booleans. */
#include "index.h"

#include <string.h>

enum { MASK = 1, VALUE };

static rl_status check_mask(const rl_call *call) {
    const rl_tensor *mask = call->in[MASK];
    if (mask->dtype != RL_BOOL && mask->dtype != RL_UINT8)
        return rl_fail("%s() needs a mask of booleans, not %s", call->op->name, rl_dtype_name((rl_dtype)mask->dtype));
    return RL_OK;
}

static rl_status infer_masked(const rl_call *call, rl_result *result, rl_dtype dtype) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    RL_TRY(check_mask(call));
    RL_TRY(rl_broadcast_sizes(call->in[0]->ndim, call->in[0]->sizes, call->in[MASK]->ndim, call->in[MASK]->sizes, &ndim, sizes));
    rl_read_as(result, MASK, RL_BOOL);
    rl_read_apart(result, MASK);
    return rl_output(result, 0, dtype, dtype, ndim, sizes);
}

/* The mask as the output has its shape, contiguous, and what rl_count_true() tells of it. */
static rl_tensor *counted(rl_tensor *mask, int ndim, const int64_t *sizes, int64_t **starts) {
    mask = rl_broadcast_to(mask, ndim, sizes);
    mask = mask ? rl_in_row_major(mask) : NULL;
    *starts = mask ? rl_scope_memory((size_t)rl_mask_chunks(mask) + 1, sizeof **starts) : NULL;
    if (!*starts) return NULL;
    rl_count_true(mask, *starts);
    return mask;
}

static int64_t total(const rl_tensor *mask, const int64_t *starts) { return starts[rl_mask_chunks(mask)]; }

/* ---- masked_fill ---- */

static rl_status infer_masked_fill(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    rl_tensor *value = call->in[VALUE];
    if (value->numel != 1) return rl_fail("masked_fill() needs one number; `value` has shape %s", rl_sizes_text(value->ndim, value->sizes));
    result->variant = !value->wrapped_number;
    RL_TRY(rl_set_outputs(result, 1));
    RL_TRY(rl_read_to_write(call, result, VALUE, dtype, dtype));
    return infer_masked(call, result, dtype);
}

static rl_status masked_fill_forward(rl_call *call) {
    RL_TRY(rl_start_from_self(call));
    rl_fill_masked(call->y[0], call->x[MASK], rl_host_data(call->x[VALUE]));
    return RL_OK;
}

static rl_tensor *sum_chosen(const rl_vjp *v, rl_tensor *g) {
    rl_tensor *sum = rl_sum_dims(rl_masked_select(g, v->x[MASK]), RL_INTS_NONE, 0);
    return rl_reshape(sum, v->in[VALUE].ndim, v->in[VALUE].sizes);
}

VJP(masked_fill) {
    GRADIENT(0, rl_masked_fill(GRAD, INPUT_1, 0));
    GRADIENT(2, sum_chosen(v, GRAD));
}
const rl_op rl_op_masked_fill = {.name = "masked_fill",
                                 SCHEMA(masked_fill),
                                 .grad_name = "MaskedFill",
                                 .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                                 .saves = {SAVE_INPUT(1), 0, SAVE_INPUT(1)},
                                 .infer = infer_masked_fill,
                                 .forward = masked_fill_forward,
                                 .vjp = masked_fill_vjp};

rl_tensor *rl_masked_fill(rl_tensor *x, rl_tensor *mask, double value) {
    rl_tensor *number = rl_tensor_number(rl_scalar_double(value));
    return x && mask && number ? rl_apply_to(&rl_op_masked_fill, NULL, 3, (rl_tensor *[]){x, mask, number}) : NULL;
}

/* ---- masked_select ---- */

/* How many are chosen is the result's shape, so infer does all of it. */
static rl_status infer_masked_select(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0], *mask = call->in[MASK];
    int64_t sizes[RL_MAX_DIMS], count, of_mask, of_all;
    int ndim;
    RL_TRY(check_mask(call));
    RL_TRY(rl_broadcast_sizes(x->ndim, x->sizes, mask->ndim, mask->sizes, &ndim, sizes));
    RL_TRY(rl_count(mask->ndim, mask->sizes, &of_mask));
    RL_TRY(rl_count(ndim, sizes, &of_all));
    count = of_mask ? rl_count_nonzero_bytes(mask) * (of_all / of_mask) : 0;
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, MASK, RL_BOOL);
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, 1, &count);
}

static rl_status masked_select_forward(rl_call *call) {
    rl_tensor *x = call->x[0];
    int64_t sizes[RL_MAX_DIMS], *starts;
    int ndim;
    RL_TRY(rl_broadcast_sizes(x->ndim, x->sizes, call->x[MASK]->ndim, call->x[MASK]->sizes, &ndim, sizes));
    rl_tensor *mask = counted(call->x[MASK], ndim, sizes, &starts), *broadcast = rl_broadcast_to(x, ndim, sizes);
    broadcast = broadcast ? rl_in_row_major(broadcast) : NULL;
    if (!mask || !broadcast) return RL_FAILED;
    rl_compress_elements(call->y[0], broadcast, mask, starts);
    return RL_OK;
}

static rl_tensor *put_back(const rl_vjp *v, rl_tensor *g) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    rl_tensor *mask = v->x[MASK];
    if (!g || rl_broadcast_sizes(v->in[0].ndim, v->in[0].sizes, mask->ndim, mask->sizes, &ndim, sizes) != RL_OK) return NULL;
    mask = rl_broadcast_to(mask, ndim, sizes);
    return mask ? rl_index_put(rl_expanded_zeros((rl_dtype)g->dtype, ndim, sizes), g, 1, &mask, 0) : NULL;
}

VJP(masked_select) { GRADIENT(0, put_back(v, GRAD)); }
const rl_op rl_op_masked_select = {.name = "masked_select",
                                   SCHEMA(masked_select),
                                   .grad_name = "MaskedSelect",
                                   .traits = RL_BROADCASTS | RL_DEPENDS_ON_VALUES,
                                   .saves = {SAVE_INPUT(1)},
                                   .infer = infer_masked_select,
                                   .forward = masked_select_forward,
                                   .vjp = masked_select_vjp};

rl_tensor *rl_masked_select(rl_tensor *x, rl_tensor *mask) { return x && mask ? rl_apply_to(&rl_op_masked_select, NULL, 2, (rl_tensor *[]){x, mask}) : NULL; }

/* ---- masked_scatter: the source's first elements, one for each that is chosen ---- */

static rl_status infer_masked_scatter(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(rl_set_outputs(result, 1));
    RL_TRY(rl_read_to_write(call, result, VALUE, dtype, dtype));
    return infer_masked(call, result, dtype);
}

static rl_status masked_scatter_forward(rl_call *call) {
    rl_tensor *y = call->y[0], *source = rl_in_row_major(call->x[VALUE]);
    int64_t *starts;
    rl_tensor *mask = source ? counted(call->x[MASK], y->ndim, y->sizes, &starts) : NULL;
    if (!mask) return RL_FAILED;
    if (total(mask, starts) > source->numel)
        return rl_fail("masked_scatter() needs an element for each place that the mask chooses: %lld, and the source has %lld", (long long)total(mask, starts),
                       (long long)source->numel);
    RL_TRY(rl_start_from_self(call));
    rl_tensor *contiguous = rl_in_row_major(y);
    if (!contiguous) return RL_FAILED;
    rl_expand_elements(contiguous, source, mask, starts);
    return contiguous == y ? RL_OK : rl_copy_data(y, contiguous);
}

/* The chosen elements of g, then zeros for what of the source was not used. */
static rl_tensor *of_source(const rl_vjp *v, rl_tensor *g) {
    const rl_signature *source = &v->in[VALUE];
    int64_t rest;
    rl_tensor *chosen = rl_masked_select(g, v->x[MASK]);
    if (!chosen || rl_count(source->ndim, source->sizes, &rest) != RL_OK) return NULL;
    rest -= chosen->numel;
    if (rest > 0) chosen = rl_cat(2, (rl_tensor *[]){chosen, rl_zeros((rl_dtype)chosen->dtype, 1, &rest)}, 0);
    return rl_reshape(chosen, source->ndim, source->sizes);
}

VJP(masked_scatter) {
    GRADIENT(0, rl_masked_fill(GRAD, INPUT_1, 0));
    GRADIENT(2, of_source(v, GRAD));
}
const rl_op rl_op_masked_scatter = {.name = "masked_scatter",
                                    SCHEMA(masked_scatter),
                                    .grad_name = "MaskedScatter",
                                    .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                                    .saves = {SAVE_INPUT(1), 0, SAVE_INPUT(1)},
                                    .infer = infer_masked_scatter,
                                    .forward = masked_scatter_forward,
                                    .vjp = masked_scatter_vjp};

/* ---- nonzero: a row of coordinates for each element that is not zero; n[0] is what they count from ---- */

static rl_status infer_nonzero(const rl_call *call, rl_result *result) {
    const rl_tensor *mask = call->in[0];
    int64_t sizes[] = {rl_count_nonzero_bytes(mask), mask->ndim};
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, RL_INT64, RL_INT64, 2, sizes);
}

static rl_status nonzero_forward(rl_call *call) {
    int64_t *starts;
    rl_tensor *x = call->x[0], *y = call->y[0], *mask = counted(x, x->ndim, x->sizes, &starts);
    if (!mask) return RL_FAILED;
    if (y->numel) rl_list_indices(rl_host_data(y), x->ndim, 1, mask, starts, call->args.n[0]);
    return RL_OK;
}

static const rl_op nonzero_of_mask = {
    .name = "nonzero", .grad_name = "Nonzero", .traits = RL_DEPENDS_ON_VALUES, .infer = infer_nonzero, .forward = nonzero_forward};

static rl_tensor *nonzero(rl_tensor *x, const rl_args *args) {
    if (x->dtype != RL_BOOL) x = rl_ne(x, rl_number(0));
    return rl_apply_to(&nonzero_of_mask, args, 1, &x);
}

static rl_status compose_nonzero(rl_call *call) { return rl_set_result(call, 1, (rl_tensor *[]){nonzero(call->in[0], &call->args)}); }
const rl_op rl_op_nonzero = {.name = "nonzero", SCHEMA(nonzero), .compose = compose_nonzero};
