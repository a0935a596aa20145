/* R's values beside a tensor: as operands, and as what is written into it.
 *
 * Note [Operands]
 * A vector, matrix or array of R promotes as a single number does, by its kind: booleans, integers, floating numbers. So it
 * waits, with a number of its kind in its place, until all operands are known; then it is converted once, from R's memory to the
 * dtype that they promote to. Nothing of it passes through another dtype on the way. */
#include <math.h>
#include <string.h>

#include "../ops/infer.h"
#include "../tensor/range.h"
#include "entries.h"

static int is_single(SEXP x) { return XLENGTH(x) == 1 && Rf_isNull(Rf_getAttrib(x, R_DimSymbol)); }

/* NA of a kind that rl_scalar has none of. */
static int is_integer_na(SEXP x) {
    int64_t integer;
    if (TYPEOF(x) == LGLSXP) return LOGICAL(x)[0] == NA_LOGICAL;
    if (TYPEOF(x) == INTSXP) return INTEGER(x)[0] == NA_INTEGER;
    if (!rb_is_integer64(x)) return 0;
    memcpy(&integer, REAL(x), sizeof integer);
    return integer == INT64_MIN;
}

int rb_waits(SEXP x) {
    switch (TYPEOF(x)) {
    case INTSXP:
        if (Rf_inherits(x, "factor")) return 0; /* fall through */
    case LGLSXP:
    case REALSXP: return !is_single(x) || is_integer_na(x);
    case RAWSXP: return 1;
    default: return 0;
    }
}

rl_tensor *rb_number_of_kind(SEXP x) {
    rl_tensor *number = rl_tensor_scalar(rb_own_dtype(x), rl_scalar_int(0));
    if (number) number->wrapped_number = 1;
    return number;
}

static rl_tensor *without_dims(rl_tensor *one) { return one ? rl_tensor_view(one, 0, NULL, NULL, 0) : NULL; }

rl_tensor *rb_operand(SEXP x, rl_dtype dtype, const char *argument) {
    rl_tensor *converted = rb_from_r(x, dtype, RB_OPERAND, argument);
    return TYPEOF(x) != RAWSXP && is_single(x) ? without_dims(converted) : converted;
}

rl_status rb_settle(int n, rl_tensor **operands, SEXP list, const char *argument) {
    rl_dtype dtype = rl_result_dtype(n, operands);
    for (int k = 0; k < n; k++) {
        SEXP x = VECTOR_ELT(list, k);
        if (rb_waits(x) && !(operands[k] = rb_operand(x, dtype, argument))) return RL_FAILED;
    }
    return RL_OK;
}

/* A list of operands in which R's vectors have become tensors. Integers become floating beside R's floating ones. */
SEXP ffi_operands(SEXP list, SEXP names) {
    rb_call call = rb_begin();
    int n = (int)XLENGTH(list), waiting = 0;
    rl_tensor **operands = rl_scope_memory((size_t)n + 1, sizeof *operands);
    for (int k = 0; k < n && operands && !rl_failing(); k++) {
        SEXP x = VECTOR_ELT(list, k);
        waiting |= rb_waits(x);
        operands[k] = rb_waits(x) ? rb_number_of_kind(x) : rb_as_tensor(x, rb_text(STRING_ELT(names, k)));
    }
    if (rl_failing() || !waiting) return rb_end(call, list);
    rl_dtype dtype = rl_result_dtype(n, operands);
    SEXP result = PROTECT(Rf_shallow_duplicate(list));
    for (int k = 0; k < n && !rl_failing(); k++) {
        SEXP x = VECTOR_ELT(list, k);
        if (rb_waits(x)) operands[k] = rb_operand(x, dtype, rb_text(STRING_ELT(names, k)));
        int is_widened = rb_is_tensor(x) && rl_dtype_is_inexact(dtype) && !rl_dtype_is_inexact((rl_dtype)operands[k]->dtype);
        if (is_widened) operands[k] = rl_to_dtype(operands[k], dtype);
        if (is_widened || rb_waits(x)) SET_VECTOR_ELT(result, k, rb_wrap(operands[k]));
    }
    UNPROTECT(1);
    return rb_end(call, result);
}

int rb_is_missing(SEXP x) {
    return !rb_is_tensor(x) && Rf_isNumber(x) && XLENGTH(x) == 1 && (is_integer_na(x) || (TYPEOF(x) == REALSXP && R_IsNA(REAL(x)[0])));
}

rl_status rb_missing_number(rl_dtype dtype, const char *argument, rl_scalar *number) {
    *number = rl_scalar_double(NAN);
    if (rl_dtype_is_inexact(dtype)) return RL_OK;
    return rl_fail("`%s` is NA, and %s has no such value; use a floating dtype, where NA becomes NaN", argument, rl_dtype_name(dtype));
}

rl_status rb_written_number(SEXP x, rl_dtype dtype, const char *argument, rl_scalar *number) {
    if (rb_is_missing(x)) return rb_missing_number(dtype, argument, number);
    RL_TRY(rb_number(x, argument, number));
    return rl_check_fits(argument, *number, dtype);
}

rl_tensor *rb_written(SEXP x, rl_dtype dtype, const char *argument) {
    rl_scalar number;
    if (TYPEOF(x) == EXTPTRSXP) return rb_unwrap(x, argument);
    if (!Rf_isNumber(x) || !is_single(x)) return rb_from_r(x, dtype, RB_WRITTEN, argument);
    return rb_written_number(x, dtype, argument, &number) == RL_OK ? rl_tensor_number(number) : NULL;
}
