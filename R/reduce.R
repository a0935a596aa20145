#' @export
torch_sum <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_sum, self, dim, keepdim, dtype)
#' @export
torch_mean <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_mean, self, dim, keepdim, dtype)
