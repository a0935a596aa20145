#' Running sums, products, extremes and log-sums
#'
#' Along a dimension, each element takes in those before it:
#' \deqn{y_k = x_1 + \dots + x_k, \quad y_k = x_1 \cdots x_k, \quad y_k = \log(e^{x_1} + \dots + e^{x_k})}{y[k] = x[1]
#' + ... + x[k],  x[1] ... x[k],
#' log(exp(x[1]) + ... + exp(x[k]))}
#' of `torch_cumsum()`, `torch_cumprod()` and `torch_logcumsumexp()`; `torch_cummax()` and `torch_cummin()` keep the
#' largest or smallest so far.
#'
#' Integers and booleans add up and multiply as 64-bit integers unless `dtype` says otherwise; floats are kept
#' in double
#' precision on the way. The derivative of `torch_cumprod()` bears zeros. A NaN stays from where it is met.
#'
#' @param self,x a tensor of any shape; a floating one for `torch_logcumsumexp()`.
#' @param dim the dimension, counted from 1, or from -1 at the end; it must be given. `cumsum(x)` and `cumprod(x)` take the first.
#' @param dtype the dtype to convert to before anything is added up.
#' @return A tensor of the same shape; of `torch_cummax()` and `torch_cummin()` a list of the values and of the places
#'   where they were met last.
#'   As in torch for R these places, unlike most others, count from 0; they are of int64.
#' @section Errors:
#' Refused are a `dim` that is missing, is not there or names several, integers and booleans for `torch_logcumsumexp()`, and what is
#' neither a tensor nor numbers of R.
#' @examples
#' x <- torch_tensor(matrix(c(1, 5, 2, 4, 3, 6), 2))
#' torch_cumsum(x, 2)
#' torch_cumsum(torch_tensor(c(TRUE, FALSE, TRUE)), 1)
#' torch_cumprod(x, 2)
#' torch_logcumsumexp(x, 1)
#' torch_cummax(x, 2)
#' torch_cummin(torch_tensor(c(3, 1, 2, 1)), 1)
#' cumprod(torch_tensor(c(1, 2, 3)))
#' @export
torch_cumsum <- function(self, dim = NULL, dtype = NULL) .Call(ffi_cumsum, self, dim, dtype)

#' @rdname torch_cumsum
#' @export
torch_cumprod <- function(self, dim = NULL, dtype = NULL) .Call(ffi_cumprod, self, dim, dtype)

#' @rdname torch_cumsum
#' @export
torch_logcumsumexp <- function(self, dim = NULL) .Call(ffi_logcumsumexp, self, dim)

#' @rdname torch_cumsum
#' @export
torch_cummax <- function(self, dim = NULL) .Call(ffi_cummax, self, dim)

#' @rdname torch_cumsum
#' @export
torch_cummin <- function(self, dim = NULL) .Call(ffi_cummin, self, dim)

#' @rdname torch_cumsum
#' @export
cumsum.torch_tensor <- function(x) .Call(ffi_cumsum, x, 1L, NULL)

#' @rdname torch_cumsum
#' @export
cumprod.torch_tensor <- function(x) .Call(ffi_cumprod, x, 1L, NULL)

#' Differences and the trapezoid rule
#'
#' `torch_diff()` takes differences of neighbours along a dimension, `n` times over; of booleans, whether
#' neighbours differ.
#' `torch_trapz()` integrates by the trapezoid rule,
#' \deqn{\sum_k \frac{(x_{k+1} - x_k)(y_{k+1} + y_k)}{2}}{the sum of (x[k + 1] - x[k]) (y[k + 1] + y[k]) / 2}
#'
#' @param self,y tensors of one dimension or more.
#' @param n how often differences are taken: an integer, 0 or more.
#' @param dim the dimension, counted from 1, or from -1 at the end, which is the default.
#' @param prepend,append tensors to put before and after `self` along `dim`; none if `list()`.
#' @param dx the distance of neighbours, if `x` is not given.
#' @param x where the values of `y` were taken: of `y`'s shape, or a vector.
#' @return A tensor: of `torch_diff()` of the dtype of `self` and shorter by `n` along `dim`, of `torch_trapz()` floating and without `dim`.
#' @section Errors:
#' Refused are a tensor without dimensions, a dimension that is not there, a negative `n`, ends that do not join `self` as [torch_cat()]
#' joins, `dx` beside `x`, a `dx` that is no number, and an `x` that does not broadcast with `y`.
#' @examples
#' torch_diff(torch_tensor(c(1, 4, 9, 16)))
#' torch_diff(torch_tensor(c(1, 4, 9, 16)), n = 2)
#' torch_diff(torch_tensor(c(1, 4, 9)), prepend = torch_tensor(0))
#' torch_diff(torch_tensor(rbind(c(1, 2), c(5, 9))), dim = 1)
#' torch_trapz(torch_tensor(c(0, 1, 4)), dx = 0.5)
#' torch_trapz(torch_tensor(c(0, 1, 4)), x = torch_tensor(c(0, 1, 2)))
#' @export
torch_diff <- function(self, n = 1L, dim = -1L, prepend = list(), append = list()) {
  self <- .Call(ffi_as_tensor, self, "self")
  n <- .Call(ffi_integer, n, "n")
  dim <- .Call(ffi_integer, dim, "dim")
  if (n < 0) raise_error("`n` must be 0 or more")
  if (length(dim(self)) == 0L) raise_error("torch_diff() needs a tensor of at least one dimension")
  ends <- Filter(Negate(is.null), list(prepend = given(prepend), self = self, append = given(append)))
  if (length(ends) > 1L) self <- torch_cat(operands(ends), dim)
  if (n == 0 || self$size(dim) == 0L) return(torch_clone(self))
  for (k in seq_len(n)) {
    length <- self$size(dim)
    if (length == 0L) break
    later <- torch_narrow(self, dim, 2L, length - 1L)
    sooner <- torch_narrow(self, dim, 1L, length - 1L)
    self <- if (self$dtype == torch_bool()) torch_logical_xor(later, sooner) else later - sooner
  }
  self
}

#' @rdname torch_diff
#' @export
torch_trapz <- function(y, dx = 1L, x = NULL, dim = -1L) {
  if (!is.null(x) && !missing(dx)) raise_error("`dx` and `x` say the same: give one of them")
  y <- as_inexact(.Call(ffi_as_tensor, y, "y"))
  dx <- .Call(ffi_number, dx, "dx")
  if (!is.null(x)) x <- .Call(ffi_as_tensor, x, "x")
  n <- y$size(dim)
  if (n < 2L) return(torch_sum(y, dim) * 0)
  ends <- torch_narrow(y, dim, 1L, n - 1L) + torch_narrow(y, dim, 2L, n - 1L)
  if (is.null(x)) return(torch_sum(ends, dim) * (dx / 2))
  if (length(dim(x)) == 1L) {
    widths <- torch_diff(x)
    at <- from_start(dim, y)
    widths <- torch_reshape(widths, c(-1L, rep(1L, length(dim(y)) - at)))
  } else {
    widths <- torch_diff(x, dim = dim)
  }
  torch_sum(ends * widths, dim) / 2
}
