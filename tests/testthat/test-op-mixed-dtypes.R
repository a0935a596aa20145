# Derivatives by a double are double, whatever the other operand is.

a0 <- c(0.3, 1.7, 2.9)
others <- list(
  long = torch_tensor(c(3L, 2L, 7L)), int8 = torch_tensor(c(3L, 2L, 100L), dtype = torch_int8()),
  uint8 = torch_tensor(c(3L, 2L, 200L), dtype = torch_uint8()), bool = torch_tensor(c(TRUE, TRUE, TRUE)),
  float = torch_tensor(c(0.1, 0.7, 2.3)), half = torch_tensor(c(0.1, 0.7, 2.3), dtype = torch_half()),
  no_dims = torch_scalar_tensor(0.1), number = 0.1, whole = 3L
)
as_double <- function(x) if (is.numeric(x)) torch_tensor(rep(x, 3), dtype = torch_double()) else x$to(dtype = torch_double())

# The value, and the first and second derivatives by a.
orders <- function(f, other) {
  a <- torch_tensor(a0, dtype = torch_double(), requires_grad = TRUE)
  y <- f(a, other)
  first <- autograd_grad(y$sum(), a, create_graph = TRUE)[[1]]
  second <- if (first$requires_grad) autograd_grad(first$sum(), a, allow_unused = TRUE)[[1]]
  list(y$dtype, as.numeric(y), as.numeric(first), if (!is.null(second) && length(second$shape)) as.numeric(second))
}

expect_double <- function(name, f, of = names(others)) {
  for (kind in of) {
    got <- orders(f, others[[kind]])
    expect_identical(got[[1]], torch_double(), label = paste(name, kind))
    expect_equal(got, orders(f, as_double(others[[kind]])), tolerance = 1e-13, label = paste(name, kind))
  }
}

test_that("a power of a whole or single number has double derivatives", {
  expect_double("pow", function(a, b) torch_pow(a, b))
  expect_double("power of", function(a, b) torch_pow(b, a))
  expect_double("float_power", function(a, b) a$float_power(b))
  a <- torch_tensor(2.5, dtype = torch_double(), requires_grad = TRUE)
  expect_equal(as.numeric(autograd_grad((torch_tensor(3L)^a)$sum(), a)[[1]]), 3^2.5 * log(3), tolerance = 1e-15)
})

test_that("a gradient has the dtype of what it is the gradient of, whatever it met on the way", {
  for (narrow in list(torch_half(), torch_bfloat16(), torch_float())) {
    x <- torch_tensor(c(1, 2), dtype = narrow, requires_grad = TRUE)
    y <- torch_tensor(c(3, 4), dtype = torch_double(), requires_grad = TRUE)
    slopes <- autograd_grad((x * y)$sum(), list(x, y))
    expect_true(slopes[[1]]$dtype == narrow)
    expect_true(slopes[[2]]$dtype == torch_double())
    expect_equal(lapply(slopes, as.numeric), list(c(3, 4), c(1, 2)))
    (x * y)$sum()$backward()
    expect_true(x$grad$dtype == narrow)
  }
})

test_that("functions of two have double derivatives beside other dtypes", {
  expect_double("atan2", function(a, b) torch_atan2(a, b))
  expect_double("atan2 of", function(a, b) torch_atan2(b, a))
  expect_double("div", function(a, b) a / b)
  expect_double("quotient of", function(a, b) b / a)
  tensors <- setdiff(names(others), c("number", "whole"))
  expect_double("hypot", torch_hypot, tensors)
  expect_double("logaddexp", torch_logaddexp, tensors)
  expect_double("logaddexp2", torch_logaddexp2, tensors)
  expect_double("xlogy", function(a, b) a$xlogy(b))
  expect_double("xlogy of", function(a, b) b$xlogy(a), tensors)
  expect_double("igamma", function(a, b) b$igamma(a), tensors)
  expect_double("igammac", function(a, b) b$igammac(a), tensors)
  expect_double("remainder", function(a, b) torch_remainder(a, b))
  expect_double("lerp", function(a, b) torch_lerp(a, a * 2, b), c("float", "half", "no_dims", "number"))
})

test_that("addcmul and addcdiv scale in double", {
  expect_double("addcmul", function(a, b) torch_addcmul(a, a, b, value = 0.1))
  expect_double("addcdiv", function(a, b) torch_addcdiv(a, a, b, value = 0.1))
  tensors <- setdiff(names(others), c("number", "whole"))
  expect_double("addcdiv by", function(a, b) torch_addcdiv(a, b, a, value = 0.1), tensors)
  expect_double("addcdiv to", function(a, b) torch_addcdiv(b, b, a, value = 0.1), tensors)
})

test_that("losses have double derivatives beside other dtypes", {
  tensors <- setdiff(names(others), c("bool", "no_dims", "number", "whole"))
  for (loss in c("nnf_mse_loss", "nnf_smooth_l1_loss", "nnf_soft_margin_loss", "nnf_binary_cross_entropy_with_logits")) {
    f <- get(loss)
    expect_double(loss, function(a, b) f(a, b), tensors)
    expect_double(paste(loss, "by target"), function(a, b) f(b, a), tensors)
  }
  expect_double("nnf_margin_ranking_loss", function(a, b) nnf_margin_ranking_loss(a, a * 2, b), tensors)
})

test_that("reductions that are asked for double have double derivatives", {
  x <- torch_tensor(c(0.1, 0.7, 2.3), requires_grad = TRUE)
  w <- torch_tensor(c(0.1, 0.7, 2.3))$to(dtype = torch_double())$requires_grad_()
  for (f in list(function(x) torch_prod(x, dtype = torch_double()), function(x) torch_norm(x, 3, dim = 1, dtype = torch_double()))) {
    expect_equal(as.numeric(autograd_grad(f(x), x)[[1]]), as.numeric(autograd_grad(f(w), w)[[1]]), tolerance = 1e-7)
  }
})
