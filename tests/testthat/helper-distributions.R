# Draws of a distribution of doubles have the mean and the variance that it says, within five standard errors of the mean.
expect_moments <- function(d, n = 20000L) {
  local_torch_manual_seed(3)
  x <- d$sample(n)
  expect_identical(x$shape, c(n, d$batch_shape, d$event_shape))
  expect_false(x$requires_grad)
  errors <- 5 * as.numeric(d$stddev) / sqrt(n)
  expect_true(all(abs(as.numeric(x$mean(1L)) - as.numeric(d$mean)) < errors))
  expect_equal(as.numeric(x$var(1L)), as.numeric(d$variance), tolerance = 0.1)
}

# A function of parameters has the derivatives that differences show, up to the order.
expect_derivatives <- function(f, ..., order = 2) {
  inputs <- lapply(list(...), function(x) torch_tensor(x, dtype = torch_double(), requires_grad = TRUE))
  expect_true(gradcheck(f, inputs, order = order))
}
