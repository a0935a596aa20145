# Our own vector functions against R's in double, in units of a float's last place.
last_place <- function(y) 2^(pmax(floor(log2(pmax(abs(y), 2^-149))), -126) - 23)

worst <- function(f, reference, x) {
  x <- as_array(torch_tensor(x)$to(dtype = torch_double()))
  want <- reference(x)
  got <- as_array(f(torch_tensor(x))$to(dtype = torch_double()))
  kept <- is.finite(want) & abs(want) < 3.4e38
  max(abs(got[kept] - want[kept]) / last_place(want[kept]))
}

test_that("functions of floats are within a few units in the last place", {
  set.seed(1)
  near <- runif(20000, -4, 4)
  wide <- 10^runif(20000, -37, 38)
  signed <- wide * c(-1, 1)
  expect_lt(worst(torch_exp, exp, c(near, runif(20000, -103, 88))), 2)
  expect_lt(worst(torch_exp2, function(x) 2^x, c(near, runif(20000, -149, 127))), 2)
  expect_lt(worst(torch_expm1, expm1, c(near, runif(20000, -20, 88), signed / 1e30)), 1)
  expect_lt(worst(torch_log, log, c(wide, abs(near), 1 + near / 1000)), 2)
  expect_lt(worst(torch_log2, log2, c(wide, abs(near))), 1)
  expect_lt(worst(torch_log10, log10, c(wide, abs(near))), 1)
  expect_lt(worst(torch_log1p, log1p, c(wide, abs(near), -wide[wide < 1])), 1)
  expect_lt(worst(torch_tanh, tanh, c(near, near / 4, near * 2, signed)), 1.5)
  expect_lt(worst(torch_sigmoid, plogis, c(near, runif(20000, -104, 100), near * 4)), 1.5)
  expect_lt(worst(torch_erfc, function(x) 2 * pnorm(-x * sqrt(2)), c(near, runif(20000, -6, 10))), 1.5)
  expect_lt(worst(torch_logit, qlogis, c(runif(20000), 0.5 + near / 1e5, wide[wide < 1])), 1)
  expect_lt(worst(torch_sin, sin, c(near, runif(20000, -1e5, 1e5))), 1)
  expect_lt(worst(torch_cos, cos, c(near, runif(20000, -1e5, 1e5))), 1)
  expect_lt(worst(torch_erf, function(x) sign(x) * pgamma(x^2, 0.5), near), 3)
})

test_that("functions of doubles are within a few units in the last place", {
  set.seed(2)
  relative <- function(f, reference, x) max(abs(as_array(f(torch_tensor(x, dtype = torch_double()))) / reference(x) - 1)) / 2^-52
  near <- runif(20000, -4, 4)
  expect_lt(relative(torch_exp, exp, c(near, runif(20000, -700, 700))), 4)
  expect_lt(relative(torch_log, log, 10^runif(20000, -300, 300)), 4)
  expect_lt(relative(torch_tanh, tanh, c(near, near * 1e-8)), 6)
  expect_lt(relative(torch_sigmoid, plogis, c(near, runif(20000, -600, 600))), 6)
})

test_that("what is exact stays exact", {
  exact <- function(f, x) as_array(f(torch_tensor(x, dtype = torch_double())))
  expect_identical(exact(torch_exp, c(-Inf, 0, Inf, 800, -800)), c(0, 1, Inf, Inf, 0))
  expect_identical(exact(torch_log, c(0, 1, Inf, -1)), c(-Inf, 0, Inf, NaN))
  expect_identical(exact(torch_tanh, c(-Inf, 0, Inf, 100)), c(-1, 0, 1, 1))
  expect_identical(exact(torch_sigmoid, c(-Inf, 0, Inf)), c(0, 0.5, 1))
  expect_identical(as_array(torch_log2(torch_tensor(2^(-149:127)))), as.numeric(-149:127))
  expect_identical(as_array(torch_log10(torch_tensor(10^(0:10)))), as.numeric(0:10))
  expect_identical(1 / exact(torch_sin, -0), -Inf)
  for (f in list(torch_sin, torch_tanh, torch_expm1, torch_erf)) expect_identical(1 / as_array(f(torch_tensor(c(0, -0)))), c(Inf, -Inf))
  single <- function(f, x) as_array(f(torch_tensor(x)))
  expect_identical(single(torch_tanh, c(-Inf, NaN, Inf, 100, -1e30)), c(-1, NaN, 1, 1, -1))
  expect_identical(single(torch_sigmoid, c(-Inf, NaN, 0, Inf, -1e30, 1e30)), c(0, NaN, 0.5, 1, 0, 1))
  expect_identical(single(torch_erfc, c(-Inf, NaN, 0, Inf, 11, 1e30, -1e30)), c(2, NaN, 1, 0, 0, 0, 2))
  expect_identical(single(torch_logit, c(0, 0.5, 1, NaN, -1, 2, Inf)), c(-Inf, 0, Inf, NaN, NaN, NaN, NaN))
})

test_that("the number of threads makes no difference", {
  x <- torch_tensor(seq(-5, 5, length.out = 200001))
  before <- torch_get_num_threads()
  on.exit(torch_set_num_threads(before))
  results <- lapply(1:2, function(threads) {
    torch_set_num_threads(threads)
    lapply(list(torch_exp(x), torch_tanh(x), torch_sin(x * 1e5), torch_erf(x), x * 3 + x, nnf_gelu(x)), as_array)
  })
  expect_identical(results[[1]], results[[2]])
})
