double <- function(x) torch_tensor(x, dtype = torch_double())

test_that("reductions agree with R along any dimensions of any layout", {
  for (size in list(c(3, 4, 5), c(40, 3, 9), c(2, 1, 9), c(70, 30, 2), c(3, 200, 2))) {
    a <- array(spread_numbers(prod(size), -2, 2, 1), size)
    turned <- strided(as.vector(a), size, cumprod(c(1, size[-3])))
    for (x in list(double(a), turned)) for (dim in list(1, 2, 3, c(1, 2), c(1, 3), c(2, 3), 1:3)) {
      kept <- setdiff(1:3, dim)
      by <- function(f) as.vector(if (length(kept)) apply(a, kept, f) else f(a))
      expect_equal(as.numeric(x$sum(dim)), by(sum))
      expect_equal(as.numeric(x$mean(dim)), by(mean))
      expect_equal(as.numeric(x$amax(dim)), by(max))
      expect_equal(as.numeric(x$amin(dim)), by(min))
      expect_equal(as.numeric(x$norm(2, dim)), by(function(v) sqrt(sum(v^2))))
      expect_equal(as.numeric(torch_logsumexp(x, dim)), by(function(v) log(sum(exp(v)))))
      expect_equal(as.numeric((x > 0)$sum(dim)), by(function(v) sum(v > 0)))
      if (prod(size[dim]) > 1) expect_equal(as.numeric(x$var(dim)), by(function(v) var(as.vector(v))))
      if (length(dim) == 1) {
        expect_equal(as.numeric(x$max(dim)[[2]]), by(which.max))
        expect_equal(as.numeric(x$argmin(dim)), by(which.min))
        expect_equal(as.numeric((x > 0)$any(dim)), by(function(v) as.numeric(any(v > 0))))
      }
      expect_equal(x$sum(dim, keepdim = TRUE)$shape, replace(size, dim, 1))
    }
  }
})

test_that("long reductions agree with R", {
  for (size in list(c(200000, 1), c(70000, 3), c(3, 70000), c(300, 2000), c(2000, 300))) {
    a <- matrix(spread_numbers(prod(size), -2, 2, 1), size[1])
    x <- double(a)
    expect_equal(x$sum()$item(), sum(a))
    expect_equal(x$var()$item(), var(as.vector(a)))
    expect_equal(as.numeric(x$mean(1)), colMeans(a))
    expect_equal(as.numeric(x$sum(2)), rowSums(a))
    expect_equal(as.numeric(x$max(2)[[2]]), max.col(a, "first"))
    expect_equal(x$argmin()$item(), which.min(t(a)))
    expect_equal(torch_logsumexp(x, c(1, 2))$item(), log(sum(exp(a))))
  }
})

test_that("a result does not depend on the number of threads", {
  threads <- torch_get_num_threads()
  on.exit(torch_set_num_threads(threads))
  x <- torch_tensor(matrix(spread_numbers(600000, -1, 1, 1), 300))
  results <- lapply(1:2, function(n) {
    torch_set_num_threads(n)
    values <- list(x$sum(), x$sum(1), x$sum(2), x$std(), x$var(1), x$norm(), x$prod(), x$max(1)[[1]], x$max(2)[[2]], x$argmax(),
      torch_logsumexp(x, c(1, 2)), nnf_softmax(x, 1), nnf_softmax(x, 2))
    lapply(values, as_array)
  })
  expect_true(identical(results[[1]], results[[2]]))
})

test_that("sums of floats are kept in double precision", {
  expect_equal(torch_full(1e6, 0.1)$sum()$item(), 1e6 * 0.1, tolerance = 1e-7)
  x <- torch_randn(100003)
  expect_lt(abs(x$sum()$item() - sum(as_array(x))), 3e-4)
  for (n in c(63, 64, 65, 95, 96, 127, 131, 8191, 8192, 8195)) {
    ones <- (x[1:n] > 0)$to(dtype = torch_float())
    expect_identical(ones$sum()$item(), sum(as_array(ones)))
  }
  expect_equal(torch_tensor(c(1e5, 1e5 + 1, 1e5 + 2))$var()$item(), 1)
  expect_equal(double(1e9 + 1:5)$std()$item(), sd(1:5))
})

test_that("sums of floats are the same however they lie in memory", {
  x <- torch_rand(60, 300)
  for (view in list(x, x$t(), x[, 2:300], x[, 1:300:3], x[1:60:7, ], x[1:60:7, 2:300:2])) {
    values <- as_array(view)
    expect_equal(view$sum()$item(), sum(values), tolerance = 1e-5)
    expect_equal(as_array(view$sum(1)), colSums(values), tolerance = 1e-5)
    expect_equal(as_array(view$sum(2)), rowSums(values), tolerance = 1e-5)
    expect_equal(as_array(view$mean(2)), rowMeans(values), tolerance = 1e-5)
  }
  expect_equal(x$view(-1)[3:18000:5]$sum()$item(), sum(t(as_array(x))[seq(3, 18000, 5)]), tolerance = 1e-5)
})

test_that("integers become int64, or a dtype that is asked for", {
  for (dtype in list(torch_bool(), torch_uint8(), torch_int8(), torch_int16(), torch_int32(), torch_int64())) {
    x <- torch_tensor(c(1, 0, 1), dtype = dtype)
    expect_true(x$sum()$dtype == torch_int64())
    expect_equal(x$sum()$item(), 2)
    expect_equal(x$prod()$item(), 0)
    expect_equal(as.numeric(x$max()$item()), 1)
    expect_equal(x$argmax()$item(), 1)
    expect_equal(torch_count_nonzero(x)$item(), 2)
    expect_true(as.logical(x$any()$item()))
  }
  expect_true(torch_tensor(1:3)$sum(dtype = torch_double())$dtype == torch_double())
  expect_equal(torch_tensor(1:4)$mean(dtype = torch_float())$item(), 2.5)
  expect_error(torch_tensor(1:4)$mean(), "floating dtype")
  expect_error(torch_tensor(1:4)$std(), "floating dtype")
  for (dtype in list(torch_half(), torch_bfloat16())) {
    x <- torch_tensor(c(1, 2, 5), dtype = dtype)
    expect_true(x$sum()$dtype == dtype)
    expect_equal(x$sum()$item(), 8)
    expect_equal(x$max(1)[[2]]$item(), 2 + 1)
  }
})

test_that("reductions of nothing have a value where one is defined", {
  none <- torch_zeros(0)
  expect_equal(none$sum()$item(), 0)
  expect_equal(none$prod()$item(), 1)
  expect_true(is.nan(none$mean()$item()))
  expect_true(is.nan(none$var()$item()))
  expect_true(none$all()$item())
  expect_false(none$any()$item())
  expect_equal(as.numeric(torch_zeros(0, 3)$sum(1)), c(0, 0, 0))
  expect_equal(torch_zeros(0, 3)$sum(2)$shape, 0)
  expect_error(none$max(), "no elements")
  expect_error(torch_zeros(0, 3)$max(1), "no elements")
  expect_error(none$argmin(), "no elements")
  expect_error(torch_norm(none, Inf), "no elements")
  expect_equal(torch_zeros(0, 3)$max(2)[[1]]$shape, 0)
})

test_that("dimensions that do not exist, and ones named twice, are refused", {
  x <- torch_ones(2, 3)
  expect_error(x$sum(dim = 0), "count from 1")
  expect_error(x$sum(dim = 3), "does not exist")
  expect_error(x$mean(dim = -3), "does not exist")
  expect_error(x$sum(dim = c(1, -2)), "named twice")
  expect_error(x$prod(dim = c(1, 2)), "one dimension")
  expect_error(x$max(dim = c(1, 2)), "one dimension")
})

test_that("NaN wins, and the first of equals", {
  x <- torch_tensor(c(1, NaN, 3, NaN))
  expect_true(is.nan(x$max()$item()))
  expect_equal(x$argmax()$item(), 2)
  expect_equal(x$min(1)[[2]]$item(), 2)
  expect_equal(torch_tensor(c(1, 3, 3))$argmax()$item(), 2)
  long <- torch_cat(list(torch_zeros(70000), torch_tensor(c(5, 1, 5)), torch_zeros(70000)))
  expect_equal(long$argmax()$item(), 70001)
  expect_equal(long$view(c(1, -1))$max(2)[[2]]$item(), 70001)
  expect_equal(torch_tensor(matrix(1:6, 2))$t()$argmax()$item(), 6)
  expect_equal(torch_nansum(x)$item(), 4)
  expect_equal(x$nanmean()$item(), 2)
  expect_equal(as.numeric(torch_logsumexp(torch_tensor(rbind(c(-Inf, -Inf), c(Inf, 1), c(-Inf, -1000))), 2)), c(-Inf, Inf, -1000))
})

test_that("equal elements share the gradient of an extreme, unless a place was asked for", {
  x <- double(c(1, 3, 3))$requires_grad_()
  expect_equal(as.numeric(autograd_grad(x$max(), x)[[1]]), c(0, 0.5, 0.5))
  expect_equal(as.numeric(autograd_grad(x$amax(1), x)[[1]]), c(0, 0.5, 0.5))
  expect_equal(as.numeric(autograd_grad(x$max(1)[[1]], x)[[1]]), c(0, 1, 0))
  expect_equal(as.numeric(autograd_grad(x$median(), x)[[1]]), c(0, 0.5, 0.5))
})

test_that("the gradient of an extreme that is NaN goes to that element alone", {
  for (f in list(torch_max, torch_min, torch_amax, torch_amin)) {
    x <- double(c(1, NaN, 3))$requires_grad_()
    y <- f(x)
    expect_true(is.nan(y$item()))
    expect_equal(as.numeric(autograd_grad(y, x)[[1]]), c(0, 1, 0))
  }
  rows <- double(rbind(c(1, NaN, 3), c(4, 5, 6), c(NaN, 0, -Inf)))
  expect_equal(as.numeric(rows$amax(2)), c(NaN, 6, NaN))
  expect_equal(as.numeric(rows$amin(2)), c(NaN, 4, NaN))
  expect_equal(as.numeric(rows$amax(1)), c(NaN, NaN, 6))
  far <- torch_zeros(1000, dtype = torch_double())
  far[700] <- NaN
  expect_true(is.nan(far$amax()$item()))
  expect_equal(far$argmax()$item(), 700)
})

test_that("the standard deviation of equal elements is 0, and its gradient 0", {
  x <- double(c(2, 2, 2))$requires_grad_()
  for (f in list(torch_std, function(x) torch_std(x, 1), function(x) torch_std_mean(x)[[1]], function(x) torch_std(x, unbiased = FALSE))) {
    expect_equal(f(x)$item(), 0)
    expect_equal(as.numeric(autograd_grad(f(x), x)[[1]]), c(0, 0, 0))
  }
  mixed <- double(rbind(c(1, 1), c(1, 3)))$requires_grad_()
  expect_equal(as_array(autograd_grad(mixed$std(2)$sum(), mixed)[[1]]), rbind(0, c(-1, 1) / sqrt(2)))
})

test_that("nansum() leaves NaN out, of the sum and of the gradient", {
  x <- double(rbind(c(1, NaN, 3), c(NaN, NaN, NaN)))$requires_grad_()
  expect_equal(torch_nansum(x)$item(), 4)
  expect_equal(as.numeric(torch_nansum(x, 2)), c(4, 0))
  expect_equal(as_array(autograd_grad(torch_nansum(x, 2)$sum(), x)[[1]]), rbind(c(1, 0, 1), 0))
})

test_that("of elements that are met as often, the least is the mode, at its last place", {
  x <- torch_tensor(c(3, 1, 3, 1, 2))
  expect_equal(lapply(torch_mode(x), as.numeric), list(1, 3))
  rows <- torch_tensor(rbind(c(2, 2, 1, 1), c(5, 4, 4, 5)))
  expect_equal(lapply(torch_mode(rows, 2), as.numeric), list(c(1, 4), c(3, 2)))
  expect_equal(torch_mode(torch_tensor(c(4L, 2L, 3L)))[[1]]$item(), 2)
})

test_that("the derivative of a product bears zeros", {
  for (values in list(c(2, 0, 3, 4, 5), c(0, 0, 3, 4, 5), c(0, 0, 0, 1, 2))) {
    x <- double(values)$requires_grad_()
    expect_equal(as.numeric(autograd_grad(x$prod(), x)[[1]]), sapply(1:5, function(k) prod(values[-k])))
    first <- autograd_grad(x$prod(), x, create_graph = TRUE)[[1]]
    expect_equal(as.numeric(autograd_grad(first[2], x)[[1]]), sapply(1:5, function(k) if (k == 2) 0 else prod(values[-c(2, k)])))
  }
})

test_that("medians and modes are elements, whose places count from 0", {
  x <- torch_tensor(rbind(c(1, 5, 2, 2), c(4, 3, 6, 3)))
  expect_equal(x$median()$item(), 3)
  expect_equal(lapply(x$median(2), as.numeric), list(c(2, 3), c(2, 3)))
  expect_equal(lapply(torch_mode(x), as.numeric), list(c(2, 3), c(3, 3)))
  y <- torch_tensor(rbind(c(1, NaN, 3, 2), c(4, 3, 2, 1), NaN))
  expect_equal(as.numeric(y$median(2)[[1]]), c(NaN, 2, NaN))
  expect_equal(lapply(y$nanmedian(2), as.numeric), list(c(2, 2, NaN), c(3, 2, 0)))
  expect_true(is.nan(torch_zeros(0)$median()$item()))
  expect_equal(torch_tensor(c(NaN, 1, 2, 3))$nanmedian()$item(), 2)
})

test_that("R's summaries work on tensors", {
  x <- torch_tensor(rbind(c(1, 2), c(3, NaN)))
  y <- torch_tensor(c(1, 2, 4))
  expect_equal(sum(y)$item(), 7)
  expect_equal(sum(y, y, 1)$item(), 15)
  expect_equal(sum(x, na.rm = TRUE)$item(), 6)
  expect_equal(prod(y)$item(), 8)
  expect_equal(prod(x, na.rm = TRUE)$item(), 6)
  expect_equal(mean(y)$item(), 7 / 3, tolerance = 1e-6)
  expect_equal(mean(x, na.rm = TRUE)$item(), 2)
  expect_equal(max(y)$item(), 4)
  expect_equal(min(x, na.rm = TRUE)$item(), 1)
  expect_equal(as.numeric(range(y)), c(1, 4))
  expect_equal(as.numeric(max(x, dim = 2)[[2]]), c(2, 2))
  expect_equal(as.numeric(max(y, other = torch_tensor(3))), c(3, 3, 4))
  expect_identical(all(y > 0), TRUE)
  expect_identical(any(y > 4), FALSE)
})

test_that("covariances and correlations are those of R", {
  m <- rbind(c(1, 2, 4, 3), c(2, 1, 0.5, 3), c(0, 1, 5, 1))
  x <- double(m)
  expect_equal(as_array(x$cov()), cov(t(m)))
  expect_equal(as_array(x$corrcoef()), cor(t(m)))
  w <- c(1, 2, 1, 3)
  expect_equal(as_array(x$cov(fweights = torch_tensor(as.integer(w)))), cov(t(m)[rep(1:4, w), ]))
  expect_equal(as_array(x$cov(aweights = double(w))), cov.wt(t(m), w)$cov)
  expect_equal(double(c(1, 2, 4))$cov()$item(), var(c(1, 2, 4)))
})

test_that("a NaN gradient of an extreme stays with the extreme", {
  x <- torch_tensor(c(1, 5, 2), requires_grad = TRUE)
  expect_equal(as.numeric(autograd_grad(torch_max(x) * NaN, list(x))[[1]]), c(0, NaN, 0))
  expect_equal(as.numeric(autograd_grad(torch_amin(x, 1) * NaN, list(x))[[1]]), c(NaN, 0, 0))
})

test_that("a dtype that is asked for is that of what is added", {
  x <- torch_tensor(c(-9L, 5L, 4L))
  expect_true(as.logical(torch_sum(x, dtype = torch_bool())))
  expect_true(as.logical(x$sum(1, dtype = torch_bool())))
  expect_true(as.logical(torch_nansum(x, dtype = torch_bool())))
  expect_false(as.logical(torch_sum(x * 0L, dtype = torch_bool())))
  expect_equal(as.logical(torch_cumsum(x, 1, dtype = torch_bool())), c(TRUE, TRUE, TRUE))
  expect_equal(as.numeric(torch_sum(torch_tensor(c(0.5, 0.5)), dtype = torch_long())), 0)
})
