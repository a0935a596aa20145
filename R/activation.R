#' @export
torch_relu <- function(self) .Call(ffi_relu, self)
#' @export
nnf_relu <- function(input, inplace = FALSE) if (inplace) .Call(ffi_relu_, input) else .Call(ffi_relu, input)
