# Where no other source is given, values are PyTorch's.
x <- counted(1, 2, 3)

test_that("a constant stands around, the last dimension first", {
  expect_equal(as_array(nnf_pad(x, c(1, 2), value = 9)[1, , ]), rbind(c(9, 1, 2, 3, 9, 9), c(9, 4, 5, 6, 9, 9)))
  expect_equal(as_array(nnf_pad(x, c(0, 1, 1, 0))[1, , ]), rbind(0, c(1, 2, 3, 0), c(4, 5, 6, 0)))
  expect_equal(dim(nnf_pad(x, c(0, 0, 0, 0, 2, 1))), c(4, 2, 3))
  expect_true(torch_equal(nnf_pad(x, integer()), x))
  expect_equal(as_array(nnf_pad(torch_tensor(c(TRUE, FALSE)), c(1, 1), value = TRUE)), c(TRUE, TRUE, FALSE, TRUE))
})

test_that("negative padding takes elements away", {
  expect_equal(in_rows(nnf_pad(x, c(-1, 0))), c(2, 3, 5, 6))
  expect_equal(in_rows(nnf_pad(x, c(-1, 1, 0, -1), value = 7)), c(2, 3, 7))
  expect_equal(in_rows(nnf_pad(x, c(-2, 3, -1, 0))), c(6, 0, 0, 0))
  expect_equal(dim(nnf_pad(x, c(-1, -2))), c(1, 2, 0))
  expect_error(nnf_pad(x, c(-2, -2)), "takes away more than the 3 elements of dimension 3", class = "rushlight_error")
})

test_that("the other modes repeat what is there", {
  expect_equal(in_rows(nnf_pad(x, c(2, 1), mode = "reflect")), c(3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5))
  expect_equal(in_rows(nnf_pad(x, c(2, 1), mode = "replicate")), c(1, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6))
  expect_equal(in_rows(nnf_pad(x, c(2, 1), mode = "circular")), c(2, 3, 1, 2, 3, 1, 5, 6, 4, 5, 6, 4))
  expect_equal(in_rows(nnf_pad(counted(1, 1, 2, 3), c(1, 0, 0, 1), mode = "replicate")), c(1, 1, 2, 3, 4, 4, 5, 6, 4, 4, 5, 6))
})

test_that("what is taken away is mirrored, but does not come round", {
  expect_equal(in_rows(nnf_pad(x, c(-1, 1), mode = "circular")), c(2, 3, 2, 5, 6, 5))
  expect_equal(in_rows(nnf_pad(x, c(-1, 2), mode = "reflect")), c(2, 3, 2, 1, 5, 6, 5, 4))
})

test_that("padding by nothing gives a copy", {
  for (mode in c("constant", "reflect", "replicate", "circular")) {
    nnf_pad(x, c(0, 0), mode = mode)$zero_()
    nnf_pad(x, integer(), mode = mode)$zero_()
  }
  expect_equal(in_rows(x), 1:6)
})

test_that("the gradient of what is repeated is added up", {
  y <- counted(1, 1, 3)$requires_grad_()
  (nnf_pad(y, c(2, 1), mode = "replicate") * counted(6))$sum()$backward()
  expect_equal(in_rows(y$grad), c(6, 4, 11))
  for (mode in c("reflect", "replicate")) { # and the second derivative is zero, and there
    first <- autograd_grad(nnf_pad(y, c(2, 1), mode = mode)$sum(), y, create_graph = TRUE)[[1]]
    expect_equal(in_rows(autograd_grad(first$sum(), y)[[1]]), c(0, 0, 0))
  }
})

test_that("padding that is not possible is refused in words", {
  fails <- function(code, says) expect_error(code, says, class = "rushlight_error")
  fails(nnf_pad(x, 1), "`pad` must have two numbers for each dimension to be padded, of which there are at most 3; it has 1")
  fails(nnf_pad(x, rep(1, 8)), "at most 3")
  fails(nnf_pad(x, c(3, 0), mode = "reflect"), "`pad` must be at most 2 along a dimension of 3 in mode \"reflect\"")
  fails(nnf_pad(x, c(4, 0), mode = "circular"), "`pad` must be at most 3")
  fails(nnf_pad(x, c(1, 0), mode = "mirror"), "mode")
  fails(nnf_pad(x, c(1, 0), mode = "reflect", value = 1), "`value` is for `mode = \"constant\"` alone")
})
