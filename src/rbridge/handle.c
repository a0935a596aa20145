/* Handles: external pointers of class torch_tensor.
 *
 * Note [Handles]
 * A finalizer keeps its garbage through another collection, so a handle has none: in its protected slot it keeps a small vector
 * from an allocator of our own, whose free callback lets go of the tensor inside the collector. That callback must not touch R
 * (rb_release_later). The collector must also feel how large a tensor is: where it matters, a vector of that size, never touched
 * and so never backed by memory, stands beside the keeper. Only the first handle of a storage carries it.
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

static void finalize(SEXP handle) {
    rl_tensor *tensor = R_ExternalPtrAddr(handle);
    R_ClearExternalPtr(handle);
    rl_release(tensor);
}

SEXP rb_handle_new(void) {
    SEXP handle = PROTECT(R_MakeExternalPtr(NULL, tensor_tag, R_NilValue));
    R_RegisterCFinalizerEx(handle, finalize, FALSE);
    Rf_setAttrib(handle, R_ClassSymbol, tensor_class);
    UNPROTECT(1);
    return handle;
}

static void keep(SEXP handle, rl_tensor *tensor) { (void)handle, (void)tensor; }

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

SEXP rb_handle_new(void) {
    R_allocator_t allocator = {take, give, NULL, NULL};
    SEXP keeper = PROTECT(Rf_allocVector3(RAWSXP, sizeof newest, &allocator));
    memcpy(RAW(keeper), &newest, sizeof newest);
    SEXP handle = PROTECT(R_MakeExternalPtr(NULL, tensor_tag, keeper));
    Rf_setAttrib(handle, R_ClassSymbol, tensor_class);
    UNPROTECT(2);
    return handle;
}

static void keep(SEXP handle, rl_tensor *tensor) {
    R_allocator_t *allocator;
    memcpy(&allocator, RAW(R_ExternalPtrProtected(handle)), sizeof allocator);
    allocator->data = tensor;
}

#endif

SEXP rb_handle_fill(SEXP handle, rl_tensor *tensor) {
    rl_retain(tensor);
    R_SetExternalPtrAddr(handle, tensor);
    keep(handle, tensor);
    rl_storage *storage = tensor->storage;
    if (storage && storage->bytes >= FELT_BYTES && !storage->charged) {
        storage->charged = 1;
        SEXP felt = PROTECT(Rf_allocVector(RAWSXP, (R_xlen_t)storage->bytes));
        R_SetExternalPtrProtected(handle, Rf_cons(R_ExternalPtrProtected(handle), felt));
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
    rl_tensor *tensor = R_ExternalPtrAddr(x);
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
