test_that("tensors come back as the R type that holds them", {
  expect_identical(as_array(torch_tensor(1:2)), 1:2)
  expect_identical(as_array(torch_tensor(c(TRUE, FALSE))), c(TRUE, FALSE))
  expect_identical(as_array(torch_tensor(c(1, 2))), c(1, 2))
  expect_identical(as_array(torch_scalar_tensor(2)), 2)
  expect_identical(as_array(torch_zeros(0, 2)), matrix(0, 0, 2))
  for (dtype in c("int8", "int16", "int32")) expect_identical(as_array(torch_tensor(7, dtype = dtype)), 7L)
  for (dtype in c("half", "bfloat16", "double")) expect_identical(as_array(torch_tensor(7, dtype = dtype)), 7)
})

test_that("integers beyond R's integers are not cut", {
  big <- torch_full(1, 2^40, dtype = torch_long())
  expect_identical(as_array(big), 2^40)
  smallest <- torch_full(1, -2^31, dtype = torch_int())
  expect_identical(as_array(smallest), -2^31)
})

test_that("integer64 keeps all bits, both ways", {
  skip_if_not_installed("bit64")
  x <- bit64::as.integer64("9007199254740993")
  expect_true(torch_tensor(x)$dtype == torch_long())
  expect_identical(bit64::as.integer64(torch_tensor(x)), x)
  expect_error(torch_tensor(bit64::as.integer64(NA)), "contains NA")
})

test_that("R's conversions give plain vectors in R's order", {
  x <- torch_tensor(matrix(c(1, 0, 2, 3), 2))
  expect_identical(as.numeric(x), c(1, 0, 2, 3))
  expect_identical(as.double(x$t()), c(1, 2, 0, 3))
  expect_identical(as.integer(x), c(1L, 0L, 2L, 3L))
  expect_identical(as.logical(x), c(TRUE, FALSE, TRUE, TRUE))
  expect_identical(as.vector(x), c(1, 0, 2, 3))
  expect_identical(as.matrix(torch_tensor(1:2)), matrix(1:2, 2))
  expect_identical(as.array(x), matrix(c(1, 0, 2, 3), 2))
  expect_identical(as_array(matrix(1:2)), matrix(1:2))
  expect_length(x, 4)
})

test_that("item() needs one element", {
  expect_identical(torch_tensor(2L)$item(), 2L)
  expect_identical(torch_ones(1, 1)$item(), 1)
  expect_error(torch_ones(2)$item(), "2")
  expect_error(torch_zeros(0)$item(), "0")
})

test_that("$to() changes the dtype, or nothing", {
  x <- torch_tensor(c(-1.7, 0, 3.9))
  expect_equal(as_array(x$to(dtype = torch_int())), c(-1L, 0L, 3L))
  expect_equal(as_array(x$bool()), c(TRUE, FALSE, TRUE))
  expect_true(x$to(torch_double())$dtype == torch_double())
  expect_true(x$to(other = torch_tensor(1L))$dtype == torch_long())
  expect_true(x$type_as(torch_tensor(TRUE))$dtype == torch_bool())
  expect_identical(x$to(dtype = torch_float()), x)
  expect_identical(x$to("cpu"), x)
  expect_identical(x$to(device = torch_device("cpu")), x)
  copy <- x$to(dtype = torch_float(), copy = TRUE)
  copy$zero_()
  expect_equal(as_array(x)[3], 3.9, tolerance = 1e-6)
  expect_error(x$to(device = "cuda"), "CPU")
  expect_error(x$cuda(), "CPU")
  expect_error(x$to(dtype = 1), "dtype")
  methods <- c(double = "Double", float = "Float", half = "Half", int = "Int", long = "Long", short = "Short")
  for (name in names(methods)) expect_equal(as.character(do.call(`$`, list(x, name))()$dtype), methods[[name]])
})

test_that("a copy that turns the layout converts every element, whatever the sizes", {
  dtypes <- c("bool", "uint8", "int8", "int16", "int32", "int64", "half", "bfloat16", "float", "double")
  for (shape in list(c(16, 80), c(135, 67), c(40, 3, 33), c(260, 1, 150), c(16400, 19))) {
    values <- array((seq_len(prod(shape)) * 7) %% 100, shape)
    values[c(1, 7)] <- c(0, 100)
    for (from in dtypes) {
      x <- torch_tensor(values, dtype = from)
      expect_identical(array(as.numeric(x), shape), if (from == "bool") (values != 0) + 0 else values)
      turned <- x$permute(rev(seq_along(shape)))
      for (to in dtypes) {
        got <- torch_empty(turned$shape, dtype = to)$copy_(turned)
        expect_true(torch_equal(got$flatten(), turned$reshape(-1)$to(dtype = to)))
      }
    }
  }
  x <- array(c(NA, NaN, Inf, -Inf, rnorm(2996)), c(50, 60))
  expect_identical(as_array(torch_tensor(x, dtype = torch_double()))[-1], x[-1])
  expect_identical(is.na(as_array(torch_tensor(x))), is.na(x))
  y <- torch_tensor(x, dtype = torch_double())[3:50, 11:50]
  expect_equal(as_array(torch_empty(40, 48)$copy_(y$t())), t(x[3:50, 11:50]), tolerance = 1e-6)
})

test_that("gradients go through a conversion", {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  y <- x$to(dtype = torch_double())
  (y * y)$sum()$backward()
  expect_true(x$grad$dtype == torch_float())
  expect_equal(as_array(x$grad), c(2, 4))
})

test_that("half precision rounds to nearest, and holds what it can", {
  x <- c(1 / 3, 65504, 65536, 6e-8, -0)
  expect_equal(as_array(torch_tensor(x, dtype = torch_half())), c(0.333251953125, 65504, Inf, 5.960464477539063e-08, 0))
  expect_equal(as_array(torch_tensor(1 / 3, dtype = torch_bfloat16())), 0.333984375)
})

test_that("predicates tell of dtype and layout", {
  x <- torch_ones(2, 3)
  expect_true(x$is_floating_point())
  expect_false(torch_is_floating_point(torch_tensor(1L)))
  expect_false(x$is_complex())
  expect_true(torch_tensor(1L)$is_signed())
  expect_false(torch_ones(2, dtype = torch_uint8())$is_signed())
  expect_identical(x$numel(), 6L)
  expect_identical(x$element_size(), 4L)
  expect_false(x$is_sparse())
})

test_that("$data() is outside the graph, $set_data() changes what is seen", {
  x <- torch_ones(2, requires_grad = TRUE)
  expect_false(x$data()$requires_grad)
  x$set_data(torch_zeros(3))
  expect_equal(as_array(x), c(0, 0, 0))
  expect_true(x$requires_grad)
})

test_that("bytes make a tensor again", {
  x <- torch_tensor(matrix(c(1, 2, 3, 4), 2))$t()
  bytes <- buffer_from_torch_tensor(x)
  expect_equal(readBin(bytes, "numeric", 4, size = 4), c(1, 2, 3, 4))
  expect_equal(as_array(torch_tensor_from_buffer(bytes, c(2, 2))), as_array(x))
  expect_equal(as_array(torch_tensor_from_buffer(1:2, 2, "int")), 1:2)
  expect_error(torch_tensor_from_buffer(bytes, 5), "bytes")
})

test_that("another object's finalizer can read a tensor that is garbage with it", {
  seen <- NULL
  local({
    owner <- new.env()
    owner$tensor <- torch_ones(2)
    reg.finalizer(owner, function(owner) seen <<- as_array(owner$tensor))
  })
  gc()
  expect_equal(seen, c(1, 1))
})

test_that("R collects large tensors without being asked to", {
  code <- paste( # in a process whose heap no other test has made large
    "suppressMessages(library(rushlight)); bytes <- function() rushlight:::rushlight_counts()[['bytes']]; x <- torch_zeros(5e5);",
    "before <- bytes(); most <- max(vapply(1:400, function(k) { y <- x + 1; bytes() }, 0)); cat((most - before) / 2e6)"
  )
  most <- as.numeric(system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE))
  expect_gt(most, 0)
  expect_lt(most, 200)
})

test_that("a forked child computes with its parent's tensors", {
  skip_on_os("windows")
  x <- torch_ones(200000)
  child <- parallel::mcparallel(as.numeric((x * 2)$sum()))
  expect_equal(parallel::mccollect(child)[[1]], 400000)
})

test_that("a boolean is 0 or 1 in memory, whatever byte it is made of", {
  bytes <- as.raw(c(0, 1, 7, 255))
  read <- torch_tensor_from_buffer(bytes, 4, "bool")
  written <- torch_zeros(4, dtype = torch_bool())
  written$copy_(torch_tensor(bytes))
  made <- list(read, written, torch_tensor(bytes)$to(dtype = torch_bool()), torch_tensor(bytes, dtype = torch_bool()),
    torch_tensor(c(0, 1, 7, 255), dtype = torch_bool()))
  for (b in made) {
    expect_identical(buffer_from_torch_tensor(b), as.raw(c(0, 1, 1, 1)))
    expect_identical(b$sum()$item(), 3L)
    expect_identical(as_array(b == TRUE), c(FALSE, TRUE, TRUE, TRUE))
    expect_identical(as_array(torch_logical_and(b, read)), c(FALSE, TRUE, TRUE, TRUE))
    expect_identical(as_array(b$to(dtype = torch_long())), c(0L, 1L, 1L, 1L))
    expect_identical(as_array(b$cumsum(1)), 0:3)
    expect_identical(as_array(torch_tensor(c(2, 3, 4, 5))[b]), c(3, 4, 5))
  }
  for (b in list(torch_empty(64, dtype = torch_bool()), torch_empty_like(torch_ones(64), dtype = torch_bool()),
    torch_empty_strided(64, 1, dtype = torch_bool()))) {
    expect_true(all(buffer_from_torch_tensor(b) <= as.raw(1)))
  }
})

test_that("bytes become raw as arrays, and numbers otherwise", {
  x <- torch_tensor(matrix(as.raw(1:6), 2))
  expect_identical(x$dtype, torch_uint8())
  expect_identical(as_array(x), matrix(as.raw(1:6), 2))
  expect_identical(as.array(x), as_array(x))
  expect_identical(as.matrix(x), as_array(x))
  expect_identical(as.matrix(x[1, ]), matrix(as.raw(c(1, 3, 5))))
  expect_identical(as_array(torch_tensor(as.raw(7))[1]), as.raw(7))
  expect_identical(as_array(torch_ones(0, 2, dtype = torch_uint8())), matrix(raw(), 0, 2))
  expect_identical(as.numeric(x), as.numeric(1:6))
  expect_identical(as.integer(x), 1:6)
  expect_equal(as.vector(summary(x$view(-1L))), as.vector(summary(c(1, 3, 5, 2, 4, 6))))
  expect_equal(as.numeric(quantile(x, 0.5)), 3.5)
  expect_identical(format(x), format(matrix(c(1, 2, 3, 4, 5, 6), 2)))
  expect_equal(as.data.frame(x), as.data.frame(matrix(1:6, 2)), ignore_attr = TRUE)
  square <- torch_tensor(matrix(as.raw(c(2, 0, 1, 3)), 2))
  expect_equal(qr.R(qr(square)), qr.R(qr(matrix(c(2, 0, 1, 3), 2))))
  expect_true(all.equal(x, torch_tensor(matrix(as.raw(1:6), 2))))
  expect_false(isTRUE(all.equal(x, x + 1L)))
})
