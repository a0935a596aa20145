error_class <- function(code) class(tryCatch(code, error = identity))[1:2]

test_that("errors have the classes by which users catch them", {
  x <- torch_ones(2, 3)
  expect_identical(error_class(x[5, 1]), c("index_error", "rushlight_error"))
  expect_identical(error_class(x$sum(dim = 4)), c("index_error", "rushlight_error"))
  expect_identical(error_class(torch_cat("a")), c("type_error", "rushlight_error"))
  expect_identical(error_class(x$sum(dim = 0)), c("index_error", "rushlight_error"))
  expect_identical(error_class(torch_linspace(0, 1, -1)), c("value_error", "rushlight_error"))
  expect_identical(error_class(torch_tensor(NA, dtype = torch_long())), c("value_error", "rushlight_error"))
  expect_identical(error_class(torch_device(3)), c("value_error", "rushlight_error"))
  expect_identical(error_class(torch_ones(2)$mm(torch_ones(2, 2))), c("value_error", "rushlight_error"))
  expect_identical(error_class(torch_bitwise_and(x, x)), c("not_implemented_error", "rushlight_error"))
  expect_identical(error_class(x$view(5)), c("runtime_error", "rushlight_error"))
})

test_that("names that change places in a message change them once", {
  expect_identical(renamed("`self` and `other`: `self` is `one`", c("self", "other"), c("other", "self")), "`other` and `self`: `other` is `one`")
  expect_identical(renamed("nothing", character(), character()), "nothing")
})

test_that("a dtype is not compared with NULL", {
  expect_error(NULL == torch_float(), "compared with NULL", class = "rushlight_error")
  expect_error(torch_float() != NULL, "compared with NULL", class = "rushlight_error")
  expect_false(torch_float() == "float")
})
