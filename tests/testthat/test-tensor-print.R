shown <- function(x, ...) capture.output(print(x, ...))

test_that("numbers are laid out by PyTorch's rules", {
  expect_equal(shown(torch_tensor(1:3)), c("torch_tensor", " 1", " 2", " 3", "[ CPULongType{3} ]"))
  expect_equal(shown(torch_tensor(c(1.5, -Inf)))[2:3], c(" 1.5000", "   -inf"))
  expect_equal(shown(torch_tensor(c(NaN, 1)))[2:3], c("nan", " 1"))
  expect_equal(shown(torch_tensor(c(0.1, 1e4)))[2:3], c(" 1.0000e-01", " 1.0000e+04"))
  expect_equal(shown(torch_tensor(c(123456789, 1234567890), dtype = torch_long()))[2:3], c("  123456789", " 1234567890"))
  expect_equal(shown(torch_tensor(c(1e-8, 2e-8)))[2:4], c("1e-08 *", " 1.0000", " 2.0000"))
  expect_equal(shown(torch_tensor(matrix(c(1e5, 3e5, 2e5 + 0.5, 4e5), 2)))[2:4], c("1e+05 *", " 1.0000  2.0000", "  3.0000  4.0000"))
  expect_equal(shown(torch_tensor(TRUE))[2:3], c(" 1", "[ CPUBoolType{1} ]"))
  expect_equal(shown(torch_scalar_tensor(1.23456789))[2:3], c("1.23457", "[ CPUFloatType{} ]"))
})

test_that("empty and undefined tensors have a last line alone", {
  expect_equal(shown(torch_zeros(0)), c("torch_tensor", "[ CPUFloatType{0} ]"))
  expect_equal(shown(torch_zeros(2, 0, 3)), c("torch_tensor", "[ CPUFloatType{2,0,3} ]"))
  expect_equal(shown(torch_ones(1)$grad), c("torch_tensor", "[ Tensor (undefined) ]"))
})

test_that("more than two dimensions are shown matrix by matrix", {
  expect_equal(shown(torch_tensor(array(1:8, c(2, 2, 2)))), c(
    "torch_tensor", "(1,.,.) = ", "  1  5", "  3  7", "", "(2,.,.) = ", "  2  6", "  4  8", "[ CPULongType{2,2,2} ]"
  ))
  expect_equal(shown(torch_zeros(1, 2, 1, 1))[c(2, 5)], c("(1,1,.,.) = ", "(1,2,.,.) = "))
})

test_that("wide matrices are cut into columns", {
  lines <- shown(torch_ones(1, 30))
  expect_match(lines[2], "^Columns 1 to 26 1  1")
  expect_match(lines[4], "^Columns 27 to 30 1  1")
})

test_that("the last line tells of the graph", {
  x <- torch_ones(1, requires_grad = TRUE)
  expect_equal(tail(shown(x), 1), "[ CPUFloatType{1} ][ requires_grad = TRUE ]")
  expect_equal(tail(shown(x$sum()), 1), "[ CPUFloatType{} ][ grad_fn = <SumBackward0> ]")
})

test_that("views and strides are shown as they are seen", {
  x <- torch_tensor(matrix(1:6, 2))
  expect_equal(shown(x$t())[2:4], c(" 1  2", " 3  4", " 5  6"))
  expect_equal(shown(torch_ones(1)$expand(2))[2:3], c(" 1", " 1"))
})

test_that("long tensors are cut after n lines", {
  lines <- shown(torch_arange(1, 100))
  expect_length(lines, 1 + 30 + 1 + 1)
  expect_equal(lines[32], "... [the output was truncated (use n=-1 to disable)]")
  expect_length(shown(torch_arange(1, 100), n = -1), 102)
  expect_length(shown(torch_arange(1, 100), n = Inf), 102)
  expect_length(shown(torch_arange(1, 100), n = 3), 6)
  expect_length(shown(torch_arange(1, 30)), 32)
  expect_equal(capture.output(torch_ones(3)$print(n = 1)), shown(torch_ones(3), n = 1))
  expect_identical(format(torch_tensor(c(1, 2.5))), c("1.0", "2.5"))
  expect_identical(format(torch_tensor(rbind(c(1, 10), c(NaN, 3)), requires_grad = TRUE)), format(rbind(c(1, 10), c(NaN, 3))))
  expect_identical(format(torch_tensor(c(TRUE, FALSE))), format(c(TRUE, FALSE)))
  expect_identical(format(torch_tensor(0.1)), "0.1")
  expect_identical(format(torch_zeros(0)), character())
  expect_identical(format(torch_tensor(pi), digits = 3), "3.14")
  expect_error(format(torch_ones(1), digits = "a"), class = "rushlight_error")
})

test_that("str() and completion", {
  expect_output(str(torch_ones(2, 3)), "Float [1:2, 1:3]", fixed = TRUE)
  expect_output(str(torch_ones(1)$grad), "ndefined")
  names <- utils::.DollarNames(torch_ones(1), "^req")
  expect_true(all(c("requires_grad", "requires_grad_") %in% names))
  expect_true("exp_" %in% utils::.DollarNames(torch_ones(1), "^exp"))
})

test_that("a format is chosen from all elements, those of an expanded dimension once", {
  x <- torch_zeros(5e6)
  x[5e6] <- 1e6
  expect_equal(shown(x, n = 1)[2], "       0")
  expect_equal(shown(torch_tensor(c(0, 1e5))$expand(c(1e8, 2)), n = 1)[2], "      0  100000")
  expect_equal(shown(torch_tensor(1)$expand(3e9), n = 1)[2], " 1")
})

test_that("above 1e7 elements a format is chosen from what is shown", {
  x <- torch_zeros(1e7 + 1, dtype = torch_int8())
  x[1e7 + 1] <- 100
  expect_equal(shown(x, n = 2)[2:3], c(" 0", " 0"))
  x[2] <- 10
  expect_equal(shown(x, n = 1)[2], " 0")
  expect_equal(shown(x, n = 2)[2:3], c("  0", " 10"))
  wide <- torch_zeros(2, 6e6, dtype = torch_int8())
  wide[1, 1000] <- 100
  expect_match(shown(wide, n = 1)[2], "^Columns 1 to 26 0  0")
})

test_that("integers print whole, NaN without a sign, and digits and width can be given", {
  expect_output(print(torch_tensor(c(-123456789, 1e10), dtype = torch_long())), "  -123456789\n 10000000000\n", fixed = TRUE)
  skip_if_not_installed("bit64")
  expect_output(print(torch_tensor(bit64::as.integer64("9007199254740993"))), " 9007199254740993\n", fixed = TRUE)
  expect_output(print(torch_tensor(1234567L)$squeeze()), "\n1234567\n", fixed = TRUE)
  expect_output(print(torch_tensor(c(1, -NaN))), " 1\nnan\n", fixed = TRUE)
  third <- torch_ones(2, 5, dtype = torch_double()) / 3
  expect_output(print(third, digits = 8), "\n 0.33333333  0.33333333", fixed = TRUE)
  expect_output(print(third, width = 20), "Columns 3 to 4", fixed = TRUE)
  expect_output(print(third, width = 1), "Columns 5 to 5", fixed = TRUE)
  expect_error(print(third, digits = -1), "`digits` must be from 0 to 20", class = "rushlight_error")
  expect_error(print(third, width = "a"), "`width`", class = "rushlight_error")
})

test_that("a knitr document shows a tensor in a line of text as its elements", {
  skip_if_not_installed("knitr")
  expect_identical(knitr::knit_print(torch_tensor(c(1.5, 2)), inline = TRUE), "1.5, 2.0")
  expect_output(knitr::knit_print(torch_ones(1)), "torch_tensor")
})
