#include <math.h>
#include <string.h>

#include "../kernels/copy.h"
#include "bridge.h"

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
    rl_note_contiguity(&b->tensor);
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

static int64_t whole_at(const void *memory, rl_dtype held, int64_t k) { return held == RL_INT64 ? ((const int64_t *)memory)[k] : ((const int32_t *)memory)[k]; }

static int has_na(const void *memory, rl_dtype held, int64_t n) {
    if (held == RL_UINT8) return 0;
    int64_t na = held == RL_INT64 ? INT64_MIN : NA_INTEGER;
    for (int64_t k = 0; k < n; k++)
        if (held == RL_DOUBLE ? !isfinite(((const double *)memory)[k]) : whole_at(memory, held, k) == na) return 1;
    return 0;
}

/* NA of an integer or logical vector: NaN where the dtype has one, refused where it has not. */
static rl_status put_nan(rl_tensor *tensor, const borrowed *source, const char *argument) {
    const void *memory = source->storage.data;
    rl_dtype held = (rl_dtype)source->tensor.dtype;
    if (!rl_dtype_is_floating((rl_dtype)tensor->dtype))
        return rl_fail("`%s` contains NA%s, and %s has no such value; use a floating dtype, where NA becomes NaN", argument,
                       held == RL_DOUBLE ? ", NaN or an infinite number" : "", rl_dtype_name((rl_dtype)tensor->dtype));
    double *wide = rl_scope_memory((size_t)tensor->numel, sizeof *wide);
    borrowed view;
    if (!wide) return RL_FAILED;
    for (int64_t k = 0; k < tensor->numel; k++) {
        int64_t value = whole_at(memory, held, k);
        wide[k] = value == (held == RL_INT64 ? INT64_MIN : NA_INTEGER) ? NAN : (double)value;
    }
    borrow(&view, wide, RL_DOUBLE, source->tensor.ndim, source->sizes, tensor->numel);
    return rl_copy_data(tensor, &view.tensor);
}

static rl_tensor *fill_from(SEXP data, rl_dtype own, rl_dtype held, rl_dtype dtype, void *memory, const char *argument) {
    int ndim;
    int64_t sizes[RL_MAX_DIMS], numel;
    if (shape_of(data, argument, &ndim, sizes) != RL_OK || rl_count(ndim, sizes, &numel) != RL_OK) return NULL;
    rl_tensor *tensor = rl_tensor_new(dtype == RL_NO_DTYPE ? own : dtype, ndim, sizes);
    if (!tensor) return NULL;
    borrowed source;
    borrow(&source, memory, held, ndim, sizes, numel);
    int nan_fits = held == RL_DOUBLE && rl_dtype_is_floating((rl_dtype)tensor->dtype);
    if (!nan_fits && has_na(memory, held, numel)) return put_nan(tensor, &source, argument) == RL_OK ? tensor : NULL;
    return rl_copy_data(tensor, &source.tensor) == RL_OK ? tensor : NULL;
}

rl_tensor *rb_from_r(SEXP data, rl_dtype dtype, const char *argument) {
    switch (TYPEOF(data)) {
    case LGLSXP: return fill_from(data, RL_BOOL, RL_INT32, dtype, LOGICAL(data), argument);
    case INTSXP:
        if (Rf_inherits(data, "factor") || Rf_inherits(data, "torch_dtype")) break;
        return fill_from(data, RL_INT64, RL_INT32, dtype, INTEGER(data), argument);
    case REALSXP:
        if (Rf_inherits(data, "integer64")) return fill_from(data, RL_INT64, RL_INT64, dtype, REAL(data), argument);
        return fill_from(data, rl_default_dtype(), RL_DOUBLE, dtype, REAL(data), argument);
    case RAWSXP: return fill_from(data, RL_UINT8, RL_UINT8, dtype, RAW(data), argument);
    case CPLXSXP: rl_fail("`%s` is complex, and complex tensors are not there yet; keep Re() and Im() apart", argument); return NULL;
    default: break;
    }
    rl_fail("`%s` must be a number, a numeric or logical vector or array, or a tensor, not %s", argument, rb_kind_of(data));
    return NULL;
}

/* Whether R's integers hold them all: the smallest int is R's NA. */
static int fits_integers(const rl_tensor *tensor) {
    int64_t beyond = 0;
    if (tensor->dtype != RL_INT32 && tensor->dtype != RL_INT64) return 1;
    if (rl_is_dense(tensor)) {
        const void *data = rl_data(tensor);
        for (int64_t k = 0; k < tensor->numel; k++) {
            int64_t value = whole_at(data, (rl_dtype)tensor->dtype, k);
            beyond |= (value > INT_MAX) | (value <= INT_MIN);
        }
    } else {
        for (int64_t k = 0; k < tensor->numel; k++) {
            int64_t value = rl_item(tensor, k).as_int;
            beyond |= (value > INT_MAX) | (value <= INT_MIN);
        }
    }
    return !beyond;
}

static SEXPTYPE type_for(const rl_tensor *tensor) {
    if (tensor->dtype == RL_BOOL) return LGLSXP;
    return rl_dtype_is_floating((rl_dtype)tensor->dtype) || !fits_integers(tensor) ? REALSXP : INTSXP;
}

static rl_status check_dim_attribute(const rl_tensor *tensor) {
    for (int k = 0; k < tensor->ndim; k++)
        if (tensor->sizes[k] > INT_MAX)
            return rl_fail("an array of R has dimensions of at most %d; dimension %d of the tensor has size %lld. as.vector() takes its values", INT_MAX, k + 1,
                           (long long)tensor->sizes[k]);
    return RL_OK;
}

static SEXP copy_out(rl_tensor *tensor, SEXPTYPE type, rl_dtype held, int with_dim) {
    if (with_dim && tensor->ndim > 1 && check_dim_attribute(tensor) != RL_OK) return R_NilValue;
    SEXP values = PROTECT(rb_vector_new(type, tensor->numel));
    borrowed target;
    borrow(&target,
           type == REALSXP  ? (void *)REAL(values)
           : type == INTSXP ? (void *)INTEGER(values)
                            : (void *)LOGICAL(values),
           held, tensor->ndim, tensor->sizes, tensor->numel);
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

/* Whole numbers become R's integers if they all fit, doubles otherwise. */
SEXP rb_to_r(rl_tensor *tensor, int with_dim) {
    if (!tensor) return R_NilValue;
    SEXPTYPE type = type_for(tensor);
    return copy_out(tensor, type, type == REALSXP ? RL_DOUBLE : RL_INT32, with_dim);
}

/* The 64 bits of each as bit64's integer64 has them: in the place of a double's. */
SEXP rb_to_integer64(rl_tensor *tensor) {
    if (!tensor) return R_NilValue;
    SEXP values = PROTECT(copy_out(tensor, REALSXP, RL_INT64, 1));
    if (values != R_NilValue) Rf_setAttrib(values, R_ClassSymbol, Rf_mkString("integer64"));
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
