test_that("plot() of a module tells which module each function belongs to, and leaves the module as it was", {
  block <- nn_module(
    initialize = function() {
      self$conv <- nn_conv2d(1, 2, 3)
      self$norm <- nn_batch_norm2d(2)
    },
    forward = function(x) nnf_relu(self$norm(self$conv(x))) + 1
  )
  model <- nn_sequential(block(), nn_dropout(0.5), nn_flatten(), nn_linear(32, 2))
  mean_before <- as.numeric(model$buffers[["0.norm.running_mean"]])
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  drawn <- plot(model, c(3, 1, 6, 6))
  module <- split(drawn$nodes$name, drawn$nodes$module)
  expect_setequal(names(module), c("0", "0.conv", "0.norm", "2", "3"))
  expect_identical(sort(sub("Backward[0-9]+$", "", module[["0"]])), c("Add", "Relu"))
  expect_identical(sum(module[["0.conv"]] == "torch::autograd::AccumulateGrad"), 2L)
  expect_identical(sum(module[["3"]] == "torch::autograd::AccumulateGrad"), 2L)
  expect_true(model$training && model[[2L]]$training)
  expect_identical(as.numeric(model$buffers[["0.norm.running_mean"]]), mean_before)
  dot <- graph_dot(drawn)
  expect_length(gregexpr("subgraph", dot)[[1L]], 5L)
  expect_error(plot(model), "input_size", class = "rushlight_error")
  expect_error(plot(nn_relu(), c(2, 2)), "does not depend", class = "rushlight_error")
})
