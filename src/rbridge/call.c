#include "../tensor/faults.h"
#include "../tensor/interrupt.h"
#include "bridge.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static int depth; /* how many calls of R code by the core are under way */

/* Where R was going when it jumped out of such code, and the value that it took along. Made once, when the package is loaded: to allocate
 * is to let R collect, and R takes an interrupt at the end of a collection, which would jump over the core. Nested calls share it: a
 * core that is failing calls no R code, so a jump is gone on with before another one comes. */
static SEXP jump;
static int jump_is_kept;

void rb_call_init(void) { R_PreserveObject(jump = R_MakeUnwindCont()); }

static void forget_jump(void) {
    SETCAR(jump, R_NilValue);
    jump_is_kept = 0;
}

/* What C keeps of R: a list that is linked both ways, so that any cell of it is let go at once. CAR is the cell before, TAG the object. */
static SEXP kept;

SEXP rb_keep(SEXP object) {
    PROTECT(object);
    if (!kept) R_PreserveObject(kept = Rf_cons(R_NilValue, R_NilValue));
    SEXP cell = Rf_cons(kept, CDR(kept));
    SET_TAG(cell, object);
    SETCDR(kept, cell);
    if (CDR(cell) != R_NilValue) SETCAR(CDR(cell), cell);
    UNPROTECT(1);
    return cell;
}

static void let_go(SEXP cell) {
    SETCDR(CAR(cell), CDR(cell));
    if (CDR(cell) != R_NilValue) SETCAR(CDR(cell), CAR(cell));
    SET_TAG(cell, R_NilValue);
}

static struct {
    SEXP *items;
    size_t used, room;
} later;

void rb_release_later(SEXP cell) {
    if (later.used == later.room) {
        size_t room = later.room ? 2 * later.room : 64;
        SEXP *items = realloc(later.items, room * sizeof *items);
        if (!items) return; /* the object stays where it is: nothing can be done here, and nothing is broken */
        later.items = items;
        later.room = room;
    }
    later.items[later.used++] = cell;
}

/* Where on the stack the outermost entry stands that is under way, as far as is known: R may have jumped out of it. What is called
 * further down may be called from within it, by a finalizer that the collector runs, and leaves its scopes alone. */
static const char *outermost;

rb_call rb_begin(void) {
    const char *here = __builtin_frame_address(0);
    int is_outermost = depth == 0 && (!outermost || here >= outermost);
    if (is_outermost) {
        rl_scope_leave(0);
        rl_error_clear();
        rl_reset_interpreters();
        rl_set_listening(1);
        if (jump_is_kept) forget_jump();
        outermost = here;
    }
    if (rb_state_given_out) rb_state_forget();
    while (later.used) let_go(later.items[--later.used]);
    return (rb_call){rl_scope_enter(), is_outermost};
}

SEXP rb_namespace(void) {
    static SEXP namespace;
    if (!namespace) {
        SEXP package = PROTECT(Rf_mkString("rushlight"));
        R_PreserveObject(namespace = R_FindNamespace(package));
        UNPROTECT(1);
    }
    return namespace;
}

SEXP rb_package_value(const char *name) { return R_getVarEx(Rf_install(name), rb_namespace(), FALSE, R_NilValue); }

const char *rb_failed_in;

static void raise(void) {
    char message[2048];
    const char *op = rb_failed_in;
    rb_failed_in = NULL;
    strncpy(message, rl_error_message(), sizeof message - 1);
    message[sizeof message - 1] = 0;
    int in_host = rl_failed_in_host();
    rl_error_clear();
    if (in_host) R_ContinueUnwind(jump);
    SEXP text = PROTECT(Rf_ScalarString(Rf_mkCharCE(message, CE_UTF8)));
    SEXP name = PROTECT(op ? Rf_mkString(op) : R_NilValue);
    SEXP call = PROTECT(Rf_lang3(rb_package_value("raise_failure"), text, name));
    Rf_eval(call, R_BaseEnv);
    UNPROTECT(3);
    Rf_error("%s", message);
}

/* Work that does not listen is done: now R may jump. */
static SEXP answer_interrupt(SEXP result) {
    PROTECT(result);
    rl_interrupt_owed = 0;
    R_CheckUserInterrupt();
    UNPROTECT(1);
    return result;
}

SEXP rb_end(rb_call call, SEXP result) {
    if (call.is_outermost) outermost = NULL;
    if (!rl_failing()) {
        rl_scope_leave(call.scope);
        return rl_interrupt_owed && call.is_outermost ? answer_interrupt(result) : result;
    }
    if (depth == 0) rl_scope_leave(call.scope);
    raise();
    return R_NilValue;
}

/* R cleans up after its own jump before it comes back here; from here the core fails as it does for any other reason, and
 * raise() lets R go on when the entry ends. */
static void come_back(void *where, Rboolean jumped) {
    if (jumped) longjmp(*(jmp_buf *)where, 1);
}

SEXP rb_protect(SEXP (*code)(void *data), void *data) {
    if (rl_failing()) return NULL;
    jmp_buf here;
    const int depth_before = depth, grad_before = rl_grad_enabled(), untracked_before = rl_views_untracked;
    const rl_scope scope = rl_scope_enter();
    if (setjmp(here)) {
        if (rb_state_given_out) rb_state_forget();
        depth = depth_before;
        rl_set_grad_enabled(grad_before);
        rl_views_untracked = untracked_before;
        rl_scope_leave(scope);
        rl_error_clear();
        rl_reset_interpreters();
        jump_is_kept = 1;
        rl_fail_host();
        return NULL;
    }
    depth++;
    rl_views_untracked = 0;
    SEXP result = R_UnwindProtect(code, data, come_back, &here, jump);
    forget_jump(); /* R leaves the result there */
    if (rb_state_given_out) rb_state_forget();
    depth = depth_before;
    rl_set_grad_enabled(grad_before);
    rl_views_untracked = untracked_before;
    return result;
}

static SEXP check_interrupt(void *data) {
    (void)data;
    R_CheckUserInterrupt();
    return R_NilValue;
}

/* R's own check, so that handlers of interrupts run where they would in R code. */
rl_status rb_check_interrupt(void) { return rb_protect(check_interrupt, NULL) ? RL_OK : RL_FAILED; }
