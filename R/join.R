#' @export
torch_cat <- function(tensors, dim = 1L) .Call(ffi_cat, tensors, dim)
#' @export
torch_stack <- function(tensors, dim = 1L) .Call(ffi_stack, tensors, dim)
#' @export
torch_hstack <- function(tensors) {
  tensors <- at_least(tensors, 1L)
  .Call(ffi_cat, tensors, if (length(tensors) && tensors[[1]]$ndim > 1) 2L else 1L)
}
#' @export
torch_vstack <- function(tensors) .Call(ffi_cat, at_least(tensors, 2L), 1L)
#' @export
torch_dstack <- function(tensors) .Call(ffi_cat, at_least(tensors, 3L), 3L)
#' @export
torch_block_diag <- function(tensors) .Call(ffi_block_diag, tensors)

#' @export
torch_unbind <- function(self, dim = 1L) .Call(ffi_unbind, self, dim)
#' @export
torch_split <- function(self, split_size, dim = 1L) {
  if (length(split_size) == 1L) {
    .Call(ffi_split, self, split_size, dim)
  } else {
    .Call(ffi_split_with_sizes, self, split_size, dim)
  }
}
#' @export
torch_chunk <- function(self, chunks, dim = 1L) .Call(ffi_chunk, self, chunks, dim)
#' @export
torch_unsafe_split <- function(self, split_size, dim = 1L) .Call(ffi_unsafe_split, self, split_size, dim)
#' @export
torch_unsafe_chunk <- function(self, chunks, dim = 1L) .Call(ffi_unsafe_chunk, self, chunks, dim)

#' @export
torch_meshgrid <- function(tensors, indexing = "ij") {
  if (!indexing %in% c("ij", "xy")) raise_error("`indexing` must be \"ij\" or \"xy\"")
  tensors <- lapply(tensors, function(x) .Call(ffi_at_least, x, 1L))
  n <- length(tensors)
  order <- seq_len(n)
  if (indexing == "xy" && n > 1) order[1:2] <- 2:1
  sizes <- vapply(tensors, function(x) x$numel(), 0)
  grids <- lapply(seq_len(n), function(k) {
    shape <- rep(1, n)
    shape[order[k]] <- sizes[k]
    .Call(ffi_expand, .Call(ffi_view, tensors[[k]], shape), sizes[order])
  })
  grids
}
#' @export
torch_cartesian_prod <- function(tensors) {
  if (length(tensors) == 1) return(tensors[[1]])
  torch_stack(lapply(torch_meshgrid(tensors), torch_flatten), dim = -1L)
}

join_methods <- list(
  split_with_sizes = function(split_sizes, dim = 1L) .Call(ffi_split_with_sizes, self, split_sizes, dim),
  unsafe_split_with_sizes = function(split_sizes, dim = 1L) {
    .Call(ffi_unsafe_split_with_sizes, self, split_sizes, dim)
  },
  tensor_split = function(indices, sections, tensor_indices_or_sections, dim = 1L) {
    if (!missing(tensor_indices_or_sections)) indices <- as.numeric(as_array(tensor_indices_or_sections))
    cuts <- cuts_of(if (!missing(indices)) indices, if (!missing(sections)) sections)
    .Call(ffi_tensor_split, self, cuts$sections, cuts$indices, dim)
  },
  hsplit = function(indices, sections) {
    cuts <- cuts_of(if (!missing(indices)) indices, if (!missing(sections)) sections)
    dim <- if (self$ndim > 1) 2L else 1L
    if (!is.null(why <- uneven(self, cuts, dim, 1L))) raise_error(paste0("hsplit() ", why))
    .Call(ffi_tensor_split, self, cuts$sections, cuts$indices, dim)
  },
  vsplit = function(indices, sections) {
    cuts <- cuts_of(if (!missing(indices)) indices, if (!missing(sections)) sections)
    if (!is.null(why <- uneven(self, cuts, 1L, 2L))) raise_error(paste0("vsplit() ", why))
    .Call(ffi_tensor_split, self, cuts$sections, cuts$indices, 1L)
  },
  dsplit = function(indices, sections) {
    cuts <- cuts_of(if (!missing(indices)) indices, if (!missing(sections)) sections)
    if (!is.null(why <- uneven(self, cuts, 3L, 3L))) raise_error(paste0("dsplit() ", why))
    .Call(ffi_tensor_split, self, cuts$sections, cuts$indices, 3L)
  }
)

# One number says how many parts, unless it comes as a list.
cuts_of <- function(indices, sections) {
  if (is.null(sections) && length(indices) == 1L && !is.list(indices)) return(list(sections = indices))
  list(sections = sections, indices = indices)
}

uneven <- function(self, cuts, dim, at_least) {
  if (self$ndim < at_least) return(paste0("needs a tensor of at least ", at_least, " dimensions; this one has ", self$ndim))
  if (is.null(cuts$sections)) return(NULL)
  size <- .Call(ffi_size, self, dim)
  if (cuts$sections < 1 || size %% cuts$sections != 0) {
    paste0("makes equal parts: dimension ", dim, " has size ", size, ", which does not split into ", cuts$sections)
  }
}

#' @export
as.list.torch_tensor <- function(x, ...) .Call(ffi_unbind, x, 1L)
#' @export
rbind.torch_tensor <- function(..., deparse.level = 1) bind(list(...), 1L)
#' @export
cbind.torch_tensor <- function(..., deparse.level = 1) bind(list(...), 2L)

# Vectors are rows (or columns), as R has it.
bind <- function(parts, dim) {
  parts <- lapply(parts[lengths(parts) > 0], function(part) {
    if (!inherits(part, "torch_tensor")) part <- torch_tensor(part)
    if (part$ndim < 2) .Call(ffi_unsqueeze, .Call(ffi_at_least, part, 1L), dim) else part
  })
  .Call(ffi_cat, parts, dim)
}
