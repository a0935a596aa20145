#' Normalisation
#'
#' Each subtracts a mean and divides by a standard deviation, and then scales and shifts by `weight` and `bias`:
#' \deqn{y = \frac{x - E[x]}{\sqrt{Var[x] + \epsilon}}\, w + b}{y = (x - mean(x)) / sqrt(var(x) + eps) * w + b}
#' where the variance is divided by the number of elements. They differ in whose mean and variance that are:
#'
#' | function | mean and variance of | weight and bias |
#' |---|---|---|
#' | `nnf_layer_norm()` | the last dimensions, of shape `normalized_shape`, of each sample | of that shape |
#' | `nnf_group_norm()` | `num_groups` groups of channels of each sample | one of each channel |
#' | `nnf_batch_norm()` | a channel of all samples in training, otherwise `running_mean` and `running_var` | one of each channel |
#' | `nnf_instance_norm()` | a channel of each sample | one of each channel |
#'
#' `nnf_local_response_norm()` divides by \eqn{(k + \frac{\alpha}{n} \sum x^2)^\beta}{(k + alpha / n * sum(x^2))^beta}, where
#' the sum goes over
#' n = `size` neighbouring channels.
#'
#' In training, `nnf_batch_norm()` moves `running_mean` and `running_var` by `momentum` towards mean and (unbiased) variance of the
#' batch, in place.
#'
#' @param input a floating tensor of shape (N, C, ...); of `nnf_layer_norm()` of any shape that ends in `normalized_shape`.
#' @param normalized_shape the sizes of the last dimensions.
#' @param num_groups how many groups; it divides the channels.
#' @param running_mean,running_var tensors of C elements, or `NULL`.
#' @param weight,bias tensors, or `NULL`.
#' @param training whether the batch's own mean and variance are used.
#' @param use_input_stats whether the input's own mean and variance are used; otherwise the running ones.
#' @param momentum how far the running values move.
#' @param eps added to the variance.
#' @param size how many channels the sum goes over.
#' @param alpha,beta,k see above.
#' @return A tensor of the shape of `input`.
#' @references Ioffe and Szegedy (2015), Batch normalization. Ba, Kiros and Hinton (2016), Layer normalization. Wu and He (2018), Group
#'   normalization. Krizhevsky, Sutskever and Hinton (2012), ImageNet classification with deep convolutional neural networks, section 3.3.
#' @section Errors:
#'   A training batch with one value per channel is refused, a shape that does not end in `normalized_shape`, groups that do not divide the
#'   channels, and weights of other sizes.
#' @examples
#' x <- torch_tensor(matrix(c(1, 2, 3, 4, 6, 8), 2, byrow = TRUE))
#' nnf_layer_norm(x, 3)
#' nnf_group_norm(torch_randn(2, 4, 3), num_groups = 2)$shape
#' mean <- torch_zeros(3)
#' variance <- torch_ones(3)
#' nnf_batch_norm(x, mean, variance, training = TRUE)
#' mean
#' nnf_instance_norm(torch_randn(2, 3, 5))$mean()
#' nnf_local_response_norm(torch_ones(1, 4, 2), size = 2)
#' @name nnf_normalization
NULL

floating_input <- function(input, call = users_call()) {
  input <- .Call(ffi_as_tensor, input, "input")
  if (!torch_is_floating_point(input)) {
    raise_error(sprintf("`input` must be a floating tensor, not a %s one; convert it by $to(dtype = torch_float())", input$dtype), call)
  }
  input
}

#' @rdname nnf_normalization
#' @export
nnf_layer_norm <- function(input, normalized_shape, weight = NULL, bias = NULL, eps = 1e-5) {
  normalized_shape <- .Call(ffi_integers, normalized_shape, "normalized_shape")
  shape <- dim(floating_input(input))
  last <- length(shape) - length(normalized_shape)
  if (last < 0L || !length(normalized_shape) || any(shape[last + seq_along(normalized_shape)] != normalized_shape)) {
    raise_error(sprintf(
      "`input` must end in the sizes of `normalized_shape`, [%s]; its shape is [%s]",
      paste(normalized_shape, collapse = ", "), paste(shape, collapse = ", ")
    ))
  }
  inner <- prod(shape[last + seq_along(normalized_shape)])
  .Call(ffi_native_layer_norm, input, weight, bias, c(1, prod(shape[seq_len(last)]), inner, 1, max(inner, 1)), eps)[[1L]]
}

#' @rdname nnf_normalization
#' @export
nnf_group_norm <- function(input, num_groups, weight = NULL, bias = NULL, eps = 1e-5) {
  shape <- dim(floating_input(input))
  if (length(shape) < 2L) raise_error("`input` must have 2 dimensions or more: samples, channels, and perhaps more")
  num_groups <- .Call(ffi_count, num_groups, "num_groups")
  if (num_groups < 1 || shape[2L] %% num_groups) {
    raise_error(sprintf("`num_groups` must divide the %d channels; it is %g", shape[2L], num_groups))
  }
  inner <- prod(shape[-(1:2)])
  layout <- c(1, shape[1L] * num_groups, shape[2L] / num_groups * inner, max(inner, 1), max(shape[2L], 1))
  .Call(ffi_native_group_norm, input, weight, bias, layout, eps)[[1L]]
}

# (x - mean) / sqrt(var + eps) * weight + bias, with one of each for every channel.
normalize_by <- function(input, mean, var, weight, bias, eps) {
  scale <- torch_rsqrt(var + eps)
  if (!is.null(weight)) scale <- scale * weight
  shift <- -mean * scale
  if (!is.null(bias)) shift <- shift + bias
  sizes <- c(-1L, rep(1L, length(dim(input)) - 2L))
  torch_addcmul(shift$view(sizes), input, scale$view(sizes))$to(dtype = input$dtype)
}

# Moves the running values towards mean and variance of `count` values each.
update_running <- function(running_mean, running_var, mean, rstd, eps, momentum, count) {
  with_no_grad({
    variance <- (rstd^-2 - eps)$clamp_(min = 0) * (count / (count - 1))
    if (!is.null(running_mean)) running_mean$lerp_(mean$to(dtype = running_mean$dtype), momentum)
    if (!is.null(running_var)) running_var$lerp_(variance$to(dtype = running_var$dtype), momentum)
  })
}

#' @rdname nnf_normalization
#' @export
nnf_batch_norm <- function(input, running_mean, running_var, weight = NULL, bias = NULL, training = FALSE, momentum = 0.1, eps = 1e-5) {
  shape <- dim(floating_input(input))
  if (length(shape) < 2L) raise_error("`input` must have 2 dimensions or more: samples, channels, and perhaps more")
  momentum <- .Call(ffi_number, momentum, "momentum")
  if (!is.null(running_mean)) check_channels(running_mean, "running_mean", shape[2L])
  if (!is.null(running_var)) check_channels(running_var, "running_var", shape[2L])
  if (!.Call(ffi_flag, training, "training")) {
    if (is.null(running_mean) || is.null(running_var)) {
      raise_error("`running_mean` and `running_var` must be given where `training` is FALSE")
    }
    return(normalize_by(input, running_mean, running_var, weight, bias, eps))
  }
  inner <- prod(shape[-(1:2)])
  count <- shape[1L] * inner
  if (count == 1) {
    raise_error(paste(
      "`input` has one value per channel, of which no variance can be taken in training: perhaps the last batch has one sample;",
      "drop it by `drop_last = TRUE` of the loader, or call $eval() first"
    ))
  }
  out <- .Call(ffi_native_batch_norm, input, weight, bias, c(shape[1L], shape[2L], inner, max(inner, 1), max(shape[2L], 1)), eps)
  if (count > 1 && !(is.null(running_mean) && is.null(running_var))) {
    update_running(running_mean, running_var, out[[2L]], out[[3L]], eps, momentum, count)
  }
  out[[1L]]
}

check_channels <- function(x, name, channels, call = users_call()) {
  if (inherits(x, "torch_tensor") && x$numel() == channels) return()
  raise_error(sprintf("`%s` must be a tensor with one element for each of the %d channels", name, channels), call)
}

#' @rdname nnf_normalization
#' @export
nnf_instance_norm <- function(input, running_mean = NULL, running_var = NULL, weight = NULL, bias = NULL, use_input_stats = TRUE,
                              momentum = 0.1, eps = 1e-5) {
  shape <- dim(floating_input(input))
  if (length(shape) < 3L) raise_error("`input` must have 3 dimensions or more: samples, channels, and positions")
  momentum <- .Call(ffi_number, momentum, "momentum")
  if (!is.null(running_mean)) check_channels(running_mean, "running_mean", shape[2L])
  if (!is.null(running_var)) check_channels(running_var, "running_var", shape[2L])
  if (!.Call(ffi_flag, use_input_stats, "use_input_stats")) {
    if (is.null(running_mean) || is.null(running_var)) {
      raise_error("`running_mean` and `running_var` must be given where `use_input_stats` is FALSE")
    }
    return(normalize_by(input, running_mean, running_var, weight, bias, eps))
  }
  inner <- prod(shape[-(1:2)])
  if (inner == 1) raise_error("`input` has one value per channel and sample, of which no variance can be taken")
  out <- .Call(ffi_native_batch_norm, input, weight, bias, c(1, shape[1L] * shape[2L], inner, max(inner, 1), max(shape[2L], 1)), eps)
  if (!(is.null(running_mean) && is.null(running_var))) {
    variance <- (out[[3L]]^-2 - eps)$view(shape[1:2])$mean(1L)
    update_running(running_mean, running_var, out[[2L]]$view(shape[1:2])$mean(1L), (variance + eps)$rsqrt(), eps, momentum, inner)
  }
  out[[1L]]
}

#' @rdname nnf_normalization
#' @export
nnf_local_response_norm <- function(input, size, alpha = 1e-4, beta = 0.75, k = 1) {
  shape <- dim(floating_input(input))
  if (length(shape) < 3L) raise_error("`input` must have 3 dimensions or more: samples, channels, and positions")
  size <- .Call(ffi_count, size, "size")
  alpha <- .Call(ffi_number, alpha, "alpha")
  beta <- .Call(ffi_number, beta, "beta")
  k <- .Call(ffi_number, k, "k")
  if (size < 1) raise_error("`size` must be 1 or more")
  if (input$numel() == 0) return(input)
  squares <- (input * input)$reshape(c(shape[1L], 1L, shape[2L], prod(shape[-(1:2)])))
  squares <- nnf_pad(squares, c(0, 0, size %/% 2, (size - 1) %/% 2))
  mean <- nnf_avg_pool2d(squares, c(size, 1), stride = 1)$view(shape)
  input / (mean * alpha + k)^beta
}
