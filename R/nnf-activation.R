#' Activations
#'
#' What stands between the layers of a network, element by element. Names that end with `_` change the tensor in place, as
#' `inplace = TRUE` does.
#'
#' | function | value |
#' |---|---|
#' | `relu` | \eqn{max(x, 0)} |
#' | `relu6` | \eqn{min(max(x, 0), 6)} |
#' | `leaky_relu` | \eqn{x} above 0, else `negative_slope` times \eqn{x} |
#' | `prelu` | the same with slopes to be learnt: `weight` holds one, or one for each channel (the second dimension) |
#' | `elu` | \eqn{x} above 0, else \eqn{\alpha (e^x - 1)} |
#' | `celu` | \eqn{x} above 0, else \eqn{\alpha (e^{x / \alpha} - 1)} |
#' | `selu` | 1.0507 times `elu` with \eqn{\alpha = 1.6733} |
#' | `silu` | \eqn{x / (1 + e^{-x})} |
#' | `gelu` | \eqn{x \Phi(x)}, \eqn{\Phi} the normal distribution function, or an approximation of it by tanh |
#' | `softplus` | \eqn{log(1 + e^{\beta x}) / \beta}, or \eqn{x} itself where \eqn{\beta x} is above `threshold` |
#' | `logsigmoid` | \eqn{-log(1 + e^{-x})} |
#' | `softsign` | \eqn{x / (1 + |x|)} |
#' | `tanhshrink` | \eqn{x - tanh x} |
#' | `hardshrink` | 0 between \eqn{-\lambda} and \eqn{\lambda}, else \eqn{x} |
#' | `softshrink` | \eqn{x} moved towards 0 by \eqn{\lambda}, and 0 if that is too far |
#' | `hardtanh` | \eqn{x} kept between `min_val` and `max_val` |
#' | `hardsigmoid` | \eqn{min(max(x + 3, 0), 6) / 6} |
#' | `hardswish` | \eqn{x} times `hardsigmoid` |
#' | `glu` | the first half along `dim`, times the sigmoid function of the second half |
#' | `threshold` | \eqn{x} above `threshold`, else `value` |
#'
#' The derivative of `relu` at 0 is taken as 0.
#'
#' @param self,input a floating tensor of any shape. `relu`, `relu6`, `hardtanh` and `threshold` keep integers; `sigmoid`, `softsign`,
#'   `tanhshrink` and `glu` take integers and make them floating.
#' @param alpha,negative_slope,lambd,beta,threshold,value,min_val,max_val numbers, as in the table.
#' @param weight a floating tensor of one element, or of as many as the second dimension of `input` has.
#' @param dim the dimension that is halved, counted from 1, or from -1 at the end; its size must be even.
#' @param approximate `"none"` or `"tanh"`.
#' @param inplace whether the result is written into `input`.
#' @return A tensor of the same shape and dtype (floating where integers were made so); of `nnf_glu()` half as large along `dim`.
#' @section Errors:
#' Integers are refused by what the first parameter does not list, booleans by all but `sigmoid` and `glu`. So is a `weight` of another
#' number of elements, an odd size along `dim`, a negative `lambd` of `softshrink`, an `alpha` of 0 for `celu`, another `approximate`, a
#' number that is `NA`, and changing a leaf that requires gradients in place.
#' @examples
#' x <- torch_tensor(c(-2, 0, 2))
#' nnf_relu(x)
#' nnf_gelu(x)
#' # a row for each function: smooth ones, then those made of straight lines
#' torch_stack(list(nnf_elu(x), nnf_celu(x, 2), torch_celu(x), nnf_selu(x), torch_selu(x)))
#' torch_stack(list(nnf_silu(x), nnf_softplus(x), nnf_logsigmoid(x), nnf_sigmoid(x)))
#' torch_stack(list(nnf_softsign(x), nnf_tanhshrink(x)))
#' torch_stack(list(torch_relu(x), nnf_relu6(x), nnf_leaky_relu(x), nnf_hardtanh(x)))
#' torch_stack(list(nnf_hardshrink(x), nnf_softshrink(x), nnf_hardsigmoid(x), nnf_hardswish(x)))
#' nnf_threshold(x, threshold = 1, value = 20)
#' nnf_prelu(-torch_ones(2, 3), weight = torch_tensor(c(0.1, 0.2, 0.3)))
#' nnf_glu(torch_tensor(c(1, 2, 0, 10)))
#'
#' # in place
#' y <- x$clone()
#' nnf_relu_(y)
#' y
#' torch_relu_(x$clone())
#' torch_stack(list(nnf_elu_(x$clone()), nnf_celu_(x$clone()), torch_celu_(x$clone())))
#' torch_stack(list(nnf_selu_(x$clone()), torch_selu_(x$clone()), nnf_hardtanh_(x$clone())))
#' torch_stack(list(nnf_threshold_(x$clone(), 1, 20), torch_threshold_(x$clone(), 1, 20)))
#' @name torch_activations
NULL

#' @rdname torch_activations
#' @export
torch_relu <- function(self) .Call(ffi_relu, self)
#' @rdname torch_activations
#' @export
torch_relu_ <- function(self) .Call(ffi_relu_, self)
#' @rdname torch_activations
#' @export
torch_selu <- function(self) .Call(ffi_elu, self, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1)
#' @rdname torch_activations
#' @export
torch_selu_ <- function(self) .Call(ffi_elu_, self, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1)
#' @rdname torch_activations
#' @export
torch_celu <- function(self, alpha = 1L) .Call(ffi_celu, self, alpha)
#' @rdname torch_activations
#' @export
torch_celu_ <- function(self, alpha = 1L) .Call(ffi_celu_, self, alpha)
#' @rdname torch_activations
#' @export
torch_threshold_ <- function(self, threshold, value) .Call(ffi_threshold_, self, threshold, value)

#' @rdname torch_activations
#' @export
nnf_relu <- function(input, inplace = FALSE) if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_relu_, input) else .Call(ffi_relu, input)
#' @rdname torch_activations
#' @export
nnf_relu_ <- function(input) .Call(ffi_relu_, input)
#' @rdname torch_activations
#' @export
nnf_relu6 <- function(input, inplace = FALSE) nnf_hardtanh(input, 0, 6, inplace)
#' @rdname torch_activations
#' @export
nnf_selu <- function(input, inplace = FALSE) {
  input <- .Call(ffi_as_tensor, input, "input")
  if (.Call(ffi_flag, inplace, "inplace")) torch_selu_(input) else torch_selu(input)
}
#' @rdname torch_activations
#' @export
nnf_selu_ <- function(input) torch_selu_(.Call(ffi_as_tensor, input, "input"))
#' @rdname torch_activations
#' @export
nnf_celu <- function(input, alpha = 1, inplace = FALSE) {
  if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_celu_, input, alpha) else .Call(ffi_celu, input, alpha)
}
#' @rdname torch_activations
#' @export
nnf_celu_ <- function(input, alpha = 1) .Call(ffi_celu_, input, alpha)
#' @rdname torch_activations
#' @export
nnf_elu <- function(input, alpha = 1, inplace = FALSE) {
  if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_elu_, input, alpha, 1, 1) else .Call(ffi_elu, input, alpha, 1, 1)
}
#' @rdname torch_activations
#' @export
nnf_elu_ <- function(input, alpha = 1) .Call(ffi_elu_, input, alpha, 1, 1)
#' @rdname torch_activations
#' @export
nnf_silu <- function(input, inplace = FALSE) if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_silu_, input) else .Call(ffi_silu, input)
#' @rdname torch_activations
#' @export
nnf_gelu <- function(input, approximate = "none") {
  if (!identical(approximate, "none") && !identical(approximate, "tanh")) raise_error("`approximate` must be \"none\" or \"tanh\"")
  .Call(ffi_gelu, input, approximate == "tanh")
}
#' @rdname torch_activations
#' @export
nnf_sigmoid <- function(input) .Call(ffi_sigmoid, input)
#' @rdname torch_activations
#' @export
nnf_softplus <- function(input, beta = 1, threshold = 20) .Call(ffi_softplus, input, beta, threshold)
#' @rdname torch_activations
#' @export
nnf_logsigmoid <- function(input) .Call(ffi_logsigmoid, input)
#' @rdname torch_activations
#' @export
nnf_leaky_relu <- function(input, negative_slope = 0.01, inplace = FALSE) {
  if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_leaky_relu_, input, negative_slope) else .Call(ffi_leaky_relu, input, negative_slope)
}
#' @rdname torch_activations
#' @export
nnf_prelu <- function(input, weight) {
  input <- .Call(ffi_as_tensor, input, "input")
  weight <- .Call(ffi_as_tensor, weight, "weight")
  slopes <- prod(weight$shape)
  if (slopes != 1 && (input$ndim < 2L || slopes != input$shape[2])) {
    raise_error(sprintf("`weight` must have one element, or as many as the second dimension of `input`; it has %d", slopes))
  }
  shape <- rep(1L, input$ndim)
  if (slopes != 1) shape[2] <- slopes
  .Call(ffi_prelu, input, .Call(ffi_reshape, weight, shape))
}
#' @rdname torch_activations
#' @export
nnf_softsign <- function(input) {
  input <- .Call(ffi_as_tensor, input, "input")
  .Call(ffi_div, input, torch_abs(input) + 1L)
}
#' @rdname torch_activations
#' @export
nnf_tanhshrink <- function(input) {
  input <- .Call(ffi_as_tensor, input, "input")
  .Call(ffi_sub, input, torch_tanh(input), NULL)
}
#' @rdname torch_activations
#' @export
nnf_hardshrink <- function(input, lambd = 0.5) .Call(ffi_hardshrink, input, lambd)
#' @rdname torch_activations
#' @export
nnf_softshrink <- function(input, lambd = 0.5) {
  if (is.numeric(lambd) && isTRUE(lambd < 0)) raise_error("`lambd` must not be negative")
  .Call(ffi_softshrink, input, lambd)
}
#' @rdname torch_activations
#' @export
nnf_hardtanh <- function(input, min_val = -1, max_val = 1, inplace = FALSE) {
  if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_hardtanh_, input, min_val, max_val) else .Call(ffi_hardtanh, input, min_val, max_val)
}
#' @rdname torch_activations
#' @export
nnf_hardtanh_ <- function(input, min_val = -1, max_val = 1) .Call(ffi_hardtanh_, input, min_val, max_val)
#' @rdname torch_activations
#' @export
nnf_hardsigmoid <- function(input, inplace = FALSE) {
  if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_hardsigmoid_, input) else .Call(ffi_hardsigmoid, input)
}
#' @rdname torch_activations
#' @export
nnf_hardswish <- function(input, inplace = FALSE) {
  if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_hardswish_, input) else .Call(ffi_hardswish, input)
}
#' @rdname torch_activations
#' @export
nnf_glu <- function(input, dim = -1) {
  input <- .Call(ffi_as_tensor, input, "input")
  dim <- .Call(ffi_integer, dim, "dim")
  at <- if (dim < 0) input$ndim + dim + 1 else dim
  if (at < 1 || at > input$ndim) raise_error(sprintf("dimension %.0f does not exist: `input` has %d", dim, input$ndim))
  half <- input$shape[at] / 2
  if (half != round(half)) {
    raise_error(sprintf("dimension %d of `input` must have an even size; it has %d", at, input$shape[at]))
  }
  input$narrow(at, 1L, half) * torch_sigmoid(input$narrow(at, half + 1L, half))
}
#' @rdname torch_activations
#' @export
nnf_threshold <- function(input, threshold, value, inplace = FALSE) {
  if (.Call(ffi_flag, inplace, "inplace")) .Call(ffi_threshold_, input, threshold, value) else .Call(ffi_threshold, input, threshold, value)
}
#' @rdname torch_activations
#' @export
nnf_threshold_ <- function(input, threshold, value) .Call(ffi_threshold_, input, threshold, value)

activation_methods <- list(
  hardshrink = function(lambd = 0.5) .Call(ffi_hardshrink, self, lambd),
  hardshrink_backward = function(grad_out, lambd) {
    .Call(ffi_where, .Call(ffi_hardshrink, self$detach(), lambd) == 0, 0, grad_out)
  },
  prelu = function(weight) nnf_prelu(self, weight)
)
