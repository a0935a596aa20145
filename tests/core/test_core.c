/* The core as a library of plain C: no header of R, no R at run time. Ends with "N passed, N failed". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/dispatch/backend.h"
#include "../../src/dispatch/check.h"
#include "../../src/dispatch/describe.h"
#include "../../src/transforms/autograd/engine.h"
#include "../../src/transforms/autograd/record.h"
#include "../../src/transforms/autograd/state.h"
#include "../../src/kernels/random.h"
#include "../../src/ops/ops.h"
#include "../../src/ops/subset.h"
#include "../../src/tensor/interrupt.h"
#include "../../src/tensor/range.h"

static int passed, failed;

static void check(int holds, const char *what) {
    if (holds) {
        passed++;
    } else {
        failed++;
        printf("FAILED: %s%s%s\n", what, rl_failing() ? ": " : "", rl_failing() ? rl_error_message() : "");
    }
    rl_error_clear();
}

static int is_near(double a, double b) { return fabs(a - b) <= 1e-12 * (1 + fabs(b)); }

static rl_tensor *row(int64_t n, double first, double step) {
    rl_tensor *made = rl_tensor_new(RL_DOUBLE, 1, &n);
    for (int64_t k = 0; made && k < n; k++) ((double *)rl_host_data(made))[k] = first + step * (double)k;
    return made;
}

static double at(const rl_tensor *tensor, int64_t position) { return tensor && tensor->storage ? rl_item(tensor, position).as_double : NAN; }

static rl_status backward(rl_tensor *root, int keep_graph) {
    rl_tensor *ones = NULL;
    return rl_backward(&(rl_backward_call){.n_roots = 1, .roots = &root, .gradients = &ones, .keep_graph = keep_graph});
}

static void test_arithmetic(void) {
    rl_tensor *x = row(4, 1, 1);
    rl_tensor *y = rl_mul(rl_add_number(x, 2), x);
    check(y && y->ndim == 1 && y->sizes[0] == 4, "a result has its operands' shape");
    check(is_near(at(y, 0), 3) && is_near(at(y, 3), 24), "(x + 2) * x");
    check(is_near(at(rl_sum_dims(y, RL_INTS_NONE, 0), 0), 3 + 8 + 15 + 24), "its sum");
}

/* Holds for every row, of those to come too. */
static void test_dtypes(void) {
    for (int k = 0; k < RL_DTYPES; k++) {
        const rl_dtype dtype = (rl_dtype)k, real = rl_dtype_real(dtype);
        const rl_dtype_row *facts = &rl_dtypes[k];
        check(rl_dtype_named(facts->names[0]) == dtype && rl_dtype_named(facts->names[1]) == dtype, "a dtype is found by its names");
        check(rl_dtype_numbered(facts->number) == dtype, "no other dtype has its number");
        check(rl_dtype_real(real) == real && !rl_dtype_is_complex(real), "its real counterpart is real");
        check(rl_kind_of(rl_computed_in(dtype)) == rl_kind_of(dtype) && !rl_dtype_is_narrow(rl_computed_in(dtype)), "it is computed in one of its kind");
        rl_tensor *held = rl_tensor_scalar(dtype, rl_scalar_int(1));
        check(held && rl_item(held, 0).as_double == 1 && rl_item(held, 0).imaginary == 0, "it holds 1");
        held = rl_tensor_scalar(dtype, rl_scalar_int(rl_dtype_largest_integer(dtype)));
        check(held && rl_item(held, 0).as_int == rl_dtype_largest_integer(dtype), "it holds as many integers as its digits say");
        for (int other = 0; other < RL_DTYPES; other++) {
            const rl_dtype both = rl_dtype_promote(dtype, (rl_dtype)other);
            check(both == rl_dtype_promote((rl_dtype)other, dtype) && rl_dtype_can_cast(dtype, both), "promotion has no sides, and goes up in kind");
        }
    }
    check(rl_dtype_named("quaternion") == RL_NO_DTYPE && rl_dtype_numbered(99) == RL_NO_DTYPE, "there is no such dtype");
    check(rl_dtype_largest_integer(RL_INT64) == INT64_MAX && rl_dtype_least_integer(RL_INT64) == INT64_MIN, "the limits of int64");
    check(rl_dtype_largest_integer(RL_UINT8) == 255 && rl_dtype_least_integer(RL_UINT8) == 0, "the limits of uint8");
    check(rl_dtype_largest_integer(RL_HALF) == 2048 && rl_dtype_least_integer(RL_BFLOAT16) == -256, "the limits of half and bfloat16");
    rl_scalar z = rl_scalar_complex(2, -3);
    check(z.as_double == 2 && z.as_int == 2 && z.imaginary == -3 && !rl_scalar_is_whole(z), "a scalar holds an imaginary part");
    check(rl_scalar_is_whole(rl_scalar_complex(2, 0)) && rl_scalar_is_whole(rl_scalar_double(-2)) && !rl_scalar_is_whole(rl_scalar_double(0.5)),
          "whole numbers");
    check(rl_check_fits("x", z, RL_DOUBLE) == RL_FAILED && strstr(rl_error_message(), "imaginary"), "a real dtype holds no imaginary part");
}

static void test_views(void) {
    int64_t sizes[] = {2, 2}, wide[] = {3, 2, 2};
    rl_tensor *x = row(4, 1, 1), *view = rl_view_as(x, 2, sizes);
    check(view && view->storage == x->storage, "a view shares its base's storage");
    rl_tensor *expanded = rl_expand_to(view, 3, wide);
    check(expanded && expanded->strides[0] == 0 && is_near(at(expanded, 11), 4), "an expanded dimension has stride 0");
    rl_tensor *back = rl_sum_to_size(expanded, 2, sizes);
    check(is_near(at(back, 3), 12), "summing undoes it");
}

static void test_subsets(void) {
    int64_t sizes[] = {3, 4};
    rl_tensor *x = rl_view_as(row(12, 0, 1), 2, sizes);
    rl_item_of_subset middle[] = {{.kind = RL_ONE_INDEX, .start = -1}, {.kind = RL_RANGE, .start = 1, .end = -2, .step = 1}};
    rl_tensor *view = rl_subset(x, 2, middle, 1);
    check(view && view->storage == x->storage && view->ndim == 1 && view->sizes[0] == 2 && is_near(at(view, 1), 10), "indices and ranges are views");
    rl_item_of_subset down[] = {{.kind = RL_SEQUENCE, .start = 2, .end = 0}, {.kind = RL_FLAG, .start = 1}};
    rl_tensor *copy = rl_subset(x, 2, down, 1);
    check(copy && copy->storage != x->storage && copy->sizes[0] == 3 && copy->sizes[1] == 4 && is_near(at(copy, 0), 8), "a sequence may run downwards");
    check(rl_subset_put(x, 2, middle, rl_number(7)) == RL_OK && is_near(at(x, 10), 7) && is_near(at(x, 11), 11), "a part is written to");
    check(rl_subset_put(x, 2, down, row(3, 0, 1)) == RL_FAILED, "a value that does not fit is refused");
}

static void test_gradient(void) {
    rl_tensor *x = row(3, 0.5, 0.5);
    check(rl_set_requires_grad(x, 1) == RL_OK, "a floating tensor may require gradients");
    rl_tensor *loss = rl_sum_dims(rl_mul(rl_exp(x), x), RL_INTS_NONE, 0);
    check(backward(loss, 0) == RL_OK, "a backward pass");
    for (int k = 0; k < 3; k++) {
        double value = at(x, k);
        check(is_near(at(x->autograd->grad, k), (1 + value) * exp(value)), "d(x exp(x)) = (1 + x) exp(x)");
    }
    check(backward(loss, 0) != RL_OK && rl_failing(), "a second pass through a freed graph is refused");
}

static void test_second_derivative(void) {
    rl_tensor *x = row(2, 1, 1), *ones = NULL, *first = NULL, *second = NULL;
    rl_set_requires_grad(x, 1);
    rl_tensor *cubes = rl_sum_dims(rl_mul(rl_mul(x, x), x), RL_INTS_NONE, 0);
    rl_backward_call call = {
        .n_roots = 1, .roots = &cubes, .gradients = &ones, .keep_graph = 1, .create_graph = 1, .n_inputs = 1, .inputs = &x, .captured = &first};
    check(rl_backward(&call) == RL_OK && is_near(at(first, 1), 12), "the first derivative of x^3");
    rl_tensor *total = rl_sum_dims(first, RL_INTS_NONE, 0);
    call = (rl_backward_call){.n_roots = 1, .roots = &total, .gradients = &ones, .n_inputs = 1, .inputs = &x, .captured = &second};
    check(total && rl_backward(&call) == RL_OK && is_near(at(second, 1), 12), "and the second, of the same graph");
}

static void test_errors(void) {
    rl_tensor *after = rl_exp(rl_add(row(2, 0, 1), row(3, 0, 1)));
    check(!after && rl_failing(), "shapes that do not broadcast are refused, and the failure passes through");
    int64_t huge[] = {INT64_MAX, 4};
    check(!rl_tensor_new(RL_DOUBLE, 2, huge) && rl_failing(), "a size beyond all memory is refused");
}

/* Note [Order] in the engine: neither the walk nor the release may recurse. */
static void test_deep_graph(void) {
    rl_tensor *x = row(1, 1, 0), *y = x;
    rl_set_requires_grad(x, 1);
    for (int k = 0; k < 1000000 && y; k++) {
        rl_scope inner = rl_scope_enter();
        rl_tensor *next = rl_retain(rl_neg(y));
        rl_scope_leave(inner);
        if (y != x) rl_release(y);
        y = next;
    }
    rl_tensor *loss = rl_sum_dims(y, RL_INTS_NONE, 0);
    check(backward(loss, 0) == RL_OK && is_near(at(x->autograd->grad, 0), 1), "a chain of a million operations");
    if (y && y != x) rl_release(y);
}

static void run(void (*test)(void), const char *name) {
    rl_counts before = rl_live;
    rl_scope scope = rl_scope_enter();
    test();
    rl_scope_leave(scope);
    rl_error_clear();
    check(rl_live.live_tensors == before.live_tensors && rl_live.live_storages == before.live_storages && rl_live.live_nodes == before.live_nodes, name);
}

/* The bytes of a state in a block of exactly their size, so that a sanitizer sees what is read beyond. */
static uint8_t *bytes_of(rl_tensor *tensor, size_t *n) {
    rl_state state;
    if (rl_state_write(tensor, &state) != RL_OK) return NULL;
    *n = rl_state_bytes(tensor);
    uint8_t *bytes = malloc(*n), *to = bytes;
    if (!bytes) return NULL;
    memcpy(to, state.head, state.head_bytes);
    to += state.head_bytes;
    for (int k = 0; k < state.n; k++) {
        if (state.tensors[k].bytes) memcpy(to, rl_host_data(state.values[k]), state.tensors[k].bytes);
        to += state.tensors[k].bytes;
    }
    return bytes;
}

static rl_tensor *tensor_of(const uint8_t *bytes, size_t n) {
    rl_state state;
    const uint8_t *values[RL_STATE_TENSORS];
    if (rl_state_open(bytes, n, &state) != RL_OK) return NULL;
    size_t at = state.head_bytes;
    for (int k = 0; k < state.n; k++) {
        if (state.tensors[k].bytes > n - at) return NULL;
        values[k] = bytes + at;
        at += state.tensors[k].bytes;
    }
    return rl_state_read(&state, values);
}

static rl_tensor *with_grad(void) {
    rl_tensor *x = row(4, 1, 1);
    rl_set_requires_grad(x, 1);
    backward(rl_sum_dims(rl_mul(x, x), RL_INTS_NONE, 0), 0);
    return x;
}

static void test_state(void) {
    size_t n = 0;
    uint8_t *bytes = bytes_of(with_grad(), &n);
    rl_tensor *y = bytes ? tensor_of(bytes, n) : NULL;
    check(y && rl_requires_grad(y) && is_near(at(y, 3), 4) && is_near(at(y->autograd->grad, 3), 8), "a tensor and its grad come back from bytes");
    free(bytes);
}

/* A generator of its own, so that the damage is the same each time. */
static void test_damaged_states(void) {
    const int64_t rows = 3, columns = 2, square[] = {2, 2}, crossed[] = {1, 2};
    rl_tensor *tensors[] = {with_grad(), rl_expand_to(row(2, 1, 1), 2, (int64_t[]){rows, columns}), rl_tensor_undefined(), row(0, 1, 1),
                            rl_tensor_view(row(4, 1, 1), 2, square, crossed, 0)};
    rl_generator *generator = rl_generator_new();
    rl_generator_seed(generator, 1);
    int sound = generator != NULL;
    for (int round = 0; round < 20000 && sound; round++) {
        rl_scope scope = rl_scope_enter();
        size_t n = 0;
        uint8_t *bytes = bytes_of(tensors[round % 5], &n);
        for (uint32_t k = 1 + rl_random32(generator) % 3; bytes && k; k--) bytes[rl_random32(generator) % n] = (uint8_t)rl_random32(generator);
        uint8_t *cut = bytes ? realloc(bytes, n -= rl_random32(generator) % 4 ? 0 : rl_random32(generator) % n) : NULL;
        rl_tensor *read = cut ? tensor_of(cut, n) : NULL;
        if (read && read->storage && read->numel < 1000) rl_clone(read);
        sound = cut && (read || rl_failing() || n > 0);
        rl_error_clear();
        free(cut);
        rl_scope_leave(scope);
    }
    rl_generator_release(generator);
    check(sound, "20,000 damaged states are refused, or read as something else");
}

static int asked;
static rl_status stop(void) {
    asked++;
    return rl_fail("stopped");
}

static void test_interrupts(void) {
    int64_t many = 1 << 24;
    rl_tensor *x = rl_zeros(RL_FLOAT, 1, &many);
    rl_interrupt_hook = stop;
    rl_tensor *y = rl_exp(x);
    check(!y && rl_failing() && asked == 1, "long work asks whether it is to stop");
    rl_error_clear();
    rl_set_listening(0);
    for (int k = 0; k < 100 && !rl_interrupt_owed; k++) rl_exp(x);
    check(asked == 1 && rl_interrupt_owed, "without listening it goes on, and says so");
    rl_set_listening(1);
    rl_interrupt_owed = 0;
    rl_interrupt_hook = NULL;
}

static char seen[256]; /* the names of the ops that an interpreter has seen */

static rl_status note_name(rl_interpreter *self, rl_call *call) {
    const size_t used = strlen(seen);
    snprintf(seen + used, sizeof seen - used, "%s ", call->op->name);
    return rl_apply_below(self, call);
}

static int was_seen(const char *names) {
    const int same = strcmp(seen, names) == 0;
    seen[0] = 0;
    return same;
}

static void test_interpreters(void) {
    rl_interpreter noting = {.apply = note_name};
    rl_generator *generator = rl_generator_new(), *twin = rl_generator_new();
    const int64_t two = 2;
    rl_args args = RL_ARGS_NONE;
    rl_generator_seed(generator, 7);
    rl_generator_seed(twin, 7);
    args.dtype = RL_DOUBLE;
    args.list[0] = (rl_ints){1, &two};
    args.generator = generator;
    rl_push_interpreter(&noting);
    rl_tensor *eye = rl_eye(RL_FLOAT, 2), *zeros = rl_zeros(RL_INT64, 1, &two);
    check(at(eye, 3) == 1 && at(eye, 1) == 0 && at(zeros, 1) == 0 && was_seen("eye full "), "an interpreter sees what is made of no tensor");
    rl_tensor *drawn = rl_apply_to(&rl_op_rand, &args, 0, NULL);
    check(at(drawn, 0) == rl_random_uniform(twin) && at(drawn, 1) == rl_random_uniform(twin) && was_seen("rand "), "and what is drawn, from a generator");
    rl_args bounds = RL_ARGS_NONE;
    bounds.s[0] = rl_scalar_double(0);
    bounds.s[1] = rl_scalar_double(1);
    bounds.generator = generator;
    rl_apply_in_place(&rl_op_uniform, &bounds, 1, &drawn);
    check(at(drawn, 0) == rl_random_uniform(twin) && drawn->storage->version == 1 && was_seen("uniform "), "and what is drawn in place");
    args = RL_ARGS_NONE;
    args.n[2] = RL_NO_DIM;
    rl_tensor *runs = rl_apply_to(&rl_op_unique_consecutive, &args, 1, (rl_tensor *[]){row(3, 1, 0)});
    check(runs && runs->numel == 1 && strstr(seen, "unique_consecutive "), "and what a composition computes");
    rl_pop_interpreter(&noting);
    rl_generator_release(generator);
    rl_generator_release(twin);
}

static void count_release(void *times) { ++*(int *)times; }

static void test_owners(void) {
    double memory[6] = {1, 2, 3, 4, 5, 6};
    int released = 0;
    const double bytes = rl_live.live_bytes;
    const int64_t sizes[2] = {2, 3}, by_columns[2] = {1, 2}, four = 4;
    const rl_owner owner = {count_release, &released};
    rl_scope scope = rl_scope_enter();
    rl_tensor *x = rl_tensor_over(RL_DOUBLE, 2, sizes, by_columns, memory, sizeof memory, owner);
    check(at(x, 1) == 3 && rl_live.live_bytes == bytes, "a tensor sees memory that another owns, which is not counted as its own");
    rl_tensor *column = rl_retain(rl_select(x, 1, 2)), *sum = rl_sum_dims(x, (rl_ints){-1, NULL}, 0);
    check(at(column, 1) == 6 && at(sum, 0) == 21, "so do views and ops");
    rl_apply_in_place(&rl_op_add, NULL, 2, (rl_tensor *[]){x, x});
    check(memory[5] == 12, "what is written in place is written there");
    rl_scope_leave(scope);
    check(!released, "a view keeps the owner");
    rl_release(column);
    check(released == 1, "and the last one lets it go, once");

    scope = rl_scope_enter();
    x = rl_tensor_over(RL_DOUBLE, 1, &four, &(int64_t){1}, memory, 4 * sizeof *memory, owner);
    rl_args args = RL_ARGS_NONE;
    args.list[0] = (rl_ints){1, &(int64_t){8}};
    check(rl_apply_in_place(&rl_op_resize_, &args, 1, &x) && x->numel == 8 && at(x, 3) == 8 && at(x, 7) == 0 && released == 2,
          "a tensor that grows moves to memory of its own");
    check(!rl_tensor_over(RL_DOUBLE, RL_MAX_DIMS + 1, NULL, NULL, memory, sizeof memory, owner) && released == 3,
          "who cannot be given a tensor has its memory back");
    rl_error_clear();
    rl_scope_leave(scope);
}

static rl_status negate_elsewhere(rl_call *call) {
    ((double *)call->y[0]->storage->data)[0] = -100;
    return RL_OK;
}
static rl_forward forward_elsewhere(const rl_op *op) { return op == &rl_op_neg ? negate_elsewhere : NULL; }

static void test_backends(void) {
    static const rl_backend elsewhere = {"elsewhere", forward_elsewhere};
    double memory[1] = {7};
    const int64_t one = 1;
    const uint8_t number = rl_add_backend(&elsewhere);
    rl_tensor *x = rl_tensor_over(RL_DOUBLE, 1, &one, &one, memory, sizeof memory, (rl_owner){0});
    check(number != RL_HOST && at(rl_neg(x), 0) == -7, "memory is the host's if nothing is said");
    x->storage->backend = number;
    check(at(rl_neg(x), 0) == -100, "a backend computes on its memory");
    check(!rl_exp(x) && strstr(rl_error_message(), "exp() is not there for tensors in memory of elsewhere"), "what it does not compute is refused");
    check(!rl_add(row(1, 0, 1), x) && strstr(rl_error_message(), "in memory of elsewhere and of host"), "so are tensors of two backends");
    check(rl_view_as(x, 1, &one) != NULL, "a view needs nobody");
}

/* Ops that lie. */
static int64_t said;
static rl_status infer_same(const rl_call *call, rl_result *result) {
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output_like(result, 0, RL_DOUBLE, call->in[0]);
}
static rl_status infer_another_each_time(const rl_call *call, rl_result *result) {
    (void)call;
    said++;
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, RL_DOUBLE, RL_DOUBLE, 1, &said);
}
static rl_status infer_once(const rl_call *call, rl_result *result) { return said++ % 2 ? rl_fail("not again") : infer_same(call, result); }
static rl_status infer_by_marking(const rl_call *call, rl_result *result) {
    call->in[0]->wrapped_number ^= 1;
    return infer_same(call, result);
}
static rl_status infer_by_values(const rl_call *call, rl_result *result) {
    const int64_t size = (int64_t)at(call->in[0], 0);
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, RL_DOUBLE, RL_DOUBLE, 1, &size);
}
static rl_status nothing_forward(rl_call *call) {
    (void)call;
    return RL_OK;
}
static rl_status other_output_forward(rl_call *call) { return (call->out[0] = row(call->in[0]->numel + 1, 0, 0)) ? RL_OK : RL_FAILED; }

static void test_inference(void) {
    const rl_op honest = {.name = "honest", .infer = infer_same, .forward = nothing_forward};
    const rl_op fickle = {.name = "fickle", .infer = infer_another_each_time, .forward = nothing_forward};
    const rl_op failing = {.name = "failing", .infer = infer_once, .forward = nothing_forward};
    const rl_op marking = {.name = "marking", .infer = infer_by_marking, .forward = nothing_forward};
    const rl_op peeping = {.name = "peeping", .infer = infer_by_values, .forward = nothing_forward};
    const rl_op reading = {.name = "reading", .traits = RL_DEPENDS_ON_VALUES, .infer = infer_by_values, .forward = nothing_forward};
    const rl_op lying = {.name = "lying", .infer = infer_same, .forward = other_output_forward};
    rl_tensor *x = row(3, 0, 1), *y = row(3, 2, 1);
    check(rl_apply_to(&fickle, NULL, 1, &x) && rl_apply_to(&lying, NULL, 1, &x), "nobody checks what infer says");
    rl_check_inference(1);
    check(rl_apply_to(&honest, NULL, 1, &x) != NULL, "an op that keeps its word is let through");
    check(!rl_apply_to(&fickle, NULL, 1, &x) && strstr(rl_error_message(), "infer of fickle() says another thing of output 1 the second time"),
          "one that infers two things is not");
    said = 0;
    check(!rl_apply_to(&failing, NULL, 1, &x) && strstr(rl_error_message(), "infer of failing() fails when it is asked twice"), "nor one that fails then");
    check(!rl_apply_to(&marking, NULL, 1, &x) && strstr(rl_error_message(), "infer of marking() changes the call"), "nor one that changes what it is given");
    check(!rl_apply_to(&peeping, NULL, 1, &y) && strstr(rl_error_message(), "infer of peeping() says another thing of output 1 with other values"),
          "nor one that reads values");
    check(rl_apply_to(&reading, NULL, 1, &y) != NULL, "unless its trait says so");
    check(!rl_apply_to(&lying, NULL, 1, &x) && strstr(rl_error_message(), "output 1 of lying() is not what infer said"), "nor one that makes another output");
    check(rl_was_inference_checked(&honest) && !rl_was_inference_checked(&rl_op_exp), "it is known which were checked");
    rl_check_inference(0);
    check(rl_apply_to(&lying, NULL, 1, &x) != NULL, "and then nobody checks again");
}

static void test_description(void) {
    rl_call call = {.op = &rl_op_sort, .args = RL_ARGS_NONE, .n_in = 1, .in = (rl_tensor *[]){row(3, 0, 1)}};
    call.args.n[RL_INT(sort, descending)] = 1;
    check(strcmp(rl_call_text(&call), "sort(self = Double [3], dim = 1, descending = TRUE)") == 0, "a call is told as R writes it");
    call.args.n[RL_INT(sort, dim)] = -1;
    check(strcmp(rl_call_text(&call), "sort(self = Double [3], dim = -1, descending = TRUE)") == 0, "dimensions from the end too");
    rl_call cat = {.op = &rl_op_cat, .args = RL_ARGS_NONE, .n_in = 2, .in = (rl_tensor *[]){row(3, 0, 1), row(0, 0, 1)}};
    check(strcmp(rl_call_text(&cat), "cat(tensors = list(Double [3], Double [0]), dim = 1)") == 0, "and lists of tensors");
    rl_call add = {.op = &rl_op_add, .args = RL_ARGS_NONE, .n_in = 2, .in = (rl_tensor *[]){row(3, 0, 1), NULL}, .inplace = row(3, 0, 1)};
    add.args.s[0] = rl_scalar_double(0.5);
    check(strcmp(rl_call_text(&add), "add_(self = Double [3], other = NULL, alpha = 0.5)") == 0, "and numbers, and that it is in place");
}

int main(void) {
    rl_autograd_start();
    run(test_arithmetic, "arithmetic leaves nothing behind");
    run(test_dtypes, "dtypes leave nothing behind");
    run(test_views, "views leave nothing behind");
    run(test_subsets, "subsets leave nothing behind");
    run(test_gradient, "a gradient leaves nothing behind");
    run(test_second_derivative, "a second derivative leaves nothing behind");
    run(test_errors, "errors leave nothing behind");
    run(test_deep_graph, "a deep graph leaves nothing behind");
    run(test_state, "a state leaves nothing behind");
    run(test_damaged_states, "damaged states leave nothing behind");
    run(test_interpreters, "interpreted calls leave nothing behind");
    run(test_owners, "memory of others leaves nothing behind");
    run(test_backends, "backends leave nothing behind");
    run(test_inference, "checked calls leave nothing behind");
    run(test_description, "a call in words leaves nothing behind");
    run(test_interrupts, "interrupted work leaves nothing behind");
    rl_pool_trim();
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
