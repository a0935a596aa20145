differs <- function(target, current, text, ...) {
  found <- all.equal(target, current, ...)
  expect_type(found, "character")
  expect_match(paste(found, collapse = "\n"), text)
}

test_that("all.equal() compares dtype, shape and values", {
  x <- torch_tensor(c(1, 2))
  expect_true(all.equal(x, torch_tensor(c(1, 2))))
  expect_true(all.equal(x, torch_tensor(c(1, 2), requires_grad = TRUE)))
  differs(torch_ones(2), torch_zeros(3, 3), "shape: target is \\[2\\], current is \\[3, 3\\]")
  differs(x, x$unsqueeze(1), "shape")
  differs(x, x$double(), "dtype: target is Float, current is Double")
  differs(x, torch_tensor(c(1, 3)), "relative difference")
  differs(x, c(1, 2), "numeric")
  differs(x, NULL, "NULL")
  expect_false(isTRUE(all.equal(c(1, 2), x)))
  differs(torch_tensor(c(TRUE, FALSE)), torch_tensor(c(TRUE, TRUE)), "mismatch")
  differs(torch_tensor(1:2), torch_tensor(c(1L, 3L)), "difference")
  expect_true(all.equal(torch_ones(0, 3), torch_ones(0, 3)))
  differs(torch_ones(0, 3), torch_ones(3, 0), "shape")
  expect_true(all.equal(torch_scalar_tensor(2), torch_scalar_tensor(2)))
  expect_true(all.equal(torch_ones(2, 3)$t(), torch_ones(3, 2)))
})

test_that("the tolerance is that of the dtype unless it is given", {
  for (dtype in list(torch_half(), torch_bfloat16(), torch_float(), torch_double())) {
    x <- torch_tensor(c(1, 2), dtype = dtype)
    eps <- torch_finfo(dtype)$eps
    expect_true(all.equal(x, x * (1 + eps)))
    differs(x, x * (1 + 20 * max(eps, 1e-7)), "difference")
    differs(x, x * (1 + eps), "difference", tolerance = 0)
    expect_true(all.equal(x, x * 1.5, tolerance = 0.6))
  }
})

test_that("missing and infinite values are equal to their like", {
  x <- torch_tensor(c(1, NaN, Inf, -Inf))
  expect_true(all.equal(x, x + 0))
  differs(x, torch_tensor(c(1, 2, Inf, -Inf)), "NA|missing")
  differs(x, torch_tensor(c(1, NaN, Inf, Inf)), "difference")
})

test_that("64-bit integers are told apart where R's numbers are not", {
  x <- torch_tensor(c(1L, 2L))$mul(2^53)$to(dtype = torch_long())
  big <- torch_ones(1, dtype = torch_long())$bitwise_left_shift(60L)
  differs(big, big + 1L, "beyond", tolerance = 0)
  expect_true(all.equal(big, big + 0L, tolerance = 0))
  expect_failure(expect_identical(big, big + 1L))
  expect_success(expect_identical(big, big + 0L))
})

test_that("tensors within lists are compared too", {
  made <- function(value) list(1, a = list(torch_full(2, value), "text"))
  expect_true(all.equal(made(1), made(1)))
  differs(made(1), made(2), "relative difference")
  differs(list(torch_ones(2)), list(torch_zeros(3, 3)), "shape")
})

test_that("an undefined tensor is equal to its like alone", {
  undefined <- torch_ones(1, requires_grad = TRUE)$grad
  expect_true(all.equal(undefined, undefined))
  differs(undefined, torch_ones(1), "undefined")
  differs(torch_ones(1), undefined, "undefined")
  expect_success(expect_equal(undefined, torch_ones(1, requires_grad = TRUE)$grad))
  expect_failure(expect_equal(undefined, torch_ones(1)))
})

for (edition in 2:3) {
  test_that(paste("expect_equal() tells tensors apart in edition", edition, "of testthat"), {
    local_edition(edition)
    x <- torch_tensor(rbind(c(1, 2), c(3, 4)))
    expect_success(expect_equal(x, x$clone()))
    expect_success(expect_equal(list(x, a = 1), list(x$clone(), a = 1)))
    expect_failure(expect_equal(x, x + 1))
    expect_failure(expect_equal(x, x$double()))
    expect_failure(expect_equal(x, x$view(4)))
    expect_failure(expect_equal(x, as_array(x)))
    expect_failure(expect_equal(torch_ones(2), torch_zeros(3, 3)))
    expect_failure(expect_equal(list(x, a = 1), list(x + 1, a = 1)))
    expect_success(expect_equal(x, x * 1.1, tolerance = 0.2))
    expect_failure(expect_identical(x, x + 1))
    expect_failure(expect_identical(list(x), list(x + 1)))
    expect_success(expect_identical(x, x))
    expect_success(expect_identical(list(x), list(x)))
  })
}

test_that("expect_identical() of edition 3 compares values exactly", {
  local_edition(3)
  x <- torch_tensor(c(1, 2), dtype = torch_double())
  expect_success(expect_identical(x, x$clone()))
  expect_failure(expect_identical(x, x * (1 + 1e-12)))
  expect_success(expect_equal(x, x * (1 + 1e-12)))
})
