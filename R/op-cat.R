#' Join tensors
#'
#' `torch_cat()` joins tensors along a dimension that they have, `torch_stack()` along a new one. `torch_vstack()`
#' puts them on top of each other (vectors as rows), `torch_hstack()` side by side (along the second dimension,
#' vectors along the first), `torch_dstack()` along the third dimension. `torch_block_diag()` lays matrices along the
#' diagonal of a larger one, with zeros elsewhere. R's [rbind()] and [cbind()] work on tensors too, and take R's
#' vectors and matrices with them.
#'
#' The tensors promote to one dtype. For `torch_cat()` all sizes but that of `dim` must be equal (a vector of no
#' elements goes with anything), for `torch_stack()` all.
#'
#' @param tensors a list of tensors.
#' @param dim a dimension, counted from 1, or from -1 at the end. For `torch_stack()` where the new one is to be.
#' @return A tensor, which shares no memory with the others: k tensors of shape (n, m) make one of shape (k n, m) by `torch_cat()`,
#'   (k, n, m) by `torch_stack()`, (k n, k m) by `torch_block_diag()`.
#' @section Errors:
#' Refused are an empty list, other numbers of dimensions, other sizes where they must be equal, a dimension that is not there, tensors
#' without dimensions for `torch_cat()`, more than two dimensions for `torch_block_diag()`, and a second tensor that is not in the list.
#' @examples
#' x <- torch_tensor(matrix(1:4, 2))
#' torch_cat(list(x, x), dim = 2)
#' torch_stack(list(x, x))$shape
#' v <- torch_tensor(5:6)
#' torch_vstack(list(x, v))
#' torch_hstack(list(v, v))
#' torch_hstack(list(x, x))
#' torch_dstack(list(x, -x))
#' torch_block_diag(list(x, torch_tensor(9)))
#' rbind(x, 5:6)
#' @export
torch_cat <- function(tensors, dim = 1L) {
  if (is_tensor(tensors) && is_tensor(dim)) raise_error("`dim` is a tensor: tensors go in a list, torch_cat(list(a, b))")
  .Call(ffi_cat, tensors, dim)
}
#' @rdname torch_cat
#' @export
torch_stack <- function(tensors, dim = 1L) {
  if (is_tensor(tensors) && is_tensor(dim)) raise_error("`dim` is a tensor: tensors go in a list, torch_stack(list(a, b))")
  .Call(ffi_stack, tensors, dim)
}
listed <- function(tensors) operands(if (typeof(tensors) == "list") tensors else list(.Call(ffi_as_tensor, tensors, "tensors")), "tensors")

#' @rdname torch_cat
#' @export
torch_hstack <- function(tensors) {
  tensors <- at_least(listed(tensors), 1L)
  .Call(ffi_cat, tensors, if (length(tensors) && tensors[[1]]$ndim > 1) 2L else 1L)
}
#' @rdname torch_cat
#' @export
torch_vstack <- function(tensors) .Call(ffi_cat, at_least(listed(tensors), 2L), 1L)
#' @rdname torch_cat
#' @export
torch_dstack <- function(tensors) .Call(ffi_cat, at_least(listed(tensors), 3L), 3L)
#' @rdname torch_cat
#' @export
torch_block_diag <- function(tensors) .Call(ffi_block_diag, tensors)

#' Split a tensor
#'
#' `torch_split()` cuts a tensor into parts of `split_size` along a dimension (the last one may be smaller), or into
#' parts of the sizes given; `torch_chunk()` into so many parts (there may be fewer, as all but the last are equal);
#' `torch_unbind()` into its slices, with the dimension dropped. The parts are views. Those of `torch_unsafe_split()`
#' and `torch_unsafe_chunk()` share memory too, but the graph does not know of it.
#' `as.list()` of a tensor, and so [lapply()] over one, goes along the first dimension.
#'
#' @param self a tensor of one dimension or more.
#' @param split_size the size of the parts, or a vector of sizes that add up to that of the dimension; for
#'   `torch_unsafe_split()` one size.
#' @param chunks how many parts.
#' @param dim the dimension to cut, counted from 1, or from -1 at the end.
#' @return A list of tensors of the dtype of `self`, and of its shape but along `dim`.
#' @section Errors:
#' Refused are a tensor without dimensions, a dimension that is not there, a `split_size` or `chunks` below 1, and sizes that do not add
#' up to that of the dimension; by the methods also parts that cannot be equal, and `indices` beside `sections`.
#' @section Methods: `x$split_with_sizes(split_sizes, dim)` and `x$unsafe_split_with_sizes(split_sizes, dim)` take a
#'   vector of sizes. `x$tensor_split(indices, sections, dim = )` makes `sections` parts that differ by one at most,
#'   or cuts after so many places as `indices` say. One number is taken for `sections`; `list(3)` is one cut.
#'   `x$vsplit()`, `x$hsplit()` and `x$dsplit()` do the same along the first, second (of a vector, the first) and
#'   third dimension, in equal parts.
#' @examples
#' x <- torch_tensor(1:7)
#' torch_split(x, 3)
#' torch_split(x, c(2, 5))[[2]]
#' torch_chunk(x, 3)[[3]]
#' torch_unsafe_split(x, 4)
#' length(torch_unsafe_chunk(x, 2))
#' x$tensor_split(indices = c(1, 5))[[2]]
#' torch_unbind(torch_tensor(matrix(1:4, 2)))[[1]]
#' @export
torch_unbind <- function(self, dim = 1L) .Call(ffi_unbind, self, dim)
#' @rdname torch_unbind
#' @export
torch_split <- function(self, split_size, dim = 1L) {
  if (length(split_size) == 1L) {
    .Call(ffi_split, self, split_size, dim)
  } else {
    .Call(ffi_split_with_sizes, self, split_size, dim)
  }
}
#' @rdname torch_unbind
#' @export
torch_chunk <- function(self, chunks, dim = 1L) .Call(ffi_chunk, self, chunks, dim)
#' @rdname torch_unbind
#' @export
torch_unsafe_split <- function(self, split_size, dim = 1L) .Call(ffi_unsafe_split, self, split_size, dim)
#' @rdname torch_unbind
#' @export
torch_unsafe_chunk <- function(self, chunks, dim = 1L) .Call(ffi_unsafe_chunk, self, chunks, dim)

#' Grids and combinations
#'
#' `torch_meshgrid()` gives for each vector a tensor of as many dimensions as there are vectors, in which it runs
#' along its own; a view. `torch_cartesian_prod()` gives all ways to take one element of each vector, and
#' `torch_combinations()` all ways to take `r` elements of one, each a row of the result.
#'
#' @param tensors a list of vectors (or tensors of no dimensions).
#' @param indexing `"ij"`: the k-th vector runs along dimension k; `"xy"`: the first two are swapped.
#' @param self a vector.
#' @param r how many elements to take.
#' @param with_replacement whether an element may be taken more than once.
#' @return A list of tensors of shape (n, m, ...) for vectors of n, m, ... elements ((m, n, ...) for `"xy"`); a matrix with a column for
#'   each vector (for `torch_cartesian_prod()` of one vector, the vector), or with `r` columns.
#' @section Errors:
#' Refused are `tensors` that are no list, an empty list for `torch_cartesian_prod()`, another `indexing`, a `self` that is no vector, an
#' `r` that is negative or has a fraction, and combinations too many to count.
#' @examples
#' torch_meshgrid(list(torch_tensor(1:2), torch_tensor(3:5)))
#' torch_cartesian_prod(list(torch_tensor(1:2), torch_tensor(3:5)))
#' torch_combinations(torch_tensor(1:3))
#' torch_combinations(torch_tensor(1:2), r = 3, with_replacement = TRUE)
#' @export
torch_meshgrid <- function(tensors, indexing = "ij") {
  one_of(indexing, "indexing", c("ij", "xy"))
  if (!is.list(tensors)) raise_error("`tensors` must be a list of tensors")
  tensors <- lapply(tensors, function(x) .Call(ffi_at_least, .Call(ffi_as_tensor, x, "tensors"), 1L))
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
#' @rdname torch_meshgrid
#' @export
torch_cartesian_prod <- function(tensors) {
  if (!is.list(tensors)) raise_error("`tensors` must be a list of tensors")
  if (length(tensors) == 1) return(.Call(ffi_as_tensor, tensors[[1]], "tensors"))
  torch_stack(lapply(torch_meshgrid(tensors), torch_flatten), dim = -1L)
}
#' @rdname torch_meshgrid
#' @export
torch_combinations <- function(self, r = 2L, with_replacement = FALSE) {
  self <- .Call(ffi_as_tensor, self, "self")
  with_replacement <- .Call(ffi_flag, with_replacement, "with_replacement")
  if (self$ndim != 1) raise_error(paste0("combinations() needs a tensor of 1 dimension; this one has ", self$ndim))
  r <- .Call(ffi_integer, r, "r")
  if (r < 0) raise_error(paste0("`r` must be 0 or more; it is ", r))
  if (r == 0) return(self$narrow(1L, 1L, 0L))
  n <- self$numel() + if (with_replacement) r - 1 else 0
  if (n < r) return(self$narrow(1L, 1L, 0L)$unsqueeze(2L)$expand(c(-1L, r)))
  if (choose(n, r) * r > .Machine$integer.max) raise_error("there are too many combinations")
  places <- utils::combn(n, r)
  if (with_replacement) places <- places - (seq_len(r) - 1L)
  columns <- lapply(seq_len(r), function(k) {
    torch_index_select(self, 1L, torch_tensor(places[k, ], dtype = torch_long()))
  })
  torch_stack(columns, dim = 2L)
}

join_methods <- list(
  split_with_sizes = function(split_sizes, dim = 1L) .Call(ffi_split_with_sizes, self, split_sizes, dim),
  unsafe_split_with_sizes = function(split_sizes, dim = 1L) {
    .Call(ffi_unsafe_split_with_sizes, self, split_sizes, dim)
  },
  tensor_split = function(indices, sections, tensor_indices_or_sections, dim = 1L) {
    if (!missing(tensor_indices_or_sections)) indices <- .Call(ffi_integers, tensor_indices_or_sections, "tensor_indices_or_sections")
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
  if (!is.null(indices) && !is.null(sections)) raise_error("`indices` and `sections` exclude each other", users_call())
  if (is.null(sections) && length(indices) == 1L && !is.list(indices)) return(list(sections = .Call(ffi_integer, indices, "indices")))
  list(sections = sections, indices = indices)
}

uneven <- function(self, cuts, dim, at_least) {
  if (self$ndim < at_least) {
    return(paste0("needs a tensor of at least ", at_least, " dimensions; this one has ", self$ndim))
  }
  if (is.null(cuts$sections)) return(NULL)
  size <- .Call(ffi_size, self, dim)
  sections <- .Call(ffi_integer, cuts$sections, "sections")
  if (sections < 1 || size %% sections != 0) {
    paste0("makes equal parts: dimension ", dim, " has size ", size, ", which does not split into ", sections)
  }
}

#' @export
as.list.torch_tensor <- function(x, ...) {
  no_dots(...)
  .Call(ffi_unbind, x, 1L)
}
#' @export
rbind.torch_tensor <- function(..., deparse.level = 1) bind(list(...), 1L)
#' @export
cbind.torch_tensor <- function(..., deparse.level = 1) bind(list(...), 2L)

# Vectors are rows (or columns), as R has it.
bind <- function(parts, dim) {
  parts <- lapply(parts[lengths(parts) > 0], function(part) {
    if (!inherits(part, "torch_tensor")) {
      if (is.atomic(part) && is.null(dim(part))) dim(part) <- if (dim == 1L) c(1L, length(part)) else c(length(part), 1L)
      part
    } else if (part$ndim < 2) {
      .Call(ffi_unsqueeze, .Call(ffi_at_least, part, 1L), dim)
    } else {
      part
    }
  })
  .Call(ffi_cat, recycled(parts, 3L - dim), dim)
}
# Single numbers fill the row or column that they make beside matrices.
recycled <- function(parts, along) {
  sizes <- vapply(parts, function(part) if (length(dim(part)) == 2L) as.numeric(dim(part)[along]) else 1, 0)
  n <- max(1, sizes)
  lapply(parts, function(part) {
    if (n == 1 || length(part) != 1L || length(dim(part)) != 2L) return(part)
    if (is_tensor(part)) part$expand(if (along == 1L) c(n, 1L) else c(1L, n)) else matrix(rep(part, n), if (along == 1L) n else 1L)
  })
}
