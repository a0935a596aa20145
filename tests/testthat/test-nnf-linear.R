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
