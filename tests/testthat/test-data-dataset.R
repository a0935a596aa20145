squares <- dataset(
  "squares",
  initialize = function(n, offset = 0) {
    self$n <- n
    self$offset <- offset
  },
  .getitem = function(i) list(x = c(i, i + 1), y = i, label = letters[i]),
  .length = function() self$n
)

test_that("a class of datasets has the formals of initialize(), a name, and can be inherited from", {
  expect_identical(names(formals(squares)), c("n", "offset"))
  expect_identical(class(squares), c("squares", "dataset_generator"))
  expect_output(print(squares), "<squares> a class of datasets.*squares\\(n, offset\\)")
  ds <- squares(3)
  expect_s3_class(ds, c("squares", "dataset"), exact = FALSE)
  expect_length(ds, 3)
  expect_output(print(ds), "<squares> a dataset of 3 items")
  doubled <- dataset("doubled", inherit = squares, .getitem = function(i) super$.getitem(i)$y * 2)
  expect_identical(doubled(3)[2], 4)
  expect_error(dataset(inherit = 1), "`inherit` must be a class of datasets", class = "rushlight_error")
  expect_error(dataset(1), "`name` must be one string", class = "rushlight_error")
})

test_that("[ gives an item or a batch, and refuses numbers of none", {
  ds <- squares(3)
  expect_identical(ds[2], list(x = c(2, 3), y = 2L, label = "b"))
  expect_identical(ds[[3]]$label, "c")
  batch <- ds[c(1, 3)]
  expect_equal(as.array(batch$x), rbind(c(1, 2), c(3, 4)))
  expect_identical(batch$label, c("a", "c"))
  for (i in list(0, 4, -1, NA, 1.5, "a", integer(), TRUE)) expect_error(ds[i], "from 1 to 3", class = "rushlight_error")
  expect_error(length(dataset(.getitem = function(i) i)()), "length", class = "rushlight_error")
  expect_error(dataset(.length = function() 1)()[1], "needs one", class = "rushlight_error")
})

test_that("a tensor dataset keeps names, and gives a batch as rows", {
  x <- torch_arange(1, 6)$view(c(3, 2))
  y <- torch_tensor(1:3)
  ds <- tensor_dataset(x = x, y = y)
  expect_named(ds[1], c("x", "y"))
  expect_identical(ds[1]$x$shape, 2L)
  expect_identical(ds[1]$y$shape, integer())
  expect_equal(as.array(ds[c(3, 1)]$x), rbind(c(5, 6), c(1, 2)))
  expect_identical(as.integer(ds[3:2]$y), 3:2)
  expect_null(names(tensor_dataset(x, y)[1]))
  batch <- ds[1:3]$x$zero_()
  expect_equal(as.numeric(x$sum()), 21)
  expect_error(tensor_dataset(x, torch_ones(2)), "they have 3, 2", class = "rushlight_error")
  expect_error(tensor_dataset(x, 1:3), "argument 2 is none", class = "rushlight_error")
  expect_error(tensor_dataset(torch_tensor(1)$squeeze()), "no dimension", class = "rushlight_error")
  expect_error(tensor_dataset(), "none", class = "rushlight_error")
})

test_that("a subset numbers some items anew, with batches where the dataset has them", {
  ds <- dataset_subset(tensor_dataset(torch_arange(1, 5)), c(5, 2))
  expect_length(ds, 2)
  expect_identical(ds$indices, c(5L, 2L))
  expect_s3_class(ds$dataset, "tensor_dataset")
  expect_equal(as.numeric(ds[1][[1]]), 5)
  expect_equal(as.numeric(ds[2:1][[1]]), c(2, 5))
  expect_identical(dataset_subset(squares(4), 3)[1]$y, 3L)
  expect_error(dataset_subset(squares(4), 5), "from 1 to 4", class = "rushlight_error")
  expect_error(dataset_subset(1:3, 1), "`dataset`", class = "rushlight_error")
})

test_that("a dataset is saved and copied with its tensors", {
  ds <- tensor_dataset(torch_arange(1, 3))
  file <- tempfile()
  saveRDS(ds, file)
  expect_equal(as.numeric(readRDS(file)[2:3][[1]]), 2:3)
  unlink(file)
  copied <- ds$clone(deep = TRUE)
  expect_equal(as.numeric(copied[1:3][[1]]), 1:3)
})
