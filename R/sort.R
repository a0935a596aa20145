#' @export
torch_sort <- function(self, dim = -1L, descending = FALSE, stable = FALSE) .Call(ffi_sort, self, dim, descending)
#' @export
torch_argsort <- function(self, dim = -1L, descending = FALSE) .Call(ffi_argsort, self, dim, descending)
#' @export
torch_msort <- function(self) .Call(ffi_sort, self, 1L, FALSE)[[1]]
#' @export
torch_topk <- function(self, k, dim = -1L, largest = TRUE, sorted = TRUE) .Call(ffi_topk, self, dim, largest, k)
#' @export
torch_kthvalue <- function(self, k, dim = -1L, keepdim = FALSE) .Call(ffi_kthvalue, self, dim, keepdim, k)
#' @export
torch_unique_consecutive <- function(self, return_inverse = FALSE, return_counts = FALSE, dim = NULL) {
  .Call(ffi_unique_consecutive, self, return_inverse, return_counts, dim)
}
#' @export
torch_searchsorted <- function(sorted_sequence, self, out_int32 = FALSE, right = FALSE, side = NULL, sorter = list()) {
  if (!is.null(side)) {
    right_side <- identical(side, "right")
    if (!right_side && !identical(side, "left")) raise_error("`side` must be \"left\" or \"right\"")
    if (right && !right_side) raise_error("`right` and `side` contradict each other")
    right <- right_side
  }
  .Call(ffi_searchsorted, sorted_sequence, self, given(sorter), out_int32, right)
}
#' @export
torch_bucketize <- function(self, boundaries, out_int32 = FALSE, right = FALSE) {
  .Call(ffi_searchsorted, boundaries, self, NULL, out_int32, right)
}
#' @export
torch_bincount <- function(self, weights = list(), minlength = 0L) .Call(ffi_bincount, self, given(weights), minlength)
#' @export
torch_histc <- function(self, bins = 100L, min = 0L, max = 0L) .Call(ffi_histc, self, bins, min, max)

# An optional tensor: the interface says list() where none is given.
given <- function(x) if (is.list(x) && length(x) == 0L) NULL else x
