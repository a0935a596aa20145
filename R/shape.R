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
torch_as_strided <- function(self, size, stride, storage_offset = NULL) {
  .Call(ffi_as_strided, self, size, stride, storage_offset)
}

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
  `repeat` = function(repeats) .Call(ffi_repeat, self, repeats),
  tile = function(dims) .Call(ffi_repeat, self, c(rep(1, max(0, self$ndim - length(dims))), dims))
)

#' @export
t.torch_tensor <- function(x) .Call(ffi_t, x)
