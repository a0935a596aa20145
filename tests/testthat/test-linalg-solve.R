spread_matrix <- function(n, k, seed = 1) matrix(spread_numbers(n * k, -2, 2, seed), n, k)
as_double <- function(x) torch_tensor(x, dtype = torch_double())
square <- spread_matrix(4, 4) + diag(1:4)
symmetric <- crossprod(square) + diag(4)
back <- function(...) as_array(Reduce(torch_matmul, list(...)))

test_that("systems are solved for matrices, vectors and batches", {
  b <- spread_matrix(4, 2, 3)
  expect_equal(as_array(linalg_solve(as_double(square), as_double(b))), solve(square, b))
  expect_equal(as.numeric(linalg_solve(as_double(square), as_double(b[, 1]))), solve(square, b[, 1]))
  expect_equal(as_array(solve(as_double(square))), solve(square))
  expect_equal(as_array(solve(as_double(square), as_double(b))), solve(square, b))
  batch <- linalg_solve(torch_stack(list(as_double(square), as_double(symmetric))), as_double(b))
  expect_equal(as_array(batch[2, , ]), solve(symmetric, b))
  upper <- square * upper.tri(square, TRUE)
  expect_equal(as_array(linalg_solve_triangular(as_double(square), as_double(b), upper = TRUE)), backsolve(square, b))
  expect_equal(as_array(linalg_solve_triangular(as_double(square), as_double(t(b)), upper = TRUE, left = FALSE)), t(b) %*% solve(upper))
  expect_equal(as_array(torch_triangular_solve(as_double(b), as_double(square), transpose = TRUE)[[1]]), solve(t(upper), b))
  factor <- torch_cholesky(as_double(symmetric))
  expect_equal(as_array(torch_cholesky_solve(as_double(b), factor)), solve(symmetric, b))
  expect_equal(as_array(torch_cholesky_inverse(factor)), solve(symmetric))
  lu <- torch_lu(as_double(square))
  expect_equal(as_array(torch_lu_solve(as_double(b), lu[[1]], lu[[2]])), solve(square, b))
})

test_that("matrices that cannot be solved are refused, or told of", {
  singular <- torch_ones(2, 2)
  expect_error(linalg_inv(singular), "singular", class = "rushlight_error")
  expect_error(linalg_solve(singular, torch_ones(2)), "singular", class = "rushlight_error")
  expect_error(linalg_cholesky(torch_tensor(matrix(c(1, 2, 2, 1), 2))), "minor of order 2", class = "rushlight_error")
  expect_error(linalg_inv(torch_ones(2, 3)), "square", class = "rushlight_error")
  expect_error(linalg_det(torch_tensor(matrix(1:4, 2))), "floating", class = "rushlight_error")
  expect_error(linalg_eig(torch_ones(2, 2)), "complex", class = "rushlight_error")
  expect_equal(as.integer(linalg_inv_ex(singular)[[2]]), 1L)
  expect_equal(as.integer(linalg_cholesky_ex(as_double(symmetric))[[2]]), 0L)
})

test_that("decompositions multiply back to the matrix, of any shape and dtype", {
  for (m in list(square, spread_matrix(5, 3), spread_matrix(3, 5), spread_matrix(1, 1))) {
    a <- as_double(m)
    qr <- linalg_qr(a)
    expect_equal(back(qr[[1]], qr[[2]]), m)
    qr <- linalg_qr(a, "complete")
    expect_equal(qr[[1]]$shape, rep(nrow(m), 2))
    expect_equal(back(qr[[1]], qr[[2]]), m)
    svd <- linalg_svd(a, full_matrices = FALSE)
    expect_equal(back(svd[[1]], torch_diag(svd[[2]]), svd[[3]]), m)
    expect_equal(linalg_svd(a)[[3]]$shape, rep(ncol(m), 2))
    expect_equal(as.numeric(linalg_svdvals(a)), svd(m)$d)
    old <- torch_svd(a)
    expect_equal(back(old[[1]], torch_diag(old[[2]]), old[[3]]$t()), m)
    lu <- do.call(torch_lu_unpack, torch_lu(a))
    expect_equal(do.call(back, lu), m)
    pinv <- linalg_pinv(a)
    expect_equal(back(a, pinv, a), m)
    single <- linalg_qr(torch_tensor(m))
    expect_true(single[[1]]$dtype == torch_float())
  }
  eigen <- linalg_eigh(as_double(symmetric))
  expect_equal(back(eigen[[2]], torch_diag(eigen[[1]]), eigen[[2]]$t()), symmetric)
  expect_equal(as.numeric(linalg_eigvalsh(as_double(symmetric), "U")), rev(eigen(symmetric)$values))
  expect_equal(as_array(torch_cholesky(as_double(symmetric), upper = TRUE)), chol(symmetric))
})

test_that("Householder's vectors stand for an orthogonal matrix", {
  a <- as_double(spread_matrix(5, 3))
  packed <- torch_geqrf(a)
  q <- linalg_qr(a)[[1]]
  expect_equal(as_array(torch_orgqr(packed[[1]], packed[[2]])), as_array(q))
  graphed <- linalg_householder_product(packed[[1]]$clone()$requires_grad_(), packed[[2]])
  expect_equal(as_array(graphed$detach()), as_array(q))
  x <- as_double(spread_matrix(5, 2, 4))
  full <- linalg_qr(a, "complete")[[1]]
  expect_equal(as_array(torch_ormqr(packed[[1]], packed[[2]], x, transpose = TRUE)), as_array(torch_matmul(full$t(), x)))
})

test_that("determinants, ranks and condition numbers agree with R's", {
  a <- as_double(square)
  expect_equal(torch_det(a)$item(), det(square))
  parts <- linalg_slogdet(a)
  expect_equal(parts[[1]]$item() * exp(parts[[2]]$item()), det(square))
  expect_equal(torch_logdet(as_double(symmetric))$item(), log(det(symmetric)))
  expect_true(is.nan(torch_logdet(as_double(diag(c(1, -1))))$item()))
  expect_equal(torch_det(torch_ones(2, 2))$item(), 0)
  expect_equal(as.numeric(linalg_det(torch_stack(list(a, as_double(symmetric))))), c(det(square), det(symmetric)))
  low <- spread_matrix(4, 2) %*% spread_matrix(2, 4, 5)
  expect_equal(as.numeric(linalg_matrix_rank(as_double(low))), 2)
  expect_equal(as.numeric(linalg_matrix_rank(as_double(diag(c(1, 1e-3))), tol = 0.01)), 1)
  expect_equal(linalg_cond(a)$item(), kappa(square, exact = TRUE))
  expect_equal(linalg_cond(a, 1)$item(), norm(square, "1") * norm(solve(square), "1"))
})

test_that("a singular matrix' determinant has a derivative: its cofactors", {
  m <- matrix(c(1, 2, 3, 2, 4, 6, 1, 0, 1), 3)
  x <- torch_tensor(m, dtype = torch_double(), requires_grad = TRUE)
  torch_det(x)$backward()
  cofactors <- outer(1:3, 1:3, Vectorize(function(i, j) (-1)^(i + j) * det(m[-i, -j])))
  expect_equal(as_array(x$grad), cofactors)
})

test_that("least squares and tensor systems", {
  x <- spread_matrix(6, 3)
  y <- spread_matrix(6, 2, 9)
  fit <- linalg_lstsq(as_double(x), as_double(y))
  expect_equal(as_array(fit[[1]]), unname(qr.solve(x, y)))
  expect_equal(as.numeric(fit[[2]]), colSums((y - x %*% qr.solve(x, y))^2))
  expect_equal(as.numeric(fit[[3]]), 3)
  a <- as_double(array(square, c(4, 2, 2)))
  b <- as_double(spread_matrix(4, 1)[, 1])
  found <- linalg_tensorsolve(a, b)
  expect_equal(found$shape, c(2, 2))
  expect_equal(as.numeric(torch_tensordot(a, found, 2)), as.numeric(b))
  inverse <- linalg_tensorinv(a, 2)
  expect_equal(as_array(torch_tensordot(inverse, b, 1)), as_array(found))
  expect_equal(as_array(torch_matrix_power(as_double(square), -2)), solve(square %*% square))
})

test_that("matrices without rows or columns have their decompositions, square factors being the identity", {
  shown <- function(x) lapply(if (is.list(x)) x else list(x), function(t) list(t$shape, unname(as.vector(as_array(t)))))
  for (batch in list(integer(), 2L)) {
    many <- max(1L, batch)
    eye <- as.vector(as_array(torch_eye(3)$expand(c(batch, 3, 3))))
    tall <- torch_zeros(c(batch, 3, 0))
    wide <- torch_zeros(c(batch, 0, 3))
    none <- torch_zeros(c(batch, 0, 0))
    part <- function(rows, cols, values = numeric()) list(c(batch, as.integer(rows), as.integer(cols)), values)
    values <- list(c(batch, 0L), numeric())
    expect_equal(shown(linalg_svd(tall)), list(part(3, 3, eye), values, part(0, 0)))
    expect_equal(shown(linalg_svd(wide)), list(part(0, 0), values, part(3, 3, eye)))
    expect_equal(shown(linalg_svd(tall, full_matrices = FALSE)), list(part(3, 0), values, part(0, 0)))
    expect_equal(shown(linalg_svd(wide, full_matrices = FALSE)), list(part(0, 0), values, part(0, 3)))
    expect_equal(shown(linalg_qr(tall)), list(part(3, 0), part(0, 0)))
    expect_equal(shown(linalg_qr(tall, "complete")), list(part(3, 3, eye), part(3, 0)))
    expect_equal(shown(linalg_qr(wide, "complete")), list(part(0, 0), part(0, 3)))
    for (empty in list(tall, wide, none)) {
      expect_equal(shown(linalg_svdvals(empty)), list(values))
      expect_equal(linalg_pinv(empty)$shape, empty$transpose(-2, -1)$shape)
      expect_equal(torch_pinverse(empty)$shape, empty$transpose(-2, -1)$shape)
      expect_equal(as.vector(as_array(linalg_matrix_rank(empty))), rep(0L, many))
      for (p in list(NULL, 2, -2, 1)) expect_equal(as.vector(as_array(linalg_cond(empty, p))), rep(0, many))
      expect_equal(as.vector(as_array(linalg_matrix_norm(empty, "nuc"))), rep(0, many))
    }
    lu <- torch_lu(tall)
    expect_equal(shown(torch_lu_unpack(lu[[1]], lu[[2]])), list(part(3, 3, eye), part(3, 0), part(0, 0)))
    expect_equal(shown(linalg_det(none)), list(list(if (length(batch)) batch else integer(), rep(1, many))))
    expect_equal(lapply(linalg_slogdet(none), function(x) as.vector(as_array(x))), list(rep(1, many), rep(0, many)))
    for (f in list(linalg_inv, linalg_cholesky, torch_matrix_exp, function(x) linalg_matrix_power(x, 0))) expect_equal(f(none)$shape, none$shape)
    expect_equal(shown(linalg_eigh(none)), list(values, part(0, 0)))
    expect_equal(linalg_solve(none, torch_zeros(c(batch, 0, 2)))$shape, c(batch, 0L, 2L))
    expect_equal(linalg_lstsq(wide, torch_zeros(c(batch, 0, 2)))[[1]]$shape, c(batch, 3L, 2L))
    expect_equal(linalg_lstsq(tall, torch_ones(c(batch, 3, 2)))[[1]]$shape, c(batch, 0L, 2L))
    expect_error(linalg_det(tall), "square")
    expect_error(linalg_cond(tall, "fro"), "square")
  }
})

test_that("derivatives go through decompositions of empty matrices", {
  for (shape in list(c(3, 0), c(0, 3), c(2, 0, 3))) {
    for (f in list(linalg_svdvals, linalg_pinv, function(x) linalg_svd(x, full_matrices = FALSE)[[2]], function(x) linalg_qr(x)[[2]])) {
      x <- torch_zeros(shape, requires_grad = TRUE)
      f(x)$sum()$backward()
      expect_equal(x$grad$shape, x$shape)
    }
  }
})

test_that("pivots are rows of the matrix, as many as torch_lu() returns", {
  for (shape in list(c(3, 3), c(2, 3, 3), c(4, 3), c(3, 4))) {
    lu <- torch_lu(torch_randn(shape))
    pivots <- lu[[2]]
    wrong <- list(pivots * 0L, pivots * 0L - 1L, pivots * 0L + 5L, pivots$narrow(-1, 1, 2), torch_cat(list(pivots, pivots), -1), pivots$unsqueeze(1), pivots$long())
    for (given in wrong) {
      expect_error(torch_lu_unpack(lu[[1]], given), "pivots", class = "rushlight_error")
      if (shape[length(shape)] == shape[length(shape) - 1]) {
        expect_error(torch_lu_solve(torch_ones(3, 1), lu[[1]], given), "pivots", class = "rushlight_error")
      }
    }
  }
  strided <- torch_stack(list(pivots, pivots), -1)$select(-1, 1)
  expect_equal(as_array(torch_lu_unpack(lu[[1]], strided)[[1]]), as_array(torch_lu_unpack(lu[[1]], pivots)[[1]]))
})

test_that("Householder's factors must belong to the matrices of the batch", {
  packed <- torch_geqrf(torch_randn(3, 4, 2))
  expect_error(torch_orgqr(packed[[1]], packed[[2]]$narrow(1, 1, 1)), "tau", class = "rushlight_error")
})

test_that("householder_product() checks `tau` also where gradients are asked for", {
  a <- torch_ones(3, 2, requires_grad = TRUE)
  expect_error(linalg_householder_product(a, torch_ones(2, 2)), "`tau` of shape", class = "rushlight_error")
  expect_error(linalg_householder_product(torch_ones(2, 3, requires_grad = TRUE), torch_ones(2)), "rows", class = "rushlight_error")
})

test_that("the first power of a matrix is a copy of it", {
  a <- torch_tensor(diag(2))
  power <- torch_matrix_power(a, 1)
  power$zero_()
  expect_equal(as_array(a), diag(2))
})

test_that("the exponential of an infinite matrix comes without a warning", {
  expect_no_warning(result <- torch_matrix_exp(torch_full(c(2, 2), Inf)))
  expect_false(any(is.finite(as_array(result))))
  expect_no_warning(torch_matrix_exp(torch_zeros(2, 2)))
})

test_that("eigenvalues and singular values of what is not finite are refused, not sought for ever", {
  for (bad in c(NaN, Inf, -Inf)) {
    m <- torch_eye(3, dtype = torch_double())
    m[3, 1] <- bad
    wide <- torch_ones(3, 4)
    wide[1, 4] <- bad
    for (x in list(m, torch_stack(list(torch_eye(3, dtype = torch_double()), m)), wide)) {
      for (f in list(linalg_svdvals, linalg_svd, torch_svd, linalg_pinv, linalg_matrix_rank)) expect_error(f(x), "svd\\(\\) cannot take NaN or infinite numbers")
    }
    expect_error(linalg_eigh(m), "eigh\\(\\) cannot take NaN or infinite numbers")
    expect_error(linalg_eigvalsh(m), "eigh\\(\\) cannot take NaN or infinite numbers")
    expect_equal(as_array(linalg_eigvalsh(m, UPLO = "U")), c(1, 1, 1)) # does not read it
  }
  expect_equal(as_array(linalg_svdvals(torch_eye(2, dtype = torch_double()) * 1e300)), c(1e300, 1e300))
})

test_that("results have the names that torch for R gives them", {
  a <- torch_tensor(rbind(c(4, 1), c(1, 3), c(0, 1)), dtype = torch_double())
  b <- torch_tensor(c(1, 2, 3), dtype = torch_double())
  fit <- linalg_lstsq(a, b)
  expect_named(fit, c("solution", "residuals", "rank", "singular_values"))
  expect_equal(as.numeric(fit$solution), unname(qr.solve(as_array(a), as_array(b))))
  square <- a[1:2, ]
  expect_equal(as_array(linalg_inv_ex(square)$inverse), solve(as_array(square)))
  expect_identical(as.numeric(linalg_inv_ex(square)$info), 0)
  expect_equal(as_array(linalg_cholesky_ex(square)$L), t(chol(as_array(square))))
  expect_identical(as.numeric(linalg_cholesky_ex(-square)$info), 1)
})
