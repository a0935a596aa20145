#' The graph behind a tensor
#'
#' `x$grad_fn` is the last function that computed `x`, seen from its derivative: `AddBackward0` for a sum of two
#' tensors, say. It is `NULL` for a leaf. Its field `next_functions` is the list of the functions that its gradients go
#' to, where the graph can be followed back to the leaves that require gradients; at each of them stands an
#' `AccumulateGrad`, which adds to the leaf's `$grad`.
#'
#' @param x a gradient function: a tensor's `$grad_fn`, or one of its `$next_functions`.
#' @param name `next_functions`, or `name`.
#' @param ... not used.
#' @return `$next_functions` is a list of gradient functions, `$name` and `format()` are a string; `print()` returns `x`, invisibly.
#' @section Errors:
#' Other fields than `next_functions` and `name` are refused.
#' @seealso [plot.torch_node()] draws the graph.
#' @examples
#' x <- torch_ones(2, requires_grad = TRUE)
#' y <- (x * 3)$sum()
#' y$grad_fn
#' y$grad_fn$next_functions
#' y$grad_fn$name
#' @name grad_fn
NULL

#' @rdname grad_fn
#' @export
`$.torch_node` <- function(x, name) {
  switch(name,
    next_functions = Filter(Negate(is.null), .Call(ffi_node_next, x)),
    name = .Call(ffi_node_name, x),
    raise_error(sprintf("a gradient function has the fields `next_functions` and `name`, not `%s`", name))
  )
}

#' @rdname grad_fn
#' @export
print.torch_node <- function(x, ...) {
  cat(.Call(ffi_node_name, x), "\n", sep = "")
  invisible(x)
}

#' @rdname grad_fn
#' @export
format.torch_node <- function(x, ...) .Call(ffi_node_name, x)
