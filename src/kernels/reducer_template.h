/* The functions and the record of a reducer, whose parameters are those of define_reducer.h. A step of contiguous elements treats them as rows
 * of RL_LANES, so that one loop, across neighbours, is all that has to be vectorised. */

#ifdef STEP

RL_CLONES static void ITS(across)(void *const *fields, const char *from, int64_t n, int64_t stride, int64_t m, const rl_reduction *run) {
    STATE *states = fields[0];
    int64_t i = 0;
    (void)run;
    for (; i + 4 <= m; i += 4, from += 4 * stride) {
        const T *p0 = (const T *)from, *p1 = (const T *)(from + stride), *p2 = (const T *)(from + 2 * stride), *p3 = (const T *)(from + 3 * stride);
        RL_SIMD for (int64_t j = 0; j < n; j++) {
            STATE s = states[j];
            T a, w = p0[j], x = p1[j], y = p2[j], z = p3[j];
            (void)a;
            FOUR;
            states[j] = s;
        }
    }
    for (; i < m; i++, from += stride) {
        const T *p = (const T *)from;
        RL_SIMD for (int64_t j = 0; j < n; j++) {
            STATE s = states[j];
            T a = p[j];
            states[j] = STEP;
        }
    }
}

static void ITS(start)(void *const *fields, int64_t n, const rl_reduction *run) {
    (void)run;
    for (int64_t j = 0; j < n; j++) ((STATE *)fields[0])[j] = ZERO;
}

static void ITS(combine)(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_reduction *run) {
    (void)count, (void)run;
    for (int64_t j = 0; j < n; j++) {
        STATE s = ((STATE *)fields[0])[j], t = ((STATE *)others[0])[j];
        ((STATE *)fields[0])[j] = COMBINED;
    }
}

static void ITS(along)(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {
    STATE s = *(STATE *)fields[0];
    if (stride == sizeof(T) && m >= 2 * RL_LANES) {
        _Alignas(64) STATE lanes[RL_LANES];
        STATE t;
        void *field = lanes;
        int64_t rows = m / RL_LANES, rest = m % RL_LANES;
        ITS(start)(&field, RL_LANES, run);
        ITS(across)(&field, x, RL_LANES, RL_LANES * sizeof(T), rows, run);
        ITS(across)(&field, x + (m - rest) * (int64_t)sizeof(T), rest, 0, 1, run);
        for (int width = RL_LANES / 2; width; width /= 2) {
            void *half = lanes + width;
            ITS(combine)(&field, &half, width, 0, run);
        }
        t = lanes[0];
        s = COMBINED;
        m = 0;
    }
    for (; m > 0; m--, x += stride) {
        T a = *(const T *)x;
        s = STEP;
    }
    *(STATE *)fields[0] = s;
}

#endif

#ifdef RESULT

static void ITS(finish)(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run) {
    (void)run;
    for (int64_t j = 0; j < n; j++) {
        STATE s = ((const STATE *)fields[0])[j];
        *(OUT *)(out[0] + j * strides[0]) = (OUT)(RESULT);
    }
}

static const rl_reducer ITS(reducer) = {.field_size = {sizeof(STATE)},
                                        .start = RL_MEMBER(LIKE, start),
                                        .along = ALONG,
                                        .across = RL_MEMBER(LIKE, across),
                                        .combine = RL_MEMBER(LIKE, combine),
                                        .finish = ITS(finish)};

#endif
