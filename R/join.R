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
    if (!missing(tensor_indices_or_sections)) indices <- as.numeric(tensor_indices_or_sections)
    split_at(self, if (!missing(indices)) indices, if (!missing(sections)) sections, dim)
  },
  hsplit = function(indices, sections) {
    split_evenly(self, if (!missing(indices)) indices, if (!missing(sections)) sections, min(2L, self$ndim), 1L, "hsplit")
  },
  vsplit = function(indices, sections) {
    split_evenly(self, if (!missing(indices)) indices, if (!missing(sections)) sections, 1L, 2L, "vsplit")
  },
  dsplit = function(indices, sections) {
    split_evenly(self, if (!missing(indices)) indices, if (!missing(sections)) sections, 3L, 3L, "dsplit")
  }
)

# One number says how many parts, unless it comes as a list.
split_at <- function(self, indices, sections, dim) {
  if (is.null(sections) && length(indices) == 1L && !is.list(indices)) {
    sections <- indices
    indices <- NULL
  }
  .Call(ffi_tensor_split, self, sections, indices, dim)
}

split_evenly <- function(self, indices, sections, dim, at_least, name) {
  if (self$ndim < at_least) {
    raise_error(paste0(name, "() needs a tensor of at least ", at_least, " dimensions; this one has ", self$ndim))
  }
  if (is.null(sections) && length(indices) == 1L && !is.list(indices)) {
    sections <- indices
    indices <- NULL
  }
  if (!is.null(sections) && self$shape[dim] %% sections != 0) {
    raise_error(paste0("dimension ", dim, " has size ", self$shape[dim], ", which does not split into ", sections, " equal parts"))
  }
  .Call(ffi_tensor_split, self, sections, indices, dim)
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
