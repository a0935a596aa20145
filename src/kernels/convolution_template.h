/* Columns of a tile of output positions, and convolutions of single channels. T, SUFFIX: template.h. */

/* A row of positions: from position `at` on, `n` of them, which lie in one row of the output. x is the row of the input that they read,
 * NULL if it lies in the padding; shift is where position 0 of the row reads. */
static inline void OF(read_row)(const T *x, int64_t width, int64_t shift, int64_t stride, int64_t at, int64_t n, T *to) {
    int64_t k = 0;
    if (x && stride == 1) {
        int64_t before = -(shift + at), within = width - (shift + at);
        if (before < 0) before = 0;
        if (before > n) before = n;
        if (within > n) within = n;
        for (; k < before; k++) to[k] = 0;
        if (within > k) {
            memcpy(to + k, x + shift + at + k, (size_t)(within - k) * sizeof *to);
            k = within;
        }
    } else if (x) {
        for (; k < n; k++) {
            int64_t from = shift + (at + k) * stride;
            to[k] = from >= 0 && from < width ? x[from] : 0;
        }
    }
    for (; k < n; k++) to[k] = 0;
}

static inline void OF(add_row)(T *x, int64_t width, int64_t shift, int64_t stride, int64_t at, int64_t n, const T *from) {
    if (!x) return;
    int64_t first = 0, last = n;
    while (first < n && shift + (at + first) * stride < 0) first++;
    while (last > first && shift + (at + last - 1) * stride >= width) last--;
    T *to = x + shift + at * stride;
    if (stride == 1) {
        RL_SIMD
        for (int64_t k = first; k < last; k++) to[k] += from[k];
    } else {
        for (int64_t k = first; k < last; k++) to[k * stride] += from[k];
    }
}

/* The columns of positions `at` to `at + n` of channels `first` to `last` of x, as a matrix of n columns; or what stands in them added to x. */
static void OF(columns)(const rl_convolution *s, T *x, int64_t first, int64_t last, int64_t at, int64_t n, T *columns, int adds) {
    const int64_t plane = s->in[1] * s->in[2], wide = s->out[2], area = s->out[1] * wide;
    T *row = columns;
    for (int64_t c = first; c < last; c++)
        for (int64_t a = 0; a < s->kernel[0]; a++)
            for (int64_t b = 0; b < s->kernel[1]; b++)
                for (int64_t d = 0; d < s->kernel[2]; d++, row += n) {
                    const int64_t shift = d * s->dilation[2] - s->padding[2];
                    for (int64_t k = 0; k < n;) {
                        const int64_t p = at + k, column = p % wide, some = wide - column < n - k ? wide - column : n - k;
                        const int64_t z = p / area * s->stride[0] + a * s->dilation[0] - s->padding[0];
                        const int64_t y = p % area / wide * s->stride[1] + b * s->dilation[1] - s->padding[1];
                        const int within = z >= 0 && z < s->in[0] && y >= 0 && y < s->in[1];
                        T *line = within ? x + (c * s->in[0] + z) * plane + y * s->in[2] : NULL;
                        if (adds)
                            OF(add_row)(line, s->in[2], shift, s->stride[2], column, some, row + k);
                        else
                            OF(read_row)(line, s->in[2], shift, s->stride[2], column, some, row + k);
                        k += some;
                    }
                }
}

/* ---- one channel in, one out: no product would pay ---- */

/* Calls of `body` for each row of the output and each element of the kernel: the row of the input, the first and last position that
 * read it within, and where these read. */
#define FOR_ROWS(body)                                                                                                       \
    for (int64_t o0 = 0; o0 < s->out[0]; o0++)                                                                               \
        for (int64_t o1 = 0; o1 < s->out[1]; o1++)                                                                           \
            for (int64_t a = 0, tap = 0; a < s->kernel[0]; a++)                                                              \
                for (int64_t b = 0; b < s->kernel[1]; b++) {                                                                 \
                    const int64_t z = o0 * s->stride[0] + a * s->dilation[0] - s->padding[0];                                \
                    const int64_t y = o1 * s->stride[1] + b * s->dilation[1] - s->padding[1];                                \
                    if (z < 0 || z >= s->in[0] || y < 0 || y >= s->in[1]) {                                                  \
                        tap += s->kernel[2];                                                                                 \
                        continue;                                                                                            \
                    }                                                                                                        \
                    for (int64_t d = 0; d < s->kernel[2]; d++, tap++) {                                                      \
                        const int64_t shift = d * s->dilation[2] - s->padding[2], step = s->stride[2];                       \
                        int64_t first = shift < 0 ? (-shift + step - 1) / step : 0;                                          \
                        int64_t last = s->in[2] - shift > 0 ? (s->in[2] - shift + step - 1) / step : 0;                      \
                        if (last > s->out[2]) last = s->out[2];                                                              \
                        const int64_t line = (z * s->in[1] + y) * s->in[2] + shift, row = (o0 * s->out[1] + o1) * s->out[2]; \
                        body                                                                                                 \
                    }                                                                                                        \
                }

RL_CLONES static void OF(single)(const rl_convolution *s, const T *restrict x, const T *restrict w, T *restrict out){FOR_ROWS({
    const T factor = w[tap];
    if (step == 1) {
        RL_SIMD
        for (int64_t k = first; k < last; k++) out[row + k] += factor * x[line + k];
    } else {
        for (int64_t k = first; k < last; k++) out[row + k] += factor * x[line + k * step];
    }
})}

RL_CLONES static void OF(single_input)(const rl_convolution *s, const T *restrict g, const T *restrict w, T *restrict x){FOR_ROWS({
    const T factor = w[tap];
    if (step == 1) {
        RL_SIMD
        for (int64_t k = first; k < last; k++) x[line + k] += factor * g[row + k];
    } else {
        for (int64_t k = first; k < last; k++) x[line + k * step] += factor * g[row + k];
    }
})}

RL_CLONES static void OF(single_weight)(const rl_convolution *s, const T *restrict x, const T *restrict g, T *restrict w) {
    FOR_ROWS({
        T sum = 0;
        if (step == 1) {
            RL_SIMD_SUM(sum)
            for (int64_t k = first; k < last; k++) sum += g[row + k] * x[line + k];
        } else {
            for (int64_t k = first; k < last; k++) sum += g[row + k] * x[line + k * step];
        }
        w[tap] += sum;
    })
}

#undef FOR_ROWS
