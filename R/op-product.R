#' Products of matrices and vectors
#'
#' `torch_mm()` multiplies two matrices, `torch_bmm()` two batches of as many matrices each, `torch_mv()` a matrix and
#' a vector,
#' `torch_dot()` and `torch_vdot()` two vectors. `torch_matmul()`, and the operator `%*%`, take tensors of any
#' dimensions. `torch_outer()` and
#' `torch_ger()` multiply each element of one vector with each of another.
#'
#' `torch_matmul()` is the dot product of two vectors, the product of a matrix and a vector or of two matrices. With
#' more
#' dimensions the last two hold matrices and the others, which broadcast, number them; a vector is taken as a row if it
#' comes
#' first and as a column if it comes second, and that dimension is dropped from the result.
#'
#' The factors must be of one dtype. Products of floating tensors run in BLAS; those of half and bfloat16 are computed
#' in single
#' precision.
#'
#' `%*%` finds the tensors' method by itself in R 4.3 and later; in an earlier R, attach the package, which then puts a
#' function of that name before base R's.
#'
#' @param self,mat2,vec,tensor,other,vec2,x,y tensors; `torch_mm()` of shapes (n, k) and (k, m) gives (n, m),
#'   `torch_bmm()` of (b, n, k) and (b, k, m)
#'   gives (b, n, m), `torch_mv()` of (n, k) and (k) gives (n), `torch_outer()` of (n) and (m) gives (n, m).
#' @param out_dtype the dtype of the result; that of the factors if it is `NULL`.
#' @return A tensor of the shape that is said above, and without dimensions for `torch_dot()` and `torch_vdot()`. It is an error if the
#'   sizes that are summed over differ, or the dtypes do.
#' @section Errors:
#' Refused are sizes that do not fit, two dtypes and Bool tensors (but by `torch_outer()` and `torch_ger()`), tensors of another number of
#' dimensions than the function takes, batches of different numbers of matrices for `torch_bmm()`, and tensors without dimensions for
#' `torch_matmul()`.
#' @seealso [torch_addmm()], [torch_einsum()]
#' @examples
#' a <- torch_tensor(matrix(1:6, 2), dtype = torch_float())
#' b <- torch_tensor(matrix(1:6, 3), dtype = torch_float())
#' torch_mm(a, b)
#' a %*% b
#' torch_matmul(torch_ones(5, 2, 3), b)$shape
#' torch_bmm(torch_ones(5, 2, 3), torch_ones(5, 3, 4))$shape
#' v <- torch_tensor(c(1, 2, 3))
#' torch_mv(a, v)
#' torch_dot(v, v)
#' torch_vdot(v, v)
#' torch_outer(torch_tensor(c(1, 2)), torch_tensor(c(3, 4, 5)))
#' torch_ger(v, v)
#' @name torch_matmul
NULL

#' @rdname torch_matmul
#' @export
torch_mm <- function(self, mat2, out_dtype = NULL) {
  product <- .Call(ffi_mm, self, mat2)
  if (is.null(out_dtype)) product else .Call(ffi_to_dtype, product, out_dtype)
}

#' @rdname torch_matmul
#' @export
torch_bmm <- function(self, mat2, out_dtype = NULL) {
  product <- .Call(ffi_bmm, self, mat2)
  if (is.null(out_dtype)) product else .Call(ffi_to_dtype, product, out_dtype)
}

#' @rdname torch_matmul
#' @export
torch_mv <- function(self, vec) .Call(ffi_mv, self, vec)

#' @rdname torch_matmul
#' @export
torch_dot <- function(self, tensor) .Call(ffi_dot, self, tensor)

#' @rdname torch_matmul
#' @export
torch_vdot <- function(self, other) .Call(ffi_vdot, self, other)

#' @rdname torch_matmul
#' @export
torch_outer <- function(self, vec2) .Call(ffi_outer, self, vec2)

#' @rdname torch_matmul
#' @export
torch_ger <- function(self, vec2) .Call(ffi_outer, self, vec2)

#' @rdname torch_matmul
#' @export
torch_matmul <- function(self, other) .Call(ffi_matmul, self, other)

#' @rdname torch_matmul
#' @aliases %*%
#' @usage \method{\%*\%}{torch_tensor}(x, y)
#' @rawNamespace if (getRversion() >= "4.3.0") S3method("%*%", torch_tensor) else export("%*%")
`%*%.torch_tensor` <- function(x, y) .Call(ffi_matmul, x, y)

# Before R 4.3 `%*%` calls no S3 method, so a function of our own does, of which library() need not warn.
if (getRversion() < "4.3.0") {
  `%*%` <- function(x, y) {
    if (inherits(x, "torch_tensor") || inherits(y, "torch_tensor")) .Call(ffi_matmul, x, y) else base::`%*%`(x, y)
  }
  .onAttach <- function(libname, pkgname) assign(".conflicts.OK", TRUE, as.environment(paste0("package:", pkgname)))
}

#' Products added to a tensor
#'
#' With `beta` times `self`, which broadcasts to the result's shape, `torch_addmm()` adds up `alpha` times a product of
#' two
#' matrices, `torch_addmv()` of a matrix and a vector, `torch_addr()` the outer product of two vectors,
#' `torch_baddbmm()` the products of
#' two batches of matrices, and `torch_addbmm()` the sum of those products:
#' \deqn{\beta\, self + \alpha\, (mat1 \cdot mat2)}{beta self + alpha (mat1 mat2)}
#'
#' With `beta` 0 what `self` holds is not read, and a NaN in it goes no further.
#'
#' @param self the tensor that is added to, of a shape that broadcasts to the product's and of its dtype.
#' @param mat1,mat2,mat matrices, of shapes (n, k) and (k, m); for `torch_addmv()` (n, k).
#' @param vec,vec1,vec2 vectors: of k elements for `torch_addmv()`, of n and m for `torch_addr()`.
#' @param batch1,batch2 batches of matrices, of shapes (b, n, k) and (b, k, m).
#' @param beta,alpha numbers; integers for tensors of integers.
#' @inheritParams torch_matmul
#' @return A tensor of the product's shape: (n, m), for `torch_addmv()` (n), for `torch_baddbmm()` (b, n, m).
#' @section Errors:
#' Refused are a `self` that does not broadcast to the product's shape, factors whose sizes do not fit, two dtypes and Bool tensors (but
#' by `torch_addr()`, and two dtypes of `self` and product also by `torch_addbmm()`), and a `beta` or `alpha` that is no number or has a
#' fraction beside integers.
#' @examples
#' bias <- torch_tensor(c(10, 20))
#' torch_addmm(bias, torch_ones(3, 4), torch_ones(4, 2))
#' torch_addmv(bias, torch_ones(2, 4), torch_ones(4), beta = 0.5)
#' torch_addr(torch_zeros(2, 3), torch_tensor(c(1, 2)), torch_tensor(c(1, 2, 3)), alpha = 2)
#' batch1 <- torch_ones(5, 1, 4)
#' batch2 <- torch_ones(5, 4, 2)
#' torch_baddbmm(bias, batch1, batch2)$shape
#' torch_addbmm(bias, batch1, batch2)
#' torch_addmm(torch_tensor(NaN), torch_ones(1, 2), torch_ones(2, 1), beta = 0)
#' @export
torch_addmm <- function(self, mat1, mat2, out_dtype = NULL, beta = 1L, alpha = 1L) {
  product <- .Call(ffi_addmm, self, mat1, mat2, alpha, beta)
  if (is.null(out_dtype)) product else .Call(ffi_to_dtype, product, out_dtype)
}

#' @rdname torch_addmm
#' @export
torch_addmv <- function(self, mat, vec, beta = 1L, alpha = 1L) .Call(ffi_addmv, self, mat, vec, alpha, beta)

#' @rdname torch_addmm
#' @export
torch_baddbmm <- function(self, batch1, batch2, out_dtype = NULL, beta = 1L, alpha = 1L) {
  product <- .Call(ffi_baddbmm, self, batch1, batch2, alpha, beta)
  if (is.null(out_dtype)) product else .Call(ffi_to_dtype, product, out_dtype)
}

#' @rdname torch_addmm
#' @export
torch_addr <- function(self, vec1, vec2, beta = 1L, alpha = 1L) {
  all <- operands(list(self = self, vec1 = vec1, vec2 = vec2))
  add_scaled(all[[1]], torch_outer(all[[2]], all[[3]]), beta, alpha)
}

#' @rdname torch_addmm
#' @export
torch_addbmm <- function(self, batch1, batch2, beta = 1L, alpha = 1L) {
  all <- operands(list(self = self, batch1 = batch1, batch2 = batch2))
  add_scaled(all[[1]], torch_sum(torch_bmm(all[[2]], all[[3]]), 1L, dtype = all[[2]]$dtype), beta, alpha)
}

whole_factor <- function(x) {
  if (is.nan(x) || x != round(x)) raise_error("products of integers need integers as `alpha` and `beta`", sys.call(-3))
  if (abs(x) <= .Machine$integer.max) as.integer(x) else x
}
add_scaled <- function(self, product, beta, alpha) {
  beta <- .Call(ffi_number, beta, "beta")
  alpha <- .Call(ffi_number, alpha, "alpha")
  if (!torch_is_floating_point(product)) {
    beta <- whole_factor(beta)
    alpha <- whole_factor(alpha)
  }
  if (!identical(as.numeric(alpha), 1)) product <- product * alpha
  sum <- if (is.nan(beta) || !beta %in% 0:1) self * beta + product else if (beta == 0) product else self + product
  if (!identical(sum$shape, product$shape)) {
    shapes <- c(toString(self$shape), toString(product$shape))
    raise_error(sprintf("`self` of shape [%s] does not broadcast to the product's shape [%s]", shapes[1], shapes[2]), sys.call(-2))
  }
  sum
}

product_methods <- list(
  mm = function(mat2) .Call(ffi_mm, self, mat2),
  bmm = function(mat2) .Call(ffi_bmm, self, mat2),
  addmm = function(mat1, mat2, beta = 1L, alpha = 1L) .Call(ffi_addmm, self, mat1, mat2, alpha, beta),
  addmm_ = function(mat1, mat2, beta = 1L, alpha = 1L) .Call(ffi_addmm_, self, mat1, mat2, alpha, beta),
  baddbmm = function(batch1, batch2, beta = 1L, alpha = 1L) .Call(ffi_baddbmm, self, batch1, batch2, alpha, beta),
  baddbmm_ = function(batch1, batch2, beta = 1L, alpha = 1L) .Call(ffi_baddbmm_, self, batch1, batch2, alpha, beta),
  addr_ = function(vec1, vec2, beta = 1L, alpha = 1L) self$copy_(torch_addr(self, vec1, vec2, beta, alpha)),
  addbmm_ = function(batch1, batch2, beta = 1L, alpha = 1L) self$copy_(torch_addbmm(self, batch1, batch2, beta, alpha)),
  inner = function(other) inner_product(self, other)
)
