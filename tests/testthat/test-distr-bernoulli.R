p <- c(0.1, 0.5, 0.8)
d <- distr_bernoulli(doubles(p))

test_that("probabilities are those of R, from either parameter", {
  x <- c(0, 1, 1)
  expect_equal(as_array(d$log_prob(doubles(x))), dbinom(x, 1, p, log = TRUE))
  by_logits <- distr_bernoulli(logits = doubles(qlogis(p)))
  expect_equal(as_array(by_logits$log_prob(doubles(x))), dbinom(x, 1, p, log = TRUE))
  expect_equal(as_array(by_logits$probs), p)
  expect_equal(as_array(d$logits), qlogis(p))
  expect_equal(as_array(d$log_prob(torch_tensor(TRUE))), log(p))
})

test_that("moments are those of its draws", {
  expect_equal(as_array(d$mean), p)
  expect_equal(as_array(d$variance), p * (1 - p))
  expect_equal(as_array(d$entropy()), -p * log(p) - (1 - p) * log(1 - p))
  expect_moments(d)
})

test_that("certain outcomes have finite logarithms", {
  certain <- distr_bernoulli(doubles(c(0, 1)))
  expect_equal(as_array(certain$log_prob(doubles(c(0, 1)))), c(0, 0))
  expect_equal(as_array(certain$entropy()), c(0, 0), tolerance = 1e-12)
  expect_true(all(as_array(certain$sample(100)$mean(1)) == c(0, 1)))
})

test_that("all values are enumerated, along a new first dimension", {
  expect_equal(as_array(d$enumerate_support()), rbind(c(0, 0, 0), c(1, 1, 1)))
  expect_identical(d$enumerate_support(expand = FALSE)$shape, c(2L, 1L))
  expect_equal(as_array(d$log_prob(d$enumerate_support())$exp()$sum(1)), c(1, 1, 1))
})

test_that("derivatives are right", {
  expect_derivatives(function(p) distr_bernoulli(p)$log_prob(doubles(c(0, 1, 1))), p)
  expect_derivatives(function(z) distr_bernoulli(logits = z)$log_prob(doubles(c(0, 1, 1))), qlogis(p))
  expect_derivatives(function(p) distr_bernoulli(p)$entropy(), p)
})
