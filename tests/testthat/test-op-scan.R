test_that("scans run along any dimension of any layout", {
  m <- matrix(spread_numbers(60, -2, 2, 1), 6)
  x <- torch_tensor(m, dtype = torch_double())
  turned <- torch_tensor(t(m), dtype = torch_double())$t()
  for (t in list(x, turned)) {
    expect_equal(as_array(torch_cumsum(t, 1)), apply(m, 2, cumsum))
    expect_equal(as_array(torch_cumsum(t, -1)), t(apply(m, 1, cumsum)))
    expect_equal(as_array(torch_cumprod(t, 2)), t(apply(m, 1, cumprod)))
    expect_equal(as_array(torch_cummax(t, 1)[[1]]), apply(m, 2, cummax))
    expect_equal(as_array(torch_cummin(t, 2)[[1]]), t(apply(m, 1, cummin)))
    expect_equal(as_array(torch_logcumsumexp(t, 1)), apply(m, 2, function(v) log(cumsum(exp(v)))))
  }
  wide <- torch_tensor(array(spread_numbers(2 * 3 * 300, -2, 2, 1), c(2, 3, 300)), dtype = torch_double())
  expect_equal(as_array(torch_cumsum(wide, 2))[1, 3, ], colSums(as_array(wide)[1, , ]))
})

test_that("integers add up as int64, or as a dtype that is asked for", {
  x <- torch_tensor(c(TRUE, FALSE, TRUE))
  expect_equal(as.numeric(torch_cumsum(x, 1)), c(1, 1, 2))
  expect_true(torch_cumsum(torch_tensor(1:3, dtype = torch_int8()), 1)$dtype == torch_int64())
  expect_true(torch_cumsum(torch_tensor(1:3), 1, dtype = torch_double())$dtype == torch_double())
  expect_equal(as.numeric(torch_cumprod(torch_tensor(c(0.5, 4), dtype = torch_half()), 1)), c(0.5, 2))
})

test_that("running extremes tell the last of equal places, from 0, and keep a NaN", {
  result <- torch_cummax(torch_tensor(c(1, 3, 3, NaN, 5)), 1)
  expect_equal(as.numeric(result[[1]]), c(1, 3, 3, NaN, NaN))
  expect_equal(as.numeric(result[[2]]), c(0, 1, 2, 3, 3))
})

test_that("scans change a tensor in place", {
  x <- torch_tensor(c(1, 2, 3))
  x$cumsum_(1)
  expect_equal(as.numeric(x), c(1, 3, 6))
  x$cumprod_(1)
  expect_equal(as.numeric(x), c(1, 3, 18))
  expect_equal(as.numeric(cumsum(x)), c(1, 4, 22))
})

test_that("a dimension that does not exist is refused", {
  expect_error(torch_cumsum(torch_ones(2), 2), "dimension 2", class = "rushlight_error")
  expect_error(torch_cumsum(torch_ones(2), 0), "count from 1", class = "rushlight_error")
  expect_error(torch_cumsum(torch_ones(2)), "`dim`|dim", class = "rushlight_error")
  expect_error(torch_logcumsumexp(torch_tensor(1:3), 1), "floating", class = "rushlight_error")
})

test_that("scans of empty tensors and of numbers work", {
  expect_equal(torch_cumsum(torch_zeros(0, 3), 1)$shape, c(0, 3))
  expect_equal(torch_cummax(torch_zeros(3, 0), 2)[[2]]$shape, c(3, 0))
  expect_equal(as.numeric(torch_cumsum(torch_scalar_tensor(4), 1)), 4)
})

test_that("differences and integrals agree with their formulas", {
  m <- matrix(spread_numbers(12, -2, 2, 3), 3)
  x <- torch_tensor(m, dtype = torch_double())
  expect_equal(as_array(torch_diff(x, dim = 1)), diff(m))
  expect_equal(as_array(torch_diff(x, n = 2)), t(diff(t(m), differences = 2)))
  expect_equal(as.numeric(torch_diff(torch_tensor(c(1, 4)), prepend = torch_tensor(0), append = torch_tensor(c(9, 9)))), c(1, 3, 5, 0))
  expect_equal(as_array(torch_diff(torch_tensor(c(TRUE, FALSE, FALSE)))), c(TRUE, FALSE))
  expect_equal(as.numeric(torch_trapz(x, dx = 2)), rowSums(m[, -1] + m[, -4]))
  at <- c(0, 1, 3, 7)
  expect_equal(as.numeric(torch_trapz(x, x = torch_tensor(at, dtype = torch_double()))), c((m[, -1] + m[, -4]) %*% diff(at)) / 2)
})

test_that("the derivative of logcumsumexp() bears minus infinity", {
  x <- torch_tensor(c(-Inf, -Inf, 1, 2), dtype = torch_double(), requires_grad = TRUE)
  torch_logcumsumexp(x, 1)[4]$backward()
  expect_equal(as.numeric(x$grad), c(0, 0, exp(1:2) / sum(exp(1:2))))
})

test_that("no differences at all are a copy", {
  x <- torch_tensor(c(1, 2))
  torch_diff(x, n = 0)$zero_()
  expect_equal(as.numeric(x), c(1, 2))
})

test_that("the gradient of logcumsumexp bears infinities in every floating dtype", {
  for (dtype in c("half", "bfloat16", "float", "double")) {
    x <- torch_tensor(c(-Inf, 0, 1), dtype = dtype, requires_grad = TRUE)
    torch_logcumsumexp(x, 1)$sum()$backward()
    expect_equal(as_array(x$grad), c(0, 1 + 1 / (1 + exp(1)), exp(1) / (1 + exp(1))), tolerance = 5e-3)
  }
})

test_that("areas under integers are exact, whatever their dtype holds", {
  for (dtype in list(torch_int8(), torch_short(), torch_int(), torch_long())) {
    y <- torch_tensor(c(-128, 127, 6, 3, 0, 9, 126), dtype = torch_double())$to(dtype = dtype)
    expect_equal(as.numeric(torch_trapz(y)), 144)
    expect_equal(as.numeric(torch_trapz(y, x = torch_tensor(0:6))), 144)
  }
})
