floating <- c("half", "bfloat16", "float", "double")
whole <- c("uint8", "int8", "int16", "int32", "int64")

# Functions of two operands.
of_two <- list(
  `+` = `+`, `-` = `-`, `*` = `*`, `/` = `/`, `^` = `^`, `%%` = `%%`, `%/%` = `%/%`,
  torch_pow = torch_pow, torch_atan2 = torch_atan2, torch_hypot = torch_hypot, torch_maximum = torch_maximum, torch_minimum = torch_minimum,
  torch_fmod = torch_fmod, torch_logaddexp = torch_logaddexp, torch_heaviside = torch_heaviside,
  torch_where = function(x, y) torch_where(torch_tensor(c(TRUE, FALSE)), x, y),
  torch_clamp = function(x, y) torch_clamp(x, min = y, max = y),
  torch_lerp = function(x, y) torch_lerp(x, y, y),
  torch_addcmul = function(x, y) torch_addcmul(x, y, y),
  torch_addcdiv = function(x, y) torch_addcdiv(x, y, y),
  torch_cat = function(x, y) torch_cat(list(x, y)),
  torch_stack = function(x, y) torch_stack(list(x, y)),
  torch_hstack = function(x, y) torch_hstack(list(x, y)),
  torch_block_diag = function(x, y) torch_block_diag(list(x, y)),
  rbind = function(x, y) rbind(torch_flatten(x), y),
  cbind = function(x, y) cbind(torch_flatten(x), y),
  sum = function(x, y) sum(torch_flatten(x), y),
  torch_dot = torch_dot, torch_outer = torch_outer, torch_matmul = torch_matmul, torch_kron = torch_kron,
  torch_tensordot = function(x, y) torch_tensordot(x, y, 1),
  torch_einsum = function(x, y) torch_einsum("i,i->i", list(x, y)),
  linalg_multi_dot = function(x, y) linalg_multi_dot(list(x, y)),
  torch_addr = function(x, y) torch_addr(x, y, y),
  nnf_mse_loss = nnf_mse_loss, nnf_l1_loss = nnf_l1_loss, nnf_kl_div = nnf_kl_div,
  nnf_binary_cross_entropy = nnf_binary_cross_entropy, torch_isclose = torch_isclose,
  torch_dist = torch_dist, torch_cosine_similarity = function(x, y) torch_cosine_similarity(x, y, dim = 1)
)

test_that("a vector of R beside a floating tensor takes its dtype, exactly, and passes its gradient by", {
  v <- c(0.1, 0.7)
  for (dtype in floating) {
    for (name in names(of_two)) {
      op <- of_two[[name]]
      x <- torch_tensor(c(0.3, 0.2), dtype = dtype, requires_grad = TRUE)
      y <- torch_tensor(v, dtype = dtype)
      told <- op(x, v)
      meant <- op(x, y)
      expect_identical(as.character(told$dtype), as.character(meant$dtype), info = paste(name, dtype))
      expect_identical(as_array(told), as_array(meant), info = paste(name, dtype))
      if (told$requires_grad) {
        slope <- function(y) as_array(autograd_grad(y$sum(), x)[[1]])
        expect_identical(slope(told), slope(meant), info = paste(name, dtype))
      }
    }
  }
})

test_that("a number and a vector of R give the same", {
  for (dtype in c("bool", whole, floating)) {
    x <- torch_tensor(c(1, 0), dtype = dtype)
    for (v in list(0.1, 3L, TRUE)) {
      for (name in setdiff(names(of_two)[1:20], c("-", "torch_clamp", "torch_lerp", "torch_addcdiv", "torch_addcmul"))) {
        one <- tryCatch(of_two[[name]](x, v), error = function(e) "refused")
        many <- tryCatch(of_two[[name]](x, rep(v, 2)), error = function(e) "refused")
        if (!identical(one, "refused")) one <- list(as.character(one$dtype), as_array(one))
        if (!identical(many, "refused")) many <- list(as.character(many$dtype), as_array(many))
        expect_identical(many, one, info = paste(name, dtype, v))
      }
    }
  }
})

test_that("R's vectors promote by kind, on either side, in any shape", {
  dtype_of <- function(x) as.character(x$dtype)
  for (dtype in c("bool", whole)) {
    x <- torch_tensor(c(1, 0), dtype = dtype)
    for (r in list(c(0.5, 0.5), matrix(0.5, 2, 2), array(0.5, c(1, 1, 2)))) {
      expect_identical(dtype_of(x + r), "Float")
      expect_identical(dtype_of(r + x), "Float")
    }
    expect_equal(as_array(x + c(0.5, 0.5)), c(1.5, 0.5))
    expect_identical(dtype_of(x + 1:2), if (dtype == "bool") "Long" else dtype_of(x))
    expect_identical(dtype_of(x + c(TRUE, FALSE)), dtype_of(x))
    expect_equal(as.numeric(x + 1:2), c(2, 2))
  }
  for (dtype in floating) expect_identical(dtype_of(torch_ones(2, dtype = dtype) + 1:2), dtype_of(torch_ones(1, dtype = dtype)))
  expect_identical(dtype_of(torch_scalar_tensor(1, dtype = torch_double()) + c(0.1, 0.2)), "Double")
  expect_identical(as_array(torch_scalar_tensor(0, dtype = torch_double()) + c(0.1, 0.2)), c(0.1, 0.2))
  expect_true(torch_result_type(torch_ones(1, dtype = "half"), c(0.1, 0.2)) == torch_half())
  expect_true(torch_result_type(torch_ones(1, dtype = "int8"), 1:2) == torch_int8())
})

test_that("integers keep all their bits", {
  long <- torch_tensor(c(2^53, 7), dtype = torch_long())
  expect_identical(as_array(long + c(1L, 1L) - long), c(1L, 1L))
  skip_if_not_installed("bit64")
  big <- bit64::as.integer64(c("9007199254740993", "1"))
  expect_identical(bit64::as.integer64(torch_add(torch_zeros(2, dtype = torch_long()), big)), big)
  expect_identical(as_array(torch_add(torch_ones(2), big)), c(9007199254740992, 2))
})

test_that("in place, the result has to fit as it does for a number", {
  x <- torch_zeros(2, dtype = torch_double())
  x$add_(c(0.1, 0.2))$mul_(c(2, 3))
  expect_identical(as_array(x), c(0.1 * 2, 0.2 * 3))
  expect_error(torch_zeros(2, dtype = torch_long())$add_(c(0.5, 0.5)), "does not fit")
  x$clamp_(min = c(0.5, 0.1))
  expect_identical(as_array(x), c(0.5, 0.2 * 3))
})

test_that("NA among operands is NaN where the dtype has it, and refused where it has not", {
  expect_identical(is.na(torch_ones(2) + c(1, NA)), c(FALSE, TRUE))
  expect_identical(is.na(torch_ones(2) + c(1L, NA)), c(FALSE, TRUE))
  expect_identical(is.na(torch_ones(2) * NA), c(TRUE, TRUE))
  expect_equal((torch_ones(2) * NA)$shape, 2)
  expect_error(torch_ones(2, dtype = torch_long()) + c(1L, NA), "NA")
  expect_error(torch_ones(2, dtype = torch_long()) + NA, "NA")
})

test_that("comparisons never round beside integers", {
  how <- list(`==` = `==`, `!=` = `!=`, `<` = `<`, `<=` = `<=`, `>` = `>`, `>=` = `>=`)
  numbers <- c(0, 1, 0.5, -0.5, 1 + 2^-40, 254.5, 255, 256, 300, -1, 2^24, 2^24 + 1, 123456789, 2^31, NaN, Inf, -Inf)
  for (dtype in c("bool", whole)) {
    values <- c(0, 1, if (dtype != "bool") 2:3, if (dtype %in% c("int32", "int64")) c(2^24, 2^24 + 1, 123456789))
    x <- torch_tensor(values, dtype = dtype)
    for (name in names(how)) {
      compare <- how[[name]]
      for (n in numbers) {
        expected <- compare(values, n)
        expected[is.na(expected)] <- name == "!="
        expect_identical(as_array(compare(x, n)), expected, info = paste(dtype, name, n))
        expect_identical(as_array(compare(x, rep(n, length(values)))), expected, info = paste(dtype, name, n, "vector"))
        turned <- compare(n, values)
        turned[is.na(turned)] <- name == "!="
        expect_identical(as_array(compare(n, x)), turned, info = paste(dtype, name, n, "turned"))
        expect_identical(as_array(compare(rep(n, length(values)), x)), turned, info = paste(dtype, name, n, "vector, turned"))
      }
      for (n in c(0L, 1L, 300L, -1L)) expect_identical(as_array(compare(x, rep(n, length(values)))), compare(values, n))
      for (n in c(0L, 1L, 300L, -1L)) expect_identical(as_array(compare(x, n)), compare(values, n))
    }
  }
})

test_that("int64 and double are compared beyond 2^53", {
  near <- torch_tensor(c(2^53, 2^53, -2^53), dtype = torch_long()) + c(1L, 0L, -1L)
  d <- c(2^53, 2^53, -2^53)
  expect_identical(as_array(near == d), c(FALSE, TRUE, FALSE))
  expect_identical(as_array(near > d), c(TRUE, FALSE, FALSE))
  expect_identical(as_array(near < d), c(FALSE, FALSE, TRUE))
  expect_identical(as_array(near == 2^53), c(FALSE, TRUE, FALSE))
  expect_identical(as_array(near >= torch_tensor(d, dtype = torch_double())), c(TRUE, TRUE, FALSE))
  most <- torch_tensor(2^62, dtype = torch_long()) - 1L + torch_tensor(2^62, dtype = torch_long())
  expect_identical(as_array(most < 2^63), TRUE)
  expect_identical(as_array(most == 2^63), FALSE)
  expect_identical(as_array(torch_tensor(-2^63, dtype = torch_long()) >= -2^63), TRUE)
  expect_identical(as_array(most$reshape(c(1, 1)) > matrix(c(1, 2^63), 1)), matrix(c(TRUE, FALSE), 1))
})

test_that("a floating tensor is compared in its dtype", {
  for (dtype in floating) {
    x <- torch_tensor(c(0.1, 0.2), dtype = dtype)
    expect_true(all(as_array(x == c(0.1, 0.2))))
    expect_identical(as_array(x == 0.1), c(TRUE, FALSE))
    expect_true(as_array(torch_scalar_tensor(0.1, dtype = dtype) == 0.1))
  }
})

test_that("products and systems of equations take R's matrices and vectors", {
  m <- matrix(c(2, 0.1, 0.3, 4), 2)
  v <- c(0.1, 0.2)
  for (dtype in c("float", "double")) {
    A <- torch_tensor(m, dtype = dtype)
    meant <- function(r) torch_tensor(r, dtype = dtype)
    same <- function(told, expected) {
      expect_identical(as_array(told), as_array(expected))
      expect_true(told$dtype == A$dtype)
    }
    same(A %*% v, A %*% meant(v))
    same(torch_matmul(v, A), torch_matmul(meant(v), A))
    same(torch_mm(m, A), torch_mm(meant(m), A))
    same(torch_mv(A, v), torch_mv(A, meant(v)))
    same(torch_bmm(array(m, c(1, 2, 2)), A$unsqueeze(1)), torch_bmm(meant(array(m, c(1, 2, 2))), A$unsqueeze(1)))
    same(torch_addmm(m, A, m), torch_addmm(meant(m), A, meant(m)))
    same(torch_addmv(v, A, v), torch_addmv(meant(v), A, meant(v)))
    same(nnf_linear(A, m, v), nnf_linear(A, meant(m), meant(v)))
    same(solve(A, v), linalg_solve(A, meant(v)))
    same(solve(A, m), linalg_solve(A, meant(m)))
    same(linalg_solve(m, A), linalg_solve(meant(m), A))
    same(linalg_lstsq(A, m)[[1]], linalg_lstsq(A, meant(m))[[1]])
    same(linalg_solve_triangular(A, m, upper = TRUE), linalg_solve_triangular(A, meant(m), upper = TRUE))
    same(torch_cdist(A, m), torch_cdist(A, meant(m)))
  }
  k <- torch_tensor(matrix(1:4, 2))
  expect_equal(as_array(k %*% c(0.5, 0.5)), c(2, 3))
  expect_equal(as_array(k %*% 1:2), c(7, 10))
  expect_true((k %*% 1:2)$dtype == torch_long())
  expect_equal(as_array(solve(k, c(1, 2))), solve(matrix(c(1, 2, 3, 4), 2), c(1, 2)))
  expect_error(k %*% torch_ones(2), "one dtype")
})

test_that("float_power() and ldexp() of R's numbers are exact in double", {
  x <- torch_tensor(c(2, 3))
  expect_identical(as_array(x$float_power(c(0.1, 0.2))), c(2, 3)^c(0.1, 0.2))
  expect_identical(as_array(torch_ldexp(torch_tensor(c(1, 3), dtype = "double"), c(200, -200))), c(1, 3) * 2^c(200, -200))
})

test_that("vectors of R are written at the tensor's dtype", {
  x <- torch_zeros(3, dtype = torch_long())
  x[1:2] <- c(123456789, 987654321)
  expect_identical(as_array(x), c(123456789L, 987654321L, 0L))
  d <- torch_zeros(2, 2, dtype = torch_double())
  d[1, ] <- c(0.1, 0.2)
  d[2, 1:2] <- array(c(0.3, 0.4), 2)
  expect_identical(as_array(d), matrix(c(0.1, 0.3, 0.2, 0.4), 2))
  d$scatter_(1, torch_tensor(matrix(1:2, 1)), matrix(c(0.7, 0.8), 1))
  expect_identical(as_array(d[1, 1]), 0.7)
  d$index_add_(1, 1L, matrix(c(0.1, 0.1), 1), alpha = 3)
  expect_identical(as_array(d[1, 1]), 0.7 + 0.1 * 3)
  expect_identical(as_array(torch_tensor(c(1, 2), dtype = "double")$masked_scatter(torch_tensor(c(TRUE, FALSE)), 0.1 + 0:1)), c(0.1, 2))
})

test_that("searches compare exactly, too", {
  sorted <- torch_tensor(c(16777216L, 16777217L, 16777218L))
  doubles <- function(x) torch_tensor(x, dtype = torch_double())
  wanted <- c(16777217, 16777217.5)
  expect_equal(as_array(torch_searchsorted(sorted, wanted)), as_array(torch_searchsorted(sorted$double(), doubles(wanted))))
  ticks <- doubles(c(0.1, 0.2))
  expect_equal(as_array(torch_searchsorted(ticks, c(0.1, 0.15))), as_array(torch_searchsorted(ticks, doubles(c(0.1, 0.15)))))
})
