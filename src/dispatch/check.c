#include "check.h"

#include <string.h>

#include "describe.h"
#include "run.h"

/* ---- the ops that were seen ---- */

enum { SEEN = 1024 }; /* more than there are ops, so that a search ends */
static const rl_op *seen[SEEN];

static const rl_op **place_of(const rl_op *op) {
    size_t at = ((uintptr_t)op / sizeof(void *)) % SEEN;
    for (size_t tried = 1; tried < SEEN && seen[at] && seen[at] != op; tried++) at = (at + 1) % SEEN;
    return &seen[at];
}

int rl_was_inference_checked(const rl_op *op) { return *place_of(op) == op; }

/* ---- the check ---- */

static int same_numbers(int n, const int64_t *a, const int64_t *b) { return n == 0 || memcmp(a, b, (size_t)n * sizeof *a) == 0; }

static int same_outputs(const rl_output_spec *a, const rl_output_spec *b) {
    if (a->kind != b->kind || a->dtype != b->dtype || a->compute_dtype != b->compute_dtype || a->layout.ndim != b->layout.ndim) return 0;
    if (!same_numbers(a->layout.ndim, a->layout.sizes, b->layout.sizes)) return 0;
    if (a->kind == RL_NEW) return 1;
    return same_numbers(a->layout.ndim, a->layout.strides, b->layout.strides) && (a->kind != RL_VIEW || a->layout.offset == b->layout.offset);
}

static uint64_t hashed(uint64_t hash, const void *data, size_t bytes) {
    for (const unsigned char *at = data, *end = at + bytes; at < end; at++) hash = (hash ^ *at) * 0x100000001b3;
    return hash;
}

static uint64_t hashed_tensor(uint64_t hash, const rl_tensor *x) {
    rl_layout layout;
    if (!x || !x->storage) return hash;
    rl_layout_of(x, &layout);
    hash = hashed(hash, layout.sizes, (size_t)layout.ndim * sizeof *layout.sizes);
    hash = hashed(hash, layout.strides, (size_t)layout.ndim * sizeof *layout.strides);
    hash = hashed(hash, &layout.offset, sizeof layout.offset);
    hash = hashed(hash, &x->storage, sizeof x->storage);
    hash = hashed(hash, &x->storage->version, sizeof x->storage->version);
    return hashed(hash, (uint8_t[]){x->dtype, x->wrapped_number}, 2);
}

/* Of all that infer can reach. */
static uint64_t hashed_call(const rl_call *call) {
    uint64_t hash = hashed(0xcbf29ce484222325, &call->args, sizeof call->args);
    for (int k = 0; k < RL_MAX_LISTS; k++)
        if (call->args.list[k].length > 0) hash = hashed(hash, call->args.list[k].values, (size_t)call->args.list[k].length * sizeof(int64_t));
    if (call->n_in) hash = hashed(hash, call->in, (size_t)call->n_in * sizeof(rl_tensor *));
    for (int k = 0; k < call->n_in; k++) hash = hashed_tensor(hash, call->in[k]);
    return hash;
}

static rl_status check_same(const rl_call *call, const rl_result *again, const char *when) {
    const rl_result *result = &call->result;
    if (again->n_out != result->n_out || again->variant != result->variant)
        return rl_fail("infer of %s says %d outputs (variant %d), and %s %d (variant %d)", rl_call_text(call), result->n_out, result->variant, when,
                       again->n_out, again->variant);
    for (int k = 0; k < again->n_out; k++)
        if (!same_outputs(&again->out[k], &result->out[k])) return rl_fail("infer of %s says another thing of output %d %s", rl_call_text(call), k + 1, when);
    for (int k = 0; k < call->n_in; k++) {
        const rl_reading *a = &again->reads[k], *b = &result->reads[k];
        if (a->dtype != b->dtype || a->rounded_to != b->rounded_to || a->contiguous != b->contiguous || a->apart != b->apart)
            return rl_fail("infer of %s says another thing of how input %d is read %s", rl_call_text(call), k + 1, when);
    }
    return RL_OK;
}

static rl_status infer_again(const rl_call *call) {
    rl_result again;
    const uint64_t before = hashed_call(call);
    if (rl_infer_into(call, &again) != RL_OK) {
        rl_error_clear();
        return rl_fail("infer of %s fails when it is asked twice", rl_call_text(call));
    }
    if (hashed_call(call) != before) return rl_fail("infer of %s changes the call", rl_call_text(call));
    return check_same(call, &again, "the second time");
}

static rl_tensor *zeros_laid_out_as(const rl_tensor *x) {
    rl_storage *storage = rl_storage_new(x->storage->bytes);
    rl_tensor *zeros = storage ? rl_tensor_alias(x) : NULL;
    if (zeros && rl_tensor_reshape_in_place(zeros, storage, x->ndim, x->sizes, x->strides, x->offset) != RL_OK) zeros = NULL;
    if (zeros) {
        storage->backend = x->storage->backend;
        memset(rl_host_storage(zeros), 0, storage->bytes);
    }
    if (storage) rl_storage_release(storage);
    return zeros;
}

/* Numbers of the user's keep their values: they are arguments as others are. */
static rl_status infer_of_other_values(const rl_call *call) {
    rl_result again;
    rl_call other = *call;
    if (call->op->traits & RL_DEPENDS_ON_VALUES) return RL_OK;
    if (!(other.in = rl_scope_memory((size_t)call->n_in + 1, sizeof *other.in))) return RL_FAILED;
    for (int k = 0; k < call->n_in; k++) {
        rl_tensor *in = call->in[k];
        other.in[k] = in && !in->wrapped_number ? zeros_laid_out_as(in) : in;
        if (in && !other.in[k]) return RL_FAILED;
        if (in && in == call->inplace) other.inplace = other.in[k];
    }
    if (rl_infer_into(&other, &again) != RL_OK) {
        rl_error_clear();
        return rl_fail("infer of %s fails with other values", rl_call_text(call));
    }
    return check_same(call, &again, "with other values");
}

static int is_as_inferred(const rl_tensor *out, const rl_output_spec *said, int in_place) {
    const rl_layout *layout = &said->layout;
    if (out->ndim != layout->ndim || !same_numbers(out->ndim, out->sizes, layout->sizes)) return 0;
    if (said->kind == RL_VIEW) return out->offset == layout->offset && same_numbers(out->ndim, out->strides, layout->strides);
    if (in_place) return 1;
    if (out->dtype != said->dtype) return 0;
    return said->kind == RL_NEW ? rl_is_contiguous(out) : same_numbers(out->ndim, out->strides, layout->strides);
}

static rl_status check_call(rl_interpreter *self, rl_call *call) {
    if (!call->op->infer) return rl_apply_below(self, call);
    RL_TRY(rl_infer(call));
    RL_TRY(infer_again(call));
    const rl_scope scope = rl_scope_enter();
    rl_status status = infer_of_other_values(call);
    rl_scope_leave(scope);
    RL_TRY(status);
    *place_of(call->op) = call->op;
    RL_TRY(rl_apply_below(self, call));
    if (call->n_out != call->result.n_out) return rl_fail("%s has %d outputs; infer said %d", rl_call_text(call), call->n_out, call->result.n_out);
    for (int k = 0; k < call->n_out; k++)
        if (!is_as_inferred(call->out[k], &call->result.out[k], k == 0 && call->inplace))
            return rl_fail("output %d of %s is not what infer said", k + 1, rl_call_text(call));
    return RL_OK;
}

void rl_check_inference(int on) {
    static rl_interpreter checker = {.apply = check_call};
    static int is_on;
    if (on && !is_on) {
        memset(seen, 0, sizeof seen);
        rl_push_interpreter(&checker);
    }
    if (!on && is_on) rl_pop_interpreter(&checker);
    is_on = on;
}
