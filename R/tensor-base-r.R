#' Base R's functions of tensors
#'
#' A function of R that dispatches on its argument may have a method for tensors, which gives a tensor and keeps its graph. One that does
#' not turns its argument into numbers of R: what it returns is right, but no tensor, and no gradient passes through it.
#'
#' These have methods: the operators, the functions of [tensor-mathematics] and [summaries], `[`, `[<-`, `$`, `t()`, `dim()`, `aperm()`,
#' `rev()`, `head()`, `tail()`, `rbind()` and `cbind()` (single numbers are recycled), `as.list()` (and so `lapply()`), `cumsum()`,
#' `cumprod()`, `solve()`, [all.equal()], those of order and equality ([tensor-order]), those that leave for data frames and plots
#' ([tensor-data-frame]), and those below: `chol()`, `determinant()`, `scale()`, `median()`, `quantile()`, `diff()` and `sort()`. They give
#' the numbers that base R gives for a matrix or vector: `chol()` the upper factor, `median()` the mean of the two middle elements, `sort()`
#' a vector without NaN.
#'
#' Within a function that is given to [gradient()], [objective()] and their kin, and in what it calls by name, more do: `c()`,
#' `unlist()`, `rep()`,
#' `matrix()`, `array()`, `as.vector()`, `diag()`, `outer()`, `crossprod()`, `tcrossprod()`, `%*%` with numbers of R, `det()`,
#' `rowSums()` and its kin,
#' `apply()`, `sapply()`, `vapply()`, `mapply()`, `ifelse()`, `pmax()`, `pmin()`, `var()`, `sd()`, `backsolve()`, `forwardsolve()`,
#' `if`, `while`, a
#' factor as an index, and assigning into a vector of numbers. They go column by column, as R does. `svd()`, `eigen()`, `norm()`, `cor()`,
#' `cov()`, `dist()`, `kronecker()` and `fft()` stop there. Functions of packages, and functions found in lists, are left as they are.
#'
#' Elsewhere these leave tensors and graph behind; the right column keeps them.
#'
#' | base R | of tensors |
#' |---|---|
#' | `outer(x, y)`, `x %o% y` | [torch_outer()], or `x$unsqueeze(2) * y` |
#' | `kronecker(x, y)`, `x %x% y` | [torch_kron()] |
#' | `sd(x)`, `var(x)`, `mad(x)`, `IQR(x)` | [torch_std()], [torch_var()], `median()` and `quantile()` |
#' | `cov(x)`, `cor(x)` | `x$t()$cov()`, `x$t()$corrcoef()` |
#' | `svd(x)`, `eigen(x)`, `qr(x)`, `kappa(x)` | [linalg_svd()], [linalg_eigh()], [linalg_qr()], [linalg_cond()] |
#' | `det(x)`, `norm(x)` | [torch_det()], [linalg_matrix_norm()] |
#' | `backsolve(r, b)`, `forwardsolve(l, b)`, `chol2inv(r)` | [linalg_solve_triangular()], [torch_cholesky_inverse()] |
#' | `crossprod(x)`, `tcrossprod(x)` | `x$t()$mm(x)`, `x$mm(x$t())` |
#' | `diag(x)` | [torch_diag()] |
#' | `rowSums(x)`, `colSums(x)`, `rowMeans(x)`, `colMeans(x)` | `sum(x, dim = 2)`, `sum(x, dim = 1)`, `mean(x, dim = 2)`, ... |
#' | `apply(x, 1, f)`, `sweep(x, 1, s)` | `torch_stack(lapply(as.list(x), f))`; `x - s$unsqueeze(2)` |
#' | `sapply(x, f)` | `torch_stack(lapply(x, f))`: it gives a list |
#' | `ifelse(test, x, y)`, `pmax(x, y)`, `pmin(x, y)` | [torch_where()], [torch_maximum()], [torch_minimum()] |
#' | `array(x, d)`, `matrix(x, n, m)` | `x$view()`, [torch_reshape()] (row by row) |
#' | `dist(x)` | [torch_pdist()], [torch_cdist()] |
#' | `unlist(list(x, y))`, `c(x, y)` | [torch_cat()]: they give a list |
#' | `as.numeric(x)`, `as.matrix(x)`, `as_array(x)` | meant to leave |
#' | `approx()`, `spline()`, `lowess()`, `runmed()`, `prcomp()`, `lm()`, ... | numbers of R, for good |
#'
#' `det()`, and `qr()` of a tensor that requires gradients, are refused and name the function to use.
#'
#' @param x a tensor: a matrix of shape (n, n) for `chol()` and `determinant()`, a vector or matrix for `scale()`, of any shape for the
#'   others; `diff()` goes along the first dimension.
#' @param logarithm whether the modulus is given as its logarithm.
#' @param center,scale `TRUE`, `FALSE`, or one number for each column: what is subtracted, and what is divided by.
#' @param probs probabilities.
#' @param na.rm whether NaN is left out; otherwise it makes the result NaN.
#' @param na.last whether NaN stands last, first (`FALSE`) or is left out (`NA`).
#' @param lag,differences how far apart the elements are whose difference is taken, and how often.
#' @param decreasing whether the largest comes first.
#' @param ... must be empty.
#' @return Tensors: of the shape of `x` for `chol()` and `scale()` (a vector becomes a column), without dimensions for `median()`, a vector
#'   of as many elements as `probs` for `quantile()`. `determinant()`: a list of class `det` with the tensors `modulus` and `sign`, without
#'   dimensions. `scale()`, `median()` and `quantile()` make integers floating.
#' @section Errors:
#' Refused are matrices that are not square, of integers or, by `chol()`, not positive-definite, other than one or two dimensions for
#' `scale()`, centers and
#' scales of another number than that of the columns, quantiles of no elements, `probs` outside 0 to 1, a `lag` or `differences` below 1,
#' another `na.last`, and further arguments.
#' @examples
#' x <- torch_tensor(rbind(c(4, 1), c(1, 3)), requires_grad = TRUE)
#' chol(x)
#' determinant(x)$modulus$backward()
#' x$grad
#' scale(x)
#' median(x)
#' quantile(x, c(0.1, 0.9))
#' diff(x)
#' sort(x, decreasing = TRUE)
#' @name tensors-and-base-R
NULL

#' @rdname tensors-and-base-R
#' @export
chol.torch_tensor <- function(x, ...) {
  no_dots(...)
  torch_cholesky(x, upper = TRUE)
}

#' @rdname tensors-and-base-R
#' @export
determinant.torch_tensor <- function(x, logarithm = TRUE, ...) {
  no_dots(...)
  if (identical(sys.function(sys.parent()), base::det)) raise_error("det() cannot give a tensor: use torch_det()", sys.call(sys.parent()))
  parts <- .Call(ffi_slogdet, x)
  modulus <- if (.Call(ffi_flag, logarithm, "logarithm")) parts[[2L]] else torch_exp(parts[[2L]])
  attr(modulus, "logarithm") <- logarithm
  structure(list(modulus = modulus, sign = parts[[1L]]), class = "det")
}

#' @rdname tensors-and-base-R
#' @export
scale.torch_tensor <- function(x, center = TRUE, scale = TRUE) {
  if (length(dim(x)) == 1L) x <- .Call(ffi_unsqueeze, x, 2L)
  if (length(dim(x)) != 2L) raise_error(sprintf("scale() is for vectors and matrices; this tensor has %d dimensions", length(dim(x))))
  x <- as_inexact(x)
  if (isTRUE(center)) center <- torch_mean(x, 1L)
  if (!isFALSE(center)) x <- x - for_columns(center, x, "center")
  if (isTRUE(scale)) scale <- torch_sqrt(torch_sum(x^2, 1L) / max(1, dim(x)[1L] - 1))
  if (!isFALSE(scale)) x <- x / for_columns(scale, x, "scale")
  scaled <- .Call(ffi_alias, x)
  if (!isFALSE(center)) attr(scaled, "scaled:center") <- center
  if (!isFALSE(scale)) attr(scaled, "scaled:scale") <- scale
  scaled
}
for_columns <- function(value, x, name) {
  if (!is_tensor(value)) value <- torch_tensor(value, dtype = x$dtype)
  if (identical(dim(value), dim(x)[2L])) return(value)
  raise_error(sprintf("`%s` must be TRUE, FALSE or %d numbers, one for each column", name, dim(x)[2L]), users_call())
}

#' @rdname tensors-and-base-R
#' @importFrom stats median
#' @export
median.torch_tensor <- function(x, na.rm = FALSE, ...) { # nolint: object_name_linter.
  no_dots(...)
  quantile.torch_tensor(x, 0.5, na.rm)
}

#' @rdname tensors-and-base-R
#' @importFrom stats quantile
#' @export
quantile.torch_tensor <- function(x, probs = c(0, 0.25, 0.5, 0.75, 1), na.rm = FALSE, ...) { # nolint: object_name_linter.
  no_dots(...)
  x <- as_inexact(x)
  if (.Call(ffi_flag, na.rm, "na.rm")) torch_nanquantile(x, probs) else torch_quantile(x, probs)
}

#' @rdname tensors-and-base-R
#' @export
diff.torch_tensor <- function(x, lag = 1L, differences = 1L, ...) {
  no_dots(...)
  if (!is_count(lag) || !is_count(differences)) raise_error("`lag` and `differences` must be integers, 1 or more")
  for (k in seq_len(differences)) {
    n <- max(0, .Call(ffi_size, x, 1L) - lag)
    x <- .Call(ffi_narrow, x, 1L, if (n > 0) lag + 1 else 1, n) - .Call(ffi_narrow, x, 1L, 1L, n)
  }
  x
}
is_count <- function(x) is.numeric(x) && length(x) == 1L && isTRUE(x >= 1 & x == round(x))

#' @rdname tensors-and-base-R
#' @export
sort.torch_tensor <- function(x, decreasing = FALSE, na.last = NA, ...) { # nolint: object_name_linter.
  no_dots(...)
  if (!is.logical(na.last) || length(na.last) != 1L) raise_error("`na.last` must be TRUE, FALSE or NA")
  x <- .Call(ffi_reshape, x, -1L)
  is_number <- x == x
  sorted <- .Call(ffi_sort, x$masked_select(is_number), -1L, decreasing)[[1L]]
  if (is.na(na.last)) return(sorted)
  missing <- x$masked_select(!is_number)
  torch_cat(if (na.last) list(sorted, missing) else list(missing, sorted))
}

#' @export
qr.torch_tensor <- function(x, tol = 1e-07, LAPACK = FALSE, ...) { # nolint: object_name_linter.
  no_dots(...)
  if (x$requires_grad) raise_error("qr() would leave the graph: use linalg_qr(), or as_array() to leave it on purpose")
  values <- numbers_of(x)
  tol <- .Call(ffi_number, tol, "tol")
  if (!all(is.finite(values)) || !is.finite(tol)) raise_error("qr() needs finite numbers")
  qr(values, tol = tol, LAPACK = .Call(ffi_flag, LAPACK, "LAPACK"))
}
