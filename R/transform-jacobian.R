#' Jacobians and Hessians
#'
#' `jacobian(f, x)` holds the derivative of each number of the value of `f` by each number of `x`; `hessian(f, x)` the second derivatives
#' of a function whose value is one number; `hvp(f, x, v)` is the product \eqn{H v} of the Hessian with a direction, without computing the
#' Hessian. Without arguments of `f` they are functions of them.
#'
#' A Jacobian is computed forward, column by column, where `x` has fewer numbers than the value, else backward, row by row.
#' Forward, `f` is run once for each column, each time with the same random draws.
#'
#' @inheritParams gradient
#' @param mode `"forward"`, `"reverse"`, or `"auto"`, which decides by the numbers of rows and columns.
#' @param v of the form of `x`.
#' @return For numbers of R, arrays of numbers: `c(dim(value), dim(x))`, where a vector has its length for `dim`; so the Jacobian of a
#'   vector by
#'   a vector is a matrix, whose columns have the names of `x`, and a Hessian is a matrix with the names of `x` in both directions. For
#'   tensors, a tensor of the shapes of value and argument in this order. For lists, a list by the value of lists by the argument. `hvp()`
#'   gives what is formed like `x`.
#' @section Errors:
#' Those of [gradient()], and another `mode`.
#' @seealso [gradient()] for the arguments; [jvp()] and `vjp()` for products.
#' @examples
#' jacobian(function(x) torch_stack(list(x[1] * x[2], x[1] + x[2], x[2]^2)), c(a = 1, b = 2))
#' rosenbrock <- function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2
#' hessian(rosenbrock, c(a = 1, b = 1))
#' hvp(rosenbrock, c(1, 1), c(1, 0))
#' jacobian(gradient(rosenbrock))(c(1, 1))
#' @export
jacobian <- function(f, ..., wrt = NULL, argnums = NULL, has_aux = FALSE, mode = "auto") {
  check_transformed(f, "jacobian")
  one_of(mode, "mode", c("auto", "forward", "reverse"), transform_call("jacobian"))
  at <- function(...) {
    found <- jacobian_at(f, list(...), wrt, argnums, has_aux, mode, "jacobian")
    with_aux(nested_blocks(found, NULL), found, has_aux, "jacobian")
  }
  if (...length()) at(...) else at
}

#' @rdname jacobian
#' @export
hessian <- function(f, ..., wrt = NULL, argnums = NULL) {
  code <- kept_with_base_r(check_transformed(f, "hessian"))
  at <- function(...) {
    f <- code()
    arguments <- named_arguments(f, list(...))
    chosen <- chosen_arguments(f, arguments, wrt, argnums, "hessian")
    slope <- function(...) gradient_at(f, list(...), chosen, NULL, FALSE, "hessian")$gradient
    found <- jacobian_at(slope, arguments, chosen, NULL, FALSE, "reverse", "hessian")
    nested_blocks(found, found$given$originals)
  }
  if (...length()) at(...) else at
}

#' @rdname jacobian
#' @export
hvp <- function(f, x, v, ...) {
  check_transformed(f, "hvp")
  slope <- function(...) gradient_at(f, list(...), 1L, NULL, FALSE, "hvp")$gradient
  at <- function(x, v, ...) vjp_at(slope, named_arguments(f, c(list(x), list(...))), v, FALSE, "hvp")
  if (missing(x)) at else at(x, v, ...)
}

# ---- blocks: one for each pair of an output and an input ----

jacobian_at <- function(f, arguments, wrt, argnums, has_aux, mode, name) {
  draws <- torch_get_rng_state()
  if (mode != "forward") {
    traced <- trace_backward(f, arguments, wrt, argnums, has_aux, name)
    on.exit(end_trace(traced))
    traced$outputs <- outputs_of_value(traced$value, name)
    is_wide <- sum(lengths(traced$given$tensors)) < sum(lengths(traced$outputs))
    if (mode == "reverse" || !is_wide) return(c(traced, list(blocks = blocks_by_row(traced))))
  }
  jacobian_forward(f, arguments, wrt, argnums, has_aux, name, draws)
}

# Tensors like x with 1 at one place, in the order of its elements.
units_of <- function(x) {
  if (!length(x)) return(list())
  torch_unbind(torch_reshape(torch_eye(length(x), dtype = x$dtype), as.integer(c(length(x), dim(x)))))
}

blocks_by_row <- function(traced) {
  beyond <- goes_on(traced, traced$outputs)
  lapply(traced$outputs, function(y) {
    rows <- lapply(units_of(y), function(unit) pull_back(traced, list(y), list(unit), beyond, keep_graph = TRUE))
    lapply(seq_along(traced$inputs), function(i) {
      of_input <- lapply(rows, `[[`, i)
      shape <- as.integer(c(dim(y), dim(traced$inputs[[i]])))
      if (length(of_input)) torch_reshape(torch_stack(of_input), shape) else torch_zeros(shape, dtype = y$dtype)
    })
  })
}

jacobian_forward <- function(f, arguments, wrt, argnums, has_aux, name, draws) {
  given <- read_arguments(f, arguments, wrt, argnums, name)
  zeros <- lapply(given$tensors, function(x) torch_zeros_like(x$detach()))
  column <- function(i, unit) {
    torch_set_rng_state(draws)
    push_forward(f, arguments, given, replace(zeros, i, list(unit)), has_aux, name)
  }
  columns <- lapply(seq_along(zeros), function(i) lapply(units_of(zeros[[i]]), function(unit) column(i, unit)))
  first <- unlist(columns, recursive = FALSE)
  first <- if (length(first)) first[[1L]] else push_forward(f, arguments, given, zeros, has_aux, name)
  block <- function(j, i) {
    of_output <- lapply(columns[[i]], function(one) one$tangents[[j]])
    shape <- as.integer(c(dim(first$tangents[[j]]), dim(zeros[[i]])))
    if (!length(of_output)) return(torch_zeros(shape, dtype = first$tangents[[j]]$dtype))
    torch_reshape(torch_stack(of_output, dim = length(dim(first$tangents[[j]])) + 1L), shape)
  }
  blocks <- lapply(seq_along(first$tangents), function(j) lapply(seq_along(zeros), function(i) block(j, i)))
  c(first, list(given = given, outputs = first$tangents, blocks = blocks))
}

dims_of <- function(x) if (is.null(dim(x))) length(x) else dim(x)
dimnames_of <- function(x) {
  if (!is.null(dim(x))) return(if (is.null(dimnames(x))) vector("list", length(dim(x))) else unname(dimnames(x)))
  list(names(x))
}

# `rows` are the numbers of R that the outputs belong to, if they do.
block_in_r <- function(block, y, row, x) {
  if (inherits(x, "torch_tensor") || is_followed(block)) return(block)
  of_value <- if (is.null(row)) max(1L, length(dim(y))) else length(dims_of(row))
  rows <- if (!is.null(row)) dims_of(row) else if (length(dim(y))) dim(y) else 1L
  labels <- c(if (is.null(row)) vector("list", of_value) else dimnames_of(row), dimnames_of(x))
  if (all(vapply(labels, is.null, NA))) labels <- NULL
  array(as.numeric(as_array(block)), c(rows, dims_of(x)), labels)
}

nested_blocks <- function(found, rows) {
  of_outputs <- lapply(seq_along(found$outputs), function(j) {
    blocks <- Map(function(block, x) block_in_r(block, found$outputs[[j]], rows[[j]], x), found$blocks[[j]], found$given$originals)
    as_arguments(found$given, blocks)
  })
  with_leaves(found$value, of_outputs, keep_others = FALSE)
}
