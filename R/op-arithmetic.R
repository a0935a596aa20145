#' Arithmetic
#'
#' Element by element, of tensors that broadcast against each other:
#' `self + alpha * other`, `self - alpha * other`, `self * other`, `self / other`.
#'
#' The dtypes are promoted as [torch_promote_types()] says; a tensor without dimensions counts less than one with, and a number of R
#' less than either. `torch_div()` of integers gives the default floating dtype, unless it rounds. Integers that overflow
#' wrap around.
#'
#' A vector, matrix or array of R counts as little as a number of R: beside a floating tensor it takes that tensor's dtype, beside
#' integers R's doubles become the default floating dtype, and beside booleans R's integers are `torch_long()`. It is
#' converted once, from R's memory, so nothing is rounded on the way.
#'
#' @param self,other tensors, numbers, or vectors or arrays of R, of shapes that broadcast.
#' @param alpha a number that `other` is multiplied by; whole if the tensors are.
#' @param rounding_mode `NULL`; or `"floor"` or `"trunc"`, which round the quotient down or towards zero. Integers then stay
#'   whole, and may not be divided by zero.
#' @return A tensor of the shape that `self` and `other` broadcast to. Methods of the same name exist, and in-place forms with `_`
#'   appended; what an in-place form computes has to fit the tensor's shape and kind of dtype.
#' @section Errors:
#' Refused are shapes that do not broadcast, a difference of which one side is a Bool tensor, an `alpha` with a fraction beside integers,
#' a rounded quotient of integers by zero, another `rounding_mode`, in place a result of another shape or kind of dtype, and changing a
#' leaf that requires gradients in place.
#' @examples
#' x <- torch_tensor(c(1, 2, 3))
#' torch_add(x, torch_tensor(10), alpha = 2)
#' torch_add(x, torch_tensor(rbind(10, 20)))
#' torch_stack(list(torch_sub(x, 1), torch_subtract(x, 1)))
#' torch_stack(list(torch_mul(x, x), torch_multiply(x, x)))
#' torch_stack(list(torch_div(x, 2), torch_divide(x, 2), torch_true_divide(x, 2)))
#' torch_div(torch_tensor(1:3), 2L)
#' torch_div(torch_tensor(c(-3L, 3L)), 2L, rounding_mode = "floor")
#' torch_div(torch_tensor(c(-3L, 3L)), 2L, rounding_mode = "trunc")
#' @export
torch_add <- function(self, other, alpha = 1L) .Call(ffi_add, self, other, alpha)
#' @rdname torch_add
#' @export
torch_sub <- function(self, other, alpha = 1L) .Call(ffi_sub, self, other, alpha)
#' @rdname torch_add
#' @export
torch_subtract <- torch_sub
#' @rdname torch_add
#' @export
torch_mul <- function(self, other) .Call(ffi_mul, self, other)
#' @rdname torch_add
#' @export
torch_multiply <- torch_mul
#' @rdname torch_add
#' @export
torch_div <- function(self, other, rounding_mode = NULL) {
  if (is.null(rounding_mode)) return(.Call(ffi_div, self, other))
  if (rounds_down(rounding_mode)) .Call(ffi_div_floor, self, other) else .Call(ffi_div_trunc, self, other)
}
#' @rdname torch_add
#' @export
torch_divide <- torch_div
#' @rdname torch_add
#' @export
torch_true_divide <- function(self, other) .Call(ffi_div, self, other)

rounds_down <- function(rounding_mode) {
  if (identical(rounding_mode, "floor")) return(TRUE)
  if (identical(rounding_mode, "trunc")) return(FALSE)
  raise_error("`rounding_mode` must be NULL, \"floor\" or \"trunc\"")
}

div_in_place <- function(self, other, rounding_mode = NULL) {
  if (is.null(rounding_mode)) return(.Call(ffi_div_, self, other))
  if (rounds_down(rounding_mode)) .Call(ffi_div_floor_, self, other) else .Call(ffi_div_trunc_, self, other)
}

#' Quotients rounded down, and remainders
#'
#' `torch_floor_divide()` rounds the quotient down. `torch_remainder()` is what that leaves, and has the divisor's sign, as R's `%%`
#' has; `torch_fmod()` is what a quotient rounded towards zero leaves, and has the dividend's sign.
#'
#' @param self,other tensors or numbers, of shapes that broadcast. Integers may not be divided by zero.
#' @return A tensor of the shape that `self` and `other` broadcast to, whole if both are. Methods of the same name exist, and
#'   in-place forms with `_` appended.
#' @section Errors:
#' Refused are integers divided by zero (floating numbers give `Inf` or `NaN`), two Bool tensors, shapes that do not broadcast, and in
#' place a floating result in a tensor of integers.
#' @examples
#' x <- torch_tensor(c(-7L, 7L))
#' torch_floor_divide(x, 3L)
#' torch_remainder(x, 3L)
#' torch_fmod(x, 3L)
#' torch_remainder(torch_tensor(c(-0.5, 7)), 2)
#' torch_floor_divide(torch_tensor(1), 0)
#' @export
torch_floor_divide <- function(self, other) .Call(ffi_floor_divide, self, other)
#' @rdname torch_floor_divide
#' @export
torch_remainder <- function(self, other) .Call(ffi_remainder, self, other)
#' @rdname torch_floor_divide
#' @export
torch_fmod <- function(self, other) .Call(ffi_fmod, self, other)

#' Powers
#'
#' `self` to the power `exponent`, element by element. `x$float_power(exponent)` computes in double whatever the dtypes are, and
#' `x$ldexp(other)` is `x * 2^other`.
#'
#' Integers have no negative powers: in a tensor of exponents, such a power is rounded towards zero (and is 0 of 0). The derivative by the
#' base is 0 for the exponent 0, and the derivative by the exponent is 0 where the base is 0.
#'
#' @param self the base: a tensor or a number.
#' @param exponent,other a tensor or a number, of a shape that broadcasts with that of `self`.
#' @return A tensor of the shape that both broadcast to; whole if both are, but floating for `torch_ldexp()`. Methods of the same name
#'   exist, and in-place forms with `_` appended.
#' @section Errors:
#' Refused are a negative whole number as the exponent of integers, two Bool tensors, shapes that do not broadcast, and in place a
#' floating result in a tensor of integers.
#' @examples
#' torch_pow(torch_tensor(c(1, 2, 3)), 2)
#' torch_pow(2, torch_tensor(c(1, 2, 3)))
#' torch_pow(torch_tensor(1:3), torch_tensor(1:3))
#' torch_pow(torch_tensor(c(-8, 8)), 1 / 3)
#' torch_ldexp(torch_tensor(c(0.5, 1)), torch_tensor(c(3L, -1L)))
#' @export
torch_pow <- function(self, exponent) .Call(ffi_pow, self, exponent)
#' @rdname torch_pow
#' @export
torch_ldexp <- function(self, other) .Call(ffi_mul, self, power_of_two(other))

power_of_two <- function(other) {
  if ((is.numeric(other) || is.logical(other)) && !is.object(other)) 2^other else .Call(ffi_pow, 2, .Call(ffi_as_tensor, other, "other"))
}

#' Functions of two tensors
#'
#' Element by element, of tensors that broadcast against each other:
#'
#' | function | value |
#' |---|---|
#' | `torch_atan2()` | the angle of the point (`other`, `self`), from \eqn{-\pi} to \eqn{\pi} |
#' | `torch_hypot()` | \eqn{\sqrt{x^2 + y^2}}{sqrt(x^2 + y^2)}, without overflow on the way |
#' | `torch_logaddexp()`, `torch_logaddexp2()` | \eqn{log(e^x + e^y)}, \eqn{\log_2(2^x + 2^y)} |
#' | `torch_nextafter()` | the next number of the dtype after `self`, in the direction of `other` |
#' | `torch_heaviside()` | 0 below 0, 1 above, and `values` at 0 |
#' | `torch_gcd()`, `torch_lcm()` | the greatest common divisor and the least common multiple of integers |
#'
#' Methods that have no function: `x$xlogy(y)` is \eqn{x log y}, and 0 where \eqn{x} is 0; `x$copysign(y)` is \eqn{|x|} with the
#' sign of \eqn{y}.
#'
#' @param self,other,values tensors or numbers, of shapes that broadcast.
#' @return A tensor of the shape that both broadcast to, and floating but for `torch_heaviside()`, `torch_gcd()` and `torch_lcm()` of
#'   integers. Methods of the same name exist, and in-place forms of most with `_` appended.
#' @section Errors:
#' Refused are shapes that do not broadcast, floating numbers (also R's, as `2`) and booleans for `torch_gcd()` and `torch_lcm()`,
#' integers for `torch_nextafter()`, and in place a floating result in a tensor of integers.
#' @examples
#' torch_atan2(torch_tensor(c(1, 1, -1)), torch_tensor(c(1, -1, -1)))
#' torch_hypot(torch_tensor(3), 4)
#' torch_logaddexp(torch_tensor(1000), 1000)
#' torch_logaddexp2(torch_tensor(c(0, 3)), torch_tensor(c(0, 3)))
#' torch_nextafter(torch_tensor(1), 2) - 1
#' torch_heaviside(torch_tensor(c(-2, 0, 3)), 0.5)
#' torch_gcd(torch_tensor(c(12L, 18L)), 8L)
#' torch_lcm(torch_tensor(c(12L, 18L)), 8L)
#' @export
torch_atan2 <- function(self, other) .Call(ffi_atan2, self, other)
#' @rdname torch_atan2
#' @export
torch_hypot <- function(self, other) .Call(ffi_hypot, self, other)
#' @rdname torch_atan2
#' @export
torch_logaddexp <- function(self, other) .Call(ffi_logaddexp, self, other)
#' @rdname torch_atan2
#' @export
torch_logaddexp2 <- function(self, other) .Call(ffi_logaddexp2, self, other)
#' @rdname torch_atan2
#' @export
torch_nextafter <- function(self, other) .Call(ffi_nextafter, self, other)
#' @rdname torch_atan2
#' @export
torch_heaviside <- function(self, values) .Call(ffi_heaviside, self, values)
#' @rdname torch_atan2
#' @export
torch_gcd <- function(self, other) .Call(ffi_gcd, self, other)
#' @rdname torch_atan2
#' @export
torch_lcm <- function(self, other) .Call(ffi_lcm, self, other)

#' The greater and the smaller of two
#'
#' Element by element, of tensors that broadcast against each other. Where either is NaN, so is the result; the methods `x$fmax(y)`
#' and `x$fmin(y)` take the other then.
#'
#' Of two equal elements each gets half of the gradient.
#'
#' @param self,other tensors or numbers, of shapes that broadcast.
#' @return A tensor of the shape that both broadcast to, and of the dtype that they promote to. Methods of the same name exist.
#' @section Errors:
#' Refused are shapes that do not broadcast, what is neither a tensor nor numbers of R, and `NA` (not `NA_real_`) beside integers.
#' @examples
#' x <- torch_tensor(c(1, 5, NaN))
#' torch_maximum(x, 3)
#' torch_minimum(x, 3)
#' x$fmax(3)
#' torch_minimum(torch_tensor(1:3), torch_tensor(rbind(2L, 0L)))
#' @export
torch_maximum <- function(self, other) .Call(ffi_maximum, self, other)
#' @rdname torch_maximum
#' @export
torch_minimum <- function(self, other) .Call(ffi_minimum, self, other)

#' Numbers kept within bounds
#'
#' Each element that is below `min` becomes `min`, each that is above `max` becomes `max`. The methods `x$clamp_min(min)` and
#' `x$clamp_max(max)` have one bound.
#'
#' @param self a tensor of any shape.
#' @param min,max numbers, or tensors that broadcast with `self`; one of them may be `NULL`. Where `min` is above `max`, `max`
#'   holds.
#' @return A tensor of the shape of `self`, or the one that it broadcasts to with `min` and `max`. NaN stays NaN. The gradient passes
#'   where the element was within the bounds, which included. Methods of the same name exist, and in-place forms with `_` appended.
#' @section Errors:
#' Refused are both bounds `NULL`, shapes that do not broadcast, and in place floating bounds of a tensor of integers.
#' @examples
#' x <- torch_tensor(c(-2, 0.5, 2))
#' torch_clamp(x, min = -1, max = 1)
#' torch_clip(x, max = 1)
#' torch_clamp(x, min = torch_tensor(c(0, 1, 2)))
#' @export
torch_clamp <- function(self, min = NULL, max = NULL) .Call(ffi_clamp, self, min, max)
#' @rdname torch_clamp
#' @export
torch_clip <- torch_clamp

#' Mixtures of three tensors
#'
#' Element by element: `torch_lerp()` goes from `self` to `end` by the share `weight`; `torch_addcmul()` is
#' `self + value * tensor1 * tensor2`; `torch_addcdiv()` is `self + value * tensor1 / tensor2`.
#'
#' @param self,end,tensor1,tensor2 tensors that broadcast against each other; floating ones for `torch_lerp()` and
#'   `torch_addcdiv()`.
#' @param weight a number or a tensor, which broadcasts too; below 0 and above 1 the line goes on.
#' @param value a number; whole if the tensors are.
#' @return A tensor of the shape that all broadcast to. Methods of the same name exist, and in-place forms with `_` appended.
#' @section Errors:
#' Refused are two tensors of integers for `torch_lerp()` and three tensors of integers for `torch_addcdiv()`, three Bool tensors, shapes
#' that do not broadcast, and a `value` that is no number or has a fraction beside integers.
#' @examples
#' torch_lerp(torch_tensor(c(0, 10)), torch_tensor(c(10, 20)), 0.25)
#' torch_lerp(torch_zeros(2), torch_ones(2), weight = torch_tensor(c(0.1, 0.9)))
#' torch_addcmul(torch_ones(2), torch_tensor(c(1, 2)), torch_tensor(c(3, 4)), value = 0.5)
#' torch_addcdiv(torch_ones(2), torch_tensor(c(1, 2)), torch_tensor(c(4, 4)), value = -1)
#' @export
torch_lerp <- function(self, end, weight) .Call(ffi_lerp, self, end, weight)
#' @rdname torch_lerp
#' @export
torch_addcmul <- function(self, tensor1, tensor2, value = 1L) .Call(ffi_addcmul, self, tensor1, tensor2, value)
#' @rdname torch_lerp
#' @export
torch_addcdiv <- function(self, tensor1, tensor2, value = 1L) .Call(ffi_addcdiv, self, tensor1, tensor2, value)

#' One or the other
#'
#' Takes elements of `self` where the condition holds, and of `other` where it does not. Without them, tells where it holds.
#'
#' @param condition a Bool tensor (or one of uint8).
#' @param self,other tensors or numbers that broadcast with the condition.
#' @return A tensor of the shape that all broadcast to and of the dtype that `self` and `other` promote to. Without `self` and `other`, a
#'   list of index tensors, one for each dimension (`torch_nonzero(as_list = TRUE)`). The method is `x$where(condition, other)`.
#' @section Errors:
#' Refused are a `condition` of another dtype, `self` without `other` or the other way round, and shapes that do not broadcast.
#' @examples
#' x <- torch_tensor(c(-1, 0, 2))
#' torch_where(x > 0, x, 0)
#' torch_where(torch_tensor(rbind(TRUE, FALSE)), x, -x)
#' torch_where(x > -1)
#' @export
torch_where <- function(condition, self = NULL, other = NULL) {
  if (is.null(self) && is.null(other)) return(torch_nonzero(condition, as_list = TRUE))
  .Call(ffi_where, condition, self, other)
}

arithmetic_methods <- list(
  div_ = function(other, rounding_mode = NULL) div_in_place(self, other, rounding_mode),
  divide_ = function(other, rounding_mode = NULL) div_in_place(self, other, rounding_mode),
  float_power = function(exponent) .Call(ffi_float_power, self, exponent),
  float_power_ = function(exponent) .Call(ffi_float_power_, self, exponent),
  ldexp_ = function(other) .Call(ffi_mul_, self, power_of_two(other)),
  arctan2 = function(other) .Call(ffi_atan2, self, other),
  arctan2_ = function(other) .Call(ffi_atan2_, self, other),
  xlogy = function(other) .Call(ffi_xlogy, self, other),
  xlogy_ = function(other) .Call(ffi_xlogy_, self, other),
  copysign = function(other) .Call(ffi_copysign, self, other),
  copysign_ = function(other) .Call(ffi_copysign_, self, other),
  fmax = function(other) .Call(ffi_fmax, self, other),
  fmin = function(other) .Call(ffi_fmin, self, other),
  clamp_min = function(min) .Call(ffi_clamp_min, self, min),
  clamp_min_ = function(min) .Call(ffi_clamp_min_, self, min),
  clamp_max = function(max) .Call(ffi_clamp_max, self, max),
  clamp_max_ = function(max) .Call(ffi_clamp_max_, self, max),
  where = function(condition, other) .Call(ffi_where, condition, self, other)
)
