#' Hooks
#'
#' `x$register_hook(f)` has `f(gradient)` called whenever a gradient of `x` has been computed: to look at it, or to replace it by the
#' tensor that `f` returns. If `f` returns `NULL`, or anything invisibly, as an assignment does, the gradient stays as it is; any other
#' value is an error, for it was meant to be a gradient. Hooks run in the order in which they were
#' registered, before the gradient goes to `x$grad` and on to what `x` was computed from. An R error in a hook ends the backward
#' pass and is raised as it is.
#'
#' The hook of a tensor lives as long as the graph behind it or the tensor itself does. `$remove()` on what `$register_hook()` returned ends
#' it at once. A backward pass that lets go of the graph behind the tensor, as it does without `retain_graph = TRUE`, lets go of its hooks.
#'
#' A function closes over all variables of the function it was written in, so a hook written inline may hold the very tensor it hangs on, or
#' what was computed from it. Neither R's collector nor the graph can see the whole circle, and these tensors stay in memory until the hook
#' goes: with the graph, as said above, or by `$remove()`. That is left to you for the hooks of a leaf, which no pass ends; of a tensor
#' whose function keeps nothing for its derivative, such as a sum of two, and can be gone through again; and of a graph that no pass goes
#' through.
#'
#' @param x a hook, as returned by `$register_hook()`.
#' @param name the method's name: `remove`.
#' @param ... not used.
#' @return `$register_hook()` returns, invisibly, an object with the method `$remove()`.
#' @section Errors:
#' `$register_hook()` refuses what is no function, and a tensor that does not require gradients. A hook that visibly returns something else
#' than `NULL` and a tensor of the gradient's shape ends the backward pass. A hook has no other method than `$remove()`.
#' @examples
#' x <- torch_ones(2, requires_grad = TRUE)
#' hook <- x$register_hook(function(gradient) gradient * 10)
#' (x * 3)$sum()$backward()
#' x$grad
#' hook$remove()
#' @name hooks
NULL

#' @rdname hooks
#' @export
`$.torch_hook` <- function(x, name) {
  if (!identical(name, "remove")) raise_error(sprintf("a hook has the method `remove` alone, not `%s`", name))
  function() invisible(.Call(ffi_remove_hook, x))
}

#' @rdname hooks
#' @export
print.torch_hook <- function(x, ...) {
  cat("a hook; $remove() takes it away\n")
  invisible(x)
}

# Called from C: what a hook returns visibly.
run_hook <- function(hook, gradient) {
  returned <- withVisible(hook(gradient))
  if (returned$visible) returned$value
}

hook_methods <- list(
  register_hook = function(hook) invisible(.Call(ffi_register_hook, self, hook))
)
