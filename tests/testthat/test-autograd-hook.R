leaf <- function(...) torch_tensor(c(...), dtype = torch_double(), requires_grad = TRUE)

# A hook that is taken away when the test is over: one that closes over its own tensor would keep it.
hooked <- function(x, f, env = parent.frame()) {
  hook <- x$register_hook(f)
  do.call(on.exit, list(bquote(.(hook)$remove()), add = TRUE), envir = env)
  invisible(hook)
}

test_that("a hook sees the gradient and may replace it", {
  x <- leaf(1, 2)
  seen <- list()
  look <- hooked(x, function(g) seen[[1]] <<- as_array(g))
  twice <- hooked(x, function(g) g * 2)
  after <- hooked(x, function(g) {
    seen[[2]] <<- as_array(g)
    NULL
  })
  (x * 3)$sum()$backward()
  expect_equal(seen, list(c(3, 3), c(6, 6)))
  expect_equal(as_array(x$grad), c(6, 6))
  twice$remove()
  twice$remove()
  (x * 3)$sum()$backward()
  expect_equal(as_array(x$grad), c(9, 9))
})

test_that("hooks of what is no leaf change what goes on", {
  x <- leaf(1, 2)
  y <- x * 2
  hooked(y, function(g) g * 10)
  y$retain_grad()
  y$sum()$backward()
  expect_equal(as_array(x$grad), c(20, 20))
  expect_equal(as_array(y$grad), c(10, 10))
})

test_that("a hook's error is the user's, and the graph stays usable", {
  x <- leaf(1, 2)
  hook <- hooked(x, function(g) stop("my hook"))
  y <- (x * x)$sum()
  expect_error(y$backward(retain_graph = TRUE), "my hook")
  own <- structure(class = c("own_error", "error", "condition"), list(message = "own", call = NULL))
  hook$remove()
  hook <- hooked(x, function(g) stop(own))
  expect_error(y$backward(retain_graph = TRUE), class = "own_error")
  hook$remove()
  x$grad <- NULL
  y$backward()
  expect_equal(as_array(x$grad), c(2, 4))
  expect_true((x * 2)$requires_grad)
})

test_that("a hook of the wrong kind or shape is refused", {
  x <- leaf(1, 2)
  expect_error(x$register_hook("f"), "must be a function", class = "rushlight_error")
  expect_error(torch_ones(1)$register_hook(print), "requires gradients", class = "rushlight_error")
  hooked(x, function(g) torch_ones(3))
  expect_error((x * 2)$sum()$backward(), "hook returned a gradient of shape \\[3\\]", class = "rushlight_error")
})

test_that("a hook may go backward itself, through the same graph too", {
  x <- leaf(2)
  y <- x * x
  z <- y * 3
  rounds <- 0
  hooked(y, function(g) {
    rounds <<- rounds + 1
    if (rounds < 3) z$backward(retain_graph = TRUE)
    g
  })
  z$backward(retain_graph = TRUE)
  expect_equal(rounds, 3)
  expect_equal(as_array(x$grad), 36)
})

test_that("a hook may remove itself, and others still run", {
  x <- leaf(1)
  ran <- character()
  first <- hooked(x, function(g) {
    ran <<- c(ran, "first")
    first$remove()
  })
  hooked(x, function(g) ran <<- c(ran, "second"))
  (x * 2)$backward()
  (x * 2)$backward()
  expect_identical(ran, c("first", "second", "second"))
})

test_that("a hook lives as long as the graph does, whatever becomes of the tensor", {
  x <- leaf(1)
  seen <- NULL
  hook <- NULL
  z <- local({
    y <- x * 2
    hook <<- y$register_hook(function(g) seen <<- as_array(g))
    y * 5
  })
  gc()
  z$backward()
  expect_equal(seen, 5)
  hook$remove()
})

test_that("a hook's gradient is part of a graph under create_graph", {
  x <- leaf(3)
  hooked(x, function(g) g * g)
  first <- autograd_grad(x * x, x, create_graph = TRUE)[[1]]
  expect_equal(as_array(first), 36)
  hooked(x, function(g) g)
})

test_that("a hook that is registered during a pass does not run in it", {
  x <- leaf(1)
  runs <- 0
  hooks <- list()
  again <- function(g) {
    runs <<- runs + 1
    hooks[[runs]] <<- x$register_hook(again)
    NULL
  }
  hooked(x, again)
  (x * 2)$backward()
  expect_equal(runs, 1)
  (x * 2)$backward()
  expect_equal(runs, 3)
  for (hook in hooks) hook$remove()
})

test_that("a hook may remove others and itself, and those that are left run once each", {
  x <- leaf(1)
  ran <- NULL
  hooks <- list()
  for (k in 1:5) local({
    here <- k
    hooks[[here]] <<- x$register_hook(function(g) {
      ran <<- c(ran, here)
      if (here == 3) for (gone in hooks[1:4]) gone$remove()
      NULL
    })
  })
  (x * 2)$backward()
  expect_identical(ran, c(1L, 2L, 3L, 5L))
  hooks[[5]]$remove()
})

test_that("what a hook returns invisibly, and NULL, leave the gradient", {
  looks <- list(
    function(g) NULL, function(g) seen <<- as_array(g), function(g) invisible(3), function(g) invisible(g * 2), function(g) for (k in 1) k
  )
  seen <- NULL
  for (look in looks) {
    x <- leaf(1, 2)
    hooked(x, look)
    (x * 3)$sum()$backward()
    expect_equal(as_array(x$grad), c(3, 3))
  }
  expect_equal(seen, c(3, 3))
})

test_that("any other value of a hook is refused, and the session goes on", {
  for (value in list(2, "gradient", list(1), TRUE, leaf(1)$grad, c(1, 2))) {
    x <- leaf(1, 2)
    hook <- hooked(x, function(g) value)
    expect_error((x * 3)$sum()$backward(), "hook must return a tensor", class = "rushlight_error")
    hook$remove()
    (x * 3)$sum()$backward()
    expect_equal(as_array(x$grad), c(3, 3))
  }
})

test_that("a gradient that a hook returns takes the dtype of its tensor", {
  x <- leaf(1, 2)
  hooked(x, function(g) torch_tensor(c(5, 6)))
  (x * 3)$sum()$backward()
  expect_true(x$grad$dtype == torch_double())
  expect_equal(as_array(x$grad), c(5, 6))
})

test_that("a hook goes with the graph that its tensor belongs to", {
  tensors <- function() {
    for (k in 1:4) {
      gc()
      rushlight_counts()
    }
    rushlight_counts()[["tensors"]]
  }
  inline <- function() {
    x <- leaf(1, 2)
    y <- x * x
    y$register_hook(function(g) g * 2)
    y$sum()$backward()
    as_array(x$grad)
  }
  before <- tensors()
  for (k in 1:10) expect_equal(inline(), c(4, 8))
  expect_equal(tensors(), before)
})

test_that("a hook stays with a graph that is kept, and is removed after it without complaint", {
  x <- leaf(1)
  y <- x * x
  ran <- 0
  hook <- y$register_hook(function(g) {
    ran <<- ran + 1
    NULL
  })
  z <- y$sum()
  z$backward(retain_graph = TRUE)
  z$backward()
  expect_equal(ran, 2)
  expect_error(z$backward(), "graph has been freed", class = "rushlight_error")
  expect_equal(ran, 2)
  expect_silent(hook$remove())
})

test_that("a hook's gradient must be of the tensor's dtype", {
  x <- leaf(1)
  hooked(x, function(g) g$to(dtype = torch_int()))
  expect_error((x * 2)$backward(), "dtype", class = "rushlight_error")
})
