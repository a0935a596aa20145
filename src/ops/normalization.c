/* Normalisation of groups: Note [Groups] says what the integers of `layout` are. */
#include "../kernels/normalization.h"

#include "infer.h"

/* Note [Groups]
 * Layer, group, batch and instance normalisation are one op under the names of their gradient functions. `layout` says how it sees the input: (outer, groups,
 * inner), with a mean and a variance for each group, then how many elements lie in one channel of one run, and how many channels there are:
 * kernels/normalization.h. The derivative is an op of its own, normalize_backward(); in the derivatives of that, mean and variance are followed through the
 * input. */
enum { LAYOUT };
enum { OUTER, GROUPS, INNER, PER_CHANNEL, CHANNELS, N_LAYOUT };

static rl_status check_layout(const rl_call *call, const rl_tensor *x) {
    const rl_ints layout = call->args.list[LAYOUT];
    int64_t numel;
    if (layout.length != N_LAYOUT) return rl_fail("`layout` must have %d elements", N_LAYOUT);
    RL_TRY(rl_count(3, layout.values, &numel));
    if (numel != x->numel || layout.values[PER_CHANNEL] < 1 || layout.values[CHANNELS] < 1) return rl_fail("`layout` does not fit the input");
    if (!rl_dtype_is_floating((rl_dtype)x->dtype))
        return rl_fail("`input` must be a floating tensor; normalisation works on floating tensors, not on %s", rl_dtype_name((rl_dtype)x->dtype));
    return RL_OK;
}

static rl_status check_channels(const rl_call *call, int k, const char *name) {
    const rl_tensor *t = call->in[k];
    if (t && t->numel != call->args.list[LAYOUT].values[CHANNELS])
        return rl_fail("`%s` must have one element for each of %lld channels; its shape is %s", name, (long long)call->args.list[LAYOUT].values[CHANNELS],
                       rl_sizes_text(t->ndim, t->sizes));
    return RL_OK;
}

static rl_groups groups_of(const rl_args *args, rl_dtype dtype) {
    const int64_t *layout = args->list[LAYOUT].values;
    return (rl_groups){dtype, layout[OUTER], layout[GROUPS], layout[INNER], layout[PER_CHANNEL], layout[CHANNELS]};
}

static void *data_or_null(const rl_tensor *x) { return x ? rl_host_data(x) : NULL; }

/* ---- native_*_norm(input, weight, bias): the result, means and inverse standard deviations ---- */

static rl_status infer_normalize(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    const rl_dtype dtype = (rl_dtype)x->dtype;
    RL_TRY(check_layout(call, x));
    RL_TRY(check_channels(call, 1, "weight"));
    RL_TRY(check_channels(call, 2, "bias"));
    for (int k = 0; k < 3; k++) {
        rl_read_as(result, k, rl_computed_in(dtype));
        rl_read_contiguous(result, k);
    }
    RL_TRY(rl_set_outputs(result, 3));
    RL_TRY(rl_output(result, 0, dtype, rl_computed_in(dtype), x->ndim, x->sizes));
    for (int k = 1; k < 3; k++) RL_TRY(rl_output(result, k, RL_DOUBLE, RL_DOUBLE, 1, &call->args.list[LAYOUT].values[GROUPS]));
    return RL_OK;
}

static rl_status normalize_forward(rl_call *call) {
    rl_groups s = groups_of(&call->args, (rl_dtype)call->y[0]->dtype);
    return rl_normalize_groups(&s, rl_host_data(call->x[0]), data_or_null(call->x[1]), data_or_null(call->x[2]), call->args.s[0].as_double,
                               rl_host_data(call->y[0]), rl_host_data(call->y[1]), rl_host_data(call->y[2]));
}

/* ---- normalize_backward(gradient, input, weight, mean, rstd): the derivatives by input, weight and bias ---- */

static rl_status infer_normalize_backward(const rl_call *call, rl_result *result) {
    const rl_tensor *g = call->in[0], *x = call->in[1];
    const rl_dtype dtype = (rl_dtype)g->dtype;
    RL_TRY(check_layout(call, x));
    RL_TRY(check_channels(call, 2, "weight"));
    if (!rl_same_sizes(g, x)) return rl_fail("`gradient` and `input` must have one shape");
    for (int k = 0; k < 5; k++) {
        rl_read_as(result, k, k < 3 ? rl_computed_in(dtype) : RL_DOUBLE);
        rl_read_contiguous(result, k);
    }
    RL_TRY(rl_set_outputs(result, 3));
    RL_TRY(rl_output(result, 0, dtype, rl_computed_in(dtype), x->ndim, x->sizes));
    for (int k = 1; k < 3; k++) RL_TRY(rl_output(result, k, dtype, rl_computed_in(dtype), 1, &call->args.list[LAYOUT].values[CHANNELS]));
    return RL_OK;
}

static rl_status normalize_backward_forward(rl_call *call) {
    rl_groups s = groups_of(&call->args, (rl_dtype)call->y[0]->dtype);
    return rl_normalize_groups_backward(&s, rl_host_data(call->x[0]), rl_host_data(call->x[1]), data_or_null(call->x[2]), rl_host_data(call->x[3]),
                                        rl_host_data(call->x[4]), rl_host_data(call->y[0]), rl_host_data(call->y[1]), rl_host_data(call->y[2]));
}

/* ---- derivatives ----
 *
 * What the rules are written with: tensors seen as (outer, groups, inner), means over a group, and values of channels at each element. */
typedef struct {
    const int64_t *layout;
    rl_dtype dtype;
} seen;

static rl_tensor *as_groups(const seen *s, rl_tensor *x) { return x ? rl_reshape(x, 3, s->layout) : NULL; }

static rl_tensor *mean_of_group(const seen *s, rl_tensor *x) {
    static const int64_t dims[] = {0, 2};
    rl_tensor *sum = x ? rl_sum_dims(x, (rl_ints){2, dims}, 1) : NULL;
    return rl_mul_number(sum, 1 / (double)(s->layout[OUTER] * s->layout[INNER]));
}

/* (repeats, channels, per channel) is the other way to see the elements. */
static void by_channel(const seen *s, int64_t *sizes) {
    sizes[1] = s->layout[CHANNELS];
    sizes[2] = s->layout[PER_CHANNEL];
    sizes[0] = s->layout[OUTER] * s->layout[GROUPS] * s->layout[INNER] / (sizes[1] * sizes[2]);
}

static rl_tensor *at_elements(const seen *s, rl_tensor *of_channels) {
    int64_t sizes[3];
    by_channel(s, sizes);
    rl_tensor *column = of_channels ? rl_reshape(of_channels, 3, (int64_t[]){1, sizes[1], 1}) : NULL;
    return column ? as_groups(s, rl_expand_to(column, 3, sizes)) : NULL;
}

static rl_tensor *sum_of_channels(const seen *s, rl_tensor *x) {
    static const int64_t dims[] = {0, 2};
    int64_t sizes[3];
    by_channel(s, sizes);
    return x ? rl_sum_dims(rl_reshape(x, 3, sizes), (rl_ints){2, dims}, 0) : NULL;
}

/* a - mean(a) - xhat mean(a xhat), which is symmetric as a map */
static rl_tensor *project(const seen *s, rl_tensor *a, rl_tensor *xhat) {
    return rl_sub(rl_sub(a, mean_of_group(s, a)), rl_mul(xhat, mean_of_group(s, rl_mul(a, xhat))));
}

static rl_tensor *sum_of(rl_tensor *a, rl_tensor *b) { return a && b ? rl_add(a, b) : a ? a : b; }

static rl_tensor *without_graph(rl_tensor *x) { return x ? rl_tensor_view(x, x->ndim, x->sizes, x->strides, x->offset) : NULL; }

/* Mean and inverse deviation of the same values as functions of x, for derivatives of a higher order. eps is the part of rstd^-2 that is not
 * the variance. */
static void follow(const seen *s, rl_tensor *x, rl_tensor **mean, rl_tensor **rstd) {
    *mean = mean_of_group(s, x);
    rl_tensor *away = rl_sub(x, *mean), *variance = mean_of_group(s, rl_mul(away, away));
    *rstd = rl_rsqrt(rl_add(rl_pow_number(without_graph(*rstd), -2), rl_sub(variance, without_graph(variance))));
}

#define WHAT_IT_READS (SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_OUTPUT(1) | SAVE_OUTPUT(2))
/* Through means and inverse deviations: g / count, and -g rstd^3 (x - mean) / count. */
static rl_tensor *through_statistics(const rl_vjp *v) {
    const seen s = {v->args->list[LAYOUT].values, RL_DOUBLE};
    const int64_t across[] = {1, s.layout[GROUPS], 1};
    rl_tensor *x = as_groups(&s, v->x[0]), *mean = rl_reshape(v->y[1], 3, across), *rstd = rl_reshape(v->y[2], 3, across), *sum = NULL;
    if (v->g[1]) sum = rl_expand_to(rl_reshape(v->g[1], 3, across), 3, s.layout);
    if (v->g[2]) sum = sum_of(sum, rl_neg(rl_mul(rl_mul(rl_reshape(v->g[2], 3, across), rl_pow_number(rstd, 3)), rl_sub(x, mean))));
    rl_tensor *each = rl_mul_number(sum, 1 / (double)(s.layout[OUTER] * s.layout[INNER]));
    return rl_reshape(rl_to_dtype(each, v->in[0].dtype), v->in[0].ndim, v->in[0].sizes);
}

VJP(normalize) {
    rl_call call = {.op = &rl_op_normalize_backward, .args = RL_ARGS_INIT, .n_in = 5, .in = (rl_tensor *[]){GRAD, INPUT_0, INPUT_1, v->y[1], v->y[2]}};
    if (v->needs[0] && (v->g[1] || v->g[2])) v->dx[0] = through_statistics(v);
    if (!GRAD) return;
    call.args.list[LAYOUT] = v->args->list[LAYOUT];
    if (rl_apply(&call) != RL_OK) return;
    GRADIENT(0, sum_of(v->dx[0], call.out[0]));
    GRADIENT(1, rl_reshape(call.out[1], v->in[1].ndim, v->in[1].sizes));
    GRADIENT(2, rl_reshape(call.out[2], v->in[2].ndim, v->in[2].sizes));
}
#define NORMALIZATION(op, grad)                                                       \
    const rl_op rl_op_##op = {.name = #op,                                            \
                              SCHEMA(op),                                             \
                              .grad_name = grad,                                      \
                              .saves = {WHAT_IT_READS, WHAT_IT_READS, WHAT_IT_READS}, \
                              .infer = infer_normalize,                               \
                              .forward = normalize_forward,                           \
                              .vjp = normalize_vjp};
NORMALIZATION(native_batch_norm, "NativeBatchNorm")
NORMALIZATION(native_group_norm, "NativeGroupNorm")
NORMALIZATION(native_layer_norm, "NativeLayerNorm")

#define ALL_INPUTS (SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_INPUT(2) | SAVE_INPUT(3) | SAVE_INPUT(4))

/* With u, uw and ub the gradients of dx, dweight and dbias; a is g weight. */
VJP(normalize_backward) {
    const seen s = {v->args->list[LAYOUT].values, v->in[0].dtype};
    const rl_signature *in = &v->in[1];
    rl_tensor *g = as_groups(&s, v->x[0]), *x = as_groups(&s, v->x[1]), *weight = v->x[2] ? at_elements(&s, v->x[2]) : NULL;
    const int64_t across[] = {1, s.layout[GROUPS], 1};
    rl_tensor *mean = rl_to_dtype(rl_reshape(v->x[3], 3, across), s.dtype), *rstd = rl_to_dtype(rl_reshape(v->x[4], 3, across), s.dtype);
    if (x && rl_is_followed(x)) follow(&s, x, &mean, &rstd);
    rl_tensor *u = v->g[0] ? as_groups(&s, v->g[0]) : NULL;
    rl_tensor *uw = v->g[1] ? at_elements(&s, v->g[1]) : NULL, *ub = v->g[2] ? at_elements(&s, v->g[2]) : NULL;
    rl_tensor *xhat = rl_mul(rl_sub(x, mean), rstd), *a = weight ? rl_mul(g, weight) : g;
    rl_tensor *through = u ? rl_mul(rstd, project(&s, u, xhat)) : NULL; /* the gradient of a */
    if (v->needs[0]) {
        rl_tensor *by_g = through && weight ? rl_mul(through, weight) : through;
        by_g = sum_of(sum_of(by_g, uw ? rl_mul(xhat, uw) : NULL), ub);
        if (by_g) v->dx[0] = rl_reshape(by_g, in->ndim, in->sizes);
    }
    if (v->needs[2] && through) v->dx[2] = rl_reshape(sum_of_channels(&s, rl_mul(g, through)), v->in[2].ndim, v->in[2].sizes);
    if (!v->needs[1]) return;
    rl_tensor *by_xhat = uw ? rl_mul(g, uw) : NULL, *by_rstd = NULL;
    if (u) {
        rl_tensor *ma = mean_of_group(&s, rl_mul(a, xhat)), *mu = mean_of_group(&s, rl_mul(u, xhat));
        by_xhat = sum_of(by_xhat, rl_neg(rl_mul(rstd, rl_add(rl_mul(u, ma), rl_mul(a, mu)))));
        rl_tensor *dx = rl_mul(rstd, project(&s, a, xhat));
        by_rstd = rl_neg(rl_mul(rl_mul(rstd, xhat), mean_of_group(&s, rl_mul(u, dx))));
    }
    rl_tensor *by_x = by_xhat ? sum_of(rl_mul(rstd, project(&s, by_xhat, xhat)), by_rstd) : NULL;
    if (by_x) v->dx[1] = rl_reshape(by_x, in->ndim, in->sizes);
}
const rl_op rl_op_normalize_backward = {.name = "normalize_backward",
                                        SCHEMA(normalize_backward),
                                        .grad_name = "NativeNormBackward",
                                        .saves = {ALL_INPUTS, ALL_INPUTS, ALL_INPUTS},
                                        .infer = infer_normalize_backward,
                                        .forward = normalize_backward_forward,
                                        .vjp = normalize_backward_vjp};
