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

#' A bilinear map of the last dimensions
#'
#' \deqn{y_k = x_1^T W_k x_2 + b_k}{y[k] = x1' W[k] x2 + b[k]}
#'
#' @param input1,input2 tensors of shapes (..., in1) and (..., in2), with the same dimensions before the last.
#' @param weight a tensor of shape (out, in1, in2).
#' @param bias a vector of `out` elements, or `NULL`.
#' @return A tensor of shape (..., out).
#' @section Errors:
#'   Sizes that do not fit the weight are refused.
#' @examples
#' nnf_bilinear(torch_ones(4, 2), torch_ones(4, 3), torch_ones(1, 2, 3))
#' @export
nnf_bilinear <- function(input1, input2, weight, bias = NULL) {
  check_tensor(input1, "input1")
  check_tensor(input2, "input2")
  check_tensor(weight, "weight")
  if (!is.null(bias)) check_tensor(bias, "bias")
  sizes <- dim(weight)
  if (length(sizes) != 3L) raise_error("`weight` must have the shape (out, in1, in2)")
  if (input1$size(-1L) != sizes[2L] || input2$size(-1L) != sizes[3L]) {
    raise_error(sprintf("the last dimensions of `input1` and `input2` must be %d and %d, as `weight` has it", sizes[2L], sizes[3L]))
  }
  leading <- dim(input1)[-length(dim(input1))]
  if (!identical(leading, dim(input2)[-length(dim(input2))])) {
    raise_error(sprintf("`input1` and `input2` must have the same dimensions before the last; their shapes are [%s] and [%s]",
      toString(dim(input1)), toString(dim(input2))))
  }
  count <- prod(leading)
  x1 <- input1$reshape(c(count, sizes[2L]))
  x2 <- input2$reshape(c(count, sizes[3L]))
  mapped <- torch_matmul(x1, weight$permute(c(2L, 1L, 3L))$reshape(c(sizes[2L], sizes[1L] * sizes[3L])))$view(c(count, sizes[c(1L, 3L)]))
  out <- torch_matmul(mapped, x2$unsqueeze(3L))$squeeze(3L)
  if (!is.null(bias)) out <- out + bias
  out$reshape(c(leading, sizes[1L]))
}
