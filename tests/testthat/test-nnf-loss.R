double <- function(x) torch_tensor(x, dtype = torch_double())
x <- c(-2, 0.5, 3)
t <- c(0, 1, 1)

test_that("losses of elements agree with their formulas", {
  each <- function(loss, ...) as.numeric(loss(double(x), double(t), ..., reduction = "none"))
  d <- x - t
  p <- 1 / (1 + exp(-x))
  expect_equal(each(nnf_mse_loss), d^2)
  expect_equal(each(nnf_l1_loss), abs(d))
  expect_equal(each(nnf_smooth_l1_loss), ifelse(abs(d) < 1, d^2 / 2, abs(d) - 0.5))
  cross_entropy <- -t * log(p) - (1 - t) * log(1 - p)
  expect_equal(each(nnf_binary_cross_entropy_with_logits), cross_entropy)
  expect_equal(each(nnf_binary_cross_entropy_with_logits, weight = double(1:3)), 1:3 * cross_entropy)
  expect_equal(each(nnf_binary_cross_entropy_with_logits, pos_weight = double(3)), -3 * t * log(p) - (1 - t) * log(1 - p))
  expect_equal(as.numeric(nnf_binary_cross_entropy(double(p), double(t), reduction = "none")), cross_entropy)
  expect_equal(each(nnf_soft_margin_loss), log(1 + exp(-x * t)))
})

test_that("losses are reduced to their mean, which is the default, to their sum, or not", {
  a <- double(x)
  b <- double(t)
  losses <- list(nnf_mse_loss, nnf_l1_loss, nnf_smooth_l1_loss, nnf_binary_cross_entropy_with_logits, nnf_soft_margin_loss, nnf_kl_div)
  for (loss in losses) {
    each <- loss(a, b, reduction = "none")
    expect_equal(loss(a, b)$item(), each$mean()$item())
    expect_equal(loss(a, b, reduction = "sum")$item(), each$sum()$item())
    expect_error(loss(a, b, reduction = "average"))
  }
})

test_that("losses bear what would overflow", {
  far <- torch_tensor(c(-200, 200))
  expect_equal(as.numeric(nnf_binary_cross_entropy_with_logits(far, torch_tensor(c(1, 0)), reduction = "none")), c(200, 200))
  expect_equal(as.numeric(nnf_soft_margin_loss(far, torch_tensor(c(1, 1)), reduction = "none")), c(200, 0))
  expect_equal(as.numeric(nnf_binary_cross_entropy(torch_tensor(c(0, 1)), torch_tensor(c(1, 1)), reduction = "none")), c(100, 0))
  expect_equal(nnf_binary_cross_entropy_with_logits(double(40), double(1))$item(), exp(-40))
})

test_that("binary cross-entropy is bounded at probabilities of 0 and 1, and so is its gradient", {
  for (dtype in list(torch_float(), torch_double())) {
    p <- torch_tensor(c(0, 1, 0, 1, 0.5), dtype = dtype, requires_grad = TRUE)
    target <- torch_tensor(c(0, 1, 1, 0, 0.5), dtype = dtype, requires_grad = TRUE)
    losses <- nnf_binary_cross_entropy(p, target, reduction = "none")
    expect_equal(as.numeric(losses), c(0, 0, 100, 100, log(2)), tolerance = 1e-6)
    slopes <- autograd_grad(losses$sum(), list(p, target))
    expect_equal(as.numeric(slopes[[1]]), c(0, 0, -1e12, 1e12, 0), tolerance = 1e-6)
    expect_equal(as.numeric(slopes[[2]]), c(100, -100, 100, -100, 0))
  }
  unknown <- nnf_binary_cross_entropy(torch_tensor(c(0, 1)), torch_tensor(c(NaN, 1)), reduction = "none")
  expect_equal(as.numeric(unknown), c(NaN, 0))
})

test_that("the cross-entropy of logits is exact to the last places, in any layout", {
  logits <- c(seq(-750, 750, length.out = 311), seq(-3, 3, length.out = 311), 10^seq(-300, 2, length.out = 98), 0)
  expected <- pmax(logits, 0) + log1p(exp(-abs(logits)))
  entropy <- function(x) nnf_binary_cross_entropy_with_logits(x, torch_zeros_like(x), reduction = "none")
  got <- as_array(entropy(double(logits)))
  kept <- expected > 1e-300
  expect_lt(max(abs(got[kept] / expected[kept] - 1)), 4 * 2^-52)
  expect_equal(as_array(entropy(torch_tensor(logits)$clamp(-80, 80))), pmin(expected, 80), tolerance = 1e-6)
  spread <- matrix(logits[1:720], 24)
  expect_identical(as_array(entropy(double(spread)$t())), t(matrix(got[1:720], 24)))
  expect_identical(as_array(entropy(double(spread))[, seq(1, 30, 3)]), as_array(entropy(double(spread)[, seq(1, 30, 3)])))
  expect_identical(as_array(entropy(double(c(NaN, Inf, -Inf)))), c(NaN, Inf, 0))
  expect_equal(as_array(nnf_binary_cross_entropy_with_logits(double(c(Inf, -Inf)), double(c(-1, 1)), reduction = "none")), c(Inf, Inf))
})

test_that("a loss of logits and its gradient can be differentiated together", {
  x <- double(x)$requires_grad_()
  loss <- nnf_binary_cross_entropy_with_logits(x, double(t), reduction = "sum")
  slope <- autograd_grad(loss, x, create_graph = TRUE)[[1]]
  p <- plogis(c(-2, 0.5, 3))
  expect_equal(as_array(slope), p - t)
  expect_equal(as_array(autograd_grad(loss + slope$sum(), x)[[1]]), p - t + p * (1 - p))
  narrow <- torch_tensor(c(-2, 0.5, 3), dtype = torch_half(), requires_grad = TRUE)
  nnf_binary_cross_entropy_with_logits(narrow, torch_tensor(t), reduction = "sum")$backward()
  expect_equal(as_array(narrow$grad$to(dtype = torch_double())), p - t, tolerance = 1e-3)
})

test_that("cross-entropy is that of classes, or of their probabilities", {
  scores <- rbind(c(2, 1, 0), c(0, 1, 2), c(1, 1, 1))
  logs <- log(exp(scores) / rowSums(exp(scores)))
  asked <- c(1L, 3L, 2L)
  each <- -logs[cbind(1:3, asked)]
  expect_equal(nnf_cross_entropy(double(scores), torch_tensor(asked))$item(), mean(each))
  expect_equal(as.numeric(nnf_cross_entropy(double(scores), torch_tensor(asked), reduction = "none")), each)
  expect_equal(nnf_nll_loss(double(logs), torch_tensor(asked), reduction = "sum")$item(), sum(each))
  w <- c(1, 2, 4)
  expect_equal(nnf_cross_entropy(double(scores), torch_tensor(asked), weight = double(w))$item(), sum(w[asked] * each) / sum(w[asked]))
  expect_equal(nnf_cross_entropy(double(scores), torch_tensor(c(1L, -100L, 2L)))$item(), mean(each[-2]))
  expect_equal(nnf_cross_entropy(double(scores), torch_tensor(asked), ignore_index = 1)$item(), mean(each[-1]))
  shares <- rbind(c(0.5, 0.5, 0), c(0, 0, 1), c(0.2, 0.3, 0.5))
  expect_equal(nnf_cross_entropy(double(scores), double(shares))$item(), -sum(shares * logs) / 3)
  expect_equal(nnf_cross_entropy(double(scores[1, ]), torch_tensor(1L)$squeeze())$item(), each[1])
  images <- double(array(scores, c(1, 3, 3)))
  expect_equal(as.numeric(nnf_nll_loss(images, torch_tensor(matrix(asked, 1)), reduction = "none")), -scores[cbind(asked, 1:3)])
})

test_that("classes that do not exist, and shapes that do not fit, are refused", {
  scores <- torch_zeros(2, 3)
  expect_error(nnf_nll_loss(scores, torch_tensor(c(1L, 4L))), "class 4")
  expect_error(nnf_nll_loss(scores, torch_tensor(c(1L, 0L))), "class 0")
  expect_error(nnf_nll_loss(scores, torch_tensor(1L)), "shape")
  expect_error(nnf_nll_loss(scores, torch_tensor(c(1, 2))), "integers")
  expect_error(nnf_cross_entropy(scores, torch_tensor(c(1L, 2L)), weight = torch_ones(2)), "weight")
  expect_error(nnf_mse_loss(torch_ones(2), torch_ones(3)), "broadcast")
})

test_that("probabilities of classes that have not the shape of the scores are refused", {
  scores <- torch_zeros(2, 3)
  for (shape in list(c(2, 4), c(1, 3), 3, c(2, 3, 1), c(3, 2))) {
    expect_error(nnf_cross_entropy(scores, torch_ones(shape)), "shape \\[2, 3\\]", class = "rushlight_error")
  }
})

test_that("losses with a margin agree with their formulas", {
  sign <- c(1, -1, -1)
  expect_equal(as.numeric(nnf_hinge_embedding_loss(double(x), double(sign), reduction = "none")), c(-2, 0.5, 0))
  expect_equal(as.numeric(nnf_margin_ranking_loss(double(x), double(t), double(sign), margin = 1, reduction = "none")), c(3, 0.5, 3))
  scores <- rbind(c(0.1, 0.2, 0.4, 0.8))
  expect_equal(nnf_multi_margin_loss(double(scores), torch_tensor(4L))$item(), sum(pmax(0, 1 - 0.8 + scores[-4])) / 4)
  squared <- nnf_multi_margin_loss(double(scores), torch_tensor(4L), p = 2, margin = 0.5)
  expect_equal(squared$item(), sum(pmax(0, 0.5 - 0.8 + scores[-4])^2) / 4)
  expect_equal(nnf_multilabel_margin_loss(double(scores), torch_tensor(rbind(c(4L, 1L, 0L, 2L))))$item(), 0.85)
  near <- nnf_triplet_margin_loss(double(rbind(c(0, 0))), double(rbind(c(0, 1))), double(rbind(c(3, 4))), margin = 5, eps = 0)
  expect_equal(near$item(), 1)
  expect_equal(nnf_triplet_margin_with_distance_loss(double(1), double(2), double(4), function(a, b) torch_abs(a - b))$item(), 0)
})

test_that("connectionist temporal classification adds up all readings", {
  frames <- rbind(c(0.5, 0.3, 0.2), c(0.1, 0.6, 0.3), c(0.4, 0.4, 0.2))
  logs <- double(log(frames))
  readings <- expand.grid(1:3, 1:3, 1:3)
  once <- nnf_ctc_loss(logs, torch_tensor(1L), 3, 1, reduction = "none")
  expect_equal(once$item(), -log(sum(apply(readings, 1, function(path) {
    kept <- rle(unlist(path))$values
    if (identical(as.integer(kept[kept != 1]), 2L)) prod(frames[cbind(1:3, path)]) else 0
  }))))
  expect_equal(nnf_ctc_loss(logs, torch_tensor(1L), 3, 0, reduction = "none")$item(), -log(prod(frames[, 1])))
  expect_equal(nnf_ctc_loss(logs, torch_tensor(c(1L, 1L, 1L)), 3, 3)$item(), Inf)
  expect_equal(nnf_ctc_loss(logs, torch_tensor(c(1L, 1L, 1L)), 3, 3, zero_infinity = TRUE)$item(), 0)
  expect_error(nnf_ctc_loss(logs, torch_tensor(1L), 4, 1), "input_lengths")
})

test_that("a target of another shape that broadcasts warns", {
  column <- torch_full(c(4, 1), 0.5)
  vector <- torch_tensor(c(1, 0.25, 0.5, 0.75))
  losses <- list(
    nnf_mse_loss, nnf_l1_loss, nnf_smooth_l1_loss, nnf_soft_margin_loss, nnf_binary_cross_entropy, nnf_binary_cross_entropy_with_logits,
    nnf_kl_div, nnf_poisson_nll_loss, nnf_hinge_embedding_loss, nnf_multilabel_soft_margin_loss
  )
  for (loss in losses) {
    expect_warning(loss(column, vector), "\\[4\\].*\\[4, 1\\]", class = "rushlight_warning")
    expect_silent(loss(column, vector$unsqueeze(2)))
    expect_silent(loss(column, torch_ones(4, 1)))
  }
  expect_warning(nnf_mse_loss(column, 1:4), class = "rushlight_warning")
  expect_warning(nnf_mse_loss(column, torch_scalar_tensor(1)), class = "rushlight_warning")
  expect_silent(nnf_mse_loss(column, 1))
  expect_silent(nnf_mse_loss(vector, c(1, 2, 3, 4)))
  expect_warning(nnf_margin_ranking_loss(vector, vector, column), class = "rushlight_warning")
  expect_equal(suppressWarnings(nnf_mse_loss(column, vector, reduction = "none"))$shape, c(4L, 4L))
  expect_error(nnf_mse_loss(torch_ones(3), torch_ones(4)), class = "rushlight_error")
})

test_that("kl_div() divides by the batch, and has no value for negative probabilities", {
  x <- torch_tensor(matrix(log(c(0.2, 0.5, 0.8, 0.5)), 2))
  t <- torch_tensor(matrix(c(0.4, 0.1, 0.6, 0.9), 2))
  expect_equal(nnf_kl_div(x, t, "batchmean")$item(), nnf_kl_div(x, t, "sum")$item() / 2)
  expect_true(is.nan(nnf_kl_div(torch_tensor(0), torch_tensor(-1))$item()))
  expect_equal(nnf_kl_div(torch_tensor(0)$sum(), torch_tensor(1)$sum(), "batchmean")$item(), 0)
})

test_that("poisson_nll_loss() has the dtype of its input", {
  loss <- nnf_poisson_nll_loss(torch_ones(3, dtype = torch_bfloat16()), torch_tensor(1:3), full = TRUE)
  expect_true(loss$dtype == torch_bfloat16())
})

test_that("a reduction may be the number that torch_reduction_*() gives", {
  x <- torch_tensor(c(1, 3))
  for (loss in list(nnf_mse_loss, nnf_l1_loss)) {
    expect_identical(as.numeric(loss(x, torch_zeros(2), torch_reduction_sum())), as.numeric(loss(x, torch_zeros(2), "sum")))
    expect_identical(as.numeric(loss(x, torch_zeros(2), torch_reduction_mean())), as.numeric(loss(x, torch_zeros(2), "mean")))
    expect_identical(loss(x, torch_zeros(2), torch_reduction_none())$shape, 2L)
    expect_error(loss(x, torch_zeros(2), 3), "`reduction` must be", class = "rushlight_error")
    expect_error(loss(x, torch_zeros(2), NA_integer_), "`reduction` must be", class = "rushlight_error")
  }
})
