/* The reducer of largest or smallest elements and their indices: NAME_indices_reducer_float and so on, of the reducer NAME without
 * them, which finds a row's extreme before that is looked for. fields: the extreme, where it was met first. */

static void ITS(indices_start)(void *const *fields, int64_t n, const rl_reduction *run) {
    ITS(start)(fields, n, run);
    for (int64_t j = 0; j < n; j++) ((int64_t *)fields[1])[j] = 0;
}

RL_CLONES static int64_t ITS(find)(const char *x, int64_t stride, int64_t m, T wanted) {
    int64_t i = 0;
    if (stride == sizeof(T)) {
        for (; i + RL_LANES <= m; i += RL_LANES) {
            const T *p = (const T *)x + i;
            int met = 0;
            RL_SIMD_ANY(met) for (int k = 0; k < RL_LANES; k++) met |= (p[k] == wanted) | RL_IS_NAN(p[k]);
            if (met) break;
        }
    }
    for (; i < m; i++) {
        T a = *(const T *)(x + i * stride);
        if (a == wanted || RL_IS_NAN(a)) return i;
    }
    return 0;
}

static void ITS(indices_along)(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {
    T best, *value = fields[0];
    void *field = &best;
    ITS(start)(&field, 1, run);
    ITS(along)(&field, x, stride, m, run);
    if (!WINS(*value, best) || RL_IS_NAN(*value)) return;
    *value = best;
    *(int64_t *)fields[1] = run->done + ITS(find)(x, stride, m, best);
}

RL_CLONES static void ITS(indices_across)(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_reduction *run) {
    T *values = fields[0];
    int64_t *indices = fields[1];
    for (int64_t i = 0; i < m; i++, x += stride) {
        const T *p = (const T *)x;
        int64_t index = run->done + i;
        RL_SIMD for (int64_t j = 0; j < n; j++) {
            T s = values[j], a = p[j];
            int wins = WINS(s, a) & !RL_IS_NAN(s);
            values[j] = wins ? a : s;
            indices[j] = wins ? index : indices[j];
        }
    }
}

static void ITS(indices_combine)(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_reduction *run) {
    T *values = fields[0];
    (void)count;
    for (int64_t j = 0; j < n; j++) {
        T other = ((const T *)others[0])[j];
        if (!WINS(values[j], other) || RL_IS_NAN(values[j])) continue;
        values[j] = other;
        ((int64_t *)fields[1])[j] = run->done + ((const int64_t *)others[1])[j];
    }
}

static void ITS(indices_finish)(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run) {
    (void)run;
    for (int64_t j = 0; j < n; j++) {
        if (out[1]) *(T *)(out[0] + j * strides[0]) = ((const T *)fields[0])[j];
        int at = out[1] != NULL;
        *(int64_t *)(out[at] + j * strides[at]) = ((const int64_t *)fields[1])[j] + 1;
    }
}

static const rl_reducer ITS(indices_reducer) = {.field_size = {sizeof(T), sizeof(int64_t)},
                                                .start = ITS(indices_start),
                                                .along = ITS(indices_along),
                                                .across = ITS(indices_across),
                                                .combine = ITS(indices_combine),
                                                .finish = ITS(indices_finish)};
