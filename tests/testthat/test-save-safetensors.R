test_that("tensors and strings by name come back", {
  file <- tempfile()
  on.exit(unlink(file))
  tensors <- list(a = torch_randn(2, 3), "b\"\\\n\u00e9" = torch_tensor(1:2), empty = torch_ones(0, 2), number = torch_tensor(2)$squeeze())
  torch_save_safetensors(tensors, file, metadata = c(note = "a \"b\""))
  back <- torch_load_safetensors(file)
  expect_identical(names(back), names(tensors))
  expect_equal(back$a, tensors$a)
  expect_identical(as.integer(back[[2]]), 1:2)
  expect_identical(back$empty$shape, c(0L, 2L))
  expect_identical(back$number$shape, integer())
  expect_identical(attr(back, "metadata"), list(note = "a \"b\""))
  expect_length(torch_load(file), 4)
})

test_that("the bytes are those of the format", {
  file <- tempfile()
  on.exit(unlink(file))
  torch_save_safetensors(list(x = torch_tensor(c(1, -2))), file)
  bytes <- readBin(file, "raw", 200)
  header <- "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
  expect_identical(as.integer(bytes[1:8]), c(as.integer(ceiling(nchar(header) / 8) * 8), rep(0L, 7)))
  expect_identical(trimws(rawToChar(bytes[8 + 1:as.integer(bytes[1])])), header)
  expect_identical(utils::tail(bytes, 8), as.raw(c(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)))
})

test_that("headers that contradict themselves are refused", {
  load <- function(header, data = raw(8)) {
    torch_load_safetensors(c(as.raw(nchar(header) %/% 256^(0:7) %% 256), charToRaw(header), data))
  }
  entry <- function(dtype = "F32", shape = "[2]", offsets = "[0,8]") {
    sprintf("{\"x\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}", dtype, shape, offsets)
  }
  expect_equal(as.numeric(load(entry())$x), c(0, 0))
  for (header in c(
    entry("F8"), entry(shape = "[3]"), entry(shape = "[-2]"), entry(offsets = "[0,16]"), entry(offsets = "[8,0]"), entry(shape = "[99999999999,99999999999]"),
    "{\"x\":{}}", "{\"x\":1}", "[]", "{", "{\"x\":{\"dtype\":\"F32\"", entry(shape = "\"a\""), "{}}", "null  "
  )) {
    expect_error(load(header), class = "rushlight_error")
  }
  expect_error(load(entry(), raw(7)), "cut short", class = "rushlight_error")
  expect_error(load(entry(), raw(9)), "bytes behind", class = "rushlight_error")
  expect_error(torch_save_safetensors(list(torch_ones(1)), tempfile()), "name of its own", class = "rushlight_error")
  expect_error(torch_save_safetensors(list(a = torch_ones(1), a = torch_ones(1)), tempfile()), "name of its own", class = "rushlight_error")
  expect_error(torch_save_safetensors(list(a = torch_ones(1)), tempfile(), c("x")), "`metadata`", class = "rushlight_error")
})
