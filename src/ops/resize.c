#include <string.h>

#include "view.h"

/* Giving a tensor other memory: its base, if it has one, is none any more. */
static rl_status give_memory(rl_call *call, rl_storage *storage, const rl_layout *layout) {
    rl_tensor *self = call->in[0];
    RL_TRY(rl_tensor_reshape_in_place(self, storage, layout->ndim, layout->sizes, layout->strides, layout->offset));
    self->storage->version++;
    return rl_set_result(call, 1, &self);
}

/* ---- resize_: the first elements stay, further ones are 0 ---- */

static rl_status compose_resize_(rl_call *call) {
    rl_tensor *self = call->in[0];
    rl_ints sizes = call->args.list[0];
    rl_layout geometry;
    int64_t numel, needed;
    size_t bytes;
    if (sizes.length > RL_MAX_DIMS) return rl_fail("a tensor has at most %d dimensions", RL_MAX_DIMS);
    RL_TRY(rl_count(sizes.length, sizes.values, &numel));
    if (__builtin_add_overflow(numel, self->offset, &needed)) return rl_fail_memory(1e18);
    RL_TRY(rl_multiply_sizes((size_t)needed, rl_dtype_size((rl_dtype)self->dtype), &bytes));
    rl_layout_contiguous(sizes.length, sizes.values, &geometry);
    geometry.offset = self->offset;
    if (bytes <= self->storage->bytes) return give_memory(call, self->storage, &geometry);
    rl_tensor *larger = rl_zeros((rl_dtype)self->dtype, 1, &needed);
    if (!larger) return RL_FAILED;
    memcpy(rl_host_storage(larger), rl_host_storage(self), self->storage->bytes);
    return give_memory(call, larger->storage, &geometry);
}
const rl_op rl_op_resize_ = {.name = "resize_", SCHEMA(resize_), .traits = RL_REPLACES_STORAGE, .compose = compose_resize_};

/* ---- set_: the memory of another tensor ---- */

static rl_status compose_set_(rl_call *call) {
    rl_tensor *self = call->in[0], *source = call->in[1];
    rl_ints sizes = call->args.list[0], strides = call->args.list[1];
    rl_layout geometry;
    if (self->dtype != source->dtype)
        return rl_fail("set_() needs a source of the tensor's dtype %s; it is %s", rl_dtype_name((rl_dtype)self->dtype),
                       rl_dtype_name((rl_dtype)source->dtype));
    rl_layout_of(source, &geometry);
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
        rl_layout_of(seen, &geometry);
    }
    return give_memory(call, source->storage, &geometry);
}
const rl_op rl_op_set_ = {.name = "set_", SCHEMA(set_), .traits = RL_REPLACES_STORAGE, .compose = compose_set_};
