double <- function(x) torch_tensor(x, dtype = torch_double())
m <- rbind(c(1, -2, 0), c(3, 4, -1))

test_that("norms agree with R", {
  for (p in c(0.5, 1, 1.5, 2, 3, 7)) {
    expect_equal(torch_norm(double(m), p)$item(), sum(abs(m)^p)^(1 / p))
    expect_equal(as.numeric(linalg_vector_norm(double(m), p, dim = 2)), apply(m, 1, function(v) sum(abs(v)^p)^(1 / p)))
  }
  expect_equal(torch_norm(double(m), Inf)$item(), 4)
  expect_equal(torch_norm(double(m), -Inf)$item(), 0)
  expect_equal(torch_norm(double(m), 0)$item(), 5)
  expect_equal(linalg_matrix_norm(double(m), 1)$item(), norm(m, "O"))
  expect_equal(linalg_matrix_norm(double(m), Inf)$item(), norm(m, "I"))
  expect_equal(linalg_matrix_norm(double(m))$item(), norm(m, "F"))
  expect_equal(linalg_matrix_norm(double(m), -1)$item(), min(colSums(abs(m))))
  expect_equal(linalg_norm(double(m))$item(), norm(m, "F"))
  expect_equal(linalg_norm(double(m), 1)$item(), norm(m, "O"))
  expect_equal(linalg_norm(double(1:3), 3)$item(), 36^(1 / 3))
  expect_equal(linalg_matrix_norm(torch_ones(2, 3, 4), 1, dim = c(1, 3), keepdim = TRUE)$shape, c(1, 3, 1))
})

test_that("the gradient of a norm is 0 where the norm is", {
  for (p in c(1.5, 2, 3)) {
    x <- torch_zeros(3, requires_grad = TRUE)
    expect_equal(as.numeric(autograd_grad(torch_norm(x, p), x)[[1]]), c(0, 0, 0))
  }
  x <- double(c(1, -3, 3))$requires_grad_()
  expect_equal(as.numeric(autograd_grad(torch_norm(x, Inf), x)[[1]]), c(0, -0.5, 0.5))
})

test_that("what is not floating has no norm", {
  expect_error(torch_norm(torch_tensor(1:3)), "floating")
  expect_error(linalg_matrix_norm(torch_ones(2, 2), 5), "ord")
  expect_error(linalg_norm(torch_ones(2, 2, 2), 2), "dim")
})

test_that("distances agree with R", {
  a <- double(m)
  points <- t(m)
  expect_equal(as.numeric(torch_pdist(a$t())), as.vector(dist(points)))
  expect_equal(as_array(torch_cdist(a$t(), a$t())), unname(as.matrix(dist(points))), ignore_attr = TRUE)
  expect_equal(as_array(torch_cdist(a$t(), a$t(), p = 1)), unname(as.matrix(dist(points, "manhattan"))), ignore_attr = TRUE)
  expect_equal(torch_dist(a, a * 2)$item(), norm(m, "F"))
})

test_that("vectors are scaled to a norm", {
  x <- double(rbind(c(3, 4), c(0.3, 0.4)))
  expect_equal(as_array(torch_renorm(x, 2, 1, 1)), rbind(c(0.6, 0.8), c(0.3, 0.4)), tolerance = 1e-6)
  expect_equal(as.numeric(torch_cosine_similarity(x, x * 2)), c(1, 1))
})

test_that("cosine similarity promotes", {
  expect_equal(torch_cosine_similarity(torch_tensor(c(3, 4)), torch_tensor(c(3L, 4L)), dim = 1)$item(), 1)
})

test_that("points without coordinates lie at distance 0", {
  for (p in c(0, 1, 2, 3, Inf)) {
    expect_equal(as_array(torch_cdist(torch_zeros(2, 0), torch_zeros(3, 0), p = p)), matrix(0, 2, 3))
    expect_equal(as.numeric(torch_pdist(torch_zeros(3, 0), p = p)), c(0, 0, 0))
  }
})

test_that("renorm() refuses a dimension that is not there", {
  expect_error(torch_renorm(torch_zeros(2, 0), 2, 3, 1), "dim", class = "rushlight_error")
})

test_that("norms of matrices of integers ask for a floating dtype, whichever the order", {
  x <- torch_tensor(matrix(1:4, 2))
  for (ord in list("fro", "nuc", 1, 2, Inf)) {
    expect_error(linalg_matrix_norm(x, ord), "`A` is .*Long.*`dtype = torch_float\\(\\)`", class = "rushlight_error")
    expect_equal(as.numeric(linalg_matrix_norm(x, ord, dtype = torch_double())), as.numeric(linalg_matrix_norm(x$to(dtype = torch_double()), ord)))
  }
})
