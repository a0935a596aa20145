test_that("sorting is stable, of any dtype and length, with NaN last", {
  for (n in c(0, 1, 2, 20, 199, 201, 3000)) {
    for (dtype in c("double", "float", "half", "int", "short", "int8", "long")) {
      values <- if (dtype %in% c("double", "float")) round(spread_numbers(n, -2, 2, 1), 1) else round(spread_numbers(n, -50, 50, 1))
      if (n > 5 && dtype %in% c("double", "float")) values[c(2, 5)] <- c(NaN, -Inf)
      x <- torch_tensor(values, dtype = get(paste0("torch_", dtype))())
      for (descending in c(FALSE, TRUE)) {
        order <- order(values, decreasing = descending, method = "radix", na.last = !descending)
        label <- paste(n, dtype, descending)
        sorted <- torch_sort(x, descending = descending)
        expect_equal(as.integer(sorted[[2]]), order, info = label)
        expect_equal(as.numeric(sorted[[1]]$to(dtype = torch_double())), as.numeric(x$to(dtype = torch_double()))[order], info = label)
        k <- n %/% 5
        expect_equal(as.integer(torch_topk(x, k, largest = descending)[[2]]), order[seq_len(k)], info = label)
        if (n > 0 && !descending) expect_equal(as.integer(torch_kthvalue(x, max(k, 1))[[2]]) + 1L, order[max(k, 1)], info = label)
      }
    }
  }
})

test_that("sorting runs along any dimension of any layout", {
  m <- matrix(spread_numbers(35, -2, 2, 2), 5)
  x <- torch_tensor(m, dtype = torch_double())
  expect_equal(as_array(torch_sort(x, 1)[[1]]), apply(m, 2, sort))
  expect_equal(as_array(torch_sort(x$t(), 1)[[1]]), apply(t(m), 2, sort))
  expect_equal(as_array(torch_argsort(x, 2)), t(apply(m, 1, order)))
  expect_equal(as_array(torch_msort(x)), apply(m, 2, sort))
  expect_equal(torch_topk(x, 2, dim = 1)[[1]]$shape, c(2, 7))
  expect_equal(torch_kthvalue(x, 2, dim = 1)[[1]]$shape, 7)
  expect_equal(torch_kthvalue(x, 2, dim = 1, keepdim = TRUE)[[1]]$shape, c(1, 7))
})

test_that("NaN is greater than every number, and NaN among themselves stay in their order", {
  values <- c(2, NaN, -Inf, NaN, Inf, -0)
  for (dtype in list(torch_half(), torch_bfloat16(), torch_float(), torch_double())) {
    x <- torch_tensor(values, dtype = dtype)
    up <- torch_sort(x)
    expect_equal(as.numeric(up[[1]]), c(-Inf, 0, 2, Inf, NaN, NaN))
    expect_equal(as.numeric(up[[2]]), c(3, 6, 1, 5, 2, 4))
    down <- torch_sort(x, descending = TRUE)
    expect_equal(as.numeric(down[[1]]), c(NaN, NaN, Inf, 2, 0, -Inf))
    expect_equal(as.numeric(down[[2]]), c(2, 4, 5, 1, 6, 3))
    expect_equal(as.numeric(torch_topk(x, 3)[[1]]), c(NaN, NaN, Inf))
    expect_equal(torch_kthvalue(x, 4)[[1]]$item(), Inf)
  }
  negative <- -torch_tensor(NaN) # its sign is set
  expect_equal(as.numeric(torch_sort(torch_cat(list(negative, torch_tensor(1))))[[1]]), c(1, NaN))
})

test_that("a k beyond the dimension is refused", {
  expect_error(torch_topk(torch_ones(3), 4), "3 elements", class = "rushlight_error")
  expect_error(torch_kthvalue(torch_ones(3), 0), "from 1", class = "rushlight_error")
})

test_that("runs of equal elements are found in vectors and along dimensions", {
  runs <- torch_unique_consecutive(torch_tensor(c(1L, 1L, 2L, 2L, 1L)), TRUE, TRUE)
  expect_equal(lapply(runs, as.integer), list(c(1L, 2L, 1L), c(1L, 1L, 2L, 2L, 3L), c(2L, 2L, 1L)))
  rows <- torch_unique_consecutive(torch_tensor(matrix(c(1, 3, 1, 3, 2, 4), 2)), TRUE, TRUE, dim = 2)
  expect_equal(as_array(rows[[1]]), matrix(1:4, 2, byrow = TRUE))
  expect_equal(as.integer(rows[[3]]), c(2L, 1L))
  expect_equal(torch_unique_consecutive(torch_zeros(0))[[1]]$shape, 0)
  cube <- torch_tensor(array(c(1, 2, 1, 2, 3, 4, 5, 6, 5, 6, 7, 8), c(2, 3, 2)))
  slices <- torch_unique_consecutive(cube, TRUE, TRUE, dim = 2)
  expect_equal(as_array(slices[[1]]), array(c(1, 2, 3, 4, 5, 6, 7, 8), c(2, 2, 2)))
  expect_equal(lapply(slices[2:3], as.integer), list(c(1L, 1L, 2L), c(2L, 1L)))
  expect_equal(as_array(torch_unique_consecutive(cube$transpose(1, 3), TRUE)[[2]])[1, 1, ], c(1, 2))
  expect_equal(torch_unique_consecutive(torch_zeros(3, 0), dim = 1)[[1]]$shape, c(1, 0))
  expect_equal(torch_unique_consecutive(torch_zeros(0, 3), dim = 1)[[1]]$shape, c(0, 3))
  spread <- torch_tensor(c(-1.5, 3.3))$reshape(c(1, 2, 1))$expand(c(1, 2, 2)) # rows of stride 0
  expect_equal(torch_unique_consecutive(spread, dim = 2)[[1]]$shape, c(1, 2, 2))
  expect_equal(torch_unique_consecutive(torch_tensor(c(1, 1, 2))$reshape(c(3, 1))$expand(c(3, 2)), dim = 1)[[1]]$shape, c(2, 2))
})

for (dtype in c("half", "bfloat16", "float", "double")) {
  test_that(paste("runs are of numbers that equal each other: 0 and -0 do, NaN and NaN do not, in", dtype), {
    numbers <- c(0, -0, NaN, NaN, 1, 1)
    runs <- torch_unique_consecutive(torch_tensor(numbers, dtype = dtype), TRUE, TRUE)
    expect_equal(as.numeric(runs[[1]]), c(0, NaN, NaN, 1))
    expect_equal(lapply(runs[2:3], as.integer), list(c(1L, 1L, 2L, 3L, 4L, 4L), c(2L, 1L, 1L, 2L)))
    slices <- torch_tensor(rbind(1, numbers, 2), dtype = dtype)
    for (runs in list(torch_unique_consecutive(slices, TRUE, TRUE, dim = 2), torch_unique_consecutive(slices$t(), TRUE, TRUE, dim = 1))) {
      values <- as_array(runs[[1]])
      expect_equal(if (nrow(values) == 3) values else t(values), rbind(1, c(0, NaN, NaN, 1), 2))
      expect_equal(lapply(runs[2:3], as.integer), list(c(1L, 1L, 2L, 3L, 4L, 4L), c(2L, 1L, 1L, 2L)))
    }
  })
}

test_that("what is counted may have any dtype of integers and any stride", {
  for (dtype in c("uint8", "int8", "int16", "int32", "int64")) {
    counted <- torch_tensor(matrix(c(1L, 9L, 3L, 9L, 3L, 9L), 2), dtype = dtype)[1, ]
    expect_equal(as.integer(torch_bincount(counted)), c(1L, 0L, 2L))
    expect_error(torch_bincount(counted - 1L), "element 1 is 0")
  }
  expect_equal(as.integer(torch_bincount(torch_tensor(integer()))), integer())
  expect_equal(as.integer(torch_bincount(torch_tensor(2L), minlength = 3L)), c(0L, 1L, 0L))
})

test_that("searching agrees with findInterval()", {
  edges <- c(1, 3, 3, 7)
  values <- c(0, 1, 3, 5, 7, 8)
  expect_equal(as.numeric(torch_searchsorted(torch_tensor(edges), torch_tensor(values), right = TRUE)), findInterval(values, edges))
  expect_equal(as.numeric(torch_bucketize(torch_tensor(values), torch_tensor(edges))), findInterval(values, edges, left.open = TRUE))
  shuffled <- torch_tensor(c(7, 3, 1, 3))
  found <- torch_searchsorted(shuffled, torch_tensor(values), side = "right", sorter = torch_argsort(shuffled))
  expect_equal(as.numeric(found), findInterval(values, edges))
  expect_true(torch_bucketize(torch_tensor(2), torch_tensor(edges), out_int32 = TRUE)$dtype == torch_int32())
  both <- torch_searchsorted(torch_tensor(rbind(c(1, 2), c(5, 6))), torch_tensor(rbind(3, 3)))
  expect_equal(as_array(both), rbind(2, 0))
  expect_error(torch_searchsorted(torch_ones(2, 2), torch_ones(3)), "must agree", class = "rushlight_error")
  expect_error(torch_searchsorted(torch_ones(2), torch_ones(3), right = TRUE, side = "left"), "contradict", class = "rushlight_error")
})

test_that("counting agrees with tabulate() and hist()", {
  expect_equal(as.integer(torch_bincount(torch_tensor(c(1L, 2L, 2L, 5L)), minlength = 7L)), tabulate(c(1, 2, 2, 5), 7))
  expect_equal(as.numeric(torch_bincount(torch_tensor(c(2L, 2L)), weights = torch_tensor(c(0.5, 2)))), c(0, 2.5))
  expect_error(torch_bincount(torch_tensor(0L)), "from 1", class = "rushlight_error")
  expect_error(torch_bincount(torch_tensor(1.5)), "integers", class = "rushlight_error")
  x <- torch_tensor(c(1, 2, 1, 5, 4))
  expect_equal(as.numeric(torch_histc(x, 4, 0, 4)), c(0, 2, 1, 1))
  expect_equal(as.numeric(torch_histc(x, 2)), c(3, 2))
  counts <- x$histogram(4, range = c(0, 4))
  expect_equal(lapply(counts, as.numeric), list(c(0, 2, 1, 1), as.numeric(0:4)))
  density <- x$histogram(torch_tensor(c(0, 2, 6)), density = TRUE)
  expect_equal(sum(as.numeric(density[[1]]) * c(2, 4)), 1, tolerance = 1e-6)
  expect_error(torch_histc(torch_tensor(c(1, NaN))), "not finite", class = "rushlight_error")
})

test_that("quantiles agree with R's", {
  m <- matrix(spread_numbers(20, -2, 2, 4), 4)
  x <- torch_tensor(m, dtype = torch_double())
  q <- c(0.1, 0.6, 1)
  expect_equal(as_array(torch_quantile(x, q, dim = 1)), unname(apply(m, 2, quantile, q)))
  expect_equal(as_array(torch_quantile(x, torch_tensor(q, dtype = torch_double()), dim = 2)), unname(apply(m, 1, quantile, q)))
  expect_equal(as.numeric(torch_quantile(x, 0.3)), unname(quantile(m, 0.3)))
  expect_equal(torch_quantile(x, 0.3, dim = 2, keepdim = TRUE)$shape, c(4, 1))
  expect_equal(torch_quantile(x, q, keepdim = TRUE)$shape, c(3, 1, 1))
  v <- torch_tensor(c(1, 2, 3, 4))
  ways <- c(lower = 2, higher = 3, midpoint = 2.5, nearest = 2, linear = 2.2)
  for (way in names(ways)) expect_equal(as.numeric(torch_quantile(v, 0.4, interpolation = way)), ways[[way]], tolerance = 1e-6)
  gap <- torch_tensor(rbind(c(1, NaN, 3), c(1, 2, Inf)))
  expect_equal(as.numeric(torch_quantile(gap, 0.5, dim = 2)), c(NaN, 2))
  expect_equal(as.numeric(torch_nanquantile(gap, 0.5, dim = 2)), c(2, 2))
  expect_error(torch_quantile(v, 1.5), "from 0 to 1", class = "rushlight_error")
  expect_true(gradcheck(function(x) torch_quantile(x, c(0.3, 0.8), dim = 2), list(x$clone()$requires_grad_()), order = 2))
})

test_that("a histogram of equal values is half wide on both sides", {
  found <- torch_tensor(c(3, 3))$histogram(2)
  expect_equal(lapply(found, as.numeric), list(c(0, 2), c(2.5, 3, 3.5)))
  expect_equal(as.numeric(torch_tensor(c(3, 3))$histogram(2, range = c(3, 3))[[2]]), c(2.5, 3, 3.5))
  expect_equal(as.numeric(torch_zeros(0)$histogram(2)[[2]]), c(0, 0.5, 1))
})

test_that("quantile() of a tensor without dimensions refuses one that is not there", {
  expect_equal(torch_quantile(torch_tensor(2)$sum(), 0.5, dim = 1)$item(), 2)
  expect_error(torch_quantile(torch_tensor(2)$sum(), 0.5, dim = 2), "dim", class = "rushlight_error")
})
