loc <- c(-1, 0.5, 2)
scale <- c(0.5, 1, 3)
d <- distr_normal(doubles(loc), doubles(scale))

test_that("densities, distribution functions and quantiles are those of R", {
  x <- c(-2, 0.3, 9)
  expect_equal(as_array(d$log_prob(doubles(x))), dnorm(x, loc, scale, log = TRUE))
  expect_equal(as_array(d$cdf(doubles(x))), pnorm(x, loc, scale))
  p <- c(0.001, 0.5, 0.99)
  expect_equal(as_array(d$icdf(doubles(p))), qnorm(p, loc, scale))
  expect_equal(as_array(d$icdf(d$cdf(doubles(x)))), x)
})

test_that("moments are those of its draws", {
  expect_equal(as_array(d$mean), loc)
  expect_equal(as_array(d$variance), scale^2)
  expect_equal(as_array(d$stddev), scale)
  expect_equal(as_array(d$entropy()), 0.5 * log(2 * pi * exp(1) * scale^2))
  expect_equal(as_array(d$perplexity()), sqrt(2 * pi * exp(1)) * scale)
  expect_moments(d)
  local_torch_manual_seed(1)
  expect_gt(ks.test(as.numeric(distr_normal(doubles(2), 3)$sample(2000)), "pnorm", 2, 3)$p.value, 0.001)
})

test_that("derivatives by parameters and values are right", {
  expect_derivatives(function(loc, scale, x) distr_normal(loc, scale)$log_prob(x), loc, scale, c(0.1, 0.2, 0.3))
  expect_derivatives(function(loc, scale, x) distr_normal(loc, scale)$cdf(x), loc, scale, c(0.1, 0.2, 0.3))
  expect_derivatives(function(loc, scale, p) distr_normal(loc, scale)$icdf(p), loc, scale, c(0.1, 0.2, 0.9))
  expect_derivatives(function(loc, scale) with_torch_manual_seed(distr_normal(loc, scale)$rsample(2), seed = 1), loc, scale)
  w <- torch_tensor(1, requires_grad = TRUE)
  expect_true(distr_normal(w, 1)$rsample()$requires_grad)
  expect_false(distr_normal(w, 1)$sample()$requires_grad)
})
