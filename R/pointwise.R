#' @export
torch_exp <- function(self) .Call(ffi_exp, self)
#' @export
torch_neg <- function(self) .Call(ffi_neg, self)
#' @export
torch_add <- function(self, other, alpha = 1L) .Call(ffi_add, self, other, alpha)
#' @export
torch_mul <- function(self, other) .Call(ffi_mul, self, other)
#' @export
torch_div <- function(self, other) .Call(ffi_div, self, other)
