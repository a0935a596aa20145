#' Softmax
#'
#' \deqn{y_k = \frac{e^{x_k}}{\sum_j e^{x_j}}}{y[k] = exp(x[k]) / sum(exp(x))} along a dimension: `nnf_softmax()`; its logarithm:
#' `nnf_log_softmax()`; that of `-input`: `nnf_softmin()`. Exponentials are taken of what elements are below the largest, so they do not
#' overflow. The methods are `x$softmax(dim, dtype)` and `x$log_softmax(dim, dtype)`.
#'
#' @param input a floating tensor of any shape, or another with a `dtype`.
#' @param dim the dimension, counted from 1, or from -1 at the end. It has to be given.
#' @param dtype the floating dtype to convert to first; `NULL`: that of `input`.
#' @return A tensor of the same shape, of the dtype of `input`, or of `dtype`.
#' @section Errors:
#' Refused are a `dim` that `input` does not have, is 0 or not given, and integers or booleans without a floating `dtype`.
#' @examples
#' x <- torch_tensor(rbind(c(1, 2, 3), c(1000, 1001, 1002)))
#' nnf_softmax(x, dim = 2)
#' nnf_log_softmax(x, dim = 2)
#' nnf_softmin(x, dim = 2)
#' @export
nnf_softmax <- function(input, dim, dtype = NULL) .Call(ffi_softmax, input, dim, dtype)

#' @rdname nnf_softmax
#' @export
nnf_log_softmax <- function(input, dim = NULL, dtype = NULL) .Call(ffi_log_softmax, input, dim, dtype)

#' @rdname nnf_softmax
#' @export
nnf_softmin <- function(input, dim, dtype = NULL) .Call(ffi_softmax, .Call(ffi_neg, input), dim, dtype)

#' Draw from a relaxed categorical distribution
#'
#' The softmax of \eqn{(x + g) / \tau}{(logits + g) / tau}, where the \eqn{g} are drawn from the standard Gumbel distribution: one-hot
#' vectors, relaxed so that gradients pass.
#'
#' @param logits logarithms of probabilities, up to a constant: a floating tensor.
#' @param tau the temperature: the lower, the nearer to one-hot.
#' @param hard whether the result is one-hot; the gradient is that of the relaxed one either way.
#' @param dim the dimension along which the probabilities add up to 1.
#' @return A tensor of the shape and dtype of `logits`.
#' @section Errors:
#' `logits` of integers are refused, and so are a `tau` that is no number, a `dim` that `logits` does not have, and `NA` for `hard`.
#' @examples
#' nnf_gumbel_softmax(torch_tensor(log(c(0.1, 0.2, 0.7))), hard = TRUE)
#' @export
nnf_gumbel_softmax <- function(logits, tau = 1, hard = FALSE, dim = -1) {
  logits <- .Call(ffi_as_tensor, logits, "logits")
  hard <- .Call(ffi_flag, hard, "hard")
  gumbel <- -torch_log(torch_empty_like(logits)$exponential_())
  relaxed <- .Call(ffi_softmax, .Call(ffi_div, logits + gumbel, tau), dim, NULL)
  if (!hard) return(relaxed)
  chosen <- .Call(ffi_max_dim, relaxed, dim, TRUE)[[2]]
  torch_zeros_like(logits)$scatter(dim, chosen, 1) - relaxed$detach() + relaxed
}

softmax_methods <- list(
  softmax = function(dim, dtype = NULL) .Call(ffi_softmax, self, dim, dtype),
  log_softmax = function(dim, dtype = NULL) .Call(ffi_log_softmax, self, dim, dtype)
)

#' Sparsemax
#'
#' The point of the probability simplex that is nearest to the input, in which small elements are exactly 0.
#'
#' @param input a floating tensor.
#' @param dim the dimension along which the result adds up to 1.
#' @return A tensor of the same shape.
#' @references Martins and Astudillo (2016), From softmax to sparsemax, algorithm 1.
#' @section Errors:
#'   A dimension that is not there is refused.
#' @examples
#' nnf_contrib_sparsemax(torch_tensor(c(0.1, 1.2, 1)), dim = 1)
#' @export
nnf_contrib_sparsemax <- function(input, dim = -1) {
  input <- .Call(ffi_as_tensor, input, "input")
  sorted <- torch_sort(input, dim = dim, descending = TRUE)[[1L]]
  n <- input$size(dim)
  sizes <- rep(1L, length(dim(input)))
  sizes[if (dim < 0) length(sizes) + 1L + dim else dim] <- n
  count <- torch_tensor(as.numeric(seq_len(n)), dtype = input$dtype)$view(sizes)
  in_support <- (sorted * count + 1 > torch_cumsum(sorted, dim))$detach()$to(dtype = input$dtype)
  size <- in_support$sum(dim, keepdim = TRUE)
  nnf_relu(input - ((sorted * in_support)$sum(dim, keepdim = TRUE) - 1) / size)
}
