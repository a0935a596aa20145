rates <- function(make, n, lr = 1, ...) {
  optim <- optim_sgd(torch_ones(1, requires_grad = TRUE), lr = lr, ...)
  scheduler <- make(optim)
  at <- function() optim$param_groups[[1]]$lr
  seen <- at()
  for (k in seq_len(n)) {
    optim$step()
    scheduler$step()
    seen <- c(seen, at())
  }
  seen
}

test_that("rates follow their formulas", {
  expect_equal(rates(function(o) lr_step(o, 2, gamma = 0.5), 5), c(1, 1, 0.5, 0.5, 0.25, 0.25))
  expect_equal(rates(function(o) lr_lambda(o, function(t) 0.9^t), 3), 0.9^(0:3))
  expect_equal(rates(function(o) lr_multiplicative(o, function(t) 0.8), 3), 0.8^(0:3))
  expect_equal(rates(function(o) lr_cosine_annealing(o, 4, eta_min = 0.2), 8), 0.2 + 0.8 * (1 + cos(pi * 0:8 / 4)) / 2)
})

test_that("one cycle climbs and falls, and the momentum the other way", {
  make <- function(o) lr_one_cycle(o, max_lr = 1, total_steps = 10, pct_start = 0.3, anneal_strategy = "linear", div_factor = 10, final_div_factor = 100)
  seen <- rates(make, 9, momentum = 0.9)
  expect_equal(seen, c(0.1 + 0.9 * c(0, 0.5, 1), 1 - (1 - 0.001) * 1:7 / 7))
  optim <- optim_adam(torch_ones(1, requires_grad = TRUE))
  scheduler <- lr_one_cycle(optim, max_lr = 1, total_steps = 10)
  expect_equal(optim$param_groups[[1]]$betas[1], 0.95)
  for (k in 1:2) scheduler$step()
  expect_equal(optim$param_groups[[1]]$betas[1], 0.85)
  for (k in 3:10) scheduler$step()
  expect_error(scheduler$step(), "past the end", class = "rushlight_error")
  expect_error(lr_one_cycle(optim, max_lr = 1), "`total_steps`", class = "rushlight_error")
})

test_that("a plateau reduces the rate at bad step patience + 1, and NaN is no improvement", {
  optim <- optim_sgd(torch_ones(1, requires_grad = TRUE), lr = 1)
  scheduler <- lr_reduce_on_plateau(optim, patience = 2, factor = 0.5, min_lr = list(0.3))
  seen <- vapply(list(3, 2, 2, NaN, torch_tensor(2), 2, 2, 2, 2, 2), function(loss) {
    scheduler$step(loss)
    optim$param_groups[[1]]$lr
  }, 0)
  expect_equal(seen, c(1, 1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3))
  expect_true("metrics" %in% names(formals(scheduler$step)))
  up <- lr_reduce_on_plateau(optim, mode = "max", patience = 0, threshold = 0.5, threshold_mode = "abs", cooldown = 1)
  up$step(1)
  up$step(1.4)
  expect_equal(optim$param_groups[[1]]$lr, 0.03)
})

test_that("a restored scheduler goes on, and verbose ones tell", {
  optim <- optim_sgd(torch_ones(1, requires_grad = TRUE), lr = 1)
  scheduler <- lr_cosine_annealing(optim, 5)
  for (k in 1:2) scheduler$step()
  other <- optim_sgd(torch_ones(1, requires_grad = TRUE), lr = 1)
  again <- lr_cosine_annealing(other, 5)
  again$load_state_dict(scheduler$state_dict())
  other$load_state_dict(optim$state_dict())
  scheduler$step()
  again$step()
  expect_equal(other$param_groups[[1]]$lr, optim$param_groups[[1]]$lr)
})

test_that("a scheduler tells each rate of each group, in torch's words, and what it does not lower it does not tell", {
  w <- list(list(params = torch_ones(1, requires_grad = TRUE)), list(params = torch_ones(1, requires_grad = TRUE), lr = 0.5))
  told <- capture_messages(lr_lambda(optim_sgd(w, lr = 0.00025), function(t) 1, verbose = TRUE))
  expect_identical(told, sprintf("Adjusting learning rate of group %d to %s\n", 1:2, c("0.0003", "0.5000")))
  plateau <- lr_reduce_on_plateau(optim_sgd(w, lr = 1e-7), patience = 0, verbose = TRUE)
  told <- capture_messages(for (loss in c(1, 2, 2)) plateau$step(loss))
  expect_identical(told, c(
    "Epoch 2: reducing learning rate of group 1 to 1.0000e-08\n", "Epoch 2: reducing learning rate of group 2 to 5.0000e-02\n",
    "Epoch 3: reducing learning rate of group 2 to 5.0000e-03\n"
  ))
})

test_that("a scheduler of one's own has base rates and a count", {
  halving <- lr_scheduler("halving", get_lr = function() self$base_lrs * 0.5^self$last_epoch)
  expect_equal(rates(function(o) halving(o), 2), c(1, 0.5, 0.25))
  expect_s3_class(halving(optim_sgd(torch_ones(1, requires_grad = TRUE), lr = 1)), c("halving", "lr_scheduler"))
  expect_error(lr_step(3, 1), "`optimizer`", class = "rushlight_error")
  expect_error(lr_lambda(optim_sgd(torch_ones(1, requires_grad = TRUE), lr = 1), list(identity, identity)), "`lr_lambda`", class = "rushlight_error")
})
