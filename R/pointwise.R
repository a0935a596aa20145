#' @export
torch_exp <- function(self) .Call(ffi_exp, self)
#' @export
torch_log <- function(self) .Call(ffi_log, self)
#' @export
torch_sqrt <- function(self) .Call(ffi_sqrt, self)
#' @export
torch_rsqrt <- function(self) .Call(ffi_rsqrt, self)
#' @export
torch_reciprocal <- function(self) .Call(ffi_reciprocal, self)
#' @export
torch_sin <- function(self) .Call(ffi_sin, self)
#' @export
torch_cos <- function(self) .Call(ffi_cos, self)
#' @export
torch_tanh <- function(self) .Call(ffi_tanh, self)
#' @export
torch_sigmoid <- function(self) .Call(ffi_sigmoid, self)
#' @export
torch_neg <- function(self) .Call(ffi_neg, self)
#' @export
torch_abs <- function(self) .Call(ffi_abs, self)
#' @export
torch_sign <- function(self) .Call(ffi_sign, self)
