/* The reducer of logarithms of sums of exponentials. */

static void OF(logsumexp_along)(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {
    T top = -INFINITY;
    double shift, sum = 0;
    rl_reduction below = {0, m, &shift};
    void *field = &top;
    OF(top_along)(&field, x, stride, m, run);
    shift = finite_top(top);
    field = &sum;
    OF(exp_sum_along)(&field, x, stride, m, &below);
    combine_sums(fields[0], fields[1], shift, sum);
}

RL_CLONES static void OF(logsumexp_exponentials)(double *sums, const T *x, const T *shifts, int64_t n) {
    RL_SIMD for (int64_t j = 0; j < n; j++) sums[j] += RL_EXP(x[j] - shifts[j]);
}

static void OF(logsumexp_across)(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_reduction *run) {
    T tops[RL_REDUCTION_BLOCK];
    double sums[RL_REDUCTION_BLOCK];
    void *field = tops;
    OF(top_start)(&field, n, run);
    OF(top_across)(&field, x, n, stride, m, run);
    for (int64_t j = 0; j < n; j++) {
        tops[j] = (T)finite_top(tops[j]);
        sums[j] = 0;
    }
    for (int64_t i = 0; i < m; i++) OF(logsumexp_exponentials)(sums, (const T *)(x + i * stride), tops, n);
    for (int64_t j = 0; j < n; j++) combine_sums((double *)fields[0] + j, (double *)fields[1] + j, tops[j], sums[j]);
}

static void OF(logsumexp_finish)(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run) {
    (void)run;
    for (int64_t j = 0; j < n; j++) *(T *)(out[0] + j * strides[0]) = (T)(((double *)fields[0])[j] + log(((double *)fields[1])[j]));
}

static const rl_reducer OF(logsumexp_reducer) = {.field_size = {sizeof(double), sizeof(double)},
                                                 .start = logsumexp_start,
                                                 .along = OF(logsumexp_along),
                                                 .across = OF(logsumexp_across),
                                                 .combine = logsumexp_combine,
                                                 .finish = OF(logsumexp_finish)};
