#include "gemm.h"

#include <limits.h>
#include <string.h>

#include "gemv.h"
#include "loops.h"
#include "parallel.h"
#include "transpose.h"
#include "wide_product.h"

/* Up to this many multiplications a call of BLAS costs more than the product. */
enum { SMALL = 512 };
/* What is worth a second thread, in multiplications; and products from here on are cut: Note [Pieces]. */
enum { GRAIN = 1 << 18, CUT = 1 << 21 };
/* Rows of so many multiplications are worth a look for interrupts; calls of BLAS are no longer than so many. */
enum { LISTENING = 1 << 12 };
#define LONGEST_CALL 0x1p31

int rl_product_is_small(const rl_product *p) { return p->m <= SMALL && p->n <= SMALL && p->k <= SMALL && p->m * p->n * p->k <= SMALL; }

int rl_matrix_is_regular(const rl_matrix *matrix, int64_t rows, int64_t cols) {
    return ((matrix->col == 1 || cols == 1) && (matrix->row >= cols || rows == 1)) || ((matrix->row == 1 || rows == 1) && (matrix->col >= rows || cols == 1));
}

/* ---- plain loops: small products, and integers of any size ---- */

#define PLAIN(name, T, U)                                                                                               \
    static void name(const rl_product *p, const void *factor_a, const void *factor_b, void *product) {                  \
        const T *a = factor_a, *b = factor_b;                                                                           \
        T *c = product;                                                                                                 \
        U alpha = (U)(p->alpha.kind == RL_SCALAR_FLOAT ? p->alpha.as_double : p->alpha.as_int);                         \
        U beta = (U)(p->beta.kind == RL_SCALAR_FLOAT ? p->beta.as_double : p->beta.as_int);                             \
        int64_t a_col = p->a.col, b_row = p->b.row, b_col = p->b.col, c_col = p->c.col;                                 \
        for (int64_t i = 0; i < p->m; i++) {                                                                            \
            if (p->n * p->k >= LISTENING && rl_given_up()) return;                                                      \
            for (int64_t j = 0; j < p->n; j++) {                                                                        \
                U sum = 0;                                                                                              \
                for (int64_t l = 0; l < p->k; l++) sum += (U)a[i * p->a.row + l * a_col] * (U)b[l * b_row + j * b_col]; \
                T *to = &c[i * p->c.row + j * c_col];                                                                   \
                *to = (T)(alpha * sum + (beta == 0 ? 0 : beta * (U)*to));                                               \
            }                                                                                                           \
        }                                                                                                               \
    }

#define PLAIN_INTEGER(suffix, T, U, name, unused) PLAIN(name##_##suffix, T, U)
RL_FOR_INTEGERS(PLAIN_INTEGER, plain, )
PLAIN(plain_float, float, float)
PLAIN(plain_double, double, double)

static void (*const plain_of[RL_DTYPES])(const rl_product *, const void *, const void *, void *) = {RL_INTEGER_ROWS(plain) RL_FLOATING_ROWS(plain)};

int rl_has_product(rl_dtype dtype) { return plain_of[dtype] != NULL; }

static void plain(const rl_product *p, const void *a, const void *b, void *c) { plain_of[p->dtype](p, a, b, c); }

/* ---- few columns times few rows: BLAS would spend more on packing than on arithmetic ---- */

enum { SHALLOW = 16, SHALLOW_WORK = 1 << 16 };

#define SHALLOW_PRODUCT(name, T)                                                             \
    RL_CLONES static void name(const rl_product *p, const T *a, const T *b, T *c) {          \
        T alpha = (T)p->alpha.as_double, beta = (T)p->beta.as_double;                        \
        int64_t n = p->n;                                                                    \
        for (int64_t i = 0; i < p->m; i++) {                                                 \
            T *restrict to = c + i * p->c.row;                                               \
            T first = alpha * a[i * p->a.row];                                               \
            if (beta == 0) {                                                                 \
                RL_SIMD for (int64_t j = 0; j < n; j++) to[j] = first * b[j];                \
            } else {                                                                         \
                RL_SIMD for (int64_t j = 0; j < n; j++) to[j] = beta * to[j] + first * b[j]; \
            }                                                                                \
            for (int64_t l = 1; l < p->k; l++) {                                             \
                T x = alpha * a[i * p->a.row + l * p->a.col];                                \
                const T *restrict row = b + l * p->b.row;                                    \
                RL_SIMD for (int64_t j = 0; j < n; j++) to[j] += x * row[j];                 \
            }                                                                                \
        }                                                                                    \
    }
SHALLOW_PRODUCT(shallow_float, float)
SHALLOW_PRODUCT(shallow_double, double)

static int is_shallow(const rl_product *p) {
    return rl_dtype_is_floating(p->dtype) && p->k > 0 && p->k <= SHALLOW && p->b.col == 1 && p->n >= 8 && p->m <= SHALLOW_WORK && p->n <= SHALLOW_WORK &&
           p->m * p->n * p->k <= SHALLOW_WORK;
}

/* ---- floats, our own way: a strip of b is packed, a tile of c stays in registers. Up to MIDDLING multiplications it is ahead of
 * BLAS, which packs both factors and writes c twice; beyond, it serves where no BLAS has single precision. ---- */

enum { TILE_ROWS = 4, TILE_COLS = RL_TRANSPOSE_TILE, BLOCK_K = 256, MIDDLING = 1 << 18 };

typedef float eight __attribute__((vector_size(32), aligned(4), may_alias)); /* they need not lie where a vector should */

/* c = alpha a b + beta c for a tile of up to four rows; where there are fewer, the last one is read in place of the others. */
RL_CLONES static void tile(int64_t rows, int64_t k, float alpha, const float *restrict a, int64_t a_row, int64_t a_col, const float *restrict b, float beta,
                           float *restrict c, int64_t c_row) {
    const float *a1 = rows > 1 ? a + a_row : a, *a2 = rows > 2 ? a1 + a_row : a1, *a3 = rows > 3 ? a2 + a_row : a2;
    eight sums[TILE_ROWS][2], s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, t0 = {0}, t1 = {0}, t2 = {0}, t3 = {0};
    for (int64_t l = 0, at = 0; l < k; l++, at += a_col, b += TILE_COLS) {
        eight left = *(const eight *)b, right = *(const eight *)(b + TILE_COLS / 2);
        s0 += a[at] * left;
        t0 += a[at] * right;
        s1 += a1[at] * left;
        t1 += a1[at] * right;
        s2 += a2[at] * left;
        t2 += a2[at] * right;
        s3 += a3[at] * left;
        t3 += a3[at] * right;
    }
    sums[0][0] = s0, sums[0][1] = t0, sums[1][0] = s1, sums[1][1] = t1;
    sums[2][0] = s2, sums[2][1] = t2, sums[3][0] = s3, sums[3][1] = t3;
    for (int64_t i = 0; i < rows; i++) {
        eight *to = (eight *)(c + i * c_row);
        to[0] = beta == 0 ? alpha * sums[i][0] : alpha * sums[i][0] + beta * to[0];
        to[1] = beta == 0 ? alpha * sums[i][1] : alpha * sums[i][1] + beta * to[1];
    }
}

/* Up to TILE_COLS columns from b on, padded with zeros. */
static void pack(const float *b, int64_t row, int64_t col, int64_t width, int64_t k, float *to) {
    int64_t l = 0;
    if (width == TILE_COLS && col == 1) {
        for (; l < k; l++) memcpy(to + l * TILE_COLS, b + l * row, TILE_COLS * sizeof *to);
    } else if (width == TILE_COLS && row == 1) {
        for (; l + TILE_COLS <= k; l += TILE_COLS)
            rl_transpose_tile((char *)(to + l * TILE_COLS), TILE_COLS * sizeof *to, (const char *)(b + l), col * (int64_t)sizeof *b);
    }
    for (; l < k; l++)
        for (int64_t j = 0; j < TILE_COLS; j++) to[l * TILE_COLS + j] = j < width ? b[l * row + j * col] : 0;
}

static void own_sgemm(const rl_product *p, int64_t m, int64_t n, const float *a, const float *b, float *c) {
    float strip[TILE_COLS * BLOCK_K], edge[TILE_ROWS * TILE_COLS], alpha = (float)p->alpha.as_double;
    for (int64_t l = 0; l < p->k; l += BLOCK_K) {
        int64_t depth = p->k - l < BLOCK_K ? p->k - l : BLOCK_K;
        float beta = l ? 1 : (float)p->beta.as_double;
        for (int64_t j = 0; j < n; j += TILE_COLS) {
            int64_t width = n - j < TILE_COLS ? n - j : TILE_COLS;
            pack(b + l * p->b.row + j * p->b.col, p->b.row, p->b.col, width, depth, strip);
            for (int64_t i = 0; i < m; i += TILE_ROWS) {
                int64_t rows = m - i < TILE_ROWS ? m - i : TILE_ROWS;
                const float *from = a + i * p->a.row + l * p->a.col;
                float *to = c + i * p->c.row + j;
                if (width == TILE_COLS) {
                    tile(rows, depth, alpha, from, p->a.row, p->a.col, strip, beta, to, p->c.row);
                    continue;
                }
                tile(rows, depth, alpha, from, p->a.row, p->a.col, strip, 0, edge, TILE_COLS);
                for (int64_t r = 0; r < rows; r++) {
                    float *line = to + r * p->c.row;
                    for (int64_t s = 0; s < width; s++) line[s] = edge[r * TILE_COLS + s] + (beta == 0 ? 0 : beta * line[s]);
                }
            }
        }
    }
}

/* And b fills the tiles but for a fifth. */
static int is_middling(const rl_product *p) {
    int64_t padded = (p->n + TILE_COLS - 1) / TILE_COLS * TILE_COLS;
    return p->dtype == RL_FLOAT && p->k > 0 && (p->b.col == 1 || (p->b.row == 1 && p->k >= TILE_COLS)) && 4 * padded <= 5 * p->n &&
           (double)p->m * (double)p->n * (double)p->k <= MIDDLING;
}

/* ---- BLAS ---- */

/* Fortran passes the length of each character argument behind the others. */
void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const double *alpha, const double *a, const int *lda,
            const double *b, const int *ldb, const double *beta, double *c, const int *ldc, size_t, size_t);

#ifdef RL_HAVE_SGEMM
void sgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const float *alpha, const float *a, const int *lda,
            const float *b, const int *ldb, const float *beta, float *c, const int *ldc, size_t, size_t);
#endif

/* OpenBLAS has threads of its own, which would cut a product elsewhere with another count: Note [Pieces]. */
#ifdef RL_HAVE_OPTIONAL_SYMBOLS
extern void openblas_set_num_threads(int threads) RL_OPTIONAL;
extern int openblas_get_num_threads(void) RL_OPTIONAL;

int rl_silence_blas(void) {
    int before = openblas_set_num_threads && openblas_get_num_threads ? openblas_get_num_threads() : 1;
    if (before != 1) openblas_set_num_threads(1);
    return before;
}

void rl_restore_blas(int before) {
    if (before != 1) openblas_set_num_threads(before);
}
#else
int rl_silence_blas(void) { return 1; }
void rl_restore_blas(int before) { (void)before; }
#endif

/* How Fortran, which reads by columns, is told of a matrix that it is to see transposed. */
static char layout(const rl_matrix *matrix, int64_t rows, int64_t cols, int *leading) {
    int by_rows = (matrix->col == 1 || cols == 1) && (matrix->row >= cols || rows == 1);
    int64_t least = by_rows ? cols : rows, stride = by_rows ? matrix->row : matrix->col;
    *leading = (int)(stride > least ? stride : least > 1 ? least : 1);
    return by_rows ? 'N' : 'T';
}

/* c = a b by rows is c' = b' a' by columns. */
static void by_blas(const rl_product *p, int64_t m, int64_t n, void *a, void *b, void *c) {
#ifndef RL_HAVE_SGEMM
    if (p->dtype == RL_FLOAT) {
        own_sgemm(p, m, n, a, b, c);
        return;
    }
#endif
    int rows = (int)n, cols = (int)m, k = (int)p->k, lda, ldb, ldc = (int)(p->c.row > n ? p->c.row : n);
    char of_a = layout(&p->a, m, p->k, &lda), of_b = layout(&p->b, p->k, n, &ldb);
#ifdef RL_HAVE_SGEMM
    if (p->dtype == RL_FLOAT) {
        float alpha = (float)p->alpha.as_double, beta = (float)p->beta.as_double;
        sgemm_(&of_b, &of_a, &rows, &cols, &k, &alpha, b, &ldb, a, &lda, &beta, c, &ldc, 1, 1);
        return;
    }
#endif
    dgemm_(&of_b, &of_a, &rows, &cols, &k, &p->alpha.as_double, b, &ldb, a, &lda, &p->beta.as_double, c, &ldc, 1, 1);
}

static int fits_blas(const rl_product *p) {
    if (!rl_dtype_is_floating(p->dtype)) return 0;
    int64_t largest = p->m;
    int64_t others[] = {p->n, p->k, p->a.row, p->a.col, p->b.row, p->b.col, p->c.row};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) largest = others[i] > largest ? others[i] : largest;
    return largest <= INT_MAX;
}

/* ---- one product, or a batch ---- */

typedef struct {
    const rl_product *p;
    int64_t pieces, length; /* of each product: how many, and of how many rows (or columns) */
    int64_t stripe;         /* how many columns (or rows) of a piece are done at once */
    int by_rows, blas, shallow, middling;
} cut;

static char *of_batch(const rl_product *p, const rl_matrix *matrix, int64_t index) {
    int64_t element = 0;
    for (int d = p->batch_ndim - 1; d >= 0; d--) {
        element += index % p->batch_sizes[d] * matrix->batch[d];
        index /= p->batch_sizes[d];
    }
    return (char *)matrix->data + element * (int64_t)rl_dtype_size(p->dtype);
}

/* Note [Interrupts] */
static void by_stripes(const cut *cutting, int64_t m, int64_t n, char *a, char *b, char *c) {
    const rl_product *p = cutting->p;
    int64_t size = (int64_t)rl_dtype_size(p->dtype), whole = cutting->by_rows ? n : m;
    for (int64_t from = 0; from < whole && !rl_given_up(); from += cutting->stripe) {
        int64_t some = whole - from < cutting->stripe ? whole - from : cutting->stripe;
        if (cutting->by_rows)
            by_blas(p, m, some, a, b + from * p->b.col * size, c + from * p->c.col * size);
        else
            by_blas(p, some, n, a + from * p->a.row * size, b, c + from * p->c.row * size);
    }
}

static void run_pieces(void *context, int64_t begin, int64_t end) {
    const cut *cutting = context;
    const rl_product *p = cutting->p;
    int64_t size = (int64_t)rl_dtype_size(p->dtype);
    for (int64_t task = begin; task < end; task++) {
        int64_t index = task / cutting->pieces, from = task % cutting->pieces * cutting->length, m = p->m, n = p->n;
        char *a = of_batch(p, &p->a, index), *b = of_batch(p, &p->b, index), *c = of_batch(p, &p->c, index);
        if (cutting->pieces > 1) {
            int64_t whole = cutting->by_rows ? m : n, length = whole - from < cutting->length ? whole - from : cutting->length;
            if (cutting->by_rows) {
                m = length;
                a += from * p->a.row * size;
                c += from * p->c.row * size;
            } else {
                n = length;
                b += from * p->b.col * size;
                c += from * p->c.col * size;
            }
        }
        if (cutting->blas && cutting->stripe)
            by_stripes(cutting, m, n, a, b, c);
        else if (cutting->blas)
            by_blas(p, m, n, a, b, c);
        else if (cutting->middling)
            own_sgemm(p, m, n, (const float *)a, (const float *)b, (float *)c);
        else if (cutting->shallow && p->dtype == RL_FLOAT)
            shallow_float(p, (const float *)a, (const float *)b, (float *)c);
        else if (cutting->shallow)
            shallow_double(p, (const double *)a, (const double *)b, (double *)c);
        else
            plain(p, a, b, c);
    }
}

static void transpose(rl_matrix *matrix) {
    int64_t row = matrix->row;
    matrix->row = matrix->col;
    matrix->col = row;
}

static rl_status multiply_one_by_one(const rl_product *p, int64_t count) {
    for (int64_t index = 0; index < count; index++) {
        char *a = of_batch(p, &p->a, index), *b = of_batch(p, &p->b, index), *c = of_batch(p, &p->c, index);
        if (p->n == 1) {
            RL_TRY(rl_multiply_vector(p->dtype, p->m, p->k, p->alpha, a, p->a.row, p->a.col, b, p->b.row, p->beta, c, p->c.row));
        } else {
            RL_TRY(rl_multiply_vector(p->dtype, p->n, p->k, p->alpha, b, p->b.col, p->b.row, a, p->a.col, p->beta, c, p->c.col));
        }
    }
    return RL_OK;
}

static int64_t grain_for(const rl_product *p, int64_t pieces) {
    double each = (double)p->m * (double)p->n * (double)p->k / (double)pieces;
    return each >= GRAIN ? 1 : (int64_t)(GRAIN / (each + 1)) + 1;
}

/* In whole sixty-fours, which leave BLAS its blocks. */
static int64_t stripe_for(const rl_product *p, int64_t length) {
    double most = LONGEST_CALL / ((double)length * (double)p->k);
    return most < 64 ? 64 : most < 1e9 ? (int64_t)most / 64 * 64 : 1000000000;
}

rl_status rl_multiply_matrices(const rl_product *given) {
    int64_t count;
    RL_TRY(rl_count(given->batch_ndim, given->batch_sizes, &count));
    if (given->m == 0 || given->n == 0 || count == 0) return RL_OK;
    cut cutting = {.p = given, .pieces = 1};
    if (count == 1 && rl_product_is_small(given)) {
        run_pieces(&cutting, 0, 1);
        return RL_OK;
    }
    int small = rl_product_is_small(given);
    if (!small && rl_dtype_is_floating(given->dtype) && (given->m == 1 || given->n == 1)) return multiply_one_by_one(given, count);
    rl_product turned = *given;
    if (turned.c.col != 1 && turned.n != 1) { /* c by columns is c' by rows */
        rl_matrix a = turned.a;
        turned.a = turned.b;
        turned.b = a;
        transpose(&turned.a);
        transpose(&turned.b);
        transpose(&turned.c);
        turned.m = given->n;
        turned.n = given->m;
    }
    cutting.shallow = !small && is_shallow(&turned);
    cutting.middling = !small && !cutting.shallow && is_middling(&turned);
    cutting.blas = !small && !cutting.shallow && !cutting.middling && turned.k > 0 && fits_blas(&turned);
    const rl_product *p = cutting.p = cutting.blas || cutting.shallow || cutting.middling ? &turned : given;
    if (cutting.blas && (double)p->m * (double)p->n * (double)p->k >= CUT) {
        cutting.by_rows = p->m >= p->n;
        int64_t whole = cutting.by_rows ? p->m : p->n;
        cutting.length = whole >= 1024 ? 256 : 128;
        cutting.pieces = (whole + cutting.length - 1) / cutting.length;
        cutting.stripe = stripe_for(p, cutting.length);
    }
    int before = cutting.blas ? rl_silence_blas() : 1;
    rl_parallel(count * cutting.pieces, grain_for(p, cutting.pieces), run_pieces, &cutting);
    rl_restore_blas(before);
    return RL_OK;
}

void rl_multiply_here(const rl_product *p) {
    if (p->dtype == RL_FLOAT && p->k > 0 && rl_has_wide_product() && !rl_product_is_small(p))
        rl_multiply_wide(p);
    else if (fits_blas(p) && !rl_product_is_small(p))
        by_blas(p, p->m, p->n, p->a.data, p->b.data, p->c.data);
    else
        plain(p, p->a.data, p->b.data, p->c.data);
}
