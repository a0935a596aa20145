/* Random tensors and the generators they come from. */
#include "../kernels/copy.h"
#include "../kernels/random.h"
#include "../tensor/interrupt.h"

#include "entries.h"
#include "generator.h"

/* ---- filling ---- */

/* Dimensions from the one that lies widest in memory to the closest. */
static void memory_order(const rl_tensor *x, int *order) {
    for (int d = 0; d < x->ndim; d++) {
        int at = d;
        for (; at > 0 && x->strides[order[at - 1]] < x->strides[d]; at--) order[at] = order[at - 1];
        order[at] = d;
    }
}

/* The elements of `drawn`, which lie one after the other, put to where they stand in a tensor that lies in memory as `model` does. */
static rl_tensor *in_memory_order(rl_tensor *drawn, const rl_tensor *model) {
    int order[RL_MAX_DIMS];
    int64_t strides[RL_MAX_DIMS], stride = 1;
    memory_order(model, order);
    for (int k = model->ndim - 1; k >= 0; k--) {
        strides[order[k]] = stride;
        stride *= model->sizes[order[k]];
    }
    return rl_tensor_view(drawn, model->ndim, model->sizes, strides, 0);
}

/* Draws for a tensor that lies in memory as `model` does. */
static rl_status fill(rl_generator *generator, const rl_distribution *distribution, rl_tensor *to, const rl_tensor *model) {
    if (to->numel == 0) return RL_OK;
    if (rl_is_contiguous(to) && rl_is_contiguous(model)) {
        rl_fill_random(generator, distribution, (rl_dtype)to->dtype, rl_data(to), to->numel, 1);
        return RL_OK;
    }
    rl_tensor *drawn = rl_tensor_new((rl_dtype)to->dtype, to->ndim, to->sizes);
    if (!drawn) return RL_FAILED;
    rl_fill_random(generator, distribution, (rl_dtype)to->dtype, rl_data(drawn), to->numel, rl_is_contiguous(model));
    rl_tensor *ordered = in_memory_order(drawn, model);
    if (!ordered) return RL_FAILED;
    rl_copy_elements(to, ordered);
    return RL_OK;
}

/* Fills in place and ends the entry; where the tensor takes part in a graph, that is told of it. */
static SEXP finish_in_place(rb_call call, SEXP self, SEXP generator, rl_distribution distribution, const char *what) {
    rl_tensor *tensor = rl_failing() ? NULL : rb_unwrap(self, "self");
    rl_generator *source = tensor ? rb_generator(generator) : NULL;
    int any_number = distribution.kind == RL_INTEGERS || distribution.kind == RL_BERNOULLI || distribution.kind == RL_GEOMETRIC;
    if (!source) return rb_end(call, self);
    if (!any_number && !rl_dtype_is_floating((rl_dtype)tensor->dtype))
        rl_fail("%s() needs a floating tensor, not %s", what, rl_dtype_name((rl_dtype)tensor->dtype));
    else if (rl_overlaps_itself(tensor))
        rl_fail("%s() would write some elements of an expanded tensor more than once; use $clone() first", what);
    else if (rl_grad_enabled() && rl_requires_grad(tensor) && rl_is_leaf(tensor))
        rl_fail("%s() would change a leaf that requires gradients; do it within with_no_grad(), or on a copy", what);
    else if (!tensor->autograd) {
        int listening = rl_set_listening(0);
        fill(source, &distribution, tensor, tensor);
        rl_set_listening(listening);
        tensor->storage->version++;
    } else {
        rl_tensor *drawn = rl_tensor_new((rl_dtype)tensor->dtype, tensor->ndim, tensor->sizes);
        if (drawn && fill(source, &distribution, drawn, tensor) == RL_OK) rl_apply_in_place(&rl_op_copy, NULL, 2, (rl_tensor *[]){tensor, drawn});
    }
    return rb_end(call, self);
}

static rl_distribution read_two(int kind, SEXP a, const char *name_a, SEXP b, const char *name_b) {
    rl_scalar first = {RL_SCALAR_NONE, 0, 0}, second = {RL_SCALAR_NONE, 0, 0};
    if (rb_number(a, name_a, &first) == RL_OK) rb_number(b, name_b, &second);
    return (rl_distribution){.kind = kind, .a = first.as_double, .b = second.as_double};
}

SEXP ffi_uniform_(SEXP self, SEXP from, SEXP to, SEXP generator) {
    rb_call call = rb_begin();
    rl_distribution d = read_two(RL_UNIFORM, from, "from", to, "to");
    if (!(d.a <= d.b)) rl_fail("`from` must not be greater than `to`; they are %g and %g", d.a, d.b);
    return finish_in_place(call, self, generator, d, "uniform_");
}

SEXP ffi_normal_(SEXP self, SEXP mean, SEXP std, SEXP generator) {
    rb_call call = rb_begin();
    rl_distribution d = read_two(RL_NORMAL, mean, "mean", std, "std");
    if (!(d.b >= 0)) rl_fail("`std` must not be negative; it is %g", d.b);
    return finish_in_place(call, self, generator, d, "normal_");
}

SEXP ffi_log_normal_(SEXP self, SEXP mean, SEXP std, SEXP generator) {
    rb_call call = rb_begin();
    rl_distribution d = read_two(RL_LOG_NORMAL, mean, "mean", std, "std");
    if (!(d.b > 0)) rl_fail("`std` must be positive; it is %g", d.b);
    return finish_in_place(call, self, generator, d, "log_normal_");
}

SEXP ffi_cauchy_(SEXP self, SEXP median, SEXP sigma, SEXP generator) {
    rb_call call = rb_begin();
    return finish_in_place(call, self, generator, read_two(RL_CAUCHY, median, "median", sigma, "sigma"), "cauchy_");
}

SEXP ffi_exponential_(SEXP self, SEXP lambd, SEXP generator) {
    rb_call call = rb_begin();
    rl_distribution d = read_two(RL_EXPONENTIAL, lambd, "lambd", lambd, "lambd");
    if (!(d.a >= 0)) rl_fail("`lambd` must not be negative; it is %g", d.a);
    return finish_in_place(call, self, generator, d, "exponential_");
}

SEXP ffi_geometric_(SEXP self, SEXP p, SEXP generator) {
    rb_call call = rb_begin();
    rl_distribution d = read_two(RL_GEOMETRIC, p, "p", p, "p");
    if (!(d.a > 0 && d.a < 1)) rl_fail("`p` must lie between 0 and 1, neither of them; it is %g", d.a);
    return finish_in_place(call, self, generator, d, "geometric_");
}

/* A number p for all elements; tensors of probabilities go by ffi_bernoulli_tensor(). */
SEXP ffi_bernoulli_(SEXP self, SEXP p, SEXP generator) {
    rb_call call = rb_begin();
    rl_distribution d = read_two(RL_BERNOULLI, p, "p", p, "p");
    if (!(d.a >= 0 && d.a <= 1)) rl_fail("`p` must lie between 0 and 1; it is %g", d.a);
    d.b = 1;
    return finish_in_place(call, self, generator, d, "bernoulli_");
}

static int64_t largest_integer(rl_dtype dtype) {
    if (dtype == RL_BOOL) return 1;
    if (rl_dtype_is_floating(dtype)) return INT64_C(1) << (dtype == RL_DOUBLE ? 53 : dtype == RL_FLOAT ? 24 : dtype == RL_HALF ? 11 : 8);
    return dtype == RL_UINT8 ? 255 : (int64_t)((UINT64_C(1) << (8 * rl_dtype_size(dtype) - 1)) - 1);
}

/* from .. to - 1; without `to`, up to what the dtype holds; without both, all of that from 0. */
static rl_distribution distribution_of_integers(rl_dtype dtype, SEXP from, SEXP to) {
    int64_t low = 0, high = 0;
    if (Rf_isNull(from) && Rf_isNull(to)) return rl_integers_of(dtype);
    if (!Rf_isNull(from)) rb_integer(from, "from", &low);
    if (Rf_isNull(to))
        high = largest_integer(dtype);
    else if (!rl_failing() && rb_integer(to, "to", &high) == RL_OK)
        high--;
    if (!rl_failing() && low > high)
        rl_fail("the lower bound, %lld, must be less than the upper, %lld", (long long)low, (long long)high + 1);
    else if (!rl_failing() && !rl_dtype_is_floating(dtype)) {
        int64_t least = dtype == RL_BOOL || dtype == RL_UINT8 ? 0 : -largest_integer(dtype) - 1;
        if (low < least || high > largest_integer(dtype))
            rl_fail("%s does not hold all integers from %lld to %lld", rl_dtype_name(dtype), (long long)low, (long long)high);
    }
    return rl_integers_between(dtype, low, (uint64_t)high - (uint64_t)low + 1);
}

SEXP ffi_random_(SEXP self, SEXP from, SEXP to, SEXP generator) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    rl_distribution d = {.kind = RL_INTEGERS};
    if (tensor) d = distribution_of_integers((rl_dtype)tensor->dtype, from, to);
    return finish_in_place(call, self, generator, d, "random_");
}

/* ---- making ---- */

static SEXP finish_new(rb_call call, rl_tensor *made, SEXP generator, rl_distribution distribution, SEXP requires_grad) {
    int64_t gradients;
    SEXP result = R_NilValue;
    rl_generator *source = made && !rl_failing() ? rb_generator(generator) : NULL;
    if (source && rb_flag(requires_grad, "requires_grad", &gradients) == RL_OK) {
        fill(source, &distribution, made, made);
        if (gradients) rl_set_requires_grad(made, 1);
        result = rb_wrap(made);
    }
    return rb_end(call, result);
}

static rl_tensor *empty(SEXP size, SEXP dtype, int any_number) {
    rl_ints sizes;
    rl_dtype wanted;
    if (rb_integers(size, "size", &sizes) != RL_OK || rb_dtype(dtype, "dtype", &wanted) != RL_OK) return NULL;
    if (wanted == RL_NO_DTYPE) wanted = rl_default_dtype();
    if (any_number || rl_dtype_is_floating(wanted)) return rl_tensor_new(wanted, sizes.length, sizes.values);
    rl_fail("`dtype` must be floating for these random numbers, not %s", rl_dtype_name(wanted));
    return NULL;
}

SEXP ffi_rand(SEXP size, SEXP dtype, SEXP requires_grad, SEXP generator) {
    rb_call call = rb_begin();
    return finish_new(call, empty(size, dtype, 0), generator, (rl_distribution){.kind = RL_UNIFORM, .b = 1}, requires_grad);
}

SEXP ffi_randn(SEXP size, SEXP dtype, SEXP requires_grad, SEXP generator) {
    rb_call call = rb_begin();
    return finish_new(call, empty(size, dtype, 0), generator, (rl_distribution){.kind = RL_NORMAL, .b = 1}, requires_grad);
}

SEXP ffi_randint(SEXP low, SEXP high, SEXP size, SEXP dtype, SEXP requires_grad, SEXP generator) {
    rb_call call = rb_begin();
    rl_tensor *made = empty(size, dtype, 1);
    rl_distribution d = {.kind = RL_INTEGERS};
    if (made) d = distribution_of_integers((rl_dtype)made->dtype, low, high);
    return finish_new(call, made, generator, d, requires_grad);
}

SEXP ffi_randperm(SEXP n, SEXP dtype, SEXP requires_grad, SEXP generator) {
    rb_call call = rb_begin();
    rl_generator *source = rb_generator(generator);
    rl_dtype wanted;
    int64_t length, gradients;
    SEXP result = R_NilValue;
    if (source && rb_integer(n, "n", &length) == RL_OK && rb_dtype(dtype, "dtype", &wanted) == RL_OK &&
        rb_flag(requires_grad, "requires_grad", &gradients) == RL_OK) {
        rl_tensor *made = length < 0 ? NULL : rl_tensor_new(RL_INT64, 1, &length);
        if (length < 0) rl_fail("`n` must not be negative; it is %lld", (long long)length);
        if (made) rl_random_permutation(source, rl_data(made), length);
        if (made && wanted != RL_NO_DTYPE) made = rl_to_dtype(made, wanted);
        if (made && gradients) rl_set_requires_grad(made, 1);
        if (made) result = rb_wrap(made);
    }
    return rb_end(call, result);
}

/* ---- sampling by a tensor of parameters ---- */

/* Float or double, contiguous: as the kernels read it. */
static rl_tensor *parameters(SEXP x, const char *argument) {
    rl_tensor *tensor = rb_as_tensor(x, argument);
    if (!tensor) return NULL;
    if (!rl_dtype_is_floating((rl_dtype)tensor->dtype)) {
        rl_fail("`%s` must be a floating tensor", argument);
        return NULL;
    }
    rl_tensor *dense = rl_tensor_new(tensor->dtype == RL_DOUBLE ? RL_DOUBLE : RL_FLOAT, tensor->ndim, tensor->sizes);
    return dense && rl_copy_data(dense, tensor) == RL_OK ? dense : NULL;
}

static SEXP finish(rb_call call, rl_tensor *tensor, rl_dtype dtype) {
    SEXP result = R_NilValue;
    if (tensor && !rl_failing()) {
        rl_tensor *converted = (rl_dtype)tensor->dtype == dtype ? tensor : rl_tensor_new(dtype, tensor->ndim, tensor->sizes);
        if (converted && converted != tensor) rl_copy_data(converted, tensor);
        result = rb_wrap(converted);
    }
    return rb_end(call, result);
}

/* 1 with the probability that stands at each place of a tensor. */
SEXP ffi_bernoulli_tensor(SEXP probabilities, SEXP generator) {
    rb_call call = rb_begin();
    rl_generator *source = rb_generator(generator);
    rl_tensor *p = source ? parameters(probabilities, "self") : NULL, *drawn = p ? rl_tensor_new(RL_BOOL, p->ndim, p->sizes) : NULL;
    if (drawn) rl_random_bernoulli(source, drawn, p);
    return finish(call, drawn, drawn && rb_is_tensor(probabilities) ? (rl_dtype)rb_unwrap(probabilities, "self")->dtype : RL_FLOAT);
}

/* The same, written over a tensor that the probabilities broadcast to. */
SEXP ffi_bernoulli_tensor_(SEXP self, SEXP probabilities, SEXP generator) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self"), *p = tensor ? rb_unwrap(probabilities, "p") : NULL;
    rl_generator *source = p ? rb_generator(generator) : NULL;
    if (source && !rl_dtype_is_floating((rl_dtype)p->dtype))
        rl_fail("bernoulli_() needs `p` between 0 and 1, a floating tensor");
    else if (source) {
        rl_tensor *laid_out = rl_tensor_new(p->dtype == RL_DOUBLE ? RL_DOUBLE : RL_FLOAT, tensor->ndim, tensor->sizes);
        rl_tensor *drawn = laid_out ? rl_tensor_new(RL_BOOL, tensor->ndim, tensor->sizes) : NULL;
        rl_tensor *spread = drawn ? rl_expand_to(p, tensor->ndim, tensor->sizes) : NULL, *ordered = spread ? in_memory_order(laid_out, tensor) : NULL;
        if (ordered && rl_copy_data(ordered, spread) == RL_OK && rl_random_bernoulli(source, drawn, laid_out) == RL_OK &&
            (ordered = in_memory_order(drawn, tensor)))
            rl_apply_in_place(&rl_op_copy, NULL, 2, (rl_tensor *[]){tensor, ordered});
    }
    return rb_end(call, self);
}

SEXP ffi_poisson(SEXP rates, SEXP generator) {
    rb_call call = rb_begin();
    rl_generator *source = rb_generator(generator);
    rl_tensor *rate = source ? parameters(rates, "self") : NULL, *drawn = rate ? rl_tensor_new((rl_dtype)rate->dtype, rate->ndim, rate->sizes) : NULL;
    if (drawn) rl_random_poisson(source, drawn, rate);
    return finish(call, drawn, drawn && rb_is_tensor(rates) ? (rl_dtype)rb_unwrap(rates, "self")->dtype : RL_FLOAT);
}

/* Positions, counted from 1. */
SEXP ffi_multinomial(SEXP weights, SEXP count, SEXP replacement, SEXP generator) {
    rb_call call = rb_begin();
    rl_generator *source = rb_generator(generator);
    rl_tensor *weight = source ? parameters(weights, "self") : NULL, *drawn = NULL;
    int64_t n, again;
    if (weight && rb_integer(count, "num_samples", &n) == RL_OK && rb_flag(replacement, "replacement", &again) == RL_OK) {
        int64_t sizes[2] = {weight->ndim == 2 ? weight->sizes[0] : n, n};
        if (weight->ndim < 1 || weight->ndim > 2)
            rl_fail("`self` must be a vector of weights, or a matrix with such a vector in each row; it has %d dimensions", weight->ndim);
        else if (n < 1)
            rl_fail("`num_samples` must be 1 or more; it is %lld", (long long)n);
        else if (weight->sizes[weight->ndim - 1] == 0)
            rl_fail("`self` has no weights to choose by");
        else if ((drawn = rl_tensor_new(RL_INT64, weight->ndim, sizes)) && rl_random_choices(source, drawn, weight, (int)again) == RL_OK)
            for (int64_t k = 0; k < drawn->numel; k++) ((int64_t *)rl_data(drawn))[k]++;
    }
    return finish(call, drawn, RL_INT64);
}

/* What a tensor is multiplied with by dropout: 0 with probability p, 1 / (1 - p) otherwise. */
SEXP ffi_dropout_noise(SEXP input, SEXP p) {
    rb_call call = rb_begin();
    rl_tensor *model = rb_unwrap(input, "input");
    rl_scalar dropped;
    rl_distribution d = {.kind = RL_BERNOULLI};
    if (model && rb_number(p, "p", &dropped) == RL_OK) {
        if (!rl_dtype_is_floating((rl_dtype)model->dtype))
            rl_fail("`input` must be a floating tensor");
        else
            d.a = 1 - dropped.as_double;
        d.b = model->dtype == RL_FLOAT ? (double)(1.0f / (float)d.a) : 1 / d.a;
    }
    return finish_new(call, rl_failing() ? NULL : rl_tensor_new_like(model, (rl_dtype)model->dtype), R_NilValue, d, Rf_ScalarLogical(FALSE));
}

/* The slopes of rrelu(): 1 where a number is positive, elsewhere between the bounds. */
SEXP ffi_rrelu_noise(SEXP input, SEXP lower, SEXP upper, SEXP generator) {
    rb_call call = rb_begin();
    rl_generator *source = rb_generator(generator);
    rl_tensor *x = source ? parameters(input, "self") : NULL;
    rl_distribution d = read_two(RL_UNIFORM, lower, "lower", upper, "upper");
    for (int64_t k = 0; x && !rl_failing() && k < x->numel; k++) {
        float *single = (float *)rl_data(x) + k;
        double *wide = (double *)rl_data(x) + k;
        double slope = (x->dtype == RL_FLOAT ? *single <= 0 : *wide <= 0) ? rl_random_uniform(source) * (d.b - d.a) + d.a : 1;
        if (x->dtype == RL_FLOAT)
            *single = (float)slope;
        else
            *wide = slope;
    }
    return finish(call, x, x ? (rl_dtype)rb_unwrap(input, "self")->dtype : RL_FLOAT);
}
