m <- rbind(c(1, 2), c(3, 4), c(5, 7))

test_that("a data frame has the columns of a matrix, and the name of a vector", {
  expect_equal(as.data.frame(torch_tensor(m)), as.data.frame(m))
  a <- c(1, 2, 3)
  expect_equal(as.data.frame(a), {
    a <- torch_tensor(a, requires_grad = TRUE)
    as.data.frame(a)
  })
  expect_identical(data.frame(y = torch_tensor(c(TRUE, FALSE))), data.frame(y = c(TRUE, FALSE)))
  expect_identical(data.frame(y = torch_tensor(1:2)), data.frame(y = c(1, 2)))
})

test_that("summaries, classes and densities are those of the numbers", {
  v <- c(1, 5, 2, 8)
  x <- torch_tensor(v, requires_grad = TRUE)
  expect_equal(summary(x), summary(v))
  expect_equal(summary(torch_tensor(m)), summary(m), ignore_attr = TRUE)
  expect_identical(cut(x, c(0, 2, 9)), cut(v, c(0, 2, 9)))
  expect_equal(density(x)$y, density(v)$y)
  expect_identical(hist(x, plot = FALSE)$counts, hist(v, plot = FALSE)$counts)
  expect_identical(hist(x, plot = FALSE)$xname, "x")
  expect_equal(boxplot(x, plot = FALSE)$stats, boxplot(v, plot = FALSE)$stats)
})

test_that("tensors are plotted, and a plot of what is no matrix is refused", {
  pdf(NULL)
  on.exit(dev.off())
  x <- torch_tensor(m)
  expect_silent(plot(x))
  expect_equal(par("usr")[3:4], c(2 - 0.2, 7 + 0.2))
  expect_silent(plot(x[, 1], x[, 2]))
  expect_silent(plot(x[, 1]))
  expect_silent(hist(x))
  expect_silent(image(x))
  expect_silent(boxplot(x))
  expect_error(image(x[, 1]), "image() is for matrices", fixed = TRUE, class = "rushlight_error")
})
