#include "take_along.h"
#include "reduce.h"

/* What extremes are is what they were taken of. */
static rl_status infer_minmax(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    rl_dtype dtype = (rl_dtype)x->dtype;
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    RL_TRY(rl_output_reduced(call, result, 0, dtype, rl_computed_in(dtype)));
    if (x->numel == 0 && rl_gives_elements(result, 0))
        return rl_fail("%s() of no elements has no value: the tensor has shape %s", call->op->name, rl_sizes_text(x->ndim, x->sizes));
    return RL_OK;
}

static rl_status amax_forward(rl_call *call) { return rl_run_reducers(call, &rl_amax_reducers, NULL); }
static rl_status amin_forward(rl_call *call) { return rl_run_reducers(call, &rl_amin_reducers, NULL); }

/* The elements that equal the result share its gradient. */
rl_tensor *rl_shared_among_equals(rl_vjp *v) {
    rl_tensor *y = rl_kept_dims(v, OUTPUT_0), *equal = rl_eq(INPUT_0, y);
    if (y && y->numel == 1 && rl_item(y, 0).as_double != rl_item(y, 0).as_double) equal = rl_ne(INPUT_0, INPUT_0);
    return rl_where(equal, rl_div(rl_kept_dims(v, GRAD), rl_reduced_again(v, &rl_op_sum, equal)), rl_number(0));
}

#define MINMAX(op, is, grad, number)                                      \
    static rl_status infer_##op(const rl_call *call, rl_result *result) { \
        result->variant = number;                                         \
        return infer_minmax(call, result);                                \
    }                                                                     \
    VJP(op) { GRADIENT(0, rl_shared_among_equals(v)); }                   \
    const rl_op rl_op_##op = {.name = #is,                                \
                              SCHEMA(op),                                 \
                              .grad_name = grad,                          \
                              .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},  \
                              .infer = infer_##op,                        \
                              .forward = a##is##_forward,                 \
                              .vjp = op##_vjp};

MINMAX(amax, max, "Amax", 0)
MINMAX(amin, min, "Amin", 0)
MINMAX(max_all, max, "Max", 1)
MINMAX(min_all, min, "Min", 1)

rl_tensor *rl_gradient_at_indices(rl_vjp *v, int before) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim = v->in[0].ndim, dim = 0;
    if (ndim == 0) return GRAD;
    if (rl_wrap_dim(v->args->list[RL_DIMS].values[0], ndim, &dim) != RL_OK) return NULL;
    for (int d = 0; d < ndim; d++) sizes[d] = d == dim ? 1 : v->in[0].sizes[d];
    rl_tensor *indices = rl_view_as(v->y[1], ndim, sizes);
    if (before) indices = rl_add(indices, rl_tensor_number(rl_scalar_int(before)));
    return rl_put_along(rl_view_as(GRAD, ndim, sizes), indices, dim, v->in[0].sizes[dim]);
}

/* ---- max and min along a dimension ---- */

rl_status rl_infer_with_indices(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    rl_dtype dtype = (rl_dtype)x->dtype;
    if (call->args.list[RL_DIMS].length != 1) return rl_fail("`dim` of %s() must be one dimension", call->op->name);
    RL_TRY(rl_set_outputs(result, 2));
    rl_read_as(result, 0, rl_computed_in(dtype));
    RL_TRY(rl_output_reduced(call, result, 0, dtype, rl_computed_in(dtype)));
    RL_TRY(rl_output_reduced(call, result, 1, RL_INT64, RL_INT64));
    if (x->numel == 0 && rl_gives_elements(result, 0))
        return rl_fail("%s() of no elements has no value: the tensor has shape %s", call->op->name, rl_sizes_text(x->ndim, x->sizes));
    return RL_OK;
}

static rl_status max_index_forward(rl_call *call) { return rl_run_reducers(call, &rl_amax_indices_reducers, NULL); }
static rl_status min_index_forward(rl_call *call) { return rl_run_reducers(call, &rl_amin_indices_reducers, NULL); }

VJP(max_dim) { GRADIENT(0, rl_gradient_at_indices(v, 0)); }
const rl_op rl_op_max_dim = {.name = "max",
                             SCHEMA(max_dim),
                             .grad_name = "Max",
                             .saves = {SAVE_OUTPUT(1)},
                             .infer = rl_infer_with_indices,
                             .forward = max_index_forward,
                             .vjp = max_dim_vjp};
const rl_op rl_op_min_dim = {.name = "min",
                             SCHEMA(min_dim),
                             .grad_name = "Min",
                             .saves = {SAVE_OUTPUT(1)},
                             .infer = rl_infer_with_indices,
                             .forward = min_index_forward,
                             .vjp = max_dim_vjp};

/* ---- argmax, argmin: without a dimension, the place among all elements in row-major order ---- */

static rl_status infer_index_alone(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    RL_TRY(rl_one_dim(call));
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in((rl_dtype)x->dtype));
    RL_TRY(rl_output_reduced(call, result, 0, RL_INT64, RL_INT64));
    if (call->args.list[RL_DIMS].length <= 0) rl_read_contiguous(result, 0);
    if (x->numel == 0 && rl_gives_elements(result, 0))
        return rl_fail("%s() of no elements has no value: the tensor has shape %s", call->op->name, rl_sizes_text(x->ndim, x->sizes));
    return RL_OK;
}

const rl_op rl_op_argmax = {.name = "argmax", SCHEMA(argmax), .grad_name = "Argmax", .infer = infer_index_alone, .forward = max_index_forward};
const rl_op rl_op_argmin = {.name = "argmin", SCHEMA(argmin), .grad_name = "Argmin", .infer = infer_index_alone, .forward = min_index_forward};
