test_that("R's mathematical functions work on tensors", {
  x <- c(0.25, 0.5, 0.75)
  t <- torch_tensor(x, dtype = torch_double())
  for (f in list(abs, sign, sqrt, exp, expm1, log, log2, log10, log1p, floor, ceiling, trunc, round, sin, cos, tan, asin, acos, atan,
                 sinh, cosh, tanh, asinh, atanh, lgamma, digamma, trigamma)) {
    expect_equal(as_array(f(t)), f(x), tolerance = 1e-12)
  }
  expect_equal(as_array(acosh(t + 1)), acosh(x + 1))
  expect_equal(as_array(log(t, base = 3)), log(x, base = 3))
  expect_equal(as_array(log(t, 2)), log(x, 2))
  expect_equal(as_array(round(t, 1)), round(x, 1))
  expect_equal(as_array(round(t, digits = 1)), round(x, 1))
})

test_that("`**` is `^`", {
  x <- torch_tensor(c(2, 3), requires_grad = TRUE)
  expect_equal(as_array(x ** 2), c(4, 9))
  expect_true((x ** 2)$requires_grad)
})

test_that("R's generics find the methods from anywhere", {
  from_outside <- list2env(list(x = torch_tensor(c(1, 8))), parent = globalenv())
  generics <- c(
    "abs", "sign", "sqrt", "exp", "log", "log2", "log10", "log1p", "floor", "ceiling", "trunc", "round", "tanh", "lgamma"
  )
  for (generic in generics) {
    expect_s3_class(eval(call(generic, quote(x)), from_outside), "torch_tensor")
  }
})
