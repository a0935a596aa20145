is_probability <- function(p) (p >= 0) & (p <= 1)

#' @include stats-density-normal.R
#' @rdname densities
#' @usage dbinom(x, size, prob, log = FALSE)
#' @export
dbinom <- for_tensors("dbinom", function(x, size, prob, log = FALSE) {
  value <- of_counts(x, most = size, function(x) log_choose(size, x) + x_log_y(x, prob) + x_log_1p(size - x, -prob))
  as_density(nan_unless(value, is_probability(prob), size >= 0), log)
})
#' @rdname densities
#' @usage dpois(x, lambda, log = FALSE)
#' @export
dpois <- for_tensors("dpois", function(x, lambda, log = FALSE) {
  as_density(nan_unless(of_counts(x, function(x) x_log_y(x, lambda) - lambda - lgamma(x + 1)), lambda >= 0), log)
})
#' @rdname densities
#' @usage dnbinom(x, size, prob, mu, log = FALSE)
#' @export
dnbinom <- for_tensors("dnbinom", function(x, size, prob, mu, log = FALSE) {
  by_prob <- missing(mu)
  if (!by_prob && !missing(prob)) raise_error("`prob` and `mu` are two parameters of one: give one")
  rule <- function(x) {
    ways <- lgamma(x + size) - lgamma(size) - lgamma(x + 1)
    if (by_prob) return(ways + size * log(prob) + x_log_1p(x, -prob))
    ways - size * log1p(mu / size) + x_log_y(x, mu / (size + mu))
  }
  value <- of_counts(x, rule)
  as_density(nan_unless(value, if (by_prob) is_probability(prob) & (prob > 0) else mu >= 0, size > 0), log)
})
#' @rdname densities
#' @usage dmultinom(x, size = NULL, prob, log = FALSE)
#' @export
dmultinom <- for_tensors("dmultinom", function(x, size = NULL, prob, log = FALSE) {
  if (!is_tensor(prob)) prob <- torch_tensor(prob, dtype = x$dtype)
  x <- if (is_tensor(x)) x else torch_tensor(x, dtype = prob$dtype)
  if (!identical(dim(x), dim(prob))) raise_error("`x` and `prob` must be of one length")
  total <- torch_sum(x)
  if (!is.null(size) && as.numeric(size) != as.numeric(total)) raise_error("`size` must be the sum of `x`")
  value <- lgamma(total + 1) + torch_sum(x$xlogy(prob / torch_sum(prob)) - lgamma(x + 1))
  as_density(nan_unless(value, (prob >= 0)$all(), (x >= 0)$all()), log)
})
