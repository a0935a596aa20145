#' Sorting and selecting
#'
#' `torch_sort()` sorts along a dimension and also tells where each element stood; `torch_argsort()` tells only that,
#' and
#' `torch_msort()` only sorts, along the first dimension. `torch_topk()` gives the `k` largest or smallest elements,
#' `torch_kthvalue()` the
#' `k`-th smallest.
#'
#' Equal elements keep their order. NaN stands after all numbers, and before them in descending order. Gradients flow
#' to where the
#' elements stood.
#'
#' @param self a tensor of any shape and dtype.
#' @param dim the dimension, counted from 1, or from -1 at the end, which is the default.
#' @param descending whether the largest comes first.
#' @param stable accepted; the order is stable in any case.
#' @param k how many elements, or of which rank from 1.
#' @param largest whether the largest are wanted.
#' @param sorted accepted; the elements come in order in any case.
#' @param keepdim whether the dimension is kept, with size 1.
#' @return A list of values and their places; of `torch_argsort()` the places, of `torch_msort()` the values. Places
#'   count from 1, but those of
#'   `torch_kthvalue()` from 0, as in torch for R; they are of int64. All have the shape of `self`, with `k` elements along `dim` for
#'   `torch_topk()`, and without `dim` for `torch_kthvalue()`.
#' @section Errors:
#' Refused are a dimension that is not there, a `k` beyond its size or below 0 (below 1 for `torch_kthvalue()`), `NA` for `descending`,
#' `largest` or `keepdim`, and what is neither a tensor nor numbers of R.
#' @examples
#' x <- torch_tensor(c(3, 1, 2))
#' torch_sort(x)
#' torch_argsort(x, descending = TRUE)
#' torch_topk(x, 2)
#' torch_kthvalue(x, 1)
#' m <- torch_tensor(rbind(c(3, 1), c(2, 4)))
#' torch_msort(m)
#' torch_sort(m, dim = 2)[[1]]
#' torch_topk(m, 1, dim = 1, largest = FALSE)[[1]]
#' @export
torch_sort <- function(self, dim = -1L, descending = FALSE, stable = FALSE) .Call(ffi_sort, self, dim, descending)

#' @rdname torch_sort
#' @export
torch_argsort <- function(self, dim = -1L, descending = FALSE) .Call(ffi_argsort, self, dim, descending)

#' @rdname torch_sort
#' @export
torch_msort <- function(self) .Call(ffi_sort, self, 1L, FALSE)[[1]]

#' @rdname torch_sort
#' @export
torch_topk <- function(self, k, dim = -1L, largest = TRUE, sorted = TRUE) .Call(ffi_topk, self, dim, largest, k)

#' @rdname torch_sort
#' @export
torch_kthvalue <- function(self, k, dim = -1L, keepdim = FALSE) .Call(ffi_kthvalue, self, dim, keepdim, k)

#' Runs of equal elements
#'
#' Each run of equal neighbours becomes one element. With `dim`, slices along that dimension are compared as wholes.
#'
#' @param self a tensor of any shape and dtype.
#' @param return_inverse whether to tell to which run (from 1) each element belongs.
#' @param return_counts whether to tell how long each run is.
#' @param dim the dimension, counted from 1, or from -1 at the end; the flattened tensor if it is `NULL`.
#' @return A list of three tensors: what the runs consist of, a vector or, with `dim`, of the shape of `self` but along `dim`; the inverse,
#'   of the shape of `self` or as long as `dim`; the counts, one for each run. The last two are of int64; what was not asked for is empty.
#' @section Errors:
#' Refused are a `dim` that is not there or names several, and `NA` for `return_inverse` or `return_counts`.
#' @examples
#' torch_unique_consecutive(torch_tensor(c(1, 1, 2, 2, 2, 1)), return_counts = TRUE)
#' torch_unique_consecutive(torch_tensor(c(5, 5, 7)), return_inverse = TRUE)[[2]]
#' torch_unique_consecutive(torch_tensor(rbind(c(1, 2), c(1, 2), c(3, 4))), dim = 1)[[1]]
#' @export
torch_unique_consecutive <- function(self, return_inverse = FALSE, return_counts = FALSE, dim = NULL) {
  .Call(ffi_unique_consecutive, self, return_inverse, return_counts, dim)
}

#' Places in a sorted sequence
#'
#' How many elements of a sorted sequence stand before each value: those that are less, or with `right` (or `side =
#' "right"`)
#' those that are not greater. `torch_bucketize()` is the same with its arguments the other way round.
#'
#' @param sorted_sequence,boundaries a sorted vector; of `torch_searchsorted()` also a tensor of such, along its last
#'   dimension, that agrees
#'   with `self` in all other dimensions.
#' @param self a tensor of values of any shape, or a number.
#' @param out_int32 whether the result is int32 rather than int64.
#' @param right,side whether equal elements count as standing before.
#' @param sorter the places, from 1, at which the sequence's elements are met in order, as [torch_argsort()] tells
#'   them; `list()` if it
#'   is sorted.
#' @return A tensor of counts, of `self`'s shape, from 0 to the length of the sequence.
#' @section Errors:
#' Refused are a sequence without dimensions, `boundaries` of more or less than one dimension (R's `c(1, 2)` has none), sequences that do
#' not agree with `self` in all dimensions but the last, another `side` or one that contradicts `right`, and a `sorter` of another shape or
#' with places that the sequence does not have. A sequence that is not sorted is not noticed.
#' @examples
#' torch_searchsorted(torch_tensor(c(1, 3, 5)), torch_tensor(c(0, 3, 6)))
#' torch_searchsorted(torch_tensor(rbind(c(1, 3), c(5, 7))), torch_tensor(rbind(2, 6)))
#' x <- torch_tensor(c(5, 1, 3))
#' torch_searchsorted(x, torch_tensor(c(0, 3, 6)), side = "right", sorter = torch_argsort(x))
#' torch_bucketize(torch_tensor(c(0, 3, 6)), torch_tensor(c(1, 3, 5)), right = TRUE)
#' @export
torch_searchsorted <- function(sorted_sequence, self, out_int32 = FALSE, right = FALSE, side = NULL, sorter = list()) {
  if (!is.null(side)) {
    right <- .Call(ffi_flag, right, "right")
    if (!identical(side, "left") && !identical(side, "right")) raise_error("`side` must be \"left\" or \"right\"")
    if (right && side == "left") raise_error("`right` and `side` contradict each other")
    right <- side == "right"
  }
  .Call(ffi_searchsorted, sorted_sequence, self, given(sorter), out_int32, right)
}

#' @rdname torch_searchsorted
#' @export
torch_bucketize <- function(self, boundaries, out_int32 = FALSE, right = FALSE) {
  if (length(dim(boundaries)) != 1L) raise_error(sprintf("`boundaries` must be a vector; it has %d dimensions", length(dim(boundaries))))
  .Call(ffi_searchsorted, boundaries, self, NULL, out_int32, right)
}

#' Counting
#'
#' `torch_bincount()` counts how often each integer from 1 occurs in a vector, or adds up weights for it.
#' `torch_histc()` counts elements in
#' equal bins between `min` and `max`; what lies outside is left out. The method `x$histogram(bins, range, weight,
#' density)` also returns the edges
#' of the bins, and takes a tensor of edges as `bins`.
#'
#' @param self a tensor: for `torch_bincount()` a vector of integers from 1, else of floating dtype and any shape.
#' @param weights a weight for each element: a tensor of the same shape; `list()` for none.
#' @param minlength the least length of the result.
#' @param bins how many bins, 1 or more.
#' @param min,max the range; if both are equal, that of the data.
#' @return A vector of counts: int64, or of the dtype of the weights (double if that is whole); of `torch_histc()` of the tensor's dtype
#'   and of `bins` elements. `x$histogram()`: a list of the counts and of one edge more.
#' @section Errors:
#' Refused are integers below 1, floating tensors and tensors of more dimensions than one for `torch_bincount()`, integers and booleans
#' for `torch_histc()` and `x$histogram()`, weights of another shape, a negative `minlength`, `bins` below 1, and for `torch_histc()` a
#' range that is not finite or ends before it begins.
#' @examples
#' torch_bincount(torch_tensor(c(1L, 2L, 2L, 5L)))
#' torch_bincount(torch_tensor(c(1L, 2L, 2L)), weights = torch_tensor(c(0.5, 1, 2)), minlength = 4)
#' torch_histc(torch_tensor(c(1, 2, 1, 5)), bins = 4, min = 0, max = 4)
#' torch_tensor(c(1, 2, 1, 5))$histogram(bins = 4, range = c(0, 4))
#' @export
torch_bincount <- function(self, weights = list(), minlength = 0L) .Call(ffi_bincount, self, given(weights), minlength)

#' @rdname torch_bincount
#' @export
torch_histc <- function(self, bins = 100L, min = 0L, max = 0L) .Call(ffi_histc, self, bins, min, max)

# An optional tensor: the interface says list() where none is given.
given <- function(x) if (is.list(x) && length(x) == 0L) NULL else x

histogram_of <- function(self, bins, range, weight, density) {
  if (inherits(bins, "torch_tensor")) {
    if (!is.null(range)) raise_error("`range` must be NULL where `bins` is a tensor of edges", users_call())
  } else {
    bins <- .Call(ffi_count, bins, "bins")
    if (is.null(range)) range <- as.numeric(.Call(ffi_data_range, self))
    if (!is.numeric(range) || length(range) != 2L || anyNA(range)) raise_error("`range` must be two numbers", users_call())
    if (range[1] == range[2]) range <- range + c(-0.5, 0.5)
    bins <- torch_linspace(range[1], range[2], bins + 1L, dtype = self$dtype)
  }
  counts <- .Call(ffi_histogram, self, bins, given(weight))
  if (.Call(ffi_flag, density, "density")) counts <- counts / torch_sum(counts) / torch_diff(bins)
  list(counts, bins)
}

#' Quantiles
#'
#' The quantile of \eqn{q} among \eqn{n} sorted elements lies at the rank \eqn{q (n - 1)}, counted from 0; between two
#' elements, `interpolation` decides. `torch_quantile()` of elements among which is a NaN is NaN; `torch_nanquantile()`
#' leaves NaN out.
#'
#' @param self a tensor of floating dtype and any shape, of one element at least.
#' @param q a number from 0 to 1, or a vector or one-dimensional tensor of such.
#' @param dim the dimension, counted from 1, or from -1 at the end; all elements if it is `NULL`.
#' @param keepdim whether the dimension is kept, with size 1.
#' @param interpolation `"linear"`, `"lower"`, `"higher"`, `"midpoint"` or `"nearest"`.
#' @return A tensor of the dtype of `self` and without `dim`. A vector `q` adds a first dimension, of a quantile each.
#' @section Errors:
#' Refused are integers and booleans, a `q` that is not between 0 and 1, a tensor without elements, a dimension that is not there, and
#' another `interpolation`.
#' @examples
#' x <- torch_tensor(c(1, 2, 3, 4))
#' torch_quantile(x, 0.5)
#' torch_quantile(x, c(0.25, 0.75), interpolation = "lower")
#' torch_quantile(torch_tensor(rbind(c(1, 3), c(2, 8))), 0.5, dim = 2, keepdim = TRUE)
#' torch_nanquantile(torch_tensor(c(1, NaN, 3)), 0.5)
#' @export
torch_quantile <- function(self, q, dim = NULL, keepdim = FALSE, interpolation = "linear") {
  quantiles(self, q, dim, keepdim, interpolation, FALSE)
}

#' @rdname torch_quantile
#' @export
torch_nanquantile <- function(self, q, dim = NULL, keepdim = FALSE, interpolation = "linear") {
  quantiles(self, q, dim, keepdim, interpolation, TRUE)
}

quantiles <- function(self, q, dim, keepdim, interpolation, skip_nan) {
  call <- users_call()
  self <- .Call(ffi_as_tensor, self, "self")
  if (!is.null(dim)) dim <- .Call(ffi_integer, dim, "dim")
  keepdim <- .Call(ffi_flag, keepdim, "keepdim")
  if (!torch_is_floating_point(self)) raise_error(sprintf("quantiles need a floating dtype, not %s", as.character(self$dtype)), call)
  one_of(interpolation, "interpolation", c("linear", "lower", "higher", "midpoint", "nearest"), call)
  if (!is.numeric(q) && !is_tensor(q)) raise_error("`q` must be numbers from 0 to 1", call)
  single <- if (inherits(q, "torch_tensor")) length(dim(q)) == 0L else length(q) == 1L
  q <- as.numeric(if (inherits(q, "torch_tensor")) as_array(q) else q)
  if (!length(q) || anyNA(q) || any(q < 0 | q > 1)) raise_error("`q` must be numbers from 0 to 1", call)
  if (self$numel() == 0L) raise_error("quantiles need at least one element", call)
  n_dims <- length(dim(self))
  shape <- rep(1L, n_dims)
  if (!is.null(dim) && n_dims == 0L) from_start(dim, torch_unsqueeze(self, 1L))
  if (is.null(dim) || n_dims == 0L) {
    lines <- torch_flatten(torch_reshape(self, -1L))
  } else {
    dim <- from_start(dim, self)
    lines <- if (dim == n_dims) self else torch_movedim(self, dim, n_dims)
    shape <- dim(self)
    shape[dim] <- 1L
  }
  sorted <- torch_sort(lines, -1L)[[1]]
  found <- quantiles_of_sorted(sorted, q, interpolation, skip_nan)
  if (is.null(dim) || n_dims == 0L) {
    found <- if (keepdim) torch_reshape(found, c(length(q), shape)) else found
  } else if (keepdim) {
    found <- torch_unsqueeze(found, dim + 1L)
  }
  if (single) torch_squeeze(found, 1L) else found
}

# One quantile a row: (q, ...) of sorted lines (..., n).
quantiles_of_sorted <- function(sorted, q, interpolation, skip_nan) {
  lines <- length(dim(sorted))
  n <- sorted$size(lines)
  wanted <- torch_tensor(q, dtype = torch_double())
  count <- if (skip_nan) torch_sum(sorted == sorted, lines, keepdim = TRUE) else torch_tensor(n)$expand(c(dim(sorted)[-lines], 1L))
  rank <- torch_clamp((count - 1)$to(dtype = torch_double()) * wanted, min = 0)
  at <- switch(interpolation,
    lower = torch_floor(rank),
    higher = torch_ceil(rank),
    nearest = torch_round(rank),
    torch_floor(rank)
  )
  below <- .Call(ffi_take_along, sorted, (at + 1)$to(dtype = torch_long()), lines)
  if (interpolation %in% c("linear", "midpoint")) {
    above <- .Call(ffi_take_along, sorted, (torch_ceil(rank) + 1)$to(dtype = torch_long()), lines)
    part <- (rank - at)$to(dtype = sorted$dtype)
    if (interpolation == "midpoint") part <- torch_ceil(part) * 0.5
    below <- torch_where(part == 0, below, below + (above - below) * part)
  }
  if (!skip_nan) {
    last <- torch_narrow(sorted, lines, n, 1L)
    below <- torch_where(last == last, below, last)
  }
  if (lines > 1L) torch_movedim(below, lines, 1L) else below
}

sort_methods <- list(
  histogram = function(bins = 100L, range = NULL, weight = list(), density = FALSE) histogram_of(self, bins, range, weight, density)
)
