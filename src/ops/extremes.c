#include "places.h"
#include "reduce.h"

/* What extremes are is what they were taken of. */
static rl_status infer_extreme(const rl_call *call, rl_result *result) {
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
    rl_tensor *y = rl_kept_dims(v, Y0), *equal = rl_eq(X0, y);
    if (y && y->numel == 1 && rl_item(y, 0).as_double != rl_item(y, 0).as_double) equal = rl_ne(X0, X0);
    return rl_where(equal, rl_div(rl_kept_dims(v, G), rl_reduced_again(v, &rl_op_sum, equal)), rl_number(0));
}

#define EXTREME(op, is, grad, number)                                     \
    static rl_status infer_##op(const rl_call *call, rl_result *result) { \
        result->variant = number;                                         \
        return infer_extreme(call, result);                               \
    }                                                                     \
    RULE(op) { D(0, rl_shared_among_equals(v)); }                         \
    const rl_op rl_op_##op = {                                            \
        .name = #is, SCHEMA(op), .grad_name = grad, .saves = {SAVE_X(0) | SAVE_Y(0)}, .infer = infer_##op, .forward = a##is##_forward, .vjp = op##_vjp};

EXTREME(amax, max, "Amax", 0)
EXTREME(amin, min, "Amin", 0)
EXTREME(max_all, max, "Max", 1)
EXTREME(min_all, min, "Min", 1)

rl_tensor *rl_placed_gradient(rl_vjp *v, int before) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim = v->in[0].ndim, dim = 0;
    if (ndim == 0) return G;
    if (rl_wrap_dim(v->args->list[RL_DIMS].values[0], ndim, &dim) != RL_OK) return NULL;
    for (int d = 0; d < ndim; d++) sizes[d] = d == dim ? 1 : v->in[0].sizes[d];
    rl_tensor *places = rl_view_as(v->y[1], ndim, sizes);
    if (before) places = rl_add(places, rl_tensor_number(rl_scalar_int(before)));
    return rl_put_along(rl_view_as(G, ndim, sizes), places, dim, v->in[0].sizes[dim]);
}

/* ---- max and min along a dimension ---- */

rl_status rl_infer_placed(const rl_call *call, rl_result *result) {
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

static rl_status max_places_forward(rl_call *call) { return rl_run_reducers(call, &rl_amax_places_reducers, NULL); }
static rl_status min_places_forward(rl_call *call) { return rl_run_reducers(call, &rl_amin_places_reducers, NULL); }

RULE(max_dim) { D(0, rl_placed_gradient(v, 0)); }
const rl_op rl_op_max_dim = {
    .name = "max", SCHEMA(max_dim), .grad_name = "Max", .saves = {SAVE_Y(1)}, .infer = rl_infer_placed, .forward = max_places_forward, .vjp = max_dim_vjp};
const rl_op rl_op_min_dim = {
    .name = "min", SCHEMA(min_dim), .grad_name = "Min", .saves = {SAVE_Y(1)}, .infer = rl_infer_placed, .forward = min_places_forward, .vjp = max_dim_vjp};

/* ---- argmax, argmin: without a dimension, the place among all elements in row-major order ---- */

static rl_status infer_place_alone(const rl_call *call, rl_result *result) {
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

const rl_op rl_op_argmax = {.name = "argmax", SCHEMA(argmax), .grad_name = "Argmax", .infer = infer_place_alone, .forward = max_places_forward};
const rl_op rl_op_argmin = {.name = "argmin", SCHEMA(argmin), .grad_name = "Argmin", .infer = infer_place_alone, .forward = min_places_forward};
