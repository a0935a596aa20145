double <- function(x) torch_tensor(x, dtype = torch_double())
special <- c(-Inf, -3.5, -1, -0.5, 0, 0.25, 1, 2.5, 30, Inf, NaN)
values <- function(x) as.vector(as_array(x$to(dtype = torch_double())))

test_that("functions agree with R's, at infinity and NaN too", {
  alike <- list(
    exp = exp, expm1 = expm1, log = log, log2 = log2, log10 = log10, log1p = log1p, sqrt = sqrt, sin = sin, cos = cos, tan = tan,
    asin = asin, acos = acos, atan = atan, sinh = sinh, cosh = cosh, tanh = tanh, asinh = asinh, acosh = acosh, atanh = atanh,
    abs = abs, sign = function(x) ifelse(is.nan(x), 0, sign(x)), floor = floor, ceil = ceiling, trunc = trunc, round = round,
    lgamma = lgamma, neg = function(x) -x, square = function(x) x^2, reciprocal = function(x) 1 / x, exp2 = function(x) 2^x,
    rsqrt = function(x) 1 / sqrt(x), sigmoid = plogis, erf = function(x) 2 * pnorm(x * sqrt(2)) - 1,
    erfc = function(x) 2 * pnorm(-x * sqrt(2)), deg2rad = function(x) x * pi / 180, rad2deg = function(x) x / pi * 180,
    isnan = is.nan, isfinite = is.finite, isinf = is.infinite, isposinf = function(x) x %in% Inf, isneginf = function(x) x %in% -Inf,
    relu = function(x) ifelse(is.nan(x), NaN, pmax(x, 0))
  )
  for (name in names(alike)) {
    for (dtype in list(torch_float(), torch_double())) {
      want <- suppressWarnings(alike[[name]](special))
      got <- eval(call("$", torch_tensor(special, dtype = dtype), name))()
      expect_equal(as.numeric(values(got)), as.numeric(want), tolerance = 1e-6, info = name)
    }
  }
})

test_that("integers become floating where they must, and stay whole where they can", {
  x <- torch_tensor(c(-2L, 0L, 3L))
  for (name in c("exp", "sin", "sigmoid", "sqrt", "deg2rad", "erf")) {
    expect_equal(as.character(eval(call("$", x, name))()$dtype), "Float", info = name)
  }
  for (name in c("abs", "neg", "sign", "floor", "ceil", "trunc", "round", "square", "relu", "nan_to_num")) {
    expect_equal(as.character(eval(call("$", x, name))()$dtype), "Long", info = name)
  }
  expect_equal(values(x$square()), c(4, 0, 9))
  expect_error(torch_neg(torch_tensor(TRUE)), "Bool")
})

test_that("half and bfloat16 are computed in float and keep their dtype", {
  for (dtype in list(torch_half(), torch_bfloat16())) {
    y <- torch_tensor(c(0, 1, 2), dtype = dtype)$exp()
    expect_true(y$dtype == dtype)
    expect_equal(values(y), exp(0:2), tolerance = 1e-2)
  }
})

test_that("halves are rounded to even, and decimals count from the point", {
  expect_equal(values(torch_round(torch_tensor(c(-1.5, 0.5, 1.5, 2.5)))), c(-2, 0, 2, 2))
  expect_equal(values(torch_round(double(1234.567), decimals = 1)), 1234.6)
  expect_equal(values(torch_round(double(1234.567), decimals = -2)), 1200)
  expect_equal(values(torch_frac(double(c(-1.25, 2.5)))), c(-0.25, 0.5))
  expect_error(torch_round(double(1), decimals = 0.5), "decimals")
})

test_that("nan_to_num() puts numbers in the place of what is none", {
  x <- double(c(NaN, Inf, -Inf, 1))
  expect_equal(values(x$nan_to_num(7, 8, 9)), c(7, 8, 9, 1))
  expect_equal(values(x$nan_to_num()), c(0, .Machine$double.xmax, -.Machine$double.xmax, 1))
  expect_equal(values(torch_tensor(Inf, dtype = torch_half())$nan_to_num()), 65504)
})

test_that("layouts make no difference", {
  m <- torch_tensor(matrix(seq(-1, 1, length.out = 12), 3))
  expect_equal(as_array(torch_exp(m$t())), t(as_array(torch_exp(m))))
  expect_equal(as_array(torch_sin(m[, 2:3])), as_array(torch_sin(m))[, 2:3])
  expect_equal(torch_exp(torch_zeros(0, 3))$shape, c(0L, 3L))
})

test_that("large arguments of sine go with small ones", {
  x <- c(1, 1e5, 1e10, -3e30, NaN, Inf)
  expect_equal(values(torch_sin(torch_tensor(x))), suppressWarnings(sin(values(torch_tensor(x)))), tolerance = 1e-6)
  expect_equal(values(torch_cos(torch_tensor(x))), suppressWarnings(cos(values(torch_tensor(x)))), tolerance = 1e-6)
})

test_that("in-place forms write into the tensor, and refuse what does not fit", {
  x <- torch_tensor(c(1, 4))
  expect_equal(values(x$sqrt_()), c(1, 2))
  expect_equal(values(x), c(1, 2))
  expect_error(torch_tensor(1:2)$exp_(), "Float.*Long")
  expect_error(torch_ones(1)$expand(3)$exp_(), "more than once")
  expect_error(torch_ones(2, requires_grad = TRUE)$exp_(), "leaf")
})

test_that("fill_(), zero_() and copy_() convert and broadcast", {
  x <- torch_zeros(2, 2, dtype = torch_long())
  expect_equal(as_array(x$fill_(2.7)), matrix(2L, 2, 2))
  expect_equal(as_array(x$copy_(torch_tensor(c(1.9, -1.9)))), rbind(c(1L, -1L), c(1L, -1L)))
  expect_equal(as_array(x$zero_()), matrix(0L, 2, 2))
  expect_error(x$fill_(torch_ones(2)), "one number")
  expect_error(x$copy_(torch_ones(3)), "broadcast|shape|size")
})

test_that("what copy_() overwrites gets no gradient, what it copies gets all", {
  a <- torch_ones(3, requires_grad = TRUE)
  b <- torch_tensor(2, requires_grad = TRUE)
  y <- a * 5
  y$copy_(b)
  expect_identical(y$grad_fn$name, "CopyBackwards")
  y$sum()$backward()
  expect_equal(values(a$grad), c(0, 0, 0))
  expect_equal(values(b$grad), 3)
})

test_that("a tensor copied into itself, moved, is read before it is written", {
  x <- torch_tensor(c(1, 2, 3, 4))
  x[2:4]$copy_(x[1:3])
  expect_equal(values(x), c(1, 1, 2, 3))
})

test_that("frexp() splits numbers into mantissa and exponent", {
  parts <- double(c(8, -0.3, 0))$frexp()
  expect_equal(values(parts$mantissa), c(0.5, -0.6, 0))
  expect_equal(as_array(parts$exponent), c(4L, -1L, 0L))
})
