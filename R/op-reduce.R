#' Sums, means and products
#'
#' `torch_sum()`, `torch_mean()` and `torch_prod()` take all elements, or those along dimensions: \eqn{\sum x}{sum(x)},
#' \eqn{\frac{1}{n} \sum x}{sum(x) / n} and \eqn{\prod x}{prod(x)}. `torch_nansum()` and the method `x$nanmean()` leave NaN out.
#'
#' Floats are added up in groups of at most sixteen, the groups in double precision, and rounded once. Integers and booleans
#' add up and multiply as 64-bit integers unless `dtype` says otherwise; their mean is refused unless `dtype` is floating. The sum of no
#' elements is 0, their product 1, their mean NaN. The derivative of a product bears zeros. The methods `x$sum()`, `x$mean()`, ...
#' take the same arguments without `self`.
#'
#' @param self a tensor of any shape.
#' @param dim a dimension, or several as a vector or list (but one for `torch_prod()`), counted from 1, or from -1 at the end; all if
#'   `NULL`.
#' @param keepdim whether these dimensions stay, with size 1.
#' @param dtype the dtype to convert to first.
#' @return A tensor without these dimensions: of a tensor of shape (n, m) one without dimensions, of shape (m) if `dim` is 1, or (1, m) if
#'   it stays.
#' @section Errors:
#' Refused are a dimension that is not there or is named twice, several for `torch_prod()`, a mean of integers or booleans without a
#' floating `dtype`, `NA` for `keepdim`, and what is neither a tensor nor numbers of R.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2), dtype = torch_float())
#' torch_sum(x)
#' torch_sum(x, dim = 1)
#' torch_mean(x, dim = 2)
#' torch_mean(torch_tensor(1:4), dtype = torch_float())
#' torch_prod(x, dim = 2)
#' x$prod(dim = 1, keepdim = TRUE)
#' torch_nansum(torch_tensor(c(1, NaN, 3)))
#' @export
torch_sum <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_sum, self, dim, keepdim, dtype)

#' @rdname torch_sum
#' @export
torch_mean <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_mean, self, dim, keepdim, dtype)

#' @rdname torch_sum
#' @export
torch_prod <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_prod, self, dim, keepdim, dtype)

#' @rdname torch_sum
#' @export
torch_nansum <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_nansum, self, dim, keepdim, dtype)

#' Counts and truths
#'
#' `torch_count_nonzero()` counts the elements that are not 0. The methods `x$all()` and `x$any()` tell whether all elements, or any, are
#' not 0: of a whole tensor, or along the one dimension `dim`, which stays with size 1 if `keepdim`.
#'
#' @param self a tensor of any shape and dtype.
#' @param dim dimensions, counted from 1, or from -1 at the end; all if `NULL`.
#' @return A tensor without these dimensions: of int64 for the count, of Bool (of uint8 for uint8) for `x$all()` and `x$any()`.
#' @section Errors:
#' Refused are a dimension that is not there or is named twice, and several dimensions for `x$all()` and `x$any()`.
#' @examples
#' x <- torch_tensor(rbind(c(0, 1, 2), c(0, 0, 3)))
#' torch_count_nonzero(x)
#' torch_count_nonzero(x, dim = 1)
#' (x > 0)$all(dim = 1)
#' (x > 2)$any()
#' @export
torch_count_nonzero <- function(self, dim = NULL) .Call(ffi_count_nonzero, self, dim)

#' Variances and standard deviations
#'
#' \deqn{\frac{1}{n - 1} \sum (x - \bar x)^2}{sum((x - mean(x))^2) / (n - 1)} and its square root, of all elements or along dimensions;
#' divided by \eqn{n} instead if not `unbiased`. They are found in one pass, in double precision, by joining the moments of blocks, and
#' do not suffer from a mean far from 0. The methods `x$cov(correction, fweights, aweights)` and `x$corrcoef()` are the covariances and
#' correlations of the rows of a matrix.
#'
#' @inheritParams torch_sum
#' @param unbiased whether the divisor is one less than the count.
#' @return A tensor without these dimensions; of `torch_var_mean()` and `torch_std_mean()` a list of two: the variance or deviation, and the
#'   mean. NaN if the divisor is 0. Only floating tensors have them.
#' @section Errors:
#' Refused are tensors of integers and booleans, a dimension that is not there or is named twice, and `NA` for `unbiased` or `keepdim`;
#' by `x$cov()` and `x$corrcoef()` more than two dimensions, and weights that are not as many as the columns.
#' @examples
#' x <- torch_tensor(rbind(c(1, 2, 4), c(3, 5, 9)))
#' torch_var(x)
#' torch_std(x, dim = 2, unbiased = FALSE)
#' torch_var_mean(x, dim = 1)
#' torch_std_mean(x, dim = 2, keepdim = TRUE)
#' x$cov()
#' @export
torch_var <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) .Call(ffi_var, self, dim, keepdim, unbiased)

#' @rdname torch_var
#' @export
torch_std <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) .Call(ffi_std, self, dim, keepdim, unbiased)

#' @rdname torch_var
#' @export
torch_var_mean <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) .Call(ffi_var_mean, self, dim, keepdim, unbiased)

#' @rdname torch_var
#' @export
torch_std_mean <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) .Call(ffi_std_mean, self, dim, keepdim, unbiased)

#' Largest and smallest elements
#'
#' `torch_max()` and `torch_min()` have three forms: of all elements; along one dimension, with the places where the extremes were found;
#' and of two tensors, element by element, that broadcast against each other. `torch_amax()` and `torch_amin()` take any dimensions and
#' tell no places; `x$aminmax(dim, keepdim)` is a list of both. `torch_argmax()` and `torch_argmin()` tell places alone: along `dim`, or
#' in row-major order among all elements.
#'
#' A NaN is larger and smaller than any number; of equal elements the first is found. The gradient goes to the element found if places
#' were asked for; otherwise equal elements share it. No elements have no extreme: that is refused.
#'
#' @inheritParams torch_sum
#' @param dim a dimension, counted from 1, or from -1 at the end; `torch_amax()` and `torch_amin()` take several. None: all elements.
#'   A tensor is taken for `other`.
#' @param other a tensor to compare with.
#' @return A tensor without these dimensions, or of the shape that `self` and `other` broadcast to; with a `dim` a list of two of
#'   `torch_max()` and `torch_min()`: the values, and their places, which count from 1 and are of int64, as those of `torch_argmax()` and
#'   `torch_argmin()` are.
#' @section Errors:
#' Refused are a tensor or a dimension without elements, a dimension that is not there or is named twice, several dimensions but for
#' `torch_amax()`, `torch_amin()` and `x$aminmax()`, `dim` or `keepdim` beside `other`, and shapes that do not broadcast.
#' @examples
#' x <- torch_tensor(rbind(c(1, 5, 2), c(4, 3, 6)))
#' torch_max(x)
#' torch_max(x, dim = 2)
#' torch_min(x, dim = 1, keepdim = TRUE)
#' torch_min(x, other = torch_tensor(3))
#' torch_amax(x, dim = c(1, 2))
#' torch_amin(x, dim = 1)
#' torch_argmax(x, dim = 1)
#' torch_argmin(x)
#' @export
torch_max <- function(self, dim = NULL, other = NULL, keepdim = FALSE) {
  force(self)
  if (!is.null(other) || inherits(dim, "torch_tensor")) .Call(ffi_maximum, self, the_other(dim, other, keepdim))
  else if (is.null(dim)) kept_dims(.Call(ffi_max_all, self), self, keepdim)
  else .Call(ffi_max_dim, self, dim, keepdim)
}

#' @rdname torch_max
#' @export
torch_min <- function(self, dim = NULL, other = NULL, keepdim = FALSE) {
  force(self)
  if (!is.null(other) || inherits(dim, "torch_tensor")) .Call(ffi_minimum, self, the_other(dim, other, keepdim))
  else if (is.null(dim)) kept_dims(.Call(ffi_min_all, self), self, keepdim)
  else .Call(ffi_min_dim, self, dim, keepdim)
}

# Two tensors are compared element by element: no dimension goes.
the_other <- function(dim, other, keepdim) {
  if (!is.null(other) && !is.null(dim)) raise_error("`dim` and `other` exclude each other", users_call())
  if (!isFALSE(keepdim)) raise_error("`keepdim` is for one tensor, not beside `other`", users_call())
  if (is.null(other)) dim else other
}

kept_dims <- function(result, x, keepdim) {
  if (.Call(ffi_flag, keepdim, "keepdim")) .Call(ffi_view, result, rep(1L, length(dim(x)))) else result
}

#' @rdname torch_max
#' @export
torch_amax <- function(self, dim = list(), keepdim = FALSE) .Call(ffi_amax, self, dim, keepdim)

#' @rdname torch_max
#' @export
torch_amin <- function(self, dim = list(), keepdim = FALSE) .Call(ffi_amin, self, dim, keepdim)

#' @rdname torch_max
#' @export
torch_argmax <- function(self, dim = NULL, keepdim = FALSE) .Call(ffi_argmax, self, dim, keepdim)

#' @rdname torch_max
#' @export
torch_argmin <- function(self, dim = NULL, keepdim = FALSE) .Call(ffi_argmin, self, dim, keepdim)

#' Medians and modes
#'
#' The median is the middle element by size; of two middle ones it is the lower. `torch_mode()` finds the commonest element along a
#' dimension: the smallest of several, and its last place. A NaN makes the median NaN; the method `x$nanmedian(dim, keepdim)` leaves NaN
#' out.
#'
#' @inheritParams torch_sum
#' @param dim a dimension, counted from 1, or from -1 at the end; without one, `torch_median()` takes all elements.
#' @return A tensor without dimensions; with a `dim` a list of two, without that dimension: the values, and their places, of int64. As in
#'   torch for R these places, unlike most others, count from 0.
#' @section Errors:
#' Refused are a dimension that is not there or without elements, and several dimensions. The median of a floating tensor without elements
#' is NaN.
#' @examples
#' x <- torch_tensor(rbind(c(1, 5, 2, 2), c(4, 3, 6, 3)))
#' torch_median(x)
#' torch_median(x, dim = 2)
#' torch_mode(x)
#' torch_median(torch_tensor(c(1, NaN, 3)))
#' torch_tensor(c(1, NaN, 3))$nanmedian()
#' @export
torch_median <- function(self, dim = NULL, keepdim = FALSE) {
  if (is.null(dim)) kept_dims(.Call(ffi_median_all, self), self, keepdim) else .Call(ffi_median_dim, self, dim, keepdim)
}

#' @rdname torch_median
#' @export
torch_mode <- function(self, dim = -1L, keepdim = FALSE) .Call(ffi_mode, self, dim, keepdim)

#' The logarithm of a sum of exponentials
#'
#' \deqn{\log \sum e^x}{log(sum(exp(x)))} along dimensions, without overflow: exponentials are taken of what elements are below the largest.
#'
#' @inheritParams torch_sum
#' @param dim one or more dimensions, counted from 1, or from -1 at the end.
#' @return A floating tensor without these dimensions; `-Inf` of no elements.
#' @section Errors:
#' Refused are a dimension that is not there or is named twice, `NA` for `keepdim`, and what is neither a tensor nor numbers of R.
#' @examples
#' torch_logsumexp(torch_tensor(c(1000, 1001)), dim = 1)
#' torch_logsumexp(torch_tensor(rbind(c(0, 0), log(c(1, 3)))), dim = 2, keepdim = TRUE)
#' @export
torch_logsumexp <- function(self, dim, keepdim = FALSE) .Call(ffi_logsumexp, self, dim, keepdim)

reduce_methods <- list(
  all = function(dim = NULL, keepdim = FALSE) .Call(ffi_all, self, dim, keepdim),
  any = function(dim = NULL, keepdim = FALSE) .Call(ffi_any, self, dim, keepdim),
  aminmax = function(dim = NULL, keepdim = FALSE) list(.Call(ffi_amin, self, dim, keepdim), .Call(ffi_amax, self, dim, keepdim)),
  nanmedian = function(dim = NULL, keepdim = FALSE) {
    if (is.null(dim)) kept_dims(.Call(ffi_nanmedian_all, self), self, keepdim) else .Call(ffi_nanmedian_dim, self, dim, keepdim)
  },
  nanmean = function(dim = NULL, keepdim = FALSE, dtype = NULL) {
    .Call(ffi_nansum, self, dim, keepdim, dtype) / .Call(ffi_sum, self == self, dim, keepdim, NULL)
  }
)

#' R's summaries of tensors
#'
#' `sum()`, `prod()`, `mean()`, `max()`, `min()` and `range()` of a tensor are tensors, and take part in gradients. `all()` and `any()` are
#' `TRUE` or `FALSE`, as a condition needs it.
#'
#' @param ...,x tensors; of several the summary is of all elements together. `mean()` takes one. `max()` and `min()` of one tensor
#'   also take `other`, as [torch_max()] does.
#' @param dim,keepdim,dtype as for [torch_sum()] and [torch_max()], of one tensor.
#' @param na.rm whether NaN is left out, which otherwise is true for `all()` and `any()`, as every number but 0.
#' @return A tensor without dimensions if there is no `dim`, else one without these dimensions (a list of two for `max()` and `min()`);
#'   `range()` gives a vector of two elements; `all()` and `any()` give `TRUE` or `FALSE`.
#' @section Errors:
#' Refused are what [torch_sum()] and [torch_max()] refuse, arguments of another name, and `NA` for `na.rm`. A number without
#' a name is not refused: in `mean(x, 1)` it is the dimension, in `sum(x, 1)` one more element.
#' @examples
#' x <- torch_tensor(rbind(c(1, 2), c(3, NaN)))
#' sum(x, na.rm = TRUE)
#' max(x, dim = 1)
#' mean(x, dim = 2)
#' prod(x, dim = 1)
#' range(x, na.rm = TRUE)
#' min(torch_tensor(1:3), torch_tensor(c(0.5, 7)))
#' all(x == x)
#' if (any(x > 2)) "some are larger"
#' @name summaries
NULL

#' @rdname summaries
#' @export
sum.torch_tensor <- function(..., dim = NULL, keepdim = FALSE, dtype = NULL, na.rm = FALSE) { # nolint: object_name_linter.
  x <- together(...)
  if (.Call(ffi_flag, na.rm, "na.rm")) .Call(ffi_nansum, x, dim, keepdim, dtype) else .Call(ffi_sum, x, dim, keepdim, dtype)
}

#' @rdname summaries
#' @export
prod.torch_tensor <- function(..., dim = NULL, keepdim = FALSE, dtype = NULL, na.rm = FALSE) { # nolint: object_name_linter.
  x <- together(...)
  if (.Call(ffi_flag, na.rm, "na.rm")) x <- replace_nan(x, 1)
  .Call(ffi_prod, x, dim, keepdim, dtype)
}

#' @rdname summaries
#' @export
mean.torch_tensor <- function(x, dim = NULL, keepdim = FALSE, dtype = NULL, ..., na.rm = FALSE) { # nolint: object_name_linter.
  if (...length()) no_dots(...)
  if (.Call(ffi_flag, na.rm, "na.rm")) x$nanmean(dim, keepdim, dtype) else .Call(ffi_mean, x, dim, keepdim, dtype)
}

#' @rdname summaries
#' @export
max.torch_tensor <- function(..., dim = NULL, other = NULL, keepdim = FALSE, na.rm = FALSE) { # nolint: object_name_linter.
  x <- together(...)
  torch_max(if (.Call(ffi_flag, na.rm, "na.rm")) replace_nan(x, -Inf) else x, dim, other, keepdim)
}

#' @rdname summaries
#' @param other a tensor to compare with, element by element.
#' @export
min.torch_tensor <- function(..., dim = NULL, other = NULL, keepdim = FALSE, na.rm = FALSE) { # nolint: object_name_linter.
  x <- together(...)
  torch_min(if (.Call(ffi_flag, na.rm, "na.rm")) replace_nan(x, Inf) else x, dim, other, keepdim)
}

#' @rdname summaries
#' @export
range.torch_tensor <- function(..., na.rm = FALSE) { # nolint: object_name_linter.
  x <- together(...)
  torch_stack(list(min(x, na.rm = na.rm), max(x, na.rm = na.rm)))
}

#' @rdname summaries
#' @export
all.torch_tensor <- function(..., na.rm = FALSE) { # nolint: object_name_linter.
  .Call(ffi_item, .Call(ffi_all, together(...), NULL, FALSE)) != 0
}

#' @rdname summaries
#' @export
any.torch_tensor <- function(..., na.rm = FALSE) { # nolint: object_name_linter.
  x <- together(...)
  .Call(ffi_item, .Call(ffi_any, if (.Call(ffi_flag, na.rm, "na.rm")) replace_nan(x, 0) else x, NULL, FALSE)) != 0
}

replace_nan <- function(x, value) if (torch_is_floating_point(x)) torch_where(x == x, x, value) else x

# The elements of several tensors, or numbers, as those of one.
together <- function(...) {
  if (...length() == 1L) return(..1)
  if (!is.null(...names())) no_names(..., known = arguments_of(sys.function(-1L)), call = users_call())
  torch_cat(lapply(list(...), function(x) {
    if (inherits(x, "torch_tensor")) return(torch_reshape(x, -1L))
    if (is.atomic(x) && !is.null(x)) dim(x) <- length(x)
    x
  }), 1L)
}
