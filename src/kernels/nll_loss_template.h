/* Negative log likelihoods of classes, and their derivative. */

static void OF(nll_loss)(const rl_class_loss *loss, T *y, const T *x, int total) {
    const T *weight = loss->weight;
    double sum = 0, weights = 0;
    for (int64_t k = 0; k < loss->n; k++) {
        for (int64_t i = 0; i < loss->inner; i++) {
            int64_t at = k * loss->inner + i, asked = loss->asked[at] - 1;
            T w = loss->asked[at] == loss->ignored ? 0 : weight ? weight[asked] : 1;
            T one = loss->asked[at] == loss->ignored ? 0 : -w * x[(k * loss->classes + asked) * loss->inner + i];
            sum += one;
            weights += w;
            if (!total) y[at] = one;
        }
    }
    if (total) *y = (T)(loss->to_mean ? sum / weights : sum);
}

static void OF(nll_loss_backward)(const rl_class_loss *loss, T *dx, const T *g, int total) {
    const T *weight = loss->weight;
    double weights = 0;
    for (int64_t at = 0; loss->to_mean && at < loss->n * loss->inner; at++)
        if (loss->asked[at] != loss->ignored) weights += weight ? weight[loss->asked[at] - 1] : 1;
    for (int64_t k = 0; k < loss->n; k++) {
        for (int64_t i = 0; i < loss->inner; i++) {
            int64_t at = k * loss->inner + i, asked = loss->asked[at] - 1;
            if (loss->asked[at] == loss->ignored) continue;
            double w = weight ? weight[asked] : 1;
            dx[(k * loss->classes + asked) * loss->inner + i] = (T)(-w * (total ? *g : g[at]) / (loss->to_mean ? weights : 1));
        }
    }
}
