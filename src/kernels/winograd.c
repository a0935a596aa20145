#include "winograd.h"

#include <string.h>

#include "gemm.h"
#include "loops.h"
#include "parallel.h"

/* Points along a dimension, and in a square; outputs that a tile makes along a dimension. */
enum { POINTS = 6, SQUARE = POINTS * POINTS, STEP = 4 };
/* Tiles of a chunk; how many floats may be written behind the last one. */
enum { MOST_TILES = 256, SLACK = 16, ROW = MOST_TILES + SLACK, LINE = STEP * MOST_TILES + 2 * SLACK };
enum { CHUNK_BYTES = 1 << 20, WEIGHT_BLOCK = 64, LEAST_CHANNELS = 16, LEAST_TILES = 64 };
enum { MOST_SHARES = 8, MOST_SHARES_BYTES = 1 << 24 };
#define MOST_WEIGHTS ((int64_t)1 << 18) /* the spread weight is four times as large as the weight */

/* The points are 0, A, -A, B, -B and infinity; all these numbers are exact. */
#define A 0.625f
#define B 1.5f
#define A2 (A * A)
#define B2 (B * B)

/* Channels of images, and how tiles lie in them. */
typedef struct {
    int64_t height, width;
    int64_t above, before; /* where the first tile starts lies so far outside */
    int64_t image;         /* elements from one image to the next */
    int64_t down, across;  /* tiles */
    int rows;              /* that a tile reads: POINTS of the input, STEP of the output */
} plane;

/* ---- spreading tiles to points ---- */

/* Values at the points of d0 + d1 x + ... , up to factors that the weight takes. */
#define INPUT_TO_POINTS(READ, WRITE)                                                                                  \
    const float d0 = READ(0), d1 = READ(1), d2 = READ(2), d3 = READ(3), d4 = READ(4), d5 = READ(5);                   \
    const float even_a = d4 - B2 * d2, odd_a = A * (d3 - B2 * d1), even_b = d4 - A2 * d2, odd_b = B * (d3 - A2 * d1); \
    WRITE(0) = A2 * B2 * d0 - (A2 + B2) * d2 + d4;                                                                    \
    WRITE(1) = even_a + odd_a;                                                                                        \
    WRITE(2) = even_a - odd_a;                                                                                        \
    WRITE(3) = even_b + odd_b;                                                                                        \
    WRITE(4) = even_b - odd_b;                                                                                        \
    WRITE(5) = A2 * B2 * d1 - (A2 + B2) * d3 + d5;

#define OUTPUT_TO_POINTS(READ, WRITE)                                                                                 \
    const float d0 = READ(0), d1 = READ(1), d2 = READ(2), d3 = READ(3);                                               \
    const float even_a = d0 + A2 * d2, odd_a = A * (d1 + A2 * d3), even_b = d0 + B2 * d2, odd_b = B * (d1 + B2 * d3); \
    WRITE(0) = d0;                                                                                                    \
    WRITE(1) = even_a + odd_a;                                                                                        \
    WRITE(2) = even_a - odd_a;                                                                                        \
    WRITE(3) = even_b + odd_b;                                                                                        \
    WRITE(4) = even_b - odd_b;                                                                                        \
    WRITE(5) = d3;

#define LINES(k) lines[(k)*LINE + i]
#define PARTS(k) parts[(r * POINTS + (k)) * ROW + i]
#define SPREAD(k) to[(r * POINTS + (k)) * apart + i]

RL_CLONES static void input_lines_to_points(float *lines, int64_t n) {
    RL_SIMD for (int64_t i = 0; i < n; i++) { INPUT_TO_POINTS(LINES, LINES) }
}

RL_CLONES static void output_lines_to_points(float *lines, int64_t n) {
    RL_SIMD for (int64_t i = 0; i < n; i++) { OUTPUT_TO_POINTS(LINES, LINES) }
}

RL_CLONES static void input_parts_to_points(const float *restrict parts, int64_t n, float *restrict to, int64_t apart) {
    for (int64_t r = 0; r < POINTS; r++) {
        RL_SIMD for (int64_t i = 0; i < n; i++) { INPUT_TO_POINTS(PARTS, SPREAD) }
    }
}

RL_CLONES static void output_parts_to_points(const float *restrict parts, int64_t n, float *restrict to, int64_t apart) {
    for (int64_t r = 0; r < POINTS; r++) {
        RL_SIMD for (int64_t i = 0; i < n; i++) { OUTPUT_TO_POINTS(PARTS, SPREAD) }
    }
}

/* `n` times four floats, from a line to four rows or back: to[j * to_row + i * to_step] of from[j * from_step + i * from_row]. Fours are
 * whole, so that up to twelve more floats are written. */
#if defined(__GNUC__) && !defined(__clang__)
typedef float four __attribute__((vector_size(16), aligned(4), may_alias));
typedef int four_places __attribute__((vector_size(16)));
#define MIX(a, b, ...) __builtin_shuffle(a, b, (four_places){__VA_ARGS__})
static inline void turn_four(const float *from, int64_t from_row, float *to, int64_t to_row) {
    four a = *(const four *)from, b = *(const four *)(from + from_row), c = *(const four *)(from + 2 * from_row), d = *(const four *)(from + 3 * from_row);
    four ab = MIX(a, b, 0, 4, 1, 5), ab2 = MIX(a, b, 2, 6, 3, 7), cd = MIX(c, d, 0, 4, 1, 5), cd2 = MIX(c, d, 2, 6, 3, 7);
    *(four *)to = MIX(ab, cd, 0, 1, 4, 5);
    *(four *)(to + to_row) = MIX(ab, cd, 2, 3, 6, 7);
    *(four *)(to + 2 * to_row) = MIX(ab2, cd2, 0, 1, 4, 5);
    *(four *)(to + 3 * to_row) = MIX(ab2, cd2, 2, 3, 6, 7);
}
#else
static inline void turn_four(const float *from, int64_t from_row, float *to, int64_t to_row) {
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) to[i * to_row + j] = from[j * from_row + i];
}
#endif

static void line_to_rows(const float *line, int64_t n, float *rows, int64_t row) {
    for (int64_t i = 0; i < n; i += 4) turn_four(line + STEP * i, STEP, rows + i, row);
}

static void rows_to_line(const float *rows, int64_t row, int64_t n, float *line) {
    for (int64_t i = 0; i < n; i += 4) turn_four(rows + i, row, line + STEP * i, STEP);
}

/* `length` floats of each line of a row of tiles, from column `x` of row `y` on, with zeros where they lie outside. */
static void read_lines(const plane *p, const float *from, int64_t y, int64_t x, int64_t length, float *lines) {
    int64_t begin = x < 0 ? -x : 0, end = p->width - x;
    if (begin > length) begin = length;
    if (end > length) end = length;
    for (int r = 0; r < p->rows; r++, y++, lines += LINE) {
        if (y < 0 || y >= p->height || end <= begin) {
            memset(lines, 0, (size_t)length * sizeof *lines);
            continue;
        }
        memset(lines, 0, (size_t)begin * sizeof *lines);
        memcpy(lines + begin, from + y * p->width + x + begin, (size_t)(end - begin) * sizeof *lines);
        memset(lines + end, 0, (size_t)(length - end) * sizeof *lines);
    }
}

/* The tiles from `first` on of a channel: to[point * apart + tile]. */
static void spread_tiles(const plane *p, const float *channel, int64_t first, int64_t n, float *to, int64_t apart) {
    float lines[POINTS * LINE], parts[SQUARE * ROW];
    const int reads_more = p->rows == POINTS;
    for (int64_t at = 0; at < n;) {
        const int64_t tile = first + at, column = tile % p->across, row = tile / p->across % p->down, image = tile / p->across / p->down;
        const int64_t some = p->across - column < n - at ? p->across - column : n - at, length = STEP * (some + reads_more);
        read_lines(p, channel + image * p->image, row * STEP - p->above, column * STEP - p->before, length, lines);
        if (reads_more)
            input_lines_to_points(lines, length);
        else
            output_lines_to_points(lines, length);
        for (int r = 0; r < POINTS; r++) {
            float *row_parts = parts + r * POINTS * ROW + at;
            line_to_rows(lines + r * LINE, some + reads_more, row_parts, ROW);
            if (!reads_more) continue;
            memcpy(row_parts + 4 * ROW, row_parts + 1, (size_t)some * sizeof *parts);
            memcpy(row_parts + 5 * ROW, row_parts + ROW + 1, (size_t)some * sizeof *parts);
        }
        at += some;
    }
    if (reads_more)
        input_parts_to_points(parts, n, to, apart);
    else
        output_parts_to_points(parts, n, to, apart);
}

/* ---- gathering tiles of the output ---- */

#define POINTS_TO_OUTPUT(READ, WRITE)                                                                                         \
    const float m0 = READ(0), m5 = READ(5);                                                                                   \
    const float even_a = READ(1) + READ(2), odd_a = READ(1) - READ(2), even_b = READ(3) + READ(4), odd_b = READ(3) - READ(4); \
    WRITE(0, m0 + even_a + even_b)                                                                                            \
    WRITE(1, A *odd_a + B * odd_b)                                                                                            \
    WRITE(2, A2 *even_a + B2 * even_b)                                                                                        \
    WRITE(3, A2 *A *odd_a + B2 * B * odd_b + m5)

#define AT_POINT(k) from[(r * POINTS + (k)) * apart + i]
#define TO_PART(k, value) parts[(r * STEP + (k)) * ROW + i] = value;
#define AT_PART(k) parts[((k)*STEP + r) * ROW + i]
#define TO_PLACE(k, value)                      \
    {                                           \
        const float sum = value + bias;         \
        places[((k)*STEP + r) * ROW + i] = sum; \
        other += sum - sum;                     \
    }

/* Four rows of four outputs for each tile. Whether all are finite. */
RL_CLONES static int gather_points(const float *restrict from, int64_t apart, int64_t n, float bias, float *restrict parts, float *restrict places) {
    for (int64_t r = 0; r < POINTS; r++) {
        RL_SIMD for (int64_t i = 0; i < n; i++) { POINTS_TO_OUTPUT(AT_POINT, TO_PART) }
    }
    float other = 0;
    for (int64_t r = 0; r < STEP; r++) {
        RL_SIMD_SUM(other)
        for (int64_t i = 0; i < n; i++) { POINTS_TO_OUTPUT(AT_PART, TO_PLACE) }
    }
    return other == 0;
}

static int gather_tiles(const plane *p, const float *from, int64_t apart, int64_t first, int64_t n, float bias, float *channel) {
    float parts[POINTS * STEP * ROW], places[STEP * STEP * ROW], line[LINE];
    const int finite = gather_points(from, apart, n, bias, parts, places);
    for (int64_t at = 0; at < n;) {
        const int64_t tile = first + at, column = tile % p->across, row = tile / p->across % p->down, image = tile / p->across / p->down;
        const int64_t some = p->across - column < n - at ? p->across - column : n - at, x = column * STEP;
        const int64_t length = p->width - x < STEP * some ? p->width - x : STEP * some;
        float *to = channel + image * p->image + row * STEP * p->width + x;
        for (int64_t r = 0; r < STEP && row * STEP + r < p->height; r++, to += p->width) {
            rows_to_line(places + r * STEP * ROW + at, ROW, some, line);
            memcpy(to, line, (size_t)length * sizeof *line);
        }
        at += some;
    }
    return finite;
}

/* ---- weights ---- */

/* In place of the kernel g0 + g1 x + g2 x^2 its values at the points, with the factors that interpolation asks for; and what is done to
 * values for the derivative by the kernel. */
#define AT_A (1.0 / (2 * A2 * (A2 - B2)))
#define AT_B (1.0 / (2 * B2 * (B2 - A2)))

#define KERNEL_TO_POINTS(READ, WRITE)                                                                                          \
    const double g0 = READ(0), g1 = READ(1), g2 = READ(2);                                                                     \
    const double even_a = AT_A * (g0 + A2 * g2), odd_a = AT_A * A * g1, even_b = AT_B * (g0 + B2 * g2), odd_b = AT_B * B * g1; \
    WRITE(0, g0 / (A2 * B2))                                                                                                   \
    WRITE(1, even_a + odd_a)                                                                                                   \
    WRITE(2, even_a - odd_a)                                                                                                   \
    WRITE(3, even_b + odd_b)                                                                                                   \
    WRITE(4, even_b - odd_b)                                                                                                   \
    WRITE(5, g2)

#define POINTS_TO_KERNEL(READ, WRITE)                                                                                          \
    const double even_a = AT_A * (READ(1) + READ(2)), odd_a = AT_A * (READ(1) - READ(2)), even_b = AT_B * (READ(3) + READ(4)); \
    const double odd_b = AT_B * (READ(3) - READ(4)), m0 = READ(0), m5 = READ(5);                                               \
    WRITE(0, m0 / (A2 * B2) + even_a + even_b)                                                                                 \
    WRITE(1, A *odd_a + B * odd_b)                                                                                             \
    WRITE(2, A2 *even_a + B2 * even_b + m5)

#define KERNEL_ROW(k) from[i * step + (turned ? 8 - (3 * (k) + r) : 3 * (k) + r)]
#define TO_HALF(k, value) half[(k)*3 + r][i] = value;
#define HALF(k) half[r * 3 + (k)][i]
#define TO_POINT(k, value) to[(r * POINTS + (k)) * apart + i] = (float)(value);

/* Kernels of 3 x 3 that are `step` floats apart, `turned` by half a turn. */
RL_CLONES static void spread_kernels(const float *restrict from, int64_t step, int turned, int64_t n, float *restrict to, int64_t apart) {
    double half[POINTS * 3][WEIGHT_BLOCK];
    for (int64_t r = 0; r < 3; r++)
        for (int64_t i = 0; i < n; i++) { KERNEL_TO_POINTS(KERNEL_ROW, TO_HALF) }
    for (int64_t r = 0; r < POINTS; r++) {
        RL_SIMD for (int64_t i = 0; i < n; i++) { KERNEL_TO_POINTS(HALF, TO_POINT) }
    }
}

#define COLUMN_POINT(k) (double)from[((k)*POINTS + r) * apart + i]
#define TO_MIDDLE(k, value) middle[(k)*POINTS + r][i] = value;
#define MIDDLE(k) middle[r * POINTS + (k)][i]
#define TO_KERNEL(k, value) to[i * 9 + r * 3 + (k)] = (float)(value);

RL_CLONES static void gather_kernels(const float *restrict from, int64_t apart, int64_t n, float *restrict to) {
    double middle[3 * POINTS][WEIGHT_BLOCK];
    for (int64_t r = 0; r < POINTS; r++) {
        RL_SIMD for (int64_t i = 0; i < n; i++) { POINTS_TO_KERNEL(COLUMN_POINT, TO_MIDDLE) }
    }
    for (int64_t r = 0; r < 3; r++)
        for (int64_t i = 0; i < n; i++) { POINTS_TO_KERNEL(MIDDLE, TO_KERNEL) }
}

/* ---- output, or input of it ---- */

typedef struct {
    plane from, to;
    int64_t channels, out_channels;
    const float *x, *w, *bias;
    float *y;
    int64_t row_step, step; /* of the weight: from one row of `spread` to the next, and along it */
    int turned;
    float *spread;         /* the weight at each point: out channels x channels */
    int64_t tiles, length; /* in all, and in a chunk */
    int64_t chunks, parts;
    float *buffers;
    int64_t buffer, apart, out_apart; /* floats: of a part's buffer, from one point to the next */
    int *not_finite;                  /* one for each part */
} job;

static void spread_weight_rows(void *context, int64_t begin, int64_t end) {
    const job *j = context;
    for (int64_t row = begin; row < end; row++)
        for (int64_t at = 0; at < j->channels; at += WEIGHT_BLOCK) {
            const int64_t n = j->channels - at < WEIGHT_BLOCK ? j->channels - at : WEIGHT_BLOCK;
            spread_kernels(j->w + row * j->row_step + at * j->step, j->step, j->turned, n, j->spread + row * j->channels + at, j->channels * j->out_channels);
        }
}

static void multiply(int64_t m, int64_t n, int64_t k, rl_matrix a, rl_matrix b, rl_matrix c, int beta) {
    rl_product product = {.dtype = RL_FLOAT, .m = m, .n = n, .k = k, .alpha = rl_scalar_double(1), .beta = rl_scalar_double(beta), .a = a, .b = b, .c = c};
    rl_multiply_here(&product);
}

static rl_matrix by_rows(const float *data, int64_t row) { return (rl_matrix){.data = (float *)data, .row = row, .col = 1}; }
static rl_matrix transposed(const float *data, int64_t row) { return (rl_matrix){.data = (float *)data, .row = 1, .col = row}; }

static int convolve_chunk(const job *j, int64_t chunk, float *points) {
    const int64_t first = chunk * j->length, n = j->tiles - first < j->length ? j->tiles - first : j->length;
    float *sums = points + SQUARE * j->apart;
    for (int64_t c = 0; c < j->channels; c++) spread_tiles(&j->from, j->x + c * j->from.height * j->from.width, first, n, points + c * j->length, j->apart);
    for (int point = 0; point < SQUARE && !rl_given_up(); point++)
        multiply(j->out_channels, n, j->channels, by_rows(j->spread + point * j->channels * j->out_channels, j->channels),
                 by_rows(points + point * j->apart, j->length), by_rows(sums + point * j->out_apart, j->length), 0);
    int finite = 1;
    for (int64_t o = 0; o < j->out_channels; o++) {
        float *channel = j->y + o * j->to.height * j->to.width;
        finite &= gather_tiles(&j->to, sums + o * j->length, j->out_apart, first, n, j->bias ? j->bias[o] : 0, channel);
    }
    return finite;
}

static void convolve_parts(void *context, int64_t begin, int64_t end) {
    const job *j = context;
    for (int64_t part = begin; part < end; part++)
        for (int64_t chunk = j->chunks * part / j->parts; chunk < j->chunks * (part + 1) / j->parts && !rl_given_up(); chunk++)
            if (!convolve_chunk(j, chunk, j->buffers + part * j->buffer)) j->not_finite[part] = 1;
}

static int64_t tiles_along(int64_t size) { return (size + STEP - 1) / STEP; }

static void cut_chunks(job *j, int64_t length) {
    j->length = length < 32 ? 32 : length > MOST_TILES ? MOST_TILES : length / 32 * 32;
    j->chunks = (j->tiles + j->length - 1) / j->length;
    j->apart = j->channels * j->length + SLACK;
    j->out_apart = j->out_channels * j->length + SLACK;
}

/* Planes with tiles laid over the second one. */
static void lay_tiles(job *j, int64_t batch, const int64_t *from, const int64_t *to, int64_t above, int64_t before) {
    const int64_t down = tiles_along(to[1]), across = tiles_along(to[2]);
    j->from = (plane){from[1], from[2], above, before, j->channels * from[1] * from[2], down, across, POINTS};
    j->to = (plane){to[1], to[2], 0, 0, j->out_channels * to[1] * to[2], down, across, STEP};
    j->tiles = batch * down * across;
}

static rl_status run(job *j, int *done) {
    const int64_t weights = j->channels * j->out_channels;
    cut_chunks(j, CHUNK_BYTES / (SQUARE * (int64_t)sizeof(float) * (j->channels + j->out_channels)));
    j->parts = j->chunks < rl_num_threads() ? j->chunks : rl_num_threads();
    j->buffer = SQUARE * (j->apart + j->out_apart) + SLACK;
    j->spread = rl_scope_memory((size_t)(SQUARE * weights), sizeof(float));
    j->buffers = rl_scope_memory((size_t)j->parts, (size_t)j->buffer * sizeof(float));
    j->not_finite = rl_scope_memory((size_t)j->parts, sizeof *j->not_finite);
    if (!j->spread || !j->buffers || !j->not_finite) return RL_FAILED;
    memset(j->not_finite, 0, (size_t)j->parts * sizeof *j->not_finite);
    int before = rl_silence_blas();
    rl_parallel(j->out_channels, 1 + (1 << 12) / j->channels, spread_weight_rows, j);
    rl_parallel(j->parts, 1, convolve_parts, j);
    rl_restore_blas(before);
    *done = 1;
    for (int64_t part = 0; part < j->parts; part++)
        if (j->not_finite[part]) *done = 0;
    return rl_failing() ? RL_FAILED : RL_OK;
}

int rl_winograd_pays(const rl_convolution *s) {
    const int64_t down = tiles_along(s->out[1]), across = tiles_along(s->out[2]);
    if (s->dtype != RL_FLOAT || s->groups != 1 || s->in[0] != 1 || s->kernel[0] != 1 || s->out[0] != 1 || s->padding[0] != 0) return 0;
    for (int d = 1; d < 3; d++)
        if (s->kernel[d] != 3 || s->stride[d] != 1 || s->dilation[d] != 1) return 0;
    return s->from >= LEAST_CHANNELS && s->to >= LEAST_CHANNELS && s->from <= MOST_WEIGHTS / s->to && s->batch * down * across >= LEAST_TILES &&
           8 * SQUARE * down * across <= 5 * 9 * s->out[1] * s->out[2];
}

rl_status rl_winograd_convolve(const rl_convolution *s, const float *x, const float *w, const float *bias, float *y, int *done) {
    job j = {.channels = s->from, .out_channels = s->to, .x = x, .w = w, .bias = bias, .y = y, .row_step = 9 * s->from, .step = 9};
    lay_tiles(&j, s->batch, s->in, s->out, s->padding[1], s->padding[2]);
    return run(&j, done);
}

/* A convolution of the output by the turned kernel, padded so that all of it is reached. */
rl_status rl_winograd_input(const rl_convolution *s, const float *y, const float *w, float *x, int *done) {
    job j = {.channels = s->to, .out_channels = s->from, .x = y, .w = w, .y = x, .row_step = 9, .step = 9 * s->from, .turned = 1};
    lay_tiles(&j, s->batch, s->out, s->in, 2 - s->padding[1], 2 - s->padding[2]);
    return run(&j, done);
}

/* ---- weight ---- */

/* The sums of a share of the chunks. There are as many shares as the shape says, however many threads there are; a single one, of large
 * weights, is cut by channels and points instead. */
typedef struct {
    job j;
    float *points, *out_points;
    int64_t first, n; /* tiles of the chunk */
    int64_t shares;
    int adds;
} weight_job;

static void spread_channels(void *context, int64_t begin, int64_t end) {
    const weight_job *g = context;
    const job *j = &g->j;
    for (int64_t c = begin; c < end; c++) {
        const int64_t o = c - j->channels;
        if (o < 0)
            spread_tiles(&j->from, j->x + c * j->from.height * j->from.width, g->first, g->n, g->points + c * j->length, j->apart);
        else
            spread_tiles(&j->to, j->y + o * j->to.height * j->to.width, g->first, g->n, g->out_points + o * j->length, j->out_apart);
    }
}

static void multiply_points(void *context, int64_t begin, int64_t end) {
    const weight_job *g = context;
    const job *j = &g->j;
    for (int64_t point = begin; point < end; point++)
        multiply(j->out_channels, j->channels, g->n, by_rows(g->out_points + point * j->out_apart, j->length),
                 transposed(g->points + point * j->apart, j->length), by_rows(j->spread + point * j->channels * j->out_channels, j->channels), g->adds);
}

static void gather_weight_rows(void *context, int64_t begin, int64_t end) {
    const job *j = context;
    for (int64_t row = begin; row < end; row++)
        for (int64_t at = 0; at < j->channels; at += WEIGHT_BLOCK) {
            const int64_t n = j->channels - at < WEIGHT_BLOCK ? j->channels - at : WEIGHT_BLOCK, place = row * j->channels + at;
            gather_kernels(j->spread + place, j->channels * j->out_channels, n, (float *)j->w + 9 * place);
        }
}

static void find_chunk(weight_job *g, int64_t chunk) {
    g->first = chunk * g->j.length;
    g->n = g->j.tiles - g->first < g->j.length ? g->j.tiles - g->first : g->j.length;
}

static void weight_parts(void *context, int64_t begin, int64_t end) {
    weight_job g = *(const weight_job *)context;
    const job *whole = &((const weight_job *)context)->j;
    for (int64_t part = begin; part < end; part++)
        for (int64_t share = g.shares * part / whole->parts; share < g.shares * (part + 1) / whole->parts; share++) {
            g.points = whole->buffers + part * whole->buffer;
            g.out_points = g.points + SQUARE * whole->apart;
            g.j.spread = whole->spread + share * SQUARE * whole->channels * whole->out_channels;
            g.adds = 0;
            for (int64_t chunk = whole->chunks * share / g.shares; chunk < whole->chunks * (share + 1) / g.shares && !rl_given_up(); chunk++, g.adds = 1) {
                find_chunk(&g, chunk);
                spread_channels(&g, 0, whole->channels + whole->out_channels);
                multiply_points(&g, 0, SQUARE);
            }
        }
}

static void weight_chunks(weight_job *g) {
    g->points = g->j.buffers;
    g->out_points = g->points + SQUARE * g->j.apart;
    for (int64_t chunk = 0; chunk < g->j.chunks && !rl_given_up(); chunk++, g->adds = 1) {
        find_chunk(g, chunk);
        rl_parallel(g->j.channels + g->j.out_channels, 4, spread_channels, g);
        rl_parallel(SQUARE, 1, multiply_points, g);
    }
}

rl_status rl_winograd_weight(const rl_convolution *s, const float *x, const float *y, float *w, int *done) {
    weight_job g = {.j = {.channels = s->from, .out_channels = s->to, .x = x, .w = w, .y = (float *)y}};
    job *j = &g.j;
    const int64_t weights = s->from * s->to, spread = SQUARE * weights;
    lay_tiles(j, s->batch, s->in, s->out, s->padding[1], s->padding[2]);
    cut_chunks(j, 2 * CHUNK_BYTES / (SQUARE * (int64_t)sizeof(float) * (j->channels + j->out_channels)));
    g.shares = MOST_SHARES_BYTES / (spread * (int64_t)sizeof(float));
    if (g.shares > MOST_SHARES) g.shares = MOST_SHARES;
    if (g.shares > j->chunks) g.shares = j->chunks;
    if (g.shares < 1) g.shares = 1;
    j->parts = g.shares < rl_num_threads() ? g.shares : rl_num_threads();
    j->buffer = SQUARE * (j->apart + j->out_apart) + SLACK;
    j->spread = rl_scope_memory((size_t)(g.shares * spread), sizeof(float));
    j->buffers = rl_scope_memory((size_t)j->parts, (size_t)j->buffer * sizeof(float));
    if (!j->spread || !j->buffers) return RL_FAILED;
    int before = rl_silence_blas();
    if (g.shares > 1)
        rl_parallel(j->parts, 1, weight_parts, &g);
    else
        weight_chunks(&g);
    rl_restore_blas(before);
    for (int64_t share = 1; share < g.shares; share++)
        for (int64_t k = 0; k < spread; k++) j->spread[k] += j->spread[share * spread + k];
    rl_parallel(s->to, 1 + (1 << 12) / s->from, gather_weight_rows, j);
    float other = 0;
    for (int64_t k = 0; k < 9 * weights; k++) other += w[k] - w[k];
    *done = other == 0;
    return rl_failing() ? RL_FAILED : RL_OK;
}
