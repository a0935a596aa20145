#' @export
torch_norm <- function(self, p = 2, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_norm, self, p, dim, keepdim, dtype)
#' @export
linalg_vector_norm <- function(A, ord = 2, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_vector_norm, A, ord, dim, keepdim, dtype)
