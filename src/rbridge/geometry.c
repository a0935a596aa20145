/* How a tensor lies in memory, as R asks. */
#include <stdio.h>

#include "entries.h"

/* Whole numbers as R's integers if they all fit, else as doubles. */
static SEXP numbers(int n, const int64_t *values) {
    int small = 1;
    for (int k = 0; k < n; k++) small &= values[k] > -INT_MAX && values[k] <= INT_MAX;
    SEXP result = Rf_allocVector(small ? INTSXP : REALSXP, n);
    for (int k = 0; k < n; k++) {
        if (small)
            INTEGER(result)[k] = (int)values[k];
        else
            REAL(result)[k] = (double)values[k];
    }
    return result;
}

static rl_tensor *defined(SEXP self, const char *argument) {
    rl_tensor *tensor = rb_unwrap(self, argument);
    if (tensor && !tensor->storage) rl_fail("`%s` is an undefined tensor", argument);
    return tensor && tensor->storage ? tensor : NULL;
}

/* All of them, or that of one dimension. */
static SEXP sizes_or_strides(SEXP self, SEXP dim, int strides) {
    rb_call call = rb_begin();
    rl_tensor *tensor = defined(self, "self");
    SEXP result = R_NilValue;
    int64_t asked;
    int at;
    if (tensor && Rf_isNull(dim)) {
        result = numbers(tensor->ndim, strides ? tensor->strides : tensor->sizes);
    } else if (tensor && rb_dim(dim, "dim", &asked) == RL_OK && rl_wrap_dim(asked, tensor->ndim, &at) == RL_OK) {
        if (tensor->ndim == 0)
            rl_fail("dimension %d does not exist: the tensor has none", at + 1);
        else
            result = numbers(1, (strides ? tensor->strides : tensor->sizes) + at);
    }
    return rb_end(call, result);
}

SEXP ffi_size(SEXP self, SEXP dim) { return sizes_or_strides(self, dim, 0); }

SEXP ffi_stride(SEXP self, SEXP dim) { return sizes_or_strides(self, dim, 1); }

SEXP ffi_is_contiguous(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = defined(self, "self");
    return rb_end(call, Rf_ScalarLogical(tensor && rl_is_contiguous(tensor)));
}

SEXP ffi_storage_offset(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = defined(self, "self");
    int64_t offset = tensor ? tensor->offset : 0;
    return rb_end(call, numbers(1, &offset));
}

/* As text: what is at the same address is the same memory. */
SEXP ffi_storage_address(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = defined(self, "self");
    char text[32];
    snprintf(text, sizeof text, "%p", tensor ? tensor->storage->data : NULL);
    return rb_end(call, Rf_mkString(text));
}

SEXP ffi_is_same_size(SEXP self, SEXP other) {
    rb_call call = rb_begin();
    rl_tensor *a = defined(self, "self"), *b = a ? defined(other, "other") : NULL;
    return rb_end(call, Rf_ScalarLogical(a && b && rl_same_sizes(a, b)));
}

/* The same elements of the same memory. */
SEXP ffi_is_set_to(SEXP self, SEXP tensor) {
    rb_call call = rb_begin();
    rl_tensor *a = defined(self, "self"), *b = a ? defined(tensor, "tensor") : NULL;
    int same = a && b && a->storage == b->storage && a->offset == b->offset && rl_same_sizes(a, b);
    for (int k = 0; same && k < a->ndim; k++) same = a->strides[k] == b->strides[k];
    return rb_end(call, Rf_ScalarLogical(same));
}
