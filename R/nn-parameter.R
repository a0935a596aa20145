#' Parameters and buffers of modules
#'
#' A tensor that `nn_parameter()` returned is registered as a parameter where it is assigned to a field of a module, one by
#' `nn_buffer()` as a buffer: see [nn_module()].
#'
#' @param x a tensor. The result shares its memory, outside of any graph.
#' @param requires_grad whether a parameter is trained.
#' @param persistent whether a buffer is part of `$state_dict()`.
#' @return A tensor, marked; `TRUE` or `FALSE` of `is_nn_parameter()`, `is_nn_buffer()` and `is_nn_module()`.
#' @section Errors:
#'   What is no tensor is refused, and a parameter of integers that is to require gradients.
#' @examples
#' w <- nn_parameter(torch_zeros(2, 3))
#' w$requires_grad
#' is_nn_parameter(w)
#' is_nn_buffer(nn_buffer(torch_zeros(1)))
#' is_nn_module(nn_relu())
#' @export
nn_parameter <- function(x, requires_grad = TRUE) {
  if (!inherits(x, "torch_tensor")) raise_error("`x` must be a tensor")
  mark_as(x$detach()$requires_grad_(requires_grad), "nn_parameter")
}
#' @rdname nn_parameter
#' @export
nn_buffer <- function(x, persistent = TRUE) {
  if (!inherits(x, "torch_tensor")) raise_error("`x` must be a tensor")
  x <- x$detach()
  attr(x, "persistent") <- .Call(ffi_flag, persistent, "persistent")
  mark_as(x, "nn_buffer")
}

mark_as <- function(x, class) {
  class(x) <- c("torch_tensor", class)
  x
}

#' @rdname nn_parameter
#' @export
is_nn_parameter <- function(x) inherits(x, "nn_parameter")
#' @rdname nn_parameter
#' @export
is_nn_buffer <- function(x) inherits(x, "nn_buffer")
#' @rdname nn_parameter
#' @export
is_nn_module <- function(x) inherits(x, "nn_module") && !inherits(x, "nn_module_generator")
