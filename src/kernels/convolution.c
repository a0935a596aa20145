#include "convolution.h"

#include <string.h>

#include "gemm.h"
#include "loops.h"
#include "parallel.h"
#include "template.h"
#include "winograd.h"

/* A vector, and how much of a row is summed at a time. */
enum { VECTOR_BYTES = 32, SLIDE_BYTES = 4 * VECTOR_BYTES };

#define TEMPLATE "convolution_template.h"
#include "for_floating.h"
#undef TEMPLATE

/* The buffer of a thread, and of partial sums of a weight. */
enum { BUFFER_BYTES = 1 << 19, PARTIAL_BYTES = 1 << 22, MAX_PARTS = 8 };
enum { MOST_EXTENT = 1 << 12, MOST_ROW = 1 << 18 }; /* elements, of what slides */

typedef struct {
    rl_convolution s;
    char *x, *w, *y; /* input, weight, output */
    const char *bias;
    char *buffers;                  /* one for each part */
    int64_t buffer;                 /* bytes of each; 0: none is needed */
    char *partial;                  /* weights of each part, to be added up */
    int64_t size;                   /* of an element */
    int64_t inner, positions, taps; /* elements of a channel of the input, of the output, of the kernel */
    int64_t tile, tiles;            /* positions of a tile, and how many tiles there are of an image */
    int64_t units, parts;
    int64_t block, blocks; /* channels of a group that are done at once, and how many such blocks there are */
    int single, no_columns, slides;
    int64_t pitch, band, extent; /* elements of a row, rows of a band, and rows more that it reads: of what slides */
    int64_t *places;             /* of the kernel's elements in such rows */
} plan;

static int64_t volume(const int64_t *sizes) { return sizes[0] * sizes[1] * sizes[2]; }

/* The columns are the input itself. */
static int needs_no_columns(const rl_convolution *s) {
    for (int d = 0; d < 3; d++)
        if (s->kernel[d] != 1 || s->stride[d] != 1 || s->padding[d] != 0) return 0;
    return 1;
}

/* Every element of the kernel reads a stretch of each row, and a few rows with their padding fit into a buffer. */
static int can_slide(const rl_convolution *s) {
    const int64_t down = s->dilation[1] * (s->kernel[1] - 1), across = s->dilation[2] * (s->kernel[2] - 1);
    const int64_t wide = s->in[2] > s->out[2] ? s->in[2] : s->out[2];
    if (s->in[0] != 1 || s->kernel[0] != 1 || s->out[0] != 1 || s->padding[0] != 0 || s->stride[1] != 1 || s->stride[2] != 1) return 0;
    return down <= MOST_EXTENT && across <= MOST_EXTENT && wide <= MOST_ROW && (down + 2) * (across + wide) <= MOST_ROW;
}

static void start(plan *p, const rl_convolution *s, const void *x, const void *w, const void *y) {
    memset(p, 0, sizeof *p);
    p->s = *s;
    p->x = (char *)x;
    p->w = (char *)w;
    p->y = (char *)y;
    p->size = (int64_t)rl_dtype_size(s->dtype);
    p->inner = volume(s->in);
    p->positions = volume(s->out);
    p->taps = volume(s->kernel);
    p->single = s->from == 1 && s->to <= 4;
    p->no_columns = needs_no_columns(s);
    p->slides = p->single && can_slide(s);
    p->block = s->from;
    p->blocks = 1;
}

/* As many positions as fit into a buffer with rows for `channels`. */
static void cut_tiles(plan *p, int64_t channels) {
    int64_t rows = channels * p->taps;
    int64_t fit = BUFFER_BYTES / (rows * p->size);
    p->tile = fit < 32 ? 32 : fit > 4096 ? 4096 : fit / 32 * 32;
    if (p->tile > p->positions) p->tile = p->positions;
    p->tiles = (p->positions + p->tile - 1) / p->tile;
    p->buffer = p->no_columns || p->single ? 0 : rows * p->tile * p->size + 64;
}

/* Into parts that run side by side, each with a buffer. */
static rl_status run(plan *p, int64_t units, void (*body)(void *context, int64_t begin, int64_t end)) {
    p->units = units;
    p->parts = p->buffer == 0 ? units : units < rl_num_threads() ? units : rl_num_threads();
    if (p->buffer && !(p->buffers = rl_scope_memory((size_t)p->parts, (size_t)p->buffer))) return RL_FAILED;
    int before = rl_silence_blas();
    rl_parallel(p->parts, 1, body, p);
    rl_restore_blas(before);
    return rl_failing() ? RL_FAILED : RL_OK;
}

static char *buffer_of(const plan *p, int64_t part) { return p->buffers ? p->buffers + part * p->buffer : NULL; }

static void columns(const plan *p, char *x, int64_t first, int64_t last, int64_t at, int64_t n, char *to, int adds) {
    if (p->s.dtype == RL_FLOAT)
        columns_float(&p->s, (float *)x, first, last, at, n, (float *)to, adds);
    else
        columns_double(&p->s, (double *)x, first, last, at, n, (double *)to, adds);
}

/* c = a b + beta c */
static void multiply(const plan *p, int64_t m, int64_t n, int64_t k, rl_matrix a, rl_matrix b, rl_matrix c, int beta) {
    rl_product product = {.dtype = p->s.dtype, .m = m, .n = n, .k = k, .alpha = rl_scalar_double(1), .beta = rl_scalar_double(beta)};
    product.a = a;
    product.b = b;
    product.c = c;
    rl_multiply_here(&product);
}

static rl_matrix by_rows(char *data, int64_t row) { return (rl_matrix){.data = data, .row = row, .col = 1}; }
static rl_matrix transposed(char *data, int64_t row) { return (rl_matrix){.data = data, .row = 1, .col = row}; }

/* Where an image's channels of a group begin. */
static char *input_of(const plan *p, int64_t image, int64_t group) { return p->x + (image * p->s.groups + group) * p->s.from * p->inner * p->size; }
static char *output_of(const plan *p, int64_t image, int64_t group) { return p->y + (image * p->s.groups + group) * p->s.to * p->positions * p->size; }
static char *weight_of(const plan *p, int64_t group) { return p->w + group * p->s.to * p->s.from * p->taps * p->size; }

/* ---- single channels that slide ---- */

/* Rows of outputs that are `wide` long: how they are cut into bands, whose input fits into a buffer. */
static rl_status start_sliding(plan *p, int64_t wide, int64_t rows, int turned) {
    const rl_convolution *s = &p->s;
    const int64_t step = SLIDE_BYTES / p->size;
    p->extent = s->dilation[1] * (s->kernel[1] - 1);
    p->pitch = (wide + step - 1) / step * step + s->dilation[2] * (s->kernel[2] - 1);
    p->band = (BUFFER_BYTES / (p->pitch * p->size) - p->extent) / 2;
    if (p->band < 1) p->band = 1;
    if (p->band > rows) p->band = rows;
    p->buffer = (2 * p->band + p->extent) * p->pitch * p->size + 64;
    if (!(p->places = rl_scope_memory((size_t)p->taps, sizeof *p->places))) return RL_FAILED;
    for (int64_t t = 0; t < p->taps; t++) {
        const int64_t tap = turned ? p->taps - 1 - t : t;
        p->places[t] = tap / s->kernel[2] * s->dilation[1] * p->pitch + tap % s->kernel[2] * s->dilation[2];
    }
    return RL_OK;
}

static void pad_rows(const plan *p, const char *x, int64_t height, int64_t width, int64_t y, int64_t from, int64_t rows, char *to) {
    if (p->s.dtype == RL_FLOAT)
        pad_rows_float((const float *)x, height, width, y, from, rows, p->pitch, (float *)to);
    else
        pad_rows_double((const double *)x, height, width, y, from, rows, p->pitch, (double *)to);
}

/* From a plane of the first sizes, padded in front, to one of the others; start is NULL or points to what sums start with. */
static void slide(const plan *p, const char *x, const int64_t *from, int64_t above, int64_t before, const char *w, const char *start, int adds, char *y,
                  const int64_t *to, char *buffer) {
    for (int64_t row = 0; row < to[1]; row += p->band, y += p->band * to[2] * p->size) {
        const int64_t rows = to[1] - row < p->band ? to[1] - row : p->band;
        pad_rows(p, x, from[1], from[2], row - above, -before, rows + p->extent, buffer);
        if (p->s.dtype == RL_FLOAT)
            slide_float((float *)buffer, p->pitch, p->places, (const float *)w, p->taps, rows, to[2], start ? *(const float *)start : 0, adds, (float *)y);
        else
            slide_double((double *)buffer, p->pitch, p->places, (const double *)w, p->taps, rows, to[2], start ? *(const double *)start : 0, adds, (double *)y);
    }
}

static void slide_weight(const plan *p, const char *x, const char *y, char *w, char *buffer) {
    const rl_convolution *s = &p->s;
    for (int64_t row = 0; row < s->out[1]; row += p->band) {
        const int64_t rows = s->out[1] - row < p->band ? s->out[1] - row : p->band;
        char *g = buffer + (rows + p->extent) * p->pitch * p->size;
        pad_rows(p, x, s->in[1], s->in[2], row - s->padding[1], -s->padding[2], rows + p->extent, buffer);
        pad_rows(p, y, s->out[1], s->out[2], row, 0, rows, g);
        if (s->dtype == RL_FLOAT)
            slide_weight_float((float *)buffer, p->pitch, p->places, (float *)g, p->taps, rows, s->out[2], (float *)w);
        else
            slide_weight_double((double *)buffer, p->pitch, p->places, (double *)g, p->taps, rows, s->out[2], (double *)w);
    }
}

/* ---- output ---- */

static void fill_with_bias(const plan *p, int64_t group, char *output, int64_t n) {
    for (int64_t o = 0; o < p->s.to; o++) {
        const int64_t channel = group * p->s.to + o;
        if (p->s.dtype == RL_FLOAT) {
            float *to = (float *)output + o * p->positions, value = p->bias ? ((const float *)p->bias)[channel] : 0;
            for (int64_t k = 0; k < n; k++) to[k] = value;
        } else {
            double *to = (double *)output + o * p->positions, value = p->bias ? ((const double *)p->bias)[channel] : 0;
            for (int64_t k = 0; k < n; k++) to[k] = value;
        }
    }
}

static void convolve_tile(const plan *p, int64_t image, int64_t group, int64_t tile, char *buffer) {
    const rl_convolution *s = &p->s;
    const int64_t at = tile * p->tile, n = p->positions - at < p->tile ? p->positions - at : p->tile, depth = s->from * p->taps;
    char *x = input_of(p, image, group), *y = output_of(p, image, group) + at * p->size;
    if (p->bias) fill_with_bias(p, group, y, n);
    if (!p->no_columns) columns(p, x, 0, s->from, at, n, buffer, 0);
    rl_matrix b = p->no_columns ? by_rows(x + at * p->size, p->positions) : by_rows(buffer, n);
    multiply(p, s->to, n, depth, by_rows(weight_of(p, group), depth), b, by_rows(y, p->positions), p->bias != NULL);
}

static void convolve_single(const plan *p, int64_t image, int64_t group, char *buffer) {
    const rl_convolution *s = &p->s;
    char *x = input_of(p, image, group), *y = output_of(p, image, group), *w = weight_of(p, group);
    if (p->slides) {
        for (int64_t o = 0; o < s->to; o++)
            slide(p, x, s->in, s->padding[1], s->padding[2], w + o * p->taps * p->size, p->bias ? p->bias + (group * s->to + o) * p->size : NULL, 0,
                  y + o * p->positions * p->size, s->out, buffer);
        return;
    }
    fill_with_bias(p, group, y, p->positions);
    for (int64_t o = 0; o < s->to; o++) {
        if (s->dtype == RL_FLOAT)
            single_float(s, (const float *)x, (const float *)w + o * p->taps, (float *)y + o * p->positions);
        else
            single_double(s, (const double *)x, (const double *)w + o * p->taps, (double *)y + o * p->positions);
    }
}

static void convolve_parts(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    for (int64_t part = begin; part < end; part++)
        for (int64_t unit = p->units * part / p->parts; unit < p->units * (part + 1) / p->parts && !rl_given_up(); unit++) {
            const int64_t tile = unit % p->tiles, group = unit / p->tiles % p->s.groups, image = unit / p->tiles / p->s.groups;
            if (p->single)
                convolve_single(p, image, group, buffer_of(p, part));
            else
                convolve_tile(p, image, group, tile, buffer_of(p, part));
        }
}

rl_status rl_convolve(const rl_convolution *s, const void *x, const void *w, const void *bias, void *y) {
    plan p;
    int done = 0;
    if (rl_winograd_pays(s)) RL_TRY(rl_winograd_convolve(s, x, w, bias, y, &done));
    if (done) return RL_OK;
    start(&p, s, x, w, y);
    p.bias = bias;
    cut_tiles(&p, s->from);
    if (p.single) p.tiles = 1;
    if (p.slides) RL_TRY(start_sliding(&p, s->out[2], s->out[1], 0));
    return run(&p, s->batch * s->groups * p.tiles, convolve_parts);
}

/* ---- input ---- */

static void input_block(const plan *p, int64_t image, int64_t group, int64_t block, char *buffer) {
    const rl_convolution *s = &p->s;
    const int64_t first = block * p->block, last = first + p->block < s->from ? first + p->block : s->from, depth = s->from * p->taps;
    char *x = input_of(p, image, group), *y = output_of(p, image, group), *w = weight_of(p, group) + first * p->taps * p->size;
    if (!p->no_columns) memset(x + first * p->inner * p->size, 0, (size_t)((last - first) * p->inner * p->size));
    for (int64_t at = 0; at < p->positions && !rl_given_up(); at += p->tile) {
        const int64_t n = p->positions - at < p->tile ? p->positions - at : p->tile;
        rl_matrix to = p->no_columns ? by_rows(x + (first * p->inner + at) * p->size, p->positions) : by_rows(buffer, n);
        multiply(p, (last - first) * p->taps, n, s->to, transposed(w, depth), by_rows(y + at * p->size, p->positions), to, 0);
        if (!p->no_columns) columns(p, x, first, last, at, n, buffer, 1);
    }
}

static void input_single(const plan *p, int64_t image, int64_t group, char *buffer) {
    const rl_convolution *s = &p->s;
    char *x = input_of(p, image, group), *y = output_of(p, image, group), *w = weight_of(p, group);
    if (p->slides) {
        const int64_t across = s->dilation[2] * (s->kernel[2] - 1);
        for (int64_t o = 0; o < s->to; o++)
            slide(p, y + o * p->positions * p->size, s->out, p->extent - s->padding[1], across - s->padding[2], w + o * p->taps * p->size, NULL, o > 0, x,
                  s->in, buffer);
        return;
    }
    memset(x, 0, (size_t)(p->inner * p->size));
    for (int64_t o = 0; o < s->to; o++) {
        if (s->dtype == RL_FLOAT)
            single_input_float(s, (const float *)y + o * p->positions, (const float *)w + o * p->taps, (float *)x);
        else
            single_input_double(s, (const double *)y + o * p->positions, (const double *)w + o * p->taps, (double *)x);
    }
}

static void input_parts(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    for (int64_t part = begin; part < end; part++)
        for (int64_t unit = p->units * part / p->parts; unit < p->units * (part + 1) / p->parts && !rl_given_up(); unit++) {
            const int64_t block = unit % p->blocks, group = unit / p->blocks % p->s.groups, image = unit / p->blocks / p->s.groups;
            if (p->single)
                input_single(p, image, group, buffer_of(p, part));
            else
                input_block(p, image, group, block, buffer_of(p, part));
        }
}

/* Channels of a group are cut where there is little else to do side by side. */
static void cut_blocks(plan *p, int64_t others) {
    if (others >= MAX_PARTS || p->single || p->s.from < 2) return;
    p->block = (p->s.from + 3) / 4;
    p->blocks = (p->s.from + p->block - 1) / p->block;
}

rl_status rl_convolve_input(const rl_convolution *s, const void *y, const void *w, void *x) {
    plan p;
    int done = 0;
    if (rl_winograd_pays(s)) RL_TRY(rl_winograd_input(s, y, w, x, &done));
    if (done) return RL_OK;
    start(&p, s, x, w, y);
    cut_blocks(&p, s->batch * s->groups);
    cut_tiles(&p, p.block);
    if (p.slides) RL_TRY(start_sliding(&p, s->in[2], s->in[1], 1));
    return run(&p, s->batch * s->groups * p.blocks, input_parts);
}

/* ---- weight ---- */

/* Adds up the weight of a block of channels over images `from` to `to`. */
static void weight_block(const plan *p, int64_t group, int64_t block, int64_t from, int64_t to, char *weights, char *buffer) {
    const rl_convolution *s = &p->s;
    const int64_t first = block * p->block, last = first + p->block < s->from ? first + p->block : s->from, depth = s->from * p->taps;
    char *w = weights + (group * s->to * depth + first * p->taps) * p->size;
    int adds = 0;
    for (int64_t image = from; image < to; image++) {
        char *x = input_of(p, image, group), *y = output_of(p, image, group);
        for (int64_t at = 0; at < p->positions && !rl_given_up(); at += p->tile, adds = 1) {
            const int64_t n = p->positions - at < p->tile ? p->positions - at : p->tile;
            if (!p->no_columns) columns(p, x, first, last, at, n, buffer, 0);
            rl_matrix b = p->no_columns ? transposed(x + (first * p->inner + at) * p->size, p->positions) : transposed(buffer, n);
            multiply(p, s->to, (last - first) * p->taps, n, by_rows(y + at * p->size, p->positions), b, by_rows(w, depth), adds);
        }
    }
}

static void weight_single(const plan *p, int64_t group, int64_t from, int64_t to, char *w) {
    const rl_convolution *s = &p->s;
    memset(w, 0, (size_t)(s->to * p->taps * p->size));
    for (int64_t image = from; image < to; image++)
        for (int64_t o = 0; o < s->to; o++) {
            const char *x = input_of(p, image, group), *y = output_of(p, image, group);
            if (s->dtype == RL_FLOAT)
                single_weight_float(s, (const float *)x, (const float *)y + o * p->positions, (float *)w + o * p->taps);
            else
                single_weight_double(s, (const double *)x, (const double *)y + o * p->positions, (double *)w + o * p->taps);
        }
}

/* Zeros behind the rows of the output are multiplied with what stands in the input there; if that was infinite, the sum is of no use. */
static void weight_sliding(const plan *p, int64_t group, int64_t from, int64_t to, char *w, char *buffer) {
    const int64_t n = p->s.to * p->taps;
    memset(w, 0, (size_t)(n * p->size));
    for (int64_t image = from; image < to; image++)
        for (int64_t o = 0; o < p->s.to; o++)
            slide_weight(p, input_of(p, image, group), output_of(p, image, group) + o * p->positions * p->size, w + o * p->taps * p->size, buffer);
    if (!(p->s.dtype == RL_FLOAT ? is_finite_float((const float *)w, n) : is_finite_double((const double *)w, n))) weight_single(p, group, from, to, w);
}

/* A unit is a block of a group's channels over a share of the images, `tiles` of them. */
static void weight_parts(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    const int64_t elements = p->s.groups * p->s.to * p->s.from * p->taps;
    for (int64_t part = begin; part < end; part++)
        for (int64_t unit = p->units * part / p->parts; unit < p->units * (part + 1) / p->parts && !rl_given_up(); unit++) {
            const int64_t share = unit % p->tiles, block = unit / p->tiles % p->blocks, group = unit / p->tiles / p->blocks;
            const int64_t from = p->s.batch * share / p->tiles, to = p->s.batch * (share + 1) / p->tiles;
            char *weights = share == 0 ? p->w : p->partial + (share - 1) * elements * p->size;
            char *own = weights + group * p->s.to * p->taps * p->size;
            if (p->slides)
                weight_sliding(p, group, from, to, own, buffer_of(p, part));
            else if (p->single)
                weight_single(p, group, from, to, own);
            else
                weight_block(p, group, block, from, to, weights, buffer_of(p, part));
        }
}

static void add_partial(const plan *p, int64_t elements) {
    for (int64_t share = 1; share < p->tiles; share++)
        for (int64_t k = 0; k < elements; k++) {
            if (p->s.dtype == RL_FLOAT)
                ((float *)p->w)[k] += ((const float *)p->partial)[(share - 1) * elements + k];
            else
                ((double *)p->w)[k] += ((const double *)p->partial)[(share - 1) * elements + k];
        }
}

rl_status rl_convolve_weight(const rl_convolution *s, const void *x, const void *y, void *w) {
    plan p;
    int done = 0;
    if (rl_winograd_pays(s)) RL_TRY(rl_winograd_weight(s, x, y, w, &done));
    if (done) return RL_OK;
    start(&p, s, x, w, y);
    const int64_t elements = s->groups * s->to * s->from * p.taps;
    if (s->batch == 0 || p.positions == 0) {
        memset(w, 0, (size_t)(elements * p.size));
        return RL_OK;
    }
    int64_t shares = s->groups >= MAX_PARTS ? 1 : PARTIAL_BYTES / (elements * p.size) + 1;
    if (shares > MAX_PARTS) shares = MAX_PARTS;
    if (shares > s->batch) shares = s->batch;
    if (shares < 4) cut_blocks(&p, s->groups * shares);
    cut_tiles(&p, p.block);
    p.tiles = shares;
    if (p.slides) RL_TRY(start_sliding(&p, s->out[2], s->out[1], 0));
    if (shares > 1 && !(p.partial = rl_scope_memory((size_t)((shares - 1) * elements), (size_t)p.size))) return RL_FAILED;
    RL_TRY(run(&p, s->groups * p.blocks * shares, weight_parts));
    add_partial(&p, elements);
    return RL_OK;
}

/* ---- columns alone ---- */

typedef struct {
    plan p;
    int adds;
} column_plan;

static void column_images(void *context, int64_t begin, int64_t end) {
    const column_plan *c = context;
    const plan *p = &c->p;
    for (int64_t unit = begin; unit < end; unit++) {
        const int64_t image = unit / p->s.from, channel = unit % p->s.from;
        char *x = input_of(p, image, 0), *to = p->y + unit * p->taps * p->positions * p->size;
        if (c->adds) memset(x + channel * p->inner * p->size, 0, (size_t)(p->inner * p->size));
        columns(p, x, channel, channel + 1, 0, p->positions, to, c->adds);
    }
}

static rl_status run_columns(const rl_convolution *s, const void *x, const void *matrix, int adds) {
    column_plan c = {.adds = adds};
    start(&c.p, s, x, NULL, matrix);
    rl_parallel(s->batch * s->from, 1 + (1 << 14) / (c.p.taps * c.p.positions + 1), column_images, &c);
    return rl_failing() ? RL_FAILED : RL_OK;
}

rl_status rl_take_columns(const rl_convolution *s, const void *x, void *to) { return run_columns(s, x, to, 0); }
rl_status rl_add_columns(const rl_convolution *s, const void *from, void *x) { return run_columns(s, x, from, 1); }
