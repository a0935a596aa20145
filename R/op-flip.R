#' Elements in another order
#'
#' Copies in which elements stand elsewhere.
#'
#' * `torch_flip()` reverses dimensions; `torch_fliplr()` the second, `torch_flipud()` the first.
#' * `torch_roll()` shifts elements along dimensions; those that fall off one end come in at the other.
#' * `torch_rot90()` turns by `k` times 90 degrees, from the first of `dims` towards the second.
#' * `torch_repeat_interleave()` repeats each element along a dimension.
#' * `torch_pixel_shuffle()` spreads the channels of a tensor of shape `(..., C r^2, H, W)` over space: the result
#'   has the shape `(..., C, H r, W r)`.
#' * `torch_channel_shuffle()` takes the channels (dimension 2) in `groups` and deals them out in turn.
#'
#' @param self a tensor of any shape, but of two dimensions or more for `torch_rot90()` and `torch_fliplr()`, of three or more for
#'   `torch_pixel_shuffle()` and `torch_channel_shuffle()`.
#' @param dims dimensions, counted from 1, or from -1 at the end; for `torch_rot90()` two of them. Without `dims`,
#'   `torch_roll()` shifts the elements as they follow each other in row-major order.
#' @param shifts how far, for each of `dims`.
#' @param k how many quarter turns; negative ones go the other way.
#' @param repeats how often: one number, or one for each place of the dimension (a vector or a tensor).
#' @param dim the dimension to repeat along. `NULL`: `self` is flattened first.
#' @param output_size `NULL`, or the size that the dimension will have.
#' @param upscale_factor r, an integer.
#' @param groups into how many groups.
#' @return A tensor of the dtype of `self`, and of its shape, but for `torch_rot90()`, which swaps the sizes of `dims` if `k` is odd,
#'   `torch_pixel_shuffle()`, and `torch_repeat_interleave()`, whose dimension has as many places as `repeats` add up to.
#' @section Errors:
#' Refused are a dimension that is not there or is named twice, too few dimensions, `shifts` of another number than `dims`, `repeats` that
#' are negative or neither one nor one for each place, another `output_size` than they add up to, and channels that are no multiple of
#' `upscale_factor^2` or of `groups`.
#' @section Methods: `x$repeat(repeats)` lays whole copies of `x` side by side, so many along each dimension (further
#'   ones in front); `x$tile(dims)` does the same and fills up `dims` with 1 in front. R's [rev()] reverses a vector.
#' @examples
#' x <- torch_tensor(matrix(1:6, 2))
#' torch_flip(x, c(1, 2))
#' torch_fliplr(x)
#' torch_flipud(x)
#' torch_roll(x, 1, 2)
#' torch_rot90(x)
#' torch_repeat_interleave(x, 2, dim = 1)
#' torch_repeat_interleave(torch_tensor(c(7, 8, 9)), c(1, 0, 3))
#' torch_pixel_shuffle(torch_arange(1, 8)$reshape(c(4, 1, 2)), 2)
#' torch_channel_shuffle(torch_arange(1, 4)$reshape(c(1, 4, 1)), groups = 2)$flatten()
#' x$tile(c(2, 1))
#' @export
torch_flip <- function(self, dims) .Call(ffi_flip, self, dims)
#' @rdname torch_flip
#' @export
torch_fliplr <- function(self) .Call(ffi_flip, self, 2L)
#' @rdname torch_flip
#' @export
torch_flipud <- function(self) .Call(ffi_flip, self, 1L)
#' @rdname torch_flip
#' @export
torch_roll <- function(self, shifts, dims = list()) .Call(ffi_roll, self, shifts, dims)
#' @rdname torch_flip
#' @export
torch_rot90 <- function(self, k = 1L, dims = c(1, 2)) .Call(ffi_rot90, self, k, dims)
#' @rdname torch_flip
#' @export
torch_repeat_interleave <- function(self, repeats, dim = NULL, output_size = NULL) {
  counts <- as.numeric(.Call(ffi_integers, repeats, "repeats"))
  if (is.null(dim)) {
    self <- torch_flatten(self)
    dim <- 1L
  }
  self <- .Call(ffi_at_least, self, 1L)
  n <- .Call(ffi_size, self, dim)
  if (length(counts) == 1L) counts <- rep(counts, n)
  if (length(counts) != n) {
    raise_error(paste0("`repeats` must be one number, or one for each of the ", n, " places of the dimension; it has ",
                       length(counts)))
  }
  if (anyNA(counts) || any(counts < 0)) raise_error("`repeats` must be 0 or more")
  if (!is.null(output_size) && .Call(ffi_integer, output_size, "output_size") != sum(counts)) {
    raise_error(sprintf("`output_size` is %g, and `repeats` add up to %g", output_size, sum(counts)))
  }
  torch_index_select(self, dim, torch_tensor(rep(seq_len(n), times = counts), dtype = torch_long()))
}
#' @rdname torch_flip
#' @export
torch_pixel_shuffle <- function(self, upscale_factor) .Call(ffi_pixel_shuffle, self, upscale_factor)
#' @rdname torch_flip
#' @export
torch_channel_shuffle <- function(self, groups) .Call(ffi_channel_shuffle, self, groups)

#' Triangles and diagonals
#'
#' `torch_tril()` keeps what lies on a diagonal and below it, `torch_triu()` what lies on it and above, and both put
#' zeros elsewhere; of a tensor of more dimensions, in the last two. `torch_diag()` makes a matrix of a vector, with
#' the vector on a diagonal, and a vector of a matrix's diagonal. `torch_diagflat()` flattens first, and
#' `torch_diag_embed()` does it for every vector along the last dimension. `torch_tril_indices()` and
#' `torch_triu_indices()` tell where a triangle's elements are.
#'
#' Diagonals are numbered as their columns minus their rows: 0 is the main one, 1 the next above, -1 the next below.
#'
#' @param self a tensor: of two dimensions or more for the triangles, of one or two for `torch_diag()`, of one or more for
#'   `torch_diag_embed()`.
#' @param diagonal,offset which diagonal: an integer.
#' @param dim1,dim2 where in the result the rows and columns of the matrices run.
#' @param row,col how many rows and columns the matrix has.
#' @param dtype the dtype of the result; `NULL`: `torch_long()`.
#' @param device,layout as for [torch_zeros()].
#' @return A tensor of the dtype of `self`: triangles of its shape; of a vector of n elements a matrix of shape (n, n) (larger by
#'   `abs(offset)`); for `torch_diag_embed()` of (..., n) one of (..., n, n). The indices are a matrix of two rows: the elements' rows and
#'   columns, counted from 1, in row-major order.
#' @section Errors:
#' Refused are tensors of too few or too many dimensions, a diagonal that is no integer, a dimension that is not there or the same for
#' rows and columns, a negative `row` or `col`, and another `device` or `layout` than [torch_zeros()] takes.
#' @section Methods: `x$tril_(diagonal)` and `x$triu_(diagonal)` work in place.
#' @examples
#' x <- torch_ones(3, 3)
#' torch_tril(x)
#' torch_triu(x, 1)
#' torch_diag(torch_tensor(c(1, 2)))
#' torch_diag(torch_tensor(matrix(1:9, 3)), 1)
#' torch_diagflat(torch_tensor(c(1, 2)), offset = 1)
#' torch_diag_embed(torch_tensor(rbind(c(1, 2), c(3, 4))))
#' torch_tril_indices(2, 2)
#' torch_triu_indices(2, 3, offset = 1)
#' @export
torch_tril <- function(self, diagonal = 0L) .Call(ffi_tril, self, diagonal)
#' @rdname torch_tril
#' @export
torch_triu <- function(self, diagonal = 0L) .Call(ffi_triu, self, diagonal)
#' @rdname torch_tril
#' @export
torch_diag <- function(self, diagonal = 0L) .Call(ffi_diag, self, diagonal)
#' @rdname torch_tril
#' @export
torch_diagflat <- function(self, offset = 0L) .Call(ffi_diagflat, self, offset)
#' @rdname torch_tril
#' @export
torch_diag_embed <- function(self, offset = 0L, dim1 = -2L, dim2 = -1L) .Call(ffi_diag_embed, self, offset, dim1, dim2)
#' @rdname torch_tril
#' @export
torch_tril_indices <- function(row, col, offset = 0, dtype = NULL, device = NULL, layout = NULL) {
  row <- .Call(ffi_count, row, "row")
  col <- .Call(ffi_count, col, "col")
  offset <- .Call(ffi_integer, offset, "offset")
  triangle_indices(row, col, function(i, j) j - i <= offset, dtype, device, layout)
}
#' @rdname torch_tril
#' @export
torch_triu_indices <- function(row, col, offset = 0, dtype = NULL, device = NULL, layout = NULL) {
  row <- .Call(ffi_count, row, "row")
  col <- .Call(ffi_count, col, "col")
  offset <- .Call(ffi_integer, offset, "offset")
  triangle_indices(row, col, function(i, j) j - i >= offset, dtype, device, layout)
}

triangle_indices <- function(row, col, within, dtype, device, layout) {
  if (row * col > .Machine$integer.max) raise_error("`row` and `col` are too large", users_call())
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout, users_call())
  i <- rep(seq_len(row), each = col)
  j <- rep(seq_len(col), times = row)
  kept <- within(i, j)
  torch_tensor(rbind(i[kept], j[kept]), dtype = if (is.null(dtype)) torch_long() else dtype)
}

arrange_methods <- list(
  `repeat` = function(repeats) .Call(ffi_repeat, self, repeats),
  tile = function(dims) {
    dims <- .Call(ffi_integers, dims, "dims")
    .Call(ffi_repeat, self, c(rep(1, max(0, self$ndim - length(dims))), dims))
  }
)
