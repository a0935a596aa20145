#include <string.h>

#include "../kernels/copy.h"
#include "handle.h"

/* R's memory seen as a tensor for the time of a copy: column-major. */
typedef struct {
    rl_storage storage;
    rl_tensor tensor;
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
} borrowed;

static rl_status borrow(borrowed *b, void *data, rl_dtype dtype, int ndim, const int64_t *sizes, int64_t numel) {
    *b = (borrowed){.storage = {.refs = 1, .data = data}, .tensor = {.refs = 1, .dtype = (uint8_t)dtype, .ndim = (uint8_t)ndim, .numel = numel}};
    int64_t stride = 1;
    for (int k = 0; k < ndim; k++) {
        b->sizes[k] = sizes[k];
        b->strides[k] = stride;
        stride *= sizes[k];
    }
    b->tensor.storage = &b->storage;
    b->tensor.sizes = b->sizes;
    b->tensor.strides = b->strides;
    return RL_OK;
}

static rl_status shape_of(SEXP data, const char *argument, int *ndim, int64_t *sizes) {
    SEXP dim = Rf_getAttrib(data, R_DimSymbol);
    *ndim = Rf_isNull(dim) ? 1 : Rf_length(dim);
    if (*ndim > RL_MAX_DIMS) return rl_fail("`%s` has %d dimensions; a tensor has at most %d", argument, *ndim, RL_MAX_DIMS);
    sizes[0] = (int64_t)Rf_xlength(data);
    for (int k = 0; k < *ndim && !Rf_isNull(dim); k++) sizes[k] = INTEGER(dim)[k];
    return RL_OK;
}

static int has_na(const int *values, R_xlen_t n) {
    for (R_xlen_t k = 0; k < n; k++)
        if (values[k] == NA_INTEGER) return 1;
    return 0;
}

/* NA of an integer or logical vector: NaN where the dtype has one, refused where it has not. */
static rl_status put_nan(rl_tensor *tensor, SEXP data, const borrowed *source, const char *argument) {
    if (!rl_dtype_is_floating((rl_dtype)tensor->dtype))
        return rl_fail("`%s` contains NA, and %s has no such value; use a floating dtype, where NA becomes NaN", argument, rl_dtype_name((rl_dtype)tensor->dtype));
    double *wide = rl_scope_memory((size_t)tensor->numel, sizeof *wide);
    borrowed view = *source;
    if (!wide) return RL_FAILED;
    for (int64_t k = 0; k < tensor->numel; k++) wide[k] = INTEGER(data)[k] == NA_INTEGER ? R_NaN : INTEGER(data)[k];
    borrow(&view, wide, RL_DOUBLE, source->tensor.ndim, source->sizes, tensor->numel);
    return rl_copy_data(tensor, &view.tensor);
}

static rl_tensor *fill_from(SEXP data, rl_dtype own, rl_dtype held, rl_dtype dtype, void *memory, int may_be_na, const char *argument) {
    int ndim;
    int64_t sizes[RL_MAX_DIMS], numel;
    if (shape_of(data, argument, &ndim, sizes) != RL_OK || rl_count(ndim, sizes, &numel) != RL_OK) return NULL;
    rl_tensor *tensor = rl_tensor_new(dtype == RL_NO_DTYPE ? own : dtype, ndim, sizes);
    if (!tensor) return NULL;
    borrowed source;
    borrow(&source, memory, held, ndim, sizes, numel);
    if (may_be_na && has_na(memory, Rf_xlength(data))) return put_nan(tensor, data, &source, argument) == RL_OK ? tensor : NULL;
    return rl_copy_data(tensor, &source.tensor) == RL_OK ? tensor : NULL;
}

rl_tensor *rb_from_r(SEXP data, rl_dtype dtype, const char *argument) {
    switch (TYPEOF(data)) {
    case LGLSXP: return fill_from(data, RL_BOOL, RL_INT32, dtype, LOGICAL(data), 1, argument);
    case INTSXP:
        if (Rf_inherits(data, "factor")) break;
        return fill_from(data, RL_INT64, RL_INT32, dtype, INTEGER(data), 1, argument);
    case REALSXP:
        if (Rf_inherits(data, "integer64")) return fill_from(data, RL_INT64, RL_INT64, dtype, REAL(data), 0, argument);
        return fill_from(data, rl_default_dtype(), RL_DOUBLE, dtype, REAL(data), 0, argument);
    case RAWSXP: return fill_from(data, RL_UINT8, RL_UINT8, dtype, RAW(data), 0, argument);
    default: break;
    }
    rl_fail("`%s` must be a number, a numeric or logical vector or array, or a tensor, not %s", argument, rb_kind_of(data));
    return NULL;
}

/* Whole numbers become R's integers if they all fit, doubles if those hold them. */
static SEXPTYPE type_for(rl_tensor *tensor) {
    if (tensor->dtype == RL_BOOL) return LGLSXP;
    if (rl_dtype_is_floating((rl_dtype)tensor->dtype)) return REALSXP;
    if (tensor->dtype != RL_INT64) return INTSXP;
    for (int64_t k = 0; k < tensor->numel; k++) {
        int64_t value = rl_item(tensor, k).as_int;
        if (value > INT_MAX || value <= INT_MIN) return REALSXP;
    }
    return INTSXP;
}

SEXP rb_to_r(rl_tensor *tensor, int with_dim) {
    if (!tensor) return R_NilValue;
    if (!tensor->storage) {
        rl_fail("an undefined tensor has no values");
        return R_NilValue;
    }
    SEXPTYPE type = type_for(tensor);
    SEXP values = PROTECT(Rf_allocVector(type, (R_xlen_t)tensor->numel));
    borrowed target;
    borrow(&target, type == REALSXP ? (void *)REAL(values) : type == INTSXP ? (void *)INTEGER(values) : (void *)LOGICAL(values), type == REALSXP ? RL_DOUBLE : RL_INT32, tensor->ndim,
           tensor->sizes, tensor->numel);
    rl_copy_data(&target.tensor, tensor);
    if (with_dim && tensor->ndim > 1) {
        SEXP dim = PROTECT(Rf_allocVector(INTSXP, tensor->ndim));
        for (int k = 0; k < tensor->ndim; k++) INTEGER(dim)[k] = (int)tensor->sizes[k];
        Rf_setAttrib(values, R_DimSymbol, dim);
        UNPROTECT(1);
    }
    UNPROTECT(1);
    return values;
}

rl_tensor *rb_as_tensor(SEXP x, const char *argument) {
    if (TYPEOF(x) == EXTPTRSXP) return rb_unwrap(x, argument);
    if (Rf_isNumber(x) && XLENGTH(x) == 1 && Rf_isNull(Rf_getAttrib(x, R_DimSymbol))) {
        rl_scalar number;
        return rb_number(x, argument, &number) == RL_OK ? rl_tensor_number(number) : NULL;
    }
    return rb_from_r(x, RL_NO_DTYPE, argument);
}
