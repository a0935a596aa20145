/* Numbers drawn by a tensor of parameters. */
#include "../kernels/copy.h"
#include "random.h"

/* Float or double, contiguous: as the kernels read it. */
static rl_status read_parameters(const rl_call *call, rl_result *result) {
    const rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("`self` must be a floating tensor");
    rl_read_as(result, 0, rl_computed_in(dtype));
    rl_read_contiguous(result, 0);
    return rl_set_outputs(result, 1);
}

/* Of what is drawn: that of the parameters; a number has none. */
static rl_dtype drawn_dtype(const rl_tensor *parameters) { return parameters->wrapped_number ? rl_default_dtype() : (rl_dtype)parameters->dtype; }

/* What is drawn steps from one value to another, so its derivative by the parameters is 0. */
VJP(parameters) { GRADIENT(0, ZEROS(0)); }

/* ---- bernoulli: 1 with the probability that stands at each place ---- */

static rl_status infer_bernoulli(const rl_call *call, rl_result *result) {
    const rl_tensor *p = call->in[0];
    RL_TRY(read_parameters(call, result));
    return rl_output(result, 0, drawn_dtype(p), RL_BOOL, p->ndim, p->sizes);
}

static rl_status bernoulli_forward(rl_call *call) { return rl_random_bernoulli(rl_generator_of(call), call->y[0], call->x[0]); }
const rl_op rl_op_bernoulli = {
    .name = "bernoulli", SCHEMA(bernoulli), .grad_name = "Bernoulli", .infer = infer_bernoulli, .forward = bernoulli_forward, .vjp = parameters_vjp};

/* The same, written over a tensor that the probabilities broadcast to, in its order of memory. */
static rl_status infer_bernoulli_tensor(const rl_call *call, rl_result *result) {
    const rl_tensor *self = call->in[0], *p = call->in[1];
    if (!rl_dtype_is_floating((rl_dtype)p->dtype)) return rl_fail("bernoulli_() needs `p` between 0 and 1, a floating tensor");
    if (!rl_broadcasts_to(p->ndim, p->sizes, self->ndim, self->sizes))
        return rl_fail("bernoulli_(): `p` of shape %s does not fit the tensor, which has shape %s", rl_sizes_text(p->ndim, p->sizes),
                       rl_sizes_text(self->ndim, self->sizes));
    result->variant = 1;
    rl_read_as(result, 1, rl_computed_in((rl_dtype)p->dtype));
    rl_read_apart(result, 1);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output_like(result, 0, (rl_dtype)self->dtype, self);
}

static rl_status bernoulli_tensor_forward(rl_call *call) {
    rl_tensor *p = call->x[1], *y = call->y[0];
    rl_tensor *laid_out = rl_tensor_new((rl_dtype)p->dtype, y->ndim, y->sizes), *drawn = rl_tensor_new(RL_BOOL, y->ndim, y->sizes);
    if (!laid_out || !drawn) return RL_FAILED;
    rl_tensor *probabilities = rl_in_memory_order(laid_out, y), *ordered = rl_in_memory_order(drawn, y);
    if (!probabilities || !ordered) return RL_FAILED;
    rl_copy_elements(probabilities, p);
    RL_TRY(rl_random_bernoulli(rl_generator_of(call), drawn, laid_out));
    return rl_failing() ? RL_FAILED : rl_copy_data(y, ordered);
}

VJP(bernoulli_tensor) {
    GRADIENT(0, ZEROS(0));
    GRADIENT(1, ZEROS(1));
}
const rl_op rl_op_bernoulli_tensor = {.name = "bernoulli",
                                      SCHEMA(bernoulli_tensor),
                                      .grad_name = "Bernoulli",
                                      .traits = RL_ELEMENTWISE,
                                      .infer = infer_bernoulli_tensor,
                                      .forward = bernoulli_tensor_forward,
                                      .vjp = bernoulli_tensor_vjp};

/* ---- poisson ---- */

static rl_status infer_by_parameters(const rl_call *call, rl_result *result) {
    const rl_tensor *parameters = call->in[0];
    RL_TRY(read_parameters(call, result));
    return rl_output(result, 0, drawn_dtype(parameters), rl_computed_in((rl_dtype)parameters->dtype), parameters->ndim, parameters->sizes);
}

static rl_status poisson_forward(rl_call *call) { return rl_random_poisson(rl_generator_of(call), call->y[0], call->x[0]); }
const rl_op rl_op_poisson = {
    .name = "poisson", SCHEMA(poisson), .grad_name = "Poisson", .infer = infer_by_parameters, .forward = poisson_forward, .vjp = parameters_vjp};

/* ---- standard_gamma: by shapes; distr_gamma() gives it a derivative ---- */

static rl_status standard_gamma_forward(rl_call *call) { return rl_random_gamma(rl_generator_of(call), call->y[0], call->x[0]); }
const rl_op rl_op_standard_gamma = {.name = "standard_gamma", SCHEMA(standard_gamma), .infer = infer_by_parameters, .forward = standard_gamma_forward};

/* ---- multinomial: indices, counted from 1 ---- */

enum { SAMPLES, REPLACEMENT };

static rl_status infer_multinomial(const rl_call *call, rl_result *result) {
    const rl_tensor *weights = call->in[0];
    const int64_t n = call->args.n[SAMPLES], sizes[2] = {weights->ndim == 2 ? weights->sizes[0] : n, n};
    RL_TRY(read_parameters(call, result));
    if (weights->ndim < 1 || weights->ndim > 2)
        return rl_fail("`self` must be a vector of weights, or a matrix with such a vector in each row; it has %d dimensions", weights->ndim);
    if (n < 1) return rl_fail("`num_samples` must be 1 or more; it is %lld", (long long)n);
    if (weights->sizes[weights->ndim - 1] == 0) return rl_fail("`self` has no weights to choose by");
    return rl_output(result, 0, RL_INT64, RL_INT64, weights->ndim, sizes);
}

static rl_status multinomial_forward(rl_call *call) {
    rl_tensor *drawn = call->y[0];
    RL_TRY(rl_random_choices(rl_generator_of(call), drawn, call->x[0], (int)call->args.n[REPLACEMENT]));
    for (int64_t k = 0; k < drawn->numel; k++) ((int64_t *)rl_host_data(drawn))[k]++;
    return RL_OK;
}
const rl_op rl_op_multinomial = {.name = "multinomial", SCHEMA(multinomial), .infer = infer_multinomial, .forward = multinomial_forward};

/* ---- rrelu_noise: the slopes of rrelu(), 1 where a number is positive, elsewhere between the bounds ---- */

static rl_status rrelu_noise_forward(rl_call *call) {
    const rl_tensor *x = call->x[0], *y = call->y[0];
    rl_generator *generator = rl_generator_of(call);
    const double low = call->args.s[0].as_double, high = call->args.s[1].as_double;
    for (int64_t k = 0; k < x->numel; k++) {
        int is_float = x->dtype == RL_FLOAT, falls = is_float ? ((float *)rl_host_data(x))[k] <= 0 : ((double *)rl_host_data(x))[k] <= 0;
        double slope = falls ? rl_random_uniform(generator) * (high - low) + low : 1;
        if (is_float)
            ((float *)rl_host_data(y))[k] = (float)slope;
        else
            ((double *)rl_host_data(y))[k] = slope;
    }
    return RL_OK;
}
const rl_op rl_op_rrelu_noise = {.name = "rrelu_noise", SCHEMA(rrelu_noise), .infer = infer_by_parameters, .forward = rrelu_noise_forward};
