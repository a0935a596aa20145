#' @export
torch_mm <- function(self, mat2, out_dtype = NULL) {
  product <- .Call(ffi_mm, self, mat2)
  if (is.null(out_dtype)) product else .Call(ffi_to_dtype, product, out_dtype)
}
#' @export
torch_bmm <- function(self, mat2, out_dtype = NULL) {
  product <- .Call(ffi_bmm, self, mat2)
  if (is.null(out_dtype)) product else .Call(ffi_to_dtype, product, out_dtype)
}
#' @export
torch_mv <- function(self, vec) .Call(ffi_mv, self, vec)
#' @export
torch_dot <- function(self, tensor) .Call(ffi_dot, self, tensor)
#' @export
torch_vdot <- function(self, other) .Call(ffi_vdot, self, other)
#' @export
torch_outer <- function(self, vec2) .Call(ffi_outer, self, vec2)
#' @export
torch_ger <- function(self, vec2) .Call(ffi_outer, self, vec2)
#' @export
torch_matmul <- function(self, other) .Call(ffi_matmul, self, other)
#' @export
torch_addmm <- function(self, mat1, mat2, out_dtype = NULL, beta = 1L, alpha = 1L) {
  product <- .Call(ffi_addmm, self, mat1, mat2, beta, alpha)
  if (is.null(out_dtype)) product else .Call(ffi_to_dtype, product, out_dtype)
}
#' @export
torch_addmv <- function(self, mat, vec, beta = 1L, alpha = 1L) .Call(ffi_addmv, self, mat, vec, beta, alpha)
#' @export
torch_baddbmm <- function(self, batch1, batch2, out_dtype = NULL, beta = 1L, alpha = 1L) {
  product <- .Call(ffi_baddbmm, self, batch1, batch2, beta, alpha)
  if (is.null(out_dtype)) product else .Call(ffi_to_dtype, product, out_dtype)
}

product_methods <- list(
  mm = function(mat2) .Call(ffi_mm, self, mat2),
  bmm = function(mat2) .Call(ffi_bmm, self, mat2),
  addmm = function(mat1, mat2, beta = 1L, alpha = 1L) .Call(ffi_addmm, self, mat1, mat2, beta, alpha),
  addmm_ = function(mat1, mat2, beta = 1L, alpha = 1L) .Call(ffi_addmm_, self, mat1, mat2, beta, alpha),
  baddbmm = function(batch1, batch2, beta = 1L, alpha = 1L) .Call(ffi_baddbmm, self, batch1, batch2, beta, alpha),
  baddbmm_ = function(batch1, batch2, beta = 1L, alpha = 1L) .Call(ffi_baddbmm_, self, batch1, batch2, beta, alpha)
)
