/* Numbers drawn from a distribution: new tensors of them, and tensors that are filled with them in place. */
#include "random.h"

#include "../kernels/copy.h"

/* ---- filling ---- */

/* Dimensions from the one that lies widest in memory to the closest. */
static void memory_order(const rl_tensor *x, int *order) {
    for (int d = 0; d < x->ndim; d++) {
        int at = d;
        for (; at > 0 && x->strides[order[at - 1]] < x->strides[d]; at--) order[at] = order[at - 1];
        order[at] = d;
    }
}

rl_tensor *rl_in_memory_order(rl_tensor *drawn, const rl_tensor *model) {
    int order[RL_MAX_DIMS];
    int64_t strides[RL_MAX_DIMS], stride = 1;
    memory_order(model, order);
    for (int k = model->ndim - 1; k >= 0; k--) {
        strides[order[k]] = stride;
        stride *= model->sizes[order[k]];
    }
    return rl_tensor_view(drawn, model->ndim, model->sizes, strides, 0);
}

static rl_status draw(rl_call *call, rl_distribution distribution) {
    rl_tensor *to = call->y[0];
    rl_generator *generator = rl_generator_of(call);
    const rl_dtype dtype = (rl_dtype)to->dtype;
    if (to->numel == 0) return RL_OK;
    if (rl_is_contiguous(to)) {
        rl_fill_random(generator, &distribution, dtype, rl_host_data(to), to->numel, 1);
        return RL_OK;
    }
    rl_tensor *drawn = rl_tensor_new(dtype, to->ndim, to->sizes);
    if (!drawn) return RL_FAILED;
    rl_fill_random(generator, &distribution, dtype, rl_host_data(drawn), to->numel, 0);
    rl_tensor *ordered = rl_in_memory_order(drawn, to);
    return ordered ? rl_copy_data(to, ordered) : RL_FAILED;
}

/* ---- integers: from `low` to `high` - 1; without `high`, up to what the dtype holds; without both, all of that from 0 ---- */

static void integer_bounds(const rl_call *call, rl_dtype dtype, int64_t *low, int64_t *high) {
    const rl_scalar *s = call->args.s;
    *low = s[0].kind == RL_SCALAR_NONE ? 0 : s[0].as_int;
    *high = s[1].kind == RL_SCALAR_NONE ? rl_dtype_largest_integer(dtype) : (int64_t)((uint64_t)s[1].as_int - 1);
}

static rl_status check_integer_bounds(const rl_call *call, rl_dtype dtype) {
    int64_t low, high;
    integer_bounds(call, dtype, &low, &high);
    if (low > high || (call->args.s[1].kind != RL_SCALAR_NONE && call->args.s[1].as_int == INT64_MIN))
        return rl_fail("the lower bound, %lld, must be less than the upper, %lld", (long long)low, (long long)((uint64_t)high + 1));
    if (rl_dtype_is_floating(dtype)) return RL_OK;
    if (low < rl_dtype_least_integer(dtype) || high > rl_dtype_largest_integer(dtype))
        return rl_fail("%s does not hold all integers from %lld to %lld", rl_dtype_name(dtype), (long long)low, (long long)high);
    return RL_OK;
}

static rl_distribution integers(const rl_call *call) {
    const rl_dtype dtype = (rl_dtype)call->y[0]->dtype;
    int64_t low, high;
    if (call->args.s[0].kind == RL_SCALAR_NONE && call->args.s[1].kind == RL_SCALAR_NONE) return rl_integers_of(dtype);
    integer_bounds(call, dtype, &low, &high);
    return rl_integers_between(dtype, low, (uint64_t)high - (uint64_t)low + 1);
}

/* ---- new tensors ---- */

static rl_status infer_new(const rl_call *call, rl_result *result) {
    const rl_dtype dtype = rl_chosen_dtype(call);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, dtype, call->args.list[0].length, call->args.list[0].values);
}

static rl_status infer_new_floating(const rl_call *call, rl_result *result) {
    const rl_dtype dtype = rl_chosen_dtype(call);
    if (!rl_dtype_is_floating(dtype)) return rl_fail("`dtype` must be floating for these random numbers, not %s", rl_dtype_name(dtype));
    return infer_new(call, result);
}

static rl_status rand_forward(rl_call *call) { return draw(call, (rl_distribution){.kind = RL_UNIFORM, .b = 1}); }
static rl_status randn_forward(rl_call *call) { return draw(call, (rl_distribution){.kind = RL_NORMAL, .b = 1}); }
const rl_op rl_op_rand = {.name = "rand", SCHEMA(rand), .infer = infer_new_floating, .forward = rand_forward};
const rl_op rl_op_randn = {.name = "randn", SCHEMA(randn), .infer = infer_new_floating, .forward = randn_forward};

static rl_status infer_randint(const rl_call *call, rl_result *result) {
    RL_TRY(check_integer_bounds(call, rl_chosen_dtype(call)));
    return infer_new(call, result);
}

static rl_status draw_integers(rl_call *call) { return draw(call, integers(call)); }
const rl_op rl_op_randint = {.name = "randint", SCHEMA(randint), .infer = infer_randint, .forward = draw_integers};

static rl_status infer_randperm(const rl_call *call, rl_result *result) {
    const int64_t n = call->args.n[0];
    const rl_dtype dtype = call->args.dtype == RL_NO_DTYPE ? RL_INT64 : call->args.dtype;
    if (n < 0) return rl_fail("`n` must not be negative; it is %lld", (long long)n);
    if (n - 1 > rl_dtype_largest_integer(dtype))
        return rl_fail("`n` must be at most %lld, as %s holds no larger number; it is %lld", (long long)rl_dtype_largest_integer(dtype) + 1,
                       rl_dtype_name(dtype), (long long)n);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, RL_INT64, 1, &n);
}

static rl_status randperm_forward(rl_call *call) {
    rl_random_permutation(rl_generator_of(call), rl_host_data(call->y[0]), call->y[0]->numel);
    return RL_OK;
}
const rl_op rl_op_randperm = {.name = "randperm", SCHEMA(randperm), .infer = infer_randperm, .forward = randperm_forward};

/* ---- filled in place, or tensors like one ---- */

static rl_status infer_like(const rl_call *call, rl_result *result) {
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output_like(result, 0, (rl_dtype)call->in[0]->dtype, call->in[0]);
}

static rl_status infer_like_floating(const rl_call *call, rl_result *result) {
    const rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s%s() needs a floating tensor, not %s", call->op->name, call->inplace ? "_" : "", rl_dtype_name(dtype));
    return infer_like(call, result);
}

#define FIRST (call->args.s[0].as_double)
#define SECOND (call->args.s[1].as_double)

#define CHECK(holds, ...) ((holds) ? RL_OK : rl_fail(__VA_ARGS__))

/* What is drawn does not depend on what was there before. `check` is of the arguments; the distribution comes last. */
#define DRAW(op, op_name, grad, number, like, check, ...)                            \
    static rl_status infer_##op(const rl_call *call, rl_result *result) {            \
        result->variant = number;                                                    \
        RL_TRY(check);                                                               \
        return like(call, result);                                                   \
    }                                                                                \
    static rl_status op##_forward(rl_call *call) { return draw(call, __VA_ARGS__); } \
    VJP(op) { GRADIENT(0, ZEROS(0)); }                                               \
    const rl_op rl_op_##op = {                                                       \
        .name = op_name, SCHEMA(op), .grad_name = grad, .traits = RL_ELEMENTWISE, .infer = infer_##op, .forward = op##_forward, .vjp = op##_vjp};
#define DRAWN_FROM(name) ((rl_distribution){.kind = name, .a = FIRST, .b = SECOND})

DRAW(uniform, "uniform", "Uniform", 0, infer_like_floating, CHECK(FIRST <= SECOND, "`from` must not be greater than `to`; they are %g and %g", FIRST, SECOND),
     DRAWN_FROM(RL_UNIFORM))
DRAW(normal, "normal", "Normal", 0, infer_like_floating, CHECK(SECOND >= 0, "`std` must not be negative; it is %g", SECOND), DRAWN_FROM(RL_NORMAL))
DRAW(log_normal, "log_normal", "LogNormal", 0, infer_like_floating, CHECK(SECOND > 0, "`std` must be positive; it is %g", SECOND), DRAWN_FROM(RL_LOG_NORMAL))
DRAW(cauchy, "cauchy", "Cauchy", 0, infer_like_floating, RL_OK, DRAWN_FROM(RL_CAUCHY))
DRAW(exponential, "exponential", "Exponential", 0, infer_like_floating, CHECK(FIRST >= 0, "`lambd` must not be negative; it is %g", FIRST),
     DRAWN_FROM(RL_EXPONENTIAL))
DRAW(geometric, "geometric", "Geometric", 0, infer_like, CHECK(FIRST > 0 && FIRST < 1, "`p` must lie between 0 and 1, neither of them; it is %g", FIRST),
     DRAWN_FROM(RL_GEOMETRIC))
DRAW(bernoulli_number, "bernoulli", "Bernoulli", 2, infer_like, CHECK(FIRST >= 0 && FIRST <= 1, "`p` must lie between 0 and 1; it is %g", FIRST),
     (rl_distribution){.kind = RL_BERNOULLI, .a = FIRST, .b = 1})
DRAW(random, "random", "Random", 2, infer_like, check_integer_bounds(call, (rl_dtype)call->in[0]->dtype), integers(call))

/* ---- dropout_noise: 0 with probability p, 1 / (1 - p) otherwise ---- */

static rl_status infer_dropout_noise(const rl_call *call, rl_result *result) {
    return rl_dtype_is_floating((rl_dtype)call->in[0]->dtype) ? infer_like(call, result) : rl_fail("`input` must be a floating tensor");
}

static rl_status dropout_noise_forward(rl_call *call) {
    const double kept = 1 - FIRST;
    return draw(call, (rl_distribution){.kind = RL_BERNOULLI, .a = kept, .b = call->y[0]->dtype == RL_FLOAT ? (double)(1.0f / (float)kept) : 1 / kept});
}
const rl_op rl_op_dropout_noise = {.name = "dropout_noise", SCHEMA(dropout_noise), .infer = infer_dropout_noise, .forward = dropout_noise_forward};
