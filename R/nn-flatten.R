#' @include nn-module.R nn-instance.R nn-parameter.R nn-activation.R
NULL

#' Change of shape as modules
#'
#' `nn_flatten()` makes one dimension of several, as [torch_flatten()]; `nn_unflatten()` several of one.
#'
#' @param start_dim,end_dim the first and the last of the dimensions that become one; all but the first by default.
#' @param dim the dimension to be split.
#' @param unflattened_size the sizes that it is split into; one of them may be -1.
#' @return A module.
#' @section Errors:
#'   Dimensions that are not there are refused, and sizes whose product is not that of the dimension.
#' @examples
#' nn_flatten()(torch_ones(2, 3, 4))$shape
#' nn_unflatten(2, c(3, 4))(torch_ones(2, 12))$shape
#' @export
nn_flatten <- layer(
  "nn_flatten", function(start_dim = 2, end_dim = -1) NULL,
  function(input) torch_flatten(input, start_dim = self$start_dim, end_dim = self$end_dim)
)
#' @rdname nn_flatten
#' @export
nn_unflatten <- layer(
  "nn_unflatten", function(dim, unflattened_size) NULL,
  function(input) input$unflatten(self$dim, self$unflattened_size)
)
