/* ---- convolutions ----
 *
 * Note [Convolution]
 * Three ops, each of two tensors and linear in both, are each other's derivatives:
 *   convolution(input, weight)         the output
 *   convolution_input(output, weight)  the derivative by the input, which is also the transposed convolution
 *   convolution_weight(input, output)  the derivative by the weight
 * The output's size follows from the others, so it is the size of input and weight that the second and the third are told. The first two add
 * a bias to each channel of what they give. */
#include "../kernels/convolution.h"

#include <string.h>

#include "infer.h"

/* args.list of convolution; the others have the size before these */
enum { STRIDE, PADDING, DILATION };
enum { SIZE, AFTER_SIZE };

static int first_list(const rl_call *call) { return call->op == &rl_op_convolution ? 0 : AFTER_SIZE; }

/* One number stands for all dimensions. */
static rl_status spread(rl_ints *list, int ndim, const char *name, int64_t least) {
    if (list->length != 1 && list->length != ndim)
        return rl_fail("`%s` must be one number or %d, one for each dimension of the kernel; it has %d", name, ndim, list->length);
    for (int k = 0; k < list->length; k++)
        if (list->values[k] < least) return rl_fail("`%s` must be %lld or more; it is %lld", name, (long long)least, (long long)list->values[k]);
    if (list->length == ndim) return RL_OK;
    int64_t *values = rl_scope_memory((size_t)ndim, sizeof *values);
    if (!values) return RL_FAILED;
    for (int k = 0; k < ndim; k++) values[k] = list->values[0];
    *list = (rl_ints){ndim, values};
    return RL_OK;
}

static rl_status canonicalize_convolution(rl_call *call) {
    const int ndim = call->in[0]->ndim - 2, first = first_list(call);
    rl_ints *lists = call->args.list;
    if (ndim < 1 || ndim > 3)
        return rl_fail("`input` must have 3, 4 or 5 dimensions (batch, channels, and 1 to 3 more); its shape is %s",
                       rl_sizes_text(call->in[0]->ndim, call->in[0]->sizes));
    if (first) RL_TRY(spread(&lists[SIZE], ndim, "size", 0));
    RL_TRY(spread(&lists[first + STRIDE], ndim, "stride", 1));
    RL_TRY(spread(&lists[first + PADDING], ndim, "padding", 0));
    RL_TRY(spread(&lists[first + DILATION], ndim, "dilation", 1));
    return call->args.n[0] >= 1 ? RL_OK : rl_fail("`groups` must be 1 or more; it is %lld", (long long)call->args.n[0]);
}

/* How many places the kernel has along a dimension; -1 if it does not fit. */
static int64_t places(int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t dilation) {
    int64_t covered, around;
    if (__builtin_mul_overflow(dilation, kernel - 1, &covered) || __builtin_add_overflow(in, 2 * padding, &around) || padding > INT64_MAX / 4) return -1;
    return around > covered ? (around - covered - 1) / stride + 1 : -1;
}

typedef struct {
    int ndim;
    int64_t batch, channels, out_channels;
    const int64_t *in, *kernel;
    int64_t out[3];
} geometry;

static rl_status find_output(const rl_call *call, geometry *g) {
    const int first = first_list(call);
    const rl_ints *lists = call->args.list;
    for (int k = 0; k < g->ndim; k++) {
        const int64_t stride = lists[first + STRIDE].values[k], padding = lists[first + PADDING].values[k], dilation = lists[first + DILATION].values[k];
        if (g->kernel[k] < 1) return rl_fail("`weight` has a kernel of size 0 along dimension %d", k + 3);
        g->out[k] = places(g->in[k], g->kernel[k], stride, padding, dilation);
        if (g->out[k] < 0)
            return rl_fail("the kernel does not fit: along dimension %d the input has %lld elements and %lld of padding, and the kernel covers %lld", k + 3,
                           (long long)g->in[k], 2 * (long long)padding, (long long)(dilation * (g->kernel[k] - 1) + 1));
    }
    return RL_OK;
}

static rl_status check_channels(const rl_call *call, const geometry *g, const rl_tensor *weight) {
    const int64_t groups = call->args.n[0];
    if (g->channels % groups || g->out_channels % groups)
        return rl_fail("`groups` must divide the channels of input and output, %lld and %lld; it is %lld", (long long)g->channels, (long long)g->out_channels,
                       (long long)groups);
    if (weight && weight->sizes[1] != g->channels / groups)
        return rl_fail("`input` has %lld channels in %lld groups, and `weight`, of shape %s, is for %lld in each", (long long)g->channels, (long long)groups,
                       rl_sizes_text(weight->ndim, weight->sizes), (long long)weight->sizes[1]);
    return RL_OK;
}

static rl_status check_tensors(const rl_call *call, const char *second) {
    const rl_tensor *a = call->in[0], *b = call->in[1];
    if (b->ndim != a->ndim) return rl_fail("`%s` must have %d dimensions, as `input` has; its shape is %s", second, a->ndim, rl_sizes_text(b->ndim, b->sizes));
    if (!rl_dtype_is_floating((rl_dtype)a->dtype))
        return rl_fail("%s() works on floating tensors, not on %s", call->op->name, rl_dtype_name((rl_dtype)a->dtype));
    for (int k = 1; k < call->n_in; k++)
        if (call->in[k] && call->in[k]->dtype != a->dtype)
            return rl_fail("`input` is %s, and `%s` %s: they must be of one dtype; convert one by $to(dtype = )", rl_dtype_name((rl_dtype)a->dtype),
                           k == 1 ? second : "bias", rl_dtype_name((rl_dtype)call->in[k]->dtype));
    return RL_OK;
}

static rl_status check_bias(const rl_call *call, int64_t channels) {
    const rl_tensor *bias = call->n_in > 2 ? call->in[2] : NULL;
    if (!bias || (bias->ndim == 1 && bias->sizes[0] == channels)) return RL_OK;
    return rl_fail("`bias` must have one element for each of the %lld output channels; its shape is %s", (long long)channels,
                   rl_sizes_text(bias->ndim, bias->sizes));
}

static rl_status give(const rl_call *call, rl_result *result, int64_t first, int64_t second, int ndim, const int64_t *sizes) {
    const rl_dtype dtype = (rl_dtype)call->in[0]->dtype, computed = rl_computed_in(dtype);
    int64_t all[5] = {first, second};
    for (int k = 0; k < ndim; k++) all[2 + k] = sizes[k];
    for (int k = 0; k < call->n_in; k++) {
        rl_read_as(result, k, computed);
        rl_read_contiguous(result, k);
    }
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, computed, ndim + 2, all);
}

/* The geometry of a call of any of the three. */
static rl_status look_at(const rl_call *call, geometry *g) {
    const rl_tensor *a = call->in[0], *b = call->in[1];
    const int64_t groups = call->args.n[0];
    g->ndim = a->ndim - 2;
    g->batch = a->sizes[0];
    RL_TRY(check_tensors(call, call->op == &rl_op_convolution_weight ? "gradient" : "weight"));
    if (call->op == &rl_op_convolution) {
        g->channels = a->sizes[1];
        g->out_channels = b->sizes[0];
        g->in = a->sizes + 2;
        g->kernel = b->sizes + 2;
    } else if (call->op == &rl_op_convolution_input) {
        g->channels = b->sizes[1] * groups;
        g->out_channels = a->sizes[1];
        g->in = call->args.list[SIZE].values;
        g->kernel = b->sizes + 2;
        if (b->sizes[0] != g->out_channels)
            return rl_fail("`input` has %lld channels, and `weight`, of shape %s, is for %lld", (long long)g->out_channels, rl_sizes_text(b->ndim, b->sizes),
                           (long long)b->sizes[0]);
    } else {
        g->channels = a->sizes[1];
        g->out_channels = b->sizes[1];
        g->in = a->sizes + 2;
        g->kernel = call->args.list[SIZE].values;
    }
    RL_TRY(check_channels(call, g, call->op == &rl_op_convolution ? b : NULL));
    RL_TRY(find_output(call, g));
    const rl_tensor *output = call->op == &rl_op_convolution_input ? a : call->op == &rl_op_convolution_weight ? b : NULL;
    if (output && output->sizes[0] != g->batch)
        return rl_fail("the batches have different sizes, %lld and %lld", (long long)g->batch, (long long)output->sizes[0]);
    for (int k = 0; k < g->ndim && output; k++)
        if (output->sizes[2 + k] != g->out[k])
            return rl_fail("a convolution of these sizes gives %lld elements along dimension %d, not %lld", (long long)g->out[k], k + 3,
                           (long long)output->sizes[2 + k]);
    return RL_OK;
}

static rl_convolution shape_of(const rl_call *call, const geometry *g) {
    const int first = first_list(call);
    const int64_t groups = call->args.n[0];
    rl_convolution s = {.dtype = (rl_dtype)call->y[0]->dtype, .batch = g->batch, .groups = groups};
    s.from = g->channels / groups;
    s.to = g->out_channels / groups;
    for (int d = 0; d < 3; d++) {
        const int k = d - (3 - g->ndim);
        s.in[d] = k < 0 ? 1 : g->in[k];
        s.out[d] = k < 0 ? 1 : g->out[k];
        s.kernel[d] = k < 0 ? 1 : g->kernel[k];
        s.stride[d] = k < 0 ? 1 : call->args.list[first + STRIDE].values[k];
        s.padding[d] = k < 0 ? 0 : call->args.list[first + PADDING].values[k];
        s.dilation[d] = k < 0 ? 1 : call->args.list[first + DILATION].values[k];
    }
    return s;
}

static int is_empty(const rl_call *call) { return call->y[0]->numel == 0 || call->x[0]->numel == 0 || call->x[1]->numel == 0; }

/* A sum of nothing, and the bias. */
static rl_status give_bias(rl_call *call) {
    rl_fill_elements(call->y[0], rl_scalar_double(0));
    rl_tensor *bias = call->n_in > 2 ? call->x[2] : NULL;
    if (!bias || call->y[0]->numel == 0) return RL_OK;
    int64_t strides[5] = {0, 1};
    rl_copy_elements(call->y[0], rl_tensor_view(bias, call->y[0]->ndim, call->y[0]->sizes, strides, bias->offset));
    return RL_OK;
}

/* ---- what the derivatives call ---- */

static rl_args args_for(const rl_vjp *v, int first, const rl_op *op, const rl_signature *sized) {
    rl_args args = RL_ARGS_NONE;
    const int to = op == &rl_op_convolution ? 0 : AFTER_SIZE;
    for (int k = 0; k < 3; k++) args.list[to + k] = v->args->list[first + k];
    if (sized) args.list[SIZE] = (rl_ints){sized->ndim - 2, sized->sizes + 2};
    args.n[0] = v->args->n[0];
    return args;
}

static rl_tensor *convolve(const rl_vjp *v, int first, const rl_op *op, const rl_signature *sized, rl_tensor *a, rl_tensor *b) {
    rl_args args = args_for(v, first, op, sized);
    return rl_apply_to(op, &args, op == &rl_op_convolution_weight ? 2 : 3, (rl_tensor *[]){a, b, NULL});
}

static rl_tensor *sum_of_channels(rl_tensor *g) {
    static const int64_t dims[] = {0, 2, 3, 4};
    return g ? rl_sum_dims(g, (rl_ints){g->ndim - 1, dims}, 0) : NULL;
}

/* ---- the three ---- */

static rl_status infer_convolution(const rl_call *call, rl_result *result) {
    geometry g;
    RL_TRY(look_at(call, &g));
    RL_TRY(check_bias(call, g.out_channels));
    return give(call, result, g.batch, g.out_channels, g.ndim, g.out);
}

static rl_status convolution_forward(rl_call *call) {
    geometry g;
    if (is_empty(call)) return give_bias(call);
    RL_TRY(look_at(call, &g));
    rl_convolution s = shape_of(call, &g);
    return rl_convolve(&s, rl_host_data(call->x[0]), rl_host_data(call->x[1]), call->x[2] ? rl_host_data(call->x[2]) : NULL, rl_host_data(call->y[0]));
}

VJP(convolution) {
    GRADIENT(0, convolve(v, 0, &rl_op_convolution_input, &v->in[0], GRAD, INPUT_1));
    GRADIENT(1, convolve(v, 0, &rl_op_convolution_weight, &v->in[1], INPUT_0, GRAD));
    GRADIENT(2, sum_of_channels(GRAD));
}
const rl_op rl_op_convolution = {.name = "convolution",
                                 SCHEMA(convolution),
                                 .grad_name = "Convolution",
                                 .saves = {SAVE_INPUT(1), SAVE_INPUT(0)},
                                 .canonicalize = canonicalize_convolution,
                                 .infer = infer_convolution,
                                 .forward = convolution_forward,
                                 .vjp = convolution_vjp};

static rl_status infer_convolution_input(const rl_call *call, rl_result *result) {
    geometry g;
    RL_TRY(look_at(call, &g));
    RL_TRY(check_bias(call, g.channels));
    return give(call, result, g.batch, g.channels, g.ndim, g.in);
}

static rl_status convolution_input_forward(rl_call *call) {
    geometry g;
    if (is_empty(call)) return give_bias(call);
    RL_TRY(look_at(call, &g));
    rl_convolution s = shape_of(call, &g);
    RL_TRY(rl_convolve_input(&s, rl_host_data(call->x[0]), rl_host_data(call->x[1]), rl_host_data(call->y[0])));
    rl_tensor *bias = call->x[2];
    int64_t strides[5] = {0, 1};
    return bias ? rl_add_elements(call->y[0], rl_tensor_view(bias, call->y[0]->ndim, call->y[0]->sizes, strides, bias->offset)) : RL_OK;
}

VJP(convolution_input) {
    GRADIENT(0, convolve(v, AFTER_SIZE, &rl_op_convolution, NULL, GRAD, INPUT_1));
    GRADIENT(1, convolve(v, AFTER_SIZE, &rl_op_convolution_weight, &v->in[1], GRAD, INPUT_0));
    GRADIENT(2, sum_of_channels(GRAD));
}
const rl_op rl_op_convolution_input = {.name = "convolution_input",
                                       SCHEMA(convolution_input),
                                       .grad_name = "Convolution",
                                       .saves = {SAVE_INPUT(1), SAVE_INPUT(0)},
                                       .canonicalize = canonicalize_convolution,
                                       .infer = infer_convolution_input,
                                       .forward = convolution_input_forward,
                                       .vjp = convolution_input_vjp};

static rl_status infer_convolution_weight(const rl_call *call, rl_result *result) {
    geometry g;
    RL_TRY(look_at(call, &g));
    return give(call, result, g.out_channels, g.channels / call->args.n[0], g.ndim, g.kernel);
}

static rl_status convolution_weight_forward(rl_call *call) {
    geometry g;
    if (is_empty(call)) return give_bias(call);
    RL_TRY(look_at(call, &g));
    rl_convolution s = shape_of(call, &g);
    return rl_convolve_weight(&s, rl_host_data(call->x[0]), rl_host_data(call->x[1]), rl_host_data(call->y[0]));
}

VJP(convolution_weight) {
    GRADIENT(0, convolve(v, AFTER_SIZE, &rl_op_convolution_input, &v->in[0], INPUT_1, GRAD));
    GRADIENT(1, convolve(v, AFTER_SIZE, &rl_op_convolution, NULL, INPUT_0, GRAD));
}
const rl_op rl_op_convolution_weight = {.name = "convolution_weight",
                                        SCHEMA(convolution_weight),
                                        .grad_name = "ConvolutionBackwardWeight",
                                        .saves = {SAVE_INPUT(1), SAVE_INPUT(0)},
                                        .canonicalize = canonicalize_convolution,
                                        .infer = infer_convolution_weight,
                                        .forward = convolution_weight_forward,
                                        .vjp = convolution_weight_vjp};
