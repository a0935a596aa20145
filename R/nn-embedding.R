#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Embeddings as modules
#'
#' `nn_embedding()` looks up rows of its `$weight`, as [nnf_embedding()]; `nn_embedding_bag()` takes sums, means or maxima of such rows, as
#' [nnf_embedding_bag()]. The rows begin normally distributed; the row `padding_idx` is zero, gets no gradient and stays zero.
#'
#' @param num_embeddings how many rows there are.
#' @param embedding_dim the length of a row.
#' @param padding_idx a row, counted from 1 as the input counts them, or `NULL`.
#' @param max_norm,norm_type,scale_grad_by_freq,sparse,mode,include_last_offset as in [nnf_embedding()] and [nnf_embedding_bag()].
#' @param .weight the rows to begin with: a tensor of shape (num_embeddings, embedding_dim), or `NULL`.
#' @return A module. Input: integers of any shape; output: that shape and (embedding_dim); of bags (bags, embedding_dim).
#' @section Errors:
#'   An index of no row is refused, a `padding_idx` that is none, and a `.weight` of another shape.
#' @examples
#' words <- nn_embedding(5, 3, padding_idx = 1)
#' words(torch_tensor(c(1L, 5L)))
#' nn_embedding_bag(5, 3, mode = "sum")(torch_tensor(matrix(c(1L, 2L, 2L, 5L), 2)))
#' @export
nn_embedding <- nn_module(
  "nn_embedding",
  initialize = function(num_embeddings, embedding_dim, padding_idx = NULL, max_norm = NULL, norm_type = 2,
                        scale_grad_by_freq = FALSE, sparse = FALSE, .weight = NULL) {
    keep_arguments(self, sys.function(), environment())
    make_rows(self, .weight)
  },
  reset_parameters = function() {
    nn_init_normal_(self$weight)
    if (!is.null(self$padding_idx)) with_no_grad(self$weight[self$padding_idx, ]$zero_())
  },
  forward = function(input) {
    nnf_embedding(input, self$weight, self$padding_idx, self$max_norm, self$norm_type, self$scale_grad_by_freq, self$sparse)
  }
)

make_rows <- function(module, weight) {
  module$.weight <- NULL
  module$num_embeddings <- .Call(ffi_count, module$num_embeddings, "num_embeddings")
  module$embedding_dim <- .Call(ffi_count, module$embedding_dim, "embedding_dim")
  if (!is.null(module$padding_idx)) {
    index <- .Call(ffi_integer, module$padding_idx, "padding_idx")
    if (index < 0) index <- module$num_embeddings + 1 + index
    if (index < 1 || index > module$num_embeddings) {
      raise_error(sprintf("`padding_idx` must be one of the %d rows, counted from 1", module$num_embeddings))
    }
    module$padding_idx <- index
  }
  shape <- c(module$num_embeddings, module$embedding_dim)
  if (is.null(weight)) {
    module$weight <- nn_parameter(torch_empty(shape))
    return(module$reset_parameters())
  }
  if (!inherits(weight, "torch_tensor") || !identical(as.numeric(dim(weight)), as.numeric(shape))) {
    raise_error(sprintf("`.weight` must be a tensor of shape [%d, %d]", shape[1L], shape[2L]))
  }
  module$weight <- nn_parameter(weight)
}

#' @rdname nn_embedding
#' @export
nn_embedding_bag <- nn_module(
  "nn_embedding_bag",
  initialize = function(num_embeddings, embedding_dim, max_norm = NULL, norm_type = 2, scale_grad_by_freq = FALSE, mode = "mean",
                        sparse = FALSE, include_last_offset = FALSE, padding_idx = NULL, .weight = NULL) {
    keep_arguments(self, sys.function(), environment())
    make_rows(self, .weight)
  },
  reset_parameters = function() {
    nn_init_normal_(self$weight)
    if (!is.null(self$padding_idx)) with_no_grad(self$weight[self$padding_idx, ]$zero_())
  },
  forward = function(input, offsets = NULL, per_sample_weights = NULL) {
    nnf_embedding_bag(
      input, self$weight, offsets, self$max_norm, self$norm_type, self$scale_grad_by_freq, self$mode, self$sparse,
      per_sample_weights, self$include_last_offset, self$padding_idx
    )
  }
)
