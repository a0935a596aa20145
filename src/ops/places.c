#include "places.h"

#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/places.h"

enum { DIM, LENGTH }; /* args.n */

int64_t rl_length_along(int ndim, const int64_t *sizes, int64_t dim) { return ndim ? sizes[dim] : 1; }

static rl_status check_places(const rl_call *call) {
    if (call->in[1]->dtype != RL_INT64) return rl_fail("%s() needs places of dtype Long, not %s", call->op->name, rl_dtype_name((rl_dtype)call->in[1]->dtype));
    if (call->in[1]->ndim != call->in[0]->ndim) return rl_fail("%s() needs as many dimensions in the one tensor as in the other", call->op->name);
    return RL_OK;
}

static rl_status infer_pick(const rl_call *call, rl_result *result) {
    rl_dtype dtype = (rl_dtype)call->in[0]->dtype;
    RL_TRY(check_places(call));
    RL_TRY(rl_set_outputs(result, 1));
    return rl_output(result, 0, dtype, dtype, call->in[1]->ndim, call->in[1]->sizes);
}

static rl_status pick_forward(rl_call *call) { return rl_pick_places(call->y[0], call->x[1], call->x[0], (int)call->args.n[DIM]); }

RULE(pick_along) {
    int64_t dim = v->args ? v->args->n[DIM] : 0;
    D(0, rl_put_along(G, X1, dim, rl_length_along(v->in[0].ndim, v->in[0].sizes, dim)));
}
const rl_op rl_op_pick_along = {.name = "pick_along",
                                SCHEMA(pick_along),
                                .grad_name = "PickAlong",
                                .saves = {SAVE_X(1)},
                                .infer = infer_pick,
                                .forward = pick_forward,
                                .vjp = pick_along_vjp};

static rl_status infer_put(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[0];
    rl_dtype dtype = (rl_dtype)x->dtype;
    int64_t sizes[RL_MAX_DIMS];
    RL_TRY(check_places(call));
    if (x->ndim) memcpy(sizes, x->sizes, (size_t)x->ndim * sizeof *sizes);
    sizes[call->args.n[DIM]] = call->args.n[LENGTH];
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, 0, rl_computed_in(dtype));
    return rl_output(result, 0, dtype, rl_computed_in(dtype), x->ndim, sizes);
}

static rl_status put_forward(rl_call *call) {
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    return rl_put_places(call->y[0], call->x[1], call->x[0], (int)call->args.n[DIM]);
}

RULE(put_along) { D(0, rl_pick_along(G, X1, v->args->n[DIM])); }
const rl_op rl_op_put_along = {
    .name = "put_along", SCHEMA(put_along), .grad_name = "PutAlong", .saves = {SAVE_X(1)}, .infer = infer_put, .forward = put_forward, .vjp = put_along_vjp};

rl_tensor *rl_pick_along(rl_tensor *x, rl_tensor *places, int64_t dim) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    return rl_apply_to(&rl_op_pick_along, &args, 2, (rl_tensor *[]){x, places});
}

rl_tensor *rl_put_along(rl_tensor *x, rl_tensor *places, int64_t dim, int64_t n) {
    rl_args args = RL_ARGS_NONE;
    args.n[DIM] = dim;
    args.n[LENGTH] = n;
    return rl_apply_to(&rl_op_put_along, &args, 2, (rl_tensor *[]){x, places});
}
