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

/* The same where the windows along the last dimension are of one size: a row of the output at a time, tap by tap. `best` has room for its places. */
RL_CLONES static void OF(max_by_rows)(const rl_pooling *p, const T *x, T *restrict y, int64_t *restrict indices, int32_t *restrict best) {
    const rl_windows *w = &p->along[2];
    const int64_t wide = w->out;
    for (int64_t w0 = 0; w0 < p->along[0].out; w0++)
        for (int64_t w1 = 0; w1 < p->along[1].out; w1++, y += wide, indices += wide) {
            const int64_t first_row = (p->along[0].begin[w0] * p->along[1].in + p->along[1].begin[w1]) * w->in;
            for (int64_t k = 0; k < wide; k++) {
                y[k] = x[first_row + w->begin[k]];
                best[k] = (int32_t)(first_row + w->begin[k]);
            }
            for (int64_t i = p->along[0].begin[w0]; i < p->along[0].end[w0]; i += p->along[0].step)
                for (int64_t j = p->along[1].begin[w1]; j < p->along[1].end[w1]; j += p->along[1].step)
                    for (int64_t tap = 0; tap < w->taps; tap++) {
                        const int64_t shift = tap * w->step - w->padding, row = (i * p->along[1].in + j) * w->in + shift, stride = w->stride;
                        const int64_t low = shift < 0 ? (-shift + stride - 1) / stride : 0;
                        const int64_t high = w->in > shift ? (w->in - shift + stride - 1) / stride : 0, to = high < wide ? high : wide;
                        if (stride == 2) {
                            RL_SIMD
                            for (int64_t k = low; k < to; k++) {
                                const T value = x[row + 2 * k];
                                const int takes = value > y[k] || RL_IS_NAN(value);
                                y[k] = takes ? value : y[k];
                                best[k] = takes ? (int32_t)(row + 2 * k) : best[k];
                            }
                        } else {
                            RL_SIMD
                            for (int64_t k = low; k < to; k++) {
                                const T value = x[row + stride * k];
                                const int takes = value > y[k] || RL_IS_NAN(value);
                                y[k] = takes ? value : y[k];
                                best[k] = takes ? (int32_t)(row + stride * k) : best[k];
                            }
                        }
                    }
            for (int64_t k = 0; k < wide; k++) indices[k] = best[k] + 1;
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
