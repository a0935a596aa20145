# Short programs of every family, for tools/oom.R and tools/gctorture.R: `programs`, a list of functions by name. They are evaluated
# in the package's namespace, beside the cases of the gradient check: `gradient_cases`.
for (file in list.files("tests/testthat", "^helper-(cases|gradients-).*[.]R$", full.names = TRUE)) source(file, local = TRUE)

quiet <- function(code) invisible(utils::capture.output(code))

forward_and_back <- function(case, layout) {
  inputs <- case_inputs(case, layout)
  results <- outputs_of(case$f, inputs)
  for (result in results) if (result$requires_grad) result$sum()$backward(retain_graph = TRUE)
  lapply(inputs, function(x) x$grad)
}

programs <- list(
  create = function() {
    list(
      torch_tensor(matrix(1:6, 2)), torch_tensor(c(TRUE, FALSE)), torch_zeros(2, 3), torch_ones_like(torch_empty(2)),
      torch_full(c(2, 2), 7), torch_eye(3),
      torch_arange(1, 5), torch_linspace(0, 1, 5), torch_logspace(0, 1, 5), torch_scalar_tensor(3), torch_ones(2)$new_zeros(3)
    )
  },
  convert = function() {
    x <- torch_tensor(c(1.5, 2.5))
    list(as_array(x), as.numeric(x), as.character(x), as.list(x), x$to(dtype = torch_int()), x$half(), x$bool(), length(x), dim(x))
  },
  print = function() {
    quiet(print(torch_tensor(matrix(c(1.5, NaN, 1e10, -2), 2))))
    quiet(str(torch_ones(2, requires_grad = TRUE)))
    quiet(print(torch_ones(2, 2, 2) > 0))
  },
  random = function() {
    torch_manual_seed(1)
    g <- torch_generator()
    g$set_current_seed(3)
    list(
      torch_rand(3), torch_randn(2, 2), torch_randint(1, 5, 3), torch_randperm(5), torch_bernoulli(torch_full(4, 0.5)),
      torch_poisson(torch_ones(3)),
      torch_multinomial(torch_ones(4), 2), torch_normal(0, 1, size = 3), torch_empty(3)$exponential_(), torch_rand(2, generator = g),
      nnf_dropout(torch_ones(5))
    )
  },
  index = function() {
    x <- torch_arange(1, 12)$view(c(3, 4))
    x[1, ] <- 0
    x[x > 10] <- -1
    x[2:3, 1] <- torch_tensor(c(5, 6))
    x[torch_tensor(1L), 2] <- 9
    list(x[1], x[, -1], x[2:3, c(1, 3)], x[x > 4], x[torch_tensor(c(1L, 3L))], x[.., 1], x[1:3:2, ], x[[2, 1]], head(x, 1), rev(x[1, ]))
  },
  join = function() {
    x <- torch_ones(2, 3)
    list(
      torch_cat(list(x, x)), torch_stack(list(x, x)), rbind(x, x), cbind(x, x), torch_split(x, 1), torch_chunk(x, 2), torch_unbind(x),
      torch_meshgrid(list(x[1], x[2])),
      torch_block_diag(list(x, x)), torch_broadcast_tensors(list(x, torch_ones(3)))
    )
  },
  shape = function() {
    x <- torch_arange(1, 24)$view(c(2, 3, 4))
    list(
      x$t, x$permute(c(3, 1, 2))$contiguous(), x$reshape(c(6, 4)), x$flatten(), x$unsqueeze(1)$squeeze(), x$expand(c(2, 3, 4)),
      x$flip(1), x$roll(1), x$narrow(1, 1, 1),
      x$unfold(3, 2, 1), x$rot90(), aperm(x), x$`repeat`(c(2, 1, 1)), x$repeat_interleave(2), x$diagonal(0), torch_tril(x), x$movedim(1, 2)
    )
  },
  sort = function() {
    x <- torch_tensor(c(3, 1, 2, 3))
    list(
      torch_sort(x), torch_argsort(x), torch_topk(x, 2), torch_kthvalue(x, 2), torch_median(x), torch_unique_consecutive(x),
      torch_bincount(torch_tensor(c(1L, 2L))),
      torch_histc(x), torch_searchsorted(torch_sort(x)[[1]], x), torch_bucketize(x, x), torch_mode(x), torch_msort(x), torch_nonzero(x > 1)
    )
  },
  reduce = function() {
    x <- torch_tensor(matrix(c(1, 2, NaN, 4), 2))
    list(
      sum(x), mean(x), max(x), min(x), prod(x), range(x), torch_var(x), torch_std(x, 1), torch_logsumexp(x, 1), torch_norm(x),
      torch_argmax(x), all(x > 1), any(x > 1),
      torch_cumsum(x, 1), torch_cumprod(x, 1), torch_cummax(x, 1), torch_amax(x, 1), torch_nansum(x), torch_quantile(x[1], 0.5),
      torch_count_nonzero(x)
    )
  },
  comparison = function() {
    x <- torch_tensor(c(1, 2, 3))
    list(x > 1, x == c(1, 2, 4), torch_isclose(x, x), torch_equal(x, x), !(x > 1), is.na(x), torch_where(x > 1, x, 0), all.equal(x, x))
  },
  linalg = function() {
    a <- torch_tensor(matrix(c(4, 1, 1, 3), 2), dtype = torch_double(), requires_grad = TRUE)
    list(
      linalg_svd(a), linalg_eigh(a), linalg_qr(a), linalg_inv(a), linalg_solve(a, torch_ones(2, dtype = torch_double())),
      linalg_cholesky(a), torch_lu(a), linalg_det(a),
      linalg_matrix_rank(a), linalg_lstsq(a, torch_ones(2, 1, dtype = torch_double())), linalg_pinv(a), solve(a, c(1, 2)), a %*% a,
      torch_einsum("ij,jk->ik", list(a, a)), linalg_matrix_power(a, 3)
    )
  },
  autograd = function() {
    x <- torch_tensor(c(1, 2, 3), requires_grad = TRUE)
    y <- (x * x)$sum()
    handle <- y$register_hook(identity)
    y$retain_grad()
    g <- autograd_grad(y, x, create_graph = TRUE)[[1]]
    g$sum()$backward()
    handle$remove()
    list(x$grad, y$grad_fn, x$detach(), with_no_grad(x * 2), x$is_leaf)
  },
  functions = function() {
    cube <- autograd_function(
      forward = function(ctx, x) {
        ctx$save_for_backward(x = x)
        x^3
      },
      backward = function(ctx, g) list(x = g * 3 * ctx$saved_variables$x^2)
    )
    x <- torch_tensor(2, requires_grad = TRUE)
    cube(x)$backward()
    x$grad
  },
  inplace = function() {
    x <- torch_ones(3, requires_grad = TRUE)
    y <- x * 1
    y$add_(1)$mul_(2)
    y[1:2]$sin_()
    y[1] <- 5
    y$sum()$backward()
    x$grad
  },
  saved = function() {
    x <- torch_tensor(c(1, 2), requires_grad = TRUE)
    list(unserialize(serialize(x, NULL)) + 1, unserialize(serialize(list(x, x), NULL, version = 2))[[2]] * 2)
  },
  loss = function() {
    x <- torch_ones(2, 3, requires_grad = TRUE)
    t <- torch_tensor(c(1L, 3L))
    (nnf_cross_entropy(x, t) + nnf_mse_loss(x, torch_zeros(2, 3)) + nnf_softmax(x, 1)$sum())$backward()
    list(x$grad, nnf_one_hot(t))
  },
  training = function() {
    torch_manual_seed(2)
    w1 <- torch_randn(3, 4, requires_grad = TRUE)
    w2 <- torch_randn(4, 2, requires_grad = TRUE)
    x <- torch_randn(5, 3)
    target <- torch_tensor(c(1L, 2L, 1L, 2L, 1L))
    for (step in 1:2) {
      loss <- nnf_cross_entropy(torch_relu(x$mm(w1))$mm(w2), target)
      loss$backward()
      with_no_grad({
        for (w in list(w1, w2)) {
          w$sub_(w$grad * 0.1)
          w$grad$zero_()
        }
      })
    }
    loss$item()
  },
  network = function() {
    torch_manual_seed(1)
    model <- nn_sequential(
      nn_conv2d(1, 2, 3, padding = 1), nn_batch_norm2d(2), nn_relu(), nn_max_pool2d(2), nn_flatten(), nn_layer_norm(8), nn_linear(8, 3)
    )
    optim <- optim_adam(model$parameters)
    schedule <- lr_step(optim, 1)
    for (step in 1:2) {
      optim$zero_grad()
      nnf_cross_entropy(model(torch_rand(3, 1, 4, 4)), torch_tensor(c(1L, 3L, 2L)))$backward()
      nn_utils_clip_grad_norm_(model$parameters, 1)
      optim$step()
      schedule$step()
    }
    copy <- model$clone(deep = TRUE)
    copy$load_state_dict(model$state_dict())
    copy$parameters
  },
  recurrent = function() {
    torch_manual_seed(1)
    x <- torch_rand(3, 2, 4)
    attention <- nn_multihead_attention(4, 2)
    out <- attention(x, x, x)[[1]]
    lapply(list(nn_lstm(4, 2), nn_gru(4, 2, bidirectional = TRUE)), function(layer) {
      layer(out)[[1]]$sum()$backward(retain_graph = TRUE)
      layer$weight_hh_l1$grad
    })
  }
)
