test_that("Jacobians have the dimensions of value and argument, with names", {
  f <- function(x) torch_stack(list(x[1] * x[2], x[1] + x[2], x[2]^2))
  expected <- matrix(c(2, 1, 0, 1, 1, 4), 3, dimnames = list(NULL, c("a", "b")))
  for (mode in c("auto", "forward", "reverse")) expect_identical(jacobian(f, c(a = 1, b = 2), mode = mode), expected)
  expect_identical(jacobian(f)(c(a = 1, b = 2)), expected)
  expect_identical(jacobian(function(x) (x^2)$sum(), c(1, 2)), matrix(c(2, 4), 1))
  m <- matrix(c(1, 2, 3, 4), 2)
  j <- jacobian(function(x) x$t(), m)
  expect_identical(dim(j), rep(2L, 4))
  expect_identical(j[1, 2, , ], matrix(c(0, 1, 0, 0), 2))
  x <- torch_ones(2, 3)
  expect_identical(dim(jacobian(function(x) x$sum(1), x)), c(3L, 2L, 3L))
  expect_identical(dim(jacobian(function(x) x$sum(), x, mode = "forward")), c(2L, 3L))
})

test_that("Jacobians by lists and of lists are lists of blocks", {
  f <- function(p) list(u = p$a * p$b, w = p$b$sum())
  for (mode in c("forward", "reverse")) {
    j <- jacobian(f, list(a = c(1, 2), b = 3), mode = mode)
    expect_identical(j$u$a, diag(3, 2))
    expect_identical(j$u$b, matrix(c(1, 2), 2))
    expect_identical(j$w, list(a = matrix(0, 1, 2), b = matrix(1, 1, 1)))
  }
  g <- function(a, b) a * b
  expect_identical(jacobian(g, c(1, 2), 3, wrt = "b"), matrix(c(1, 2), 2))
  expect_identical(jacobian(function(x) list(x^2, "more"), 3, has_aux = TRUE), list(jacobian = matrix(6), aux = "more"))
})

test_that("Hessians are matrices with names, and the Jacobian of the gradient", {
  rosenbrock <- function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2
  expected <- matrix(c(802, -400, -400, 200), 2, dimnames = rep(list(c("a", "b")), 2))
  expect_equal(hessian(rosenbrock, c(a = 1, b = 1)), expected)
  expect_equal(unname(hessian(rosenbrock)(c(1, 1))), unname(expected))
  expect_equal(jacobian(gradient(rosenbrock), c(1, 1)), unname(expected))
  expect_equal(hvp(rosenbrock, c(a = 1, b = 1), c(2, 1)), c(a = 1204, b = -600))
  expect_equal(hvp(rosenbrock)(torch_tensor(c(1, 1)), torch_tensor(c(2, 1))), torch_tensor(c(1204, -600)))
  f <- function(p) p$a^2 * p$b
  expect_equal(hessian(f, list(a = 2, b = 3)), list(a = list(a = matrix(6), b = matrix(4)), b = list(a = matrix(4), b = matrix(0))))
  g <- function(k, x) k * (x^3)$sum()
  expect_equal(hessian(g, 2, c(1, 2), wrt = "x"), diag(c(12, 24)))
  expect_equal(hessian(g, 2, x = c(1, 2), wrt = c("k", "x"))$k$x, matrix(c(3, 12), 1))
  expect_equal(gradient(function(x) torch_trace(hessian(function(y) (y^4)$sum(), x)), c(1, 2)), c(24, 48))
})

test_that("a Jacobian forward has the same random draws in all columns, and moves the generator as one run", {
  f <- function(x) torch_cat(list(x * torch_rand(1, dtype = torch_double()), x))
  torch_manual_seed(5)
  j <- jacobian(f, c(1, 2))
  after <- torch_rand(1)
  expect_identical(j[1, 1], j[2, 2])
  torch_manual_seed(5)
  expect_identical(jacobian(f, c(1, 2), mode = "reverse"), j)
  expect_equal(torch_rand(1), after)
})

test_that("another mode is refused", {
  expect_error(jacobian(function(x) x, 1, mode = "sideways"), "`mode` must be \"auto\", \"forward\" or \"reverse\"", class = "rushlight_error")
  expect_error(hessian(function(x) x, c(1, 2)), "must be one number", class = "rushlight_error")
  expect_error(hvp(function(x) x$sum(), c(1, 2), 1), "form of x", class = "rushlight_error")
})
