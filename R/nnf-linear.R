#' A linear map of the last dimension
#'
#' \deqn{y = x W^T + b}{y = x W' + b}
#'
#' @param input a tensor whose last dimension has `in` elements, with any dimensions before it.
#' @param weight a matrix of shape (out, in).
#' @param bias a vector of `out` elements, or `NULL`.
#' @return A tensor of the input's shape, but for the last dimension, which has `out` elements, and of the input's dtype.
#' @section Errors:
#' The last dimension of `input` must be the second of `weight`, `bias` must broadcast to the result, and all must be of one dtype:
#' anything else is refused.
#' @examples
#' nnf_linear(torch_ones(5, 3), torch_ones(2, 3), torch_zeros(2))
#' @export
nnf_linear <- function(input, weight, bias = NULL) .Call(ffi_linear, input, weight, bias)
