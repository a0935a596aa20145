#' Convolutions
#'
#' For each position of the kernel, the sum of the products of its elements with those of the input beneath it:
#' \deqn{y_{n,o,p} = b_o + \sum_{c,k} w_{o,c,k}\, x_{n,c,\,s p + d k - P}}{y[n, o, p] = b[o] + sum over c, k of w[o, c, k] x[n,
#' c, s p + d k - P]}
#' with stride s, dilation d and padding P, counted from 0, along one, two or three dimensions. (It is a cross-correlation: the
#' kernel is not
#' flipped.) The size along a dimension becomes \eqn{\lfloor (L + 2 P - d (K - 1) - 1) / s \rfloor + 1}{floor((L + 2 P - d (K -
#' 1) - 1) / s) + 1}.
#'
#' `nnf_conv_transpose1d()` and its kin are the derivatives of convolutions by their input, as maps of their own: the size becomes
#' \eqn{(L - 1) s - 2 P + d (K - 1) + 1}{(L - 1) s - 2 P + d (K - 1) + 1} and the `output_padding`. `nnf_conv_tbc()` is a
#' convolution in one dimension
#' of an input of shape (time, batch, channels).
#'
#' @param input a floating tensor of shape (N, C, L), (N, C, H, W) or (N, C, D, H, W), or without N.
#' @param weight of the same dtype and shape (out channels, C / groups, kernel); of transposed convolutions (C, out channels /
#'   groups, kernel); of
#'   `nnf_conv_tbc()` (kernel, C, out channels).
#' @param bias a tensor of one number for each output channel, or `NULL`.
#' @param stride how far the kernel moves: a number, or one for each dimension.
#' @param padding how many zeros stand at both ends; or `"valid"`: none, or `"same"`: as many as keep the size, where the stride is 1.
#' @param dilation how far apart the kernel's elements are.
#' @param groups in how many groups of channels input and output are cut, which do not see each other.
#' @param output_padding how many elements are added at the end, to choose among the sizes that give the same with a stride.
#' @param pad the padding of `nnf_conv_tbc()`.
#' @param self the input.
#' @return A tensor of shape (N, out channels, ...), or without N as the input; of `nnf_conv_tbc()` (time, batch, out channels).
#' @section Precision:
#'   Convolutions of floats by 3 x 3 kernels with stride 1 between 16 or more channels, and their derivatives, are computed with a quarter
#'   of the multiplications, by the method of Lavin and Gray (Fast Algorithms for Convolutional Neural Networks, 2016). Their errors are
#'   as those of sums, up to about 1e-5 of the typical output, but whole numbers do not give whole numbers exactly, and an error goes by
#'   the largest number in a square of 6 x 6, whether an output reads it or not. Doubles are summed.
#' @section Errors:
#'   Refused are channels that do not fit weight and groups, a kernel larger than the padded input, tensors of different dtypes, and
#'   `padding = "same"` with a stride.
#' @examples
#' x <- torch_tensor(array(1:5, c(1, 1, 5)), dtype = torch_float())
#' w <- torch_ones(1, 1, 3)
#' nnf_conv1d(x, w, padding = "same")
#' nnf_conv_transpose1d(x, w, stride = 2)
#' nnf_conv2d(torch_ones(1, 2, 5, 5), torch_ones(3, 2, 3, 3), torch_zeros(3), stride = 2)$shape
#' nnf_conv_transpose2d(torch_ones(1, 3, 2, 2), torch_ones(3, 2, 3, 3), stride = 2)$shape
#' nnf_conv3d(torch_ones(1, 1, 4, 4, 4), torch_ones(2, 1, 2, 2, 2))$shape
#' nnf_conv_transpose3d(torch_ones(1, 2, 3, 3, 3), torch_ones(2, 1, 2, 2, 2))$shape
#' nnf_conv_tbc(torch_ones(5, 2, 3), torch_ones(2, 3, 4), torch_zeros(4))$shape
#' torch_equal(torch_conv1d(x, w), nnf_conv1d(x, w))
#' torch_conv2d(torch_ones(1, 1, 3, 3), torch_ones(1, 1, 2, 2))
#' torch_conv3d(torch_ones(1, 1, 2, 2, 2), torch_ones(1, 1, 2, 2, 2))$shape
#' torch_conv_transpose1d(x, w)$shape
#' torch_conv_transpose2d(torch_ones(1, 1, 2, 2), torch_ones(1, 1, 2, 2))$shape
#' torch_conv_transpose3d(torch_ones(1, 1, 2, 2, 2), torch_ones(1, 1, 2, 2, 2))$shape
#' torch_conv_tbc(torch_ones(5, 2, 3), torch_ones(2, 3, 4), torch_zeros(4))$shape
#' @name nnf_conv
NULL

convolve <- function(ndim, input, weight, bias, stride, padding, dilation, groups, call = users_call()) {
  shape <- dim(floating_input(input, call))
  check_tensor(weight, "weight", call)
  if (is.list(bias) && !length(bias)) bias <- NULL
  if (!is.null(shape) && length(shape) == ndim + 1L) {
    return(convolve(ndim, input$unsqueeze(1L), weight, bias, stride, padding, dilation, groups, call)$squeeze(1L))
  }
  check_convolution_input(shape, ndim, call)
  if (is.character(padding)) {
    padded <- pad_by_name(input, weight, stride, padding, dilation, call)
    input <- padded$input
    padding <- padded$padding
  }
  .Call(ffi_convolution, input, weight, bias, stride, padding, dilation, groups)
}

check_tensor <- function(x, name, call = users_call()) {
  if (!inherits(x, "torch_tensor")) raise_error(sprintf("`%s` must be a tensor", name), call)
}

check_convolution_input <- function(shape, ndim, call) {
  if (length(shape) == ndim + 2L) return()
  sizes <- c("L", "H, W", "D, H, W")[ndim]
  raise_error(sprintf("`input` must be a tensor of shape (N, C, %s), or (C, %s); it has %d dimensions", sizes, sizes, length(shape)), call)
}

# Zeros that no symmetric padding gives stand at the end.
pad_by_name <- function(input, weight, stride, padding, dilation, call) {
  one_of(padding, "padding", c("same", "valid"), call)
  stride <- .Call(ffi_integers, stride, "stride")
  dilation <- .Call(ffi_integers, dilation, "dilation")
  if (padding == "valid") return(list(input = input, padding = 0L))
  if (any(stride != 1)) raise_error("`padding` \"same\" needs a stride of 1", call)
  total <- dilation * (dim(weight)[-(1:2)] - 1L)
  odd <- total %% 2L
  if (any(odd > 0)) input <- nnf_pad(input, as.numeric(rbind(0, rev(odd))))
  list(input = input, padding = total %/% 2L)
}

transpose_convolve <- function(ndim, input, weight, bias, stride, padding, output_padding, groups, dilation, call = users_call()) {
  shape <- dim(floating_input(input, call))
  check_tensor(weight, "weight", call)
  stride <- .Call(ffi_integers, stride, "stride")
  padding <- .Call(ffi_integers, padding, "padding")
  output_padding <- .Call(ffi_integers, output_padding, "output_padding")
  dilation <- .Call(ffi_integers, dilation, "dilation")
  if (is.list(bias) && !length(bias)) bias <- NULL
  if (!is.null(shape) && length(shape) == ndim + 1L) {
    return(transpose_convolve(ndim, input$unsqueeze(1L), weight, bias, stride, padding, output_padding, groups, dilation, call)$squeeze(1L))
  }
  check_convolution_input(shape, ndim, call)
  if (any(output_padding >= stride & output_padding >= dilation)) {
    raise_error("`output_padding` must be less than the stride or the dilation", call)
  }
  excess <- pmax(rep(output_padding, length.out = ndim) - stride + 1, 0) # which no position of the kernel reaches
  if (any(excess > 0)) {
    y <- transpose_convolve(ndim, input, weight, NULL, stride, padding, output_padding - excess, groups, dilation, call)
    y <- nnf_pad(y, as.numeric(rbind(0, rev(excess))))
    return(if (is.null(bias)) y else y + bias$view(c(-1L, rep(1L, ndim))))
  }
  size <- (shape[-(1:2)] - 1) * stride - 2 * padding + dilation * (dim(weight)[-(1:2)] - 1) + 1 + output_padding
  if (length(size) != ndim || any(size < 1)) {
    raise_error("the output would have no elements: the padding is too large, or the weight has other dimensions", call)
  }
  .Call(ffi_convolution_input, input, weight, bias, size, stride, padding, dilation, groups)
}

#' @rdname nnf_conv
#' @export
nnf_conv1d <- function(input, weight, bias = NULL, stride = 1, padding = 0, dilation = 1, groups = 1) {
  convolve(1L, input, weight, bias, stride, padding, dilation, groups)
}
#' @rdname nnf_conv
#' @export
nnf_conv2d <- function(input, weight, bias = NULL, stride = 1, padding = 0, dilation = 1, groups = 1) {
  convolve(2L, input, weight, bias, stride, padding, dilation, groups)
}
#' @rdname nnf_conv
#' @export
nnf_conv3d <- function(input, weight, bias = NULL, stride = 1, padding = 0, dilation = 1, groups = 1) {
  convolve(3L, input, weight, bias, stride, padding, dilation, groups)
}
#' @rdname nnf_conv
#' @export
nnf_conv_transpose1d <- function(input, weight, bias = NULL, stride = 1, padding = 0, output_padding = 0, groups = 1, dilation = 1) {
  transpose_convolve(1L, input, weight, bias, stride, padding, output_padding, groups, dilation)
}
#' @rdname nnf_conv
#' @export
nnf_conv_transpose2d <- function(input, weight, bias = NULL, stride = 1, padding = 0, output_padding = 0, groups = 1, dilation = 1) {
  transpose_convolve(2L, input, weight, bias, stride, padding, output_padding, groups, dilation)
}
#' @rdname nnf_conv
#' @export
nnf_conv_transpose3d <- function(input, weight, bias = NULL, stride = 1, padding = 0, output_padding = 0, groups = 1, dilation = 1) {
  transpose_convolve(3L, input, weight, bias, stride, padding, output_padding, groups, dilation)
}
#' @rdname nnf_conv
#' @export
nnf_conv_tbc <- function(input, weight, bias, pad = 0) {
  check_tensor(input, "input")
  check_tensor(weight, "weight")
  pad <- .Call(ffi_count, pad, "pad")
  if (length(dim(input)) != 3L) raise_error("`input` must be a tensor of shape (time, batch, channels)")
  if (length(dim(weight)) != 3L) raise_error("`weight` must be a tensor of shape (kernel, channels, output channels)")
  nnf_conv1d(input$permute(c(2L, 3L, 1L)), weight$permute(c(3L, 2L, 1L)), bias, padding = pad)$permute(c(3L, 1L, 2L))
}

#' @rdname nnf_conv
#' @export
torch_conv1d <- function(input, weight, bias = list(), stride = 1L, padding = 0L, dilation = 1L, groups = 1L) {
  convolve(1L, input, weight, bias, stride, padding, dilation, groups)
}
#' @rdname nnf_conv
#' @export
torch_conv2d <- function(input, weight, bias = list(), stride = 1L, padding = 0L, dilation = 1L, groups = 1L) {
  convolve(2L, input, weight, bias, stride, padding, dilation, groups)
}
#' @rdname nnf_conv
#' @export
torch_conv3d <- function(input, weight, bias = list(), stride = 1L, padding = 0L, dilation = 1L, groups = 1L) {
  convolve(3L, input, weight, bias, stride, padding, dilation, groups)
}
#' @rdname nnf_conv
#' @export
torch_conv_transpose1d <- function(input, weight, bias = list(), stride = 1L, padding = 0L, output_padding = 0L, groups = 1L,
                                   dilation = 1L) {
  transpose_convolve(1L, input, weight, bias, stride, padding, output_padding, groups, dilation)
}
#' @rdname nnf_conv
#' @export
torch_conv_transpose2d <- function(input, weight, bias = list(), stride = 1L, padding = 0L, output_padding = 0L, groups = 1L,
                                   dilation = 1L) {
  transpose_convolve(2L, input, weight, bias, stride, padding, output_padding, groups, dilation)
}
#' @rdname nnf_conv
#' @export
torch_conv_transpose3d <- function(input, weight, bias = list(), stride = 1L, padding = 0L, output_padding = 0L, groups = 1L,
                                   dilation = 1L) {
  transpose_convolve(3L, input, weight, bias, stride, padding, output_padding, groups, dilation)
}
#' @rdname nnf_conv
#' @export
torch_conv_tbc <- function(self, weight, bias, pad = 0L) {
  check_tensor(self, "self")
  nnf_conv_tbc(self, weight, bias, pad)
}

#' Sliding windows as columns
#'
#' `nnf_unfold()` takes what a kernel sees at each of its positions in an image as a column; `nnf_fold()` adds such columns up to
#' an image, and is its derivative. A convolution is a product of its weight with these columns.
#'
#' @param input of `nnf_unfold()` a floating tensor of shape (N, C, H, W); of `nnf_fold()` (N, C * kernel elements, positions).
#'   N may be left out.
#' @param output_size height and width of the image.
#' @param kernel_size,dilation,padding,stride of the kernel: a number, or two for height and width.
#' @return `nnf_unfold()`: (N, C * kernel elements, positions). `nnf_fold()`: (N, C, H, W).
#' @section Errors:
#'   A kernel larger than the padded image is refused, and numbers of rows or columns that do not fit the kernel.
#' @examples
#' x <- torch_arange(1, 16, dtype = torch_float())$view(c(1, 1, 4, 4))
#' columns <- nnf_unfold(x, kernel_size = 2, stride = 2)
#' columns
#' nnf_fold(columns, output_size = c(4, 4), kernel_size = 2, stride = 2)
#' @export
nnf_unfold <- function(input, kernel_size, dilation = 1, padding = 0, stride = 1) {
  floating_input(input)
  if (length(dim(input)) == 3L) return(nnf_unfold(input$unsqueeze(1L), kernel_size, dilation, padding, stride)$squeeze(1L))
  .Call(ffi_im2col, input, kernel_size, dilation, padding, stride)
}
#' @rdname nnf_unfold
#' @export
nnf_fold <- function(input, output_size, kernel_size, dilation = 1, padding = 0, stride = 1) {
  floating_input(input)
  if (length(dim(input)) == 2L) return(nnf_fold(input$unsqueeze(1L), output_size, kernel_size, dilation, padding, stride)$squeeze(1L))
  .Call(ffi_col2im, input, output_size, kernel_size, dilation, padding, stride)
}
