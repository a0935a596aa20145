#include "take_along.h"

#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/take_along.h"

enum { DIM, LENGTH }; /* args.n */

int64_t rl_length_along(int ndim, const int64_t *sizes, int64_t dim) { return ndim ? sizes[dim] : 1; }

static rl_status check_indices(const rl_call *call) {
    if (call->in[1]->dtype != RL_INT64) return rl_fail("%s() needs indices of dtype Long, not %s", call->op->name, rl_dtype_name((rl_dtype)call->in[1]->dtype));
    if (call->in[1]->ndim != call->in[0]->ndim) return rl_fail("%s() needs as many dimensions in the one tensor as in the other", call->op->name);
    return RL_OK;
}

static rl_status infer_pick(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(check_indices(call));
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, dtype, call->in[1]->ndim, call->in[1]->sizes);
}

static rl_status take_along_forward(rl_call *call) { return rl_take_elements(call->y[0], call->x[1], call->x[0], (int)call->args.n[DIM]); }

VJP(take_along) {
    int64_t dim = v->args ? v->args->n[DIM] : 0;
    GRADIENT(0, rl_put_along(GRAD, INPUT_1, dim, rl_length_along(v->in[0].ndim, v->in[0].sizes, dim)));
}
const rl_op rl_op_take_along = {.name = "take_along",
                                SCHEMA(take_along),
                                .grad_name = "PickAlong",
                                .saves = {SAVE_INPUT(1)},
                                .infer = infer_pick,
                                .forward = take_along_forward,
                                .vjp = take_along_vjp};

static rl_status infer_put_along(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    rl_dtype dtype = (rl_dtype)x->dtype;
    int64_t sizes[RL_MAX_DIMS];
    RL_TRY(check_indices(call));
    if (x->ndim) memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
    sizes[call->args.n[DIM]] = call->args.n[LENGTH];
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), x->ndim, sizes);
}

static rl_status put_along_forward(rl_call *call) {
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    return rl_put_elements(call->y[0], call->x[1], call->x[0], (int)call->args.n[DIM]);
}

VJP(put_along) { GRADIENT(0, rl_take_along(GRAD, INPUT_1, v->args->n[DIM])); }
const rl_op rl_op_put_along = {.name = "put_along",
                               SCHEMA(put_along),
                               .grad_name = "PutAlong",
                               .saves = {SAVE_INPUT(1)},
                               .infer = infer_put_along,
                               .forward = put_along_forward,
                               .vjp = put_along_vjp};

rl_tensor *rl_take_along(rl_tensor *x, rl_tensor *indices, int64_t dim) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    return rl_apply_to(&rl_op_take_along, &args, 2, (rl_tensor *[]){x, indices});
}

rl_tensor *rl_put_along(rl_tensor *x, rl_tensor *indices, int64_t dim, int64_t n) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    args.n[LENGTH] = n;
    return rl_apply_to(&rl_op_put_along, &args, 2, (rl_tensor *[]){x, indices});
}
