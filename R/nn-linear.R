#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Linear layers
#'
#' `nn_linear()` is \eqn{y = x W^T + b}{y = x W' + b} of the last dimension, as [nnf_linear()]; `nn_bilinear()` is
#' \eqn{y_k = x_1^T W_k x_2 + b_k}{y[k] = x1' W[k] x2 + b[k]}, as [nnf_bilinear()]; `nn_identity()` returns what it is given.
#'
#' Weight and bias begin uniformly distributed between \eqn{-1/\sqrt{n}}{-1/sqrt(n)} and \eqn{1/\sqrt{n}}{1/sqrt(n)}, where
#' n is the number of input features (the first ones of `nn_bilinear()`).
#'
#' @param in_features,out_features sizes of the last dimension of input and output.
#' @param in1_features,in2_features sizes of the last dimensions of both inputs.
#' @param bias whether there is a bias.
#' @param ... not looked at.
#' @return A module. Input (..., in_features), output (..., out_features); `$weight` is (out_features, in_features), or
#'   (out_features, in1_features, in2_features), and `$bias` (out_features).
#' @section Errors:
#'   An input whose last dimension is not `in_features` is refused.
#' @examples
#' layer <- nn_linear(3, 2)
#' layer(torch_ones(4, 3))
#' layer$weight
#' nn_bilinear(2, 3, 1)(torch_ones(4, 2), torch_ones(4, 3))
#' nn_identity()(torch_ones(2))
#' @export
nn_linear <- nn_module(
  "nn_linear",
  initialize = function(in_features, out_features, bias = TRUE) {
    self$in_features <- .Call(ffi_count, in_features, "in_features")
    self$out_features <- .Call(ffi_count, out_features, "out_features")
    self$weight <- nn_parameter(torch_empty(self$out_features, self$in_features))
    self$register_parameter("bias", if (.Call(ffi_flag, bias, "bias")) nn_parameter(torch_empty(self$out_features)))
    self$reset_parameters()
  },
  reset_parameters = function() {
    nn_init_kaiming_uniform_(self$weight, a = sqrt(5))
    if (!is.null(self$bias)) init_bound(self$bias, self$in_features)
  },
  forward = function(input) nnf_linear(input, .subset2(self, "weight"), .subset2(self, "bias")) # self$weight would seek a method of `$`
)

# Uniform between plus and minus 1 / sqrt(fan_in).
init_bound <- function(tensor, fan_in) {
  bound <- if (fan_in > 0) 1 / sqrt(fan_in) else 0
  nn_init_uniform_(tensor, -bound, bound)
}

#' @rdname nn_linear
#' @export
nn_bilinear <- nn_module(
  "nn_bilinear",
  initialize = function(in1_features, in2_features, out_features, bias = TRUE) {
    self$in1_features <- .Call(ffi_count, in1_features, "in1_features")
    self$in2_features <- .Call(ffi_count, in2_features, "in2_features")
    self$out_features <- .Call(ffi_count, out_features, "out_features")
    self$weight <- nn_parameter(torch_empty(self$out_features, self$in1_features, self$in2_features))
    self$register_parameter("bias", if (.Call(ffi_flag, bias, "bias")) nn_parameter(torch_empty(self$out_features)))
    self$reset_parameters()
  },
  reset_parameters = function() {
    init_bound(self$weight, self$in1_features)
    if (!is.null(self$bias)) init_bound(self$bias, self$in1_features)
  },
  forward = function(input1, input2) nnf_bilinear(input1, input2, self$weight, self$bias)
)

#' @rdname nn_linear
#' @export
nn_identity <- nn_module("nn_identity", initialize = function(...) NULL, forward = function(input) input)
