test_that("every function of the compiler says that it is not there", {
  square <- function(x) x^2
  calls <- expression(
    jit_trace(square, torch_ones(1)), jit_trace_module(nn_linear(1, 1)), jit_compile(""), jit_load(""), jit_save(square, ""),
    jit_save_for_mobile(square, ""), jit_serialize(square), jit_unserialize(raw()), jit_scalar(1), jit_tuple(list()), jit_ops$aten
  )
  for (call in calls) expect_error(eval(call), "no just-in-time compiler", class = "rushlight_error")
  expect_output(print(jit_ops), "none")
  expect_identical(utils::.DollarNames(jit_ops, ""), character())
})

test_that("a function is called by its name", {
  expect_equal(as.numeric(call_torch_function("torch_square", torch_tensor(3))), 9)
  expect_silent(call_torch_function("torch_square", self = torch_tensor(3)))
  expect_error(call_torch_function("square", 3), "`name`", class = "rushlight_error")
  expect_error(call_torch_function("torch_no_such", 3), "torch_no_such()", fixed = TRUE)
  expect_error(call_torch_function(1), "`name`")
  expect_error(call_torch_function("torch_square", 3, quiet = "a"), "`quiet`")
})
