test_that("softmax agrees with R along any dimension of any layout", {
  for (size in list(c(3, 4, 5), c(2, 100, 3), c(7, 2, 300))) {
    a <- array(spread_numbers(prod(size), -3, 3, 1), size)
    turned <- strided(as.vector(a), size, cumprod(c(1, size[-3])))
    for (x in list(torch_tensor(a, dtype = torch_double()), turned)) for (dim in 1:3) {
      kept <- setdiff(1:3, dim)
      e <- exp(a)
      expected <- sweep(e, kept, apply(e, kept, sum), "/")
      expect_equal(as_array(nnf_softmax(x, dim)), expected)
      expect_equal(as_array(nnf_log_softmax(x, dim)), log(expected))
      expect_equal(as_array(x$softmax(dim)$to(dtype = torch_float())), expected, tolerance = 1e-6)
    }
  }
})

test_that("softmax neither overflows nor loses what is far below", {
  x <- torch_tensor(c(1000, 1001, -1000))
  expect_equal(as.numeric(nnf_softmax(x, 1)), c(1 / (1 + exp(1)), 1 / (1 + exp(-1)), 0), tolerance = 1e-6)
  expect_equal(as.numeric(nnf_log_softmax(x, 1))[3], -2001.3133, tolerance = 1e-6)
  expect_equal(as.numeric(nnf_softmax(torch_tensor(c(-Inf, 0)), 1)), c(0, 1))
  expect_true(all(is.nan(as.numeric(nnf_softmax(torch_tensor(c(-Inf, -Inf)), 1)))))
  expect_true(all(is.nan(as.numeric(nnf_softmax(torch_tensor(c(1, NaN)), 1)))))
})

test_that("lines of any length add up to 1", {
  for (n in c(1, 15, 511, 512, 513, 1500)) {
    x <- torch_randn(3, n)
    expect_equal(as_array(nnf_softmax(x, 2)$sum(2)), rep(1, 3), tolerance = 1e-6)
    expect_equal(as_array(nnf_softmax(x, 2)), as_array(nnf_log_softmax(x, 2)$exp()), tolerance = 1e-5)
    expect_equal(as_array(nnf_softmax(x, 2)), as_array(nnf_softmax(x$t()$contiguous(), 1)$t()), tolerance = 1e-6)
  }
  x[2, 1400] <- NaN
  expect_equal(rowSums(is.nan(as_array(nnf_softmax(x, 2)))), c(0, 1500, 0))
})

test_that("softmax takes integers only with a dtype", {
  expect_error(nnf_softmax(torch_tensor(1:3), 1), "floating dtype")
  expect_true(nnf_softmax(torch_tensor(1:3), 1, torch_double())$dtype == torch_double())
  expect_equal(as.numeric(nnf_softmin(torch_tensor(c(1, 1)), 1)), c(0.5, 0.5))
  expect_equal(nnf_softmax(torch_zeros(0, 3), 1)$shape, c(0, 3))
  expect_error(nnf_softmax(torch_ones(2), 2), "does not exist")
})

test_that("relaxed draws are probabilities, and hard ones are one-hot with their gradient", {
  torch_manual_seed(1)
  logits <- torch_zeros(5, 3, requires_grad = TRUE)
  expect_equal(as.numeric(nnf_gumbel_softmax(logits)$sum(2)), rep(1, 5), tolerance = 1e-6)
  hard <- nnf_gumbel_softmax(logits, hard = TRUE)
  expect_equal(sort(unique(round(as.numeric(hard), 6))), c(0, 1))
  hard[1, 1]$backward()
  expect_true(any(logits$grad != 0))
})

test_that("sparsemax is the nearest point whose elements add up to 1, and are not negative", {
  expect_equal(in_rows(nnf_contrib_sparsemax(doubles(c(0.1, 1.2, 1)), 1)), c(0, 0.6, 0.4))
  expect_equal(in_rows(nnf_contrib_sparsemax(doubles(c(3, 1, 0)), 1)), c(1, 0, 0))
  expect_equal(in_rows(nnf_contrib_sparsemax(doubles(c(2, 2, 2)), 1)), rep(1 / 3, 3))
  x <- doubles(c(0.1, 1.2, 1, -3, 1.2, 0.9), 2, 3)
  expect_equal(as_array(nnf_contrib_sparsemax(x, -1)$sum(2)), c(1, 1))
  expect_equal(as_array(nnf_contrib_sparsemax(x, 1)$sum(1)), c(1, 1, 1))
  expect_equal(dim(nnf_contrib_sparsemax(torch_ones(2, 0), 2)), c(2, 0))
  expect_true(gradcheck(function(x) nnf_contrib_sparsemax(x, 2), x$clone()$requires_grad_()))
})
