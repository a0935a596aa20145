/* Transforms of functions: levels of forward mode, and what R gives and asks of them. */
#include "../transforms/autograd/engine.h"
#include "../transforms/forward/forward.h"
#include "entries.h"

static SEXP evaluate_level(void *frame) { return Rf_eval(Rf_install("code"), frame); }

static void end_level(void *level) { rl_forward_end(level); }

/* Evaluates `code` of the R function that calls, at a new level. */
SEXP ffi_with_forward(SEXP call, SEXP op, SEXP arguments, SEXP frame) {
    (void)call, (void)op, (void)arguments;
    rb_call begun = rb_begin();
    rl_forward *level = rl_forward_begin();
    rb_end(begun, R_NilValue);
    return R_ExecWithCleanup(evaluate_level, frame, end_level, level);
}

SEXP ffi_forward_dual(SEXP x, SEXP tangent) {
    rb_call call = rb_begin();
    rl_tensor *value = rb_unwrap(x, "x"), *along = value ? rb_unwrap(tangent, "v") : NULL;
    rl_tensor *dual = along ? rl_forward_dual(value, along) : NULL;
    return rb_end(call, rb_wrap(dual));
}

/* NULL: there is none. */
SEXP ffi_forward_tangent(SEXP y) {
    rb_call call = rb_begin();
    rl_tensor *value = rb_unwrap(y, "y"), *tangent = value ? rl_forward_tangent(value) : NULL;
    return rb_end(call, tangent ? rb_wrap(tangent) : R_NilValue);
}

/* Whether a graph or a level of forward mode is still to be told what is computed from x. */
SEXP ffi_is_followed(SEXP x) {
    rb_call call = rb_begin();
    rl_tensor *value = rb_unwrap(x, "x");
    return rb_end(call, Rf_ScalarLogical(value && rl_is_followed(value)));
}

SEXP ffi_reaches_other_leaves(SEXP outputs, SEXP leaves) {
    rb_call call = rb_begin();
    rl_tensor **roots, **known;
    int n_roots, n_known, reaches = 0;
    rl_status status = rb_tensors(outputs, "outputs", &n_roots, &roots);
    if (status == RL_OK) status = rb_tensors(leaves, "inputs", &n_known, &known);
    if (status == RL_OK) rl_reaches_other_leaves(n_roots, roots, n_known, known, &reaches);
    return rb_end(call, Rf_ScalarLogical(reaches));
}

/* The inputs of a transform that has ended. */
SEXP ffi_end_leaves(SEXP inputs) {
    rb_call call = rb_begin();
    rl_tensor **leaves;
    int n = 0;
    if (rb_tensors(inputs, "inputs", &n, &leaves) != RL_OK) n = 0;
    for (int k = 0; k < n; k++)
        if (leaves[k]->autograd) leaves[k]->autograd->ended = 1;
    return rb_end(call, R_NilValue);
}
