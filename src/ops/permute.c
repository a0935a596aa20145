#include <string.h>

#include "view.h"

void rl_layout_contiguous(int ndim, const int64_t *sizes, rl_layout *geometry) {
    geometry->ndim = ndim;
    geometry->offset = 0;
    if (ndim) memcpy(geometry->sizes, sizes, (size_t)ndim * sizeof *sizes);
    rl_contiguous_strides(ndim, sizes, geometry->strides);
}

rl_tensor *rl_seen_through(const rl_tensor *x, const rl_layout *geometry) {
    return rl_tensor_view(x, geometry->ndim, geometry->sizes, geometry->strides, geometry->offset);
}

rl_status rl_infer_view(const rl_call *call, rl_result *result, rl_layout_of_view view_of) {
    rl_layout x, view;
    rl_layout_of(call->in[0], &x);
    if (call->inplace) result->variant++;
    RL_TRY(view_of(&call->args, &x, &view));
    RL_TRY(rl_set_outputs(result, 1));
    rl_output_view(result, 0, view.ndim, view.sizes, view.strides, view.offset);
    return RL_OK;
}

rl_tensor *rl_view_backward(const rl_vjp *v, rl_tensor *g, rl_layout_of_view view_of) {
    rl_layout x, view;
    rl_layout_contiguous(v->in[0].ndim, v->in[0].sizes, &x);
    if (view_of(v->args, &x, &view) != RL_OK) return NULL;
    return rl_scatter_strided(g, x.ndim, x.sizes, view.strides, view.offset);
}

/* ---- permute, transpose ---- */

static rl_status permute_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    rl_ints dims = args->list[0];
    uint8_t seen[RL_MAX_DIMS] = {0};
    int length = dims.length > 0 ? dims.length : 0;
    if (length != x->ndim) return rl_fail("permute() needs each of the %d dimensions once; %d were given", x->ndim, length);
    for (int k = 0; k < length; k++) {
        int from;
        RL_TRY(rl_wrap_dim(dims.values[k], x->ndim, &from));
        if (seen[from]++) return rl_fail("permute() needs each dimension once; dimension %d is given twice", from + 1);
        view->sizes[k] = x->sizes[from];
        view->strides[k] = x->strides[from];
    }
    view->ndim = x->ndim;
    view->offset = x->offset;
    return RL_OK;
}

VJP(permute) {
    int64_t back[RL_MAX_DIMS];
    int ndim = v->in[0].ndim;
    for (int k = 0; k < ndim; k++) {
        int64_t from = v->args->list[0].values[k];
        back[from < 0 ? from + ndim : from] = k;
    }
    GRADIENT(0, rl_permute(GRAD, (rl_ints){ndim, back}));
}
VIEW(permute, "Permute")

rl_tensor *rl_permute(rl_tensor *x, rl_ints dims) {
    rl_args args = RL_ARGS_NONE;
    args.list[0] = dims;
    return rl_apply_to(&rl_op_permute, &args, 1, &x);
}

static void swap(rl_layout *view, int a, int b) {
    int64_t size = view->sizes[a], stride = view->strides[a];
    view->sizes[a] = view->sizes[b];
    view->strides[a] = view->strides[b];
    view->sizes[b] = size;
    view->strides[b] = stride;
}

static rl_status transpose_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    int a, b;
    RL_TRY(rl_wrap_dim(args->n[0], x->ndim, &a));
    RL_TRY(rl_wrap_dim(args->n[1], x->ndim, &b));
    *view = *x;
    if (x->ndim) swap(view, a, b);
    return RL_OK;
}

VJP(transpose) { GRADIENT(0, rl_transpose(GRAD, v->args->n[0], v->args->n[1])); }
VIEW(transpose, "Transpose")

rl_tensor *rl_transpose(rl_tensor *x, int64_t a, int64_t b) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = a;
    args.n[1] = b;
    return rl_apply_to(&rl_op_transpose, &args, 1, &x);
}

static rl_status t_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    (void)args;
    if (x->ndim > 2) return rl_fail("t() needs a tensor of at most 2 dimensions; this one has %d: use $transpose() or $permute()", x->ndim);
    *view = *x;
    if (x->ndim == 2) swap(view, 0, 1);
    return RL_OK;
}

VJP(t) { GRADIENT(0, rl_t(GRAD)); }
VIEW(t, "T")

rl_tensor *rl_t(rl_tensor *x) { return rl_apply_to(&rl_op_t, NULL, 1, &x); }

/* Dimensions `from` moved to the indices `to`, the others in their order. */
static rl_tensor *moved(rl_tensor *x, rl_ints from, rl_ints to) {
    int64_t order[RL_MAX_DIMS];
    uint8_t placed[RL_MAX_DIMS] = {0}, taken[RL_MAX_DIMS] = {0};
    if (from.length != to.length) {
        rl_fail("movedim() needs as many indices as dimensions: %d dimensions and %d indices were given", from.length < 0 ? 0 : from.length,
                to.length < 0 ? 0 : to.length);
        return NULL;
    }
    for (int k = 0; k < from.length; k++) {
        int source, target;
        if (rl_wrap_dim(from.values[k], x->ndim, &source) != RL_OK || rl_wrap_dim(to.values[k], x->ndim, &target) != RL_OK) return NULL;
        if (taken[source]++ || placed[target]++) {
            rl_fail("movedim() was given dimension %d twice", (taken[source] > 1 ? source : target) + 1);
            return NULL;
        }
        order[target] = source;
    }
    for (int source = 0, target = 0; source < x->ndim; source++) {
        if (taken[source]) continue;
        while (placed[target]) target++;
        order[target++] = source;
    }
    return x->ndim ? rl_permute(x, (rl_ints){x->ndim, order}) : rl_alias(x);
}
COMPOSITION(movedim, moved(call->in[0], call->args.list[0], call->args.list[1]))

static rl_tensor *matrix_transposed(rl_tensor *x) {
    if (x->ndim >= 2) return rl_transpose(x, -2, -1);
    rl_fail("mT needs a tensor of at least 2 dimensions; this one has %d", x->ndim);
    return NULL;
}
COMPOSITION(mT, matrix_transposed(call->in[0]))

static rl_tensor *reverse_dims(rl_tensor *x) {
    int64_t order[RL_MAX_DIMS];
    for (int k = 0; k < x->ndim; k++) order[k] = x->ndim - 1 - k;
    return rl_permute(x, (rl_ints){x->ndim, order});
}
COMPOSITION(numpy_T, reverse_dims(call->in[0]))

/* ---- squeeze, unsqueeze ---- */

static rl_status squeeze_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    int dim = -1;
    if (args->n[0] != RL_NO_DIM) RL_TRY(rl_wrap_dim(args->n[0], x->ndim, &dim));
    view->ndim = 0;
    view->offset = x->offset;
    for (int k = 0; k < x->ndim; k++) {
        if (x->sizes[k] == 1 && (dim < 0 || dim == k)) continue;
        view->sizes[view->ndim] = x->sizes[k];
        view->strides[view->ndim++] = x->strides[k];
    }
    return RL_OK;
}

static rl_status infer_squeeze(const rl_call *call, rl_result *result) {
    RL_TRY(rl_infer_view(call, result, squeeze_geometry));
    result->variant = (call->inplace ? 2 : 0) + (call->args.n[0] != RL_NO_DIM);
    return RL_OK;
}

VJP(squeeze) { GRADIENT(0, rl_reshape(GRAD, v->in[0].ndim, v->in[0].sizes)); }
const rl_op rl_op_squeeze = {.name = "squeeze", SCHEMA(squeeze), .grad_name = "Squeeze", .traits = RL_IS_VIEW, .infer = infer_squeeze, .vjp = squeeze_vjp};

rl_tensor *rl_squeeze(rl_tensor *x, int64_t dim) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = dim;
    return rl_apply_to(&rl_op_squeeze, &args, 1, &x);
}

static rl_status unsqueeze_geometry(const rl_args *args, const rl_layout *x, rl_layout *view) {
    int dim;
    if (x->ndim == RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    if (args->n[0] < -x->ndim - 1 || args->n[0] > x->ndim)
        return rl_fail("unsqueeze() can put the new dimension at 1 to %d (or -1 to -%d from the end), not at %lld", x->ndim + 1, x->ndim + 1,
                       (long long)(args->n[0] >= 0 ? args->n[0] + 1 : args->n[0]));
    RL_TRY(rl_wrap_dim(args->n[0], x->ndim + 1, &dim));
    view->ndim = x->ndim + 1;
    view->offset = x->offset;
    for (int k = 0; k < view->ndim; k++) {
        int from = k < dim ? k : k - 1;
        view->sizes[k] = k == dim ? 1 : x->sizes[from];
        view->strides[k] = k != dim ? x->strides[from] : dim < x->ndim ? x->sizes[dim] * x->strides[dim] : 1;
    }
    return RL_OK;
}

VJP(unsqueeze) { GRADIENT(0, rl_reshape(GRAD, v->in[0].ndim, v->in[0].sizes)); }
VIEW(unsqueeze, "Unsqueeze")

rl_tensor *rl_unsqueeze(rl_tensor *x, int64_t dim) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = dim;
    return rl_apply_to(&rl_op_unsqueeze, &args, 1, &x);
}

static rl_tensor *at_least(rl_tensor *x, int ndim) {
    if (ndim >= 1 && x->ndim == 0) x = rl_reshape(x, 1, (int64_t[]){1});
    if (ndim >= 2 && x && x->ndim == 1) x = rl_unsqueeze(x, 0);
    if (ndim >= 3 && x && x->ndim == 2) x = rl_unsqueeze(x, 2);
    return x;
}
COMPOSITION(at_least, at_least(call->in[0], (int)call->args.n[0]))
