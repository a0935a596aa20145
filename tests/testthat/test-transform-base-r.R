# One line each: code of x, a vector of six positive numbers, whose value is made one number by weights; or the words of its error.
base_r_cases <- list(
  quote(c(x, 1, x[1])), quote(c(1, x)), quote(rep(x, 2)), quote(rep(x, each = 2)), quote(rep(x[1:2], times = c(2, 3))), quote(rep_len(x,
  8)),
  quote(rep(x, length.out = 4)), quote(ifelse(x > 1, x^2, x)), quote(ifelse(c(TRUE, FALSE, TRUE), x[1:3], 0)),
  quote(if (x[1] > 0) x^2 else x), quote(if (x[1] > 0 && x[2] < 0) x else x^3), quote({
    y <- x
    while (sum(y) < 100) y <- y * 2
    y
  }),
  quote(matrix(x, 2)), quote(matrix(x, 2, byrow = TRUE)), quote(matrix(x, ncol = 3)[, 2]), quote(array(x, c(1, 2, 3))), quote(diag(x)),
  quote(diag(matrix(x[1:4], 2))), quote(diag(x[1], 2)), quote(outer(x, x[1:2])), quote(outer(x, 1:2, "+")),
  quote(outer(x, x, function(a, b) exp(-(a - b)^2))), quote(x %o% 1:3), quote(crossprod(matrix(x, 2))), quote(tcrossprod(matrix(x, 2))),
  quote(crossprod(matrix(x, 2), matrix(1:4, 2))), quote(matrix(1:12, 2) %*% x), quote(matrix(x, 2) %*% matrix(1:6, 3)),
  quote(apply(matrix(x, 2), 1, sum)), quote(apply(matrix(x, 2), 2, function(v) v^2)), quote(apply(matrix(1:6, 2), 1,
  function(v) sum(v * x[1:3]))),
  quote(rowSums(matrix(x, 2))), quote(colSums(matrix(x, 2))), quote(rowMeans(matrix(x, 2))), quote(colMeans(matrix(x, 2))),
  quote(sapply(1:4, function(i) x[i]^i)), quote(sapply(x, function(v) v^2)), quote(sapply(1:2, function(i) x * i)),
  quote(vapply(1:4, function(i) x[i]^2, 0)), quote(mapply(function(a, b) x[a] * b, 1:3, 4:6)), quote(unlist(lapply(1:3,
  function(i) x[i] * i))),
  quote(unlist(list(x[1], list(x[2], 3)))), quote(pmax(x, 1)), quote(pmin(x, rev(x) * 1.01)), quote(diff(x)), quote(rev(x)),
  quote(cumsum(x)),
  quote(determinant(crossprod(matrix(x[1:4], 2)))$modulus), quote(det(matrix(x[1:4], 2))), quote(chol(crossprod(matrix(x[1:4], 2)))),
  quote(solve(matrix(x[1:4], 2))), quote(solve(matrix(x[1:4], 2), x[5:6])), quote(backsolve(matrix(c(1, 0, 2, 3), 2), x[1:2])),
  quote(forwardsolve(t(chol(crossprod(matrix(x[1:4], 2)))), x[5:6])), quote(x[[1]]), quote({
    g <- factor(c("b", "a", "b"))
    x[g]
  }), quote({
    y <- numeric(6)
    for (i in 1:6) y[i] <- x[i]^i
    y
  }), quote({
    y <- matrix(0, 2, 2)
    y[1, ] <- x[1:2]
    y[2, 2] <- x[3]
    y
  }), quote({
    y <- c()
    y <- numeric(0)
    y[3] <- x[1]
    y[1:2] <- 7
    y
  }), quote(as.vector(matrix(x, 2))), quote(var(x)), quote(sd(x)), quote(Reduce(`+`, lapply(1:3, function(i) x[i]))),
  quote(do.call(rbind, list(x, x^2))), quote(cbind(x, 1)), quote(t(matrix(x, 2))), quote(do.call("sum", list(x))),
  quote(with(list(z = x), sum(z^2))),
  quote(rowSums(outer(x, 1:3)^2)), quote(mean(x)), quote(prod(x)), quote(max(x)), quote(helper(x))
)

helper <- function(v) deeper(matrix(v, 2))
deeper <- function(v) rowSums(v) * colSums(v)[1]

test_that("base R's functions of tensors have R's values and their derivatives inside a transform", {
  x <- c(1.3, 0.4, 2.2, 3.1, 0.8, 1.7)
  for (code in base_r_cases) {
    label <- paste(deparse(code), collapse = " ")
    of_code <- eval(call("function", as.pairlist(formals(function(x) NULL)), code))
    expected <- as.numeric(of_code(x))
    weights <- cos(seq_along(expected))
    number <- function(v) sum(as.numeric(of_code(v)) * weights)
    value <- NULL
    slope <- try(gradient(function(x) {
      y <- of_code(x)
      value <<- as_array(y$detach())
      sum(as.vector(y) * torch_tensor(weights, dtype = torch_double()))
    }, x), silent = TRUE)
    expect_false(inherits(slope, "try-error"), label = paste(label, if (inherits(slope, "try-error")) slope))
    if (inherits(slope, "try-error")) next
    expect_equal(as.numeric(value), expected, tolerance = 1e-12, label = label)
    numeric <- vapply(seq_along(x), function(k) {
      e <- replace(0 * x, k, 1e-6)
      (number(x + e) - number(x - e)) / 2e-6
    }, 0)
    expect_equal(slope, numeric, tolerance = 1e-6, label = label)
  }
})

test_that("what cannot be differentiated stops with the function's name", {
  x <- c(1.3, 0.4, 2.2, 3.1)
  expect_error(gradient(function(x) svd(matrix(x, 2))$d[1], x), "svd\\(\\).*linalg_svd")
  expect_error(gradient(function(x) eigen(matrix(x, 2))$values[1], x), "eigen\\(\\).*linalg_eigh")
  expect_error(gradient(function(x) norm(matrix(x, 2)), x), "norm\\(\\)")
  expect_error(gradient(function(x) kronecker(x, x)[1], x), "kronecker\\(\\)")
  expect_error(gradient(function(x) sum(fft(x)), x), "fft\\(\\)")
  expect_error(gradient(function(x) sum(stats::dnorm(x)), x), "stats::dnorm\\(x\\).*rushlight::dnorm\\(\\)", class = "rushlight_error")
  expect_error(jvp(function(x) sum(stats::dcauchy(x)), x, x), "dcauchy.*tensor operations", class = "rushlight_error")
  goal <- objective(function(p) -sum(stats::dnorm(p$a)), list(a = 1))
  expect_error(goal$gr(1), "rushlight::dnorm\\(\\)")
  expect_error(goal$fn(1), "rushlight::dnorm\\(\\)")
})

test_that("the user's functions, names and environments are left as they are", {
  calls <- 0
  outer <- function(x, y) x + y
  f <- function(x) {
    calls <<- calls + 1
    sum(outer(x, 1))
  }
  before <- list(f, ls(), outer)
  expect_equal(gradient(f, c(1, 2)), c(1, 1))
  expect_identical(calls, 1)
  expect_identical(list(f, setdiff(ls(), "before"), outer), before)
  diag <- torch_tensor(c(2, 3), dtype = torch_double())
  expect_equal(gradient(function(x) sum(x * diag), c(1, 2)), c(2, 3))
  fibonacci <- function(x, n) if (n < 2) x else fibonacci(x, n - 1) + fibonacci(x, n - 2)
  expect_equal(gradient(fibonacci, 1, 6), 13)
})
