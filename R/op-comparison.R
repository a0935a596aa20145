#' Comparison
#'
#' Element by element: equal, not equal, less, less or equal, greater, greater or equal; each has a short and a long name.
#' Comparison with NaN is false, save that NaN is not equal to anything.
#'
#' Beside a tensor of integers or booleans, R's numbers are compared as they are, without rounding. Beside a floating tensor
#' they are rounded to its dtype first, so that `torch_tensor(0.1) == 0.1` holds.
#'
#' @param self,other tensors or numbers that broadcast against each other.
#' @return A Bool tensor of the shape that both broadcast to. Methods of the same name exist; the in-place forms, with `_` appended, write
#'   1 and 0 into `self`.
#' @section Errors:
#' Refused are shapes that do not broadcast, what is neither a tensor nor numbers of R, `NA` (not `NA_real_`) beside integers, and in place
#' a result of another shape than `self`, or a `self` that is a leaf that requires gradients.
#' @seealso [torch_isclose()] for equality up to a tolerance, [tensor-operators] for `==`, `<`, ...
#' @examples
#' x <- torch_tensor(c(1, 2, 3))
#' torch_lt(x, 2)
#' torch_ge(x, torch_tensor(c(3, 2, 1)))
#' torch_eq(torch_tensor(1:2), torch_tensor(rbind(1L, 2L)))
#' torch_ne(torch_tensor(NaN), NaN)
#'
#' # the long names are the same functions
#' torch_stack(list(torch_ne(x, 2), torch_not_equal(x, 2)))
#' torch_stack(list(torch_lt(x, 2), torch_less(x, 2)))
#' torch_stack(list(torch_le(x, 2), torch_less_equal(x, 2)))
#' torch_stack(list(torch_gt(x, 2), torch_greater(x, 2)))
#' torch_stack(list(torch_ge(x, 2), torch_greater_equal(x, 2)))
#' @export
torch_eq <- function(self, other) .Call(ffi_eq, self, other)
#' @rdname torch_eq
#' @export
torch_ne <- function(self, other) .Call(ffi_ne, self, other)
#' @rdname torch_eq
#' @export
torch_not_equal <- torch_ne
#' @rdname torch_eq
#' @export
torch_lt <- function(self, other) .Call(ffi_lt, self, other)
#' @rdname torch_eq
#' @export
torch_less <- torch_lt
#' @rdname torch_eq
#' @export
torch_le <- function(self, other) .Call(ffi_le, self, other)
#' @rdname torch_eq
#' @export
torch_less_equal <- torch_le
#' @rdname torch_eq
#' @export
torch_gt <- function(self, other) .Call(ffi_gt, self, other)
#' @rdname torch_eq
#' @export
torch_greater <- torch_gt
#' @rdname torch_eq
#' @export
torch_ge <- function(self, other) .Call(ffi_ge, self, other)
#' @rdname torch_eq
#' @export
torch_greater_equal <- torch_ge

#' Equality of tensors
#'
#' `torch_isclose()` tells of each element whether
#' \deqn{|self - other| \le atol + rtol \cdot |other|;}{|self - other| <= atol + rtol * |other|;}
#' `torch_allclose()` whether that holds for all. `torch_equal()` tells whether two tensors have the same shape and the same
#' elements.
#'
#' @param self,other tensors; they broadcast, save for `torch_equal()`. Their dtypes may differ.
#' @param rtol,atol the relative and the absolute tolerance: numbers.
#' @param equal_nan whether two NaNs are close.
#' @return `torch_isclose()`: a Bool tensor of the shape that both broadcast to; the others `TRUE` or `FALSE`. Methods of the same name
#'   exist.
#' @section Errors:
#' Refused are shapes that do not broadcast (for `torch_equal()` they are unequal), what is neither a tensor nor numbers of R, a tolerance
#' that is no number, and `NA` for `equal_nan`.
#' @examples
#' x <- torch_tensor(c(1, 2))
#' torch_isclose(x, torch_tensor(c(1 + 1e-9, 2.1)))
#' torch_allclose(x, x + 1e-6)
#' torch_allclose(x, x + 1e-3)
#' torch_allclose(x, x + 1e-3, rtol = 0, atol = 0.01)
#' torch_allclose(torch_tensor(NaN), torch_tensor(NaN), equal_nan = TRUE)
#' torch_equal(torch_ones(2), torch_ones(2))
#' torch_equal(torch_ones(2), torch_ones(1))
#' @export
torch_isclose <- function(self, other, rtol = 1e-05, atol = 1e-08, equal_nan = FALSE) {
  .Call(ffi_isclose, self, other, rtol, atol, equal_nan)
}
#' @rdname torch_isclose
#' @export
torch_allclose <- function(self, other, rtol = 1e-05, atol = 1e-08, equal_nan = FALSE) {
  torch_isclose(self, other, rtol, atol, equal_nan)$all()$item()
}
#' @rdname torch_isclose
#' @export
torch_equal <- function(self, other) {
  self <- .Call(ffi_as_tensor, self, "self")
  other <- .Call(ffi_as_tensor, other, "other")
  identical(self$shape, other$shape) && torch_eq(self, other)$all()$item()
}

#' Logic
#'
#' Element by element: and, or, exclusive or, not. A number is true if it is not 0.
#'
#' @param self,other tensors of any dtype that broadcast against each other.
#' @return A Bool tensor of the shape that both broadcast to. Methods of the same name exist; the in-place forms, with `_` appended, write
#'   1 and 0 into `self`.
#' @section Errors:
#' Refused are shapes that do not broadcast, what is neither a tensor nor numbers of R, and changing a leaf that requires gradients in
#' place.
#' @examples
#' x <- torch_tensor(c(TRUE, TRUE, FALSE, FALSE))
#' y <- torch_tensor(c(2, 0, -1, 0))
#' torch_logical_and(x, y)
#' torch_logical_or(x, y)
#' torch_logical_xor(x, y)
#' torch_logical_not(y)
#' @export
torch_logical_and <- function(self, other) .Call(ffi_logical_and, self, other)
#' @rdname torch_logical_and
#' @export
torch_logical_or <- function(self, other) .Call(ffi_logical_or, self, other)
#' @rdname torch_logical_and
#' @export
torch_logical_xor <- function(self, other) .Call(ffi_logical_xor, self, other)
#' @rdname torch_logical_and
#' @export
torch_logical_not <- function(self) .Call(ffi_logical_not, self)

#' Bits
#'
#' And, or, exclusive or and not of the bits of integers; of booleans they are the logical ones. The methods
#' `x$bitwise_left_shift(n)` and `x$bitwise_right_shift(n)` move the bits.
#'
#' @param self,other tensors of integers or booleans that broadcast against each other.
#' @return A tensor of the shape that both broadcast to, and of the dtype that they promote to. Methods of the same name exist, and
#'   in-place forms with `_` appended.
#' @section Errors:
#' Floating tensors and R's doubles (`1`, unlike `1L`) are refused, and shapes that do not broadcast.
#' @examples
#' x <- torch_tensor(c(12L, 5L))
#' y <- torch_tensor(c(8L, 3L))
#' torch_bitwise_and(x, y)
#' torch_bitwise_or(x, y)
#' torch_bitwise_xor(x, y)
#' torch_bitwise_not(x)
#' torch_bitwise_not(torch_tensor(c(TRUE, FALSE)))
#' x$bitwise_left_shift(2L)
#' @export
torch_bitwise_and <- function(self, other) .Call(ffi_bitwise_and, self, other)
#' @rdname torch_bitwise_and
#' @export
torch_bitwise_or <- function(self, other) .Call(ffi_bitwise_or, self, other)
#' @rdname torch_bitwise_and
#' @export
torch_bitwise_xor <- function(self, other) .Call(ffi_bitwise_xor, self, other)
#' @rdname torch_bitwise_and
#' @export
torch_bitwise_not <- function(self) .Call(ffi_bitwise_not, self)

# A Bool result written into a tensor of any dtype: nothing of a gradient passes.
comparison_methods <- list(
  eq_ = function(other) .Call(ffi_copy_, self, .Call(ffi_eq, self, other)),
  ne_ = function(other) .Call(ffi_copy_, self, .Call(ffi_ne, self, other)),
  not_equal_ = function(other) .Call(ffi_copy_, self, .Call(ffi_ne, self, other)),
  lt_ = function(other) .Call(ffi_copy_, self, .Call(ffi_lt, self, other)),
  less_ = function(other) .Call(ffi_copy_, self, .Call(ffi_lt, self, other)),
  le_ = function(other) .Call(ffi_copy_, self, .Call(ffi_le, self, other)),
  less_equal_ = function(other) .Call(ffi_copy_, self, .Call(ffi_le, self, other)),
  gt_ = function(other) .Call(ffi_copy_, self, .Call(ffi_gt, self, other)),
  greater_ = function(other) .Call(ffi_copy_, self, .Call(ffi_gt, self, other)),
  ge_ = function(other) .Call(ffi_copy_, self, .Call(ffi_ge, self, other)),
  greater_equal_ = function(other) .Call(ffi_copy_, self, .Call(ffi_ge, self, other)),
  logical_and_ = function(other) .Call(ffi_copy_, self, .Call(ffi_logical_and, self, other)),
  logical_or_ = function(other) .Call(ffi_copy_, self, .Call(ffi_logical_or, self, other)),
  logical_xor_ = function(other) .Call(ffi_copy_, self, .Call(ffi_logical_xor, self, other)),
  logical_not_ = function() .Call(ffi_copy_, self, .Call(ffi_logical_not, self)),
  bitwise_left_shift = function(other) .Call(ffi_bitwise_left_shift, self, other),
  bitwise_left_shift_ = function(other) .Call(ffi_bitwise_left_shift_, self, other),
  bitwise_right_shift = function(other) .Call(ffi_bitwise_right_shift, self, other),
  bitwise_right_shift_ = function(other) .Call(ffi_bitwise_right_shift_, self, other)
)

# Python's names of the operators.
operator_methods <- list(
  `__and__` = function(other) .Call(ffi_bitwise_and, self, other),
  `__or__` = function(other) .Call(ffi_bitwise_or, self, other),
  `__xor__` = function(other) .Call(ffi_bitwise_xor, self, other)
)
