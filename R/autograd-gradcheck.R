#' Check derivatives against differences
#'
#' Compares the derivatives that automatic differentiation finds with central differences,
#'
#' \deqn{\frac{\partial y}{\partial x_i} \approx \frac{f(x + \epsilon e_i) - f(x - \epsilon e_i)}{2 \epsilon},}{
#' dy/dx_i = (f(x + eps e_i) - f(x - eps e_i)) / (2 eps),}
#'
#' for every element of every input and of every output. Use it to test an [autograd_function()] of your own. Differences in
#' single precision are too coarse to tell a wrong derivative from a right one, so the inputs have to be double.
#'
#' @param fn a function of the tensors in `inputs` (passed by position) that returns a tensor or a list of tensors.
#' @param inputs a list of tensors of dtype double, or one such tensor; numeric vectors and arrays of R are made tensors that
#'   require gradients. Derivatives are checked by the tensors that require gradients; other tensors are passed on as they are.
#'   The tensors themselves are not changed.
#' @param order `1` checks the first derivatives; `2` checks, besides, the derivatives of the gradients.
#' @param eps the step of the differences.
#' @param atol,rtol a derivative `d` agrees with a difference `n` if `abs(d - n) <= atol + rtol * abs(n)`.
#' @return `TRUE`, invisibly. A disagreement is an error, which names the input, the output and their elements (counted from 1,
#'   in R's order) and gives both numbers.
#' @section Errors:
#' Besides a disagreement: an `fn` that is no function or returns no floating tensor, inputs that are not double or of which none requires
#' gradients, another `order`, and an `eps`, `atol` or `rtol` that is no number.
#' @examples
#' gradcheck(function(x, y) x * y$exp(), list(c(1, 2), c(0.5, -1)), order = 2)
#'
#' # exp() with a derivative that is wrong
#' wrong_exp <- autograd_function(
#'   forward = function(ctx, x) x$exp(),
#'   backward = function(ctx, g) list(x = g)
#' )
#' try(gradcheck(function(x) wrong_exp(x), list(c(1, 2))))
#' @export
gradcheck <- function(fn, inputs, order = 1, eps = 1e-6, atol = 1e-5, rtol = 1e-3) {
  if (!is.function(fn)) raise_error("`fn` must be a function of tensors")
  if (!is.numeric(order) || length(order) != 1L || !order %in% 1:2) raise_error("`order` must be 1 or 2")
  for (step in list(eps, atol, rtol)) {
    if (!is.numeric(step) || length(step) != 1L || is.na(step)) raise_error("`eps`, `atol` and `rtol` must be numbers")
  }
  if (!is.list(inputs)) inputs <- list(inputs)
  inputs <- lapply(inputs, function(x) {
    if (is.numeric(x)) torch_tensor(x, dtype = torch_double(), requires_grad = TRUE) else x
  })
  checked <- which(vapply(inputs, is_checkable, NA))
  if (!length(checked)) raise_error("none of `inputs` is a tensor that requires gradients")
  for (k in checked) {
    if (inputs[[k]]$dtype != torch_double()) raise_error(sprintf("input %d must be a double tensor to be checked", k))
  }
  names(inputs) <- NULL
  problem <- derivative_problem(fn, inputs, checked, eps, atol, rtol, "derivative")
  if (is.null(problem) && order == 2) problem <- second_order_problem(fn, inputs, checked, eps, atol, rtol)
  if (!is.null(problem)) raise_error(problem)
  invisible(TRUE)
}

is_checkable <- function(x) inherits(x, "torch_tensor") && !is_undefined_tensor(x) && x$requires_grad

is_floating_tensor <- function(x) inherits(x, "torch_tensor") && !is_undefined_tensor(x) && torch_is_floating_point(x)

# The tensors of numbers that fn returns; what is no such tensor has no derivative.
outputs_of <- function(fn, inputs) {
  value <- call_with(fn, inputs)
  if (!is.list(value)) value <- list(value)
  Filter(is_floating_tensor, value)
}

# The same values outside any graph, with other numbers if they are given.
plain_leaf <- function(x, values = NULL, requires_grad = TRUE) {
  if (is.null(values)) return(x$detach()$requires_grad_(requires_grad))
  new <- torch_tensor(values, dtype = torch_double())
  if (!length(x$shape)) new <- new$view(integer())
  new$requires_grad_(requires_grad)
}

values_of <- function(x) as.double(as_array(x$detach()))

# Jacobians by backward passes: [[output]][[input]], a row for each element of the output.
analytic_jacobians <- function(outputs, leaves) {
  lapply(outputs, function(y) {
    rows <- lapply(leaves, function(x) matrix(0, prod(y$shape), prod(x$shape)))
    if (!y$requires_grad) return(rows)
    for (i in seq_len(prod(y$shape))) {
      unit <- array(0, if (length(y$shape)) y$shape else 1L)
      unit[i] <- 1
      unit <- plain_leaf(y, unit, FALSE)
      gradients <- autograd_grad(list(y), leaves, list(unit), retain_graph = TRUE, allow_unused = TRUE)
      for (k in seq_along(leaves)) {
        if (!is_undefined_tensor(gradients[[k]])) rows[[k]][i, ] <- values_of(gradients[[k]])
      }
    }
    rows
  })
}

# The same by differences.
numeric_jacobians <- function(fn, inputs, checked, eps, sizes) {
  jacobians <- lapply(sizes, function(n) lapply(checked, function(k) matrix(0, n, prod(inputs[[k]]$shape))))
  for (k in seq_along(checked)) {
    at <- as_array(inputs[[checked[k]]]$detach())
    for (i in seq_along(at)) {
      sides <- lapply(c(eps, -eps), function(step) {
        moved <- at
        moved[i] <- moved[i] + step
        inputs[[checked[k]]] <- plain_leaf(inputs[[checked[k]]], moved)
        lapply(outputs_of(fn, inputs), values_of)
      })
      for (j in seq_along(sizes)) jacobians[[j]][[k]][, i] <- (sides[[1]][[j]] - sides[[2]][[j]]) / (2 * eps)
    }
  }
  jacobians
}

# What is wrong with the derivatives of fn, in words; NULL if nothing is.
derivative_problem <- function(fn, inputs, checked, eps, atol, rtol, what) {
  for (k in checked) inputs[[k]] <- plain_leaf(inputs[[k]])
  outputs <- outputs_of(fn, inputs)
  if (!length(outputs)) return("`fn` returned no tensor of a floating dtype")
  analytic <- analytic_jacobians(outputs, inputs[checked])
  numeric <- numeric_jacobians(fn, inputs, checked, eps, vapply(outputs, function(y) prod(y$shape), 0))
  for (j in seq_along(outputs)) {
    for (k in seq_along(checked)) {
      a <- analytic[[j]][[k]]
      n <- numeric[[j]][[k]]
      agree <- abs(a - n) <= atol + rtol * abs(n)
      worst <- which(is.na(agree) | !agree, arr.ind = TRUE)
      if (!length(worst)) next
      worst <- worst[1, ]
      return(sprintf(
        "the %s of output %d[%d] by input %d[%d] is %.8g, and differences say %.8g",
        what, j, worst[1], checked[k], worst[2], a[worst[1], worst[2]], n[worst[1], worst[2]]
      ))
    }
  }
  NULL
}

# The gradient is a function of the inputs and of the gradients of the outputs, which is checked as any other.
second_order_problem <- function(fn, inputs, checked, eps, atol, rtol) {
  outputs <- outputs_of(fn, inputs)
  weights <- lapply(outputs, function(y) {
    n <- prod(y$shape)
    plain_leaf(y, array(cos(seq_len(n)), if (length(y$shape)) y$shape else 1L))
  })
  gradient <- function(...) {
    given <- list(...)
    inputs[checked] <- lapply(given[seq_along(checked)], function(x) if (x$requires_grad) x else plain_leaf(x))
    outputs <- outputs_of(fn, inputs)
    graphed <- which(vapply(outputs, function(y) y$requires_grad, NA))
    of_outputs <- given[-seq_along(checked)][graphed]
    gradients <- autograd_grad(outputs[graphed], inputs[checked], of_outputs, create_graph = TRUE, allow_unused = TRUE)
    Filter(Negate(is_undefined_tensor), gradients)
  }
  if (!any(vapply(outputs, function(y) y$requires_grad, NA))) return(NULL)
  all_inputs <- c(inputs[checked], weights)
  derivative_problem(gradient, all_inputs, seq_along(all_inputs), eps, atol, rtol, "second derivative (of the gradient)")
}
