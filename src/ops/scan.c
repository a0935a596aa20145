/* Note [Recurrences]
 * The derivatives of cumprod and logcumsumexp are linear recurrences, which need no division and so bear zeros:
 *   cumprod, y[k] = x[0] ... x[k]:  dx[k] = y[k - 1] s[k] with s[k] = g[k] + x[k + 1] s[k + 1]
 *   logcumsumexp, y:                dx[k] = exp(x[k] - y[k]) s[k] with s[k] = g[k] + exp(y[k] - y[k + 1]) s[k + 1]
 * recurrence(b, a) is h[k] = b[k] + a[k] h[k - 1]; reversed, h[k] = b[k] + a[k + 1] h[k + 1]. Each is the derivative of the other by
 * b, and a[0] is read by neither. */
#include "../kernels/scan.h"

#include <math.h>
#include <string.h>

#include "take_along.h"

enum { DIM, REVERSED }; /* args.n */

static rl_status run_scan(rl_call *call, const rl_slice_loops *loops, int n_operands, rl_tensor *const *operands, const void *context) {
    rl_slice_loop loop = loops->of[call->x[0]->dtype];
    if (!loop) return rl_fail("%s() is not defined for %s tensors", call->op->name, rl_dtype_name((rl_dtype)call->in[0]->dtype));
    int reversed = (int)call->args.n[REVERSED];
    return rl_for_slices(n_operands, operands, (int)call->args.n[DIM], reversed, loop, context ? context : &reversed);
}

/* ---- sums and products ---- */

/* Integers add up as int64, unless a dtype is asked for. */
static rl_status infer_running(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    rl_dtype dtype = call->args.dtype;
    if (dtype == RL_NO_DTYPE) dtype = call->inplace || rl_dtype_is_inexact((rl_dtype)x->dtype) ? (rl_dtype)x->dtype : RL_INT64;
    rl_dtype computed = rl_dtype_is_inexact(dtype) ? rl_computed_in(dtype) : RL_INT64;
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, computed);
    if (dtype == RL_BOOL) rl_read_rounded(result, 0, dtype);
    return rl_output(result, 0, dtype, computed, x->ndim, x->sizes);
}

static rl_status cumsum_forward(rl_call *call) { return run_scan(call, &rl_cumsum_loops, 2, (rl_tensor *[]){call->y[0], call->x[0]}, NULL); }

static rl_tensor *cumsum(rl_tensor *x, int64_t dim, int reversed) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    args.n[REVERSED] = reversed;
    return rl_apply_to(&rl_op_cumsum, &args, 1, &x);
}

static int64_t dim_of(const rl_vjp *v) { return v->args ? v->args->n[DIM] : 0; }
static int is_reversed(const rl_vjp *v) { return v->args ? (int)v->args->n[REVERSED] : 0; }

VJP(cumsum) { GRADIENT(0, cumsum(GRAD, dim_of(v), !is_reversed(v))); }
const rl_op rl_op_cumsum = {.name = "cumsum",
                            SCHEMA(cumsum),
                            .grad_name = "Cumsum",
                            .canonicalize = rl_canonicalize_dim,
                            .infer = infer_running,
                            .forward = cumsum_forward,
                            .vjp = cumsum_vjp};

static rl_tensor *recurrence(rl_tensor *b, rl_tensor *a, int64_t dim, int reversed) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    args.n[REVERSED] = reversed;
    return rl_apply_to(&rl_op_recurrence, &args, 2, (rl_tensor *[]){b, a});
}

/* Every element one place further along dim (reversed: back), and `fill` where none arrives. */
static rl_tensor *shift(rl_tensor *x, int64_t dim, int reversed, double fill) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    args.n[REVERSED] = reversed;
    args.s[0] = rl_scalar_double(fill);
    return rl_apply_to(&rl_op_shift, &args, 1, &x);
}

static rl_status cumprod_forward(rl_call *call) { return run_scan(call, &rl_cumprod_loops, 2, (rl_tensor *[]){call->y[0], call->x[0]}, NULL); }

VJP(cumprod) { GRADIENT(0, rl_mul(shift(OUTPUT_0, dim_of(v), 0, 1), recurrence(GRAD, rl_to_dtype(INPUT_0, (rl_dtype)GRAD->dtype), dim_of(v), 1))); }
const rl_op rl_op_cumprod = {.name = "cumprod",
                             SCHEMA(cumprod),
                             .grad_name = "Cumprod",
                             .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                             .canonicalize = rl_canonicalize_dim,
                             .infer = infer_running,
                             .forward = cumprod_forward,
                             .vjp = cumprod_vjp};

/* ---- recurrence, shift ---- */

static rl_status infer_recurrence(const rl_call *call, rl_result *result) {
    const rl_tensor *b = call->in[0];
    rl_dtype dtype = (rl_dtype)b->dtype;
    if (!rl_same_sizes(b, call->in[1])) return rl_fail("recurrence() needs tensors of one shape");
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    rl_read_as(result, 1, rl_computed_in(dtype));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), b->ndim, b->sizes);
}

static rl_status recurrence_forward(rl_call *call) {
    return run_scan(call, &rl_recurrence_loops, 3, (rl_tensor *[]){call->y[0], call->x[0], call->x[1]}, NULL);
}

VJP(recurrence) {
    int64_t dim = dim_of(v);
    rl_tensor *by_b = recurrence(GRAD, INPUT_1, dim, !is_reversed(v));
    GRADIENT(0, by_b);
    GRADIENT(1, is_reversed(v) ? rl_mul(shift(by_b, dim, 0, 0), OUTPUT_0) : rl_mul(by_b, shift(OUTPUT_0, dim, 0, 0)));
}
const rl_op rl_op_recurrence = {.name = "recurrence",
                                SCHEMA(recurrence),
                                .grad_name = "Recurrence",
                                .saves = {SAVE_INPUT(1), SAVE_INPUT(1) | SAVE_OUTPUT(0)},
                                .canonicalize = rl_canonicalize_dim,
                                .infer = infer_recurrence,
                                .forward = recurrence_forward,
                                .vjp = recurrence_vjp};

static rl_status infer_shifted(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, (rl_dtype)x->dtype, (rl_dtype)x->dtype, x->ndim, x->sizes);
}

/* Part of a tensor along dim. */
static rl_tensor *part(rl_tensor *x, int dim, int64_t from, int64_t n) {
    int64_t sizes[RL_MAX_DIMS];
    if (x->ndim == 0) return rl_tensor_view(x, 1, &n, (int64_t[]){1}, x->offset + from);
    memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
    sizes[dim] = n;
    return rl_tensor_view(x, x->ndim, sizes, x->strides, x->offset + from * x->strides[dim]);
}

static rl_status shift_forward(rl_call *call) {
    rl_tensor *x = call->x[0], *y = call->y[0];
    int dim = (int)call->args.n[DIM], reversed = (int)call->args.n[REVERSED];
    int64_t n = x->ndim ? x->sizes[dim] : 1;
    if (n == 0) return RL_OK;
    rl_tensor *from = part(x, dim, reversed, n - 1), *to = part(y, dim, !reversed, n - 1), *edge = part(y, dim, reversed ? n - 1 : 0, 1);
    rl_tensor *fill = rl_tensor_scalar((rl_dtype)y->dtype, call->args.s[0]);
    if (!from || !to || !edge || !fill) return RL_FAILED;
    RL_TRY(rl_copy_data(edge, fill));
    return rl_copy_data(to, from);
}

VJP(shift) { GRADIENT(0, shift(GRAD, dim_of(v), !is_reversed(v), 0)); }
const rl_op rl_op_shift = {.name = "shift",
                           SCHEMA(shift),
                           .grad_name = "Shift",
                           .canonicalize = rl_canonicalize_dim,
                           .infer = infer_shifted,
                           .forward = shift_forward,
                           .vjp = shift_vjp};

/* ---- logcumsumexp ---- */

static rl_status infer_logcumsumexp(const rl_call *call, rl_result *result) {
    if (!rl_dtype_is_floating((rl_dtype)call->in[0]->dtype))
        return rl_fail("logcumsumexp() needs a floating dtype, not %s", rl_dtype_name((rl_dtype)call->in[0]->dtype));
    return infer_running(call, result);
}

static rl_status logcumsumexp_forward(rl_call *call) { return run_scan(call, &rl_logcumsumexp_loops, 2, (rl_tensor *[]){call->y[0], call->x[0]}, NULL); }

static double most(const rl_tensor *x) { return x ? rl_dtypes[x->dtype].largest : 0; }

/* Infinities have no differences. */
VJP(logcumsumexp) {
    int64_t dim = dim_of(v);
    rl_tensor *y = rl_clamp(OUTPUT_0, rl_scalar_double(-most(OUTPUT_0)), (rl_scalar){RL_SCALAR_NONE, 0, 0});
    rl_tensor *finite = rl_clamp(y, (rl_scalar){RL_SCALAR_NONE, 0, 0}, rl_scalar_double(most(OUTPUT_0)));
    rl_tensor *decay = rl_exp(rl_sub(shift(finite, dim, 0, -INFINITY), finite));
    GRADIENT(0, rl_mul(rl_exp(rl_sub(INPUT_0, y)), recurrence(GRAD, decay, dim, 1)));
}
const rl_op rl_op_logcumsumexp = {.name = "logcumsumexp",
                                  SCHEMA(logcumsumexp),
                                  .grad_name = "Logcumsumexp",
                                  .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                                  .canonicalize = rl_canonicalize_dim,
                                  .infer = infer_logcumsumexp,
                                  .forward = logcumsumexp_forward,
                                  .vjp = logcumsumexp_vjp};

/* ---- running extremes: values, and the indices they were found at: these count from 0, as torch for R has them ---- */

static rl_status infer_cumulative_minmax(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    rl_dtype dtype = (rl_dtype)x->dtype;
    RL_TRY(rl_set_outputs(result, 2));
    rl_read_as(result, 0, rl_computed_in(dtype));
    RL_TRY(rl_output(result, 0, dtype, rl_computed_in(dtype), x->ndim, x->sizes));
    return rl_output(result, 1, RL_INT64, RL_INT64, x->ndim, x->sizes);
}

static rl_status cummax_forward(rl_call *call) { return run_scan(call, &rl_cummax_loops, 3, (rl_tensor *[]){call->y[0], call->x[0], call->y[1]}, NULL); }
static rl_status cummin_forward(rl_call *call) { return run_scan(call, &rl_cummin_loops, 3, (rl_tensor *[]){call->y[0], call->x[0], call->y[1]}, NULL); }

VJP(minmax) {
    GRADIENT(0, rl_put_along(GRAD, rl_add(v->y[1], rl_tensor_number(rl_scalar_int(1))), dim_of(v), rl_length_along(v->in[0].ndim, v->in[0].sizes, dim_of(v))));
}
const rl_op rl_op_cummax = {.name = "cummax",
                            SCHEMA(cummax),
                            .grad_name = "Cummax",
                            .saves = {SAVE_OUTPUT(1)},
                            .canonicalize = rl_canonicalize_dim,
                            .infer = infer_cumulative_minmax,
                            .forward = cummax_forward,
                            .vjp = minmax_vjp};
const rl_op rl_op_cummin = {.name = "cummin",
                            SCHEMA(cummin),
                            .grad_name = "Cummin",
                            .saves = {SAVE_OUTPUT(1)},
                            .canonicalize = rl_canonicalize_dim,
                            .infer = infer_cumulative_minmax,
                            .forward = cummin_forward,
                            .vjp = minmax_vjp};
