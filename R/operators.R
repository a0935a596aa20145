#' @export
`+.torch_tensor` <- function(e1, e2) if (missing(e2)) e1 else .Call(ffi_add, e1, e2, NULL)
#' @export
`-.torch_tensor` <- function(e1, e2) if (missing(e2)) .Call(ffi_neg, e1) else .Call(ffi_sub, e1, e2, NULL)
#' @export
`*.torch_tensor` <- function(e1, e2) .Call(ffi_mul, e1, e2)
#' @export
`/.torch_tensor` <- function(e1, e2) .Call(ffi_div, e1, e2)
#' @export
`^.torch_tensor` <- function(e1, e2) .Call(ffi_pow, e1, e2)
#' @export
`==.torch_tensor` <- function(e1, e2) .Call(ffi_eq, e1, e2)
#' @export
`!=.torch_tensor` <- function(e1, e2) .Call(ffi_ne, e1, e2)
#' @export
`<.torch_tensor` <- function(e1, e2) .Call(ffi_lt, e1, e2)
#' @export
`<=.torch_tensor` <- function(e1, e2) .Call(ffi_le, e1, e2)
#' @export
`>.torch_tensor` <- function(e1, e2) .Call(ffi_gt, e1, e2)
#' @export
`>=.torch_tensor` <- function(e1, e2) .Call(ffi_ge, e1, e2)
#' @export
`&.torch_tensor` <- function(e1, e2) .Call(ffi_logical_and, e1, e2)
#' @export
`|.torch_tensor` <- function(e1, e2) .Call(ffi_logical_or, e1, e2)
#' @export
`!.torch_tensor` <- function(x) .Call(ffi_logical_not, x)
#' @export
`$.torch_tensor` <- function(x, name) .Call(ffi_get, x, name)
#' @export
`$<-.torch_tensor` <- function(x, name, value) .Call(ffi_set, x, name, value)
