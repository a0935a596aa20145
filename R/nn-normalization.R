#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Normalisation layers
#'
#' As [nnf_batch_norm()], [nnf_layer_norm()] and [nnf_group_norm()]. Weights begin as 1, biases as 0.
#'
#' In training, batch normalisation takes mean and variance of the batch, and moves `$running_mean` and `$running_var` towards
#' them; in evaluation it
#' takes these. With `momentum = NULL` they are the means over all batches so far, which `$num_batches_tracked` counts.
#'
#' @param num_features,num_channels the number of channels.
#' @param num_groups how many groups of channels; it divides them.
#' @param normalized_shape the sizes of the last dimensions, over which mean and variance are taken.
#' @param eps added to the variance.
#' @param momentum how far running values move towards the batch's; `NULL`: their mean.
#' @param affine,elementwise_affine whether there are weight and bias.
#' @param track_running_stats whether there are running values; if not, the batch's own are taken in evaluation too.
#' @return A module; its output has the shape of its input: (N, C) or (N, C, L) of `nn_batch_norm1d()`, (N, C, H, W) of `nn_batch_norm2d()`,
#'   (N, C, D, H, W) of `nn_batch_norm3d()`.
#' @section Errors:
#'   An input of another number of dimensions or channels is refused, and a training batch with one value per channel.
#' @examples
#' layer <- nn_batch_norm1d(3)
#' layer(torch_randn(8, 3))
#' layer$running_mean
#' nn_batch_norm2d(2)(torch_randn(2, 2, 3, 3))$shape
#' nn_batch_norm3d(2)(torch_randn(2, 2, 2, 2, 2))$shape
#' nn_layer_norm(4)(torch_randn(2, 4))
#' nn_group_norm(2, 4)(torch_randn(2, 4, 3))$shape
#' @name nn_normalization
NULL

nn_batch_norm_nd <- nn_module(
  "nn_batch_norm_nd",
  initialize = function(num_features, eps = 1e-5, momentum = 0.1, affine = TRUE, track_running_stats = TRUE) {
    self$num_features <- .Call(ffi_count, num_features, "num_features")
    self$eps <- eps
    self$momentum <- momentum
    self$affine <- .Call(ffi_flag, affine, "affine")
    self$track_running_stats <- .Call(ffi_flag, track_running_stats, "track_running_stats")
    self$register_parameter("weight", if (self$affine) nn_parameter(torch_ones(self$num_features)))
    self$register_parameter("bias", if (self$affine) nn_parameter(torch_zeros(self$num_features)))
    self$register_buffer("running_mean", if (self$track_running_stats) torch_zeros(self$num_features))
    self$register_buffer("running_var", if (self$track_running_stats) torch_ones(self$num_features))
    self$register_buffer("num_batches_tracked", if (self$track_running_stats) torch_tensor(0L, dtype = torch_long()))
  },
  reset_running_stats = function() {
    if (!self$track_running_stats) return(invisible())
    self$running_mean$zero_()
    self$running_var$fill_(1)
    self$num_batches_tracked$zero_()
  },
  reset_parameters = function() {
    self$reset_running_stats()
    if (!self$affine) return(invisible())
    nn_init_ones_(self$weight)
    nn_init_zeros_(self$bias)
  },
  forward = function(input) {
    shape <- dim(input)
    if (!length(shape) %in% self$dims) {
      raise_error(sprintf("`input` must have %s dimensions; it has %d", paste(self$dims, collapse = " or "), length(shape)))
    }
    if (shape[2L] != self$num_features) {
      raise_error(sprintf("`input` must have %g channels, its second dimension; it has %d", self$num_features, shape[2L]))
    }
    by_batch <- self$training || is.null(self$running_mean)
    momentum <- if (is.null(self$momentum)) 0 else self$momentum
    if (self$training && self$track_running_stats) {
      tracked <- self$num_batches_tracked$add_(1L)
      if (is.null(self$momentum)) momentum <- 1 / tracked$item()
    }
    moves <- self$training && self$track_running_stats
    nnf_batch_norm(
      input, if (!by_batch || moves) self$running_mean, if (!by_batch || moves) self$running_var, self$weight, self$bias, by_batch,
      momentum, self$eps
    )
  }
)

#' @rdname nn_normalization
#' @export
nn_batch_norm1d <- nn_module("nn_batch_norm1d", inherit = nn_batch_norm_nd, dims = 2:3)
#' @rdname nn_normalization
#' @export
nn_batch_norm2d <- nn_module("nn_batch_norm2d", inherit = nn_batch_norm_nd, dims = 4L)
#' @rdname nn_normalization
#' @export
nn_batch_norm3d <- nn_module("nn_batch_norm3d", inherit = nn_batch_norm_nd, dims = 5L)

#' @rdname nn_normalization
#' @export
nn_layer_norm <- nn_module(
  "nn_layer_norm",
  initialize = function(normalized_shape, eps = 1e-5, elementwise_affine = TRUE) {
    self$normalized_shape <- .Call(ffi_integers, normalized_shape, "normalized_shape")
    self$eps <- eps
    self$elementwise_affine <- .Call(ffi_flag, elementwise_affine, "elementwise_affine")
    self$register_parameter("weight", if (self$elementwise_affine) nn_parameter(torch_ones(self$normalized_shape)))
    self$register_parameter("bias", if (self$elementwise_affine) nn_parameter(torch_zeros(self$normalized_shape)))
  },
  reset_parameters = function() {
    if (!self$elementwise_affine) return(invisible())
    nn_init_ones_(self$weight)
    nn_init_zeros_(self$bias)
  },
  forward = function(input) nnf_layer_norm(input, self$normalized_shape, self$weight, self$bias, self$eps)
)

#' @rdname nn_normalization
#' @export
nn_group_norm <- nn_module(
  "nn_group_norm",
  initialize = function(num_groups, num_channels, eps = 1e-5, affine = TRUE) {
    self$num_groups <- .Call(ffi_count, num_groups, "num_groups")
    self$num_channels <- .Call(ffi_count, num_channels, "num_channels")
    if (self$num_groups < 1 || self$num_channels %% self$num_groups) raise_error("`num_groups` must divide `num_channels`")
    self$eps <- eps
    self$affine <- .Call(ffi_flag, affine, "affine")
    self$register_parameter("weight", if (self$affine) nn_parameter(torch_ones(self$num_channels)))
    self$register_parameter("bias", if (self$affine) nn_parameter(torch_zeros(self$num_channels)))
  },
  reset_parameters = function() {
    if (!self$affine) return(invisible())
    nn_init_ones_(self$weight)
    nn_init_zeros_(self$bias)
  },
  forward = function(input) nnf_group_norm(input, self$num_groups, self$weight, self$bias, self$eps)
)
