#' Exponentials and logarithms
#'
#' Element by element: the exponential \eqn{e^x}, \eqn{2^x} and \eqn{e^x - 1}; the logarithms to the bases \eqn{e}, 2 and 10, and
#' \eqn{log(1 + x)}. `expm1` and `log1p` are exact for small numbers, where the plain formula is not.
#'
#' A logarithm of 0 is `-Inf`, of a negative number `NaN`. Integers and booleans become the default floating dtype.
#'
#' @param self a tensor of any shape.
#' @return A tensor of the same shape, and of the same dtype if that is floating. Methods of the same name exist, and in-place forms with
#'   `_` appended: `x$exp()`, `x$exp_()`.
#' @section Errors:
#' Refused are what is neither a tensor nor numbers of R, a tensor of integers or booleans in place, as the result is floating, and
#' changing a leaf that requires gradients in place.
#' @examples
#' torch_exp(torch_tensor(c(0, 1, -Inf)))
#' torch_exp2(torch_tensor(c(0L, 3L, 10L)))
#' torch_log(torch_tensor(c(1, exp(1), 0, -1)))
#' torch_log2(torch_tensor(c(1, 8, 1024)))
#' torch_log10(torch_tensor(c(1, 10, 0.001)))
#' small <- torch_tensor(1e-10)
#' torch_log1p(small)
#' torch_log(1 + small)
#' torch_expm1(small)
#' @export
torch_exp <- function(self) .Call(ffi_exp, self)
#' @rdname torch_exp
#' @export
torch_exp2 <- function(self) .Call(ffi_exp2, self)
#' @rdname torch_exp
#' @export
torch_expm1 <- function(self) .Call(ffi_expm1, self)
#' @rdname torch_exp
#' @export
torch_log <- function(self) .Call(ffi_log, self)
#' @rdname torch_exp
#' @export
torch_log2 <- function(self) .Call(ffi_log2, self)
#' @rdname torch_exp
#' @export
torch_log10 <- function(self) .Call(ffi_log10, self)
#' @rdname torch_exp
#' @export
torch_log1p <- function(self) .Call(ffi_log1p, self)

#' Roots, squares and reciprocals
#'
#' Element by element: \eqn{\sqrt{x}}{sqrt(x)}, \eqn{1 / \sqrt{x}}{1 / sqrt(x)}, \eqn{x^2} and \eqn{1 / x}.
#'
#' The root of a negative number is `NaN`. Integers become the default floating dtype, save under `torch_square()`.
#'
#' @param self a tensor of any shape.
#' @return A tensor of the same shape. Methods of the same name exist, and in-place forms with `_` appended.
#' @section Errors:
#' Refused are what is neither a tensor nor numbers of R, integers in place where the result is floating, booleans in place, and changing
#' a leaf that requires gradients in place.
#' @examples
#' torch_sqrt(torch_tensor(c(4, 9, -1)))
#' torch_rsqrt(torch_tensor(c(4, 0)))
#' torch_square(torch_tensor(1:3))
#' torch_reciprocal(torch_tensor(c(1L, 2L, 4L)))
#' @export
torch_sqrt <- function(self) .Call(ffi_sqrt, self)
#' @rdname torch_sqrt
#' @export
torch_rsqrt <- function(self) .Call(ffi_rsqrt, self)
#' @rdname torch_sqrt
#' @export
torch_square <- function(self) .Call(ffi_pow, self, 2L)
#' @rdname torch_sqrt
#' @export
torch_reciprocal <- function(self) .Call(ffi_reciprocal, self)

#' Trigonometric functions
#'
#' Element by element, of angles in radians, and their inverses; `torch_deg2rad()` and `torch_rad2deg()` convert angles;
#' `torch_sinc` (a method, `x$sinc()`) is \eqn{sin(\pi x) / (\pi x)}, and 1 at 0.
#'
#' The inverse sine and cosine of what is not between -1 and 1 are `NaN`. Integers become the default floating dtype.
#'
#' @param self a tensor of any shape: angles in radians (in degrees for `torch_deg2rad()`), or sines, cosines and tangents for the
#'   inverse functions.
#' @return A tensor of the same shape. `torch_asin()` and `torch_atan()` lie from \eqn{-\pi/2} to \eqn{\pi/2}, `torch_acos()` from 0 to
#'   \eqn{\pi}. Methods of the same name exist, and in-place forms with `_` appended.
#' @section Errors:
#' Refused are what is neither a tensor nor numbers of R, a tensor of integers or booleans in place, as the result is floating, and
#' changing a leaf that requires gradients in place.
#' @examples
#' angle <- torch_deg2rad(torch_tensor(c(0, 30, 60)))
#' torch_sin(angle)
#' torch_cos(angle)
#' torch_tan(angle)
#' torch_rad2deg(torch_asin(torch_tensor(c(-1, 0.5, 2))))
#' torch_rad2deg(torch_acos(torch_tensor(c(-1, 0.5, 1))))
#' torch_rad2deg(torch_atan(torch_tensor(c(-Inf, 0, 1))))
#'
#' # the names that begin with arc are the same functions
#' x <- torch_tensor(0.5)
#' torch_stack(list(torch_arcsin(x), torch_asin(x)))
#' torch_stack(list(torch_arccos(x), torch_acos(x)))
#' torch_stack(list(torch_arctan(x), torch_atan(x)))
#' @export
torch_sin <- function(self) .Call(ffi_sin, self)
#' @rdname torch_sin
#' @export
torch_cos <- function(self) .Call(ffi_cos, self)
#' @rdname torch_sin
#' @export
torch_tan <- function(self) .Call(ffi_tan, self)
#' @rdname torch_sin
#' @export
torch_asin <- function(self) .Call(ffi_asin, self)
#' @rdname torch_sin
#' @export
torch_arcsin <- torch_asin
#' @rdname torch_sin
#' @export
torch_acos <- function(self) .Call(ffi_acos, self)
#' @rdname torch_sin
#' @export
torch_arccos <- torch_acos
#' @rdname torch_sin
#' @export
torch_atan <- function(self) .Call(ffi_atan, self)
#' @rdname torch_sin
#' @export
torch_arctan <- torch_atan
#' @rdname torch_sin
#' @export
torch_deg2rad <- function(self) .Call(ffi_deg2rad, self)
#' @rdname torch_sin
#' @export
torch_rad2deg <- function(self) .Call(ffi_rad2deg, self)

#' Hyperbolic functions
#'
#' Element by element, and their inverses.
#'
#' `torch_acosh()` of what is below 1, and `torch_atanh()` of what is not between -1 and 1, are `NaN`. Integers become the
#' default floating dtype.
#'
#' @param self a tensor of any shape.
#' @return A tensor of the same shape. Methods of the same name exist, and in-place forms with `_` appended.
#' @section Errors:
#' Refused are what is neither a tensor nor numbers of R, a tensor of integers or booleans in place, as the result is floating, and
#' changing a leaf that requires gradients in place.
#' @examples
#' x <- torch_tensor(c(-1, 0, 1))
#' torch_sinh(x)
#' torch_cosh(x)
#' torch_tanh(torch_tensor(c(-Inf, 0, 1)))
#'
#' # the inverses, each under both of its names
#' torch_stack(list(torch_asinh(torch_sinh(x)), torch_arcsinh(torch_sinh(x))))
#' torch_stack(list(torch_acosh(torch_cosh(x)), torch_arccosh(torch_cosh(x))))
#' torch_stack(list(torch_atanh(torch_tanh(x)), torch_arctanh(torch_tanh(x))))
#' torch_acosh(torch_tensor(0.5))
#' @export
torch_sinh <- function(self) .Call(ffi_sinh, self)
#' @rdname torch_sinh
#' @export
torch_cosh <- function(self) .Call(ffi_cosh, self)
#' @rdname torch_sinh
#' @export
torch_tanh <- function(self) .Call(ffi_tanh, self)
#' @rdname torch_sinh
#' @export
torch_asinh <- function(self) .Call(ffi_asinh, self)
#' @rdname torch_sinh
#' @export
torch_arcsinh <- torch_asinh
#' @rdname torch_sinh
#' @export
torch_acosh <- function(self) .Call(ffi_acosh, self)
#' @rdname torch_sinh
#' @export
torch_arccosh <- torch_acosh
#' @rdname torch_sinh
#' @export
torch_atanh <- function(self) .Call(ffi_atanh, self)
#' @rdname torch_sinh
#' @export
torch_arctanh <- torch_atanh

#' Absolute values and signs
#'
#' Element by element: \eqn{|x|}; \eqn{-x}; the sign, which is -1, 0 or 1; whether the sign bit is set, which tells -0 from 0; the
#' angle of a number in the complex plane, which is 0, or \eqn{\pi} below 0; the conjugate and the real part, which are the number.
#'
#' The derivative of \eqn{|x|} is taken as 0 at 0. A Bool tensor has no negative: use [torch_logical_not()].
#'
#' @param self a tensor of any shape.
#' @return A tensor of the same shape and dtype; `torch_signbit()` gives a Bool tensor, `torch_angle()` a floating one. Methods of the
#'   same name exist, and in-place forms of `abs`, `absolute`, `neg`, `negative`, `sign` and `sgn` with `_` appended.
#' @section Errors:
#' Booleans are refused by `torch_abs()` and `torch_neg()` and their other names. So is what is neither a tensor nor numbers of R, and
#' changing a leaf that requires gradients in place.
#' @examples
#' x <- torch_tensor(c(-1.5, 0, 2))
#' torch_stack(list(torch_abs(x), torch_absolute(x)))
#' torch_stack(list(torch_neg(x), torch_negative(x)))
#' torch_stack(list(torch_sign(x), torch_sgn(x)))
#' torch_signbit(torch_tensor(c(-0, 0)))
#' torch_angle(x)
#' @export
torch_abs <- function(self) .Call(ffi_abs, self)
#' @rdname torch_abs
#' @export
torch_absolute <- torch_abs
#' @rdname torch_abs
#' @export
torch_neg <- function(self) .Call(ffi_neg, self)
#' @rdname torch_abs
#' @export
torch_negative <- torch_neg
#' @rdname torch_abs
#' @export
torch_sign <- function(self) .Call(ffi_sign, self)
#' @rdname torch_abs
#' @export
torch_sgn <- function(self) .Call(ffi_sgn, self)
#' @rdname torch_abs
#' @export
torch_signbit <- function(self) .Call(ffi_signbit, self)
#' @rdname torch_abs
#' @export
torch_angle <- function(self) .Call(ffi_angle, self)

#' Rounding
#'
#' Element by element: down, up, to zero, to the nearest; `torch_frac()` is what `torch_trunc()` takes away.
#'
#' `torch_round()` rounds halves to the even neighbour. Integers stay as they are. The derivative is 0, and that of
#' `torch_frac()` is 1. The method `x$frexp()` splits numbers into a list of a mantissa, from 1/2 to 1, and a whole exponent of 2.
#'
#' @param self a tensor of any shape; a floating one for `torch_frac()`.
#' @param decimals how many decimal places to keep, an integer: 0 if `NULL`; negative counts to the left of the point.
#' @return A tensor of the same shape and dtype. Methods of the same name exist, and in-place forms with `_` appended.
#' @section Errors:
#' Refused are booleans, integers for `torch_frac()` and `x$frexp()`, `decimals` that are not one integer, what is neither a tensor nor
#' numbers of R, and changing a leaf that requires gradients in place.
#' @examples
#' x <- torch_tensor(c(-1.7, -0.2, 2.5))
#' torch_floor(x)
#' torch_ceil(x)
#' torch_stack(list(torch_trunc(x), torch_fix(x)))
#' torch_frac(x)
#' torch_round(torch_tensor(c(0.5, 1.5, 2.5)))
#' torch_round(torch_tensor(1234.567), decimals = -2)
#' torch_tensor(c(1, 10))$frexp()
#' @export
torch_floor <- function(self) .Call(ffi_floor, self)
#' @rdname torch_floor
#' @export
torch_ceil <- function(self) .Call(ffi_ceil, self)
#' @rdname torch_floor
#' @export
torch_trunc <- function(self) .Call(ffi_trunc, self)
#' @rdname torch_floor
#' @export
torch_fix <- torch_trunc
#' @rdname torch_floor
#' @export
torch_round <- function(self, decimals = NULL) .Call(ffi_round, self, decimals)
#' @rdname torch_floor
#' @export
torch_frac <- function(self) .Call(ffi_frac, self)

#' Which numbers are finite
#'
#' Element by element: whether a number is NaN, infinite, finite, plus or minus infinity, real (all are).
#'
#' The method `x$nan_to_num(nan, posinf, neginf)` replaces such numbers: NaN by 0 and the infinities by the greatest and the least
#' number of the dtype, if nothing else is given.
#'
#' @param self a tensor of any shape and dtype; integers and booleans are finite.
#' @return A Bool tensor of the same shape. Methods of the same name exist.
#' @section Errors:
#' What is neither a tensor nor numbers of R is refused, and a `nan`, `posinf` or `neginf` that is not a number.
#' @examples
#' x <- torch_tensor(c(1, NaN, -Inf, Inf))
#' torch_isnan(x)
#' torch_isfinite(x)
#' torch_isinf(x)
#' torch_isposinf(x)
#' torch_isneginf(x)
#' torch_isreal(x)
#' x$nan_to_num(posinf = 9, neginf = -9)
#' @export
torch_isnan <- function(self) .Call(ffi_isnan, self)
#' @rdname torch_isnan
#' @export
torch_isinf <- function(self) .Call(ffi_isinf, self)
#' @rdname torch_isnan
#' @export
torch_isfinite <- function(self) .Call(ffi_isfinite, self)
#' @rdname torch_isnan
#' @export
torch_isposinf <- function(self) .Call(ffi_isposinf, self)
#' @rdname torch_isnan
#' @export
torch_isneginf <- function(self) .Call(ffi_isneginf, self)
#' @rdname torch_isnan
#' @export
torch_isreal <- function(self) .Call(ffi_eq, .Call(ffi_signbit, self), .Call(ffi_signbit, self))

pointwise_methods <- list(
  frexp = function() stats::setNames(.Call(ffi_frexp, self), c("mantissa", "exponent")),
  nan_to_num = function(nan = NULL, posinf = NULL, neginf = NULL) .Call(ffi_nan_to_num, self, nan, posinf, neginf),
  nan_to_num_ = function(nan = NULL, posinf = NULL, neginf = NULL) .Call(ffi_nan_to_num_, self, nan, posinf, neginf),
  positive = function() if (self$dtype == torch_bool()) raise_error("positive() is not defined for Bool tensors") else self,
  conj_physical = function() self,
  conj_physical_ = function() self,
  sinc = function() .Call(ffi_sinc, self),
  sinc_ = function() .Call(ffi_sinc_, self),
  copy_ = function(src, non_blocking = FALSE) .Call(ffi_copy_, self, src),
  fill_ = function(value) .Call(ffi_fill_, self, value),
  zero_ = function() .Call(ffi_zero_, self)
)
