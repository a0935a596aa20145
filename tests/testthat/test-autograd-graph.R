test_that("a graph is walked through next_functions", {
  x <- torch_ones(2, 2, requires_grad = TRUE)
  y <- ((x + 2) * (x + 2) * 3)$mean()
  expect_output(print(y$grad_fn), "^MeanBackward0$")
  expect_null(x$grad_fn)
  steps <- character()
  f <- y$grad_fn
  while (length(f$next_functions)) {
    f <- f$next_functions[[1]]
    steps <- c(steps, f$name)
  }
  expect_identical(steps, c("MulBackward1", "MulBackward0", "AddBackward1", "torch::autograd::AccumulateGrad"))
  expect_length((x * torch_ones(2))$grad_fn$next_functions, 1)
  expect_error(f$leaves, "fields", class = "rushlight_error")
})

test_that("a gradient function holds its graph, not the tensor", {
  x <- torch_ones(2, requires_grad = TRUE)
  f <- local((x * 3)$exp()$grad_fn)
  gc()
  expect_identical(f$next_functions[[1]]$name, "MulBackward1")
})
