net <- nn_module(
  "net",
  initialize = function(hidden, scale) {
    self$scale <- if (missing(scale)) 1 else scale
    self$first <- nn_linear(2, hidden)
    self$w <- nn_parameter(torch_ones(1))
    self$second <- nn_linear(hidden, 1)
    self$seen <- nn_buffer(torch_zeros(2))
    self$scratch <- nn_buffer(torch_zeros(3), persistent = FALSE)
  },
  forward = function(x) self$second(nnf_relu(self$first(x))) * self$w * self$scale
)

test_that("a class is called with the arguments of initialize(), of which some may be missing", {
  expect_identical(names(formals(net)), c("hidden", "scale"))
  expect_identical(class(net), c("net", "nn_module", "nn_module_generator"))
  expect_identical(net(3)$scale, 1)
  expect_identical(net(3, scale = 2)$scale, 2)
  make <- function(...) net(...)
  expect_identical(make(3, 5)$scale, 5)
  expect_identical(do.call(net, list(3, scale = 4))$scale, 4)
  expect_true(is.function(net$public_methods$forward))
  expect_false(is_nn_module(net))
})

test_that("a module is a function, with forward()'s arguments", {
  model <- net(3)
  expect_true(is.function(model))
  expect_identical(methods::formalArgs(model), "x")
  expect_identical(class(model), c("net", "nn_module"))
  expect_true(is_nn_module(model))
  x <- torch_ones(4, 2)
  expect_equal(as_array(model(x)), as_array(model$forward(x)))
  expect_error(nn_module("empty")()(1), "no forward", class = "rushlight_error")
})

test_that("what is assigned is registered by what it is", {
  model <- net(3)
  expect_identical(names(model$parameters), c("first.weight", "first.bias", "second.weight", "second.bias", "w"))
  expect_identical(names(model$buffers), c("seen", "scratch"))
  expect_identical(names(model$children), c("first", "second"))
  expect_identical(names(model$modules), c("", "first", "second"))
  expect_identical(names(model$state_dict()), c("w", "seen", "first.weight", "first.bias", "second.weight", "second.bias"))
  model$w <- torch_zeros(1) # a plain tensor takes the place
  expect_identical(utils::tail(names(model$parameters), 1), "w")
  model$w <- NULL
  expect_false("w" %in% names(model$parameters))
  model$note <- "plain"
  expect_identical(model[["note"]], "plain")
  model$layers <- list(nn_linear(1, 1)) # a plain list is not registered
  expect_length(model$parameters, 4)
  expect_error(model$parameters <- list(), "read only", class = "rushlight_error")
  expect_error(model$add_module("a.b", nn_relu()), "`name`", class = "rushlight_error")
  expect_error(model$register_parameter("p", torch_ones(1)), "nn_parameter", class = "rushlight_error")
})

test_that("what is shared is there once, and stays shared in a deep copy", {
  shared <- nn_linear(2, 2)
  model <- nn_sequential(shared, nn_relu(), shared)
  expect_length(model$parameters, 2)
  expect_length(model$state_dict(), 4)
  copy <- model$clone(deep = TRUE)
  expect_length(copy$parameters, 2)
  with_no_grad(copy[[1]]$weight$zero_())
  expect_equal(as_array(copy[[3]]$weight), matrix(0, 2, 2))
  expect_gt(as_array(model[[1]]$weight$abs()$sum()), 0)
  expect_true(copy[[1]]$weight$requires_grad)
  expect_identical(class(copy[[1]]$weight), c("torch_tensor", "nn_parameter"))
})

test_that("a shallow copy shares tensors, and a deep one calls finalize_deep_clone()", {
  model <- nn_linear(2, 1)
  copy <- clone_module(model)
  with_no_grad(copy$weight$zero_())
  expect_equal(as_array(model$weight), matrix(0, 1, 2))
  counting <- nn_module("counting", forward = function() self$copies, private = list(finalize_deep_clone = function() self$copies <- 1), copies = 0)
  expect_identical(counting()$clone(deep = TRUE)(), 1)
  expect_identical(clone_module(counting())(), 0)
})

test_that("inheritance reaches methods, fields and super", {
  child <- nn_module(
    "child",
    inherit = net, initialize = function() super$initialize(2), doubled = function(x) 2 * self$forward(x), label = "c",
    active = list(twice = function() 2 * self$scale)
  )
  model <- child()
  expect_identical(class(model), c("child", "net", "nn_module"))
  x <- torch_ones(1, 2)
  expect_equal(as_array(model$doubled(x)), as_array(2 * model(x)))
  expect_identical(model$label, "c")
  expect_identical(model$twice, 2)
  expect_true(is.environment(model$.__enclos_env__$super))
  class(child) <- "other" # clients do that
  grandchild <- nn_module("grandchild", inherit = child)
  expect_identical(class(grandchild()), c("grandchild", "child", "net", "nn_module"))
  expect_error(nn_module("x", inherit = 3), "`inherit`", class = "rushlight_error")
  expect_error(nn_module("x", net, function(x) x), "name", class = "rushlight_error")
})

test_that("private lists hold what is registered, and can be written", {
  reader <- nn_module(
    "reader",
    initialize = function() {
      self$a <- nn_parameter(torch_ones(1))
      private$parameters_[["b"]] <- nn_parameter(torch_zeros(1))
    },
    forward = function() names(private$parameters_)
  )
  expect_identical(reader()(), c("a", "b"))
  expect_identical(names(reader()$clone(deep = TRUE)$parameters), c("a", "b"))
})

test_that("modes, conversion and apply() reach all modules, and return the module", {
  model <- nn_sequential(nn_linear(2, 2), nn_dropout(0.9))
  expect_true(is_nn_module(model$eval()))
  expect_false(model[[2]]$training)
  expect_equal(as_array(model[[2]](torch_ones(4))), rep(1, 4))
  expect_true(model$train()[[2]]$training)
  held <- model$parameters[[1]]
  model$to(dtype = torch_double())
  expect_true(model$parameters[[1]]$dtype == torch_double())
  expect_true(held$dtype == torch_double()) # the very tensor
  expect_error(model$cuda(), "CPU", class = "rushlight_error")
  seen <- character()
  model$apply(function(m) seen <<- c(seen, class(m)[1]))
  expect_identical(seen, c("nn_linear", "nn_dropout", "nn_sequential"))
})

test_that("a state is checked as a whole before it is loaded", {
  model <- nn_sequential(nn_linear(2, 3), nn_batch_norm1d(3))
  state <- lapply(model$state_dict(), function(x) x$clone())
  other <- nn_sequential(nn_linear(2, 3), nn_batch_norm1d(3))
  before <- as_array(other[[1]]$weight)
  bad <- state
  bad$`0.bias` <- torch_zeros(4)
  bad$extra <- torch_zeros(1)
  bad$`1.weight` <- NULL
  error <- tryCatch(other$load_state_dict(bad), rushlight_error = conditionMessage)
  expect_match(error, "lacks 1.weight", fixed = TRUE)
  expect_match(error, "no extra", fixed = TRUE)
  expect_match(error, "0.bias has shape [4], and the module's [3]", fixed = TRUE)
  expect_identical(as_array(other[[1]]$weight), before)
  held <- other[[1]]$weight
  other$load_state_dict(state)
  expect_equal(as_array(held), as_array(model[[1]]$weight))
  expect_true(held$requires_grad)
  state$`1.num_batches_tracked` <- NULL # as older versions of PyTorch saved it
  expect_error(other$load_state_dict(state), NA)
})

test_that("saveRDS() keeps a module", {
  file <- tempfile(fileext = ".rds")
  model <- net(3)
  saveRDS(model, file)
  back <- readRDS(file)
  x <- torch_ones(1, 2)
  expect_equal(as_array(back(x)), as_array(model(x)))
  expect_identical(names(back$parameters), names(model$parameters))
})

test_that("a module prints its parts", {
  local_reproducible_output(width = 40, unicode = FALSE)
  expect_identical(capture.output(print(net(3))), c(
    "An `nn_module` containing 14 parameters.", "",
    "-- Modules -----------------------------", "* first: <nn_linear> #9 parameters", "* second: <nn_linear> #4 parameters", "",
    "-- Parameters --------------------------", "* w: Float [1:1]", "",
    "-- Buffers -----------------------------", "* seen: Float [1:2]", "* scratch: Float [1:3]"
  ))
  expect_match(capture.output(print(net)), "a class of modules", all = FALSE)
})

test_that("sequences, lists and dictionaries hold modules", {
  model <- nn_sequential(!!!list(nn_linear(2, 2), act = nn_relu()), nn_linear(2, 1))
  expect_identical(names(model$children), c("0", "act", "2"))
  expect_length(model, 3)
  expect_s3_class(model[[2]], "nn_relu")
  expect_length(model[1:2], 2)
  expect_length(nn_prune_head(model, 1), 2)
  expect_error(model[[4]], "out of range", class = "index_error")
  expect_error(nn_sequential(nn_relu), "class of modules", class = "rushlight_error")
  layers <- nn_module_list(list(nn_relu()))
  layers$append(nn_tanh())
  layers$insert(1, nn_linear(1, 1))
  layers$extend(list(nn_sigmoid()))
  expect_identical(vapply(as.list(layers), function(m) class(m)[1], ""), c("nn_linear", "nn_relu", "nn_tanh", "nn_sigmoid"))
  expect_identical(names(layers$parameters), c("0.weight", "0.bias"))
  layers[[1]] <- nn_identity()
  expect_length(layers$parameters, 0)
  dict <- nn_module_dict(list(a = nn_linear(2, 3), b = nn_relu()))
  expect_identical(names(dict$parameters), c("a.weight", "a.bias"))
  expect_true(dict$contains("b"))
  expect_s3_class(dict[["b"]], "nn_relu")
  expect_error(nn_module_dict(list(nn_relu())), "name", class = "rushlight_error")
})

test_that("weight normalisation trains a direction and a length", {
  torch_manual_seed(1)
  layer <- nn_linear(3, 2)
  x <- torch_randn(4, 3)
  before <- as_array(layer(x))
  norm <- nn_utils_weight_norm$new("weight", dim = 1)
  layer <- norm$apply(layer)
  expect_setequal(names(layer$parameters), c("bias", "weight_g", "weight_v"))
  expect_equal(as_array(layer(x)), before, tolerance = 1e-5)
  layer(x)$sum()$backward()
  expect_false(is_undefined_tensor(layer$weight_g$grad))
  copy <- layer$clone(deep = TRUE)
  with_no_grad(copy$weight_g$zero_())
  expect_equal(as_array(copy(torch_zeros(1, 3))), as_array(copy(x))[1, , drop = FALSE])
  expect_equal(as_array(layer(x)), before, tolerance = 1e-5)
  layer <- norm$remove(layer)
  expect_setequal(names(layer$parameters), c("bias", "weight"))
  expect_equal(as_array(layer(x)), before, tolerance = 1e-5)
})

test_that("a summary tells what each layer gives, and leaves the module as it was", {
  model <- nn_sequential(nn_conv2d(1, 4, 3), nn_relu(), block = nn_sequential(nn_flatten(), nn_linear(64, 2)))
  told <- summary(model, c(5, 1, 6, 6))
  expect_identical(told$module, c("0", "1", "block", "block.0", "block.1"))
  expect_identical(told$output, c("[5, 4, 4, 4]", "[5, 4, 4, 4]", "[5, 2]", "[5, 64]", "[5, 2]"))
  expect_identical(told$parameters, c(40, 0, 0, 0, 130))
  expect_match(capture.output(print(told)), "170 parameters", all = FALSE)
  expect_s3_class(model[[1]], "nn_conv2d")
  expect_identical(body(model[[1]]), body(nn_conv2d(1, 1, 1)))
  expect_error(summary(model, c(5, 2, 6, 6)), "channels", class = "rushlight_error")
  expect_s3_class(model[[3]], "nn_sequential")
})

test_that("names that a module has not are told beside those that it lacks, and nothing is loaded", {
  model <- nn_linear(2, 1)
  before <- model$weight$clone()
  state <- c(nn_linear(2, 1)$state_dict(), list(other.weight = torch_ones(1)))
  expect_error(model$load_state_dict(state), "the module has no other.weight", fixed = TRUE, class = "rushlight_error")
  expect_error(model$load_state_dict(state[-2]), "it lacks bias; the module has no other.weight", fixed = TRUE)
  expect_true(torch_equal(model$weight, before))
})
