#' Missing and infinite values
#'
#' R's questions about values, answered for the elements of a tensor. A tensor has no NA of its own: where R's NA is written, NaN
#' stands, and `is.na()` is true of it as it is in R. Integers and booleans are never missing.
#'
#' @details
#' R's values become those of a tensor by one rule, whether it is made of them ([torch_tensor()], [torch_full()]) or they are written
#' into it (`x[i] <- `, `x$fill_()`, `x$masked_fill()`, `x$index_fill()` and the like). In a floating dtype NA becomes NaN, and
#' infinite numbers are kept; a finite number beyond the dtype's range is infinite in a new tensor, and refused where it is written.
#' An integer dtype refuses NA, NaN, infinite numbers, and what lies outside its range; a fraction is cut. A Bool tensor
#' refuses NA and NaN; other numbers are `TRUE` unless they are 0. `x$to(dtype = )` converts without a check.
#'
#' @param x,object a tensor of any shape and dtype.
#' @param recursive,... not used.
#' @return `is.na()`, `is.nan()`, `is.finite()` and `is.infinite()`: a logical vector, matrix or array of R, of the tensor's shape.
#'   `anyNA()`: `TRUE` or `FALSE`. `na.omit()`: a tensor, without the elements of a vector that are NaN, without the rows of a matrix
#'   (or parts along the first dimension) that hold any.
#' @section Errors:
#' These refuse nothing of a tensor. What is written into one is refused as said above.
#' @seealso [torch_isnan()] and its kin, which give tensors.
#' @examples
#' x <- torch_tensor(c(1, NA, Inf))
#' is.na(x)
#' is.finite(x)
#' is.nan(x)
#' is.infinite(x)
#' anyNA(x)
#' na.omit(x)
#' @name missing-values
NULL

#' @rdname missing-values
#' @export
is.na.torch_tensor <- function(x) {
  asks <- sys.parent()
  if (identical(sys.function(asks), base::rank)) raise_error("rank() is of numbers of R: use rank(as.numeric(x))", sys.call(asks))
  .Call(ffi_to_array, .Call(ffi_isnan, x), TRUE)
}
#' @rdname missing-values
#' @export
is.nan.torch_tensor <- function(x) .Call(ffi_to_array, .Call(ffi_isnan, x), TRUE)
#' @rdname missing-values
#' @export
is.finite.torch_tensor <- function(x) .Call(ffi_to_array, .Call(ffi_isfinite, x), TRUE)
#' @rdname missing-values
#' @export
is.infinite.torch_tensor <- function(x) .Call(ffi_to_array, .Call(ffi_isinf, x), TRUE)
#' @rdname missing-values
#' @method anyNA torch_tensor
#' @export
anyNA.torch_tensor <- function(x, recursive = FALSE) .Call(ffi_item, .Call(ffi_any, .Call(ffi_isnan, x), NULL, FALSE))
#' @rdname missing-values
#' @importFrom stats na.omit
#' @export
na.omit.torch_tensor <- function(object, ...) {
  if (object$ndim == 0L) object <- torch_reshape(object, -1L)
  missing <- .Call(ffi_isnan, object)
  if (object$ndim > 1L) missing <- .Call(ffi_any, torch_flatten(missing, 2L), -1L, FALSE)
  kept <- which(!.Call(ffi_to_array, missing, FALSE))
  if (length(kept) == object$shape[1]) object else .Call(ffi_index_select, object, 1L, kept)
}
