#' @include nn-module.R nn-instance.R nn-parameter.R nn-activation.R
NULL

#' Dropout as modules
#'
#' In training mode, as [nnf_dropout()], `nnf_dropout2d()` and `nnf_dropout3d()`; in evaluation mode the input is returned.
#'
#' @param p the probability of being set to 0.
#' @param inplace whether the input itself is changed.
#' @return A module; its output has the shape of its input.
#' @section Errors:
#'   A `p` outside 0 to 1 is refused.
#' @examples
#' model <- nn_dropout(0.5)
#' model(torch_ones(6))
#' model$eval()
#' model(torch_ones(6))
#' nn_dropout2d(0.5)(torch_ones(1, 4, 2, 2))
#' nn_dropout3d(0.5)(torch_ones(1, 4, 1, 2, 2))
#' @name nn_dropout
NULL

#' @rdname nn_dropout
#' @export
nn_dropout <- layer(
  "nn_dropout", function(p = 0.5, inplace = FALSE) NULL,
  function(input) nnf_dropout(input, self$p, self$training, self$inplace)
)
#' @rdname nn_dropout
#' @export
nn_dropout2d <- layer(
  "nn_dropout2d", function(p = 0.5, inplace = FALSE) NULL,
  function(input) nnf_dropout2d(input, self$p, self$training, self$inplace)
)
#' @rdname nn_dropout
#' @export
nn_dropout3d <- layer(
  "nn_dropout3d", function(p = 0.5, inplace = FALSE) NULL,
  function(input) nnf_dropout3d(input, self$p, self$training, self$inplace)
)
