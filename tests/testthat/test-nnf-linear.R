test_that("a linear map multiplies rows by the weight's rows and adds the bias", {
  x <- torch_tensor(rbind(c(1, 2, 3), c(0, -1, 1)))
  weight <- torch_tensor(rbind(c(1, 0, 2), c(-1, 1, 0)))
  expect_equal(as_array(nnf_linear(x, weight)), rbind(c(7, 1), c(2, -1)))
  expect_equal(as_array(nnf_linear(x, weight, torch_tensor(c(10, 20)))), rbind(c(17, 21), c(12, 19)))
  expect_equal(as.numeric(nnf_linear(x[1], weight)), c(7, 1))
})

test_that("linear() of rows without elements is the bias", {
  y <- nnf_linear(torch_zeros(3, 2, 0), torch_zeros(4, 0), torch_tensor(c(1, 2, 3, 4)))
  expect_equal(dim(y), c(3, 2, 4))
  expect_equal(as.numeric(y[1, 1, ]), c(1, 2, 3, 4))
  expect_equal(dim(nnf_linear(torch_zeros(0, 2, 3), torch_zeros(4, 3))), c(0, 2, 4))
})

test_that("a bilinear map weighs the products of both inputs' elements, whose other dimensions are the same", {
  x1 <- counted(2, 3, 2)
  x2 <- wave(2, 3, 4)
  w <- wave(5, 2, 4) / 2
  y <- nnf_bilinear(x1, x2, w, counted(5))
  expect_equal(dim(y), c(2, 3, 5))
  for (i in 1:5) {
    expected <- sum(as_array(x1[2, 3, ]) * (as_array(w[i, , ]) %*% as_array(x2[2, 3, ]))) + i
    expect_equal(y[2, 3, i]$item(), expected)
  }
  expect_equal(dim(nnf_bilinear(x1[1, 1, ], x2[1, 1, ], w)), 5)
  expect_equal(dim(nnf_bilinear(torch_ones(0, 2), torch_ones(0, 4), w$float())), c(0, 5))
  expect_error(nnf_bilinear(x1, x2[, 1, ], w), "must have the same dimensions before the last", class = "rushlight_error")
  expect_error(nnf_bilinear(counted(3, 4), counted(4, 4), wave(1, 4, 4)), "their shapes are \\[3, 4\\] and \\[4, 4\\]", class = "rushlight_error")
  expect_error(nnf_bilinear(x1, x1, w), "the last dimensions of `input1` and `input2` must be 2 and 4", class = "rushlight_error")
})
