# Values and derivatives at infinities, NaN and corners. Unless a comment says why not, they are PyTorch's.

for_floats <- function(check) for (dtype in list(torch_float(), torch_double())) check(dtype)

slopes <- function(f, ...) {
  inputs <- list(...)
  y <- do.call(f, inputs)
  lapply(autograd_grad(y, inputs, torch_ones_like(y)), as.numeric)
}

leaf <- function(x, dtype) torch_tensor(x, dtype = dtype, requires_grad = TRUE)
slope <- function(f, x, dtype) slopes(f, leaf(x, dtype))[[1]]

test_that("the gradient passes at NaN through what is linear in pieces", {
  passing <- list(
    torch_relu, nnf_relu, nnf_relu6, nnf_hardtanh, nnf_hardshrink, nnf_softshrink, nnf_hardswish, nnf_elu, nnf_celu,
    function(x) nnf_threshold(x, 0.5, 7), function(x) nnf_hardshrink(x, 0), function(x) torch_relu_(x * 1),
    function(x) nnf_hardtanh_(x * 1, -2, 2)
  )
  for_floats(function(dtype) {
    for (f in passing) {
      expect_identical(slope(f, c(NaN, NaN), dtype), c(1, 1))
      expect_identical(as.numeric(f(leaf(NaN, dtype))), NaN)
    }
    expect_equal(slope(nnf_selu, NaN, dtype), 1.0507009873554805, tolerance = 1e-6)
    expect_equal(slope(nnf_leaky_relu, NaN, dtype), 0.01, tolerance = 1e-6)
    expect_identical(slope(nnf_hardsigmoid, NaN, dtype), 0)
    expect_identical(slope(function(x) torch_clamp(x, -1, 1), NaN, dtype), 0)
    for (f in list(nnf_silu, nnf_gelu, nnf_softplus, nnf_logsigmoid, nnf_softsign, nnf_tanhshrink, torch_tanh)) {
      expect_identical(slope(f, NaN, dtype), NaN)
    }
  })
  for (dtype in list(torch_half(), torch_bfloat16())) {
    expect_identical(slope(torch_relu, c(NaN, -1, 0, 2), dtype), c(1, 0, 0, 1))
    expect_identical(slope(nnf_hardshrink, c(NaN, 0.5, -0.5, 2), dtype), c(1, 0, 0, 1))
  }
})

test_that("corners belong to the side that PyTorch gives them to", {
  for_floats(function(dtype) {
    expect_identical(slope(torch_relu, c(-Inf, -0, 0, Inf), dtype), c(0, 0, 0, 1))
    expect_identical(slope(nnf_relu6, c(0, 6, 3, Inf), dtype), c(0, 0, 1, 0))
    expect_identical(slope(nnf_hardtanh, c(-1, 1, 0, -Inf), dtype), c(0, 0, 1, 0))
    expect_identical(slope(nnf_hardshrink, c(-0.5, 0.5, 0, 0.75), dtype), c(0, 0, 0, 1))
    expect_identical(slope(nnf_softshrink, c(-0.5, 0.5, 0, -Inf), dtype), c(0, 0, 0, 1))
    expect_identical(slope(function(x) nnf_threshold(x, 0.5, 7), c(0.5, 0.75, -Inf), dtype), c(0, 1, 0))
    expect_equal(slope(nnf_hardswish, c(-4, -3, 0, 3, 4), dtype), c(0, -0.5, 0.5, 1.5, 1), tolerance = 1e-6)
    expect_identical(slope(function(x) torch_clamp(x, -1, 1), c(-1, 1, 2, -Inf), dtype), c(1, 1, 0, 0))
  })
})

test_that("a bound that is NaN makes all NaN", {
  x <- torch_tensor(c(-Inf, -1, 0, 2, NaN))
  for (y in list(torch_clamp(x, min = NaN), torch_clamp(x, max = NaN), torch_clamp(x, NaN, 1), torch_clamp(x, -1, NaN))) {
    expect_identical(as.numeric(y), rep(NaN, 5))
  }
  expect_identical(as.numeric(torch_clamp(x, 1, -1)), c(-1, -1, -1, -1, NaN))
})

test_that("logaddexp has a derivative where one operand is infinite", {
  a <- c(Inf, 1, -Inf, 1, 1e30, NaN)
  b <- c(1, Inf, 1, -Inf, 1, 1)
  for_floats(function(dtype) {
    for (f in list(torch_logaddexp, torch_logaddexp2)) {
      both <- slopes(f, leaf(a, dtype), leaf(b, dtype))
      expect_identical(both[[1]], c(1, 0, 0, 1, 1, NaN))
      expect_identical(both[[2]], c(0, 1, 1, 0, 0, NaN))
    }
    expect_equal(slopes(torch_logaddexp2, leaf(3, dtype), leaf(1, dtype)), list(0.8, 0.2), tolerance = 1e-6)
  })
})

test_that("logcumsumexp passes nothing to what an infinity drowns", {
  for_floats(function(dtype) {
    f <- function(x) torch_logcumsumexp(x, 1)
    expect_identical(slope(f, c(Inf, 1, 2), dtype), c(NaN, 0, 0))
    expect_equal(slope(f, c(1, Inf, 2), dtype), c(1, NaN, 0))
    expect_equal(slope(f, c(-Inf, 0, 0), dtype), c(0, 1.5, 0.5), tolerance = 1e-6) # PyTorch: NaN at the first
    expect_equal(slope(function(x) torch_logsumexp(x, 1), c(-Inf, 0, 0), dtype), c(0, 0.5, 0.5), tolerance = 1e-6)
  })
  expect_equal(slope(function(x) torch_logcumsumexp(x, 1), c(-1e40, 0), torch_double()), c(1, 1))
})

test_that("norms differentiate where powers of the elements overflow or vanish", {
  for_floats(function(dtype) {
    for (p in c(0.5, 1.5, 2, 3, 7)) {
      share <- 3^(1 / p - 1) # of each of three equal elements
      for (size in c(1e-30, 1, 1e30)) {
        expect_equal(slope(function(x) torch_norm(x, p), c(size, -size, size), dtype), c(1, -1, 1) * share, tolerance = 1e-5)
      }
      expect_identical(slope(function(x) torch_norm(x, p), c(0, 0), dtype), c(0, 0))
    }
    for (p in c(Inf, -Inf)) expect_identical(slope(function(x) torch_norm(x, p), c(NaN, 1, 2), dtype), c(0, 0, 0))
  })
})

test_that("the cross-entropy of infinite logits is its limit", {
  x <- c(Inf, Inf, Inf, -Inf, -Inf, -Inf)
  t <- c(0, 0.5, 1, 0, 0.5, 1)
  for_floats(function(dtype) {
    f <- function(x) nnf_binary_cross_entropy_with_logits(x, torch_tensor(t, dtype = dtype), reduction = "none")
    # PyTorch has NaN for all but the first two.
    expect_identical(as.numeric(f(torch_tensor(x, dtype = dtype))), c(Inf, Inf, 0, 0, Inf, Inf))
    expect_identical(slope(f, x, dtype), c(1, 0.5, 0, 0, -0.5, -1))
    right <- nnf_binary_cross_entropy_with_logits(torch_tensor(c(Inf, -Inf), dtype = dtype), torch_tensor(c(1, 0), dtype = dtype))
    expect_identical(right$item(), 0)
    weighed <- nnf_binary_cross_entropy_with_logits(leaf(c(Inf, Inf), dtype), torch_tensor(c(0, 1), dtype = dtype),
      reduction = "none", pos_weight = torch_tensor(2, dtype = dtype))
    expect_identical(as.numeric(weighed), c(Inf, 0))
    labels <- nnf_multilabel_soft_margin_loss(leaf(rbind(c(Inf, -1e4), c(-Inf, 1e4)), dtype),
      torch_tensor(rbind(c(1, 0), c(1, 0)), dtype = dtype), reduction = "none")
    expect_identical(as.numeric(labels), c(0, Inf))
  })
})

test_that("losses with a margin leave out the right classes, whatever their scores", {
  for_floats(function(dtype) {
    f <- function(x) nnf_multi_margin_loss(x, torch_tensor(c(1L, 1L, 1L)), reduction = "none")
    scores <- rbind(c(-Inf, 1, 2), c(Inf, 1, 2), c(2, 1, 1))
    expect_identical(as.numeric(f(leaf(scores, dtype))), c(Inf, 0, 0))
    g <- function(x) nnf_multilabel_margin_loss(x, torch_tensor(rbind(c(1L, 0L, 0L))[c(1, 1, 1), ]), reduction = "none")
    expect_identical(as.numeric(g(leaf(scores, dtype))), c(Inf, 0, 0))
    # On the margin, where a score leads by exactly 1, there is no gradient.
    for (h in list(f, g)) expect_identical(slope(h, scores, dtype)[c(3, 6, 9)], c(0, 0, 0))
  })
})

test_that("kl_div of targets that are no probabilities is NaN", {
  got <- nnf_kl_div(torch_tensor(c(0, 0, -1, -Inf)), torch_tensor(c(0, -1, 0.5, 0)), reduction = "none")
  expect_equal(as.numeric(got), c(0, NaN, 0.5 * log(0.5) + 0.5, NaN), tolerance = 1e-6)
})

test_that("binary cross-entropy refuses what is no probability", {
  one <- torch_ones(2)
  for (bad in list(c(0.5, 1.5), c(-0.1, 0.5), c(NaN, 0.5))) {
    for (reduction in c("mean", "sum", "none")) {
      expect_error(nnf_binary_cross_entropy(torch_tensor(bad), one, reduction = reduction), "from 0 to 1", class = "rushlight_error")
    }
  }
  expect_identical(as.numeric(nnf_binary_cross_entropy(torch_tensor(c(0, 1)), one, reduction = "none")), c(100, 0))
  expect_identical(nnf_binary_cross_entropy(torch_tensor(c(0.5, 0.5)), torch_tensor(c(NaN, 1)))$item(), NaN)
})

test_that("special functions have their limits at infinity", {
  x <- torch_tensor(c(Inf, -Inf), dtype = torch_double())
  expect_identical(as.numeric(torch_i0(x)), c(Inf, Inf)) # PyTorch: NaN
  expect_identical(as.numeric(torch_polygamma(1, x)), c(0, NaN))
  expect_identical(slope(function(x) torch_logit(x, 0.1), c(NaN, 0.05, 0.5), torch_double()), c(NaN, 0, 4))
})
