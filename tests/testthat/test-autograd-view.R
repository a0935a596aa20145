double <- function(...) torch_tensor(..., dtype = torch_double())
values <- function(x) as.numeric(as_array(x$detach()$reshape(-1L)))
name_of <- function(x) trimws(capture.output(print(x$grad_fn)))

test_that("views share memory with their base, copies do not", {
  x <- double(matrix(1:6, 2))
  views <- list(
    x$view(6), x$reshape(c(3L, 2L)), torch_flatten(x), x$t(), x$transpose(1L, 2L), x$permute(c(2L, 1L)),
    torch_squeeze(x), x$unsqueeze(1L), x$expand(c(4L, 2L, 3L)), x$select(1L, 1L), x$slice(1L), x$narrow(1L, 1L, 1L),
    x$diagonal(), x$unfold(1L, 1L, 1L), x$unbind()[[1]], x$split(1L)[[1]], x$split_with_sizes(c(1L, 1L))[[1]],
    torch_chunk(x, 2L)[[1]], x$tensor_split(2L)[[1]], x$as_strided(3L, 1L), x$alias(), x$mT(), x$numpy_T(),
    torch_movedim(x, 1L, 2L), x$swapaxes(1L, 2L), x$view_as(x), x$expand_as(x), x$broadcast_to(c(1L, 2L, 3L)),
    torch_unsafe_split(x, 1L)[[1]], torch_atleast_3d(x), x$unflatten(2L, c(3L, 1L))
  )
  copies <- list(
    x$clone(), torch_cat(list(x)), torch_stack(list(x)), torch_flip(x, 1L), torch_roll(x, 1L), torch_rot90(x),
    x$`repeat`(c(1L, 1L)), torch_tril(x), torch_diag(x), x$t()$reshape(6L), x$t()$contiguous(), x$narrow_copy(1L, 1L,
    1L), torch_diag_embed(x), torch_repeat_interleave(x, 1L)
  )
  before <- lapply(copies, values)
  with_no_grad(x$fill_(7))
  for (view in views) expect_true(all(values(view) == 7))
  expect_identical(lapply(copies, values), before)
  expect_identical(x$contiguous()$is_set_to(x), TRUE)
})

test_that("gradient functions have PyTorch's names", {
  x <- double(matrix(1:6, 2), requires_grad = TRUE) * 1
  named <- list(
    TBackward0 = x$t(), TransposeBackward0 = x$transpose(1L, 2L), PermuteBackward0 = x$permute(c(2L, 1L)),
    ViewBackward0 = x$view(6), ReshapeAliasBackward0 = x$reshape(6L), UnsafeViewBackward0 = x$t()$reshape(6L),
    SqueezeBackward0 = x$squeeze(), SqueezeBackward1 = x$squeeze(1L), UnsqueezeBackward0 = x$unsqueeze(1L),
    ExpandBackward0 = x$expand(c(1L, 2L, 3L)), SelectBackward0 = x$select(1L, 1L), SliceBackward0 = x$narrow(1L, 1L,
    1L), DiagonalBackward0 = x$diagonal(), UnfoldBackward0 = x$unfold(1L, 1L, 1L), UnbindBackward0 = x$unbind()[[2]],
    SplitBackward0 = x$split(1L)[[2]], SplitWithSizesBackward0 = x$split(c(1L, 1L))[[2]],
    UnsafeSplitBackward0 = torch_unsafe_split(x, 1L)[[1]], AsStridedBackward0 = x$as_strided(2L, 1L),
    AliasBackward0 = x$alias(), CloneBackward0 = x$t()$contiguous(), CatBackward0 = torch_cat(list(x, x)),
    StackBackward0 = torch_stack(list(x, x)), FlipBackward0 = x$flip(1L), RollBackward0 = x$roll(1L),
    Rot90Backward0 = x$rot90(), RepeatBackward0 = x$`repeat`(c(1L, 2L)), TrilBackward0 = x$tril(),
    TriuBackward0 = x$triu(), DiagBackward0 = x$diag(), DiagEmbedBackward0 = x$diag_embed(),
    BlockDiagBackward0 = torch_block_diag(list(x, x)), TransposeBackward1 = x$clone()$transpose_(1L, 2L),
    TBackward1 = x$clone()$t_(), SqueezeBackward2 = x$clone()$squeeze_(), SqueezeBackward3 = x$clone()$squeeze_(1L),
    UnsqueezeBackward1 = x$clone()$unsqueeze_(1L)
  )
  for (name in names(named)) expect_identical(name_of(named[[name]]), name)
  expect_identical(name_of(x$contiguous()), name_of(x))
})

test_that("parts of one split are outputs of one node", {
  x <- double(1:6, requires_grad = TRUE)
  parts <- torch_split(x, 2L)
  (parts[[1]] * 2 + parts[[3]] * 5)$sum()$backward()
  expect_equal(as_array(x$grad), c(2, 2, 0, 0, 5, 5))
})

test_that("a change of a view reaches its base and its other views, in value and in gradient", {
  x <- double(c(1, 2, 3), requires_grad = TRUE)
  y <- x * 2
  first <- y$narrow(1L, 1L, 2L)
  other <- y$view(c(3L, 1L))
  first$mul_(10)
  expect_equal(values(other), c(20, 40, 6))
  expect_identical(name_of(y), "CopySlices")
  other$sum()$backward()
  expect_equal(as_array(x$grad), c(20, 20, 2))
})

test_that("a change of a base reaches its views", {
  x <- double(c(1, 2, 3), requires_grad = TRUE)
  y <- x * 2
  view <- y$slice(1L, 2L)
  y$mul_(5)
  expect_identical(name_of(view), "AsStridedBackward0")
  (view * view)$sum()$backward()
  expect_equal(as_array(x$grad), c(0, 400, 600))
})

test_that("what is read and written at once is read first, where operands overlap", {
  x <- double(1:5)
  x[2:5] <- x[1:4]
  expect_equal(as_array(x), c(1, 1, 2, 3, 4))
  x <- double(1:5)
  x[1:4] <- x[2:5]
  expect_equal(as_array(x), c(2, 3, 4, 5, 5))
  x <- double(1:5)
  x[2:5]$add_(x[1:4])
  expect_equal(as_array(x), c(1, 3, 5, 7, 9))
  m <- double(matrix(1:4, 2))
  m$add_(m$t())
  expect_equal(as_array(m), matrix(c(2, 5, 5, 8), 2))
})

test_that("an expanded tensor, of which several elements are one, is not written in place", {
  x <- double(1)$expand(3L)
  for (change in list(function() x$add_(1), function() x$fill_(2), function() x$exp_(), function() x$copy_(double(1:3)))) {
    expect_error(change(), "more than once", class = "rushlight_error")
  }
  expect_equal(as_array(x), c(1, 1, 1))
})

test_that("a view stays as it was when its base gets other memory", {
  base <- double(1:4)
  view <- base[1:2]
  other <- base[1:4]
  base$set_(double(c(7, 8)))
  base$requires_grad_()
  with_no_grad(other$add_(1))
  expect_equal(as_array(view), c(2, 3))
  expect_false(view$requires_grad)
  expect_equal(as_array(base), c(7, 8))
  expect_true(base$requires_grad)
})

test_that("a change of one of several views is undone by none of them", {
  x <- double(matrix(1:6, 2), requires_grad = TRUE)
  y <- x * 1
  rows <- y$unbind(1L)
  columns <- y$t()$unbind(1L)
  rows[[1]]$mul_(3)
  columns[[2]]$add_(rows[[1]]$sum())
  y$pow(2)$sum()$backward()
  z <- as_array(x$detach())
  z[1, ] <- 3 * z[1, ]
  z[, 2] <- z[, 2] + sum(z[1, ])
  d <- 2 * z
  expect_equal(as_array(y$detach()), z)
  d[1, ] <- d[1, ] + sum(d[, 2])
  d[1, ] <- 3 * d[1, ]
  expect_equal(as_array(x$grad), d)
})

test_that("second derivatives pass through changed views", {
  f <- function(x) {
    y <- x * x
    v <- y$t()$select(1L, 2L)
    v$mul_(x$sum())
    y$diagonal()$add_(v$sum())
    y * y
  }
  expect_true(gradcheck(f, list(double(matrix(c(0.3, -0.7, 1.1, 0.4), 2), requires_grad = TRUE)), order = 2))
})

test_that("a leaf that needs a gradient refuses a change of its views", {
  x <- torch_ones(3, requires_grad = TRUE)
  expect_error(x$narrow(1L, 1L, 2L)$mul_(2), "view of a leaf", class = "rushlight_error")
  with_no_grad(x$narrow(1L, 1L, 2L)$mul_(2))
  expect_equal(as_array(x), c(2, 2, 1))
})

test_that("a saved value that a view has changed is refused", {
  x <- torch_ones(3, requires_grad = TRUE)
  y <- x * 2
  z <- (y * y)$sum()
  y$slice(1L, 1L, 1L)$zero_()
  expect_error(z$backward(), "modified by an in-place operation", class = "rushlight_error")
})

test_that("an expanded tensor refuses to be written to", {
  expect_error(torch_ones(1)$expand(3L)$add_(1), "more than once", class = "rushlight_error")
})

test_that("shapes change in place", {
  x <- double(matrix(1:6, 2), requires_grad = TRUE)
  y <- x * 1
  v <- y$view(6)
  y$transpose_(1L, 2L)$unsqueeze_(1L)
  expect_identical(y$shape, c(1L, 3L, 2L))
  v$mul_(3)
  y$squeeze_(1L)$t_()
  (y * double(matrix(c(1, 1, 2, 2, 3, 3), 2)))$sum()$backward()
  expect_equal(as_array(x$grad), 3 * matrix(c(1, 1, 2, 2, 3, 3), 2))
  z <- double(1:6)
  expect_identical(z$as_strided_(c(2L, 2L), c(3L, 1L))$shape, c(2L, 2L))
  expect_equal(as_array(z), matrix(c(1, 4, 2, 5), 2))
})

test_that("a tensor can be given other memory", {
  x <- double(1:3)
  x$resize_(c(2L, 2L))
  expect_equal(as_array(x), matrix(c(1, 3, 2, 0), 2))
  x$resize_(2L)
  expect_equal(as_array(x), c(1, 2))
  y <- double(1:4)
  x$set_(y, 1L, c(2L, 1L), c(2L, 1L))
  y$mul_(10)
  expect_equal(as_array(x), matrix(c(20, 40), 2))
  expect_error(double(1, requires_grad = TRUE)$resize_(2L), "requires gradients", class = "rushlight_error")
  expect_error(x$set_(y, 3L, c(2L, 1L)), "beyond the tensor's storage", class = "rushlight_error")
})

test_that("as_strided reaches no memory that is not the tensor's", {
  x <- torch_ones(2, 3)
  expect_error(x$as_strided(c(2L, 4L), c(3L, 1L)), "beyond", class = "rushlight_error")
  expect_error(x$as_strided(c(2, 2), c(2^52, 2^52)), "beyond", class = "rushlight_error")
  expect_error(x$as_strided(2L, -1L), "0 or more", class = "rushlight_error")
  expect_error(x$as_strided(2L, c(1L, 1L)), "stride for each size", class = "rushlight_error")
  expect_identical(x$as_strided(c(2^40, 0), c(1, 1))$numel(), 0L)
})

test_that("a view that was asked for gradients stays a leaf when its base changes", {
  base <- double(1:4)
  leaf <- base$narrow(1L, 1L, 2L)$requires_grad_()
  base$mul_(2)
  expect_true(leaf$requires_grad)
  expect_true(leaf$is_leaf)
  (leaf * leaf)$sum()$backward()
  expect_equal(as_array(leaf$grad), c(4, 8))
})

test_that("a view of memory that its base has left goes on by itself", {
  base <- double(1:2)
  view <- base$view(c(2L, 1L))
  base$resize_(100L)
  x <- double(3, requires_grad = TRUE)
  view$mul_(x)
  expect_equal(values(base)[1:2], c(1, 2))
  view$sum()$backward()
  expect_equal(as_array(x$grad), 3)
})

test_that("a base without a graph gets one from what is written to its views", {
  x <- double(c(1, 2), requires_grad = TRUE)
  base <- torch_zeros(2, 2, dtype = torch_double())
  row <- base$select(1L, 2L)
  column <- base$t()$select(1L, 1L)
  expect_false(row$requires_grad)
  row$copy_(x * x)
  expect_true(all(base$requires_grad, column$requires_grad))
  (column * 3)$sum()$backward()
  expect_equal(as_array(x$grad), c(6, 0))
})

test_that("elements that share a place in memory share the gradient of as_strided()", {
  x <- double(c(1, 2))$requires_grad_()
  gradient <- function(y) as_array(autograd_grad(y, x)[[1]])
  e <- x$expand(c(3, 2))
  expect_identical(gradient(e$as_strided(c(3, 2), e$stride())$sum()), c(3, 3))
  expect_identical(gradient((e$as_strided(2, 1) * double(c(2, 5)))$sum()), c(2, 5))

  x <- double(c(1, 2, 3, 4))$requires_grad_()
  windows <- x$unfold(1, 2, 1)
  expect_identical(gradient((windows$as_strided(4, 1) * double(1:4))$pow(2)$sum()), c(2, 16, 54, 128))
  cubes <- function() (x$unfold(1, 3, 1)$as_strided(c(2, 3), c(1, 1)) * double(matrix(1:6, 2, byrow = TRUE)))$pow(3)$sum()
  expect_identical(gradient(cubes()), c(3, 864, 4104, 10368))
  first <- autograd_grad(cubes(), x, create_graph = TRUE)[[1]]
  expect_identical(gradient(first$pow(2)$sum()), c(36, 1492992, 22457088, 107495424))

  x <- double(rbind(c(1, 2), c(3, 4)))$requires_grad_()
  seen <- x$unsqueeze(1)$expand(c(3, 2, 2))$as_strided(c(3, 2), c(0, 1), 1)
  expect_identical(gradient((seen * double(matrix(0:5, 3, byrow = TRUE)))$sum()), rbind(c(0, 6), c(9, 0)))

  for (dtype in list(torch_float(), torch_half())) {
    x <- torch_ones(2, dtype = dtype, requires_grad = TRUE)
    e <- x$expand(c(3, 2))
    expect_identical(gradient(e$as_strided(c(3, 2), e$stride())$sum()), c(3, 3))
  }
})

test_that("writing through as_strided() of an expanded tensor reaches its base", {
  x <- double(c(1, 2, 3))$requires_grad_()
  y <- x * 1
  e <- y[1:2]$expand(c(3, 2))
  e$as_strided(2, 1)$mul_(double(c(2, 3)))
  expect_identical(as_array(y), c(2, 6, 3))
  expect_identical(as_array(autograd_grad((y * double(1:3))$sum(), x, retain_graph = TRUE)[[1]]), c(2, 6, 3))
  expect_identical(as_array(autograd_grad((e * double(matrix(0:5, 3, byrow = TRUE)))$sum(), x)[[1]]), c(12, 27, 0))
})
