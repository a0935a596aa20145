/* Columns of a tile of output positions, and convolutions of single channels. T, SUFFIX: template.h. */

/* A row of positions: from position `at` on, `n` of them, which lie in one row of the output. x is the row of the input that they read,
 * NULL if it lies in the padding; shift is where position 0 of the row reads. */
typedef struct {
    int64_t from, first, last; /* where position `at` reads; the positions after it that read within x */
} OF(span);

static inline OF(span) OF(span_within)(int64_t width, int64_t shift, int64_t stride, int64_t at, int64_t n) {
    OF(span) s = {.from = shift + at * stride};
    s.first = s.from < 0 ? (-s.from + stride - 1) / stride : 0;
    s.last = s.from < width ? (width - s.from + stride - 1) / stride : 0;
    if (s.first > n) s.first = n;
    if (s.last > n) s.last = n;
    if (s.last < s.first) s.last = s.first;
    return s;
}

static inline void OF(read_row)(const T *restrict x, int64_t width, int64_t shift, int64_t stride, int64_t at, int64_t n, T *restrict to) {
    const OF(span) s = x ? OF(span_within)(width, shift, stride, at, n) : (OF(span)){0, n, n};
    for (int64_t k = 0; k < s.first; k++) to[k] = 0;
    if (stride == 1 && s.last > s.first) {
        memcpy(to + s.first, x + s.from + s.first, (size_t)(s.last - s.first) * sizeof *to);
    } else if (stride == 2) {
        RL_SIMD
        for (int64_t k = s.first; k < s.last; k++) to[k] = x[s.from + 2 * k];
    } else {
        for (int64_t k = s.first; k < s.last; k++) to[k] = x[s.from + k * stride];
    }
    for (int64_t k = s.last; k < n; k++) to[k] = 0;
}

static inline void OF(add_row)(T *restrict x, int64_t width, int64_t shift, int64_t stride, int64_t at, int64_t n, const T *restrict from) {
    if (!x) return;
    const OF(span) s = OF(span_within)(width, shift, stride, at, n);
    if (stride == 1) {
        RL_SIMD
        for (int64_t k = s.first; k < s.last; k++) x[s.from + k] += from[k];
    } else {
        for (int64_t k = s.first; k < s.last; k++) x[s.from + k * stride] += from[k];
    }
}

/* Two rows with stride 2, the second of which reads one further than the first. */
static inline void OF(add_pair)(T *restrict x, int64_t width, int64_t shift, int64_t at, int64_t n, const T *restrict even, const T *restrict odd) {
    if (!x) return;
    const OF(span) s = OF(span_within)(width, shift, 2, at, n), t = OF(span_within)(width, shift + 1, 2, at, n);
    const int64_t first = s.first > t.first ? s.first : t.first, last = s.last < t.last ? s.last : t.last;
    for (int64_t k = s.first; k < first && k < s.last; k++) x[s.from + 2 * k] += even[k];
    for (int64_t k = t.first; k < first && k < t.last; k++) x[t.from + 2 * k] += odd[k];
    RL_SIMD
    for (int64_t k = first; k < last; k++) {
        x[s.from + 2 * k] += even[k];
        x[t.from + 2 * k] += odd[k];
    }
    for (int64_t k = last > first ? last : first; k < s.last; k++) x[s.from + 2 * k] += even[k];
    for (int64_t k = last > first ? last : first; k < t.last; k++) x[t.from + 2 * k] += odd[k];
}

/* Position p as (z, y, x) of the output. */
static inline void OF(find_position)(const rl_convolution *s, int64_t p, int64_t *position) {
    position[0] = p / (s->out[1] * s->out[2]);
    position[1] = p / s->out[2] % s->out[1];
    position[2] = p % s->out[2];
}

/* The columns of positions `at` to `at + n` of channels `first` to `last` of x, as a matrix of n columns; or what stands in them added to x. */
RL_CLONES static void OF(columns)(const rl_convolution *s, T *x, int64_t first, int64_t last, int64_t at, int64_t n, T *columns, int adds) {
    const int64_t plane = s->in[1] * s->in[2], width = s->in[2], wide = s->out[2], stride = s->stride[2];
    const int pairs = adds && stride == 2 && s->dilation[2] == 1;
    T *row = columns;
    int64_t start[3];
    OF(find_position)(s, at, start);
    for (int64_t c = first; c < last; c++)
        for (int64_t a = 0; a < s->kernel[0]; a++)
            for (int64_t b = 0; b < s->kernel[1]; b++)
                for (int64_t d = 0, step; d < s->kernel[2]; d += step, row += step * n) {
                    const int64_t shift = d * s->dilation[2] - s->padding[2];
                    int64_t o0 = start[0], o1 = start[1], column = start[2];
                    step = pairs && d + 1 < s->kernel[2] ? 2 : 1;
                    for (int64_t k = 0, some; k < n; k += some, column = 0) {
                        some = wide - column < n - k ? wide - column : n - k;
                        const int64_t z = o0 * s->stride[0] + a * s->dilation[0] - s->padding[0];
                        const int64_t y = o1 * s->stride[1] + b * s->dilation[1] - s->padding[1];
                        const int within = z >= 0 && z < s->in[0] && y >= 0 && y < s->in[1];
                        T *line = within ? x + (c * s->in[0] + z) * plane + y * width : NULL;
                        if (step == 2)
                            OF(add_pair)(line, width, shift, column, some, row + k, row + n + k);
                        else if (adds)
                            OF(add_row)(line, width, shift, stride, column, some, row + k);
                        else
                            OF(read_row)(line, width, shift, stride, column, some, row + k);
                        if (++o1 == s->out[1]) {
                            o1 = 0;
                            o0++;
                        }
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

/* ---- the same with stride 1, on rows that have their padding around them ---- */

typedef T OF(lanes) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(T)), may_alias));
enum { OF(LANES) = VECTOR_BYTES / sizeof(T), OF(BLOCK) = SLIDE_BYTES / sizeof(T) };

/* `rows` rows of x from row y on, of `pitch` elements from column `from` on. */
static void OF(pad_rows)(const T *x, int64_t height, int64_t width, int64_t y, int64_t from, int64_t rows, int64_t pitch, T *to) {
    int64_t first = from < 0 ? -from : 0, last = width - from;
    if (first > pitch) first = pitch;
    if (last > pitch) last = pitch;
    for (int64_t r = 0; r < rows; r++, y++, to += pitch) {
        const int within = y >= 0 && y < height && first < last;
        const int64_t begin = within ? first : pitch, end = within ? last : pitch;
        memset(to, 0, (size_t)begin * sizeof *to);
        if (within) memcpy(to + begin, x + y * width + from + begin, (size_t)(end - begin) * sizeof *to);
        memset(to + end, 0, (size_t)(pitch - end) * sizeof *to);
    }
}

/* The elements of the kernel are at `places` from where an output reads first. out = start + sum, or out += sum. */
RL_CLONES static void OF(slide)(const T *x, int64_t pitch, const int64_t *places, const T *w, int64_t taps, int64_t rows, int64_t wide, T start, int adds,
                                T *out) {
    typedef OF(lanes) lanes;
    for (int64_t r = 0; r < rows; r++, x += pitch, out += wide)
        for (int64_t k = 0; k < wide; k += OF(BLOCK)) {
            const int64_t n = wide - k < OF(BLOCK) ? wide - k : OF(BLOCK);
            lanes s0 = start - (lanes){0}, s1 = s0, s2 = s0, s3 = s0;
            for (int64_t t = 0; t < taps; t++) {
                const lanes *from = (const lanes *)(x + k + places[t]);
                s0 += w[t] * from[0];
                s1 += w[t] * from[1];
                s2 += w[t] * from[2];
                s3 += w[t] * from[3];
            }
            T edge[OF(BLOCK)], *to = adds || n < OF(BLOCK) ? edge : out + k;
            lanes *sums = (lanes *)to;
            sums[0] = s0;
            sums[1] = s1;
            sums[2] = s2;
            sums[3] = s3;
            if (adds) {
                for (int64_t i = 0; i < n; i++) out[k + i] += edge[i];
            } else if (n < OF(BLOCK)) {
                memcpy(out + k, edge, (size_t)n * sizeof *edge);
            }
        }
}

/* w[t] += sum of g times what the t-th element of the kernel sees. Rows of g are as long as those of x, with zeros behind `wide`. */
RL_CLONES static void OF(slide_weight)(const T *x, int64_t pitch, const int64_t *places, const T *g, int64_t taps, int64_t rows, int64_t wide, T *w) {
    typedef OF(lanes) lanes;
    for (int64_t t = 0; t < taps; t += 3) {
        const int64_t last = taps - 1, p0 = places[t], p1 = places[t + 1 < last ? t + 1 : last], p2 = places[t + 2 < last ? t + 2 : last];
        lanes s0 = {0}, s1 = {0}, s2 = {0}, u0 = {0}, u1 = {0}, u2 = {0};
        for (int64_t r = 0; r < rows; r++) {
            const T *row = x + r * pitch;
            for (int64_t k = 0; k < wide; k += 2 * OF(LANES), row += 2 * OF(LANES)) {
                const lanes *of = (const lanes *)(g + r * pitch + k), left = of[0], right = of[1];
                s0 += left * *(const lanes *)(row + p0);
                s1 += left * *(const lanes *)(row + p1);
                s2 += left * *(const lanes *)(row + p2);
                u0 += right * *(const lanes *)(row + p0 + OF(LANES));
                u1 += right * *(const lanes *)(row + p1 + OF(LANES));
                u2 += right * *(const lanes *)(row + p2 + OF(LANES));
            }
        }
        s0 += u0;
        s1 += u1;
        s2 += u2;
        T sums[3] = {0};
        for (int i = 0; i < OF(LANES); i++) {
            sums[0] += s0[i];
            sums[1] += s1[i];
            sums[2] += s2[i];
        }
        for (int64_t i = 0; i < 3 && t + i < taps; i++) w[t + i] += sums[i];
    }
}

static int OF(is_finite)(const T *x, int64_t n) {
    T other = 0;
    for (int64_t k = 0; k < n; k++) other += x[k] - x[k];
    return other == 0;
}
