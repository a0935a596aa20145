test_that("items are stacked by their R type, strings stay, and one item keeps its dimension", {
  expect_identical(collate_items(list(1L, 2L))$dtype, torch_long())
  expect_identical(collate_items(list(1, 2))$dtype, torch_float())
  expect_identical(collate_items(list(TRUE, FALSE))$dtype, torch_bool())
  expect_identical(collate_items(list(1L))$shape, 1L)
  expect_identical(collate_items(list(matrix(1:6, 2)))$shape, c(1L, 2L, 3L))
  expect_identical(collate_items(list(c(1, 2), c(3, 4)))$shape, c(2L, 2L))
  expect_identical(collate_items(list("a", "b")), c("a", "b"))
  expect_identical(as.integer(collate_items(list(factor("b", c("a", "b")), factor("a", c("a", "b"))))), 2:1)
  expect_null(collate_items(list(NULL, NULL)))
  nested <- collate_items(list(list(a = 1, b = list(torch_ones(2), "x")), list(a = 2, b = list(torch_zeros(2), "y"))))
  expect_equal(as.numeric(nested$a), 1:2)
  expect_equal(as.array(nested$b[[1]]), rbind(c(1, 1), c(0, 0)))
  expect_identical(nested$b[[2]], c("x", "y"))
})

test_that("gradients pass through a batch", {
  w <- torch_tensor(c(1, 2), requires_grad = TRUE)
  collate_items(list(w * 2, w * 3))$sum()$backward()
  expect_equal(as.numeric(w$grad), c(5, 5))
})

test_that("items that do not stack are told, with their shapes and where", {
  expect_error(collate_items(list(torch_ones(2), torch_ones(2), torch_ones(3))), "item 3 of the batch has shape \\[3\\], and item 1 has \\[2\\]",
               class = "rushlight_error")
  expect_error(collate_items(list(list(x = 1:2), list(x = 1:3))), "item 2 of the batch, in element `x` has shape \\[3\\]")
  expect_error(collate_items(list(list(1, 2), list(1))), "item 2 .* not a list of the elements")
  expect_error(collate_items(list(list(a = 1), list(b = 1))), "item 2 .* not a list of the elements")
  expect_error(collate_items(list(sum, sum)), "item 1 of the batch is of class function")
})
