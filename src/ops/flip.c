#include "../kernels/copy.h"
#include "view.h"

/* Copies through a geometry that no view may have, as its strides run backwards. */
static rl_status infer_copy_of_view(const rl_call *call, rl_result *result, rl_layout_of_view view_of) {
    rl_layout x, seen;
    rl_tensor *self = call->in[0];
    rl_layout_of(self, &x);
    RL_TRY(view_of(&call->args, &x, &seen));
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)self->dtype, (rl_dtype)self->dtype, seen.ndim, seen.sizes);
}

static rl_status forward_copy(rl_call *call, rl_layout_of_view view_of) {
    rl_layout x, seen;
    rl_layout_of(call->x[0], &x);
    RL_TRY(view_of(&call->args, &x, &seen));
    rl_tensor *from = rl_seen_through(call->x[0], &seen);
    return from ? rl_copy_data(call->y[0], from) : RL_FAILED;
}

#define COPY_THROUGH(op, grad)                                                                                                      \
    static rl_status infer_##op(const rl_call *call, rl_result *result) { return infer_copy_of_view(call, result, op##_geometry); } \
    static rl_status op##_forward(rl_call *call) { return forward_copy(call, op##_geometry); }                                      \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .grad_name = grad, .infer = infer_##op, .forward = op##_forward, .vjp = op##_vjp};

static void reverse(rl_layout *seen, int dim) {
    if (seen->sizes[dim] > 0) seen->offset += (seen->sizes[dim] - 1) * seen->strides[dim];
    seen->strides[dim] = -seen->strides[dim];
}

/* ---- flip ---- */

static rl_status flip_geometry(const rl_args *args, const rl_layout *x, rl_layout *seen) {
    uint8_t marked[RL_MAX_DIMS] = {0};
    *seen = *x;
    if (args->list[0].length > 0) RL_TRY(rl_marked_dims(args->list[0], x->ndim, marked));
    for (int d = 0; d < x->ndim; d++)
        if (marked[d]) reverse(seen, d);
    return RL_OK;
}

VJP(flip) { GRADIENT(0, rl_flip(GRAD, v->args->list[0])); }
COPY_THROUGH(flip, "Flip")

rl_tensor *rl_flip(rl_tensor *x, rl_ints dims) {
    rl_args args = RL_ARGS_NONE;
    args.list[0] = dims;
    return rl_apply_to(&rl_op_flip, &args, 1, &x);
}

/* ---- rot90: turns from the first dimension towards the second ---- */

static rl_status rot90_geometry(const rl_args *args, const rl_layout *x, rl_layout *seen) {
    int a, b, turns = (int)((args->n[0] % 4 + 4) % 4);
    rl_ints dims = args->list[0];
    if (dims.length != 2) return rl_fail("rot90() turns from one dimension to another; `dims` has %d", dims.length < 0 ? 0 : dims.length);
    if (x->ndim < 2) return rl_fail("rot90() needs a tensor of at least 2 dimensions; this one has %d", x->ndim);
    RL_TRY(rl_wrap_dim(dims.values[0], x->ndim, &a));
    RL_TRY(rl_wrap_dim(dims.values[1], x->ndim, &b));
    if (a == b) return rl_fail("rot90() turns from one dimension to another; both of `dims` are %d", a + 1);
    *seen = *x;
    if (turns == 1 || turns == 2) reverse(seen, b);
    if (turns == 2 || turns == 3) reverse(seen, a);
    if (turns % 2) {
        int64_t size = seen->sizes[a], stride = seen->strides[a];
        seen->sizes[a] = seen->sizes[b];
        seen->strides[a] = seen->strides[b];
        seen->sizes[b] = size;
        seen->strides[b] = stride;
    }
    return RL_OK;
}

VJP(rot90) {
    rl_args back = *v->args;
    back.n[0] = -(back.n[0] % 4);
    GRADIENT(0, rl_apply_to(&rl_op_rot90, &back, 1, &GRAD));
}
COPY_THROUGH(rot90, "Rot90")

/* ---- roll: by shifts along dims; along no dimension, the elements in their order ---- */

static rl_status infer_roll(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    rl_ints shifts = call->args.list[0], dims = call->args.list[1];
    int of_dims = dims.length > 0 ? dims.length : 0;
    if (of_dims ? shifts.length != of_dims : shifts.length != 1)
        return rl_fail("roll() needs a shift for each of `dims`, or one shift without dims; %d shifts and %d dimensions were given", shifts.length, of_dims);
    for (int k = 0; k < of_dims; k++) {
        int dim;
        RL_TRY(rl_wrap_dim(dims.values[k], x->ndim, &dim));
        if (x->ndim == 0)
            return rl_fail("dimension %lld does not exist: the tensor has none", (long long)(dims.values[k] < 0 ? dims.values[k] : dims.values[k] + 1));
    }
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, x->sizes);
}

static rl_status copy_part(rl_tensor *to, int64_t to_start, const rl_tensor *from, int64_t from_start, int dim, int64_t length) {
    rl_layout target, source;
    rl_layout_of(to, &target);
    rl_layout_of(from, &source);
    target.sizes[dim] = source.sizes[dim] = length;
    target.offset += to_start * target.strides[dim];
    source.offset += from_start * source.strides[dim];
    rl_tensor *part = rl_seen_through(to, &target), *of = rl_seen_through(from, &source);
    return part && of ? rl_copy_data(part, of) : RL_FAILED;
}

static rl_status roll_one(rl_tensor *to, const rl_tensor *from, int64_t shift, int dim) {
    int64_t size = from->sizes[dim];
    if (size == 0) return RL_OK;
    shift = (shift % size + size) % size;
    RL_TRY(copy_part(to, shift, from, 0, dim, size - shift));
    return copy_part(to, 0, from, size - shift, dim, shift);
}

static rl_status roll_forward(rl_call *call) {
    rl_tensor *x = call->x[0], *y = call->y[0];
    rl_ints shifts = call->args.list[0], dims = call->args.list[1];
    if (dims.length <= 0) {
        int64_t step = 1;
        rl_tensor *dense = x;
        if (!rl_is_contiguous(x)) {
            dense = rl_tensor_new((rl_dtype)x->dtype, x->ndim, x->sizes);
            if (!dense || rl_copy_data(dense, x) != RL_OK) return RL_FAILED;
        }
        rl_tensor *from = rl_tensor_view(dense, 1, &x->numel, &step, dense->offset), *to = rl_tensor_view(y, 1, &x->numel, &step, y->offset);
        return from && to ? roll_one(to, from, shifts.values[0], 0) : RL_FAILED;
    }
    for (int k = 0; k < dims.length; k++) {
        int dim;
        rl_tensor *to = k == dims.length - 1 ? y : rl_tensor_new((rl_dtype)y->dtype, y->ndim, y->sizes);
        RL_TRY(rl_wrap_dim(dims.values[k], x->ndim, &dim));
        if (!to) return RL_FAILED;
        RL_TRY(roll_one(to, x, shifts.values[k], dim));
        x = to;
    }
    return RL_OK;
}

VJP(roll) {
    rl_args back = *v->args;
    rl_ints shifts = back.list[0];
    int64_t *opposite = rl_scope_memory((size_t)shifts.length, sizeof *opposite);
    for (int k = 0; opposite && k < shifts.length; k++) opposite[k] = -shifts.values[k];
    back.list[0].values = opposite;
    if (opposite) GRADIENT(0, rl_apply_to(&rl_op_roll, &back, 1, &GRAD));
}
const rl_op rl_op_roll = {.name = "roll", SCHEMA(roll), .grad_name = "Roll", .infer = infer_roll, .forward = roll_forward, .vjp = roll_vjp};

/* ---- repeat: whole copies side by side ---- */

static rl_status infer_repeat(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    rl_ints times = call->args.list[0];
    int64_t sizes[RL_MAX_DIMS];
    if (times.length < x->ndim) return rl_fail("repeat() needs a count for each of the %d dimensions; %d were given", x->ndim, times.length);
    if (times.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    for (int d = 0; d < times.length; d++) {
        int from = d - (times.length - x->ndim);
        if (times.values[d] < 0) return rl_fail("repeat() counts must be 0 or more; one is %lld", (long long)times.values[d]);
        if (__builtin_mul_overflow(times.values[d], from < 0 ? 1 : x->sizes[from], &sizes[d])) return rl_fail_memory(1e18);
    }
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, times.length, sizes);
}

/* Dimension by dimension from the last, what stands at the front is copied behind it, twice as much each time. */
static rl_status repeat_forward(rl_call *call) {
    rl_tensor *x = call->x[0], *y = call->y[0];
    rl_layout filled;
    if (y->numel == 0) return RL_OK;
    rl_layout_of(y, &filled);
    for (int d = 0; d < y->ndim; d++) {
        int from = d - (y->ndim - x->ndim);
        filled.sizes[d] = from < 0 ? 1 : x->sizes[from];
    }
    rl_tensor *first = rl_seen_through(y, &filled);
    if (!first) return RL_FAILED;
    RL_TRY(rl_copy_data(first, x));
    for (int d = y->ndim - 1; d >= 0; d--) {
        while (filled.sizes[d] < y->sizes[d]) {
            int64_t have = filled.sizes[d], more = y->sizes[d] - have < have ? y->sizes[d] - have : have;
            rl_layout next = filled;
            filled.sizes[d] = next.sizes[d] = more;
            next.offset += have * y->strides[d];
            rl_tensor *to = rl_seen_through(y, &next), *of = rl_seen_through(y, &filled);
            if (!to || !of) return RL_FAILED;
            RL_TRY(rl_copy_data(to, of));
            filled.sizes[d] = have + more;
        }
    }
    return RL_OK;
}

VJP(repeat) {
    rl_ints times = v->args->list[0];
    int64_t sizes[2 * RL_MAX_DIMS], summed[RL_MAX_DIMS];
    int ndim = 0, count = 0;
    if (v->out[0].ndim + v->in[0].ndim > RL_MAX_DIMS) {
        rl_fail("the gradient of repeat() takes at most %d dimensions", RL_MAX_DIMS / 2);
        return;
    }
    for (int d = 0; d < times.length; d++) {
        int from = d - (times.length - v->in[0].ndim);
        summed[count++] = ndim;
        sizes[ndim++] = times.values[d];
        if (from >= 0) sizes[ndim++] = v->in[0].sizes[from];
    }
    if (!v->needs[0]) return;
    rl_tensor *apart = rl_reshape(GRAD, ndim, sizes);
    v->dx[0] = count ? rl_sum_dims(apart, (rl_ints){count, summed}, 0) : apart;
}
const rl_op rl_op_repeat = {.name = "repeat", SCHEMA(repeat), .grad_name = "Repeat", .infer = infer_repeat, .forward = repeat_forward, .vjp = repeat_vjp};

/* ---- shuffles: one dimension taken apart, its parts put elsewhere ---- */

static rl_status infer_pixel_shuffle(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    int64_t by = call->args.n[0], sizes[RL_MAX_DIMS], square;
    int at = x->ndim - 3;
    if (x->ndim < 3) return rl_fail("pixel_shuffle() needs a tensor of at least 3 dimensions (channels, rows, columns); this one has %d", x->ndim);
    if (by < 1 || __builtin_mul_overflow(by, by, &square)) return rl_fail("`upscale_factor` must be 1 or more; it is %lld", (long long)by);
    if (x->sizes[at] % square)
        return rl_fail("the %lld channels must be a multiple of the square of `upscale_factor`, %lld", (long long)x->sizes[at], (long long)square);
    for (int d = 0; d < at; d++) sizes[d] = x->sizes[d];
    sizes[at] = x->sizes[at] / square;
    if (__builtin_mul_overflow(x->sizes[at + 1], by, &sizes[at + 1]) || __builtin_mul_overflow(x->sizes[at + 2], by, &sizes[at + 2]))
        return rl_fail_memory(1e18);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, sizes);
}

static rl_status infer_pixel_unshuffle(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    int64_t by = call->args.n[0], sizes[RL_MAX_DIMS], square;
    int at = x->ndim - 3;
    if (x->ndim < 3) return rl_fail("pixel_unshuffle() needs a tensor of at least 3 dimensions (channels, rows, columns); this one has %d", x->ndim);
    if (by < 1 || __builtin_mul_overflow(by, by, &square)) return rl_fail("`downscale_factor` must be 1 or more; it is %lld", (long long)by);
    if (x->sizes[at + 1] % by || x->sizes[at + 2] % by)
        return rl_fail("the %lld rows and %lld columns must be multiples of `downscale_factor`, %lld", (long long)x->sizes[at + 1], (long long)x->sizes[at + 2],
                       (long long)by);
    for (int d = 0; d < at; d++) sizes[d] = x->sizes[d];
    if (__builtin_mul_overflow(x->sizes[at], square, &sizes[at])) return rl_fail_memory(1e18);
    sizes[at + 1] = x->sizes[at + 1] / by;
    sizes[at + 2] = x->sizes[at + 2] / by;
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, sizes);
}

/* wide: [..., C, H r, W r] seen as narrow lies: [..., C, r, r, H, W]. */
static rl_tensor *seen_apart(const rl_tensor *wide, int64_t by) {
    rl_layout seen;
    int at = wide->ndim - 3;
    rl_layout_of(wide, &seen);
    int64_t rows = seen.strides[at + 1], columns = seen.strides[at + 2];
    int64_t sizes[] = {by, by, wide->sizes[at + 1] / by, wide->sizes[at + 2] / by}, strides[] = {rows, columns, rows * by, columns * by};
    for (int d = 0; d < 4; d++) {
        seen.sizes[at + 1 + d] = sizes[d];
        seen.strides[at + 1 + d] = strides[d];
    }
    seen.ndim += 2;
    return rl_seen_through(wide, &seen);
}

/* The narrow one with its channels as [C, r, r]. */
static rl_tensor *channels_apart(const rl_tensor *narrow, int64_t by) {
    rl_layout seen;
    int at = narrow->ndim - 3;
    rl_layout_of(narrow, &seen);
    int64_t channel = seen.strides[at];
    for (int d = at + 2; d > at; d--) {
        seen.sizes[d + 2] = seen.sizes[d];
        seen.strides[d + 2] = seen.strides[d];
    }
    seen.sizes[at] = narrow->sizes[at] / (by * by);
    seen.strides[at] = channel * by * by;
    seen.sizes[at + 1] = seen.sizes[at + 2] = by;
    seen.strides[at + 1] = channel * by;
    seen.strides[at + 2] = channel;
    seen.ndim += 2;
    return rl_seen_through(narrow, &seen);
}

static rl_status shuffle(rl_call *call, rl_tensor *(*of_y)(const rl_tensor *y, int64_t by), rl_tensor *(*of_x)(const rl_tensor *x, int64_t by)) {
    if (call->x[0]->ndim + 2 > RL_MAX_DIMS) return rl_fail("%s() takes at most %d dimensions", call->op->name, RL_MAX_DIMS - 2);
    rl_tensor *to = of_y(call->y[0], call->args.n[0]), *from = of_x(call->x[0], call->args.n[0]);
    return to && from ? rl_copy_data(to, from) : RL_FAILED;
}

static rl_status pixel_shuffle_forward(rl_call *call) { return shuffle(call, seen_apart, channels_apart); }
static rl_status pixel_unshuffle_forward(rl_call *call) { return shuffle(call, channels_apart, seen_apart); }
VJP(pixel_shuffle) { GRADIENT(0, rl_apply_to(&rl_op_pixel_unshuffle, v->args, 1, &GRAD)); }
VJP(pixel_unshuffle) { GRADIENT(0, rl_apply_to(&rl_op_pixel_shuffle, v->args, 1, &GRAD)); }
const rl_op rl_op_pixel_shuffle = {.name = "pixel_shuffle",
                                   SCHEMA(pixel_shuffle),
                                   .grad_name = "PixelShuffle",
                                   .infer = infer_pixel_shuffle,
                                   .forward = pixel_shuffle_forward,
                                   .vjp = pixel_shuffle_vjp};
const rl_op rl_op_pixel_unshuffle = {.name = "pixel_unshuffle",
                                     SCHEMA(pixel_unshuffle),
                                     .grad_name = "PixelUnshuffle",
                                     .infer = infer_pixel_unshuffle,
                                     .forward = pixel_unshuffle_forward,
                                     .vjp = pixel_unshuffle_vjp};

static rl_tensor *channel_shuffle(rl_tensor *x, int64_t groups) {
    int64_t sizes[RL_MAX_DIMS + 1];
    if (x->ndim < 3 || x->ndim == RL_MAX_DIMS) {
        rl_fail("channel_shuffle() needs a tensor of 3 dimensions or more (batch, channels, ...); this one has %d", x->ndim);
        return NULL;
    }
    if (groups < 1 || x->sizes[1] % groups) {
        rl_fail("the %lld channels must be a multiple of `groups`, %lld", (long long)x->sizes[1], (long long)groups);
        return NULL;
    }
    for (int d = 2; d < x->ndim; d++) sizes[d + 1] = x->sizes[d];
    sizes[0] = x->sizes[0];
    sizes[1] = groups;
    sizes[2] = x->sizes[1] / groups;
    return rl_reshape(rl_transpose(rl_reshape(x, x->ndim + 1, sizes), 1, 2), x->ndim, x->sizes);
}
COMPOSITION(channel_shuffle, channel_shuffle(call->in[0], call->args.n[0]))
