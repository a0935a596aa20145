#include "run.h"

#include <string.h>

#include "../kernels/copy.h"
#include "backend.h"

/* ---- what infer says ---- */

rl_status rl_set_many_outputs(rl_result *result) {
    result->out = rl_scope_memory((size_t)result->n_out, sizeof *result->out);
    return result->out ? RL_OK : RL_FAILED;
}

rl_status rl_output(rl_result *result, int k, rl_dtype dtype, rl_dtype compute_dtype, int ndim, const int64_t *sizes) {
    rl_output_spec *out = &result->out[k];
    if (ndim > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions; %d were asked for", RL_MAX_DIMS, ndim);
    out->kind = RL_NEW;
    out->dtype = dtype;
    out->compute_dtype = compute_dtype;
    out->layout.ndim = ndim;
    for (int d = 0; d < ndim; d++) out->layout.sizes[d] = sizes[d];
    return RL_OK;
}

rl_status rl_output_strided(rl_result *result, int k, rl_dtype dtype, int ndim, const int64_t *sizes, const int64_t *strides) {
    RL_TRY(rl_output(result, k, dtype, dtype, ndim, sizes));
    result->out[k].kind = RL_NEW_STRIDED;
    for (int d = 0; d < ndim; d++) result->out[k].layout.strides[d] = strides[d];
    return RL_OK;
}

rl_status rl_output_like(rl_result *result, int k, rl_dtype dtype, const rl_tensor *model) {
    RL_TRY(rl_output(result, k, dtype, dtype, model->ndim, model->sizes));
    if (rl_is_contiguous(model)) return RL_OK;
    result->out[k].kind = RL_NEW_STRIDED;
    rl_dense_strides(model, result->out[k].layout.strides);
    return RL_OK;
}

void rl_output_view(rl_result *result, int k, int ndim, const int64_t *sizes, const int64_t *strides, int64_t offset) {
    rl_output_spec *out = &result->out[k];
    out->kind = RL_VIEW;
    out->layout.ndim = ndim;
    out->layout.offset = offset;
    for (int d = 0; d < ndim; d++) {
        out->layout.sizes[d] = sizes[d];
        out->layout.strides[d] = strides[d];
    }
}

static rl_status prepare_reads(const rl_call *call, rl_result *result) {
    if (call->n_in <= RL_FEW_INPUTS)
        result->reads = result->few_reads;
    else if (!(result->reads = rl_scope_memory((size_t)call->n_in, sizeof *result->reads)))
        return RL_FAILED;
    for (int k = 0; k < call->n_in; k++) result->reads[k] = (rl_reading){.dtype = RL_NO_DTYPE, .rounded_to = RL_NO_DTYPE};
    return RL_OK;
}

static inline rl_status infer_into(const rl_call *call, rl_result *result) {
    RL_TRY(prepare_reads(call, result));
    result->variant = 0;
    RL_TRY(call->op->infer(call, result));
    for (int k = 0; k < result->n_out; k++)
        if (result->out[k].kind == RL_VIEW) result->out[k].dtype = result->out[k].compute_dtype = (rl_dtype)call->in[0]->dtype;
    return RL_OK;
}

rl_status rl_infer_into(const rl_call *call, rl_result *result) { return infer_into(call, result); }

rl_status rl_infer(rl_call *call) {
    if (call->result.n_out >= 0) return RL_OK;
    if (call->op->canonicalize) RL_TRY(call->op->canonicalize(call));
    return infer_into(call, &call->result);
}

/* ---- what forward is given ---- */

static int reads_as_it_is(const rl_call *call, const rl_tensor *in, const rl_reading *reading) {
    if (reading->dtype != RL_NO_DTYPE && reading->dtype != in->dtype) return 0;
    if (reading->rounded_to != RL_NO_DTYPE) return 0;
    if (reading->contiguous && !rl_is_contiguous(in)) return 0;
    return !reading->apart || !call->inplace || in->storage != call->inplace->storage;
}

static rl_tensor *read_copy(rl_tensor *in, const rl_reading *reading) {
    if (reading->rounded_to != RL_NO_DTYPE) {
        rl_tensor *rounded = rl_tensor_new((rl_dtype)reading->rounded_to, in->ndim, in->sizes);
        if (!rounded) return NULL;
        rl_copy_elements(rounded, in);
        in = rounded;
    }
    rl_dtype dtype = reading->dtype == RL_NO_DTYPE ? (rl_dtype)in->dtype : (rl_dtype)reading->dtype;
    if (rl_dtype_is_complex((rl_dtype)in->dtype) && !rl_dtype_is_complex(dtype) && dtype != RL_BOOL) {
        rl_fail("%s has no imaginary parts; take the real or the imaginary part of the %s tensor", rl_dtype_name(dtype), rl_dtype_name((rl_dtype)in->dtype));
        return NULL;
    }
    rl_tensor *copy = reading->contiguous || reading->apart ? rl_tensor_new(dtype, in->ndim, in->sizes) : rl_tensor_new_like(in, dtype);
    if (copy) rl_copy_elements(copy, in);
    return copy;
}

static rl_status read_inputs(rl_call *call) {
    const int n_in = call->n_in;
    rl_tensor *const *in = call->in, **x = call->few;
    if (n_in > RL_FEW_INPUTS && !(x = rl_scope_memory((size_t)n_in, sizeof *x))) return RL_FAILED;
    call->x = x;
    for (int k = 0; k < n_in; k++) {
        const rl_reading *reading = &call->result.reads[k];
        x[k] = in[k];
        if (in[k] && !reads_as_it_is(call, in[k], reading) && !(x[k] = read_copy(in[k], reading))) return RL_FAILED;
    }
    return RL_OK;
}

static int same_geometry(const rl_tensor *a, const rl_tensor *b) {
    return a->offset == b->offset && rl_same_sizes(a, b) && (a->ndim == 0 || memcmp(a->strides, b->strides, a->ndim * sizeof *a->strides) == 0);
}

/* Writing over an input that is yet to be read: safe only element by element. */
static int writes_over_input(const rl_call *call) {
    for (int k = 0; k < call->n_in; k++) {
        const rl_tensor *x = call->x[k];
        if (!x || x->storage != call->inplace->storage) continue;
        if (!(call->op->traits & RL_ELEMENTWISE) || !same_geometry(x, call->inplace)) return 1;
    }
    return 0;
}

static rl_status output_in_place(rl_call *call, const rl_output_spec *planned) {
    rl_tensor *self = call->inplace;
    const rl_layout *layout = &planned->layout;
    if (self->ndim != layout->ndim || (self->ndim && memcmp(self->sizes, layout->sizes, self->ndim * sizeof *self->sizes) != 0))
        return rl_fail("the result of %s_() has shape %s, and the tensor to hold it has shape %s", call->op->name, rl_sizes_text(layout->ndim, layout->sizes),
                       rl_sizes_text(self->ndim, self->sizes));
    if (!rl_dtype_can_cast(planned->dtype, (rl_dtype)self->dtype))
        return rl_fail("the result of %s_() is %s, which does not fit into a %s tensor", call->op->name, rl_dtype_name(planned->dtype),
                       rl_dtype_name((rl_dtype)self->dtype));
    call->out[0] = self;
    call->y[0] =
        (rl_dtype)self->dtype == planned->compute_dtype && !writes_over_input(call) ? self : rl_tensor_new(planned->compute_dtype, self->ndim, self->sizes);
    return call->y[0] ? RL_OK : RL_FAILED;
}

static rl_tensor *new_output(const rl_call *call, const rl_output_spec *planned) {
    const rl_layout *layout = &planned->layout;
    if (planned->kind == RL_VIEW) return rl_tensor_view(call->in[0], layout->ndim, layout->sizes, layout->strides, layout->offset);
    if (planned->kind == RL_NEW_STRIDED) return rl_tensor_new_strided(planned->dtype, layout->ndim, layout->sizes, layout->strides);
    return rl_tensor_new(planned->dtype, layout->ndim, layout->sizes);
}

static rl_status make_outputs(rl_call *call) {
    const rl_result *result = &call->result;
    RL_TRY(rl_reserve_outputs(call, result->n_out));
    for (int k = 0; k < result->n_out; k++) {
        const rl_output_spec *planned = &result->out[k];
        if (k == 0 && call->inplace && planned->kind != RL_VIEW) {
            RL_TRY(output_in_place(call, planned));
            continue;
        }
        rl_tensor *out = new_output(call, planned), *y = out;
        if (planned->compute_dtype != planned->dtype) y = rl_tensor_new(planned->compute_dtype, planned->layout.ndim, planned->layout.sizes);
        if (!out || !y) return RL_FAILED;
        call->out[k] = out;
        call->y[k] = y;
    }
    return RL_OK;
}

/* A view in place: the values stay where they are, and what was saved of the tensor's old shape is out of date. */
static rl_status take_geometry(rl_call *call) {
    rl_tensor *view = call->out[0];
    RL_TRY(rl_tensor_reshape_in_place(call->inplace, NULL, view->ndim, view->sizes, view->strides, view->offset));
    call->out[0] = call->y[0] = call->inplace;
    return RL_OK;
}

static inline int is_on_host(const rl_call *call) {
    int elsewhere = 0;
    for (int k = 0; k < call->n_in; k++)
        if (call->in[k]) elsewhere |= call->in[k]->storage->backend;
    return !elsewhere;
}

rl_status rl_run(rl_interpreter *self, rl_call *call) {
    const rl_op *op = call->op;
    (void)self;
    if (op->compose) return op->compose(call);
    if (call->inplace && !(op->traits & RL_IS_VIEW) && rl_overlaps_itself(call->inplace))
        return rl_fail("%s_() would write some elements of an expanded tensor more than once; use $clone() first", op->name);
    RL_TRY(rl_infer(call));
    rl_forward forward = op->forward;
    if (!is_on_host(call)) {
        forward = rl_forward_elsewhere(call);
        if (rl_failing()) return RL_FAILED;
    }
    RL_TRY(read_inputs(call));
    RL_TRY(make_outputs(call));
    if (forward) RL_TRY(forward(call));
    for (int k = 0; k < call->n_out; k++)
        if (call->y[k] != call->out[k]) rl_copy_elements(call->out[k], call->y[k]);
    if (!call->inplace) return RL_OK;
    if (op->traits & RL_IS_VIEW) RL_TRY(take_geometry(call));
    call->inplace->storage->version++;
    return RL_OK;
}
