#' Pooling
#'
#' A window moves over the last dimensions, and gives the largest element that it sees, the mean, or a norm:
#'
#' | functions | value |
#' |---|---|
#' | `nnf_max_pool1d()` ... `3d()` | the largest element; NaN if there is one |
#' | `nnf_avg_pool1d()` ... `3d()` | the mean |
#' | `nnf_lp_pool1d()`, `2d()` | \eqn{(\sum x^p)^{1/p}}{(sum x^p)^(1/p)} |
#' | `nnf_adaptive_max_pool1d()` ..., `nnf_adaptive_avg_pool1d()` ... | the same of windows that divide the input into `output_size` parts |
#' | `nnf_fractional_max_pool2d()`, `3d()` | the largest elements of windows whose distances vary at random |
#' | `nnf_max_unpool1d()` ... `3d()` | zeros, but for the elements, which are put where they had been found |
#'
#' The size along a dimension becomes \eqn{\lfloor (L + 2 P - d (K - 1) - 1) / s \rfloor + 1}{floor((L + 2 P - d (K - 1) - 1) /
#' s) + 1}, rounded up
#' with `ceil_mode`, but so that the last window does not begin in the padding.
#'
#' @param input,self a floating tensor of shape (N, C, L), (N, C, H, W) or (N, C, D, H, W), or without N.
#' @param kernel_size the size of the window: a number, or one for each dimension.
#' @param stride how far it moves; `NULL`: by its own size.
#' @param padding how far it reaches beyond the ends, at most half its size. Padding is never the largest element.
#' @param dilation how far apart the elements are that it sees.
#' @param ceil_mode whether a last window that does not fit whole counts.
#' @param return_indices whether a list is returned of values and of the places where they were found, counted from 1 within a plane, row by
#'   row.
#' @param count_include_pad whether means are divided by the size of the window where it reaches beyond the ends.
#' @param divisor_override what means are divided by instead.
#' @param norm_type the p of the norm.
#' @param output_size the size of the output: a number, or one for each dimension; NA keeps one.
#' @param output_ratio instead of `output_size`, its ratio to the input's.
#' @param random_samples of fractional pooling: numbers between 0 and 1, of shape (N, C, dimensions); drawn if `NULL`.
#' @param indices as `return_indices = TRUE` gave them.
#' @return A tensor of shape (N, C, ...), without N if the input is, or a list of two.
#' @references Graham (2014), Fractional max-pooling.
#' @section Errors:
#'   Padding of more than half the window is refused, a window larger than the padded input, and indices outside of a plane.
#' @examples
#' x <- torch_arange(1, 16, dtype = torch_float())$view(c(1, 1, 4, 4))
#' nnf_max_pool2d(x, 2)
#' found <- nnf_max_pool2d(x, 2, return_indices = TRUE)
#' nnf_max_unpool2d(found[[1]], found[[2]], 2)
#' nnf_avg_pool2d(x, 3, stride = 1, padding = 1, count_include_pad = FALSE)
#' nnf_adaptive_avg_pool2d(x, 2)
#' nnf_adaptive_max_pool2d(x, c(1, 2))
#' nnf_lp_pool2d(x, 2, 2)
#' nnf_fractional_max_pool2d(x, 2, output_size = 2)
#' row <- x$view(c(1, 1, 16))
#' nnf_max_pool1d(row, 4)
#' nnf_avg_pool1d(row, 4)
#' torch_avg_pool1d(row, 8)
#' nnf_lp_pool1d(row, 2, 8)
#' nnf_adaptive_avg_pool1d(row, 2)
#' torch_adaptive_avg_pool1d(row, 4)
#' nnf_adaptive_max_pool1d(row, 2)
#' found <- nnf_max_pool1d(row, 8, return_indices = TRUE)
#' nnf_max_unpool1d(found[[1]], found[[2]], 8)$shape
#' cube <- torch_randn(1, 1, 4, 4, 4)
#' nnf_max_pool3d(cube, 2)$shape
#' nnf_avg_pool3d(cube, 2)$shape
#' nnf_adaptive_avg_pool3d(cube, 1)
#' nnf_adaptive_max_pool3d(cube, 1)
#' nnf_fractional_max_pool3d(cube, 2, output_ratio = 0.5)$shape
#' found <- nnf_max_pool3d(cube, 2, return_indices = TRUE)
#' nnf_max_unpool3d(found[[1]], found[[2]], 2)$shape
#' @name nnf_pool
NULL

# Calls f with a batch: an input without one gets one, and the results lose it again.
with_batch <- function(input, ndim, f, call = users_call()) {
  input <- .Call(ffi_as_tensor, input, "input")
  shape <- dim(input)
  if (length(shape) == ndim + 1L) {
    out <- f(input$unsqueeze(1L))
    return(if (is.list(out)) lapply(out, function(x) x$squeeze(1L)) else out$squeeze(1L))
  }
  check_convolution_input(shape, ndim, call)
  f(input)
}

or_kernel <- function(stride, kernel_size) if (is.null(stride) || !length(stride)) kernel_size else stride

max_pool <- function(ndim, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, call = users_call()) {
  return_indices <- .Call(ffi_flag, return_indices, "return_indices")
  with_batch(input, ndim, function(input) {
    out <- .Call(ffi_max_pool, input, kernel_size, or_kernel(stride, kernel_size), padding, dilation, ceil_mode, FALSE)
    if (return_indices) out else out[[1L]]
  }, call)
}

#' @rdname nnf_pool
#' @export
nnf_max_pool1d <- function(input, kernel_size, stride = NULL, padding = 0, dilation = 1, ceil_mode = FALSE, return_indices = FALSE) {
  max_pool(1L, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
}
#' @rdname nnf_pool
#' @export
nnf_max_pool2d <- function(input, kernel_size, stride = kernel_size, padding = 0, dilation = 1, ceil_mode = FALSE, return_indices = FALSE) {
  max_pool(2L, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
}
#' @rdname nnf_pool
#' @export
nnf_max_pool3d <- function(input, kernel_size, stride = NULL, padding = 0, dilation = 1, ceil_mode = FALSE, return_indices = FALSE) {
  max_pool(3L, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)
}

avg_pool <- function(ndim, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, call = users_call()) {
  with_batch(input, ndim, function(input) {
    stride <- or_kernel(stride, kernel_size)
    .Call(ffi_average_pool, input, kernel_size, stride, padding, ceil_mode, FALSE, count_include_pad, divisor_override)
  }, call)
}
#' @rdname nnf_pool
#' @export
nnf_avg_pool1d <- function(input, kernel_size, stride = NULL, padding = 0, ceil_mode = FALSE, count_include_pad = TRUE) {
  avg_pool(1L, input, kernel_size, stride, padding, ceil_mode, count_include_pad, NULL)
}
#' @rdname nnf_pool
#' @export
nnf_avg_pool2d <- function(input, kernel_size, stride = NULL, padding = 0, ceil_mode = FALSE, count_include_pad = TRUE,
                           divisor_override = NULL) {
  avg_pool(2L, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
}
#' @rdname nnf_pool
#' @export
nnf_avg_pool3d <- function(input, kernel_size, stride = NULL, padding = 0, ceil_mode = FALSE, count_include_pad = TRUE,
                           divisor_override = NULL) {
  avg_pool(3L, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
}
#' @rdname nnf_pool
#' @export
torch_avg_pool1d <- function(self, kernel_size, stride = list(), padding = 0L, ceil_mode = FALSE, count_include_pad = TRUE) {
  self <- .Call(ffi_as_tensor, self, "self")
  avg_pool(1L, self, kernel_size, stride, padding, ceil_mode, count_include_pad, NULL)
}

# NA keeps the size of a dimension.
adaptive_size <- function(output_size, ndim, input) {
  is_size <- function(x) is.null(x) || (is.atomic(x) && length(x) == 1L && !is.object(x) && (is.numeric(x) || is.na(x)))
  sizes <- if (is.function(output_size) || inherits(output_size, "torch_tensor")) list(output_size) else as.list(output_size)
  if (!length(sizes) %in% c(1L, ndim) || !all(vapply(sizes, is_size, NA))) {
    raise_error(sprintf("`output_size` must be one number, or %d, of which NA keeps a size", ndim), NULL)
  }
  size <- rep(vapply(sizes, function(x) if (is.null(x)) NA_real_ else as.numeric(x), 0), length.out = ndim)
  kept <- is.na(size)
  if (any(kept)) size[kept] <- utils::tail(dim(input), ndim)[kept]
  size
}
adaptive_avg_pool <- function(ndim, input, output_size, call = users_call()) {
  with_batch(input, ndim, function(input) {
    .Call(ffi_average_pool, input, adaptive_size(output_size, ndim, input), 1L, 0L, FALSE, TRUE, TRUE, NULL)
  }, call)
}
adaptive_max_pool <- function(ndim, input, output_size, return_indices, call = users_call()) {
  return_indices <- .Call(ffi_flag, return_indices, "return_indices")
  with_batch(input, ndim, function(input) {
    out <- .Call(ffi_max_pool, input, adaptive_size(output_size, ndim, input), 1L, 0L, 1L, FALSE, TRUE)
    if (return_indices) out else out[[1L]]
  }, call)
}
#' @rdname nnf_pool
#' @export
nnf_adaptive_avg_pool1d <- function(input, output_size) adaptive_avg_pool(1L, input, output_size)
#' @rdname nnf_pool
#' @export
nnf_adaptive_avg_pool2d <- function(input, output_size) adaptive_avg_pool(2L, input, output_size)
#' @rdname nnf_pool
#' @export
nnf_adaptive_avg_pool3d <- function(input, output_size) adaptive_avg_pool(3L, input, output_size)
#' @rdname nnf_pool
#' @export
torch_adaptive_avg_pool1d <- function(self, output_size) {
  self <- .Call(ffi_as_tensor, self, "self")
  adaptive_avg_pool(1L, self, output_size)
}
#' @rdname nnf_pool
#' @export
nnf_adaptive_max_pool1d <- function(input, output_size, return_indices = FALSE) adaptive_max_pool(1L, input, output_size, return_indices)
#' @rdname nnf_pool
#' @export
nnf_adaptive_max_pool2d <- function(input, output_size, return_indices = FALSE) adaptive_max_pool(2L, input, output_size, return_indices)
#' @rdname nnf_pool
#' @export
nnf_adaptive_max_pool3d <- function(input, output_size, return_indices = FALSE) adaptive_max_pool(3L, input, output_size, return_indices)

lp_pool <- function(ndim, input, norm_type, kernel_size, stride, ceil_mode, call = users_call()) {
  input <- .Call(ffi_as_tensor, input, "input")
  kernel_size <- .Call(ffi_integers, kernel_size, "kernel_size")
  norm_type <- .Call(ffi_number, norm_type, "norm_type")
  if (norm_type == 0) raise_error("`norm_type` must not be 0", call)
  count <- prod(rep(kernel_size, length.out = ndim))
  mean <- avg_pool(ndim, torch_pow(input, norm_type), kernel_size, stride, 0L, ceil_mode, TRUE, NULL, call)
  (torch_sign(mean) * nnf_relu(torch_abs(mean)) * count)^(1 / norm_type)
}
#' @rdname nnf_pool
#' @export
nnf_lp_pool1d <- function(input, norm_type, kernel_size, stride = NULL, ceil_mode = FALSE) {
  lp_pool(1L, input, norm_type, kernel_size, stride, ceil_mode)
}
#' @rdname nnf_pool
#' @export
nnf_lp_pool2d <- function(input, norm_type, kernel_size, stride = NULL, ceil_mode = FALSE) {
  lp_pool(2L, input, norm_type, kernel_size, stride, ceil_mode)
}

# Where the windows of a plane begin along a dimension, counted from 0: `u` moves them.
fractional_starts <- function(u, n, size, kernel) {
  if (size == 1) return(n - kernel)
  alpha <- (n - kernel) / (size - 1)
  c(floor((seq_len(size - 1) - 1 + u) * alpha) - floor(u * alpha), n - kernel)
}

fractional_max_pool <- function(ndim, input, kernel_size, output_size, output_ratio, return_indices, random_samples, call = users_call()) {
  return_indices <- .Call(ffi_flag, return_indices, "return_indices")
  if (is.null(output_size) == is.null(output_ratio)) raise_error("`output_size` or `output_ratio` must be given, and not both", call)
  with_batch(input, ndim, function(input) {
    shape <- dim(input)
    inner <- shape[-(1:2)]
    kernel <- rep(.Call(ffi_integers, kernel_size, "kernel_size"), length.out = ndim)
    if (!is.null(output_size)) output_size <- .Call(ffi_integers, output_size, "output_size")
    if (!is.null(output_ratio)) output_ratio <- check_setting(output_ratio, "output_ratio", most = 1)
    size <- if (is.null(output_size)) floor(inner * output_ratio) else rep(output_size, length.out = ndim)
    if (any(size + kernel - 1 > inner)) raise_error("`output_size` is too large for the input: the windows do not fit", call)
    planes <- shape[1L] * shape[2L]
    if (is.null(random_samples)) random_samples <- torch_rand(shape[1L], shape[2L], ndim)
    check_tensor(random_samples, "random_samples", call)
    if (random_samples$numel() != planes * ndim) {
      raise_error(sprintf("`random_samples` must have the shape [%d, %d, %d]", shape[1L], shape[2L], ndim), call)
    }
    samples <- as_array(random_samples$reshape(c(planes, ndim)))
    places <- lapply(seq_len(planes), function(plane) {
      along <- lapply(seq_len(ndim), function(d) {
        u <- samples[plane, if (ndim == 2L) 3L - d else d] # PyTorch's orders: width and height; depth, height and width
        outer(fractional_starts(u, inner[d], size[d], kernel[d]), seq_len(kernel[d]) - 1, `+`)
      })
      window_places(along, inner)
    })
    places <- torch_tensor(simplify2array(places), dtype = torch_long())$permute(c(3L, 1L, 2L))
    windows <- input$reshape(c(planes, 1L, prod(inner)))$expand(c(planes, prod(size), prod(inner)))$gather(3L, places)
    found <- torch_max(windows, dim = 3L)
    values <- found[[1L]]$view(c(shape[1:2], size))
    if (!return_indices) return(values)
    at <- places$gather(3L, found[[2L]]$unsqueeze(3L))$view(c(shape[1:2], size))
    list(values, at)
  }, call)
}

# For each window (a row) the places of its elements in a plane, counted from 1 row by row; `along` has a matrix for each dimension.
window_places <- function(along, inner) {
  places <- matrix(0, 1, 1)
  for (d in seq_along(along)) {
    next_one <- along[[d]]
    rows <- expand.grid(j = seq_len(nrow(next_one)), i = seq_len(nrow(places)))
    columns <- expand.grid(j = seq_len(ncol(next_one)), i = seq_len(ncol(places)))
    places <- places[rows$i, columns$i, drop = FALSE] * inner[d] + next_one[rows$j, columns$j, drop = FALSE]
  }
  places + 1
}

#' @rdname nnf_pool
#' @export
nnf_fractional_max_pool2d <- function(input, kernel_size, output_size = NULL, output_ratio = NULL, return_indices = FALSE,
                                      random_samples = NULL) {
  fractional_max_pool(2L, input, kernel_size, output_size, output_ratio, return_indices, random_samples)
}
#' @rdname nnf_pool
#' @export
nnf_fractional_max_pool3d <- function(input, kernel_size, output_size = NULL, output_ratio = NULL, return_indices = FALSE,
                                      random_samples = NULL) {
  fractional_max_pool(3L, input, kernel_size, output_size, output_ratio, return_indices, random_samples)
}

max_unpool <- function(ndim, input, indices, kernel_size, stride, padding, output_size, call = users_call()) {
  check_tensor(input, "input", call)
  check_tensor(indices, "indices", call)
  kernel_size <- .Call(ffi_integers, kernel_size, "kernel_size")
  stride <- .Call(ffi_integers, or_kernel(stride, kernel_size), "stride")
  padding <- .Call(ffi_integers, padding, "padding")
  if (!is.null(output_size)) output_size <- .Call(ffi_integers, output_size, "output_size")
  if (length(dim(input)) == ndim + 1L) {
    return(max_unpool(ndim, input$unsqueeze(1L), indices$unsqueeze(1L), kernel_size, stride, padding, output_size, call)$squeeze(1L))
  }
  check_convolution_input(dim(input), ndim, call)
  if (!identical(dim(input), dim(indices))) raise_error("`indices` must have the shape of `input`", call)
  shape <- dim(input)
  inner <- (shape[-(1:2)] - 1) * or_kernel(stride, kernel_size) - 2 * padding + kernel_size
  if (!is.null(output_size)) inner <- utils::tail(output_size, ndim)
  planes <- shape[1L] * shape[2L]
  flat <- torch_zeros(planes, prod(inner), dtype = input$dtype)
  found <- c(planes, prod(shape[-(1:2)]))
  flat$scatter(2L, indices$reshape(found), input$reshape(found))$view(c(shape[1:2], inner))
}
#' @rdname nnf_pool
#' @export
nnf_max_unpool1d <- function(input, indices, kernel_size, stride = NULL, padding = 0, output_size = NULL) {
  max_unpool(1L, input, indices, kernel_size, stride, padding, output_size)
}
#' @rdname nnf_pool
#' @export
nnf_max_unpool2d <- function(input, indices, kernel_size, stride = NULL, padding = 0, output_size = NULL) {
  max_unpool(2L, input, indices, kernel_size, stride, padding, output_size)
}
#' @rdname nnf_pool
#' @export
nnf_max_unpool3d <- function(input, indices, kernel_size, stride = NULL, padding = 0, output_size = NULL) {
  max_unpool(3L, input, indices, kernel_size, stride, padding, output_size)
}
