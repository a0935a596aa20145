definite <- function(x) torch_matmul(x, torch_transpose(x, -2L, -1L)) + torch_eye(dim(x)[length(dim(x))], dtype = torch_double()) * 2
square_only <- c("broadcast", "empty", "scalar")
some_numbers <- function(shape, k) strided(spread_numbers(prod(shape), -1, 1, k), shape, rev(cumprod(c(1, rev(shape)[-length(shape)]))))
odd <- some_numbers(c(3, 3), 7) + torch_diag(torch_tensor(c(3, 5, 8), dtype = torch_double()))

gradient_case("solve", function(a, b) linalg_solve(a + odd, b), list(c(2, 3, 3), c(3, 2)), except = square_only)
gradient_case("inverse", function(a) linalg_inv(a + odd), list(c(2, 3, 3)), except = square_only)
gradient_case("det", function(a) linalg_det(a + odd), list(c(2, 3, 3)), except = square_only)
gradient_case("slogdet", function(a) linalg_slogdet(a + odd)[[2]], list(c(2, 3, 3)), except = square_only)
gradient_case("cholesky", function(a) linalg_cholesky(definite(a)), list(c(2, 3, 3)), lo = -1, hi = 1, except = square_only)
gradient_case("solve_triangular", function(a, b) linalg_solve_triangular(a + odd, b, upper = TRUE),
  list(c(2, 3, 3), c(3, 2)), except = square_only)
gradient_case("solve_triangular", function(a, b) linalg_solve_triangular(a, b, upper = FALSE, left = FALSE, unitriangular = TRUE),
  list(c(3, 3), c(2, 3)), lo = -1, hi = 1, except = square_only)
gradient_case("qr", function(a) linalg_qr(a + odd), list(c(3, 3)), lo = -1, hi = 1, except = square_only)
gradient_case("qr", function(a) linalg_qr(a), list(c(4, 2)), except = square_only)
gradient_case("qr", function(a) linalg_qr(a), list(c(2, 4)), except = square_only)
gradient_case("lu", function(a) torch_lu(a + odd)[[1]], list(c(2, 3, 3)), lo = -1, hi = 1, except = square_only)
gradient_case("eigh", function(a) {
  parts <- linalg_eigh(a + torch_transpose(a, -2L, -1L) + odd + odd$t())
  list(parts[[1]], torch_abs(parts[[2]]))
}, list(c(3, 3)), lo = -0.5, hi = 0.5, except = square_only)
gradient_case("svd", function(a) {
  parts <- linalg_svd(a + odd)
  list(parts[[1]] * torch_sign(parts[[1]][1, ])$detach(), parts[[2]], torch_abs(parts[[3]]))
}, list(c(3, 3)), lo = -0.5, hi = 0.5, except = square_only)
gradient_case("svd", function(a) lapply(linalg_svd(a, full_matrices = FALSE), torch_abs), list(c(4, 2)), except = square_only)
gradient_case("svd", function(a) lapply(linalg_svd(a, full_matrices = FALSE), torch_abs), list(c(2, 4)), except = square_only)
gradient_case("pinv", function(a) linalg_pinv(a), list(c(4, 2)), except = square_only)
gradient_case("pinv", function(a) linalg_pinv(a), list(c(2, 4)), except = square_only)
