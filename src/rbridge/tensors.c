/* Making tensors of R's values, and R's values of tensors. */
#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/parallel.h"
#include "../ops/infer.h"
#include "entries.h"

SEXP ffi_tensor(SEXP data, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted;
    if (rb_dtype(dtype, "dtype", &wanted) == RL_OK) {
        rl_tensor *given = rb_is_tensor(data) ? rb_unwrap(data, "data") : NULL;
        if (given)
            tensor = rl_tensor_new_like(given, wanted == RL_NO_DTYPE ? (rl_dtype)given->dtype : wanted);
        else if (Rf_isNull(data))
            tensor = rl_tensor_new(wanted == RL_NO_DTYPE ? rl_default_dtype() : wanted, 1, (const int64_t[]){0});
        else if (!rl_failing())
            tensor = rb_from_r(data, wanted, RB_NEW, "data");
        if (tensor && given) rl_copy_data(tensor, given);
    }
    int64_t followed;
    if (!rl_failing() && rb_flag(requires_grad, "requires_grad", &followed) == RL_OK && followed) rl_set_requires_grad(tensor, 1);
    return rb_end(call, rb_wrap(tensor));
}

/* Bytes are raw in an array, and numbers in a plain vector. */
SEXP ffi_to_array(SEXP self, SEXP with_dim) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "x");
    const int as_array = Rf_asLogical(with_dim);
    SEXP values = PROTECT(rb_to_r(tensor, as_array));
    if (as_array && TYPEOF(values) == INTSXP && tensor->dtype == RL_UINT8) values = Rf_coerceVector(values, RAWSXP);
    UNPROTECT(1);
    return rb_end(call, values);
}

SEXP ffi_to_integer64(SEXP self) {
    rb_call call = rb_begin();
    return rb_end(call, rb_to_integer64(rb_unwrap(self, "x")));
}

SEXP ffi_item(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    SEXP value = R_NilValue;
    if (tensor && tensor->numel != 1)
        rl_fail("item() needs a tensor of one element; this one has %lld", (long long)tensor->numel);
    else
        value = rb_to_r(tensor, 0);
    return rb_end(call, value);
}

/* ---- conversion ---- */

/* The tensor itself if there is nothing to convert and no copy is asked for. */
SEXP ffi_to(SEXP self, SEXP dtype, SEXP other, SEXP copy) {
    rb_call call = rb_begin();
    SEXP result = self;
    rl_tensor *tensor = rb_unwrap(self, "self"), *like = Rf_isNull(other) ? NULL : rb_unwrap(other, "other");
    rl_dtype wanted = RL_NO_DTYPE;
    int64_t anew;
    if (!rl_failing() && rb_flag(copy, "copy", &anew) == RL_OK &&
        (rb_names_device(dtype) ? rb_device(dtype, "device") : rb_dtype(dtype, "dtype", &wanted)) == RL_OK) {
        if (wanted == RL_NO_DTYPE) wanted = (rl_dtype)(like ? like : tensor)->dtype;
        if (like && wanted != (rl_dtype)like->dtype) rl_fail("`dtype` and `other`, which is %s, contradict each other", rl_dtype_name((rl_dtype)like->dtype));
    }
    if (!rl_failing()) {
        if ((rl_dtype)tensor->dtype != wanted)
            result = rb_wrap(rl_to_dtype(tensor, wanted));
        else if (anew)
            result = rb_wrap(rl_clone(tensor));
    }
    return rb_end(call, result);
}

SEXP ffi_cpu_only(SEXP device) {
    rb_call call = rb_begin();
    rb_device(device, "device");
    return rb_end(call, R_NilValue);
}

SEXP ffi_numel(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap_any(self, "x");
    int64_t n = tensor ? tensor->numel : 0;
    return rb_end(call, rb_numbers(1, &n));
}

/* The dtype that is called so. */
SEXP ffi_dtype(SEXP name) {
    rb_call call = rb_begin();
    rl_dtype dtype;
    rb_dtype(name, "name", &dtype);
    return rb_end(call, rb_dtype_object(dtype));
}

/* What the table of dtypes says of a dtype, or of a tensor's. */
SEXP ffi_dtype_traits(SEXP x) {
    static const char *const kinds[] = {
        [RL_NO_KIND] = "none", [RL_BOOLEAN] = "boolean", [RL_INTEGER] = "integer", [RL_FLOATING] = "floating", [RL_COMPLEX] = "complex"};
    static const char *const names[] = {"name", "kind", "bytes", "digits", "least", "largest", ""};
    rb_call call = rb_begin();
    rl_dtype dtype = RL_NO_DTYPE;
    if (Rf_inherits(x, "torch_dtype")) {
        rb_dtype(x, "dtype", &dtype);
    } else {
        rl_tensor *tensor = rb_unwrap(x, "self");
        if (tensor) dtype = (rl_dtype)tensor->dtype;
    }
    const rl_dtype_row *row = &rl_dtypes[dtype];
    SEXP traits = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
    SET_VECTOR_ELT(traits, 0, Rf_mkString(row->name));
    SET_VECTOR_ELT(traits, 1, Rf_mkString(kinds[row->kind]));
    SET_VECTOR_ELT(traits, 2, Rf_ScalarInteger(row->size));
    SET_VECTOR_ELT(traits, 3, Rf_ScalarInteger(row->digits));
    SET_VECTOR_ELT(traits, 4, Rf_ScalarReal(row->least));
    SET_VECTOR_ELT(traits, 5, Rf_ScalarReal(row->largest));
    UNPROTECT(1);
    return rb_end(call, traits);
}

static rl_status read_pair(SEXP a, const char *name_a, SEXP b, const char *name_b, rl_dtype *first, rl_dtype *second) {
    RL_TRY(rb_dtype(a, name_a, first));
    RL_TRY(rb_dtype(b, name_b, second));
    if (*first == RL_NO_DTYPE || *second == RL_NO_DTYPE) return rl_fail("`%s` must be a dtype, not NULL", *first == RL_NO_DTYPE ? name_a : name_b);
    return RL_OK;
}

SEXP ffi_promote_types(SEXP type1, SEXP type2) {
    rb_call call = rb_begin();
    rl_dtype a, b, promoted = RL_FLOAT;
    if (read_pair(type1, "type1", type2, "type2", &a, &b) == RL_OK) promoted = rl_dtype_promote(a, b);
    return rb_end(call, rb_dtype_object(promoted));
}

SEXP ffi_can_cast(SEXP from, SEXP to) {
    rb_call call = rb_begin();
    rl_dtype a, b;
    int can = read_pair(from, "from_", to, "to", &a, &b) == RL_OK && rl_dtype_can_cast(a, b);
    return rb_end(call, Rf_ScalarLogical(can));
}

SEXP ffi_result_type(SEXP tensor1, SEXP tensor2) {
    rb_call call = rb_begin();
    rl_tensor *operands[] = {rb_waits(tensor1) ? rb_number_of_kind(tensor1) : rb_as_tensor(tensor1, "tensor1"),
                             rb_waits(tensor2) ? rb_number_of_kind(tensor2) : rb_as_tensor(tensor2, "tensor2")};
    rl_dtype dtype = rl_failing() ? RL_FLOAT : rl_result_dtype(2, operands);
    return rb_end(call, rb_dtype_object(dtype));
}

/* self sees another tensor's elements from now on; both stay what they are in the graph. */
SEXP ffi_set_data(SEXP self, SEXP new_data) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self"), *data = rb_unwrap(new_data, "new_data");
    if (tensor && data && tensor->dtype != data->dtype && rl_requires_grad(tensor) && !rl_dtype_is_floating((rl_dtype)data->dtype))
        rl_fail("`new_data` must be floating: the tensor requires gradients");
    else if (tensor && data && rl_tensor_reshape_in_place(tensor, data->storage, data->ndim, data->sizes, data->strides, data->offset) == RL_OK)
        tensor->dtype = data->dtype;
    return rb_end(call, self);
}

/* ---- bytes ---- */

SEXP ffi_to_bytes(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "tensor");
    SEXP bytes = R_NilValue;
    if (!rl_failing()) {
        size_t size = rl_dtype_size((rl_dtype)tensor->dtype) * (size_t)tensor->numel;
        rl_tensor *dense = rl_tensor_new((rl_dtype)tensor->dtype, tensor->ndim, tensor->sizes);
        if (dense && rl_copy_data(dense, tensor) == RL_OK) {
            bytes = Rf_allocVector(RAWSXP, (R_xlen_t)size);
            if (size) memcpy(RAW(bytes), rl_host_data(dense), size);
        }
    }
    return rb_end(call, bytes);
}

static const void *bytes_of_buffer(SEXP buffer, size_t *size) {
    size_t n = (size_t)Rf_xlength(buffer);
    switch (TYPEOF(buffer)) {
    case RAWSXP: *size = n; return RAW(buffer);
    case INTSXP:
        if (Rf_inherits(buffer, "factor")) break;
        *size = n * sizeof(int);
        return INTEGER(buffer);
    case REALSXP: *size = n * sizeof(double); return REAL(buffer);
    default: break;
    }
    rl_fail("`buffer` must be a raw, integer or numeric vector, not %s", rb_kind_of(buffer));
    return NULL;
}

/* Kernels count on booleans that are 0 or 1. */
static void copy_bytes(rl_tensor *to, const void *bytes) {
    size_t size = to->storage->bytes;
    uint8_t *data = rl_host_data(to);
    if (size) memcpy(data, bytes, size);
    for (size_t k = 0; to->dtype == RL_BOOL && k < size; k++) data[k] = data[k] != 0;
}

SEXP ffi_from_bytes(SEXP buffer, SEXP shape, SEXP dtype) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted;
    rl_ints sizes;
    size_t there = 0;
    const void *bytes = bytes_of_buffer(buffer, &there);
    if (bytes && rb_integers(shape, "shape", &sizes) == RL_OK && rb_dtype(dtype, "dtype", &wanted) == RL_OK) {
        tensor = rl_tensor_new(wanted == RL_NO_DTYPE ? rl_default_dtype() : wanted, sizes.length, sizes.values);
        if (tensor && tensor->storage->bytes > there)
            rl_fail("`buffer` has %lld bytes, and shape %s takes %lld", (long long)there, rl_sizes_text(sizes.length, sizes.values),
                    (long long)tensor->storage->bytes);
        else if (tensor)
            copy_bytes(tensor, bytes);
    }
    return rb_end(call, rb_wrap(tensor));
}

/* ---- settings ---- */

/* NULL asks, a dtype sets */
SEXP ffi_default_dtype(SEXP dtype) {
    rb_call call = rb_begin();
    rl_dtype wanted;
    if (rb_dtype(dtype, "d", &wanted) == RL_OK && wanted != RL_NO_DTYPE) {
        if (rl_dtype_is_floating(wanted))
            rl_set_default_dtype(wanted);
        else
            rl_fail("`d` must be a floating dtype, not %s", rl_dtype_name(wanted));
    }
    return rb_end(call, rb_dtype_object(rl_default_dtype()));
}

/* Visible: callgrind finds it by name in a library without symbols. */
SEXP attribute_visible ffi_counts(void) {
    const char *names[] = {"tensors", "storages", "nodes", "bytes", "peak_bytes", "pooled_bytes", ""};
    rb_call call = rb_begin();
    SEXP counts = PROTECT(Rf_mkNamed(REALSXP, names));
    double values[] = {(double)rl_live.live_tensors, (double)rl_live.live_storages, (double)rl_live.live_nodes, rl_live.live_bytes,
                       rl_live.peak_bytes,           rl_live.pooled_bytes};
    for (int k = 0; k < 6; k++) REAL(counts)[k] = values[k];
    UNPROTECT(1);
    return rb_end(call, counts);
}

#ifdef RL_FAULTS
/* The n-th allocation from now fails, or none; TRUE if the one before has failed. */
SEXP ffi_fail_allocation(SEXP n) { return Rf_ScalarLogical(rl_fail_allocation(Rf_asInteger(n))); }
#endif

SEXP ffi_set_num_threads(SEXP threads) {
    rb_call call = rb_begin();
    int64_t wanted;
    if (rb_integer(threads, "num_threads", &wanted) == RL_OK) {
        if (wanted < 1)
            rl_fail("`num_threads` must be 1 or more; it is %lld", (long long)wanted);
        else
            rl_set_num_threads((int)wanted);
    }
    return rb_end(call, R_NilValue);
}

SEXP ffi_num_threads(void) { return Rf_ScalarInteger(rl_num_threads()); }

SEXP ffi_has_openmp(void) { return Rf_ScalarLogical(rl_has_openmp()); }
