# Ten steps of each optimiser: against formulas in R, and against PyTorch's numbers for the same steps (written down from PyTorch 1.13).
target <- c(1, -2, 0.5)
gradient_at <- function(w) 2 * c(1, 4, 0.25) * (w - target)

ours <- function(make, steps = 10) {
  w <- torch_tensor(c(0, 0, 0), dtype = torch_double(), requires_grad = TRUE)
  optim <- make(w)
  scale <- torch_tensor(c(1, 4, 0.25), dtype = torch_double())
  aim <- torch_tensor(target, dtype = torch_double())
  for (k in seq_len(steps)) {
    optim$zero_grad()
    (scale * (w - aim)^2)$sum()$backward()
    optim$step()
  }
  as_array(w)
}

by_formula <- function(step, steps = 10) {
  w <- c(0, 0, 0)
  state <- list()
  for (t in seq_len(steps)) {
    done <- step(w, gradient_at(w), state, t)
    w <- done$w
    state <- done$state
  }
  w
}
zero <- function(x) if (is.null(x)) c(0, 0, 0) else x

test_that("SGD steps by its formulas", {
  expect_equal(ours(function(w) optim_sgd(w, lr = 0.05)), by_formula(function(w, g, s, t) list(w = w - 0.05 * g)))
  momentum <- function(nesterov, dampening, decay) {
    function(w, g, s, t) {
      g <- g + decay * w
      b <- if (t == 1) g else 0.9 * s$b + (1 - dampening) * g
      list(w = w - 0.05 * (if (nesterov) g + 0.9 * b else b), state = list(b = b))
    }
  }
  expect_equal(ours(function(w) optim_sgd(w, lr = 0.05, momentum = 0.9)), by_formula(momentum(FALSE, 0, 0)))
  expect_equal(
    ours(function(w) optim_sgd(w, lr = 0.05, momentum = 0.9, dampening = 0.3, weight_decay = 0.1)), by_formula(momentum(FALSE, 0.3, 0.1))
  )
  expect_equal(
    ours(function(w) optim_sgd(w, lr = 0.05, momentum = 0.9, nesterov = TRUE, weight_decay = 0.1)), by_formula(momentum(TRUE, 0, 0.1))
  )
})

test_that("Adam and AdamW step by their formulas", {
  adam <- function(apart, decay, amsgrad) {
    function(w, g, s, t) {
      if (apart) w <- w * (1 - 0.1 * decay) else g <- g + decay * w
      m <- 0.8 * zero(s$m) + 0.2 * g
      v <- 0.95 * zero(s$v) + 0.05 * g^2
      largest <- pmax(zero(s$largest), v)
      root <- sqrt(if (amsgrad) largest else v) / sqrt(1 - 0.95^t)
      list(w = w - 0.1 / (1 - 0.8^t) * m / (root + 1e-8), state = list(m = m, v = v, largest = largest))
    }
  }
  betas <- c(0.8, 0.95)
  expect_equal(ours(function(w) optim_adam(w, lr = 0.1, betas = betas)), by_formula(adam(FALSE, 0, FALSE)))
  expect_equal(ours(function(w) optim_adam(w, lr = 0.1, betas = betas, weight_decay = 0.2)), by_formula(adam(FALSE, 0.2, FALSE)))
  expect_equal(ours(function(w) optim_adam(w, lr = 0.1, betas = betas, amsgrad = TRUE)), by_formula(adam(FALSE, 0, TRUE)))
  expect_equal(ours(function(w) optim_adamw(w, lr = 0.1, betas = betas, weight_decay = 0.2)), by_formula(adam(TRUE, 0.2, FALSE)))
})

test_that("RMSprop, Adagrad, Adadelta, ASGD and Rprop step by their formulas", {
  rmsprop <- function(centered, momentum) {
    function(w, g, s, t) {
      v <- 0.9 * zero(s$v) + 0.1 * g^2
      m <- 0.9 * zero(s$m) + 0.1 * g
      step <- g / (sqrt(v - if (centered) m^2 else 0) + 1e-8)
      b <- momentum * zero(s$b) + step
      list(w = w - 0.02 * b, state = list(v = v, m = m, b = b))
    }
  }
  for (centered in c(FALSE, TRUE)) {
    for (momentum in c(0, 0.5)) {
      expect_equal(
        ours(function(w) optim_rmsprop(w, lr = 0.02, alpha = 0.9, momentum = momentum, centered = centered)), by_formula(rmsprop(centered, momentum))
      )
    }
  }
  expect_equal(
    ours(function(w) optim_adagrad(w, lr = 0.5, lr_decay = 0.1, initial_accumulator_value = 0.2)),
    by_formula(function(w, g, s, t) {
      v <- (if (t == 1) 0.2 else s$v) + g^2
      list(w = w - 0.5 / (1 + (t - 1) * 0.1) * g / (sqrt(v) + 1e-10), state = list(v = v))
    })
  )
  expect_equal(ours(function(w) optim_adadelta(w, rho = 0.8)), by_formula(function(w, g, s, t) {
    v <- 0.8 * zero(s$v) + 0.2 * g^2
    d <- sqrt(zero(s$u) + 1e-6) / sqrt(v + 1e-6) * g
    list(w = w - d, state = list(v = v, u = 0.8 * zero(s$u) + 0.2 * d^2))
  }))
  expect_equal(ours(function(w) optim_rprop(w, lr = 0.1)), by_formula(function(w, g, s, t) {
    product <- g * zero(s$g)
    size <- if (t == 1) c(0.1, 0.1, 0.1) else s$size
    size <- pmin(pmax(size * ifelse(product > 0, 1.2, ifelse(product < 0, 0.5, 1)), 1e-6), 50)
    g[product < 0] <- 0
    list(w = w - sign(g) * size, state = list(g = g, size = size))
  }))
  expect_equal(ours(function(w) optim_asgd(w, lr = 0.05, lambda = 0.01)), by_formula(function(w, g, s, t) {
    eta <- 0.05 / (1 + 0.01 * 0.05 * (t - 1))^0.75
    list(w = w * (1 - 0.01 * eta) - eta * g)
  }))
})

test_that("ASGD averages from t0 on", {
  w <- torch_tensor(c(4, 2), dtype = torch_double(), requires_grad = TRUE)
  optim <- optim_asgd(w, lr = 0.1, t0 = 2)
  seen <- NULL
  for (k in 1:8) {
    optim$zero_grad()
    (w^2)$sum()$backward()
    optim$step()
    seen <- rbind(seen, as_array(w))
  }
  average <- seen[1, ]
  for (k in 2:8) average <- average + (seen[k, ] - average) / max(1, k - 1 - 2)
  expect_equal(as_array(attr(w, "state")$ax), average)
})

test_that("half precision is computed in float", {
  w <- torch_tensor(c(1, 2), dtype = torch_half(), requires_grad = TRUE)
  optim <- optim_adam(w, lr = 0.1)
  (w * w)$sum()$backward()
  optim$step()
  expect_equal(as_array(w), c(0.9, 1.9), tolerance = 1e-3)
})

test_that("gradients are not changed, and what has none stays", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  unused <- torch_ones(2, requires_grad = TRUE)
  for (make in list(optim_adam, optim_adamw, optim_rmsprop, optim_adagrad, optim_adadelta, optim_asgd)) {
    optim <- make(list(w, unused), weight_decay = 0.5)
    w$grad <- torch_tensor(c(1, -1))
    optim$step()
    expect_equal(as_array(w$grad), c(1, -1))
    expect_equal(as_array(unused), c(1, 1))
    expect_null(attr(unused, "state"))
  }
})

test_that("strided parameters and closures work, and the loss is returned", {
  base <- torch_zeros(2, 3)
  w <- base$t()
  w$requires_grad_()
  optim <- optim_sgd(w, lr = 1)
  loss <- optim$step(function() {
    loss <- (w - torch_arange(1, 6, dtype = torch_float())$view(c(3, 2)))$pow(2)$sum() / 2
    loss$backward()
    loss
  })
  expect_equal(as_array(loss), 91 / 2)
  expect_equal(as_array(w), matrix(1:6 + 0, 3, byrow = TRUE))
})

test_that("a class of one's own steps with the helper", {
  descent <- optimizer(
    "descent",
    initialize = function(params, lr = optim_required()) super$initialize(params, list(lr = lr)),
    step = function(closure = NULL) {
      private$step_helper(closure, function(group, param, g, p) param$sub_(group$lr * param$grad))
    }
  )
  expect_equal(ours(function(w) descent(w, lr = 0.05)), ours(function(w) optim_sgd(w, lr = 0.05)))
  expect_identical(class(descent)[1:2], c("descent", "torch_optimizer_generator"))
  expect_error(descent(torch_ones(1, requires_grad = TRUE)), "`lr` has no default", class = "rushlight_error")
})

test_that("groups have settings of their own", {
  a <- torch_ones(1, requires_grad = TRUE)
  b <- torch_ones(1, requires_grad = TRUE)
  optim <- optim_sgd(list(list(params = list(a)), list(params = list(b), lr = 1)), lr = 0.1)
  (a + b)$sum()$backward()
  optim$step()
  expect_equal(c(as_array(a), as_array(b)), c(0.9, 0), tolerance = 1e-6)
  optim$param_groups[[1]]$lr <- 10
  optim$step()
  expect_equal(as_array(a), -9.1, tolerance = 1e-6)
  optim$zero_grad()
  expect_equal(as_array(a$grad), 0)
  optim$zero_grad(set_to_none = TRUE)
  expect_true(is_undefined_tensor(a$grad))
  expect_error(optim$add_param_group(list(params = list(a))), "twice", class = "rushlight_error")
})

test_that("what cannot be optimised is refused", {
  w <- torch_ones(1, requires_grad = TRUE)
  expect_error(optim_adam(list()), "empty", class = "rushlight_error")
  expect_error(optim_adam(3), "`params`", class = "rushlight_error")
  expect_error(optim_adam(list(w * 2)), "leaves", class = "rushlight_error")
  expect_error(optim_adam(list(w, 2)), "element 2", class = "rushlight_error")
  expect_error(optim_adam(w, lr = -1), "`lr`", class = "rushlight_error")
  expect_error(optim_adam(w, betas = c(0.9, 1)), "`betas`", class = "rushlight_error")
  expect_error(optim_sgd(w), "`lr` has no default", class = "rushlight_error")
  expect_error(optim_sgd(w, lr = 0.1, nesterov = TRUE), "`nesterov`", class = "rushlight_error")
  expect_error(optim_lbfgs(w)$step(), "`closure`", class = "rushlight_error")
})

test_that("a restored optimiser goes on as if it had never stopped", {
  for (make in list(optim_adam, function(p) optim_sgd(p, lr = 0.1, momentum = 0.9), optim_rmsprop, optim_adadelta)) {
    train <- function(w, optim, steps) {
      for (k in seq_len(steps)) {
        optim$zero_grad()
        ((w - torch_tensor(target, dtype = torch_double()))^2)$sum()$backward()
        optim$step()
      }
    }
    w <- torch_zeros(3, dtype = torch_double(), requires_grad = TRUE)
    optim <- make(w)
    train(w, optim, 3)
    file <- tempfile()
    saveRDS(list(w = w, state = optim$state_dict()), file)
    train(w, optim, 3)
    saved <- readRDS(file)
    again <- make(saved$w)
    expect_false(is.null(again$load_state_dict(saved$state)))
    train(saved$w, again, 3)
    expect_identical(as_array(saved$w), as_array(w))
  }
  expect_error(again$load_state_dict(list(param_groups = list(list(params = 1:2)), state = list())), "groups", class = "rushlight_error")
})

test_that("L-BFGS finds minima, with and without a line search", {
  w <- torch_zeros(2, dtype = torch_double(), requires_grad = TRUE)
  optim <- optim_lbfgs(w, line_search_fn = "strong_wolfe", max_iter = 60)
  calls <- 0
  rosenbrock <- function() {
    calls <<- calls + 1
    optim$zero_grad()
    loss <- (1 - w[1])^2 + 100 * (w[2] - w[1]^2)^2
    loss$backward()
    loss
  }
  expect_equal(as_array(optim$step(rosenbrock)), 1)
  expect_equal(as_array(w), c(1, 1), tolerance = 1e-5)
  expect_lt(calls, 75)
})

test_that("gradients are clipped together, or element by element", {
  x <- torch_tensor(c(3, 4), requires_grad = TRUE)
  y <- torch_tensor(12, requires_grad = TRUE)
  none <- torch_ones(1, requires_grad = TRUE)
  x$grad <- torch_tensor(c(3, 4))
  y$grad <- torch_tensor(12)
  expect_equal(as_array(nn_utils_clip_grad_norm_(list(x, none, y), 6.5)), 13)
  expect_equal(as_array(x$grad), c(1.5, 2), tolerance = 1e-5)
  expect_equal(as_array(y$grad), 6, tolerance = 1e-5)
  expect_equal(as_array(nn_utils_clip_grad_norm_(list(x, y), 100, norm_type = Inf)), 6, tolerance = 1e-5)
  nn_utils_clip_grad_value_(x, 1.6)
  expect_equal(as_array(x$grad), c(1.5, 1.6), tolerance = 1e-5)
  x$grad <- torch_tensor(c(Inf, 1))
  expect_equal(as_array(nn_utils_clip_grad_norm_(list(x), 1)), Inf)
  expect_equal(as_array(x$grad), c(NaN, 0))
  x$grad <- torch_tensor(c(NaN, 1))
  expect_equal(as_array(nn_utils_clip_grad_norm_(list(x), 1)), NaN)
  expect_equal(as_array(x$grad), c(NaN, NaN))
})

test_that("gradient descent remembers nothing; with momentum from a later step on, the first gradient counts in full", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  optim <- optim_sgd(w, lr = 0.5, dampening = 0.5)
  w$grad <- torch_tensor(c(1, 1))
  optim$step()
  expect_identical(optim$state_dict()$state, structure(list(), names = character()))
  optim$param_groups[[1]]$momentum <- 0.9
  optim$step()
  expect_equal(as_array(w), c(0, 1))
  expect_equal(as_array(attr(w, "state")$momentum_buffer), c(1, 1))
})
