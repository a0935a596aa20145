test_that("comparison gives booleans, and NaN is not equal to itself", {
  x <- torch_tensor(c(1, 2, NaN))
  y <- torch_tensor(c(1, 3, NaN))
  expect_equal(as_array(x == y), c(TRUE, FALSE, FALSE))
  expect_equal(as_array(x != y), c(FALSE, TRUE, TRUE))
  expect_equal(as_array(x < y), c(FALSE, TRUE, FALSE))
  expect_equal(as_array(x <= y), c(TRUE, TRUE, FALSE))
  expect_equal(as_array(2 > x), c(TRUE, FALSE, FALSE))
  expect_equal(as_array(x >= 2), c(FALSE, TRUE, FALSE))
  expect_equal(as_array(torch_tensor(1:3) == 1.5), c(FALSE, FALSE, FALSE))
  expect_false((x == y)$requires_grad)
})

test_that("long names are short names", {
  x <- torch_tensor(c(1, 2, 3))
  pairs <- list(
    list(torch_greater, torch_gt), list(torch_greater_equal, torch_ge), list(torch_less, torch_lt), list(torch_less_equal, torch_le),
    list(torch_not_equal, torch_ne)
  )
  for (pair in pairs) expect_equal(as_array(pair[[1]](x, 2)), as_array(pair[[2]](x, 2)))
  expect_equal(as_array(x$greater(2)), c(FALSE, FALSE, TRUE))
})

test_that("logic takes every number but 0 as true", {
  a <- torch_tensor(c(0, 0.5, NaN, -2))
  b <- torch_tensor(c(TRUE, TRUE, FALSE, FALSE))
  expect_equal(as_array(a & b), c(FALSE, TRUE, FALSE, FALSE))
  expect_equal(as_array(a | b), c(TRUE, TRUE, TRUE, TRUE))
  expect_equal(as_array(torch_logical_xor(a, b)), c(TRUE, FALSE, TRUE, TRUE))
  expect_equal(as_array(!a), c(TRUE, FALSE, FALSE, FALSE))
  expect_equal(as_array(torch_tensor(c(2, 0))$logical_not_()), c(0, 1))
})

test_that("bits agree with R's, and only integers have them", {
  a <- c(12L, 5L, 7L)
  b <- c(10L, 3L, 1L)
  expect_equal(as_array(torch_bitwise_and(torch_tensor(a), torch_tensor(b))), bitwAnd(a, b))
  expect_equal(as_array(torch_bitwise_or(torch_tensor(a), torch_tensor(b))), bitwOr(a, b))
  expect_equal(as_array(torch_bitwise_xor(torch_tensor(a), torch_tensor(b))), bitwXor(a, b))
  expect_equal(as_array(torch_bitwise_not(torch_tensor(a))), -a - 1L)
  expect_equal(as_array(torch_tensor(a)$bitwise_left_shift(2L)), a * 4L)
  expect_equal(as_array(torch_tensor(-a)$bitwise_right_shift(1L)), c(-6L, -3L, -4L))
  expect_equal(as_array(torch_tensor(a)$bitwise_left_shift(64L)), c(0L, 0L, 0L))
  expect_equal(as_array(torch_bitwise_not(torch_tensor(c(TRUE, FALSE)))), c(FALSE, TRUE))
  expect_error(torch_bitwise_and(torch_ones(2), 1L), "Float")
})

test_that("closeness knows tolerances, infinity and NaN", {
  x <- torch_tensor(c(1, Inf, NaN, 0))
  y <- torch_tensor(c(1 + 1e-6, Inf, NaN, 1e-9))
  expect_equal(as_array(torch_isclose(x, y)), c(TRUE, TRUE, FALSE, TRUE))
  expect_true(torch_allclose(x, y, equal_nan = TRUE))
  expect_false(torch_allclose(x, y))
  expect_false(torch_isclose(torch_tensor(Inf), -Inf)$item())
  expect_true(torch_equal(torch_ones(2, 2), torch_ones(2, 2)))
  expect_false(torch_equal(torch_ones(2), torch_ones(1)))
  expect_false(torch_equal(x, x))
})

test_that("an in-place comparison lets no gradient through", {
  x <- torch_ones(2, requires_grad = TRUE)
  y <- x * 2
  y$gt_(1)
  y$sum()$backward()
  expect_equal(as_array(x$grad), c(0, 0))
})

test_that("operators have the names that Python gives them", {
  x <- torch_tensor(c(12L, 5L))
  y <- torch_tensor(c(8L, 3L))
  expect_identical(as.numeric(x$`__and__`(y)), c(8, 1))
  expect_identical(as.numeric(x$`__or__`(y)), c(12, 7))
  expect_identical(as.numeric(x$`__xor__`(y)), c(4, 6))
  expect_identical(as_array(torch_tensor(c(TRUE, FALSE))$`__and__`(TRUE)), c(TRUE, FALSE))
})

test_that("$ptr is the pointer", {
  x <- torch_ones(2)
  expect_identical(typeof(x$ptr), "externalptr")
})
