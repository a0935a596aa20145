/* Vectors and tensors of R's that index: what counts from 1 there counts from 0 in the core. */
#include <math.h>
#include <string.h>

#include "../ops/index.h"
#include "bridge.h"

static rl_tensor *from_zero(rl_tensor *given, const char *argument) {
    rl_tensor *index = rl_tensor_new(RL_INT64, given->ndim, given->sizes), *whole = given;
    if (given->dtype != RL_INT64) {
        whole = index;
        if (!index || rl_copy_data(index, given) != RL_OK) return NULL;
    }
    if (!index || !rl_count_from_zero(index, whole)) return index;
    rl_fail("`%s` contains 0, and indices count from 1 (or from -1 at the end)", argument);
    return NULL;
}

static rl_tensor *of_tensor(SEXP x, const char *argument) {
    rl_tensor *given = rb_unwrap(x, argument);
    if (!given) return NULL;
    if (!given->storage) {
        rl_fail("`%s` is an undefined tensor", argument);
        return NULL;
    }
    if (rl_dtype_is_inexact((rl_dtype)given->dtype)) {
        rl_fail("`%s` must be a tensor of integers, such as torch_long(), or of booleans; it is %s", argument, rl_dtype_name((rl_dtype)given->dtype));
        return NULL;
    }
    return given;
}

static rl_status fail_na(const char *argument) { return rl_fail("`%s` contains NA, and an index must say which indices are meant", argument); }

static rl_status check_integers(SEXP x, const char *argument) {
    for (R_xlen_t k = 0; k < XLENGTH(x); k++) {
        double number = REAL(x)[k];
        if (ISNAN(number)) return fail_na(argument);
        if (!(fabs(number) < 9.007199254740992e15) || number != floor(number)) return rl_fail("`%s` must be integers; it contains %g", argument, number);
    }
    return RL_OK;
}

static rl_status check_known(const int *values, R_xlen_t n, const char *argument) {
    for (R_xlen_t k = 0; k < n; k++)
        if (values[k] == NA_INTEGER) return fail_na(argument);
    return RL_OK;
}

static rl_status check_integer64(SEXP x, const char *argument) {
    for (R_xlen_t k = 0; k < XLENGTH(x); k++) {
        int64_t number;
        memcpy(&number, REAL(x) + k, sizeof number);
        if (number == INT64_MIN) return fail_na(argument);
    }
    return RL_OK;
}

static rl_status check_vector(SEXP x, const char *argument) {
    switch (TYPEOF(x)) {
    case LGLSXP: return check_known(LOGICAL(x), XLENGTH(x), argument);
    case INTSXP:
        if (Rf_inherits(x, "factor")) break;
        return check_known(INTEGER(x), XLENGTH(x), argument);
    case REALSXP: return Rf_inherits(x, "integer64") ? check_integer64(x, argument) : check_integers(x, argument);
    default: break;
    }
    return rl_fail("`%s` must be integers, booleans or a tensor of such, not %s", argument, rb_kind_of(x));
}

static rl_tensor *of_vector(SEXP x, const char *argument) {
    if (check_vector(x, argument) != RL_OK) return NULL;
    return rb_from_r(x, TYPEOF(x) == REALSXP ? RL_INT64 : RL_NO_DTYPE, RB_NEW, argument);
}

rl_tensor *rb_as_index(SEXP x, const char *argument) {
    rl_tensor *given = rb_is_tensor(x) ? of_tensor(x, argument) : of_vector(x, argument);
    return !given || given->dtype == RL_BOOL ? given : from_zero(given, argument);
}

/* Bytes are a mask between brackets, as they are in PyTorch. */
rl_tensor *rb_as_index_or_mask(SEXP x, const char *argument) {
    rl_tensor *bytes = rb_is_tensor(x) ? of_tensor(x, argument) : NULL;
    if (bytes && bytes->dtype == RL_UINT8) return rl_to_dtype(bytes, RL_BOOL);
    return rl_failing() ? NULL : rb_as_index(x, argument);
}
