#' @export
torch_add <- function(self, other, alpha = 1L) .Call(ffi_add, self, other, alpha)
#' @export
torch_sub <- function(self, other, alpha = 1L) .Call(ffi_sub, self, other, alpha)
#' @export
torch_mul <- function(self, other) .Call(ffi_mul, self, other)
#' @export
torch_div <- function(self, other) .Call(ffi_div, self, other)
#' @export
torch_pow <- function(self, exponent) .Call(ffi_pow, self, exponent)
#' @export
torch_maximum <- function(self, other) .Call(ffi_maximum, self, other)
#' @export
torch_minimum <- function(self, other) .Call(ffi_minimum, self, other)
#' @export
torch_fmax <- function(self, other) .Call(ffi_fmax, self, other)
#' @export
torch_fmin <- function(self, other) .Call(ffi_fmin, self, other)
#' @export
torch_clamp <- function(self, min = NULL, max = NULL) .Call(ffi_clamp, self, min, max)
#' @export
torch_where <- function(condition, self = NULL, other = NULL) {
  if (is.null(self) && is.null(other)) torch_nonzero(condition, as_list = TRUE) else .Call(ffi_where, condition, self, other)
}

pointwise_methods <- list(
  where = function(condition, other) .Call(ffi_where, condition, self, other),
  copy_ = function(src, non_blocking = FALSE) .Call(ffi_copy_, self, src),
  fill_ = function(value) .Call(ffi_fill_, self, value),
  zero_ = function() .Call(ffi_zero_, self)
)
