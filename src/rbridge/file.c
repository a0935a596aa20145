/* Tensors in files, for what R lays out: R/save-*.R. */
#include "../tensor/file.h"

#include "entries.h"

#include <string.h>

/* Raw vectors and contiguous tensors as they lie in memory. */
static rl_status pieces_of(SEXP list, rl_piece *pieces) {
    for (R_xlen_t k = 0; k < XLENGTH(list); k++) {
        SEXP x = VECTOR_ELT(list, k);
        if (TYPEOF(x) == RAWSXP) {
            pieces[k] = (rl_piece){RAW(x), (size_t)XLENGTH(x)};
            continue;
        }
        rl_tensor *tensor = rb_unwrap(x, "pieces");
        if (!tensor) return RL_FAILED;
        if (!rl_is_contiguous(tensor)) return rl_fail("`pieces` must be contiguous");
        pieces[k] = (rl_piece){rl_host_data(tensor), (size_t)tensor->numel * rl_dtype_size((rl_dtype)tensor->dtype)};
    }
    return RL_OK;
}

SEXP ffi_write_file(SEXP path, SEXP list) {
    rb_call call = rb_begin();
    const char *name = rb_text(STRING_ELT(path, 0));
    rl_piece *pieces = rl_scope_memory((size_t)XLENGTH(list), sizeof *pieces);
    if (pieces && pieces_of(list, pieces) == RL_OK) rl_file_write(name, (int)XLENGTH(list), pieces);
    return rb_end(call, R_NilValue);
}

/* Into a dense tensor. Kernels count on booleans that are 0 or 1. */
SEXP ffi_read_file(SEXP path, SEXP offset, SEXP self) {
    rb_call call = rb_begin();
    const char *name = rb_text(STRING_ELT(path, 0));
    rl_tensor *tensor = rb_unwrap(self, "self");
    if (tensor) {
        const size_t bytes = (size_t)tensor->numel * rl_dtype_size((rl_dtype)tensor->dtype);
        uint8_t *data = rl_host_data(tensor);
        rl_file_read(name, (int64_t)Rf_asReal(offset), bytes, data);
        for (size_t k = 0; tensor->dtype == RL_BOOL && k < bytes; k++) data[k] = data[k] != 0;
    }
    return rb_end(call, self);
}

SEXP ffi_crc32(SEXP x) {
    rb_call call = rb_begin();
    rl_piece piece = {NULL, 0};
    SEXP list = PROTECT(Rf_allocVector(VECSXP, 1));
    SET_VECTOR_ELT(list, 0, x);
    uint32_t crc = pieces_of(list, &piece) == RL_OK ? rl_crc32(0, piece.data, piece.bytes) : 0;
    SEXP result = PROTECT(Rf_ScalarReal(crc));
    result = rb_end(call, result);
    UNPROTECT(2);
    return result;
}
