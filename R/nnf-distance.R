# Distances between vectors, and vectors brought to one length.

#' @rdname torch_cosine_similarity
#' @examples
#' nnf_cosine_similarity(torch_tensor(rbind(c(1, 1))), torch_tensor(rbind(c(0, 1))))
#' @export
nnf_cosine_similarity <- function(x1, x2, dim = 2, eps = 1e-8) torch_cosine_similarity(x1, x2, dim, eps)

#' @rdname torch_renorm
#' @examples
#' nnf_normalize(torch_tensor(rbind(c(3, 4))))
#' @export
nnf_normalize <- function(input, p = 2, dim = 2, eps = 1e-12, out = NULL) {
  length <- .Call(ffi_vector_norm, input, p, dim, TRUE, NULL)
  result <- .Call(ffi_div, input, torch_clamp(length, min = .Call(ffi_number, eps, "eps")))
  if (is.null(out)) result else .Call(ffi_copy_, out, result)
}

#' @rdname torch_dist
#' @examples
#' nnf_pairwise_distance(torch_zeros(2, 3), torch_ones(2, 3))
#' @export
nnf_pairwise_distance <- function(x1, x2, p = 2, eps = 1e-6, keepdim = FALSE) {
  .Call(ffi_norm, .Call(ffi_add, .Call(ffi_sub, x1, x2, NULL), eps, NULL), p, -1L, keepdim, NULL)
}

#' @rdname torch_dist
#' @examples
#' nnf_pdist(torch_tensor(rbind(c(0, 0), c(3, 4), c(0, 1))))
#' @export
nnf_pdist <- function(input, p = 2) torch_pdist(.Call(ffi_as_tensor, input, "input"), p)
