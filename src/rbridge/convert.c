#include <math.h>
#include <string.h>

#include "../kernels/copy.h"
#include "../tensor/range.h"
#include "bridge.h"

/* R's memory seen as a tensor, column-major, for the time of a call: R owns it. */
static rl_tensor *borrow(void *data, rl_dtype dtype, int ndim, const int64_t *sizes, int64_t numel) {
    int64_t strides[RL_MAX_DIMS], stride = 1;
    for (int k = 0; k < ndim; k++) {
        strides[k] = stride;
        stride *= sizes[k];
    }
    return rl_tensor_over(dtype, ndim, sizes, strides, data, (size_t)numel * rl_dtype_size(dtype), (rl_owner){0});
}

static rl_status shape_of_data(SEXP data, const char *argument, int *ndim, int64_t *sizes) {
    SEXP dim = Rf_getAttrib(data, R_DimSymbol);
    *ndim = Rf_isNull(dim) ? 1 : Rf_length(dim);
    if (*ndim > RL_MAX_DIMS) return rl_fail("`%s` has %d dimensions; a tensor has at most %d", argument, *ndim, RL_MAX_DIMS);
    sizes[0] = (int64_t)Rf_xlength(data);
    for (int k = 0; k < *ndim && !Rf_isNull(dim); k++) sizes[k] = INTEGER(dim)[k];
    return RL_OK;
}

static int64_t integer_in_memory(const void *memory, rl_dtype held, int64_t k) {
    return held == RL_INT64 ? ((const int64_t *)memory)[k] : ((const int32_t *)memory)[k];
}

/* ---- what a dtype holds ----
 *
 * The rule is that of rl_check_fits(), which is for one number: see tensor/range.h. */

static int64_t na_of(rl_dtype held) { return held == RL_INT64 ? INT64_MIN : NA_INTEGER; }

/* The first element that lies outside, or n; of floating dtypes NaN, NA and infinite numbers do not. */
static int64_t first_outside(const void *memory, rl_dtype held, int64_t n, rl_dtype dtype) {
    const rl_range range = rl_range_of(dtype);
    const int64_t na = na_of(held);
    int64_t k = 0;
    if (held == RL_DOUBLE) {
        const double *value = memory;
        int inexact = rl_dtype_is_inexact(dtype);
        while (k < n && (rl_within(value[k], range) || (inexact && !isfinite(value[k])))) k++;
    } else if (held == RL_UINT8) {
        while (k < n && rl_within(((const uint8_t *)memory)[k], range)) k++;
    } else {
        while (k < n && (rl_within((double)integer_in_memory(memory, held, k), range) || integer_in_memory(memory, held, k) == na)) k++;
    }
    return k;
}

static int64_t first_na(const void *memory, rl_dtype held, int64_t n) {
    int64_t k = 0;
    if (held == RL_UINT8) return n;
    if (held == RL_DOUBLE)
        while (k < n && !isnan(((const double *)memory)[k])) k++;
    else if (held == RL_INT64)
        while (k < n && ((const int64_t *)memory)[k] != INT64_MIN) k++;
    else
        while (k < n && ((const int32_t *)memory)[k] != NA_INTEGER) k++;
    return k;
}

static double number_in_memory(const void *memory, rl_dtype held, int64_t k) {
    return held == RL_DOUBLE ? ((const double *)memory)[k] : held == RL_UINT8 ? ((const uint8_t *)memory)[k] : (double)integer_in_memory(memory, held, k);
}

static rl_status fail_na_in_dtype(const char *argument, rl_dtype dtype) {
    return rl_fail("`%s` contains NA or NaN, and %s has no such value; use a floating dtype, where NA becomes NaN", argument, rl_dtype_name(dtype));
}

/* Whether the elements may be copied into a tensor of the dtype. */
static rl_status check_elements(const void *memory, rl_dtype held, int64_t n, rl_dtype dtype, rb_purpose purpose, const char *argument) {
    if (!rl_dtype_is_inexact(dtype) && first_na(memory, held, n) < n) return fail_na_in_dtype(argument, dtype);
    if (dtype == RL_BOOL || dtype == held || purpose == RB_OPERAND || (purpose == RB_NEW && rl_dtype_is_inexact(dtype))) return RL_OK;
    const rl_dtype_row *from = &rl_dtypes[held], *to = &rl_dtypes[dtype];
    if (from->kind == RL_INTEGER && to->least <= from->least && to->largest >= from->largest) return RL_OK;
    int64_t outside = first_outside(memory, held, n, dtype);
    return outside == n ? RL_OK : rl_fail_outside(argument, number_in_memory(memory, held, outside), dtype);
}

/* Of an integer or logical vector, NA becomes NaN. */
static rl_status copy_with_nan(rl_tensor *tensor, const rl_tensor *source) {
    const void *memory = rl_host_data(source);
    const rl_dtype held = (rl_dtype)source->dtype;
    double *wide = rl_scope_memory((size_t)tensor->numel, sizeof *wide);
    rl_tensor *view = wide ? borrow(wide, RL_DOUBLE, source->ndim, source->sizes, tensor->numel) : NULL;
    if (!view) return RL_FAILED;
    for (int64_t k = 0; k < tensor->numel; k++) {
        int64_t value = integer_in_memory(memory, held, k);
        wide[k] = value == na_of(held) ? NAN : (double)value;
    }
    rl_copy_elements(tensor, view);
    return RL_OK;
}

/* R's NA is a NaN among others, and would be seen as NA again. */
static void make_plain_nan(rl_tensor *doubles) {
    double *value = rl_host_data(doubles);
    for (int64_t k = first_na(value, RL_DOUBLE, doubles->numel); k < doubles->numel; k++)
        if (isnan(value[k])) value[k] = NAN;
}

static rl_tensor *fill_from(SEXP data, rl_dtype held, rl_dtype dtype, void *memory, rb_purpose purpose, const char *argument) {
    int ndim;
    int64_t sizes[RL_MAX_DIMS], numel;
    if (dtype == RL_NO_DTYPE) dtype = rb_own_dtype(data);
    if (shape_of_data(data, argument, &ndim, sizes) != RL_OK || rl_count(ndim, sizes, &numel) != RL_OK) return NULL;
    if (check_elements(memory, held, numel, dtype, purpose, argument) != RL_OK) return NULL;
    int nan_comes = held != RL_DOUBLE && rl_dtype_is_inexact(dtype) && first_na(memory, held, numel) < numel;
    rl_tensor *tensor = rl_tensor_new(dtype, ndim, sizes), *source = borrow(memory, held, ndim, sizes, numel);
    if (!tensor || !source || (nan_comes ? copy_with_nan(tensor, source) : rl_copy_data(tensor, source)) != RL_OK) return NULL;
    if (held == RL_DOUBLE && dtype == RL_DOUBLE) make_plain_nan(tensor);
    return tensor;
}

rl_dtype rb_own_dtype(SEXP data) {
    switch (TYPEOF(data)) {
    case LGLSXP: return RL_BOOL;
    case INTSXP: return RL_INT64;
    case REALSXP: return Rf_inherits(data, "integer64") ? RL_INT64 : rl_default_dtype();
    case RAWSXP: return RL_UINT8;
    default: return rl_default_dtype();
    }
}

static const char *cure_for(SEXP data) {
    if (Rf_inherits(data, "factor")) return "; as.integer() gives its codes";
    if (Rf_inherits(data, "data.frame")) return "; as.matrix() makes a matrix of one";
    return TYPEOF(data) == VECSXP ? "; torch_stack() and torch_cat() take lists of tensors" : "";
}

rl_tensor *rb_from_r(SEXP data, rl_dtype dtype, rb_purpose purpose, const char *argument) {
    switch (TYPEOF(data)) {
    case LGLSXP: return fill_from(data, RL_INT32, dtype, LOGICAL(data), purpose, argument);
    case INTSXP:
        if (Rf_inherits(data, "torch_dtype")) break;
        if (Rf_inherits(data, "factor") && !(purpose == RB_NEW && rl_dtype_is_integral(dtype))) break;
        return fill_from(data, RL_INT32, dtype, INTEGER(data), purpose, argument);
    case REALSXP:
        if (Rf_inherits(data, "integer64")) return fill_from(data, RL_INT64, dtype, REAL(data), purpose, argument);
        return fill_from(data, RL_DOUBLE, dtype, REAL(data), purpose, argument);
    case RAWSXP: return fill_from(data, RL_UINT8, dtype, RAW(data), purpose, argument);
    case CPLXSXP: rl_fail("`%s` is complex, and complex tensors are not there yet; keep Re() and Im() apart", argument); return NULL;
    default: break;
    }
    rl_fail("`%s` must be a number, a numeric or logical vector or array, or a tensor, not %s%s", argument, rb_kind_of(data), cure_for(data));
    return NULL;
}

/* Whether R's integers hold them all: the smallest int is R's NA. */
static int fits_integers(const rl_tensor *tensor) {
    int64_t beyond = 0;
    if (tensor->dtype != RL_INT32 && tensor->dtype != RL_INT64) return 1;
    if (rl_is_dense(tensor)) {
        const void *data = rl_host_data(tensor);
        for (int64_t k = 0; k < tensor->numel; k++) {
            int64_t value = integer_in_memory(data, (rl_dtype)tensor->dtype, k);
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
    rl_tensor *target = borrow(type == REALSXP  ? (void *)REAL(values)
                               : type == INTSXP ? (void *)INTEGER(values)
                                                : (void *)LOGICAL(values),
                               held, tensor->ndim, tensor->sizes, tensor->numel);
    if (target) rl_copy_data(target, tensor);
    if (with_dim && tensor->ndim > 1) {
        SEXP dim = PROTECT(Rf_allocVector(INTSXP, tensor->ndim));
        for (int k = 0; k < tensor->ndim; k++) INTEGER(dim)[k] = (int)tensor->sizes[k];
        Rf_setAttrib(values, R_DimSymbol, dim);
        UNPROTECT(1);
    }
    UNPROTECT(1);
    return values;
}

/* Integers become R's integers if they all fit, doubles otherwise. */
SEXP rb_to_r(rl_tensor *tensor, int with_dim) {
    if (!tensor) return R_NilValue;
    SEXPTYPE type = type_for(tensor);
    return copy_out(tensor, type, type == REALSXP ? RL_DOUBLE : RL_INT32, with_dim);
}

/* The 64 bits of each as bit64's integer64 has them: instead of a double's. */
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
    return rb_from_r(x, RL_NO_DTYPE, RB_NEW, argument);
}
