values <- function(x) as.vector(as_array(x$to(dtype = torch_double())))
x <- c(-4, -1, -0.25, 0, 0.25, 1, 4)

test_that("activations follow their formulas", {
  formulas <- list(
    relu = list(nnf_relu, pmax(x, 0)),
    relu6 = list(nnf_relu6, pmin(pmax(x, 0), 6)),
    leaky_relu = list(nnf_leaky_relu, ifelse(x > 0, x, 0.01 * x)),
    elu = list(nnf_elu, ifelse(x > 0, x, expm1(x))),
    selu = list(nnf_selu, 1.0507009873554805 * ifelse(x > 0, x, 1.6732632423543772 * expm1(x))),
    celu = list(function(x) nnf_celu(x, 2), ifelse(x > 0, x, 2 * expm1(x / 2))),
    silu = list(nnf_silu, x * plogis(x)),
    gelu = list(nnf_gelu, x * pnorm(x)),
    gelu_tanh = list(function(x) nnf_gelu(x, "tanh"), 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))),
    sigmoid = list(nnf_sigmoid, plogis(x)),
    softplus = list(nnf_softplus, log1p(exp(x))),
    logsigmoid = list(nnf_logsigmoid, plogis(x, log.p = TRUE)),
    softsign = list(nnf_softsign, x / (1 + abs(x))),
    tanhshrink = list(nnf_tanhshrink, x - tanh(x)),
    hardshrink = list(nnf_hardshrink, ifelse(abs(x) > 0.5, x, 0)),
    softshrink = list(nnf_softshrink, sign(x) * pmax(abs(x) - 0.5, 0)),
    hardtanh = list(nnf_hardtanh, pmin(pmax(x, -1), 1)),
    hardsigmoid = list(nnf_hardsigmoid, pmin(pmax(x + 3, 0), 6) / 6),
    hardswish = list(nnf_hardswish, x * pmin(pmax(x + 3, 0), 6) / 6),
    threshold = list(function(x) nnf_threshold(x, 0.5, 9), ifelse(x > 0.5, x, 9)),
    prelu = list(function(x) nnf_prelu(x, torch_tensor(0.2)), ifelse(x > 0, x, 0.2 * x)),
    rrelu = list(function(x) nnf_rrelu(x, 0.1, 0.3), ifelse(x > 0, x, 0.2 * x))
  )
  for (name in names(formulas)) {
    for (dtype in list(torch_float(), torch_double())) {
      expect_equal(values(formulas[[name]][[1]](torch_tensor(x, dtype = dtype))), formulas[[name]][[2]], tolerance = 2e-6, info = name)
    }
  }
})

test_that("extremes do not overflow", {
  far <- torch_tensor(c(-1e4, 1e4))
  expect_equal(values(nnf_softplus(far)), c(0, 1e4))
  expect_equal(values(nnf_logsigmoid(far)), c(-1e4, 0))
  expect_equal(values(nnf_silu(far)), c(0, 1e4))
  expect_equal(values(nnf_gelu(far)), c(0, 1e4))
  expect_equal(values(nnf_elu(far)), c(-1, 1e4))
})

test_that("a slope for each channel", {
  y <- nnf_prelu(torch_full(c(2, 3), -1), torch_tensor(c(0.1, 0.2, 0.3)))
  expect_equal(as_array(y), rbind(-c(0.1, 0.2, 0.3), -c(0.1, 0.2, 0.3)), tolerance = 1e-6)
  expect_error(nnf_prelu(torch_ones(2, 3), torch_ones(2)), "weight")
})

test_that("in-place forms write into the tensor", {
  for (f in list(function(y) nnf_relu(y, inplace = TRUE), nnf_relu_, torch_relu_, function(y) y$relu_())) {
    y <- torch_tensor(x)
    f(y)
    expect_equal(values(y), pmax(x, 0))
  }
  y <- torch_tensor(x)
  torch_threshold_(y, 0, -1)
  expect_equal(values(y), ifelse(x > 0, x, -1))
  expect_error(nnf_elu(torch_tensor(1:3)), "floating")
  expect_error(nnf_gelu(torch_tensor(1), "erf"), "approximate")
})

test_that("random slopes are within their bounds, and the gradient goes through them", {
  y <- torch_full(100, -1, requires_grad = TRUE)
  z <- nnf_rrelu(y, 0.1, 0.3, training = TRUE)
  expect_true(all(values(z) <= -0.1 & values(z) >= -0.3))
  z$sum()$backward()
  expect_equal(values(y$grad), -values(z$detach()))
})

test_that("glu() gates one half by the other", {
  m <- matrix(c(1, 2, 3, 4, 5, 6, 7, 8), 2)
  expect_equal(as_array(nnf_glu(torch_tensor(m))), m[, 1:2] * plogis(m[, 3:4]), tolerance = 1e-6)
  expect_equal(as_array(nnf_glu(torch_tensor(m), 1)), m[1, , drop = FALSE] * plogis(m[2, , drop = FALSE]), tolerance = 1e-6)
  expect_error(nnf_glu(torch_ones(2, 3)), "even")
})

test_that("hardtanh, relu6 and threshold take integers", {
  for (dtype in list(torch_uint8(), torch_int8(), torch_int16(), torch_int(), torch_long())) {
    x <- torch_tensor(c(0, 3, 5, 9), dtype = dtype)
    expect_equal(as.numeric(nnf_relu6(x)), c(0, 3, 5, 6))
    expect_equal(as.numeric(nnf_hardtanh(x, 1, 5)), c(1, 3, 5, 5))
    expect_equal(as.numeric(nnf_threshold(x, 3, 7)), c(7, 7, 5, 9))
    expect_true(nnf_relu6(x)$dtype == dtype)
  }
  expect_equal(as.numeric(nnf_threshold_(torch_tensor(c(-4L, 4L)), -1.5, 2.7)), c(2, 4))
  expect_error(nnf_threshold(torch_tensor(1, dtype = torch_uint8()), 0, 300), "cannot take the number 300", class = "rushlight_error")
  expect_error(nnf_hardtanh(torch_tensor(1, dtype = torch_uint8())), "cannot take the number -1", class = "rushlight_error")
  expect_error(nnf_hardtanh(torch_tensor(TRUE)), "Bool", class = "rushlight_error")
})
