#' Decompositions of matrices
#'
#' | function | of | into |
#' |---|---|---|
#' | `linalg_cholesky()`, `torch_cholesky()` | a positive-definite matrix | \eqn{A = L L^T}, L lower triangular |
#' | `linalg_qr()`, `torch_qr()` | any matrix | \eqn{A = Q R}, Q orthogonal, R upper triangular |
#' | `torch_lu()` | any matrix | \eqn{A = P L U}, with rows exchanged |
#' | `linalg_eigh()`, `linalg_eigvalsh()` | a symmetric matrix | \eqn{A = V diag(w) V^T}, the values w ascending |
#' | `linalg_svd()`, `linalg_svdvals()`, `torch_svd()` | any matrix | \eqn{A = U diag(s) V^T}, the values s descending |
#'
#' `linalg_eig()` and `linalg_eigvals()`, whose results are complex, are refused: there are no complex tensors yet.
#'
#' All are computed in double precision by LAPACK, whatever the floating dtype, and can be differentiated. The
#' derivatives of vectors that
#' belong to equal values do not exist. The sign of a vector is LAPACK's choice; a loss that depends on it has no
#' meaning.
#'
#' `torch_geqrf()` returns Householder's vectors of a QR decomposition, and `torch_orgqr()`,
#' `linalg_householder_product()` and `torch_ormqr()` multiply
#' with the orthogonal matrix that they stand for.
#'
#' @param A,self a floating matrix of shape (n, m), or a batch of them in the last two dimensions; (n, n) for the factors of Cholesky and
#'   for eigenvalues.
#' @param upper whether the upper factor is wanted.
#' @param check_errors whether a matrix that is not positive-definite is an error; otherwise the result is NaN and the
#'   info 1.
#' @param mode `"reduced"`, `"complete"` (Q square) or `"r"` (Q empty).
#' @param some `FALSE` for a complete decomposition.
#' @param compute_uv whether vectors are wanted; zeros if not.
#' @param full_matrices whether U and V are square.
#' @param UPLO which triangle is read, `"L"` or `"U"`.
#' @param pivot must be `TRUE`.
#' @param get_infos whether to return zeros as infos, too.
#' @param out `NULL`, or a list of as many tensors as are returned, to write them into.
#' @param LU_data,LU_pivots what `torch_lu()` returns: factors of the shape of `A`, and `min(n, m)` exchanges of dtype [torch_int()].
#' @param unpack_data,unpack_pivots whether the factors, or the exchanges, are wanted; empty tensors if not.
#' @param tau,input2 the factors that `torch_geqrf()` returns second, a vector of `min(n, m)` elements.
#' @param input3 a matrix to multiply with, of n rows; of n columns if not `left`.
#' @param left whether Q stands on the left.
#' @param transpose whether it is transposed.
#' @return A tensor or a list of tensors in the order of the table; `linalg_svd()` returns V transposed, `torch_svd()`
#'   V itself; `torch_lu()` both factors in
#'   one matrix and the exchanges, of which `torch_lu_unpack()` makes P, L and U; `linalg_cholesky_ex()` the factor and an info. Values
#'   make a vector of `min(n, m)` elements. Q and U are (n, n) if complete or full, else (n, `min(n, m)`); V likewise of m. All have the
#'   dtype of the matrix.
#' @section Errors:
#' Refused are integers, tensors of fewer than two dimensions, matrices that are not square where they have to be, matrices that are not
#' positive-definite (by Cholesky), NaN and infinite numbers (by `linalg_eigh()`, `linalg_svd()` and their kin), a `tau` that does not fit,
#' more columns than rows for `torch_orgqr()`, exchanges that are no rows, another `mode` or `UPLO`, and `pivot = FALSE`.
#' @examples
#' a <- torch_tensor(matrix(c(2, 1, 1, 3), 2))
#' linalg_cholesky(a)
#' torch_cholesky(a, upper = TRUE)
#' linalg_cholesky_ex(-a)
#' linalg_eigh(a)
#' linalg_eigvalsh(a)
#' linalg_svd(a)
#' linalg_svdvals(a)
#' torch_svd(a)
#' try(linalg_eig(a))
#' try(linalg_eigvals(a))
#'
#' tall <- torch_tensor(cbind(1, c(1, 2, 4)))
#' linalg_qr(tall)
#' torch_qr(tall, some = FALSE)
#' lu <- torch_lu(tall)
#' torch_lu_unpack(lu[[1]], lu[[2]])
#' h <- torch_geqrf(tall)
#' linalg_householder_product(h[[1]], h[[2]])
#' all.equal(torch_orgqr(h[[1]], h[[2]]), linalg_qr(tall)[[1]])
#' torch_ormqr(h[[1]], h[[2]], tall, transpose = TRUE)
#' @export
linalg_cholesky <- function(A) .Call(ffi_cholesky, A)

#' @rdname linalg_cholesky
#' @export
torch_cholesky <- function(self, upper = FALSE) {
  lower <- .Call(ffi_cholesky, self)
  if (.Call(ffi_flag, upper, "upper")) torch_transpose(lower, -2L, -1L) else lower
}

#' @rdname linalg_cholesky
#' @export
linalg_cholesky_ex <- function(A, check_errors = FALSE) with_info(function(A) .Call(ffi_cholesky, A), A, check_errors, "L")

#' @rdname linalg_cholesky
#' @export
linalg_qr <- function(A, mode = "reduced") {
  one_of(mode, "mode", c("reduced", "complete", "r"))
  factors <- .Call(ffi_qr, A, mode == "complete")
  if (mode == "r") factors[[1]] <- torch_empty(0, dtype = A$dtype)
  factors
}

#' @rdname linalg_cholesky
#' @export
torch_qr <- function(self, some = TRUE) .Call(ffi_qr, self, !.Call(ffi_flag, some, "some"))

#' @rdname linalg_cholesky
#' @export
linalg_eigh <- function(A, UPLO = "L") .Call(ffi_eigh, A, reads_lower(UPLO))

#' @rdname linalg_cholesky
#' @export
linalg_eigvalsh <- function(A, UPLO = "L") .Call(ffi_eigh, A, reads_lower(UPLO))[[1]]

reads_lower <- function(UPLO) {
  one_of(UPLO, "UPLO", c("L", "U", "l", "u"), users_call())
  toupper(UPLO) == "L"
}

#' @rdname linalg_cholesky
#' @export
linalg_eig <- function(A) refuse_complex("linalg_eigh()")

#' @rdname linalg_cholesky
#' @export
linalg_eigvals <- function(A) refuse_complex("linalg_eigvalsh()")

refuse_complex <- function(instead) {
  raise_error(paste0("eigenvalues are complex, and there are no complex tensors yet; of a symmetric matrix use ", instead), users_call())
}

#' @rdname linalg_cholesky
#' @export
linalg_svd <- function(A, full_matrices = TRUE) .Call(ffi_svd, A, full_matrices)

#' @rdname linalg_cholesky
#' @export
linalg_svdvals <- function(A) .Call(ffi_svd, A, FALSE)[[2]]

#' @rdname linalg_cholesky
#' @export
torch_svd <- function(self, some = TRUE, compute_uv = TRUE) {
  parts <- .Call(ffi_svd, self, !.Call(ffi_flag, some, "some"))
  v <- torch_transpose(parts[[3]], -2L, -1L)
  if (.Call(ffi_flag, compute_uv, "compute_uv")) return(list(parts[[1]], parts[[2]], v))
  list(torch_zeros_like(parts[[1]]), parts[[2]], torch_zeros_like(v))
}

#' @rdname linalg_cholesky
#' @export
torch_lu <- function(A, pivot = TRUE, get_infos = FALSE, out = NULL) {
  if (!isTRUE(pivot)) raise_error("`pivot` must be TRUE: rows are exchanged in any case")
  factors <- .Call(ffi_lu, A)
  if (.Call(ffi_flag, get_infos, "get_infos")) factors[[3]] <- torch_zeros(dim(A)[-(length(dim(A)) - 0:1)], dtype = torch_int())
  if (is.null(out)) return(factors)
  if (!is.list(out) || length(out) != length(factors)) raise_error(sprintf("`out` must be a list of %d tensors", length(factors)))
  Map(function(place, value) .Call(ffi_copy_, place, value), out, factors)
}

#' @rdname linalg_cholesky
#' @export
torch_lu_unpack <- function(LU_data, LU_pivots, unpack_data = TRUE, unpack_pivots = TRUE) {
  LU_data <- .Call(ffi_as_tensor, LU_data, "LU_data")
  check_matrix(LU_data, "LU_data")
  shape <- dim(LU_data)[length(dim(LU_data)) - 1:0]
  least <- min(shape)
  empty <- torch_empty(0, dtype = LU_data$dtype)
  p <- if (.Call(ffi_flag, unpack_pivots, "unpack_pivots")) .Call(ffi_exchanges, LU_data, LU_pivots) else empty
  if (!.Call(ffi_flag, unpack_data, "unpack_data")) return(list(p, empty, empty))
  l <- torch_tril(torch_narrow(LU_data, -1L, 1L, least), -1L) + torch_eye(shape[1], least, dtype = LU_data$dtype)
  list(p, l, torch_triu(torch_narrow(LU_data, -2L, 1L, least)))
}

#' @rdname linalg_cholesky
#' @export
torch_geqrf <- function(self) .Call(ffi_geqrf, self)

#' @rdname linalg_cholesky
#' @export
linalg_householder_product <- function(A, tau) {
  householder_product(.Call(ffi_as_tensor, A, "A"), .Call(ffi_as_tensor, tau, "tau"))
}
householder_product <- function(A, tau) {
  product <- .Call(ffi_orgqr, A$detach(), tau$detach())
  if (!A$requires_grad && !tau$requires_grad) return(product)
  n_dims <- length(dim(A))
  if (!length(tau)) return(product + 0 * A + tau$sum())
  q <- torch_eye(dim(A)[n_dims - 1L], dim(A)[n_dims], dtype = A$dtype)
  unit <- torch_tril(A, -1L) + q
  for (k in rev(seq_len(dim(tau)[length(dim(tau))]))) {
    v <- torch_narrow(unit, -1L, k, 1L)
    q <- q - torch_unsqueeze(torch_narrow(tau, -1L, k, 1L), -1L) * torch_matmul(v, torch_matmul(torch_transpose(v, -2L, -1L), q))
  }
  q
}

#' @rdname linalg_cholesky
#' @export
torch_orgqr <- function(self, input2) {
  householder_product(.Call(ffi_as_tensor, self, "self"), .Call(ffi_as_tensor, input2, "input2"))
}

#' @rdname linalg_cholesky
#' @export
torch_ormqr <- function(self, input2, input3, left = TRUE, transpose = FALSE) {
  self <- .Call(ffi_as_tensor, self, "self")
  check_matrix(self, "self")
  shape <- dim(self)
  n_dims <- length(shape)
  shape[n_dims] <- shape[n_dims - 1L] - shape[n_dims]
  input2 <- .Call(ffi_as_tensor, input2, "input2")
  if (input2$size(-1) > self$size(-1)) {
    raise_error(sprintf("`input2` must hold no more numbers than `self` has columns, %d; it holds %d", self$size(-1), input2$size(-1)))
  }
  input3 <- .Call(ffi_as_tensor, input3, "input3")
  q <- torch_orgqr(torch_cat(list(self, torch_zeros(shape, dtype = self$dtype)), n_dims), input2)
  if (.Call(ffi_flag, transpose, "transpose")) q <- torch_transpose(q, -2L, -1L)
  if (.Call(ffi_flag, left, "left")) torch_matmul(q, input3) else torch_matmul(input3, q)
}
