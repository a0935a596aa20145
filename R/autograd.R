#' @export
autograd_grad <- function(outputs, inputs, grad_outputs = NULL, retain_graph = create_graph, create_graph = FALSE, allow_unused = FALSE) {
  .Call(ffi_backward, outputs, grad_outputs, retain_graph, create_graph, if (is.list(inputs)) inputs else list(inputs), allow_unused)
}
#' @export
is_undefined_tensor <- function(x) .Call(ffi_is_undefined, x)

autograd_methods <- list(
  backward = function(gradient = NULL, retain_graph = create_graph, create_graph = FALSE, inputs = NULL, ...) {
    invisible(.Call(ffi_backward, self, gradient, retain_graph, create_graph, inputs, TRUE))
  },
  requires_grad_ = function(requires_grad = TRUE) .Call(ffi_requires_grad_, self, requires_grad),
  retain_grad = function() invisible(.Call(ffi_retain_grad, self)),
  detach = function(...) .Call(ffi_detach, self),
  detach_ = function() .Call(ffi_detach_, self)
)
