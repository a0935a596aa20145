test_that("a flag that R's functions read is TRUE or FALSE", {
  x <- torch_ones(2, 2)
  junk <- list(NA, "a", c(TRUE, FALSE), list(), NULL, function() 1, factor("a"), x)
  for (flag in junk) {
    expect_error(nnf_relu(x, inplace = flag), class = "rushlight_error")
    expect_error(nnf_dropout(x, training = flag), class = "rushlight_error")
    expect_error(torch_cholesky(x + torch_eye(2), upper = flag), class = "rushlight_error")
    expect_error(sum(x, na.rm = flag), class = "rushlight_error")
    expect_error(torch_max(x, keepdim = flag), class = "rushlight_error")
  }
  expect_error(nnf_relu(x, inplace = NA), "`inplace` ")
})

test_that("a number that R's functions compute with is one number", {
  x <- torch_tensor(c(1, 2, 4))
  for (number in list("a", list(1), c(1, 2), NULL, factor("1"), sum)) {
    expect_error(torch_trapz(x, dx = number), class = "rushlight_error")
    expect_error(log(x, base = number), class = "rushlight_error")
    expect_error(torch_addr(torch_ones(3, 3), x, x, beta = number), class = "rushlight_error")
    expect_error(torch_tril_indices(number, 2), class = "rushlight_error")
    expect_error(torch_diff(x, n = number), class = "rushlight_error")
  }
  expect_error(torch_tril_indices(-1, 2), "`row` must be 0 or more; it is -1")
  expect_error(torch_cross(torch_ones(2, 3), torch_ones(2, 3), dim = function(x) x), "`dim` ")
})

test_that("a choice is one of the strings that are offered", {
  x <- torch_eye(2)
  for (choice in list("b", NA_character_, c("L", "U"), character(), 1, NULL, "\xff")) {
    expect_error(linalg_eigh(x, UPLO = choice), class = "rushlight_error")
    expect_error(torch_meshgrid(list(x[1]), indexing = choice), class = "rushlight_error")
    expect_error(torch_quantile(x, 0.5, interpolation = choice), class = "rushlight_error")
    if (!is.name(choice)) expect_error(as.vector(x, mode = choice), class = "rushlight_error") # R evaluates a name once more
  }
  expect_error(torch_quantile(x, 0.5, interpolation = "b"), "`interpolation` must be \"linear\", .* or \"nearest\"")
})

test_that("what must be a tensor, or numbers, is nothing else", {
  for (x in list("a", NULL, list(1, "a"), sum, new.env(), factor("a"), data.frame(a = 1), torch_ones(1, requires_grad = TRUE)$grad)) {
    expect_error(torch_equal(torch_ones(1), x), class = "rushlight_error")
    expect_error(nnf_prelu(torch_ones(1), x), class = "rushlight_error")
    expect_error(nnf_l1_loss(x, torch_ones(1)), class = "rushlight_error")
    expect_error(torch_matrix_exp(x), class = "rushlight_error")
    expect_error(nnf_one_hot(x), class = "rushlight_error")
    expect_error(torch_kron(torch_ones(1), x), class = "rushlight_error")
    expect_error(nnf_ctc_loss(torch_ones(2, 1, 3), x, 2L, 1L), class = "rushlight_error")
  }
})

test_that("sequences of labels that are too short for their lengths are refused", {
  p <- torch_log(torch_full(c(4, 2, 3), 1 / 3))
  expect_error(nnf_ctc_loss(p, torch_tensor(matrix(c(1L, 2L), 2)), c(4L, 4L), c(1L, 3L)), "`targets` must have as many elements")
  expect_error(nnf_ctc_loss(p, torch_tensor(c(1L, 2L)), c(4L, 4L), c(1L, 3L)), "`targets` must have as many elements")
})

test_that("what is put back at the end needs a function that is running", {
  for (frame in list(NULL, 1, emptyenv(), new.env())) {
    expect_error(local_no_grad(.env = frame), "`.env` must be the environment of a function that is running")
  }
  expect_true((torch_ones(1, requires_grad = TRUE) * 2)$requires_grad)
})
