/* Steps of optimisers, and what is done to all gradients of a list of parameters. None of it is part of a graph. */
#include "../optim/optimizer.h"

#include <math.h>
#include <string.h>

#include "../ops/ops.h"
#include "../tensor/interrupt.h"
#include "entries.h"

static rl_tensor *gradient_of(const rl_tensor *parameter) {
    rl_tensor *gradient = parameter->autograd ? parameter->autograd->grad : NULL;
    return gradient && gradient->storage ? gradient : NULL;
}

/* Of several lists of R's: a parameter's state is list(step, ...), in its attribute "state". */
static SEXP state_of_parameter(SEXP parameter) {
    static SEXP symbol;
    if (!symbol) symbol = Rf_install("state");
    return Rf_getAttrib(parameter, symbol);
}

/* Counts the step up; NULL if the state is not one that such an optimiser keeps. */
static double *step_in(SEXP state, int n_memory) {
    if (TYPEOF(state) != VECSXP || XLENGTH(state) < 1 + n_memory) return NULL;
    rl_tensor *count = rb_is_tensor(VECTOR_ELT(state, 0)) ? rb_unwrap(VECTOR_ELT(state, 0), "step") : NULL;
    return count && count->dtype == RL_DOUBLE && count->numel == 1 ? rl_host_data(count) : NULL;
}

static rl_status step_one(const rl_optimizer *optimizer, const double *settings, SEXP handle, rl_tensor *parameter) {
    if (!optimizer->n_memory) return rl_optimizer_step(optimizer, settings, 1, parameter, gradient_of(parameter), NULL);
    SEXP state = state_of_parameter(handle);
    rl_tensor *memory[RL_MAX_MEMORY];
    double *step = step_in(state, optimizer->n_memory);
    if (!step) return rl_fail("the state of a parameter is not one of this optimiser");
    for (int k = 0; k < optimizer->n_memory; k++)
        if (!(memory[k] = rb_unwrap(VECTOR_ELT(state, 1 + k), "state"))) return RL_FAILED;
    RL_TRY(rl_optimizer_step(optimizer, settings, *step + 1, parameter, gradient_of(parameter), memory));
    ++*step;
    return RL_OK;
}

/* What remembers nothing, as gradient descent, keeps no state. */
static int lacks_state(const rl_optimizer *optimizer, SEXP handle, const rl_tensor *parameter) {
    return optimizer->n_memory && gradient_of(parameter) && Rf_isNull(state_of_parameter(handle));
}

static rl_status read_parameters(SEXP list, int *n, rl_tensor ***parameters) { return rb_tensors(list, "params", n, parameters); }

/* ffi_optimizer_step(name, params, settings): the places of those that have a gradient and no state yet, if there are any; otherwise steps all. */
SEXP ffi_optimizer_step(SEXP name, SEXP params, SEXP settings) {
    rb_call call = rb_begin();
    const rl_optimizer *optimizer = rl_optimizer_named(CHAR(STRING_ELT(name, 0)));
    rl_tensor **parameters;
    int n, n_new = 0;
    if (!optimizer || TYPEOF(settings) != REALSXP || XLENGTH(settings) != optimizer->n_settings) rl_fail("the settings are not those of an optimiser");
    if (rl_failing() || read_parameters(params, &n, &parameters) != RL_OK) return rb_end(call, R_NilValue);
    for (int k = 0; k < n; k++) n_new += lacks_state(optimizer, VECTOR_ELT(params, k), parameters[k]);
    SEXP places = PROTECT(Rf_allocVector(INTSXP, n_new));
    for (int k = 0, at = 0; k < n && n_new; k++)
        if (lacks_state(optimizer, VECTOR_ELT(params, k), parameters[k])) INTEGER(places)[at++] = k + 1;
    const int before = rl_set_listening(0); /* no parameter is left halfway */
    for (int k = 0; k < n && !n_new && !rl_failing(); k++)
        if (gradient_of(parameters[k])) step_one(optimizer, REAL(settings), VECTOR_ELT(params, k), parameters[k]);
    rl_set_listening(before);
    SEXP result = rb_end(call, places);
    UNPROTECT(1);
    return result;
}

/* ffi_zero_gradients(params, set_to_none) */
SEXP ffi_zero_gradients(SEXP params, SEXP set_to_none) {
    rb_call call = rb_begin();
    rl_tensor **parameters;
    int64_t lets_go;
    int n;
    if (rb_flag(set_to_none, "set_to_none", &lets_go) != RL_OK || read_parameters(params, &n, &parameters) != RL_OK) return rb_end(call, R_NilValue);
    for (int k = 0; k < n; k++) {
        rl_tensor *gradient = gradient_of(parameters[k]);
        if (!gradient) continue;
        if (lets_go) {
            parameters[k]->autograd->grad = NULL;
            rl_release(gradient);
            continue;
        }
        if (rl_requires_grad(gradient)) rl_set_history(gradient, NULL, 0);
        if (rl_overlaps_itself(gradient)) {
            rl_fail("the gradient of a parameter is an expanded tensor, which cannot be set to zero; use set_to_none = TRUE");
            break;
        }
        rl_fill_elements(gradient, rl_scalar_double(0));
        gradient->storage->version++;
    }
    return rb_end(call, R_NilValue);
}

/* ---- clipping ---- */

/* Of the numbers so far and another one; NaN stays. */
static double add_to_norm(double sum, double norm, double p) {
    if (isinf(p)) return p > 0 ? (norm > sum || isnan(norm) ? norm : sum) : (norm < sum || isnan(norm) ? norm : sum);
    return sum + (p == 0 ? norm != 0 : pow(norm, p));
}

static rl_status norm_of_all(int n, rl_tensor *const *parameters, rl_scalar p, double *norm) {
    const double order = p.as_double;
    double sum = order < 0 && isinf(order) ? INFINITY : 0;
    rl_args args = RL_ARGS_NONE;
    args.s[0] = p;
    for (int k = 0; k < n; k++) {
        rl_tensor *gradient = gradient_of(parameters[k]);
        if (!gradient) continue;
        rl_scope scope = rl_scope_enter();
        rl_tensor *own = rl_apply_to(&rl_op_vector_norm, &args, 1, &gradient);
        if (own) sum = add_to_norm(sum, rl_item(own, 0).as_double, order);
        rl_scope_leave(scope);
        if (!own) return RL_FAILED;
    }
    *norm = isinf(order) || order == 0 ? sum : pow(sum, 1 / order);
    return RL_OK;
}

static rl_status clip_norm(int n, rl_tensor *const *parameters, double largest, rl_scalar p, rl_tensor **result) {
    double norm;
    RL_TRY(norm_of_all(n, parameters, p, &norm));
    rl_dtype dtype = rl_default_dtype();
    const double factor = largest / (norm + 1e-6);
    for (int k = n; k-- > 0;) {
        rl_tensor *gradient = gradient_of(parameters[k]);
        if (!gradient) continue;
        dtype = (rl_dtype)gradient->dtype;
        if (!(factor >= 1) && !rl_apply_in_place(&rl_op_mul, NULL, 2, (rl_tensor *[]){gradient, rl_number(factor)})) return RL_FAILED;
    }
    *result = rl_tensor_scalar(dtype, rl_scalar_double(norm));
    return RL_OK;
}

static rl_status clip_value(int n, rl_tensor *const *parameters, double bound) {
    rl_args args = RL_ARGS_NONE;
    args.s[0] = rl_scalar_double(-bound);
    args.s[1] = rl_scalar_double(bound);
    for (int k = 0; k < n; k++) {
        rl_tensor *gradient = gradient_of(parameters[k]);
        if (gradient && !rl_apply_in_place(&rl_op_clamp, &args, 1, &gradient)) return RL_FAILED;
    }
    return RL_OK;
}

/* ffi_clip_norm(parameters, max_norm, norm_type): the norm of all gradients together, as it was */
SEXP ffi_clip_norm(SEXP list, SEXP max_norm, SEXP norm_type) {
    rb_call call = rb_begin();
    rl_tensor **parameters, *result = NULL;
    rl_scalar largest, p;
    int n;
    if (rb_number(max_norm, "max_norm", &largest) == RL_OK && rb_number(norm_type, "norm_type", &p) == RL_OK &&
        rb_tensors(list, "parameters", &n, &parameters) == RL_OK) {
        const int before = rl_set_grad_enabled(0);
        clip_norm(n, parameters, largest.as_double, p, &result);
        rl_set_grad_enabled(before);
    }
    return rb_end(call, rb_wrap(result));
}

/* ffi_clip_value(parameters, clip_value) */
SEXP ffi_clip_value(SEXP list, SEXP value) {
    rb_call call = rb_begin();
    rl_tensor **parameters;
    rl_scalar bound;
    int n;
    if (rb_number(value, "clip_value", &bound) == RL_OK && rb_tensors(list, "parameters", &n, &parameters) == RL_OK) {
        const int before = rl_set_grad_enabled(0);
        clip_value(n, parameters, bound.as_double);
        rl_set_grad_enabled(before);
    }
    return rb_end(call, R_NilValue);
}
