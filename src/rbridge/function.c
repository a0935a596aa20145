/* Functions of the user's with a derivative of the user's: autograd_function().
 *
 * R runs forward() outside any graph; ffi_function_outputs() then makes one node for all of it. The node keeps a call object, a list
 * that R/autograd-function.R makes:
 *
 *   context   what forward and backward know as ctx
 *   backward  the function
 *   inputs    the names of the arguments that are tensors
 *   saved     what ctx$save_for_backward() was given
 *   versions  of the tensors among that, as they were when forward ended
 *   outputs   which output each of them is, from 1, or 0
 *
 * Note [Outputs]
 * An output handed to the user is another tensor than the one forward() made, over the same storage: what the context keeps of
 * forward() has no history and so never keeps its own node alive. When the derivative is to be differentiated itself, a saved
 * output is given its node for the time of backward(). Only a tensor changed in place is handed out as it is. */
#include "../transforms/autograd/engine.h"
#include "../transforms/forward/forward.h"

#include <string.h>

#include "entries.h"

enum { SAVED = 3, VERSIONS, OUTPUTS };

static SEXP call_of(const rl_node *node) { return node->host ? TAG((SEXP)node->host) : R_NilValue; }

static void release_call(void *host) { rb_release_later(host); }

typedef struct {
    rl_vjp *v;
    SEXP call, result;
} backward_call;

static rl_tensor *raw_tensor(SEXP x) { return rb_is_tensor(x) ? rb_unwrap(x, "value") : NULL; }

static double version_of(SEXP x) {
    rl_tensor *tensor = raw_tensor(x);
    return tensor && tensor->storage ? (double)tensor->storage->version : -1;
}

static rl_status check_versions(SEXP call) {
    SEXP saved = VECTOR_ELT(call, SAVED), versions = VECTOR_ELT(call, VERSIONS);
    for (R_xlen_t k = 0; k < Rf_xlength(saved) && k < Rf_xlength(versions); k++) {
        if (version_of(VECTOR_ELT(saved, k)) != REAL(versions)[k])
            return rl_fail("value %d of ctx$save_for_backward() has been modified by an in-place operation since forward() saved it", (int)k + 1);
    }
    return RL_OK;
}

/* Note [Outputs] */
static SEXP saved_for(rl_node *node, SEXP call) {
    SEXP saved = VECTOR_ELT(call, SAVED), outputs = VECTOR_ELT(call, OUTPUTS);
    if (!rl_grad_enabled() || Rf_isNull(saved) || Rf_isNull(outputs)) return saved;
    saved = PROTECT(Rf_shallow_duplicate(saved));
    for (R_xlen_t k = 0; k < XLENGTH(saved); k++) {
        int output = INTEGER(outputs)[k];
        if (!output) continue;
        rl_tensor *alias = rl_tensor_alias(raw_tensor(VECTOR_ELT(saved, k)));
        if (!alias || !rl_autograd_of(alias)) break;
        rl_set_history(alias, node, output - 1);
        SEXP handle = rb_wrap(alias);
        if (rl_failing()) break;
        SET_VECTOR_ELT(saved, k, handle);
    }
    UNPROTECT(1);
    return saved;
}

static SEXP call_backward(void *data) {
    backward_call *b = data;
    rl_vjp *v = b->v;
    SEXP gradients = PROTECT(Rf_allocVector(VECSXP, v->n_out));
    for (int k = 0; k < v->n_out; k++) {
        rl_tensor *gradient = v->g[k] ? v->g[k] : rl_zeros(v->out[k].dtype, v->out[k].ndim, v->out[k].sizes);
        if (gradient) SET_VECTOR_ELT(gradients, k, rb_wrap(gradient));
    }
    SEXP saved = PROTECT(saved_for(v->node, b->call));
    SEXP call = PROTECT(Rf_lang4(Rf_install("run_backward"), b->call, gradients, saved));
    SEXP value = PROTECT(Rf_eval(call, rb_namespace()));
    for (int k = 0; k < v->n_in; k++) {
        rl_tensor *gradient = raw_tensor(VECTOR_ELT(value, k));
        if (v->needs[k] && gradient && gradient->storage) v->dx[k] = rl_scope_own(rl_retain(gradient));
    }
    UNPROTECT(4);
    return R_NilValue;
}

/* A gradient may be larger by broadcasting than its input, as those of the ops may. */
static void function_vjp(rl_vjp *v) {
    backward_call b = {v, PROTECT(call_of(v->node)), R_NilValue};
    if (Rf_isNull(b.call))
        rl_fail("the graph has been freed: call backward() with retain_graph = TRUE to go through the graph a second time");
    else if (check_versions(b.call) == RL_OK)
        rb_protect(call_backward, &b);
    for (int k = 0; k < v->n_in && !rl_failing(); k++) {
        int ndim;
        int64_t sizes[RL_MAX_DIMS];
        rl_tensor *g = v->dx[k];
        const rl_signature *in = &v->in[k];
        if (!g || (g->ndim == in->ndim && (in->ndim == 0 || memcmp(g->sizes, in->sizes, (size_t)in->ndim * sizeof *in->sizes) == 0))) continue;
        int broadcasts = g->ndim >= in->ndim && rl_broadcast_sizes(g->ndim, g->sizes, in->ndim, in->sizes, &ndim, sizes) == RL_OK;
        if (broadcasts) broadcasts = memcmp(sizes, g->sizes, (size_t)ndim * sizeof *sizes) == 0;
        if (broadcasts) {
            v->dx[k] = rl_sum_to_size(g, in->ndim, in->sizes);
        } else {
            rl_error_clear();
            rl_fail("backward() returned a gradient of shape %s for `%s`, which has shape %s", rl_sizes_text(g->ndim, g->sizes),
                    rb_text(STRING_ELT(VECTOR_ELT(b.call, 2), k)), rl_sizes_text(in->ndim, in->sizes));
        }
    }
    UNPROTECT(1);
}

static const rl_op function_op = {.name = "autograd_function", .grad_name = "AutogradFunction", .vjp = function_vjp, .release = release_call};

/* ---- after forward() ---- */

static int stands_among(const rl_tensor *tensor, int n, rl_tensor *const *tensors) {
    for (int k = 0; k < n; k++)
        if (tensors[k] == tensor) return 1;
    return 0;
}

typedef struct {
    int n_in, n_out, n_dirty, n_plain;
    rl_tensor **in, **made, **dirty, **plain, **out;
} function_run;

static rl_status choose_outputs(function_run *f, int graphed) {
    for (int k = 0; k < f->n_out; k++) {
        rl_tensor *made = f->made[k];
        if (!stands_among(made, f->n_dirty, f->dirty)) {
            f->out[k] = rl_tensor_alias(made);
            if (!f->out[k]) return RL_FAILED;
            f->out[k]->wrapped_number = 0;
            continue;
        }
        f->out[k] = made;
        if (!graphed || !rl_requires_grad(made)) continue;
        rl_tensor *base = made->autograd->base;
        if (rl_is_leaf(made) || (base && rl_requires_grad(base) && rl_is_leaf(base)))
            return rl_fail("forward() changed a leaf that requires gradients in place, or a view of one; change a copy");
    }
    return RL_OK;
}

static rl_status connect_outputs(function_run *f, SEXP call) {
    rl_signature *signatures = rl_scope_memory((size_t)f->n_out + 1, sizeof *signatures);
    if (!signatures) return RL_FAILED;
    for (int k = 0; k < f->n_out; k++) signatures[k] = rl_signature_of(f->out[k]);
    rl_node *node = rl_node_new(&function_op, f->n_in, f->in, f->n_out, signatures, NULL);
    if (!node) return RL_FAILED;
    node->host = rb_keep(call);
    rl_status status = RL_OK;
    for (int k = 0; k < f->n_out && status == RL_OK; k++) {
        rl_tensor *out = f->out[k];
        if (!rl_dtype_is_floating((rl_dtype)out->dtype) || stands_among(f->made[k], f->n_plain, f->plain)) continue;
        status = rl_autograd_of(out) ? RL_OK : RL_FAILED;
        if (status == RL_OK) rl_set_history(out, node, k);
        if (status == RL_OK && out->autograd->base) status = rl_rebase(out);
    }
    rl_node_release(node);
    return status;
}

/* Which of the saved values are outputs; one that is handed out as it is, is kept as an alias. Note [Outputs] */
static rl_status link_saved(const function_run *f, SEXP call) {
    SEXP saved = VECTOR_ELT(call, SAVED);
    R_xlen_t n = Rf_xlength(saved);
    SEXP versions = Rf_allocVector(REALSXP, n), outputs;
    SET_VECTOR_ELT(call, VERSIONS, versions);
    SET_VECTOR_ELT(call, OUTPUTS, outputs = Rf_allocVector(INTSXP, n));
    for (R_xlen_t k = 0; k < n; k++) {
        rl_tensor *tensor = raw_tensor(VECTOR_ELT(saved, k));
        REAL(versions)[k] = version_of(VECTOR_ELT(saved, k));
        INTEGER(outputs)[k] = 0;
        for (int i = 0; tensor && i < f->n_out; i++) {
            int dirty = f->out[i] == tensor;
            if (f->made[i] != tensor || stands_among(tensor, f->n_plain, f->plain) || (!dirty && stands_among(tensor, f->n_in, f->in))) continue;
            INTEGER(outputs)[k] = i + 1;
            if (dirty) {
                SEXP alias = rb_wrap(rl_tensor_alias(tensor));
                if (rl_failing()) return RL_FAILED;
                SET_VECTOR_ELT(saved, k, alias);
            }
            break;
        }
    }
    return RL_OK;
}

static rl_status read_made(SEXP made, int *n, rl_tensor ***tensors) {
    int single = TYPEOF(made) != VECSXP;
    for (R_xlen_t k = 0; k < (single ? 1 : XLENGTH(made)); k++) {
        SEXP one = single ? made : VECTOR_ELT(made, k);
        if (!rb_is_tensor(one)) return rl_fail("forward() must return a tensor or a list of tensors; its value %d is %s", (int)k + 1, rb_kind_of(one));
        if (!rb_unwrap(one, "the value of forward()")) return RL_FAILED;
    }
    return rb_tensors(made, "made", n, tensors);
}

static rl_status run_function(function_run *f, SEXP record, SEXP inputs, SEXP made, SEXP dirty, SEXP plain) {
    int graphed = 0;
    RL_TRY(rb_tensors(inputs, "inputs", &f->n_in, &f->in));
    RL_TRY(read_made(made, &f->n_out, &f->made));
    RL_TRY(rb_tensors(dirty, "mark_dirty", &f->n_dirty, &f->dirty));
    RL_TRY(rb_tensors(plain, "mark_non_differentiable", &f->n_plain, &f->plain));
    f->out = rl_scope_memory((size_t)f->n_out + 1, sizeof *f->out);
    if (!f->out) return RL_FAILED;
    for (int k = 0; k < f->n_in; k++)
        if (rl_forward_follows(f->in[k]))
            return rl_fail("jvp() needs the derivative forwards, and an autograd_function() has it backwards only; use gradient() or vjp()");
    for (int k = 0; k < f->n_in; k++) graphed |= rl_grad_enabled() && rl_requires_grad(f->in[k]);
    RL_TRY(choose_outputs(f, graphed));
    if (!graphed) return RL_OK;
    RL_TRY(link_saved(f, record));
    return connect_outputs(f, record);
}

SEXP ffi_function_outputs(SEXP record, SEXP inputs, SEXP made, SEXP dirty, SEXP plain) {
    rb_call call = rb_begin();
    function_run f = {0};
    if (run_function(&f, record, inputs, made, dirty, plain) != RL_OK) return rb_end(call, R_NilValue);
    SEXP result = PROTECT(rb_wrap_list(f.n_out, f.out));
    for (int k = 0; k < f.n_out && !rl_failing(); k++)
        if (f.out[k] == f.made[k]) SET_VECTOR_ELT(result, k, TYPEOF(made) == VECSXP ? VECTOR_ELT(made, k) : made);
    result = rb_end(call, result);
    UNPROTECT(1);
    return result;
}
