#' Gradients
#'
#' `autograd_backward()` walks the graph behind `tensors` and adds what it finds to the `$grad` of every leaf that requires
#' gradients; `x$backward()` does that for one tensor. `autograd_grad()` returns the gradients by the given `inputs` instead, and
#' leaves every `$grad` alone.
#'
#' For outputs \eqn{y_1, \dots, y_m} and the given gradients \eqn{v_1, \dots, v_m} of the same shapes, what is computed is the
#' vector-Jacobian product
#'
#' \deqn{\sum_k v_k^T \frac{\partial y_k}{\partial x}.}{sum_k t(v_k) (dy_k / dx).}
#'
#' A pass that ends in an error, or that the user interrupts, has added to no `$grad`.
#'
#' The graph lets go of the values that its derivatives need, unless `retain_graph = TRUE`; a second pass through it is then an
#' error. With `create_graph = TRUE` the gradients are part of a graph themselves and can be differentiated again, to any order.
#' What `$grad` then holds is the graph too, which in turn holds the tensor: set `$grad` to `NULL` to free them, or use `autograd_grad()`.
#' A warning, once in a session, says so.
#'
#' @param tensors,outputs a tensor or a list of tensors to differentiate.
#' @param grad_tensors,grad_outputs gradients of these: `NULL`, a tensor, or a list of as many tensors of the same shapes. `NULL`,
#'   also in the list, stands for 1 and is possible only for a tensor of one element.
#' @param inputs a tensor or a list of tensors to differentiate by; they need not be leaves.
#' @param retain_graph keep the graph for another pass. By default as `create_graph`.
#' @param create_graph make the gradients differentiable.
#' @param allow_unused if `FALSE`, an input that the outputs do not depend on is an error; if `TRUE`, its gradient is undefined (see
#'   [is_undefined_tensor()]).
#' @return `autograd_grad()` returns a list of gradients, one for each input and of its shape and dtype; `autograd_backward()` returns
#'   `NULL`, invisibly.
#' @section Errors:
#' Refused are a tensor of several elements without a gradient, gradients of another shape or number, outputs and inputs that do not
#' require gradients, inputs that the outputs do not depend on (unless `allow_unused`), a second pass through a graph that has let go of
#' its values, and a value that the derivative needs and that was changed in place since.
#' @seealso [with_no_grad()], [autograd_function()], [gradcheck()], [graph_dot()]; `vignette("using-autograd")`.
#' @examples
#' x <- torch_tensor(c(1, 2, 3), requires_grad = TRUE)
#' y <- (x * x)$sum()
#' autograd_backward(y)
#' x$grad
#'
#' # the second derivative of the sum of exp(2 * x)
#' first <- autograd_grad((x * 2)$exp()$sum(), x, create_graph = TRUE)[[1]]
#' autograd_grad(first$sum(), x)[[1]]
#' @name autograd
NULL

#' @rdname autograd
#' @export
autograd_backward <- function(tensors, grad_tensors = NULL, retain_graph = create_graph, create_graph = FALSE) {
  invisible(.Call(ffi_backward, tensors, grad_tensors, retain_graph, create_graph, NULL, TRUE))
}

#' @rdname autograd
#' @export
autograd_grad <- function(outputs, inputs, grad_outputs = NULL, retain_graph = create_graph, create_graph = FALSE, allow_unused = FALSE) {
  .Call(ffi_backward, outputs, grad_outputs, retain_graph, create_graph, if (is.list(inputs)) inputs else list(inputs), allow_unused)
}

#' Is a tensor undefined?
#'
#' The `$grad` of a tensor that no gradient has reached yet is undefined, and so is the gradient of an unused input with
#' `autograd_grad(allow_unused = TRUE)`.
#'
#' @param x an object.
#' @return `TRUE` for an undefined tensor and for `NULL`, otherwise `FALSE`.
#' @section Errors:
#' A tensor without values (see [saving_tensors]) is refused; any other object is understood.
#' @examples
#' x <- torch_ones(2, requires_grad = TRUE)
#' is_undefined_tensor(x$grad)
#' x$sum()$backward()
#' is_undefined_tensor(x$grad)
#' @export
is_undefined_tensor <- function(x) .Call(ffi_is_undefined, x)

#' Switch the recording of operations off and on
#'
#' What is computed while recording is off is no part of a graph: it takes no memory for derivatives and does not require gradients. It is
#' the way to change a parameter in place.
#'
#' * `with_no_grad()` and `with_enable_grad()` evaluate `code` with recording off or on and restore what was before, also after an
#'   error or an interrupt.
#' * `local_no_grad()` and `local_enable_grad()` do so until the function that calls them returns. At top level, outside any function,
#'   there is no such end, and the switch stays.
#' * `autograd_set_grad_mode()` switches for good.
#'
#' @param code an expression.
#' @param .env the frame whose end restores what was before.
#' @param enabled `TRUE` or `FALSE`.
#' @return `with_*()` return the value of `code`; the others return, invisibly, whether recording was on before.
#' @section Errors:
#' An `enabled` that is not `TRUE` or `FALSE` is refused, and an `.env` that is not the environment of a function that is running. An error
#' in `code` is raised as it is.
#' @examples
#' x <- torch_ones(2, requires_grad = TRUE)
#' with_no_grad({
#'   y <- x * 2
#' })
#' y$requires_grad
#'
#' predict <- function(x) {
#'   local_no_grad()
#'   x * 3
#' }
#' predict(x)$requires_grad
#'
#' with_no_grad(with_enable_grad(x * 2)$requires_grad)
#' slope <- function(f, at) {
#'   local_enable_grad() # whatever the caller has switched off
#'   at <- at$detach()$requires_grad_()
#'   autograd_grad(f(at), at)[[1]]
#' }
#' with_no_grad(slope(torch_exp, torch_tensor(0)))
#' before <- autograd_set_grad_mode(FALSE)
#' (x * 2)$requires_grad
#' autograd_set_grad_mode(before)
#' @export
with_no_grad <- function(code) as_evaluated(.External2(ffi_with_grad_mode, FALSE))

#' @rdname with_no_grad
#' @export
with_enable_grad <- function(code) as_evaluated(.External2(ffi_with_grad_mode, TRUE))

# What withVisible() gave, as if it had been evaluated here.
as_evaluated <- function(evaluated) if (evaluated$visible) evaluated$value else invisible(evaluated$value)

#' @rdname with_no_grad
#' @export
local_no_grad <- function(.env = parent.frame()) local_grad_mode(FALSE, .env)

#' @rdname with_no_grad
#' @export
local_enable_grad <- function(.env = parent.frame()) local_grad_mode(TRUE, .env)

local_grad_mode <- function(enabled, frame) {
  before <- .Call(ffi_grad_enabled)
  put_back_at_end(autograd_set_grad_mode, before, frame)
  .Call(ffi_set_grad_enabled, enabled)
  invisible(before)
}

# Asked for before the switch, and twice: an interrupt may come between two steps of R, and jump out of one of the calls.
put_back_at_end <- function(set, before, frame) {
  if (identical(frame, globalenv())) return()
  is_running <- any(vapply(sys.frames(), identical, NA, frame))
  if (!is_running) raise_error("`.env` must be the environment of a function that is running", users_call())
  put_back <- as.call(list(set, before))
  for (k in 1:2) do.call("on.exit", list(put_back, add = TRUE, after = FALSE), envir = frame)
}

#' @rdname with_no_grad
#' @export
autograd_set_grad_mode <- function(enabled) invisible(.Call(ffi_set_grad_enabled, enabled))

#' Find where NaN comes from
#'
#' While `code` is evaluated, every gradient is checked, and the first that holds a NaN is an error that names the function that
#' returned it, and the call that it is the derivative of. That takes time; use it to look for a mistake.
#'
#' @param code an expression, with the forward and the backward pass.
#' @return the value of `code`.
#' @section Errors:
#' The first gradient that holds a NaN. An error in `code` is raised as it is.
#' @examples
#' x <- torch_zeros(1, requires_grad = TRUE)
#' try(with_detect_anomaly({
#'   y <- (x / x)$sum()
#'   y$backward()
#' }))
#' @export
with_detect_anomaly <- function(code) as_evaluated(.External2(ffi_with_anomaly_mode, TRUE))

session <- new.env(parent = emptyenv())

# Called from C.
warn_of_graph <- function() {
  if (!is.null(session$warned_of_graph)) return()
  session$warned_of_graph <- TRUE
  message <- paste0(
    "a backward pass with create_graph = TRUE leaves in $grad a gradient that holds the graph, and with it the tensor: memory that is ",
    "not freed before $grad is set to NULL. Better use autograd_grad(). (This warning is given once in a session.)"
  )
  raise_warning(message)
}

autograd_methods <- list(
  backward = function(gradient = list(), retain_graph = create_graph, create_graph = FALSE, inputs = NULL, ...) {
    if (...length()) no_dots(...)
    invisible(.Call(ffi_backward, self, gradient, retain_graph, create_graph, inputs, NULL))
  },
  requires_grad_ = function(requires_grad = TRUE) .Call(ffi_requires_grad_, self, requires_grad),
  retain_grad = function() invisible(.Call(ffi_retain_grad, self)),
  retains_grad = function() .Call(ffi_retains_grad, self),
  output_nr = function() .Call(ffi_output_nr, self),
  set_grad_ = function(new_grad) {
    if (!is.null(new_grad) && !inherits(new_grad, "torch_tensor")) raise_error("`new_grad` must be a tensor, or NULL")
    invisible(.Call(ffi_set, self, "grad", new_grad))
  },
  detach = function(...) {
    if (...length()) no_dots(...)
    .Call(ffi_detach, self)
  },
  detach_ = function() .Call(ffi_detach_, self)
)
