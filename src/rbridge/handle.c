/* Handles: external pointers of class torch_tensor.
 *
 * Note [Handles]
 * In its protected slot a handle has a keeper, which lets go of the tensor when the collector finds it to be garbage. There are two
 * kinds (configure chooses): a small vector from an allocator of our own, whose free callback runs inside the collector and must not
 * touch R (rb_release_later); or, where R offers packages no such allocator (from 4.6 on), an external pointer with a finalizer, which
 * takes longer. A finalizer's garbage is kept through another collection, but that is the keeper alone.
 *
 * The collector must also feel how large a tensor is: where it matters, a vector of that size, never touched and so never backed by
 * memory, stands beside the keeper. Only the first handle of a storage carries it.
 *
 * The tag of a handle is a symbol: what is a tensor is told by it, not by the class, which costs a search. */
#include "handle.h"

#include <R_ext/Rallocators.h>
#include <string.h>

/* Below this, what R is told makes no difference. */
enum { FELT_BYTES = 65536 };

static SEXP tensor_tag;
static SEXP tensor_class; /* the class attribute that all handles share */

#ifdef RL_HANDLE_FINALIZERS

static void finalize(SEXP keeper) {
    rl_tensor *tensor = R_ExternalPtrAddr(keeper);
    R_ClearExternalPtr(keeper);
    rl_release(tensor);
}

static SEXP keeper_new(void) {
    SEXP keeper = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(keeper, finalize, FALSE);
    UNPROTECT(1);
    return keeper;
}

static void keep(SEXP handle, rl_tensor *tensor) { R_SetExternalPtrAddr(R_ExternalPtrProtected(handle), tensor); }

/* The keeper alone knows whether the tensor is still there: another object's finalizer may bring a handle back. */
static rl_tensor *kept_by(SEXP handle) {
    SEXP keeper = R_ExternalPtrProtected(handle);
    if (TYPEOF(keeper) == LISTSXP) keeper = CAR(keeper);
    return TYPEOF(keeper) == EXTPTRSXP ? R_ExternalPtrAddr(keeper) : NULL;
}

/* R puts finalizers off, often for several collections. */
static void release_collected(void) { R_RunPendingFinalizers(); }

SEXP rb_vector_new(SEXPTYPE type, int64_t length) { return Rf_allocVector(type, (R_xlen_t)length); }

#else

/* R puts the allocator at the front of what it gets from `take`, and frees that with `give`. Its data field holds the tensor. */
static R_allocator_t *newest;

static void *take(R_allocator_t *allocator, size_t bytes) {
    allocator->res = (void *)bytes;
    newest = rl_pool_take(bytes);
    rl_error_clear();
    return newest;
}

static void give(R_allocator_t *allocator, void *block) {
    rl_tensor *tensor = allocator->data;
    rl_pool_give(block, (size_t)allocator->res);
    rl_release(tensor);
}

/* Fresh pages cost more than what is copied into them, so large vectors for R come from the pool too, and go back to it. R does not
 * count what an allocator of ours hands out; a vector as large, never touched and garbage at once, makes up for it. */
SEXP rb_vector_new(SEXPTYPE type, int64_t length) {
    R_allocator_t allocator = {take, give, NULL, NULL};
    if (length < FELT_BYTES / 4) return Rf_allocVector(type, (R_xlen_t)length);
    Rf_allocVector(type, (R_xlen_t)length);
    return Rf_allocVector3(type, (R_xlen_t)length, &allocator);
}

static SEXP keeper_new(void) {
    R_allocator_t allocator = {take, give, NULL, NULL};
    SEXP keeper = Rf_allocVector3(RAWSXP, sizeof newest, &allocator);
    memcpy(RAW(keeper), &newest, sizeof newest);
    return keeper;
}

static void keep(SEXP handle, rl_tensor *tensor) {
    R_allocator_t *allocator;
    memcpy(&allocator, RAW(R_ExternalPtrProtected(handle)), sizeof allocator);
    allocator->data = tensor;
}

static rl_tensor *kept_by(SEXP handle) { return R_ExternalPtrAddr(handle); }

static void release_collected(void) {}

#endif

SEXP rb_handle_new(void) {
    SEXP keeper = PROTECT(keeper_new());
    SEXP handle = PROTECT(R_MakeExternalPtr(NULL, tensor_tag, keeper));
    Rf_classgets(handle, tensor_class);
    UNPROTECT(2);
    return handle;
}

SEXP rb_handle_fill(SEXP handle, rl_tensor *tensor) {
    rl_retain(tensor);
    R_SetExternalPtrAddr(handle, tensor);
    keep(handle, tensor);
    rl_storage *storage = tensor->storage;
    if (storage && storage->bytes >= FELT_BYTES && !storage->charged) {
        storage->charged = 1;
        SEXP felt = PROTECT(Rf_allocVector(RAWSXP, (R_xlen_t)storage->bytes));
        R_SetExternalPtrProtected(handle, Rf_cons(R_ExternalPtrProtected(handle), felt));
        release_collected();
        UNPROTECT(1);
    }
    return handle;
}

SEXP rb_wrap(rl_tensor *tensor) {
    if (rl_failing()) return R_NilValue;
    SEXP handle = PROTECT(rb_handle_new());
    if (!tensor) tensor = rl_tensor_undefined();
    if (tensor) rb_handle_fill(handle, tensor);
    UNPROTECT(1);
    return handle;
}

SEXP rb_wrap_list(int n, rl_tensor *const *tensors) {
    if (rl_failing()) return R_NilValue;
    SEXP list = PROTECT(Rf_allocVector(VECSXP, n));
    for (int k = 0; k < n; k++) SET_VECTOR_ELT(list, k, rb_wrap(tensors[k]));
    UNPROTECT(1);
    return list;
}

int rb_is_tensor(SEXP x) { return TYPEOF(x) == EXTPTRSXP && R_ExternalPtrTag(x) == tensor_tag; }

rl_tensor *rb_unwrap(SEXP x, const char *argument) {
    if (!rb_is_tensor(x)) {
        rl_fail("`%s` must be a tensor, not %s", argument, rb_kind_of(x));
        return NULL;
    }
    rl_tensor *tensor = kept_by(x);
    if (!tensor)
        rl_fail("`%s` is a tensor that lives in another R session: it came back from saveRDS() or from another process, which keep no tensor's values",
                argument);
    return tensor;
}

void rb_handle_init(void) {
    tensor_tag = Rf_install("torch_tensor");
    tensor_class = Rf_mkString("torch_tensor");
    R_PreserveObject(tensor_class);
    MARK_NOT_MUTABLE(tensor_class);
}
