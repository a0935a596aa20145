loc <- c(1, -1, 0.5)
factor <- rbind(c(1, 0, 0), c(0.5, 2, 0), c(-0.3, 0.2, 0.7))
covariance <- factor %*% t(factor)
as_matrix <- function(x) doubles(x, dim(x))
given <- list(
  covariance_matrix = distr_multivariate_normal(doubles(loc), as_matrix(covariance)),
  precision_matrix = distr_multivariate_normal(doubles(loc), precision_matrix = as_matrix(solve(covariance))),
  scale_tril = distr_multivariate_normal(doubles(loc), scale_tril = as_matrix(factor))
)
log_density <- function(x) {
  -0.5 * (3 * log(2 * pi) + log(det(covariance)) + mahalanobis(x, loc, covariance))
}

test_that("densities, entropy and matrices agree, whichever matrix was given", {
  x <- rbind(c(0, 0, 0), c(1, -1, 0.5), c(2, 3, -1))
  for (d in given) {
    expect_equal(as_array(d$log_prob(as_matrix(x))), log_density(x))
    expect_equal(as_array(d$scale_tril), factor)
    expect_equal(as_array(d$covariance_matrix), covariance)
    expect_equal(as_array(d$precision_matrix), solve(covariance))
    expect_equal(as.numeric(d$entropy()), 1.5 * log(2 * pi * exp(1)) + 0.5 * log(det(covariance)))
    expect_equal(as_array(d$mean), loc)
    expect_equal(as_array(d$variance), diag(covariance))
  }
})

test_that("draws have its mean and covariance", {
  local_torch_manual_seed(5)
  x <- as_array(given$covariance_matrix$sample(20000))
  expect_equal(colMeans(x), loc, tolerance = 0.05)
  expect_equal(cov(x), covariance, tolerance = 0.05)
  expect_moments(given$scale_tril)
})

test_that("batches of matrices, of means and of values broadcast", {
  factors <- torch_stack(list(as_matrix(factor), as_matrix(2 * factor)))
  d <- distr_multivariate_normal(doubles(loc), scale_tril = factors)
  x <- wave(4, 2, 3)
  expect_identical(d$log_prob(x)$shape, c(4L, 2L))
  one <- distr_multivariate_normal(doubles(loc), scale_tril = factors[2])
  expect_equal(as_array(d$log_prob(x)[, 2]), as_array(one$log_prob(x[, 2])))
  expect_equal(as_array(d$log_prob(doubles(loc))), as_array(d$log_prob(doubles(loc)$expand(c(1, 2, 3)))[1]))
  expect_equal(as_array(d$entropy())[2], as.numeric(one$entropy()))
  expect_identical(d$log_prob(torch_zeros(0, 2, 3, dtype = torch_double()))$shape, c(0L, 2L))
  expect_identical(d$precision_matrix$shape, c(2L, 3L, 3L))
})

test_that("derivatives are right", {
  x <- as_matrix(rbind(c(0, 0, 0), c(2, 3, -1)))
  spread <- function(b) torch_matmul(b, b$t()) + torch_eye(3, dtype = torch_double())
  expect_derivatives(function(m, b) distr_multivariate_normal(m, spread(b))$log_prob(x), loc, factor)
  expect_derivatives(function(m, b) distr_multivariate_normal(m, precision_matrix = spread(b))$log_prob(x), loc, factor)
  expect_derivatives(function(m, b) {
    with_torch_manual_seed(distr_multivariate_normal(m, spread(b))$rsample(2), seed = 1)
  }, loc, factor)
  expect_derivatives(function(b) distr_multivariate_normal(doubles(loc), spread(b))$entropy(), factor)
})
