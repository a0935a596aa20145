# Where no other source is given, values are PyTorch's.
x <- counted(1, 1, 2, 2)
resized <- function(...) in_rows(nnf_interpolate(x, ...))

test_that("images are resized by each mode as PyTorch does", {
  expect_equal(resized(size = 3), c(1, 1, 2, 1, 1, 2, 3, 3, 4))
  expect_equal(resized(size = 3, mode = "bilinear"), c(1, 1.5, 2, 2, 2.5, 3, 3, 3.5, 4))
  expect_equal(resized(size = c(2, 4), mode = "bilinear"), c(1, 1.25, 1.75, 2, 3, 3.25, 3.75, 4))
  expect_equal(resized(size = c(2, 4), mode = "bilinear", align_corners = TRUE), c(3, 4, 5, 6, 9, 10, 11, 12) / 3)
  cubic <- c(0.739583333333, 1.32638888889, 1.91319444444, 1.91319444444, 2.5, 3.08680555556, 3.08680555556, 3.67361111111, 4.26041666667)
  expect_equal(resized(size = 3, mode = "bicubic"), cubic)
  row <- c(0, 0.314814814815, 0.685185185185, 1)
  expect_equal(resized(size = c(3, 4), mode = "bicubic", align_corners = TRUE), c(1 + row, 2 + row, 3 + row))
  expect_equal(resized(size = c(1, 2), mode = "area"), c(2, 3))
  expect_equal(in_rows(nnf_interpolate(counted(1, 1, 2, 2, 2), size = c(1, 3, 1), mode = "trilinear")), c(3.5, 4.5, 5.5))
})

test_that("a scale that is no ratio of whole sizes is used itself, or recomputed", {
  row <- counted(1, 1, 3)
  expect_equal(in_rows(nnf_interpolate(row, scale_factor = 1.5, mode = "linear")), c(1, 1.5, 13 / 6, 17 / 6))
  expect_equal(in_rows(nnf_interpolate(row, scale_factor = 1.5, mode = "linear", recompute_scale_factor = TRUE)), c(1, 1.625, 2.375, 3))
  expect_equal(in_rows(nnf_interpolate(counted(1, 1, 5), scale_factor = 0.5)), c(1, 3))
  expect_equal(dim(nnf_interpolate(x, scale_factor = c(2, 3))), c(1, 1, 4, 6))
  square <- counted(1, 1, 3, 3)
  expect_equal(in_rows(nnf_interpolate(square, scale_factor = 1.2, mode = "bilinear")), 1:9)
  expect_equal(in_rows(nnf_interpolate(square, scale_factor = 1.2)), c(1, 1, 2, 1, 1, 2, 4, 4, 5))
  cubic <- c(0.789930555556, 1.51041666667, 2.51186342593, 2.95138888889, 3.671875, 4.67332175926, 5.95572916667, 6.67621527778, 7.67766203704)
  expect_equal(in_rows(nnf_interpolate(square, scale_factor = 1.2, mode = "bicubic")), cubic)
})

test_that("an image that keeps its size is a copy", {
  for (mode in c("nearest", "bilinear", "bicubic")) {
    y <- nnf_interpolate(x, size = 2, mode = mode)
    expect_true(torch_equal(y, x))
    y$zero_()
    expect_equal(in_rows(x), 1:4)
  }
})

test_that("the gradient of a resized image goes to what it is made of", {
  row <- counted(1, 1, 2)$requires_grad_()
  (nnf_interpolate(row, size = 4, mode = "linear") * counted(4))$sum()$backward()
  expect_equal(in_rows(row$grad), c(1 + 1.5 + 0.75, 0.5 + 2.25 + 4))
})

test_that("a size, a scale or a mode that does not fit is refused in words", {
  fails <- function(code, says) expect_error(code, says, class = "rushlight_error")
  fails(nnf_interpolate(x), "`size` or `scale_factor` must be given, and not both")
  fails(nnf_interpolate(x, size = 2, scale_factor = 2), "and not both")
  fails(nnf_interpolate(x, size = 0), "`size` must be 1 or more")
  fails(nnf_interpolate(x, size = 3, mode = "linear"), "`mode` \"linear\" is not for an input of 4 dimensions")
  fails(nnf_interpolate(x, size = 3, mode = "cubic"), "mode")
  fails(nnf_interpolate(x, size = 3, align_corners = TRUE), "`align_corners` is not for mode \"nearest\"")
  fails(nnf_interpolate(x$long(), size = 3, mode = "bilinear"), "`input` must be a floating tensor, not a Long one")
  expect_equal(in_rows(nnf_interpolate(x$long(), size = c(1, 2))), c(1, 2))
})

image <- counted(1, 1, 2, 3)
grid <- doubles(c(-1, -1, 0, 0, 0.5, 1, 1.5, -0.25), 1, 1, 4, 2)

test_that("a grid takes elements in each mode, with each padding, as PyTorch does", {
  expected <- list(
    bilinear = list(
      zeros = list(c(0.25, 3.5, 2.875, 0), c(1, 3.5, 5.5, 2.0625)),
      border = list(c(1, 3.5, 5.75, 3.75), c(1, 3.5, 5.5, 4.125)),
      reflection = list(c(1, 3.5, 5.75, 3.5), c(1, 3.5, 5.5, 3.625))
    ),
    nearest = list(
      zeros = list(c(1, 2, 0, 0), c(1, 2, 6, 3)),
      border = list(c(1, 2, 6, 3), c(1, 2, 6, 3)),
      reflection = list(c(1, 2, 6, 3), c(1, 2, 6, 3))
    ),
    bicubic = list(
      zeros = list(c(0.0625, 4.15625, 3.53161621094, -0.443710327148), c(1, 4.15625, 6.15625, 2.51330566406)),
      border = list(c(0.625, 3.5, 6.08984375, 3.6796875), c(1, 3.5, 5.59375, 4.1748046875)),
      reflection = list(c(0.25, 3.5, 6.37109375, 3.48828125), c(1, 3.5, 5.6875, 3.63671875))
    )
  )
  for (mode in names(expected)) for (padding in names(expected[[mode]])) for (corners in c(FALSE, TRUE)) {
    y <- nnf_grid_sample(image, grid, mode = mode, padding_mode = padding, align_corners = corners)
    expect_equal(dim(y), c(1, 1, 1, 4))
    expect_equal(in_rows(y), expected[[mode]][[padding]][[corners + 1]], info = paste(mode, padding, corners))
  }
  expect_true(torch_equal(nnf_grid_sample(image, grid), nnf_grid_sample(image, grid, mode = "bilinear", padding_mode = "zeros")))
})

test_that("the nearest element does not depend on the grid: its derivative is zero, and is there", {
  places <- grid$clone()$requires_grad_()
  g <- autograd_grad(nnf_grid_sample(image, places, mode = "nearest")$sum(), places)
  expect_equal(in_rows(g[[1]]), rep(0, 8))
  image <- image$clone()$requires_grad_()
  nnf_grid_sample(image, grid, mode = "nearest", padding_mode = "border")$sum()$backward()
  expect_equal(in_rows(image$grad), c(1, 1, 1, 0, 0, 1))
})

test_that("an affine grid maps the centres of elements, or their outermost centres to -1 and 1", {
  theta <- doubles(c(1, 0.5, 0, 0, 2, -1), 1, 2, 3)
  expect_equal(in_rows(nnf_affine_grid(theta, c(1, 1, 2, 2))), c(-0.75, -2, 0.25, -2, -0.25, 0, 0.75, 0))
  expect_equal(in_rows(nnf_affine_grid(theta, c(1, 1, 2, 2), align_corners = TRUE)), c(-1.5, -3, 0.5, -3, -0.5, 1, 1.5, 1))
  identity <- doubles(c(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0), 1, 3, 4)
  expect_equal(dim(nnf_affine_grid(identity, c(1, 1, 2, 3, 4))), c(1, 2, 3, 4, 3))
  for (corners in c(FALSE, TRUE)) {
    whole <- nnf_affine_grid(theta * 0 + doubles(c(1, 0, 0, 0, 1, 0), 1, 2, 3), c(1, 1, 2, 3), align_corners = corners)
    expect_equal(in_rows(nnf_grid_sample(image, whole, align_corners = corners)), 1:6)
  }
  expect_error(nnf_affine_grid(theta, c(2, 1, 2, 2)), "`theta` must have the shape \\(N, 2, 3\\)", class = "rushlight_error")
  expect_error(nnf_affine_grid(theta$long(), c(1, 1, 2, 2)), "`theta` must be a floating tensor", class = "rushlight_error")
})

test_that("a grid of another shape is refused", {
  expect_error(nnf_grid_sample(image, grid[.., 1]), "`grid` must have the shape \\(N, H out, W out, 2\\)", class = "rushlight_error")
  expect_error(nnf_grid_sample(image[1, ..], grid), "`input` must have the shape \\(N, C, H, W\\)", class = "rushlight_error")
  expect_error(nnf_grid_sample(image, grid, mode = "linear"), "mode", class = "rushlight_error")
  expect_equal(dim(nnf_grid_sample(torch_ones(1, 0, 2, 3, dtype = torch_double()), grid)), c(1, 0, 1, 4))
})

test_that("pixel_shuffle is torch_pixel_shuffle", {
  expect_equal(in_rows(nnf_pixel_shuffle(counted(1, 4, 1, 2), 2)), c(1, 3, 2, 4, 5, 7, 6, 8))
})
