#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Activation functions as modules
#'
#' Each is the function [nnf_relu()] and its kin of the same name, with its arguments kept as fields. `nn_softmax2d()` is the softmax
#' over the channels of (N, C, H, W) or (C, H, W). `nn_prelu()` has a parameter `$weight`: a negative slope for all, or one for each
#' channel.
#'
#' @param inplace whether the input itself is changed.
#' @param alpha,lambd,beta,threshold,value,negative_slope,min_val,max_val,lower,upper,approximate as in the function of that name.
#' @param dim the dimension along which the function is taken, counted from 1, or from -1 at the end.
#' @param num_parameters 1, or the number of channels: the size of dimension 2.
#' @param init the slope to begin with.
#' @return A module. Its output has the shape of its input; that of `nn_glu()` is half as long in `dim`.
#' @section Errors:
#'   What the function of that name refuses.
#' @examples
#' x <- torch_tensor(c(-2, -0.5, 0, 0.5, 2))
#' nn_relu()(x)
#' nn_elu(alpha = 0.5)(x)
#' model <- nn_sequential(
#'   nn_relu6(), nn_selu(), nn_celu(), nn_gelu(), nn_silu(), nn_sigmoid(), nn_tanh(),
#'   nn_tanhshrink(), nn_softsign(), nn_softplus(), nn_log_sigmoid(), nn_leaky_relu(0.1),
#'   nn_hardshrink(), nn_softshrink(), nn_hardtanh(), nn_hardsigmoid(), nn_hardswish(),
#'   nn_threshold(0.1, 20), nn_rrelu(), nn_prelu()
#' )
#' model(x)
#' nn_glu()(torch_ones(2, 4))
#' nn_softmax(dim = 1)(x)
#' nn_log_softmax(1)(x)
#' nn_contrib_sparsemax()(x)
#' nn_softmin(1)(x)
#' nn_softmax2d()(torch_ones(2, 3, 1, 1))
#' @name nn_activation
NULL

# A class of modules that keep the arguments of `initialize()` as fields. `arguments` is a function without a body.
layer <- function(classname, arguments, forward, inherit = nn_Module) {
  initialize <- arguments
  body(initialize) <- quote(keep_arguments(self, sys.function(), environment()))
  nn_module(classname, inherit = inherit, initialize = initialize, forward = forward, parent_env = parent.frame())
}
keep_arguments <- function(object, f, frame) for (name in names(formals(f))) object[[name]] <- frame[[name]]

#' @rdname nn_activation
#' @export
nn_relu <- layer("nn_relu", function(inplace = FALSE) NULL, function(input) nnf_relu(input, .subset2(self, "inplace")))
#' @rdname nn_activation
#' @export
nn_relu6 <- layer("nn_relu6", function(inplace = FALSE) NULL, function(input) nnf_relu6(input, self$inplace))
#' @rdname nn_activation
#' @export
nn_elu <- layer("nn_elu", function(alpha = 1, inplace = FALSE) NULL, function(input) nnf_elu(input, self$alpha, self$inplace))
#' @rdname nn_activation
#' @export
nn_celu <- layer("nn_celu", function(alpha = 1, inplace = FALSE) NULL, function(input) nnf_celu(input, self$alpha, self$inplace))
#' @rdname nn_activation
#' @export
nn_selu <- layer("nn_selu", function(inplace = FALSE) NULL, function(input) nnf_selu(input, self$inplace))
#' @rdname nn_activation
#' @export
nn_gelu <- layer("nn_gelu", function(approximate = "none") NULL, function(input) nnf_gelu(input, self$approximate))
#' @rdname nn_activation
#' @export
nn_silu <- layer("nn_silu", function(inplace = FALSE) NULL, function(input) nnf_silu(input, self$inplace))
#' @rdname nn_activation
#' @export
nn_sigmoid <- layer("nn_sigmoid", function() NULL, function(input) nnf_sigmoid(input))
#' @rdname nn_activation
#' @export
nn_tanh <- layer("nn_tanh", function() NULL, function(input) torch_tanh(input))
#' @rdname nn_activation
#' @export
nn_tanhshrink <- layer("nn_tanhshrink", function() NULL, function(input) nnf_tanhshrink(input))
#' @rdname nn_activation
#' @export
nn_softsign <- layer("nn_softsign", function() NULL, function(input) nnf_softsign(input))
#' @rdname nn_activation
#' @export
nn_softplus <- layer(
  "nn_softplus", function(beta = 1, threshold = 20) NULL,
  function(input) nnf_softplus(input, self$beta, self$threshold)
)
#' @rdname nn_activation
#' @export
nn_log_sigmoid <- layer("nn_log_sigmoid", function() NULL, function(input) nnf_logsigmoid(input))
#' @rdname nn_activation
#' @export
nn_leaky_relu <- layer(
  "nn_leaky_relu", function(negative_slope = 0.01, inplace = FALSE) NULL,
  function(input) nnf_leaky_relu(input, self$negative_slope, self$inplace)
)
#' @rdname nn_activation
#' @export
nn_hardshrink <- layer("nn_hardshrink", function(lambd = 0.5) NULL, function(input) nnf_hardshrink(input, self$lambd))
#' @rdname nn_activation
#' @export
nn_softshrink <- layer("nn_softshrink", function(lambd = 0.5) NULL, function(input) nnf_softshrink(input, self$lambd))
#' @rdname nn_activation
#' @export
nn_hardtanh <- layer(
  "nn_hardtanh", function(min_val = -1, max_val = 1, inplace = FALSE) NULL,
  function(input) nnf_hardtanh(input, self$min_val, self$max_val, self$inplace)
)
#' @rdname nn_activation
#' @export
nn_hardsigmoid <- layer("nn_hardsigmoid", function() NULL, function(input) nnf_hardsigmoid(input))
#' @rdname nn_activation
#' @export
nn_hardswish <- layer("nn_hardswish", function() NULL, function(input) nnf_hardswish(input))
#' @rdname nn_activation
#' @export
nn_threshold <- layer(
  "nn_threshold", function(threshold, value, inplace = FALSE) NULL,
  function(input) nnf_threshold(input, self$threshold, self$value, self$inplace)
)
#' @rdname nn_activation
#' @export
nn_rrelu <- layer(
  "nn_rrelu", function(lower = 1 / 8, upper = 1 / 3, inplace = FALSE) NULL,
  function(input) nnf_rrelu(input, self$lower, self$upper, self$training, self$inplace)
)
#' @rdname nn_activation
#' @export
nn_prelu <- nn_module(
  "nn_prelu",
  initialize = function(num_parameters = 1, init = 0.25) {
    self$num_parameters <- .Call(ffi_count, num_parameters, "num_parameters")
    self$init <- init
    self$weight <- nn_parameter(torch_full(self$num_parameters, init))
  },
  forward = function(input) nnf_prelu(input, self$weight)
)
#' @rdname nn_activation
#' @export
nn_glu <- layer("nn_glu", function(dim = -1) NULL, function(input) nnf_glu(input, self$dim))
#' @rdname nn_activation
#' @export
nn_softmax <- layer("nn_softmax", function(dim) NULL, function(input) nnf_softmax(input, self$dim))
#' @rdname nn_activation
#' @export
nn_log_softmax <- layer("nn_log_softmax", function(dim) NULL, function(input) nnf_log_softmax(input, self$dim))
#' @rdname nn_activation
#' @export
nn_contrib_sparsemax <- layer("nn_contrib_sparsemax", function(dim = -1) NULL, function(input) nnf_contrib_sparsemax(input, self$dim))
#' @rdname nn_activation
#' @export
nn_softmin <- layer("nn_softmin", function(dim) NULL, function(input) nnf_softmin(input, self$dim))
#' @rdname nn_activation
#' @export
nn_softmax2d <- nn_module(
  "nn_softmax2d",
  forward = function(input) {
    if (!length(dim(input)) %in% 3:4) raise_error("`input` must have the shape (N, C, H, W) or (C, H, W)")
    nnf_softmax(input, -3)
  }
)
