/* A slice's gradient: SUMMED is added up over it to s, then each element is BACKWARD; both are of g, the gradient, and y, the output. */

RL_CLONES static void ITS(dense)(T *to, const T *from_g, const T *from_y, int64_t n) {
    double s = 0;
    RL_SIMD_SUM(s) for (int64_t j = 0; j < n; j++) {
        T g = from_g[j], y = from_y[j];
        (void)y;
        s += SUMMED;
    }
    RL_SIMD for (int64_t j = 0; j < n; j++) {
        T g = from_g[j], y = from_y[j];
        to[j] = (T)(BACKWARD);
    }
}

RL_CLONES static void ITS(across)(char *const *data, const int64_t *step, int64_t n, int64_t slices) {
    double sums[RL_SLICES_ACROSS];
    for (int64_t l = 0; l < slices; l++) sums[l] = 0;
    for (int64_t j = 0; j < n; j++) {
        const T *from_g = (const T *)(data[1] + j * step[1]), *from_y = (const T *)(data[2] + j * step[2]);
        RL_SIMD for (int64_t l = 0; l < slices; l++) {
            T g = from_g[l], y = from_y[l];
            (void)y;
            sums[l] += SUMMED;
        }
    }
    for (int64_t j = 0; j < n; j++) {
        T *to = (T *)(data[0] + j * step[0]);
        const T *from_g = (const T *)(data[1] + j * step[1]), *from_y = (const T *)(data[2] + j * step[2]);
        RL_SIMD for (int64_t l = 0; l < slices; l++) {
            T g = from_g[l], y = from_y[l];
            double s = sums[l];
            to[l] = (T)(BACKWARD);
        }
    }
}

static void ITS(slices)(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) {
    const int64_t width = sizeof(T);
    (void)context;
    if (DENSE_3) {
        for (int64_t l = 0; l < slices; l++) ITS(dense)(&RL_SLICE_AT(T, 0, 0, l), &RL_SLICE_AT(T, 1, 0, l), &RL_SLICE_AT(T, 2, 0, l), n);
        return;
    }
    if (SIDE_BY_SIDE_3) {
        for (int64_t l = 0, some = slices_in_cache(n * width); l < slices; l += some) {
            char *block[3] = {data[0] + l * width, data[1] + l * width, data[2] + l * width};
            ITS(across)(block, step, n, some < slices - l ? some : slices - l);
        }
        return;
    }
    for (int64_t l = 0; l < slices; l++) {
        char *one[3] = {data[0] + l * next[0], data[1] + l * next[1], data[2] + l * next[2]};
        ITS(across)(one, step, n, 1);
    }
}
