rate <- c(0.5, 3, 30)
d <- distr_poisson(doubles(rate))

test_that("probabilities are those of R", {
  x <- c(0, 4, 25)
  expect_equal(as_array(d$log_prob(doubles(x))), dpois(x, rate, log = TRUE))
  expect_equal(as.numeric(distr_poisson(0)$log_prob(0)), 0)
  expect_equal(as.numeric(distr_poisson(0)$log_prob(1)), -Inf)
  expect_equal(as_array(d$log_prob(torch_tensor(2L))), dpois(2, rate, log = TRUE), tolerance = 1e-6)
})

test_that("moments are those of its draws", {
  expect_equal(as_array(d$mean), rate)
  expect_equal(as_array(d$variance), rate)
  expect_equal(as_array(d$stddev), sqrt(rate))
  expect_moments(d)
})

test_that("derivatives are right", expect_derivatives(function(r) distr_poisson(r)$log_prob(doubles(c(0, 4, 25))), rate))
