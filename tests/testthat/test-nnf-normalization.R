# Where no other source is given, values are PyTorch's.
x <- counted(2, 4, 2)^2 / 10
weight <- doubles(c(1, 2, -1, 0.5))
bias <- doubles(c(0, 1, 0.5, -1))
running <- function() list(mean = counted(4), var = counted(4))

test_that("layer normalisation takes each sample's last dimensions", {
  rows <- doubles(c(1, 2, 4, 3, 3, 9), 2, 3)
  expect_equal(in_rows(nnf_layer_norm(rows, 3)), c(-1.06904153145, -0.267260382863, 1.33630191431, -0.707106339245, -0.707106339245, 1.41421267849))
  y <- nnf_layer_norm(rows, 3, doubles(c(1, 2, -1)), doubles(c(0, 1, 0.5)), eps = 0.5)
  expect_equal(in_rows(y), c(-0.929981109951, 0.535009445025, -0.662476387438, -0.68599434057, -0.37198868114, -0.87198868114))
  whole <- nnf_layer_norm(rows, c(2, 3), eps = 0)
  expect_equal(in_rows(whole), as.vector(scale(in_rows(rows)) * sqrt(6 / 5)))
  expect_equal(dim(nnf_layer_norm(torch_zeros(0, 3), 3)), c(0, 3))
  expect_equal(in_rows(nnf_layer_norm(doubles(c(5, 7), 2, 1), 1, bias = doubles(2))), c(2, 2))
})

test_that("group normalisation takes groups of channels", {
  expected <- c(
    -1.14456843311, -0.616306079369, 1.52826235374, 3.99348667122, 1.76983372129, 1.01479745458, -0.811240933322, -0.296443478744,
    -1.29787116535, -0.489361259067, 1.80850990628, 3.76595494255, 1.8101748439, 0.977828472481, -0.791913407145, -0.314084934664
  )
  expect_equal(in_rows(nnf_group_norm(x, 2, weight, bias)), expected)
  expect_equal(as_array(nnf_group_norm(x, 1)), as_array(nnf_layer_norm(x, c(4, 2))))
  expect_equal(as_array(nnf_group_norm(x, 4)), as_array(nnf_instance_norm(x)))
})

test_that("batch normalisation takes channels, and moves the running values in place", {
  r <- running()
  expected <- c(
    -1.02195570836, -0.954574013303, -1.09574067322, -0.864714142316, 1.56263919986, 1.41921550417, -1.53608634573, -1.45526930868,
    0.774889493152, 1.20164022851, 2.60068382128, 3.35977099426, -0.314907361853, -0.666947342174, -0.587833111076, -0.420811234518
  )
  expect_equal(in_rows(nnf_batch_norm(x, r$mean, r$var, weight, bias, training = TRUE, momentum = 0.25)), expected)
  expect_equal(in_rows(r$mean), c(1.9125, 3.3125, 4.9125, 6.7125))
  expect_equal(in_rows(r$var), c(7.3575, 13.7408333333, 21.8575, 31.7075))
  expect_equal(in_rows(nnf_batch_norm(x, NULL, NULL, weight, bias, training = TRUE)), expected)
  a <- as_array(x)[, 1, ]
  expect_equal(in_rows(r$mean)[1], 0.75 * 1 + 0.25 * mean(a))
  expect_equal(in_rows(r$var)[1], 0.75 * 1 + 0.25 * var(as.vector(a)))
})

test_that("outside of training the running values are used, and nothing changes", {
  r <- list(mean = doubles(c(1.9125, 3.3125, 4.9125, 6.7125)), var = doubles(c(7.3575, 13.7408333333, 21.8575, 31.7075)))
  before <- lapply(r, in_rows)
  expected <- c(
    -0.668209406094, -0.557609228534, -0.301639213148, 0.0760384860037, 1.01602052841, 0.780736556905, -1.16094109452, -1.02774846457,
    2.28112866218, 2.9815964534, 5.74120397328, 6.98214498478, -2.06406055306, -2.64157575584, 0.401852430209, 0.677117198769
  )
  expect_equal(in_rows(nnf_batch_norm(x, r$mean, r$var, weight, bias)), expected, tolerance = 1e-9)
  one_row <- nnf_batch_norm(x[1:1, , 1], r$mean, r$var, weight, bias)
  expect_equal(in_rows(one_row), expected[c(1, 3, 5, 7)], tolerance = 1e-9)
  expect_identical(lapply(r, in_rows), before)
  half <- nnf_batch_norm(x$to(dtype = torch_bfloat16()), r$mean$float(), r$var$float())
  expect_true(half$dtype == torch_bfloat16())
})

test_that("a training batch with one value per channel is refused, with the cure", {
  expect_error(nnf_batch_norm(torch_ones(1, 3), torch_zeros(3), torch_ones(3), training = TRUE), "the last batch has one sample.*drop_last = TRUE",
    class = "rushlight_error")
  expect_error(nnf_instance_norm(torch_ones(2, 3, 1)), "one value per channel and sample", class = "rushlight_error")
})

test_that("instance normalisation takes each sample's channels", {
  expected <- c(
    -0.428571428571, 0.428571428571, -0.483997032009, 2.48399703201, 1.36692144686, -0.366921446863, -1.46072133763, -0.539278662375,
    -0.948814721934, 0.948814721934, -0.928420317491, 2.92842031749, 1.47364490207, -0.473644902066, -1.48990814446, -0.510091855538
  )
  expect_equal(in_rows(nnf_instance_norm(x, weight = weight, bias = bias, eps = 0.1)), expected)
  r <- running()
  nnf_instance_norm(x, r$mean, r$var, momentum = 0.25)
  expect_equal(in_rows(r$mean), c(1.9125, 3.3125, 4.9125, 6.7125))
  expect_equal(in_rows(r$var), c(0.98125, 1.86125, 2.78125, 3.74125))
  r <- running()
  expected <- c(
    -0.899995500034, -0.599997000022, -0.555631029538, 0.434315989259, 0.788674653471, 0.153590415835, -0.775000281249, -0.400000749999,
    7.09996450027, 8.99995500034, 15.2835212712, 18.536204333, -7.52515536649, -9.08399849523, 3.62499421876, 4.39999325001
  )
  expect_equal(in_rows(nnf_instance_norm(x, r$mean, r$var, weight, bias, use_input_stats = FALSE)), expected)
  expect_equal(lapply(r, in_rows), lapply(running(), in_rows))
})

test_that("local response normalisation divides by the squares of neighbouring channels", {
  y <- nnf_local_response_norm(counted(1, 4, 2), 3, alpha = 0.5, beta = 0.5, k = 2)
  expect_equal(in_rows(y), c(0.522232967867, 0.866025403784, 1.07188440152, 1.18817705157, 1.25656172488, 1.29903810568, 1.84894690328, 1.85164019955))
  expect_equal(in_rows(nnf_local_response_norm(counted(1, 4, 1), 2, alpha = 1, beta = 1, k = 0)), c(2, 0.8, 6 / 13, 0.32))
  expect_equal(dim(nnf_local_response_norm(torch_ones(2, 3, 0), 2)), c(2, 3, 0))
  expect_error(nnf_local_response_norm(torch_ones(2, 3), 2), "`input` must have 3 dimensions or more", class = "rushlight_error")
  expect_error(nnf_local_response_norm(x, 0), "`size` must be 1 or more", class = "rushlight_error")
})

test_that("little is lost where the mean is large beside the deviation", {
  deviations <- c(-1.5, -0.5, 0.5, 1.5)
  wide <- torch_tensor(array(4096 + deviations / 8, c(1, 4)))
  exact <- deviations / 8 / sqrt(mean((deviations / 8)^2) + 1e-5)
  expect_equal(in_rows(nnf_layer_norm(wide, 4)), exact, tolerance = 1e-6)
  expect_equal(in_rows(nnf_group_norm(wide$view(c(1, 2, 2)), 1)), exact, tolerance = 1e-6)
  expect_equal(in_rows(nnf_batch_norm(wide$view(c(4, 1)), NULL, NULL, training = TRUE)), exact, tolerance = 1e-6)
})

test_that("half precision is computed in float", {
  a <- wave(4, 64) + 0.25 * counted(4, 64)$sin()
  for (dtype in list(torch_half(), torch_bfloat16())) {
    low <- a$to(dtype = dtype)
    y <- nnf_layer_norm(low, 64)
    expect_true(y$dtype == dtype)
    expect_true(torch_equal(y, nnf_layer_norm(low$float(), 64)$to(dtype = dtype)))
  }
})

test_that("derivatives of third order are those of the formula", {
  formula <- function(x) {
    away <- x - x$mean(2, keepdim = TRUE)
    away / torch_sqrt((away * away)$mean(2, keepdim = TRUE) + 0.1)
  }
  third <- function(f) {
    x <- (wave(2, 3) / 3 + counted(2, 3)$cos())$requires_grad_()
    y <- (f(x) * counted(2, 3))$sum()
    for (order in 1:2) y <- (autograd_grad(y, x, create_graph = TRUE)[[1]] * wave(2, 3))$sum()
    in_rows(autograd_grad(y, x)[[1]])
  }
  expect_equal(third(function(x) nnf_layer_norm(x, 3, eps = 0.1)), third(formula))
})

test_that("two threads give what one gives, bit for bit", {
  threads <- torch_get_num_threads()
  on.exit(torch_set_num_threads(threads))
  results <- lapply(1:2, function(n) {
    torch_set_num_threads(n)
    x <- wave(32, 16, 10, 10)$mul(counted(32, 16, 10, 10)$sin())$float()$requires_grad_()
    w <- counted(16)$float()$requires_grad_()
    y <- nnf_batch_norm(x, NULL, NULL, w, training = TRUE)$sin()$sum() + nnf_layer_norm(x$view(c(512, 100)), 100)$cos()$sum()
    y$backward()
    lapply(list(y$detach(), x$grad, w$grad), buffer_from_torch_tensor)
  })
  expect_identical(results[[1]], results[[2]])
})

test_that("shapes and dtypes that do not fit are refused in words", {
  fails <- function(code, says) expect_error(code, says, class = "rushlight_error")
  fails(nnf_layer_norm(x, 3), "`input` must end in the sizes of `normalized_shape`, \\[3\\]; its shape is \\[2, 4, 2\\]")
  fails(nnf_layer_norm(x, 2, weight), "`weight` must have one element for each of 2 channels; its shape is \\[4\\]")
  fails(nnf_group_norm(x, 3), "`num_groups` must divide the 4 channels; it is 3")
  fails(nnf_group_norm(x, 0), "`num_groups` must divide the 4 channels")
  fails(nnf_group_norm(counted(4), 1), "`input` must have 2 dimensions or more")
  fails(nnf_batch_norm(x, NULL, NULL), "`running_mean` and `running_var` must be given where `training` is FALSE")
  fails(nnf_batch_norm(x, counted(3), counted(4)), "`running_mean` must be a tensor with one element for each of the 4 channels")
  fails(nnf_batch_norm(x, counted(4), counted(4), weight = counted(3), training = TRUE), "`weight` must have one element for each of 4 channels")
  fails(nnf_batch_norm(x$long(), NULL, NULL, training = TRUE), "`input` must be a floating tensor, not a Long one")
  fails(nnf_instance_norm(x[, , 1]), "`input` must have 3 dimensions or more")
})
