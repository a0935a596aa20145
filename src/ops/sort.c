#include "../kernels/sort.h"

#include <string.h>

#include "take_along.h"

enum { DIM, FLAG, COUNT }; /* args.n: the flag is descending, largest or keepdim; the count k */

static rl_status set_values_and_indices(const rl_call *call, rl_result *result, int ndim, const int64_t *sizes) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(rl_set_outputs(result, 2));
    rl_read_as(result, 0, rl_computed_in(dtype));
    RL_TRY(rl_output(result, 0, dtype, rl_computed_in(dtype), ndim, sizes));
    return rl_output(result, 1, RL_INT64, RL_INT64, ndim, sizes);
}

static rl_status check_count(const rl_call *call, int dim) {
    int64_t n = rl_length_along(call->in[0]->ndim, call->in[0]->sizes, dim), k = call->args.n[COUNT];
    if (k < 0 || k > n) return rl_fail("%s(): `k` is %lld, and dimension %d has %lld elements", call->op->name, (long long)k, dim + 1, (long long)n);
    return RL_OK;
}

/* ---- sort, argsort ---- */

static rl_status infer_sort(const rl_call *call, rl_result *result) { return set_values_and_indices(call, result, call->in[0]->ndim, call->in[0]->sizes); }

static rl_status sort_forward(rl_call *call) {
    return rl_sort_elements(call->y[0], call->y[1], call->x[0], (int)call->args.n[DIM], (int)call->args.n[FLAG], 0);
}

VJP(sort) {
    int64_t dim = v->args ? v->args->n[DIM] : 0;
    GRADIENT(0, rl_put_along(GRAD, v->y[1], dim, rl_length_along(v->in[0].ndim, v->in[0].sizes, dim)));
}
const rl_op rl_op_sort = {.name = "sort",
                          SCHEMA(sort),
                          .grad_name = "Sort",
                          .saves = {SAVE_OUTPUT(1)},
                          .canonicalize = rl_canonicalize_dim,
                          .infer = infer_sort,
                          .forward = sort_forward,
                          .vjp = sort_vjp};

static rl_status infer_argsort(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in((rl_dtype)x->dtype));
    return rl_output(result, 0, RL_INT64, RL_INT64, x->ndim, x->sizes);
}

static rl_status argsort_forward(rl_call *call) { return rl_sort_elements(NULL, call->y[0], call->x[0], (int)call->args.n[DIM], (int)call->args.n[FLAG], 0); }
const rl_op rl_op_argsort = {.name = "argsort", SCHEMA(argsort), .canonicalize = rl_canonicalize_dim, .infer = infer_argsort, .forward = argsort_forward};

/* ---- topk ---- */

static rl_status infer_topk(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    int64_t sizes[RL_MAX_DIMS];
    int dim = (int)call->args.n[DIM];
    RL_TRY(check_count(call, dim));
    if (x->ndim) memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
    sizes[dim] = call->args.n[COUNT];
    return set_values_and_indices(call, result, x->ndim, sizes);
}
const rl_op rl_op_topk = {.name = "topk",
                          SCHEMA(topk),
                          .grad_name = "Topk",
                          .saves = {SAVE_OUTPUT(1)},
                          .canonicalize = rl_canonicalize_dim,
                          .infer = infer_topk,
                          .forward = sort_forward,
                          .vjp = sort_vjp};

/* ---- kthvalue: its indices count from 0, as torch for R has them ---- */

static rl_status infer_kthvalue(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    int64_t sizes[RL_MAX_DIMS];
    int dim = (int)call->args.n[DIM], ndim = 0;
    RL_TRY(check_count(call, dim));
    if (call->args.n[COUNT] == 0) return rl_fail("kthvalue(): `k` counts from 1, and is 0");
    for (int d = 0; d < x->ndim; d++)
        if (d != dim || call->args.n[FLAG]) sizes[ndim++] = d == dim ? 1 : x->sizes[d];
    return set_values_and_indices(call, result, ndim, sizes);
}

/* Sizes with 1 at dim, whether or not it was kept. */
static int kept_sizes(int ndim, const int64_t *of_input, int64_t dim, int64_t *sizes) {
    for (int d = 0; d < ndim; d++) sizes[d] = d == dim ? 1 : of_input[d];
    return ndim;
}

static rl_status kthvalue_forward(rl_call *call) {
    rl_tensor *x = call->x[0], *with_dim[2];
    int64_t sizes[RL_MAX_DIMS], strides[RL_MAX_DIMS];
    int ndim = kept_sizes(x->ndim, x->sizes, call->args.n[DIM], sizes);
    rl_contiguous_strides(ndim, sizes, strides);
    for (int k = 0; k < 2; k++) with_dim[k] = rl_tensor_view(call->y[k], ndim, sizes, strides, call->y[k]->offset);
    if (!with_dim[0] || !with_dim[1]) return RL_FAILED;
    RL_TRY(rl_sort_elements(with_dim[0], with_dim[1], x, (int)call->args.n[DIM], 0, call->args.n[COUNT] - 1));
    for (int64_t k = 0; k < call->y[1]->numel; k++) ((int64_t *)rl_host_data(call->y[1]))[k]--;
    return RL_OK;
}

VJP(kthvalue) {
    int64_t sizes[RL_MAX_DIMS], dim = v->args->n[DIM];
    int ndim = kept_sizes(v->in[0].ndim, v->in[0].sizes, dim, sizes);
    rl_tensor *indices = rl_add(rl_view_as(v->y[1], ndim, sizes), rl_tensor_number(rl_scalar_int(1)));
    GRADIENT(0, rl_put_along(rl_reshape(GRAD, ndim, sizes), indices, dim, rl_length_along(ndim, v->in[0].sizes, dim)));
}
const rl_op rl_op_kthvalue = {.name = "kthvalue",
                              SCHEMA(kthvalue),
                              .grad_name = "Kthvalue",
                              .saves = {SAVE_OUTPUT(1)},
                              .canonicalize = rl_canonicalize_dim,
                              .infer = infer_kthvalue,
                              .forward = kthvalue_forward,
                              .vjp = kthvalue_vjp};
