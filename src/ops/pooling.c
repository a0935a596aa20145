/* Largest elements and means of windows. Input: (N, C, ...) of one to three dimensions more. */
#include "../kernels/pooling.h"

#include "infer.h"

/* args.list of max_pool and average_pool; average_pool_backward has the size of what it gives before these */
enum { KERNEL, STRIDE, PADDING, DILATION };
/* args.n */
enum { CEIL_MODE, ADAPTIVE, COUNT_INCLUDE_PAD };

static int first_list(const rl_call *call) { return call->op == &rl_op_average_pool_backward; }
static int n_lists(const rl_call *call) { return call->op == &rl_op_max_pool ? 4 : 3; }

static rl_status spread(rl_ints *list, int ndim, const char *name, int64_t least) {
    if (list->length != 1 && list->length != ndim) return rl_fail("`%s` must be one number or %d, one for each dimension; it has %d", name, ndim, list->length);
    for (int k = 0; k < list->length; k++)
        if (list->values[k] < least) return rl_fail("`%s` must be %lld or more; it is %lld", name, (long long)least, (long long)list->values[k]);
    if (list->length == ndim) return RL_OK;
    int64_t *values = rl_scope_memory((size_t)ndim, sizeof *values);
    if (!values) return RL_FAILED;
    for (int k = 0; k < ndim; k++) values[k] = list->values[0];
    *list = (rl_ints){ndim, values};
    return RL_OK;
}

static rl_status canonicalize_pool(rl_call *call) {
    static const char *const names[] = {"kernel_size", "stride", "padding", "dilation"};
    const int ndim = call->in[0]->ndim - 2, first = first_list(call), adaptive = (int)call->args.n[ADAPTIVE];
    rl_ints *list = call->args.list + first;
    if (ndim < 1 || ndim > 3)
        return rl_fail("`%s` must have 3, 4 or 5 dimensions (batch, channels, and 1 to 3 more); its shape is %s", first ? "gradient" : "input",
                       rl_sizes_text(call->in[0]->ndim, call->in[0]->sizes));
    if (first) RL_TRY(spread(&call->args.list[0], ndim, "size", 0));
    for (int k = 0; k < n_lists(call); k++) RL_TRY(spread(&list[k], ndim, k == 0 && adaptive ? "output_size" : names[k], k == PADDING || adaptive ? 0 : 1));
    for (int k = 0; k < ndim && !adaptive; k++)
        if (list[PADDING].values[k] > list[KERNEL].values[k] / 2)
            return rl_fail("`padding` must be at most half the kernel's size, %lld; it is %lld", (long long)list[KERNEL].values[k],
                           (long long)list[PADDING].values[k]);
    return RL_OK;
}

/* How many windows there are. The last one of ceil_mode begins within the input or the padding before it. */
static rl_status count_windows(const rl_call *call, const int64_t *in, int k, int64_t *out) {
    const rl_ints *list = call->args.list + first_list(call);
    if (call->args.n[ADAPTIVE]) {
        *out = list[KERNEL].values[k];
        return in[k] > 0 || *out == 0 ? RL_OK : rl_fail("dimension %d has no elements to be pooled", k + 3);
    }
    const int64_t kernel = list[KERNEL].values[k], stride = list[STRIDE].values[k], padding = list[PADDING].values[k];
    const int64_t dilation = n_lists(call) == 4 ? list[DILATION].values[k] : 1;
    int64_t covered;
    if (__builtin_mul_overflow(dilation, kernel - 1, &covered) || stride > INT64_MAX / 4 || covered > INT64_MAX / 4) return rl_fail_memory(1e18);
    const int64_t beyond = in[k] + 2 * padding - covered - 1 + (call->args.n[CEIL_MODE] ? stride - 1 : 0);
    if (beyond < 0 || in[k] + padding == 0)
        return rl_fail("the kernel does not fit: along dimension %d the input has %lld elements and %lld of padding, and the kernel covers %lld", k + 3,
                       (long long)in[k], 2 * (long long)padding, (long long)covered + 1);
    *out = beyond / stride + 1;
    if (call->args.n[CEIL_MODE] && (*out - 1) * stride >= in[k] + padding) --*out;
    return RL_OK;
}

static rl_status infer_sizes(const rl_call *call, const int64_t *in, int64_t *sizes) {
    const int ndim = call->in[0]->ndim - 2;
    sizes[0] = call->in[0]->sizes[0];
    sizes[1] = call->in[0]->sizes[1];
    for (int k = 0; k < ndim; k++) RL_TRY(count_windows(call, in, k, &sizes[2 + k]));
    if (!rl_dtype_is_floating((rl_dtype)call->in[0]->dtype))
        return rl_fail("%s() works on floating tensors, not on %s", call->op->name, rl_dtype_name((rl_dtype)call->in[0]->dtype));
    return RL_OK;
}

static rl_status give(const rl_call *call, rl_result *result, const int64_t *sizes) {
    const rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    rl_read_as(result, 0, rl_computed_in(dtype));
    rl_read_contiguous(result, 0);
    return rl_output(result, 0, dtype, rl_computed_in(dtype), call->in[0]->ndim, sizes);
}

static rl_status look_along(const rl_call *call, int64_t in, int64_t out, int k, rl_windows *w) {
    const rl_ints *list = call->args.list + first_list(call);
    int64_t *memory = rl_scope_memory((size_t)(3 * out + 1), sizeof *memory);
    if (!memory) return RL_FAILED;
    int64_t *begin = memory, *end = memory + out, *counted = end + out;
    const int adaptive = (int)call->args.n[ADAPTIVE];
    *w = (rl_windows){.in = in, .out = out, .step = 1, .begin = begin, .end = end, .counted = counted};
    for (int64_t o = 0; o < out && adaptive; o++) {
        begin[o] = o * in / out;
        end[o] = ((o + 1) * in + out - 1) / out;
        counted[o] = end[o] - begin[o];
    }
    if (adaptive) return RL_OK;
    const int64_t kernel = list[KERNEL].values[k], stride = list[STRIDE].values[k], padding = list[PADDING].values[k];
    if (n_lists(call) == 4) w->step = list[DILATION].values[k];
    w->taps = kernel;
    w->stride = stride;
    w->padding = padding;
    for (int64_t o = 0; o < out; o++) {
        int64_t from = o * stride - padding, to = from + w->step * (kernel - 1) + 1;
        const int64_t padded_to = to < in + padding ? to : in + padding;
        counted[o] = padded_to - from;
        if (from < 0) from += (-from + w->step - 1) / w->step * w->step;
        if (to > in) to = in;
        begin[o] = from;
        end[o] = to;
        if (call->op != &rl_op_max_pool && !call->args.n[COUNT_INCLUDE_PAD]) counted[o] = to - from;
    }
    return RL_OK;
}

/* The windows of a call; `whole` is the tensor that they lie in. */
static rl_status look_at(const rl_call *call, const rl_tensor *whole, const rl_tensor *pooled, rl_pooling *p) {
    static const int64_t zero[] = {0}, one[] = {1};
    const int ndim = whole->ndim - 2;
    *p = (rl_pooling){.dtype = (rl_dtype)whole->dtype, .planes = whole->sizes[0] * whole->sizes[1]};
    if (call->op != &rl_op_max_pool && call->args.s[0].kind != RL_SCALAR_NONE) p->divisor = call->args.s[0].as_double;
    for (int d = 0; d < 3; d++) {
        const int k = d - (3 - ndim);
        p->along[d] = (rl_windows){.in = 1, .out = 1, .step = 1, .begin = zero, .end = one, .counted = one};
        if (k >= 0) RL_TRY(look_along(call, whole->sizes[2 + k], pooled->sizes[2 + k], k, &p->along[d]));
    }
    return RL_OK;
}

/* ---- the largest ---- */

static rl_status infer_max_pool(const rl_call *call, rl_result *result) {
    int64_t sizes[5];
    RL_TRY(infer_sizes(call, call->in[0]->sizes + 2, sizes));
    RL_TRY(rl_set_outputs(result, 2));
    RL_TRY(give(call, result, sizes));
    return rl_output(result, 1, RL_INT64, RL_INT64, call->in[0]->ndim, sizes);
}

static rl_status max_pool_forward(rl_call *call) {
    rl_pooling p;
    if (call->y[0]->numel == 0) return RL_OK;
    RL_TRY(look_at(call, call->x[0], call->y[0], &p));
    return rl_pool_max(&p, rl_host_data(call->x[0]), rl_host_data(call->y[0]), rl_host_data(call->y[1]));
}

static rl_tensor *as_planes(rl_tensor *x) {
    int64_t planes = x ? x->sizes[0] * x->sizes[1] : 0;
    return x ? rl_reshape(x, 2, (int64_t[]){planes, planes ? x->numel / planes : 0}) : NULL;
}

VJP(max_pool) {
    const rl_signature *in = &v->in[0];
    int64_t sizes[] = {in->sizes[0] * in->sizes[1], 1};
    for (int k = 2; k < in->ndim; k++) sizes[1] *= in->sizes[k];
    rl_tensor *zeros = rl_expanded_zeros((rl_dtype)GRAD->dtype, 2, sizes),
              *planes = rl_scatter_add(zeros, 1, rl_add(as_planes(v->y[1]), rl_tensor_number(rl_scalar_int(-1))), as_planes(GRAD));
    GRADIENT(0, planes ? rl_beside(rl_reshape(planes, in->ndim, in->sizes), INPUT_0) : NULL);
}
const rl_op rl_op_max_pool = {.name = "max_pool",
                              SCHEMA(max_pool),
                              .grad_name = "MaxPoolWithIndices",
                              .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(1)},
                              .canonicalize = canonicalize_pool,
                              .infer = infer_max_pool,
                              .forward = max_pool_forward,
                              .vjp = max_pool_vjp};

/* ---- means ---- */

static rl_status check_divisor(const rl_call *call) {
    const rl_scalar divisor = call->args.s[0];
    return divisor.kind == RL_SCALAR_NONE || divisor.as_int != 0 ? RL_OK : rl_fail("`divisor_override` must not be 0");
}

static rl_status infer_average_pool(const rl_call *call, rl_result *result) {
    int64_t sizes[5];
    RL_TRY(check_divisor(call));
    RL_TRY(infer_sizes(call, call->in[0]->sizes + 2, sizes));
    RL_TRY(rl_set_outputs(result, 1));
    return give(call, result, sizes);
}

static rl_status average_pool_forward(rl_call *call) {
    rl_pooling p;
    if (call->y[0]->numel == 0) return RL_OK;
    RL_TRY(look_at(call, call->x[0], call->y[0], &p));
    return rl_pool_average(&p, rl_host_data(call->x[0]), rl_host_data(call->y[0]));
}

VJP(average_pool) {
    rl_args args = *v->args;
    args.list[0] = (rl_ints){v->in[0].ndim - 2, v->in[0].sizes + 2};
    for (int k = 0; k < 3; k++) args.list[1 + k] = v->args->list[k];
    GRADIENT(0, rl_beside(rl_apply_to(&rl_op_average_pool_backward, &args, 1, &GRAD), INPUT_0));
}
const rl_op rl_op_average_pool = {.name = "average_pool",
                                  SCHEMA(average_pool),
                                  .grad_name = "AvgPool",
                                  .saves = {SAVE_INPUT(0)},
                                  .canonicalize = canonicalize_pool,
                                  .infer = infer_average_pool,
                                  .forward = average_pool_forward,
                                  .vjp = average_pool_vjp};

static rl_status infer_average_pool_backward(const rl_call *call, rl_result *result) {
    int64_t sizes[5], whole[5] = {call->in[0]->sizes[0], call->in[0]->sizes[1]};
    const int64_t *in = call->args.list[0].values;
    RL_TRY(check_divisor(call));
    RL_TRY(infer_sizes(call, in, sizes));
    for (int k = 0; k < call->in[0]->ndim - 2; k++) {
        whole[2 + k] = in[k];
        if (call->in[0]->sizes[2 + k] != sizes[2 + k])
            return rl_fail("pooling of these sizes gives %lld elements along dimension %d, not %lld", (long long)sizes[2 + k], k + 3,
                           (long long)call->in[0]->sizes[2 + k]);
    }
    RL_TRY(rl_set_outputs(result, 1));
    return give(call, result, whole);
}

static rl_status average_pool_backward_forward(rl_call *call) {
    rl_pooling p;
    if (call->y[0]->numel == 0) return RL_OK;
    if (call->x[0]->numel == 0) {
        rl_fill_elements(call->y[0], rl_scalar_double(0));
        return RL_OK;
    }
    RL_TRY(look_at(call, call->y[0], call->x[0], &p));
    return rl_spread_average(&p, rl_host_data(call->x[0]), rl_host_data(call->y[0]));
}

VJP(average_pool_backward) {
    rl_args args = *v->args;
    for (int k = 0; k < 3; k++) args.list[k] = v->args->list[1 + k];
    args.list[3] = RL_INTS_NONE;
    GRADIENT(0, rl_apply_to(&rl_op_average_pool, &args, 1, &GRAD));
}
const rl_op rl_op_average_pool_backward = {.name = "average_pool_backward",
                                           SCHEMA(average_pool_backward),
                                           .grad_name = "AvgPoolBackward",
                                           .canonicalize = canonicalize_pool,
                                           .infer = infer_average_pool_backward,
                                           .forward = average_pool_backward_forward,
                                           .vjp = average_pool_backward_vjp};
