# A convolution along one to three dimensions, its transposed form, and both derivatives as ops of their own. A batch of none is empty.
conv_case <- function(ops, f, shapes, no_batch = shapes) gradient_case(ops, f, shapes, empty = no_batch, except = "scalar")

conv_case("convolution", function(x, w, b) nnf_conv1d(x, w, b, stride = 2, padding = 1), list(c(2, 2, 5), c(3, 2, 3), 3), list(c(0, 2, 5), c(3, 2, 3), 3))
conv_case("convolution", function(x, w) nnf_conv1d(x, w, dilation = 2, padding = "same"), list(c(2, 2, 4), c(2, 2, 2)), list(c(0, 2, 4), c(2, 2, 2)))
conv_case("convolution", function(x, w, b) nnf_conv2d(x, w, b, stride = c(2, 1), padding = c(0, 1), groups = 2),
  list(c(1, 4, 3, 3), c(2, 2, 2, 2), 2), list(c(0, 4, 3, 3), c(2, 2, 2, 2), 2))
conv_case("convolution", function(x, w) nnf_conv3d(x, w, padding = c(1, 0, 0)), list(c(1, 2, 2, 2, 3), c(1, 2, 2, 2, 2)),
  list(c(0, 2, 2, 2, 3), c(1, 2, 2, 2, 2)))
conv_case("convolution", nnf_conv_tbc, list(c(4, 1, 2), c(2, 2, 3), 3), list(c(4, 0, 2), c(2, 2, 3), 3))

conv_case("convolution_input", function(x, w, b) nnf_conv_transpose1d(x, w, b, stride = 2, padding = 1, output_padding = 1),
  list(c(2, 2, 3), c(2, 3, 3), 3), list(c(0, 2, 3), c(2, 3, 3), 3))
conv_case("convolution_input", function(x, w, b) nnf_conv_transpose2d(x, w, b, stride = c(1, 2), groups = 2, dilation = c(2, 1)),
  list(c(1, 4, 2, 2), c(4, 1, 2, 2), 2), list(c(0, 4, 2, 2), c(4, 1, 2, 2), 2))
conv_case("convolution_input", function(x, w) nnf_conv_transpose3d(x, w), list(c(1, 2, 1, 2, 2), c(2, 1, 2, 1, 2)),
  list(c(0, 2, 1, 2, 2), c(2, 1, 2, 1, 2)))

# The second's last row of the input is not reached by the kernel.
conv_case("convolution_weight", function(x, g) .Call(ffi_convolution_weight, x, g, 3L, 1L, 1L, 1L, 1L), list(c(2, 2, 4), c(2, 3, 4)),
  list(c(0, 2, 4), c(0, 3, 4)))
conv_case("convolution_weight", function(x, g) .Call(ffi_convolution_weight, x, g, c(2L, 1L), c(2L, 1L), 0L, 1L, 2L),
  list(c(2, 2, 5, 2), c(2, 4, 2, 2)), list(c(0, 2, 5, 2), c(0, 4, 2, 2)))

conv_case("im2col", function(x) nnf_unfold(x, c(2, 1), dilation = c(1, 2), padding = 1, stride = 2), list(c(2, 2, 3, 3)))
conv_case("col2im", function(x) nnf_fold(x, c(3, 4), c(2, 3), stride = c(1, 2), padding = c(0, 1)), list(c(2, 12, 4)))
conv_case("col2im", function(x) nnf_fold(x, 3, 2), list(c(4, 4)), list(c(4, 4)))
