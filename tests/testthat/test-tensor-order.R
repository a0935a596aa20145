values <- list(
  vector = c(3, 1, 3, NaN, 2, -1, 1), matrix = rbind(c(1, 2, 3), c(4, 5, 6), c(1, 2, 3)), one = 5, none = numeric(0)
)

test_that("order, duplicates and repetition are those that base R gives for the same numbers", {
  for (name in names(values)) {
    v <- values[[name]]
    for (x in list(torch_tensor(v, dtype = torch_double()), torch_tensor(v, dtype = torch_double(), requires_grad = TRUE), torch_tensor(v))) {
      expect_identical(order(x), order(v), info = name)
      expect_identical(order(x, decreasing = TRUE), order(v, decreasing = TRUE), info = name)
      expect_identical(duplicated(x), as.vector(duplicated(v)), info = name)
      expect_identical(anyDuplicated(x), anyDuplicated(v), info = name)
      expect_equal(as_array(unique(x)), unique(v), info = name, ignore_attr = "dim")
      expect_identical(as.numeric(rep(x, 2)), rep(as.vector(v), 2), info = name)
      if (length(v)) expect_identical(as.numeric(rep(x, each = 2, length.out = 5)), rep(as.vector(v), each = 2, length.out = 5), info = name)
      expect_identical(unique(x)$requires_grad, x$requires_grad)
      expect_identical(rep(x, 2)$requires_grad, x$requires_grad)
    }
  }
  expect_identical(as.numeric(rep(torch_tensor(1:3), times = c(0, 2, 1))), c(2, 2, 3))
  expect_identical(duplicated(torch_tensor(c(TRUE, FALSE, TRUE))), c(FALSE, FALSE, TRUE))
})

test_that("large integers are told apart, and ordered", {
  x <- torch_tensor(2L, dtype = torch_long())$pow(c(53L, 53L, 53L)) + torch_tensor(c(1L, 0L, 1L))
  expect_identical(duplicated(x), c(FALSE, FALSE, TRUE))
  expect_identical(order(x), c(2L, 1L, 3L))
  expect_identical(order(-x), c(1L, 3L, 2L))
  expect_identical(unique(x)$shape, 2L)
})

test_that("gradients pass unique, rep, split, cummax and what is bound", {
  x <- torch_tensor(c(3, 1, 3, 2), requires_grad = TRUE)
  (unique(x)$sum() + rep(x, 2)$sum() + split(x, c(1, 2, 1, 2))[["2"]]$sum() + cummax(x)$sum() + cummin(x)$sum())$backward()
  grad <- c(1, 1, 0, 1) + 2 + c(0, 1, 0, 1)
  cumulated <- as_array(x$grad) - grad
  expect_identical(sum(cumulated), 8)
  expect_identical(as.numeric(cummax(torch_tensor(c(1, 3, 2)))), c(1, 3, 3))
  expect_identical(as.numeric(cummin(torch_tensor(c(1L, 3L, 0L)))), c(1, 1, 0))
})

test_that("split groups elements as base R does", {
  v <- c(4, 1, 3, 2, 5)
  f <- factor(c("a", "b", "a", "c", "a"), levels = c("a", "b", "c", "d"))
  expect_identical(lapply(split(torch_tensor(v), f), as.numeric), split(v, f))
  expect_identical(lapply(split(torch_tensor(v), f, drop = TRUE), as.numeric), split(v, f, drop = TRUE))
  expect_error(split(torch_ones(2, 2), 1:2), "needs a tensor of 1 dimension; this one has 2", class = "rushlight_error")
  expect_error(split(torch_ones(2), NULL), "`f` must be a factor", class = "rushlight_error")
})

test_that("what has no meaning for a tensor is refused in words of its own", {
  x <- torch_tensor(c(2, 1))
  expect_error(rank(x), "rank(as.numeric(x))", fixed = TRUE, class = "rushlight_error")
  expect_error(dim(x) <- c(1, 2), "x$view()", fixed = TRUE, class = "rushlight_error")
  expect_error(rep(x, times = -1), "`times` must be a number, 0 or more", class = "rushlight_error")
  expect_error(rep(x, each = "a"), "`each` must be a number, 0 or more", class = "rushlight_error")
  expect_error(rep(x, length.out = -1), "`length.out` must be a number, 0 or more, or NA", class = "rushlight_error")
  expect_error(rep(torch_ones(0), length.out = 2), "no elements to repeat", class = "rushlight_error")
  expect_error(unique(x, incomparables = 1), "`incomparables` must be FALSE", class = "rushlight_error")
  expect_error(unique(x, fromlast = TRUE), "fromlast", class = "rushlight_error")
})

test_that("single numbers are recycled in rbind and cbind", {
  m <- rbind(c(1, 2), c(3, 4), c(5, 6))
  x <- torch_tensor(m, requires_grad = TRUE)
  expect_equal(as_array(cbind(1, x)), cbind(1, m))
  expect_equal(as_array(rbind(x, 0)), rbind(m, 0))
  expect_equal(as_array(cbind(x, torch_tensor(7))), cbind(m, 7))
  expect_equal(as_array(cbind(torch_tensor(7, requires_grad = TRUE)$reshape(integer(0)), x, TRUE)), cbind(7, m, 1))
  expect_equal(as_array(rbind(torch_tensor(1:3), 5L)), rbind(1:3, 5L))
  expect_true(cbind(1, x)$requires_grad)
  expect_error(cbind(1:2, x), class = "rushlight_error")
})
