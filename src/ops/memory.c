#include <string.h>

#include "view.h"

/* Giving a tensor other memory. Its node and its base know nothing of that, so it may have none that matters. */
static rl_status give(rl_call *call, rl_storage *storage, const rl_geometry *geometry) {
    rl_tensor *self = call->in[0];
    if (rl_requires_grad(self))
        return rl_fail("%s() would change the memory of a tensor that requires gradients; use $detach() or $clone() first", call->op->name);
    if (self->autograd && self->autograd->base) {
        rl_tensor *base = self->autograd->base;
        self->autograd->base = NULL;
        rl_release(base);
    }
    RL_TRY(rl_tensor_reshape_in_place(self, storage, geometry->ndim, geometry->sizes, geometry->strides, geometry->offset));
    self->storage->version++;
    return rl_set_result(call, 1, &self);
}

/* ---- resize_: the first elements stay, further ones are 0 ---- */

static rl_status compose_resize_(rl_call *call) {
    rl_tensor *self = call->in[0];
    rl_ints sizes = call->args.list[0];
    rl_geometry geometry;
    int64_t numel, needed;
    size_t bytes;
    if (sizes.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    RL_TRY(rl_count(sizes.length, sizes.values, &numel));
    if (__builtin_add_overflow(numel, self->offset, &needed)) return rl_fail_memory(1e18);
    RL_TRY(rl_multiply_sizes((size_t)needed, rl_dtype_size((rl_dtype)self->dtype), &bytes));
    rl_geometry_contiguous(sizes.length, sizes.values, &geometry);
    geometry.offset = self->offset;
    if (bytes <= self->storage->bytes) return give(call, self->storage, &geometry);
    rl_tensor *larger = rl_zeros((rl_dtype)self->dtype, 1, &needed);
    if (!larger) return RL_FAILED;
    memcpy(larger->storage->data, self->storage->data, self->storage->bytes);
    return give(call, larger->storage, &geometry);
}
const rl_op rl_op_resize_ = {.name = "resize_", .compose = compose_resize_};

/* ---- set_: the memory of another tensor ---- */

static rl_status compose_set_(rl_call *call) {
    rl_tensor *self = call->in[0], *source = call->in[1];
    rl_ints sizes = call->args.list[0], strides = call->args.list[1];
    rl_geometry geometry;
    if (self->dtype != source->dtype)
        return rl_fail("set_() needs a source of the tensor's dtype %s; it is %s", rl_dtype_name((rl_dtype)self->dtype),
                       rl_dtype_name((rl_dtype)source->dtype));
    if (rl_requires_grad(source)) return rl_fail("set_() cannot share the memory of a tensor that requires gradients; use $detach() on it");
    rl_geometry_of(source, &geometry);
    if (sizes.length >= 0) {
        int64_t offset = call->args.s[0].kind == RL_SCALAR_NONE ? source->offset : call->args.s[0].as_int;
        int64_t contiguous[RL_MAX_DIMS], numel;
        if (sizes.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
        if (strides.length > 0 && strides.length != sizes.length)
            return rl_fail("set_() needs a stride for each size: %d sizes and %d strides were given", sizes.length, strides.length);
        RL_TRY(rl_count(sizes.length, sizes.values, &numel));
        rl_contiguous_strides(sizes.length, sizes.values, contiguous);
        rl_tensor *seen = rl_view_as_strided(source, sizes.length, sizes.values, strides.length > 0 ? strides.values : contiguous, offset);
        if (!seen) return RL_FAILED;
        rl_geometry_of(seen, &geometry);
    }
    return give(call, source->storage, &geometry);
}
const rl_op rl_op_set_ = {.name = "set_", .compose = compose_set_};
