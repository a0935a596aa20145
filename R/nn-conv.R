#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Convolutional layers
#'
#' Convolutions along one, two or three dimensions, as [nnf_conv2d()] and its kin, and transposed ones. Weight and bias begin
#' uniformly distributed
#' between \eqn{-1/\sqrt{n}}{-1/sqrt(n)} and \eqn{1/\sqrt{n}}{1/sqrt(n)}, where n is the number of inputs that an output element has.
#'
#' @param in_channels,out_channels the channels of input and output.
#' @param kernel_size,stride,padding,dilation of the kernel: a number, or one for each dimension. `padding` may be `"same"` or `"valid"`.
#' @param groups in how many groups of channels input and output are cut.
#' @param bias whether there is a bias.
#' @param padding_mode what the padding holds: `"zeros"`, `"reflect"`, `"replicate"` or `"circular"`; of transposed convolutions
#'   `"zeros"` alone.
#' @param output_padding how many elements a transposed convolution adds at the end.
#' @return A module. Input (N, in_channels, ...) and output (N, out_channels, ...), or both without N; `$weight` is
#'   (out_channels, in_channels / groups,
#'   kernel), of transposed convolutions (in_channels, out_channels / groups, kernel).
#' @section Errors:
#'   Channels that `groups` does not divide are refused, and what [nnf_conv2d()] refuses.
#' @examples
#' layer <- nn_conv2d(3, 8, kernel_size = 3, padding = 1)
#' layer(torch_randn(1, 3, 5, 5))$shape
#' nn_conv1d(2, 3, 3, padding = "same", padding_mode = "circular")(torch_randn(1, 2, 6))$shape
#' nn_conv3d(1, 2, 2)(torch_randn(1, 1, 4, 4, 4))$shape
#' nn_conv_transpose1d(2, 3, 3, stride = 2)(torch_randn(1, 2, 4))$shape
#' nn_conv_transpose2d(2, 3, 3, stride = 2)(torch_randn(1, 2, 4, 4))$shape
#' nn_conv_transpose3d(2, 3, 2)(torch_randn(1, 2, 3, 3, 3))$shape
#' @name nn_conv
NULL

# What all have in common: the fields and the parameters.
nn_conv_nd <- nn_module(
  "nn_conv_nd",
  start = function(ndim, in_channels, out_channels, kernel_size, stride, padding, dilation, transposed, output_padding, groups, bias,
                   padding_mode) {
    self$in_channels <- .Call(ffi_count, in_channels, "in_channels")
    self$out_channels <- .Call(ffi_count, out_channels, "out_channels")
    self$groups <- .Call(ffi_count, groups, "groups")
    if (self$groups < 1 || self$in_channels %% self$groups || self$out_channels %% self$groups) {
      raise_error(sprintf("`groups` must divide `in_channels` and `out_channels`, %g and %g; it is %g", in_channels, out_channels, groups))
    }
    one_of(padding_mode, "padding_mode", if (transposed) c("zeros", "zeros") else c("zeros", "reflect", "replicate", "circular"))
    self$kernel_size <- for_each_dim(kernel_size, "kernel_size", ndim)
    self$stride <- for_each_dim(stride, "stride", ndim)
    self$padding <- if (is.character(padding)) padding else for_each_dim(padding, "padding", ndim)
    self$dilation <- for_each_dim(dilation, "dilation", ndim)
    self$transposed <- transposed
    self$output_padding <- for_each_dim(output_padding, "output_padding", ndim)
    self$padding_mode <- padding_mode
    channels <- c(self$out_channels, self$in_channels / self$groups)
    if (transposed) channels <- c(self$in_channels, self$out_channels / self$groups)
    self$weight <- nn_parameter(torch_empty(c(channels, self$kernel_size)))
    self$register_parameter("bias", if (.Call(ffi_flag, bias, "bias")) nn_parameter(torch_empty(self$out_channels)))
    self$reset_parameters()
  },
  reset_parameters = function() {
    nn_init_kaiming_uniform_(self$weight, a = sqrt(5))
    if (!is.null(self$bias)) init_bound(self$bias, fans_of(self$weight)[["fan_in"]])
  },
  convolve = function(f, input) {
    if (self$padding_mode == "zeros") {
      return(f(
        input, .subset2(self, "weight"), .subset2(self, "bias"), .subset2(self, "stride"), .subset2(self, "padding"),
        .subset2(self, "dilation"), .subset2(self, "groups")
      ))
    }
    f(nnf_pad(input, around_of(self), self$padding_mode), self$weight, self$bias, self$stride, 0L, self$dilation, self$groups)
  }
)

for_each_dim <- function(x, name, ndim, call = users_call()) {
  x <- .Call(ffi_integers, x, name)
  if (!length(x) %in% c(1L, ndim)) raise_error(sprintf("`%s` must be one number, or %d", name, ndim), call)
  rep(x, length.out = ndim)
}

# The padding as nnf_pad() takes it, the last dimension first.
around_of <- function(layer) {
  if (!is.character(layer$padding)) return(as.numeric(rbind(rev(layer$padding), rev(layer$padding))))
  if (layer$padding == "valid") return(numeric())
  total <- rev(layer$dilation * (layer$kernel_size - 1))
  as.numeric(rbind(total %/% 2, total - total %/% 2))
}

#' @rdname nn_conv
#' @export
nn_conv1d <- nn_module(
  "nn_conv1d",
  inherit = nn_conv_nd,
  initialize = function(in_channels, out_channels, kernel_size, stride = 1, padding = 0, dilation = 1, groups = 1, bias = TRUE,
                        padding_mode = "zeros") {
    self$start(1L, in_channels, out_channels, kernel_size, stride, padding, dilation, FALSE, 0, groups, bias, padding_mode)
  },
  forward = function(input) self$convolve(nnf_conv1d, input)
)
#' @rdname nn_conv
#' @export
nn_conv2d <- nn_module(
  "nn_conv2d",
  inherit = nn_conv_nd,
  initialize = function(in_channels, out_channels, kernel_size, stride = 1, padding = 0, dilation = 1, groups = 1, bias = TRUE,
                        padding_mode = "zeros") {
    self$start(2L, in_channels, out_channels, kernel_size, stride, padding, dilation, FALSE, 0, groups, bias, padding_mode)
  },
  forward = function(input) self$convolve(nnf_conv2d, input)
)
#' @rdname nn_conv
#' @export
nn_conv3d <- nn_module(
  "nn_conv3d",
  inherit = nn_conv_nd,
  initialize = function(in_channels, out_channels, kernel_size, stride = 1, padding = 0, dilation = 1, groups = 1, bias = TRUE,
                        padding_mode = "zeros") {
    self$start(3L, in_channels, out_channels, kernel_size, stride, padding, dilation, FALSE, 0, groups, bias, padding_mode)
  },
  forward = function(input) self$convolve(nnf_conv3d, input)
)

# The output padding that gives the size that was asked for.
output_padding_for <- function(layer, input, output_size) {
  if (is.null(output_size)) return(layer$output_padding)
  ndim <- length(layer$kernel_size)
  wanted <- utils::tail(output_size, ndim)
  least <- (utils::tail(dim(input), ndim) - 1) * layer$stride - 2 * layer$padding + layer$dilation * (layer$kernel_size - 1) + 1
  if (length(wanted) != ndim || any(wanted < least | wanted >= least + layer$stride)) {
    raise_error(sprintf(
      "`output_size` must be between [%s] and [%s]", paste(least, collapse = ", "), paste(least + layer$stride - 1, collapse = ", ")
    ))
  }
  wanted - least
}

#' @rdname nn_conv
#' @export
nn_conv_transpose1d <- nn_module(
  "nn_conv_transpose1d",
  inherit = nn_conv_nd,
  initialize = function(in_channels, out_channels, kernel_size, stride = 1, padding = 0, output_padding = 0, groups = 1, bias = TRUE,
                        dilation = 1, padding_mode = "zeros") {
    self$start(1L, in_channels, out_channels, kernel_size, stride, padding, dilation, TRUE, output_padding, groups, bias, padding_mode)
  },
  forward = function(input, output_size = NULL) {
    more <- output_padding_for(self, input, output_size)
    nnf_conv_transpose1d(input, self$weight, self$bias, self$stride, self$padding, more, self$groups, self$dilation)
  }
)
#' @rdname nn_conv
#' @export
nn_conv_transpose2d <- nn_module(
  "nn_conv_transpose2d",
  inherit = nn_conv_nd,
  initialize = function(in_channels, out_channels, kernel_size, stride = 1, padding = 0, output_padding = 0, groups = 1, bias = TRUE,
                        dilation = 1, padding_mode = "zeros") {
    self$start(2L, in_channels, out_channels, kernel_size, stride, padding, dilation, TRUE, output_padding, groups, bias, padding_mode)
  },
  forward = function(input, output_size = NULL) {
    more <- output_padding_for(self, input, output_size)
    nnf_conv_transpose2d(input, self$weight, self$bias, self$stride, self$padding, more, self$groups, self$dilation)
  }
)
#' @rdname nn_conv
#' @export
nn_conv_transpose3d <- nn_module(
  "nn_conv_transpose3d",
  inherit = nn_conv_nd,
  initialize = function(in_channels, out_channels, kernel_size, stride = 1, padding = 0, output_padding = 0, groups = 1, bias = TRUE,
                        dilation = 1, padding_mode = "zeros") {
    self$start(3L, in_channels, out_channels, kernel_size, stride, padding, dilation, TRUE, output_padding, groups, bias, padding_mode)
  },
  forward = function(input, output_size = NULL) {
    more <- output_padding_for(self, input, output_size)
    nnf_conv_transpose3d(input, self$weight, self$bias, self$stride, self$padding, more, self$groups, self$dilation)
  }
)
