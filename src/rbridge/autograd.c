/* The graph, as R drives it and sees it. */
#include "../transforms/autograd/engine.h"

#include <inttypes.h>
#include <stdio.h>

#include "entries.h"

static SEXP node_class;

static void finalize_node(SEXP handle) {
    rl_node *node = R_ExternalPtrAddr(handle);
    R_ClearExternalPtr(handle);
    rl_node_release(node);
}

SEXP rb_wrap_node(rl_node *node) {
    if (!node_class) {
        R_PreserveObject(node_class = Rf_mkString("torch_node"));
        MARK_NOT_MUTABLE(node_class);
    }
    SEXP handle = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(handle, finalize_node, FALSE);
    Rf_setAttrib(handle, R_ClassSymbol, node_class);
    R_SetExternalPtrAddr(handle, rl_node_retain(node));
    UNPROTECT(1);
    return handle;
}

static rl_node *unwrap_node(SEXP x) {
    rl_node *node = TYPEOF(x) == EXTPTRSXP && Rf_inherits(x, "torch_node") ? R_ExternalPtrAddr(x) : NULL;
    if (!node) rl_fail("this is no gradient function of this R session");
    return node;
}

SEXP ffi_node_name(SEXP self) {
    rb_call call = rb_begin();
    char name[256] = "";
    rl_node *node = unwrap_node(self);
    if (node) rl_node_name(node, name, sizeof name);
    return rb_end(call, Rf_mkString(name));
}

SEXP ffi_node_next(SEXP self) {
    rb_call call = rb_begin();
    rl_node *node = unwrap_node(self);
    SEXP next = PROTECT(Rf_allocVector(VECSXP, node ? node->n_in : 0));
    for (int k = 0; node && k < node->n_in; k++)
        if (node->edges[k].node) SET_VECTOR_ELT(next, k, rb_wrap_node(node->edges[k].node));
    UNPROTECT(1);
    return rb_end(call, next);
}

/* Where the node is: to tell one from another. */
SEXP ffi_node_id(SEXP self) {
    rb_call call = rb_begin();
    char text[32];
    snprintf(text, sizeof text, "0x%" PRIxPTR, (uintptr_t)unwrap_node(self));
    return rb_end(call, Rf_mkString(text));
}

/* The shapes of what the node's function returned. */
SEXP ffi_node_shapes(SEXP self) {
    rb_call call = rb_begin();
    rl_node *node = unwrap_node(self);
    SEXP shapes = PROTECT(Rf_allocVector(VECSXP, node ? node->n_out : 0));
    for (int k = 0; node && k < node->n_out; k++) {
        SEXP shape = Rf_allocVector(REALSXP, node->out[k].ndim);
        SET_VECTOR_ELT(shapes, k, shape);
        for (int d = 0; d < node->out[k].ndim; d++) REAL(shape)[d] = (double)node->out[k].sizes[d];
    }
    UNPROTECT(1);
    return rb_end(call, shapes);
}

/* A list of tensors, or one, as an array of the scope's; NULL entries stay NULL. */
rl_status rb_tensors(SEXP list, const char *argument, int *n, rl_tensor ***tensors) {
    int single = TYPEOF(list) != VECSXP;
    *n = single ? 1 : Rf_length(list);
    *tensors = rl_scope_memory((size_t)*n + 1, sizeof **tensors);
    if (!*tensors) return RL_FAILED;
    for (int k = 0; k < *n; k++) {
        SEXP one = single ? list : VECTOR_ELT(list, k);
        (*tensors)[k] = Rf_isNull(one) ? NULL : rb_unwrap_any(one, argument);
        if (rl_failing()) return RL_FAILED;
    }
    return RL_OK;
}

static rl_status read_roots(rl_backward_call *pass, SEXP roots, SEXP gradients) {
    int n = 0;
    RL_TRY(rb_tensors(roots, "outputs", &pass->n_roots, &pass->roots));
    for (int k = 0; k < pass->n_roots; k++)
        if (!pass->roots[k]) return rl_fail("`outputs` must be tensors, not NULL");
    if (!Rf_length(gradients)) return RL_OK;
    RL_TRY(rb_tensors(gradients, "gradient", &n, &pass->gradients));
    return n == pass->n_roots ? RL_OK : rl_fail("%d gradients were given for %d tensors", n, pass->n_roots);
}

static rl_status read_backward_inputs(rl_backward_call *pass, SEXP inputs) {
    RL_TRY(rb_tensors(inputs, "inputs", &pass->n_inputs, &pass->inputs));
    pass->captured = rl_scope_memory((size_t)pass->n_inputs + 1, sizeof *pass->captured);
    if (!pass->captured) return RL_FAILED;
    for (int k = 0; k < pass->n_inputs; k++) {
        pass->captured[k] = NULL;
        if (!pass->inputs[k] || !rl_requires_grad(pass->inputs[k]))
            return rl_fail("input %d does not require gradients, so there is none with respect to it", k + 1);
    }
    return RL_OK;
}

static void warn_of_graph(void) {
    SEXP call = PROTECT(Rf_lang1(Rf_install("warn_of_graph")));
    Rf_eval(call, rb_namespace());
    UNPROTECT(1);
}

static rl_status run_pass(rl_backward_call *pass, SEXP keep_graph, SEXP create_graph, SEXP inputs, SEXP allow_unused) {
    int64_t keep, create, unused = 1;
    RL_TRY(rb_flag(create_graph, "create_graph", &create));
    keep = create;
    if (!Rf_isNull(keep_graph)) RL_TRY(rb_flag(keep_graph, "retain_graph", &keep));
    if (!Rf_isNull(inputs)) {
        pass->accumulate = Rf_isNull(allow_unused);
        if (!pass->accumulate) RL_TRY(rb_flag(allow_unused, "allow_unused", &unused));
        RL_TRY(read_backward_inputs(pass, inputs));
    }
    pass->keep_graph = (int)keep;
    pass->create_graph = (int)create;
    if (create && (pass->accumulate || !pass->n_inputs)) warn_of_graph();
    RL_TRY(rl_backward(pass));
    for (int k = 0; k < pass->n_inputs && !unused; k++)
        if (!pass->captured[k])
            return rl_fail("input %d was not used in computing the outputs; pass allow_unused = TRUE to get an undefined gradient for it", k + 1);
    return RL_OK;
}

/* inputs NULL: gradients go to the leaves. allow_unused NULL: they go to the inputs' own; otherwise they are returned in a list. */
SEXP ffi_backward(SEXP roots, SEXP gradients, SEXP keep_graph, SEXP create_graph, SEXP inputs, SEXP allow_unused) {
    rb_call call = rb_begin();
    rl_backward_call pass = {0};
    rl_status status = read_roots(&pass, roots, gradients);
    if (status == RL_OK) status = run_pass(&pass, keep_graph, create_graph, inputs, allow_unused);
    if (status != RL_OK) rb_failed_in = "backward";
    int returns = status == RL_OK && pass.n_inputs && !pass.accumulate;
    return rb_end(call, returns ? rb_wrap_list(pass.n_inputs, pass.captured) : R_NilValue);
}

SEXP ffi_set_grad_enabled(SEXP enabled) {
    rb_call call = rb_begin();
    int64_t wanted = 1;
    int before = rl_grad_enabled();
    if (rb_flag(enabled, "enabled", &wanted) == RL_OK) rl_set_grad_enabled((int)wanted);
    return rb_end(call, Rf_ScalarLogical(before));
}

SEXP ffi_grad_enabled(void) { return Rf_ScalarLogical(rl_grad_enabled()); }

SEXP ffi_is_undefined(SEXP x) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_is_tensor(x) ? rb_unwrap_any(x, "x") : NULL;
    return rb_end(call, Rf_ScalarLogical(Rf_isNull(x) || (tensor && !tensor->storage)));
}

SEXP ffi_requires_grad_(SEXP self, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    int64_t wanted;
    if (tensor && rb_flag(requires_grad, "requires_grad", &wanted) == RL_OK) rl_set_requires_grad(tensor, (int)wanted);
    return rb_end(call, self);
}

SEXP ffi_retain_grad(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    if (tensor) rl_retain_grad(tensor);
    return rb_end(call, R_NilValue);
}

SEXP ffi_retains_grad(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap_any(self, "self");
    return rb_end(call, Rf_ScalarLogical(tensor && tensor->autograd && tensor->autograd->retains_grad));
}

SEXP ffi_output_nr(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap_any(self, "self");
    return rb_end(call, Rf_ScalarInteger(tensor && rl_requires_grad(tensor) ? tensor->autograd->output_nr : 0));
}

SEXP ffi_detach(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap_any(self, "self");
    return rb_end(call, rb_wrap(tensor ? rl_tensor_alias(tensor) : NULL));
}

SEXP ffi_detach_(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap_any(self, "self");
    if (tensor && tensor->autograd) {
        if (tensor->autograd->base)
            rl_fail("detach_() cannot be used on a view; use $detach()");
        else
            rl_set_history(tensor, NULL, 0);
    }
    return rb_end(call, self);
}
