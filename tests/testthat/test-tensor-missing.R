test_that("R's questions about missing and infinite values are answered for the elements", {
  values <- matrix(c(1, NaN, Inf, -Inf, 0, 2), 2)
  for (dtype in c("half", "bfloat16", "float", "double")) {
    x <- torch_tensor(values, dtype = dtype)
    expect_identical(is.na(x), is.na(values))
    expect_identical(is.nan(x), is.nan(values))
    expect_identical(is.finite(x), matrix(is.finite(values), 2))
    expect_identical(is.infinite(x), matrix(is.infinite(values), 2))
    expect_true(anyNA(x))
    expect_false(anyNA(x[1, ]))
  }
  for (dtype in c("bool", "uint8", "long")) {
    x <- torch_ones(2, 3, dtype = dtype)
    expect_identical(is.na(x), matrix(FALSE, 2, 3))
    expect_identical(is.finite(x), matrix(TRUE, 2, 3))
    expect_false(anyNA(x))
  }
  expect_identical(is.na(torch_scalar_tensor(NaN)), TRUE)
  expect_identical(is.na(torch_zeros(0)), logical())
  expect_identical(is.na(torch_tensor(array(values, c(1, 2, 3)))), array(is.na(values), c(1, 2, 3)))
  expect_false(anyNA(torch_zeros(0)))
})

test_that("na.omit() leaves out elements of a vector and rows of a matrix, and keeps the graph", {
  x <- torch_tensor(c(1, NA, 3), requires_grad = TRUE)
  kept <- na.omit(x)
  expect_equal(as_array(kept), c(1, 3))
  kept$sum()$backward()
  expect_equal(as_array(x$grad), c(1, 0, 1))
  m <- torch_tensor(matrix(c(1, NaN, 3, 4, 5, 6), 3))
  expect_equal(as_array(na.omit(m)), matrix(c(1, 3, 4, 6), 2))
  expect_equal(na.omit(m$unsqueeze(-1))$shape, c(2, 2, 1))
  expect_equal(as_array(na.omit(torch_tensor(c(NaN, NaN)))), numeric())
  expect_equal(as_array(na.omit(torch_tensor(1:2))), 1:2)
})

written <- function(x, i, v) {
  x[i] <- v
  x
}

# Each way to write a number, with what it makes of zeros.
writers <- list(
  "[<-" = function(x, v) written(x, 1, v),
  "[<- by a range" = function(x, v) written(x, 1:2, c(v, v)),
  "[<- by indices" = function(x, v) written(x, torch_tensor(1:2), c(v, v)),
  "[<- by a mask" = function(x, v) written(x, torch_tensor(c(TRUE, TRUE)), c(v, v)),
  fill_ = function(x, v) x$fill_(v),
  copy_ = function(x, v) x$copy_(c(v, v)),
  masked_fill = function(x, v) x$masked_fill(torch_tensor(c(TRUE, FALSE)), v),
  masked_fill_ = function(x, v) x$masked_fill_(torch_tensor(c(TRUE, FALSE)), v),
  masked_scatter = function(x, v) x$masked_scatter(torch_tensor(c(TRUE, FALSE)), c(v, v)),
  index_fill = function(x, v) x$index_fill(1, 1L, v),
  index_fill_ = function(x, v) x$index_fill_(1, 1L, v),
  index_copy = function(x, v) x$index_copy(1, 1L, structure(v, dim = 1L)),
  index_put = function(x, v) x$index_put(list(torch_tensor(1:2)), c(v, v)),
  scatter = function(x, v) x$scatter(1, torch_tensor(1L), v),
  scatter_ = function(x, v) x$scatter_(1, torch_tensor(1L), structure(v, dim = 1L)),
  put_ = function(x, v) x$put_(torch_tensor(1:2), c(v, v)),
  torch_full = function(x, v) torch_full(2, v, dtype = x$dtype),
  torch_full_like = function(x, v) torch_full_like(x, v),
  new_full = function(x, v) x$new_full(2, v),
  torch_scalar_tensor = function(x, v) torch_scalar_tensor(v, dtype = x$dtype)$reshape(-1)
)
made <- function(x, v) torch_tensor(c(v, v), dtype = x$dtype)
first <- function(x) as.numeric(x)[1]

test_that("integer dtypes refuse what they do not hold, and cut fractions, wherever it is written", {
  limits <- list(
    uint8 = c(0, 255), int8 = c(-128, 127), int16 = c(-32768, 32767), int32 = c(-2^31, 2^31 - 1), int64 = c(-2^63, 2^63 - 1024)
  )
  for (dtype in names(limits)) {
    zeros <- torch_zeros(2, dtype = dtype)
    range <- limits[[dtype]]
    for (write in c(writers, made)) {
      for (v in c(range, 7.9)) expect_equal(first(write(zeros$clone(), v)), trunc(v))
      for (v in c(NaN, NA, Inf, -Inf, range[1] - 2049, range[2] + 1025)) expect_error(write(zeros$clone(), v), class = "rushlight_error")
      for (v in list(NA, NA_integer_)) expect_error(write(zeros$clone(), v), "NA", class = "rushlight_error")
    }
  }
  for (write in c(writers, made)) {
    expect_equal(first(write(torch_zeros(2, dtype = "uint8"), -0.5)), 0)
    expect_equal(first(write(torch_zeros(2, dtype = "uint8"), 255.9)), 255)
    expect_error(write(torch_zeros(2, dtype = "uint8"), 300L), "Byte does not hold 300")
    expect_error(write(torch_zeros(2, dtype = "uint8"), -1), "Byte does not hold -1")
  }
})

test_that("a Bool tensor takes every number but NA and NaN", {
  for (write in c(writers, made)) {
    for (v in list(2, -0.5, Inf, TRUE, 3L)) expect_equal(first(write(torch_zeros(2, dtype = "bool"), v)), 1)
    for (v in list(0, FALSE, 0L)) expect_equal(first(write(torch_ones(2, dtype = "bool"), v)), 0)
    for (v in list(NA, NA_real_, NA_integer_, NaN)) expect_error(write(torch_zeros(2, dtype = "bool"), v), class = "rushlight_error")
  }
})

test_that("in floating dtypes NA becomes NaN, Inf stays, and what is too large is refused where it is written", {
  beyond <- list(half = 65505, bfloat16 = 3.4e38, float = 1e39)
  for (dtype in c(names(beyond), "double")) {
    zeros <- torch_zeros(2, dtype = dtype)
    for (write in c(writers, made)) {
      for (v in list(NA, NA_real_, NA_integer_, NaN)) expect_identical(is.nan(first(write(zeros$clone(), v))), TRUE)
      for (v in c(Inf, -Inf)) expect_identical(first(write(zeros$clone(), v)), v)
    }
    if (dtype == "double") next
    for (write in writers) expect_error(write(zeros$clone(), beyond[[dtype]]), "largest number", class = "rushlight_error")
    expect_identical(first(made(zeros, -10 * beyond[[dtype]])), -Inf)
  }
  for (write in writers) expect_error(write(torch_zeros(2, dtype = "half"), 70000L), "largest number")
})

test_that("integer64 is held to the same rule", {
  skip_if_not_installed("bit64")
  big <- bit64::as.integer64("9007199254740993")
  x <- torch_zeros(2, dtype = torch_long())
  x[1:2] <- c(big, big)
  expect_identical(bit64::as.integer64(x), c(big, big))
  x[1] <- big + 2L
  expect_identical(bit64::as.integer64(x), c(big + 2L, big))
  expect_error(x[1:2] <- bit64::as.integer64(c(1, NA)), "NA")
  expect_error(x[1] <- bit64::NA_integer64_, "NA")
  y <- torch_zeros(2, dtype = torch_int())
  expect_error(y[1:2] <- c(big, big), "Int does not hold")
  f <- torch_zeros(2)
  f[1:2] <- bit64::as.integer64(c(1, NA))
  expect_equal(as_array(f), c(1, NaN))
})

test_that("conversion is not checked", {
  expect_equal(as.numeric(torch_tensor(c(300, -1))$to(dtype = torch_uint8())), c(44, 255))
  expect_equal(as_array(torch_tensor(1e39, dtype = "double")$float()), Inf)
})

test_that("a sequence of integers stays within its dtype", {
  expect_error(torch_arange(0, 300, dtype = torch_uint8()), "Byte does not hold 300")
  expect_error(torch_linspace(-1, 1, 3, dtype = torch_uint8()), "Byte does not hold -1")
  expect_error(torch_logspace(0, 10, 3, dtype = torch_int()), "Int does not hold")
  expect_equal(as.integer(torch_arange(250, 255, dtype = torch_uint8())), 250:255)
})
