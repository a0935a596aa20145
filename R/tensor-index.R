#' Parts of a tensor
#'
#' `x[i, j, ...]` is a part of a tensor, and `x[i, j, ...] <- value` writes to one. Dimensions that are not named at the
#' end are taken whole. `x[[i, j, ...]]` is one element, and `x[["name"]]` is what `x$name` is.
#'
#' | between the brackets | what it takes |
#' |---|---|
#' | a number | one place of the dimension, which is dropped unless `drop = FALSE`; `-1` is the last place |
#' | nothing | the whole dimension |
#' | `2:4`, `2:-1`, `2:N` | a range, both ends included; negative ones count from the end, which is `N` |
#' | `4:2`, `N:1` | these places, downwards |
#' | `1:9:2`, `slc(1, 9, 2)` | a range with a step |
#' | `c(1, 3, 3)` | these places, in this order |
#' | a tensor of integers | these places, in the tensor's shape |
#' | `TRUE`, `FALSE` | the whole dimension, or nothing of it |
#' | a logical vector or array, a tensor of booleans or bytes | where it is true, over as many dimensions as the mask has |
#' | a numeric matrix | elements, one for each row, with a column for each dimension of `x`; stands alone |
#' | `NULL`, `newaxis` | nothing: puts in a dimension of size 1 |
#' | `..` | all dimensions that are left |
#'
#' A range may reach beyond the end, and takes what is there: `x[2:N]` is empty if there is one place. Downwards, as
#' from `4:2`, all must be there; `slc(4, 2)` is empty. Places, ranges and `newaxis` give a view, which shares the
#' memory of `x`: a change of the one is a change of the other. What runs downwards, vectors, matrices, tensors and
#' masks give a copy. Several of them each go along their own dimension: `x[c(1, 3), c(2, 4)]` is a matrix of two rows
#' and two columns. [torch_index()] and a matrix, `x[cbind(c(1, 3), c(2, 4))]`, take places pair by pair instead.
#' Elements that a mask takes come in the order of rows: the last dimension runs fastest.
#'
#' @section Writing is in place:
#' `x[1] <- 0` changes the tensor itself, and with it all that share its memory: after `y <- x`, `y[1] <- 0` changes
#' `x` too. `y <- x$clone()` keeps them apart. The functions of R's own packages base, stats and utils are the
#' exception. They write to what they believe to be a copy, so for them it is one: `replace(x, 1, 0)`, `pmax(x, y)`
#' and `diag(x) <- 0` give a new tensor, which keeps its graph, and leave what `x` was alone.
#'
#' @section Errors:
#' Indices count from 1: 0 is refused, and so are numbers beyond the size of a dimension, fractions, missing values,
#' names (dimensions have none), factors, more indices than dimensions, masks of another size, tensors of a floating
#' dtype, and values that do not broadcast to the part that they are written to.
#'
#' @param x a tensor of any shape and dtype.
#' @param ... what to take of each dimension; see the table. For `x[[...]]` one place for each dimension, or the name
#'   of a field or method.
#' @param drop whether numbers drop the dimension that they index.
#' @param value a tensor, number, vector or array that broadcasts to the part; it may have more dimensions if they come
#'   first and are of size 1. R's values are converted to the dtype of `x`, which has to hold them: see [missing-values].
#' @return A tensor of the dtype of `x`, with the dimensions that the table tells; of `x[[...]]` one without dimensions. Of the assignment,
#'   `x` itself, changed (or its changed copy).
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' x[1, ]
#' x[, -1]
#' x[.., 2:N]
#' x[2:1, ]
#' x[x > 2]
#' x[cbind(c(1, 2), c(3, 1))]
#' x[["shape"]]
#' y <- replace(x, x > 4, 0L)
#' x[1, ] <- 0L
#' x
#' @export
`[.torch_tensor` <- function(x, ..., drop = TRUE) .External2(ffi_subset, x, drop)

#' @rdname sub-.torch_tensor
#' @export
`[<-.torch_tensor` <- function(x, ..., value) .External2(ffi_subset_assign, x, value)

#' @rdname sub-.torch_tensor
#' @export
`[[.torch_tensor` <- function(x, ...) .External2(ffi_element, x)

#' @rdname sub-.torch_tensor
#' @export
`[[<-.torch_tensor` <- function(x, ..., value) .External2(ffi_element_assign, x, value)

#' A range of places
#'
#' `slc(start, end, step)` between the brackets of a tensor is what `start:end:step` is, for bounds that come from
#' elsewhere. It is empty if the start comes after the end, where `start:end` runs downwards.
#'
#' @param start,end the first and the last place. Negative ones count from the end; `Inf` is the end.
#' @param step how far apart the places are, 1 or more.
#' @return An object of class `slice`.
#' @section Errors:
#' `slc()` itself refuses nothing. The brackets refuse bounds that are 0, `NA`, fractions or no numbers, and a step that is no integer, 1 or
#' more.
#' @examples
#' x <- torch_tensor(1:10)
#' x[slc(2, Inf, 3)]
#' @export
slc <- function(start, end, step = 1) structure(list(start = start, end = end, step = step), class = "slice")

#' @export
print.slice <- function(x, ...) {
  cat("<slice> ", format(x$start), ":", format(x$end), ":", format(x$step), "\n", sep = "")
  invisible(x)
}

#' Words for the brackets of a tensor
#'
#' `N` is the end of a dimension, as in `x[2:N]`; it counts as -1. `newaxis` puts in a dimension of size 1; it is
#' `NULL`.
#'
#' @format A number, and `NULL`.
#' @section Errors:
#' 0 is no place, so `x[0:N]` is refused. These are no functions: `N(3)` is an error of R's.
#' @examples
#' x <- torch_tensor(1:3)
#' x[2:N]
#' x[newaxis, ]
#' @export
N <- -1L

#' @rdname N
#' @export
newaxis <- NULL

#' Elements named by index tensors
#'
#' `torch_index()` takes the places that the tensors in `indices` name, one for each of the first dimensions; `NULL`
#' leaves a dimension whole, and a tensor of booleans is a mask over as many dimensions as it has. The tensors are
#' broadcast against each other and name places together, pair by pair; the dimensions that they give stand where the
#' indexed ones stood if those are neighbours, and come first if they are not. `torch_index_put()` writes to these
#' places.
#'
#' @param self a tensor of any shape and dtype.
#' @param indices a list of vectors or tensors of integers, counted from 1 (or from -1 at the end), of
#'   booleans (`TRUE` or `FALSE` alone stands for its whole dimension), and `NULL`.
#' @param values a tensor that broadcasts to the shape of what it replaces.
#' @param accumulate whether to add to what is there. Otherwise the last value written to a place stays.
#' @return A tensor of the dtype of `self`: for `torch_index()` of the shape of the indices and of the dimensions left whole, for the others
#'   of the shape of `self`. `torch_index_put_()` changes `self` and returns it.
#' @section Errors:
#' Refused are `indices` that are no list, more of them than dimensions, places that are 0 or beyond a dimension, floating indices, masks of
#' another size, shapes that do not broadcast, values that do not fit what they replace, and changing a leaf that requires gradients.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_index(x, list(torch_tensor(c(1L, 2L)), torch_tensor(c(3L, 1L))))
#' torch_index_put(x, list(NULL, torch_tensor(1L)), torch_tensor(0L))
#' torch_index_put_(x, list(1L, c(1L, 1L)), torch_tensor(10L), accumulate = TRUE)
#' @export
torch_index <- function(self, indices) .Call(ffi_index, self, indices)

#' @rdname torch_index
#' @export
torch_index_put <- function(self, indices, values, accumulate = FALSE) {
  .Call(ffi_index_put, self, values, accumulate, indices)
}

#' @rdname torch_index
#' @export
torch_index_put_ <- function(self, indices, values, accumulate = FALSE) {
  .Call(ffi_index_put_, self, values, accumulate, indices)
}

#' Elements along a dimension
#'
#' `torch_index_select()` takes whole slices: the places `index` of dimension `dim`. `torch_gather()` and
#' `torch_take_along_dim()` take one element for each index: for `dim = 1` and a matrix, the result at `[i, j]` is
#' `self[index[i, j], j]`. `torch_take()` reads `self` as one row, the last dimension running fastest.
#'
#' @param self a tensor of any shape and dtype.
#' @param dim the dimension to go along, counted from 1, or from -1 at the end. `NULL` stands for the tensor read as one row.
#' @param index,indices a tensor of integers, counted from 1 (or from -1 at the end). For `torch_index_select()`
#'   a vector; for `torch_gather()` of as many dimensions as `self`, and no larger than it except along `dim`; for
#'   `torch_take_along_dim()` its other dimensions broadcast against those of `self`.
#' @param sparse_grad must be `FALSE`: gradients are dense.
#' @return A tensor of the dtype of `self`, in the shape of the index (with that of `self` in the other dimensions for
#'   `torch_index_select()`).
#' @section Errors:
#' Refused are a `dim` that is 0 or not there, indices that are 0, beyond the dimension or floating, an index of another number of
#' dimensions or, for `torch_gather()`, a larger one, shapes that do not broadcast, and `sparse_grad = TRUE`.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_index_select(x, 2, torch_tensor(c(1L, 3L)))
#' torch_gather(x, 2, torch_tensor(matrix(c(1L, 3L), 2)))
#' torch_take_along_dim(x, torch_tensor(rbind(c(3L, 1L))), dim = 2)
#' torch_take(x, torch_tensor(c(1L, 6L)))
#' @export
torch_index_select <- function(self, dim, index) .Call(ffi_index_select, self, dim, index)

#' @rdname torch_index_select
#' @export
torch_gather <- function(self, dim, index, sparse_grad = FALSE) {
  if (!isFALSE(sparse_grad)) raise_error("`sparse_grad` must be FALSE: gradients are dense")
  .Call(ffi_gather, self, dim, index)
}

#' @rdname torch_index_select
#' @export
torch_take <- function(self, index) .Call(ffi_take, self, index)

#' @rdname torch_index_select
#' @export
torch_take_along_dim <- function(self, indices, dim = NULL) .Call(ffi_take_along_dim, self, indices, dim)

#' Elements chosen by a mask
#'
#' The elements of `self` where `mask` is true, one after the other.
#'
#' @param self a tensor of any shape and dtype.
#' @param mask a tensor of booleans, or of bytes ([torch_uint8()]); the two broadcast against each other.
#' @return A tensor of one dimension and of the dtype of `self`.
#' @section Errors:
#' Refused are masks of other dtypes, and shapes that do not broadcast.
#' @examples
#' x <- torch_tensor(c(1, -2, 3))
#' torch_masked_select(x, x > 0)
#' @export
torch_masked_select <- function(self, mask) .Call(ffi_masked_select, self, mask)

#' Where a tensor is not zero
#'
#' @param self a tensor of any shape and dtype.
#' @param as_list whether to return a tensor for each dimension.
#' @return A tensor of `torch_long()` with a row for each element that is not zero, and the element's place along each
#'   dimension in the columns, counted from 1; or with `as_list` the columns, as a list.
#' @section Errors:
#' What is no tensor and cannot become one is refused, and an `as_list` that is `NA`.
#' @examples
#' torch_nonzero(torch_tensor(matrix(c(1, 0, 0, 2), 2)))
#' @export
torch_nonzero <- function(self, as_list = FALSE) {
  places <- .Call(ffi_nonzero, self, 1L)
  if (!.Call(ffi_flag, as_list, "as_list")) places else if (places$shape[2] == 0L) list() else torch_unbind(places, 2L)
}

reductions <- c("sum", "prod", "mean", "amax", "amin")

place_of <- function(reduce) if (is_string(reduce)) match(reduce, reductions, 0L) else 0L

scaled <- function(source, alpha) {
  if (identical(alpha, 1L) || identical(alpha, 1)) return(source)
  alpha <- .Call(ffi_number, alpha, "alpha")
  .Call(ffi_as_tensor, source, "source")
  whole <- is.numeric(alpha) && isTRUE(abs(alpha) <= .Machine$integer.max) && alpha == round(alpha)
  if (inherits(source, "torch_tensor")) torch_mul(source, if (whole) as.integer(alpha) else alpha) else source * alpha
}

# scatter() with a reduction is scatter_add() or scatter_reduce() of what is written, a number being repeated.
scatter_reducing <- function(self, dim, index, src, reduce, in_place) {
  if (is.null(reduce)) {
    return(if (in_place) .Call(ffi_scatter_, self, dim, index, src) else .Call(ffi_scatter, self, dim, index, src))
  }
  how <- match(one_of(reduce, "reduce", c("add", "multiply"), users_call()), c("add", "multiply"))
  if (in_place) return(.Call(ffi_scatter_reduce_, self, dim, index, src, how, TRUE))
  .Call(ffi_scatter_reduce, self, dim, index, src, how, TRUE)
}

index_methods <- list(
  argwhere = function() .Call(ffi_nonzero, self, 1L),
  nonzero_static = function(size, fill_value = -1L) {
    places <- .Call(ffi_nonzero, self, 1L)
    size <- .Call(ffi_count, size, "size")
    kept <- min(places$shape[1], size)
    result <- torch_full(c(size, places$shape[2]), fill_value, dtype = torch_long())
    if (kept > 0L) result[1:kept, ] <- places[1:kept, ]
    result
  },
  scatter = function(dim, index, src, reduce = NULL) scatter_reducing(self, dim, index, src, reduce, FALSE),
  scatter_ = function(dim, index, src, reduce = NULL) scatter_reducing(self, dim, index, src, reduce, TRUE),
  scatter_add = function(dim, index, src) .Call(ffi_scatter_add, self, dim, index, src),
  scatter_add_ = function(dim, index, src) .Call(ffi_scatter_add_, self, dim, index, src),
  scatter_reduce = function(dim, index, src, reduce, include_self = TRUE) {
    .Call(ffi_scatter_reduce, self, dim, index, src, place_of(reduce), include_self)
  },
  scatter_reduce_ = function(dim, index, src, reduce, include_self = TRUE) {
    .Call(ffi_scatter_reduce_, self, dim, index, src, place_of(reduce), include_self)
  },
  index_add = function(dim, index, source, alpha = 1L) .Call(ffi_index_add, self, dim, index, scaled(source, alpha)),
  index_add_ = function(dim, index, source, alpha = 1L) .Call(ffi_index_add_, self, dim, index, scaled(source, alpha)),
  index_copy = function(dim, index, source) .Call(ffi_index_copy, self, dim, index, source),
  index_copy_ = function(dim, index, source) .Call(ffi_index_copy_, self, dim, index, source),
  index_fill = function(dim, index, value) .Call(ffi_index_fill, self, dim, index, value),
  index_fill_ = function(dim, index, value) .Call(ffi_index_fill_, self, dim, index, value),
  index_reduce = function(dim, index, source, reduce, include_self = TRUE) {
    .Call(ffi_index_reduce, self, dim, index, source, place_of(reduce), include_self)
  },
  index_reduce_ = function(dim, index, source, reduce, include_self = TRUE) {
    .Call(ffi_index_reduce_, self, dim, index, source, place_of(reduce), include_self)
  },
  masked_fill = function(mask, value) .Call(ffi_masked_fill, self, mask, value),
  masked_fill_ = function(mask, value) .Call(ffi_masked_fill_, self, mask, value),
  masked_scatter = function(mask, source) .Call(ffi_masked_scatter, self, mask, source),
  masked_scatter_ = function(mask, source) .Call(ffi_masked_scatter_, self, mask, source),
  put = function(index, source, accumulate = FALSE) .Call(ffi_put, self, index, source, accumulate),
  put_ = function(index, source, accumulate = FALSE) .Call(ffi_put_, self, index, source, accumulate)
)

#' Writing to elements named by indices
#'
#' Methods of tensors that write along a dimension, or where a mask is true. Each gives a new tensor; with `_` at the
#' end of its name it changes the tensor itself.
#'
#' | method | what it writes |
#' |---|---|
#' | `$scatter(dim, index, src, reduce = NULL)` | for `dim = 1`, `src[i, j]` at `[index[i, j], j]` |
#' | `$scatter_add(dim, index, src)` | the same, added to what is there |
#' | `$scatter_reduce(dim, index, src, reduce, include_self)` | the same, put together by `reduce` |
#' | `$index_copy(dim, index, source)` | whole slices of `source` at the places `index` |
#' | `$index_add(dim, index, source, alpha = 1)` | `alpha` times them, added to what is there |
#' | `$index_reduce(dim, index, source, reduce, include_self)` | the same, put together by `reduce` |
#' | `$index_fill(dim, index, value)` | one value in whole slices |
#' | `$put(index, source, accumulate = FALSE)` | elements at places of the tensor read as one row |
#' | `$masked_fill(mask, value)` | one value where the mask is true |
#' | `$masked_scatter(mask, source)` | the first elements of `source`, in their order, where the mask is true |
#'
#' `$scatter()` is the reverse of `$gather()`. `index` is a tensor of integers, counted from 1 (or from -1 at the
#' end): for `scatter` of as many dimensions as the tensor, and no larger than `src`; for `index_*` a vector. `src`
#' may be a number for `$scatter()`. `reduce` is `"sum"`, `"prod"`, `"mean"`, `"amax"` or `"amin"` (`"add"` or
#' `"multiply"` for `$scatter()`); `include_self` tells whether what is there takes part. Where several values meet in
#' one place without a reduction, the last one stays.
#'
#' `$argwhere()` is [torch_nonzero()]; `$nonzero_static(size, fill_value = -1)` is cut, or filled up, to `size` rows.
#'
#' @return A tensor of the shape and dtype of the one whose method it is; of `$argwhere()` and `$nonzero_static()` as of [torch_nonzero()].
#' @section Errors:
#' Refused are a `dim` that is not there, indices that are 0, beyond the dimension or floating, sources smaller than the index or of another
#' shape than the slices, another `reduce`, masks that are not of booleans or bytes, too few elements for a mask or for `$put()`,
#' floating ones for a tensor of integers there, and a value that the dtype does not hold, such as `NA` for integers.
#' @examples
#' x <- torch_zeros(2, 3)
#' x$scatter(1, torch_tensor(matrix(c(1L, 2L, 1L), 1)), 5)
#' x$index_fill_(2, torch_tensor(3L), 1)
#' x$masked_fill(x > 0, -1)
#' @name scatter
NULL
