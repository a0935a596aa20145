#' Special functions
#'
#' Element by element:
#'
#' | function | value |
#' |---|---|
#' | `torch_sigmoid()` | \eqn{1 / (1 + e^{-x})} |
#' | `torch_logit()` | \eqn{log(x / (1 - x))}, the inverse of the sigmoid function |
#' | `torch_erf()`, `torch_erfc()` | the error function, and 1 minus that |
#' | `torch_erfinv()` | the inverse of `torch_erf()` |
#' | `torch_lgamma()` | \eqn{log |\Gamma(x)|} |
#' | `torch_digamma()` | the derivative of \eqn{log \Gamma(x)} |
#' | `torch_polygamma()` | the derivative of `torch_digamma()` of order `n` |
#' | `torch_mvlgamma()` | the logarithm of the gamma function of `p` dimensions |
#' | `torch_i0()` | the modified Bessel function of the first kind, of order 0 |
#'
#' where
#' \deqn{erf(x) = \frac{2}{\sqrt{\pi}} \int_0^x e^{-t^2} dt, \qquad
#' log \Gamma_p(x) = \frac{p (p - 1)}{4} log \pi + \sum_{k=1}^p log \Gamma(x - (k - 1) / 2).}{
#' erf(x) = 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, and
#' log Gamma_p(x) = p (p - 1) / 4 log(pi) + the sum of log Gamma(x - (k - 1) / 2) for k from 1 to p.}
#'
#' The methods `a$igamma(x)` and `a$igammac(x)` are the regularised incomplete gamma functions, lower and upper, of which the
#' derivative by `a` is not known here.
#'
#' @param self,input a tensor of any shape; integers and booleans become the default floating dtype.
#' @param eps the numbers are first kept between `eps` and `1 - eps`; `NULL` leaves them as they are.
#' @param n the order: an integer, 0 or more.
#' @param p the dimension: an integer, 1 or more.
#' @return A tensor of the same shape. Outside of their domain `torch_logit()` and `torch_erfinv()` are `NaN`. Methods of the same name
#'   exist, and in-place forms with `_` appended.
#' @section Errors:
#' Refused are an `n` that is negative or has a fraction, a `p` below 1, an `eps` that is no number, a tensor of integers or booleans in
#' place, changing a leaf that requires gradients in place, and `a$igamma(x)` or `a$igammac(x)` where `a` requires gradients.
#' @examples
#' torch_sigmoid(torch_tensor(c(-100, 0, 1)))
#' torch_logit(torch_tensor(c(0, 0.5, 1)))
#' torch_logit(torch_tensor(c(0, 0.5, 1)), eps = 0.01)
#' x <- torch_tensor(c(0.5, 1, 3))
#' torch_erf(x)
#' torch_erfc(x)
#' torch_erfinv(torch_tensor(c(-1, 0, 0.5)))
#' torch_lgamma(x)
#' torch_digamma(x)
#' torch_polygamma(1, torch_tensor(c(1, 0.5)))
#' torch_mvlgamma(x, p = 2)
#' torch_i0(x)
#' x$igamma(1)
#' @name torch_special
NULL

#' @rdname torch_special
#' @export
torch_sigmoid <- function(self) .Call(ffi_sigmoid, self)
#' @rdname torch_special
#' @export
torch_logit <- function(self, eps = NULL) .Call(ffi_logit, self, eps)
#' @rdname torch_special
#' @export
torch_erf <- function(self) .Call(ffi_erf, self)
#' @rdname torch_special
#' @export
torch_erfc <- function(self) .Call(ffi_erfc, self)
#' @rdname torch_special
#' @export
torch_erfinv <- function(self) .Call(ffi_erfinv, self)
#' @rdname torch_special
#' @export
torch_lgamma <- function(self) .Call(ffi_lgamma, self)
#' @rdname torch_special
#' @export
torch_digamma <- function(self) .Call(ffi_digamma, self)
#' @rdname torch_special
#' @export
torch_polygamma <- function(n, input) .Call(ffi_polygamma, input, n)
#' @rdname torch_special
#' @export
torch_mvlgamma <- function(self, p) .Call(ffi_mvlgamma, self, p)
#' @rdname torch_special
#' @export
torch_i0 <- function(self) .Call(ffi_i0, self)

special_methods <- list(
  polygamma = function(n) .Call(ffi_polygamma, self, n),
  polygamma_ = function(n) .Call(ffi_polygamma_, self, n),
  igamma = function(other) .Call(ffi_igamma, self, other),
  igamma_ = function(other) .Call(ffi_igamma_, self, other),
  igammac = function(other) .Call(ffi_igammac, self, other),
  igammac_ = function(other) .Call(ffi_igammac_, self, other)
)
