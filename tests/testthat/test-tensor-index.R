a <- array(as.numeric(1:60), c(3, 4, 5))
x <- torch_tensor(a)
equal_to <- function(tensor, array) expect_equal(as.numeric(as_array(tensor)), as.numeric(array))
shape_is <- function(tensor, ...) expect_identical(tensor$shape, as.integer(c(...)))

test_that("numbers, ranges and what is left out read as they do on an array", {
  equal_to(x[2, 3, 4], a[2, 3, 4])
  equal_to(x[2, , ], a[2, , ])
  equal_to(x[, 3, ], a[, 3, ])
  equal_to(x[, , 5], a[, , 5])
  equal_to(x[2], a[2, , ])
  equal_to(x[2:3, 1:2, 4:5], a[2:3, 1:2, 4:5])
  equal_to(x[1:3, , 2], a[1:3, , 2])
  equal_to(x[], a)
  shape_is(x[2, 3, 4])
  shape_is(x[2, , 4, drop = FALSE], 1, 4, 1)
})

test_that("negative numbers, N and Inf count from the end", {
  equal_to(x[-1, , ], a[3, , ])
  equal_to(x[, , -2], a[, , 4])
  equal_to(x[, 2:-1, ], a[, 2:4, ])
  equal_to(x[, , -3:-2], a[, , 3:4])
  equal_to(x[, 2:N, N], a[, 2:4, 5])
  equal_to(x[, , 1:(N - 1)], a[, , 1:4])
  equal_to(x[, slc(2, Inf), ], a[, 2:4, ])
  equal_to(x[, , 1:N:2], a[, , c(1, 3, 5)])
  equal_to(x[, , 2:5:3], a[, , c(2, 5)])
  equal_to(x[, slc(1, 4, 3), ], a[, c(1, 4), ])
  equal_to(x[, 3:100, ], a[, 3:4, ])
  shape_is(x[slc(3, 2), , ], 0, 4, 5)
  last <- 3
  equal_to(x[, (last - 1):last, ], a[, 2:3, ])
  expect_output(print(slc(1, 5)), "1:5:1")
})

test_that("`..` stands for what is left, and newaxis puts in a dimension", {
  equal_to(x[.., 2], a[, , 2])
  equal_to(x[2, ..], a[2, , ])
  equal_to(x[2, .., 3], a[2, , 3])
  equal_to(x[2, 3, .., 4], a[2, 3, 4])
  shape_is(x[newaxis, ..], 1, 3, 4, 5)
  shape_is(x[.., NULL], 3, 4, 5, 1)
  shape_is(x[1, newaxis, , 2], 1, 4)
  expect_error(x[.., ..], "given once")
})

test_that("vectors, tensors and masks each go along their own dimension", {
  equal_to(x[c(3, 1, 1), , ], a[c(3, 1, 1), , ])
  equal_to(x[, , c(-1, 2)], a[, , c(5, 2)])
  equal_to(x[c(1, 3), c(4, 2), 1], a[c(1, 3), c(4, 2), 1])
  equal_to(x[c(1, 3), , c(4, 2)], a[c(1, 3), , c(4, 2)])
  equal_to(x[c(1, 3), c(4, 2), c(5, 5, 1)], a[c(1, 3), c(4, 2), c(5, 5, 1)])
  equal_to(x[c(TRUE, FALSE, TRUE), , c(1, 2)], a[c(1, 3), , 1:2])
  equal_to(x[, c(TRUE, FALSE, FALSE, TRUE), ], a[, c(1, 4), ])
  equal_to(x[2, c(1, 3), 2:3], a[2, c(1, 3), 2:3])
  equal_to(x[torch_tensor(c(2L, 3L)), 1, ], a[2:3, 1, ])
  shape_is(x[torch_tensor(matrix(1:2, 1)), , ], 1, 2, 4, 5)
  shape_is(x[, torch_tensor(2L), c(1, 2, 3)], 3, 1, 3)
  shape_is(x[integer(), , ], 0, 4, 5)
  shape_is(x[torch_tensor(2L)$squeeze(1), , ], 4, 5)
  equal_to(x[TRUE, ..], a)
  shape_is(x[FALSE, ..], 0, 4, 5)
})

test_that("a mask may span several dimensions", {
  mask <- a[, , 1] > 2 & a[, , 1] < 9
  by_row <- which(t(mask))
  rows <- matrix(aperm(a, c(2, 1, 3)), 12)[by_row, ]
  equal_to(x[torch_tensor(mask), ], rows)
  equal_to(x[mask, 1:2], rows[, 1:2])
  flat <- aperm(a)
  equal_to(x[x > 30], flat[flat > 30])
  equal_to(x$transpose(1, 3)[x$transpose(1, 3) > 30], a[a > 30])
  m <- torch_tensor(matrix(1:6, 2))
  expect_equal(as_array(m[m > 100]), integer())
})

test_that("a logical index is a mask, of length 1 too, and fits its dimension otherwise", {
  row <- torch_tensor(matrix(c(1, 2, 3), 1))
  shape_is(row[FALSE, ], 0, 3)
  expect_equal(as_array(row[TRUE, ]), matrix(c(1, 2, 3), 1))
  m <- torch_tensor(matrix(1:6, 2))
  expect_equal(as_array(m[TRUE, ]), matrix(1:6, 2))
  expect_equal(as_array(m[TRUE, c(FALSE, TRUE, TRUE)]), matrix(3:6, 2))
  shape_is(m[FALSE], 0, 3)
  shape_is(m[, FALSE], 2, 0)
  shape_is(m[newaxis, TRUE, FALSE], 1, 2, 0)
  expect_error(m[c(TRUE, FALSE, TRUE), ], "mask")
  expect_error(m[, c(TRUE, FALSE)], "mask")
  expect_error(m[logical(), ], "mask")
  expect_error(m[matrix(TRUE, 3, 2)], "mask")
  expect_error(m[torch_tensor(TRUE), ], "mask")
  m[TRUE, ]$zero_()
  expect_equal(as_array(m), matrix(1:6, 2))
  m[c(FALSE, TRUE), TRUE] <- 0L
  m[FALSE, ] <- 9L
  expect_equal(as_array(m), matrix(c(1L, 0L, 3L, 0L, 5L, 0L), 2))
  shape_is(torch_zeros(0, 2)[TRUE, ], 0, 2)
  shape_is(torch_zeros(0, 2)[logical(), ], 0, 2)
  none <- torch_tensor(4)$squeeze()
  expect_equal(as_array(none[TRUE]), 4)
  shape_is(none[none > 5], 0)
  shape_is(none[none > 3], 1)
  none[none > 3] <- 1
  none[] <- as_array(none[]) + 1
  expect_equal(as_array(none), 2)
})

test_that("a logical array and a tensor of bytes are masks", {
  m <- torch_tensor(matrix(c(1, 2, 3, 4, 5, 6), 2))
  upper <- upper.tri(matrix(0, 2, 3))
  expect_equal(as_array(m[upper]), c(3, 5, 6))
  expect_equal(as_array(m[array(c(TRUE, FALSE), 2), ]), matrix(c(1, 3, 5), 1))
  m[upper] <- 0
  expect_equal(as_array(m), matrix(c(1, 2, 0, 4, 0, 0), 2))
  bytes <- torch_tensor(c(1, 0, 1), dtype = torch_uint8())
  expect_equal(as_array(m[, bytes]), matrix(c(1, 2, 0, 0), 2))
  expect_equal(as_array(torch_index(m, list(NULL, bytes))), matrix(c(1, 2, 0, 0), 2))
})

test_that("a matrix of numbers names elements, read, written and differentiated", {
  for (size in list(4, c(3, 4), c(2, 3, 4), c(2, 1, 3, 2))) {
    b <- array(as.numeric(seq_len(prod(size))), size)
    cells <- vapply(size, function(n) sample.int(n, 5, TRUE), numeric(5))
    y <- torch_tensor(b, dtype = torch_double(), requires_grad = TRUE)
    expect_equal(as_array(y[cells]$detach()), c(b[cells]))
    storage.mode(cells) <- "integer"
    g <- torch_tensor(c(1, 10, 100, 1000, 10000), dtype = torch_double())
    (y[cells] * g)$sum()$backward()
    expected <- array(0, size)
    for (k in 1:5) expected[cells[k, , drop = FALSE]] <- expected[cells[k, , drop = FALSE]] + 10^(k - 1)
    expect_equal(as.numeric(as_array(y$grad)), as.numeric(expected))
    cells <- unique(cells)
    z <- torch_tensor(b)
    z[cells] <- -seq_len(nrow(cells))
    b[cells] <- -seq_len(nrow(cells))
    expect_equal(as.numeric(as_array(z)), as.numeric(b))
  }
  m <- torch_tensor(matrix(1:6, 2))
  expect_equal(as_array(m[cbind(c(-1, 1), c(-1, 2))]), c(6L, 3L))
  shape_is(m[matrix(0, 0, 2)], 0)
  shape_is(torch_zeros(0, 3)[matrix(0, 0, 2)], 0)
  expect_equal(as_array(m$t()[cbind(3, 1)]), 5L)
  expect_error(m[cbind(1, 4)], "index 4 is out of range for dimension 2 of size 3")
  expect_error(m[cbind(1, 0)], "count from 1")
  expect_error(m[cbind(1, NA)], "NA")
  expect_error(m[cbind(1, 1.5)], "1.5")
  expect_error(m[cbind(1, 1, 1)], "a column for each of the 2 dimensions")
  expect_error(m[cbind(1:2)], "a column for each of the 2 dimensions")
  expect_error(m[cbind(1, 2), 1], "no other index")
  expect_error(m[array(1, c(1, 2, 1))], "shape \\[1, 2, 1\\]")
  expect_error(m[cbind(1, 2:3)] <- 1:3, "do not fit")
})

test_that("a range runs downwards as its values do", {
  v <- torch_tensor(c(10, 20, 30))
  i <- 3:2
  expect_equal(as_array(v[3:2]), as_array(v[i]))
  expect_equal(as_array(v[3:1]), c(30, 20, 10))
  expect_equal(as_array(v[-1:-2]), c(30, 20))
  expect_equal(as_array(v[N:1]), c(30, 20, 10))
  equal_to(x[3:2, 4:1, 5:5], a[3:2, 4:1, 5:5])
  equal_to(x[2:1, c(TRUE, FALSE), ][, , 1][, 1], a[2:1, 1, 1])
  shape_is(x[2:1, 2:3, 1], 2, 2)
  v[2:1] <- c(7, 8)
  expect_equal(as_array(v), c(8, 7, 30))
  shape_is(v[slc(3, 2)], 0)
  shape_is(torch_ones(1)[2:N], 0)
  expect_error(v[5:4], "5:4 runs downwards and is out of range for dimension 1 of size 3")
  expect_error(v[1:-1:-2], "step")
  expect_error(v[3:1:2], "upwards")
  expect_error(v[1:0], "count from 1")
})

test_that("double brackets take a field by its name, or one element", {
  v <- torch_tensor(c(1, 2, 3))
  expect_false(v[["requires_grad"]])
  expect_identical(v[["shape"]], 3L)
  expect_equal(as_array(v[["sum"]]()), 6)
  v[["requires_grad"]] <- TRUE
  expect_true(v$requires_grad)
  m <- torch_tensor(matrix(1:6, 2))
  expect_equal(as_array(m[[2, 3]]), 6L)
  expect_equal(as_array(m[[-1, 1]]), 2L)
  m[[1, 1]] <- 9L
  expect_equal(as_array(m[1, 1]), 9L)
  expect_error(m[["shpae"]], "shpae")
  expect_error(m[[2]], "one place for each dimension")
  expect_error(m[[1:2, 1]], "one place for each dimension")
  expect_error(m[[]], "one place for each dimension")
  expect_error(m[[c("shape", "dtype")]], "character")
  expect_error(m[[3, 1]], "out of range")
  expect_error(m[["shape"]] <- 3, "cannot be set")
})

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

test_that("torch_index takes vectors of R's, and booleans as masks", {
  v <- torch_tensor(c(10, 20, 30))
  expect_equal(as_array(v$index(list(c(TRUE, FALSE, TRUE)))), c(10, 30))
  expect_equal(as_array(v$index(list(TRUE))), c(10, 20, 30))
  shape_is(v$index(list(FALSE)), 0)
  expect_equal(as_array(v$index(list(c(3, -3)))), c(30, 10))
  expect_equal(as_array(v$index(list())), c(10, 20, 30))
  expect_equal(as_array(v$index(list(NULL))), c(10, 20, 30))
  v$index_put_(list(c(TRUE, FALSE, TRUE)), torch_tensor(c(1, 3)))
  expect_equal(as_array(v), c(1, 20, 3))
  v$index_put_(list(TRUE), torch_tensor(0))
  expect_equal(as_array(v), c(0, 0, 0))
  m <- torch_tensor(matrix(1:6, 2))
  shape_is(m$index(list(NULL, FALSE)), 2, 0)
  expect_equal(as_array(m$index(list(c(TRUE, FALSE), TRUE))), c(1L, 3L, 5L))
  expect_error(v$index_put_(list(c(TRUE, FALSE, TRUE)), torch_tensor(c(1, 2, 3))), "do not fit")
  expect_error(v$index(list(c(TRUE, FALSE))), "mask")
  expect_error(torch_index_select(v, 1, c(TRUE, FALSE, TRUE)), "integers")
})

test_that("integer64 is an index", {
  skip_if_not_installed("bit64")
  v <- torch_tensor(c(10, 20, 30))
  expect_equal(as_array(v[bit64::as.integer64(2)]), 20)
  expect_equal(as_array(v[bit64::as.integer64(c(3, 1))]), c(30, 10))
  expect_error(v[bit64::as.integer64(c(2, NA))], "NA")
  expect_error(v[bit64::as.integer64(0)], "count from 1")
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

test_that("views share memory, and copies do not", {
  y <- torch_zeros(3, 4)
  row <- y[2, ]
  row$add_(1)
  y[, 1]$add_(2)
  expect_equal(as_array(y), rbind(c(2, 0, 0, 0), c(3, 1, 1, 1), c(2, 0, 0, 0)))
  y[c(1, 2), ]$add_(100)
  expect_equal(as_array(y[1, ]), c(2, 0, 0, 0))
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

test_that("expressions between the brackets are evaluated once, where they stand", {
  count <- 0
  one <- function() {
    count <<- count + 1
    1
  }
  x[one(), one():2, ]
  expect_equal(count, 2)
  pick <- function(...) x[...]
  equal_to(pick(2, , 1:2), a[2, , 1:2])
  equal_to(pick(2:-1, 1, ..), a[2:3, 1, ])
  i <- 2:3
  equal_to(x[i, 1, 1], a[2:3, 1, 1])
  equal_to(x[x[1, 1, 1]$to(dtype = torch_long()), 1, 1], a[1, 1, 1])
  equal_to(sapply(1:3, function(k) as.numeric(x[k, 1, 1])), a[, 1, 1])
})

test_that("what is no index is refused, in terms of counting from 1", {
  expect_error(x[0, , ], "count from 1")
  expect_error(x[c(1, 0), , ], "count from 1")
  expect_error(x[0:1, , ], "count from 1")
  expect_error(x[4, , ], "index 4 is out of range for dimension 1 of size 3")
  expect_error(x[, -5, ], "index -5 is out of range for dimension 2 of size 4")
  expect_error(x[, c(1, 7), ], "index 7 is out of range for dimension 2 of size 4")
  expect_error(x[4, , , drop = FALSE], "out of range")
  expect_error(x[1, 1, 1, 1], "too many")
  expect_error(x[1.5, , ], "integer")
  expect_error(x[c(1, 1.5), , ], "integer")
  expect_error(x[NA, , ], "NA|TRUE or FALSE")
  expect_error(x[NA_integer_, , ], "NA")
  expect_error(x[c(TRUE, FALSE), , ], "mask")
  expect_error(x["a", , ], "character")
  expect_error(x[torch_tensor(1.5), , ], "integers")
  expect_error(x[1:5:0, , ], "step")
  expect_error(x[c(1.7, 2), , ], "1.7")
  expect_error(x[NA_real_, , ], "NA")
  expect_error(x[c(1, NA), , ], "NA")
  expect_error(x[c(1L, NA), , ], "NA")
  expect_error(x[c(TRUE, NA, FALSE), , ], "NA")
  expect_error(x[Inf, , ], "integer")
  expect_error(x[factor("a"), , ], "factor")
  expect_error(x[factor(character()), , ], "factor")
  expect_error(x[character(), , ], "character")
  expect_error(x[list(1), , ], "list")
  expect_error(x[1i, , ], "complex")
  expect_error(x[1, dorp = FALSE], "`dorp` is no argument")
  expect_error(x[i = 1, , ] <- 0, "`i` is no argument")
  expect_error(x[1, drop = FALSE] <- 0, "indices have no names$")
  expect_error(x[1, , , drop = NA], "drop")
  expect_error(torch_take(x, NA), "NA")
  expect_error(torch_take(x, 1.7), "1.7")
  expect_error(torch_index_select(x, 1, factor("a")), "factor")
  expect_error(torch_index(x, list(c(TRUE, NA, FALSE))), "NA")
  expect_error(torch_gather(x, 1, torch_tensor(array(4L, c(1, 1, 1)))), "index 4 is out of range for dimension 1 of")
  expect_error(torch_gather(x, 4, torch_tensor(array(1L, c(1, 1, 1)))), "dimension 4")
  expect_error(torch_index_select(x, 1, torch_tensor(0L)), "count from 1")
  expect_error(torch_take(x, torch_tensor(61L)), "61")
  expect_error(x$scatter_reduce(1, torch_tensor(array(1L, c(1, 1, 1))), x, "median"), "reduce")
  expect_error(nnf_one_hot(torch_tensor(c(0L, 1L))), "count from 1")
  expect_error(nnf_embedding(torch_tensor(4L), torch_ones(3, 2)), "index 4")
})

test_that("gather, take and their kin name elements along a dimension", {
  m <- torch_tensor(matrix(1:6, 2))
  expect_equal(as_array(torch_gather(m, 1, torch_tensor(matrix(c(2L, 1L, 1L), 1)))), matrix(c(2L, 3L, 5L), 1))
  expect_equal(as_array(torch_take(m, torch_tensor(c(1L, 2L, -1L)))), c(1L, 3L, 6L))
  expect_equal(as_array(torch_take_along_dim(m, torch_tensor(matrix(c(3L, 1L), 2)), 2)), matrix(c(5L, 2L), 2))
  expect_equal(as_array(torch_take_along_dim(m, torch_tensor(c(4L, 1L)))), c(2L, 1L))
  expect_equal(as_array(torch_index_select(m, 2, torch_tensor(c(3L, 3L)))), matrix(c(5L, 6L, 5L, 6L), 2))
  expect_equal(as_array(m$put(torch_tensor(c(1L, 6L)), torch_tensor(c(0L, 0L)))), matrix(c(0L, 2:5, 0L), 2))
})

test_that("scatter and index_* write along a dimension, with and without a reduction", {
  index <- torch_tensor(matrix(c(1L, 1L, 2L), 1))
  src <- torch_tensor(matrix(c(5, 6, 7), 1))
  z <- torch_full(c(2, 3), 1)
  expect_equal(as_array(z$scatter(1, index, src)), rbind(c(5, 6, 1), c(1, 1, 7)))
  expect_equal(as_array(z$scatter(1, index, 9)), rbind(c(9, 9, 1), c(1, 1, 9)))
  expect_equal(as_array(z$scatter(1, index, src, reduce = "add")), rbind(c(6, 7, 1), c(1, 1, 8)))
  expect_equal(as_array(z$scatter(1, index, src, reduce = "multiply")), rbind(c(5, 6, 1), c(1, 1, 7)))
  along <- torch_tensor(c(1L, 1L, 2L))
  v <- torch_tensor(c(10, 20, 30))
  start <- torch_tensor(c(3, 5, 7))
  reduced <- function(how, self) as_array(start$scatter_reduce(1, along, v, how, include_self = self))
  expect_equal(reduced("sum", TRUE), c(33, 35, 7))
  expect_equal(reduced("sum", FALSE), c(30, 30, 7))
  expect_equal(reduced("mean", TRUE), c(11, 17.5, 7))
  expect_equal(reduced("mean", FALSE), c(15, 30, 7))
  expect_equal(reduced("prod", TRUE), c(600, 150, 7))
  expect_equal(reduced("amax", TRUE), c(20, 30, 7))
  expect_equal(reduced("amin", TRUE), c(3, 5, 7))
  expect_equal(reduced("amin", FALSE), c(10, 30, 7))
  whole <- torch_tensor(c(-3L, 5L))$scatter_reduce(1, torch_tensor(c(1L, 2L)), torch_tensor(c(0L, 2L)), "mean")
  expect_equal(as_array(whole), c(-2L, 3L))
  expect_equal(as_array(start$index_add(1, along, v, alpha = 2)), c(63, 65, 7))
  expect_equal(as_array(start$index_copy(1, torch_tensor(c(3L, 1L)), torch_tensor(c(1, 2)))), c(2, 5, 1))
  expect_equal(as_array(start$index_fill(1, torch_tensor(-1L), 0)), c(3, 5, 0))
  expect_equal(as_array(start$index_reduce(1, along, v, "amax")), c(20, 30, 7))
  start$scatter_add_(1, along, v)$index_fill_(1, torch_tensor(2L), 0)
  expect_equal(as_array(start), c(33, 0, 7))
})

test_that("masks fill, select and scatter", {
  m <- torch_tensor(matrix(1:6, 2), dtype = torch_float())
  expect_equal(as_array(m$masked_fill(m > 4, -1)), matrix(c(1:4, -1, -1), 2))
  expect_equal(as_array(m$masked_fill(torch_tensor(c(TRUE, FALSE, FALSE)), 0)), matrix(c(0, 0, 3:6), 2))
  expect_equal(as_array(torch_masked_select(m, torch_tensor(c(TRUE, FALSE, TRUE)))), c(1, 5, 2, 6))
  expect_equal(as_array(m$masked_scatter(m > 4, torch_tensor(c(8, 9, 10)))), matrix(c(1:4, 8, 9), 2))
  expect_error(m$masked_scatter(m > 0, torch_tensor(1)), "6")
  expect_error(m$masked_fill(m, 1), "booleans")
  expect_equal(as_array(torch_tensor(1L)$masked_fill(torch_tensor(TRUE), 2.5)), 2)
  m$masked_fill_(m > 2, 0)
  expect_equal(as_array(m), matrix(c(1, 2, 0, 0, 0, 0), 2))
})

test_that("indices with a dimension between them come first, and neighbours stay where they are", {
  x <- torch_arange(0, 23)$reshape(c(2, 3, 4))
  values <- as_array(x)
  i <- c(1L, 2L, 2L)
  j <- c(3L, 1L, 4L)
  apart <- rbind(c(2, 6, 10), c(12, 16, 20), c(15, 19, 23))
  expect_equal(as_array(x$index(list(torch_tensor(i), NULL, torch_tensor(j)))), apart)
  k <- c(2L, 2L, 1L)
  expect_equal(as_array(x$index(list(NULL, torch_tensor(k), torch_tensor(j)))), sapply(1:3, function(n) values[, k[n], j[n]]))
  four <- torch_arange(0, 47)$reshape(c(2, 3, 2, 4))
  between <- four$index(list(NULL, torch_tensor(k), NULL, torch_tensor(j)))
  expect_identical(between$shape, c(3L, 2L, 2L))
  for (n in 1:3) expect_equal(as_array(between)[n, , ], as_array(four)[, k[n], , j[n]])
  y <- torch_zeros(2, 3, 4)
  y$index_put_(list(torch_tensor(i), NULL, torch_tensor(j)), torch_tensor(apart))
  expected <- array(0, c(2, 3, 4))
  for (n in 1:3) expected[i[n], , j[n]] <- apart[n, ]
  expect_equal(as_array(y), expected)
})

test_that("masked_fill() cuts a fraction for integers, and refuses a tensor of floating numbers", {
  x <- torch_tensor(c(1L, 5L, 9L))
  expect_equal(as_array(x$masked_fill(x > 4, 2.9)), c(1L, 2L, 2L))
  expect_equal(as_array(x$masked_fill(x > 4, -2.9)), c(1L, -2L, -2L))
  expect_true(x$masked_fill(x > 4, 2.9)$dtype == torch_long())
  expect_error(x$masked_fill(x > 4, torch_tensor(2.9)), "cannot write Float values into a Long tensor", class = "rushlight_error")
  expect_error(x$masked_fill_(x > 4, torch_tensor(2.9)), class = "rushlight_error")
  expect_equal(as_array(x), c(1L, 5L, 9L))
})

test_that("places of what is not zero count from 1", {
  m <- torch_tensor(matrix(c(1, 0, 0, 2), 2))
  expect_equal(as_array(torch_nonzero(m)), matrix(c(1L, 2L, 1L, 2L), 2))
  expect_equal(lapply(torch_nonzero(m, as_list = TRUE), as_array), list(1:2, 1:2))
  expect_equal(lapply(torch_where(m > 1), as_array), list(2L, 2L))
  expect_identical(m$argwhere()$shape, c(2L, 2L))
  expect_identical(torch_zeros(3)$nonzero()$shape, c(0L, 1L))
  expect_equal(as_array(m$nonzero_static(3)), rbind(c(1L, 1L), c(2L, 2L), c(-1L, -1L)))
})

test_that("an embedding takes rows, gives padding no gradient, and shrinks rows that are too long", {
  w <- torch_tensor(matrix(c(3, 0, 0, 4, 1, 0), 3), requires_grad = TRUE)
  input <- torch_tensor(matrix(c(1L, 2L, 2L, 3L), 2))
  y <- nnf_embedding(input, w, padding_idx = 3, scale_grad_by_freq = TRUE)
  expect_identical(y$shape, c(2L, 2L, 2L))
  expect_equal(as_array(y[1, 1, ]), c(3, 4))
  y$sum()$backward()
  expect_equal(as_array(w$grad), rbind(c(1, 1), c(1, 1), c(0, 0)))
  short <- w$detach()$clone()
  nnf_embedding(torch_tensor(1L), short, max_norm = 1)
  expect_equal(as_array(short)[1, ], c(0.6, 0.8), tolerance = 1e-6)
  expect_equal(as_array(nnf_one_hot(torch_tensor(c(1L, 3L)), 4)), rbind(c(1L, 0L, 0L, 0L), c(0L, 0L, 1L, 0L)))
})

test_that("bags of rows are summed, averaged, or their largest kept", {
  w <- torch_tensor(matrix(1:6, 3), dtype = torch_float(), requires_grad = TRUE)
  input <- torch_tensor(c(1L, 3L, 2L, 2L))
  bag <- function(...) as_array(nnf_embedding_bag(input, w, offsets = torch_tensor(c(1L, 3L, 5L)), ...)$detach())
  expect_equal(bag(mode = "sum"), rbind(c(4, 10), c(4, 10), c(0, 0)))
  expect_equal(bag(), rbind(c(2, 5), c(2, 5), c(0, 0)))
  expect_equal(bag(mode = "max"), rbind(c(3, 6), c(2, 5), c(0, 0)))
  expect_equal(bag(include_last_offset = TRUE), rbind(c(2, 5), c(2, 5)))
  expect_equal(bag(padding_idx = 3), rbind(c(1, 4), c(2, 5), c(0, 0)))
  expect_equal(bag(mode = "sum", per_sample_weights = torch_tensor(c(1, 2, 0, 1)))[1, ], c(7, 16))
  nnf_embedding_bag(input$view(c(2L, 2L)), w, mode = "sum")$sum()$backward()
  expect_equal(as_array(w$grad), matrix(c(1, 2, 1), 3, 2))
  expect_error(nnf_embedding_bag(input, w), "offsets")
})

test_that("the graph names what was done", {
  w <- torch_ones(3, 4, requires_grad = TRUE)
  name <- function(y) trimws(capture.output(print(y$grad_fn)))[1]
  expect_identical(name(w[1, ]), "SliceBackward0")
  expect_identical(name(w[1]), "SelectBackward0")
  expect_identical(name(w[, 1]), "SelectBackward0")
  expect_identical(name(w[newaxis, ..]), "UnsqueezeBackward0")
  expect_identical(name(w[c(1, 2), ]), "IndexBackward0")
  expect_identical(name(w[w > 0]), "IndexBackward0")
  y <- w * 2
  y[1, ] <- 0
  expect_identical(name(y), "CopySlices")
  y <- w * 2
  y[y > 1] <- 0
  expect_identical(name(y), "IndexPutBackward0")
  expect_error(w[1, ] <- 0, "leaf")
  expect_error(w[w > 0] <- 0, "leaf")
  with_no_grad(w[1, ] <- 5)
  expect_equal(as_array(w$detach())[1, ], rep(5, 4))
})

test_that("results do not depend on the number of threads", {
  before <- torch_get_num_threads()
  on.exit(torch_set_num_threads(before))
  big <- torch_randn(300, 400)
  at <- torch_tensor(sample.int(300, 5000, TRUE))
  run <- function(threads) {
    torch_set_num_threads(threads)
    sums <- torch_zeros(300, 400)$index_add(1, at, big[at, ])
    list(big[big > 0], sums, torch_nonzero(big > 1), big$masked_fill(big > 0, 0), big[, at])
  }
  one <- lapply(run(1), as_array)
  expect_identical(lapply(run(2), as_array), one)
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

test_that("set_() needs a stride for each size", {
  x <- torch_zeros(4)
  expect_error(torch_zeros(1)$set_(x, 0, c(2, 2), 1), "stride", class = "rushlight_error")
  expect_error(torch_zeros(1)$set_(x, 0, c(-1, 2)), "negative", class = "rushlight_error")
})

test_that("index_add() scales integers by integers", {
  x <- torch_tensor(c(1, 2, 3), dtype = torch_int16())
  at <- torch_tensor(c(3L, 3L))
  expect_equal(as.numeric(x$index_add(1, at, torch_tensor(c(1, 2), dtype = torch_int16()), alpha = 2)), c(1, 2, 9))
  expect_equal(as.numeric(x$index_add(1, at, torch_tensor(c(1, 2), dtype = torch_int16()), alpha = 0)), c(1, 2, 3))
  expect_error(x$index_add(1, at, torch_tensor(c(1, 2), dtype = torch_int16()), alpha = 0.5), class = "rushlight_error")
})

test_that("a tensor without dimensions is written at one index, not at none or several", {
  x <- torch_tensor(1)$sum()
  none <- torch_zeros(0, dtype = torch_long())
  expect_equal(x$index_fill(1, torch_tensor(1L), 2)$item(), 2)
  expect_error(x$index_fill(1, none, 2), "needs one index", class = "rushlight_error")
  expect_error(x$index_add(1, torch_tensor(c(1L, 1L)), x), "needs one index", class = "rushlight_error")
  expect_error(x$index_copy(1, none, x), "needs one index", class = "rushlight_error")
})
