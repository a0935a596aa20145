#' A function over a dimension of its arguments
#'
#' `vmap(f)` is a function that calls `f` for each slice of its arguments along a dimension and puts the results together along a new one.
#' `vmap(f, x)` is its value. With [gradient()] it gives the gradients sample by sample: `vmap(gradient(f))`.
#'
#' `f` is called once for each slice, in order, so it may do anything: branch on values, draw random numbers, which are drawn anew
#' for each slice in the order of the slices, or return what depends on values, as long as the shapes agree. Derivatives pass through.
#'
#' @param f a function.
#' @param ... arguments of `f`: tensors, numbers of R, or lists of these. Of a vector of R each slice is one number. None: the result is a
#'   function of them.
#' @param in_dims the dimension of the arguments to go along, counted from 1 (from the end if negative). One number for all, or a list
#'   of one
#'   for each argument, in their order or by name, where `NULL` is an argument that each call is given whole. Arguments without numbers
#'   are given whole.
#' @param out_dims the dimension of the result that the calls lie along.
#' @return The results, stacked: a tensor, or a list of tensors as `f` returns one. Numbers of R if all that goes along was.
#' @section Errors:
#' Refused are arguments of different lengths along the dimension, a dimension that is not there, a list of another length, no slice at all,
#' and results of different shapes, by the slices that differ.
#' @seealso [gradient()], [jacobian()].
#' @examples
#' x <- torch_tensor(matrix(c(1, 2, 3, 4), 2))
#' vmap(torch_dot)(x, x)
#' vmap(function(x, w) (x * w)$sum(), x, c(1, 10), in_dims = list(1, NULL))
#'
#' # the gradient of each sample's loss
#' loss <- function(w, x, y) ((w * x)$sum() - y)^2
#' vmap(gradient(loss), in_dims = list(NULL, 1, 1))(c(1, 1), matrix(c(1, 2, 3, 4), 2), c(0, 1))
#' @export
vmap <- function(f, ..., in_dims = 1, out_dims = 1) {
  check_transformed(f, "vmap")
  at <- function(...) vmap_at(f, list(...), in_dims, out_dims)
  if (...length()) at(...) else at
}

vmap_at <- function(f, arguments, in_dims, out_dims) {
  dims <- dims_by_argument(f, arguments, in_dims)
  mapped <- which(!vapply(dims, is.null, NA))
  leaves <- do.call(c, c(list(list()), lapply(unname(arguments[mapped]), leaves_of)))
  if (!length(leaves)) {
    raise_error("vmap() needs an argument to go along: all of `in_dims` are NULL, or no argument holds numbers", transform_call("vmap"))
  }
  slices <- Map(slices_of, arguments[mapped], dims[mapped])
  counts <- unlist(lapply(slices, `[[`, "lengths"))
  if (length(unique(counts)) > 1L) {
    raise_error(
      sprintf("the arguments must have one length along their dimensions; they have %s", toString(unique(counts))),
      transform_call("vmap")
    )
  }
  if (counts[1L] == 0L) raise_error("there must be at least one slice to go along; the dimension has length 0", transform_call("vmap"))
  f <- with_base_r(f)
  results <- lapply(seq_len(counts[1L]), function(k) {
    for (i in seq_along(mapped)) arguments[mapped[i]] <- list(slices[[i]]$at(k))
    call_transformed(f, arguments, "vmap")
  })
  of_r <- !any(vapply(leaves, inherits, NA, "torch_tensor"))
  stack_results(results, out_dims, of_r)
}

dims_by_argument <- function(f, arguments, in_dims) {
  n <- length(arguments)
  numbers <- vapply(arguments, function(x) length(leaves_of(x)) > 0L, NA)
  if (!is.list(in_dims)) {
    in_dims <- list(in_dims)[rep(1L, n)]
  } else if (!is.null(names(in_dims)) && all(nzchar(names(in_dims)))) {
    strange <- setdiff(names(in_dims), matched_names(f, arguments))
    if (length(strange)) {
      raise_error(sprintf("`in_dims` must name arguments that are given; `%s` is none", strange[1L]), transform_call("vmap"))
    }
    in_dims <- unname(in_dims[matched_names(f, arguments)])
  }
  if (length(in_dims) != n) {
    raise_error(sprintf("`in_dims` must have one entry for each of %d arguments, not %d", n, length(in_dims)), transform_call("vmap"))
  }
  in_dims[!numbers] <- list(NULL)
  in_dims
}

# The slices of one argument: how many in each leaf, and the argument at one of them.
slices_of <- function(argument, dim) {
  parts <- lapply(lapply(leaves_of(argument), as_double_tensor), function(x) {
    if (!length(dim(x))) {
      raise_error("an argument of no dimensions has none to go along; let its entry in `in_dims` be NULL", transform_call("vmap"))
    }
    torch_unbind(x, dim)
  })
  list(lengths = lengths(parts), at = function(k) with_leaves(argument, lapply(parts, `[[`, k)))
}

stack_results <- function(results, dim, of_r) {
  columns <- lapply(results, function(value) lapply(leaves_of(value), as_double_tensor))
  first <- columns[[1L]]
  if (!length(first)) {
    raise_error(sprintf("f must return a tensor or a list of tensors, not %s", kind_in_words(results[[1L]])), transform_call("vmap"))
  }
  shape_in_words <- function(leaves) paste0("[", vapply(leaves, function(x) toString(dim(x)), ""), "]", collapse = ", ")
  shapes <- vapply(columns, shape_in_words, "")
  odd <- which(shapes != shapes[1L])
  if (length(odd)) {
    raise_error(sprintf(
      "the results must have one shape: slice 1 gave %s, and slice %d gave %s. A shape that depends on values cannot be stacked",
      shapes[1L], odd[1L], shapes[odd[1L]]
    ), transform_call("vmap"))
  }
  stacked <- lapply(seq_along(first), function(j) {
    y <- torch_stack(lapply(columns, `[[`, j), dim = dim)
    if (of_r && !is_followed(y)) numbers_of(y) else y
  })
  with_leaves(results[[1L]], stacked, keep_others = FALSE)
}
