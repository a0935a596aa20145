weights <- rbind(c(1, 2, 5), c(3, 3, 2))
d <- distr_categorical(doubles(weights, 2, 3))

test_that("weights become probabilities, from either parameter", {
  expect_equal(as_array(d$probs), weights / 8)
  expect_equal(as_array(d$logits), log(weights / 8))
  by_logits <- distr_categorical(logits = doubles(log(weights), 2, 3))
  expect_equal(as_array(by_logits$probs), weights / 8)
  expect_equal(as_array(by_logits$logits), log(weights / 8))
})

test_that("log_prob() takes categories counted from 1, and broadcasts them", {
  expect_equal(as_array(d$log_prob(torch_tensor(c(3L, 1L)))), log(c(5, 3) / 8))
  expect_equal(as_array(d$log_prob(2)), log(c(2, 3) / 8))
  expect_equal(as_array(d$log_prob(d$enumerate_support())), t(log(weights / 8)))
  expect_identical(d$enumerate_support(FALSE)$shape, c(3L, 1L))
})

test_that("draws come as often as their probabilities say", {
  local_torch_manual_seed(3)
  x <- as_array(d$sample(10000))
  expect_identical(dim(x), c(10000L, 2L))
  for (k in 1:2) expect_gt(chisq.test(tabulate(x[, k], 3), p = weights[k, ] / 8)$p.value, 0.001)
  expect_identical(d$sample(c(2, 3))$shape, c(2L, 3L, 2L))
  never <- distr_categorical(c(0, 1, 0))
  expect_true(all(as_array(never$sample(50)) == 2))
})

test_that("the entropy counts what has no probability as 0", {
  entropy <- function(p) -sum(ifelse(p > 0, p * log(p), 0))
  expect_equal(as_array(d$entropy()), apply(weights / 8, 1, entropy))
  expect_equal(as.numeric(distr_categorical(doubles(c(0, 1, 1)))$entropy()), log(2))
  expect_equal(as.numeric(distr_categorical(logits = doubles(c(-Inf, 0, 0)))$entropy()), log(2))
  expect_true(all(is.nan(as_array(d$mean))))
  expect_true(all(is.nan(as_array(d$variance))))
})

test_that("derivatives are right", {
  k <- torch_tensor(c(3L, 1L))
  expect_derivatives(function(w) distr_categorical(w)$log_prob(k), weights)
  expect_derivatives(function(z) distr_categorical(logits = z)$log_prob(k), log(weights))
  expect_derivatives(function(w) distr_categorical(w)$entropy(), weights)
})
