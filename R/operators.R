#' @export
`+.torch_tensor` <- function(e1, e2) .Call(ffi_add, e1, e2, NULL)
#' @export
`*.torch_tensor` <- function(e1, e2) .Call(ffi_mul, e1, e2)
#' @export
`/.torch_tensor` <- function(e1, e2) .Call(ffi_div, e1, e2)
#' @export
`>.torch_tensor` <- function(e1, e2) .Call(ffi_gt, e1, e2)
#' @export
`$.torch_tensor` <- function(x, name) .Call(ffi_get, x, name)
#' @export
`$<-.torch_tensor` <- function(x, name, value) .Call(ffi_set, x, name, value)
