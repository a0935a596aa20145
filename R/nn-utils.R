#' Clip gradients
#'
#' `nn_utils_clip_grad_norm_()` scales the gradients of all parameters together, so that their norm is `max_norm` at most;
#' `nn_utils_clip_grad_value_()` moves each element to between `-clip_value` and `clip_value`. Parameters without a gradient are left out.
#'
#' A norm that is infinite or NaN is returned as it is; the gradients are multiplied by `max_norm / norm` all the same, as in PyTorch.
#'
#' @param parameters a tensor, or a list of tensors.
#' @param max_norm the largest norm.
#' @param norm_type which norm: the `norm_type`-th root of the sum of such powers; `Inf`: the largest absolute value.
#' @param clip_value the largest absolute value.
#' @return `nn_utils_clip_grad_norm_()`: the norm before, a tensor without dimensions. `nn_utils_clip_grad_value_()`: nothing.
#' @section Errors:
#'   What is no list of tensors is refused.
#' @examples
#' x <- torch_tensor(c(3, 4), requires_grad = TRUE)
#' (x * x)$sum()$backward()
#' nn_utils_clip_grad_norm_(list(x), max_norm = 1)
#' x$grad
#' nn_utils_clip_grad_value_(list(x), 0.7)
#' x$grad
#' @export
nn_utils_clip_grad_norm_ <- function(parameters, max_norm, norm_type = 2) {
  if (inherits(parameters, "torch_tensor")) parameters <- list(parameters)
  .Call(ffi_clip_norm, parameters, max_norm, norm_type)
}
#' @rdname nn_utils_clip_grad_norm_
#' @export
nn_utils_clip_grad_value_ <- function(parameters, clip_value) {
  if (inherits(parameters, "torch_tensor")) parameters <- list(parameters)
  invisible(.Call(ffi_clip_value, parameters, clip_value))
}
