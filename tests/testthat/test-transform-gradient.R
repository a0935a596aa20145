rosenbrock <- function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2
central <- function(f, x, eps = 1e-5) {
  vapply(seq_along(x), function(k) {
    step <- replace(numeric(length(x)), k, eps)
    (f(x + step) - f(x - step)) / (2 * eps)
  }, 0)
}
error_of <- function(code) conditionMessage(expect_error(code, class = "rushlight_error"))

test_that("a gradient is formed as its argument is", {
  expect_equal(gradient(rosenbrock, c(a = -1.2, b = 1)), c(a = -215.6, b = -88))
  expect_identical(gradient(rosenbrock)(c(-1.2, 1)), gradient(rosenbrock, c(-1.2, 1)))
  m <- matrix(1:4, 2, dimnames = list(c("r", "s"), NULL))
  expect_equal(gradient(function(x) (x^2)$sum(), m), 2 * m)
  x <- torch_tensor(c(1, 2))
  g <- gradient(function(x) (x^3)$sum(), x)
  expect_s3_class(g, "torch_tensor")
  expect_false(g$requires_grad)
  expect_equal(as_array(g), c(3, 12))
  expect_false(x$requires_grad)
  p <- list(a = c(u = 1, v = 2), inner = list(b = 3), label = "text", none = NULL)
  expect_identical(
    gradient(function(p) (p$a * p$inner$b)$sum(), p), list(a = c(u = 3, v = 3), inner = list(b = 3), label = NULL, none = NULL)
  )
  expect_identical(gradient(function(x) torch_ones(1, dtype = torch_double()), c(1, 2)), c(0, 0))
})

test_that("gradients agree with central differences", {
  x <- c(0.4, -0.7, 1.3)
  y <- c(1.2, 0.1, -0.3)
  loglik <- function(beta) {
    eta <- torch_tensor(x, dtype = torch_double()) * beta[1] + beta[2]
    (torch_tensor(y, dtype = torch_double()) * eta - torch_log1p(eta$exp()))$sum()
  }
  in_r <- function(beta) sum(y * (x * beta[1] + beta[2]) - log1p(exp(x * beta[1] + beta[2])))
  expect_equal(gradient(loglik, c(0.3, -0.2)), central(in_r, c(0.3, -0.2)), tolerance = 1e-8)
})

test_that("`wrt` chooses arguments by name or number, and has_aux passes something on", {
  f <- function(a, b, times = 1) (a * b * times)$sum()
  expect_identical(gradient(f, 2, 3), 3)
  expect_identical(gradient(f, 2, 3, wrt = "b"), 2)
  expect_identical(gradient(f, 2, 3, argnums = 2), 2)
  expect_identical(gradient(f, b = 3, a = 2, wrt = 1), 3)
  expect_identical(gradient(f, 2, 3, times = 10, wrt = c("b", "a")), list(b = 20, a = 30))
  expect_identical(gradient(f, 2, 3, wrt = c(1, 2)), list(a = 3, b = 2))
  with_more <- function(x) list((x^2)$sum(), "more")
  expect_identical(gradient(with_more, c(1, 2), has_aux = TRUE), list(gradient = c(2, 4), aux = "more"))
  expect_identical(value_and_gradient(with_more, c(1, 2), has_aux = TRUE), list(value = 5, gradient = c(2, 4), aux = "more"))
  expect_equal(value_and_gradient(rosenbrock)(c(-1.2, 1))$value, 24.2)
})

test_that("transforms nest, and what an outer one follows stays a tensor", {
  expect_equal(gradient(gradient(function(x) x^4))(2), 48)
  expect_equal(gradient(gradient(gradient(function(x) x^4)))(2), 48)
  expect_equal(gradient(function(t) gradient(function(x) t * x^2, 3), 2), 6)
  # no derivative of the one variable reaches the other
  expect_equal(gradient(function(x) x * gradient(function(y) x * y, 1), 3), 6)
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  penalty <- gradient(function(x) (w * x^2)$sum(), torch_tensor(c(3, 4)))$square()$sum()
  penalty$backward()
  expect_equal(as_array(w$grad), c(2 * 36, 2 * 2 * 64))
  g <- with_no_grad(gradient(function(x) (w * x^2)$sum(), torch_tensor(c(3, 4))))
  expect_false(g$requires_grad)
  expect_equal(as_array(g), c(6, 16))
})

test_that("vjp() multiplies from the left", {
  f <- function(x) list(sum = x$sum(), square = x^2)
  expect_identical(vjp(f, c(a = 1, b = 2), list(1, c(10, 100))), c(a = 21, b = 401))
  expect_identical(vjp(function(x, k) x * k, c(1, 2), c(1, 1), 5), c(5, 5))
  expect_identical(vjp(function(x) x^2)(c(1, 2), c(1, 10)), c(2, 40))
})

test_that("what cannot be differentiated is refused in the user's terms", {
  expect_match(error_of(gradient(function(x) x * 2, c(1, 2))), "must be one number.*tensor of shape \\[2\\].*jacobian")
  expect_match(error_of(gradient(function(x) sum(as.numeric(x$detach())), c(1, 2))), "returned a double vector of length 1: numbers of R have no derivative")
  expect_match(error_of(gradient(function(x) "text", 1)), "character vector of length 1")
  expect_match(error_of(gradient(rosenbrock, c(1, 2), wrt = "y")), "`y` is none of `x`")
  expect_match(error_of(gradient(rosenbrock, c(1, 2), wrt = 2)), "from 1 to 1")
  expect_match(error_of(gradient(rosenbrock, c(1, 2), wrt = 1, argnums = 1)), "give one")
  expect_match(error_of(gradient(rosenbrock, "a")), "`x` is a character vector")
  expect_match(error_of(gradient("f")), "`f` must be a function")
  expect_match(error_of(gradient(function(p) p$s$sqrt()$sum(), list(s = c(1, -2)))), "NaN by element 2 of `p\\$s`, which is -2; the value of f is NaN")
  expect_match(error_of(gradient(rosenbrock, c(1, 2), has_aux = TRUE)), "list of two")
  expect_match(error_of(vjp(function(x) x, c(1, 2), 1)), "`v` must be of the form of the value of f.*shape \\[2\\]")
})

test_that("an error in f leaves nothing behind", {
  expect_error(gradient(function(x) stop("mine"), 1), "mine")
  expect_identical(gradient(function(x) x^2, 3), 6)
})
