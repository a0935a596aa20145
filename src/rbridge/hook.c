/* Hooks: functions of R that the engine calls on a gradient. What x$register_hook() returns can take the hook away again. */
#include "../transforms/autograd/engine.h"

#include "entries.h"

typedef struct {
    SEXP function;
    rl_tensor *gradient, *replaced;
} hook_call;

static SEXP evaluate_hook(void *data) {
    hook_call *hook = data;
    SEXP handle = PROTECT(rb_wrap(hook->gradient));
    SEXP call = PROTECT(Rf_lang3(Rf_install("run_hook"), hook->function, handle));
    SEXP value = PROTECT(Rf_eval(call, rb_namespace()));
    rl_tensor *tensor = rb_is_tensor(value) ? rb_unwrap_any(value, "gradient") : NULL;
    if (tensor && tensor->storage)
        hook->replaced = rl_scope_own(rl_retain(tensor));
    else if (!Rf_isNull(value))
        rl_fail("a hook must return a tensor, to replace the gradient, or NULL, to leave it; it returned %s",
                tensor ? "an undefined tensor" : rb_kind_of(value));
    UNPROTECT(3);
    return R_NilValue;
}

/* NULL leaves the gradient as it is: a hook may just look. */
static rl_tensor *call_hook(void *host, rl_tensor *gradient) {
    hook_call hook = {PROTECT(TAG((SEXP)host)), gradient, gradient};
    SEXP done = rb_protect(evaluate_hook, &hook);
    UNPROTECT(1);
    if (!done || rl_failing()) return NULL;
    return hook.replaced ? hook.replaced : gradient;
}

static void release_hook(void *host) { rb_release_later(host); }

static void finalize_watch(SEXP watch) {
    rl_hooks *hooks = R_ExternalPtrAddr(watch);
    R_ClearExternalPtr(watch);
    if (hooks) rl_hooks_unwatch(hooks);
}

SEXP ffi_register_hook(SEXP self, SEXP hook) {
    rb_call call = rb_begin();
    SEXP id = PROTECT(Rf_allocVector(REALSXP, 1));
    SEXP watch = PROTECT(R_MakeExternalPtr(NULL, id, R_NilValue));
    SEXP class = PROTECT(Rf_mkString("torch_hook"));
    Rf_setAttrib(watch, R_ClassSymbol, class);
    R_RegisterCFinalizerEx(watch, finalize_watch, FALSE);
    rl_tensor *tensor = rb_unwrap(self, "self");
    if (tensor && !Rf_isFunction(hook)) {
        rl_fail("`hook` must be a function of a gradient, not %s", rb_kind_of(hook));
    } else if (tensor) {
        int64_t number = 0;
        SEXP cell = rb_keep(hook);
        if (rl_add_hook(tensor, (rl_hook){.host = cell, .call = call_hook, .release = release_hook}, &number) == RL_OK)
            R_SetExternalPtrAddr(watch, rl_hooks_watch(tensor->autograd->hooks));
        else
            rb_release_later(cell);
        REAL(id)[0] = (double)number;
    }
    watch = rb_end(call, watch);
    UNPROTECT(3);
    return watch;
}

SEXP ffi_remove_hook(SEXP watch) {
    rb_call call = rb_begin();
    rl_hooks *hooks = TYPEOF(watch) == EXTPTRSXP ? R_ExternalPtrAddr(watch) : NULL;
    if (hooks) rl_remove_hook(hooks, (int64_t)REAL(R_ExternalPtrTag(watch))[0]);
    return rb_end(call, R_NilValue);
}
