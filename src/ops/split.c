#include "view.h"

/* Views that come several at once are the outputs of one node. Part k begins at start and has the given length; without a
 * length, it is selected. */
static void output_part(const rl_call *call, rl_result *result, int k, int dim, int64_t start, int64_t length) {
    const rl_tensor *x = call->in[0];
    rl_layout part;
    rl_layout_of(x, &part);
    part.offset += start * x->strides[dim];
    if (length >= 0) {
        part.sizes[dim] = length;
    } else {
        part.ndim--;
        for (int d = dim; d < part.ndim; d++) {
            part.sizes[d] = x->sizes[d + 1];
            part.strides[d] = x->strides[d + 1];
        }
    }
    rl_output_view(result, k, part.ndim, part.sizes, part.strides, part.offset);
}

static rl_status wrapped_dim(const rl_call *call, int64_t asked, int *dim) {
    if (call->in[0]->ndim == 0) return rl_fail("%s() needs a tensor with dimensions; this one has none", call->op->name);
    RL_TRY(rl_wrap_dim(asked, call->in[0]->ndim, dim));
    return RL_OK;
}

/* More parts than this are a mistake, and would fill the memory before it is noticed. */
static rl_status may_be_so_many(const rl_call *call, int64_t count) {
    return count <= 1 << 24 ? RL_OK : rl_fail("%s() would make %lld tensors", call->op->name, (long long)count);
}

/* The gradients of all parts; zeros for those that have none. */
static rl_tensor **all_gradients(const rl_vjp *v) {
    rl_tensor **g = rl_scope_memory((size_t)v->n_out + 1, sizeof *g);
    for (int k = 0; g && k < v->n_out; k++) {
        g[k] = v->g[k] ? v->g[k] : rl_zeros(v->out[k].dtype, v->out[k].ndim, v->out[k].sizes);
        if (!g[k]) return NULL;
    }
    return g;
}

/* ---- unbind ---- */

static rl_status infer_unbind(const rl_call *call, rl_result *result) {
    int dim;
    RL_TRY(wrapped_dim(call, call->args.n[0], &dim));
    int64_t count = call->in[0]->sizes[dim];
    RL_TRY(may_be_so_many(call, count));
    RL_TRY(rl_set_outputs(result, (int)count));
    for (int k = 0; k < count; k++) output_part(call, result, k, dim, k, -1);
    return RL_OK;
}

VJP(unbind) {
    int64_t dim = v->args->n[0];
    rl_tensor **g = all_gradients(v);
    if (g) GRADIENT(0, rl_stack(v->n_out, g, dim));
}
const rl_op rl_op_unbind = {
    .name = "unbind", SCHEMA(unbind), .grad_name = "Unbind", .traits = RL_IS_VIEW | RL_RETURNS_LIST, .infer = infer_unbind, .vjp = unbind_vjp};

/* ---- split ---- */

enum { SIZE, DIM };

/* In parts of one size, the last one maybe smaller. */
static rl_status infer_split(const rl_call *call, rl_result *result) {
    int dim;
    int64_t size = call->args.n[SIZE];
    RL_TRY(wrapped_dim(call, call->args.n[DIM], &dim));
    int64_t length = call->in[0]->sizes[dim];
    if (size < 0 || (size == 0 && length > 0)) return rl_fail("`split_size` must be 1 or more; it is %lld", (long long)size);
    int64_t count = length == 0 ? 1 : (length - 1) / size + 1;
    RL_TRY(may_be_so_many(call, count));
    RL_TRY(rl_set_outputs(result, (int)count));
    for (int k = 0; k < count; k++) output_part(call, result, k, dim, k * size, length - k * size < size ? length - k * size : size);
    return RL_OK;
}

VJP(split) {
    rl_tensor **g = all_gradients(v);
    if (g) GRADIENT(0, rl_cat(v->n_out, g, v->args->n[DIM]));
}
const rl_op rl_op_split = {
    .name = "split", SCHEMA(split), .grad_name = "Split", .traits = RL_IS_VIEW | RL_RETURNS_LIST, .infer = infer_split, .vjp = split_vjp};

static rl_status infer_split_with_sizes(const rl_call *call, rl_result *result) {
    int dim;
    rl_ints sizes = call->args.list[0];
    int64_t at = 0;
    RL_TRY(wrapped_dim(call, call->args.n[0], &dim));
    for (int k = 0; k < sizes.length; k++) {
        if (sizes.values[k] < 0) return rl_fail("`split_sizes` must be 0 or more; one is %lld", (long long)sizes.values[k]);
        if (__builtin_add_overflow(at, sizes.values[k], &at)) return rl_fail_memory(1e18);
    }
    if (at != call->in[0]->sizes[dim])
        return rl_fail("`split_sizes` %s must add up to the size %lld of dimension %d", rl_sizes_text(sizes.length, sizes.values),
                       (long long)call->in[0]->sizes[dim], dim + 1);
    RL_TRY(rl_set_outputs(result, sizes.length));
    at = 0;
    for (int k = 0; k < sizes.length; k++) {
        output_part(call, result, k, dim, at, sizes.values[k]);
        at += sizes.values[k];
    }
    return RL_OK;
}

VJP(split_with_sizes) {
    rl_tensor **g = all_gradients(v);
    if (g) GRADIENT(0, rl_cat(v->n_out, g, v->args->n[0]));
}
const rl_op rl_op_split_with_sizes = {.name = "split_with_sizes",
                                      SCHEMA(split_with_sizes),
                                      .grad_name = "SplitWithSizes",
                                      .traits = RL_IS_VIEW | RL_RETURNS_LIST,
                                      .infer = infer_split_with_sizes,
                                      .vjp = split_with_sizes_vjp};

/* The same memory, but not known as views: a change of a part is no change of the whole. */
const rl_op rl_op_unsafe_split = {
    .name = "unsafe_split", SCHEMA(unsafe_split), .grad_name = "UnsafeSplit", .traits = RL_RETURNS_LIST, .infer = infer_split, .vjp = split_vjp};
const rl_op rl_op_unsafe_split_with_sizes = {.name = "unsafe_split_with_sizes",
                                             SCHEMA(unsafe_split_with_sizes),
                                             .grad_name = "UnsafeSplitWithSizes",
                                             .traits = RL_RETURNS_LIST,
                                             .infer = infer_split_with_sizes,
                                             .vjp = split_with_sizes_vjp};

/* In so many parts; all of one size but the last ones. */
static rl_status chunk(rl_call *call, const rl_op *by_size, const rl_op *by_sizes) {
    int dim;
    int64_t chunks = call->args.n[0];
    RL_TRY(wrapped_dim(call, call->args.n[1], &dim));
    if (chunks < 1) return rl_fail("`chunks` must be 1 or more; it is %lld", (long long)chunks);
    RL_TRY(may_be_so_many(call, chunks));
    int64_t length = call->in[0]->sizes[dim], size = (length + chunks - 1) / chunks;
    call->args.n[DIM] = dim;
    if (size > 0) {
        call->op = by_size;
        call->args.n[SIZE] = size;
    } else {
        int64_t *sizes = rl_scope_memory((size_t)chunks, sizeof *sizes);
        if (!sizes) return RL_FAILED;
        for (int64_t k = 0; k < chunks; k++) sizes[k] = 0;
        call->op = by_sizes;
        call->args.list[0] = (rl_ints){(int)chunks, sizes};
        call->args.n[0] = dim;
    }
    return rl_apply(call);
}

static rl_status compose_chunk(rl_call *call) { return chunk(call, &rl_op_split, &rl_op_split_with_sizes); }
static rl_status compose_unsafe_chunk(rl_call *call) { return chunk(call, &rl_op_unsafe_split, &rl_op_unsafe_split_with_sizes); }
const rl_op rl_op_chunk = {.name = "chunk", SCHEMA(chunk), .traits = RL_RETURNS_LIST, .compose = compose_chunk};
const rl_op rl_op_unsafe_chunk = {.name = "unsafe_chunk", SCHEMA(unsafe_chunk), .traits = RL_RETURNS_LIST, .compose = compose_unsafe_chunk};

/* In so many parts as even as can be (the first ones one longer), or cut after so many elements. */
static rl_status compose_tensor_split(rl_call *call) {
    int dim;
    rl_tensor *x = call->in[0];
    rl_ints cuts = call->args.list[0];
    RL_TRY(wrapped_dim(call, call->args.n[0], &dim));
    int64_t length = x->sizes[dim], sections = call->args.s[0].as_int;
    if (call->args.s[0].kind == RL_SCALAR_NONE && cuts.length < 0) return rl_fail("tensor_split() needs `sections` or `indices`");
    if (call->args.s[0].kind == RL_SCALAR_NONE) {
        RL_TRY(rl_reserve_outputs(call, cuts.length + 1));
        int64_t start = 0;
        for (int k = 0; k <= cuts.length; k++) {
            int64_t end = k < cuts.length ? cuts.values[k] : length;
            if (!(call->out[k] = rl_slice(x, dim, start, end, 1))) return RL_FAILED;
            start = end;
        }
        return RL_OK;
    }
    if (sections < 1) return rl_fail("`sections` must be 1 or more; it is %lld", (long long)sections);
    RL_TRY(may_be_so_many(call, sections));
    RL_TRY(rl_reserve_outputs(call, (int)sections));
    for (int64_t k = 0, start = 0; k < sections; k++) {
        int64_t end = start + length / sections + (k < length % sections);
        if (!(call->out[k] = rl_slice(x, dim, start, end, 1))) return RL_FAILED;
        start = end;
    }
    return RL_OK;
}
const rl_op rl_op_tensor_split = {.name = "tensor_split", SCHEMA(tensor_split), .traits = RL_RETURNS_LIST, .compose = compose_tensor_split};
