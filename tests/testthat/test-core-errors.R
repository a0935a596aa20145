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

test_that("the call of an error is the one that the user wrote", {
  call_of <- function(code) deparse(conditionCall(tryCatch(code, error = identity)))
  x <- torch_ones(2, 3)
  expect_identical(call_of(torch_cdist(x, torch_ones(2, 4))), "torch_cdist(x, torch_ones(2, 4))")
  expect_identical(call_of(torch_kaiser_window(4, beta = "a")), "torch_kaiser_window(4, beta = \"a\")")
  expect_identical(call_of(linalg_norm(x, ord = "zzz")), "linalg_norm(x, ord = \"zzz\")")
  expect_identical(call_of(torch_chain_matmul(list(x, x))), "torch_chain_matmul(list(x, x))")
  expect_identical(call_of(torch_add(x, torch_mm(x, x))), "torch_mm(x, x)")
  twice <- function(x) torch_mm(x, x)
  expect_identical(call_of(vmap(twice)(torch_ones(2, 2, 3))), "torch_mm(x, x)")
  fc <- nn_linear(4, 1)
  expect_identical(call_of(fc(x)), "fc(x)")
  later <- (function(y) (function(value) function() value)(torch_mm(y, y)))(x) # the caller has ended when it is called
  expect_identical(call_of(later()), "torch_mm(y, y)")
})

test_that("shapes that do not go together are told by argument", {
  expect_error(torch_cdist(torch_ones(2, 3), torch_ones(2, 4)), "`x1` and `x2` must have rows of one length.*\\[2, 3\\] and \\[2, 4\\]")
  expect_error(torch_cdist(torch_ones(3), torch_ones(2, 3)), "`x1` and `x2`", class = "rushlight_error")
  expect_error(torch_cross(torch_ones(3), torch_ones(2, 3)), "as many dimensions", class = "rushlight_error")
  expect_error(nnf_multi_margin_loss(torch_ones(2, 3), torch_tensor(1:3)), "`target` must hold one class", class = "rushlight_error")
  expect_error(nnf_multi_margin_loss(torch_ones(2, 3), torch_tensor(1:2), weight = torch_ones(2)), "`weight` must hold one number for each of 3")
  bags <- function(k) nnf_embedding_bag(torch_tensor(1:2), torch_ones(3, 2), offsets = torch_tensor(1L), padding_idx = k)
  for (k in c(0, 4, -4)) expect_error(bags(k), "`padding_idx` must be the number of a row", class = "rushlight_error")
  expect_equal(as.numeric(bags(1)), c(1, 1))
  expect_error(torch_ormqr(torch_ones(3, 2), torch_ones(3), torch_ones(3, 2)), "`input2` must hold no more", class = "rushlight_error")
})
