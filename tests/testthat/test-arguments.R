refused <- function(code, text) expect_error(code, text, class = "rushlight_error")
x <- function() torch_tensor(rbind(c(1, 5, 2), c(4, 3, 6)))

test_that("torch_normal() honours dtype, size and requires_grad", {
  made <- torch_normal(x(), 1, dtype = torch_double(), requires_grad = TRUE)
  expect_true(made$dtype == torch_double())
  expect_true(made$requires_grad)
  expect_equal(torch_normal(x(), 1, size = c(2, 3))$shape, 2:3)
  refused(torch_normal(x(), 1, size = 3), "`size` must be the shape of `mean` and `std`")
  expect_true(torch_normal(0, 1, 2, dtype = torch_double())$dtype == torch_double())
  refused(torch_normal(0, 1, 2, NULL, 3), "more arguments")
})

test_that("two tensors are compared without `dim` and `keepdim`", {
  for (f in list(torch_max, torch_min, max, min)) {
    refused(f(x(), dim = 1, other = x()), "`dim` and `other`")
    refused(f(x(), other = x(), keepdim = TRUE), "`keepdim`")
    expect_equal(as_array(f(x(), other = x())), as_array(x()))
  }
  refused(torch_max(x(), x(), keepdim = TRUE), "`keepdim`")
})

test_that("an extreme or a median of all elements keeps dimensions if asked to", {
  for (f in list(torch_max, torch_min, torch_median, max, min)) {
    expect_equal(f(x(), keepdim = TRUE)$shape, c(1L, 1L))
    expect_equal(f(x())$shape, integer())
  }
  expect_equal(x()$nanmedian(keepdim = TRUE)$shape, c(1L, 1L))
})

test_that("any() and all() leave NaN out if asked to", {
  expect_true(any(torch_tensor(c(0, NaN))))
  expect_false(any(torch_tensor(c(0, NaN)), na.rm = TRUE))
  expect_true(all(torch_tensor(c(1, NaN)), na.rm = TRUE))
  expect_false(all(torch_tensor(c(0, NaN)), na.rm = TRUE))
  expect_false(any(torch_tensor(c(FALSE, FALSE)), na.rm = TRUE))
})

test_that("`out` is written into", {
  out <- torch_zeros(2, 3)
  expect_equal(as_array(nnf_normalize(x(), out = out)), as_array(nnf_normalize(x())))
  expect_equal(as_array(out), as_array(nnf_normalize(x())))
  a <- torch_tensor(rbind(c(2, 1), c(1, 3)))
  places <- list(torch_zeros(2, 2), torch_zeros(2, dtype = torch_int()))
  torch_lu(a, out = places)
  expect_equal(as_array(places[[1]]), as_array(torch_lu(a)[[1]]))
  expect_equal(as_array(places[[2]]), as_array(torch_lu(a)[[2]]))
  refused(torch_lu(a, out = torch_zeros(2, 2)), "list of 2 tensors")
})

test_that("tensors are strided, and another layout is refused", {
  other <- structure("sparse_coo", class = "torch_layout")
  strided <- torch_strided()
  for (f in list(torch_zeros, torch_ones, torch_empty, torch_rand, torch_randn)) {
    expect_equal(f(2, layout = strided)$shape, 2L)
    refused(f(2, layout = "sparse"), "`layout`")
  }
  refused(torch_full(2, 1, layout = 1), "`layout`")
  refused(torch_eye(2, layout = 1), "`layout`")
  refused(torch_arange(1, 2, layout = 1), "`layout`")
  refused(torch_linspace(1, 2, layout = 1), "`layout`")
  refused(torch_randint(1, 3, 2, layout = 1), "`layout`")
  refused(torch_randperm(2, layout = 1), "`layout`")
  refused(torch_zeros_like(x(), layout = 1), "`layout`")
  refused(torch_rand_like(x(), layout = 1), "`layout`")
  refused(torch_hann_window(4, layout = 1), "`layout`")
  refused(torch_hann_window(4, device = "cuda"), "only device")
  refused(torch_tril_indices(2, 2, layout = 1), "`layout`")
  refused(torch_tril_indices(2, 2, device = "cuda"), "only device")
  refused(x()$new_zeros(2, options = list(layout = 1)), "`layout`")
})

test_that("a memory format is what dimensions have in memory", {
  image <- torch_arange(1, 24)$view(c(1, 2, 3, 4))
  last <- torch_channels_last_format()
  made <- list(
    image$to(memory_format = last), image$double(memory_format = last), image$contiguous(memory_format = last), torch_clone(image, last),
    image$cpu(memory_format = last), torch_zeros_like(image, memory_format = last), torch_randn_like(image, memory_format = last)
  )
  for (m in made) {
    expect_equal(m$shape, image$shape)
    expect_equal(m$stride(), c(24, 1, 8, 2))
    expect_true(m$is_contiguous(memory_format = last))
    expect_false(m$is_contiguous())
  }
  expect_equal(as_array(made[[1]]), as_array(image))
  expect_equal(torch_ones_like(x()$t(), memory_format = torch_contiguous_format())$stride(), c(2, 1))
  expect_equal(torch_ones_like(x()$t(), memory_format = torch_preserve_format())$stride(), c(1, 3))
  leaf <- torch_ones_like(image, memory_format = last, requires_grad = TRUE)
  expect_true(leaf$requires_grad && leaf$is_leaf)
  refused(x()$to(memory_format = last), "4 dimensions")
  refused(x()$to(memory_format = "contiguous"), "`memory_format`")
  refused(image$clone()$resize_(c(1, 24), memory_format = last), "`memory_format`")
})

test_that("what cannot be had is refused", {
  index <- torch_ones(2, 1, dtype = torch_long())
  refused(torch_gather(x(), 2, index, sparse_grad = TRUE), "`sparse_grad`")
  refused(nnf_embedding(index, x(), sparse = TRUE), "`sparse`")
  refused(nnf_embedding_bag(index, x(), sparse = TRUE), "`sparse`")
  refused(torch_flatten(x(), out_dim = "a"), "`out_dim`")
  refused(x()$unflatten(2, c(3, 1), names = c("a", "b")), "names")
  refused(torch_repeat_interleave(x(), 2, dim = 1, output_size = 5), "`output_size`")
  expect_equal(torch_repeat_interleave(x(), 2, dim = 1, output_size = 4)$shape, c(4L, 3L))
  refused(linalg_lstsq(x(), x(), driver = "fastest"), "`driver`")
  refused(torch_cdist(x(), x(), compute_mode = "fast"), "`compute_mode`")
})

test_that("two arguments that say the same are not both taken", {
  refused(torch_flatten(x(), dims = c(1, 2), start_dim = 1), "`dims`")
  refused(torch_diagonal(x(), 1, offset = 0), "`offset`")
  refused(torch_trapz(x(), dx = 2, x = torch_arange(1, 3)), "`dx` and `x`")
  refused(x()$tensor_split(c(1, 2), sections = 2), "`sections`")
  refused(x()$histogram(torch_arange(1, 3), range = c(0, 1)), "`range`")
  refused(linalg_pinv(x(), rcond = 1, rtol = 1), "`rcond`")
  refused(linalg_matrix_rank(x(), atol = 1, tol = 1), "`tol`")
  refused(x()$to(dtype = torch_int(), other = x()), "`other`")
  expect_true(x()$to(dtype = torch_float(), other = x())$dtype == torch_float())
})

test_that("the pseudo-inverse of a symmetric matrix reads its lower triangle", {
  a <- torch_tensor(rbind(c(2, 9), c(1, 3)), dtype = torch_double())
  whole <- torch_tensor(rbind(c(2, 1), c(1, 3)), dtype = torch_double())
  expect_equal(as_array(linalg_pinv(a, hermitian = TRUE)), solve(as_array(whole)))
})

test_that("a reduction that there is not is refused", {
  refused(nnf_l1_loss(x(), x(), reduction = "average"), "`reduction`")
  refused(nnf_mse_loss(x(), x(), reduction = "average"), "`reduction`")
})
