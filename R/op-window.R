#' Windows
#'
#' Weights for the samples of a signal, small at both ends.
#'
#' @details
#' With `N = window_length`, one more if periodic, and `n = 0, ..., N - 1`:
#'
#' | function | the weight of sample n |
#' |---|---|
#' | `torch_hamming_window()` | `alpha - beta * cos(2 * pi * n / (N - 1))` |
#' | `torch_hann_window()` | the same with `alpha` and `beta` one half |
#' | `torch_blackman_window()` | `0.42 - 0.5 * cos(2 * pi * n / (N - 1)) + 0.08 * cos(4 * pi * n / (N - 1))` |
#' | `torch_bartlett_window()` | `1 - abs(2 * n / (N - 1) - 1)` |
#' | `torch_kaiser_window()` | `I0(beta * sqrt(1 - (2 * n / (N - 1) - 1)^2)) / I0(beta)`, with the modified Bessel function `I0` |
#'
#' @param window_length how many samples: an integer, 0 or more.
#' @param periodic whether the window is to be repeated: then it is one of a sample more, without its last.
#' @param alpha,beta parameters as above: numbers; the `beta` of `torch_kaiser_window()` is 0 or more.
#' @inheritParams torch_zeros
#' @param dtype a floating dtype, or `NULL` for the default one.
#' @return A tensor of one dimension, of `window_length` elements.
#' @section Errors:
#' Refused are a `window_length` that is negative or has a fraction, a `dtype` that is not floating or only its name, an `alpha` or `beta`
#' that is no number, `NA` for `periodic`, and another `device` or `layout` than [torch_zeros()] takes.
#' @examples
#' torch_hann_window(6)
#' torch_hann_window(5, periodic = FALSE)
#' torch_hamming_window(5, periodic = FALSE)
#' torch_blackman_window(5, periodic = FALSE, dtype = torch_double())
#' torch_bartlett_window(5, periodic = FALSE)
#' torch_kaiser_window(5, periodic = FALSE, beta = 4)
#' @name torch_windows
NULL

window_of <- function(window_length, periodic, dtype, layout, device, requires_grad, weights, call = users_call()) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout, call)
  if (!is.numeric(window_length) || length(window_length) != 1L || is.na(window_length) || window_length < 0) {
    raise_error("`window_length` must be an integer, 0 or more", call)
  }
  window_length <- .Call(ffi_count, window_length, "window_length")
  periodic <- .Call(ffi_flag, periodic, "periodic")
  requires_grad <- !is.null(requires_grad) && .Call(ffi_flag, requires_grad, "requires_grad")
  if (is.null(dtype)) dtype <- torch_get_default_dtype()
  if (!is_torch_dtype(dtype) || !dtype$is_floating_point) raise_error("`dtype` must be a floating dtype", call)
  if (window_length < 2) return(torch_ones(window_length, dtype = dtype, requires_grad = isTRUE(requires_grad)))
  last <- window_length - !periodic
  window <- with_no_grad(weights(torch_arange(0, last, dtype = dtype), last))
  window <- if (periodic) window$narrow(1, 1, window_length) else window
  if (isTRUE(requires_grad)) window$requires_grad_() else window
}

#' @rdname torch_windows
#' @export
torch_hamming_window <- function(window_length, periodic = TRUE, alpha = 0.54, beta = 0.46, dtype = NULL, layout = NULL,
                                 device = NULL, requires_grad = FALSE) {
  window_of(window_length, periodic, dtype, layout, device, requires_grad, function(n, last) {
    n$mul_(2 * pi / last)$cos_()$mul_(-.Call(ffi_number, beta, "beta"))$add_(.Call(ffi_number, alpha, "alpha"))
  })
}
#' @rdname torch_windows
#' @export
torch_hann_window <- function(window_length, periodic = TRUE, dtype = NULL, layout = NULL, device = NULL,
                              requires_grad = FALSE) {
  window_of(window_length, periodic, dtype, layout, device, requires_grad, function(n, last) {
    n$mul_(2 * pi / last)$cos_()$mul_(-0.5)$add_(0.5)
  })
}
#' @rdname torch_windows
#' @export
torch_blackman_window <- function(window_length, periodic = TRUE, dtype = NULL, layout = NULL, device = NULL,
                                  requires_grad = FALSE) {
  window_of(window_length, periodic, dtype, layout, device, requires_grad, function(n, last) {
    n$mul_(pi / last)
    n$mul(4)$cos_()$mul_(0.08) - n$mul(2)$cos_()$mul_(0.5) + 0.42
  })
}
#' @rdname torch_windows
#' @export
torch_bartlett_window <- function(window_length, periodic = TRUE, dtype = NULL, layout = NULL, device = NULL,
                                  requires_grad = FALSE) {
  window_of(window_length, periodic, dtype, layout, device, requires_grad, function(n, last) {
    n$mul_(2 / last)
    torch_minimum(n, 2 - n)
  })
}
#' @rdname torch_windows
#' @export
torch_kaiser_window <- function(window_length, periodic = TRUE, beta = 12, dtype = NULL, layout = NULL, device = NULL,
                                requires_grad = NULL) {
  window_of(window_length, periodic, dtype, layout, device, requires_grad, function(n, last) {
    at <- (as.numeric(n) - last / 2) / (last / 2)
    # scaled by exp(-x), which keeps a large beta from overflowing
    beta <- .Call(ffi_number, beta, "beta")
    x <- beta * sqrt(pmax(1 - at^2, 0))
    torch_tensor(besselI(x, 0, TRUE) / besselI(beta, 0, TRUE) * exp(x - beta), dtype = n$dtype)
  })
}

#' Powers of a vector
#'
#' A matrix with the powers of `x` as its columns, named after Vandermonde.
#'
#' @param x a tensor of one dimension.
#' @param N how many columns, 0 or more; `NULL`: as many as rows.
#' @param increasing whether the powers go up from 0 or down to it.
#' @return A tensor of shape `(length(x), N)`, of the dtype of `x` ([torch_long()] for booleans).
#' @section Errors:
#' Refused are an `x` that is not a tensor of one dimension (a vector of R, too), and an `N` that is negative or has a fraction.
#' @examples
#' torch_vander(torch_tensor(c(1, 2, 3)), N = 3)
#' torch_vander(torch_tensor(1:3), N = 4, increasing = TRUE)
#' @export
torch_vander <- function(x, N = NULL, increasing = FALSE) {
  if (!is_tensor(x) || length(x$shape) != 1L) raise_error("`x` must be a tensor of one dimension")
  n <- if (is.null(N)) length(x) else .Call(ffi_count, N, "N")
  if (n > .Machine$integer.max) raise_error("`N` is too large")
  powers <- torch_tensor(if (.Call(ffi_flag, increasing, "increasing")) seq_len(n) - 1L else rev(seq_len(n) - 1L), dtype = torch_long())
  torch_pow(torch_unsqueeze(x, 2), powers)
}
