/* A constant around a tensor. */
#include "infer.h"

enum { PAD }; /* args.list: before and after, the last dimension first; negative: elements are taken away */

static int64_t before(const rl_args *args, int ndim, int d) {
    return ndim - 1 - d < args->list[PAD].length / 2 ? args->list[PAD].values[2 * (ndim - 1 - d)] : 0;
}
static int64_t after(const rl_args *args, int ndim, int d) {
    return ndim - 1 - d < args->list[PAD].length / 2 ? args->list[PAD].values[2 * (ndim - 1 - d) + 1] : 0;
}

static rl_status infer_constant_pad(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    const rl_ints pad = call->args.list[PAD];
    int64_t sizes[RL_MAX_DIMS];
    if (pad.length % 2 || pad.length / 2 > x->ndim)
        return rl_fail("`pad` must have two numbers for each dimension to be padded, of which there are at most %d; it has %d", x->ndim, pad.length);
    for (int d = 0; d < x->ndim; d++) {
        if (__builtin_add_overflow(x->sizes[d], before(&call->args, x->ndim, d), &sizes[d]) ||
            __builtin_add_overflow(sizes[d], after(&call->args, x->ndim, d), &sizes[d]))
            return rl_fail_memory(1e18);
        if (sizes[d] < 0)
            return rl_fail("`pad` takes away more than the %lld elements of dimension %d: %lld and %lld", (long long)x->sizes[d], d + 1,
                           (long long)before(&call->args, x->ndim, d), (long long)after(&call->args, x->ndim, d));
    }
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, sizes);
}

static rl_status constant_pad_forward(rl_call *call) {
    rl_tensor *x = call->x[0], *y = call->y[0];
    int64_t sizes[RL_MAX_DIMS], from = x->offset, to = y->offset;
    rl_fill_elements(y, call->args.s[0]);
    for (int d = 0; d < x->ndim; d++) {
        const int64_t first = before(&call->args, x->ndim, d), last = after(&call->args, x->ndim, d);
        from += (first < 0 ? -first : 0) * x->strides[d];
        to += (first > 0 ? first : 0) * y->strides[d];
        sizes[d] = x->sizes[d] + (first < 0 ? first : 0) + (last < 0 ? last : 0);
        if (sizes[d] <= 0) return RL_OK;
    }
    rl_tensor *seen = rl_tensor_view(x, x->ndim, sizes, x->strides, from), *place = rl_tensor_view(y, y->ndim, sizes, y->strides, to);
    if (!seen || !place) return RL_FAILED;
    rl_copy_elements(place, seen);
    return RL_OK;
}

VJP(constant_pad) {
    rl_args args = RL_ARGS_NONE;
    const rl_ints pad = v->args->list[PAD];
    int64_t back[2 * RL_MAX_DIMS];
    for (int k = 0; k < pad.length; k++) back[k] = -pad.values[k];
    args.list[PAD] = (rl_ints){pad.length, back};
    args.s[0] = rl_scalar_int(0);
    GRADIENT(0, rl_apply_to(&rl_op_constant_pad, &args, 1, &GRAD));
}
const rl_op rl_op_constant_pad = {.name = "constant_pad",
                                  SCHEMA(constant_pad),
                                  .grad_name = "ConstantPadNd",
                                  .infer = infer_constant_pad,
                                  .forward = constant_pad_forward,
                                  .vjp = constant_pad_vjp};
