#' Densities of tensors
#'
#' R's densities, distribution functions and quantiles, of tensors too: a likelihood is written as in a textbook, and has its derivatives in
#' all arguments, to second order. Without a tensor among the arguments these functions are those of \pkg{stats} and \pkg{base}.
#'
#' Tensors and numbers of R may be mixed; they are broadcast, and computed in the dtype of the floating tensors. Logarithms are computed
#' as such, and hold far out in the tails. Whatever a parameter outside of its domain gives is NaN, without R's warning. Numbers that
#' are not
#' whole have the density 0 under a distribution of counts, with R's warning.
#'
#' Of `pgamma()`, `pbeta()`, `pt()`, `pbinom()`, `ppois()` and `pnbinom()` the value is R's own. The derivative in the first argument
#' and in a
#' rate, scale or probability is exact; that in a shape, a size or degrees of freedom is a central difference of eighth order of R's values
#' of the logarithm, good to some 1e-10.
#' They cannot be differentiated forward, by [jvp()].
#'
#' `dmvnorm()` is the density of the normal distribution of several dimensions, for a vector `x` or each row of a matrix.
#'
#' @param x,q,p,mean,sd,log,lower.tail,log.p,rate,shape,scale,shape1,shape2,df,size,prob,mu,lambda,meanlog,sdlog,location,min,max,a,b,n,k
#'   as in \pkg{stats} and \pkg{base}.
#' @param ncp for tensors there is no noncentral distribution.
#' @param sigma the covariance, a matrix.
#' @return A tensor of the shape that the arguments have together; what R gives if there is no tensor.
#' @section Errors:
#' Refused are `ncp` beside tensors, shapes that do not broadcast, and what is neither a tensor nor numbers.
#' @seealso [stats::Normal] and its kin; [objective()].
#' @examples
#' x <- torch_tensor(c(-40, 0, 1), dtype = torch_double())
#' dnorm(x, 0, 2, log = TRUE)
#' pnorm(x, log.p = TRUE)
#' loss <- function(p) -dnorm(cars$dist, p[1] + p[2] * cars$speed, p[3], log = TRUE)$sum()
#' gradient(loss, c(0, 1, 10))
#' gradient(function(shape) dgamma(2, shape, rate = 3), 1.5)
#'
#' # the others, by their derivative at 0.6
#' slope <- function(f) gradient(f, 0.6)
#' slope(function(p) qnorm(p) + plogis(p) + qlogis(p) + dlogis(p) + dunif(p) + punif(p))
#' slope(function(q) pgamma(q, 2, lower.tail = FALSE) + pbeta(q, 2, 3) + dbeta(q, 2, 3))
#' slope(function(x) dt(x, df = 4) + pt(x, df = 4, log.p = TRUE) + dlnorm(x) + plnorm(x))
#' slope(function(rate) dexp(2, rate) + pexp(2, rate) + dweibull(2, 3, rate) + pweibull(2, 3, rate))
#' slope(function(p) dbinom(3, 9, p) + pbinom(3, 9, p) + dnbinom(3, 2, p) + pnbinom(3, 2, p))
#' slope(function(mu) dpois(3, mu, log = TRUE) + ppois(3, mu, log.p = TRUE))
#' slope(function(a) lbeta(a, 2) + lchoose(a, 2))
#' dmultinom(c(1, 2), prob = torch_tensor(c(0.3, 0.7)), log = TRUE)
#' dmvnorm(torch_tensor(c(1, 2)), c(0, 0), diag(2), log = TRUE)
#' @name densities
#' @include stats-density.R
NULL

log_dnorm <- function(x, mean, sd) {
  z <- (x - mean) / sd
  value <- -z * z / 2 - log(sd) - log(2 * pi) / 2
  if (!is_tensor(sd) && isTRUE(sd > 0)) return(value)
  nan_unless(either(abs(sd) > 0, value, either(x == mean, Inf, -Inf)), sd >= 0)
}

# log pnorm, lower tail
log_pnorm <- function(z) .Call(ffi_log_ndtr, z)

standardised <- function(q, mean, sd) {
  z <- (q - mean) / sd
  if (is_tensor(sd) || !isTRUE(sd > 0)) {
    z <- nan_unless(either(abs(sd) > 0, z, either(q < mean, -Inf, Inf)), sd >= 0)
  }
  z
}

pnorm_of <- function(z, lower.tail, log.p) { # nolint: object_name_linter.
  if (!lower.tail) z <- -z
  if (log.p) log_pnorm(z) else 0.5 * torch_erfc(z * -sqrt(0.5))
}

qnorm_of <- function(p, lower.tail, log.p) { # nolint: object_name_linter.
  z <- if (log.p) {
    .Call(ffi_ndtri_exp, p)
  } else {
    is_low <- p < 0.5
    either(is_low, .Call(ffi_ndtri_exp, log(either(is_low, p, 0.25))), -.Call(ffi_ndtri_exp, log1p(-either(is_low, 0.25, p))))
  }
  if (lower.tail) z else -z
}

#' @rdname densities
#' @usage dnorm(x, mean = 0, sd = 1, log = FALSE)
#' @export
dnorm <- for_tensors("dnorm", function(x, mean = 0, sd = 1, log = FALSE) as_density(log_dnorm(x, mean, sd), log))
#' @rdname densities
#' @usage pnorm(q, mean = 0, sd = 1, lower.tail = TRUE, log.p = FALSE)
#' @export
pnorm <- for_tensors("pnorm", function(q, mean = 0, sd = 1, lower.tail = TRUE, log.p = FALSE) {
  pnorm_of(standardised(q, mean, sd), lower.tail, log.p)
})
#' @rdname densities
#' @usage qnorm(p, mean = 0, sd = 1, lower.tail = TRUE, log.p = FALSE)
#' @export
qnorm <- for_tensors("qnorm", function(p, mean = 0, sd = 1, lower.tail = TRUE, log.p = FALSE) {
  # a number beside tensors is a quantile of R's
  z <- if (is_tensor(p)) qnorm_of(p, lower.tail, log.p) else stats::qnorm(p, lower.tail = lower.tail, log.p = log.p)
  nan_unless(mean + sd * z, sd >= 0)
})
#' @rdname densities
#' @usage dlnorm(x, meanlog = 0, sdlog = 1, log = FALSE)
#' @export
dlnorm <- for_tensors("dlnorm", function(x, meanlog = 0, sdlog = 1, log = FALSE) {
  outside <- x <= 0
  l <- log(kept_inside(x, outside, 1))
  as_density(either(outside, -Inf, log_dnorm(l, meanlog, sdlog) - l), log)
})
#' @rdname densities
#' @usage plnorm(q, meanlog = 0, sdlog = 1, lower.tail = TRUE, log.p = FALSE)
#' @export
plnorm <- for_tensors("plnorm", function(q, meanlog = 0, sdlog = 1, lower.tail = TRUE, log.p = FALSE) {
  outside <- q <= 0
  z <- standardised(log(kept_inside(q, outside, 1)), meanlog, sdlog)
  pnorm_of(either(outside, -Inf, z), lower.tail, log.p)
})
#' @rdname densities
#' @export
dmvnorm <- function(x, mean, sigma, log = FALSE) {
  log <- .Call(ffi_flag, log, "log")
  given <- list(x = x, mean = mean, sigma = sigma)
  of_r <- !any(vapply(given, is_tensor, NA))
  parts <- lapply(given, function(v) if (is_tensor(v)) v else torch_tensor(v, dtype = torch_double()))
  k <- dim(parts$sigma)[1L]
  if (length(dim(parts$sigma)) != 2L || dim(parts$sigma)[2L] != k) raise_error("`sigma` must be a square matrix")
  off <- parts$x - parts$mean
  if (!length(dim(off)) || utils::tail(dim(off), 1L) != k) {
    raise_error(sprintf("`x` and `mean` must have %d numbers in each row, as `sigma` has", k))
  }
  root <- torch_cholesky(parts$sigma)
  z <- linalg_solve_triangular(root, torch_reshape(off, c(-1L, k))$t(), upper = FALSE)
  value <- -torch_sum(z * z, 1L) / 2 - torch_sum(log(torch_diag(root))) - k * log(2 * pi) / 2
  value <- as_density(if (length(dim(off)) == 1L) value$squeeze(1L) else value, log)
  if (of_r) numbers_of(value) else value
}
