test_that("dtypes print, compare and tell what they are", {
  expect_output(print(torch_float()), "torch_Float")
  expect_output(print(torch_int()), "torch_Int")
  expect_true(torch_float() == torch_float32())
  expect_true(torch_half() != torch_bfloat16())
  expect_equal(as.character(torch_long()), "Long")
  expect_true(is_torch_dtype(torch_bool()))
  expect_false(is_torch_dtype(1L))
  expect_true(torch_half()$is_floating_point)
  expect_false(torch_int()$is_floating_point)
  expect_error(torch_int()$size, "size")
})

test_that("dtypes promote by kind, then by width", {
  expect_promoted <- function(a, b, to) expect_equal(as.character(torch_promote_types(a, b)), to)
  expect_promoted(torch_uint8(), torch_int8(), "Short")
  expect_promoted(torch_half(), torch_bfloat16(), "Float")
  expect_promoted(torch_long(), torch_half(), "Half")
  expect_promoted(torch_bool(), torch_uint8(), "Byte")
  expect_promoted(torch_float(), torch_double(), "Double")
  expect_error(torch_promote_types(1, torch_int()), "type1")
})

test_that("numbers and tensors without dimensions promote weakly", {
  expect_result <- function(a, b, to) expect_equal(as.character(torch_result_type(a, b)), to)
  expect_result(torch_tensor(1:3), 2.5, "Float")
  expect_result(torch_ones(2, dtype = torch_half()), torch_scalar_tensor(1, dtype = torch_double()), "Half")
  expect_result(torch_ones(2, dtype = torch_uint8()), 300L, "Byte")
  expect_result(torch_ones(2), torch_ones(2, dtype = torch_double()), "Double")
})

test_that("casts go up in kind only", {
  expect_true(torch_can_cast(torch_double(), torch_half()))
  expect_true(torch_can_cast(torch_int(), torch_float()))
  expect_false(torch_can_cast(torch_float(), torch_int()))
  expect_false(torch_can_cast(torch_int(), torch_bool()))
})

test_that("limits are those of the formats", {
  expect_equal(torch_finfo(torch_double())$eps, .Machine$double.eps)
  expect_equal(torch_finfo(torch_double())$max, .Machine$double.xmax)
  expect_equal(torch_finfo(torch_float())$tiny, 2^-126)
  expect_equal(torch_finfo(torch_half())$max, 65504)
  expect_equal(torch_finfo(torch_float())$resolution, 1e-6)
  expect_equal(torch_iinfo(torch_int())$max, .Machine$integer.max)
  expect_equal(torch_iinfo(torch_uint8())$min, 0)
  expect_error(torch_finfo(torch_int()), "iinfo")
  expect_error(torch_iinfo(torch_float()), "finfo")
})

test_that("each dtype has its size, its sign, its limits and its names", {
  known <- list(
    list("bool", "bool", 1L, FALSE), list("uint8", "byte", 1L, FALSE, 255, 0), list("int8", "char", 1L, TRUE, 127, -128),
    list("int16", "short", 2L, TRUE, 32767, -32768), list("int32", "int", 4L, TRUE, 2147483647, -2147483648),
    list("int64", "long", 8L, TRUE, 2^63, -2^63), list("float16", "half", 2L, TRUE, 65504, -65504),
    list("bfloat16", "bfloat16", 2L, TRUE, (2 - 2^-7) * 2^127, -(2 - 2^-7) * 2^127),
    list("float32", "float", 4L, TRUE, (2 - 2^-23) * 2^127, -(2 - 2^-23) * 2^127),
    list("float64", "double", 8L, TRUE, .Machine$double.xmax, -.Machine$double.xmax)
  )
  for (dtype in known) {
    x <- torch_ones(1, dtype = dtype[[1]])
    expect_true(x$dtype == torch_ones(1, dtype = dtype[[2]])$dtype)
    expect_true(x$dtype == get(paste0("torch_", dtype[[1]]))())
    expect_identical(x$element_size(), dtype[[3]])
    expect_identical(x$is_signed(), dtype[[4]])
    expect_false(x$is_complex())
    expect_identical(x$dtype$.type(), as.character(x$dtype))
    floating <- grepl("float", dtype[[1]])
    expect_identical(x$is_floating_point(), floating)
    if (dtype[[1]] == "bool") next
    limits <- if (floating) torch_finfo(x$dtype) else torch_iinfo(x$dtype)
    expect_identical(limits[c("bits", "max", "min")], list(bits = 8L * dtype[[3]], max = dtype[[5]], min = dtype[[6]]))
  }
  expect_equal(torch_finfo(torch_bfloat16())[c("eps", "tiny", "resolution")], list(eps = 2^-7, tiny = 2^-126, resolution = 0.01))
  expect_equal(torch_finfo(torch_half())[c("eps", "tiny", "resolution")], list(eps = 2^-10, tiny = 2^-14, resolution = 0.001))
})

test_that("complex numbers of R are refused, by name", {
  expect_error(torch_tensor(1i), "`data` is complex", class = "rushlight_error")
  expect_error(torch_ones(2) * 1i, "number, not a complex vector", class = "rushlight_error")
  expect_error(torch_full(2, 1i), "`fill_value` must be a number, not a complex vector", class = "rushlight_error")
})

test_that("the default dtype is what numbers become", {
  old <- torch_get_default_dtype()
  on.exit(torch_set_default_dtype(old))
  torch_set_default_dtype(torch_double())
  expect_true(torch_tensor(1)$dtype == torch_double())
  expect_true(torch_zeros(1)$dtype == torch_double())
  expect_true((torch_tensor(1:2) / 2L)$dtype == torch_double())
  expect_error(torch_set_default_dtype(torch_int()), "floating")
})

test_that("devices are described, and only the CPU is used", {
  expect_output(print(torch_device("cpu")), "torch_device(type='cpu')", fixed = TRUE)
  expect_output(print(torch_device("cuda:1")), "torch_device(type='cuda', index=1)", fixed = TRUE)
  expect_true(torch_ones(1)$device == torch_device("cpu"))
  expect_true(torch_device("cuda", 1) == torch_device("cuda:1"))
  expect_true(torch_device("cuda") != torch_device("cpu"))
  expect_equal(as.character(torch_device("cpu")), "cpu")
  expect_equal(as.character(torch_device("cuda:1")), "cuda:1")
  expect_error(torch_device("abacus"), "abacus")
  expect_error(torch_zeros(1, device = torch_device("cuda")), "CPU")
  expect_equal(torch_zeros(1, device = "cpu")$shape, 1L)
  expect_false(cuda_is_available())
  expect_equal(with_device(1, device = "cpu"), 1)
})

test_that("threads, formats and installation answer", {
  old <- torch_get_num_threads()
  on.exit(torch_set_num_threads(old))
  torch_set_num_threads(1)
  expect_equal(torch_get_num_threads(), 1L)
  expect_error(torch_set_num_threads(0), "1 or more")
  expect_true(torch_contiguous_format() == torch_contiguous_format())
  expect_false(torch_contiguous_format() == torch_preserve_format())
  expect_true(is_torch_layout(torch_strided()))
  expect_true(torch_is_installed())
  expect_message(install_torch(), "Nothing")
})
