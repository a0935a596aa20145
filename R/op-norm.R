#' Norms
#'
#' \deqn{\left(\sum |x|^p\right)^{1/p}}{sum(abs(x)^p)^(1/p)} of all elements or along dimensions; for `p = 0` how many are not 0, for
#' `Inf` and
#' `-Inf` the largest and the smallest absolute value. `torch_norm()` and `linalg_vector_norm()` take a tensor as a vector.
#' `linalg_matrix_norm()` takes two dimensions as those of a matrix: `"fro"` is the root of the sum of squares, `1` and `-1` the largest and
#' smallest sum of a column's absolute values, `Inf` and `-Inf` of a row's, `2` and `-2` the largest and smallest singular value, `"nuc"`
#' the
#' sum of the singular values. `linalg_norm()` is the 2-norm of all elements without `ord`; with it, the norm of a vector or of a matrix, as
#' `dim` names one dimension or two, or as `A` has them.
#'
#' The gradient is 0 where the norm is 0. Only floating tensors have a norm.
#'
#' @param self,A a floating tensor of any shape; of two dimensions or more for `linalg_matrix_norm()`.
#' @param p,ord which norm: a number, or for matrices also `"fro"` or `"nuc"`.
#' @param dim dimensions, counted from 1, or from -1 at the end; all if `NULL`. Two for `linalg_matrix_norm()`.
#' @param keepdim whether these dimensions stay, with size 1.
#' @param dtype the dtype to convert to first.
#' @return A tensor of the dtype of `self` without these dimensions: without any for all elements, of shape (n) for the rows of a matrix of
#'   shape (n, m), with `dim = 2`.
#' @section Errors:
#' Refused are integers and booleans without a floating `dtype` (save sums of columns and rows), a dimension that is not there or is named
#' twice, norms of a matrix that are not listed above, a name as the norm of a vector, `ord` without `dim` for more than two dimensions,
#' and for `p` negative or `Inf` no elements; for singular values NaN and infinite numbers.
#' @examples
#' x <- torch_tensor(rbind(c(3, 4), c(6, 8)))
#' torch_norm(x)
#' torch_norm(x, dim = 2)
#' torch_norm(x, p = Inf)
#' linalg_vector_norm(x, ord = 1, dim = 1)
#' linalg_matrix_norm(x)
#' linalg_matrix_norm(x, ord = 1)
#' linalg_norm(x)
#' linalg_norm(x, ord = "nuc")
#' linalg_norm(x, ord = Inf, dim = 1)
#' @export
torch_norm <- function(self, p = 2, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_norm, self, p, dim, keepdim, dtype)

#' @rdname torch_norm
#' @export
linalg_vector_norm <- function(A, ord = 2, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_vector_norm, A, ord, dim, keepdim, dtype)

#' @rdname torch_norm
#' @export
linalg_norm <- function(A, ord = NULL, dim = NULL, keepdim = FALSE, dtype = NULL) {
  A <- .Call(ffi_as_tensor, A, "A")
  if (is.null(ord) && (is.null(dim) || length(dim) <= 2)) return(.Call(ffi_vector_norm, A, 2, dim, keepdim, dtype))
  if (is.null(dim) && A$ndim > 2) raise_error("`A` must be a vector or a matrix if `ord` is given without `dim`")
  if (is.character(ord) || length(dim) == 2 || (is.null(dim) && A$ndim == 2)) {
    return(linalg_matrix_norm(A, ord, if (is.null(dim)) c(-2, -1) else dim, keepdim, dtype))
  }
  .Call(ffi_vector_norm, A, ord, dim, keepdim, dtype)
}

#' @rdname torch_norm
#' @export
linalg_matrix_norm <- function(A, ord = "fro", dim = c(-2, -1), keepdim = FALSE, dtype = NULL) {
  A <- .Call(ffi_as_tensor, A, "A")
  dim <- .Call(ffi_integers, dim, "dim")
  keepdim <- .Call(ffi_flag, keepdim, "keepdim")
  if (is.character(ord)) one_of(ord, "ord", c("fro", "nuc")) else ord <- .Call(ffi_number, ord, "ord")
  if (length(dim) != 2) raise_error("`dim` of linalg_matrix_norm() must be two dimensions")
  if (!is.null(dtype)) A <- A$to(dtype = dtype)
  if (!torch_is_floating_point(A)) {
    raise_error(sprintf("`A` is %s, and norms need a floating dtype: say `dtype = torch_float()`", as.character(A$dtype)))
  }
  if (identical(ord, "fro")) return(.Call(ffi_vector_norm, A, 2, dim, keepdim, NULL))
  if (identical(ord, "nuc") || ord %in% c(2, -2)) {
    values <- linalg_svdvals(A$movedim(dim, c(-2, -1)))
    result <- if (identical(ord, "nuc")) values$sum(-1) else if (ord == 2) values$amax(-1) else values$amin(-1)
    return(if (keepdim) result$unsqueeze(-1)$unsqueeze(-1)$movedim(c(-2, -1), dim) else result)
  }
  if (!ord %in% c(1, -1, Inf, -Inf)) raise_error("`ord` of linalg_matrix_norm() must be \"fro\", \"nuc\", 1, -1, 2, -2, Inf or -Inf")
  summed <- if (abs(ord) == 1) 1 else 2
  sums <- torch_abs(A)$sum(dim[summed], keepdim = TRUE)
  result <- if (ord > 0) sums$amax(dim[3 - summed], keepdim = TRUE) else sums$amin(dim[3 - summed], keepdim = TRUE)
  if (keepdim) result else result$sum(dim)
}

#' Distances
#'
#' The `p`-norm of differences: `torch_dist()` of two tensors that broadcast, as one number; `nnf_pairwise_distance()` along the last
#' dimension, with `eps` added to each difference; `torch_cdist()` of each row of one matrix from each of another, and
#' `torch_pdist()` of each row of one matrix from those after it, in the order (1, 2), (1, 3), ..., (2, 3), ...
#'
#' @param self,other,input,x1,x2 floating tensors that broadcast; for `torch_cdist()` of shape (..., n, k) and (..., m, k), for
#'   `torch_pdist()` of shape (n, k).
#' @param p which norm, as for [torch_norm()].
#' @param eps added to differences, so that a distance of 0 has a derivative.
#' @param keepdim whether the last dimension stays, with size 1.
#' @param compute_mode one of PyTorch's three modes, or `NULL`. Distances are always computed from differences, the most accurate way.
#' @return A tensor: of `torch_dist()` without dimensions; of `nnf_pairwise_distance()` without the last; of `torch_cdist()` of shape
#'   (..., n, m); of `torch_pdist()` a vector of n (n - 1) / 2 elements.
#' @section Errors:
#' Refused are tensors of integers, shapes that do not broadcast, another tensor than a matrix for `torch_pdist()`, two vectors for
#' `torch_cdist()`, a `p` that is no number, and another `compute_mode`.
#' @examples
#' a <- torch_tensor(rbind(c(0, 0), c(3, 4)))
#' torch_dist(a, a + 1)
#' torch_dist(a, a + 1, p = Inf)
#' torch_cdist(a, a)
#' torch_pdist(a)
#' nnf_pairwise_distance(a, a + 1)
#' @export
torch_dist <- function(self, other, p = 2L) .Call(ffi_vector_norm, .Call(ffi_sub, self, other, NULL), p, NULL, FALSE, NULL)

#' Norms no larger than a bound, or all 1
#'
#' `torch_renorm()` scales each slice along `dim` whose norm is more than `maxnorm` down to it. `nnf_normalize()` divides by the norm along
#' `dim`, or by `eps` if that is larger.
#'
#' @param self,input a floating tensor of one dimension or more.
#' @param p which norm, as for [torch_norm()].
#' @param dim the dimension, counted from 1, or from -1 at the end: of `torch_renorm()` the one that slices are counted along, of
#'   `nnf_normalize()` the one that norms are taken along.
#' @param maxnorm the bound: a number.
#' @param eps the least that is divided by.
#' @param out `NULL`, or a tensor to write the result into.
#' @return A tensor of the same shape and dtype.
#' @section Errors:
#' Refused are tensors of integers, a dimension that is not there, several for `torch_renorm()`, a `p`, `maxnorm` or `eps` that is no
#' number, and an `out` that is no tensor or of another shape.
#' @examples
#' x <- torch_tensor(rbind(c(3, 4), c(0.3, 0.4)))
#' torch_renorm(x, p = 2, dim = 1, maxnorm = 1)
#' nnf_normalize(x)
#' @export
torch_renorm <- function(self, p, dim, maxnorm) {
  self <- .Call(ffi_as_tensor, self, "self")
  dim <- from_start(.Call(ffi_integer, dim, "dim"), self)
  maxnorm <- .Call(ffi_number, maxnorm, "maxnorm")
  others <- setdiff(seq_len(self$ndim), dim)
  norms <- .Call(ffi_vector_norm, self, p, others, TRUE, NULL)
  self * torch_where(norms > maxnorm, maxnorm / (norms + 1e-7), 1)
}
norm_methods <- list(
  renorm_ = function(p, dim, maxnorm) self$copy_(torch_renorm(self, p, dim, maxnorm)),
  cov = function(correction = 1L, fweights = list(), aweights = list()) covariance(self, correction, fweights, aweights),
  corrcoef = function() correlation(self)
)

#' The cosine between vectors
#'
#' \deqn{\frac{\sum x_1 x_2}{\max(|x_1|, \epsilon) \max(|x_2|, \epsilon)}}{sum(x1 x2) / (max(norm(x1), eps) max(norm(x2), eps))} along a
#' dimension.
#'
#' @param x1,x2 floating tensors that broadcast, each with a dimension `dim`.
#' @param dim the dimension, counted from 1, or from -1 at the end.
#' @param eps the least length that is divided by.
#' @return A tensor of the shape that both broadcast to, without `dim`: for two tensors of shape (n, m) one of shape (n).
#' @section Errors:
#' Refused are two tensors of integers, shapes that do not broadcast, a dimension that is not there (2, the default, for vectors), and an
#' `eps` that is no number.
#' @examples
#' torch_cosine_similarity(torch_tensor(rbind(c(1, 0))), torch_tensor(rbind(c(1, 1))))
#' torch_cosine_similarity(torch_tensor(c(1, 2, 3)), torch_tensor(c(-2, -4, -6)), dim = 1)
#' @export
torch_cosine_similarity <- function(x1, x2, dim = 2L, eps = 1e-8) {
  both <- two_tensors(x1, x2, c("x1", "x2"))
  x1 <- both[[1]]
  x2 <- both[[2]]
  common <- torch_result_type(x1, x2)
  x1 <- x1$to(dtype = common)
  x2 <- x2$to(dtype = common)
  eps <- .Call(ffi_number, eps, "eps")
  length_of <- function(x) torch_clamp(.Call(ffi_vector_norm, x, 2, dim, TRUE, NULL), min = eps)
  .Call(ffi_sum, (x1 / length_of(x1)) * (x2 / length_of(x2)), dim, FALSE, NULL)
}

#' @rdname torch_dist
#' @export
torch_cdist <- function(x1, x2, p = 2L, compute_mode = NULL) {
  modes <- c("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist")
  if (!is.null(compute_mode) && !(is.atomic(compute_mode) && length(compute_mode) == 1L && compute_mode %in% c(modes, 0:2))) {
    raise_error(sprintf("`compute_mode` must be NULL or one of \"%s\"", paste(modes, collapse = "\", \"")))
  }
  both <- two_tensors(x1, x2, c("x1", "x2"))
  x1 <- both[[1]]
  x2 <- both[[2]]
  p <- .Call(ffi_number, p, "p")
  if (min(x1$ndim, x2$ndim) < 2L || x1$size(-1) != x2$size(-1)) {
    raise_error(sprintf(
      "`x1` and `x2` must have rows of one length, in two or more dimensions; their shapes are [%s] and [%s]",
      toString(dim(x1)), toString(dim(x2))
    ))
  }
  lengths_of_rows(x1$unsqueeze(-2) - x2$unsqueeze(-3), p)
}

#' @rdname torch_dist
#' @export
torch_pdist <- function(self, p = 2L) {
  self <- .Call(ffi_as_tensor, self, "self")
  if (self$ndim != 2L) raise_error(sprintf("distances of rows need a matrix; its tensor has %d dimensions", self$ndim))
  n <- self$size(1)
  first <- rep(seq_len(n), n - seq_len(n))
  second <- sequence(n - seq_len(n), seq_len(n) + 1L)
  rows <- function(k) torch_index_select(self, 1, torch_tensor(as.integer(k), dtype = torch_long()))
  p <- .Call(ffi_number, p, "p")
  lengths_of_rows(rows(first) - rows(second), p)
}

# Rows of no elements have length 0, whatever p is.
lengths_of_rows <- function(x, p) {
  if (x$size(-1L) == 0L) .Call(ffi_sum, x, -1L, FALSE, NULL) else .Call(ffi_vector_norm, x, p, -1L, FALSE, NULL)
}

# Variables are rows, observations are columns; fweights count an observation several times, aweights weigh it.
covariance <- function(x, correction, fweights, aweights) {
  x <- .Call(ffi_as_tensor, x, "self")
  correction <- .Call(ffi_number, correction, "correction")
  if (length(fweights)) fweights <- .Call(ffi_as_tensor, fweights, "fweights")
  if (length(aweights)) aweights <- .Call(ffi_as_tensor, aweights, "aweights")
  if (x$ndim > 2L) raise_error("cov() needs a tensor of at most two dimensions")
  x <- as_inexact(x)
  rows <- if (x$ndim < 2L) x$view(c(1, -1)) else x
  weights <- NULL
  if (length(fweights)) weights <- fweights$to(dtype = x$dtype)
  if (length(aweights)) weights <- if (is.null(weights)) aweights else weights * aweights
  if (is.null(weights)) {
    total <- rows$size(2)
    divisor <- max(total - correction, 0)
    centred <- rows - rows$mean(2, keepdim = TRUE)
    result <- centred$mm(centred$t()) / divisor
  } else {
    total <- weights$sum()
    centred <- rows - ((rows * weights)$sum(2) / total)$unsqueeze(2)
    divisor <- if (length(aweights) && length(fweights)) total - correction * (weights * aweights)$sum() / total
      else if (length(aweights)) total - correction * (weights * weights)$sum() / total
      else total - correction
    result <- (centred * weights)$mm(centred$t()) / torch_clamp(divisor, min = 0)
  }
  result$squeeze()
}
correlation <- function(x) {
  covariances <- covariance(x, 1L, list(), list())
  if (covariances$ndim == 0L) return(covariances / covariances)
  deviations <- torch_sqrt(torch_diagonal(covariances))
  torch_clamp(covariances / deviations$unsqueeze(2) / deviations$unsqueeze(1), min = -1, max = 1)
}
