#include "entries.h"

#include <math.h>
#include <string.h>

/* One number of R at a place of a vector; NA is refused where the type has no NaN. */
static rl_status number_at(SEXP x, R_xlen_t k, const char *argument, rl_scalar *value) {
    if (Rf_inherits(x, "factor")) return rl_fail("`%s` must be a number, not a factor; take its labels or its codes", argument);
    if (Rf_isObject(x) && Rf_inherits(x, "torch_dtype")) return rl_fail("`%s` must be a number, not a dtype", argument);
    switch (TYPEOF(x)) {
    case LGLSXP:
    case INTSXP: {
        int integer = TYPEOF(x) == LGLSXP ? LOGICAL(x)[k] : INTEGER(x)[k];
        if (integer == NA_INTEGER) return rl_fail("`%s` is NA, which is no number", argument);
        *value = TYPEOF(x) == LGLSXP ? rl_scalar_bool(integer) : rl_scalar_int(integer);
        return RL_OK;
    }
    case REALSXP:
        if (rb_is_integer64(x)) {
            int64_t integer;
            memcpy(&integer, REAL(x) + k, sizeof integer);
            if (integer == INT64_MIN) return rl_fail("`%s` is NA, which is no number", argument);
            *value = rl_scalar_int(integer);
        } else {
            *value = rl_scalar_double(REAL(x)[k]);
        }
        return RL_OK;
    default: return rl_fail("`%s` must be a number, not %s", argument, rb_kind_of(x));
    }
}

rl_status rb_number(SEXP x, const char *argument, rl_scalar *value) {
    if (rb_is_tensor(x)) {
        rl_tensor *tensor = rb_unwrap(x, argument);
        if (!tensor) return RL_FAILED;
        if (tensor->numel != 1) return rl_fail("`%s` must be one number; it is a tensor of %lld elements", argument, (long long)tensor->numel);
        *value = rl_item(tensor, 0);
        return RL_OK;
    }
    if (Rf_isNumber(x) && XLENGTH(x) != 1) return rl_fail("`%s` must be one number; it has %lld", argument, (long long)XLENGTH(x));
    return number_at(x, 0, argument, value);
}

static rl_status as_integer(rl_scalar number, const char *argument, int64_t *value) {
    if (number.kind == RL_SCALAR_COMPLEX) return rl_fail("`%s` must be an integer, not a complex number", argument);
    if (number.kind == RL_SCALAR_FLOAT && (!(fabs(number.as_double) < 9.007199254740992e15) || floor(number.as_double) != number.as_double))
        return rl_fail("`%s` must be an integer; it is %g", argument, number.as_double);
    *value = number.as_int;
    return RL_OK;
}

static rl_status integer_at(SEXP x, R_xlen_t k, const char *argument, int64_t *value) {
    rl_scalar number;
    RL_TRY(number_at(x, k, argument, &number));
    if (number.kind == RL_SCALAR_BOOL) return rl_fail("`%s` must be an integer, not TRUE or FALSE", argument);
    return as_integer(number, argument, value);
}

rl_status rb_integer(SEXP x, const char *argument, int64_t *value) {
    if (TYPEOF(x) == INTSXP && XLENGTH(x) == 1 && INTEGER(x)[0] != NA_INTEGER && !Rf_isObject(x)) {
        *value = INTEGER(x)[0];
        return RL_OK;
    }
    if (TYPEOF(x) == REALSXP && XLENGTH(x) == 1 && !Rf_isObject(x)) return as_integer(rl_scalar_double(REAL(x)[0]), argument, value);
    if (rb_is_tensor(x)) {
        rl_scalar number;
        RL_TRY(rb_number(x, argument, &number));
        *value = number.as_int;
        return RL_OK;
    }
    if (Rf_isNumber(x) && XLENGTH(x) != 1) return rl_fail("`%s` must be one integer; it has %lld", argument, (long long)XLENGTH(x));
    return integer_at(x, 0, argument, value);
}

rl_status rb_flag(SEXP x, const char *argument, int64_t *value) {
    if (TYPEOF(x) == LGLSXP && XLENGTH(x) == 1 && LOGICAL(x)[0] != NA_LOGICAL) {
        *value = LOGICAL(x)[0];
        return RL_OK;
    }
    rl_scalar number;
    if (!Rf_isNumber(x) || XLENGTH(x) != 1) return rl_fail("`%s` must be TRUE or FALSE, not %s", argument, rb_kind_of(x));
    RL_TRY(number_at(x, 0, argument, &number));
    *value = number.as_double != 0;
    return RL_OK;
}

static rl_status from_one(int64_t *position, const char *argument, const char *what) {
    if (*position == 0) return rl_fail("`%s` is 0, and %s count from 1 (or from -1 at the end)", argument, what);
    if (*position > 0) --*position;
    return RL_OK;
}

rl_status rb_dim(SEXP x, const char *argument, int64_t *dim) {
    RL_TRY(rb_integer(x, argument, dim));
    return from_one(dim, argument, "dimensions");
}

rl_status rb_index(SEXP x, const char *argument, int64_t *index) {
    RL_TRY(rb_integer(x, argument, index));
    return from_one(index, argument, "indices");
}

static int64_t count_of(SEXP x, const char *argument) {
    if (!rb_is_tensor(x)) return Rf_xlength(x);
    rl_tensor *tensor = rb_unwrap(x, argument);
    return tensor ? tensor->numel : 0;
}

static rl_status append_integers(SEXP x, int64_t n, const char *argument, int64_t *values) {
    rl_tensor *tensor = rb_is_tensor(x) ? rb_unwrap(x, argument) : NULL;
    if (!tensor && !Rf_isNumber(x) && !Rf_isNull(x)) return rl_fail("`%s` must be integers, not %s", argument, rb_kind_of(x));
    for (int64_t k = 0; k < n; k++) RL_TRY(tensor ? as_integer(rl_item(tensor, k), argument, &values[k]) : integer_at(x, k, argument, &values[k]));
    return RL_OK;
}

/* A vector, a tensor, or a list of such, one after the other. */
rl_status rb_integers(SEXP x, const char *argument, rl_ints *list) {
    int is_list = TYPEOF(x) == VECSXP;
    R_xlen_t parts = is_list ? XLENGTH(x) : 1;
    int64_t total = 0, at = 0;
    for (R_xlen_t k = 0; k < parts; k++) total += count_of(is_list ? VECTOR_ELT(x, k) : x, argument);
    if (rl_failing()) return RL_FAILED;
    if (total > INT_MAX) return rl_fail("`%s` is too long", argument);
    int64_t *values = rl_scope_memory((size_t)total + 1, sizeof *values);
    if (!values) return RL_FAILED;
    for (R_xlen_t k = 0; k < parts; k++) {
        SEXP part = is_list ? VECTOR_ELT(x, k) : x;
        int64_t n = count_of(part, argument);
        RL_TRY(append_integers(part, n, argument, values + at));
        at += n;
    }
    *list = (rl_ints){(int)total, values};
    return RL_OK;
}

rl_status rb_dims(SEXP x, const char *argument, rl_ints *list) {
    *list = RL_INTS_NONE;
    if (Rf_isNull(x)) return RL_OK;
    RL_TRY(rb_integers(x, argument, list));
    if (list->length == 0) *list = RL_INTS_NONE;
    for (int k = 0; k < list->length; k++) RL_TRY(from_one((int64_t *)&list->values[k], argument, "dimensions"));
    return RL_OK;
}

/* For R's functions: integers, or one, of R's or of a tensor. */
SEXP ffi_integers(SEXP x, SEXP argument) {
    rb_call call = rb_begin();
    rl_ints list = RL_INTS_NONE;
    rb_integers(x, CHAR(STRING_ELT(argument, 0)), &list);
    return rb_end(call, list.length < 0 ? R_NilValue : rb_numbers(list.length, list.values));
}

SEXP ffi_integer(SEXP x, SEXP argument) {
    rb_call call = rb_begin();
    int64_t value = 0;
    rb_integer(x, CHAR(STRING_ELT(argument, 0)), &value);
    return rb_end(call, rb_numbers(1, &value));
}

SEXP ffi_count(SEXP x, SEXP argument) {
    rb_call call = rb_begin();
    const char *name = CHAR(STRING_ELT(argument, 0));
    int64_t value = 0;
    if (rb_integer(x, name, &value) == RL_OK && value < 0) rl_fail("`%s` must be 0 or more; it is %lld", name, (long long)value);
    return rb_end(call, rb_numbers(1, &value));
}

SEXP ffi_number(SEXP x, SEXP argument) {
    rb_call call = rb_begin();
    rl_scalar value = rl_scalar_int(0);
    rb_number(x, CHAR(STRING_ELT(argument, 0)), &value);
    return rb_end(call, value.kind < RL_SCALAR_FLOAT ? rb_numbers(1, &value.as_int) : Rf_ScalarReal(value.as_double));
}

SEXP ffi_flag(SEXP x, SEXP argument) {
    rb_call call = rb_begin();
    int64_t value = 0;
    rb_flag(x, CHAR(STRING_ELT(argument, 0)), &value);
    return rb_end(call, Rf_ScalarLogical((int)value));
}

/* A tensor as it is, anything else as a tensor. */
SEXP ffi_as_tensor(SEXP x, SEXP argument) {
    rb_call call = rb_begin();
    const char *name = CHAR(STRING_ELT(argument, 0));
    rl_tensor *tensor = rb_as_tensor(x, name);
    if (tensor && !tensor->storage) rl_fail("`%s` is an undefined tensor", name);
    return rb_end(call, rl_failing() || rb_is_tensor(x) ? x : rb_wrap(tensor));
}

/* By name, of which the first of several counts, so that a default may list the choices; or by number. */
rl_status rb_reduction(SEXP x, int64_t *reduction) {
    static const char *const names[] = {"none", "mean", "sum"};
    if ((TYPEOF(x) == INTSXP || TYPEOF(x) == REALSXP) && XLENGTH(x) == 1 && !Rf_isObject(x)) {
        double number = Rf_asReal(x);
        *reduction = number == 1 ? 1 : number == 2 ? 2 : 0;
        return number == (double)*reduction ? RL_OK : rl_fail("`reduction` must be 0 (none), 1 (mean) or 2 (sum); it is %g", number);
    }
    if (TYPEOF(x) != STRSXP || XLENGTH(x) == 0) return rl_fail("`reduction` must be \"mean\", \"sum\" or \"none\", not %s", rb_kind_of(x));
    for (*reduction = 0; *reduction < 3; ++*reduction)
        if (strcmp(CHAR(STRING_ELT(x, 0)), names[*reduction]) == 0) return RL_OK;
    return rl_fail("`reduction` must be \"mean\", \"sum\" or \"none\", not \"%s\"", rb_text(STRING_ELT(x, 0)));
}

/* ---- dtypes ---- */

static SEXP dtype_objects; /* a list: structure(code, class = "torch_dtype") */

SEXP rb_dtype_object(rl_dtype dtype) {
    if (!dtype_objects) {
        dtype_objects = Rf_allocVector(VECSXP, RL_DTYPES);
        R_PreserveObject(dtype_objects);
        for (int k = 0; k < RL_DTYPES; k++) {
            SEXP object = Rf_ScalarInteger(k);
            SET_VECTOR_ELT(dtype_objects, k, object);
            Rf_setAttrib(object, R_ClassSymbol, Rf_mkString("torch_dtype"));
            MARK_NOT_MUTABLE(object);
        }
    }
    return dtype != RL_NO_DTYPE ? VECTOR_ELT(dtype_objects, dtype) : R_NilValue;
}

rl_status rb_dtype(SEXP x, const char *argument, rl_dtype *dtype) {
    *dtype = RL_NO_DTYPE;
    if (Rf_isNull(x)) return RL_OK;
    if (TYPEOF(x) == INTSXP && XLENGTH(x) == 1 && Rf_inherits(x, "torch_dtype") && INTEGER(x)[0] >= 0 && INTEGER(x)[0] < RL_DTYPES)
        *dtype = (rl_dtype)INTEGER(x)[0];
    else if (TYPEOF(x) == STRSXP && XLENGTH(x) == 1)
        *dtype = rl_dtype_named(CHAR(STRING_ELT(x, 0)));
    if (*dtype != RL_NO_DTYPE) return RL_OK;
    if (TYPEOF(x) == STRSXP && XLENGTH(x) == 1)
        return rl_fail(
            "`%s` must be a dtype such as torch_float(); there is none called \"%s\": they are \"float\", \"double\", \"long\", \"int\", \"bool\" and others",
            argument, rb_text(STRING_ELT(x, 0)));
    return rl_fail("`%s` must be a dtype such as torch_float(), not %s", argument, rb_kind_of(x));
}

/* ---- devices ---- */

static const char *device_type(SEXP x) {
    if (Rf_inherits(x, "torch_device") && TYPEOF(x) == VECSXP && XLENGTH(x) > 0) x = VECTOR_ELT(x, 0);
    return TYPEOF(x) == STRSXP && XLENGTH(x) == 1 ? rb_text(STRING_ELT(x, 0)) : NULL;
}

int rb_names_device(SEXP x) {
    const char *type = device_type(x);
    return type && (TYPEOF(x) == VECSXP || strncmp(type, "cpu", 3) == 0 || strncmp(type, "cuda", 4) == 0 || strncmp(type, "mps", 3) == 0);
}

/* "auto", by which packages leave the choice, chooses the CPU. */
rl_status rb_device(SEXP x, const char *argument) {
    if (Rf_isNull(x)) return RL_OK;
    const char *type = device_type(x);
    if (!type) return rl_fail("`%s` must be a device such as \"cpu\", not %s", argument, rb_kind_of(x));
    if (strcmp(type, "cpu") == 0 || strncmp(type, "cpu:", 4) == 0 || strcmp(type, "auto") == 0) return RL_OK;
    return rl_fail("`%s` is \"%s\", and tensors live on the CPU: the only device is \"cpu\"", argument, type);
}
