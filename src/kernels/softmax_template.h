/* A slice: its largest element, the sum of the exponentials below it, then what is made of both.
 *
 *   NAME          of the function
 *   KEPT(a, e)    what is kept of an element until the sum is known, a being how far it is below the largest, and e = exp(a)
 *   OF_SUM(sum)   what is needed of the sum
 *   RESULT(k, s)  the result, of what was kept and what is needed of the sum */

RL_CLONES static void ITS(dense)(T *y, const T *x, int64_t n) {
    T top = -INFINITY;
    double sum = 0;
    int nan = 0;
#if defined(_OPENMP) && !defined(__clang__)
#pragma omp simd reduction(max : top) reduction(| : nan)
#endif
    for (int64_t j = 0; j < n; j++) {
        nan |= RL_IS_NAN(x[j]);
        top = top > x[j] ? top : x[j];
    }
    if (nan) top = NAN;
    for (int64_t from = 0; from < n && !RL_GIVEN_UP_AT(from + EXPONENTIALS - 1); from += EXPONENTIALS) {
        T held[EXPONENTIALS];
        int64_t m = n - from < EXPONENTIALS ? n - from : EXPONENTIALS;
        RL_SIMD for (int64_t j = 0; j < m; j++) {
            T a = x[from + j] - top, e = RL_EXP(a);
            held[j] = e;
            y[from + j] = KEPT(a, e);
        }
        RL_SIMD_SUM(sum) for (int64_t j = 0; j < m; j++) sum += held[j];
    }
    if (n > 0xffff && rl_failing()) return;
    T of_sum = (T)OF_SUM(sum);
    RL_SIMD for (int64_t j = 0; j < n; j++) y[j] = RESULT(y[j], of_sum);
}

RL_CLONES static void ITS(across)(char *const *data, const int64_t *step, int64_t n, int64_t slices) {
    T top[RL_SLICES_ACROSS];
    double sums[RL_SLICES_ACROSS];
    for (int64_t l = 0; l < slices; l++) {
        top[l] = -INFINITY;
        sums[l] = 0;
    }
    for (int64_t j = 0; j < n; j++) {
        const T *x = (const T *)(data[1] + j * step[1]);
        RL_SIMD for (int64_t l = 0; l < slices; l++) top[l] = x[l] > top[l] || RL_IS_NAN(x[l]) ? x[l] : top[l];
    }
    for (int64_t j = 0; j < n; j++) {
        T *y = (T *)(data[0] + j * step[0]);
        const T *x = (const T *)(data[1] + j * step[1]);
        RL_SIMD for (int64_t l = 0; l < slices; l++) {
            T e = RL_EXP(x[l] - top[l]);
            sums[l] += e;
            y[l] = e;
        }
    }
    for (int64_t l = 0; l < slices; l++) sums[l] = OF_SUM(sums[l]);
    for (int64_t j = 0; j < n; j++) {
        T *y = (T *)(data[0] + j * step[0]);
        const T *x = (const T *)(data[1] + j * step[1]);
        RL_SIMD for (int64_t l = 0; l < slices; l++) y[l] = (T)RESULT(KEPT(x[l] - top[l], y[l]), sums[l]);
    }
}

static void ITS(slices)(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) {
    const int64_t width = sizeof(T);
    (void)context;
    if (DENSE_2) {
        for (int64_t l = 0; l < slices; l++) ITS(dense)(&RL_SLICE_AT(T, 0, 0, l), &RL_SLICE_AT(T, 1, 0, l), n);
        return;
    }
    if (SIDE_BY_SIDE_2) {
        for (int64_t l = 0, some = slices_in_cache(n * width); l < slices; l += some) {
            char *block[2] = {data[0] + l * width, data[1] + l * width};
            ITS(across)(block, step, n, some < slices - l ? some : slices - l);
        }
        return;
    }
    for (int64_t l = 0; l < slices; l++) {
        char *one[2] = {data[0] + l * next[0], data[1] + l * next[1]};
        ITS(across)(one, step, n, 1);
    }
}
