/* How a tensor lies in memory, as R asks. */
#include <inttypes.h>
#include <stdio.h>

#include "entries.h"

SEXP rb_numbers(int n, const int64_t *values) {
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

/* All of them, or that of one dimension. */
static SEXP sizes_or_strides(SEXP self, SEXP dim, int strides) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    SEXP result = R_NilValue;
    int64_t asked;
    int at;
    if (tensor && Rf_isNull(dim)) {
        result = rb_numbers(tensor->ndim, strides ? tensor->strides : tensor->sizes);
    } else if (tensor && rb_dim(dim, "dim", &asked) == RL_OK && rl_wrap_dim(asked, tensor->ndim, &at) == RL_OK) {
        if (tensor->ndim == 0)
            rl_fail("dimension %d does not exist: the tensor has none", at + 1);
        else
            result = rb_numbers(1, (strides ? tensor->strides : tensor->sizes) + at);
    }
    return rb_end(call, result);
}

SEXP ffi_size(SEXP self, SEXP dim) { return sizes_or_strides(self, dim, 0); }

SEXP ffi_stride(SEXP self, SEXP dim) { return sizes_or_strides(self, dim, 1); }

SEXP ffi_is_contiguous(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    return rb_end(call, Rf_ScalarLogical(tensor && rl_is_contiguous(tensor)));
}

SEXP ffi_storage_offset(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    int64_t offset = tensor ? tensor->offset : 0;
    return rb_end(call, rb_numbers(1, &offset));
}

/* As text: what is at the same address is the same memory. */
SEXP ffi_storage_address(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    char text[32];
    snprintf(text, sizeof text, "0x%" PRIxPTR, tensor ? (uintptr_t)rl_host_storage(tensor) : 0);
    return rb_end(call, Rf_mkString(text));
}

SEXP ffi_is_same_size(SEXP self, SEXP other) {
    rb_call call = rb_begin();
    rl_tensor *a = rb_unwrap(self, "self"), *b = a ? rb_unwrap(other, "other") : NULL;
    return rb_end(call, Rf_ScalarLogical(a && b && rl_same_sizes(a, b)));
}

/* The same elements of the same memory. */
SEXP ffi_is_set_to(SEXP self, SEXP tensor) {
    rb_call call = rb_begin();
    rl_tensor *a = rb_unwrap(self, "self"), *b = a ? rb_unwrap(tensor, "tensor") : NULL;
    int same = a && b && a->storage == b->storage && a->offset == b->offset && rl_same_sizes(a, b);
    for (int k = 0; same && k < a->ndim; k++) same = a->strides[k] == b->strides[k];
    return rb_end(call, Rf_ScalarLogical(same));
}
