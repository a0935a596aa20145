values <- function(x) as.vector(as_array(x$to(dtype = torch_double())))
kind <- function(x) as.character(x$dtype)
name_of <- function(x) trimws(capture.output(print(x$grad_fn)))

test_that("numbers may stand on either side of an operator", {
  x <- torch_tensor(c(1, 2, 4))
  expect_equal(values(2 - x), c(1, 0, -2))
  expect_equal(values(2 / x), c(2, 1, 0.5))
  expect_equal(values(2^x), c(2, 4, 16))
  expect_equal(values(7 %% x), c(0, 1, 3))
  expect_equal(values(7 %/% x), c(7, 3, 1))
  expect_equal(values(-x), c(-1, -2, -4))
  expect_equal(values(+x), c(1, 2, 4))
  expect_equal(values(x + c(1, 2, 3)), c(2, 4, 7))
})

test_that("a number adopts the tensor's dtype as far as it can", {
  whole <- torch_tensor(1:3, dtype = torch_int8())
  expect_equal(kind(whole + 1L), "Char")
  expect_equal(kind(whole + 1.5), "Float")
  expect_equal(kind(torch_tensor(1, dtype = torch_double()) * 2), "Double")
  expect_equal(kind(torch_tensor(TRUE) + 1L), "Long")
  expect_equal(kind(whole / whole), "Float")
  expect_equal(kind(torch_ones(2) + torch_ones(1, dtype = torch_double())[1]), "Float")
})

test_that("a double number is not cut to float on its way to a double tensor", {
  x <- torch_tensor(1, dtype = torch_double(), requires_grad = TRUE)
  expect_identical(values(x * 0.1), 0.1)
  expect_identical(values(x^0.1), 1)
  expect_identical(values(autograd_grad(x^0.1, x)[[1]]), 0.1)
  expect_identical(values(autograd_grad(x * 0.1, x)[[1]]), 0.1)
})

test_that("alpha scales the second operand", {
  x <- torch_tensor(c(1, 2))
  expect_equal(values(torch_add(x, x, alpha = 10)), c(11, 22))
  expect_equal(values(torch_sub(x, 1, alpha = 0.5)), c(0.5, 1.5))
  expect_equal(values(torch_add(torch_tensor(1:2), 3L, alpha = 2L)), c(7, 8))
  expect_error(torch_add(torch_tensor(1:2), 3L, alpha = 0.5), "alpha")
})

test_that("quotients are rounded as asked, for all signs", {
  a <- c(-7, -7, 7, 7)
  b <- c(2, -2, 2, -2)
  for (dtype in list(torch_float(), torch_double(), torch_long(), torch_int8())) {
    x <- torch_tensor(a, dtype = dtype)
    y <- torch_tensor(b, dtype = dtype)
    expect_equal(values(torch_div(x, y, rounding_mode = "floor")), floor(a / b))
    expect_equal(values(torch_div(x, y, rounding_mode = "trunc")), trunc(a / b))
    expect_equal(values(torch_floor_divide(x, y)), a %/% b)
    expect_equal(values(torch_remainder(x, y)), a %% b)
    expect_equal(values(torch_fmod(x, y)), a - trunc(a / b) * b)
  }
  expect_error(torch_div(x, y, rounding_mode = "up"), "rounding_mode")
  expect_equal(values(torch_tensor(c(-7, 7))$div_(2, rounding_mode = "floor")), c(-4, 3))
})

test_that("integers are not divided by zero, and wrap around", {
  x <- torch_tensor(c(1L, 2L))
  for (f in list(torch_floor_divide, torch_remainder, torch_fmod)) expect_error(f(x, 0L), "zero")
  least <- torch_tensor(-128, dtype = torch_int8())
  expect_equal(values(torch_floor_divide(least, torch_tensor(-1, dtype = torch_int8()))), -128)
  expect_equal(values(torch_abs(least)), -128)
  expect_equal(values(torch_tensor(127, dtype = torch_int8()) + 1L), -128)
})

test_that("powers of integers are whole, negative ones refused", {
  expect_equal(values(torch_tensor(c(-2L, 3L))^3L), c(-8, 27))
  expect_equal(kind(torch_tensor(c(-2L, 3L))^2L), "Long")
  expect_error(torch_tensor(2L)^-1L, "negative")
  expect_equal(values(torch_pow(torch_tensor(c(-1L, 2L)), torch_tensor(c(-3L, -1L)))), c(-1, 0))
  expect_equal(values(torch_tensor(c(4, 9))^0.5), c(2, 3))
  expect_equal(kind(torch_tensor(2L)$float_power(2L)), "Double")
  expect_equal(values(torch_ldexp(torch_tensor(c(1, 3)), torch_tensor(c(2L, -1L)))), c(4, 1.5))
})

test_that("derivatives at special points are the agreed ones", {
  slope <- function(f, at) {
    x <- torch_tensor(at, dtype = torch_double(), requires_grad = TRUE)
    values(autograd_grad(f(x)$sum(), x)[[1]])
  }
  expect_equal(slope(torch_abs, c(-2, 0, 2)), c(-1, 0, 1))
  expect_equal(slope(torch_relu, c(-2, 0, 2)), c(0, 0, 1))
  expect_equal(slope(function(x) x^0, c(0, 1)), c(0, 0))
  expect_equal(slope(function(x) x^2, c(0, 1)), c(0, 2))
  expect_equal(slope(function(x) torch_pow(0, x), c(0, 2)), c(0, 0))
  expect_equal(slope(function(x) torch_maximum(x, torch_tensor(c(1, 1), dtype = torch_double())), c(1, 2)), c(0.5, 1))
  expect_equal(slope(function(x) torch_clamp(x, -1, 1), c(-2, -1, 0, 1, 2)), c(0, 1, 1, 1, 0))
  expect_equal(slope(torch_floor, c(0.5, 1)), c(0, 0))
  expect_equal(slope(function(x) x$xlogy(x), 1), 1)
})

test_that("the graph names operations as PyTorch does", {
  x <- torch_ones(2, requires_grad = TRUE)
  y <- torch_ones(2, requires_grad = TRUE)
  names <- list(
    AddBackward0 = x + y, AddBackward1 = x + 1, SubBackward0 = x - y, MulBackward1 = x * 2, DivBackward0 = x / y, DivBackward1 = x / 2,
    PowBackward0 = x^2, PowBackward1 = x^y, PowBackward2 = 2^x, ClampBackward1 = x$clamp(0, 1), ClampBackward0 = x$clamp(y),
    ClampMinBackward0 = x$clamp_min(0), ClampMaxBackward1 = x$clamp_max(y), FmodBackward0 = x$fmod(2), RemainderBackward1 = x %% y,
    DivBackward2 = torch_div(x, y, rounding_mode = "floor"), LerpBackward0 = x$lerp(y, 0.5), LerpBackward1 = x$lerp(y, y),
    XlogyBackward0 = x$xlogy(y), MaximumBackward0 = torch_maximum(x, y), WhereBackward0 = torch_where(x > 0, x, y),
    RoundBackward0 = torch_round(x), RoundBackward1 = torch_round(x, 2), SgnBackward0 = torch_sgn(x), SignBackward0 = torch_sign(x),
    NegBackward0 = -x, EluBackward0 = torch_selu(x), CeluBackward0 = torch_celu(x), HardtanhBackward0 = nnf_relu6(x),
    PowBackward0 = torch_square(x), FillBackward2 = (x * 1)$fill_(1), ZeroBackward0 = (x * 1)$zero_(), Log1PBackward0 = torch_log1p(x)
  )
  for (k in seq_along(names)) expect_equal(name_of(names[[k]]), names(names)[k])
})

test_that("three operands: clamp, lerp, addcmul, addcdiv, where", {
  x <- torch_tensor(c(-2, 0.5, 2, NaN))
  expect_equal(values(torch_clamp(x, min = -1)), c(-1, 0.5, 2, NaN))
  expect_equal(values(torch_clamp(x, torch_tensor(-1), torch_tensor(c(1, 0, 1, 1)))), c(-1, 0, 1, NaN))
  expect_equal(values(torch_clamp(x, 2, 1)), c(1, 1, 1, NaN))
  expect_equal(kind(torch_clamp(torch_tensor(1:3), 0.5)), "Float")
  expect_error(torch_clamp(x), "min")
  own <- torch_tensor(c(1, 5))
  expect_equal(values(own$clamp_(torch_tensor(3), own)), c(1, 5))
  expect_equal(values(torch_lerp(torch_tensor(c(0, 10)), torch_tensor(c(10, 20)), torch_tensor(c(0.25, 1)))), c(2.5, 20))
  expect_equal(values(torch_addcmul(torch_tensor(1:2), torch_tensor(3:4), 2L, value = 3L)), c(19, 26))
  expect_error(torch_addcdiv(torch_tensor(1:2), torch_tensor(3:4), 2L), "floating")
  expect_equal(values(torch_where(torch_tensor(c(TRUE, FALSE)), 1, torch_tensor(c(5, 6)))), c(1, 6))
  expect_error(torch_where(torch_ones(2), 1, 2), "Bool")
})

test_that("where() stops a NaN of the branch not taken", {
  x <- torch_tensor(c(0, 4), requires_grad = TRUE)
  y <- torch_where(x > 0, x, 1)$log()$sum()
  expect_equal(values(autograd_grad(y, x)[[1]]), c(0, 0.25))
})

test_that("functions of two numbers agree with R's", {
  g <- expand.grid(a = c(-2, -0.5, 0, 1, 3), b = c(-1, 0, 0.5, 2))
  x <- torch_tensor(g$a, dtype = torch_double())
  y <- torch_tensor(g$b, dtype = torch_double())
  expect_equal(values(torch_atan2(x, y)), atan2(g$a, g$b))
  expect_equal(values(torch_hypot(x, y)), sqrt(g$a^2 + g$b^2))
  expect_equal(values(torch_logaddexp(x, y)), log(exp(g$a) + exp(g$b)))
  expect_equal(values(torch_logaddexp2(x, y)), log2(2^g$a + 2^g$b))
  expect_equal(values(torch_maximum(x, y)), pmax(g$a, g$b))
  expect_equal(values(x$copysign(y)), ifelse(g$b < 0, -abs(g$a), abs(g$a)))
  expect_equal(values(torch_heaviside(x, y)), ifelse(g$a == 0, g$b, g$a > 0))
  expect_equal(values(x$xlogy(y$abs())), ifelse(g$a == 0, 0, g$a * log(abs(g$b))))
  expect_equal(values(torch_tensor(NaN)$fmax(1)), 1)
  expect_equal(values(torch_maximum(torch_tensor(NaN), 1)), NaN)
  expect_equal(values(torch_logaddexp(torch_tensor(c(-Inf, Inf)), torch_tensor(c(-Inf, Inf)))), c(-Inf, Inf))
  expect_equal(values(torch_gcd(torch_tensor(c(12L, -18L, 0L)), torch_tensor(c(8L, 12L, 0L)))), c(4, 6, 0))
  expect_equal(values(torch_lcm(torch_tensor(c(12L, 5L, 0L)), torch_tensor(c(8L, 3L, 4L)))), c(24, 15, 0))
  one <- torch_tensor(1, dtype = torch_half())
  expect_equal(values(torch_nextafter(one, one + 1)) - 1, 2^-10)
})

test_that("errors name the operand and the shapes", {
  x <- torch_ones(2, 3)
  expect_error(x + "a", "`other`.*character")
  expect_error("a" * x, "`self`.*character")
  expect_error(x + torch_ones(4, 3), "\\[2, 3\\].*\\[4, 3\\]")
  expect_error(x$add_(torch_ones(4, 2, 3)), "shape")
  expect_error(torch_tensor(TRUE) - torch_tensor(TRUE), "Bool")
  expect_error(torch_gcd(x, x), "integer")
})

test_that("in-place operators keep the tensor's dtype, and refuse what it cannot hold", {
  x <- torch_tensor(c(1L, 2L))
  expect_error(x$add_(0.5), "Float.*Long")
  expect_error(x$div_(2L), "Float.*Long")
  expect_equal(values(x$mul_(3L)), c(3, 6))
  y <- torch_ones(2)
  expect_equal(kind(y$add_(torch_ones(2, dtype = torch_double()))), "Float")
  expect_equal(values(y$eq_(2)), c(1, 1))
  expect_equal(values(y$pow_(2)$sub_(0.5)$clamp_(max = 0.25)), c(0.25, 0.25))
})

test_that("an integer scales whole tensors, whatever R's type of it", {
  x <- torch_tensor(1:3)
  expect_equal(as.numeric(torch_add(x, x, alpha = 2)), c(3, 6, 9))
  expect_equal(as.numeric(torch_sub(x, x, alpha = 0)), c(1, 2, 3))
  expect_equal(as.numeric(torch_addcmul(x, x, x, value = 2)), c(3, 10, 21))
  expect_true(torch_addcmul(x, x, x, value = 2)$dtype == torch_long())
  expect_error(torch_addcmul(x, x, x, value = 0.5), "integer", class = "rushlight_error")
  expect_error(torch_add(x, x, alpha = 0.5), "integer", class = "rushlight_error")
})

test_that("where a bound meets NaN, no gradient passes to either", {
  x <- torch_tensor(c(NaN, 1, 3), requires_grad = TRUE)
  bound <- torch_tensor(c(2, 2, 2), requires_grad = TRUE)
  expect_equal(lapply(autograd_grad(x$clamp_min(bound)$sum(), list(x, bound)), as.numeric), list(c(0, 0, 1), c(0, 1, 0)))
  expect_equal(lapply(autograd_grad(x$clamp_max(bound)$sum(), list(x, bound)), as.numeric), list(c(0, 1, 0), c(0, 0, 1)))
})

test_that("integers that are divided by zero in place stay what they were", {
  for (dtype in list(torch_long(), torch_int(), torch_short(), torch_int8(), torch_uint8())) {
    by <- torch_tensor(c(2, 3, 0))$to(dtype = dtype)
    divisions <- list(
      function(x) x$remainder_(by), function(x) x$fmod_(by), function(x) x$floor_divide_(by),
      function(x) x$div_(by, rounding_mode = "trunc"), function(x) x$div_(by, rounding_mode = "floor")
    )
    for (divide in divisions) {
      x <- torch_tensor(c(11, 12, 13))$to(dtype = dtype)
      expect_error(divide(x), "divided by zero in (remainder|fmod|floor_divide|div)\\(\\)")
      expect_equal(as.numeric(x), c(11, 12, 13))
      expect_equal(as.numeric(x$remainder_(5L)), c(1, 2, 3))
    }
  }
})
