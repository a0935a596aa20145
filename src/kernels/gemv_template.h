/* Matrix times vector. */

/* The sum of products, as four running sums over four quarters. */
RL_CLONES static T OF(dot)(const T *restrict a, const T *restrict b, int64_t n) {
    int64_t q = n / 4;
    const T *a1 = a + q, *a2 = a1 + q, *a3 = a2 + q, *b1 = b + q, *b2 = b1 + q, *b3 = b2 + q;
    T s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    RL_SIMD_SUM(s0, s1, s2, s3) for (int64_t i = 0; i < q; i++) {
        s0 += a[i] * b[i];
        s1 += a1[i] * b1[i];
        s2 += a2[i] * b2[i];
        s3 += a3[i] * b3[i];
    }
    for (int64_t i = 4 * q; i < n; i++) s0 += a[i] * b[i];
    return (s0 + s1) + (s2 + s3);
}

/* Of each row the sum of products: four rows at once, a vector of sums each. */
RL_CLONES static void OF(dots)(const T *restrict a, int64_t row, int64_t m, const T *restrict x, int64_t n, T *restrict sums) {
    enum { LANES = sizeof(OF(vector)) / sizeof(T) };
    int64_t i = 0;
    for (; i + 4 <= m; i += 4, a += 4 * row) {
        const T *a1 = a + row, *a2 = a1 + row, *a3 = a2 + row;
        OF(vector) v0 = {0}, v1 = {0}, v2 = {0}, v3 = {0};
        int64_t l = 0;
        for (; l + LANES <= n; l += LANES) {
            OF(vector) factor = *(const OF(vector) *)(x + l);
            v0 += *(const OF(vector) *)(a + l) * factor;
            v1 += *(const OF(vector) *)(a1 + l) * factor;
            v2 += *(const OF(vector) *)(a2 + l) * factor;
            v3 += *(const OF(vector) *)(a3 + l) * factor;
        }
        T s0 = OF(SUM)(v0), s1 = OF(SUM)(v1), s2 = OF(SUM)(v2), s3 = OF(SUM)(v3);
        for (; l < n; l++) {
            s0 += a[l] * x[l];
            s1 += a1[l] * x[l];
            s2 += a2[l] * x[l];
            s3 += a3[l] * x[l];
        }
        sums[i] = s0;
        sums[i + 1] = s1;
        sums[i + 2] = s2;
        sums[i + 3] = s3;
    }
    for (; i < m; i++, a += row) sums[i] = OF(dot)(a, x, n);
}

/* sums += four columns, each times its number */
RL_CLONES static void OF(four_columns)(const T *restrict a, int64_t col, const T *restrict x, int64_t n, T *restrict sums) {
    const T *a1 = a + col, *a2 = a1 + col, *a3 = a2 + col;
    T x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    RL_SIMD for (int64_t i = 0; i < n; i++) sums[i] += (a[i] * x0 + a1[i] * x1) + (a2[i] * x2 + a3[i] * x3);
}

static void OF(columns)(const T *a, int64_t col, const T *x, int64_t k, int64_t n, T *sums) {
    int64_t l = 0;
    for (; l + 4 <= k; l += 4) OF(four_columns)(a + l * col, col, x + l, n, sums);
    for (; l < k; l++)
        for (int64_t i = 0; i < n; i++) sums[i] += a[l * col + i] * x[l];
}

/* y = alpha sums + beta y, from row `from` on */
RL_CLONES static void OF(write)(const vector_product *p, int64_t from, const T *restrict sums, int64_t n) {
    T alpha = (T)p->alpha, beta = (T)p->beta;
    int64_t step = p->y_step;
    T *restrict y = (T *)p->y + from * step;
    if (beta == 0 && step == 1) {
        RL_SIMD for (int64_t i = 0; i < n; i++) y[i] = alpha * sums[i];
    } else {
        for (int64_t i = 0; i < n; i++) y[i * step] = alpha * sums[i] + (beta == 0 ? 0 : beta * y[i * step]);
    }
}

/* Contiguous rows: blocks of rows. */
static void OF(by_rows)(void *context, int64_t begin, int64_t end) {
    const vector_product *p = context;
    const T *a = (const T *)p->a, *x = (const T *)p->x;
    for (int64_t block = begin; block < end; block++) {
        int64_t from = block * ROWS, n = p->m - from < ROWS ? p->m - from : ROWS;
        T sums[ROWS];
        OF(dots)(a + from * p->a_row, p->a_row, n, x, p->k, sums);
        OF(write)(p, from, sums, n);
    }
}

/* Few long rows: chunks of each. */
static void OF(by_row_chunks)(void *context, int64_t begin, int64_t end) {
    const vector_product *p = context;
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t from = chunk * CHUNK, n = p->k - from < CHUNK ? p->k - from : CHUNK;
        for (int64_t i = 0; i < p->m; i++) ((T *)p->partial)[chunk * p->m + i] = OF(dot)((const T *)p->a + i * p->a_row + from, (const T *)p->x + from, n);
    }
}

/* Contiguous columns: stripes of y. */
static void OF(by_stripes)(void *context, int64_t begin, int64_t end) {
    const vector_product *p = context;
    for (int64_t stripe = begin; stripe < end; stripe++) {
        int64_t from = stripe * STRIPE, n = p->m - from < STRIPE ? p->m - from : STRIPE;
        T sums[STRIPE];
        memset(sums, 0, (size_t)n * sizeof *sums);
        OF(columns)((const T *)p->a + from, p->a_col, (const T *)p->x, p->k, n, sums);
        OF(write)(p, from, sums, n);
    }
}

/* Many short columns: chunks of them. */
static void OF(by_column_chunks)(void *context, int64_t begin, int64_t end) {
    const vector_product *p = context;
    for (int64_t chunk = begin; chunk < end; chunk++) {
        int64_t from = chunk * CHUNK, n = p->k - from < CHUNK ? p->k - from : CHUNK;
        T *sums = (T *)p->partial + chunk * p->m;
        memset(sums, 0, (size_t)p->m * sizeof *sums);
        OF(columns)((const T *)p->a + from * p->a_col, p->a_col, (const T *)p->x + from, n, p->m, sums);
    }
}

static void OF(add_chunks)(const vector_product *p) {
    for (int64_t i = 0; i < p->m; i++) {
        T sum = 0;
        for (int64_t chunk = 0; chunk < p->chunks; chunk++) sum += ((const T *)p->partial)[chunk * p->m + i];
        OF(write)(p, i, &sum, 1);
    }
}

static void OF(anyhow)(const vector_product *p, int64_t x_step) {
    for (int64_t i = 0; i < p->m; i++) {
        T sum = 0;
        for (int64_t l = 0; l < p->k; l++) sum += ((const T *)p->a)[i * p->a_row + l * p->a_col] * ((const T *)p->x)[l * x_step];
        OF(write)(p, i, &sum, 1);
    }
}

static void *OF(gather)(const void *x, int64_t step, int64_t k) {
    T *packed = rl_scope_memory((size_t)k, sizeof *packed);
    for (int64_t l = 0; packed && l < k; l++) packed[l] = ((const T *)x)[l * step];
    return packed;
}

static rl_status OF(multiply)(vector_product *p, int64_t x_step) {
    int rows = p->a_col == 1 || p->k == 1, columns = p->a_row == 1 || p->m == 1;
    if ((!rows && !columns) || p->m * p->k < 64) {
        OF(anyhow)(p, x_step);
        return RL_OK;
    }
    if (x_step != 1 && p->k > 1 && !(p->x = OF(gather)(p->x, x_step, p->k))) return RL_FAILED;
    p->chunks = (p->k + CHUNK - 1) / CHUNK;
    if (p->chunks > 1 && p->m <= STRIPE) {
        if (!(p->partial = rl_scope_memory((size_t)(p->chunks * p->m), sizeof(T)))) return RL_FAILED;
        rl_parallel(p->chunks, GRAIN / (p->m * CHUNK) + 1, rows ? OF(by_row_chunks) : OF(by_column_chunks), p);
        OF(add_chunks)(p);
    } else if (rows) {
        rl_parallel((p->m + ROWS - 1) / ROWS, GRAIN / (p->k * ROWS) + 1, OF(by_rows), p);
    } else {
        rl_parallel((p->m + STRIPE - 1) / STRIPE, GRAIN / (p->k * STRIPE) + 1, OF(by_stripes), p);
    }
    return RL_OK;
}
