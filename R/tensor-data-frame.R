#' Data frames, summaries and plots of tensors
#'
#' What R makes of a tensor's numbers, which leave their graph: a data frame with a column for each column of a matrix, `summary()`,
#' `cut()` and `density()`, and the plots of package graphics.
#' @param x a tensor; a matrix for `image()`.
#' @param object a tensor.
#' @param row.names,optional as in [as.data.frame()].
#' @param y `NULL`, or numbers or a tensor to plot against `x`.
#' @param xlab,ylab labels of the axes.
#' @param ... passed on to R's method for numbers.
#' @return What R's function returns for a vector, matrix or array of the same numbers. `plot()` of a matrix of two or more columns plots
#'   the second against the first.
#' @examples
#' x <- torch_randn(20, 2)
#' head(as.data.frame(x))
#' summary(x)
#' hist(x)
#' plot(x)
#' @name tensor-data-frame
NULL

# A vector, matrix or array of numbers, booleans as 0 and 1.
numbers_of <- function(x) {
  values <- as.numeric(x)
  if (length(dim(x)) > 1L) dim(values) <- dim(x)
  values
}

# f of the numbers under the name by which the user calls the tensor, since R's plots show it.
of_numbers <- function(f, x, name, ...) {
  if (length(name) != 1L || nchar(name) > 60L) name <- "x"
  do.call(f, list(as.name(name), ...), envir = list2env(stats::setNames(list(as.vector(numbers_of(x))), name), parent = baseenv()))
}

#' @rdname tensor-data-frame
#' @export
as.data.frame.torch_tensor <- function(x, row.names = NULL, optional = FALSE, ...) { # nolint: object_name_linter.
  name <- deparse1(substitute(x))
  values <- if (x$dtype == torch_bool()) as_array(x) else numbers_of(x)
  if (length(dim(values)) > 1L) return(as.data.frame(values, row.names, optional, ...))
  as.data.frame(as.vector(values), row.names, optional, ..., nm = name)
}

#' @rdname tensor-data-frame
#' @export
summary.torch_tensor <- function(object, ...) summary(numbers_of(object), ...) # nolint: object_name_linter.

#' @rdname tensor-data-frame
#' @export
cut.torch_tensor <- function(x, ...) cut(as.vector(numbers_of(x)), ...) # nolint: object_name_linter.

#' @rdname tensor-data-frame
#' @importFrom stats density
#' @export
density.torch_tensor <- function(x, ...) of_numbers(density, x, deparse1(substitute(x)), ...) # nolint: object_name_linter.

#' @rdname tensor-data-frame
#' @importFrom graphics hist
#' @export
hist.torch_tensor <- function(x, ...) of_numbers(hist, x, deparse1(substitute(x)), ...) # nolint: object_name_linter.

#' @rdname tensor-data-frame
#' @importFrom graphics boxplot
#' @export
boxplot.torch_tensor <- function(x, ...) boxplot(numbers_of(x), ...) # nolint: object_name_linter.

#' @rdname tensor-data-frame
#' @importFrom graphics image
#' @export
image.torch_tensor <- function(x, ...) { # nolint: object_name_linter.
  if (length(dim(x)) != 2L) raise_error(sprintf("image() is for matrices; this tensor has %d dimensions", length(dim(x))))
  image(numbers_of(x), ...)
}

#' @rdname tensor-data-frame
#' @export
plot.torch_tensor <- function(x, y = NULL, xlab = NULL, ylab = NULL, ...) { # nolint: object_name_linter.
  name <- deparse1(substitute(x))
  values <- numbers_of(x)
  if (!is.null(y)) {
    other <- deparse1(substitute(y))
    if (is_tensor(y)) y <- numbers_of(y)
    return(plot(as.vector(values), as.vector(y), xlab = label(xlab, name), ylab = label(ylab, other), ...))
  }
  if (length(dim(values)) == 2L && ncol(values) > 1L) {
    return(plot(values[, 1L], values[, 2L], xlab = label(xlab, paste0(name, "[, 1]")), ylab = label(ylab, paste0(name, "[, 2]")), ...))
  }
  plot(as.vector(values), xlab = label(xlab, "Index"), ylab = label(ylab, name), ...)
}
label <- function(given, otherwise) if (is.null(given)) otherwise else given
