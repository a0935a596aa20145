#include "../kernels/ternary.h"

#include "../kernels/binary.h"
#include "../kernels/unary.h"
#include "infer.h"

/* ---- where ---- */

static rl_status infer_where(const rl_call *call, rl_result *result) {
    int64_t sizes[RL_MAX_DIMS];
    int ndim;
    rl_tensor *condition = call->in[0];
    if (condition->dtype != RL_BOOL && condition->dtype != RL_UINT8)
        return rl_fail("the `condition` of where() must be a Bool tensor, not %s", rl_dtype_name((rl_dtype)condition->dtype));
    rl_dtype dtype = rl_result_dtype(2, call->in + 1);
    RL_TRY(rl_broadcast_inputs(call, &ndim, sizes));
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 1, dtype);
    rl_read_as(result, 2, dtype);
    return rl_output(result, 0, dtype, dtype, ndim, sizes);
}

static rl_status where_forward(rl_call *call) {
    return rl_elementwise(4, (rl_tensor *[]){call->y[0], call->x[0], call->x[1], call->x[2]}, rl_where_loop((rl_dtype)call->y[0]->dtype), NULL);
}

VJP(where) {
    GRADIENT(1, rl_where(INPUT_0, GRAD, rl_number(0)));
    GRADIENT(2, rl_where(INPUT_0, rl_number(0), GRAD));
}
const rl_op rl_op_where = {.name = "where",
                           SCHEMA(where),
                           .grad_name = "Where",
                           .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                           .saves = {0, SAVE_INPUT(0), SAVE_INPUT(0)},
                           .infer = infer_where,
                           .forward = where_forward,
                           .vjp = where_vjp};

rl_tensor *rl_where(rl_tensor *condition, rl_tensor *a, rl_tensor *b) { return rl_apply_to(&rl_op_where, NULL, 3, (rl_tensor *[]){condition, a, b}); }

/* ---- clamp ----
 *
 * With numbers for bounds it is an op of one operand, the bounds being args; with tensors, an op of three. */

static int is_number(const rl_tensor *bound) { return !bound || bound->wrapped_number; }

static rl_scalar number_of(const rl_tensor *bound) {
    rl_scalar none = {RL_SCALAR_NONE, 0, 0};
    return bound ? rl_item(bound, 0) : none;
}

static rl_status canonicalize_clamp(rl_call *call) {
    if (call->n_in == 1 || !is_number(call->in[1]) || !is_number(call->in[2])) return RL_OK;
    for (int k = 0; k < 2; k++) call->args.s[k] = number_of(call->in[k + 1]);
    call->n_in = 1;
    return RL_OK;
}

static rl_status infer_clamp(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(call->n_in, call->in);
    const rl_scalar *bounds = call->args.s;
    if (call->n_in == 1 ? bounds[0].kind == RL_SCALAR_NONE && bounds[1].kind == RL_SCALAR_NONE : !call->in[1] && !call->in[2])
        return rl_fail("clamp() needs at least one of `min` and `max`");
    if (call->n_in == 1) dtype = rl_result_dtype_with_numbers(call->in[0], 2, bounds);
    result->variant = call->n_in == 1;
    return rl_infer_as(call, result, dtype, dtype);
}

static rl_status clamp_forward(rl_call *call) {
    if (call->n_in == 1) return rl_run_loops(call, &rl_clamp_loops, call->args.s);
    rl_tensor *y = call->y[0], *x = call->x[0], *low = call->x[1], *high = call->x[2];
    if (low && high && high->storage == y->storage) { /* the first pass writes over it */
        high = rl_tensor_new((rl_dtype)y->dtype, high->ndim, high->sizes);
        if (!high) return RL_FAILED;
        RL_TRY(rl_copy_data(high, call->x[2]));
    }
    if (low) RL_TRY(rl_elementwise(3, (rl_tensor *[]){y, x, low}, rl_maximum_loops.of[y->dtype], NULL));
    return high ? rl_elementwise(3, (rl_tensor *[]){y, low ? y : x, high}, rl_minimum_loops.of[y->dtype], NULL) : RL_OK;
}

static rl_tensor *both_true(rl_tensor *a, rl_tensor *b) { return !a ? b : !b ? a : rl_logical_and(a, b); }

/* The gradient passes to x where it was within the bounds, the bounds included; else to the bound that replaced it. */
VJP(clamp) {
    if (v->n_in == 1) {
        GRADIENT(0, rl_pass_within(GRAD, INPUT_0, v->args->s));
        return;
    }
    rl_tensor *low = INPUT_1, *high = INPUT_2, *nothing = rl_number(0);
    GRADIENT(0, rl_where(both_true(low ? rl_ge(INPUT_0, low) : NULL, high ? rl_le(INPUT_0, high) : NULL), GRAD, nothing));
    if (low) GRADIENT(1, rl_where(both_true(rl_lt(INPUT_0, low), high ? rl_lt(low, high) : NULL), GRAD, nothing));
    if (high) GRADIENT(2, rl_where(low ? rl_logical_or(rl_gt(INPUT_0, high), rl_lt(high, low)) : rl_gt(INPUT_0, high), GRAD, nothing));
}
const rl_op rl_op_clamp = {
    .name = "clamp",
    SCHEMA(clamp),
    .grad_name = "Clamp",
    .traits = RL_BROADCASTS | RL_ELEMENTWISE,
    .saves = {SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_INPUT(2), SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_INPUT(2), SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_INPUT(2)},
    .canonicalize = canonicalize_clamp,
    .infer = infer_clamp,
    .forward = clamp_forward,
    .vjp = clamp_vjp};

rl_tensor *rl_clamp(rl_tensor *x, rl_scalar low, rl_scalar high) {
    rl_args args = RL_ARGS_NONE;
    args.s[0] = low;
    args.s[1] = high;
    return rl_apply_to(&rl_op_clamp, &args, 1, &x);
}

/* clamp_min and clamp_max: one bound, which the graph knows by another name */
#define ONE_BOUND(op, grad, loops, passes, misses)                                                     \
    static rl_status infer_##op(const rl_call *call, rl_result *result) {                              \
        result->variant = !call->in[1]->wrapped_number;                                                \
        return rl_infer_elementwise(call, result);                                                     \
    }                                                                                                  \
    static rl_status op##_forward(rl_call *call) { return rl_run_loops(call, loops, NULL); }           \
    VJP(op) {                                                                                          \
        GRADIENT(0, rl_where(passes(INPUT_0, INPUT_1), GRAD, rl_number(0)));                           \
        GRADIENT(1, rl_where(misses(INPUT_0, INPUT_1), GRAD, rl_number(0)));                           \
    }                                                                                                  \
    const rl_op rl_op_##op = {.name = #op,                                                             \
                              SCHEMA(op),                                                              \
                              .grad_name = grad,                                                       \
                              .traits = RL_BROADCASTS | RL_ELEMENTWISE,                                \
                              .saves = {SAVE_INPUT(0) | SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)}, \
                              .infer = infer_##op,                                                     \
                              .forward = op##_forward,                                                 \
                              .vjp = op##_vjp};

ONE_BOUND(clamp_min, "ClampMin", &rl_maximum_loops, rl_ge, rl_lt)
ONE_BOUND(clamp_max, "ClampMax", &rl_minimum_loops, rl_le, rl_gt)

/* ---- lerp: from a to b by a weight ---- */

/* A number as the weight becomes an argument. */
static rl_status canonicalize_lerp(rl_call *call) {
    if (call->n_in == 2 || !call->in[2]->wrapped_number) return RL_OK;
    call->args.s[0] = rl_item(call->in[2], 0);
    call->n_in = 2;
    return RL_OK;
}

static rl_status infer_lerp(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(2, call->in);
    result->variant = call->n_in == 3;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("lerp() is not defined for %s tensors", rl_dtype_name(dtype));
    return rl_infer_as(call, result, dtype, dtype);
}

static rl_status lerp_forward(rl_call *call) {
    rl_tensor *y = call->y[0], *weight = call->n_in == 3 ? call->x[2] : rl_tensor_scalar((rl_dtype)y->dtype, call->args.s[0]);
    return weight ? rl_elementwise(4, (rl_tensor *[]){y, call->x[0], call->x[1], weight}, rl_lerp_loops.of[y->dtype], NULL) : RL_FAILED;
}

VJP(lerp) {
    const rl_scalar *weight = &v->args->s[0];
    int is_number = v->n_in == 2;
    GRADIENT(0, is_number ? rl_mul_number(GRAD, 1 - weight->as_double) : rl_mul(GRAD, rl_number_minus(1, rl_as_result(v, 2))));
    GRADIENT(1, is_number ? rl_mul_number(GRAD, weight->as_double) : rl_mul(GRAD, INPUT_2));
    if (!is_number) GRADIENT(2, rl_mul(GRAD, rl_sub(INPUT_1, INPUT_0)));
}
const rl_op rl_op_lerp = {.name = "lerp",
                          SCHEMA(lerp),
                          .grad_name = "Lerp",
                          .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                          .saves = {SAVE_INPUT(2), SAVE_INPUT(2), SAVE_INPUT(0) | SAVE_INPUT(1)},
                          .canonicalize = canonicalize_lerp,
                          .infer = infer_lerp,
                          .forward = lerp_forward,
                          .vjp = lerp_vjp};

/* ---- addcmul, addcdiv: a + value * b * c, a + value * b / c ---- */

static rl_status canonicalize_value(rl_call *call) {
    rl_scalar *value = &call->args.s[0];
    if (value->kind == RL_SCALAR_NONE) *value = rl_scalar_int(1);
    return RL_OK;
}

static rl_status value_fits(const rl_call *call) {
    rl_scalar value = call->args.s[0];
    if (!rl_scalar_is_whole(value) && !rl_dtype_is_inexact(rl_result_dtype(3, call->in)))
        return rl_fail("`value` must be an integer when the tensors are integers; it is %g", value.as_double);
    return RL_OK;
}

static rl_status infer_addcmul(const rl_call *call, rl_result *result) {
    RL_TRY(value_fits(call));
    return rl_infer_elementwise(call, result);
}

static rl_status infer_addcdiv(const rl_call *call, rl_result *result) {
    rl_dtype dtype = rl_result_dtype(3, call->in);
    if (!rl_dtype_is_floating(dtype)) return rl_fail("addcdiv() divides, so it needs floating tensors, not %s", rl_dtype_name(dtype));
    return infer_addcmul(call, result);
}

static rl_status addcmul_forward(rl_call *call) { return rl_run_loops(call, &rl_addcmul_loops, call->args.s); }
static rl_status addcdiv_forward(rl_call *call) { return rl_run_loops(call, &rl_addcdiv_loops, call->args.s); }

VJP(addcmul) {
    double value = v->args->s[0].as_double;
    GRADIENT(0, GRAD);
    GRADIENT(1, rl_mul(GRAD, rl_mul_number(rl_as_result(v, 2), value)));
    GRADIENT(2, rl_mul(GRAD, rl_mul_number(rl_as_result(v, 1), value)));
}
const rl_op rl_op_addcmul = {.name = "addcmul",
                             SCHEMA(addcmul),
                             .grad_name = "Addcmul",
                             .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                             .saves = {0, SAVE_INPUT(2), SAVE_INPUT(1)},
                             .canonicalize = canonicalize_value,
                             .infer = infer_addcmul,
                             .forward = addcmul_forward,
                             .vjp = addcmul_vjp};

VJP(addcdiv) {
    double value = v->args->s[0].as_double;
    GRADIENT(0, GRAD);
    rl_tensor *c = rl_as_result(v, 2);
    GRADIENT(1, rl_mul_number(rl_div(GRAD, c), value));
    GRADIENT(2, rl_mul(GRAD, rl_mul_number(rl_div(rl_as_result(v, 1), rl_mul(c, c)), -value)));
}
const rl_op rl_op_addcdiv = {.name = "addcdiv",
                             SCHEMA(addcdiv),
                             .grad_name = "Addcdiv",
                             .traits = RL_BROADCASTS | RL_ELEMENTWISE,
                             .saves = {SAVE_INPUT(2), SAVE_INPUT(2), SAVE_INPUT(1) | SAVE_INPUT(2)},
                             .canonicalize = canonicalize_value,
                             .infer = infer_addcdiv,
                             .forward = addcdiv_forward,
                             .vjp = addcdiv_vjp};
