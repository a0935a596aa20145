/* Pooling of planes begin to end. T, SUFFIX: template.h. FOR_OUTPUTS goes through the windows of a plane: w0, w1, w2 are the output's
 * position, `at` its place in the plane. */
#define FOR_OUTPUTS                                          \
    for (int64_t w0 = 0, at = 0; w0 < p->along[0].out; w0++) \
        for (int64_t w1 = 0; w1 < p->along[1].out; w1++)     \
            for (int64_t w2 = 0; w2 < p->along[2].out; w2++, at++)
#define FOR_WINDOW                                                                              \
    for (int64_t i = p->along[0].begin[w0]; i < p->along[0].end[w0]; i += p->along[0].step)     \
        for (int64_t j = p->along[1].begin[w1]; j < p->along[1].end[w1]; j += p->along[1].step) \
            for (int64_t row = (i * p->along[1].in + j) * p->along[2].in, k = p->along[2].begin[w2]; k < p->along[2].end[w2]; k += p->along[2].step)

static void OF(max)(const rl_pooling *p, const T *x, T *y, int64_t *indices) {
    FOR_OUTPUTS {
        int64_t best = -1;
        T largest = -INFINITY;
        FOR_WINDOW {
            T value = x[row + k];
            if (best < 0 || value > largest || RL_IS_NAN(value)) {
                largest = value;
                best = row + k;
            }
        }
        y[at] = largest;
        indices[at] = best < 0 ? 1 : best + 1; /* no element may lie beneath a dilated window */
    }
}

static inline double OF(divisor)(const rl_pooling *p, int64_t w0, int64_t w1, int64_t w2) {
    return p->divisor != 0 ? p->divisor : (double)(p->along[0].counted[w0] * p->along[1].counted[w1] * p->along[2].counted[w2]);
}

static void OF(average)(const rl_pooling *p, const T *x, T *y) {
    FOR_OUTPUTS {
        double sum = 0;
        FOR_WINDOW { sum += x[row + k]; }
        y[at] = (T)(sum / OF(divisor)(p, w0, w1, w2));
    }
}

static void OF(spread)(const rl_pooling *p, const T *y, T *x) {
    FOR_OUTPUTS {
        const T share = (T)(y[at] / OF(divisor)(p, w0, w1, w2));
        FOR_WINDOW { x[row + k] += share; }
    }
}

#undef FOR_OUTPUTS
#undef FOR_WINDOW
