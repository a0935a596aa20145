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
