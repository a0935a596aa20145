test_that("f is mapped along a dimension", {
  x <- torch_tensor(matrix(c(1, 2, 3, 4, 5, 6), 2))
  expect_equal(vmap(function(r) r$sum())(x), x$sum(2))
  expect_equal(vmap(function(r) r$sum(), x, in_dims = 2), x$sum(1))
  expect_equal(vmap(function(r) r * 2, x, out_dims = 2), x$t() * 2)
  expect_equal(vmap(torch_dot, x, x), (x * x)$sum(2))
  expect_identical(vmap(function(r, k) r * k, c(1, 2), 10, in_dims = list(1, NULL)), c(10, 20))
  expect_identical(vmap(function(r, k) r * k, k = 10, c(1, 2), in_dims = list(r = 1)), c(10, 20))
  expect_equal(vmap(function(p) list(s = p$a + p$b, d = p$a - p$b), list(a = x, b = x))$d, torch_zeros(2, 3))
  expect_equal(vmap(vmap(function(e) e^2))(x), x^2)
})

test_that("gradients sample by sample, and derivatives through vmap()", {
  w <- c(0.5, -1)
  x <- matrix(c(1, 2, 3, 4, 5, 6), 3)
  y <- c(1, 0, 2)
  loss <- function(w, x, y) ((w * x)$sum() - y)^2
  each <- vmap(gradient(loss), in_dims = list(NULL, 1, 1))(w, x, y)
  expect_equal(each, 2 * c(x %*% w - y) * x)
  total <- function(w) vmap(loss, in_dims = list(NULL, 1, 1))(w, x, y)$sum()
  expect_equal(gradient(total, w), colSums(each))
  expect_equal(jvp(total, w, c(1, 2)), sum(colSums(each) * c(1, 2)))
})

test_that("random draws are made slice by slice, in order", {
  torch_manual_seed(3)
  drawn <- vmap(function(x) x + torch_rand(2), torch_zeros(3, 2))
  torch_manual_seed(3)
  expect_equal(drawn, torch_stack(list(torch_rand(2), torch_rand(2), torch_rand(2))))
})

test_that("what does not fit is refused", {
  x <- torch_ones(2, 3)
  refused <- function(code, message) expect_error(code, message, class = "rushlight_error")
  refused(vmap(torch_add, x, torch_ones(3)), "one length along their dimensions; they have 2, 3")
  refused(vmap(function(x) x[x > 0], matrix(c(1, -1, 1, 1), 2)), "slice 1 gave \\[2\\], and slice 2 gave \\[1\\]")
  refused(vmap(torch_exp, x, in_dims = list(NULL)), "all of `in_dims` are NULL")
  refused(vmap(torch_exp, x, in_dims = list(1, 1)), "one entry for each of 1 arguments, not 2")
  refused(vmap(torch_exp, torch_scalar_tensor(1)), "no dimensions")
  refused(vmap(torch_exp, torch_ones(0, 3)), "at least one slice")
  refused(vmap(function(x) "text", x), "must return a tensor")
  refused(vmap(torch_exp, x, in_dims = 3), "dimension")
})
