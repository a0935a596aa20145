#' Derivatives along a direction
#'
#' `jvp(f, x, v)` is the product \eqn{J v} of the Jacobian of `f` at `x` with a direction `v`, computed in forward mode: beside each value
#' that `f` computes goes its derivative along `v`, and no graph is kept. `jvp(f)` is a function of `x` and `v`.
#'
#' Elementwise functions, products of matrices, sums and means, shapes, indexing and concatenation have rules of their own. For the other
#' operations (decompositions, norms, variances, sorting, convolutions, losses, normalisations) the derivative is found from
#' the one backwards, which is linear: that is correct, and costs about three times as much.
#'
#' @inheritParams gradient
#' @param ... further arguments of `f`.
#' @param v of the form of `x`.
#' @return What belongs to each number of the value of `f`, formed like that: tensors, or numbers of R if `x` is numbers of R. With
#'   `has_aux`, a list of `jvp` and `aux`.
#' @section Errors:
#' Refused are a `v` of another form than `x`, a value of `f` that holds no floating tensor, an [autograd_function()] in `f`, whose
#' derivative is known backwards only, and operations that change a shape in place.
#' @seealso [gradient()] for the arguments and results, and `vjp()`.
#' @examples
#' f <- function(x) torch_stack(list(x[1] * x[2], x[1]$exp()))
#' jvp(f, c(1, 2), c(1, 0))
#' # the second derivative along v, forward over forward
#' v <- c(1, 1)
#' jvp(function(x) jvp(f, x, v), c(1, 2), v)
#' @export
jvp <- function(f, x, v, ..., has_aux = FALSE) {
  check_transformed(f, "jvp")
  at <- function(x, v, ...) {
    arguments <- c(list(x), list(...))
    given <- read_arguments(f, arguments, NULL, NULL, "jvp")
    along <- directions_for(v, given$tensors, "jvp", "x")
    pushed <- push_forward(f, arguments, given, along, has_aux, "jvp")
    result <- with_leaves(pushed$value, lapply(pushed$tangents, like_input, given), keep_others = FALSE)
    with_aux(result, pushed, has_aux, "jvp")
  }
  if (missing(x)) at else at(x, v, ...)
}

with_forward <- function(code) .External2(ffi_with_forward)

# The value of f, and the tangents of its tensors.
push_forward <- function(f, arguments, given, along, has_aux, name) {
  has_aux <- .Call(ffi_flag, has_aux, "has_aux")
  with_forward({
    duals <- Map(function(x, t) .Call(ffi_forward_dual, x, t), given$tensors, along)
    parts <- split_aux(call_transformed(f, put_leaves(arguments, given, duals), name), has_aux, name)
    tangents <- lapply(outputs_of_value(parts$value, name), function(y) {
      t <- .Call(ffi_forward_tangent, y)
      if (is.null(t)) torch_zeros_like(y$detach()) else t
    })
    c(parts, list(tangents = tangents))
  })
}
