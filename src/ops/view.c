#include "view.h"

/* ---- view ---- */

/* Strides under which x reads as the new sizes, if there are any: each new dimension must lie within a run of old ones. */
static int viewed_strides(const rl_tensor *x, int ndim, const int64_t *sizes, int64_t *strides) {
    int64_t run = 1, seen = 1;
    int at = ndim - 1;
    if (x->numel == 0) {
        rl_contiguous_strides(ndim, sizes, strides);
        return 1;
    }
    int64_t base = x->ndim ? x->strides[x->ndim - 1] : 1;
    for (int d = x->ndim - 1; d >= 0; d--) {
        run *= x->sizes[d];
        if (d > 0 && (x->sizes[d - 1] == 1 || x->strides[d - 1] == run * base)) continue;
        while (at >= 0 && (seen < run || sizes[at] == 1)) {
            strides[at] = seen * base;
            seen *= sizes[at--];
        }
        if (seen != run) return 0;
        if (d > 0) {
            base = x->strides[d - 1];
            run = seen = 1;
        }
    }
    for (; at >= 0; at--) strides[at] = 1;
    return 1;
}

/* One size may be -1: whatever is left. */
static rl_status complete_sizes(const rl_tensor *x, rl_ints asked, int64_t *sizes) {
    int64_t known = 1;
    int open = -1;
    if (asked.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    for (int k = 0; k < asked.length; k++) {
        sizes[k] = asked.values[k];
        if (sizes[k] == -1 && open < 0)
            open = k;
        else if (sizes[k] < 0)
            return rl_fail("shape %s is not valid: sizes are 0 or more, and one of them may be -1", rl_sizes_text(asked.length, asked.values));
        else if (__builtin_mul_overflow(known, sizes[k], &known))
            return rl_fail_memory(1e18);
    }
    if (open >= 0 && known > 0) sizes[open] = x->numel / known;
    if (open >= 0 ? known == 0 || x->numel % known : known != x->numel)
        return rl_fail("shape %s does not fit a tensor of %lld elements: as many are needed, and one size may be -1", rl_sizes_text(asked.length, asked.values),
                       (long long)x->numel);
    return RL_OK;
}

static rl_status infer_view(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    rl_ints asked = call->args.list[0];
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    RL_TRY(complete_sizes(x, asked, sizes));
    if (!viewed_strides(x, asked.length, sizes, strides))
        return rl_fail("a tensor of shape %s with strides %s cannot be seen as %s without a copy; use $reshape()", rl_sizes_text(x->ndim, x->sizes),
                       rl_sizes_text(x->ndim, x->strides), rl_sizes_text(asked.length, sizes));
    RL_TRY(rl_set_outputs(result, 1));
    rl_output_view(result, 0, asked.length, sizes, strides, x->offset);
    return RL_OK;
}

VJP(view) { GRADIENT(0, rl_reshape(GRAD, v->in[0].ndim, v->in[0].sizes)); }
const rl_op rl_op_view = {.name = "view", SCHEMA(view), .grad_name = "View", .traits = RL_IS_VIEW, .infer = infer_view, .vjp = view_vjp};
/* reshape() is one of these: a view of the tensor, or of a copy that nobody else sees */
const rl_op rl_op_reshape_alias = {
    .name = "reshape", SCHEMA(reshape_alias), .grad_name = "ReshapeAlias", .traits = RL_IS_VIEW, .infer = infer_view, .vjp = view_vjp};
const rl_op rl_op_unsafe_view = {.name = "reshape", SCHEMA(unsafe_view), .grad_name = "UnsafeView", .infer = infer_view, .vjp = view_vjp};

static rl_tensor *viewed(const rl_op *op, rl_tensor *x, int ndim, const int64_t *sizes) {
    rl_args args = RL_ARGS_NONE;
    args.list[0] = (rl_ints){ndim, sizes};
    return rl_apply_to(op, &args, 1, &x);
}

rl_tensor *rl_view_as(rl_tensor *x, int ndim, const int64_t *sizes) { return viewed(&rl_op_view, x, ndim, sizes); }

rl_tensor *rl_reshape(rl_tensor *x, int ndim, const int64_t *sizes) {
    int64_t whole[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    if (!x || complete_sizes(x, (rl_ints){ndim, sizes}, whole) != RL_OK) return NULL;
    if (viewed_strides(x, ndim, whole, strides)) return viewed(&rl_op_reshape_alias, x, ndim, whole);
    return viewed(&rl_op_unsafe_view, rl_contiguous(x), ndim, whole);
}
COMPOSITION(reshape, rl_reshape(call->in[0], call->args.list[0].length, call->args.list[0].values))
COMPOSITION(reshape_as, rl_reshape(call->in[0], call->in[1]->ndim, call->in[1]->sizes))
COMPOSITION(view_as, rl_view_as(call->in[0], call->in[1]->ndim, call->in[1]->sizes))

static rl_tensor *flatten(rl_tensor *x, int64_t start, int64_t end) {
    int from, to, ndim = 0;
    int64_t sizes[RL_MAX_DIMS];
    if (rl_wrap_dim(start, x->ndim, &from) != RL_OK || rl_wrap_dim(end, x->ndim, &to) != RL_OK) return NULL;
    if (from > to) {
        rl_fail("flatten() runs from `start_dim` to `end_dim`; %d comes after %d", from + 1, to + 1);
        return NULL;
    }
    if (x->ndim == 0) return rl_reshape(x, 1, (int64_t[]){1});
    if (from == to) return x;
    for (int k = 0; k < x->ndim; k++) {
        if (k > from && k <= to)
            sizes[ndim - 1] *= x->sizes[k];
        else
            sizes[ndim++] = x->sizes[k];
    }
    return rl_reshape(x, ndim, sizes);
}
COMPOSITION(flatten, flatten(call->in[0], call->args.n[0], call->args.n[1]))
COMPOSITION(ravel, rl_view_as(rl_contiguous(call->in[0]), 1, (int64_t[]){-1}))

static rl_tensor *unflatten(rl_tensor *x, int64_t dim, rl_ints parts) {
    int at, ndim = 0, open = -1;
    int64_t sizes[RL_MAX_DIMS], known = 1;
    if (rl_wrap_dim(dim, x->ndim, &at) != RL_OK) return NULL;
    if (x->ndim == 0 || x->ndim - 1 + parts.length > RL_MAX_DIMS || parts.length < 1) {
        rl_fail("unflatten() splits one dimension into 1 or more, up to %d in all", RL_MAX_DIMS);
        return NULL;
    }
    for (int k = 0; k < parts.length; k++) {
        if (parts.values[k] == -1 && open < 0)
            open = k;
        else if (parts.values[k] < 0 || __builtin_mul_overflow(known, parts.values[k], &known))
            known = -1;
    }
    if (known < 0 || (open < 0 ? known != x->sizes[at] : known == 0 || x->sizes[at] % known)) {
        rl_fail("dimension %d has size %lld, which `sizes` %s does not multiply to", at + 1, (long long)x->sizes[at],
                rl_sizes_text(parts.length, parts.values));
        return NULL;
    }
    for (int k = 0; k < x->ndim; k++) {
        if (k != at) sizes[ndim++] = x->sizes[k];
        for (int i = 0; k == at && i < parts.length; i++) sizes[ndim++] = i == open ? x->sizes[at] / known : parts.values[i];
    }
    return rl_view_as(x, ndim, sizes);
}
COMPOSITION(unflatten, unflatten(call->in[0], call->args.n[0], call->args.list[0]))

/* ---- alias, contiguous ---- */

static rl_status alias_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    (void)args;
    *view = *x;
    return RL_OK;
}

VJP(alias) { GRADIENT(0, GRAD); }
VIEW(alias, "Alias")

rl_tensor *rl_alias(rl_tensor *x) { return rl_apply_to(&rl_op_alias, NULL, 1, &x); }

static rl_status infer_dense_copy(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, x->sizes);
}

static rl_status dense_copy_forward(rl_call *call) { return rl_copy_data(call->y[0], call->x[0]); }

VJP(dense_copy) { GRADIENT(0, GRAD); }
const rl_op rl_op_dense_copy = {
    .name = "contiguous", SCHEMA(dense_copy), .grad_name = "Clone", .infer = infer_dense_copy, .forward = dense_copy_forward, .vjp = dense_copy_vjp};

rl_tensor *rl_dense_copy(rl_tensor *x) { return rl_apply_to(&rl_op_dense_copy, NULL, 1, &x); }

rl_tensor *rl_contiguous(rl_tensor *x) { return !x || rl_is_contiguous(x) ? x : rl_dense_copy(x); }
COMPOSITION(contiguous, rl_contiguous(call->in[0]))

/* ---- expand ---- */

static rl_status infer_expand(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    rl_ints asked = call->args.list[0];
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    if (asked.length < x->ndim)
        return rl_fail("expand() to %s needs at least the %d dimensions that the tensor has", rl_sizes_text(asked.length, asked.values), x->ndim);
    if (asked.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    for (int k = 0; k < asked.length; k++) {
        int at = k - (asked.length - x->ndim);
        int64_t have = at >= 0 ? x->sizes[at] : 1;
        if (at < 0 && asked.values[k] < 0) return rl_fail("expand() keeps a size for -1, and dimension %d is new; say its size", k + 1);
        sizes[k] = asked.values[k] == -1 && at >= 0 ? have : asked.values[k];
        if (have != 1 && have != sizes[k])
            return rl_fail("expand() can only stretch dimensions of size 1: dimension %d of the tensor is %lld and was asked to be %lld", at + 1,
                           (long long)have, (long long)sizes[k]);
        strides[k] = at >= 0 && have == sizes[k] ? x->strides[at] : 0;
    }
    RL_TRY(rl_set_outputs(result, 1));
    rl_output_view(result, 0, asked.length, sizes, strides, x->offset);
    return RL_OK;
}

VJP(expand) { GRADIENT(0, rl_sum_to_size(GRAD, v->in[0].ndim, v->in[0].sizes)); }
const rl_op rl_op_expand = {.name = "expand", SCHEMA(expand), .grad_name = "Expand", .traits = RL_IS_VIEW, .infer = infer_expand, .vjp = expand_vjp};

rl_tensor *rl_expand_to(rl_tensor *x, int ndim, const int64_t *sizes) {
    rl_args args = RL_ARGS_NONE;
    args.list[0] = (rl_ints){ndim, sizes};
    return rl_apply_to(&rl_op_expand, &args, 1, &x);
}
COMPOSITION(expand_as, rl_expand_to(call->in[0], call->in[1]->ndim, call->in[1]->sizes))

static rl_status compose_broadcast_tensors(rl_call *call) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim = 0;
    for (int k = 0; k < call->n_in; k++) RL_TRY(rl_broadcast_sizes(ndim, sizes, call->in[k]->ndim, call->in[k]->sizes, &ndim, sizes));
    rl_tensor **expanded = rl_scope_memory((size_t)call->n_in + 1, sizeof *expanded);
    for (int k = 0; expanded && k < call->n_in; k++) expanded[k] = rl_expand_to(call->in[k], ndim, sizes);
    return expanded ? rl_set_result(call, call->n_in, expanded) : RL_FAILED;
}
const rl_op rl_op_broadcast_tensors = {.name = "broadcast_tensors", SCHEMA(broadcast_tensors), .traits = RL_RETURNS_LIST, .compose = compose_broadcast_tensors};

/* The reverse of expand(). */
static rl_tensor *summed_to(rl_tensor *x, rl_ints asked) {
    int fits = asked.length <= x->ndim;
    for (int k = 0; fits && k < asked.length; k++) {
        int64_t have = x->sizes[x->ndim - asked.length + k];
        fits = asked.values[k] == have || asked.values[k] == 1;
    }
    if (fits) return rl_sum_to_size(x, asked.length, asked.values);
    rl_fail("sum_to_size() goes back to a shape that expands to the tensor's %s; %s does not", rl_sizes_text(x->ndim, x->sizes),
            rl_sizes_text(asked.length, asked.values));
    return NULL;
}
COMPOSITION(sum_to_size, summed_to(call->in[0], call->args.list[0]))
