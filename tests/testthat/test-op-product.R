matrix_of <- function(n, k) matrix(spread_numbers(n * k, -2, 2, n + k), n, k)
double_tensor <- function(x) torch_tensor(x, dtype = torch_double())

test_that("products of matrices of any size and layout agree with R's", {
  sizes <- list(
    c(1, 1, 1), c(2, 3, 4), c(9, 9, 9), c(1, 700, 5), c(5, 700, 1), c(130, 20, 140), c(300, 2, 3), c(30, 5, 40), c(40, 1, 20),
    c(3, 5000, 2), c(0, 3, 2), c(2, 0, 3)
  )
  for (size in sizes) {
    a <- matrix_of(size[1], size[2])
    b <- matrix_of(size[2], size[3])
    expected <- a %*% b
    expect_equal(as_array(torch_mm(double_tensor(a), double_tensor(b))), expected, info = toString(size))
    expect_equal(as_array(torch_mm(double_tensor(t(a))$t(), double_tensor(t(b))$t())), expected, info = toString(size))
    expect_equal(as_array(torch_mm(torch_tensor(a), torch_tensor(b))), expected, tolerance = 1e-5, info = toString(size))
    if (size[3] == 1) expect_equal(as.numeric(torch_mv(double_tensor(a), double_tensor(c(b)))), c(expected))
  }
})

test_that("products of floats agree with R's whether BLAS or our own loop takes them", {
  for (size in list(c(64, 64, 64), c(65, 30, 32), c(7, 300, 16), c(31, 260, 31), c(2, 600, 45), c(50, 70, 20), c(9, 1000, 16))) {
    a <- matrix_of(size[1], size[2])
    b <- matrix_of(size[2], size[3])
    self <- matrix_of(size[1], size[3])
    given <- lapply(list(a, b, self), torch_tensor)
    wide <- torch_tensor(cbind(7, b, 7))[, 2:(size[3] + 1)]
    agrees <- function(product, expected) {
      expect_lt(max(abs(as_array(product) - expected)), 1e-6 * max(abs(expected)) * size[2]^0.5, label = toString(size))
    }
    agrees(given[[1]]$mm(given[[2]]), a %*% b)
    agrees(given[[1]]$mm(wide), a %*% b)
    agrees(torch_tensor(t(a))$t()$mm(wide), a %*% b)
    agrees(torch_addmm(given[[3]], given[[1]], given[[2]], beta = 0.5, alpha = -2), 0.5 * self - 2 * a %*% b)
    agrees(torch_stack(given[c(1, 1)])$bmm(torch_stack(list(given[[2]], 2 * given[[2]])))[2, , ], 2 * a %*% b)
    agrees(given[[2]]$t()$mm(given[[1]]$t()), t(a %*% b))
  }
  off <- torch_ones(20, 40)
  off[3, 5] <- NaN
  bad <- as_array(off$mm(torch_ones(40, 32)))
  expect_true(all(is.nan(bad[3, ])) && all(bad[-3, ] == 40))
})

test_that("a matrix times a vector agrees with R's for odd sizes, and in matrices that are part of others", {
  for (size in list(c(67, 20), c(66, 21), c(5, 35), c(64, 8), c(3, 100), c(129, 3))) {
    a <- matrix_of(size[1] + 3, size[2] + 1)
    part <- a[3:(size[1] + 2), 2:(size[2] + 1)]
    x <- spread_numbers(size[2], -1, 1, 3)
    for (dtype in list(torch_float(), torch_double())) {
      given <- torch_tensor(a, dtype = dtype)[3:(size[1] + 2), 2:(size[2] + 1)]
      y <- torch_mv(given, torch_tensor(x, dtype = dtype))
      back <- torch_mv(given$t(), torch_tensor(spread_numbers(size[1], -1, 1, 4), dtype = dtype))
      tolerance <- if (dtype == torch_float()) 1e-5 else 1e-12
      expect_equal(as_array(y), c(part %*% x), tolerance = tolerance, info = toString(size))
      expect_equal(as_array(back), c(spread_numbers(size[1], -1, 1, 4) %*% part), tolerance = tolerance, info = toString(size))
    }
  }
})

test_that("matrices that BLAS cannot read as they lie are copied", {
  a <- double_tensor(matrix_of(1, 20))$expand(c(20, 20))
  b <- double_tensor(matrix_of(40, 40))[seq(1, 40, 2), seq(2, 40, 2)]
  expect_equal(as_array(torch_mm(a, b)), as_array(a) %*% as_array(b))
  expect_equal(as_array(torch_mm(b, a)), as_array(b) %*% as_array(a))
})

test_that("integers multiply exactly, and narrow floats in single precision", {
  a <- matrix(1:6, 2)
  b <- matrix(-3:2, 3)
  for (dtype in list(torch_int8(), torch_int16(), torch_int32(), torch_int64(), torch_half(), torch_bfloat16())) {
    product <- torch_mm(torch_tensor(a, dtype = dtype), torch_tensor(b, dtype = dtype))
    expect_true(product$dtype == dtype)
    expect_equal(as_array(product$to(dtype = torch_double())), a %*% b)
  }
})

test_that("a product is the same with one thread and with two", {
  threads <- torch_get_num_threads()
  on.exit(torch_set_num_threads(threads))
  a <- torch_randn(300, 400)
  b <- torch_randn(400, 200)
  v <- torch_randn(400)
  torch_set_num_threads(1)
  one <- list(as_array(torch_mm(a, b)), as_array(torch_mv(a, v)))
  torch_set_num_threads(2)
  expect_identical(list(as_array(torch_mm(a, b)), as_array(torch_mv(a, v))), one)
})

test_that("matmul takes tensors of any dimensions", {
  shape <- function(...) torch_matmul(...)$shape
  expect_equal(shape(torch_ones(3), torch_ones(3)), integer())
  expect_equal(shape(torch_ones(2, 3), torch_ones(3)), 2)
  expect_equal(shape(torch_ones(3), torch_ones(3, 2)), 2)
  expect_equal(shape(torch_ones(5, 2, 3), torch_ones(3)), c(5, 2))
  expect_equal(shape(torch_ones(3), torch_ones(5, 3, 2)), c(5, 2))
  expect_equal(shape(torch_ones(5, 1, 2, 3), torch_ones(4, 3, 2)), c(5, 4, 2, 2))
  expect_equal(shape(torch_ones(2, 3), torch_ones(5, 3, 4)), c(5, 2, 4))
  expect_equal(as_array(torch_ones(2, 3) %*% torch_ones(3, 2)), matrix(3, 2, 2))
})

test_that("factors that do not fit are refused in the user's terms", {
  expect_error(torch_mm(torch_ones(2, 3), torch_ones(2, 3)), "3 columns and the second 2 rows", class = "rushlight_error")
  expect_error(torch_mm(torch_ones(2, 3), torch_ones(3)), "a matrix", class = "rushlight_error")
  expect_error(torch_mm(torch_ones(2, 2), torch_ones(2, 2, dtype = torch_double())), "one dtype", class = "rushlight_error")
  expect_error(torch_bmm(torch_ones(2, 2, 2), torch_ones(3, 2, 2)), "2 and 3", class = "rushlight_error")
  expect_error(torch_addmm(torch_ones(5), torch_ones(2, 3), torch_ones(3, 2)), "does not broadcast", class = "rushlight_error")
  expect_error(torch_matmul(torch_ones(2), torch_scalar_tensor(1)), "at least one dimension", class = "rushlight_error")
})

test_that("products are added to a tensor with beta and alpha, in place too", {
  a <- double_tensor(matrix_of(2, 3))
  b <- double_tensor(matrix_of(3, 2))
  product <- as_array(a) %*% as_array(b)
  self <- double_tensor(matrix(1:4, 2))
  expect_equal(as_array(torch_addmm(self, a, b, beta = 2, alpha = 0.5)), 2 * matrix(1:4, 2) + product / 2)
  expect_equal(as_array(torch_addmm(self * NaN, a, b, beta = 0)), product)
  self$addmm_(a, b)
  expect_equal(as_array(self), matrix(1:4, 2) + product)
  tall <- double_tensor(matrix_of(20, 3))
  wide <- double_tensor(matrix_of(3, 30))
  sum <- torch_addmm(torch_ones(30, dtype = torch_double()), tall, wide, beta = 2, alpha = 3)
  expect_equal(as_array(sum), 2 + 3 * as_array(tall) %*% as_array(wide))
  expect_equal(as_array(torch_addr(torch_ones(2, 2), torch_tensor(c(1, 2)), torch_tensor(c(3, 4)))), 1 + outer(1:2, 3:4))
  batch <- torch_stack(list(a, a))
  expect_equal(as_array(torch_addbmm(torch_zeros(2, 2, dtype = torch_double()), batch, torch_stack(list(b, b)))), 2 * product)
})

test_that("einsum agrees with what its equation says", {
  a <- double_tensor(matrix_of(3, 4))
  b <- double_tensor(matrix_of(4, 3))
  A <- as_array(a)
  B <- as_array(b)
  expect_equal(as_array(torch_einsum("ij,jk", list(a, b))), A %*% B)
  expect_equal(as_array(torch_einsum("ij,ji->", list(a, b))), sum(A * t(B)))
  expect_equal(as_array(torch_einsum("ij->ji", list(a))), t(A))
  expect_equal(as_array(torch_einsum("ba", list(a))), t(A))
  expect_equal(as_array(torch_einsum("ij,ij->i", list(a, a))), rowSums(A^2))
  expect_equal(as.numeric(torch_einsum("i,i,i->i", list(a[1, ], a[2, ], a[3, ]))), A[1, ] * A[2, ] * A[3, ])
  expect_equal(torch_einsum("...ij,jk->k...i", list(torch_ones(5, 2, 3), torch_ones(3, 4)))$shape, c(4, 5, 2))
  expect_equal(as_array(torch_einsum("ii", list(a %*% b))), sum(diag(A %*% B)))
  expect_error(torch_einsum("ij,jk", list(a, a)), "`j`", class = "rushlight_error")
  expect_error(torch_einsum("ij", list(a, a)), "1 tensors", class = "rushlight_error")
  three <- lapply(list(c(2, 3, 4), c(2, 4, 5), c(2, 5)), torch_randn, dtype = torch_double(), requires_grad = TRUE)
  expect_true(gradcheck(function(x, y, z) torch_einsum("bij,bjk,bk->bi", list(x, y, z)), three, order = 2))
})

test_that("compositions of products agree with R's", {
  a <- double_tensor(matrix_of(2, 3))
  b <- double_tensor(matrix_of(3, 2))
  A <- as_array(a)
  B <- as_array(b)
  expect_equal(as_array(torch_kron(a, b)), kronecker(A, B))
  expect_equal(as_array(torch_tensordot(a, b, 1)), A %*% B)
  expect_equal(as_array(torch_tensordot(a, b, list(c(1, 2), c(2, 1)))), sum(A * t(B)))
  expect_equal(as_array(torch_chain_matmul(list(a, b, a, b))), A %*% B %*% A %*% B)
  expect_equal(as.numeric(linalg_multi_dot(list(a[1, ], b, a))), c(A[1, ] %*% B %*% A))
  square <- a %*% b
  expect_equal(as_array(torch_matrix_power(square, 5)), Reduce(`%*%`, rep(list(A %*% B), 5)))
  expect_equal(as_array(torch_matrix_power(square, 0)), diag(2))
  expect_equal(as_array(torch_trace(square)), sum(diag(A %*% B)))
  expect_equal(as.numeric(torch_cross(torch_tensor(c(1, 2, 3)), torch_tensor(c(4, 5, 6)))), c(-3, 6, -3))
  expect_equal(as_array(a$inner(a)), A %*% t(A))
  rotation <- double_tensor(matrix(c(0, 7, -7, 0), 2))
  expect_equal(as_array(torch_matrix_exp(rotation)), matrix(c(cos(7), sin(7), -sin(7), cos(7)), 2))
  expect_true(gradcheck(torch_matrix_exp, list(torch_randn(3, 3, dtype = torch_double(), requires_grad = TRUE)), order = 2))
})

test_that("products of integers keep their dtype, whatever kind of number stands beside them", {
  a <- torch_tensor(array(1:4, c(1, 2, 2)), dtype = torch_uint8())
  self <- torch_tensor(matrix(1:4, 2), dtype = torch_uint8())
  expect_equal(as.numeric(torch_addbmm(self, a, a)), as.numeric(matrix(1:4, 2) + matrix(1:4, 2) %*% matrix(1:4, 2)))
  expect_true(torch_addbmm(self, a, a, beta = 2, alpha = 3)$dtype == torch_uint8())
  u <- torch_tensor(1:2)
  sum <- torch_addr(torch_tensor(matrix(1:4, 2)), u, u, beta = 2, alpha = 3)
  expect_true(sum$dtype == torch_long())
  expect_equal(as_array(sum), 2 * matrix(1:4, 2) + 3 * (1:2 %o% 1:2))
  expect_error(torch_addr(torch_tensor(matrix(1:4, 2)), u, u, alpha = 0.5), "integers", class = "rushlight_error")
})

test_that("NaN as a factor of a product gives NaN", {
  u <- torch_ones(2)
  expect_true(all(is.nan(as_array(torch_addr(torch_ones(2, 2), u, u, alpha = NaN)))))
  expect_true(all(is.nan(as_array(torch_addr(torch_ones(2, 2), u, u, beta = NaN)))))
})

test_that("a dot product is of two vectors", {
  expect_error(torch_dot(torch_ones(2, 2), torch_ones(2)), "dot\\(\\) needs a vector as its first tensor; its shape is \\[2, 2\\]")
  expect_error(torch_dot(torch_ones(2), torch_ones(2, 1)), "dot\\(\\) needs a vector as its second tensor; its shape is \\[2, 1\\]")
  expect_error(torch_dot(torch_ones(2), torch_tensor(1)), "vectors of one length; they have 2 and 1")
})
