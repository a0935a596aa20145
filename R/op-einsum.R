#' Einstein summation
#'
#' `torch_einsum()` writes a product of any tensors with a letter for each dimension: letters that several tensors
#' share are
#' multiplied along, letters that the result lacks are summed over. `torch_tensordot()` sums over dimensions of two
#' tensors given by number.
#' `torch_kron()` is the Kronecker product, `torch_cross()` the cross product of vectors of three elements,
#' `torch_trace()` the sum of a
#' matrix' diagonal.
#'
#' @section Equations:
#' `"ij,jk->ik"` is a product of matrices, `"bij,bjk->bik"` that of two batches, `"ii->i"` the diagonal, `"i,j->ij"`
#' the outer
#' product, `"ij->"` the sum of all elements. Without `->` the result has the letters that occur once, in alphabetical
#' order. `...`
#' stands for any dimensions that are not named; they broadcast.
#'
#' @param equation the subscripts of the tensors, and of the result.
#' @param tensors a list of tensors of one dtype; dimensions that share a letter have one size, or size 1.
#' @param path the order in which tensors are multiplied is from left to right; a path is accepted and does not change
#'   the result.
#' @param self,other,a,b tensors; for `torch_cross()` of as many dimensions, for `torch_trace()` a matrix.
#' @param dims how many of the last dimensions of `a` are summed over with the first of `b`; or a list of two vectors
#'   with the
#'   dimensions of each.
#' @param dim the dimension of three elements; the first that has three if it is `NULL`.
#' @return A tensor: of `torch_einsum()` with a dimension for each letter of the result; of `torch_tensordot()` with the dimensions of `a`
#'   and then of `b` that are not summed over; of `torch_kron()` of shape (n p, m q) for shapes (n, m) and (p, q); of `torch_cross()` of the
#'   shape that both broadcast to; of `torch_trace()` without dimensions.
#' @section Errors:
#' Refused are subscripts that are no letters, or not as many as there are tensors and dimensions, letters of the result that no tensor
#' has, sizes that differ, two dtypes or Bool tensors that `torch_einsum()` or `torch_tensordot()` multiplies, dimensions that are not
#' there, no dimension of three elements, and another tensor than a matrix for `torch_trace()`.
#' @examples
#' x <- torch_tensor(matrix(1:4, 2), dtype = torch_float())
#' torch_einsum("ij,jk->ik", list(x, x))
#' torch_einsum("ii", list(x))
#' torch_einsum("...i,i->...", list(torch_ones(2, 3, 2), torch_tensor(c(1, 10))))
#' torch_tensordot(x, x, 1)
#' torch_tensordot(torch_ones(2, 3, 4), torch_ones(4, 3), list(c(2, 3), c(2, 1)))
#' torch_kron(torch_eye(2), x)
#' torch_cross(torch_tensor(c(1, 0, 0)), torch_tensor(c(0, 1, 0)))
#' torch_trace(x)
#' @export
torch_einsum <- function(equation, tensors, path = NULL) {
  tensors <- operands(if (is.list(tensors)) tensors else list(tensors), "tensors")
  if (!is_string(equation)) raise_error("`equation` must be one string")
  sides <- strsplit(gsub("[[:space:]]", "", equation), "->", fixed = TRUE)[[1]]
  inputs <- strsplit(paste0(sides[1], ","), ",", fixed = TRUE)[[1]]
  if (length(inputs) != length(tensors)) {
    raise_error(sprintf("`equation` names %d tensors, and there are %d", length(inputs), length(tensors)))
  }
  unnamed <- mapply(function(text, x) length(dim(x)) - nchar(gsub("...", "", text, fixed = TRUE)), inputs, tensors)
  dots <- grepl("...", inputs, fixed = TRUE)
  wrong <- ifelse(dots, unnamed < 0, unnamed != 0)
  if (any(wrong)) {
    k <- which(wrong)[1]
    raise_error(sprintf("the subscripts \"%s\" do not fit tensor %d, which has %d dimensions", inputs[k], k, length(dim(tensors[[k]]))))
  }
  labels <- Map(subscripts, inputs, ifelse(dots, unnamed, 0L))
  widest <- max(0L, unnamed[dots])
  every <- unlist(labels, use.names = FALSE)
  if (grepl("->", equation, fixed = TRUE)) {
    result <- subscripts(if (length(sides) > 1L) sides[2] else "", widest)
    if (anyDuplicated(result) || !all(result %in% c(every, dot_labels(widest)))) {
      raise_error("the result's subscripts must be different letters that the tensors have")
    }
  } else {
    once <- names(which(table(every) == 1L))
    result <- c(dot_labels(widest), sort(once[!startsWith(once, ".")], method = "radix"))
  }
  parts <- Map(function(x, label) diagonals(list(x = x, labels = label)), tensors, labels)
  sizes <- common_sizes(parts)
  wanted_after <- function(k) c(result, unlist(lapply(parts[-seq_len(k)], `[[`, "labels")))
  total <- sum_out(parts[[1]], wanted_after(1L))
  for (k in seq_along(parts)[-1]) total <- contract(total, parts[[k]], wanted_after(k), sizes)
  total <- sum_out(total, result)
  if (length(result) < 2L) total$x else total$x$permute(match(result, total$labels))
}

# One label a dimension: letters, and .3 .2 .1 for three dimensions that `...` stands for.
subscripts <- function(text, n_dots) {
  parts <- regmatches(text, gregexpr("[.]{3}|.", text))[[1]]
  if (!all(parts == "..." | grepl("^[A-Za-z]$", parts)) || sum(parts == "...") > 1L) {
    raise_error(sprintf("the subscripts \"%s\" must be letters, and `...` at most once", text), sys.call(-4))
  }
  as.character(unlist(lapply(parts, function(part) if (part == "...") dot_labels(n_dots) else part)))
}

dot_labels <- function(n) if (n > 0L) paste0(".", n:1) else character()

# A letter that a tensor has twice means its diagonal.
diagonals <- function(part) {
  while (anyDuplicated(part$labels)) {
    label <- part$labels[anyDuplicated(part$labels)]
    at <- which(part$labels == label)[1:2]
    if (diff(dim(part$x)[at])) raise_error(sprintf("the dimensions that `%s` names differ in size", label), sys.call(-4))
    part <- list(x = torch_diagonal(part$x, dim1 = at[1], dim2 = at[2]), labels = c(part$labels[-at], label))
  }
  part
}

common_sizes <- function(parts) {
  sizes <- integer()
  for (part in parts) {
    own <- dim(part$x)
    for (k in seq_along(own)) {
      label <- part$labels[k]
      known <- if (label %in% names(sizes)) sizes[[label]] else 1L
      if (own[k] != known && own[k] != 1L && known != 1L) {
        raise_error(sprintf("the dimensions that `%s` names have sizes %d and %d", label, known, own[k]), sys.call(-2))
      }
      sizes[[label]] <- if (own[k] == 1L) known else own[k]
    }
  }
  sizes
}

sum_out <- function(part, wanted) {
  gone <- which(!part$labels %in% wanted)
  if (length(gone)) part <- list(x = torch_sum(part$x, gone), labels = part$labels[-gone])
  part
}

# Two tensors become batches of matrices: (both and wanted, left alone, summed) and (both and wanted, summed, right alone).
contract <- function(left, right, wanted, sizes) {
  left <- sum_out(left, c(wanted, right$labels))
  right <- sum_out(right, c(wanted, left$labels))
  both <- intersect(left$labels, right$labels)
  batch <- both[both %in% wanted]
  summed <- setdiff(both, batch)
  rows <- setdiff(left$labels, both)
  cols <- setdiff(right$labels, both)
  count <- function(labels) prod(sizes[labels])
  arranged <- function(part, labels, shape) {
    x <- if (length(labels) > 1L) part$x$permute(match(labels, part$labels)) else part$x
    torch_reshape(x$expand(ifelse(labels %in% both, sizes[labels], dim(x))), shape)
  }
  x <- arranged(left, c(batch, rows, summed), c(count(batch), count(rows), count(summed)))
  y <- arranged(right, c(batch, summed, cols), c(count(batch), count(summed), count(cols)))
  labels <- c(batch, rows, cols)
  list(x = torch_reshape(.Call(ffi_bmm, x, y), sizes[labels]), labels = labels)
}

#' @rdname torch_einsum
#' @export
torch_tensordot <- function(a, b, dims = 2) {
  both <- two_tensors(a, b, c("a", "b"))
  a <- both[[1]]
  b <- both[[2]]
  if (is.list(dims) || inherits(dims, "torch_tensor") && length(dim(dims)) == 2L) {
    if (!is.list(dims)) dims <- list(.Call(ffi_integers, dims[1], "dims"), .Call(ffi_integers, dims[2], "dims"))
    if (length(dims) != 2L) raise_error("`dims` must be a number, or a list of dimensions of `a` and dimensions of `b`")
    of_a <- from_start(unlist(dims[[1]]), a)
    of_b <- from_start(unlist(dims[[2]]), b)
  } else {
    n <- .Call(ffi_integer, dims, "dims")
    n_dims <- c(length(dim(a)), length(dim(b)))
    if (n < 0 || n > min(n_dims)) raise_error(sprintf("`dims` is %.0f, and the tensors have %d and %d dimensions", n, n_dims[1], n_dims[2]))
    of_a <- length(dim(a)) - n + seq_len(n)
    of_b <- seq_len(n)
  }
  if (length(of_a) != length(of_b)) raise_error("`dims` must name as many dimensions of `a` as of `b`")
  if (anyDuplicated(of_a) || anyDuplicated(of_b)) raise_error("`dims` names a dimension twice")
  summed <- dim(a)[of_a]
  if (any(summed != dim(b)[of_b])) {
    raise_error(sprintf("the dimensions summed over have sizes %s in `a` and %s in `b`", toString(summed), toString(dim(b)[of_b])))
  }
  free_a <- setdiff(seq_along(dim(a)), of_a)
  free_b <- setdiff(seq_along(dim(b)), of_b)
  left <- torch_reshape(turn(a, c(free_a, of_a)), c(prod(dim(a)[free_a]), prod(summed)))
  right <- torch_reshape(turn(b, c(of_b, free_b)), c(prod(summed), prod(dim(b)[free_b])))
  torch_reshape(.Call(ffi_mm, left, right), c(dim(a)[free_a], dim(b)[free_b]))
}

turn <- function(x, order) if (length(order) > 1L && is.unsorted(order)) x$permute(order) else x

# Dimensions counted from the start; a negative one counts from the end.
from_start <- function(dims, x) {
  n <- length(dim(x))
  fits <- is.numeric(dims) && !anyNA(dims) && all(dims != 0 & abs(dims) <= n)
  if (!fits) raise_error(sprintf("`dims` must name dimensions from 1 to %d", n), sys.call(-2))
  as.integer(ifelse(dims < 0, n + 1L + dims, dims))
}

inner_product <- function(self, other) {
  both <- two_tensors(self, other, c("self", "other"))
  self <- both[[1]]
  other <- both[[2]]
  if (length(dim(self)) == 0L || length(dim(other)) == 0L) return(self * other)
  torch_tensordot(self, other, list(-1L, -1L))
}

#' @rdname torch_einsum
#' @export
torch_kron <- function(self, other) {
  both <- two_tensors(self, other, c("self", "other"))
  self <- both[[1]]
  other <- both[[2]]
  n <- max(length(dim(self)), length(dim(other)))
  a <- c(rep(1L, n - length(dim(self))), dim(self))
  b <- c(rep(1L, n - length(dim(other))), dim(other))
  if (n == 0) return(self * other)
  product <- torch_reshape(self, c(rbind(a, 1L))) * torch_reshape(other, c(rbind(1L, b)))
  torch_reshape(product, a * b)
}

#' @rdname torch_einsum
#' @export
torch_cross <- function(self, other, dim = NULL) {
  if (!is.null(dim)) dim <- .Call(ffi_integer, dim, "dim")
  both <- two_tensors(self, other, c("self", "other"))
  self <- both[[1]]
  other <- both[[2]]
  if (self$ndim != other$ndim) {
    raise_error(sprintf("`self` and `other` must have as many dimensions as each other; they have %d and %d", self$ndim, other$ndim))
  }
  shapes <- broadcast_shape(dim(self), dim(other))
  if (is.null(dim)) {
    dim <- which(shapes == 3L)[1]
    if (is.na(dim)) raise_error(sprintf("no dimension of shape [%s] has three elements", toString(shapes)))
  }
  dim <- from_start(dim, self)
  three <- identical(dim(self)[dim], 3L) && identical(dim(other)[dim], 3L)
  if (!three) raise_error(sprintf("dimension %d must have three elements in both tensors", dim))
  rolled <- function(x, by) torch_roll(x, by, dim)
  rolled(self, -1L) * rolled(other, -2L) - rolled(self, -2L) * rolled(other, -1L)
}

broadcast_shape <- function(a, b) {
  n <- max(length(a), length(b))
  pmax(c(rep(1L, n - length(a)), a), c(rep(1L, n - length(b)), b))
}

#' @rdname torch_einsum
#' @export
torch_trace <- function(self) {
  self <- .Call(ffi_as_tensor, self, "self")
  if (length(dim(self)) != 2L) raise_error(sprintf("torch_trace() needs a matrix; its tensor has shape [%s]", toString(dim(self))))
  torch_sum(torch_diagonal(self))
}

#' Products of several matrices, powers, and the exponential of a matrix
#'
#' `torch_chain_matmul()` and `linalg_multi_dot()` multiply matrices in the order that needs the fewest multiplications.
#' `torch_matrix_power()` and `linalg_matrix_power()` multiply a square matrix with itself; a negative power is one of
#' the
#' inverse, and the power 0 is the identity. `torch_matrix_exp()` is
#' \deqn{\exp A = \sum_{k=0}^\infty A^k / k!}{exp A = sum of A^k / k! over k = 0, 1, 2, ...}
#' computed by scaling and squaring.
#'
#' @param matrices,tensors a list of matrices that fit each other; of `linalg_multi_dot()` the first and the last may
#'   be vectors.
#' @param self,A a square matrix, or a batch of them in the last two dimensions; floating for `torch_matrix_exp()` and negative powers.
#' @param n an integer.
#' @return A tensor: of shape (n, m) where the first matrix has n rows and the last m columns (without a dimension for a vector); of powers
#'   and exponentials of the shape of the matrix. The dtype is that of the matrices.
#' @section Errors:
#' Refused are what is no list, an empty one (fewer than two for `linalg_multi_dot()`), elements that are not matrices, matrices that do not
#' fit each other, two dtypes, Bool tensors, matrices that are not square, an `n` with a fraction, and negative powers of a singular matrix
#' or of integers.
#' @examples
#' a <- torch_tensor(matrix(c(0, 0, 1, 0), 2))
#' torch_matrix_exp(a)
#' torch_matrix_power(torch_ones(2, 2), 3)
#' linalg_matrix_power(torch_tensor(matrix(c(2, 0, 1, 1), 2)), -1)
#' torch_chain_matmul(list(torch_ones(2, 3), torch_ones(3, 4), torch_ones(4, 1)))
#' linalg_multi_dot(list(torch_tensor(c(1, 2)), torch_ones(2, 3), torch_ones(3)))
#' @export
torch_chain_matmul <- function(matrices) {
  if (typeof(matrices) != "list" || !length(matrices)) raise_error("`matrices` must be a list of at least one matrix")
  matrices <- operands(matrices, "matrices")
  wrong <- which(vapply(matrices, function(x) length(dim(x)) != 2L, NA))
  if (length(wrong)) {
    n_dims <- length(dim(matrices[[wrong[1]]]))
    raise_error(sprintf("element %d of `matrices` has %d dimensions, and a matrix has two", wrong[1], n_dims))
  }
  multiply_chain(matrices)
}

#' @rdname torch_chain_matmul
#' @export
linalg_multi_dot <- function(tensors) {
  n <- length(tensors)
  if (typeof(tensors) != "list" || n < 2L) raise_error("`tensors` must be a list of at least two tensors")
  tensors <- operands(tensors, "tensors")
  first <- length(dim(tensors[[1]])) == 1L
  last <- length(dim(tensors[[n]])) == 1L
  if (first) tensors[[1]] <- torch_unsqueeze(tensors[[1]], 1L)
  if (last) tensors[[n]] <- torch_unsqueeze(tensors[[n]], 2L)
  product <- torch_chain_matmul(tensors)
  if (last) product <- torch_squeeze(product, 2L)
  if (first) product <- torch_squeeze(product, 1L)
  product
}

# cost[i, j] is the least number of multiplications for the matrices i to j, and split[i, j] where they part.
multiply_chain <- function(matrices) {
  n <- length(matrices)
  if (n <= 2L) return(Reduce(torch_mm, matrices))
  p <- as.numeric(c(dim(matrices[[1]])[1], vapply(matrices, function(x) as.numeric(dim(x)[2]), 1)))
  cost <- split <- matrix(0, n, n)
  for (length in seq_len(n)[-1]) {
    for (i in seq_len(n - length + 1L)) {
      j <- i + length - 1L
      at <- i:(j - 1L)
      costs <- cost[i, at] + cost[at + 1L, j] + p[i] * p[at + 1L] * p[j + 1L]
      split[i, j] <- at[which.min(costs)]
      cost[i, j] <- min(costs)
    }
  }
  multiply <- function(i, j) if (i == j) matrices[[i]] else torch_mm(multiply(i, split[i, j]), multiply(split[i, j] + 1, j))
  multiply(1, n)
}

#' @rdname torch_chain_matmul
#' @export
torch_matrix_power <- function(self, n) {
  self <- .Call(ffi_as_tensor, self, "self")
  check_square(self)
  n <- .Call(ffi_integer, n, "n")
  if (n == 1) return(self$clone())
  if (n == 0) return(torch_eye(dim(self)[length(dim(self))], dtype = self$dtype)$expand(dim(self))$clone())
  if (n < 0) return(torch_matrix_power(linalg_inv(self), -n))
  power <- NULL
  repeat {
    if (n %% 2) power <- if (is.null(power)) self else torch_matmul(power, self)
    n <- n %/% 2
    if (n == 0) return(power)
    self <- torch_matmul(self, self)
  }
}

#' @rdname torch_chain_matmul
#' @export
linalg_matrix_power <- function(A, n) torch_matrix_power(.Call(ffi_as_tensor, A, "A"), n)

# The series to the 18th power is exact to double precision up to a norm of 1.
#' @rdname torch_chain_matmul
#' @export
torch_matrix_exp <- function(self) {
  self <- .Call(ffi_as_tensor, self, "self")
  check_square(self)
  if (!torch_is_floating_point(self)) raise_error(sprintf("torch_matrix_exp() needs a floating dtype, not %s", as.character(self$dtype)))
  if (self$numel() == 0) return(self$clone())
  size <- dim(self)[length(dim(self))]
  norm <- as.numeric(torch_max(torch_sum(torch_abs(self$detach()), -1L)))
  halvings <- if (is.finite(norm) && norm > 1) as.integer(ceiling(log2(norm))) else 0L
  a <- if (halvings) self * 2^-halvings else self
  identity <- torch_eye(size, dtype = self$dtype)
  sum <- identity + a * (1 / 18)
  for (k in 17:1) sum <- identity + torch_matmul(a, sum) * (1 / k)
  for (k in seq_len(halvings)) sum <- torch_matmul(sum, sum)
  sum
}

check_square <- function(x) {
  shape <- dim(x)
  n <- length(shape)
  if (n < 2L || shape[n] != shape[n - 1L]) {
    raise_error(sprintf("the last two dimensions must make a square matrix; the shape is [%s]", toString(shape)), users_call())
  }
}
