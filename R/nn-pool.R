#' @include nn-module.R nn-instance.R nn-parameter.R nn-activation.R
NULL

#' Pooling as modules
#'
#' Each is the function [nnf_max_pool2d()] and its kin of the same name, with its arguments kept as fields.
#'
#' @param
#'   kernel_size,stride,padding,dilation,ceil_mode,return_indices,count_include_pad,divisor_override,norm_type,output_size,output_ratio
#'   as in
#'   the function of that name.
#' @return A module. Input (N, C, ...), output (N, C, ...) of the pooled size, or both without N.
#' @section Errors:
#'   What the function of that name refuses.
#' @examples
#' x <- torch_randn(1, 2, 4, 4)
#' nn_max_pool2d(2)(x)$shape
#' nn_avg_pool2d(2)(x)$shape
#' nn_lp_pool2d(2, 2)(x)$shape
#' nn_adaptive_avg_pool2d(1)(x)$shape
#' nn_adaptive_max_pool2d(c(2, 1))(x)$shape
#' nn_fractional_max_pool2d(2, output_size = 2)(x)$shape
#' found <- nn_max_pool2d(2, return_indices = TRUE)(x)
#' nn_max_unpool2d(2)(found[[1]], found[[2]])$shape
#' row <- torch_randn(1, 2, 8)
#' nn_max_pool1d(2)(row)$shape
#' nn_avg_pool1d(2)(row)$shape
#' nn_lp_pool1d(2, 2)(row)$shape
#' nn_adaptive_avg_pool1d(3)(row)$shape
#' nn_adaptive_max_pool1d(3)(row)$shape
#' found <- nn_max_pool1d(2, return_indices = TRUE)(row)
#' nn_max_unpool1d(2)(found[[1]], found[[2]])$shape
#' cube <- torch_randn(1, 1, 4, 4, 4)
#' nn_max_pool3d(2)(cube)$shape
#' nn_avg_pool3d(2)(cube)$shape
#' nn_adaptive_avg_pool3d(1)(cube)$shape
#' nn_adaptive_max_pool3d(1)(cube)$shape
#' nn_fractional_max_pool3d(2, output_ratio = 0.5)(cube)$shape
#' found <- nn_max_pool3d(2, return_indices = TRUE)(cube)
#' nn_max_unpool3d(2)(found[[1]], found[[2]])$shape
#' @name nn_pool
NULL

#' @rdname nn_pool
#' @export
nn_max_pool1d <- layer(
  "nn_max_pool1d", function(kernel_size, stride = NULL, padding = 0, dilation = 1, ceil_mode = FALSE, return_indices = FALSE) NULL,
  function(input) {
    max_pool(1L, input, self$kernel_size, self$stride, self$padding, self$dilation, self$ceil_mode, self$return_indices)
  }
)
#' @rdname nn_pool
#' @export
nn_max_pool2d <- layer(
  "nn_max_pool2d", function(kernel_size, stride = NULL, padding = 0, dilation = 1, ceil_mode = FALSE, return_indices = FALSE) NULL,
  function(input) {
    max_pool(2L, input, self$kernel_size, self$stride, self$padding, self$dilation, self$ceil_mode, self$return_indices)
  }
)
#' @rdname nn_pool
#' @export
nn_max_pool3d <- layer(
  "nn_max_pool3d", function(kernel_size, stride = NULL, padding = 0, dilation = 1, ceil_mode = FALSE, return_indices = FALSE) NULL,
  function(input) {
    max_pool(3L, input, self$kernel_size, self$stride, self$padding, self$dilation, self$ceil_mode, self$return_indices)
  }
)
#' @rdname nn_pool
#' @export
nn_avg_pool1d <- layer(
  "nn_avg_pool1d", function(kernel_size, stride = NULL, padding = 0, ceil_mode = FALSE, count_include_pad = TRUE) NULL,
  function(input) {
    avg_pool(1L, input, self$kernel_size, self$stride, self$padding, self$ceil_mode, self$count_include_pad, NULL)
  }
)
#' @rdname nn_pool
#' @export
nn_avg_pool2d <- layer(
  "nn_avg_pool2d",
  function(kernel_size, stride = NULL, padding = 0, ceil_mode = FALSE, count_include_pad = TRUE, divisor_override = NULL) NULL,
  function(input) {
    avg_pool(2L, input, self$kernel_size, self$stride, self$padding, self$ceil_mode, self$count_include_pad, self$divisor_override)
  }
)
#' @rdname nn_pool
#' @export
nn_avg_pool3d <- layer(
  "nn_avg_pool3d",
  function(kernel_size, stride = NULL, padding = 0, ceil_mode = FALSE, count_include_pad = TRUE, divisor_override = NULL) NULL,
  function(input) {
    avg_pool(3L, input, self$kernel_size, self$stride, self$padding, self$ceil_mode, self$count_include_pad, self$divisor_override)
  }
)
#' @rdname nn_pool
#' @export
nn_lp_pool1d <- layer(
  "nn_lp_pool1d", function(norm_type, kernel_size, stride = NULL, ceil_mode = FALSE) NULL,
  function(input) nnf_lp_pool1d(input, self$norm_type, self$kernel_size, self$stride, self$ceil_mode)
)
#' @rdname nn_pool
#' @export
nn_lp_pool2d <- layer(
  "nn_lp_pool2d", function(norm_type, kernel_size, stride = NULL, ceil_mode = FALSE) NULL,
  function(input) nnf_lp_pool2d(input, self$norm_type, self$kernel_size, self$stride, self$ceil_mode)
)
#' @rdname nn_pool
#' @export
nn_adaptive_avg_pool1d <- layer(
  "nn_adaptive_avg_pool1d", function(output_size) NULL,
  function(input) nnf_adaptive_avg_pool1d(input, self$output_size)
)
#' @rdname nn_pool
#' @export
nn_adaptive_avg_pool2d <- layer(
  "nn_adaptive_avg_pool2d", function(output_size) NULL,
  function(input) nnf_adaptive_avg_pool2d(input, self$output_size)
)
#' @rdname nn_pool
#' @export
nn_adaptive_avg_pool3d <- layer(
  "nn_adaptive_avg_pool3d", function(output_size) NULL,
  function(input) nnf_adaptive_avg_pool3d(input, self$output_size)
)
#' @rdname nn_pool
#' @export
nn_adaptive_max_pool1d <- layer(
  "nn_adaptive_max_pool1d", function(output_size, return_indices = FALSE) NULL,
  function(input) nnf_adaptive_max_pool1d(input, self$output_size, self$return_indices)
)
#' @rdname nn_pool
#' @export
nn_adaptive_max_pool2d <- layer(
  "nn_adaptive_max_pool2d", function(output_size, return_indices = FALSE) NULL,
  function(input) nnf_adaptive_max_pool2d(input, self$output_size, self$return_indices)
)
#' @rdname nn_pool
#' @export
nn_adaptive_max_pool3d <- layer(
  "nn_adaptive_max_pool3d", function(output_size, return_indices = FALSE) NULL,
  function(input) nnf_adaptive_max_pool3d(input, self$output_size, self$return_indices)
)
#' @rdname nn_pool
#' @export
nn_fractional_max_pool2d <- layer(
  "nn_fractional_max_pool2d", function(kernel_size, output_size = NULL, output_ratio = NULL, return_indices = FALSE) NULL,
  function(input) nnf_fractional_max_pool2d(input, self$kernel_size, self$output_size, self$output_ratio, self$return_indices)
)
#' @rdname nn_pool
#' @export
nn_fractional_max_pool3d <- layer(
  "nn_fractional_max_pool3d", function(kernel_size, output_size = NULL, output_ratio = NULL, return_indices = FALSE) NULL,
  function(input) nnf_fractional_max_pool3d(input, self$kernel_size, self$output_size, self$output_ratio, self$return_indices)
)
#' @rdname nn_pool
#' @export
nn_max_unpool1d <- layer(
  "nn_max_unpool1d", function(kernel_size, stride = NULL, padding = 0) NULL,
  function(input, indices, output_size = NULL) {
    nnf_max_unpool1d(input, indices, self$kernel_size, self$stride, self$padding, output_size)
  }
)
#' @rdname nn_pool
#' @export
nn_max_unpool2d <- layer(
  "nn_max_unpool2d", function(kernel_size, stride = NULL, padding = 0) NULL,
  function(input, indices, output_size = NULL) {
    nnf_max_unpool2d(input, indices, self$kernel_size, self$stride, self$padding, output_size)
  }
)
#' @rdname nn_pool
#' @export
nn_max_unpool3d <- layer(
  "nn_max_unpool3d", function(kernel_size, stride = NULL, padding = 0) NULL,
  function(input, indices, output_size = NULL) {
    nnf_max_unpool3d(input, indices, self$kernel_size, self$stride, self$padding, output_size)
  }
)
