/* Tensors made of no other: filled, patterns, sequences. Without a dtype they are of the default one. */
#include <math.h>

#include "../kernels/copy.h"
#include "../kernels/sequence.h"
#include "../tensor/range.h"
#include "infer.h"

static rl_status one_output(rl_result *result, rl_dtype dtype, int ndim, const int64_t *sizes) {
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, dtype, ndim, sizes);
}

static rl_status output_like_input(const rl_call *call, rl_result *result) {
    const rl_tensor *input = call->in[0];
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output_like(result, 0, call->args.dtype == RL_NO_DTYPE ? (rl_dtype)input->dtype : call->args.dtype, input);
}

/* ---- empty: memory as it is found; that of booleans is cleared, since every byte of them is 0 or 1 ---- */

static rl_status infer_empty(const rl_call *call, rl_result *result) {
    return one_output(result, rl_chosen_dtype(call), call->args.list[0].length, call->args.list[0].values);
}

static rl_status empty_forward(rl_call *call) {
    const rl_tensor *y = call->y[0];
    if (y->dtype != RL_BOOL) return RL_OK;
    rl_tensor *all = rl_tensor_view(y, 1, (int64_t[]){(int64_t)y->storage->bytes}, (int64_t[]){1}, 0);
    if (all) rl_fill_elements(all, rl_scalar_int(0));
    return all ? RL_OK : RL_FAILED;
}
const rl_op rl_op_empty = {.name = "empty", SCHEMA(empty), .infer = infer_empty, .forward = empty_forward};
const rl_op rl_op_empty_like = {.name = "empty_like", SCHEMA(empty_like), .infer = output_like_input, .forward = empty_forward};

/* Of any strides, over a storage just large enough. */
static rl_status infer_empty_strided(const rl_call *call, rl_result *result) {
    const rl_ints sizes = call->args.list[RL_LIST(empty_strided, size)], strides = call->args.list[RL_LIST(empty_strided, stride)];
    if (sizes.length != strides.length) return rl_fail("`size` and `stride` must be of one length; they have %d and %d", sizes.length, strides.length);
    for (int k = 0; k < strides.length; k++)
        if (strides.values[k] < 0) return rl_fail("`stride` must not be negative; element %d is %lld", k + 1, (long long)strides.values[k]);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output_strided(result, 0, rl_chosen_dtype(call), sizes.length, sizes.values, strides.values);
}
const rl_op rl_op_empty_strided = {.name = "empty_strided", SCHEMA(empty_strided), .infer = infer_empty_strided, .forward = empty_forward};

/* ---- full: without a dtype it is of the number's kind ---- */

static rl_dtype dtype_of_kind(rl_scalar number) {
    return number.kind == RL_SCALAR_FLOAT     ? rl_default_dtype()
           : number.kind == RL_SCALAR_COMPLEX ? rl_dtype_complex(rl_default_dtype())
                                              : rl_dtype_of_scalar(number);
}

static rl_status infer_full(const rl_call *call, rl_result *result) {
    const rl_scalar value = call->args.s[0];
    const rl_dtype dtype = call->args.dtype == RL_NO_DTYPE ? dtype_of_kind(value) : call->args.dtype;
    RL_TRY(rl_check_fits("fill_value", value, dtype));
    return one_output(result, dtype, call->args.list[0].length, call->args.list[0].values);
}

static rl_status infer_full_like(const rl_call *call, rl_result *result) {
    RL_TRY(output_like_input(call, result));
    return rl_check_fits("fill_value", call->args.s[0], result->out[0].dtype);
}

static rl_status full_forward(rl_call *call) {
    rl_fill_elements(call->y[0], call->args.s[0]);
    return RL_OK;
}
const rl_op rl_op_full = {.name = "full", SCHEMA(full), .infer = infer_full, .forward = full_forward};
const rl_op rl_op_full_like = {.name = "full_like", SCHEMA(full_like), .infer = infer_full_like, .forward = full_forward};

rl_tensor *rl_filled(rl_dtype dtype, int ndim, const int64_t *sizes, double value) {
    rl_args args = RL_ARGS_NONE;
    args.dtype = dtype;
    args.list[0] = (rl_ints){ndim, sizes};
    args.s[0] = rl_scalar_double(value);
    return rl_apply_to(&rl_op_full, &args, 0, NULL);
}

rl_tensor *rl_zeros(rl_dtype dtype, int ndim, const int64_t *sizes) { return rl_filled(dtype, ndim, sizes, 0); }

rl_tensor *rl_expanded_zeros(rl_dtype dtype, int ndim, const int64_t *sizes) {
    const int64_t strides[RL_MAX_DIMS] = {0};
    rl_tensor *zero = rl_zeros(dtype, 0, NULL);
    return zero ? rl_tensor_view(zero, ndim, sizes, strides, 0) : NULL;
}

rl_tensor *rl_ones(rl_dtype dtype, int ndim, const int64_t *sizes) { return rl_filled(dtype, ndim, sizes, 1); }

/* ---- eye ---- */

static rl_status infer_eye(const rl_call *call, rl_result *result) { return one_output(result, rl_chosen_dtype(call), 2, call->args.n); }

static rl_status eye_forward(rl_call *call) {
    rl_fill_eye(call->y[0]);
    return RL_OK;
}
const rl_op rl_op_eye = {.name = "eye", SCHEMA(eye), .infer = infer_eye, .forward = eye_forward};

rl_tensor *rl_eye(rl_dtype dtype, int64_t n) {
    rl_args args = RL_ARGS_NONE;
    args.dtype = dtype;
    args.n[0] = args.n[1] = n;
    return rl_apply_to(&rl_op_eye, &args, 0, NULL);
}

/* ---- sequences: their first arguments are the start and the end ---- */

enum { START, END, STEP, BASE = STEP };

/* Of integers it ends within their dtype. */
static rl_status infer_sequence(const rl_call *call, rl_result *result, int64_t count, double first, double last) {
    const rl_dtype dtype = rl_chosen_dtype(call);
    if (dtype == RL_BOOL) return rl_fail("a sequence of booleans makes no sense: choose a dtype of numbers");
    if (!rl_dtype_is_inexact(dtype)) {
        RL_TRY(rl_check_fits("start", rl_scalar_double(first), dtype));
        RL_TRY(rl_check_fits("end", rl_scalar_double(last), dtype));
    }
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), 1, &count);
}

/* So near the end, a step that is not exact in binary has reached it; R's seq() has the same. */
static const double step_tolerance = 1e-10;

/* start, start + step, ... as far as `end`, which is included. */
static rl_status infer_range(const rl_call *call, rl_result *result) {
    const double start = call->args.s[START].as_double, end = call->args.s[END].as_double, step = call->args.s[STEP].as_double;
    const double count = floor((end - start) / step + step_tolerance) + 1;
    if (step == 0) return rl_fail("`step` must not be 0");
    if (!isfinite(start) || !isfinite(end) || !isfinite(step)) return rl_fail("`start`, `end` and `step` must be finite");
    if ((end - start) / step < 0) return rl_fail("`step` leads away from `end`: from %g to %g by %g", start, end, step);
    if (count > 9e15) return rl_fail_memory(count * 8);
    return infer_sequence(call, result, (int64_t)count, start, start + (count - 1) * step);
}

static rl_status range_forward(rl_call *call) { return rl_fill_range(call->y[0], call->args.s[START], call->args.s[STEP]); }
const rl_op rl_op_range = {.name = "range", SCHEMA(range), .infer = infer_range, .forward = range_forward};

static rl_status check_steps(const rl_call *call) {
    return call->args.n[0] < 0 ? rl_fail("`steps` must not be negative; it is %lld", (long long)call->args.n[0]) : RL_OK;
}

static rl_status infer_linspace(const rl_call *call, rl_result *result) {
    RL_TRY(check_steps(call));
    return infer_sequence(call, result, call->args.n[0], call->args.s[START].as_double, call->args.s[END].as_double);
}

static rl_status linspace_forward(rl_call *call) { return rl_fill_linspace(call->y[0], call->args.s[START].as_double, call->args.s[END].as_double); }
const rl_op rl_op_linspace = {.name = "linspace", SCHEMA(linspace), .infer = infer_linspace, .forward = linspace_forward};

static rl_status infer_logspace(const rl_call *call, rl_result *result) {
    const double base = call->args.s[BASE].as_double;
    RL_TRY(check_steps(call));
    return infer_sequence(call, result, call->args.n[0], pow(base, call->args.s[START].as_double), pow(base, call->args.s[END].as_double));
}

static rl_status logspace_forward(rl_call *call) {
    const rl_scalar *s = call->args.s;
    return rl_fill_logspace(call->y[0], s[START].as_double, s[END].as_double, s[BASE].as_double);
}
const rl_op rl_op_logspace = {.name = "logspace", SCHEMA(logspace), .infer = infer_logspace, .forward = logspace_forward};
