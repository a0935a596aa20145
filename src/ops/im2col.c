/* What a kernel sees at each of its positions, as columns, and such columns added up to where they were seen: each is the other's derivative. */
#include "../kernels/convolution.h"
#include "infer.h"

/* args.list of im2col; col2im has the size of what it gives before these */
enum { KERNEL, DILATION, PADDING, STRIDE, LISTS };

static rl_status check_pair(const char *name, rl_ints *list, int64_t least) {
    if (list->length != 1 && list->length != 2) return rl_fail("`%s` must be one number or two, for height and width; it has %d", name, list->length);
    for (int k = 0; k < list->length; k++)
        if (list->values[k] < least) return rl_fail("`%s` must be %lld or more; it is %lld", name, (long long)least, (long long)list->values[k]);
    if (list->length == 2) return RL_OK;
    int64_t *values = rl_scope_memory(2, sizeof *values);
    if (!values) return RL_FAILED;
    values[0] = values[1] = list->values[0];
    *list = (rl_ints){2, values};
    return RL_OK;
}

static rl_status canonicalize_lists(rl_ints *list) {
    RL_TRY(check_pair("kernel_size", &list[KERNEL], 1));
    RL_TRY(check_pair("dilation", &list[DILATION], 1));
    RL_TRY(check_pair("padding", &list[PADDING], 0));
    return check_pair("stride", &list[STRIDE], 1);
}
static rl_status canonicalize_im2col(rl_call *call) { return canonicalize_lists(call->args.list); }
static rl_status canonicalize_col2im(rl_call *call) {
    RL_TRY(check_pair("output_size", &call->args.list[0], 0));
    return canonicalize_lists(call->args.list + 1);
}

/* The convolution that sees the same; `image` has its height and width last. */
static rl_status geometry_of(const rl_ints *list, const int64_t *image, rl_convolution *s) {
    *s = (rl_convolution){.groups = 1, .to = 1, .in = {1}, .out = {1}, .kernel = {1}, .stride = {1}, .padding = {0}, .dilation = {1}};
    for (int d = 0; d < 2; d++) {
        s->in[d + 1] = image[d];
        s->kernel[d + 1] = list[KERNEL].values[d];
        s->stride[d + 1] = list[STRIDE].values[d];
        s->padding[d + 1] = list[PADDING].values[d];
        s->dilation[d + 1] = list[DILATION].values[d];
        int64_t covered, around;
        if (__builtin_mul_overflow(s->dilation[d + 1], s->kernel[d + 1] - 1, &covered) || s->padding[d + 1] > INT32_MAX) return rl_fail_memory(1e18);
        around = s->in[d + 1] + 2 * s->padding[d + 1];
        if (around <= covered)
            return rl_fail("the kernel does not fit: it covers %lld elements, and there are %lld with the padding", (long long)covered + 1, (long long)around);
        s->out[d + 1] = (around - covered - 1) / s->stride[d + 1] + 1;
    }
    return RL_OK;
}

static rl_status give(const rl_call *call, rl_result *result, int ndim, const int64_t *sizes) {
    const rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s() works on floating tensors, not on %s", call->op->name, rl_dtype_name(dtype));
    rl_read_as(result, 0, rl_computed_in(dtype));
    rl_read_contiguous(result, 0);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), ndim, sizes);
}

static rl_status infer_im2col(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    rl_convolution s;
    int64_t rows, columns;
    if (x->ndim != 4) return rl_fail("`input` must have the shape (N, C, H, W); its shape is %s", rl_sizes_text(x->ndim, x->sizes));
    RL_TRY(geometry_of(call->args.list, x->sizes + 2, &s));
    RL_TRY(rl_count(3, (int64_t[]){x->sizes[1], s.kernel[1], s.kernel[2]}, &rows));
    RL_TRY(rl_count(2, s.out + 1, &columns));
    return give(call, result, 3, (int64_t[]){x->sizes[0], rows, columns});
}

static rl_status im2col_forward(rl_call *call) {
    const rl_tensor *x = call->x[0];
    rl_convolution s;
    RL_TRY(geometry_of(call->args.list, x->sizes + 2, &s));
    s.dtype = (rl_dtype)x->dtype;
    s.batch = x->sizes[0];
    s.from = x->sizes[1];
    return call->y[0]->numel ? rl_take_columns(&s, rl_host_data(x), rl_host_data(call->y[0])) : RL_OK;
}

VJP(im2col) {
    rl_args args = RL_ARGS_NONE;
    args.list[0] = (rl_ints){2, v->in[0].sizes + 2};
    for (int k = 0; k < LISTS; k++) args.list[1 + k] = v->args->list[k];
    GRADIENT(0, rl_apply_to(&rl_op_col2im, &args, 1, &GRAD));
}
const rl_op rl_op_im2col = {.name = "im2col",
                            SCHEMA(im2col),
                            .grad_name = "Im2Col",
                            .canonicalize = canonicalize_im2col,
                            .infer = infer_im2col,
                            .forward = im2col_forward,
                            .vjp = im2col_vjp};

static rl_status infer_col2im(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    const rl_ints *list = call->args.list;
    rl_convolution s;
    if (x->ndim != 3) return rl_fail("`input` must have the shape (N, C * kernel, positions); its shape is %s", rl_sizes_text(x->ndim, x->sizes));
    RL_TRY(geometry_of(list + 1, list[0].values, &s));
    if (s.kernel[1] > INT32_MAX || s.kernel[2] > INT32_MAX) return rl_fail_memory(1e18);
    const int64_t taps = s.kernel[1] * s.kernel[2], positions = s.out[1] * s.out[2];
    if (x->sizes[1] % taps)
        return rl_fail("`input` has %lld rows, and the kernel has %lld elements, which must divide them", (long long)x->sizes[1], (long long)taps);
    if (x->sizes[2] != positions)
        return rl_fail("`input` has %lld columns, and the kernel has %lld positions in an image of %lld x %lld", (long long)x->sizes[2], (long long)positions,
                       (long long)s.in[1], (long long)s.in[2]);
    return give(call, result, 4, (int64_t[]){x->sizes[0], x->sizes[1] / taps, s.in[1], s.in[2]});
}

static rl_status col2im_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    rl_convolution s;
    RL_TRY(geometry_of(call->args.list + 1, y->sizes + 2, &s));
    s.dtype = (rl_dtype)y->dtype;
    s.batch = y->sizes[0];
    s.from = y->sizes[1];
    return y->numel ? rl_add_columns(&s, rl_host_data(call->x[0]), rl_host_data(y)) : RL_OK;
}

VJP(col2im) {
    rl_args args = RL_ARGS_NONE;
    for (int k = 0; k < LISTS; k++) args.list[k] = v->args->list[1 + k];
    GRADIENT(0, rl_apply_to(&rl_op_im2col, &args, 1, &GRAD));
}
const rl_op rl_op_col2im = {.name = "col2im",
                            SCHEMA(col2im),
                            .grad_name = "Col2Im",
                            .canonicalize = canonicalize_col2im,
                            .infer = infer_col2im,
                            .forward = col2im_forward,
                            .vjp = col2im_vjp};
