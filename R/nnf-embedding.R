#' Classes as rows of zeros with a one
#'
#' @param tensor a tensor of classes, of any shape: integers, counted from 1.
#' @param num_classes how many classes there are; -1 for as many as the largest in `tensor`.
#' @return A tensor of `torch_long()` with one more dimension than `tensor`, of size `num_classes`, that is 1 at the
#'   class and 0 elsewhere.
#' @section Errors:
#' Classes below 1 or above `num_classes` are refused, and so are floating numbers and booleans as classes, and an empty `tensor` without
#' `num_classes`.
#' @examples
#' nnf_one_hot(torch_tensor(c(1L, 3L, 2L)))
#' nnf_one_hot(torch_tensor(c(1L, 2L)), num_classes = 4)
#' @export
nnf_one_hot <- function(tensor, num_classes = -1) {
  tensor <- .Call(ffi_as_tensor, tensor, "tensor")
  size <- tensor$shape
  num_classes <- .Call(ffi_integer, num_classes, "num_classes")
  if (num_classes == -1) {
    if (prod(size) == 0) raise_error("`num_classes` must be given if there are no classes to count")
    num_classes <- as.numeric(tensor$max())
  }
  if (prod(size) > 0 && !isTRUE(as.numeric(tensor$min()) >= 1)) raise_error("`tensor` must hold classes that count from 1")
  torch_zeros(c(size, num_classes), dtype = torch_long())$scatter_(-1L, tensor$unsqueeze(-1L), 1L)
}

#' Embedding
#'
#' The rows of `weight` that `input` names: an embedding of words or of other classes.
#'
#' @param input a tensor of integers of any shape, counted from 1.
#' @param weight a matrix with a row for each class.
#' @param padding_idx a row that gets no gradient, counted from 1 (or from -1 at the end), or `NULL`.
#' @param max_norm rows that are used and whose norm is larger are scaled to it first, in place; or `NULL`.
#' @param norm_type which norm that is: the sum of the `p`-th powers, its `p`-th root.
#' @param scale_grad_by_freq whether to divide the gradient of a row by how often the row is used.
#' @param sparse must be `FALSE`: gradients are dense.
#' @return A tensor of the shape of `input` with one more dimension, of the length of a row, and of the dtype of `weight`.
#' @section Errors:
#' Refused are classes that are 0, negative or beyond the rows of `weight`, an `input` of floating numbers or booleans, a `weight` that is
#' no matrix, a `padding_idx` that is no row of it, and `sparse = TRUE`.
#' @examples
#' weight <- torch_tensor(matrix(1:6, 3), dtype = torch_float())
#' nnf_embedding(torch_tensor(c(3L, 1L)), weight)
#' @export
nnf_embedding <- function(input, weight, padding_idx = NULL, max_norm = NULL, norm_type = 2,
                          scale_grad_by_freq = FALSE, sparse = FALSE) {
  if (!isFALSE(sparse)) raise_error("`sparse` must be FALSE: gradients are dense")
  norm_type <- .Call(ffi_number, norm_type, "norm_type")
  if (!is.null(max_norm)) with_no_grad(shrink_rows(weight, input, max_norm, norm_type))
  .Call(ffi_embedding, weight, input, padding_idx, scale_grad_by_freq)
}

shrink_rows <- function(weight, input, max_norm, norm_type) {
  weight <- .Call(ffi_as_tensor, weight, "weight")
  input <- .Call(ffi_as_tensor, input, "input")
  max_norm <- .Call(ffi_number, max_norm, "max_norm")
  used <- torch_tensor(unique(as.integer(as.array(input$reshape(-1L)))))
  rows <- torch_index_select(weight, 1L, used)
  norm <- rows$abs()$pow(norm_type)$sum(dim = 2L, keepdim = TRUE)$pow(1 / norm_type)
  factor <- torch_where(norm > max_norm, max_norm / (norm + 1e-7), torch_ones_like(norm))
  weight$index_copy_(1L, used, rows * factor)
}

#' Sums, means or maxima of rows of a table of weights
#'
#' The rows of `weight` that `input` names, put together bag by bag: what [nnf_embedding()] and then a sum, a mean or
#' a maximum over each bag give.
#'
#' @inheritParams nnf_embedding
#' @param input a tensor of integers, counted from 1: a matrix with a bag in each row, or a vector with
#'   `offsets`.
#' @param offsets where each bag begins in a vector `input`, counted from 1. (Offsets that begin with 0 are taken to
#'   count from 0.)
#' @param mode how a bag is put together: `"sum"`, `"mean"` or `"max"`. An empty bag gives zeros.
#' @param per_sample_weights what each row is multiplied with, of the shape of `input`, or `NULL`; for sums only.
#' @param include_last_offset whether `offsets` ends with the place after the last bag.
#' @param padding_idx a class that bags leave out, or `NULL`.
#' @return A tensor of shape (bags, columns of `weight`) and of the dtype of `weight`.
#' @section Errors:
#' Refused are classes and weights that [nnf_embedding()] refuses, a vector `input` without `offsets` and a matrix with them, offsets that
#' fall, do not begin with 1 (or 0) or lie beyond the end, another `mode`, and `per_sample_weights` for another `mode` than `"sum"`.
#' @examples
#' weight <- torch_tensor(matrix(1:6, 3), dtype = torch_float())
#' nnf_embedding_bag(torch_tensor(matrix(c(1L, 3L, 2L, 2L), 2)), weight)
#' nnf_embedding_bag(torch_tensor(c(1L, 3L, 2L)), weight, offsets = c(1, 3), mode = "max")
#' @export
nnf_embedding_bag <- function(input, weight, offsets = NULL, max_norm = NULL, norm_type = 2,
                              scale_grad_by_freq = FALSE, mode = "mean", sparse = FALSE, per_sample_weights = NULL,
                              include_last_offset = FALSE, padding_idx = NULL) {
  if (!isFALSE(sparse)) raise_error("`sparse` must be FALSE: gradients are dense")
  one_of(mode, "mode", c("sum", "mean", "max"))
  input <- .Call(ffi_as_tensor, input, "input")
  weight <- .Call(ffi_as_tensor, weight, "weight")
  if (!is.null(per_sample_weights)) per_sample_weights <- .Call(ffi_as_tensor, per_sample_weights, "per_sample_weights")
  include_last_offset <- .Call(ffi_flag, include_last_offset, "include_last_offset")
  if (!is.null(per_sample_weights) && mode != "sum") raise_error("`per_sample_weights` can be given for sums only")
  bags <- bags_of(input, offsets, include_last_offset)
  input <- input$reshape(-1L)
  if (!is.null(per_sample_weights)) per_sample_weights <- per_sample_weights$reshape(-1L)
  if (!is.null(padding_idx)) {
    padding_idx <- .Call(ffi_integer, padding_idx, "padding_idx")
    if (padding_idx < 0) padding_idx <- weight$shape[1] + 1L + padding_idx
    if (padding_idx < 1 || padding_idx > weight$shape[1]) {
      raise_error(sprintf("`padding_idx` must be the number of a row of `weight`, from 1 to %d, or from the end below 0", weight$shape[1]))
    }
    kept <- which(as.integer(as.array(input)) != padding_idx)
    bags$of <- bags$of[kept]
    at <- torch_tensor(kept, dtype = torch_int64())
    input <- input$index_select(1L, at)
    if (!is.null(per_sample_weights)) per_sample_weights <- per_sample_weights$index_select(1L, at)
  }
  rows <- nnf_embedding(input, weight, NULL, max_norm, norm_type, scale_grad_by_freq)
  if (!is.null(per_sample_weights)) rows <- rows * per_sample_weights$unsqueeze(2L)
  of <- torch_tensor(as.integer(bags$of))
  start <- torch_zeros(c(bags$count, weight$shape[2]), dtype = weight$dtype)
  switch(mode,
    sum = start$index_add(1L, of, rows),
    mean = start$index_reduce(1L, of, rows, "mean", FALSE),
    max = start$index_reduce(1L, of, rows, "amax", FALSE)
  )
}

# The bag that each element of input, read as one row, is in.
bags_of <- function(input, offsets, include_last_offset) {
  size <- input$shape
  if (length(size) == 2L) {
    if (!is.null(offsets)) raise_error("`offsets` can be given for a vector `input` only; each row of a matrix is a bag")
    return(list(of = rep(seq_len(size[1]), each = size[2]), count = size[1]))
  }
  if (length(size) != 1L || is.null(offsets)) raise_error("`input` must be a matrix, or a vector with `offsets`")
  from <- .Call(ffi_integers, offsets, "offsets")
  if (length(from) && from[1] == 0L) from <- from + 1L
  if (length(from) == 0L || from[1] != 1L || is.unsorted(from) || from[length(from)] > size + 1L) {
    raise_error(sprintf("`offsets` must rise from 1 to no more than %d", size + 1L))
  }
  if (include_last_offset) from <- from[-length(from)]
  list(of = findInterval(seq_len(size), from), count = length(from))
}
