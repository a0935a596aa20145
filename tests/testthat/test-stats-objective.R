double_tensor <- function(x) torch_tensor(x, dtype = torch_double())

logistic <- function() {
  x <- cbind(intercept = 1, cars$speed / 10, cos(seq_len(50)))
  y <- as.numeric(cars$dist > 40)
  tensors <- list(x = double_tensor(unname(x)), y = double_tensor(y))
  list(x = x, y = y, f = function(p) {
    eta <- torch_matmul(tensors$x, p$beta)
    (nnf_softplus(eta) - tensors$y * eta)$sum()
  })
}

test_that("a logistic regression is glm()'s", {
  data <- logistic()
  fit <- fit_objective(objective(data$f, list(beta = numeric(3))))
  glm <- stats::glm.fit(data$x, data$y, family = stats::binomial(), control = stats::glm.control(epsilon = 1e-14))
  expect_equal(unname(coef(fit)), unname(glm$coefficients), tolerance = 1e-8)
  expect_named(coef(fit), c("beta1", "beta2", "beta3"))
  expect_equal(unname(vcov(fit)), unname(chol2inv(glm$qr$qr[1:3, 1:3])), tolerance = 1e-6)
  expect_equal(c(logLik(fit)), -glm$deviance / 2, tolerance = 1e-10)
  expect_equal(stats::AIC(fit), glm$aic, tolerance = 1e-10)
  expect_equal(unname(confint(fit)[2, ]), coef(fit)[[2]] + c(-1, 1) * stats::qnorm(0.975) * sqrt(vcov(fit)[2, 2]))
  expect_equal(dimnames(confint(fit, "beta2", 0.9)), list("beta2", c("5 %", "95 %")))
  expect_output(print(summary(fit)), "beta2 .*Log-likelihood -?[0-9.]+ \\(df = 3\\)")
  expect_output(print(fit), "beta1")
})

test_that("optim(), nlm() and nlminb() take it as it is", {
  data <- logistic()
  goal <- objective(data$f, list(beta = numeric(3)))
  at <- unname(coef(fit_objective(goal)))
  expect_equal(unname(stats::optim(goal$par, goal$fn, goal$gr, method = "BFGS", control = list(reltol = 1e-14))$par), at, tolerance = 1e-5)
  nlm <- stats::nlm(function(p) structure(goal$fn(p), gradient = goal$gr(p), hessian = goal$he(p)), goal$par, check.analyticals = TRUE)
  expect_equal(nlm$estimate, at, tolerance = 1e-5)
  expect_equal(unname(stats::nlminb(goal$par, goal$fn, goal$gr, goal$he)$par), at, tolerance = 1e-6)
  step <- diag(1e-5, 3)
  differences <- vapply(1:3, function(k) (goal$fn(at + step[, k]) - goal$fn(at - step[, k])) / 2e-5, 0)
  expect_equal(unname(goal$gr(at)), differences, tolerance = 1e-4)
})

test_that("parameters come in a list or by name, in their shapes", {
  m <- matrix(c(1, 2, 3, 4, 5, 6), 2)
  seen <- NULL
  f <- function(a, m) {
    seen <<- as_array(m$detach())
    (a - 1)$square()$sum() + (m - double_tensor(diag(2, 2, 3)))$square()$sum()
  }
  goal <- objective(f, list(m = m, a = 3))
  expect_identical(goal$fn(goal$par), 4 + sum((m - diag(2, 2, 3))^2))
  expect_identical(seen, m)
  fit <- fit_objective(objective(f, list(m = m, a = 3), likelihood = FALSE))
  expect_equal(fit$parameters, list(m = diag(2, 2, 3), a = 1))
  expect_error(logLik(fit), "has no likelihood", class = "rushlight_error")
  expect_equal(coef(fit_objective(objective(function(x, y) x^2 + (y - 2)^2, c(x = 1, y = 1)))), c(x = 0, y = 2))
})

test_that("parameters are fixed, tied and bounded by name", {
  f <- function(p) (p$a - double_tensor(c(1, 2, 3)))$square()$sum() + (p$b - 4)$square()$sum()
  start <- list(a = c(x = 0, y = 0, z = 0), b = 1)
  fit <- fit_objective(objective(f, start, fixed = list(b = 7)))
  expect_equal(coef(fit), c(a.x = 1, a.y = 2, a.z = 3))
  expect_equal(fit$fixed, c(b = 7))
  expect_identical(attr(logLik(fit), "df"), 3L)
  expect_output(print(summary(fit)), "Fixed: b = 7")
  tied <- fit_objective(objective(f, start, map = list(a = factor(c("k", "k", NA)))))
  expect_equal(coef(tied), c(a.x = 1.5, b = 4))
  expect_equal(as.numeric(tied$parameters$a), c(1.5, 1.5, 0))
  expect_equal(vcov(tied)["a.x", "a.x"], 1 / 4)
  goal <- objective(f, start, upper = c(a = 2.5), lower = c(b = 5))
  expect_equal(goal$upper, c(a.x = 2.5, a.y = 2.5, a.z = 2.5, b = Inf))
  bounded <- fit_objective(goal)
  expect_equal(coef(bounded), c(a.x = 1, a.y = 2, a.z = 2.5, b = 5))
  expect_true(is.na(vcov(bounded)["b", "b"]))
  expect_equal(vcov(bounded)["a.x", "a.x"], 1 / 2)
})

test_that("outside the domain value and gradient are NaN, and a start there is refused", {
  goal <- objective(function(p) (p$s - p$s$log())$sum(), list(s = c(1, 2)))
  expect_identical(goal$fn(c(-1, 1)), NaN)
  expect_identical(unname(goal$gr(c(-1, 1))), c(NaN, NaN))
  expect_error(fit_objective(goal, c(-1, 1)), "the value of f is NaN, at s1 = -1, s2 =  ?1", class = "rushlight_error")
  root <- objective(function(p) p$s$sqrt()$sum(), list(s = 0))
  expect_error(fit_objective(root), "gradient of f is not finite by `s`, which is 0", class = "rushlight_error")
})

test_that("what is not identified is named", {
  goal <- objective(function(p) (p$a + p$b - 1)$square()$sum() + p$c^2, list(a = 0, b = 0, c = 1))
  expect_warning(fit <- fit_objective(goal), "not identified are `a`, `b`", class = "rushlight_warning")
  expect_equal(unname(is.na(diag(vcov(fit)))), c(TRUE, TRUE, FALSE))
  expect_warning(fit_objective(objective(function(p) p$x^4 + p$x, c(x = 5)), control = list(iter.max = 1)), "did not converge")
})

test_that("what does not fit is refused", {
  f <- function(p) p$a$sum()
  refused <- function(code, message) expect_error(code, message, class = "rushlight_error")
  refused(objective("f", list(a = 1)), "`f` must be a function")
  refused(objective(f, list(1)), "each by a name of its own")
  refused(objective(f, list(a = "text")), "`a` is a character vector")
  refused(objective(f, list(a = 1), fixed = "b"), "`fixed` must name parameters; `b` is none of `a`")
  refused(objective(f, list(a = 1), fixed = "a"), "a parameter that is not fixed")
  refused(objective(f, list(a = 1), map = list(a = factor(1:2))), "factor of length 1 for `a`, not of length 2")
  refused(objective(f, list(a = 1), lower = c(b = 1)), "`lower` must name parameters")
  refused(objective(f, list(a = 1:3), upper = c(1, 2)), "`upper` must be one number, 3 of them")
  refused(objective(f, list(a = 1))$fn(c(1, 2)), "`par` must be 1 numbers")
  refused(objective(function(p) p$a, list(a = 1:2))$fn(c(1, 2)), "must be one number")
  refused(fit_objective(f), "what objective\\(\\) returns")
})
