#' @export
nnf_softmax <- function(input, dim, dtype = NULL) .Call(ffi_softmax, input, dim, dtype)
#' @export
nnf_log_softmax <- function(input, dim = NULL, dtype = NULL) .Call(ffi_log_softmax, input, dim, dtype)
#' @export
nnf_softmin <- function(input, dim, dtype = NULL) .Call(ffi_softmax, -input, dim, dtype)

softmax_methods <- list(
  softmax = function(dim, dtype = NULL) .Call(ffi_softmax, self, dim, dtype),
  log_softmax = function(dim, dtype = NULL) .Call(ffi_log_softmax, self, dim, dtype)
)
