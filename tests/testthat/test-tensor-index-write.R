a <- array(as.numeric(1:60), c(3, 4, 5))
x <- torch_tensor(a)

test_that("a write is in place, but into a copy for the functions of base, stats and utils", {
  v <- torch_tensor(c(1, 5, 3))
  same <- v
  same[1] <- 7
  local(v[2] <- 8)
  write_to <- function(u) {
    u[3] <- 9
    u
  }
  write_to(v)
  do.call(`[<-`, list(v, 3, value = 6))
  eval(quote(v[2] <- 5))
  expect_equal(as_array(v), c(7, 5, 6))

  expect_equal(as_array(replace(v, 2, 0)), c(7, 0, 6))
  larger <- suppressWarnings(pmax(v, torch_tensor(c(6, 6, 6))))
  expect_equal(as_array(larger), c(7, 6, 6))
  expect_equal(as_array(suppressWarnings(pmin(v, torch_tensor(c(6, 6, 6))))), c(6, 5, 6))
  expect_equal(as_array(lapply(list(v), `[<-`, 1, value = 0)[[1]]), c(0, 5, 6))
  expect_equal(as_array(Reduce(function(u, k) u * k, list(v, 2))), c(14, 10, 12))
  expect_equal(as_array(lapply(list(v), `[[<-`, 1, value = 0)[[1]]), c(0, 5, 6))
  expect_equal(as_array(v), c(7, 5, 6))

  in_stats <- function(u) {
    u[1] <- 0
    u
  }
  for (name in c("base", "stats", "utils")) {
    environment(in_stats) <- asNamespace(name)
    expect_equal(as_array(in_stats(v)), c(0, 5, 6))
  }
  expect_equal(as_array(v), c(7, 5, 6))
  environment(in_stats) <- asNamespace("tools")
  in_stats(v)
  expect_equal(as_array(v), c(0, 5, 6))
})

test_that("what base R's functions write to keeps its graph, and leaves a leaf alone", {
  w <- torch_tensor(matrix(as.numeric(1:9), 3), dtype = torch_double(), requires_grad = TRUE)
  d <- w
  diag(d) <- 5
  expect_equal(as_array(d$detach()), `diag<-`(matrix(as.numeric(1:9), 3), 5))
  (d * d)$sum()$backward()
  expect_equal(as_array(w$grad), `diag<-`(2 * matrix(as.numeric(1:9), 3), 0))
  expect_equal(as_array(w$detach()), matrix(as.numeric(1:9), 3))
  w$grad <- NULL
  v <- torch_tensor(2, requires_grad = TRUE)
  (replace(w, 1, v) * 3)$sum()$backward()
  expect_equal(as_array(w$grad)[1, ], c(0, 0, 0))
  expect_equal(as_array(v$grad), 9)
  expect_error(w[1] <- 0, "leaf")
  with_no_grad(expect_false(replace(w, 1, 0)$requires_grad))
})

test_that("a value that does not fit its place is refused", {
  v <- torch_zeros(3)
  expect_error(v[c(1, 2)] <- c(1, 2, 3), "shape \\[3\\] do not fit the shape \\[2\\]")
  expect_error(v[c(TRUE, FALSE, FALSE)] <- c(1, 2), "do not fit")
  expect_error(v[TRUE] <- c(1, 2), "do not fit")
  expect_error(v[v > 0] <- c(1, 2), "do not fit")
  expect_error(v[integer()] <- c(1, 2), "do not fit")
  expect_error(v[c(1, 2)] <- numeric(), "do not fit")
  expect_error(v[cbind(1)] <- c(1, 2), "do not fit")
  expect_error(v[2:1] <- c(1, 2, 3), "do not fit")
  m <- torch_zeros(3, 3)
  expect_error(m[c(1, 2), c(1, 2)] <- matrix(1, 2, 3), "3")
  expect_error(m[c(1, 2), ] <- matrix(1, 3, 3), "do not fit")
  v[integer()] <- numeric()
  v[integer()] <- 5
  v[c(1, 2)] <- matrix(c(1, 2), 1)
  expect_equal(as_array(v), c(1, 2, 0))
})

test_that("assignment writes what an array would hold", {
  places <- list(
    function(x, v) `[<-`(x, 2, , , value = v),
    function(x, v) `[<-`(x, , 2:3, 5, value = v),
    function(x, v) `[<-`(x, c(3, 1), , , value = v),
    function(x, v) `[<-`(x, c(3, 1), c(1, 4), , value = v),
    function(x, v) `[<-`(x, , c(TRUE, FALSE, TRUE, FALSE), 2, value = v)
  )
  for (put in places) {
    expect_equal(as_array(put(x$clone(), 7)), put(a, 7))
    expect_equal(as_array(put(x$clone(), torch_tensor(7))), put(a, 7))
  }
  y <- x$clone()
  b <- a
  y[c(3, 1), , c(5, 2)] <- array(1:16, c(2, 4, 2))
  b[c(3, 1), , c(5, 2)] <- array(1:16, c(2, 4, 2))
  expect_equal(as_array(y), b)
  y[2, ..] <- matrix(1:20, 4)
  b[2, , ] <- matrix(1:20, 4)
  expect_equal(as_array(y), b)
  y[y > 20] <- 0
  b[b > 20] <- 0
  expect_equal(as_array(y), b)
  y[] <- 1
  expect_equal(as_array(y), array(1, c(3, 4, 5)))
  y[1, 1, ] <- 1:5
  expect_equal(as_array(y[1, 1, ]), 1:5)
  y[, , 1:N:2] <- 0
  expect_equal(as_array(y$sum()), 3 * 4 * 2 - 2 + 2 + 4)
})

test_that("values are converted, broadcast, and may be longer by dimensions of size 1", {
  y <- torch_zeros(2, 3, dtype = torch_long())
  y[1, ] <- torch_tensor(c(1.7, 2, 3))
  expect_equal(as_array(y[1, ]), 1:3)
  y[, 1:2] <- torch_tensor(matrix(8:9, 1))
  expect_equal(as_array(y), rbind(c(8L, 9L, 3L), c(8L, 9L, 0L)))
  y[1, ] <- torch_ones(1, 1, 3)
  expect_equal(as_array(y[1, ]), c(1L, 1L, 1L))
  expect_error(y[1, ] <- c(1, 2), "3")
  expect_error(y[1, 1] <- NA, "NA")
})

test_that("an assignment whose value shares memory with its place reads before it writes", {
  y <- torch_tensor(1:5)
  y[2:5] <- y[1:4]
  expect_equal(as_array(y), c(1L, 1:4))
  y[c(1, 2, 3, 4, 5)] <- y$flip(1)
  expect_equal(as_array(y), c(4:1, 1L))
  b <- torch_tensor(c(TRUE, FALSE, TRUE))
  b[b] <- torch_tensor(c(FALSE, TRUE))
  expect_equal(as_array(b), c(FALSE, FALSE, TRUE))
})

test_that("the last of several writes stays, and sums add up", {
  y <- torch_zeros(3)
  y[c(2, 2, 2)] <- c(1, 2, 3)
  expect_equal(as_array(y), c(0, 3, 0))
  y$index_put_(list(torch_tensor(c(1L, 1L))), torch_tensor(c(5, 6)), accumulate = TRUE)
  expect_equal(as_array(y), c(11, 3, 0))
})

test_that("a value is written only where it fits: it must broadcast to the shape of its place", {
  place <- function(...) torch_zeros(...)
  value <- function(...) torch_ones(...)
  one <- torch_tensor(1L)
  for (call in expression(
    place(1)$copy_(value(3)), place(integer())$copy_(value(1)), place(2, 1)$copy_(value(2, 3)), place(2)$copy_(value(1, 2)), place(3)$copy_(value(0)),
    place(0)$copy_(value(3)), place(2, 3)$copy_(value(0, 3)), place(3)$copy_(value(2)), place(2)$fill_(value(2)), place(2)$fill_(value(0)),
    place(2)$masked_fill_(place(2) == 0, value(2)), place(1)$masked_fill_(place(3) == 0, 1), place(2)$masked_fill(place(2) == 0, value(0)),
    place(2)$masked_scatter_(place(2) == 0, value(1)), place(1)$masked_scatter_(place(3) == 0, value(3)), place(2)$index_fill_(1, one, value(2)),
    place(2)$index_copy_(1, one, value(2)), place(2)$index_add_(1, one, value(2)), place(2)$put_(one, value(2)), place(2)$put_(one, value(0)),
    place(2)$index_put_(list(one), value(2)), place(2)$index_put_(list(one), value(0)), place(2, 2)$index_put(list(one), value(3)),
    place(2)$scatter_(1, torch_tensor(1:2), value(1)), place(2)$scatter_add_(1, torch_tensor(1:2), value(0)),
    place(3)$slice_scatter(value(3), 1, 1, 2), place(2, 2)$select_scatter(value(1), 1, 1), place(2, 2)$select_scatter(value(0), 1, 1),
    place(2, 2)$diagonal_scatter(value(1)), place(1)$add_(value(3)), place(2)$mul_(value(2, 2)), place(1)$lerp_(value(3), 0.5), place(1)$clamp_(max = value(3)),
    place(2)$bernoulli_(value(3)), place(0)$add_(value(3))
  )) {
    expect_error(eval(call), class = "rushlight_error", info = deparse(call))
  }
  written <- function(at, value) {
    x <- place(2, 3)
    switch(at,
      number = x[1, 1] <- value,
      row = x[1, ] <- value,
      range = x[1:1, ] <- value,
      all = x[] <- value,
      none = x[x > 1] <- value,
      tensor = x[torch_tensor(1L), ] <- value
    )
    as_array(x)
  }
  for (wrong in list(list("number", value(2)), list("number", value(0)), list("row", value(2)), list("row", value(0)), list("row", value(2, 3)),
                     list("range", value(2, 3)), list("all", value(3, 3)), list("all", value(0, 3)), list("none", value(2)), list("tensor", value(2, 3)))) {
    expect_error(written(wrong[[1]], wrong[[2]]), class = "rushlight_error", info = paste(wrong[[1]], toString(wrong[[2]]$shape)))
  }
  expect_equal(written("number", value(1, 1)), rbind(c(1, 0, 0), 0))
  expect_equal(written("row", value(1, 3)), rbind(rep(1, 3), 0))
  expect_equal(written("range", value(3)), rbind(rep(1, 3), 0))
  expect_equal(written("all", value(2, 1)), matrix(1, 2, 3))
  expect_equal(written("none", value(0)), matrix(0, 2, 3))
  expect_equal(as_array(place(0)$copy_(value(1))), numeric())
  expect_equal(as_array(place(0, 3)$copy_(value(3))), matrix(0, 0, 3))
})

test_that("a tensor without dimensions is written at one index, not at none or several", {
  x <- torch_tensor(1)$sum()
  none <- torch_zeros(0, dtype = torch_long())
  expect_equal(x$index_fill(1, torch_tensor(1L), 2)$item(), 2)
  expect_error(x$index_fill(1, none, 2), "needs one index", class = "rushlight_error")
  expect_error(x$index_add(1, torch_tensor(c(1L, 1L)), x), "needs one index", class = "rushlight_error")
  expect_error(x$index_copy(1, none, x), "needs one index", class = "rushlight_error")
})
