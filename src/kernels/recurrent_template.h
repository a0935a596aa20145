/* Rows begin to end of the cells in recurrent.h. T, SUFFIX: template.h; SIGMOID and TANH are of T. */

RL_CLONES static void OF(lstm)(int64_t begin, int64_t end, int64_t size, const T *restrict gates, const T *restrict cell, T *restrict hidden,
                               T *restrict next) {
    for (int64_t row = begin; row < end; row++) {
        const T *i = gates + 4 * row * size, *f = i + size, *g = f + size, *o = g + size, *c = cell + row * size;
        T *h = hidden + row * size, *d = next + row * size;
        RL_SIMD
        for (int64_t k = 0; k < size; k++) {
            d[k] = SIGMOID(f[k]) * c[k] + SIGMOID(i[k]) * TANH(g[k]);
            h[k] = SIGMOID(o[k]) * TANH(d[k]);
        }
    }
}

RL_CLONES static void OF(lstm_backward)(int64_t begin, int64_t end, int64_t size, const T *restrict by_hidden, const T *restrict by_cell,
                                        const T *restrict gates, const T *restrict cell, T *restrict by_gates, T *restrict by_old) {
    for (int64_t row = begin; row < end; row++) {
        const T *i = gates + 4 * row * size, *f = i + size, *g = f + size, *o = g + size, *c = cell + row * size;
        T *di = by_gates + 4 * row * size, *df = di + size, *dg = df + size, *d_o = dg + size, *dc = by_old + row * size;
        RL_SIMD
        for (int64_t k = 0; k < size; k++) {
            const T in = SIGMOID(i[k]), keep = SIGMOID(f[k]), new = TANH(g[k]), out = SIGMOID(o[k]);
            const T seen = TANH(keep * c[k] + in * new), by_h = by_hidden ? by_hidden[row * size + k] : 0;
            const T by_c = (by_cell ? by_cell[row * size + k] : 0) + by_h * out * (1 - seen * seen);
            di[k] = by_c * new *in *(1 - in);
            df[k] = by_c * c[k] * keep * (1 - keep);
            dg[k] = by_c * in * (1 - new *new);
            d_o[k] = by_h * seen * out * (1 - out);
            dc[k] = by_c * keep;
        }
    }
}

RL_CLONES static void OF(gru)(int64_t begin, int64_t end, int64_t size, const T *restrict from_input, const T *restrict from_state, const T *restrict state,
                              T *restrict next) {
    for (int64_t row = begin; row < end; row++) {
        const T *x = from_input + 3 * row * size, *s = from_state + 3 * row * size, *h = state + row * size;
        T *to = next + row * size;
        RL_SIMD
        for (int64_t k = 0; k < size; k++) {
            const T reset = SIGMOID(x[k] + s[k]), keep = SIGMOID(x[size + k] + s[size + k]), new = TANH(x[2 * size + k] + reset * s[2 * size + k]);
            to[k] = new + keep *(h[k] - new);
        }
    }
}

RL_CLONES static void OF(gru_backward)(int64_t begin, int64_t end, int64_t size, const T *restrict gradient, const T *restrict from_input,
                                       const T *restrict from_state, const T *restrict state, T *restrict by_input, T *restrict by_from_state,
                                       T *restrict by_state) {
    for (int64_t row = begin; row < end; row++) {
        const T *x = from_input + 3 * row * size, *s = from_state + 3 * row * size, *h = state + row * size, *u = gradient + row * size;
        T *dx = by_input + 3 * row * size, *ds = by_from_state + 3 * row * size, *dh = by_state + row * size;
        RL_SIMD
        for (int64_t k = 0; k < size; k++) {
            const T reset = SIGMOID(x[k] + s[k]), keep = SIGMOID(x[size + k] + s[size + k]), old = s[2 * size + k];
            const T new = TANH(x[2 * size + k] + reset * old), by_new = u[k] * (1 - keep) * (1 - new *new);
            const T by_reset = by_new * old * reset * (1 - reset), by_keep = u[k] * (h[k] - new) * keep * (1 - keep);
            dx[k] = by_reset;
            dx[size + k] = by_keep;
            dx[2 * size + k] = by_new;
            ds[k] = by_reset;
            ds[size + k] = by_keep;
            ds[2 * size + k] = by_new * reset;
            dh[k] = u[k] * keep;
        }
    }
}
