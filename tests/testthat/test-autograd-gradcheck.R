test_that("right derivatives pass", {
  expect_true(gradcheck(torch_exp, c(1, 2)))
  expect_true(gradcheck(function(x, y) list(x * y, x + y), list(matrix(1:6 / 2, 2), c(1, 2, 3)), order = 2))
  x <- torch_tensor(c(1, 2), dtype = torch_double(), requires_grad = TRUE)
  expect_true(gradcheck(function(x, k) x * k, list(x, torch_ones(2))))
  expect_true(is_undefined_tensor(x$grad))
})

test_that("wrong derivatives do not, and the message says which", {
  wrong <- autograd_function(function(ctx, x) x * x, function(ctx, g) list(x = g * 2))
  expect_error(gradcheck(wrong, list(c(1, 3))), "output 1\\[2\\] by input 1\\[2\\] is 2, and differences say 6", class = "rushlight_error")
  once <- autograd_function(function(ctx, x) {
    ctx$save_for_backward(x$detach())
    x * x
  }, function(ctx, g) list(x = g * 2 * ctx$saved_variables[[1]]))
  expect_true(gradcheck(once, list(c(1, 3))))
  expect_error(gradcheck(once, list(c(1, 3)), order = 2), "second derivative", class = "rushlight_error")
})

test_that("what cannot be checked says why", {
  x <- torch_ones(2, requires_grad = TRUE)
  expect_error(gradcheck(torch_exp, x), "double", class = "rushlight_error")
  expect_error(gradcheck(torch_exp, torch_ones(2)), "requires gradients", class = "rushlight_error")
  expect_error(gradcheck(1, x), "function", class = "rushlight_error")
  expect_error(gradcheck(torch_exp, 1, order = 3), "order", class = "rushlight_error")
  expect_error(gradcheck(function(x) x > 0, 1), "no tensor of a floating dtype", class = "rushlight_error")
})
