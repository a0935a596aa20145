#' Dropout
#'
#' While a network is trained, sets elements to 0 at random, each with probability `p`, and divides the others by `1 -
#' p`, so that the mean stays what it was. `nnf_dropout2d()` and `nnf_dropout3d()` do so for whole channels: the
#' matrices or volumes behind the first two dimensions. `nnf_alpha_dropout()` keeps mean and variance of what passes
#' through [nnf_selu()].
#'
#' @param input a floating tensor of any shape; of 2 dimensions or more, batch, channels and what follows, for `nnf_dropout2d()` and
#'   `nnf_dropout3d()`.
#' @param p the probability of being set to 0.
#' @param training whether anything is done: if not, `input` is returned. That is the default of `nnf_alpha_dropout()`.
#' @param inplace whether `input` itself is changed.
#' @return A tensor of the shape and dtype of `input`.
#' @section Errors:
#' Refused are a `p` that is not one number from 0 to 1, and `NA` for `training` or `inplace`; where elements are drawn also
#' booleans, integers (but by `nnf_alpha_dropout()`), fewer than 2 dimensions for `nnf_dropout2d()` and `nnf_dropout3d()`, and changing a
#' leaf that requires gradients in place.
#' @examples
#' torch_manual_seed(1)
#' nnf_dropout(torch_ones(8), p = 0.25)
#' nnf_dropout(torch_ones(8), p = 0.25, training = FALSE)
#' nnf_dropout2d(torch_ones(2, 2, 1, 3))
#' nnf_dropout3d(torch_ones(1, 2, 1, 1, 3))
#' nnf_alpha_dropout(torch_randn(4), p = 0.2, training = TRUE)
#' @export
nnf_dropout <- function(input, p = 0.5, training = TRUE, inplace = FALSE) {
  check_probability(p)
  input <- .Call(ffi_as_tensor, input, "input")
  inplace <- .Call(ffi_flag, inplace, "inplace")
  if (!.Call(ffi_flag, training, "training") || p == 0) return(input)
  noise <- if (p == 1) 0 else .Call(ffi_dropout_noise, input, p, NULL)
  scale_by(input, noise, inplace)
}
#' @rdname nnf_dropout
#' @export
nnf_dropout2d <- function(input, p = 0.5, training = TRUE, inplace = FALSE) {
  check_probability(p)
  input <- .Call(ffi_as_tensor, input, "input")
  inplace <- .Call(ffi_flag, inplace, "inplace")
  if (!.Call(ffi_flag, training, "training") || p == 0) return(input)
  shape <- input$shape
  if (length(shape) < 2L) raise_error(sprintf("`input` must have 2 dimensions or more; it has %d", length(shape)))
  shape[-(1:2)] <- 1L
  noise <- if (p == 1) 0 else .Call(ffi_dropout_noise, torch_empty(shape, dtype = input$dtype), p, NULL)
  scale_by(input, noise, inplace)
}
#' @rdname nnf_dropout
#' @export
nnf_dropout3d <- nnf_dropout2d
#' @rdname nnf_dropout
#' @export
nnf_alpha_dropout <- function(input, p = 0.5, training = FALSE, inplace = FALSE) {
  check_probability(p)
  input <- .Call(ffi_as_tensor, input, "input")
  inplace <- .Call(ffi_flag, inplace, "inplace")
  if (!.Call(ffi_flag, training, "training") || p == 0) return(input)
  if (p == 1) return(scale_by(input, 0, inplace))
  alpha <- 1.7580993408473766
  a <- 1 / sqrt((alpha^2 * p + 1) * (1 - p))
  kept <- .Call(ffi_bernoulli_number_, torch_empty_like(input), 1 - p, NULL)
  shift <- (kept - 1) * (alpha * a) + alpha * a * p
  if (inplace) input$mul_(kept * a)$add_(shift) else input * (kept * a) + shift
}

scale_by <- function(input, noise, inplace) if (inplace) input$mul_(noise) else input * noise

check_probability <- function(p, call = users_call()) {
  if (!is.numeric(p) || length(p) != 1L || is.na(p) || p < 0 || p > 1) raise_error("`p` must be a number between 0 and 1", call)
}

#' Rectifiers with a random slope
#'
#' `x` where it is positive, `a * x` elsewhere, with `a` drawn uniformly between `lower` and `upper` for each element
#' while a network is trained, and the mean of the two otherwise.
#'
#' @param input,self a floating tensor of any shape.
#' @param lower,upper numbers, the bounds of the slope.
#' @param training whether the slopes are drawn.
#' @param inplace whether `input` itself is changed. The functions whose names end in `_` do that.
#' @param generator `NULL`, or what [torch_generator()] made.
#' @return A tensor of the shape and dtype of `input`.
#' @section Errors:
#' Refused are bounds that are no numbers or `NA`, changing a leaf that requires gradients in place, and while training a tensor of integers
#' and another `generator` than `NULL` and what [torch_generator()] makes.
#' @examples
#' nnf_rrelu(torch_tensor(c(-1, 2)))
#' x <- torch_tensor(c(-1, -1, 2))
#' nnf_rrelu_(x, lower = 0.1, upper = 0.3, training = TRUE)
#' torch_rrelu_(x)
#' x
#' @export
nnf_rrelu <- function(input, lower = 1 / 8, upper = 1 / 3, training = FALSE, inplace = FALSE) {
  input <- .Call(ffi_as_tensor, input, "input")
  inplace <- .Call(ffi_flag, inplace, "inplace")
  scale_by(input, rrelu_slopes(input, lower, upper, training, NULL), inplace)
}
#' @rdname nnf_rrelu
#' @export
nnf_rrelu_ <- function(input, lower = 1 / 8, upper = 1 / 3, training = FALSE) nnf_rrelu(input, lower, upper, training, TRUE)
#' @rdname nnf_rrelu
#' @export
torch_rrelu_ <- function(self, lower = 0.125, upper = 0.333333333333333, training = FALSE, generator = NULL) {
  .Call(ffi_mul_, self, rrelu_slopes(self, lower, upper, training, generator))
}

rrelu_slopes <- function(x, lower, upper, training, generator) {
  training <- .Call(ffi_flag, training, "training")
  lower <- .Call(ffi_number, lower, "lower")
  upper <- .Call(ffi_number, upper, "upper")
  if (!training) lower <- upper <- (lower + upper) / 2
  x <- .Call(ffi_detach, x)
  if (training) .Call(ffi_rrelu_noise, x, lower, upper, generator) else torch_ones_like(x)$where(x > 0, torch_full_like(x, lower))
}
