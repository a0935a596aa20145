double <- function(x) torch_tensor(x, dtype = torch_double())
values <- function(x) as.vector(as_array(x$to(dtype = torch_double())))

test_that("special functions agree with R's", {
  x <- c(-1.7, -0.5, 0.1, 0.5, 1, 2.5, 20)
  expect_equal(values(torch_digamma(double(x))), digamma(x), tolerance = 1e-12)
  expect_equal(values(torch_polygamma(1, double(x))), trigamma(x), tolerance = 1e-12)
  expect_equal(values(torch_polygamma(3, double(x[3:7]))), psigamma(x[3:7], 3), tolerance = 1e-10)
  expect_equal(values(torch_i0(double(c(x, 50)))), besselI(abs(c(x, 50)), 0), tolerance = 1e-13)
  expect_equal(values(torch_erfinv(double(c(-0.999, 0.3)))), qnorm((c(-0.999, 0.3) + 1) / 2) / sqrt(2), tolerance = 1e-13)
  near_1 <- 1 - 2^-40
  expect_equal(values(torch_erfinv(double(near_1))), -qnorm((1 - near_1) / 2) / sqrt(2), tolerance = 1e-13)
  expect_equal(values(torch_erf(torch_erfinv(double(c(-0.9, 0.1, 0.7))))), c(-0.9, 0.1, 0.7), tolerance = 1e-14)
  expect_equal(values(torch_logit(double(c(0.1, 0.5, 0.9)))), qlogis(c(0.1, 0.5, 0.9)), tolerance = 1e-14)
  expect_equal(values(torch_logit(double(c(0, 1)), eps = 0.1)), qlogis(c(0.1, 0.9)), tolerance = 1e-14)
})

test_that("incomplete gamma functions agree with R's for small and large arguments", {
  cases <- expand.grid(a = c(1e-3, 0.5, 3, 40, 5000, 2e5), x = c(1e-4, 0.7, 1.5, 35, 5100, 2.001e5))
  expect_equal(values(double(cases$a)$igamma(double(cases$x))), pgamma(cases$x, cases$a), tolerance = 1e-9)
  expect_equal(values(double(cases$a)$igammac(double(cases$x))), pgamma(cases$x, cases$a, lower.tail = FALSE), tolerance = 1e-9)
  expect_error(torch_tensor(1, requires_grad = TRUE)$igamma(2), "derivative")
})

test_that("poles and edges are as they should be", {
  expect_equal(values(torch_digamma(double(c(0, -1)))), c(-Inf, NaN))
  expect_equal(values(torch_lgamma(double(c(0, -1)))), c(Inf, Inf))
  expect_equal(values(torch_erfinv(double(c(-1, 1, 1.1)))), c(-Inf, Inf, NaN))
  expect_equal(values(double(0)$sinc()), 1)
})

test_that("the multivariate gamma function is a sum of gamma functions", {
  x <- c(2.5, 4)
  expect_equal(values(torch_mvlgamma(double(x), 3)), 1.5 * log(pi) + lgamma(x) + lgamma(x - 0.5) + lgamma(x - 1), tolerance = 1e-13)
  expect_error(torch_mvlgamma(double(x), 0), "p")
  expect_error(torch_polygamma(-1, double(x)), "order")
})

test_that("igamma() of a tiny order is 1", {
  tiny <- torch_tensor(2^-1022, dtype = torch_double())
  expect_equal(tiny$igamma(tiny)$item(), 1, tolerance = 1e-15)
  a <- c(1e-10, 0.3, 2, 17)
  expect_equal(as.numeric(torch_tensor(a, dtype = torch_double())$igamma(torch_tensor(a, dtype = torch_double()))), pgamma(a, a), tolerance = 1e-13)
})
