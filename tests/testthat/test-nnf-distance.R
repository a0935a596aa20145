test_that("distances between rows are norms of their differences", {
  a <- torch_tensor(rbind(c(1, 2, 3), c(4, 5, 6)), dtype = torch_double())
  expect_equal(as.numeric(nnf_pairwise_distance(a, a + 1, eps = 0)), rep(sqrt(3), 2))
  expect_equal(as.numeric(nnf_pairwise_distance(a, a + 2, p = 1, eps = 0)), c(6, 6))
  expect_equal(nnf_pairwise_distance(a, a, keepdim = TRUE)$shape, c(2, 1))
  expect_equal(as.numeric(nnf_pdist(a, p = 1)), 9)
})

test_that("rows are scaled to a norm, and those of zeros stay", {
  x <- torch_tensor(rbind(c(3, 4), c(0.3, 0.4), c(0, 0)), dtype = torch_double())
  expect_equal(as_array(nnf_normalize(x)), rbind(c(0.6, 0.8), c(0.6, 0.8), c(0, 0)))
  expect_equal(as_array(nnf_normalize(x, p = 1, dim = 2)), rbind(c(3, 4), c(3, 4), c(0, 0)) / 7)
  out <- torch_zeros(3, 2, dtype = torch_double())
  nnf_normalize(x, out = out)
  expect_equal(as_array(out), as_array(nnf_normalize(x)))
})

test_that("the cosine of the angle to a vector of zeros is 0", {
  x <- torch_tensor(rbind(c(3, 4), c(0.3, 0.4)))
  expect_equal(as.numeric(nnf_cosine_similarity(x, torch_tensor(rbind(c(4, 3), c(-0.4, 0.3))))), c(0.96, 0), tolerance = 1e-6)
  expect_equal(as.numeric(nnf_cosine_similarity(x, torch_zeros(2, 2))), c(0, 0))
})
