# Where no other source is given, values are PyTorch's.
x <- doubles(c(3, 1, 4, 1, 5, 9, 2), 1, 1, 7)
found <- function(out) lapply(out, in_rows)

test_that("max pooling gives the largest elements and their places, counted from 1", {
  expect_equal(found(nnf_max_pool1d(x, 2, return_indices = TRUE)), list(c(3, 4, 9), c(1, 3, 6)))
  expect_equal(found(nnf_max_pool1d(x, 3, stride = 2, padding = 1, return_indices = TRUE)), list(c(3, 4, 9, 9), c(1, 3, 6, 6)))
  expect_equal(found(nnf_max_pool1d(x, 2, stride = 1, dilation = 3, return_indices = TRUE)), list(c(3, 5, 9, 2), c(1, 5, 6, 7)))
  y <- nnf_max_pool2d(counted(1, 1, 4, 5), c(2, 3), stride = c(2, 1), return_indices = TRUE)
  expect_equal(found(y), list(c(8, 9, 10, 18, 19, 20), c(8, 9, 10, 18, 19, 20)))
  expect_true(y[[2]]$dtype == torch_long())
  expect_equal(in_rows(nnf_max_pool3d(counted(1, 1, 2, 2, 4), 2)), c(14, 16))
})

test_that("with ceil_mode a last window that does not fit whole counts, if it begins in the input", {
  expect_equal(found(nnf_max_pool1d(x, 3, ceil_mode = TRUE, return_indices = TRUE)), list(c(4, 9, 2), c(3, 6, 7)))
  expect_equal(in_rows(nnf_avg_pool1d(x, 3, ceil_mode = TRUE)), c(8 / 3, 5, 2))
  expect_equal(in_rows(nnf_avg_pool2d(counted(1, 1, 4, 5), 2, padding = 1, ceil_mode = TRUE)), c(0.25, 1.25, 2.25, 4.25, 10, 12, 4, 8.75, 9.75))
  expect_equal(dim(nnf_max_pool1d(torch_ones(1, 1, 3), 2, padding = 1, ceil_mode = TRUE)), c(1, 1, 2))
  expect_equal(in_rows(nnf_max_pool1d(x[, , 1:2], 3, ceil_mode = TRUE)), 3)
  expect_error(nnf_max_pool1d(x[, , 1:2], 3), "the kernel does not fit: along dimension 3", class = "rushlight_error")
})

test_that("padding is never the largest, NaN is, and a dilated window may see nothing", {
  expect_equal(in_rows(nnf_max_pool1d(-x, 3, stride = 2, padding = 1)), c(-1, -1, -1, -2))
  y <- nnf_max_pool1d(doubles(c(NaN, 2, 3, NaN), 1, 1, 4), 2, return_indices = TRUE)
  expect_equal(found(y), list(c(NaN, NaN), c(1, 4)))
  expect_equal(in_rows(nnf_max_pool1d(doubles(5, 1, 1, 1), 2, padding = 1, dilation = 2)), -Inf)
})

test_that("of equal elements the first is found, and gets the gradient", {
  x <- doubles(c(1, 2, 2, 2), 1, 1, 4)$requires_grad_()
  nnf_max_pool1d(x, 2)$sum()$backward()
  expect_equal(in_rows(x$grad), c(0, 1, 1, 0))
})

test_that("average pooling divides by the window, by what lies in the input, or by another number", {
  expect_equal(in_rows(nnf_avg_pool1d(x, 2)), c(2, 2.5, 7))
  expect_equal(in_rows(nnf_avg_pool1d(x, 3, stride = 2, padding = 1)), c(4, 6, 15, 11) / 3)
  expect_equal(in_rows(nnf_avg_pool1d(x, 3, stride = 2, padding = 1, count_include_pad = FALSE)), c(2, 2, 5, 5.5))
  expect_equal(in_rows(nnf_avg_pool2d(counted(1, 1, 4, 5), c(2, 5), divisor_override = 4)), c(13.75, 38.75))
  expect_equal(in_rows(nnf_avg_pool3d(counted(1, 1, 2, 2, 4), 2)), c(7.5, 9.5))
  expect_true(torch_equal(torch_avg_pool1d(x, 2L), nnf_avg_pool1d(x, 2)))
  expect_error(nnf_avg_pool2d(counted(1, 1, 4, 5), 2, divisor_override = 0), "`divisor_override` must not be 0", class = "rushlight_error")
})

test_that("adaptive windows divide the input, whether the output's size divides it or not", {
  x <- counted(1, 1, 4, 5)
  expect_equal(in_rows(nnf_adaptive_avg_pool2d(x, c(3, 2))), c(4.5, 6.5, 9.5, 11.5, 14.5, 16.5))
  expect_equal(found(nnf_adaptive_max_pool2d(x, c(3, 2), return_indices = TRUE)), list(c(8, 10, 13, 15, 18, 20), c(8, 10, 13, 15, 18, 20)))
  expect_equal(in_rows(nnf_adaptive_avg_pool1d(counted(1, 1, 5), 2)), c(2, 4))
  expect_equal(in_rows(nnf_adaptive_max_pool1d(counted(1, 1, 5), 3)), c(2, 4, 5))
  expect_equal(in_rows(nnf_adaptive_avg_pool1d(counted(1, 1, 2), 4)), c(1, 1, 2, 2))
  expect_equal(in_rows(nnf_adaptive_avg_pool3d(counted(1, 1, 2, 2, 2), c(1, 2, 1))), c(3.5, 5.5))
  expect_equal(in_rows(nnf_adaptive_max_pool3d(counted(1, 1, 2, 2, 2), 1)), 8)
  expect_equal(dim(nnf_adaptive_avg_pool2d(x, c(NA, 1))), c(1, 1, 4, 1))
  expect_equal(dim(nnf_adaptive_avg_pool2d(x, list(2, NULL))), c(1, 1, 2, 5))
  expect_true(torch_equal(torch_adaptive_avg_pool1d(counted(1, 1, 5), 2L), nnf_adaptive_avg_pool1d(counted(1, 1, 5), 2)))
})

test_that("a norm of windows is the root of the sum of powers", {
  expect_equal(in_rows(nnf_lp_pool1d(doubles(c(3, 4, 6, 8), 1, 1, 4), 2, 2)), c(5, 10))
  expect_equal(in_rows(nnf_lp_pool2d(counted(1, 1, 2, 2), 3, 2)), 100^(1 / 3))
  expect_error(nnf_lp_pool1d(counted(1, 1, 4), 0, 2), "`norm_type` must not be 0", class = "rushlight_error")
})

test_that("fractional windows are moved by the random samples, one for each dimension", {
  y <- nnf_fractional_max_pool2d(counted(1, 1, 7, 9), 2, output_size = c(4, 5), return_indices = TRUE, random_samples = doubles(c(0.3, 0.8), 1, 1, 2))
  expected <- c(11, 13, 15, 16, 18, 29, 31, 33, 34, 36, 38, 40, 42, 43, 45, 56, 58, 60, 61, 63)
  expect_equal(found(y), list(expected, expected))
  y <- nnf_fractional_max_pool3d(counted(1, 1, 5, 5, 5), 2, output_size = c(2, 3, 3), random_samples = doubles(c(0.3, 0.8, 0.5), 1, 1, 3))
  expect_equal(in_rows(y), c(32, 34, 35, 37, 39, 40, 47, 49, 50, 107, 109, 110, 112, 114, 115, 122, 124, 125))
  expect_equal(dim(nnf_fractional_max_pool2d(torch_ones(2, 3, 8, 6), 2, output_ratio = 0.5)), c(2, 3, 4, 3))
  expect_error(nnf_fractional_max_pool2d(torch_ones(1, 1, 4, 4), 2), "`output_size` or `output_ratio` must be given", class = "rushlight_error")
  expect_error(nnf_fractional_max_pool2d(torch_ones(1, 1, 4, 4), 2, output_size = 4), "`output_size` is too large", class = "rushlight_error")
})

test_that("unpooling puts elements where they were found", {
  out <- nnf_max_pool1d(x, 2, return_indices = TRUE)
  expect_equal(in_rows(nnf_max_unpool1d(out[[1]], out[[2]], 2, output_size = 7)), c(3, 0, 4, 0, 0, 9, 0))
  expect_equal(dim(nnf_max_unpool1d(out[[1]], out[[2]], 2)), c(1, 1, 6))
  for (ndim in 2:3) {
    x <- torch_randn(c(2, 3, rep(4, ndim)), dtype = torch_double())
    pool <- list(nnf_max_pool2d, nnf_max_pool3d)[[ndim - 1]]
    unpool <- list(nnf_max_unpool2d, nnf_max_unpool3d)[[ndim - 1]]
    out <- pool(x, 2, return_indices = TRUE)
    back <- unpool(out[[1]], out[[2]], 2)
    expect_equal(dim(back), dim(x))
    expect_equal(as_array(torch_where(back == 0, x, back)), as_array(x))
    expect_equal((back != 0)$sum()$item(), out[[1]]$numel())
  }
  expect_equal(dim(nnf_max_unpool1d(torch_ones(0, 1, 3), torch_ones(0, 1, 3, dtype = torch_long()), 2)), c(0, 1, 6))
  expect_error(nnf_max_unpool1d(out[[1]], out[[2]][1, ..], 2), class = "rushlight_error")
})

test_that("an input without a batch gives a result without one", {
  for (ndim in 1:3) {
    x <- torch_randn(c(2, rep(4, ndim)), dtype = torch_double())
    one <- function(f, ...) expect_true(torch_equal(f(x, ...), f(x$unsqueeze(1), ...)$squeeze(1)))
    one(list(nnf_max_pool1d, nnf_max_pool2d, nnf_max_pool3d)[[ndim]], 2)
    one(list(nnf_avg_pool1d, nnf_avg_pool2d, nnf_avg_pool3d)[[ndim]], 2)
    one(list(nnf_adaptive_avg_pool1d, nnf_adaptive_avg_pool2d, nnf_adaptive_avg_pool3d)[[ndim]], 2)
    one(list(nnf_adaptive_max_pool1d, nnf_adaptive_max_pool2d, nnf_adaptive_max_pool3d)[[ndim]], 2)
  }
  both <- nnf_max_pool2d(torch_ones(2, 4, 4), 2, return_indices = TRUE)
  expect_equal(lapply(both, dim), list(c(2, 2, 2), c(2, 2, 2)))
})

test_that("windows that make no sense are refused in words", {
  fails <- function(code, says) expect_error(code, says, class = "rushlight_error")
  fails(nnf_max_pool1d(x, 3, padding = 2), "`padding` must be at most half the kernel's size, 3; it is 2")
  fails(nnf_max_pool1d(x, 0), "`kernel_size` must be 1 or more; it is 0")
  fails(nnf_avg_pool1d(x, 2, stride = 0), "`stride` must be 1 or more")
  fails(nnf_max_pool2d(counted(1, 1, 4, 5), c(1, 2, 3)), "`kernel_size` must be one number or 2")
  fails(nnf_avg_pool1d(torch_ones(1, 1, 4, dtype = torch_long()), 2), "works on floating tensors, not on Long")
  fails(nnf_max_pool2d(torch_ones(4, 4), 2), "`input` must be a tensor of shape \\(N, C, H, W\\), or \\(C, H, W\\)")
  fails(nnf_adaptive_avg_pool1d(torch_ones(1, 1, 0), 2), "dimension 3 has no elements to be pooled")
})
