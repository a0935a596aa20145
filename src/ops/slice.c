#include <string.h>

#include "view.h"

/* ---- select ---- */

static rl_status select_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    int dim;
    int64_t index = args->n[1];
    if (x->ndim == 0) return rl_fail("select() needs a tensor with dimensions; this one has none");
    RL_TRY(rl_wrap_dim(args->n[0], x->ndim, &dim));
    if (index < -x->sizes[dim] || index >= x->sizes[dim])
        return rl_fail("index %lld is out of range: dimension %d has size %lld", (long long)(index >= 0 ? index + 1 : index), dim + 1,
                       (long long)x->sizes[dim]);
    if (index < 0) index += x->sizes[dim];
    view->ndim = x->ndim - 1;
    view->offset = x->offset + index * x->strides[dim];
    for (int k = 0; k < view->ndim; k++) {
        view->sizes[k] = x->sizes[k < dim ? k : k + 1];
        view->strides[k] = x->strides[k < dim ? k : k + 1];
    }
    return RL_OK;
}

VJP(select) { GRADIENT(0, rl_view_backward(v, GRAD, select_geometry)); }
VIEW(select, "Select")

rl_tensor *rl_select(rl_tensor *x, int64_t dim, int64_t index) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = dim;
    args.n[1] = index;
    return rl_apply_to(&rl_op_select, &args, 1, &x);
}

/* ---- slice: from start to before end ---- */

static int64_t clamped(int64_t at, int64_t size) {
    if (at < 0) at += size;
    return at < 0 ? 0 : at > size ? size : at;
}

static rl_status slice_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    int dim;
    int64_t step = args->n[3];
    if (x->ndim == 0) return rl_fail("slice() needs a tensor with dimensions; this one has none");
    RL_TRY(rl_wrap_dim(args->n[0], x->ndim, &dim));
    if (step < 1) return rl_fail("`step` must be 1 or more; it is %lld", (long long)step);
    int64_t start = clamped(args->n[1], x->sizes[dim]), end = clamped(args->n[2], x->sizes[dim]);
    if (step > x->sizes[dim]) step = x->sizes[dim] + 1; /* one element either way */
    *view = *x;
    view->sizes[dim] = end > start ? (end - start - 1) / step + 1 : 0;
    view->strides[dim] = x->strides[dim] * step;
    view->offset = x->offset + start * x->strides[dim];
    return RL_OK;
}

VJP(slice) { GRADIENT(0, rl_view_backward(v, GRAD, slice_geometry)); }
VIEW(slice, "Slice")

rl_tensor *rl_slice(rl_tensor *x, int64_t dim, int64_t start, int64_t end, int64_t step) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = dim;
    args.n[1] = start;
    args.n[2] = end;
    args.n[3] = step;
    return rl_apply_to(&rl_op_slice, &args, 1, &x);
}

rl_tensor *rl_narrow(rl_tensor *x, int64_t dim, int64_t start, int64_t length) {
    int at;
    if (!x || rl_wrap_dim(dim, x->ndim, &at) != RL_OK) return NULL;
    int64_t size = x->ndim ? x->sizes[at] : 0;
    if (x->ndim == 0) {
        rl_fail("narrow() needs a tensor with dimensions; this one has none");
        return NULL;
    }
    if (length < 0 || start < -size || start > size || (start < 0 ? start + size : start) > size - length) {
        rl_fail("narrow() of length %lld from %lld does not fit: dimension %d has size %lld", (long long)length, (long long)(start >= 0 ? start + 1 : start),
                at + 1, (long long)size);
        return NULL;
    }
    if (start < 0) start += size;
    return rl_slice(x, at, start, start + length, 1);
}
COMPOSITION(narrow, rl_narrow(call->in[0], call->args.n[0], call->args.n[1], call->args.n[2]))

/* ---- diagonal: the last dimension of the view runs along it ---- */

int64_t rl_diagonal_length(int64_t rows, int64_t columns, int64_t shift) {
    if (shift >= 0 && shift < columns) return columns - shift < rows ? columns - shift : rows;
    if (shift < 0 && shift > -rows) return rows + shift < columns ? rows + shift : columns;
    return 0;
}

static rl_status diagonal_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    int a, b;
    int64_t shift = args->n[2];
    if (x->ndim < 2) return rl_fail("diagonal() needs a tensor of at least 2 dimensions; this one has %d", x->ndim);
    RL_TRY(rl_wrap_dim(args->n[0], x->ndim, &a));
    RL_TRY(rl_wrap_dim(args->n[1], x->ndim, &b));
    if (a == b) return rl_fail("a diagonal needs two different dimensions; `dim1` and `dim2` are both %d", a + 1);
    int64_t length = rl_diagonal_length(x->sizes[a], x->sizes[b], shift);
    view->offset = x->offset;
    if (length) view->offset += shift >= 0 ? shift * x->strides[b] : -shift * x->strides[a];
    view->ndim = 0;
    for (int k = 0; k < x->ndim; k++) {
        if (k == a || k == b) continue;
        view->sizes[view->ndim] = x->sizes[k];
        view->strides[view->ndim++] = x->strides[k];
    }
    view->sizes[view->ndim] = length;
    view->strides[view->ndim++] = x->strides[a] + x->strides[b];
    return RL_OK;
}

VJP(diagonal) { GRADIENT(0, rl_view_backward(v, GRAD, diagonal_geometry)); }
VIEW(diagonal, "Diagonal")

rl_tensor *rl_diagonal(rl_tensor *x, int64_t dim1, int64_t dim2, int64_t shift) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = dim1;
    args.n[1] = dim2;
    args.n[2] = shift;
    return rl_apply_to(&rl_op_diagonal, &args, 1, &x);
}

rl_tensor *rl_diagonal_backward(rl_tensor *g, const int64_t *sizes, int64_t shift) {
    rl_args args = RL_ARGS_NONE;
    rl_layout x, view;
    args.n[1] = 1;
    args.n[2] = shift;
    rl_layout_contiguous(2, sizes, &x);
    return diagonal_geometry(&args, &x, &view) == RL_OK ? rl_scatter_strided(g, 2, sizes, view.strides, view.offset) : NULL;
}

/* ---- unfold: windows along a dimension; the last dimension of the view lies within one ---- */

static rl_status unfold_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    int dim;
    int64_t size = args->n[1], step = args->n[2];
    RL_TRY(rl_wrap_dim(args->n[0], x->ndim, &dim));
    if (x->ndim == RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    int64_t length = x->ndim ? x->sizes[dim] : 1, stride = x->ndim ? x->strides[dim] : 1;
    if (size < 0 || size > length)
        return rl_fail("unfold() in windows of %lld does not fit: dimension %d has size %lld", (long long)size, dim + 1, (long long)length);
    if (step < 1) return rl_fail("`step` must be 1 or more; it is %lld", (long long)step);
    if (step > length) step = length + 1; /* one window either way */
    *view = *x;
    if (x->ndim) {
        view->sizes[dim] = (length - size) / step + 1;
        view->strides[dim] = stride * step;
    }
    view->sizes[view->ndim] = size;
    view->strides[view->ndim++] = stride;
    return RL_OK;
}

VJP(unfold) { GRADIENT(0, rl_view_backward(v, GRAD, unfold_geometry)); }
VIEW(unfold, "Unfold")

/* ---- a copy of the first input with a view of it replaced by the second ---- */

static rl_status infer_scatter_to_view(const rl_call *call, rl_result *result, rl_layout_of_view view_of) {
    rl_layout x, view;
    rl_tensor *self = call->in[0], *part = call->in[1];
    rl_layout_contiguous(self->ndim, self->sizes, &x);
    RL_TRY(view_of(&call->args, &x, &view));
    if (part->ndim != view.ndim || memcmp(part->sizes, view.sizes, part->ndim * sizeof *view.sizes) != 0)
        return rl_fail("`src` must have the shape %s of what it replaces; it has %s", rl_sizes_text(view.ndim, view.sizes),
                       rl_sizes_text(part->ndim, part->sizes));
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)self->dtype, (rl_dtype)self->dtype, self->ndim, self->sizes);
}

static rl_status forward_scatter(rl_call *call, rl_layout_of_view view_of) {
    rl_layout y, view;
    RL_TRY(rl_copy_data(call->y[0], call->x[0]));
    rl_layout_of(call->y[0], &y);
    RL_TRY(view_of(&call->args, &y, &view));
    rl_tensor *replaced = rl_seen_through(call->y[0], &view);
    return replaced ? rl_copy_data(replaced, call->x[1]) : RL_FAILED;
}

#define SCATTER(op, view, grad)                                                                                                                            \
    static rl_status infer_##op(const rl_call *call, rl_result *result) { return infer_scatter_to_view(call, result, view##_geometry); }                   \
    static rl_status op##_forward(rl_call *call) { return forward_scatter(call, view##_geometry); }                                                        \
    VJP(op) {                                                                                                                                              \
        GRADIENT(0, rl_apply_to(&rl_op_##op, v->args, 2, (rl_tensor *[]){GRAD, rl_expanded_zeros((rl_dtype)GRAD->dtype, v->in[1].ndim, v->in[1].sizes)})); \
        GRADIENT(1, rl_apply_to(&rl_op_##view, v->args, 1, &GRAD));                                                                                        \
    }                                                                                                                                                      \
    const rl_op rl_op_##op = {.name = #op, SCHEMA(op), .grad_name = grad, .infer = infer_##op, .forward = op##_forward, .vjp = op##_vjp};

SCATTER(select_scatter, select, "SelectScatter")
SCATTER(slice_scatter, slice, "SliceScatter")
SCATTER(diagonal_scatter, diagonal, "DiagonalScatter")
