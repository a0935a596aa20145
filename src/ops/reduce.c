#include "../kernels/reduce.h"

#include "infer.h"

enum { DIMS = 0, KEEPDIM = 0 }; /* where args keeps them */

/* Sizes of what a reduction leaves: with 1 at each reduced dimension, and without it. */
static rl_status reduced_sizes(const rl_call *call, int64_t *with, int *ndim, int64_t *without) {
    const rl_tensor *x = call->in[0];
    uint8_t marked[RL_MAX_DIMS];
    RL_TRY(rl_marked_dims(call->args.list[DIMS], x->ndim, marked));
    *ndim = 0;
    for (int k = 0; k < x->ndim; k++) {
        with[k] = marked[k] ? 1 : x->sizes[k];
        if (!marked[k] || call->args.n[KEEPDIM]) without[(*ndim)++] = with[k];
    }
    return RL_OK;
}

static rl_status infer_sum(rl_call *call) {
    rl_dtype dtype = call->args.dtype != RL_NO_DTYPE ? call->args.dtype : rl_dtype_is_floating((rl_dtype)call->in[0]->dtype) ? (rl_dtype)call->in[0]->dtype : RL_INT64;
    int64_t with[RL_MAX_DIMS], without[RL_MAX_DIMS];
    int ndim;
    call->variant = call->args.list[DIMS].length > 0;
    RL_TRY(reduced_sizes(call, with, &ndim, without));
    RL_TRY(rl_set_outputs(call, 1));
    RL_TRY(rl_read_as(call, 0, rl_computed_in(dtype)));
    return rl_output(call, 0, dtype, rl_computed_in(dtype), ndim, without);
}

static rl_status sum_forward(rl_call *call) {
    int64_t with[RL_MAX_DIMS], without[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    int ndim;
    RL_TRY(reduced_sizes(call, with, &ndim, without));
    rl_contiguous_strides(call->x[0]->ndim, with, strides);
    rl_tensor *kept = rl_tensor_view(call->y[0], call->x[0]->ndim, with, strides, call->y[0]->offset);
    if (!kept) return RL_FAILED;
    rl_sum_elements(kept, call->x[0]);
    return RL_OK;
}

/* The gradient of a reduction, spread over what was reduced. */
static rl_tensor *spread(rl_vjp *v, rl_tensor *g) {
    uint8_t marked[RL_MAX_DIMS];
    int64_t with[RL_MAX_DIMS];
    if (!g || rl_marked_dims(v->args ? v->args->list[DIMS] : RL_INTS_NONE, v->in[0].ndim, marked) != RL_OK) return NULL;
    for (int k = 0; k < v->in[0].ndim; k++) with[k] = marked[k] ? 1 : v->in[0].sizes[k];
    return rl_expand_to(rl_view_as(g, v->in[0].ndim, with), v->in[0].ndim, v->in[0].sizes);
}

RULE(sum) { D(0, spread(v, G)); }
const rl_op rl_op_sum = {.name = "sum", .grad_name = "Sum", .infer = infer_sum, .forward = sum_forward, .vjp = sum_vjp};

static rl_status infer_mean(rl_call *call) {
    rl_dtype dtype = call->args.dtype != RL_NO_DTYPE ? call->args.dtype : (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("mean() needs a floating dtype, not %s; convert the tensor or pass `dtype`", rl_dtype_name(dtype));
    return infer_sum(call);
}

static rl_status mean_forward(rl_call *call) {
    RL_TRY(sum_forward(call));
    rl_scope scope = rl_scope_enter();
    double count = call->y[0]->numel ? (double)call->x[0]->numel / (double)call->y[0]->numel : 0;
    rl_tensor *y = call->y[0], *number = rl_tensor_scalar((rl_dtype)y->dtype, rl_scalar_double(count));
    rl_tensor *divided = number ? rl_apply_in_place(&rl_op_div, NULL, 2, (rl_tensor *[]){y, number}) : NULL;
    rl_scope_leave(scope);
    return divided ? RL_OK : RL_FAILED;
}

RULE(mean) {
    double count = 1;
    for (int k = 0; k < v->in[0].ndim; k++) count *= (double)v->in[0].sizes[k];
    for (int k = 0; k < v->out[0].ndim; k++) count /= (double)v->out[0].sizes[k];
    D(0, spread(v, rl_mul_number(G, 1 / count)));
}
const rl_op rl_op_mean = {.name = "mean", .grad_name = "Mean", .infer = infer_mean, .forward = mean_forward, .vjp = mean_vjp};

rl_tensor *rl_sum_dims(rl_tensor *x, rl_ints dims, int keepdim) {
    rl_args args = RL_ARGS_NONE;
    args.list[DIMS] = dims;
    args.n[KEEPDIM] = keepdim;
    return rl_apply_to(&rl_op_sum, &args, 1, &x);
}

rl_tensor *rl_sum_to_size(rl_tensor *x, int ndim, const int64_t *sizes) {
    int64_t dims[RL_MAX_DIMS];
    int count = 0;
    if (!x) return NULL;
    for (int k = 0; k < x->ndim; k++) {
        int at = k - (x->ndim - ndim);
        if (at < 0 || (sizes[at] == 1 && x->sizes[k] != 1)) dims[count++] = k;
    }
    if (count) x = rl_sum_dims(x, (rl_ints){count, dims}, 1);
    return x && x->ndim != ndim ? rl_view_as(x, ndim, sizes) : x;
}
