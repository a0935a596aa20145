#' Data frames, summaries and plots of tensors
#'
#' What R makes of a tensor's numbers, which leave their graph: a data frame with a column for each column of a matrix, `summary()`,
#' `cut()` and `density()`, and the plots of package graphics.
#' @param x a tensor of any shape; a matrix for `image()`.
#' @param object a tensor of any shape.
#' @param row.names `NULL`, or a name for each row.
#' @param optional whether names of columns may be left out.
#' @param y `NULL`, or numbers or a tensor to plot against `x`.
#' @param xlab,ylab labels of the axes.
#' @param ... passed on to R's method for numbers; for `as.data.frame()` it must be empty.
#' @return What R's function returns for a vector, matrix or array of the same numbers. `plot()` of a matrix of two or more columns plots
#'   the second against the first.
#' @section Errors:
#' Refused are plots and densities of no elements, another shape than a matrix for `image()`, a `y` of another number of elements,
#' `row.names` that are not one for each row, NaN for `density()`, and what R's method for numbers refuses or would ignore with a warning.
#' @examples
#' x <- torch_randn(20, 2)
#' head(as.data.frame(x))
#' summary(x)
#' cut(x[1:3, 1], c(-Inf, 0, Inf))
#' hist(x)
#' plot(x)
#' boxplot(x)
#' image(x)
#' density(x)$bw
#' @name tensor-data-frame
NULL

# Logical of booleans and numbers of all else, in R's shape.
values_of_kind <- function(x) if (x$dtype == torch_bool()) as_array(x) else numbers_of(x)

# A vector, matrix or array of numbers, booleans as 0 and 1.
numbers_of <- function(x) {
  values <- as.numeric(x)
  if (length(dim(x)) > 1L) dim(values) <- dim(x)
  values
}

check_elements <- function(x, name, call = users_call()) {
  if (length(x) == 0L) raise_error(sprintf("%s() needs elements; this tensor has shape [%s] and none", name, toString(dim(x))), call)
}

# What R's method for numbers refuses, or would leave out with a warning, is an error of the user's call.
by_R <- function(code, call = users_call()) {
  refuse <- function(e) raise_error(conditionMessage(e), call)
  withCallingHandlers(
    tryCatch(code, error = refuse),
    warning = function(w) if (grepl("not a graphical parameter|omitting it|by coercion|is.na\\(\\) applied", conditionMessage(w))) refuse(w)
  )
}

# f of the numbers under the name by which the user calls the tensor, since R's plots show it.
of_numbers <- function(f, x, name, ...) {
  if (length(name) != 1L || nchar(name) > 60L) name <- "x"
  do.call(f, list(as.name(name), ...), envir = list2env(stats::setNames(list(as.vector(numbers_of(x))), name), parent = baseenv()))
}

#' @rdname tensor-data-frame
#' @export
as.data.frame.torch_tensor <- function(x, row.names = NULL, optional = FALSE, ...) { # nolint: object_name_linter.
  no_dots(...)
  name <- deparse1(substitute(x))
  optional <- .Call(ffi_flag, optional, "optional") != 0
  rows <- if (length(dim(x)) > 0L) dim(x)[1L] else 1L
  are_names <- (is.character(row.names) || is.numeric(row.names)) && length(row.names) == rows && !anyDuplicated(row.names)
  if (!is.null(row.names) && !are_names) {
    raise_error(sprintf("`row.names` must be NULL, or %g different names, one for each row", rows))
  }
  values <- values_of_kind(x)
  if (is.numeric(row.names)) row.names <- as.integer(row.names)
  if (length(dim(values)) > 1L) return(by_R(as.data.frame(values, row.names, optional)))
  by_R(as.data.frame(as.vector(values), row.names, optional, nm = name))
}

#' @rdname tensor-data-frame
#' @export
summary.torch_tensor <- function(object, ...) summary(numbers_of(object), ...) # nolint: object_name_linter.

#' @rdname tensor-data-frame
#' @export
cut.torch_tensor <- function(x, ...) by_R(cut(as.vector(numbers_of(x)), ...)) # nolint: object_name_linter.

#' @rdname tensor-data-frame
#' @importFrom stats density
#' @export
density.torch_tensor <- function(x, ...) { # nolint: object_name_linter.
  no_names(..., known = setdiff(names(formals(utils::getS3method("density", "default"))), "..."))
  check_elements(x, "density")
  name <- deparse1(substitute(x))
  by_R(of_numbers(density, x, name, ...))
}

#' @rdname tensor-data-frame
#' @importFrom graphics hist
#' @export
hist.torch_tensor <- function(x, ...) { # nolint: object_name_linter.
  check_elements(x, "hist")
  name <- deparse1(substitute(x))
  by_R(of_numbers(hist, x, name, ...))
}

#' @rdname tensor-data-frame
#' @importFrom graphics boxplot
#' @export
boxplot.torch_tensor <- function(x, ...) { # nolint: object_name_linter.
  check_elements(x, "boxplot")
  by_R(boxplot(numbers_of(x), ...))
}

#' @rdname tensor-data-frame
#' @importFrom graphics image
#' @export
image.torch_tensor <- function(x, ...) { # nolint: object_name_linter.
  if (length(dim(x)) != 2L) raise_error(sprintf("image() is for matrices; this tensor has %d dimensions", length(dim(x))))
  check_elements(x, "image")
  by_R(image(numbers_of(x), ...))
}

#' @rdname tensor-data-frame
#' @export
plot.torch_tensor <- function(x, y = NULL, xlab = NULL, ylab = NULL, ...) { # nolint: object_name_linter.
  name <- deparse1(substitute(x))
  check_elements(x, "plot")
  values <- numbers_of(x)
  if (!is.null(y)) {
    other <- deparse1(substitute(y))
    if (is_tensor(y)) y <- numbers_of(y)
    if (!is.numeric(y) || length(y) != length(values)) raise_error(sprintf("`y` must be %d numbers, as many as `x` has", length(values)))
    return(by_R(plot(as.vector(values), as.vector(y), xlab = label(xlab, name), ylab = label(ylab, other), ...)))
  }
  if (length(dim(values)) == 2L && ncol(values) > 1L) {
    columns <- paste0(name, c("[, 1]", "[, 2]"))
    return(by_R(plot(values[, 1L], values[, 2L], xlab = label(xlab, columns[1L]), ylab = label(ylab, columns[2L]), ...)))
  }
  by_R(plot(as.vector(values), xlab = label(xlab, "Index"), ylab = label(ylab, name), ...))
}
label <- function(given, otherwise) if (is.null(given)) otherwise else given
