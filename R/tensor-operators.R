#' Operators of tensors
#'
#' The operators of R, element by element. Operands broadcast against each other, and either may be a number or a vector of R. They
#' adopt the dtype of the tensor as far as they can: `x + 1` and `x + c(1, 2)` have the dtype of `x`, but a tensor of integers
#' and `0.5` give the default floating dtype (see [torch_set_default_dtype()]), and booleans and `1:2` integers.
#'
#' | operator | function |
#' |---|---|
#' | `x + y`, `x - y`, `x * y`, `x / y`, `-x` | [torch_add()], [torch_sub()], [torch_mul()], [torch_div()], [torch_neg()] |
#' | `x ^ y`, `x ** y` | [torch_pow()] |
#' | `x %% y`, `x %/% y` | [torch_remainder()], [torch_floor_divide()] |
#' | `x == y`, `!=`, `<`, `<=`, `>`, `>=` | [torch_eq()] and its kin |
#' | `x & y`, `!x` | [torch_logical_and()], [torch_logical_not()] |
#'
#' And `x | y` is [torch_logical_or()].
#'
#' @param e1,e2,x tensors of any shape; of two operands, one may be a number or a vector of R.
#' @return A tensor of the shape that the operands broadcast to; comparison and logic give a Bool tensor.
#' @section Errors:
#' Refused are shapes that do not broadcast, strings, lists and `NULL` as operands, `NA` beside integers, the difference and the negative
#' of booleans, integers divided by an integer 0 with `%/%` and `%%`, and negative integer powers of integers.
#' @seealso [tensor-mathematics] for R's functions such as [exp()]
#' @examples
#' x <- torch_tensor(c(1, 2, 3))
#' 2 - x
#' x^2 > 3
#' -x %% 2
#' !(x == 2) | x >= 3
#' @name tensor-operators
NULL

# One operand: R leaves e2 out. That it is a symbol then takes less to see than nargs() takes to count.

#' @rdname tensor-operators
#' @export
`+.torch_tensor` <- function(e1, e2 = quote(none)) if (is.symbol(e2)) e1 else .Call(ffi_add, e1, e2, NULL)
#' @rdname tensor-operators
#' @export
`-.torch_tensor` <- function(e1, e2 = quote(none)) if (is.symbol(e2)) .Call(ffi_neg, e1) else .Call(ffi_sub, e1, e2, NULL)
#' @rdname tensor-operators
#' @export
`*.torch_tensor` <- function(e1, e2) .Call(ffi_mul, e1, e2)
#' @rdname tensor-operators
#' @export
`/.torch_tensor` <- function(e1, e2) .Call(ffi_div, e1, e2)
#' @rdname tensor-operators
#' @export
`^.torch_tensor` <- function(e1, e2) .Call(ffi_pow, e1, e2)
#' @rdname tensor-operators
#' @export
`%%.torch_tensor` <- function(e1, e2) .Call(ffi_remainder, e1, e2)
#' @rdname tensor-operators
#' @export
`%/%.torch_tensor` <- function(e1, e2) .Call(ffi_floor_divide, e1, e2)
#' @rdname tensor-operators
#' @export
`==.torch_tensor` <- function(e1, e2) .Call(ffi_eq, e1, e2)
#' @rdname tensor-operators
#' @export
`!=.torch_tensor` <- function(e1, e2) .Call(ffi_ne, e1, e2)
#' @rdname tensor-operators
#' @export
`<.torch_tensor` <- function(e1, e2) .Call(ffi_lt, e1, e2)
#' @rdname tensor-operators
#' @export
`<=.torch_tensor` <- function(e1, e2) .Call(ffi_le, e1, e2)
#' @rdname tensor-operators
#' @export
`>.torch_tensor` <- function(e1, e2) .Call(ffi_gt, e1, e2)
#' @rdname tensor-operators
#' @export
`>=.torch_tensor` <- function(e1, e2) .Call(ffi_ge, e1, e2)
#' @rdname tensor-operators
#' @export
`&.torch_tensor` <- function(e1, e2) .Call(ffi_logical_and, e1, e2)
#' @rdname tensor-operators
#' @export
`|.torch_tensor` <- function(e1, e2) .Call(ffi_logical_or, e1, e2)
#' @rdname tensor-operators
#' @export
`!.torch_tensor` <- function(x) .Call(ffi_logical_not, x)

#' @export
`$.torch_tensor` <- function(x, name) .Call(ffi_get, x, name)
#' @export
`$<-.torch_tensor` <- function(x, name, value) .Call(ffi_set, x, name, value)

#' R's mathematical functions of tensors
#'
#' The functions of base R, element by element, for tensors: each is the function of the same name that starts with `torch_`.
#' `ceiling()` is [torch_ceil()]; `log(x, base)` divides by the logarithm of the base; `round()` and `trunc()` round to even and
#' towards zero. `gamma()`, `cospi()`, `sinpi()`, `tanpi()` and `signif()` have no such function: `gamma()` is NaN at 0, -1, -2, ..., and
#' `cospi()` and `sinpi()` are exact where they are zero.
#'
#' @param x a tensor of any shape.
#' @param base a number, or a tensor that broadcasts with `x`.
#' @param digits how many decimal places to round to; negative counts to the left of the point. For `signif()` how many significant digits.
#' @param ... must be empty.
#' @return A tensor of the same shape. `abs()`, `sign()` and the functions that round keep integers; the others make them floating.
#' @section Errors:
#' `abs()` and the functions that round (but `signif()`) refuse booleans. A `base` or `digits` that is no number or `NA` is refused, for
#' `signif()` also one that is infinite, and further arguments of `trunc()`.
#' @examples
#' log(torch_tensor(c(1, 10, 100)), base = 10)
#' round(torch_tensor(c(0.5, 1.5, 2.345)), 2)
#' signif(torch_tensor(c(123.456, 0.00123)), 2)
#' x <- torch_tensor(c(-0.5, 0.25, 0.5))
#' abs(x) + sqrt(exp(x)) + log1p(x) - floor(x) * trunc(x)
#' sinpi(x) + cospi(x)
#' @name tensor-mathematics
NULL

#' @rdname tensor-mathematics
#' @export
abs.torch_tensor <- function(x) .Call(ffi_abs, x)
#' @rdname tensor-mathematics
#' @export
sign.torch_tensor <- function(x) .Call(ffi_sign, x)
#' @rdname tensor-mathematics
#' @export
sqrt.torch_tensor <- function(x) .Call(ffi_sqrt, x)
#' @rdname tensor-mathematics
#' @export
exp.torch_tensor <- function(x) .Call(ffi_exp, x)
#' @rdname tensor-mathematics
#' @export
expm1.torch_tensor <- function(x) .Call(ffi_expm1, x)
#' @rdname tensor-mathematics
#' @export
log.torch_tensor <- function(x, base) {
  if (missing(base)) return(.Call(ffi_log, x))
  if (is_tensor(base)) return(.Call(ffi_div, .Call(ffi_log, x), .Call(ffi_log, base)))
  .Call(ffi_div, .Call(ffi_log, x), suppressWarnings(log(.Call(ffi_number, base, "base"))))
}
#' @rdname tensor-mathematics
#' @method log2 torch_tensor
#' @export
log2.torch_tensor <- function(x) .Call(ffi_log2, x)
#' @rdname tensor-mathematics
#' @method log10 torch_tensor
#' @export
log10.torch_tensor <- function(x) .Call(ffi_log10, x)
#' @rdname tensor-mathematics
#' @export
log1p.torch_tensor <- function(x) .Call(ffi_log1p, x)
#' @rdname tensor-mathematics
#' @export
floor.torch_tensor <- function(x) .Call(ffi_floor, x)
#' @rdname tensor-mathematics
#' @export
ceiling.torch_tensor <- function(x) .Call(ffi_ceil, x)
#' @rdname tensor-mathematics
#' @export
trunc.torch_tensor <- function(x, ...) {
  no_dots(...)
  .Call(ffi_trunc, x)
}
#' @rdname tensor-mathematics
#' @export
round.torch_tensor <- function(x, digits = 0, ...) {
  no_dots(...)
  .Call(ffi_round, x, if (!identical(digits, 0)) digits)
}
#' @rdname tensor-mathematics
#' @export
sin.torch_tensor <- function(x) .Call(ffi_sin, x)
#' @rdname tensor-mathematics
#' @export
cos.torch_tensor <- function(x) .Call(ffi_cos, x)
#' @rdname tensor-mathematics
#' @export
tan.torch_tensor <- function(x) .Call(ffi_tan, x)
#' @rdname tensor-mathematics
#' @export
asin.torch_tensor <- function(x) .Call(ffi_asin, x)
#' @rdname tensor-mathematics
#' @export
acos.torch_tensor <- function(x) .Call(ffi_acos, x)
#' @rdname tensor-mathematics
#' @export
atan.torch_tensor <- function(x) .Call(ffi_atan, x)
#' @rdname tensor-mathematics
#' @export
sinh.torch_tensor <- function(x) .Call(ffi_sinh, x)
#' @rdname tensor-mathematics
#' @export
cosh.torch_tensor <- function(x) .Call(ffi_cosh, x)
#' @rdname tensor-mathematics
#' @export
tanh.torch_tensor <- function(x) .Call(ffi_tanh, x)
#' @rdname tensor-mathematics
#' @export
asinh.torch_tensor <- function(x) .Call(ffi_asinh, x)
#' @rdname tensor-mathematics
#' @export
acosh.torch_tensor <- function(x) .Call(ffi_acosh, x)
#' @rdname tensor-mathematics
#' @export
atanh.torch_tensor <- function(x) .Call(ffi_atanh, x)
#' @rdname tensor-mathematics
#' @export
lgamma.torch_tensor <- function(x) .Call(ffi_lgamma, x)
#' @rdname tensor-mathematics
#' @export
digamma.torch_tensor <- function(x) .Call(ffi_digamma, x)
#' @rdname tensor-mathematics
#' @export
trigamma.torch_tensor <- function(x) .Call(ffi_polygamma, x, 1L)

# Negative arguments take the sign from the interval in which they lie; at 0, -1, -2, ... there is no value.
#' @rdname tensor-mathematics
#' @export
gamma.torch_tensor <- function(x) {
  x <- as_inexact(x)
  below <- torch_floor(x$detach())
  sign <- torch_where(x$detach() < 0, 1 - 2 * torch_remainder(below, 2), torch_ones_like(below))
  pole <- x$detach() == below & below <= 0
  (sign * torch_exp(.Call(ffi_lgamma, x)))$masked_fill(pole, NaN)
}

# By arguments that are exact multiples of pi at the zeros, as R's functions give them.
#' @rdname tensor-mathematics
#' @export
cospi.torch_tensor <- function(x) {
  turn <- torch_remainder(torch_abs(as_inexact(x)), 2)
  torch_sin(pi * (0.5 - torch_where(turn > 1, 2 - turn, turn)))
}
#' @rdname tensor-mathematics
#' @export
sinpi.torch_tensor <- function(x) {
  turn <- as_inexact(x)
  turn <- turn - 2 * torch_round(turn$detach() / 2)
  torch_sin(pi * torch_where(torch_abs(turn) > 0.5, torch_sign(turn$detach()) - turn, turn))
}
#' @rdname tensor-mathematics
#' @export
tanpi.torch_tensor <- function(x) sinpi.torch_tensor(x) / cospi.torch_tensor(x)

#' @rdname tensor-mathematics
#' @export
signif.torch_tensor <- function(x, digits = 6) {
  digits <- .Call(ffi_number, digits, "digits")
  if (!is.finite(digits)) raise_error("`digits` must be a finite number")
  if (!dtype_traits(x)$kind %in% "floating") return(torch_tensor(array(signif(as.numeric(x), digits), dim(x)), dtype = x$dtype))
  exact <- x$to(dtype = torch_double())
  size <- torch_floor(torch_log10(torch_abs(exact$detach())))
  scale <- torch_pow(10, max(1, round(digits)) - 1 - size)
  rounded <- torch_round(exact * scale) / scale
  torch_where(torch_isfinite(rounded$detach()), rounded, exact$detach())$to(dtype = x$dtype)
}

# R's vectors among operands become tensors, of the dtype that they promote to beside the others; a single number stays what it is.
# Errors speak of the names of the list, or of the one argument that it came as.
operands <- function(list, argument = names(list)) {
  if (typeof(list) == "list") .Call(ffi_operands, list, rep_len(argument, length(list))) else list
}

# The same of two, as tensors in any case.
two_tensors <- function(x, y, names) {
  both <- operands(list(x, y), names)
  list(.Call(ffi_as_tensor, both[[1]], names[1]), .Call(ffi_as_tensor, both[[2]], names[2]))
}
