#include "transpose.h"

#include <string.h>

#include "parallel.h"

/* A copy between layouts whose dense dimensions differ: read or written row by row, either side would touch a cache line for each
 * element. So it goes by tiles of TILE x TILE, which are whole lines on both sides. A band is the work of one range: BAND rows of
 * the output, and STRETCH of its columns at a time, so that the pages in use stay few. A copy that converts as well takes
 * as many as a buffer holds that stays in the second cache, and turns what it has converted. */
enum { TILE = RL_TURNED, BAND = 128, STRETCH = 1024, BUFFER = 65536 };

typedef void (*tile_copy)(char *to, int64_t to_stride, const char *from, int64_t from_stride);

typedef struct {
    int ndim;                                                                       /* besides rows and columns */
    int64_t sizes[RL_MAX_DIMS], to_strides[RL_MAX_DIMS], from_strides[RL_MAX_DIMS]; /* in bytes */
    int64_t rows, columns;                                                          /* of the output, whose columns are dense; the input's rows are */
    int64_t to_row, from_column;
    int64_t bands, stretch;
    int64_t width, from_width; /* of an element of the output and of the input */
    rl_loop convert;           /* NULL: the dtypes are the same */
    tile_copy tile;
    char *to;
    const char *from;
} plan;

#if defined(__GNUC__) && !defined(__clang__)

typedef uint32_t four __attribute__((vector_size(16)));
typedef uint64_t two __attribute__((vector_size(16)));

RL_CLONES static void tile_4(char *to, int64_t to_stride, const char *from, int64_t from_stride) {
    for (int i = 0; i < TILE; i += 4) {
        for (int j = 0; j < TILE; j += 4) {
            const char *in = from + j * from_stride + 4 * i;
            char *out = to + i * to_stride + 4 * j;
            four a, b, c, d;
            memcpy(&a, in, sizeof a);
            memcpy(&b, in + from_stride, sizeof b);
            memcpy(&c, in + 2 * from_stride, sizeof c);
            memcpy(&d, in + 3 * from_stride, sizeof d);
            four low_ab = __builtin_shuffle(a, b, (four){0, 4, 1, 5}), low_cd = __builtin_shuffle(c, d, (four){0, 4, 1, 5});
            four high_ab = __builtin_shuffle(a, b, (four){2, 6, 3, 7}), high_cd = __builtin_shuffle(c, d, (four){2, 6, 3, 7});
            a = __builtin_shuffle(low_ab, low_cd, (four){0, 1, 4, 5});
            b = __builtin_shuffle(low_ab, low_cd, (four){2, 3, 6, 7});
            c = __builtin_shuffle(high_ab, high_cd, (four){0, 1, 4, 5});
            d = __builtin_shuffle(high_ab, high_cd, (four){2, 3, 6, 7});
            memcpy(out, &a, sizeof a);
            memcpy(out + to_stride, &b, sizeof b);
            memcpy(out + 2 * to_stride, &c, sizeof c);
            memcpy(out + 3 * to_stride, &d, sizeof d);
        }
    }
}

RL_CLONES static void tile_8(char *to, int64_t to_stride, const char *from, int64_t from_stride) {
    for (int i = 0; i < TILE; i += 2) {
        for (int j = 0; j < TILE; j += 2) {
            const char *in = from + j * from_stride + 8 * i;
            char *out = to + i * to_stride + 8 * j;
            two a, b;
            memcpy(&a, in, sizeof a);
            memcpy(&b, in + from_stride, sizeof b);
            two first = __builtin_shuffle(a, b, (two){0, 2}), second = __builtin_shuffle(a, b, (two){1, 3});
            memcpy(out, &first, sizeof first);
            memcpy(out + to_stride, &second, sizeof second);
        }
    }
}

#else

static void tile_4(char *to, int64_t to_stride, const char *from, int64_t from_stride) {
    for (int i = 0; i < TILE; i++)
        for (int j = 0; j < TILE; j++) memcpy(to + i * to_stride + 4 * j, from + j * from_stride + 4 * i, 4);
}

static void tile_8(char *to, int64_t to_stride, const char *from, int64_t from_stride) {
    for (int i = 0; i < TILE; i++)
        for (int j = 0; j < TILE; j++) memcpy(to + i * to_stride + 8 * j, from + j * from_stride + 8 * i, 8);
}

#endif

static void tile_2(char *to, int64_t to_stride, const char *from, int64_t from_stride) {
    for (int i = 0; i < TILE; i++)
        for (int j = 0; j < TILE; j++) memcpy(to + i * to_stride + 2 * j, from + j * from_stride + 2 * i, 2);
}

static void tile_1(char *to, int64_t to_stride, const char *from, int64_t from_stride) {
    for (int i = 0; i < TILE; i++)
        for (int j = 0; j < TILE; j++) to[i * to_stride + j] = from[j * from_stride + i];
}

void rl_turn_square(char *to, int64_t to_row, const char *from, int64_t from_column) { tile_4(to, to_row, from, from_column); }

static void turn_edge(const plan *p, char *to, int64_t to_row, const char *from, int64_t from_column, int64_t rows, int64_t columns) {
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) memcpy(to + i * to_row + j * p->width, from + j * from_column + i * p->width, (size_t)p->width);
}

/* Input column j starts at from + j * from_column, output row i at to + i * to_row. Stores that miss the cache wait for one another,
 * so the lines of the tile after the next are fetched ahead. */
static void turn(const plan *p, char *to, int64_t to_row, const char *from, int64_t from_column, int64_t rows, int64_t columns) {
    int64_t tile_width = TILE * p->width;
    for (int64_t i = 0; i < rows; i += TILE, to += TILE * to_row, from += tile_width) {
        char *out = to;
        const char *in = from;
        for (int64_t j = 0; j < columns; j += TILE, out += tile_width, in += TILE * from_column) {
            if (rows - i < TILE || columns - j < TILE) {
                turn_edge(p, out, to_row, in, from_column, rows - i < TILE ? rows - i : TILE, columns - j < TILE ? columns - j : TILE);
            } else {
                for (int64_t k = 0; k < TILE; k++) __builtin_prefetch(out + 2 * tile_width + k * to_row, 1);
                p->tile(out, to_row, in, from_column);
            }
        }
    }
}

static void convert_and_turn(const plan *p, char *to, const char *from, int64_t rows, int64_t columns) {
    _Alignas(64) char buffer[BUFFER];
    int64_t strides[2] = {p->width, p->from_width}, column = BAND * p->width;
    for (int64_t j = 0; j < columns; j++) p->convert((char *[]){buffer + j * column, (char *)from + j * p->from_column}, strides, rows, NULL);
    turn(p, to, p->to_row, buffer, column, rows, columns);
}

static void copy_band(const plan *p, char *to, const char *from, int64_t rows) {
    for (int64_t j = 0; j < p->columns; j += p->stretch) {
        int64_t columns = p->columns - j < p->stretch ? p->columns - j : p->stretch;
        char *out = to + j * p->width;
        const char *in = from + j * p->from_column;
        if (p->convert)
            convert_and_turn(p, out, in, rows, columns);
        else
            turn(p, out, p->to_row, in, p->from_column, rows, columns);
    }
}

static void copy_bands(void *context, int64_t begin, int64_t end) {
    const plan *p = context;
    for (int64_t at = begin; at < end; at++) {
        int64_t row = at % p->bands * BAND, rest = at / p->bands;
        char *to = p->to + row * p->to_row;
        const char *from = p->from + row * p->from_width;
        for (int d = p->ndim - 1; d >= 0; d--) {
            to += rest % p->sizes[d] * p->to_strides[d];
            from += rest % p->sizes[d] * p->from_strides[d];
            rest /= p->sizes[d];
        }
        copy_band(p, to, from, p->rows - row < BAND ? p->rows - row : BAND);
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

int rl_copy_transposed(rl_tensor *to, const rl_tensor *from, rl_loop convert) {
    plan p;
    if (!rl_same_sizes(to, from)) return 0;
    p.convert = convert;
    p.width = (int64_t)rl_dtype_size((rl_dtype)to->dtype);
    p.from_width = (int64_t)rl_dtype_size((rl_dtype)from->dtype);
    p.stretch = convert ? BUFFER / (BAND * p.width) : STRETCH;
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
    p.tile = p.width == 4 ? tile_4 : p.width == 8 ? tile_8 : p.width == 2 ? tile_2 : tile_1;
    p.to = rl_data(to);
    p.from = rl_data(from);
    take_out(&p, row > column ? row : column);
    take_out(&p, row > column ? column : row);
    p.bands = (p.rows + BAND - 1) / BAND;
    int64_t in_all = p.bands;
    for (int d = 0; d < p.ndim; d++) in_all *= p.sizes[d];
    int64_t elements = to->numel / in_all;
    rl_parallel(in_all, 32768 / (elements > 0 ? elements : 1) + 1, copy_bands, &p);
    return 1;
}
