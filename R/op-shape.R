#' Another shape
#'
#' The same elements, in row-major order, seen with other sizes. What these functions give is a view wherever the
#' elements lie so that it can be one: it shares memory with `self`, and a change of either is a change of both, in
#' value and in gradient.
#'
#' * `torch_reshape()` takes any shape of as many elements, and makes a copy only where no view is possible.
#'   `x$view(size)` is the same without that way out: it fails where it would need a copy.
#' * `torch_flatten()` merges the dimensions `start_dim` to `end_dim` into one; `x$unflatten(dim, sizes)` is its
#'   reverse.
#' * `torch_squeeze()` drops the dimension `dim` if its size is 1, or, without `dim`, all dimensions of size 1;
#'   `torch_unsqueeze()` puts a new dimension of size 1 at the place `dim`.
#' * `torch_atleast_1d()`, `torch_atleast_2d()` and `torch_atleast_3d()` add dimensions of size 1 to what has too few.
#' * `torch_broadcast_tensors()` expands tensors to the one shape that they broadcast to.
#'
#' @param self a tensor of any shape; for `torch_atleast_1d()` and its kin a list of tensors will do too.
#' @param shape a vector of sizes. One of them may be -1: whatever is left.
#' @param dims the first and last of the dimensions to merge (or the first alone), instead of `start_dim` and
#'   `end_dim`.
#' @param start_dim,end_dim the first and the last dimension to merge, counted from 1, or from -1 at the end.
#' @param out_dim refused: dimensions have no names.
#' @param dim a dimension, counted from 1, or from -1 at the end.
#' @param tensors a list of tensors, whose shapes broadcast.
#' @return A tensor of the dtype of `self`, and of the shape that is said above: a vector of n elements becomes one of shape (1, n) by
#'   `torch_atleast_2d()` and (1, n, 1) by `torch_atleast_3d()`, a matrix (n, m, 1). A list of tensors for `torch_broadcast_tensors()` and
#'   for a list.
#' @section Errors:
#' Refused are a `shape` of another number of elements, more than one -1 in it, a dimension that is not there (for `torch_unsqueeze()`
#' there is one more), an `end_dim` before `start_dim`, shapes that do not broadcast, and by `x$view()` what would need a copy.
#' @section Methods:
#' | method | what it gives |
#' |---|---|
#' | `x$view(size)`, `x$view_as(other)` | a view of another shape |
#' | `x$reshape_as(other)` | `x` in the shape of `other` |
#' | `x$ravel()` | one dimension |
#' | `x$unflatten(dim, sizes)` | dimension `dim` taken apart; one of `sizes` may be -1 |
#' | `x$expand(size)`, `x$broadcast_to(size)` | dimensions of size 1 repeated without a copy; -1 keeps a size |
#' | `x$expand_as(other)` | the same, to the shape of `other` |
#' | `x$sum_to_size(size)` | the reverse of `x$expand()`: what was repeated is summed |
#' | `x$squeeze_(dim)`, `x$unsqueeze_(dim)` | in place |
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_reshape(x, c(3, -1))
#' torch_flatten(x)
#' torch_flatten(torch_ones(2, 3, 4), start_dim = 2)$shape
#' torch_unsqueeze(x, 1)$shape
#' torch_squeeze(torch_ones(1, 2, 1))$shape
#' torch_squeeze(torch_ones(1, 2, 1), dim = 3)$shape
#' torch_broadcast_tensors(list(torch_tensor(1:3), torch_tensor(rbind(10L, 20L))))
#' v <- torch_tensor(1:3)
#' torch_atleast_1d(torch_scalar_tensor(5))$shape
#' torch_atleast_2d(v)$shape
#' torch_atleast_3d(v)$shape
#' x$view(6)$mul_(10L)
#' x
#' @export
torch_reshape <- function(self, shape) .Call(ffi_reshape, self, shape)
#' @rdname torch_reshape
#' @export
torch_flatten <- function(self, dims, start_dim = 1L, end_dim = -1L, out_dim) {
  if (!missing(out_dim) && !is.null(out_dim)) raise_error("`out_dim` must not be given: dimensions have no names")
  if (!missing(dims)) {
    if (!missing(start_dim) || !missing(end_dim)) raise_error("`dims` and `start_dim` or `end_dim` say the same: give one of them")
    dims <- .Call(ffi_integers, dims, "dims")
    if (!length(dims)) raise_error("`dims` must name a dimension")
    start_dim <- dims[[1]]
    if (length(dims) > 1) end_dim <- dims[[length(dims)]]
  }
  .Call(ffi_flatten, self, start_dim, end_dim)
}
#' @rdname torch_reshape
#' @export
torch_squeeze <- function(self, dim = NULL) .Call(ffi_squeeze, self, dim)
#' @rdname torch_reshape
#' @export
torch_unsqueeze <- function(self, dim) .Call(ffi_unsqueeze, self, dim)
#' @rdname torch_reshape
#' @export
torch_broadcast_tensors <- function(tensors) .Call(ffi_broadcast_tensors, tensors)
#' @rdname torch_reshape
#' @export
torch_atleast_1d <- function(self) at_least(self, 1L)
#' @rdname torch_reshape
#' @export
torch_atleast_2d <- function(self) at_least(self, 2L)
#' @rdname torch_reshape
#' @export
torch_atleast_3d <- function(self) at_least(self, 3L)

at_least <- function(self, ndim) {
  if (is.list(self)) lapply(self, at_least, ndim) else .Call(ffi_at_least, self, ndim)
}

#' Dimensions in another order
#'
#' `torch_t()` swaps the two dimensions of a matrix (and leaves a vector as it is), `torch_transpose()` any two, and
#' `torch_movedim()` moves dimensions to other places while the rest keep their order. All of them give views.
#' R's `t()` and [aperm()] work on tensors too.
#'
#' @param self a tensor; of at most two dimensions for `torch_t()`.
#' @param dim0,dim1 the dimensions to swap, counted from 1, or from -1 at the end.
#' @param source,destination vectors of the same length: the dimensions to move, and where each is to go, counted in the same way.
#' @return A view of `self`, which shares its memory: of shape (m, n) for a matrix of shape (n, m).
#' @section Errors:
#' Refused are more than two dimensions for `torch_t()`, a dimension that is not there, or is named twice to be moved, another
#' number of destinations than of sources, and by `x$permute()` an order in which not each dimension stands once.
#' @section Methods:
#' | method | what it gives |
#' |---|---|
#' | `x$permute(dims)` | the dimensions in the order `dims` |
#' | `x$swapaxes(axis0, axis1)`, `x$swapdims(dim0, dim1)` | `x$transpose()` |
#' | `x$moveaxis(source, destination)` | `x$movedim()` |
#' | `x$mT()`, `x$mH()`, `x$adjoint()` | the last two dimensions swapped |
#' | `x$numpy_T()`, `x$matrix_H()` | all dimensions reversed; of a matrix |
#' | `x$t_()`, `x$transpose_(dim0, dim1)`, `x$swapaxes_(...)`, `x$swapdims_(...)` | in place |
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_t(x)
#' torch_transpose(torch_ones(2, 3, 4), 1, 3)$shape
#' torch_transpose(x, -1, -2)
#' torch_ones(2, 3, 4)$permute(c(3, 1, 2))$shape
#' torch_movedim(torch_ones(2, 3, 4), 1, 3)$shape
#' @export
torch_t <- function(self) .Call(ffi_t, self)
#' @rdname torch_t
#' @export
torch_transpose <- function(self, dim0, dim1) .Call(ffi_transpose, self, dim0, dim1)
#' @rdname torch_t
#' @export
torch_movedim <- function(self, source, destination) .Call(ffi_movedim, self, source, destination)

#' Parts of a tensor
#'
#' Views of some of the elements: `length` of them along a dimension (`torch_narrow()`), those on a diagonal
#' (`torch_diagonal()`), or any that a regular pattern of memory reaches (`torch_as_strided()`). See also the
#' operator `[`. R's [head()] and [tail()] work on tensors as they do on matrices.
#'
#' @param self a tensor.
#' @param dim a dimension, counted from 1, or from -1 at the end.
#' @param start the first place to keep, counted from 1, or from -1 at the end.
#' @param length how many places to keep.
#' @param outdim the same as `offset`, for a call such as `torch_diagonal(x, 1)`.
#' @param dim1,dim2 the dimensions that rows and columns of the matrices run along. The diagonal becomes the last
#'   dimension.
#' @param offset which diagonal: 0 is the main one, 1 the next above, -1 the next below.
#' @param size,stride vectors of the same length: the sizes, and how far apart in memory, in elements, neighbours
#'   along each dimension are.
#' @param storage_offset how many elements of the memory come before the first one; `NULL`: as for `self`.
#' @return A view of `self`, which shares its memory: of its shape with `length` along `dim`; for `torch_diagonal()` without `dim1` and
#'   `dim2` and with the length of the diagonal last; of shape `size`.
#' @section Errors:
#' Refused are a dimension that is not there, places beyond its size, a negative `length`, two dimensions of a diagonal that are the same,
#' `outdim` beside `offset`, negative sizes or strides, another number of strides than of sizes, and what lies beyond the memory of `self`.
#' @section Methods:
#' | method | what it gives |
#' |---|---|
#' | `x$select(dim, index)` | one place along `dim`, which is dropped |
#' | `x$slice(dim, start, end, step)` | the places `start`, `start + step`, ... up to `end` (`NULL`: to the end) |
#' | `x$narrow_copy(dim, start, length)` | a copy instead of a view |
#' | `x$unfold(dimension, size, step)` | windows along a dimension; their elements run along a new last dimension |
#' | `x$alias()` | all of `x` |
#' | `x$select_scatter(src, dim, index)` | a copy of `x` with that part replaced by `src` |
#' | `x$slice_scatter(src, dim, start, end, step)` | the same for a slice |
#' | `x$diagonal_scatter(src, offset, dim1, dim2)` | the same for a diagonal |
#' | `x$as_strided_scatter(src, size, stride, storage_offset)` | the same for what `x$as_strided()` reaches |
#' | `x$slice_inverse(src, ...)` | what `src`, a part of a tensor, is, of `x` |
#' | `x$as_strided_(size, stride, storage_offset)` | in place |
#' | `x$fill_diagonal_(fill_value, wrap)` | fills the main diagonal; `wrap`: it starts again in a tall matrix |
#' @examples
#' x <- torch_tensor(matrix(1:12, 3))
#' torch_narrow(x, 2, start = 2, length = 2)
#' torch_diagonal(x, offset = 1)
#' torch_diagonal(torch_ones(2, 3, 4), dim1 = 2, dim2 = 3)$shape
#' torch_as_strided(x, c(2, 2), c(1, 2))
#' torch_tensor(1:5)$unfold(1, size = 3, step = 1)
#' @export
torch_narrow <- function(self, dim, start, length) .Call(ffi_narrow, self, dim, start, length)
#' @rdname torch_narrow
#' @export
torch_diagonal <- function(self, outdim, dim1 = 1L, dim2 = 2L, offset = 0L) {
  if (!missing(outdim)) {
    if (!missing(offset)) raise_error("`outdim` and `offset` say the same: give one of them")
    offset <- .Call(ffi_integer, outdim, "outdim")
  }
  .Call(ffi_diagonal, self, dim1, dim2, offset)
}
#' @rdname torch_narrow
#' @export
torch_as_strided <- function(self, size, stride, storage_offset = NULL) {
  .Call(ffi_as_strided, self, size, stride, storage_offset)
}

#' Copies, and how a tensor lies in memory
#'
#' `torch_clone()` gives a copy that is part of the graph: gradients pass through it to `self`.
#'
#' @param self a tensor of any shape.
#' @param memory_format `NULL` or `torch_preserve_format()`: the dimensions lie in memory in the order they have in
#'   `self`; `torch_contiguous_format()`: the last one innermost.
#' @return A tensor of the same shape and dtype, with memory of its own.
#' @section Errors:
#' Refused are another `memory_format`, `torch_channels_last_format()` for another tensor than one of four dimensions, a dimension of
#' `x$size()` or `x$stride()` that is not there, negative sizes, and `x$resize_()` of a tensor that requires gradients.
#' @section Methods:
#' | method | what it gives |
#' |---|---|
#' | `x$size(dim)`, `x$stride(dim)` | sizes and strides, in elements: all of them, or that of one dimension |
#' | `x$dim()`, `x$numel()` | how many dimensions and elements |
#' | `x$is_contiguous()` | whether the elements lie in row-major order without gaps |
#' | `x$contiguous()` | `x` itself if they do, else a copy in which they do |
#' | `x$storage_offset()`, `x$storage()$data_ptr()` | where in its memory the tensor begins; where that memory is |
#' | `x$is_same_size(other)` | whether the shapes are equal |
#' | `x$is_set_to(tensor)` | whether both are the same elements of the same memory |
#' | `x$resize_(size)`, `x$resize_as_(the_template)` | gives `x` another size; new elements are 0 |
#' | `x$set_(source, storage_offset, size, stride)` | lets `x` share the memory of `source` |
#'
#' If `x$resize_()` needs more memory than there is, it takes new one, and views of `x` keep the old.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' y <- torch_clone(x)
#' y$t_()
#' y$stride()
#' y$contiguous()$stride()
#' torch_clone(y, memory_format = torch_contiguous_format())$stride()
#' w <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' torch_clone(w)$sum()$backward()
#' w$grad
#' @export
torch_clone <- function(self, memory_format = NULL) {
  if (is.null(memory_format)) return(.Call(ffi_clone, self))
  if (identical(memory_format, torch_contiguous_format())) return(.Call(ffi_dense_copy, self))
  in_format(.Call(ffi_clone, self), memory_format)
}

check_row_major <- function(memory_format, call) {
  check_format(memory_format, call)
  is_last <- identical(memory_format, torch_channels_last_format())
  if (is_last) raise_error("`memory_format` must be contiguous where a tensor is resized", call)
}

# As C has it: from 0, before the end.
slice_start <- function(start) {
  if (is.null(start)) return(0)
  start <- .Call(ffi_integer, start, "start")
  if (start > 0) start - 1 else start
}
slice_end <- function(end) {
  if (is.null(end)) return(2^52)
  end <- .Call(ffi_integer, end, "end")
  if (end == -1) 2^52 else if (end < 0) end + 1 else end
}

shape_methods <- list(
  as_strided_ = function(size, stride, storage_offset = NULL) {
    .Call(ffi_as_strided_, self, size, stride, storage_offset)
  },
  view = function(size) .Call(ffi_view, self, size),
  view_as = function(other) .Call(ffi_view_as, self, other),
  reshape_as = function(other) .Call(ffi_reshape_as, self, other),
  ravel = function() .Call(ffi_ravel, self),
  unflatten = function(dim, sizes, names = NULL) {
    if (!is.null(names)) refuse_names()
    .Call(ffi_unflatten, self, dim, sizes)
  },
  expand = function(size, implicit = FALSE) {
    if (!is.logical(implicit) || length(implicit) != 1L || is.na(implicit)) {
      raise_error("`implicit` must be TRUE or FALSE; sizes go in one vector, x$expand(c(2, 3))")
    }
    .Call(ffi_expand, self, size)
  },
  expand_as = function(other) .Call(ffi_expand_as, self, other),
  broadcast_to = function(size) .Call(ffi_expand, self, size),
  squeeze_ = function(dim = NULL) .Call(ffi_squeeze_, self, dim),
  permute = function(dims) .Call(ffi_permute, self, dims),
  moveaxis = function(source, destination) .Call(ffi_movedim, self, source, destination),
  swapaxes = function(axis0, axis1) .Call(ffi_transpose, self, axis0, axis1),
  swapaxes_ = function(axis0, axis1) .Call(ffi_transpose_, self, axis0, axis1),
  swapdims = function(dim0, dim1) .Call(ffi_transpose, self, dim0, dim1),
  swapdims_ = function(dim0, dim1) .Call(ffi_transpose_, self, dim0, dim1),
  mT = function() .Call(ffi_mT, self),
  mH = function() .Call(ffi_mT, self),
  adjoint = function() .Call(ffi_mT, self),
  matrix_H = function() .Call(ffi_t, self),
  numpy_T = function() .Call(ffi_numpy_T, self),
  alias = function() .Call(ffi_alias, self),
  contiguous = function(memory_format = NULL) {
    if (is.null(memory_format)) .Call(ffi_contiguous, self) else in_format(self, memory_format)
  },
  size = function(dim = NULL) .Call(ffi_size, self, dim),
  stride = function(dim = NULL) .Call(ffi_stride, self, dim),
  dim = function() self$ndim,
  storage_offset = function() .Call(ffi_storage_offset, self),
  is_contiguous = function(memory_format = NULL) {
    check_format(memory_format)
    is_last <- identical(memory_format, torch_channels_last_format())
    .Call(ffi_is_contiguous, if (is_last) channels_last(self, sys.call()) else self)
  },
  is_same_size = function(other) .Call(ffi_is_same_size, self, other),
  is_set_to = function(tensor) .Call(ffi_is_set_to, self, tensor),
  resize_ = function(size, memory_format = NULL) {
    check_row_major(memory_format, sys.call())
    .Call(ffi_resize_, self, size)
  },
  resize_as_ = function(the_template, memory_format = NULL) {
    check_row_major(memory_format, sys.call())
    .Call(ffi_resize_, self, .Call(ffi_as_tensor, the_template, "the_template")$shape)
  },
  set_ = function(source, storage_offset = NULL, size = NULL, stride = NULL) {
    .Call(ffi_set_, self, source, storage_offset, size, stride)
  },
  storage = function() {
    address <- .Call(ffi_storage_address, self)
    list(data_ptr = function() address)
  },
  sum_to_size = function(size) .Call(ffi_sum_to_size, self, size),
  fill_diagonal_ = function(fill_value, wrap = FALSE) {
    shape <- .Call(ffi_size, self, NULL)
    stride <- .Call(ffi_stride, self, NULL)
    if (length(shape) < 2) {
      raise_error(paste("fill_diagonal_() needs a tensor of at least 2 dimensions; this one has", length(shape)))
    }
    if (length(shape) > 2 && any(shape != shape[1])) {
      raise_error("fill_diagonal_() needs equal sizes in a tensor of more than 2 dimensions")
    }
    count <- min(shape)
    diagonals <- list(.Call(ffi_as_strided, self, count, sum(stride), NULL))
    if (.Call(ffi_flag, wrap, "wrap") && length(shape) == 2 && shape[1] > shape[2] + 1) {
      period <- shape[2] + 1
      start <- .Call(ffi_storage_offset, self) + stride[1] * period
      diagonals[[2L]] <- .Call(ffi_as_strided, self, ceiling(prod(shape) / period) - count, sum(stride), start)
    }
    for (diagonal in diagonals) .Call(ffi_fill_, diagonal, fill_value)
    self
  },
  select = function(dim, index) .Call(ffi_select, self, dim, index),
  slice = function(dim = 1L, start = NULL, end = NULL, step = 1L) {
    .Call(ffi_slice, self, dim, slice_start(start), slice_end(end), step)
  },
  narrow_copy = function(dim, start, length) .Call(ffi_clone, .Call(ffi_narrow, self, dim, start, length)),
  unfold = function(dimension, size, step) .Call(ffi_unfold, self, dimension, size, step),
  select_scatter = function(src, dim, index) .Call(ffi_select_scatter, self, src, dim, index),
  slice_scatter = function(src, dim = 1L, start = NULL, end = NULL, step = 1L) {
    .Call(ffi_slice_scatter, self, src, dim, slice_start(start), slice_end(end), step)
  },
  diagonal_scatter = function(src, offset = 0L, dim1 = 1L, dim2 = 2L) {
    .Call(ffi_diagonal_scatter, self, src, dim1, dim2, offset)
  },
  as_strided_scatter = function(src, size, stride, storage_offset = NULL) {
    copy <- .Call(ffi_clone, self)
    .Call(ffi_copy_, .Call(ffi_as_strided, copy, size, stride, storage_offset), src)
    copy
  },
  slice_inverse = function(src, dim = 1L, start = NULL, end = NULL, step = 1L) {
    src <- .Call(ffi_as_tensor, src, "src")
    .Call(ffi_as_strided, self, src$shape, src$stride(), src$storage_offset())
  }
)

#' @export
dim.torch_tensor <- function(x) .Call(ffi_size, x, NULL)
#' @export
t.torch_tensor <- function(x) .Call(ffi_t, x)
#' @export
aperm.torch_tensor <- function(a, perm = NULL, ...) {
  no_dots(...)
  if (is.null(perm)) .Call(ffi_numpy_T, a) else .Call(ffi_permute, a, perm)
}
#' @export
rev.torch_tensor <- function(x) {
  if (x$ndim != 1L) {
    raise_error(paste0("rev() needs a tensor of 1 dimension; this one has ", x$ndim, ": use torch_flip()"))
  }
  .Call(ffi_flip, x, 1L)
}
#' @importFrom utils head tail
#' @export
head.torch_tensor <- function(x, n = 6L, ...) {
  no_dots(...)
  check_numbers_kept(n)
  for (dim in seq_along(n)) {
    size <- .Call(ffi_size, x, dim)
    if (!is.na(n[dim])) x <- .Call(ffi_narrow, x, dim, 1L, if (n[dim] < 0) max(size + n[dim], 0) else min(n[dim], size))
  }
  x
}
#' @export
tail.torch_tensor <- function(x, n = 6L, ...) {
  no_dots(...)
  check_numbers_kept(n)
  for (dim in seq_along(n)) {
    size <- .Call(ffi_size, x, dim)
    if (is.na(n[dim])) next
    length <- if (n[dim] < 0) max(size + n[dim], 0) else min(n[dim], size)
    x <- .Call(ffi_narrow, x, dim, size - length + 1, length)
  }
  x
}

check_numbers_kept <- function(n, call = users_call()) {
  if (!is.numeric(n) && !(is.logical(n) && all(is.na(n)))) raise_error("`n` must be an integer for each dimension, or NA", call)
}
