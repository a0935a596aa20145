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

static SEXP keeper_of(rl_tensor *tensor) {
    SEXP keeper = PROTECT(R_MakeExternalPtr(tensor, R_NilValue, R_NilValue));
    R_RegisterCFinalizerEx(keeper, finalize, FALSE);
    rl_retain(tensor);
    UNPROTECT(1);
    return keeper;
}

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
static void *take(R_allocator_t *allocator, size_t bytes) {
    allocator->res = (void *)bytes;
    void *block = rl_pool_take(bytes);
    rl_error_clear();
    if (block) rl_retain(allocator->data);
    return block;
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

static SEXP keeper_of(rl_tensor *tensor) {
    R_allocator_t allocator = {take, give, NULL, tensor};
    return Rf_allocVector3(RAWSXP, 1, &allocator);
}

static rl_tensor *kept_by(SEXP handle) { return R_ExternalPtrAddr(handle); }

static void release_collected(void) {}

#endif

static SEXP felt_for(rl_storage *storage) {
    if (!storage || storage->bytes < FELT_BYTES || storage->charged) return R_NilValue;
    SEXP felt = PROTECT(Rf_allocVector(RAWSXP, (R_xlen_t)storage->bytes));
    storage->charged = 1;
    release_collected();
    UNPROTECT(1);
    return felt;
}

/* Room for what R feels may be made by a collection, which ages all that it finds alive, and what is old is not collected soon. So the
 * handle is made after that; until then the tensor is its scope's. */
SEXP rb_wrap(rl_tensor *tensor) {
    if (!tensor && !rl_failing()) tensor = rl_tensor_undefined();
    if (rl_failing()) return R_NilValue;
    SEXP felt = PROTECT(felt_for(tensor->storage));
    SEXP keeper = PROTECT(keeper_of(tensor));
    SEXP kept = PROTECT(felt == R_NilValue ? keeper : Rf_cons(keeper, felt));
    SEXP handle = PROTECT(R_MakeExternalPtr(tensor, tensor_tag, kept));
    Rf_classgets(handle, tensor_class);
    UNPROTECT(4);
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
