#' Show a tensor
#'
#' Prints the elements as PyTorch does, matrix after matrix, and a last line that tells the dtype, the shape and, in a
#' graph, the function that made the tensor.
#'
#' @param x,object a tensor of any shape and dtype.
#' @param n how many lines of elements are shown; -1: all.
#' @param digits how many digits behind the point fractions have, from 0 to 20; 4 if `NULL`.
#' @param width how many characters a line of a matrix has at most; 80 if `NULL`.
#' @param ... for `format()` passed on to R's method for numbers; otherwise not used.
#' @return `x`, invisibly; `format()`: a string for each element, in R's shape.
#' @details A tensor whose values are not there, because what was saved of it is damaged or was written by another version of
#'   rushlight, is shown as such; see [saving_tensors].
#' @section Methods: `x$print(n = 30)` does the same.
#' @section Errors:
#' An `n`, `digits` or `width` that is no number, `NA` or a fraction is refused, and so are such beyond their
#' range; arguments of `format()` that R's method for numbers refuses are, too.
#' @examples
#' torch_tensor(matrix(c(1.5, 2.25, 3, 4), 2))
#' print(torch_arange(1, 100), n = 3)
#' str(torch_ones(2, 3))
#' format(torch_tensor(c(1.5, 10)), nsmall = 2)
#' @export
print.torch_tensor <- function(x, n = 30, ..., digits = NULL, width = NULL) {
  cat("torch_tensor\n", format_tensor(x, n, digits, width), "\n", sep = "")
  invisible(x)
}
#' @rdname print.torch_tensor
#' @export
format.torch_tensor <- function(x, ...) {
  if (!is.null(.Call(ffi_missing_values, x)) || is_undefined_tensor(x)) return(format_tensor(x, 30))
  by_R(format(values_of_kind(x), ...))
}

format_tensor <- function(x, n, digits = NULL, width = NULL) {
  missing <- .Call(ffi_missing_values, x)
  if (!is.null(missing)) return(paste0("[ Tensor (without values): ", missing, " ]"))
  .Call(ffi_format, x, if (identical(n, Inf)) -1L else n, digits, width)
}

#' @rdname print.torch_tensor
#' @importFrom utils str
#' @export
str.torch_tensor <- function(object, ...) {
  missing <- .Call(ffi_missing_values, object)
  if (!is.null(missing)) {
    cat("Tensor without values: ", missing, "\n", sep = "")
  } else if (is_undefined_tensor(object)) {
    cat("Undefined tensor\n")
  } else {
    cat(as.character(object$dtype), " [", paste0("1:", object$shape, recycle0 = TRUE, collapse = ", "), "]\n", sep = "")
  }
  invisible()
}

print_methods <- list(print = function(n = 30) print(self, n = n))

# Printed in chunks; within a line of text, the elements.
#' @exportS3Method knitr::knit_print
knit_print.torch_tensor <- function(x, ..., inline = FALSE) {
  if (.Call(ffi_flag, inline, "inline")) paste(trimws(format(x)), collapse = ", ") else knitr::normal_print(x)
}
