#include "../kernels/copy.h"
#include "view.h"

/* ---- as_strided ----
 *
 * Note [Strided]
 * as_strided(x) looks at x's storage through a geometry of its own. Its derivative has to be told both geometries: where the
 * view's elements lie and where x's do. Three ops on values alone carry that, each the derivative of another:
 *   strided_gather(x)         the view's elements, read from a tensor laid out as x is
 *   strided_scatter(g)        their reverse: g's elements added up where x's lie
 *   strided_replace(x, part)  x with the view's elements replaced
 * Where x overlaps itself, several of its elements are one place in memory. As in PyTorch they share evenly what is added up at that
 * place, and what is read from it is their mean.
 * Their arguments: the view's sizes, strides and offset; x's strides, then sizes, and offset. */

enum { VIEW_SIZES, VIEW_STRIDES, BASE };
enum { VIEW_OFFSET, BASE_OFFSET };
enum { OFFSET = RL_SCALAR(as_strided, storage_offset) };

static int base_ndim(const rl_args *args) { return args->list[BASE].length / 2; }
static const int64_t *base_strides(const rl_args *args) { return args->list[BASE].values; }
static const int64_t *base_sizes(const rl_args *args) { return args->list[BASE].values + base_ndim(args); }

/* How far into the storage a geometry reaches, from 0; INT64_MAX if too far to be told. */
static int64_t extent_of_geometry(int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    int64_t last = offset, along;
    for (int k = 0; k < ndim; k++) {
        if (sizes[k] == 0) return 0;
        if (__builtin_mul_overflow(sizes[k] - 1, strides[k], &along) || __builtin_add_overflow(last, along, &last)) return INT64_MAX;
    }
    return last < INT64_MAX ? last + 1 : INT64_MAX;
}

/* The base and the view as they lie in one stretch of memory; `flat` is that stretch, or made as one of zeros. */
typedef struct {
    rl_tensor *flat, *base, *view;
} layout;

static rl_status lay_out(const rl_args *args, rl_dtype dtype, layout *l) {
    rl_ints sizes = args->list[VIEW_SIZES], strides = args->list[VIEW_STRIDES];
    if (!l->flat) {
        int64_t length = extent_of_geometry(sizes.length, sizes.values, strides.values, args->n[VIEW_OFFSET]);
        int64_t of_base = extent_of_geometry(base_ndim(args), base_sizes(args), base_strides(args), args->n[BASE_OFFSET]);
        if (of_base > length) length = of_base;
        l->flat = rl_zeros(dtype, 1, &length);
        if (!l->flat) return RL_FAILED;
    }
    int64_t origin = l->flat->offset;
    l->base = rl_tensor_view(l->flat, base_ndim(args), base_sizes(args), base_strides(args), origin + args->n[BASE_OFFSET]);
    l->view = rl_tensor_view(l->flat, sizes.length, sizes.values, strides.values, origin + args->n[VIEW_OFFSET]);
    return l->base && l->view ? RL_OK : RL_FAILED;
}

/* A tensor laid out as the base is, which holds all of the view, is that stretch of memory itself. */
static int lies_as_base(const rl_args *args, const rl_tensor *x) {
    rl_ints sizes = args->list[VIEW_SIZES], strides = args->list[VIEW_STRIDES];
    if (args->n[BASE_OFFSET] != 0 || !rl_is_contiguous(x)) return 0;
    int64_t expected = 1;
    for (int k = base_ndim(args) - 1; k >= 0; k--) {
        if (base_sizes(args)[k] == 1) continue;
        if (base_strides(args)[k] != expected) return 0;
        expected *= base_sizes(args)[k];
    }
    return extent_of_geometry(sizes.length, sizes.values, strides.values, args->n[VIEW_OFFSET]) <= x->numel;
}

/* Sums at the indices that the base's elements lie at become means, if some of these elements share a place. */
static rl_status share_out(const rl_args *args, layout *l) {
    if (!rl_overlaps_itself(l->base)) return RL_OK;
    layout counts = {0};
    rl_tensor *ones = rl_filled((rl_dtype)l->flat->dtype, l->base->ndim, l->base->sizes, 1);
    if (!ones) return RL_FAILED;
    RL_TRY(lay_out(args, (rl_dtype)l->flat->dtype, &counts));
    RL_TRY(rl_add_elements(counts.base, ones));
    l->flat = rl_div(l->flat, rl_clamp(counts.flat, rl_scalar_double(1), (rl_scalar){RL_SCALAR_NONE, 0, 0}));
    return l->flat ? lay_out(args, (rl_dtype)l->flat->dtype, l) : RL_FAILED;
}

/* x's own layout joins the arguments, for the derivative to read. */
static void add_base(rl_args *args, const rl_tensor *x, int64_t *room) {
    for (int k = 0; k < x->ndim; k++) {
        room[k] = x->strides[k];
        room[x->ndim + k] = x->sizes[k];
    }
    args->list[BASE] = (rl_ints){2 * x->ndim, room};
    args->n[BASE_OFFSET] = x->offset;
}

rl_args rl_strided_args(const rl_tensor *base, const rl_tensor *view, int64_t *room) {
    rl_args args = RL_ARGS_NONE;
    args.list[VIEW_SIZES] = (rl_ints){view->ndim, view->sizes};
    args.list[VIEW_STRIDES] = (rl_ints){view->ndim, view->strides};
    args.n[VIEW_OFFSET] = view->offset;
    add_base(&args, base, room);
    return args;
}

static rl_status canonicalize_as_strided(rl_call *call) {
    rl_args *args = &call->args;
    args->n[VIEW_OFFSET] = args->s[OFFSET].kind == RL_SCALAR_NONE ? call->in[0]->offset : args->s[OFFSET].as_int;
    args->s[OFFSET].kind = RL_SCALAR_NONE;
    if (!rl_is_followed(call->in[0])) return RL_OK;
    int64_t *room = rl_scope_memory(2 * RL_MAX_DIMS, sizeof *room);
    if (room) add_base(args, call->in[0], room);
    return room ? RL_OK : RL_FAILED;
}

static rl_status infer_as_strided(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    const rl_args *args = &call->args;
    rl_ints sizes = args->list[VIEW_SIZES], strides = args->list[VIEW_STRIDES];
    int64_t offset = args->n[VIEW_OFFSET], numel;
    if (sizes.length != strides.length)
        return rl_fail("as_strided() needs a stride for each size: %d sizes and %d strides were given", sizes.length, strides.length);
    if (sizes.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    RL_TRY(rl_count(sizes.length, sizes.values, &numel));
    for (int k = 0; k < strides.length; k++)
        if (strides.values[k] < 0) return rl_fail("as_strided() needs strides of 0 or more; stride %d is %lld", k + 1, (long long)strides.values[k]);
    if (offset < 0 || extent_of_geometry(sizes.length, sizes.values, strides.values, offset) > (int64_t)(x->storage->bytes / rl_dtype_size((rl_dtype)x->dtype)))
        return rl_fail("as_strided() to %s with strides %s would reach beyond the tensor's storage", rl_sizes_text(sizes.length, sizes.values),
                       rl_sizes_text(strides.length, strides.values));
    result->variant = call->inplace != NULL;
    RL_TRY(rl_set_outputs(result, 1));
    rl_output_view(result, 0, sizes.length, sizes.values, strides.values, offset);
    return RL_OK;
}

VJP(as_strided) { GRADIENT(0, rl_apply_to(&rl_op_strided_scatter, v->args, 1, &GRAD)); }
const rl_op rl_op_as_strided = {.name = "as_strided",
                                SCHEMA(as_strided),
                                .grad_name = "AsStrided",
                                .traits = RL_IS_VIEW,
                                .canonicalize = canonicalize_as_strided,
                                .infer = infer_as_strided,
                                .vjp = as_strided_vjp};

rl_tensor *rl_view_as_strided(rl_tensor *x, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    rl_args args = RL_ARGS_NONE;
    args.list[VIEW_SIZES] = (rl_ints){ndim, sizes};
    args.list[VIEW_STRIDES] = (rl_ints){ndim, strides};
    args.s[OFFSET] = rl_scalar_int(offset);
    return rl_apply_to(&rl_op_as_strided, &args, 1, &x);
}

static rl_status infer_as_strided_scatter(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), base_ndim(&call->args), base_sizes(&call->args));
}

static rl_status scatter_forward(rl_call *call) {
    layout l = {0};
    rl_tensor *x = call->x[0], *y = call->y[0];
    int direct = lies_as_base(&call->args, y);
    if (direct) {
        rl_fill_elements(y, rl_scalar_int(0));
        l.flat = y;
    }
    RL_TRY(lay_out(&call->args, (rl_dtype)x->dtype, &l));
    if (rl_overlaps_itself(l.view)) {
        RL_TRY(rl_add_elements(l.view, x));
    } else {
        RL_TRY(rl_copy_data(l.view, x));
    }
    if (direct) return RL_OK;
    RL_TRY(share_out(&call->args, &l));
    return rl_copy_data(y, l.base);
}

VJP(strided_scatter) { GRADIENT(0, rl_apply_to(&rl_op_strided_gather, v->args, 1, &GRAD)); }
const rl_op rl_op_strided_scatter = {.name = "strided_scatter",
                                     SCHEMA(strided_scatter),
                                     .grad_name = "StridedScatter",
                                     .infer = infer_as_strided_scatter,
                                     .forward = scatter_forward,
                                     .vjp = strided_scatter_vjp};

static rl_status infer_as_strided_gather(const rl_call *call, rl_result *result) {
    rl_ints sizes = call->args.list[VIEW_SIZES];
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), sizes.length, sizes.values);
}

static rl_status as_strided_gather_forward(rl_call *call) {
    layout l = {0};
    int direct = lies_as_base(&call->args, call->x[0]);
    if (direct) l.flat = call->x[0];
    RL_TRY(lay_out(&call->args, (rl_dtype)call->x[0]->dtype, &l));
    if (!direct && rl_overlaps_itself(l.base)) {
        RL_TRY(rl_add_elements(l.base, call->x[0]));
        RL_TRY(share_out(&call->args, &l));
    } else if (!direct) {
        RL_TRY(rl_copy_data(l.base, call->x[0]));
    }
    return rl_copy_data(call->y[0], l.view);
}

VJP(strided_gather) { GRADIENT(0, rl_apply_to(&rl_op_strided_scatter, v->args, 1, &GRAD)); }
const rl_op rl_op_strided_gather = {.name = "strided_gather",
                                    SCHEMA(strided_gather),
                                    .grad_name = "StridedGather",
                                    .infer = infer_as_strided_gather,
                                    .forward = as_strided_gather_forward,
                                    .vjp = strided_gather_vjp};

static rl_status infer_replace(const rl_call *call, rl_result *result) {
    rl_tensor *x = call->in[0];
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, x->sizes);
}

static rl_status replace_forward(rl_call *call) {
    layout l = {0};
    rl_tensor *y = call->y[0];
    int direct = lies_as_base(&call->args, y);
    if (direct) l.flat = y;
    RL_TRY(lay_out(&call->args, (rl_dtype)y->dtype, &l));
    RL_TRY(rl_copy_data(l.base, call->x[0]));
    RL_TRY(rl_copy_data(l.view, call->x[1]));
    return direct ? RL_OK : rl_copy_data(y, l.base);
}

VJP(strided_replace) {
    rl_ints sizes = v->args->list[VIEW_SIZES];
    GRADIENT(0, rl_apply_to(&rl_op_strided_replace, v->args, 2, (rl_tensor *[]){GRAD, rl_expanded_zeros((rl_dtype)GRAD->dtype, sizes.length, sizes.values)}));
    GRADIENT(1, rl_apply_to(&rl_op_strided_gather, v->args, 1, &GRAD));
}
const rl_op rl_op_strided_replace = {.name = "strided_replace",
                                     SCHEMA(strided_replace),
                                     .grad_name = "CopySlices",
                                     .infer = infer_replace,
                                     .forward = replace_forward,
                                     .vjp = strided_replace_vjp};

rl_tensor *rl_scatter_strided(rl_tensor *g, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    rl_args args = RL_ARGS_NONE;
    int64_t of_base[2 * RL_MAX_DIMS];
    if (!g) return NULL;
    rl_contiguous_strides(ndim, sizes, of_base);
    for (int k = 0; k < ndim; k++) of_base[ndim + k] = sizes[k];
    args.list[VIEW_SIZES] = (rl_ints){g->ndim, g->sizes};
    args.list[VIEW_STRIDES] = (rl_ints){g->ndim, strides};
    args.list[BASE] = (rl_ints){2 * ndim, of_base};
    args.n[VIEW_OFFSET] = offset;
    return rl_apply_to(&rl_op_strided_scatter, &args, 1, &g);
}
