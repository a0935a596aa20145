#include "reduce.h"

static rl_status infer_prod(const rl_call *call, rl_result *result) {
    RL_TRY(rl_one_dim(call));
    return rl_infer_sum(call, result);
}

static rl_status prod_forward(rl_call *call) { return rl_run_reducers(call, &rl_prod_reducers, NULL); }

static int holds_a_zero(rl_tensor *x) {
    rl_tensor *all = rl_apply_to(&rl_op_all, NULL, 1, &x);
    return all && rl_item(all, 0).as_int == 0;
}

/* g times the product of all the others, for each element along the dimension: products of halves are built up, then handed
 * down, so that nothing is divided by a zero and each step can be differentiated again. */
static rl_tensor *products_of_others(rl_tensor *x, rl_tensor *g, int dim) {
    rl_tensor *low[64], *high[64];
    int64_t sizes[64];
    int levels = 0;
    for (; x && x->sizes[dim] > 1; levels++) {
        int64_t half = x->sizes[dim] / 2, rest = x->sizes[dim] - half;
        sizes[levels] = half;
        low[levels] = rl_narrow(x, dim, 0, half);
        high[levels] = rl_narrow(x, dim, half, rest);
        x = rl_mul(low[levels], rl_narrow(high[levels], dim, 0, half));
        if (rest > half) x = rl_cat(2, (rl_tensor *[]){x, rl_narrow(high[levels], dim, half, 1)}, dim);
    }
    if (!x) return NULL;
    while (levels-- > 0) {
        int64_t half = sizes[levels];
        rl_tensor *paired = rl_narrow(g, dim, 0, half);
        rl_tensor *to_low = rl_mul(paired, rl_narrow(high[levels], dim, 0, half)), *to_high = rl_mul(paired, low[levels]);
        if (g && g->sizes[dim] > half) to_high = rl_cat(2, (rl_tensor *[]){to_high, rl_narrow(g, dim, half, 1)}, dim);
        g = rl_cat(2, (rl_tensor *[]){to_low, to_high}, dim);
    }
    return g;
}

static rl_tensor *prod_gradient(rl_vjp *v) {
    rl_tensor *x = rl_as_result(v, 0), *g = GRAD;
    const rl_ints dims = v->args ? v->args->list[RL_DIMS] : RL_INTS_NONE;
    int64_t sizes[RL_MAX_DIMS];
    int dim = 0;
    if (x->ndim == 0) return g;
    if (!holds_a_zero(x)) return rl_div(rl_mul(rl_kept_dims(v, g), rl_kept_dims(v, OUTPUT_0)), x);
    if (dims.length > 0) {
        if (rl_wrap_dim(dims.values[0], x->ndim, &dim) != RL_OK) return NULL;
        for (int d = 0; d < x->ndim; d++) sizes[d] = d == dim ? 1 : x->sizes[d];
        return products_of_others(x, rl_view_as(g, x->ndim, sizes), dim);
    }
    rl_tensor *others = products_of_others(rl_reshape(x, 1, &x->numel), rl_view_as(g, 1, (int64_t[]){1}), 0);
    return rl_view_as(others, x->ndim, x->sizes);
}

VJP(prod) { GRADIENT(0, prod_gradient(v)); }
const rl_op rl_op_prod = {.name = "prod",
                          SCHEMA(prod),
                          .grad_name = "Prod",
                          .saves = {SAVE_INPUT(0) | SAVE_OUTPUT(0)},
                          .infer = infer_prod,
                          .forward = prod_forward,
                          .vjp = prod_vjp};
