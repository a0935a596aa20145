leaf <- function(...) torch_tensor(c(...), dtype = torch_double(), requires_grad = TRUE)

test_that("gradients accumulate in leaves, and can be set", {
  x <- leaf(1, 2)
  (x * 3)$sum()$backward()
  (x * x)$sum()$backward()
  expect_equal(as_array(x$grad), c(5, 7))
  x$grad <- x$grad * 2
  expect_equal(as_array(x$grad), c(10, 14))
  x$grad <- NULL
  expect_true(is_undefined_tensor(x$grad))
  x$set_grad_(torch_tensor(c(1, 1), dtype = torch_double()))
  expect_equal(as_array(x$grad), c(1, 1))
  expect_error(x$grad <- torch_tensor(1:3), "shape", class = "rushlight_error")
  expect_error(x$grad <- torch_tensor(c(1, 2), dtype = torch_float()), "dtype", class = "rushlight_error")
  expect_error(x$grad <- 1, "must be a tensor", class = "rushlight_error")
})

test_that("gradients that arrive on two ways are added, and the sum is nobody else's memory", {
  x <- leaf(1, 2)
  y <- x + x
  y$backward(v <- torch_tensor(c(1, 10), dtype = torch_double()))
  expect_equal(as_array(x$grad), c(2, 20))
  expect_equal(as_array(v), c(1, 10))
  z <- leaf(1, 2)
  z$backward(v)
  z$grad$mul_(5)
  expect_equal(as_array(v), c(1, 10))
})

test_that("autograd_grad() leaves $grad alone and takes lists or single tensors", {
  x <- leaf(3)
  y <- leaf(4)
  grads <- autograd_grad(list(x * y, x * x), list(x, y))
  expect_equal(lapply(grads, as_array), list(10, 3))
  expect_true(is_undefined_tensor(x$grad))
  expect_equal(as_array(autograd_grad(x * x, x, torch_tensor(2, dtype = torch_double()))[[1]]), 12)
  expect_equal(as_array(autograd_grad(list(x * x, x * y), x, list(NULL, torch_tensor(2, dtype = torch_double())))[[1]]), 14)
})

test_that("inputs need not be leaves", {
  x <- leaf(3)
  y <- x * 2
  z <- y * y
  expect_equal(lapply(autograd_grad(z, list(y, x), retain_graph = TRUE), as_array), list(12, 24))
  expect_equal(as_array(autograd_grad(z, z)[[1]]), 1)
})

test_that("an unused input is refused, or undefined", {
  x <- leaf(3)
  y <- leaf(3)
  expect_error(autograd_grad(x * x, list(x, y)), "input 2 was not used", class = "rushlight_error")
  expect_true(is_undefined_tensor(autograd_grad(x * x, list(x, y), allow_unused = TRUE)[[2]]))
  expect_error(autograd_grad(x * x, torch_ones(1)), "does not require gradients", class = "rushlight_error")
})

test_that("backward(inputs = ) reaches these alone", {
  x <- leaf(1, 2)
  y <- leaf(3, 4)
  (x * y)$sum()$backward(inputs = list(x))
  expect_equal(as_array(x$grad), c(3, 4))
  expect_true(is_undefined_tensor(y$grad))
})

test_that("retain_grad() keeps the gradient of what is no leaf", {
  x <- leaf(1, 2)
  y <- x * 2
  expect_false(y$retains_grad())
  y$retain_grad()
  expect_true(y$retains_grad())
  (y * y)$sum()$backward()
  expect_equal(as_array(y$grad), c(4, 8))
  expect_error(torch_ones(1)$retain_grad(), "requires gradients", class = "rushlight_error")
})

test_that("derivatives of any order", {
  x <- leaf(2)
  y <- x * x * x * x
  for (expected in c(32, 48, 48, 24, 0)) {
    y <- autograd_grad(y$sum(), x, create_graph = TRUE, allow_unused = TRUE)[[1]]
    if (is_undefined_tensor(y)) break
    expect_equal(as_array(y), expected)
    if (!y$requires_grad) break
  }
})

test_that("the graph is freed by a pass, and kept on demand", {
  x <- leaf(1, 2)
  y <- (x * x)$sum()
  y$backward(retain_graph = TRUE)
  y$backward()
  expect_equal(as_array(x$grad), c(4, 8))
  expect_error(y$backward(), "freed", class = "rushlight_error")
})

test_that("what cannot be differentiated says why", {
  x <- leaf(1, 2)
  expect_error((x * 2)$backward(), "one element", class = "rushlight_error")
  expect_error((x * 2)$backward(torch_ones(3)), "shape \\[3\\]", class = "rushlight_error")
  expect_error((x * 2)$backward(1), "must be a tensor", class = "rushlight_error")
  expect_error(torch_ones(1)$backward(), "does not require gradients", class = "rushlight_error")
  expect_error(autograd_backward("a"), "must be a tensor", class = "rushlight_error")
  expect_error(autograd_grad(list(x$sum(), x$sum()), x, list(torch_ones(1))), "1 gradients were given for 2", class = "rushlight_error")
  expect_error(torch_tensor(1:3, requires_grad = TRUE), "floating", class = "rushlight_error")
})

test_that("recording is switched, and restored", {
  x <- leaf(1)
  records <- function() (x * 2)$requires_grad
  expect_false(with_no_grad(records()))
  expect_true(with_no_grad(with_enable_grad(records())))
  try(with_no_grad(stop("a")), silent = TRUE)
  expect_true(records())
  inner <- function() {
    local_enable_grad()
    records()
  }
  outer <- function() {
    local_no_grad()
    c(records(), inner(), records())
  }
  expect_identical(outer(), c(FALSE, TRUE, FALSE))
  expect_true(records())
  try(local({
    local_no_grad()
    stop("a")
  }), silent = TRUE)
  expect_true(records())
  expect_true(autograd_set_grad_mode(FALSE))
  expect_false(records())
  expect_false(autograd_set_grad_mode(TRUE))
  expect_error(autograd_set_grad_mode("on"), class = "rushlight_error")
})

test_that("in-place changes are seen by the graph", {
  x <- leaf(1, 2)
  expect_error(x$add_(1), "leaf", class = "rushlight_error")
  with_no_grad(x$add_(1))
  expect_equal(as_array(x$detach()), c(2, 3))

  a <- torch_tensor(c(1, 1), dtype = torch_double())
  y <- x * a
  a$add_(1)
  expect_error(y$sum()$backward(), "modified by an in-place operation", class = "rushlight_error")

  y <- x * 1
  y$mul_(y)
  y$sum()$backward()
  expect_equal(as_array(x$grad), c(4, 6))
})

test_that("views and their base share history", {
  x <- leaf(1, 2, 3, 4)
  y <- x * 2
  v <- y$view(c(2L, 2L))
  v$mul_(10)
  expect_equal(y$grad_fn$name, "CopySlices")
  y$sum()$backward()
  expect_equal(as_array(x$grad), rep(20, 4))

  x$grad <- NULL
  y <- x * 2
  v <- y$view(c(2L, 2L))
  y$mul_(5)
  v$sum()$backward()
  expect_equal(as_array(x$grad), rep(10, 4))

  v <- x$view(c(2L, 2L))
  expect_error(v$mul_(2), "view of a leaf", class = "rushlight_error")
})

test_that("detach() shares memory and leaves the graph", {
  x <- leaf(1, 2)
  y <- x$detach()
  expect_false(y$requires_grad)
  y$mul_(3)
  expect_equal(as_array(x$detach()), c(3, 6))
  z <- x * 2
  z$detach_()
  expect_true(z$is_leaf)
  expect_false(z$requires_grad)
})

test_that("leaves and their flags", {
  x <- torch_ones(2)
  expect_true(x$is_leaf)
  expect_false(x$requires_grad)
  x$requires_grad <- TRUE
  expect_true(x$requires_grad)
  y <- x * 2
  expect_false(y$is_leaf)
  expect_error(y$requires_grad_(FALSE), "leaf", class = "rushlight_error")
  x$requires_grad_(FALSE)
  expect_false(x$requires_grad)
  expect_error(torch_ones(2, dtype = torch_long())$requires_grad_(), "floating", class = "rushlight_error")
})

test_that("anomaly detection names the function that returned NaN", {
  x <- torch_zeros(1, requires_grad = TRUE)
  expect_error(
    with_detect_anomaly((x / x)$sum()$backward()),
    "DivBackward0 returned NaN in the gradient of its input 2; it is the derivative of div(self = Float [1], other = Float [1])",
    fixed = TRUE, class = "rushlight_error"
  )
  told <- "of var\\(self = Float \\[1\\], dim = c\\(1\\), keepdim = FALSE, unbiased = TRUE\\)"
  expect_error(with_detect_anomaly(torch_var(x, 1)$backward()), told)
  expect_silent((x / x)$sum()$backward())
})

test_that("a chain of a million operations is built, differentiated and released", {
  skip_on_cran()
  x <- leaf(1)
  y <- x
  for (i in 1:1e6) y <- y * 1.0000001
  y$backward()
  expect_equal(as_array(x$grad), 1.0000001^1e6)
})

test_that("a tensor that is not floating never requires gradients, whatever is written into it", {
  float <- function(...) torch_ones(..., requires_grad = TRUE)
  for (dtype in c("bool", "uint8", "int8", "int16", "int32", "int64")) {
    one <- rep(if (dtype == "bool") TRUE else 1L, 3)
    fresh <- function() torch_zeros(3, dtype = dtype)
    holds_ones <- function(z) {
      expect_identical(as.vector(z), one, info = dtype)
      expect_false(z$requires_grad)
      expect_null(z$grad_fn)
    }
    holds_ones(fresh()$copy_(float(3)))
    holds_ones(fresh()$copy_(float(1) * 2 / 2))
    holds_ones(fresh()$fill_(float(integer())))
    z <- fresh()
    z[1:2]$copy_(float(2))
    z[3] <- float(1) * 1
    holds_ones(z)
    z <- fresh()
    z[torch_tensor(c(1L, 2L, 3L))] <- float(3)
    holds_ones(z)
    z <- fresh()
    z[z == 0] <- float(3)
    holds_ones(z)
    for (write in list(
      function(z) z$masked_fill_(z == 0, float(integer())), function(z) z$scatter_(1, torch_tensor(1:3), float(3)), function(z) z$add_(float(3)),
      function(z) z$index_copy_(1, torch_tensor(1:3), float(3)), function(z) z$masked_scatter_(z == 0, float(3)), function(z) z$set_(float(3))
    )) {
      z <- fresh()
      expect_error(write(z), class = "rushlight_error")
      expect_false(z$requires_grad)
    }
    expect_false(float(3)$to(dtype = dtype)$requires_grad)
  }
})

test_that("a chain of gradients is released without recursion", {
  before <- rushlight_counts()[["tensors"]]
  x <- torch_ones(1)
  for (k in 1:150000) {
    outer <- torch_ones(1)
    outer$grad <- x
    x <- outer
  }
  rm(x, outer)
  gc()
  torch_ones(1)
  gc()
  expect_lt(rushlight_counts()[["tensors"]] - before, 10)
})

test_that("an undefined tensor stays undefined when it is detached, and what takes a tensor, sizes or dimensions refuses it", {
  undefined <- torch_ones(1, requires_grad = TRUE)$grad$detach()
  x <- torch_ones(2, 2)
  expect_true(is_undefined_tensor(undefined))
  expect_null(undefined$shape)
  expect_equal(length(undefined), 0)
  for (call in expression(
    torch_ones(undefined), torch_zeros(list(2, undefined)), torch_full(2, undefined), torch_full(undefined, 1), torch_randn(undefined), torch_eye(undefined),
    torch_arange(1, undefined), torch_zeros_like(undefined), torch_tensor(undefined), x$permute(undefined), x$sum(undefined), x$reshape(undefined),
    x$view(undefined), x$expand(undefined), x$size(undefined), x$transpose(undefined, 1), x$type_as(undefined), x$to(other = undefined), undefined$to(dtype = "int"),
    x + undefined, undefined + 1, -undefined, x[undefined], x[undefined, 1], undefined[1], x$copy_(undefined), x$fill_(undefined), x$masked_fill(x > 0, undefined),
    x$index_select(1, undefined), x$set_(undefined), x$normal_(undefined), undefined$normal_(), undefined$fill_(1), undefined$size(), undefined$stride(),
    undefined$backward(), x$backward(undefined), undefined$register_hook(identity), undefined$requires_grad_(), undefined$view(1), as_array(undefined),
    undefined$item(), torch_cat(list(x, undefined)), torch_stack(list(undefined)), torch_where(x > 0, x, undefined), torch_bernoulli(undefined),
    torch_multinomial(undefined, 1), linalg_solve(x, undefined), nnf_linear(x, undefined), buffer_from_torch_tensor(undefined), x$set_data(undefined),
    torch_matmul(undefined, x), torch_set_rng_state(undefined), x$view_as(undefined), torch_is_floating_point(undefined), torch_einsum("ij->i", list(undefined))
  )) {
    expect_error(eval(call), class = "rushlight_error", info = deparse(call))
  }
  expect_equal(as_array(x), matrix(1, 2, 2))
})

test_that("a graph that let go of what it saved, a number too, is refused a second time", {
  other <- torch_tensor(rbind(c(2, 3), c(4, 5)), dtype = torch_double())
  freed <- list(
    function(x) x * 2, function(x) 2 * x, function(x) x / 2, function(x) 2 / x, function(x) x^2, function(x) 2^x, function(x) x * 3 + 1,
    function(x) x$clone()$mul_(2), function(x) x$clone()$div_(2), function(x) x * other, function(x) torch_exp(x),
    function(x) x$clamp(0, 1),
    function(x) torch_addcdiv(x, other, other), function(x) torch_div(x, 2, rounding_mode = "floor"),
    function(x) torch_div(x, other, rounding_mode = "trunc"), function(x) torch_lerp(x, other, other),
    function(x) x$masked_fill(other > 3, 1)
  )
  kept <- list(
    function(x) x + 1, function(x) x - other, function(x) 1 - x, function(x) -x, function(x) torch_add(x, x, alpha = 2), function(x) x %% 2,
    function(x) torch_fmod(x, other), function(x) torch_lerp(x, other, 0.3), function(x) torch_addcmul(x, other, other),
    function(x) x$mean(), function(x) x$t(), function(x) torch_cat(list(x, x)), function(x) x$clone()$add_(1), function(x) torch_floor(x)
  )
  twice <- function(f) {
    x <- torch_tensor(rbind(c(0.5, 1.5), c(2.5, 3.5)), dtype = torch_double(), requires_grad = TRUE)
    l <- f(x)$sum()
    l$backward()
    l$backward()
    x$grad
  }
  for (f in freed) expect_error(twice(f), "the graph has been freed", class = "rushlight_error", label = deparse(body(f)))
  for (f in kept) expect_silent(twice(f))
  x <- torch_tensor(3, requires_grad = TRUE)
  l <- (x * 2)$sum()
  l$backward(retain_graph = TRUE)
  l$backward()
  expect_equal(as_array(x$grad), 4)
})

test_that("that $grad holds the graph is told once", {
  session <- environment(with_no_grad)$session
  before <- session$warned_of_graph
  on.exit(session$warned_of_graph <- before)
  session$warned_of_graph <- NULL
  x <- leaf(1, 2)
  expect_silent(autograd_grad((x * x)$sum(), x, create_graph = TRUE))
  expect_warning((x * x)$sum()$backward(create_graph = TRUE), "holds the graph")
  expect_silent(autograd_backward((x * x)$sum(), create_graph = TRUE))
  x$grad <- NULL
})

test_that("what is evaluated in another mode stays visible or invisible", {
  expect_true(withVisible(with_no_grad(1))$visible)
  expect_false(withVisible(with_no_grad(invisible(1)))$visible)
  expect_null(with_enable_grad(NULL))
  leave <- function() {
    with_no_grad(return("left"))
    "stayed"
  }
  expect_equal(leave(), "left")
  expect_true((leaf(1) * 2)$requires_grad)
})

test_that("a saved value that has been given other memory is refused", {
  x <- torch_ones(2, 3, requires_grad = TRUE)
  wild <- torch_tensor(c(900000000L, 2L))
  for (change in list(function(t) t$set_data(wild), function(t) t$set_(wild), function(t) t$resize_(1), function(t) t$unsqueeze_(1))) {
    for (f in list(nnf_nll_loss, function(x, t) x[, 1] * t)) {
      target <- torch_tensor(c(1L, 2L))
      target$add_(0L) # so that its version is that of the other memory, which set_() counts up
      y <- f(x, target)$sum()
      change(target)
      expect_error(y$backward(), "gradient", class = "rushlight_error")
    }
  }
})
