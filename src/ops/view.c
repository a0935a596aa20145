#include <string.h>

#include "../kernels/copy.h"
#include "infer.h"

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
        return rl_fail("shape %s does not fit a tensor of %lld elements", rl_sizes_text(asked.length, asked.values), (long long)x->numel);
    return RL_OK;
}

static rl_status infer_view(rl_call *call) {
    rl_tensor *x = call->in[0];
    rl_ints asked = call->args.list[0];
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    RL_TRY(complete_sizes(x, asked, sizes));
    if (!viewed_strides(x, asked.length, sizes, strides))
        return rl_fail("a tensor of shape %s with strides %s cannot be seen as %s without a copy; use $reshape()", rl_sizes_text(x->ndim, x->sizes),
                       rl_sizes_text(x->ndim, x->strides), rl_sizes_text(asked.length, sizes));
    RL_TRY(rl_set_outputs(call, 1));
    return rl_output_is(call, 0, rl_tensor_view(x, asked.length, sizes, strides, x->offset));
}

RULE(view) { D(0, rl_reshape(G, v->in[0].ndim, v->in[0].sizes)); }
const rl_op rl_op_view = {.name = "view", .grad_name = "View", .traits = RL_IS_VIEW, .infer = infer_view, .vjp = view_vjp};

rl_tensor *rl_view_as(rl_tensor *x, int ndim, const int64_t *sizes) {
    rl_args args = RL_ARGS_NONE;
    args.list[0] = (rl_ints){ndim, sizes};
    return rl_apply_to(&rl_op_view, &args, 1, &x);
}

rl_tensor *rl_reshape(rl_tensor *x, int ndim, const int64_t *sizes) {
    int64_t whole[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    if (!x || complete_sizes(x, (rl_ints){ndim, sizes}, whole) != RL_OK) return NULL;
    return rl_view_as(viewed_strides(x, ndim, whole, strides) ? x : rl_clone(x), ndim, whole);
}

/* ---- expand ---- */

static rl_status infer_expand(rl_call *call) {
    rl_tensor *x = call->in[0];
    rl_ints asked = call->args.list[0];
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    if (asked.length < x->ndim) return rl_fail("expand() to %s needs at least the %d dimensions that the tensor has", rl_sizes_text(asked.length, asked.values), x->ndim);
    if (asked.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    for (int k = 0; k < asked.length; k++) {
        int at = k - (asked.length - x->ndim);
        int64_t have = at >= 0 ? x->sizes[at] : 1;
        sizes[k] = asked.values[k] == -1 && at >= 0 ? have : asked.values[k];
        if (have != 1 && have != sizes[k])
            return rl_fail("expand() can only stretch dimensions of size 1: dimension %d is %lld and was asked to be %lld", at + 1, (long long)have, (long long)sizes[k]);
        strides[k] = at >= 0 && have == sizes[k] ? x->strides[at] : 0;
    }
    RL_TRY(rl_set_outputs(call, 1));
    return rl_output_is(call, 0, rl_tensor_view(x, asked.length, sizes, strides, x->offset));
}

RULE(expand) { D(0, rl_sum_to_size(G, v->in[0].ndim, v->in[0].sizes)); }
const rl_op rl_op_expand = {.name = "expand", .grad_name = "Expand", .traits = RL_IS_VIEW, .infer = infer_expand, .vjp = expand_vjp};

rl_tensor *rl_expand_to(rl_tensor *x, int ndim, const int64_t *sizes) {
    rl_args args = RL_ARGS_NONE;
    args.list[0] = (rl_ints){ndim, sizes};
    return rl_apply_to(&rl_op_expand, &args, 1, &x);
}

/* ---- as_strided ----
 *
 * Note [Strided]
 * as_strided(x) looks at x's storage through a geometry of its own. Its derivative has to be told both geometries: where the
 * view's elements lie and where x's do. Three ops on values alone carry that, each the derivative of another:
 *   strided_gather(x)         the view's elements, read from a tensor laid out as x is
 *   strided_scatter(g)        their reverse: g's elements added up where x's lie
 *   strided_replace(x, part)  x with the view's elements replaced
 * args: list[0], list[1] and n[0] are the view's sizes, strides and offset; list[2] and n[1] are x's strides, then sizes, and
 * offset. */

enum { VIEW_SIZES, VIEW_STRIDES, BASE };
enum { VIEW_OFFSET, BASE_OFFSET };

static int base_ndim(const rl_args *args) { return args->list[BASE].length / 2; }
static const int64_t *base_strides(const rl_args *args) { return args->list[BASE].values; }
static const int64_t *base_sizes(const rl_args *args) { return args->list[BASE].values + base_ndim(args); }

/* How far into the storage a geometry reaches, and the offset of its first element. */
static int64_t extent(int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    int64_t last = offset;
    for (int k = 0; k < ndim; k++) {
        if (sizes[k] == 0) return 0;
        last += (sizes[k] - 1) * strides[k];
    }
    return last + 1;
}

/* A stretch of zeros as long as the storage, and the base and the view as they lie in it. */
typedef struct {
    rl_tensor *flat, *base, *view;
} layout;

static rl_status lay_out(const rl_args *args, rl_dtype dtype, layout *l) {
    rl_ints sizes = args->list[VIEW_SIZES], strides = args->list[VIEW_STRIDES];
    int64_t length = extent(sizes.length, sizes.values, strides.values, args->n[VIEW_OFFSET]);
    int64_t of_base = extent(base_ndim(args), base_sizes(args), base_strides(args), args->n[BASE_OFFSET]);
    if (of_base > length) length = of_base;
    l->flat = rl_zeros(dtype, 1, &length);
    if (!l->flat) return RL_FAILED;
    l->base = rl_tensor_view(l->flat, base_ndim(args), base_sizes(args), base_strides(args), args->n[BASE_OFFSET]);
    l->view = rl_tensor_view(l->flat, sizes.length, sizes.values, strides.values, args->n[VIEW_OFFSET]);
    return l->base && l->view ? RL_OK : RL_FAILED;
}

static rl_status infer_as_strided(rl_call *call) {
    rl_tensor *x = call->in[0];
    rl_args *args = &call->args;
    rl_ints sizes = args->list[VIEW_SIZES], strides = args->list[VIEW_STRIDES];
    if (sizes.length != strides.length) return rl_fail("as_strided() needs a stride for each size: %d sizes and %d strides were given", sizes.length, strides.length);
    if (sizes.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    args->n[VIEW_OFFSET] = args->s[0].kind == RL_SCALAR_NONE ? x->offset : args->s[0].as_int;
    args->s[0].kind = RL_SCALAR_NONE;
    args->n[BASE_OFFSET] = x->offset;
    int64_t *base = rl_scope_memory(2 * RL_MAX_DIMS, sizeof *base);
    if (!base) return RL_FAILED;
    for (int k = 0; k < x->ndim; k++) {
        base[k] = x->strides[k];
        base[x->ndim + k] = x->sizes[k];
    }
    args->list[BASE] = (rl_ints){2 * x->ndim, base};
    for (int k = 0; k < strides.length; k++)
        if (strides.values[k] < 0) return rl_fail("as_strided() needs strides of 0 or more; stride %d is %lld", k + 1, (long long)strides.values[k]);
    int64_t needed = extent(sizes.length, sizes.values, strides.values, args->n[VIEW_OFFSET]);
    if (args->n[VIEW_OFFSET] < 0 || needed * (int64_t)rl_dtype_size((rl_dtype)x->dtype) > (int64_t)x->storage->bytes)
        return rl_fail("as_strided() to %s with strides %s would reach beyond the tensor's storage", rl_sizes_text(sizes.length, sizes.values), rl_sizes_text(strides.length, strides.values));
    RL_TRY(rl_set_outputs(call, 1));
    return rl_output_is(call, 0, rl_tensor_view(x, sizes.length, sizes.values, strides.values, args->n[VIEW_OFFSET]));
}

RULE(as_strided) { D(0, rl_apply_to(&rl_op_strided_scatter, v->args, 1, &G)); }
const rl_op rl_op_as_strided = {.name = "as_strided", .grad_name = "AsStrided", .traits = RL_IS_VIEW, .infer = infer_as_strided, .vjp = as_strided_vjp};

rl_tensor *rl_view_as_strided(rl_tensor *x, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    rl_args args = RL_ARGS_NONE;
    args.list[VIEW_SIZES] = (rl_ints){ndim, sizes};
    args.list[VIEW_STRIDES] = (rl_ints){ndim, strides};
    args.s[0] = rl_scalar_int(offset);
    return rl_apply_to(&rl_op_as_strided, &args, 1, &x);
}

static rl_status infer_scatter(rl_call *call) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(rl_set_outputs(call, 1));
    RL_TRY(rl_read_as(call, 0, rl_computed_in(dtype)));
    return rl_output(call, 0, dtype, rl_computed_in(dtype), base_ndim(&call->args), base_sizes(&call->args));
}

static rl_status scatter_forward(rl_call *call) {
    layout l;
    rl_tensor *x = call->x[0];
    RL_TRY(lay_out(&call->args, (rl_dtype)x->dtype, &l));
    if (rl_overlaps_itself(l.view)) {
        rl_add_elements(l.view, x);
    } else {
        RL_TRY(rl_copy_data(l.view, x));
    }
    return rl_copy_data(call->y[0], l.base);
}

RULE(strided_scatter) { D(0, rl_apply_to(&rl_op_strided_gather, v->args, 1, &G)); }
const rl_op rl_op_strided_scatter = {.name = "strided_scatter", .grad_name = "StridedScatter", .infer = infer_scatter, .forward = scatter_forward, .vjp = strided_scatter_vjp};

static rl_status infer_gather(rl_call *call) {
    rl_ints sizes = call->args.list[VIEW_SIZES];
    RL_TRY(rl_set_outputs(call, 1));
    return rl_output(call, 0, (rl_dtype)call->in[0]->dtype, (rl_dtype)call->in[0]->dtype, sizes.length, sizes.values);
}

static rl_status gather_forward(rl_call *call) {
    layout l;
    RL_TRY(lay_out(&call->args, (rl_dtype)call->x[0]->dtype, &l));
    RL_TRY(rl_copy_data(l.base, call->x[0]));
    return rl_copy_data(call->y[0], l.view);
}

RULE(strided_gather) { D(0, rl_apply_to(&rl_op_strided_scatter, v->args, 1, &G)); }
const rl_op rl_op_strided_gather = {.name = "strided_gather", .grad_name = "StridedGather", .infer = infer_gather, .forward = gather_forward, .vjp = strided_gather_vjp};

static rl_status infer_replace(rl_call *call) {
    rl_tensor *x = call->in[0];
    RL_TRY(rl_set_outputs(call, 1));
    return rl_output(call, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, x->sizes);
}

static rl_status replace_forward(rl_call *call) {
    layout l;
    RL_TRY(lay_out(&call->args, (rl_dtype)call->x[0]->dtype, &l));
    RL_TRY(rl_copy_data(l.base, call->x[0]));
    RL_TRY(rl_copy_data(l.view, call->x[1]));
    return rl_copy_data(call->y[0], l.base);
}

RULE(strided_replace) {
    rl_ints sizes = v->args->list[VIEW_SIZES];
    D(0, rl_apply_to(&rl_op_strided_replace, v->args, 2, (rl_tensor *[]){G, rl_zeros((rl_dtype)G->dtype, sizes.length, sizes.values)}));
    D(1, rl_apply_to(&rl_op_strided_gather, v->args, 1, &G));
}
const rl_op rl_op_strided_replace = {.name = "strided_replace", .grad_name = "CopySlices", .infer = infer_replace, .forward = replace_forward, .vjp = strided_replace_vjp};

rl_node *rl_slice_replaced_node(rl_tensor *base, rl_tensor *view) {
    rl_args args = RL_ARGS_NONE;
    int64_t of_base[2 * RL_MAX_DIMS];
    for (int k = 0; k < base->ndim; k++) {
        of_base[k] = base->strides[k];
        of_base[base->ndim + k] = base->sizes[k];
    }
    args.list[VIEW_SIZES] = (rl_ints){view->ndim, view->sizes};
    args.list[VIEW_STRIDES] = (rl_ints){view->ndim, view->strides};
    args.list[BASE] = (rl_ints){2 * base->ndim, of_base};
    args.n[VIEW_OFFSET] = view->offset;
    args.n[BASE_OFFSET] = base->offset;
    rl_node *node = rl_node_new(&rl_op_strided_replace, 2, (rl_tensor *[]){base, view}, 1, &base, &args);
    if (node) node->variant = -1;
    return node;
}
