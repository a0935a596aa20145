test_that("R's values keep their shape and get the dtype of their kind", {
  expect_equal(as_array(torch_tensor(c(1, 2.5))), c(1, 2.5))
  expect_true(torch_tensor(1.5)$dtype == torch_float())
  expect_true(torch_tensor(1:2)$dtype == torch_long())
  expect_true(torch_tensor(TRUE)$dtype == torch_bool())
  expect_true(torch_tensor(as.raw(200))$dtype == torch_uint8())
  expect_identical(as_array(torch_tensor(as.raw(200))), as.raw(200))
  expect_equal(torch_tensor(3.5)$shape, 1L)
  expect_equal(torch_tensor(numeric())$shape, 0L)
  a <- array(rnorm(24), 2:4)
  expect_equal(as_array(torch_tensor(a, dtype = torch_double())), a)
  expect_equal(torch_tensor(matrix(1:6, 2))$shape, c(2L, 3L))
  expect_equal(torch_scalar_tensor(2)$shape, integer())
})

test_that("a tensor made of a tensor is a copy", {
  x <- torch_tensor(c(1, 2))
  y <- torch_tensor(x, dtype = torch_double())
  x$add_(1)
  expect_equal(as_array(y), c(1, 2))
  expect_true(y$dtype == torch_double())
})

test_that("NA becomes NaN or is refused", {
  expect_equal(as_array(torch_tensor(c(1, NA))), c(1, NaN))
  expect_equal(as_array(torch_tensor(c(1L, NA), dtype = torch_float())), c(1, NaN))
  expect_equal(as_array(torch_tensor(c(TRUE, NA), dtype = torch_half())), c(1, NaN))
  expect_error(torch_tensor(c(1L, NA)), "contains NA", class = "rushlight_error")
  expect_error(torch_tensor(c(TRUE, NA)), "contains NA")
  expect_error(torch_tensor(c(1, NA), dtype = torch_int()), "contains NA")
  expect_error(torch_tensor(NaN, dtype = torch_bool()), "contains NA")
  expect_error(torch_tensor(c(1, Inf), dtype = torch_long()), "infinite")
  expect_equal(as_array(torch_tensor(c(1, Inf))), c(1, Inf))
})

test_that("what is no number is refused by its kind", {
  expect_error(torch_tensor("a"), "`data`.*character")
  expect_error(torch_tensor(factor("a")), "factor")
  expect_error(torch_tensor(list(1)), "list")
  expect_error(torch_tensor(1i), "complex")
  expect_identical(torch_tensor(NULL)$shape, 0L)
  expect_identical(torch_tensor(NULL, dtype = torch_long())$dtype, torch_long())
  expect_error(torch_tensor(1, dtype = "quadruple"), "quadruple")
  expect_error(torch_tensor(1:3, requires_grad = TRUE), "floating")
  expect_error(torch_tensor(1, device = "cuda"), "only device")
})

test_that("filled tensors take sizes one by one or as a vector", {
  expect_equal(torch_zeros(2, 3)$shape, c(2L, 3L))
  expect_equal(torch_ones(c(2, 3))$shape, c(2L, 3L))
  expect_equal(torch_zeros()$shape, integer())
  expect_equal(torch_empty(0, 3)$shape, c(0L, 3L))
  expect_error(torch_zeros(-1), "negative")
  expect_error(torch_zeros(1.5), "integer")
  expect_error(torch_ones(2, names = "a"), "names")
  expect_error(torch_zeros(1e9, 1e9), "memory")
  expect_error(torch_zeros(rep(1, 40)), "32 dimensions")
})

test_that("a full tensor has the dtype of its number", {
  expect_true(torch_full(2, 3.5)$dtype == torch_float())
  expect_true(torch_full(2, 3L)$dtype == torch_long())
  expect_true(torch_full(2, TRUE)$dtype == torch_bool())
  expect_equal(as_array(torch_full(c(1, 2), 3.5)), matrix(3.5, 1, 2))
  expect_true(torch_full(2, 3L, dtype = torch_double())$dtype == torch_double())
  expect_error(torch_full(2, 300, dtype = torch_uint8()), "Byte does not hold 300")
  expect_error(torch_full(2, NaN, dtype = torch_int()), "Int does not hold")
  expect_error(torch_full_like(torch_tensor(1L), Inf), "Long does not hold")
  expect_equal(as_array(torch_full(1, -128, dtype = torch_int8())), -128L)
  expect_equal(as_array(torch_full(1, 7, dtype = torch_bool())), TRUE)
})

test_that("the _like functions keep shape, dtype and order in memory", {
  x <- torch_tensor(matrix(1:6, 2))$t()
  for (made in list(torch_zeros_like(x), torch_ones_like(x), torch_full_like(x, 4), torch_empty_like(x))) {
    expect_equal(made$shape, c(3L, 2L))
    expect_true(made$dtype == torch_long())
    expect_equal(made$stride(), x$stride())
  }
  expect_equal(as_array(torch_full_like(x, 4)), matrix(4L, 3, 2))
  expect_true(torch_zeros_like(x, dtype = torch_float())$dtype == torch_float())
  expect_true(x$new_zeros(2)$dtype == torch_long())
  expect_equal(as_array(x$new_full(2, 7, dtype = torch_float())), c(7, 7))
  expect_true(x$new_ones(2, list(dtype = torch_double()))$dtype == torch_double())
  expect_equal(torch_empty_strided(c(2, 3), c(1, 2))$stride(), c(1L, 2L))
  expect_error(torch_empty_strided(c(2, 3), 1), "one length")
})

test_that("sequences end where they should", {
  expect_equal(as_array(torch_arange(1L, 5L)), 1:5)
  expect_equal(as_array(torch_arange(5, 1, -2, dtype = torch_int())), c(5L, 3L, 1L))
  expect_equal(as_array(torch_range(0, 1, 0.4)), c(0, 0.4, 0.8), tolerance = 1e-7)
  expect_equal(torch_arange(0, 0.3, 0.1)$shape, 4L)
  expect_error(torch_arange(1, 5, 0), "0")
  expect_error(torch_arange(1, 5, -1), "away")
  expect_error(torch_arange(1, Inf), "finite")
  expect_equal(as_array(torch_linspace(0, 1, 7)), (0:6) / 6, tolerance = 1e-7)
  expect_equal(as_array(torch_linspace(3, 9, 1)), 3)
  expect_equal(torch_linspace(3, 9, 0)$shape, 0L)
  expect_equal(torch_linspace(3, 9)$shape, 100L)
  expect_equal(as_array(torch_logspace(0, 2, 4, dtype = torch_double())), 10^(0:3 * 2 / 3))
  expect_equal(as_array(torch_logspace(0, 4, 5, base = 2)), 2^(0:4))
  expect_error(torch_linspace(0, 1, -1), "negative")
})

test_that("the identity has its ones on the diagonal", {
  expect_equal(as_array(torch_eye(2, 3)), diag(1, 2, 3))
  expect_equal(as_array(torch_eye(3, 2, dtype = torch_long())), diag(1L, 3, 2))
  expect_equal(torch_eye(0)$shape, c(0L, 0L))
  expect_error(torch_eye(-1), "negative")
})

test_that("windows follow their formulas", {
  n <- 0:5
  expect_equal(as_array(torch_hann_window(6, FALSE)), 0.5 - 0.5 * cos(2 * pi * n / 5), tolerance = 1e-6)
  expect_equal(as_array(torch_hamming_window(6)), 0.54 - 0.46 * cos(2 * pi * n / 6), tolerance = 1e-6)
  expect_equal(as_array(torch_blackman_window(6)), 0.42 - 0.5 * cos(2 * pi * n / 6) + 0.08 * cos(4 * pi * n / 6), tolerance = 1e-6)
  expect_equal(as_array(torch_bartlett_window(6, FALSE)), 1 - abs(2 * n / 5 - 1), tolerance = 1e-6)
  expect_equal(
    as_array(torch_kaiser_window(6, FALSE, 4)), besselI(4 * sqrt(pmax(0, 1 - (2 * n / 5 - 1)^2)), 0) / besselI(4, 0),
    tolerance = 1e-6
  )
  expect_equal(torch_hann_window(0)$shape, 0L)
  expect_equal(as_array(torch_hann_window(1)), 1)
  expect_error(torch_hann_window(3, dtype = torch_int()), "floating")
})

test_that("powers of a vector stand in columns", {
  expect_equal(as_array(torch_vander(torch_tensor(c(1, 2, 3)))), outer(1:3, 2:0, `^`))
  expect_equal(as_array(torch_vander(torch_tensor(1:3), 2, TRUE)), cbind(1L, 1:3))
})

test_that("a factor is no number, wherever one is read", {
  x <- torch_ones(2, 2)
  for (f in list(factor("b"), factor(c("b", "a")), factor(character()))) {
    for (call in expression(
      torch_ones(f), torch_full(2, f), torch_full(f, 1), torch_tensor(f), torch_arange(1, f), torch_arange(f, 3), torch_linspace(0, 1, f), torch_eye(f),
      torch_randn(f), torch_randint(f, 5, 2), torch_randint(1, f, 2), torch_randperm(f), torch_zeros(list(2, f)), torch_scalar_tensor(f), torch_manual_seed(f),
      x$sum(f), x$permute(f), x$reshape(f), x$view(f), x$expand(f), x$transpose(f, 1), x$narrow(1, f, 1), x$narrow(1, 1, f), x$select(1, f), x$size(f),
      x$fill_(f), x$add(f), x$add(x, alpha = f), x$clamp(f), x$masked_fill(x > 0, f), x[f], x[f, 1], x[1:f], x[1, f], x[1] <- f, x$index_select(1, f),
      x$flip(f), x$roll(f), x$`repeat`(f), x$tile(f), x$split(f), x$chunk(f), x$topk(f), x$norm(f), x$cumsum(f), x$softmax(f), x$normal_(f), x$pow(f),
      torch_matrix_power(x, f), torch_diff(x, f), torch_repeat_interleave(x, f), torch_quantile(x, f), torch_combinations(torch_ones(3), f),
      torch_tensordot(x, x, f), nnf_one_hot(x$long(), f), nnf_glu(x, f), linalg_tensorinv(torch_ones(1, 1), f), nnf_dropout(x, f), torch_set_num_threads(f),
      torch_tensor_from_buffer(f, 1), torch_unsqueeze(x, f), torch_squeeze(x, f), torch_stack(list(x, x), f), torch_cat(list(x, x), f), torch_rot90(x, f)
    )) {
      if (length(f) == 0 && identical(call, quote(x[1] <- f))) next
      expect_error(eval(call), info = paste(deparse(call), length(f)))
    }
  }
  expect_equal(as_array(x), matrix(1, 2, 2))
})

test_that("the memory of a tensor that is gone is kept for the next one", {
  skip_if(Sys.getenv("RUSHLIGHT_INSTRUMENTED") == "asan", "that build has no pool")
  pooled <- function() rushlight_counts()[["pooled_bytes"]]
  x <- torch_empty(50000)
  before <- pooled()
  rm(x)
  gc()
  torch_ones(1)
  expect_gte(pooled() - before, 2e5)
  x <- torch_empty(50000)
  expect_lte(pooled() - before, 1e5)
})

test_that("a sequence of integers is Long, and one number is where it ends", {
  expect_identical(as.numeric(torch_arange(0L, 4L)), as.numeric(0:4))
  expect_identical(torch_arange(0L, 4L)$dtype, torch_long())
  expect_identical(torch_arange(0L, 4L, 2L)$dtype, torch_long())
  expect_identical(torch_arange(torch_tensor(0L), 4L)$dtype, torch_long())
  for (x in list(torch_arange(0L, 4), torch_arange(0, 4L), torch_arange(0L, 4L, 0.5), torch_arange(torch_tensor(0), 4L))) {
    expect_identical(x$dtype, torch_float())
  }
  expect_identical(torch_arange(0L, 4L, dtype = torch_double())$dtype, torch_double())
  expect_identical(as.numeric(torch_arange(3)), as.numeric(0:3))
  expect_identical(torch_arange(3L)$dtype, torch_long())
  expect_error(torch_arange(factor("a"), 3L), class = "rushlight_error")
})

test_that("a factor's codes are taken where integers are asked for, and nowhere else", {
  f <- factor(c("b", "a", NA, "b"), levels = c("a", "b"))
  expect_identical(as_array(torch_tensor(f[c(1, 2, 4)], dtype = torch_long())), c(2L, 1L, 2L))
  expect_identical(as_array(torch_tensor(f[1], dtype = torch_int())), 2L)
  expect_error(torch_tensor(f, dtype = torch_long()), class = "rushlight_error") # a missing value has no code
  for (dtype in list(NULL, torch_float(), torch_bool())) expect_error(torch_tensor(f[1], dtype = dtype), "factor", class = "rushlight_error")
  expect_error(torch_add(torch_ones(1, dtype = torch_long()), f[1]), "factor", class = "rushlight_error")
})
