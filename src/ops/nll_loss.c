/* The negative log-likelihood of classes, which is linear in the scores: its derivative is nll_loss_backward(), whose derivative is
 * nll_loss() again. args: list[0] the scores' sizes (nll_loss_backward alone), n[0] the class that is ignored, n[1] the reduction. */
#include <string.h>

#include "../kernels/copy.h"
#include "../kernels/loss.h"
#include "infer.h"

enum { NONE, MEAN, SUM };
enum { IGNORED, REDUCTION };    /* args.n */
enum { SCORES, ASKED, WEIGHT }; /* call->in */

/* Sizes of the losses: the scores', without the classes. */
static int without_classes(int ndim, const int64_t *scores, int64_t *sizes) {
    int kept = 0;
    for (int d = 0; d < ndim; d++)
        if (d != (ndim > 1)) sizes[kept++] = scores[d];
    return kept;
}

static rl_status check_asked(const rl_call *call, int ndim, const int64_t *scores) {
    const rl_tensor *asked = call->in[ASKED], *weight = call->in[WEIGHT];
    int64_t sizes[RL_MAX_DIMS];
    if (ndim < 1) return rl_fail("%s() needs scores of at least one dimension, that of the classes", call->op->name);
    int kept = without_classes(ndim, scores, sizes);
    if (!rl_dtype_is_integral((rl_dtype)asked->dtype))
        return rl_fail("the `target` of %s() must hold integers, classes from 1; it is %s", call->op->name, rl_dtype_name((rl_dtype)asked->dtype));
    if (asked->ndim != kept || (kept && memcmp(asked->sizes, sizes, (size_t)kept * sizeof *sizes) != 0))
        return rl_fail("the `target` of %s() must have shape %s for scores of shape %s; it has %s", call->op->name, rl_sizes_text(kept, sizes),
                       rl_sizes_text(ndim, scores), rl_sizes_text(asked->ndim, asked->sizes));
    if (weight && (weight->ndim != 1 || weight->sizes[0] != scores[ndim > 1]))
        return rl_fail("the `weight` of %s() must have one number for each of the %lld classes; it has shape %s", call->op->name, (long long)scores[ndim > 1],
                       rl_sizes_text(weight->ndim, weight->sizes));
    return RL_OK;
}

static rl_status infer_classes(const rl_call *call, rl_result *result, int ndim, const int64_t *scores, int out_ndim, const int64_t *out_sizes) {
    rl_dtype dtype = (rl_dtype)call->in[SCORES]->dtype;
    if (!rl_dtype_is_floating(dtype)) return rl_fail("%s() needs floating scores, not %s", call->op->name, rl_dtype_name(dtype));
    RL_TRY(check_asked(call, ndim, scores));
    RL_TRY(rl_set_outputs(result, 1));
    rl_read_as(result, SCORES, rl_computed_in(dtype));
    rl_read_as(result, ASKED, RL_INT64);
    rl_read_as(result, WEIGHT, rl_computed_in(dtype));
    for (int k = 0; k < 3; k++) rl_read_contiguous(result, k);
    return rl_output(result, 0, dtype, rl_computed_in(dtype), out_ndim, out_sizes);
}

static rl_class_loss class_loss(const rl_call *call, int ndim, const int64_t *scores) {
    rl_class_loss loss = {.n = ndim > 1 ? scores[0] : 1, .classes = scores[ndim > 1], .inner = 1, .ignored = call->args.n[IGNORED]};
    for (int d = 2; d < ndim; d++) loss.inner *= scores[d];
    loss.asked = rl_host_data(call->x[ASKED]);
    loss.weight = call->x[WEIGHT] ? rl_host_data(call->x[WEIGHT]) : NULL;
    loss.to_mean = call->args.n[REDUCTION] == MEAN;
    return loss;
}

static rl_status infer_nll_loss(const rl_call *call, rl_result *result) {
    const rl_tensor *x = call->in[SCORES];
    int64_t sizes[RL_MAX_DIMS];
    return infer_classes(call, result, x->ndim, x->sizes, call->args.n[REDUCTION] == NONE ? without_classes(x->ndim, x->sizes, sizes) : 0, sizes);
}

static rl_status nll_loss_forward(rl_call *call) {
    rl_class_loss loss = class_loss(call, call->x[SCORES]->ndim, call->x[SCORES]->sizes);
    int64_t wrong = rl_wrong_class(&loss);
    if (wrong)
        return rl_fail("`target` asks for class %lld; there are %lld, counted from 1", (long long)(wrong == INT64_MIN ? 0 : wrong), (long long)loss.classes);
    rl_class_losses(&loss, call->y[0], call->x[SCORES], call->args.n[REDUCTION] != NONE);
    return RL_OK;
}

VJP(nll_loss) {
    rl_args args = *v->args;
    args.list[0] = (rl_ints){v->in[0].ndim, v->in[0].sizes};
    GRADIENT(0, rl_apply_to(&rl_op_nll_loss_backward, &args, 3, (rl_tensor *[]){GRAD, INPUT_1, INPUT_2}));
}
const rl_op rl_op_nll_loss = {.name = "nll_loss",
                              SCHEMA(nll_loss),
                              .grad_name = "NllLoss",
                              .saves = {SAVE_INPUT(1) | SAVE_INPUT(2)},
                              .infer = infer_nll_loss,
                              .forward = nll_loss_forward,
                              .vjp = nll_loss_vjp};

static rl_status infer_nll_loss_backward(const rl_call *call, rl_result *result) {
    rl_ints scores = call->args.list[0];
    return infer_classes(call, result, scores.length, scores.values, scores.length, scores.values);
}

static rl_status nll_loss_backward_forward(rl_call *call) {
    rl_class_loss loss = class_loss(call, call->y[0]->ndim, call->y[0]->sizes);
    rl_fill_elements(call->y[0], rl_scalar_int(0));
    rl_nll_loss_backward_elements(&loss, call->y[0], call->x[0], call->args.n[REDUCTION] != NONE);
    return RL_OK;
}

VJP(nll_loss_backward) { GRADIENT(0, rl_apply_to(&rl_op_nll_loss, v->args, 3, (rl_tensor *[]){GRAD, INPUT_1, INPUT_2})); }
const rl_op rl_op_nll_loss_backward = {.name = "nll_loss_backward",
                                       SCHEMA(nll_loss_backward),
                                       .grad_name = "NllLossBackward",
                                       .saves = {SAVE_INPUT(1) | SAVE_INPUT(2)},
                                       .infer = infer_nll_loss_backward,
                                       .forward = nll_loss_backward_forward,
                                       .vjp = nll_loss_backward_vjp};

/* ---- cross_entropy: of classes, or of their probabilities ---- */

static rl_tensor *of_probabilities(const rl_call *call, rl_tensor *logs, int64_t dim) {
    rl_tensor *weight = call->in[WEIGHT], *losses = rl_mul(logs, call->in[ASKED]);
    int64_t sizes[RL_MAX_DIMS], count = 1;
    for (int d = 0; d < logs->ndim; d++) sizes[d] = d == dim ? logs->sizes[d] : 1;
    for (int d = 0; d < logs->ndim; d++)
        if (d != dim) count *= logs->sizes[d];
    if (weight) losses = rl_mul(losses, rl_view_as(weight, logs->ndim, sizes));
    if (call->args.n[REDUCTION] == NONE) return rl_neg(rl_sum_dims(losses, (rl_ints){1, &dim}, 0));
    losses = rl_neg(rl_sum_dims(losses, RL_INTS_NONE, 0));
    return call->args.n[REDUCTION] == MEAN ? rl_mul_number(losses, 1 / (double)count) : losses;
}

static rl_status compose_cross_entropy(rl_call *call) {
    rl_args args = RL_ARGS_NONE;
    rl_tensor *x = call->in[SCORES];
    args.n[0] = x->ndim > 1;
    rl_tensor *loss = rl_apply_to(&rl_op_log_softmax, &args, 1, &x);
    if (!loss) return RL_FAILED;
    if (rl_dtype_is_floating((rl_dtype)call->in[ASKED]->dtype)) {
        if (!rl_same_sizes(x, call->in[ASKED]))
            return rl_fail(
                "a floating `target` of cross_entropy() holds the classes' probabilities and has the scores' shape %s; it has %s. Classes are integers: "
                "$to(dtype = torch_long())",
                rl_sizes_text(x->ndim, x->sizes), rl_sizes_text(call->in[ASKED]->ndim, call->in[ASKED]->sizes));
        loss = of_probabilities(call, loss, args.n[0]);
    } else {
        loss = rl_apply_to(&rl_op_nll_loss, &call->args, 3, (rl_tensor *[]){loss, call->in[ASKED], call->in[WEIGHT]});
    }
    return rl_set_result(call, 1, &loss);
}

const rl_op rl_op_cross_entropy = {.name = "cross_entropy", SCHEMA(cross_entropy), .compose = compose_cross_entropy};
