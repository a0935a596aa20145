sigmoid <- function(x) 1 / (1 + exp(-x))

# Parameters of a recurrent layer as matrices, by name.
parameters_of <- function(layer) lapply(layer$parameters, as_array)

test_that("an LSTM steps by its formulas, in both directions, with projections", {
  torch_manual_seed(1)
  layer <- nn_lstm(3, 4, bidirectional = TRUE, proj_size = 2)$to(dtype = torch_double())
  x <- torch_randn(5, 2, 3, dtype = torch_double())
  p <- parameters_of(layer)
  one_way <- function(suffix, steps) {
    of <- function(name) p[[paste0(name, "_l1", suffix)]]
    h <- matrix(0, 2, 2)
    c <- matrix(0, 2, 4)
    out <- array(0, c(5, 2, 2))
    for (t in steps) {
      a <- t(t(as_array(x)[t, , ] %*% t(of("weight_ih")) + h %*% t(of("weight_hh"))) + of("bias_ih") + of("bias_hh"))
      gate <- function(k) a[, (k - 1) * 4 + 1:4]
      c <- sigmoid(gate(2)) * c + sigmoid(gate(1)) * tanh(gate(3))
      h <- (sigmoid(gate(4)) * tanh(c)) %*% t(of("weight_hr"))
      out[t, , ] <- h
    }
    list(out = out, h = h, c = c)
  }
  forward <- one_way("", 1:5)
  back <- one_way("_reverse", 5:1)
  got <- layer(x)
  expect_equal(as_array(got[[1]])[, , 1:2], forward$out)
  expect_equal(as_array(got[[1]])[, , 3:4], back$out)
  expect_equal(as_array(got[[2]][[1]])[1, , ], forward$h)
  expect_equal(as_array(got[[2]][[2]])[2, , ], back$c)
})

test_that("a GRU and plain networks step by their formulas, with a first state and several layers", {
  torch_manual_seed(2)
  gru <- nn_gru(3, 4)$to(dtype = torch_double())
  x <- torch_randn(4, 2, 3, dtype = torch_double())
  h <- torch_randn(1, 2, 4, dtype = torch_double())
  p <- parameters_of(gru)
  state <- as_array(h)[1, , ]
  for (t in 1:4) {
    a <- t(t(as_array(x)[t, , ] %*% t(p$weight_ih_l1)) + p$bias_ih_l1)
    b <- t(t(state %*% t(p$weight_hh_l1)) + p$bias_hh_l1)
    r <- sigmoid(a[, 1:4] + b[, 1:4])
    z <- sigmoid(a[, 5:8] + b[, 5:8])
    state <- (1 - z) * tanh(a[, 9:12] + r * b[, 9:12]) + z * state
  }
  expect_equal(as_array(gru(x, h)[[2]])[1, , ], state)
  rnn <- nn_rnn(3, 4, num_layers = 2, nonlinearity = "relu", bias = FALSE)$to(dtype = torch_double())
  p <- parameters_of(rnn)
  one <- two <- matrix(0, 2, 4)
  for (t in 1:4) {
    one <- pmax(as_array(x)[t, , ] %*% t(p$weight_ih_l1) + one %*% t(p$weight_hh_l1), 0)
    two <- pmax(one %*% t(p$weight_ih_l2) + two %*% t(p$weight_hh_l2), 0)
  }
  expect_equal(as_array(rnn(x)[[2]]), aperm(array(c(one, two), c(2, 4, 2)), c(3, 1, 2)))
})

test_that("batch_first turns input and output, and not the states", {
  torch_manual_seed(4)
  layer <- nn_gru(3, 4, batch_first = TRUE)
  x <- torch_randn(2, 5, 3)
  out <- layer(x)
  expect_equal(dim(out[[1]]), c(2, 5, 4))
  expect_equal(dim(out[[2]]), c(1, 2, 4))
  expect_equal(as_array(out[[1]])[, 5, ], as_array(out[[2]])[1, , ])
  alone <- layer(x[1, , ])
  expect_equal(dim(alone[[1]]), c(5, 4))
  expect_equal(as_array(alone[[1]]), as_array(out[[1]])[1, , ], tolerance = 1e-6)
  expect_error(layer(torch_ones(2, 5, 4)), "last dimension", class = "rushlight_error")
  expect_error(layer(x, torch_ones(1, 3, 4)), "`hx` must have the shape [1, 2, 4]", fixed = TRUE, class = "rushlight_error")
})

test_that("a packed batch gives what its samples give alone, in the caller's order", {
  torch_manual_seed(5)
  samples <- lapply(c(2, 4, 3), function(n) torch_randn(n, 3))
  packed <- nn_utils_rnn_pack_sequence(samples, enforce_sorted = FALSE)
  expect_identical(as_array(packed$batch_sizes), c(3L, 3L, 2L, 1L))
  for (make in list(nn_gru, nn_lstm, nn_rnn)) {
    layer <- make(3, 4, bidirectional = TRUE, num_layers = 2)
    out <- layer(packed)
    padded <- nn_utils_rnn_pad_packed_sequence(out[[1]])
    expect_identical(as_array(padded[[2]]), c(2L, 4L, 3L))
    last <- if (is.list(out[[2]])) out[[2]][[1]] else out[[2]]
    for (k in 1:3) {
      alone <- layer(samples[[k]])
      n <- dim(samples[[k]])[1]
      expect_equal(as_array(padded[[1]])[1:n, k, ], as_array(alone[[1]]), tolerance = 1e-5)
      expect_equal(as_array(last)[, k, ], as_array(if (is.list(alone[[2]])) alone[[2]][[1]] else alone[[2]]), tolerance = 1e-5)
    }
  }
  expect_error(nn_utils_rnn_pack_padded_sequence(torch_ones(4, 2), c(2, 3)), "decreasing", class = "rushlight_error")
  expect_error(nn_utils_rnn_pack_padded_sequence(torch_ones(4, 2), c(5, 3)), "between 1 and 4", class = "rushlight_error")
})

test_that("a recurrent layer computes with the weights that it has now", {
  layer <- nn_rnn(2, 2)
  x <- torch_ones(1, 1, 2)
  layer$weight_ih_l1 <- nn_parameter(torch_zeros(2, 2))
  with_no_grad(layer$bias_ih_l1$zero_())
  with_no_grad(layer$bias_hh_l1$fill_(1))
  expect_equal(as_array(layer(x)[[1]])[1, 1, ], rep(tanh(1), 2), tolerance = 1e-6)
  expect_equal(as_array(layer$clone(deep = TRUE)(x)[[1]])[1, 1, ], rep(tanh(1), 2), tolerance = 1e-6)
})

test_that("batch normalisation keeps running values, or their mean", {
  layer <- nn_batch_norm1d(2)
  x <- torch_tensor(matrix(c(1, 3, 2, 6), 2))
  layer(x)
  expect_equal(as_array(layer$running_mean), c(0.2, 0.4), tolerance = 1e-6)
  expect_equal(as_array(layer$running_var), 0.9 + 0.1 * c(2, 8), tolerance = 1e-6)
  expect_equal(layer$num_batches_tracked$item(), 1)
  layer$eval()
  before <- as_array(layer$running_mean)
  expect_equal(as_array(layer(x$narrow(1, 1, 1))), matrix((c(1, 2) - c(0.2, 0.4)) / sqrt(c(1.1, 1.7)), 1), tolerance = 1e-4)
  expect_identical(as_array(layer$running_mean), before)
  layer$train()
  expect_error(layer(x$narrow(1, 1, 1)), "drop_last", class = "rushlight_error")
  expect_error(layer(torch_ones(3, 4)), "channels", class = "rushlight_error")
  expect_error(layer(torch_ones(3, 2, 2, 2)), "dimensions", class = "rushlight_error")
  cumulative <- nn_batch_norm1d(1, momentum = NULL)
  for (value in c(1, 5, 9)) cumulative(torch_tensor(matrix(c(value, value), 2)))
  expect_equal(as_array(cumulative$running_mean), 5)
  untracked <- nn_batch_norm1d(2, track_running_stats = FALSE)$eval()
  expect_equal(as_array(untracked(x)$mean(1)), c(0, 0), tolerance = 1e-6)
})

test_that("convolutional layers pad in all modes", {
  for (mode in c("zeros", "reflect", "replicate", "circular")) {
    layer <- nn_conv1d(1, 1, 3, padding = 1, padding_mode = mode, bias = FALSE)
    with_no_grad(layer$weight$fill_(1))
    ends <- switch(mode,
      zeros = c(0, 0),
      reflect = c(2, 3),
      replicate = c(1, 4),
      circular = c(4, 1)
    )
    around <- c(ends[1], 1:4, ends[2])
    expected <- around[1:4] + around[2:5] + around[3:6]
    expect_equal(as_array(layer(torch_tensor(array(1:4 + 0, c(1, 1, 4)))))[1, 1, ], expected)
  }
  unequal <- nn_conv2d(1, 1, c(3, 1), padding = c(1, 0), padding_mode = "circular", bias = FALSE)
  expect_equal(dim(unequal(torch_ones(1, 1, 4, 5))), c(1, 1, 4, 5))
  transposed <- nn_conv_transpose1d(1, 1, 3, stride = 2)
  expect_equal(dim(transposed(torch_ones(1, 1, 4), output_size = 10)), c(1, 1, 10))
  expect_error(transposed(torch_ones(1, 1, 4), output_size = 12), "between [9] and [10]", fixed = TRUE, class = "rushlight_error")
  expect_error(nn_conv2d(3, 4, 3, groups = 2), "`groups`", class = "rushlight_error")
})

test_that("a padding row of an embedding is zero, gets no gradient and stays zero", {
  layer <- nn_embedding(4, 2, padding_idx = 2)
  expect_equal(as_array(layer$weight)[2, ], c(0, 0))
  optim <- optim_adam(layer$parameters, lr = 0.1)
  layer(torch_tensor(c(1L, 2L, 4L)))$sum()$backward()
  expect_equal(as_array(layer$weight$grad)[2, ], c(0, 0))
  optim$step()
  expect_equal(as_array(layer$weight)[2, ], c(0, 0))
  bag <- nn_embedding_bag(4, 2, mode = "mean", padding_idx = 1)
  index <- torch_tensor(matrix(c(1L, 2L, 3L), 1))
  expect_equal(as_array(bag(index))[1, ], colMeans(as_array(bag$weight)[2:3, ]), tolerance = 1e-6)
  expect_error(nn_embedding(4, 2, padding_idx = 5), "`padding_idx`", class = "rushlight_error")
})

test_that("masks of attention mean what they say", {
  torch_manual_seed(6)
  layer <- nn_multihead_attention(4, 2)
  x <- torch_randn(3, 2, 4)
  causal <- torch_ones(3, 3, dtype = torch_bool())$triu(1) # TRUE: ignore
  padding <- torch_tensor(matrix(c(FALSE, FALSE, FALSE, TRUE, FALSE, FALSE), 2))
  weights <- as_array(layer(x, x, x, attn_mask = causal, key_padding_mask = padding)[[2]])
  expect_equal(weights[1, 1, ], c(1, 0, 0))
  expect_true(all(weights[2, 2:3, 2] == 0))
  expect_equal(as.numeric(apply(weights, 1:2, sum)), rep(1, 6), tolerance = 1e-6)
  q <- torch_randn(1, 3, 4)
  attend <- torch_tensor(matrix(c(TRUE, FALSE, TRUE), 1)) # TRUE: attend
  out <- torch_scaled_dot_product_attention(q, q, q, attn_mask = attend)
  kept <- torch_cat(list(q$narrow(2, 1, 1), q$narrow(2, 3, 1)), 2)
  expect_equal(as_array(out), as_array(torch_scaled_dot_product_attention(q, kept, kept)), tolerance = 1e-6)
  other <- nn_multihead_attention(4, 2, bias = FALSE, kdim = 3, vdim = 5)
  expect_equal(dim(other(x, torch_randn(6, 2, 3), torch_randn(6, 2, 5))[[1]]), c(3, 2, 4))
  expect_error(nn_multihead_attention(5, 2), "`num_heads`", class = "rushlight_error")
})

test_that("adaptive softmax gives probabilities, and their logarithm of the class", {
  torch_manual_seed(7)
  model <- nn_adaptive_log_softmax_with_loss(8, n_classes = 12, cutoffs = c(4, 8), div_value = 2)
  x <- torch_randn(5, 8)
  all <- model$log_prob(x)
  expect_equal(as_array(all$exp()$sum(2)), rep(1, 5), tolerance = 1e-5)
  out <- model(x, torch_tensor(c(1L, 5L, 12L, 4L, 9L)))
  expect_equal(as_array(out$output), as_array(all)[cbind(1:5, c(1, 5, 12, 4, 9))], tolerance = 1e-6)
  expect_equal(as_array(out$loss), -mean(as_array(out$output)), tolerance = 1e-6)
  expect_error(model(x, torch_tensor(c(1L, 5L, 13L, 4L, 9L))), "between 1 and 12", class = "rushlight_error")
})

test_that("activations and losses keep their arguments, and losses can change their reduction", {
  x <- torch_tensor(c(-2, 0.3, 4))
  expect_equal(as_array(nn_elu(0.5)(x)), as_array(nnf_elu(x, 0.5)))
  expect_equal(as_array(nn_softplus(2, 1)(x)), as_array(nnf_softplus(x, 2, 1)))
  expect_identical(nn_dropout(0.3)$p, 0.3)
  loss <- nn_mse_loss()
  expect_s3_class(loss, "nn_loss")
  y <- torch_tensor(c(0, 0, 1))
  loss$reduction <- "sum"
  expect_equal(as_array(loss(x, y)), as_array(nnf_mse_loss(x, y, "sum")))
  weighted <- nn_cross_entropy_loss(weight = torch_tensor(c(1, 2)))
  expect_identical(names(weighted$buffers), "weight")
  expect_identical(class(weighted), c("nn_cross_entropy_loss", "nn_weighted_loss", "nn_loss", "nn_module"))
  expect_identical(class(loss), c("nn_mse_loss", "nn_loss", "nn_module"))
  expect_equal(as_array(nnf_area_under_min_fpr_fnr(torch_tensor(c(2, 1, 0.5)), torch_tensor(c(1, 0, 1)))), 0.25)
})

test_that("live tensors and the pool are the same after 1000 steps as after 100", {
  torch_manual_seed(8)
  model <- nn_sequential(nn_linear(4, 8), nn_relu(), nn_batch_norm1d(8), nn_linear(8, 1))
  optim <- optim_adam(model$parameters)
  x <- torch_randn(16, 4)
  y <- torch_randn(16, 1)
  train <- function(steps) {
    for (k in seq_len(steps)) {
      optim$zero_grad()
      nnf_mse_loss(model(x), y)$backward()
      optim$step()
    }
    for (k in 1:2) gc()
    rushlight:::rushlight_counts()[c("tensors", "storages", "nodes")]
  }
  after <- train(100)
  expect_identical(train(900), after)
})

test_that("sparsemax as a layer projects onto the simplex", {
  x <- torch_tensor(rbind(c(1, 0.5, -1), c(3, 0, 0)))
  expect_equal(as_array(nn_contrib_sparsemax()(x)), rbind(c(0.75, 0.25, 0), c(1, 0, 0)))
  expect_equal(as_array(nn_contrib_sparsemax(dim = 1)(x)), as_array(nnf_contrib_sparsemax(x, 1)))
})

test_that("a sparse start has the share of zeros in each column", {
  torch_manual_seed(1)
  w <- nn_init_sparse_(torch_empty(5, 400), sparsity = 0.3, std = 2)
  expect_true(all(as_array((w == 0)$sum(1)) == 2))
  expect_equal(sd(as.numeric(w[w != 0])), 2, tolerance = 0.1)
  expect_true(all(as_array(nn_init_sparse_(torch_empty(2, 2), 1)) == 0))
  expect_error(nn_init_sparse_(torch_empty(3), 0.5), "`tensor`", class = "rushlight_error")
  expect_error(nn_init_sparse_(torch_empty(3, 3), 2), "`sparsity`")
})
