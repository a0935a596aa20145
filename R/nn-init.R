#' Values to begin with
#'
#' These fill a tensor in place, outside any graph.
#'
#' | function | values |
#' |---|---|
#' | `nn_init_uniform_()` | uniform between `a` and `b` |
#' | `nn_init_normal_()`, `nn_init_trunc_normal_()` | normal; within `a` and `b` |
#' | `nn_init_constant_()`, `nn_init_ones_()`, `nn_init_zeros_()` | one number |
#' | `nn_init_eye_()` | the identity matrix |
#' | `nn_init_dirac_()` | a convolution that returns its input, as far as there are channels |
#' | `nn_init_xavier_uniform_()`, `nn_init_xavier_normal_()` | of variance \eqn{g^2 \cdot 2 / (n_{in} + n_{out})}{2 g^2 / (n_in + n_out)} |
#' | `nn_init_kaiming_uniform_()`, `nn_init_kaiming_normal_()` | of variance \eqn{g^2 / n}{g^2 / n} |
#' | `nn_init_sparse_()` | normal, but for zeros: the share `sparsity` of each column, rounded up |
#' | `nn_init_orthogonal_()` | `gain` times a matrix with orthonormal rows or columns |
#'
#' A weight of shape (out, in, ...) has \eqn{n_{in}}{n_in} = in times the elements of a kernel, and \eqn{n_{out}}{n_out} = out times these.
#' The gain g that keeps the variance of what passes through a function is `nn_init_calculate_gain()`.
#'
#' @param tensor a floating tensor.
#' @param a,b bounds; of the Kaiming functions `a` is the negative slope of the leaky ReLU that follows.
#' @param mean,std of the normal distribution.
#' @param val a number.
#' @param sparsity the share of zeros, between 0 and 1.
#' @param gain a factor.
#' @param groups of the convolution.
#' @param mode `"fan_in"` or `"fan_out"`: which n is meant.
#' @param nonlinearity the function that follows, by the name of its `nnf_` function: "linear", "sigmoid", "tanh", "relu",
#'   "leaky_relu", "selu", or a convolution's.
#' @param param the negative slope of a leaky ReLU; 0.01 if `NULL`.
#' @return The tensor, invisibly; a number of `nn_init_calculate_gain()`.
#' @references Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward neural networks. He, Zhang, Ren and
#'   Sun (2015), Delving deep into rectifiers. Saxe, McClelland and Ganguli (2013), Exact solutions to the nonlinear dynamics of learning
#'   in deep linear neural networks.
#' @section Errors:
#'   Xavier's and Kaiming's functions refuse a tensor of less than two dimensions, `nn_init_eye_()` and `nn_init_sparse_()` one that is no
#'   matrix, `nn_init_dirac_()` one that is no weight of a convolution (3 to 5 dimensions); a `sparsity` beyond 0 and 1 is refused.
#' @examples
#' torch_manual_seed(1)
#' w <- torch_empty(2, 3)
#' nn_init_uniform_(w, -1, 1)
#' nn_init_normal_(w, 0, 0.1)
#' nn_init_trunc_normal_(w)
#' nn_init_constant_(w, 0.5)
#' nn_init_sparse_(w, sparsity = 0.5)
#' nn_init_ones_(w)
#' nn_init_zeros_(w)
#' nn_init_eye_(w)
#' nn_init_xavier_uniform_(w)
#' nn_init_xavier_normal_(w)
#' nn_init_kaiming_uniform_(w)
#' nn_init_kaiming_normal_(w, mode = "fan_out", nonlinearity = "relu")
#' nn_init_orthogonal_(w)
#' nn_init_dirac_(torch_empty(2, 2, 3))
#' w
#' nn_init_calculate_gain("leaky_relu", 0.2)
#' @name nn_init
NULL

fill_by <- function(tensor, fill, call = users_call()) {
  if (!inherits(tensor, "torch_tensor")) raise_error("`tensor` must be a tensor", call)
  with_no_grad(fill(tensor))
  invisible(tensor)
}

#' @rdname nn_init
#' @export
nn_init_calculate_gain <- function(nonlinearity, param = NULL) {
  if (is.function(nonlinearity)) raise_error("`nonlinearity` must be the name of a function, such as \"relu\"")
  linear <- c("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
  one_of(nonlinearity, "nonlinearity", c(linear, "sigmoid", "tanh", "relu", "leaky_relu", "selu"))
  slope <- if (is.null(param)) 0.01 else .Call(ffi_number, param, "param")
  switch(nonlinearity,
    tanh = 5 / 3,
    relu = sqrt(2),
    leaky_relu = sqrt(2 / (1 + slope^2)),
    selu = 3 / 4,
    1
  )
}

# How many inputs and outputs an element of a weight's row and column has.
fans_of <- function(tensor, call = users_call()) {
  if (!inherits(tensor, "torch_tensor")) raise_error("`tensor` must be a tensor", call)
  shape <- dim(tensor)
  if (length(shape) < 2L) raise_error(sprintf("`tensor` must have 2 dimensions or more, as weights have; it has %d", length(shape)), call)
  c(fan_in = shape[2L], fan_out = shape[1L]) * prod(shape[-(1:2)])
}

#' @rdname nn_init
#' @export
nn_init_uniform_ <- function(tensor, a = 0, b = 1) fill_by(tensor, function(x) x$uniform_(a, b))
#' @rdname nn_init
#' @export
nn_init_normal_ <- function(tensor, mean = 0, std = 1) fill_by(tensor, function(x) x$normal_(mean, std))
#' @rdname nn_init
#' @export
nn_init_constant_ <- function(tensor, val) fill_by(tensor, function(x) x$fill_(val))
#' @rdname nn_init
#' @export
nn_init_ones_ <- function(tensor) fill_by(tensor, function(x) x$fill_(1))
#' @rdname nn_init
#' @export
nn_init_zeros_ <- function(tensor) fill_by(tensor, function(x) x$zero_())

#' @rdname nn_init
#' @export
nn_init_eye_ <- function(tensor) {
  if (!inherits(tensor, "torch_tensor") || length(dim(tensor)) != 2L) raise_error("`tensor` must be a matrix: a tensor of 2 dimensions")
  fill_by(tensor, function(x) x$copy_(torch_eye(dim(x)[1L], dim(x)[2L], dtype = x$dtype)))
}

#' @rdname nn_init
#' @export
nn_init_dirac_ <- function(tensor, groups = 1) {
  shape <- if (inherits(tensor, "torch_tensor")) dim(tensor)
  if (!length(shape) %in% 3:5) raise_error("`tensor` must be the weight of a convolution: a tensor of 3, 4 or 5 dimensions")
  groups <- .Call(ffi_count, groups, "groups")
  if (groups < 1 || shape[1L] %% groups) raise_error(sprintf("`groups` must divide the %d output channels; it is %d", shape[1L], groups))
  fill_by(tensor, function(x) {
    x$zero_()
    each <- shape[1L] / groups
    middle <- as.list(shape[-(1:2)] %/% 2L + 1L)
    for (group in seq_len(groups) - 1L) {
      for (k in seq_len(min(each, shape[2L]))) do.call(`[<-`, c(list(x, group * each + k, k), middle, list(value = 1)))
    }
  })
}

#' @rdname nn_init
#' @export
nn_init_xavier_uniform_ <- function(tensor, gain = 1) {
  gain <- .Call(ffi_number, gain, "gain")
  bound <- gain * sqrt(6 / sum(fans_of(tensor)))
  fill_by(tensor, function(x) x$uniform_(-bound, bound))
}
#' @rdname nn_init
#' @export
nn_init_xavier_normal_ <- function(tensor, gain = 1) {
  gain <- .Call(ffi_number, gain, "gain")
  std <- gain * sqrt(2 / sum(fans_of(tensor)))
  fill_by(tensor, function(x) x$normal_(0, std))
}

kaiming_std <- function(tensor, a, mode, nonlinearity) {
  one_of(mode, "mode", c("fan_in", "fan_out"), users_call())
  nn_init_calculate_gain(nonlinearity, a) / sqrt(fans_of(tensor, users_call())[[mode]])
}
#' @rdname nn_init
#' @export
nn_init_kaiming_uniform_ <- function(tensor, a = 0, mode = "fan_in", nonlinearity = "leaky_relu") {
  bound <- sqrt(3) * kaiming_std(tensor, a, mode, nonlinearity)
  fill_by(tensor, function(x) x$uniform_(-bound, bound))
}
#' @rdname nn_init
#' @export
nn_init_kaiming_normal_ <- function(tensor, a = 0, mode = "fan_in", nonlinearity = "leaky_relu") {
  std <- kaiming_std(tensor, a, mode, nonlinearity)
  fill_by(tensor, function(x) x$normal_(0, std))
}

#' @rdname nn_init
#' @export
nn_init_orthogonal_ <- function(tensor, gain = 1) {
  fans_of(tensor)
  gain <- .Call(ffi_number, gain, "gain")
  rows <- dim(tensor)[1L]
  columns <- prod(dim(tensor)[-1L])
  fill_by(tensor, function(x) {
    if (prod(dim(x)) == 0) return()
    sample <- torch_randn(rows, columns, dtype = x$dtype)
    if (rows < columns) sample <- sample$t()
    factors <- linalg_qr(sample)
    q <- factors[[1L]] * torch_sign(torch_diag(factors[[2L]]))
    if (rows < columns) q <- q$t()
    x$copy_(q$reshape(dim(x)))$mul_(gain)
  })
}

#' @rdname nn_init
#' @export
nn_init_trunc_normal_ <- function(tensor, mean = 0, std = 1, a = -2, b = 2) {
  mean <- .Call(ffi_number, mean, "mean")
  std <- .Call(ffi_number, std, "std")
  a <- .Call(ffi_number, a, "a")
  b <- .Call(ffi_number, b, "b")
  fill_by(tensor, function(x) {
    low <- stats::pnorm((a - mean) / std)
    high <- stats::pnorm((b - mean) / std)
    x$uniform_(2 * low - 1, 2 * high - 1)
    x$erfinv_()$mul_(std * sqrt(2))$add_(mean)$clamp_(a, b)
  })
}

#' @rdname nn_init
#' @export
nn_init_sparse_ <- function(tensor, sparsity, std = 0.01) {
  if (!inherits(tensor, "torch_tensor") || length(dim(tensor)) != 2L) raise_error("`tensor` must be a matrix: a tensor of 2 dimensions")
  sparsity <- .Call(ffi_number, sparsity, "sparsity")
  if (is.na(sparsity) || sparsity < 0 || sparsity > 1) raise_error(sprintf("`sparsity` must be between 0 and 1; it is %g", sparsity))
  zeros <- ceiling(sparsity * dim(tensor)[1L])
  fill_by(tensor, function(x) {
    x$normal_(0, std)
    ranks <- torch_argsort(torch_argsort(torch_rand(dim(x)), dim = 1L), dim = 1L)
    x$masked_fill_(ranks <= zeros, 0)
  })
}
