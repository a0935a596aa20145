/* The reducer of variances. */

static void OF(variance_along)(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {
    double mean = 0, squares = 0;
    rl_reduction centred = {0, m, &mean};
    void *field = &mean;
    OF(total_along)(&field, x, stride, m, &centred);
    mean /= (double)m;
    field = &squares;
    OF(squares_along)(&field, x, stride, m, &centred);
    combine_variances(fields[0], fields[1], mean, squares, (double)run->done, (double)m);
}

RL_CLONES static void OF(variance_across)(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_reduction *run) {
    double means[RL_REDUCTION_BLOCK], squares[RL_REDUCTION_BLOCK], at = (double)run->done;
    void *field = means;
    double *to_means = fields[0], *to_squares = fields[1];
    OF(total_start)(&field, n, run);
    OF(total_across)(&field, x, n, stride, m, run);
    for (int64_t j = 0; j < n; j++) {
        means[j] /= (double)m;
        squares[j] = 0;
    }
    for (int64_t i = 0; i < m; i++, x += stride) {
        const T *p = (const T *)x;
        RL_SIMD for (int64_t j = 0; j < n; j++) squares[j] += (p[j] - means[j]) * (p[j] - means[j]);
    }
    RL_SIMD for (int64_t j = 0; j < n; j++) combine_variances(to_means + j, to_squares + j, means[j], squares[j], at, (double)m);
}

static void OF(variance_finish)(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run) {
    const rl_variance *asked = run->context;
    double divisor = (double)run->total - asked->correction;
    for (int64_t j = 0; j < n; j++) {
        double variance = ((double *)fields[1])[j] / (divisor > 0 ? divisor : 0);
        *(T *)(out[0] + j * strides[0]) = (T)(asked->root ? sqrt(variance) : variance);
        if (out[1]) *(T *)(out[1] + j * strides[1]) = run->total ? (T)((double *)fields[0])[j] : (T)NAN;
    }
}

static const rl_reducer OF(variance_reducer) = {.field_size = {sizeof(double), sizeof(double)},
                                                .start = variance_start,
                                                .along = OF(variance_along),
                                                .across = OF(variance_across),
                                                .combine = variance_combine,
                                                .finish = OF(variance_finish)};
