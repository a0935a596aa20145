/* Of groups begin to end; SPANS goes through the stretches of a group that are of one channel, or, where each element has its own, of a run:
 * x, y and so on are where it begins, n its length, channel its (first) channel. T, SUFFIX: template.h. */
#define SPANS                                                                                                                                               \
    for (int64_t o = 0; o < s->outer; o++)                                                                                                                  \
        for (int64_t run = (o * s->groups + group) * s->inner, at = run, n; at < run + s->inner; at += n)                                                   \
            if ((n = s->per_channel == 1 ? (s->channels < run + s->inner - at ? s->channels : run + s->inner - at) : s->per_channel - at % s->per_channel), \
                n = n < run + s->inner - at ? n : run + s->inner - at, 1)
#define CHANNEL (at / s->per_channel % s->channels)

RL_CLONES static void OF(forward)(const rl_groups *s, int64_t group, const T *restrict x, const T *restrict weight, const T *restrict bias, double eps,
                                  T *restrict y, double *mean, double *rstd) {
    const double count = (double)(s->outer * s->inner);
    double sum = 0, squares = 0;
    SPANS {
        const T *from = x + at;
        double part = 0;
        RL_SIMD_SUM(part)
        for (int64_t k = 0; k < n; k++) part += from[k];
        sum += part;
    }
    const double middle = sum / count;
    SPANS {
        const T *from = x + at;
        double part = 0;
        RL_SIMD_SUM(part)
        for (int64_t k = 0; k < n; k++) part += (from[k] - middle) * (from[k] - middle);
        squares += part;
    }
    const double inverse = 1 / sqrt(squares / count + eps);
    mean[group] = middle;
    rstd[group] = inverse;
    const T center = (T)middle; /* subtracted first, so that little is lost; what its rounding leaves is made up for */
    const double rest = ((double)center - middle) * inverse;
    SPANS {
        const T *from = x + at, *w = weight ? weight + CHANNEL : NULL, *b = bias ? bias + CHANNEL : NULL;
        T *to = y + at;
        if (s->per_channel == 1 && w && b) {
            const T scale = (T)inverse, shift = (T)rest;
            RL_SIMD
            for (int64_t k = 0; k < n; k++) to[k] = ((from[k] - center) * scale + shift) * w[k] + b[k];
        } else if (s->per_channel == 1) {
            for (int64_t k = 0; k < n; k++) to[k] = (T)((from[k] - middle) * inverse) * (w ? w[k] : 1) + (b ? b[k] : 0);
        } else {
            const T scale = (T)(inverse * (w ? *w : 1)), shift = (T)((b ? *b : 0) + rest * (w ? *w : 1));
            RL_SIMD
            for (int64_t k = 0; k < n; k++) to[k] = (from[k] - center) * scale + shift;
        }
    }
}

/* dx = rstd (a - mean(a) - xhat mean(a xhat)), with a = g weight and xhat = (x - mean) rstd. */
RL_CLONES static void OF(backward)(const rl_groups *s, int64_t group, const T *restrict g, const T *restrict x, const T *restrict weight, double mean,
                                   double rstd, T *restrict dx) {
    const double count = (double)(s->outer * s->inner);
    double sum = 0, product = 0;
    SPANS {
        const T *from = x + at, *slope = g + at, *w = weight ? weight + CHANNEL : NULL;
        double part = 0, other = 0;
        if (s->per_channel == 1 && w) {
            RL_SIMD_SUM(part, other)
            for (int64_t k = 0; k < n; k++) {
                const double a = (double)slope[k] * w[k];
                part += a;
                other += a * (from[k] - mean);
            }
        } else {
            const double factor = w ? *w : 1;
            RL_SIMD_SUM(part, other)
            for (int64_t k = 0; k < n; k++) {
                part += slope[k];
                other += slope[k] * (from[k] - mean);
            }
            part *= factor;
            other *= factor;
        }
        sum += part;
        product += other;
    }
    const T mean_slope = (T)(sum / count), slant = (T)(-rstd * rstd * rstd * product / count), scale = (T)rstd, middle = (T)mean;
    SPANS {
        const T *from = x + at, *slope = g + at, *w = weight ? weight + CHANNEL : NULL;
        T *to = dx + at;
        if (s->per_channel == 1 && w) {
            RL_SIMD
            for (int64_t k = 0; k < n; k++) to[k] = scale * (slope[k] * w[k] - mean_slope) + slant * (from[k] - middle);
        } else {
            const T factor = w ? *w : 1;
            RL_SIMD
            for (int64_t k = 0; k < n; k++) to[k] = scale * (slope[k] * factor - mean_slope) + slant * (from[k] - middle);
        }
    }
}

/* Adds what a group gives to the derivatives of its channels, in double. */
RL_CLONES static void OF(channels)(const rl_groups *s, int64_t group, const T *restrict g, const T *restrict x, double mean, double rstd,
                                   double *restrict dweight, double *restrict dbias) {
    SPANS {
        const T *from = x + at, *slope = g + at;
        double *to = dweight + CHANNEL, *other = dbias + CHANNEL;
        if (s->per_channel == 1) {
            const T scale = (T)rstd, middle = (T)mean;
            RL_SIMD
            for (int64_t k = 0; k < n; k++) {
                to[k] += slope[k] * ((from[k] - middle) * scale);
                other[k] += slope[k];
            }
        } else {
            double part = 0, sum = 0;
            RL_SIMD_SUM(part, sum)
            for (int64_t k = 0; k < n; k++) {
                part += slope[k] * (from[k] - mean);
                sum += slope[k];
            }
            *to += part * rstd;
            *other += sum;
        }
    }
}

#undef SPANS
#undef CHANNEL
