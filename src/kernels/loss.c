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

LOSS(mse_loss, SQUARE, SQUARE)
LOSS(smooth_l1_loss, fabsf(a - b) < 1 ? 0.5f * SQUARE : fabsf(a - b) - 0.5f, fabs(a - b) < 1 ? 0.5 * SQUARE : fabs(a - b) - 0.5)
LOSS(bce_loss, (b - 1) * bounded_logf(1 - a) - b * bounded_logf(a), (b - 1) * bounded_log(1 - a) - b * bounded_log(a))
LOSS(soft_margin_loss, softplusf(-a *b), softplus(-a *b))

/* ---- logits: losses, what was predicted, the target; and the probabilities, if the context says so ----
 *
 * log(1 + exp(-|x|)), and |x| times the weight of the class that x speaks against: nothing of it costs nothing, even if x is infinite. */

/* In blocks and steps: a processor sees only so many instructions ahead, and done in one step an element's are a long chain. */
#define LOGITS(T, exp, log1p)                                                                       \
    static const T *row_##T(const char *data, int64_t stride, int64_t n, T *room) {                 \
        if (stride == sizeof(T)) return (const T *)data;                                            \
        for (int64_t i = 0; i < n; i++) room[i] = *(const T *)(data + i * stride);                  \
        return room;                                                                                \
    }                                                                                               \
    RL_CLONES static void logits_##T(RL_LOOP_PARAMETERS) {                                          \
        enum { BLOCK = 256 };                                                                       \
        T e[BLOCK], x_room[BLOCK], t_room[BLOCK];                                                   \
        for (int64_t from = 0; from < n; from += BLOCK) {                                           \
            int64_t m = n - from < BLOCK ? n - from : BLOCK;                                        \
            const T *x = row_##T(data[1] + from * strides[1], strides[1], m, x_room);               \
            const T *t = row_##T(data[2] + from * strides[2], strides[2], m, t_room);               \
            T *y = (T *)data[0] + from;                                                             \
            RL_SIMD for (int64_t i = 0; i < m; i++) e[i] = exp(x[i] < 0 ? x[i] : -x[i]);            \
            RL_SIMD for (int64_t i = 0; i < m; i++) {                                               \
                T against = x[i] > 0 ? 1 - t[i] : t[i], cost = (x[i] > 0 ? x[i] : -x[i]) * against; \
                y[i] = log1p(e[i]) + (against == 0 ? 0 : cost);                                     \
            }                                                                                       \
            if (!context) continue;                                                                 \
            T *p = (T *)data[3] + from;                                                             \
            RL_SIMD for (int64_t i = 0; i < m; i++) p[i] = (x[i] >= 0 ? 1 : e[i]) / (1 + e[i]);     \
        }                                                                                           \
    }
LOGITS(float, rl_expf, rl_log1pf)
LOGITS(double, rl_exp64, rl_log1p_unit64)
const rl_loops rl_bce_logits_loss_loops = {.of = {[RL_FLOAT] = logits_float, [RL_DOUBLE] = logits_double}};

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
    static void nll_loss_backward_##T(const rl_class_loss *loss, T *dx, const T *g, int total) {                                    \
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

void rl_nll_loss_backward_elements(const rl_class_loss *loss, rl_tensor *dx, rl_tensor *g, int total) {
    if (dx->dtype == RL_FLOAT)
        nll_loss_backward_float(loss, rl_data(dx), rl_data(g), total);
    else
        nll_loss_backward_double(loss, rl_data(dx), rl_data(g), total);
}
