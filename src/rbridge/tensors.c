/* Making tensors of R's values, and R's values of tensors. */
#include <math.h>
#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/parallel.h"
#include "../kernels/sequence.h"
#include "../ops/infer.h"
#include "../tensor/range.h"
#include "entries.h"

static rl_status ask_for_gradients(rl_tensor *tensor, SEXP requires_grad) {
    int64_t wanted;
    RL_TRY(rb_flag(requires_grad, "requires_grad", &wanted));
    return wanted ? rl_set_requires_grad(tensor, 1) : RL_OK;
}

/* Ends an entry that makes a tensor. */
static SEXP finish(rb_call call, rl_tensor *tensor, SEXP requires_grad) {
    if (!rl_failing()) ask_for_gradients(tensor, requires_grad);
    return rb_end(call, rb_wrap(tensor));
}

SEXP ffi_tensor(SEXP data, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted;
    if (rb_dtype(dtype, "dtype", &wanted) == RL_OK) {
        rl_tensor *given = rb_is_tensor(data) ? rb_unwrap(data, "data") : NULL;
        if (given)
            tensor = rl_tensor_new_like(given, wanted == RL_NO_DTYPE ? (rl_dtype)given->dtype : wanted);
        else if (!rl_failing())
            tensor = rb_from_r(data, wanted, RB_NEW, "data");
        if (tensor && given) rl_copy_data(tensor, given);
    }
    return finish(call, tensor, requires_grad);
}

SEXP ffi_to_array(SEXP self, SEXP with_dim) {
    rb_call call = rb_begin();
    return rb_end(call, rb_to_r(rb_unwrap(self, "x"), Rf_asLogical(with_dim)));
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

/* Of a fill value, where no dtype is named. */
static rl_dtype dtype_for(SEXP value) {
    if (!rb_is_tensor(value)) return rb_own_dtype(value);
    rl_tensor *tensor = rb_unwrap(value, "fill_value");
    if (!tensor || rl_dtype_is_floating((rl_dtype)tensor->dtype)) return rl_default_dtype();
    return tensor->dtype == RL_BOOL ? RL_BOOL : RL_INT64;
}

static rl_status fill_with(rl_tensor *tensor, SEXP value) {
    rl_scalar number;
    if (!tensor) return RL_FAILED;
    if (Rf_isNull(value)) return RL_OK;
    RL_TRY(rb_written_number(value, (rl_dtype)tensor->dtype, "fill_value", &number));
    rl_fill_elements(tensor, number);
    return RL_OK;
}

/* Memory as it is found; that of booleans is cleared, since every byte of them is 0 or 1. */
static rl_tensor *unfilled(rl_tensor *tensor) {
    if (tensor && tensor->dtype == RL_BOOL) rl_fill_elements(tensor, rl_scalar_int(0));
    return tensor;
}

/* value NULL: not filled */
SEXP ffi_filled(SEXP size, SEXP value, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted;
    rl_ints sizes;
    if (rb_integers(size, "size", &sizes) == RL_OK && rb_dtype(dtype, "dtype", &wanted) == RL_OK) {
        if (wanted == RL_NO_DTYPE) wanted = Rf_isNull(value) ? rl_default_dtype() : dtype_for(value);
        if (!rl_failing()) tensor = unfilled(rl_tensor_new(wanted, sizes.length, sizes.values));
        if (tensor) fill_with(tensor, value);
    }
    return finish(call, tensor, requires_grad);
}

SEXP ffi_filled_like(SEXP input, SEXP value, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *model = rb_unwrap(input, "input"), *tensor = NULL;
    rl_dtype wanted;
    if (!rl_failing() && rb_dtype(dtype, "dtype", &wanted) == RL_OK) {
        tensor = unfilled(rl_tensor_new_like(model, wanted == RL_NO_DTYPE ? (rl_dtype)model->dtype : wanted));
        if (tensor) fill_with(tensor, value);
    }
    return finish(call, tensor, requires_grad);
}

/* A tensor of any strides, over a storage just large enough. */
SEXP ffi_strided_empty(SEXP size, SEXP stride, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted;
    rl_ints sizes, strides;
    if (rb_integers(size, "size", &sizes) == RL_OK && rb_integers(stride, "stride", &strides) == RL_OK && rb_dtype(dtype, "dtype", &wanted) == RL_OK) {
        int64_t reach = 1, numel;
        if (sizes.length != strides.length) rl_fail("`size` and `stride` must be of one length; they have %d and %d", sizes.length, strides.length);
        for (int k = 0; k < sizes.length && !rl_failing(); k++) {
            int64_t step;
            if (strides.values[k] < 0)
                rl_fail("`stride` must not be negative; element %d is %lld", k + 1, (long long)strides.values[k]);
            else if (sizes.values[k] > 1 &&
                     (__builtin_mul_overflow(strides.values[k], sizes.values[k] - 1, &step) || __builtin_add_overflow(reach, step, &reach)))
                rl_fail_memory(1e18);
        }
        if (!rl_failing() && rl_count(sizes.length, sizes.values, &numel) == RL_OK) {
            rl_tensor *all = unfilled(rl_tensor_new(wanted == RL_NO_DTYPE ? rl_default_dtype() : wanted, 1, &reach));
            if (all) tensor = rl_tensor_view(all, sizes.length, sizes.values, strides.values, 0);
        }
    }
    return finish(call, tensor, requires_grad);
}

SEXP ffi_eye(SEXP n, SEXP m, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted;
    int64_t sizes[2];
    if (rb_integer(n, "n", &sizes[0]) == RL_OK && rb_integer(m, "m", &sizes[1]) == RL_OK && rb_dtype(dtype, "dtype", &wanted) == RL_OK) {
        tensor = rl_tensor_new(wanted == RL_NO_DTYPE ? rl_default_dtype() : wanted, 2, sizes);
        if (tensor) rl_fill_eye(tensor);
    }
    return finish(call, tensor, requires_grad);
}

/* ---- sequences ---- */

/* A vector to be filled, in the dtype it is computed in; convert_sequence() makes it what was asked for. */
static rl_tensor *sequence_of(int64_t count, SEXP dtype, rl_dtype *wanted) {
    if (rb_dtype(dtype, "dtype", wanted) != RL_OK) return NULL;
    if (*wanted == RL_NO_DTYPE) *wanted = rl_default_dtype();
    if (*wanted == RL_BOOL) {
        rl_fail("a sequence of booleans makes no sense: choose a dtype of numbers");
        return NULL;
    }
    return rl_tensor_new(rl_dtype_is_narrow(*wanted) ? RL_FLOAT : *wanted, 1, &count);
}

/* A sequence of integers ends within its dtype. */
static rl_status check_ends(double first, double last, rl_dtype dtype) {
    if (rl_dtype_is_floating(dtype)) return RL_OK;
    RL_TRY(rl_check_fits("start", rl_scalar_double(first), dtype));
    return rl_check_fits("end", rl_scalar_double(last), dtype);
}

static rl_tensor *convert_sequence(rl_tensor *sequence, rl_dtype wanted) {
    if (!sequence || (rl_dtype)sequence->dtype == wanted) return sequence;
    rl_tensor *converted = rl_tensor_new(wanted, 1, sequence->sizes);
    if (converted) rl_copy_data(converted, sequence);
    return converted;
}

/* So near the end, a step that is not exact in binary has reached it; R's seq() has the same. */
static const double step_tolerance = 1e-10;

/* start, start + step, ... as far as `end`, which is included. */
SEXP ffi_range(SEXP start, SEXP end, SEXP step, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted = RL_NO_DTYPE;
    rl_scalar from, to, by;
    if (rb_number(start, "start", &from) == RL_OK && rb_number(end, "end", &to) == RL_OK && rb_number(step, "step", &by) == RL_OK) {
        double count = floor((to.as_double - from.as_double) / by.as_double + step_tolerance) + 1;
        if (by.as_double == 0)
            rl_fail("`step` must not be 0");
        else if (!isfinite(from.as_double) || !isfinite(to.as_double) || !isfinite(by.as_double))
            rl_fail("`start`, `end` and `step` must be finite");
        else if ((to.as_double - from.as_double) / by.as_double < 0)
            rl_fail("`step` leads away from `end`: from %g to %g by %g", from.as_double, to.as_double, by.as_double);
        else if (count > 9e15)
            rl_fail_memory(count * 8);
        else if ((tensor = sequence_of((int64_t)count, dtype, &wanted)) &&
                 check_ends(from.as_double, from.as_double + (count - 1) * by.as_double, wanted) == RL_OK)
            rl_fill_range(tensor, from, by);
        tensor = convert_sequence(tensor, wanted);
    }
    return finish(call, tensor, requires_grad);
}

SEXP ffi_linspace(SEXP start, SEXP end, SEXP steps, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted = RL_NO_DTYPE;
    rl_scalar from, to;
    int64_t count;
    if (rb_number(start, "start", &from) == RL_OK && rb_number(end, "end", &to) == RL_OK && rb_integer(steps, "steps", &count) == RL_OK) {
        if (count < 0)
            rl_fail("`steps` must not be negative; it is %lld", (long long)count);
        else if ((tensor = sequence_of(count, dtype, &wanted)) && check_ends(from.as_double, to.as_double, wanted) == RL_OK)
            rl_fill_linspace(tensor, from.as_double, to.as_double);
        tensor = convert_sequence(tensor, wanted);
    }
    return finish(call, tensor, requires_grad);
}

SEXP ffi_logspace(SEXP start, SEXP end, SEXP steps, SEXP base, SEXP dtype, SEXP requires_grad) {
    rb_call call = rb_begin();
    rl_tensor *tensor = NULL;
    rl_dtype wanted = RL_NO_DTYPE;
    rl_scalar from, to, of;
    int64_t count;
    if (rb_number(start, "start", &from) == RL_OK && rb_number(end, "end", &to) == RL_OK && rb_integer(steps, "steps", &count) == RL_OK &&
        rb_number(base, "base", &of) == RL_OK) {
        if (count < 0)
            rl_fail("`steps` must not be negative; it is %lld", (long long)count);
        else if ((tensor = sequence_of(count, dtype, &wanted)) &&
                 check_ends(pow(of.as_double, from.as_double), pow(of.as_double, to.as_double), wanted) == RL_OK)
            rl_fill_logspace(tensor, from.as_double, to.as_double, of.as_double);
        tensor = convert_sequence(tensor, wanted);
    }
    return finish(call, tensor, requires_grad);
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

/* The code of its dtype. */
SEXP ffi_dtype_of(SEXP self) {
    rb_call call = rb_begin();
    rl_tensor *tensor = rb_unwrap(self, "self");
    return rb_end(call, Rf_ScalarInteger(tensor ? tensor->dtype : 0));
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
            if (size) memcpy(RAW(bytes), rl_data(dense), size);
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
    uint8_t *data = rl_data(to);
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

SEXP ffi_counts(void) {
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

SEXP ffi_has_openmp(void) {
#ifdef _OPENMP
    return Rf_ScalarLogical(TRUE);
#else
    return Rf_ScalarLogical(FALSE);
#endif
}
