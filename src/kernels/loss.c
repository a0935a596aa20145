#include "loss.h"

#include <math.h>

#include "mathfn.h"

/* a is what was predicted, b the target. */
#define LOSS(name, f, d)                                        \
    RL_BINARY_LOOP(name##_float, RL_CLONES, float, float, f)    \
    RL_BINARY_LOOP(name##_double, RL_CLONES, double, double, d) \
    const rl_loops rl_##name##_loops = {.of = {[RL_FLOAT] = name##_float, [RL_DOUBLE] = name##_double}};

/* log(1 + exp(x)), whose exponential cannot overflow */
RL_INLINE float softplusf(float x) { return (x > 0 ? x : 0) + rl_log1pf(rl_expf(-fabsf(x))); }
RL_INLINE double softplus(double x) {
    double e = rl_exp64(-fabs(x)), u = 1 + e;
    return (x > 0 ? x : 0) + (rl_log64(u) + (e - (u - 1)) / u);
}

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

LOSS(mse_loss, SQUARE, SQUARE)
LOSS(smooth_l1_loss, fabsf(a - b) < 1 ? 0.5f * SQUARE : fabsf(a - b) - 0.5f, fabs(a - b) < 1 ? 0.5 * SQUARE : fabs(a - b) - 0.5)
LOSS(bce_loss, (b - 1) * bounded_logf(1 - a) - b * bounded_logf(a), (b - 1) * bounded_log(1 - a) - b * bounded_log(a))
LOSS(bce_logits_loss, softplusf(a) - a * b, softplus(a) - a * b)
LOSS(soft_margin_loss, softplusf(-a *b), softplus(-a *b))

/* ---- classes ---- */

int64_t rl_wrong_class(const rl_class_loss *loss) {
    for (int64_t i = 0; i < loss->n * loss->inner; i++) {
        int64_t asked = loss->asked[i];
        if (asked != loss->ignored && (asked < 1 || asked > loss->classes)) return asked ? asked : INT64_MIN;
    }
    return 0;
}

#define CLASSES(T)                                                                                                                  \
    static void losses_##T(const rl_class_loss *loss, T *y, const T *x, int total) {                                                \
        const T *weight = loss->weight;                                                                                             \
        double sum = 0, weights = 0;                                                                                                \
        for (int64_t k = 0; k < loss->n; k++) {                                                                                     \
            for (int64_t i = 0; i < loss->inner; i++) {                                                                             \
                int64_t at = k * loss->inner + i, asked = loss->asked[at] - 1;                                                      \
                T w = loss->asked[at] == loss->ignored ? 0 : weight ? weight[asked] : 1;                                            \
                T one = loss->asked[at] == loss->ignored ? 0 : -w * x[(k * loss->classes + asked) * loss->inner + i];               \
                sum += one;                                                                                                         \
                weights += w;                                                                                                       \
                if (!total) y[at] = one;                                                                                            \
            }                                                                                                                       \
        }                                                                                                                           \
        if (total) *y = (T)(loss->to_mean ? sum / weights : sum);                                                                   \
    }                                                                                                                               \
    static void slopes_##T(const rl_class_loss *loss, T *dx, const T *g, int total) {                                               \
        const T *weight = loss->weight;                                                                                             \
        double weights = 0;                                                                                                         \
        for (int64_t at = 0; loss->to_mean && at < loss->n * loss->inner; at++)                                                     \
            if (loss->asked[at] != loss->ignored) weights += weight ? weight[loss->asked[at] - 1] : 1;                              \
        for (int64_t k = 0; k < loss->n; k++) {                                                                                     \
            for (int64_t i = 0; i < loss->inner; i++) {                                                                             \
                int64_t at = k * loss->inner + i, asked = loss->asked[at] - 1;                                                      \
                if (loss->asked[at] == loss->ignored) continue;                                                                     \
                double w = weight ? weight[asked] : 1;                                                                              \
                dx[(k * loss->classes + asked) * loss->inner + i] = (T)(-w * (total ? *g : g[at]) / (loss->to_mean ? weights : 1)); \
            }                                                                                                                       \
        }                                                                                                                           \
    }

CLASSES(float)
CLASSES(double)

void rl_class_losses(const rl_class_loss *loss, rl_tensor *y, rl_tensor *x, int total) {
    if (y->dtype == RL_FLOAT)
        losses_float(loss, rl_data(y), rl_data(x), total);
    else
        losses_double(loss, rl_data(y), rl_data(x), total);
}

void rl_class_slopes(const rl_class_loss *loss, rl_tensor *dx, rl_tensor *g, int total) {
    if (dx->dtype == RL_FLOAT)
        slopes_float(loss, rl_data(dx), rl_data(g), total);
    else
        slopes_double(loss, rl_data(dx), rl_data(g), total);
}
