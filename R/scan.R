#' @export
torch_cumsum <- function(self, dim = NULL, dtype = NULL) .Call(ffi_cumsum, self, dim, dtype)
#' @export
torch_cumprod <- function(self, dim = NULL, dtype = NULL) .Call(ffi_cumprod, self, dim, dtype)
#' @export
torch_logcumsumexp <- function(self, dim = NULL) .Call(ffi_logcumsumexp, self, dim)
#' @export
cumsum.torch_tensor <- function(x) .Call(ffi_cumsum, x, 1L, NULL)
#' @export
cumprod.torch_tensor <- function(x) .Call(ffi_cumprod, x, 1L, NULL)
#' @export
torch_cummax <- function(self, dim = NULL) .Call(ffi_cummax, self, dim)
#' @export
torch_cummin <- function(self, dim = NULL) .Call(ffi_cummin, self, dim)
