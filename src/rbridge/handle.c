/* Handles: external pointers of class torch_tensor.
 *
 * Note [Handles]
 * In its tag (Note [Saving] in state.c) a handle has a owner, which lets go of the tensor when the collector finds it to be garbage.
 * There are two kinds (configure chooses): a small vector from an allocator of our own, whose free callback runs inside the collector
 * and must not touch R (rb_release_later); or, where R offers packages no such allocator (from 4.6 on), an external pointer with a
 * finalizer, which takes longer. A finalizer's garbage is kept through another collection, but that is the owner alone.
 *
 * The collector must also feel how large a tensor is: where it matters, a vector of that size, never touched and so never backed by
 * memory, stands beside the owner. Only the first handle of a storage carries it, and where R cannot give it, none does.
 *
 * What is a tensor is told by its tag, not by the class, which costs a search. A handle that was read from a file or came from another
 * process has no address yet, and becomes one like all others when it is first used. */
#include "handle.h"

#include <R_ext/GraphicsEngine.h> /* BEGIN_SUSPEND_INTERRUPTS */
#include <R_ext/GraphicsDevice.h>
#include <R_ext/Rallocators.h>
#include <stdio.h>
#include <string.h>

#include "../tensor/platform.h"
#include "entries.h"

/* Below this, what R is told makes no difference. */
enum { GC_PRESSURE_BYTES = 65536 };

static SEXP first_tag;    /* what rushlight 0.1.0 had for a tag */
static SEXP tensor_class; /* the class attribute that all handles share */

SEXP ffi_untouched(SEXP bytes) { return Rf_allocVector(RAWSXP, (R_xlen_t)REAL(bytes)[0]); }

static SEXP evaluate_call(void *call) { return Rf_eval(call, R_BaseEnv); }
static SEXP give_up(SEXP condition, void *nothing) {
    (void)condition, (void)nothing;
    return R_NilValue;
}

/* Evaluates without a word of what fails. The quick way would run the user's options("error"). Either would take an interrupt for a
 * failure, so interrupts wait. */
static SEXP attempt(SEXP call) {
    int failed = 0;
    SEXP value;
    BEGIN_SUSPEND_INTERRUPTS {
        if (Rf_GetOption1(Rf_install("error")) != R_NilValue)
            value = R_tryCatchError(evaluate_call, call, give_up, NULL);
        else
            value = R_tryEvalSilent(call, R_BaseEnv, &failed);
        PROTECT(value = value && !failed ? value : R_NilValue);
    }
    END_SUSPEND_INTERRUPTS;
    UNPROTECT(1);
    return value;
}

/* Where address space is limited, most of it is for tensors. */
static int has_room(double bytes) { return rl_live.live_bytes + bytes < rl_address_space_limit() / 4; }

/* A raw vector for the collector to feel; NULL of R's where it cannot be had. */
static SEXP untouched(double bytes) {
    static SEXP entry, function;
    if (!has_room(bytes)) return R_NilValue;
    if (!entry) {
        R_PreserveObject(entry = rb_package_value("ffi_untouched"));
        function = R_getVarEx(Rf_install(".Call"), R_BaseEnv, FALSE, R_NilValue);
    }
    SEXP size = PROTECT(Rf_ScalarReal(bytes)), call = PROTECT(Rf_lang3(function, entry, size));
    SEXP vector = attempt(call);
    UNPROTECT(2);
    return vector;
}

#ifdef RL_HANDLE_FINALIZERS

static void finalize_handle(SEXP owner) {
    rl_tensor *tensor = R_ExternalPtrAddr(owner);
    R_ClearExternalPtr(owner);
    rl_release(tensor);
}

SEXP rb_owner(rl_tensor *tensor) {
    SEXP owner = PROTECT(R_MakeExternalPtr(tensor, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(owner, finalize_handle, FALSE);
    rl_retain(tensor);
    UNPROTECT(1);
    return owner;
}

rl_tensor *rb_owned(SEXP owner) { return R_ExternalPtrAddr(owner); }

/* The owner alone knows whether the tensor is still there: another object's finalizer may bring a handle back. */
static rl_tensor *tensor_of(SEXP handle) { return R_ExternalPtrAddr(handle) ? rb_state_tensor(R_ExternalPtrTag(handle)) : NULL; }

/* R puts finalizers off, often for several collections. */
static void release_collected(void) { R_RunPendingFinalizers(); }

SEXP rb_vector_new(SEXPTYPE type, int64_t length) { return Rf_allocVector(type, (R_xlen_t)length); }

#else

/* R puts the allocator at the front of what it gets from take_block(), and frees that with give_block(). Its data field holds the tensor. */
static void *take_block(R_allocator_t *allocator, size_t bytes) {
    allocator->res = (void *)bytes;
    void *block = rl_pool_take(bytes);
    if (block)
        rl_retain(allocator->data);
    else
        rl_error_clear();
    return block;
}

static void give_block(R_allocator_t *allocator, void *block) {
    rl_tensor *tensor = allocator->data;
    rl_pool_give(block, (size_t)allocator->res);
    rl_release(tensor);
}

/* Fresh pages cost more than what is copied into them, so large vectors for R come from the pool too, and go back to it. R does not
 * count what an allocator of ours hands out; a vector as large, never touched and garbage at once, makes up for it. */
SEXP rb_vector_new(SEXPTYPE type, int64_t length) {
    R_allocator_t allocator = {take_block, give_block, NULL, NULL};
    if (length < GC_PRESSURE_BYTES / 4) return Rf_allocVector(type, (R_xlen_t)length);
    untouched((double)length * (type == REALSXP ? sizeof(double) : sizeof(int)));
    return Rf_allocVector3(type, (R_xlen_t)length, &allocator);
}

SEXP rb_owner(rl_tensor *tensor) {
    R_allocator_t allocator = {take_block, give_block, NULL, tensor};
    SEXP owner = Rf_allocVector3(RAWSXP, sizeof tensor, &allocator);
    memcpy(RAW(owner), &tensor, sizeof tensor);
    return owner;
}

rl_tensor *rb_owned(SEXP owner) {
    rl_tensor *tensor;
    memcpy(&tensor, RAW(owner), sizeof tensor);
    return tensor;
}

static rl_tensor *tensor_of(SEXP handle) { return R_ExternalPtrAddr(handle); }

static void release_collected(void) {}

#endif

static SEXP gc_pressure_for(rl_storage *storage) {
    if (!storage || storage->bytes < GC_PRESSURE_BYTES || storage->gc_notified || storage->size_class == RL_OTHER_OWNER) return R_NilValue;
    SEXP pressure = PROTECT(untouched((double)storage->bytes));
    storage->gc_notified = pressure != R_NilValue;
    release_collected();
    UNPROTECT(1);
    return pressure;
}

/* Room for what R feels may be made by a collection, which ages all that it finds alive, and what is old is not collected soon. So the
 * handle is made after that; until then the tensor is its scope's. */
static SEXP tag_for(rl_tensor *tensor) {
    SEXP pressure = PROTECT(gc_pressure_for(tensor->storage)), owner = PROTECT(rb_owner(tensor));
    SEXP tag = rb_state_tag(owner, pressure);
    UNPROTECT(2);
    return tag;
}

SEXP rb_wrap(rl_tensor *tensor) {
    if (!tensor && !rl_failing()) tensor = rl_tensor_undefined();
    if (rl_failing()) return R_NilValue;
    SEXP tag = PROTECT(tag_for(tensor)), handle = PROTECT(R_MakeExternalPtr(tensor, tag, R_NilValue));
    Rf_classgets(handle, tensor_class);
    UNPROTECT(2);
    return handle;
}

SEXP rb_wrap_list(int n, rl_tensor *const *tensors) {
    if (rl_failing()) return R_NilValue;
    SEXP list = PROTECT(Rf_allocVector(VECSXP, n));
    for (int k = 0; k < n; k++) SET_VECTOR_ELT(list, k, rb_wrap(tensors[k]));
    UNPROTECT(1);
    return list;
}

/* A handle that was read has the state for its tag, as a raw vector in format 2; what 0.1.0 wrote has a symbol. */
static int was_read(SEXP x) {
    SEXP tag = R_ExternalPtrTag(x);
    return !R_ExternalPtrAddr(x) && (TYPEOF(tag) == RAWSXP || tag == first_tag) && Rf_inherits(x, "torch_tensor");
}

int rb_is_tensor(SEXP x) { return TYPEOF(x) == EXTPTRSXP && (rb_is_state(R_ExternalPtrTag(x)) || was_read(x)); }
int rb_is_integer64(SEXP x) { return TYPEOF(x) == REALSXP && Rf_inherits(x, "integer64"); } /* of the package bit64 */

const char *rb_kind_of(SEXP x) {
    switch (TYPEOF(x)) {
    case NILSXP: return "NULL";
    case STRSXP: return "a character vector";
    case CLOSXP:
    case BUILTINSXP:
    case SPECIALSXP: return "a function";
    case VECSXP: return Rf_inherits(x, "data.frame") ? "a data frame" : "a list";
    case ENVSXP: return "an environment";
    case CPLXSXP: return "a complex vector";
    case REALSXP: return "a numeric vector";
    case INTSXP: return Rf_inherits(x, "factor") ? "a factor" : Rf_inherits(x, "torch_dtype") ? "a dtype" : "an integer vector";
    case LGLSXP: return "a logical vector";
    case EXTPTRSXP: return rb_is_tensor(x) ? "a tensor" : "an external pointer";
    default: return Rf_type2char((SEXPTYPE)TYPEOF(x));
    }
}

const char *rb_text(SEXP string) { return Rf_getCharCE(string) == CE_BYTES ? CHAR(string) : Rf_translateCharUTF8(string); }

static rl_tensor *revive(SEXP handle) {
    if (R_ExternalPtrTag(handle) == first_tag) {
        rl_fail("it was saved by rushlight 0.1.0, which kept no values");
        return NULL;
    }
    rl_tensor *tensor = rb_state_read(R_ExternalPtrTag(handle));
    if (!tensor) return NULL;
    R_SetExternalPtrTag(handle, tag_for(tensor));
    R_SetExternalPtrAddr(handle, tensor);
    return tensor;
}

/* What has no address: no tensor, or one that was read and is used for the first time. */
static rl_tensor *unwrap_unknown(SEXP x, const char *argument) {
    if (!rb_is_tensor(x)) {
        rl_fail("`%s` must be a tensor, not %s", argument, rb_kind_of(x));
        return NULL;
    }
    rl_tensor *tensor;
    if (rl_failing()) return NULL;
    if ((tensor = revive(x))) return tensor;
    char reason[256];
    snprintf(reason, sizeof reason, "%s", rl_error_message());
    rl_error_clear();
    rl_fail("`%s` is a tensor without values: %s", argument, reason);
    return NULL;
}

static inline rl_tensor *unwrap(SEXP x, const char *argument) {
    rl_tensor *tensor = TYPEOF(x) == EXTPTRSXP && rb_is_state(R_ExternalPtrTag(x)) ? tensor_of(x) : NULL;
    return tensor ? tensor : unwrap_unknown(x, argument);
}

rl_tensor *rb_unwrap_any(SEXP x, const char *argument) { return unwrap(x, argument); }

SEXP ffi_missing_values(SEXP x) {
    rb_call call = rb_begin();
    const char *reason = rb_unwrap_any(x, "x") ? NULL : strstr(rl_error_message(), ": ");
    SEXP result = PROTECT(reason ? Rf_mkString(reason + 2) : R_NilValue);
    if (reason) rl_error_clear();
    result = rb_end(call, result);
    UNPROTECT(1);
    return result;
}

rl_tensor *rb_unwrap(SEXP x, const char *argument) {
    rl_tensor *tensor = unwrap(x, argument);
    if (!tensor || tensor->storage) return tensor;
    rl_fail("`%s` is an undefined tensor, such as the $grad of a tensor that has none yet", argument);
    return NULL;
}

void rb_handle_init(void) {
    first_tag = Rf_install("torch_tensor");
    tensor_class = Rf_mkString("torch_tensor");
    R_PreserveObject(tensor_class);
    MARK_NOT_MUTABLE(tensor_class);
}
