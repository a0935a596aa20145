in_file <- function(code) {
  file <- tempfile()
  on.exit(unlink(file))
  code(file)
}

through <- function(x, ...) {
  in_file(function(file) {
    torch_save(x, file, ...)
    torch_load(file)
  })
}

test_that("tensors of every dtype and shape come back, from files, connections and raw vectors", {
  for (dtype in list(torch_float(), torch_double(), torch_half(), torch_bfloat16(), torch_long(), torch_int(), torch_short(), torch_int8(),
                     torch_uint8(), torch_bool())) {
    for (shape in list(c(2, 3), integer(), c(0, 2))) {
      x <- torch_ones(shape, dtype = dtype)
      expect_equal(through(x), x)
      expect_equal(torch_load(torch_serialize(x)), x)
    }
  }
  x <- torch_randn(3, 2)
  expect_equal(through(x$t()), x$t()$contiguous())
  expect_equal(through(x, compress = FALSE), x)
  connection <- rawConnection(raw(), "wr")
  torch_save(list(x), connection)
  bytes <- rawConnectionValue(connection)
  close(connection)
  expect_equal(torch_load(bytes)[[1]], x)
  connection <- rawConnection(bytes)
  expect_equal(torch_load(connection)[[1]], x)
  close(connection)
  in_file(function(file) {
    torch_save(x, base::file(file))
    expect_equal(torch_load(base::file(file)), x)
  })
})

test_that("what stands around tensors, and what they have besides values, comes back", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  (w * 3)$sum()$backward()
  attr(w, "note") <- list("a", torch_ones(1))
  back <- through(list(w = w, again = w, n = 1:3, f = function(x) x + 1, nothing = NULL))
  expect_true(back$w$requires_grad)
  expect_equal(as.numeric(back$w$grad), c(3, 3))
  expect_equal(as.numeric(attr(back$w, "note")[[2]]), 1)
  expect_identical(back$w, back$again)
  expect_identical(back[c("n", "nothing")], list(n = 1:3, nothing = NULL))
  expect_identical(back$f(1), 2)
  part <- torch_randn(1000)[1:2]
  expect_lt(length(torch_serialize(part)), 2000)
})

test_that("a module and its optimiser go on as if never saved, and what is tied stays tied", {
  torch_manual_seed(1)
  tied <- nn_module(
    initialize = function() {
      self$a <- nn_linear(3, 3)
      self$b <- nn_linear(3, 3)
      self$b$weight <- self$a$weight
      self$norm <- nn_batch_norm1d(3)
      self$plain <- list(torch_ones(2))
    },
    forward = function(x) self$norm(self$b(self$a(x)))
  )
  model <- tied()
  optimizer <- optim_adam(model$parameters, lr = 0.1)
  x <- torch_randn(5, 3)
  step <- function(model, optimizer) {
    optimizer$zero_grad()
    model(x)$pow(2)$sum()$backward()
    optimizer$step()
  }
  for (k in 1:3) step(model, optimizer)
  model$norm$eval()
  for (way in c("torch_save", "saveRDS")) {
    back <- if (way == "torch_save") through(list(model = model, optimizer = optimizer)) else in_file(function(file) {
      saveRDS(list(model = model, optimizer = optimizer), file)
      readRDS(file)
    })
    expect_identical(class(back$model), class(model))
    expect_false(back$model$norm$training)
    expect_identical(back$model$a$weight, back$model$b$weight)
    expect_equal(as.numeric(back$model$plain[[1]]), c(1, 1))
    again <- torch_load(torch_serialize(list(model = model, optimizer = optimizer)))
    step(back$model, back$optimizer)
    step(again$model, again$optimizer)
    expect_equal(back$model$state_dict(), again$model$state_dict())
    expect_false(isTRUE(all.equal(back$model$state_dict(), model$state_dict())))
  }
})

test_that("tensors before R's serialization that names them are read, as torch for R describes its files", {
  x <- torch_tensor(c(1, 2))
  refer <- function(p) if (inherits(p, "torch_tensor")) "first"
  made <- function(object) {
    as_bytes(list(safetensors_header(list(first = x), NULL), x, serialize(object, NULL, refhook = refer)))
  }
  expect_equal(torch_load(made(list(weight = x, n = 3))), list(weight = x, n = 3))
  expect_equal(torch_load(made(x)), x)
  whole <- made(list(x))
  expect_error(torch_load(whole[seq_len(length(whole) - 5)]), "save `model\\$state_dict\\(\\)`", class = "rushlight_error")
})

test_that("a file that cannot be written or read is refused, and an old one stays", {
  expect_error(torch_save(1, 2), "`path`", class = "rushlight_error")
  expect_error(torch_load(2), "`path`", class = "rushlight_error")
  expect_error(torch_load("no such file"), "there is no file", class = "rushlight_error")
  expect_error(torch_load(torch_serialize(1), device = "cuda"), "CPU", class = "rushlight_error")
  in_file(function(file) {
    torch_save(torch_ones(2), file)
    expect_error(torch_save_safetensors(list(a = 1), file), "`tensors`", class = "rushlight_error")
    expect_equal(torch_load(file), torch_ones(2))
    expect_error(suppressWarnings(torch_save(1, file.path(file, "below"))), "cannot be written", class = "rushlight_error")
    writeLines("some text", file)
    expect_error(torch_load(file), "damaged, or of another kind", class = "rushlight_error")
    saveRDS(1, file)
    expect_error(torch_load(file), "damaged, or of another kind", class = "rushlight_error")
  })
  bytes <- torch_serialize(list(torch_ones(3), "text"))
  for (n in c(0, 3, 8, 40, length(bytes) %/% 2, length(bytes) - 1)) {
    expect_error(torch_load(bytes[seq_len(n)]), class = "rushlight_error")
  }
  bytes[length(bytes) - 3] <- xor(bytes[length(bytes) - 3], as.raw(1))
  expect_error(torch_load(bytes), "has been changed", class = "rushlight_error")
})
