#' @export
torch_reshape <- function(self, shape) .Call(ffi_reshape, self, shape)
#' @export
torch_flatten <- function(self, dims, start_dim = 1L, end_dim = -1L, out_dim) {
  if (!missing(dims)) {
    start_dim <- dims[[1]]
    if (length(dims) > 1) end_dim <- dims[[length(dims)]]
  }
  .Call(ffi_flatten, self, start_dim, end_dim)
}
#' @export
torch_squeeze <- function(self, dim = NULL) .Call(ffi_squeeze, self, dim)
#' @export
torch_unsqueeze <- function(self, dim) .Call(ffi_unsqueeze, self, dim)
#' @export
torch_broadcast_tensors <- function(tensors) .Call(ffi_broadcast_tensors, tensors)
#' @export
torch_atleast_1d <- function(self) at_least(self, 1L)
#' @export
torch_atleast_2d <- function(self) at_least(self, 2L)
#' @export
torch_atleast_3d <- function(self) at_least(self, 3L)

at_least <- function(self, ndim) {
  if (is.list(self)) lapply(self, at_least, ndim) else .Call(ffi_at_least, self, ndim)
}

#' @export
torch_t <- function(self) .Call(ffi_t, self)
#' @export
torch_transpose <- function(self, dim0, dim1) .Call(ffi_transpose, self, dim0, dim1)
#' @export
torch_movedim <- function(self, source, destination) .Call(ffi_movedim, self, source, destination)

#' @export
torch_narrow <- function(self, dim, start, length) .Call(ffi_narrow, self, dim, start, length)
#' @export
torch_diagonal <- function(self, outdim, dim1 = 1L, dim2 = 2L, offset = 0L) {
  if (!missing(outdim)) offset <- outdim
  .Call(ffi_diagonal, self, dim1, dim2, offset)
}
#' @export
torch_as_strided <- function(self, size, stride, storage_offset = NULL) .Call(ffi_as_strided, self, size, stride, storage_offset)

#' @export
torch_flip <- function(self, dims) .Call(ffi_flip, self, dims)
#' @export
torch_fliplr <- function(self) .Call(ffi_flip, self, 2L)
#' @export
torch_flipud <- function(self) .Call(ffi_flip, self, 1L)
#' @export
torch_rot90 <- function(self, k = 1L, dims = c(1, 2)) .Call(ffi_rot90, self, k, dims)
#' @export
torch_roll <- function(self, shifts, dims = list()) .Call(ffi_roll, self, shifts, dims)
#' @export
torch_pixel_shuffle <- function(self, upscale_factor) .Call(ffi_pixel_shuffle, self, upscale_factor)
#' @export
torch_channel_shuffle <- function(self, groups) .Call(ffi_channel_shuffle, self, groups)

#' @export
torch_tril <- function(self, diagonal = 0L) .Call(ffi_tril, self, diagonal)
#' @export
torch_triu <- function(self, diagonal = 0L) .Call(ffi_triu, self, diagonal)
#' @export
torch_diag <- function(self, diagonal = 0L) .Call(ffi_diag, self, diagonal)
#' @export
torch_diagflat <- function(self, offset = 0L) .Call(ffi_diagflat, self, offset)
#' @export
torch_diag_embed <- function(self, offset = 0L, dim1 = -2L, dim2 = -1L) .Call(ffi_diag_embed, self, offset, dim1, dim2)

# As C has it: from 0, before the end.
slice_start <- function(start) if (is.null(start)) 0 else if (start > 0) start - 1 else start
slice_end <- function(end) if (is.null(end) || end == -1) 2^52 else if (end < 0) end + 1 else end

shape_methods <- list(
  view = function(size) .Call(ffi_view, self, size),
  view_as = function(other) .Call(ffi_view_as, self, other),
  reshape_as = function(other) .Call(ffi_reshape_as, self, other),
  ravel = function() .Call(ffi_ravel, self),
  unflatten = function(dim, sizes, names) .Call(ffi_unflatten, self, dim, sizes),
  expand = function(size, implicit = FALSE) .Call(ffi_expand, self, size),
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
  contiguous = function(memory_format = NULL) .Call(ffi_contiguous, self),
  size = function(dim = NULL) .Call(ffi_size, self, dim),
  stride = function(dim = NULL) .Call(ffi_stride, self, dim),
  dim = function() self$ndim,
  storage_offset = function() .Call(ffi_storage_offset, self),
  is_contiguous = function(memory_format = NULL) .Call(ffi_is_contiguous, self),
  is_same_size = function(other) .Call(ffi_is_same_size, self, other),
  is_set_to = function(tensor) .Call(ffi_is_set_to, self, tensor),
  resize_ = function(size, memory_format = NULL) .Call(ffi_resize_, self, size),
  resize_as_ = function(the_template, memory_format = NULL) .Call(ffi_resize_, self, .Call(ffi_size, the_template, NULL)),
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
    if (length(shape) < 2) raise_error(paste0("fill_diagonal_() needs a tensor of at least 2 dimensions; this one has ", length(shape)))
    if (length(shape) > 2 && any(shape != shape[1])) raise_error("fill_diagonal_() needs equal sizes in more than 2 dimensions")
    count <- min(shape)
    .Call(ffi_as_strided, self, count, sum(stride), NULL)$fill_(fill_value)
    if (wrap && length(shape) == 2 && shape[1] > shape[2] + 1) {
      period <- shape[2] + 1
      start <- .Call(ffi_storage_offset, self) + stride[1] * period
      .Call(ffi_as_strided, self, ceiling(prod(shape) / period) - count, sum(stride), start)$fill_(fill_value)
    }
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
    .Call(ffi_as_strided, self, src$shape, src$stride(), src$storage_offset())
  },
  `repeat` = function(repeats) .Call(ffi_repeat, self, repeats),
  tile = function(dims) .Call(ffi_repeat, self, c(rep(1, max(0, self$ndim - length(dims))), dims))
)

#' @export
torch_clone <- function(self, memory_format = NULL) {
  if (is.null(memory_format) || !identical(memory_format, torch_contiguous_format())) {
    .Call(ffi_clone, self)
  } else {
    .Call(ffi_dense_copy, self)
  }
}

#' @export
torch_tril_indices <- function(row, col, offset = 0, dtype = NULL, device = NULL, layout = NULL) {
  triangle_indices(row, col, function(i, j) j - i <= offset, dtype)
}
#' @export
torch_triu_indices <- function(row, col, offset = 0, dtype = NULL, device = NULL, layout = NULL) {
  triangle_indices(row, col, function(i, j) j - i >= offset, dtype)
}

triangle_indices <- function(row, col, within, dtype) {
  i <- rep(seq_len(row), each = col)
  j <- rep(seq_len(col), times = row)
  kept <- within(i, j)
  torch_tensor(rbind(i[kept], j[kept]), dtype = if (is.null(dtype)) torch_long() else dtype)
}

#' @export
torch_repeat_interleave <- function(self, repeats, dim = NULL, output_size = NULL) {
  counts <- if (inherits(repeats, "torch_tensor")) as.numeric(as_array(repeats)) else as.numeric(repeats)
  if (is.null(dim)) {
    self <- torch_flatten(self)
    dim <- 1L
  }
  self <- .Call(ffi_at_least, self, 1L)
  n <- .Call(ffi_size, self, dim)
  if (length(counts) == 1L) counts <- rep(counts, n)
  if (length(counts) != n) {
    raise_error(paste0("`repeats` must be one number or one for each of the ", n, " elements of the dimension; it has ", length(counts)))
  }
  if (anyNA(counts) || any(counts < 0)) raise_error("`repeats` must be 0 or more")
  torch_index_select(self, dim, torch_tensor(rep(seq_len(n), times = counts), dtype = torch_long()))
}

#' @export
torch_combinations <- function(self, r = 2L, with_replacement = FALSE) {
  if (self$ndim != 1) raise_error(paste0("combinations() needs a tensor of 1 dimension; this one has ", self$ndim))
  if (r < 0) raise_error(paste0("`r` must be 0 or more; it is ", r))
  if (r == 0) return(self$narrow(1L, 1L, 0L))
  n <- self$numel() + if (with_replacement) r - 1 else 0
  if (n < r) return(self$narrow(1L, 1L, 0L)$unsqueeze(2L)$expand(c(-1L, r)))
  places <- utils::combn(n, r)
  if (with_replacement) places <- places - (seq_len(r) - 1L)
  columns <- lapply(seq_len(r), function(k) torch_index_select(self, 1L, torch_tensor(places[k, ], dtype = torch_long())))
  torch_stack(columns, dim = 2L)
}

#' @export
dim.torch_tensor <- function(x) .Call(ffi_size, x, NULL)
#' @export
t.torch_tensor <- function(x) .Call(ffi_t, x)
#' @export
aperm.torch_tensor <- function(a, perm = NULL, ...) .Call(ffi_permute, a, if (is.null(perm)) rev(seq_len(a$ndim)) else perm)
#' @export
rev.torch_tensor <- function(x) {
  if (x$ndim != 1L) raise_error(paste0("rev() needs a tensor of 1 dimension; this one has ", x$ndim, ": use torch_flip()"))
  .Call(ffi_flip, x, 1L)
}
#' @importFrom utils head tail
#' @export
head.torch_tensor <- function(x, n = 6L, ...) {
  for (dim in seq_along(n)) {
    size <- .Call(ffi_size, x, dim)
    if (!is.na(n[dim])) x <- .Call(ffi_narrow, x, dim, 1L, if (n[dim] < 0) max(size + n[dim], 0) else min(n[dim], size))
  }
  x
}
#' @export
tail.torch_tensor <- function(x, n = 6L, ...) {
  for (dim in seq_along(n)) {
    size <- .Call(ffi_size, x, dim)
    if (is.na(n[dim])) next
    length <- if (n[dim] < 0) max(size + n[dim], 0) else min(n[dim], size)
    x <- .Call(ffi_narrow, x, dim, size - length + 1, length)
  }
  x
}
