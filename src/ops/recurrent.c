/* Cells of recurrent networks. Where a graph follows the derivative, it is made of ops, so that it has one itself; otherwise it is one pass. */
#include "../kernels/recurrent.h"

#include "infer.h"

static rl_status check_matrix(const rl_call *call, int k, const char *name, int64_t rows, int64_t columns) {
    const rl_tensor *x = call->in[k];
    if (x && (x->ndim != 2 || x->sizes[0] != rows || x->sizes[1] != columns))
        return rl_fail("`%s` must have the shape [%lld, %lld]; it has %s", name, (long long)rows, (long long)columns, rl_sizes_text(x->ndim, x->sizes));
    return RL_OK;
}

/* All are read in the dtype of input `k`, which gives the number of rows and, divided by `parts`, of units. */
static rl_status read_all(const rl_call *call, rl_result *result, int k, int parts, int64_t *rows, int64_t *size) {
    const rl_tensor *x = call->in[k];
    const rl_dtype dtype = (rl_dtype)x->dtype;
    if (x->ndim != 2 || x->sizes[1] % parts)
        return rl_fail("%s() needs a matrix of %d columns for each unit; its shape is %s", call->op->name, parts, rl_sizes_text(x->ndim, x->sizes));
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s() works on floating tensors, not on %s", call->op->name, rl_dtype_name(dtype));
    *rows = x->sizes[0];
    *size = x->sizes[1] / parts;
    for (int j = 0; j < call->n_in; j++) {
        rl_read_as(result, j, rl_computed_in(dtype));
        rl_read_contiguous(result, j);
    }
    return RL_OK;
}

static rl_status give(const rl_call *call, rl_result *result, int k, rl_dtype dtype, int64_t rows, int64_t columns) {
    (void)call;
    return rl_output(result, k, dtype, rl_computed_in(dtype), 2, (int64_t[]){rows, columns});
}

static const void *data(const rl_tensor *x) { return x ? rl_host_data(x) : NULL; }

static rl_tensor *columns(rl_tensor *x, int64_t part, int64_t size) { return x ? rl_slice(x, 1, part * size, (part + 1) * size, 1) : NULL; }

static rl_tensor *plus(rl_tensor *a, rl_tensor *b) { return a && b ? rl_add(a, b) : a ? a : b; }

static rl_tensor *beside_each_other(int n, rl_tensor *const *parts) {
    rl_args args = RL_ARGS_NONE;
    args.n[0] = 1;
    for (int k = 0; k < n; k++)
        if (!parts[k]) return NULL;
    return rl_apply_to(&rl_op_cat, &args, n, parts);
}

/* ---- LSTM ---- */

static rl_status infer_lstm_cell(const rl_call *call, rl_result *result) {
    int64_t rows, size;
    RL_TRY(read_all(call, result, 0, 4, &rows, &size));
    RL_TRY(check_matrix(call, 1, "cell", rows, size));
    RL_TRY(rl_set_outputs(result, 2));
    RL_TRY(give(call, result, 0, (rl_dtype)call->in[0]->dtype, rows, size));
    return give(call, result, 1, (rl_dtype)call->in[0]->dtype, rows, size);
}

static rl_status lstm_cell_forward(rl_call *call) {
    const rl_tensor *c = call->x[1];
    return rl_lstm_rows((rl_dtype)c->dtype, c->sizes[0], c->sizes[1], rl_host_data(call->x[0]), rl_host_data(c), rl_host_data(call->y[0]),
                        rl_host_data(call->y[1]));
}

static void lstm_by_ops(rl_vjp *v) {
    rl_tensor *gates = v->x[0], *c = v->x[1];
    const int64_t size = v->in[1].sizes[1];
    rl_tensor *in = rl_sigmoid(columns(gates, 0, size)), *keep = rl_sigmoid(columns(gates, 1, size)), *new = rl_tanh(columns(gates, 2, size)),
              *out = rl_sigmoid(columns(gates, 3, size));
    rl_tensor *seen = rl_tanh(rl_add(rl_mul(keep, c), rl_mul(in, new))), *by_h = v->g[0];
    rl_tensor *by_c = plus(v->g[1], by_h ? rl_tanh_backward(rl_mul(by_h, out), seen) : NULL);
    rl_tensor *by_out = by_h ? rl_sigmoid_backward(rl_mul(by_h, seen), out) : rl_mul_number(out, 0);
    if (!by_c) return;
    rl_tensor *parts[] = {rl_sigmoid_backward(rl_mul(by_c, new), in), rl_sigmoid_backward(rl_mul(by_c, c), keep), rl_tanh_backward(rl_mul(by_c, in), new),
                          by_out};
    GRADIENT(0, beside_each_other(4, parts));
    GRADIENT(1, rl_mul(by_c, keep));
}

static int any_followed(int n, rl_tensor *const *tensors) {
    for (int k = 0; k < n; k++)
        if (tensors[k] && rl_is_followed(tensors[k])) return 1;
    return 0;
}

VJP(lstm_cell) {
    if (any_followed(2, v->x) || any_followed(2, v->g)) {
        lstm_by_ops(v);
        return;
    }
    rl_call call = {.op = &rl_op_lstm_cell_backward, .args = RL_ARGS_INIT, .n_in = 4, .in = (rl_tensor *[]){v->g[0], v->g[1], v->x[0], v->x[1]}};
    if (rl_apply(&call) != RL_OK) return;
    GRADIENT(0, call.out[0]);
    GRADIENT(1, call.out[1]);
}
const rl_op rl_op_lstm_cell = {.name = "lstm_cell",
                               SCHEMA(lstm_cell),
                               .grad_name = "LstmCell",
                               .saves = {SAVE_INPUT(0) | SAVE_INPUT(1), SAVE_INPUT(0) | SAVE_INPUT(1)},
                               .infer = infer_lstm_cell,
                               .forward = lstm_cell_forward,
                               .vjp = lstm_cell_vjp};

static rl_status infer_lstm_cell_backward(const rl_call *call, rl_result *result) {
    int64_t rows, size;
    RL_TRY(read_all(call, result, 2, 4, &rows, &size));
    RL_TRY(check_matrix(call, 0, "by_hidden", rows, size));
    RL_TRY(check_matrix(call, 1, "by_cell", rows, size));
    RL_TRY(check_matrix(call, 3, "cell", rows, size));
    RL_TRY(rl_set_outputs(result, 2));
    RL_TRY(give(call, result, 0, (rl_dtype)call->in[2]->dtype, rows, 4 * size));
    return give(call, result, 1, (rl_dtype)call->in[2]->dtype, rows, size);
}

static rl_status lstm_cell_backward_forward(rl_call *call) {
    const rl_tensor *c = call->x[3];
    return rl_lstm_rows_backward((rl_dtype)c->dtype, c->sizes[0], c->sizes[1], data(call->x[0]), data(call->x[1]), data(call->x[2]), rl_host_data(c),
                                 rl_host_data(call->y[0]), rl_host_data(call->y[1]));
}
const rl_op rl_op_lstm_cell_backward = {
    .name = "lstm_cell_backward", SCHEMA(lstm_cell_backward), .infer = infer_lstm_cell_backward, .forward = lstm_cell_backward_forward};

/* ---- GRU ---- */

static rl_status infer_gru(const rl_call *call, rl_result *result, int first, int64_t *rows, int64_t *size) {
    RL_TRY(read_all(call, result, first, 3, rows, size));
    RL_TRY(check_matrix(call, first + 1, "from_state", *rows, 3 * *size));
    return check_matrix(call, first + 2, "state", *rows, *size);
}

static rl_status infer_gru_cell(const rl_call *call, rl_result *result) {
    int64_t rows, size;
    RL_TRY(infer_gru(call, result, 0, &rows, &size));
    RL_TRY(rl_set_outputs(result, 1));
    return give(call, result, 0, (rl_dtype)call->in[0]->dtype, rows, size);
}

static rl_status gru_cell_forward(rl_call *call) {
    const rl_tensor *h = call->x[2];
    return rl_gru_rows((rl_dtype)h->dtype, h->sizes[0], h->sizes[1], rl_host_data(call->x[0]), rl_host_data(call->x[1]), rl_host_data(h),
                       rl_host_data(call->y[0]));
}

static void gru_by_ops(rl_vjp *v) {
    rl_tensor *x = v->x[0], *s = v->x[1], *h = v->x[2], *g = GRAD;
    const int64_t size = v->in[2].sizes[1];
    rl_tensor *reset = rl_sigmoid(rl_add(columns(x, 0, size), columns(s, 0, size))), *keep = rl_sigmoid(rl_add(columns(x, 1, size), columns(s, 1, size)));
    rl_tensor *old = columns(s, 2, size), *new = rl_tanh(rl_add(columns(x, 2, size), rl_mul(reset, old)));
    rl_tensor *by_new = rl_tanh_backward(rl_mul(g, rl_number_minus(1, keep)), new), *by_reset = rl_sigmoid_backward(rl_mul(by_new, old), reset);
    rl_tensor *by_keep = rl_sigmoid_backward(rl_mul(g, rl_sub(h, new)), keep);
    GRADIENT(0, beside_each_other(3, (rl_tensor *[]){by_reset, by_keep, by_new}));
    GRADIENT(1, beside_each_other(3, (rl_tensor *[]){by_reset, by_keep, rl_mul(by_new, reset)}));
    GRADIENT(2, rl_mul(g, keep));
}

VJP(gru_cell) {
    if (any_followed(3, v->x) || any_followed(1, v->g)) {
        gru_by_ops(v);
        return;
    }
    rl_call call = {.op = &rl_op_gru_cell_backward, .args = RL_ARGS_INIT, .n_in = 4, .in = (rl_tensor *[]){GRAD, v->x[0], v->x[1], v->x[2]}};
    if (rl_apply(&call) != RL_OK) return;
    for (int k = 0; k < 3; k++) GRADIENT(k, call.out[k]);
}
#define ALL_OF_GRU (SAVE_INPUT(0) | SAVE_INPUT(1) | SAVE_INPUT(2))
const rl_op rl_op_gru_cell = {.name = "gru_cell",
                              SCHEMA(gru_cell),
                              .grad_name = "GruCell",
                              .saves = {ALL_OF_GRU, ALL_OF_GRU, ALL_OF_GRU},
                              .infer = infer_gru_cell,
                              .forward = gru_cell_forward,
                              .vjp = gru_cell_vjp};

static rl_status infer_gru_cell_backward(const rl_call *call, rl_result *result) {
    int64_t rows, size;
    RL_TRY(infer_gru(call, result, 1, &rows, &size));
    RL_TRY(check_matrix(call, 0, "gradient", rows, size));
    RL_TRY(rl_set_outputs(result, 3));
    for (int k = 0; k < 3; k++) RL_TRY(give(call, result, k, (rl_dtype)call->in[1]->dtype, rows, k < 2 ? 3 * size : size));
    return RL_OK;
}

static rl_status gru_cell_backward_forward(rl_call *call) {
    const rl_tensor *h = call->x[3];
    return rl_gru_rows_backward((rl_dtype)h->dtype, h->sizes[0], h->sizes[1], rl_host_data(call->x[0]), rl_host_data(call->x[1]), rl_host_data(call->x[2]),
                                rl_host_data(h), rl_host_data(call->y[0]), rl_host_data(call->y[1]), rl_host_data(call->y[2]));
}
const rl_op rl_op_gru_cell_backward = {
    .name = "gru_cell_backward", SCHEMA(gru_cell_backward), .infer = infer_gru_cell_backward, .forward = gru_cell_backward_forward};
