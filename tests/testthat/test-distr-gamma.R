concentration <- c(0.3, 1, 2.5, 40)
rate <- c(2, 0.5, 1, 10)
d <- distr_gamma(doubles(concentration), doubles(rate))

test_that("densities and distribution functions are those of R", {
  x <- c(0.05, 1, 4, 3.7)
  expect_equal(as_array(d$log_prob(doubles(x))), dgamma(x, concentration, rate, log = TRUE))
  expect_equal(as_array(d$cdf(doubles(x))), pgamma(x, concentration, rate))
  df <- c(1, 2, 7, 30)
  chi2 <- distr_chi2(doubles(df))
  expect_equal(as_array(chi2$log_prob(doubles(x))), dchisq(x, df, log = TRUE))
  expect_equal(as_array(chi2$cdf(doubles(x))), pchisq(x, df))
  expect_equal(as_array(chi2$mean), df)
  expect_equal(as_array(chi2$variance), 2 * df)
  expect_equal(as_array(chi2$df), df)
})

test_that("moments are those of its draws", {
  expect_equal(as_array(d$mean), concentration / rate)
  expect_equal(as_array(d$variance), concentration / rate^2)
  entropy <- function(a, r) integrate(function(x) -dgamma(x, a, r) * dgamma(x, a, r, log = TRUE), 0, Inf)$value
  expect_equal(as_array(d$entropy())[2:3], mapply(entropy, concentration, rate)[2:3], tolerance = 1e-4)
  expect_moments(d)
  expect_moments(distr_chi2(doubles(c(1, 8))))
  local_torch_manual_seed(4)
  for (k in 1:4) {
    x <- as.numeric(distr_gamma(doubles(concentration[k]), rate[k])$sample(2000))
    expect_gt(ks.test(x, "pgamma", concentration[k], rate[k])$p.value, 0.001)
  }
})

test_that("draws are never 0, however small the concentration", {
  local_torch_manual_seed(1)
  x <- distr_gamma(torch_full(1000, 1e-3), 1)$sample()
  expect_true(as.logical((x > 0)$all()))
  expect_true(all(is.finite(as_array(distr_gamma(1e-3, 1)$log_prob(x)))))
})

# At a fixed probability the quantile moves by -(dP/da) / density, which differences of pgamma() give.
test_that("a draw grows with its concentration as the quantile does", {
  for (a in c(0.1, 0.5, 1, 3, 10, 100, 5000)) for (p in c(0.01, 0.3, 0.7, 0.99)) {
    x <- qgamma(p, a)
    h <- min(a * 1e-4, 0.01)
    expected <- -(pgamma(x, a + h) - pgamma(x, a - h)) / (2 * h) / dgamma(x, a)
    expect_equal(as.numeric(.Call(ffi_gamma_slope, doubles(a), doubles(x))), expected, tolerance = 1e-5, info = paste(a, p))
  }
  a <- 2e5
  slope <- as.numeric(.Call(ffi_gamma_slope, doubles(a), doubles(qgamma(0.2, a))))
  expect_equal(slope, (qgamma(0.2, a + 10) - qgamma(0.2, a - 10)) / 20, tolerance = 1e-7)
})

test_that("the far tails have derivatives without cancellation", {
  x <- doubles(c(1e-10, 30, 100))
  slope <- as.numeric(.Call(ffi_gamma_slope, doubles(c(2, 2, 5)), x))
  expect_equal(slope[2:3], c(3.11210313940778, 3.2375351046891), tolerance = 1e-12) # by differences in 40 digits
  expect_equal(slope[1], 1e-10 / 2 * (digamma(3) - log(1e-10)), tolerance = 1e-6)
})

test_that("derivatives are right", {
  expect_derivatives(function(a, r, x) distr_gamma(a, r)$log_prob(x), concentration, rate, c(0.05, 1, 4, 3.7))
  expect_derivatives(function(a, r) distr_gamma(a, r)$entropy(), concentration, rate)
  expect_derivatives(function(r) distr_gamma(doubles(concentration), r)$cdf(doubles(c(0.05, 1, 4, 3.7))), rate)
  expect_derivatives(function(df) distr_chi2(df)$log_prob(doubles(c(0.05, 1, 4, 3.7))), c(1, 2, 7, 30))
  expect_derivatives(function(r) with_torch_manual_seed(distr_gamma(doubles(concentration), r)$rsample(3), seed = 1), rate)
  a <- torch_tensor(3, dtype = torch_double(), requires_grad = TRUE)
  local_torch_manual_seed(2)
  distr_gamma(a, 1)$rsample(20000)$square()$mean()$backward() # of a (a + 1)
  expect_equal(as.numeric(a$grad), 7, tolerance = 0.03)
  expect_error(distr_gamma(a, 1)$cdf(2), "derivative", class = "rushlight_error")
})

test_that("a second derivative by the concentration is refused, not wrong", {
  a <- torch_tensor(3, dtype = torch_double(), requires_grad = TRUE)
  expect_error({
    slope <- autograd_grad(distr_gamma(a, 1)$rsample(), a, create_graph = TRUE)[[1]]
    autograd_grad(slope, a)
  }, "no second derivative", class = "rushlight_error")
})
