#' Order, duplicates and repetition of tensors
#'
#' Base R's functions of the order and the equality of elements. Positions and answers are R's: `order(x)` gives integers, `duplicated(x)`
#' logical values, [rank()] is of numbers (`rank(as.numeric(x))`). Elements are tensors and keep their graph: `unique(x)`, `rep(x)`,
#' `split(x, f)`, `cummax(x)`.
#'
#' A matrix is taken as base R takes one: `unique()` and `duplicated()` compare its rows, `order()` and `rep()` go through it column by
#' column. `cummax()` and `cummin()` go along the first dimension, as `cumsum()` does. `dim(x) <-` would have to lay out the elements by
#' columns and is refused: `x$view()` lays them out by rows.
#' @param x a tensor of any shape; for `split()` of 1 dimension.
#' @param incomparables must be `FALSE`.
#' @param times,each,length.out how often the whole, how often each element, and how long the result is, as in [rep()].
#' @param f a factor, or a list of them, as in [split()].
#' @param drop whether levels that do not occur are left out.
#' @param value not used.
#' @param ... must be empty; for `split()` passed on to it.
#' @return `xtfrm()`: a numeric vector that sorts as `x` does. `duplicated()`: a logical vector, `anyDuplicated()`: a position or 0.
#'   `split()`: a list of tensors. `rep()`: a vector; `unique()`: a vector, or a matrix of the different rows; `cummax()` and `cummin()`: a
#'   tensor of the shape of `x`.
#' @section Errors:
#' Refused are another `incomparables`, counts of `rep()` that are negative, no numbers or not one for each element, a `split()` of several
#' dimensions or by what is no factor, further arguments, `dim(x) <-`, and `rank(x)`.
#' @examples
#' x <- torch_tensor(c(3, 1, 3, 2), requires_grad = TRUE)
#' order(x)
#' unique(x)
#' duplicated(x)
#' anyDuplicated(x)
#' rep(x, times = 2)
#' cummax(x)
#' cummin(x)
#' split(x, c("a", "b", "a", "b"))
#' @name tensor-order
NULL

#' @rdname tensor-order
#' @export
xtfrm.torch_tensor <- function(x) {
  if (x$dtype != torch_long()) return(as.numeric(x))
  x <- by_columns(x) # integers beyond 2^53 are no numbers of R
  as.numeric(torch_searchsorted(torch_sort(x)[[1L]], x))
}

# The elements in the order in which R lays out an array.
by_columns <- function(x) .Call(ffi_reshape, .Call(ffi_permute, x, rev(seq_along(dim(x)))), -1L)

# Numbers of R that are equal where the tensor's elements are.
keys_of <- function(x) {
  if (x$dtype != torch_long()) return(numbers_of(x))
  half <- torch_tensor(2^31, dtype = torch_long())
  keys <- complex(real = as.numeric(torch_floor_divide(x, half)), imaginary = as.numeric(torch_remainder(x, half)))
  if (length(dim(x)) > 1L) dim(keys) <- dim(x)
  keys
}

#' @rdname tensor-order
#' @export
duplicated.torch_tensor <- function(x, incomparables = FALSE, ...) { # nolint: object_name_linter.
  no_dots(...)
  if (!isFALSE(incomparables)) raise_error("`incomparables` must be FALSE for tensors")
  as.vector(duplicated(keys_of(x)))
}

#' @rdname tensor-order
#' @export
anyDuplicated.torch_tensor <- function(x, incomparables = FALSE, ...) { # nolint: object_name_linter.
  no_dots(...)
  if (!isFALSE(incomparables)) raise_error("`incomparables` must be FALSE for tensors")
  match(TRUE, as.vector(duplicated(keys_of(x))), nomatch = 0L)
}

#' @rdname tensor-order
#' @export
unique.torch_tensor <- function(x, incomparables = FALSE, ...) { # nolint: object_name_linter.
  no_dots(...)
  if (!isFALSE(incomparables)) raise_error("`incomparables` must be FALSE for tensors")
  at_positions(.Call(ffi_at_least, x, 1L), which(!duplicated.torch_tensor(x)))
}
at_positions <- function(x, i) torch_index_select(x, 1L, torch_tensor(i, dtype = torch_long()))

#' @rdname tensor-order
#' @export
rep.torch_tensor <- function(x, times = 1, each = 1, length.out = NA, ...) { # nolint: object_name_linter.
  no_dots(...)
  x <- by_columns(x)
  n <- length(x)
  is_count <- function(value, lengths) is.numeric(value) && length(value) %in% lengths && all(is.finite(value) & value >= 0)
  if (!is_count(each, 1L)) raise_error("`each` must be a number, 0 or more")
  if (!is.logical(length.out) || !identical(is.na(length.out), TRUE)) {
    if (!is_count(length.out, 1L)) raise_error("`length.out` must be a number, 0 or more, or NA")
  }
  if (!is_count(times, c(1L, n * each))) raise_error("`times` must be a number, 0 or more, or one for each element")
  if (n == 0L && !is.na(length.out) && length.out > 0) raise_error("`length.out` must be 0 or NA: the tensor has no elements to repeat")
  at_positions(x, rep(seq_len(n), times = times, each = each, length.out = length.out))
}

#' @rdname tensor-order
#' @export
split.torch_tensor <- function(x, f, drop = FALSE, ...) { # nolint: object_name_linter.
  if (length(dim(x)) != 1L) {
    cure <- "use torch_split(), or x[i, ] for groups of rows"
    raise_error(sprintf("split() needs a tensor of 1 dimension; this one has %d: %s", length(dim(x)), cure))
  }
  if (!is.atomic(f) && !is.list(f) || is.null(f)) raise_error("`f` must be a factor, or a list of factors")
  call <- sys.call()
  groups <- tryCatch(
    split(seq_along(x), f, drop = drop, ...),
    error = function(e) raise_error(paste("`f` does not split the tensor:", conditionMessage(e)), call)
  )
  lapply(groups, function(i) at_positions(x, i))
}

#' @rdname tensor-order
#' @export
cummax.torch_tensor <- function(x) torch_cummax(x, 1L)[[1L]] # nolint: object_name_linter.

#' @rdname tensor-order
#' @export
cummin.torch_tensor <- function(x) torch_cummin(x, 1L)[[1L]] # nolint: object_name_linter.

#' @rdname tensor-order
#' @export
`dim<-.torch_tensor` <- function(x, value) {
  raise_error("`dim(x) <-` would lay out the elements by columns: use x$view() or torch_reshape(), which lay them out by rows")
}
