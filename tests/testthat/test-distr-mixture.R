weights <- c(0.3, 0.7)
d <- distr_mixture_same_family(distr_categorical(doubles(weights)), distr_normal(doubles(c(-1, 5)), doubles(c(1, 2))))

test_that("densities and distribution functions are weighted sums", {
  x <- c(-2, 0, 6)
  expect_equal(as_array(d$log_prob(doubles(x))), log(0.3 * dnorm(x, -1, 1) + 0.7 * dnorm(x, 5, 2)))
  expect_equal(as_array(d$cdf(doubles(x))), 0.3 * pnorm(x, -1, 1) + 0.7 * pnorm(x, 5, 2))
  expect_equal(as.numeric(d$log_prob(0)), log(0.3 * dnorm(0, -1, 1) + 0.7 * dnorm(0, 5, 2)))
})

test_that("moments are those of its draws", {
  expect_equal(as.numeric(d$mean), 3.2)
  expect_equal(as.numeric(d$variance), 0.3 * 1 + 0.7 * 4 + 0.3 * (-1 - 3.2)^2 + 0.7 * (5 - 3.2)^2)
  expect_moments(d)
  expect_identical(d$batch_shape, integer())
})

test_that("components may be vectors, and batches of them", {
  components <- distr_multivariate_normal(counted(4, 2, 3), scale_tril = torch_eye(3, dtype = torch_double()))
  mixed <- distr_mixture_same_family(distr_categorical(doubles(weights)), components)
  expect_identical(mixed$batch_shape, 4L)
  expect_identical(mixed$event_shape, 3L)
  expect_identical(mixed$sample(c(5, 6))$shape, c(5L, 6L, 4L, 3L))
  expect_identical(mixed$log_prob(torch_zeros(4, 3, dtype = torch_double()))$shape, 4L)
  expect_equal(as_array(mixed$mean), as_array(counted(4, 2, 3)[, 1] * 0.3 + counted(4, 2, 3)[, 2] * 0.7))
  expect_moments(mixed)
  expect_error(mixed$log_prob(torch_zeros(4, 2)), "`value`")
})

test_that("derivatives are right", {
  expect_derivatives(function(w, loc, scale) {
    distr_mixture_same_family(distr_categorical(logits = w), distr_normal(loc, scale))$log_prob(doubles(c(0, 4)))
  }, c(0.1, 0.4), c(-1, 5), c(1, 2))
})
