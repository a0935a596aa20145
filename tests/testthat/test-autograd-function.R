leaf <- function(...) torch_tensor(c(...), dtype = torch_double(), requires_grad = TRUE)
double_it <- function(backward) autograd_function(forward = function(ctx, x, factor) x * factor, backward = backward)

test_that("forward and backward are the user's, and can be differentiated again", {
  cube <- autograd_function(
    forward = function(ctx, x) {
      y <- x * x * x
      ctx$save_for_backward(x = x, y = y, n = NULL, k = 3)
      y
    },
    backward = function(ctx, g) {
      s <- ctx$saved_variables
      expect_identical(names(s), c("x", "y", "n", "k"))
      list(x = g * s$y / s$x * s$k)
    }
  )
  x <- leaf(1, 2)
  y <- cube(x)
  expect_equal(y$grad_fn$name, "AutogradFunctionBackward0")
  y$sum()$backward()
  expect_equal(as_array(x$grad), c(3, 12))
  expect_true(gradcheck(cube, list(c(1, 2)), order = 2))
  expect_false(with_no_grad(cube(x))$requires_grad)
})

test_that("several outputs, arguments of any kind, gradients by name or by place", {
  f <- autograd_function(
    forward = function(ctx, f, a, e = quote(x + y), b, ...) {
      stopifnot(is.function(f), is.call(e), identical(list(...)$more, "text"))
      ctx$save_for_backward(a, b)
      list(product = f(a, b), sum = a + b)
    },
    backward = function(ctx, g1, g2) {
      v <- ctx$saved_variables
      list(b = g1 * v[[1]] + g2, a = g1 * v[[2]] + g2)
    }
  )
  x <- leaf(3)
  y <- leaf(5)
  r <- f(`*`, b = y, a = x, more = "text")
  expect_named(r, c("product", "sum"))
  (r$product * 2 + r[[2]])$backward()
  expect_equal(c(as_array(x$grad), as_array(y$grad)), c(11, 7))
  x$grad <- NULL
  f(`*`, b = y, a = x, more = "text")[[1]]$backward()
  expect_equal(as_array(x$grad), 5)
})

test_that("needs_input_grad tells, by name", {
  seen <- NULL
  f <- autograd_function(
    forward = function(ctx, a, b, c = NULL) {
      seen <<- ctx$needs_input_grad
      a * b
    },
    backward = function(ctx, g) {
      expect_identical(ctx$needs_input_grad, seen)
      list(a = g)
    }
  )
  f(leaf(1), torch_ones(1))$backward()
  expect_identical(seen, list(a = TRUE, b = FALSE, c = FALSE))
})

test_that("the forms in which gradients may be returned", {
  x <- leaf(1, 2)
  gradient <- function(backward) {
    x$grad <- NULL
    double_it(backward)(x, 2)$sum()$backward()
    if (is_undefined_tensor(x$grad)) NULL else as_array(x$grad)
  }
  expect_equal(gradient(function(ctx, g) list(x = g)), c(1, 1))
  expect_equal(gradient(function(ctx, g) list(g, NULL)), c(1, 1))
  expect_equal(gradient(function(ctx, g) g), c(1, 1))
  expect_null(gradient(function(ctx, g) list(x = NULL)))
  expect_null(gradient(function(ctx, g) list()))
  expect_equal(gradient(function(ctx, g) list(x = g$view(c(1L, 2L))$expand(c(3L, 2L)))), c(3, 3))
  expect_error(gradient(function(ctx, g) list(z = g)), "`z`, which is no argument", class = "rushlight_error")
  expect_error(gradient(function(ctx, g) list(g, g, g)), "3 gradients", class = "rushlight_error")
  expect_error(gradient(function(ctx, g) list(x = 1)), "class numeric", class = "rushlight_error")
  expect_error(gradient(function(ctx, g) list(x = torch_ones(3))), "shape \\[3\\] for `x`", class = "rushlight_error")
})

test_that("errors are the user's, and nothing is left switched off", {
  x <- leaf(1, 2)
  expect_error(double_it(function(ctx, g) stop("in my backward"))(x, 2)$sum()$backward(), "in my backward")
  expect_error(autograd_function(function(ctx, x) stop("in my forward"), identity)(x), "in my forward")
  expect_true((x * 2)$requires_grad)
  f <- double_it(function(ctx, g) g)
  expect_error(f(x, z = 2), "`z` is no argument", class = "rushlight_error")
  expect_error(f(x, 2, 3), "3 arguments", class = "rushlight_error")
  expect_error(autograd_function(function(ctx, x) 3, identity)(x), "must return a tensor", class = "rushlight_error")
  expect_error(autograd_function(1, 2), "must be functions", class = "rushlight_error")
})

test_that("an input changed in place and marked so is the output", {
  f <- autograd_function(
    forward = function(ctx, x) {
      x$mul_(2)
      ctx$mark_dirty(x)
      ctx$save_for_backward(x)
      x
    },
    backward = function(ctx, g) list(x = g * 2)
  )
  x <- leaf(1, 2)
  a <- x * 1
  b <- f(a)
  expect_identical(a, b)
  expect_equal(a$grad_fn$name, "AutogradFunctionBackward0")
  b$sum()$backward()
  expect_equal(as_array(x$grad), c(2, 2))
  expect_error(f(x), "leaf", class = "rushlight_error")

  y <- leaf(1, 2)
  base <- y * 1
  f(base$view(c(2L, 1L)))
  base$sum()$backward()
  expect_equal(as_array(y$grad), c(2, 2))
})

test_that("outputs that have no gradient, and an input returned as it is", {
  f <- autograd_function(
    forward = function(ctx, x) {
      n <- x * 0
      ctx$mark_non_differentiable(n)
      list(x * 2, n, x > 1)
    },
    backward = function(ctx, g, gn, gm) {
      expect_equal(as_array(gn), c(0, 0))
      list(g * 2)
    }
  )
  x <- leaf(1, 2)
  r <- f(x)
  expect_identical(vapply(r, function(t) t$requires_grad, NA), c(TRUE, FALSE, FALSE))
  r[[1]]$sum()$backward()
  expect_equal(as_array(x$grad), c(2, 2))

  same <- autograd_function(function(ctx, x) x, function(ctx, g) g * 7)
  x$grad <- NULL
  y <- same(x)
  expect_true(x$is_leaf)
  y$sum()$backward()
  expect_equal(as_array(x$grad), c(7, 7))
})

test_that("saved values are guarded, and live as long as the graph", {
  square <- autograd_function(
    forward = function(ctx, x) {
      ctx$save_for_backward(x)
      x * x
    },
    backward = function(ctx, g) list(g * 2 * ctx$saved_variables[[1]])
  )
  x <- leaf(1, 2)
  a <- x * 1
  y <- square(a)
  a$mul_(2)
  expect_error(y$sum()$backward(), "in-place", class = "rushlight_error")
  y <- square(x * 1)
  gc()
  y$sum()$backward(retain_graph = TRUE)
  y$sum()$backward()
  expect_equal(as_array(x$grad), c(4, 8))
  z <- square(x)
  z$sum()$backward()
  expect_error(z$sum()$backward(), "freed", class = "rushlight_error")
})

test_that("a forward that returns an undefined tensor is refused", {
  undefined <- torch_ones(1, requires_grad = TRUE)$grad
  for (made in list(undefined, list(torch_ones(1), undefined), undefined$detach())) {
    f <- autograd_function(forward = function(ctx, x) made, backward = function(ctx, ...) NULL)
    expect_error(f(torch_ones(1, requires_grad = TRUE)), "undefined", class = "rushlight_error")
    expect_error(f(torch_ones(1)), "undefined", class = "rushlight_error")
  }
})

test_that("a name or number under which nothing was saved is an error", {
  x <- torch_ones(2, requires_grad = TRUE)
  reading <- function(read, save = function(ctx, x) ctx$save_for_backward(x = x, x * 2)) {
    f <- autograd_function(function(ctx, x) {
      save(ctx, x)
      x * 2
    }, function(ctx, g) {
      read(ctx$saved_variables)
      list(x = g)
    })
    f(x)$sum()$backward()
  }
  refused <- function(code, text) expect_error(code, text, class = "rushlight_error")
  refused(reading(function(v) v$y), "nothing was saved as `y`.*2 values.*`x`")
  refused(reading(function(v) v[["y"]]), "nothing was saved as `y`")
  refused(reading(function(v) v[[3]]), "no saved value 3")
  refused(reading(function(v) v$x, function(ctx, x) NULL), "nothing was saved as `x`")
  reading(function(v) {
    expect_length(v, 2)
    expect_named(v, c("x", ""))
    expect_true(is.list(v))
    expect_equal(as_array(v$x), c(1, 1))
    expect_equal(as_array(v[[2]]), c(2, 2))
    expect_equal(lapply(v, as_array), list(x = c(1, 1), c(2, 2)))
  })
})

test_that("an input marked as changed in place is not kept by its own graph", {
  doubled <- autograd_function(
    forward = function(ctx, x) {
      ctx$save_for_backward(x)
      ctx$mark_dirty(x)
      x$mul_(2)
    },
    backward = function(ctx, g) list(x = g * 2)
  )
  make <- function() {
    doubled(leaf(1, 2) * 1)
    invisible()
  }
  tensors <- function() {
    for (k in 1:3) {
      gc()
      rushlight_counts()
    }
    rushlight_counts()[["tensors"]]
  }
  before <- tensors()
  for (k in 1:10) make()
  expect_equal(tensors(), before)
})

test_that("a leaf that is marked dirty may be changed where gradients are off, and what requires none anywhere", {
  double <- autograd_function(
    forward = function(ctx, x) {
      x$mul_(2)
      ctx$mark_dirty(x)
      x
    },
    backward = function(ctx, g) list(x = g * 2)
  )
  x <- torch_ones(2, requires_grad = TRUE)
  expect_equal(as.numeric(with_no_grad(double(x))), c(2, 2))
  expect_equal(as.numeric(double(torch_ones(2))), c(2, 2))
  expect_error(double(x), "changed a leaf that requires gradients in place")
})

test_that("a backward of one argument gets the list of gradients of several outputs", {
  seen <- NULL
  f <- autograd_function(
    forward = function(ctx, a) list(a * 2, a * 3),
    backward = function(ctx, gradients) {
      seen <<- length(gradients)
      list(a = gradients[[1]] * 2 + gradients[[2]] * 3)
    }
  )
  x <- torch_tensor(1, requires_grad = TRUE)
  out <- f(x)
  (out[[1]] * 5 + out[[2]] * 7)$backward()
  expect_identical(seen, 2L)
  expect_equal(as.numeric(x$grad), 31)
})
