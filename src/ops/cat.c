#include "../kernels/copy.h"
#include "view.h"

/* ---- cat ---- */

/* An empty vector joins with anything: a habit of old that programs rely on. */
static int counts_for_nothing(int ndim, const int64_t *sizes) { return ndim == 1 && sizes[0] == 0; }

static const rl_tensor *first_that_counts(const rl_call *call) {
    for (int k = 0; k < call->n_in; k++)
        if (!counts_for_nothing(call->in[k]->ndim, call->in[k]->sizes)) return call->in[k];
    return call->in[0];
}

static rl_status canonicalize_cat(rl_call *call) {
    int dim;
    if (call->n_in == 0) return rl_fail("cat() needs at least one tensor");
    const rl_tensor *model = first_that_counts(call);
    if (model->ndim == 0) return rl_fail("cat() cannot join tensors of no dimensions; use torch_stack()");
    RL_TRY(rl_wrap_dim(call->args.n[0], model->ndim, &dim));
    call->args.n[0] = dim;
    return RL_OK;
}

static rl_status infer_cat(const rl_call *call, rl_result *result) {
    int64_t sizes[RL_MAX_DIMS];
    const rl_tensor *model = first_that_counts(call);
    int dim = (int)call->args.n[0];
    for (int d = 0; d < model->ndim; d++) sizes[d] = model->sizes[d];
    sizes[dim] = 0;
    for (int k = 0; k < call->n_in; k++) {
        const rl_tensor *x = call->in[k];
        if (counts_for_nothing(x->ndim, x->sizes)) continue;
        if (x->ndim != model->ndim)
            return rl_fail("cat() needs tensors of as many dimensions: tensor %d has %d, and the first has %d", k + 1, x->ndim, model->ndim);
        for (int d = 0; d < model->ndim; d++)
            if (d != dim && x->sizes[d] != sizes[d])
                return rl_fail("cat() along dimension %d needs all other sizes equal: tensor %d has shape %s, and the first has %s", dim + 1, k + 1,
                               rl_sizes_text(x->ndim, x->sizes), rl_sizes_text(model->ndim, model->sizes));
        if (__builtin_add_overflow(sizes[dim], x->sizes[dim], &sizes[dim])) return rl_fail_memory(1e18);
    }
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, dtype, model->ndim, sizes);
}

static rl_status cat_forward(rl_call *call) {
    rl_layout part;
    int dim = (int)call->args.n[0];
    rl_layout_of(call->y[0], &part);
    for (int k = 0; k < call->n_in; k++) {
        rl_tensor *x = call->x[k];
        if (counts_for_nothing(x->ndim, x->sizes)) continue;
        rl_scope scope = rl_scope_enter();
        part.sizes[dim] = x->sizes[dim];
        rl_tensor *to = rl_seen_through(call->y[0], &part);
        if (to) rl_copy_elements(to, x);
        rl_scope_leave(scope);
        if (!to) return RL_FAILED;
        part.offset += x->sizes[dim] * part.strides[dim];
    }
    return RL_OK;
}

VJP(cat) {
    int64_t start = 0, dim = v->args->n[0];
    for (int k = 0; k < v->n_in; k++) {
        if (counts_for_nothing(v->in[k].ndim, v->in[k].sizes)) continue;
        int64_t length = v->in[k].sizes[dim];
        GRADIENT(k, rl_slice(GRAD, dim, start, start + length, 1));
        start += length;
    }
}
const rl_op rl_op_cat = {
    .name = "cat", SCHEMA(cat), .grad_name = "Cat", .canonicalize = canonicalize_cat, .infer = infer_cat, .forward = cat_forward, .vjp = cat_vjp};

rl_tensor *rl_cat(int n, rl_tensor *const *tensors, int64_t dim) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = dim;
    return rl_apply_to(&rl_op_cat, &args, n, tensors);
}

/* ---- stack ---- */

static rl_status canonicalize_stack(rl_call *call) {
    int dim;
    if (call->n_in == 0) return rl_fail("stack() needs at least one tensor");
    RL_TRY(rl_wrap_dim(call->args.n[0], call->in[0]->ndim + 1, &dim));
    call->args.n[0] = dim;
    return RL_OK;
}

static rl_status infer_stack(const rl_call *call, rl_result *result) {
    int64_t sizes[RL_MAX_DIMS];
    const rl_tensor *model = call->in[0];
    int dim = (int)call->args.n[0];
    if (model->ndim == RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    for (int k = 1; k < call->n_in; k++)
        if (!rl_same_sizes(call->in[k], model))
            return rl_fail("stack() needs tensors of one shape: tensor %d has shape %s, and the first has %s", k + 1,
                           rl_sizes_text(call->in[k]->ndim, call->in[k]->sizes), rl_sizes_text(model->ndim, model->sizes));
    for (int d = 0; d <= model->ndim; d++) sizes[d] = d == dim ? call->n_in : model->sizes[d < dim ? d : d - 1];
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, dtype, model->ndim + 1, sizes);
}

static rl_status stack_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    int dim = (int)call->args.n[0];
    rl_layout part;
    rl_layout_of(y, &part);
    for (int d = dim; d < y->ndim - 1; d++) {
        part.sizes[d] = y->sizes[d + 1];
        part.strides[d] = y->strides[d + 1];
    }
    part.ndim--;
    for (int k = 0; k < call->n_in; k++) {
        rl_scope scope = rl_scope_enter();
        rl_tensor *to = rl_seen_through(y, &part);
        if (to) rl_copy_elements(to, call->x[k]);
        rl_scope_leave(scope);
        if (!to) return RL_FAILED;
        part.offset += y->strides[dim];
    }
    return RL_OK;
}

VJP(stack) {
    for (int k = 0; k < v->n_in; k++) GRADIENT(k, rl_select(GRAD, v->args->n[0], k));
}
const rl_op rl_op_stack = {
    .name = "stack", SCHEMA(stack), .grad_name = "Stack", .canonicalize = canonicalize_stack, .infer = infer_stack, .forward = stack_forward, .vjp = stack_vjp};

rl_tensor *rl_stack(int n, rl_tensor *const *tensors, int64_t dim) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = dim;
    return rl_apply_to(&rl_op_stack, &args, n, tensors);
}

/* ---- tensors on the diagonal of a matrix ---- */

static void block_sizes(int ndim, const int64_t *sizes, int64_t *rows, int64_t *columns) {
    *rows = ndim == 2 ? sizes[0] : 1;
    *columns = ndim == 0 ? 1 : sizes[ndim - 1];
}

static rl_status infer_block_diag(const rl_call *call, rl_result *result) {
    int64_t sizes[2] = {0, 0}, rows, columns;
    if (call->n_in == 0) return rl_fail("block_diag() needs at least one tensor");
    for (int k = 0; k < call->n_in; k++) {
        const rl_tensor *x = call->in[k];
        if (x->ndim > 2) return rl_fail("block_diag() needs tensors of at most 2 dimensions; tensor %d has %d", k + 1, x->ndim);
        block_sizes(x->ndim, x->sizes, &rows, &columns);
        if (__builtin_add_overflow(sizes[0], rows, &sizes[0]) || __builtin_add_overflow(sizes[1], columns, &sizes[1])) return rl_fail_memory(1e18);
    }
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, dtype, 2, sizes);
}

static rl_status block_diag_forward(rl_call *call) {
    rl_tensor *y = call->y[0];
    rl_layout part;
    rl_layout_of(y, &part);
    rl_fill_elements(y, rl_scalar_int(0));
    for (int k = 0; k < call->n_in; k++) {
        rl_tensor *x = call->x[k];
        block_sizes(x->ndim, x->sizes, &part.sizes[0], &part.sizes[1]);
        rl_tensor *to = rl_seen_through(y, &part);
        if (!to) return RL_FAILED;
        rl_copy_elements(to, x);
        part.offset += part.sizes[0] * y->strides[0] + part.sizes[1] * y->strides[1];
    }
    return RL_OK;
}

VJP(block_diag) {
    int64_t row = 0, column = 0, rows, columns;
    for (int k = 0; k < v->n_in; k++) {
        block_sizes(v->in[k].ndim, v->in[k].sizes, &rows, &columns);
        GRADIENT(k, rl_reshape(rl_narrow(rl_narrow(GRAD, 0, row, rows), 1, column, columns), v->in[k].ndim, v->in[k].sizes));
        row += rows;
        column += columns;
    }
}
const rl_op rl_op_block_diag = {
    .name = "block_diag", SCHEMA(block_diag), .grad_name = "BlockDiag", .infer = infer_block_diag, .forward = block_diag_forward, .vjp = block_diag_vjp};
