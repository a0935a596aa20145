# Where no other source is given, values are PyTorch's.
x1 <- counted(1, 2, 5)
w1 <- wave(2, 2, 3)
bias <- doubles(c(1, -1))

test_that("a convolution is the sum of products beneath the kernel, which is not flipped", {
  expect_equal(in_rows(nnf_conv1d(counted(1, 1, 4), doubles(c(1, 10, 100), 1, 1, 3))), c(321, 432))
  expect_equal(in_rows(nnf_conv1d(x1, w1, bias, stride = 2, padding = 1)), c(-11, -6, 0, 14, 8, -16))
  expect_equal(in_rows(nnf_conv1d(x1, w1, dilation = 2)), c(-9, 12))
  y <- nnf_conv2d(counted(1, 2, 3, 4), wave(2, 2, 2, 2), bias, stride = c(1, 2), padding = c(0, 1))
  expect_equal(dim(y), c(1, 2, 2, 3))
  expect_equal(in_rows(y), c(-9, -3, 1, -1, 1, -3, 20, -26, -53, 24, -30, -61))
  expect_equal(in_rows(nnf_conv3d(counted(1, 1, 2, 2, 2), wave(1, 1, 2, 1, 2))), c(5, 9))
})

test_that("groups of channels do not see each other", {
  y <- nnf_conv2d(counted(1, 2, 3, 4), wave(2, 1, 2, 2), groups = 2)
  expect_equal(in_rows(y), c(5, 7, 9, 13, 15, 17, -10, -11, -12, -14, -15, -16))
  y <- nnf_conv_transpose2d(counted(1, 2, 2, 2), wave(2, 1, 2, 2), groups = 2)
  expect_equal(in_rows(y), c(0, 2, 4, -1, 5, 10, -3, -1, 4, -10, -12, 0, -4, -9, -6, 14, 9, -8))
})

test_that("padding \"same\" keeps the size, with the odd zero at the end, and \"valid\" adds none", {
  w <- w1[, , 1:2]
  expect_equal(in_rows(nnf_conv1d(x1, w, padding = "same")), c(-4, -3, -2, -1, 10, -12, -13, -14, -15, -10))
  expect_equal(dim(nnf_conv2d(torch_ones(1, 1, 4, 5), torch_ones(1, 1, 3, 2), padding = "same", dilation = 2)), c(1, 1, 4, 5))
  expect_true(torch_equal(nnf_conv1d(x1, w1, padding = "valid"), nnf_conv1d(x1, w1)))
  expect_error(nnf_conv1d(x1, w1, padding = "same", stride = 2), "\"same\" needs a stride of 1", class = "rushlight_error")
  expect_error(nnf_conv1d(x1, w1, padding = "full"), "padding", class = "rushlight_error")
})

test_that("a transposed convolution spreads each element over the kernel", {
  y <- nnf_conv_transpose1d(counted(1, 2, 3), w1, bias, stride = 2, padding = 1, output_padding = 1)
  expect_equal(in_rows(y), c(-1, 14, 0, 16, 1, 4, -3, -1, -5, 0, -7, 11))
  y <- nnf_conv_transpose2d(counted(1, 1, 2, 2), wave(1, 1, 2, 2), stride = 2)
  expect_equal(in_rows(y), c(0, 2, 0, 4, -1, 1, -2, 2, 0, 6, 0, 8, -3, 3, -4, 4))
  y <- nnf_conv_transpose3d(counted(1, 1, 1, 1, 2), wave(1, 1, 2, 2, 2))
  expect_equal(in_rows(y), c(0, 2, 4, -1, -1, 2, -2, -4, 0, 2, 3, -2))
  expect_error(nnf_conv_transpose1d(x1, w1, output_padding = 1), "`output_padding` must be less than", class = "rushlight_error")
  expect_error(nnf_conv_transpose1d(x1, w1, padding = 4), "padding is too large", class = "rushlight_error")
})

test_that("a transposed convolution is the transpose of the convolution", {
  x <- torch_randn(2, 4, 7, 6, dtype = torch_double())
  w <- torch_randn(6, 2, 3, 2, dtype = torch_double())
  y <- nnf_conv2d(x, w, stride = 2, padding = 1, groups = 2, dilation = c(1, 2))
  g <- torch_randn(y$shape, dtype = torch_double())
  back <- nnf_conv_transpose2d(g, w, stride = 2, padding = 1, groups = 2, dilation = c(1, 2), output_padding = c(0, 1))
  expect_equal(dim(back), dim(x))
  expect_equal((y * g)$sum()$item(), (back * x)$sum()$item())
})

test_that("conv_tbc takes time first", {
  y <- nnf_conv_tbc(counted(3, 1, 2), wave(2, 2, 3), doubles(1:3), pad = 1)
  expect_equal(dim(y), c(4, 1, 3))
  expect_equal(in_rows(y), c(-1, 1, 8, 1, -3, 13, 3, -5, 17, 7, 0, -2))
  expect_error(nnf_conv_tbc(torch_ones(3, 2), torch_ones(2, 2, 3), torch_ones(3)), "\\(time, batch, channels\\)", class = "rushlight_error")
})

test_that("an input without a batch gives a result without one", {
  same <- function(f, x, ...) expect_true(torch_equal(f(x, ...), f(x$unsqueeze(1), ...)$squeeze(1)))
  same(nnf_conv1d, x1[1, ..], w1, bias)
  same(nnf_conv2d, counted(2, 3, 4), wave(2, 2, 2, 2), padding = "same")
  same(nnf_conv3d, counted(1, 2, 2, 2), wave(1, 1, 2, 1, 2))
  same(nnf_conv_transpose1d, counted(2, 3), w1, stride = 2)
  same(nnf_conv_transpose2d, counted(1, 2, 2), wave(1, 1, 2, 2))
  same(nnf_conv_transpose3d, counted(1, 1, 1, 2), wave(1, 1, 2, 2, 2))
  same(nnf_unfold, counted(1, 3, 3), 2)
  same(nnf_fold, counted(4, 4), 3, 2)
})

test_that("the torch functions are the nnf functions, with list() for no bias", {
  expect_true(torch_equal(torch_conv1d(x1, w1, stride = 2L), nnf_conv1d(x1, w1, stride = 2)))
  expect_true(torch_equal(torch_conv2d(counted(1, 2, 3, 4), wave(2, 2, 2, 2), list()), nnf_conv2d(counted(1, 2, 3, 4), wave(2, 2, 2, 2))))
  expect_true(torch_equal(torch_conv_transpose1d(counted(1, 2, 3), w1, bias), nnf_conv_transpose1d(counted(1, 2, 3), w1, bias)))
  expect_true(torch_equal(torch_conv_tbc(counted(3, 1, 2), wave(2, 2, 3), doubles(1:3)), nnf_conv_tbc(counted(3, 1, 2), wave(2, 2, 3), doubles(1:3))))
})

test_that("sizes that do not fit are refused in words", {
  fails <- function(code, says) expect_error(code, says, class = "rushlight_error")
  fails(nnf_conv1d(x1, wave(2, 3, 3)), "`input` has 2 channels in 1 groups, and `weight`, of shape \\[2, 3, 3\\], is for 3 in each")
  fails(nnf_conv1d(x1, w1, groups = 3), "`groups` must divide the channels of input and output, 2 and 2; it is 3")
  fails(nnf_conv1d(x1, wave(2, 2, 8), padding = 1), "along dimension 3 the input has 5 elements and 2 of padding, and the kernel covers 8")
  fails(nnf_conv1d(x1, w1, doubles(1:3)), "`bias` must have one element for each of the 2 output channels")
  fails(nnf_conv1d(x1, w1$float()), "`input` is Double, and `weight` Float: they must be of one dtype")
  fails(nnf_conv1d(x1, w1, stride = c(1, 2)), "`stride` must be one number or 1")
  fails(nnf_conv1d(x1, w1, stride = 0), "`stride` must be 1 or more")
  fails(nnf_conv1d(torch_ones(5), w1), "`input` must be a tensor of shape \\(N, C, L\\), or \\(C, L\\)")
  fails(nnf_conv2d(x1, wave(2, 2, 3)), "`weight` must have 4 dimensions")
  fails(nnf_conv1d(torch_ones(1, 2, 5, dtype = torch_long()), w1$long()), "`input` must be a floating tensor, not a Long one")
  fails(nnf_conv_transpose1d(x1, wave(3, 1, 2)), "`input` has 2 channels, and `weight`, of shape \\[3, 1, 2\\], is for 3")
})

test_that("a batch of none gives none, and derivatives of zero", {
  x <- torch_zeros(0, 2, 5, requires_grad = TRUE)
  w <- torch_ones(3, 2, 2, requires_grad = TRUE)
  y <- nnf_conv1d(x, w)
  expect_equal(dim(y), c(0, 3, 4))
  y$sum()$backward()
  expect_equal(dim(x$grad), c(0, 2, 5))
  expect_equal(as_array(w$grad), array(0, c(3, 2, 2)))
})

test_that("kernels and images of all sizes agree with the product of weight and columns, in float and double", {
  for (dtype in list(torch_float(), torch_double())) for (n in c(1, 3, 16)) for (k in 1:3) for (stride in 1:2) {
    x <- torch_randn(2, n, 9, 8, dtype = dtype)
    w <- torch_randn(n + 1, n, k, k, dtype = dtype)
    y <- nnf_conv2d(x, w, stride = stride, padding = 1)
    product <- torch_matmul(w$view(c(n + 1, -1)), nnf_unfold(x, k, padding = 1, stride = stride))$view(y$shape)
    expect_equal(as_array(y), as_array(product), tolerance = if (dtype == torch_float()) 1e-5 else 1e-12)
  }
})

test_that("3 x 3 kernels on many channels of floats are as exact as sums, and their derivatives", {
  derivatives <- function(f, x, w, g, ...) {
    x <- x$requires_grad_(TRUE)
    w <- w$requires_grad_(TRUE)
    y <- f(x, w, ...)
    c(list(y$detach()), autograd_grad(y, list(x, w), list(g)))
  }
  agree <- function(f, x, w, g, ...) {
    exact <- derivatives(f, x$double(), w$double(), g$double(), ...)
    floats <- derivatives(f, x, w, g, ...)
    for (k in 1:3) {
      expect_equal(dim(floats[[k]]), dim(exact[[k]]))
      expect_lt((floats[[k]]$double() - exact[[k]])$abs()$max()$item(), 3e-5 * exact[[k]]$square()$mean()$sqrt()$item())
    }
  }
  torch_manual_seed(1)
  w <- torch_randn(18, 17, 3, 3)
  agree(nnf_conv2d, torch_randn(3, 17, 21, 26), w, torch_randn(3, 18, 19, 24))
  agree(nnf_conv2d, torch_randn(40, 17, 7, 6), w, torch_randn(40, 18, 7, 6), padding = 1)
  agree(nnf_conv2d, torch_randn(2, 17, 30, 9), w, torch_randn(2, 18, 34, 9), padding = c(3, 1))
  agree(nnf_conv2d, torch_randn(2, 17, 4, 400), w, torch_randn(2, 18, 4, 402), padding = c(1, 2))
  agree(nnf_conv_transpose2d, torch_randn(2, 18, 30, 20), w, torch_randn(2, 17, 30, 20), padding = 1)
  bias <- torch_randn(18)
  y <- nnf_conv2d(torch_ones(2, 17, 34, 34), w, bias)
  expect_equal(in_rows(y[1, , 5, 7]), in_rows(w$sum(dim = 2:4) + bias), tolerance = 1e-5)
})

test_that("an infinity or NaN reaches the outputs that read it and no others", {
  x <- torch_ones(2, 16, 30, 31)
  x[1, 3, 5, 6] <- Inf
  x[2, 16, 30, 31] <- NaN
  x$requires_grad_(TRUE)
  w <- torch_ones(16, 16, 3, 3)$requires_grad_(TRUE)
  y <- nnf_conv2d(x, w, padding = 1)
  reached <- which(!is.finite(as_array(y[, 1])), arr.ind = TRUE)
  expect_equal(unname(reached[reached[, 1] == 1, -1]), cbind(rep(4:6, 3), rep(5:7, each = 3)))
  expect_equal(unname(reached[reached[, 1] == 2, -1]), cbind(rep(29:30, 2), rep(30:31, each = 2)))
  expect_equal((!torch_isfinite(y))$sum()$item(), 16 * (9 + 4))
  y$sum()$backward()
  expect_equal(as_array(x$grad[1, 1, 1:2, 1:2]), 16 * rbind(c(4, 6), c(6, 9)), tolerance = 1e-5)
  expect_equal(as_array(torch_isfinite(w$grad)$all(dim = 4)$all(dim = 3)$all(dim = 1)), !(1:16 %in% c(3, 16)))
})

test_that("columns of stride 2 are taken, and added up, at every edge", {
  for (k in 1:5) {
    for (padding in 0:2) {
      for (width in 3:7) {
        if (width + 2 * padding < k) next
        x <- counted(1, 2, 1, width)
        columns <- nnf_unfold(x, c(1, k), padding = c(0, padding), stride = 2)
        around <- cbind(matrix(0, 2, padding), as_array(x[1, , 1]), matrix(0, 2, padding))
        starts <- seq(1, ncol(around) - k + 1, by = 2)
        expected <- do.call(rbind, lapply(1:2, function(c) outer(0:(k - 1), starts, function(d, at) around[c, d + at])))
        expect_equal(as_array(columns[1]), expected)
        g <- wave(1, 2 * k, length(starts))
        back <- nnf_fold(g, c(1, width), c(1, k), padding = c(0, padding), stride = 2)
        expect_equal((back * x)$sum()$item(), (columns * g)$sum()$item())
      }
    }
  }
})

test_that("channels by themselves are the blocks of a weight on the diagonal", {
  blocks <- function(w, channels) {
    full <- torch_zeros(w$size(1), channels, w$size(3), w$size(4), dtype = w$dtype)
    for (o in seq_len(w$size(1))) full[o, (o - 1) %/% (w$size(1) / channels) + 1] <- w[o, 1]
    full
  }
  torch_manual_seed(1)
  for (dtype in list(torch_float(), torch_double())) {
    for (of in list(list(2, c(9, 70), c(3, 3), 1, 1), list(1, c(600, 61), c(3, 2), c(0, 1), 1), list(3, c(12, 33), c(2, 5), c(3, 0), c(2, 3)))) {
      x <- torch_randn(c(2, 3, of[[2]]), dtype = dtype)
      w <- torch_randn(c(3 * of[[1]], 1, of[[3]]), dtype = dtype)$requires_grad_(TRUE)
      bias <- torch_randn(3 * of[[1]], dtype = dtype)
      by <- list(padding = of[[4]], dilation = of[[5]])
      of_blocks <- blocks(w$detach(), 3)$requires_grad_(TRUE)
      x1 <- x$clone()$requires_grad_(TRUE)
      x2 <- x$clone()$requires_grad_(TRUE)
      y <- do.call(nnf_conv2d, c(list(x1, w, bias, groups = 3), by))
      expected <- do.call(nnf_conv2d, c(list(x2, of_blocks, bias), by))
      tolerance <- if (dtype == torch_float()) 1e-5 else 1e-12
      expect_equal(as_array(y), as_array(expected), tolerance = tolerance)
      g <- torch_randn(y$shape, dtype = dtype)
      y$backward(g)
      expected$backward(g)
      expect_equal(as_array(x1$grad), as_array(x2$grad), tolerance = tolerance)
      expect_equal(as_array(blocks(w$grad, 3)), as_array(of_blocks$grad * (of_blocks != 0)), tolerance = tolerance)
    }
  }
  x <- torch_ones(1, 1, 4, 5)
  x[1, 1, 2, 5] <- Inf
  w <- torch_ones(1, 1, 3, 3)$requires_grad_(TRUE)
  nnf_conv2d(x, w)$sum()$backward()
  expect_equal(as_array(w$grad[1, 1]), cbind(c(6, 6, 6), c(6, 6, 6), c(Inf, Inf, 6)))
})

test_that("two threads give what one gives, bit for bit", {
  threads <- torch_get_num_threads()
  on.exit(torch_set_num_threads(threads))
  results <- lapply(1:2, function(n) {
    torch_set_num_threads(n)
    x <- wave(4, 16, 20, 20)$sin()$float()$requires_grad_()
    w <- wave(24, 16, 3, 3)$cos()$float()$requires_grad_()
    y <- nnf_conv2d(x, w, padding = 1)
    y$sin()$sum()$backward()
    lapply(list(y$detach(), x$grad, w$grad, nnf_conv_transpose2d(y$detach(), w$detach(), stride = 2)), buffer_from_torch_tensor)
  })
  expect_identical(results[[1]], results[[2]])
})

test_that("unfold takes what each position of the kernel sees as a column, and fold adds columns up", {
  x <- counted(1, 1, 3, 3)
  expect_equal(as_array(nnf_unfold(x, 2)[1, , ]), rbind(c(1, 2, 4, 5), c(2, 3, 5, 6), c(4, 5, 7, 8), c(5, 6, 8, 9)))
  expect_equal(in_rows(nnf_unfold(x, 2, dilation = 2, padding = 1, stride = 2)), c(0, 0, 0, 5, 0, 0, 5, 0, 0, 5, 0, 0, 5, 0, 0, 0))
  expect_equal(in_rows(nnf_fold(torch_ones(1, 4, 4), c(3, 3), 2)), c(1, 2, 1, 2, 4, 2, 1, 2, 1))
  expect_error(nnf_unfold(x, 4), "the kernel does not fit: it covers 4 elements, and there are 3", class = "rushlight_error")
  expect_error(nnf_fold(torch_ones(1, 3, 4), 3, 2), "`input` has 3 rows, and the kernel has 4 elements", class = "rushlight_error")
  expect_error(nnf_fold(torch_ones(1, 4, 5), 3, 2), "`input` has 5 columns, and the kernel has 4 positions", class = "rushlight_error")
})
