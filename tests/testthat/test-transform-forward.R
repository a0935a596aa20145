tangents_of <- function(f, inputs, directions) {
  torch_manual_seed(1)
  with_forward({
    duals <- Map(function(x, v) .Call(ffi_forward_dual, x, v), inputs, directions)
    outputs <- floating_in(do.call(f, duals))
    lapply(outputs, function(y) {
      t <- .Call(ffi_forward_tangent, y)
      if (is.null(t)) torch_zeros_like(y$detach()) else t
    })
  })
}

floating_in <- function(y) Filter(function(x) inherits(x, "torch_tensor") && torch_is_floating_point(x), if (is.list(y)) unlist(y) else list(y))

# The derivative backwards is linear in the gradient it is given: its own derivative by that is the one forwards.
transposed <- function(f, inputs, directions) {
  torch_manual_seed(1)
  inputs <- lapply(inputs, function(x) x$clone()$requires_grad_(TRUE))
  lapply(floating_in(do.call(f, inputs)), function(y) {
    zeros <- torch_zeros_like(y$detach())
    if (!y$requires_grad) return(zeros)
    along <- torch_zeros_like(zeros)$requires_grad_(TRUE)
    gradients <- autograd_grad(y, inputs, list(along), create_graph = TRUE, allow_unused = TRUE)
    there <- which(!vapply(gradients, is_undefined_tensor, NA))
    there <- there[vapply(gradients[there], function(g) g$requires_grad, NA)]
    if (!length(there)) return(zeros)
    found <- autograd_grad(gradients[there], along, directions[there], allow_unused = TRUE)[[1]]
    if (is_undefined_tensor(found)) zeros else found$detach()
  })
}

test_that("forward mode agrees with the transposed backward one in every op", {
  cases <- Filter(function(case) !identical(case$ops, "strided_gather"), gradient_cases$all)
  for (case in cases) for (layout in setdiff("contiguous", case$except)) {
    inputs <- lapply(case_inputs(case, layout), function(x) x$detach())
    directions <- lapply(seq_along(inputs), function(k) {
      doubles(cos(seq_along(inputs[[k]]) + k))$reshape(as.integer(dim(inputs[[k]])))
    })
    numbers <- function(tensors) lapply(tensors, in_rows)
    forward <- numbers(tangents_of(case$f, inputs, directions))
    expect_equal(forward, numbers(transposed(case$f, inputs, directions)), tolerance = 1e-9, info = paste(case$ops[1], layout))
  }
})

test_that("jvp() multiplies from the right, and is formed as the value", {
  f <- function(x) list(product = x[1] * x[2], square = x^2)
  expect_identical(jvp(f, c(1, 2), c(1, 10)), list(product = 12, square = c(2, 40)))
  expect_identical(jvp(function(x) x^2)(c(1, 2), c(1, 10)), c(2, 40))
  expect_identical(jvp(function(p, k) p$a * p$b * k, list(a = 2, b = 3), list(a = 1, b = 0), 10), 30)
  expect_s3_class(jvp(function(x) x^2, torch_ones(2), torch_ones(2)), "torch_tensor")
  expect_identical(jvp(function(x) list(x^2, "more"), 3, 1, has_aux = TRUE), list(jvp = 6, aux = "more"))
  expect_identical(jvp(function(x) torch_ones(2, dtype = torch_double()), 3, 1), c(0, 0))
  expect_identical(jvp(function(x) x$detach() * x, 3, 1), 3)
})

test_that("what is written in place has its tangent, and so have its views and its base", {
  f <- function(x) {
    y <- torch_zeros(2, 3, dtype = torch_double())
    row <- y[1, ]
    y[1, 2:3] <- x$sin()
    row$mul_(2)
    last <- y[, 3]
    row[3] <- x[1]
    last$add_(x[2])
    y[2, 1] <- 5
    y
  }
  x <- c(0.3, 0.7)
  expect_equal(jacobian(f, x, mode = "forward"), jacobian(f, x, mode = "reverse"))
  g <- function(x) {
    y <- x * 1
    y$mul_(y)
    y$exp_()
    y <- y * x
    y$copy_(x$sin())
    y$add_(x, alpha = 2)
    y[1]$zero_()
    y
  }
  expect_equal(jacobian(g, x, mode = "forward"), jacobian(g, x, mode = "reverse"))
})

test_that("forward mode nests with itself and with the backward one", {
  f <- function(x) (x$exp() * x$sin())$sum()$log() + x$norm() * x[1]
  x <- c(0.4, 1.1, 0.7)
  v <- c(1, -2, 0.5)
  h <- hessian(f, x)
  expect_equal(jvp(function(x) jvp(f, x, v), x, v), c(v %*% h %*% v))
  expect_equal(jvp(gradient(f), x, v), c(h %*% v))
  expect_equal(gradient(function(x) jvp(f, x, v), x), c(h %*% v))
  third <- jvp(function(x) jvp(function(x) jvp(f, x, v), x, v), x, v)
  expect_equal(third, c(gradient(function(x) (hvp(f, x, v) * torch_tensor(v, dtype = torch_double()))$sum(), x) %*% v))
  # no tangent of the one variable reaches the other
  expect_equal(jvp(function(x) x * jvp(function(y) x * y, 1, 1), 3, 1), 6)
  expect_equal(with_no_grad(jvp(function(x) x^3, 2, 1)), 12)
})

test_that("forward mode refuses what it cannot follow, and leaves nothing behind", {
  cube <- autograd_function(forward = function(ctx, x) x^3, backward = function(ctx, g) list(x = g))
  expect_error(jvp(function(x) cube(x), 1, 1), "autograd_function\\(\\) has it backwards only", class = "rushlight_error")
  expect_error(jvp(function(x) x, c(1, 2), 1), "`v` must be of the form of x", class = "rushlight_error")
  expect_error(jvp(function(x) (x * 1)$t_(), matrix(1, 2, 2), matrix(1, 2, 2)), "use t\\(\\)", class = "rushlight_error")
  expect_error(jvp(function(x) (x * 1)$resize_(2), c(1, 2, 3), c(1, 2, 3)), "memory of a tensor that jvp\\(\\) follows", class = "rushlight_error")
  expect_error(jvp(function(x) stop("mine"), 1, 1), "mine")
  expect_error(.Call(ffi_forward_dual, torch_ones(1), torch_ones(1)), "no jvp\\(\\) is running")
  x <- torch_ones(2)
  expect_equal(as_array(cube(x)), c(1, 1))
})
