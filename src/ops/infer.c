#include "infer.h"

#include <string.h>

#include "../tensor/range.h"

rl_dtype rl_chosen_dtype(const rl_call *call) { return call->args.dtype == RL_NO_DTYPE ? rl_default_dtype() : call->args.dtype; }

static rl_dtype join(rl_dtype a, rl_dtype b) { return a == RL_NO_DTYPE ? b : b == RL_NO_DTYPE ? a : rl_dtype_promote(a, b); }

/* Of a number, only the kind counts. */
static rl_dtype usual_of_kind(rl_dtype dtype) {
    if (rl_dtype_is_complex(dtype)) return rl_dtype_complex(rl_default_dtype());
    return rl_dtype_is_floating(dtype) ? rl_default_dtype() : dtype;
}

/* Light widens heavy only if it is of a higher kind. */
static rl_dtype outweigh(rl_dtype heavy, rl_dtype light) {
    if (heavy == RL_NO_DTYPE || light == RL_NO_DTYPE) return join(heavy, light);
    if (rl_kind_of(heavy) >= rl_kind_of(light)) return heavy;
    return rl_dtype_is_complex(light) ? rl_dtype_complex(rl_dtype_is_floating(heavy) ? heavy : rl_dtype_real(light)) : rl_dtype_promote(heavy, light);
}

static int all_of_one_dtype(int n, rl_tensor *const *operands) {
    if (!operands[0] || operands[0]->wrapped_number) return 0;
    for (int k = 1; k < n; k++)
        if (operands[k] && operands[k]->dtype != operands[0]->dtype) return 0;
    return 1;
}

rl_dtype rl_result_dtype(int n, rl_tensor *const *operands) {
    rl_dtype tensors = RL_NO_DTYPE, zero_dims = RL_NO_DTYPE, numbers = RL_NO_DTYPE;
    if (all_of_one_dtype(n, operands)) return (rl_dtype)operands[0]->dtype;
    for (int k = 0; k < n; k++) {
        const rl_tensor *t = operands[k];
        if (!t) continue;
        rl_dtype dtype = (rl_dtype)t->dtype;
        if (t->wrapped_number)
            numbers = join(numbers, usual_of_kind(dtype));
        else if (t->ndim == 0)
            zero_dims = join(zero_dims, dtype);
        else
            tensors = join(tensors, dtype);
    }
    return outweigh(outweigh(tensors, zero_dims), numbers);
}

rl_dtype rl_result_dtype_with_numbers(rl_tensor *x, int n, const rl_scalar *numbers) {
    rl_tensor weak[RL_MAX_SCALARS], *operands[RL_MAX_SCALARS + 1] = {x};
    int count = 1;
    for (int k = 0; k < n; k++) {
        if (numbers[k].kind == RL_SCALAR_NONE) continue;
        weak[k] = (rl_tensor){.dtype = (uint8_t)rl_dtype_of_scalar(numbers[k]), .wrapped_number = 1};
        operands[count++] = &weak[k];
    }
    return rl_result_dtype(count, operands);
}

/* Of a number that the tensors' dtype holds as it is, that dtype. */
static rl_dtype exact_dtype(rl_dtype tensors, const rl_tensor *number) {
    rl_scalar value = rl_item(number, 0);
    int fits = tensors == RL_BOOL ? value.as_double == 0 || value.as_double == 1 : rl_within(value.as_double, rl_range_of(tensors));
    if (rl_scalar_is_whole(value) && (fits || (value.kind < RL_SCALAR_FLOAT && tensors == RL_INT64))) return tensors;
    return value.kind < RL_SCALAR_FLOAT ? RL_INT64 : rl_dtype_of_scalar(value);
}

rl_dtype rl_comparison_dtype(int n, rl_tensor *const *operands) {
    rl_dtype dtype = rl_result_dtype(n, operands);
    if (n != 2 || operands[0]->wrapped_number == operands[1]->wrapped_number) return dtype;
    const rl_tensor *number = operands[!operands[0]->wrapped_number], *other = operands[operands[0]->wrapped_number];
    return rl_dtype_is_inexact((rl_dtype)other->dtype) ? dtype : exact_dtype((rl_dtype)other->dtype, number);
}

rl_status rl_broadcast_inputs(const rl_call *call, int *ndim, int64_t *sizes) {
    *ndim = call->in[0]->ndim;
    for (int k = 0; k < *ndim; k++) sizes[k] = call->in[0]->sizes[k];
    for (int k = 1; k < call->n_in; k++)
        if (call->in[k]) RL_TRY(rl_broadcast_sizes(*ndim, sizes, call->in[k]->ndim, call->in[k]->sizes, ndim, sizes));
    return RL_OK;
}

/* A number takes the dtype, half and bfloat16 too, before it is computed with. */
static void read_operand_as(const rl_call *call, rl_result *result, int k, rl_dtype dtype) {
    rl_read_as(result, k, rl_computed_in(dtype));
    if (call->in[k] && call->in[k]->wrapped_number && rl_dtype_is_narrow(dtype)) rl_read_rounded(result, k, dtype);
}

static int all_of_one_shape(const rl_call *call) {
    for (int k = 1; k < call->n_in; k++)
        if (call->in[k] && !rl_same_sizes(call->in[k], call->in[0])) return 0;
    return 1;
}

rl_status rl_infer_as(const rl_call *call, rl_result *result, rl_dtype dtype, rl_dtype out_dtype) {
    int64_t broadcast[RL_MAX_DIMS];
    const int64_t *sizes = call->in[0]->sizes;
    int ndim = call->in[0]->ndim;
    if (!all_of_one_shape(call)) {
        RL_TRY(rl_broadcast_inputs(call, &ndim, broadcast));
        sizes = broadcast;
    }
    RL_TRY(rl_set_outputs(result, 1));
    for (int k = 0; k < call->n_in; k++) read_operand_as(call, result, k, dtype);
    return rl_output(result, 0, out_dtype, rl_computed_in(out_dtype), ndim, sizes);
}

rl_status rl_infer_elementwise(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    return rl_infer_as(call, result, dtype, dtype);
}

rl_status rl_infer_floating(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    if (!rl_dtype_is_inexact(dtype)) dtype = rl_default_dtype();
    return rl_infer_as(call, result, dtype, dtype);
}

rl_status rl_infer_comparison(const rl_call *call, rl_result *result) { return rl_infer_as(call, result, rl_comparison_dtype(call->n_in, call->in), RL_BOOL); }

int rl_gives_elements(const rl_result *result, int k) {
    const rl_layout *layout = &result->out[k].layout;
    for (int d = 0; d < layout->ndim; d++)
        if (layout->sizes[d] == 0) return 0;
    return 1;
}

rl_tensor *rl_as_result(rl_vjp *v, int k) {
    rl_tensor *x = v->x[k];
    rl_dtype dtype = v->out[0].dtype;
    if (!x || (x->dtype == dtype && !x->wrapped_number)) return x;
    return x->wrapped_number ? rl_tensor_scalar(rl_computed_in(dtype), rl_item(x, 0)) : rl_to_dtype(x, rl_computed_in(dtype));
}

rl_status rl_run_loops(rl_call *call, const rl_loops *loops, const void *context) {
    rl_loop loop = loops->of[call->x[0]->dtype];
    if (!loop) return rl_fail("%s() is not defined for %s tensors", call->op->name, rl_dtype_name((rl_dtype)call->in[0]->dtype));
    const int n_in = call->n_in;
    rl_tensor *operands[RL_MAX_OPERANDS], *const *x = call->x;
    operands[0] = call->y[0];
    for (int k = 0; k < n_in; k++) operands[k + 1] = x[k];
    return rl_elementwise(n_in + 1, operands, loop, context);
}

rl_status rl_canonicalize_dim(rl_call *call) {
    int dim;
    RL_TRY(rl_wrap_dim(call->args.n[0], call->in[0]->ndim, &dim));
    call->args.n[0] = dim;
    return RL_OK;
}

rl_status rl_marked_dims(rl_ints dims, int ndim, uint8_t *marked) {
    memset(marked, dims.length <= 0, (size_t)(ndim ? ndim : 1));
    for (int k = 0; k < dims.length; k++) {
        int dim;
        RL_TRY(rl_wrap_dim(dims.values[k], ndim, &dim));
        if (marked[dim]) return rl_fail("dimension %d is named twice in `dim`", dim + 1);
        marked[dim] = 1;
    }
    return RL_OK;
}
