#' @export
autograd_grad <- function(outputs, inputs, grad_outputs = NULL, retain_graph = create_graph, create_graph = FALSE, allow_unused = FALSE) {
  .Call(ffi_backward, outputs, grad_outputs, retain_graph, create_graph, if (is.list(inputs)) inputs else list(inputs), allow_unused)
}
#' @export
is_undefined_tensor <- function(x) .Call(ffi_is_undefined, x)
