new_dtype <- function(code) structure(code, class = "torch_dtype")

dtype_names <- c("Bool", "Byte", "Char", "Short", "Int", "Long", "Half", "BFloat16", "Float", "Double")

#' @export
torch_bool <- function() new_dtype(0L)
#' @export
torch_uint8 <- function() new_dtype(1L)
#' @export
torch_int8 <- function() new_dtype(2L)
#' @export
torch_int16 <- function() new_dtype(3L)
#' @export
torch_short <- torch_int16
#' @export
torch_int32 <- function() new_dtype(4L)
#' @export
torch_int <- torch_int32
#' @export
torch_int64 <- function() new_dtype(5L)
#' @export
torch_long <- torch_int64
#' @export
torch_float16 <- function() new_dtype(6L)
#' @export
torch_half <- torch_float16
#' @export
torch_bfloat16 <- function() new_dtype(7L)
#' @export
torch_float32 <- function() new_dtype(8L)
#' @export
torch_float <- torch_float32
#' @export
torch_float64 <- function() new_dtype(9L)
#' @export
torch_double <- torch_float64

#' @export
as.character.torch_dtype <- function(x, ...) dtype_names[unclass(x) + 1L]
#' @export
print.torch_dtype <- function(x, ...) {
  cat("torch_", as.character(x), "\n", sep = "")
  invisible(x)
}
#' @export
`==.torch_dtype` <- function(e1, e2) identical(unclass(e1), unclass(e2))
#' @export
`!=.torch_dtype` <- function(e1, e2) !identical(unclass(e1), unclass(e2))
