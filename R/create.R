#' @export
torch_tensor <- function(data, dtype = NULL, device = NULL, requires_grad = FALSE, pin_memory = FALSE) {
  .Call(ffi_tensor, data, dtype, requires_grad)
}

# Sizes may come one by one or as one vector.
dots_size <- function(...) if (...length() == 1L) ..1 else c(...)

#' @export
torch_ones <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  .Call(ffi_filled, dots_size(...), 1, dtype, requires_grad)
}
#' @export
torch_zeros <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  .Call(ffi_filled, dots_size(...), 0, dtype, requires_grad)
}
#' @export
as_array <- function(x) UseMethod("as_array")
#' @export
as_array.torch_tensor <- function(x) .Call(ffi_to_array, x, TRUE)

convert_methods <- list(
  item = function() .Call(ffi_item, self)
)
