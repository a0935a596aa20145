#' Derivatives of functions
#'
#' `gradient(f)` is the function that gives the gradient of `f`; `gradient(f, x)` is its value at `x`. So with the others:
#' `value_and_gradient()` gives the value beside it, and `vjp()` is the product \eqn{v^T J}{t(v) J} of a vector with the Jacobian of `f`.
#'
#' Arguments may be tensors, numbers of R (vectors, matrices, arrays), or lists of these in any depth; the parameters of a module are such
#' a list, see [functional_call()]. In `f` all of them are tensors, numbers of R being double. Results are formed as the arguments
#' are, with their names: what belongs to numbers of R is numbers of R, except where a derivative goes on through it, within another
#' transform or in a graph: there it stays a tensor. What has no derivative in a list, such as strings, is passed on, and its derivative
#' is `NULL`.
#'
#' `f` may be any code of R whose way from the arguments to the value goes through tensors. Transforms nest: `gradient(gradient(f))` is a
#' second derivative.
#'
#' @param f a function. For gradients its value is one number, as a tensor of one element.
#' @param ... arguments of `f`. None: the result is a function of them.
#' @param wrt,argnums the arguments to differentiate by, by name or number: by default the first. Of several, the result is a list.
#' @param has_aux if `TRUE`, `f` returns a list of two, its value and something else, which is returned as `aux`.
#' @param x the first argument of `f`, and what is differentiated by.
#' @param v of the form of the value of `f`, for `vjp()`.
#' @return Of `gradient()` and `vjp()`, what belongs to each number of the arguments, formed like these. `value_and_gradient()` gives a
#'   list of
#'   `value` and `gradient`. With `has_aux`, a list of the result and `aux`.
#' @section Errors:
#' A value of `f` that is not one number is refused by what came, as are numbers of R, which have lost their derivative; names in
#' `wrt` that `f` does not have; arguments without numbers; a `v` of another form; and a gradient that is NaN, by the argument and its
#' value.
#' @seealso [jvp()], [jacobian()], [hessian()], [vmap()], [autograd_grad()].
#' @examples
#' rosenbrock <- function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2
#' gradient(rosenbrock, c(a = -1.2, b = 1))
#' value_and_gradient(rosenbrock)(c(-1.2, 1))
#'
#' x <- c(1, 2, 3)
#' y <- c(2.1, 3.9, 6.2)
#' loss <- function(p) ((p$slope * torch_tensor(x) + p$intercept - torch_tensor(y))^2)$sum()
#' gradient(loss, list(slope = 1, intercept = 0))
#'
#' gradient(function(a, b) (a * b)$sum(), 2, 3, wrt = c("a", "b"))
#' vjp(function(x) x^2, c(1, 2), c(1, 10))
#' @export
gradient <- function(f, ..., wrt = NULL, argnums = NULL, has_aux = FALSE) {
  code <- kept_with_base_r(check_transformed(f, "gradient"))
  at <- function(...) {
    found <- gradient_at(code(), list(...), wrt, argnums, has_aux, "gradient")
    with_aux(found$gradient, found, has_aux, "gradient")
  }
  if (...length()) at(...) else at
}

#' @rdname gradient
#' @export
value_and_gradient <- function(f, ..., wrt = NULL, argnums = NULL, has_aux = FALSE) {
  code <- kept_with_base_r(check_transformed(f, "value_and_gradient"))
  at <- function(...) {
    found <- gradient_at(code(), list(...), wrt, argnums, has_aux, "value_and_gradient")
    found[c("value", "gradient", if (has_aux) "aux")]
  }
  if (...length()) at(...) else at
}

#' @rdname gradient
#' @export
vjp <- function(f, x, v, ..., has_aux = FALSE) {
  check_transformed(f, "vjp")
  at <- function(x, v, ...) vjp_at(f, c(list(x), list(...)), v, has_aux)
  if (missing(x)) at else at(x, v, ...)
}

vjp_at <- function(f, arguments, v, has_aux, name = "vjp") {
  traced <- trace_backward(f, arguments, NULL, NULL, has_aux, name)
  on.exit(end_trace(traced))
  outputs <- outputs_of_value(traced$value, name)
  along <- directions_for(v, outputs, name, if (name == "hvp") "x" else "the value of f")
  gradients <- Map(like_leaf, pull_back(traced, outputs, along), traced$given$originals)
  with_aux(as_arguments(traced$given, gradients), traced, has_aux, name)
}

# ---- reverse mode ----

# f, run once with its arguments in a graph of their own.
trace_backward <- function(f, arguments, wrt, argnums, has_aux, name) {
  has_aux <- .Call(ffi_flag, has_aux, "has_aux")
  given <- read_arguments(f, arguments, wrt, argnums, name)
  inputs <- lapply(given$tensors, function(x) .Call(ffi_alias, x))
  for (x in inputs) if (!x$requires_grad) x$requires_grad_(TRUE)
  recording <- .Call(ffi_grad_enabled)
  parts <- split_aux(with_enable_grad(call_transformed(f, put_leaves(arguments, given, inputs), name)), has_aux, name)
  c(parts, list(given = given, inputs = inputs, recording = recording))
}

# Whether a graph beyond this transform has to know its results.
goes_on <- function(traced, outputs) traced$recording && .Call(ffi_reaches_other_leaves, outputs, traced$inputs)

# From now on, what still depends on the arguments of this run of f does not go on because of them.
end_trace <- function(traced) .Call(ffi_end_leaves, traced$inputs)

# The gradients of the leaves, as tensors.
pull_back <- function(traced, outputs, along, beyond = goes_on(traced, outputs), keep_graph = beyond) {
  force(beyond)
  graphed <- vapply(outputs, function(y) y$requires_grad, NA)
  zeros <- function(x) torch_zeros_like(x$detach())
  if (!any(graphed)) return(lapply(traced$inputs, zeros))
  found <- with_enable_grad(autograd_grad(
    outputs[graphed], traced$inputs, along[graphed], retain_graph = keep_graph, create_graph = beyond, allow_unused = TRUE
  ))
  Map(function(g, x) if (is_undefined_tensor(g)) zeros(x) else g, found, traced$inputs)
}

gradient_at <- function(f, arguments, wrt, argnums, has_aux, name, checked = TRUE) {
  traced <- trace_backward(f, arguments, wrt, argnums, has_aux, name)
  on.exit(end_trace(traced))
  y <- check_one_number(traced$value, name)
  beyond <- goes_on(traced, list(y))
  along <- torch_ones_like(y$detach())
  gradients <- pull_back(traced, list(y), list(along), beyond)
  if (checked) check_no_nan(gradients, y, traced$given, name)
  value <- if (beyond) y else with_no_grad(y$clone())
  c(
    list(value = like_input(value, traced$given), gradient = as_arguments(traced$given, Map(like_leaf, gradients, traced$given$originals))),
    if ("aux" %in% names(traced)) list(aux = traced$aux)
  )
}

check_no_nan <- function(gradients, y, given, name) {
  for (k in seq_along(gradients)) {
    if (is_followed(gradients[[k]]) || !as.logical(torch_isnan(gradients[[k]])$any()$item())) next
    path <- unlist(Map(paths_of, given$tree, names(given$tree)))[k]
    at <- which(is.nan(as.numeric(as_array(gradients[[k]]))))[1L]
    raise_error(sprintf(
      "the gradient of f is NaN by element %d of `%s`, which is %s; the value of f is %s", at, path,
      format(as.numeric(as_array(given$tensors[[k]]$detach()))[at]), format(as.numeric(y$item()))
    ), transform_call(name))
  }
}
