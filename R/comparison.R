#' @export
torch_eq <- function(self, other) .Call(ffi_eq, self, other)
#' @export
torch_ne <- function(self, other) .Call(ffi_ne, self, other)
#' @export
torch_lt <- function(self, other) .Call(ffi_lt, self, other)
#' @export
torch_le <- function(self, other) .Call(ffi_le, self, other)
#' @export
torch_gt <- function(self, other) .Call(ffi_gt, self, other)
#' @export
torch_ge <- function(self, other) .Call(ffi_ge, self, other)
#' @export
torch_logical_and <- function(self, other) .Call(ffi_logical_and, self, other)
#' @export
torch_logical_or <- function(self, other) .Call(ffi_logical_or, self, other)
#' @export
torch_logical_xor <- function(self, other) .Call(ffi_logical_xor, self, other)
#' @export
torch_logical_not <- function(self) .Call(ffi_logical_not, self)
#' @export
torch_bitwise_and <- function(self, other) .Call(ffi_bitwise_and, self, other)
#' @export
torch_bitwise_or <- function(self, other) .Call(ffi_bitwise_or, self, other)
#' @export
torch_bitwise_xor <- function(self, other) .Call(ffi_bitwise_xor, self, other)
#' @export
torch_bitwise_not <- function(self) .Call(ffi_bitwise_not, self)
