#include "lapack.h"

#include <limits.h>
#include <math.h>
#include <string.h>

/* Fortran passes the length of each character argument behind the others. */
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
void dgetrs_(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda, const int *ipiv, double *b, const int *ldb, int *info, size_t);
void dgetri_(const int *n, double *a, const int *lda, const int *ipiv, double *work, const int *lwork, int *info);
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dtrtrs_(const char *uplo, const char *trans, const char *diag, const int *n, const int *nrhs, const double *a, const int *lda, double *b, const int *ldb,
             int *info, size_t, size_t, size_t);
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work, const int *lwork, int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau, double *work, const int *lwork, int *info);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work, const int *lwork, int *iwork,
             const int *liwork, int *info, size_t, size_t);
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s, double *u, const int *ldu, double *vt, const int *ldvt,
             double *work, const int *lwork, int *iwork, int *info, size_t);

rl_double_matrix rl_transposed(rl_double_matrix a) { return (rl_double_matrix){a.data, a.cols, a.rows, a.col, a.row}; }

static int at_least_one(int64_t n) { return n > 1 ? (int)n : 1; }

/* A matrix by columns, as LAPACK wants it, with room for at least that many rows and columns. */
static rl_status load(rl_double_matrix a, int64_t rows, int64_t cols, double **columns) {
    if (rows > INT_MAX || cols > INT_MAX) return rl_fail("a matrix of %lld rows and %lld columns is too large for LAPACK", (long long)rows, (long long)cols);
    size_t count;
    RL_TRY(rl_multiply_sizes((size_t)rows, (size_t)cols, &count));
    *columns = rl_scope_memory(count + 1, sizeof **columns);
    if (!*columns) return RL_FAILED;
    for (int64_t j = 0; j < a.cols; j++)
        for (int64_t i = 0; i < a.rows; i++) (*columns)[j * rows + i] = a.data[i * a.row + j * a.col];
    return RL_OK;
}

static void store_columns(rl_double_matrix to, const double *columns, int64_t rows) {
    for (int64_t i = 0; i < to.rows; i++)
        for (int64_t j = 0; j < to.cols; j++) to.data[i * to.row + j * to.col] = columns[j * rows + i];
}

static void store_identity(rl_double_matrix to) {
    for (int64_t i = 0; i < to.rows; i++)
        for (int64_t j = 0; j < to.cols; j++) to.data[i * to.row + j * to.col] = i == j;
}

static int *integer_scratch(int64_t n) { return rl_scope_memory((size_t)n + 1, sizeof(int)); }
static double *numbers(double n) { return rl_scope_memory((size_t)n + 1, sizeof(double)); }

/* Room for LAPACK's blocks, as far as an int counts. */
static int blocked(int n) { return n > INT_MAX / 64 ? INT_MAX : 64 * n; }

/* The room that LAPACK has asked for. */
static rl_status make_workspace(double wanted, int *room, double **work) {
    if (wanted > INT_MAX) return rl_fail("the matrix is too large: LAPACK would need room for %.3g numbers", wanted);
    *room = (int)wanted;
    *work = numbers(wanted);
    return *work ? RL_OK : RL_FAILED;
}

static rl_status factor(rl_double_matrix a, double **lu, int **pivots, int *info) {
    int m = (int)a.rows, n = (int)a.cols, lda = at_least_one(m);
    RL_TRY(load(a, a.rows, a.cols, lu));
    *pivots = integer_scratch(m < n ? m : n);
    if (!*pivots) return RL_FAILED;
    *info = 0;
    if (m && n) dgetrf_(&m, &n, *lu, &lda, *pivots, info);
    return RL_OK;
}

rl_status rl_solve_matrix(rl_double_matrix a, rl_double_matrix b, rl_double_matrix x, int *info) {
    int n = (int)a.rows, columns = (int)b.cols, lda = at_least_one(n), *pivots, none;
    double *lu, *solution;
    RL_TRY(factor(a, &lu, &pivots, info));
    RL_TRY(load(b, b.rows, b.cols, &solution));
    if (*info == 0 && n && columns) dgetrs_("N", &n, &columns, lu, &lda, pivots, solution, &lda, &none, 1);
    store_columns(x, solution, b.rows);
    return RL_OK;
}

rl_status rl_invert_matrix(rl_double_matrix a, rl_double_matrix inverse, int *info) {
    int n = (int)a.rows, lda = at_least_one(n), *pivots, room = blocked(lda);
    double *lu, *work = numbers(room);
    if (!work) return RL_FAILED;
    RL_TRY(factor(a, &lu, &pivots, info));
    if (*info == 0 && n) dgetri_(&n, lu, &lda, pivots, work, &room, info);
    store_columns(inverse, lu, a.rows);
    return RL_OK;
}

rl_status rl_lu_matrix(rl_double_matrix a, rl_double_matrix lu, int *pivots, int *info) {
    double *columns;
    int *found;
    int64_t least = a.rows < a.cols ? a.rows : a.cols;
    RL_TRY(factor(a, &columns, &found, info));
    memcpy(pivots, found, (size_t)least * sizeof *pivots);
    store_columns(lu, columns, a.rows);
    return RL_OK;
}

rl_status rl_determinant(rl_double_matrix a, double *sign, double *log_size) {
    double *lu;
    int *pivots, info;
    RL_TRY(factor(a, &lu, &pivots, &info));
    *sign = 1;
    *log_size = 0;
    for (int64_t k = 0; k < a.rows; k++) {
        double pivot = lu[k * a.rows + k];
        if (pivots[k] != k + 1) *sign = -*sign;
        *sign *= pivot > 0 ? 1 : pivot < 0 ? -1 : pivot;
        *log_size += log(fabs(pivot));
    }
    return RL_OK;
}

rl_status rl_cholesky_matrix(rl_double_matrix a, rl_double_matrix lower, int *info) {
    int n = (int)a.rows, lda = at_least_one(n);
    double *columns;
    RL_TRY(load(a, a.rows, a.cols, &columns));
    *info = 0;
    if (n) dpotrf_("L", &n, columns, &lda, info, 1);
    for (int64_t j = 1; j < n; j++) memset(columns + j * n, 0, (size_t)j * sizeof *columns);
    store_columns(lower, columns, a.rows);
    return RL_OK;
}

rl_status rl_solve_triangular_matrix(rl_double_matrix a, int upper, int unit, rl_double_matrix b, rl_double_matrix x, int *info) {
    int n = (int)a.rows, columns = (int)b.cols, lda = at_least_one(n);
    double *triangle, *solution;
    RL_TRY(load(a, a.rows, a.cols, &triangle));
    RL_TRY(load(b, b.rows, b.cols, &solution));
    *info = 0;
    if (n && columns) dtrtrs_(upper ? "U" : "L", "N", unit ? "U" : "N", &n, &columns, triangle, &lda, solution, &lda, info, 1, 1, 1);
    store_columns(x, solution, b.rows);
    return RL_OK;
}

static rl_status householder(rl_double_matrix a, int64_t room_for, double **columns, double **tau) {
    int m = (int)a.rows, n = (int)a.cols, lda = at_least_one(m), room = blocked(at_least_one(n)), info;
    RL_TRY(load(a, a.rows, room_for > a.cols ? room_for : a.cols, columns));
    double *work = numbers(room);
    *tau = numbers((double)(m < n ? m : n));
    if (!work || !*tau) return RL_FAILED;
    if (m && n) dgeqrf_(&m, &n, *columns, &lda, *tau, work, &room, &info);
    return RL_OK;
}

static rl_status multiply_reflections(double *columns, int64_t rows, int64_t cols, int64_t n_tau, const double *tau) {
    int m = (int)rows, n = (int)cols, k = (int)n_tau, lda = at_least_one(m), room = blocked(at_least_one(n)), info;
    double *work = numbers(room);
    if (!work) return RL_FAILED;
    if (m && n) dorgqr_(&m, &n, &k, columns, &lda, tau, work, &room, &info);
    return RL_OK;
}

rl_status rl_qr_matrix(rl_double_matrix a, rl_double_matrix q, rl_double_matrix r) {
    double *columns, *tau;
    RL_TRY(householder(a, q.cols, &columns, &tau));
    for (int64_t i = 0; i < r.rows; i++)
        for (int64_t j = 0; j < r.cols; j++) r.data[i * r.row + j * r.col] = i <= j ? columns[j * a.rows + i] : 0;
    RL_TRY(multiply_reflections(columns, a.rows, q.cols, a.rows < a.cols ? a.rows : a.cols, tau));
    store_columns(q, columns, a.rows);
    return RL_OK;
}

rl_status rl_householder_qr(rl_double_matrix a, rl_double_matrix packed, double *tau) {
    double *columns, *factors;
    RL_TRY(householder(a, a.cols, &columns, &factors));
    memcpy(tau, factors, (size_t)(a.rows < a.cols ? a.rows : a.cols) * sizeof *tau);
    store_columns(packed, columns, a.rows);
    return RL_OK;
}

rl_status rl_householder_product(rl_double_matrix packed, const double *tau, int64_t n_tau, rl_double_matrix q) {
    double *columns;
    RL_TRY(load(packed, packed.rows, packed.cols, &columns));
    RL_TRY(multiply_reflections(columns, packed.rows, packed.cols, n_tau, tau));
    store_columns(q, columns, packed.rows);
    return RL_OK;
}

/* LAPACK's iterations may go on for ever where one is infinite. */
static int are_finite(const double *columns, int64_t n) {
    for (int64_t k = 0; k < n; k++)
        if (!isfinite(columns[k])) return 0;
    return 1;
}

/* Zeros where the other triangle was. */
static void leave_triangle(double *columns, int64_t n, int lower) {
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = lower ? 0 : j + 1; i < (lower ? j : n); i++) columns[j * n + i] = 0;
}

rl_status rl_eigen_symmetric(rl_double_matrix a, int lower, double *values, rl_double_matrix *vectors, int *info) {
    int n = (int)a.rows, lda = at_least_one(n), query = -1, least;
    double *columns, wanted = 1;
    const char *job = vectors ? "V" : "N", *triangle = lower ? "L" : "U";
    RL_TRY(load(a, a.rows, a.cols, &columns));
    leave_triangle(columns, n, lower);
    *info = are_finite(columns, (int64_t)n * n) ? 0 : -1;
    if (n == 0 || *info) return RL_OK;
    dsyevd_(job, triangle, &n, columns, &lda, values, &wanted, &query, &least, &query, info, 1, 1);
    int room, whole = least, *integer_work = integer_scratch(whole);
    double *work;
    RL_TRY(make_workspace(wanted, &room, &work));
    if (!integer_work) return RL_FAILED;
    dsyevd_(job, triangle, &n, columns, &lda, values, work, &room, integer_work, &whole, info, 1, 1);
    if (vectors) store_columns(*vectors, columns, a.rows);
    return RL_OK;
}

rl_status rl_svd_matrix(rl_double_matrix a, double *values, rl_double_matrix *u, rl_double_matrix *vt, int *info) {
    int m = (int)a.rows, n = (int)a.cols, lda = at_least_one(m), least = m < n ? m : n, query = -1, u_cols = u ? (int)u->cols : 1,
        vt_rows = vt ? at_least_one(vt->rows) : 1;
    const char *job = !u ? "N" : u->cols == m && vt->rows == n ? "A" : "S";
    double *columns, *left = numbers(u ? (double)m * u_cols : 1), *right = numbers(vt ? (double)vt_rows * n : 1), wanted = 1;
    int *integer_work = integer_scratch(8 * (int64_t)least);
    RL_TRY(load(a, a.rows, a.cols, &columns));
    if (!left || !right || !integer_work) return RL_FAILED;
    *info = are_finite(columns, (int64_t)m * n) ? 0 : -1;
    if (*info) return RL_OK;
    if (least == 0) {
        if (u) store_identity(*u);
        if (vt) store_identity(*vt);
        return RL_OK;
    }
    dgesdd_(job, &m, &n, columns, &lda, values, left, &lda, right, &vt_rows, &wanted, &query, integer_work, info, 1);
    int room;
    double *work;
    RL_TRY(make_workspace(wanted, &room, &work));
    dgesdd_(job, &m, &n, columns, &lda, values, left, &lda, right, &vt_rows, work, &room, integer_work, info, 1);
    if (u) store_columns(*u, left, m);
    if (vt) store_columns(*vt, right, vt_rows);
    return RL_OK;
}
