#include "wide_product.h"

#include <string.h>

#include "transpose.h"

#if defined(__x86_64__) && defined(__GNUC__) && defined(RL_HAVE_TARGET_CLONES)

/* A tile of c stays in registers: ROWS times COLS, or the half of it. A strip of b, COLS wide and DEPTH deep, stays in the first cache, a block
 * of a, BLOCK_ROWS times DEPTH, in the second. */
enum { ROWS = 8, HALF = 16, COLS = 2 * HALF, DEPTH = 192, BLOCK_ROWS = 512 };

typedef float sixteen __attribute__((vector_size(64), aligned(4), may_alias)); /* they need not lie where a vector should */

#define RL_WIDE __attribute__((target("avx512f")))
#define FOR_ROWS(make) make(0) make(1) make(2) make(3) make(4) make(5) make(6) make(7)

/* Where there are fewer rows, the last one is read in place of the others. */
#define POINT(r) const float *a##r = a + (r < rows ? r : rows - 1) * a_row;
#define CLEAR(r) sixteen s##r = {0}, t##r = {0};
#define ADD(r)             \
    s##r += *a##r * left;  \
    t##r += *a##r * right; \
    a##r += a_col;
#define ADD_HALF(r)       \
    s##r += *a##r * left; \
    a##r += a_col;
#define PUT(r)                                                          \
    if (r < rows) {                                                     \
        sixteen *to = (sixteen *)(c + r * c_row);                       \
        to[0] = beta == 0 ? alpha * s##r : alpha * s##r + beta * to[0]; \
        to[1] = beta == 0 ? alpha * t##r : alpha * t##r + beta * to[1]; \
    }
#define PUT_HALF(r)                                                     \
    if (r < rows) {                                                     \
        sixteen *to = (sixteen *)(c + r * c_row);                       \
        to[0] = beta == 0 ? alpha * s##r : alpha * s##r + beta * to[0]; \
    }
#define CLEAR_HALF(r) sixteen s##r = {0};

#define TILE_PARAMETERS                                                                                                                                  \
    int64_t rows, int64_t k, float alpha, const float *restrict a, int64_t a_row, int64_t a_col, const float *restrict b, float beta, float *restrict c, \
        int64_t c_row

/* c = alpha a b + beta c */
RL_WIDE static void tile(TILE_PARAMETERS) {
    FOR_ROWS(POINT)
    FOR_ROWS(CLEAR)
    for (int64_t l = 0; l < k; l++, b += COLS) {
        const sixteen left = *(const sixteen *)b, right = *(const sixteen *)(b + HALF);
        FOR_ROWS(ADD)
    }
    FOR_ROWS(PUT)
}

RL_WIDE static void half_tile(TILE_PARAMETERS) {
    FOR_ROWS(POINT)
    FOR_ROWS(CLEAR_HALF)
    for (int64_t l = 0; l < k; l++, b += COLS) {
        const sixteen left = *(const sixteen *)b;
        FOR_ROWS(ADD_HALF)
    }
    FOR_ROWS(PUT_HALF)
}

/* Up to COLS columns of b, padded with zeros. */
static void pack(const float *b, int64_t row, int64_t col, int64_t width, int64_t k, float *to) {
    int64_t l = 0;
    if (width == COLS && col == 1) {
        for (; l < k; l++) memcpy(to + l * COLS, b + l * row, COLS * sizeof *to);
    } else if (width == COLS && row == 1) {
        for (; l + HALF <= k; l += HALF)
            for (int64_t j = 0; j < COLS; j += HALF)
                rl_transpose_tile((char *)(to + l * COLS + j), COLS * sizeof *to, (const char *)(b + l + j * col), col * (int64_t)sizeof *b);
    }
    for (; l < k; l++)
        for (int64_t j = 0; j < COLS; j++) to[l * COLS + j] = j < width ? b[l * row + j * col] : 0;
}

/* A block of a times a strip of b. */
static void multiply_strip(const rl_product *p, int64_t m, int64_t width, int64_t k, const float *a, const float *strip, float beta, float *c) {
    float edge[ROWS * COLS];
    const float alpha = (float)p->alpha.as_double;
    for (int64_t i = 0; i < m; i += ROWS) {
        const int64_t rows = m - i < ROWS ? m - i : ROWS;
        const float *from = a + i * p->a.row;
        float *to = c + i * p->c.row;
        if (width == COLS) {
            tile(rows, k, alpha, from, p->a.row, p->a.col, strip, beta, to, p->c.row);
            continue;
        }
        (width > HALF ? tile : half_tile)(rows, k, alpha, from, p->a.row, p->a.col, strip, 0, edge, COLS);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t j = 0; j < width; j++) to[r * p->c.row + j] = edge[r * COLS + j] + (beta == 0 ? 0 : beta * to[r * p->c.row + j]);
    }
}

void rl_multiply_wide(const rl_product *p) {
    float strip[COLS * DEPTH];
    const float *a = p->a.data, *b = p->b.data;
    float *c = p->c.data;
    for (int64_t l = 0; l < p->k; l += DEPTH) {
        const int64_t depth = p->k - l < DEPTH ? p->k - l : DEPTH;
        for (int64_t i = 0; i < p->m; i += BLOCK_ROWS) {
            const int64_t rows = p->m - i < BLOCK_ROWS ? p->m - i : BLOCK_ROWS;
            for (int64_t j = 0; j < p->n; j += COLS) {
                const int64_t width = p->n - j < COLS ? p->n - j : COLS;
                pack(b + l * p->b.row + j * p->b.col, p->b.row, p->b.col, width, depth, strip);
                multiply_strip(p, rows, width, depth, a + i * p->a.row + l * p->a.col, strip, l ? 1 : (float)p->beta.as_double, c + i * p->c.row + j);
            }
        }
    }
}

int rl_has_wide_product(void) { return __builtin_cpu_supports("avx512f"); }

#else

int rl_has_wide_product(void) { return 0; }
void rl_multiply_wide(const rl_product *p) { (void)p; }

#endif
