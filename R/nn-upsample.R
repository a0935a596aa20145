#' @include nn-activation.R
NULL

#' Resizing, as a layer
#'
#' [nnf_interpolate()] with its arguments kept as fields.
#'
#' @param size the size of the output: a number, or one for each dimension.
#' @param scale_factor instead of `size`, how much larger the output is: a number, or one for each dimension.
#' @param mode `"nearest"`, `"linear"`, `"bilinear"`, `"bicubic"` or `"trilinear"`: see [nnf_interpolate()].
#' @param align_corners whether the outermost elements of input and output lie on each other.
#' @return A module. Its input is of shape (N, C, ...), and its output too, with other sizes from the third dimension on.
#' @section Errors:
#'   What [nnf_interpolate()] refuses.
#' @examples
#' nn_upsample(scale_factor = 2)(torch_ones(1, 1, 2, 3))$shape
#' nn_upsample(size = c(4, 4), mode = "bilinear")(torch_ones(1, 1, 2, 3))$shape
#' @export
nn_upsample <- layer(
  "nn_upsample", function(size = NULL, scale_factor = NULL, mode = "nearest", align_corners = NULL) NULL,
  function(input) nnf_interpolate(input, self$size, self$scale_factor, self$mode, self$align_corners)
)
