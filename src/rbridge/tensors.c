/* Making tensors of R's values, and R's values of tensors. */
#include "../kernels/copy.h"
#include "../kernels/parallel.h"
#include "entries.h"
#include "handle.h"

static rl_status ask_for_gradients(rl_tensor *tensor, SEXP requires_grad) {
    int64_t wanted;
    RL_TRY(rb_flag(requires_grad, "requires_grad", &wanted));
    return wanted ? rl_set_requires_grad(tensor, 1) : RL_OK;
}

SEXP ffi_tensor(SEXP data, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    SEXP handle = PROTECT(rb_handle_new());
    rl_dtype wanted;
    if (rb_dtype(dtype, "dtype", &wanted) == RL_OK) {
        rl_tensor *tensor = NULL, *given = rb_is_tensor(data) ? rb_unwrap(data, "data") : NULL;
        if (given && !given->storage)
            rl_fail("`data` is an undefined tensor");
        else if (given)
            tensor = rl_tensor_new_like(given, wanted == RL_NO_DTYPE ? (rl_dtype)given->dtype : wanted);
        else if (!rl_failing())
            tensor = rb_from_r(data, wanted, "data");
        if (tensor && given) rl_copy_data(tensor, given);
        if (tensor && ask_for_gradients(tensor, requires_grad) == RL_OK) rb_handle_fill(handle, tensor);
    }
    handle = rb_end(call, handle);
    UNPROTECT(1);
    return handle;
}

SEXP ffi_to_array(SEXP self, SEXP with_dim) {
    rb_call call = rb_begin();
    SEXP values = PROTECT(rb_to_r(rb_unwrap(self, "x"), Rf_asLogical(with_dim)));
    values = rb_end(call, values);
    UNPROTECT(1);
    return values;
}

SEXP ffi_item(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    SEXP value = R_NilValue;
    if (tensor && (!tensor->storage || tensor->numel != 1))
        rl_fail("item() needs a tensor of one element; this one has %lld", (long long)tensor->numel);
    else
        value = rb_to_r(tensor, 0);
    PROTECT(value);
    value = rb_end(call, value);
    UNPROTECT(1);
    return value;
}

/* value NULL: not filled */
SEXP ffi_filled(SEXP size, SEXP value, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    SEXP handle = PROTECT(rb_handle_new());
    rl_dtype wanted;
    rl_ints sizes;
    rl_scalar number = {RL_SCALAR_NONE, 0, 0};
    if (rb_wholes(size, "size", &sizes) == RL_OK && rb_dtype(dtype, "dtype", &wanted) == RL_OK &&
        (Rf_isNull(value) || rb_number(value, "fill_value", &number) == RL_OK)) {
        if (wanted == RL_NO_DTYPE) wanted = number.kind == RL_SCALAR_INT ? RL_INT64 : number.kind == RL_SCALAR_BOOL ? RL_BOOL : rl_default_dtype();
        rl_tensor *tensor = rl_tensor_new(wanted, sizes.length, sizes.values);
        if (tensor && number.kind != RL_SCALAR_NONE) rl_fill_elements(tensor, number);
        if (tensor && ask_for_gradients(tensor, requires_grad) == RL_OK) rb_handle_fill(handle, tensor);
    }
    handle = rb_end(call, handle);
    UNPROTECT(1);
    return handle;
}

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

SEXP ffi_counts(void) {
    const char *names[] = {"tensors", "storages", "nodes", "bytes", "peak_bytes", "pooled_bytes", ""};
    rb_call call = rb_begin();
    SEXP counts = PROTECT(Rf_mkNamed(REALSXP, names));
    double values[] = {(double)rl_live.live_tensors, (double)rl_live.live_storages, (double)rl_live.live_nodes, rl_live.live_bytes, rl_live.peak_bytes, rl_live.pooled_bytes};
    for (int k = 0; k < 6; k++) REAL(counts)[k] = values[k];
    UNPROTECT(1);
    return rb_end(call, counts);
}

SEXP ffi_set_num_threads(SEXP threads) {
    rb_call call = rb_begin();
    int64_t wanted;
    if (rb_whole(threads, "num_threads", &wanted) == RL_OK) {
        if (wanted < 1)
            rl_fail("`num_threads` must be 1 or more; it is %lld", (long long)wanted);
        else
            rl_set_num_threads((int)wanted);
    }
    return rb_end(call, R_NilValue);
}

SEXP ffi_num_threads(void) { return Rf_ScalarInteger(rl_num_threads()); }
