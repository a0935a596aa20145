#' Systems of equations and inverses
#'
#' `linalg_solve()` solves \eqn{A X = B}, and R's `solve()` calls it. `linalg_inv()` and `torch_inverse()` invert.
#' `linalg_solve_triangular()` and
#' `torch_triangular_solve()` read one triangle of the matrix only, `torch_cholesky_solve()` takes the factor that
#' [linalg_cholesky()] makes, and
#' `torch_lu_solve()` the factors of [torch_lu()]. `linalg_pinv()` and `torch_pinverse()` are the pseudo-inverse,
#' `linalg_lstsq()` the solution of least
#' squares (the shortest, if there are several). `linalg_tensorsolve()` and `linalg_tensorinv()` treat tensors of more
#' dimensions as matrices.
#'
#' All are computed in double precision, whatever the floating dtype. Matrices stand in the last two dimensions; the
#' others are a
#' batch. `linalg_inv_ex()` does not fail: it returns NaN for a singular matrix, and tells.
#'
#' @param A,self,a a square matrix of shape (n, n), or a batch of them; `self` is the matrix of right sides in `torch_triangular_solve()`,
#'   `torch_cholesky_solve()` and
#'   `torch_lu_solve()`. For pseudo-inverses and least squares (n, m).
#' @param B,b right sides: a vector of n elements, or a matrix with one in each column.
#' @param ... must be empty.
#' @param check_errors whether to fail after all.
#' @param upper whether the upper triangle is meant.
#' @param left `FALSE` solves \eqn{X A = B}.
#' @param unitriangular whether the diagonal is taken to be 1, and not read.
#' @param transpose whether the matrix is taken transposed.
#' @param input2 the factor of Cholesky.
#' @param LU_data,LU_pivots what [torch_lu()] returns.
#' @param rcond,rtol,atol singular values up to `rcond` (or `rtol`) times the largest, or up to `atol`, count as zero.
#' @param hermitian whether the matrix is symmetric; its lower triangle alone is read then.
#' @param driver `NULL` or the name of one of LAPACK's routines; the solution is always found by singular values.
#' @param ind the index of the first dimension that belongs to the columns.
#' @param dims dimensions of `A` to move to the end first.
#' @return A tensor: a solution of the shape of `B` (of m rows for least squares), an inverse of that of `A`, a pseudo-inverse (m, n).
#'   `torch_triangular_solve()` returns a list of the solution and the matrix, `linalg_inv_ex()` of the
#'   inverse and an info
#'   that is 0 if all went well, `linalg_lstsq()` of the solution, the residuals (sums of squares), the rank and the
#'   singular values
#'   (empty).
#' @section Errors:
#' Refused are singular matrices (but by `linalg_inv_ex()`, pseudo-inverses and least squares), matrices of fewer than two dimensions or
#' not square where they have to be, integers, two dtypes, right sides of another number of rows, and vectors as right sides (but by
#' `linalg_solve()` and `linalg_lstsq()`); NaN and infinite numbers by pseudo-inverses and least squares; `rcond` and `rtol` together,
#' another `driver`, and further arguments.
#' @examples
#' a <- torch_tensor(matrix(c(2, 1, 1, 3), 2))
#' b <- torch_tensor(c(1, 2))
#' linalg_solve(a, b)
#' solve(a, b)
#' torch_matmul(a, linalg_inv(a))
#' torch_inverse(a)
#' linalg_inv_ex(torch_zeros(2, 2))
#'
#' b <- b$unsqueeze(2)
#' linalg_solve_triangular(a, b, upper = TRUE)
#' torch_triangular_solve(b, a)[[1]]
#' l <- linalg_cholesky(a)
#' torch_cholesky_solve(b, l)
#' torch_cholesky_inverse(l)
#' lu <- torch_lu(a)
#' torch_lu_solve(b, lu[[1]], lu[[2]])
#'
#' tall <- torch_tensor(cbind(1, c(1, 2, 4)))
#' linalg_pinv(tall)
#' torch_pinverse(tall)
#' linalg_lstsq(tall, torch_tensor(c(1, 3, 5)))$solution
#' linalg_tensorinv(torch_eye(4)$reshape(c(2, 2, 4)))$shape
#' linalg_tensorsolve(2 * torch_eye(4)$reshape(c(2, 2, 4)), torch_ones(2, 2))
#' @export
linalg_solve <- function(A, B) {
  sides <- operands(list(A = A, B = B))
  A <- sides[[1]]
  B <- sides[[2]]
  if (!is_vector_side(A, B)) return(.Call(ffi_solve, A, B))
  torch_squeeze(.Call(ffi_solve, A, torch_unsqueeze(B, -1L)), -1L)
}

# A vector, or a batch of as many vectors as there are matrices.
is_vector_side <- function(A, B) {
  length(dim(B)) == 1L || (length(dim(B)) == length(dim(A)) - 1L && identical(dim(B), dim(A)[-length(dim(A))]))
}

#' @rdname linalg_solve
#' @export
solve.torch_tensor <- function(a, b, ...) {
  no_dots(...)
  if (missing(b)) .Call(ffi_inverse, a) else linalg_solve(a, b)
}

#' @rdname linalg_solve
#' @export
linalg_inv <- function(A) .Call(ffi_inverse, A)

#' @rdname linalg_solve
#' @export
torch_inverse <- function(self) .Call(ffi_inverse, self)

#' @rdname linalg_solve
#' @export
linalg_inv_ex <- function(A, check_errors = FALSE) with_info(function(A) .Call(ffi_inverse, A), A, check_errors, "inverse")

# What cannot be computed becomes NaN, and 1 says so.
with_info <- function(f, A, check_errors, name) {
  A <- .Call(ffi_as_tensor, A, "A")
  check_errors <- .Call(ffi_flag, check_errors, "check_errors")
  info <- 0L
  value <- tryCatch(f(A), rushlight_error = function(e) {
    if (check_errors || !grepl("singular|definite", conditionMessage(e))) stop(e)
    info <<- 1L
    A * NaN
  })
  stats::setNames(list(value, torch_full(dim(A)[-(length(dim(A)) - 0:1)], info, dtype = torch_int())), c(name, "info"))
}

#' @rdname linalg_solve
#' @export
linalg_solve_triangular <- function(A, B, ..., upper, left = TRUE, unitriangular = FALSE) {
  no_dots(...)
  if (.Call(ffi_flag, left, "left")) return(.Call(ffi_solve_triangular, A, B, upper, unitriangular))
  sides <- operands(list(A = A, B = B))
  A <- sides[[1]]
  B <- sides[[2]]
  lower <- !.Call(ffi_flag, upper, "upper")
  turned <- .Call(ffi_solve_triangular, torch_transpose(A, -2L, -1L), torch_transpose(B, -2L, -1L), lower, unitriangular)
  torch_transpose(turned, -2L, -1L)
}

#' @rdname linalg_solve
#' @export
torch_triangular_solve <- function(self, A, upper = TRUE, transpose = FALSE, unitriangular = FALSE) {
  sides <- operands(list(self = self, A = A))
  self <- sides[[1]]
  A <- sides[[2]]
  transpose <- .Call(ffi_flag, transpose, "transpose")
  upper <- .Call(ffi_flag, upper, "upper")
  matrix <- if (transpose) torch_transpose(A, -2L, -1L) else A
  list(.Call(ffi_solve_triangular, matrix, self, xor(upper, transpose), unitriangular), A$clone())
}

#' @rdname linalg_solve
#' @export
torch_cholesky_solve <- function(self, input2, upper = FALSE) {
  sides <- operands(list(self = self, input2 = input2))
  self <- sides[[1]]
  input2 <- sides[[2]]
  lower <- if (.Call(ffi_flag, upper, "upper")) torch_transpose(input2, -2L, -1L) else input2
  half <- .Call(ffi_solve_triangular, lower, self, FALSE, FALSE)
  .Call(ffi_solve_triangular, torch_transpose(lower, -2L, -1L), half, TRUE, FALSE)
}

#' @rdname linalg_solve
#' @export
torch_cholesky_inverse <- function(self, upper = FALSE) {
  self <- .Call(ffi_as_tensor, self, "self")
  check_square(self)
  torch_cholesky_solve(torch_eye(dim(self)[length(dim(self))], dtype = self$dtype), self, upper)
}

#' @rdname linalg_solve
#' @export
torch_lu_solve <- function(self, LU_data, LU_pivots) {
  self <- .Call(ffi_as_tensor, self, "self")
  factors <- torch_lu_unpack(LU_data, LU_pivots)
  right <- torch_matmul(torch_transpose(factors[[1]], -2L, -1L), self)
  .Call(ffi_solve_triangular, factors[[3]], .Call(ffi_solve_triangular, factors[[2]], right, FALSE, TRUE), TRUE, FALSE)
}

#' @rdname linalg_solve
#' @export
linalg_pinv <- function(A, rcond = NULL, hermitian = FALSE, atol = NULL, rtol = NULL) {
  if (!is.null(rcond) && !is.null(rtol)) raise_error("`rcond` and `rtol` say the same: give one of them")
  A <- .Call(ffi_as_tensor, A, "A")
  if (.Call(ffi_flag, hermitian, "hermitian")) A <- torch_tril(A) + torch_transpose(torch_tril(A, -1L), -2L, -1L)
  if (!is.null(atol)) atol <- .Call(ffi_number, atol, "atol")
  if (!is.null(rcond)) rtol <- .Call(ffi_number, rcond, "rcond")
  if (is.null(rtol)) rtol <- if (is.null(atol) || atol == 0) default_tolerance(A) else 0
  .Call(ffi_pinv, A, if (is.null(atol)) 0 else atol, rtol)
}

default_tolerance <- function(A) {
  check_matrix(A, "A", users_call())
  torch_finfo(A$dtype)$eps * max(dim(A)[length(dim(A)) - 1:0])
}

check_matrix <- function(x, name, call = users_call()) {
  if (length(dim(x)) > 1L) return(invisible())
  raise_error(sprintf("`%s` must be a matrix, or several; it has shape [%s]", name, toString(dim(x))), call)
}

#' @rdname linalg_solve
#' @export
torch_pinverse <- function(self, rcond = 1e-15) .Call(ffi_pinv, self, 0, rcond)

#' @rdname linalg_solve
#' @export
linalg_lstsq <- function(A, B, rcond = NULL, ..., driver = NULL) {
  no_dots(...)
  if (!is.null(driver)) one_of(driver, "driver", c("gels", "gelsy", "gelsd", "gelss"))
  sides <- operands(list(A = A, B = B))
  A <- sides[[1]]
  B <- sides[[2]]
  vector <- is_vector_side(A, B) && length(dim(B)) != length(dim(A))
  if (vector) B <- torch_unsqueeze(B, -1L)
  shape <- dim(A)[length(dim(A)) - 1:0]
  if (!is.null(rcond)) rcond <- .Call(ffi_number, rcond, "rcond")
  solution <- torch_matmul(linalg_pinv(A, rcond = rcond), B)
  rank <- linalg_matrix_rank(A, rtol = rcond)
  residuals <- torch_empty(0, dtype = A$dtype)
  is_full <- shape[1] > shape[2] && shape[2] > 0 && all(as.numeric(rank) == shape[2])
  if (is_full) residuals <- torch_sum((torch_matmul(A, solution) - B)^2, -2L)
  if (vector) solution <- torch_squeeze(solution, -1L)
  list(solution = solution, residuals = residuals, rank = rank, singular_values = torch_empty(0, dtype = A$dtype))
}

#' @rdname linalg_solve
#' @export
linalg_tensorinv <- function(A, ind = 3L) {
  ind <- .Call(ffi_integer, ind, "ind")
  A <- .Call(ffi_as_tensor, A, "A")
  if (ind < 2 || ind > length(dim(A))) {
    raise_error(sprintf("`ind` must lie between 2 and the number of dimensions, %d; it is %g", length(dim(A)), ind))
  }
  rows <- dim(A)[seq_len(ind - 1)]
  cols <- dim(A)[-seq_len(ind - 1)]
  if (prod(rows) != prod(cols)) {
    raise_error(sprintf(
      "the dimensions before and from `ind` = %d on must hold as many elements each; the shape is [%s]", ind, toString(dim(A))
    ))
  }
  torch_reshape(.Call(ffi_inverse, torch_reshape(A, c(prod(rows), prod(cols)))), c(cols, rows))
}

#' @rdname linalg_solve
#' @export
linalg_tensorsolve <- function(A, B, dims = NULL) {
  sides <- two_tensors(A, B, c("A", "B"))
  A <- sides[[1]]
  B <- sides[[2]]
  if (!is.null(dims)) {
    dims <- from_start(dims, A)
    A <- A$permute(c(setdiff(seq_along(dim(A)), dims), dims))
  }
  cols <- dim(A)[-seq_along(dim(B))]
  if (prod(cols) != B$numel()) {
    raise_error(sprintf("a tensor of shape [%s] is no square matrix beside one of shape [%s]", toString(dim(A)), toString(dim(B))))
  }
  torch_reshape(linalg_solve(torch_reshape(A, c(prod(cols), prod(cols))), torch_reshape(B, -1L)), cols)
}

#' Determinants, ranks and condition numbers
#'
#' `linalg_slogdet()` and `torch_slogdet()` give the sign of the determinant and the logarithm of its absolute value,
#' which do not overflow.
#' `torch_logdet()` is NaN where the determinant is negative.
#'
#' @param A,self a floating square matrix, or a batch of them in the last two dimensions; for the rank and the condition number
#'   of any shape (n, m).
#' @param ... must be empty.
#' @param atol,rtol,tol singular values up to the larger of `atol` and `rtol` times the largest count as zero; `tol` is
#'   `atol` with no `rtol`.
#' @param hermitian whether the matrix is symmetric.
#' @param p the norm that a condition number is taken in: `NULL` or 2 for the ratio of the largest to the smallest
#'   singular value, -2 for
#'   its reverse, else as in [linalg_matrix_norm()]. Of an empty matrix it is 0.
#' @return A tensor without the last two dimensions, of the dtype of the matrix, or [torch_long()] for the rank; of the slogdets a list of
#'   two, the sign first.
#' @section Errors:
#' Refused are integers, tensors of fewer than two dimensions, matrices that are not square for determinants, for `hermitian` and for a
#' condition number other than that of `p` 2 or -2 (which must not be singular either), another `p`, and `tol` beside `atol` or `rtol`.
#' @examples
#' a <- torch_tensor(matrix(c(2, 1, 1, 3), 2))
#' torch_det(a)
#' linalg_det(a)
#' torch_slogdet(a)
#' linalg_slogdet(-torch_eye(3))
#' torch_logdet(a)
#' linalg_matrix_rank(a)
#' linalg_cond(a)
#' @export
linalg_det <- function(A) .Call(ffi_det, A)

#' @rdname linalg_det
#' @export
torch_det <- function(self) .Call(ffi_det, self)

#' @rdname linalg_det
#' @export
linalg_slogdet <- function(A) .Call(ffi_slogdet, A)

#' @rdname linalg_det
#' @export
torch_slogdet <- function(self) .Call(ffi_slogdet, self)

#' @rdname linalg_det
#' @export
torch_logdet <- function(self) {
  self <- .Call(ffi_as_tensor, self, "self")
  parts <- .Call(ffi_slogdet, self)
  torch_where(parts[[1]] < 0, torch_scalar_tensor(NaN, dtype = self$dtype), parts[[2]])
}

#' @rdname linalg_det
#' @export
linalg_matrix_rank <- function(A, ..., atol = NULL, rtol = NULL, tol = NULL, hermitian = FALSE) {
  no_dots(...)
  A <- .Call(ffi_as_tensor, A, "A")
  values <- if (.Call(ffi_flag, hermitian, "hermitian")) torch_abs(linalg_eigvalsh(A$detach())) else linalg_svdvals(A$detach())
  if (!is.null(tol)) {
    if (!is.null(atol) || !is.null(rtol)) raise_error("`tol` stands for `atol` with no `rtol`: give it alone")
    atol <- .Call(ffi_number, tol, "tol")
    rtol <- 0
  }
  if (!is.null(atol)) atol <- .Call(ffi_number, atol, "atol")
  if (!is.null(rtol)) rtol <- .Call(ffi_number, rtol, "rtol")
  if (is.null(rtol)) rtol <- if (is.null(atol) || identical(atol, 0)) default_tolerance(A) else 0
  if (is.null(atol)) atol <- 0
  if (dim(values)[length(dim(values))] == 0L) return(torch_sum(values, -1L)$to(dtype = torch_long()))
  limit <- torch_amax(values, -1L, keepdim = TRUE) * rtol
  torch_sum(values > torch_clamp(limit, min = as.numeric(atol)), -1L)
}

#' @rdname linalg_det
#' @export
linalg_cond <- function(A, p = NULL) {
  A <- .Call(ffi_as_tensor, A, "A")
  check_matrix(A, "A")
  if (is.character(p)) one_of(p, "p", c("fro", "nuc")) else if (!is.null(p)) p <- .Call(ffi_number, p, "p")
  by_values <- is.null(p) || (is.numeric(p) && identical(abs(as.numeric(p)), 2))
  if (!by_values && !(is.numeric(p) && abs(p) == 1)) check_square(A)
  if (A$numel() == 0) return(torch_zeros(dim(A)[-(length(dim(A)) - 0:1)], dtype = A$dtype))
  if (by_values) {
    values <- linalg_svdvals(A)
    n <- dim(values)[length(dim(values))]
    ends <- list(torch_narrow(values, -1L, 1L, 1L), torch_narrow(values, -1L, n, 1L))
    if (!is.null(p) && p < 0) ends <- rev(ends)
    return(torch_squeeze(ends[[1]] / ends[[2]], -1L))
  }
  linalg_matrix_norm(A, p) * linalg_matrix_norm(linalg_inv(A), p)
}
