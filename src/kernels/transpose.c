#include "transpose.h"

#include <string.h>

#include "parallel.h"
#include "template.h"
#include "widths.h"

/* A copy between layouts whose dense dimensions differ: read or written row by row, either side would touch a cache line for each
 * element. So it goes by tiles of TILE x TILE, which are whole lines on both sides. A band, the work of one range, is a few rows of the
 * output in their whole length, if they are no longer than ROW_BYTES: as many as stay in the second cache. */
enum { TILE = RL_TRANSPOSE_TILE, LINE = 64, MOST_ROWS = 128, ROW_BYTES = 1 << 14, BAND_BYTES = 1 << 17, BUFFER = TILE * ROW_BYTES };

#define TURN_PARAMETERS char *to, int64_t to_row, const char *from, int64_t from_column, int64_t rows, int64_t columns

/* Turns a tile, or a part of one: input column j starts at from + j * from_column, output row i at to + i * to_row. */
typedef void (*tile_turn)(TURN_PARAMETERS);

typedef struct {
    int ndim;                                                                       /* besides rows and columns */
    int64_t sizes[RL_MAX_DIMS], to_strides[RL_MAX_DIMS], from_strides[RL_MAX_DIMS]; /* in bytes */
    int64_t rows, columns;                                                          /* of the output, whose columns are dense; the input's rows are */
    int64_t to_row, from_column;
    int64_t stretch;           /* columns that are transposed at a time */
    int64_t band, bands;       /* rows of a band, and how many there are */
    int64_t width, from_width; /* of an element of the output and of the input */
    rl_loop convert;           /* NULL: the transpose does it, if anything must be converted */
    tile_turn transpose;
    char *to;
    const char *from;
} plan;

#define TURN_BY_ONE(IN, OUT)                  \
    for (int64_t i = 0; i < rows; i++)        \
        for (int64_t j = 0; j < columns; j++) \
            *(OUT *)(to + i * to_row + j * (int64_t)sizeof(OUT)) = (OUT) * (const IN *)(from + j * from_column + i * (int64_t)sizeof(IN));

#define PLAIN_TURN(name, IN, OUT) \
    static void name(TURN_PARAMETERS) { TURN_BY_ONE(IN, OUT) }

#if defined(__GNUC__) && !defined(__clang__)

/* Fours need not lie where a vector should. */
typedef int64_t pair_of_int64_t __attribute__((vector_size(16)));
typedef int32_t four_of_int32_t __attribute__((vector_size(16), aligned(4), may_alias));
typedef int64_t four_of_int64_t __attribute__((vector_size(32), aligned(8), may_alias));
typedef float four_of_float __attribute__((vector_size(16), aligned(4), may_alias));
typedef double four_of_double __attribute__((vector_size(32), aligned(8), may_alias));

#define VECTOR_OF(T) RL_PASTE(four_of_, T)
#define READ_VECTOR(at) __builtin_convertvector(*(const VECTOR_OF(IN) *)(at), VECTOR_OF(OUT))
#define WRITE_VECTOR(at, value) (*(VECTOR_OF(OUT) *)(at) = value)
#define MIX(a, b, ...) __builtin_shuffle(a, b, (four_of_int32_t){__VA_ARGS__})

RL_CLONES static void turn_8(TURN_PARAMETERS) {
    if (rows < TILE || columns < TILE) {
        TURN_BY_ONE(int64_t, int64_t)
        return;
    }
    for (int i = 0; i < TILE; i += 2) {
        for (int j = 0; j < TILE; j += 2) {
            const char *in = from + j * from_column + 8 * i;
            char *out = to + i * to_row + 8 * j;
            pair_of_int64_t a, b;
            memcpy(&a, in, sizeof a);
            memcpy(&b, in + from_column, sizeof b);
            pair_of_int64_t first = __builtin_shuffle(a, b, (pair_of_int64_t){0, 2}), second = __builtin_shuffle(a, b, (pair_of_int64_t){1, 3});
            memcpy(out, &first, sizeof first);
            memcpy(out + to_row, &second, sizeof second);
        }
    }
}

#define NAME turn_4
#define IN int32_t
#define OUT int32_t
#include "transpose_template.h"
#undef NAME
#undef IN
#undef OUT

#define NAME turn_int64_to_int32
#define IN int64_t
#define OUT int32_t
#include "transpose_template.h"
#undef NAME
#undef IN
#undef OUT

#define NAME turn_double_to_float
#define IN double
#define OUT float
#include "transpose_template.h"
#undef NAME
#undef IN
#undef OUT

#else

PLAIN_TURN(turn_4, int32_t, int32_t)
PLAIN_TURN(turn_8, int64_t, int64_t)
PLAIN_TURN(turn_int64_to_int32, int64_t, int32_t)
PLAIN_TURN(turn_double_to_float, double, float)

#endif

PLAIN_TURN(turn_1, int8_t, int8_t)
PLAIN_TURN(turn_2, int16_t, int16_t)
PLAIN_TURN(turn_16, rl_sixteen_bytes, rl_sixteen_bytes)

void rl_transpose_tile(char *to, int64_t to_row, const char *from, int64_t from_column) { turn_4(to, to_row, from, from_column, TILE, TILE); }

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

typedef struct {
    char *to;
    const char *from;
    int64_t to_row, from_column;
    int64_t width, from_width;
    int64_t rows, columns;
} block;

/* Stores that miss the cache wait for one another. So while a block is transposed, the lines of the one `ahead` of it are fetched. */
static void transpose_block(tile_turn transpose, const block *b, const char *ahead) {
    int64_t run = b->columns * b->width, left = run;
    for (int64_t j = 0; j < b->columns; j += TILE) {
        for (int64_t i = 0; i < b->rows; i += TILE) {
            for (int64_t k = 0; ahead && k < TILE * TILE * b->width; k += LINE, ahead += LINE, left -= LINE) {
                if (left <= 0) {
                    ahead += b->to_row - (run - left);
                    left = run;
                }
                __builtin_prefetch(ahead, 1);
            }
            transpose(b->to + i * b->to_row + j * b->width, b->to_row, b->from + j * b->from_column + i * b->from_width, b->from_column,
                      smaller(b->rows - i, TILE), smaller(b->columns - j, TILE));
        }
    }
}

/* It is the narrower elements that are transposed: those of the output out of a buffer, or those of the input into one. */
static void convert_block(const plan *p, const block *b, const char *ahead) {
    _Alignas(LINE) char buffer[BUFFER];
    const int64_t strides[2] = {b->width, b->from_width};
    block transposed = *b;
    if (b->width < b->from_width) {
        transposed.from = buffer;
        transposed.from_width = b->width;
        transposed.from_column = b->rows * b->width;
        for (int64_t j = 0; j < b->columns; j++)
            p->convert((char *[]){buffer + j * transposed.from_column, (char *)b->from + j * b->from_column}, strides, b->rows, NULL);
        transpose_block(p->transpose, &transposed, ahead);
    } else {
        transposed.to = buffer;
        transposed.width = b->from_width;
        transposed.to_row = (b->columns + TILE) * b->from_width;
        transpose_block(p->transpose, &transposed, NULL);
        for (int64_t i = 0; i < b->rows; i++) p->convert((char *[]){b->to + i * b->to_row, buffer + i * transposed.to_row}, strides, b->columns, NULL);
    }
}

static void copy_band(const plan *p, char *to, const char *from, int64_t rows) {
    for (int64_t j = 0; j < p->columns; j += p->stretch) {
        block b = {to + j * p->width, from + j * p->from_column, p->to_row, p->from_column, p->width, p->from_width, rows, smaller(p->columns - j, p->stretch)};
        const char *ahead = j + p->stretch < p->columns ? b.to + p->stretch * p->width : to + rows * p->to_row;
        if (p->convert)
            convert_block(p, &b, ahead);
        else
            transpose_block(p->transpose, &b, ahead);
    }
}

static void copy_bands(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    for (int64_t at = begin; at < end; at++) {
        int64_t row = at % p->bands * p->band, rest = at / p->bands;
        char *to = p->to + row * p->to_row;
        const char *from = p->from + row * p->from_width;
        for (int d = p->ndim - 1; d >= 0; d--) {
            to += rest % p->sizes[d] * p->to_strides[d];
            from += rest % p->sizes[d] * p->from_strides[d];
            rest /= p->sizes[d];
        }
        copy_band(p, to, from, smaller(p->rows - row, p->band));
    }
}

/* Takes dimension d out of the list. */
static void take_out(plan *p, int d) {
    p->ndim--;
    for (; d < p->ndim; d++) {
        p->sizes[d] = p->sizes[d + 1];
        p->to_strides[d] = p->to_strides[d + 1];
        p->from_strides[d] = p->from_strides[d + 1];
    }
}

static void choose_turn(plan *p, rl_dtype to, rl_dtype from, rl_loop convert) {
    static const tile_turn of_width[] = {[1] = turn_1, [2] = turn_2, [4] = turn_4, [8] = turn_8, [16] = turn_16};
    p->width = (int64_t)rl_dtype_size(to);
    p->from_width = (int64_t)rl_dtype_size(from);
    p->transpose = to == RL_FLOAT && from == RL_DOUBLE ? turn_double_to_float : to == RL_INT32 && from == RL_INT64 ? turn_int64_to_int32 : NULL;
    p->convert = p->transpose ? NULL : convert;
    if (!p->transpose) p->transpose = of_width[smaller(p->width, p->from_width)];
}

static void cut_into_bands(plan *p) {
    int64_t width = smaller(p->width, p->from_width);
    p->stretch = smaller(p->columns, ROW_BYTES / width - TILE);
    p->band = BAND_BYTES / ((p->stretch + TILE) * width) / TILE * TILE;
    p->band = p->band < TILE ? TILE : smaller(p->band, MOST_ROWS);
    p->bands = (p->rows + p->band - 1) / p->band;
}

int rl_copy_transposed(rl_tensor *to, const rl_tensor *from, rl_loop convert) {
    plan p;
    if (!rl_same_sizes(to, from)) return 0;
    choose_turn(&p, (rl_dtype)to->dtype, (rl_dtype)from->dtype, convert);
    p.ndim = 0;
    for (int d = 0; d < to->ndim; d++) {
        if (to->sizes[d] == 1) continue;
        int last = p.ndim - 1;
        int64_t to_stride = to->strides[d] * p.width, from_stride = from->strides[d] * p.from_width;
        if (last >= 0 && p.to_strides[last] == to_stride * to->sizes[d] && p.from_strides[last] == from_stride * to->sizes[d]) {
            p.sizes[last] *= to->sizes[d];
        } else {
            last = p.ndim++;
            p.sizes[last] = to->sizes[d];
        }
        p.to_strides[last] = to_stride;
        p.from_strides[last] = from_stride;
    }
    int column = -1, row = -1;
    for (int d = 0; d < p.ndim; d++) {
        if (p.to_strides[d] == p.width && p.from_strides[d] != p.from_width) column = d;
        if (p.from_strides[d] == p.from_width && p.to_strides[d] != p.width) row = d;
    }
    if (column < 0 || row < 0 || p.sizes[column] < TILE || p.sizes[row] < TILE) return 0;
    p.rows = p.sizes[row];
    p.columns = p.sizes[column];
    p.to_row = p.to_strides[row];
    p.from_column = p.from_strides[column];
    p.to = rl_host_data(to);
    p.from = rl_host_data(from);
    take_out(&p, row > column ? row : column);
    take_out(&p, row > column ? column : row);
    cut_into_bands(&p);
    int64_t in_all = p.bands;
    for (int d = 0; d < p.ndim; d++) in_all *= p.sizes[d];
    int64_t elements = to->numel / in_all;
    rl_parallel(in_all, 32768 / (elements > 0 ? elements : 1) + 1, copy_bands, &p);
    return 1;
}
