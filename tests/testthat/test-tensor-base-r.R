refused <- function(code, text) expect_error(code, text, class = "rushlight_error")
leaf <- function(x) torch_tensor(x, dtype = torch_double(), requires_grad = TRUE)
a <- rbind(c(4, 1, 0.5), c(1, 3, 0.2), c(0.5, 0.2, 2))
v <- c(3, 1, 4, 1.5, 9)

# What base R gives, as a tensor with a graph through which the gradient passes.
agrees <- function(f, x, order = 1) {
  made <- f(leaf(x))
  expect_true(inherits(made, "torch_tensor") && made$requires_grad)
  expected <- f(x)
  expect_equal(as.numeric(made), as.numeric(expected))
  expect_equal(dim(made), if (is.null(dim(expected)) && length(expected) > 1) length(expected) else dim(expected) %||% dim(made))
  expect_true(isTRUE(gradcheck(f, list(leaf(x)), order = order)))
}
`%||%` <- function(x, y) if (is.null(x)) y else x

test_that("methods give what base R gives, and keep the graph", {
  agrees(function(x) chol((x + t(x)) / 2), a)
  agrees(scale, a)
  agrees(scale, matrix(v))
  agrees(function(x) scale(x, center = FALSE), a)
  agrees(function(x) scale(x, scale = FALSE), a)
  agrees(function(x) scale(x, center = c(1, 2, 3), scale = c(2, 2, 4)), a)
  agrees(median, v)
  agrees(median, v[-1])
  agrees(function(x) quantile(x, c(0.1, 0.5, 0.8)), v)
  agrees(diff, v)
  agrees(diff, a)
  agrees(function(x) diff(x, lag = 2), v)
  agrees(function(x) diff(x, differences = 2), v)
  agrees(sort, v)
  agrees(function(x) sort(x, decreasing = TRUE), matrix(c(v, 7), 2))
  agrees(function(x) determinant(x)$modulus, a)
  agrees(function(x) determinant(x, logarithm = FALSE)$modulus, a)
})

test_that("scale() tells what it took away, as base R does", {
  scaled <- scale(leaf(a))
  expect_equal(as_array(attr(scaled, "scaled:center")), colMeans(a))
  expect_equal(as_array(attr(scaled, "scaled:scale")), apply(a, 2, sd))
  expect_equal(scale(torch_tensor(1:4))$shape, c(4L, 1L))
  refused(scale(leaf(a), center = 1:2), "`center` must be TRUE, FALSE or 3 numbers")
  refused(scale(torch_ones(2, 2, 2)), "3 dimensions")
})

test_that("missing values are treated as by base R, with NaN for NA", {
  x <- torch_tensor(c(3, NaN, 1))
  expect_equal(as_array(sort(x)), c(1, 3))
  expect_equal(as_array(sort(x, na.last = TRUE)), c(1, 3, NaN))
  expect_equal(as_array(sort(x, na.last = FALSE)), c(NaN, 1, 3))
  expect_equal(median(x)$item(), NaN)
  expect_equal(median(x, na.rm = TRUE)$item(), 2)
  expect_equal(median(torch_tensor(1:4))$item(), 2.5)
  expect_equal(as_array(sort(torch_tensor(c(3L, 1L)))), c(1L, 3L))
})

test_that("differences of too few elements are none", {
  expect_equal(diff(torch_ones(1))$shape, 0L)
  expect_equal(diff(torch_ones(3), lag = 5)$shape, 0L)
  expect_equal(diff(torch_ones(0, 2))$shape, c(0L, 2L))
  refused(diff(torch_ones(3), lag = 0), "`lag`")
})

test_that("determinant() gives modulus and sign; det() and qr() name what keeps the graph", {
  d <- determinant(torch_tensor(rbind(c(0, 1), c(2, 0))))
  expect_s3_class(d, "det")
  expect_equal(d$sign$item(), -1)
  expect_equal(d$modulus$item(), log(2), tolerance = 1e-6)
  expect_true(attr(d$modulus, "logarithm"))
  refused(det(leaf(a)), "torch_det")
  refused(qr(leaf(a)), "linalg_qr")
  expect_equal(qr.R(qr(torch_tensor(a, dtype = torch_double()))), qr.R(qr(a)))
  refused(chol(leaf(a), pivot = TRUE), "`pivot`")
  refused(sort(leaf(v), descending = TRUE), "`descending`.*`decreasing`")
})

test_that("gamma, the functions of multiples of pi and signif give what base R gives, with their derivatives", {
  v <- c(-2.5, -1.25, -0.5, 0.5, 1, 1.5, 2, 4.75, 6)
  w <- c(v, 0, -1, -2, 7, 0.25)
  for (dtype in list(torch_float(), torch_double())) {
    tolerance <- if (dtype == torch_double()) 1e-12 else 2e-6
    expect_equal(as.numeric(gamma(torch_tensor(v, dtype = dtype))), gamma(v), tolerance = tolerance)
    expect_equal(as.numeric(cospi(torch_tensor(w, dtype = dtype))), cospi(w), tolerance = tolerance)
    expect_equal(as.numeric(sinpi(torch_tensor(w, dtype = dtype))), sinpi(w), tolerance = tolerance)
    expect_equal(as.numeric(tanpi(torch_tensor(c(-1, 0.25, 3), dtype = dtype))), tanpi(c(-1, 0.25, 3)), tolerance = tolerance)
  }
  expect_identical(as.numeric(cospi(torch_tensor(c(0.5, 1.5, -2.5)))), c(0, 0, 0))
  expect_identical(as.numeric(sinpi(torch_tensor(c(1, 2, -3)))), c(0, 0, 0))
  expect_true(all(is.nan(as.numeric(gamma(torch_tensor(c(0, -1, -2, NaN)))))))
  expect_equal(as.numeric(gamma(torch_tensor(1:5))), c(1, 1, 2, 6, 24), tolerance = 1e-6)
  for (f in list(gamma, cospi, sinpi)) {
    x <- torch_tensor(v, dtype = torch_double(), requires_grad = TRUE)
    f(x)$sum()$backward()
    step <- 1e-5
    expect_equal(as.numeric(x$grad), (f(v + step) - f(v - step)) / (2 * step), tolerance = 1e-7)
  }

  s <- c(123456.789, -0.00123456, 0, Inf, -Inf, NaN, 1e300, 9.99e-300, 0.99)
  for (digits in c(1, 3, 6, 0)) {
    expect_equal(as.numeric(signif(torch_tensor(s, dtype = torch_double()), digits)), signif(s, digits), tolerance = 1e-14)
  }
  expect_identical(as.numeric(signif(torch_tensor(c(1234L, -56789L)), 2)), c(1200, -57000))
  expect_error(signif(torch_ones(2), NA), "`digits`", class = "rushlight_error")
})
