#include "loss.h"

#include <math.h>

#include "mathfn.h"
#include "template.h"

/* a is what was predicted, b the target. */
#define LOSS_LOOPS(name, f, d)                                  \
    RL_BINARY_LOOP(name##_float, RL_CLONES, float, float, f)    \
    RL_BINARY_LOOP(name##_double, RL_CLONES, double, double, d) \
    const rl_loops rl_##name##_loops = {.of = {RL_FLOATING_ROWS(name)}};

/* log(1 + exp(x)), whose exponential cannot overflow */
RL_INLINE float softplusf(float x) { return (x > 0 ? x : 0) + rl_log1pf(rl_expf(-fabsf(x))); }
RL_INLINE double softplus(double x) { return (x > 0 ? x : 0) + rl_log1p_unit64(rl_exp64(-fabs(x))); }

/* A probability of 0 costs 100, not infinity. */
RL_INLINE float bounded_logf(float x) {
    float y = rl_logf(x);
    return y < -100 ? -100 : y;
}
RL_INLINE double bounded_log(double x) {
    double y = rl_log64(x);
    return y < -100 ? -100 : y;
}

#define SQUARE ((a - b) * (a - b))

LOSS_LOOPS(mse_loss, SQUARE, SQUARE)
LOSS_LOOPS(smooth_l1_loss, fabsf(a - b) < 1 ? 0.5f * SQUARE : fabsf(a - b) - 0.5f, fabs(a - b) < 1 ? 0.5 * SQUARE : fabs(a - b) - 0.5)
LOSS_LOOPS(bce_loss, (b - 1) * bounded_logf(1 - a) - b * bounded_logf(a), (b - 1) * bounded_log(1 - a) - b * bounded_log(a))
LOSS_LOOPS(soft_margin_loss, softplusf(-a *b), softplus(-a *b))

/* ---- logits: losses, what was predicted, the target; and the probabilities, if the context says so ----
 *
 * log(1 + exp(-|x|)), and |x| times the weight of the class that x speaks against: nothing of it costs nothing, even if x is infinite. */

#define LOG1P_UNIT(x) _Generic((x), float : rl_log1pf, default : rl_log1p_unit64)(x)
#define TEMPLATE "bce_logits_loss_template.h"
#include "for_floating.h"
#undef TEMPLATE
RL_FLOATING_LOOPS(bce_logits_loss)

/* ---- classes ---- */

int64_t rl_wrong_class(const rl_class_loss *loss) {
    for (int64_t i = 0; i < loss->n * loss->inner; i++) {
        int64_t asked = loss->asked[i];
        if (asked != loss->ignored && (asked < 1 || asked > loss->classes)) return asked ? asked : INT64_MIN;
    }
    return 0;
}

#define TEMPLATE "nll_loss_template.h"
#include "for_floating.h"
#undef TEMPLATE

void rl_class_losses(const rl_class_loss *loss, rl_tensor *y, rl_tensor *x, int total) {
    if (y->dtype == RL_FLOAT)
        nll_loss_float(loss, rl_host_data(y), rl_host_data(x), total);
    else
        nll_loss_double(loss, rl_host_data(y), rl_host_data(x), total);
}

void rl_nll_loss_backward_elements(const rl_class_loss *loss, rl_tensor *dx, rl_tensor *g, int total) {
    if (dx->dtype == RL_FLOAT)
        nll_loss_backward_float(loss, rl_host_data(dx), rl_host_data(g), total);
    else
        nll_loss_backward_double(loss, rl_host_data(dx), rl_host_data(g), total);
}
