# Each case: R's function, its arguments as numbers, and by which of them derivatives are tested.
p_flags <- expand.grid(lower.tail = c(TRUE, FALSE), log.p = c(TRUE, FALSE))
counts <- c(-1, 0, 1, 3, 10, 40, 170)
quantiles <- c(-Inf, -300, -40, -5, -1, -1e-8, 0, 0.3, 1, 2.5, 8, 37, 1e5, Inf, NaN)
positive <- c(-1, 0, 1e-8, 0.2, 1, 3, 30, 400, Inf, NaN)
unit <- c(-0.1, 0, 1e-10, 0.1, 0.5, 0.9, 1 - 1e-9, 1, 1.2, NaN)

density_cases <- list(
  dnorm = list(quantiles, mean = 0.5, sd = 1.7), dlnorm = list(positive, meanlog = 0.5, sdlog = 1.7), dexp = list(positive, rate = 1.3),
  dweibull = list(positive, shape = 1.6, scale = 0.7), dlogis = list(quantiles, location = 0.3, scale = 1.4),
  dunif = list(quantiles, min = -1, max = 3), dgamma = list(positive, shape = 2.3, rate = 0.7), dgamma = list(positive, shape = 1,
  scale = 3),
  dgamma = list(positive, shape = 0.4), dbeta = list(unit, shape1 = 2.3, shape2 = 0.8), dt = list(quantiles, df = 4.5),
  dbinom = list(counts, size = 40, prob = 0.3), dpois = list(counts, lambda = 7.7), dnbinom = list(counts, size = 2.5, prob = 0.3),
  dnbinom = list(counts, size = 2.5, mu = 4.2)
)
distribution_cases <- list(
  pnorm = list(quantiles, mean = 0.5, sd = 1.7), plnorm = list(positive, meanlog = 0.5, sdlog = 1.7), pexp = list(positive, rate = 1.3),
  pweibull = list(positive, shape = 1.6, scale = 0.7), plogis = list(quantiles, location = 0.3, scale = 1.4),
  punif = list(quantiles, min = -1, max = 3), pgamma = list(positive, shape = 2.3, rate = 0.7), pgamma = list(positive, shape = 90,
  scale = 3),
  pbeta = list(unit, shape1 = 2.3, shape2 = 0.8), pt = list(quantiles, df = 4.5), pbinom = list(counts, size = 40, prob = 0.3),
  ppois = list(counts, lambda = 7.7), pnbinom = list(counts, size = 2.5, prob = 0.3), pnbinom = list(counts, size = 2.5, mu = 4.2)
)

f64 <- function(x) torch_tensor(x, dtype = torch_double())
stats_own <- function(name) getExportedValue("stats", name)
ours <- function(name) getExportedValue("rushlight", name)

expect_as_stats <- function(name, arguments, tolerance = 1e-12) {
  expected <- suppressWarnings(do.call(stats_own(name), arguments))
  as_tensors <- lapply(arguments, function(x) if (is.numeric(x)) f64(x) else x)
  first_only <- replace(arguments, 1L, list(f64(arguments[[1L]])))
  for (given in list(as_tensors, first_only)) {
    found <- as.numeric(do.call(ours(name), given))
    label <- paste(name, deparse(arguments[-1L]))
    expect_identical(is.nan(found), is.nan(expected), label = label)
    finite <- is.finite(expected)
    expect_identical(found[!finite & !is.nan(expected)], expected[!finite & !is.nan(expected)], label = label)
    # a density whose logarithm is -700 has lost what its logarithm was rounded by
    off <- abs(found - expected)[finite] / pmax(abs(expected[finite]), 1e-300)
    expect_lt(max(off), tolerance, label = paste(label, "off by", format(max(off)), "at", arguments[[1L]][finite][which.max(off)]))
  }
}

test_that("densities of tensors are those of stats", {
  for (k in seq_along(density_cases)) {
    for (log in c(TRUE, FALSE)) expect_as_stats(names(density_cases)[k], c(unname(density_cases[[k]][1L]), density_cases[[k]][-1L],
      log = log))
  }
})

test_that("distribution functions of tensors are those of stats, in both tails and their logarithms", {
  for (k in seq_along(distribution_cases)) {
    for (row in seq_len(nrow(p_flags))) {
      expect_as_stats(names(distribution_cases)[k], c(distribution_cases[[k]], as.list(p_flags[row, ])))
    }
  }
})

test_that("quantiles of tensors are those of stats", {
  p <- c(0, 1e-300, 1e-20, 0.01, 0.3, 0.5, 0.8, 0.999, 1 - 1e-12, 1)
  for (row in seq_len(nrow(p_flags))) {
    flags <- as.list(p_flags[row, ])
    given <- if (flags$log.p) c(-1e3, -700, log(p[p > 0]), -1e-20) else p
    expect_as_stats("qnorm", c(list(given, mean = 0.5, sd = 1.7), flags), 1e-9)
    expect_as_stats("qlogis", c(list(given, location = 0.5, scale = 1.7), flags), 1e-9)
  }
})

test_that("quantiles far beyond R's own are the inverse", {
  l <- f64(c(-1e300, -1e6, -800, -1e-300))
  expect_equal(as.numeric(pnorm(qnorm(l, log.p = TRUE), log.p = TRUE) / l), rep(1, 4), tolerance = 1e-13)
})

# ---- derivatives ----

central_difference <- function(f, x, h = 1e-5) {
  vapply(seq_along(x), function(k) {
    e <- replace(0 * x, k, h * max(1, abs(x[k])))
    (f(x + e) - f(x - e)) / (2 * sum(e))
  }, f(x))
}

# By the first argument, unless that is a count, and all the others, each a number.
expect_derivatives <- function(name, at, flags, tolerance = 1e-6) {
  by <- if (is.null(at$count)) names(at) else setdiff(names(at), c("count", "size"[name %in% c("dbinom", "pbinom")]))
  constant <- at[setdiff(names(at), by)]
  names(constant) <- sub("count", names(formals(stats_own(name)))[1L], names(constant), fixed = TRUE)
  start <- unlist(at[by])
  of_r <- function(v) do.call(stats_own(name), c(constant, as.list(v), flags))
  value <- function(v) do.call(ours(name), c(constant, structure(lapply(seq_along(by), function(k) v[k]), names = by), flags))$sum()
  label <- paste(name, deparse(c(at, flags)), collapse = "")
  slope <- gradient(value, start)
  expect_equal(unname(slope), unname(central_difference(of_r, start)), tolerance = tolerance, label = label)
  curvature <- unname(hessian(value, start))
  expect_equal(curvature, t(curvature), tolerance = 1e-7, label = label)
  expect_equal(curvature, matrix(central_difference(function(v) unname(gradient(value, v)), start), length(start)),
    tolerance = tolerance, label = label
  )
}

test_that("densities have their derivatives to second order, in all arguments", {
  points <- list(
    dnorm = list(x = -3, mean = 0.5, sd = 1.7), dlnorm = list(x = 0.4, meanlog = 0.5, sdlog = 1.7), dexp = list(x = 2, rate = 1.3),
    dweibull = list(x = 2, shape = 1.6, scale = 0.7), dlogis = list(x = -3, location = 0.3, scale = 1.4), dunif = list(x = 1, min = 0,
    max = 3),
    dgamma = list(x = 2, shape = 2.3, rate = 0.7), dgamma = list(x = 0.2, shape = 0.4, scale = 3), dbeta = list(x = 0.3, shape1 = 2.3,
    shape2 = 0.8),
    dt = list(x = -3, df = 4.5), dbinom = list(count = 3, size = 40, prob = 0.3), dbinom = list(count = 0, size = 40, prob = 0.3),
    dbinom = list(count = 40, size = 40, prob = 0.3), dpois = list(count = 3, lambda = 7.7), dpois = list(count = 0, lambda = 7.7),
    dnbinom = list(count = 3, size = 2.5, prob = 0.3), dnbinom = list(count = 0, size = 2.5, mu = 4.2), dnbinom = list(count = 5,
    size = 2.5, mu = 4.2)
  )
  for (k in seq_along(points)) for (log in c(TRUE, FALSE)) expect_derivatives(names(points)[k], points[[k]], list(log = log))
})

test_that("distribution functions have their derivatives to second order, in all arguments", {
  points <- list(
    pnorm = list(q = -9, mean = 0.5, sd = 1.7), pnorm = list(q = 2, mean = 0.5, sd = 1.7), plnorm = list(q = 0.4, meanlog = 0.5,
    sdlog = 1.7),
    pexp = list(q = 2, rate = 1.3), pexp = list(q = 0.1, rate = 0.3), pweibull = list(q = 2, shape = 1.6, scale = 0.7),
    plogis = list(q = -3, location = 0.3, scale = 1.4), punif = list(q = 1, min = 0, max = 3), pgamma = list(q = 2, shape = 2.3,
    rate = 0.7),
    pgamma = list(q = 0.2, shape = 0.4, scale = 3), pgamma = list(q = 70, shape = 90), pbeta = list(q = 0.3, shape1 = 2.3, shape2 = 0.8),
    pt = list(q = -3, df = 4.5), pt = list(q = 0.5, df = 30), pbinom = list(count = 3, size = 40, prob = 0.1), ppois = list(count = 3,
    lambda = 5.7),
    pnbinom = list(count = 3, size = 2.5, prob = 0.3), pnbinom = list(count = 5, size = 2.5, mu = 4.2)
  )
  for (k in seq_along(points)) {
    for (row in seq_len(nrow(p_flags))) expect_derivatives(names(points)[k], points[[k]], as.list(p_flags[row, ]))
  }
})

test_that("far out in the tails the logarithms and their derivatives hold", {
  z <- f64(c(-1e8, -1e4, -40, 10, 40))
  expect_equal(as.numeric(pnorm(z, log.p = TRUE)), stats::pnorm(as.numeric(z), log.p = TRUE), tolerance = 1e-14)
  slope <- gradient(function(z) sum(pnorm(z, log.p = TRUE)), c(-1e8, -1e4, -40))
  expect_equal(slope, c(1e8, 1e4 + 1e-4, 40.024968882), tolerance = 1e-9)
  expect_equal(diag(hessian(function(z) sum(pnorm(z, log.p = TRUE)), c(-1e8, -1e4, -40))), c(-1, -1, -0.99937732), tolerance = 1e-5)
  expect_equal(gradient(function(q) sum(pgamma(q, 2, lower.tail = FALSE, log.p = TRUE)), 1e4), -1e4 / (1 + 1e4), tolerance = 1e-9)
})

test_that("a deviation of zero and parameters outside of their domain give what stats gives", {
  x <- c(-1, 0, 1)
  expect_identical(as.numeric(dnorm(f64(x), 0, f64(0))), stats::dnorm(x, 0, 0))
  expect_identical(as.numeric(pnorm(f64(x), 0, f64(0))), stats::pnorm(x, 0, 0))
  expect_true(all(is.nan(as.numeric(dnorm(f64(x), 0, f64(-1))))))
  expect_true(is.nan(as.numeric(dgamma(f64(1), -1))))
  expect_true(is.nan(as.numeric(pbeta(f64(0.5), f64(-1), 2))))
  expect_true(is.nan(as.numeric(dbinom(f64(1), 3, 1.5))))
  expect_equal(as.numeric(dt(f64(x), f64(c(3, Inf, Inf)))), stats::dt(x, c(3, Inf, Inf)), tolerance = 1e-14)
  for (row in seq_len(nrow(p_flags))) {
    flags <- p_flags[row, ]
    for (df in list(Inf, c(3, Inf, 0.5))) {
      found <- as.numeric(pt(f64(x), df, lower.tail = flags$lower.tail, log.p = flags$log.p))
      expect_equal(found, stats::pt(x, df, lower.tail = flags$lower.tail, log.p = flags$log.p), tolerance = 1e-14)
    }
  }
  expect_equal(gradient(function(q) sum(pt(q, c(3, Inf))), c(1, 1)), stats::dt(1, c(3, Inf)), tolerance = 1e-12)
  for (min in list(2, f64(2))) {
    expect_silent(values <- c(as.numeric(dunif(f64(x), min, 1)), as.numeric(punif(f64(x), min, 1))))
    expect_true(all(is.nan(values)))
  }
  expect_warning(value <- dpois(f64(c(1.5, 2)), 1, log = TRUE), "non-integer x = 1.5")
  expect_equal(as.numeric(value), c(-Inf, stats::dpois(2, 1, log = TRUE)))
})

test_that("without a tensor the functions are R's own, with its names, warnings and errors", {
  x <- matrix(c(0.1, 0.2, 0.3, 0.4), 2, dimnames = list(c("a", "b"), NULL))
  for (name in unique(c(names(density_cases), names(distribution_cases), "qnorm", "qlogis"))) {
    rest <- c(list(x), Find(function(case) TRUE, c(density_cases, distribution_cases)[names(c(density_cases,
      distribution_cases)) == name])[-1L])
    expect_identical(suppressWarnings(do.call(ours(name), rest)), suppressWarnings(do.call(stats_own(name), rest)), label = name)
  }
  for (name in c("lbeta", "lchoose")) expect_identical(ours(name)(x * 9, 2), get(name, baseenv())(x * 9, 2))
  expect_identical(dmultinom(c(1, 2), prob = c(0.3, 0.7)), stats::dmultinom(c(1, 2), prob = c(0.3, 0.7)))
  same <- function(code) {
    seen <- function(f) tryCatch(f(), condition = function(e) list(class(e), conditionMessage(e), deparse(conditionCall(e))))
    theirs <- eval(call("function", NULL, code), list(dnorm = stats::dnorm, dgamma = stats::dgamma, dnbinom = stats::dnbinom,
      pt = stats::pt), baseenv())
    expect_identical(seen(eval(call("function", NULL, code))), seen(theirs), label = deparse(code))
  }
  same(quote(dnorm("a")))
  same(quote(dnorm()))
  same(quote(dnorm(1, sd = -1)))
  same(quote(dnorm(1, zd = -1)))
  same(quote(dgamma(1)))
  same(quote(dgamma(1, 2, rate = 2, scale = 3)))
  same(quote(dnbinom(1, 2, prob = 0.5, mu = 3)))
  same(quote(pt(1, 3, ncp = 1)))
})

test_that("the normal density of several dimensions is the product along its axes, and has its derivatives", {
  sigma <- rbind(c(2, 0.5), c(0.5, 1))
  x <- rbind(c(1, 2), c(0, -1))
  expected <- apply(x, 1, function(v) -sum(v * solve(sigma, v)) / 2 - log(det(2 * pi * sigma)) / 2)
  expect_equal(dmvnorm(x, c(0, 0), sigma, log = TRUE), expected, tolerance = 1e-14)
  expect_equal(as.numeric(dmvnorm(f64(x), c(0, 0), sigma)), exp(expected), tolerance = 1e-14)
  value <- function(s) sum(dmvnorm(x, c(0, 0), s, log = TRUE))
  expect_equal(gradient(value, sigma)[1, 1], central_difference(function(a) value(replace(sigma, 1, a)), 2), tolerance = 1e-7)
  p <- c(0.2, 0.3, 0.5)
  expect_equal(as.numeric(dmultinom(c(1, 2, 3), prob = f64(p), log = TRUE)), stats::dmultinom(c(1, 2, 3), prob = p, log = TRUE))
})

test_that("what is not defined for tensors is refused in the user's terms", {
  x <- f64(1)
  expect_error(dt(x, 3, ncp = 1), "`ncp` of dt\\(\\) is not defined for tensors", class = "rushlight_error")
  expect_error(dgamma(x, 2, rate = 2, scale = 3), "`rate` and `scale`", class = "rushlight_error")
  expect_error(dnbinom(x, 2, prob = 0.5, mu = 3), "`prob` and `mu`", class = "rushlight_error")
  expect_error(dnorm(x, "a"), "`mean` of dnorm\\(\\) must be numbers or a tensor", class = "rushlight_error")
  expect_error(dnorm(x, log = "yes"), "`log`", class = "rushlight_error")
  expect_error(dmvnorm(f64(c(1, 2, 3)), 0, diag(2)), "2 numbers", class = "rushlight_error")
})
