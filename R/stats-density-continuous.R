#' @include stats-density-normal.R
#' @rdname densities
#' @usage dexp(x, rate = 1, log = FALSE)
#' @export
dexp <- for_tensors("dexp", function(x, rate = 1, log = FALSE) {
  as_density(nan_unless(either(x < 0, -Inf, log(rate) - rate * x), rate > 0), log)
})
#' @rdname densities
#' @usage pexp(q, rate = 1, lower.tail = TRUE, log.p = FALSE)
#' @export
pexp <- for_tensors("pexp", function(q, rate = 1, lower.tail = TRUE, log.p = FALSE) {
  nan_unless(from_upper_tail(-rate * kept_inside(q, q < 0, 0), lower.tail, log.p), rate > 0)
})
#' @rdname densities
#' @usage dweibull(x, shape, scale = 1, log = FALSE)
#' @export
dweibull <- for_tensors("dweibull", function(x, shape, scale = 1, log = FALSE) {
  outside <- (x < 0) | (x == Inf)
  z <- kept_inside(x, outside, 1) / scale
  value <- log(shape / scale) + x_log_y(shape - 1, z) - z^shape
  as_density(nan_unless(either(outside, -Inf, value), shape > 0, scale > 0), log)
})
#' @rdname densities
#' @usage pweibull(q, shape, scale = 1, lower.tail = TRUE, log.p = FALSE)
#' @export
pweibull <- for_tensors("pweibull", function(q, shape, scale = 1, lower.tail = TRUE, log.p = FALSE) {
  outside <- q <= 0
  u <- either(outside, 0, -(kept_inside(q, outside, 1) / scale)^shape)
  nan_unless(from_upper_tail(u, lower.tail, log.p), shape > 0, scale > 0)
})
#' @rdname densities
#' @usage dlogis(x, location = 0, scale = 1, log = FALSE)
#' @export
dlogis <- for_tensors("dlogis", function(x, location = 0, scale = 1, log = FALSE) {
  z <- (x - location) / scale
  as_density(nan_unless(nnf_logsigmoid(z) + nnf_logsigmoid(-z) - log(scale), scale > 0), log)
})
#' @rdname densities
#' @usage plogis(q, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE)
#' @export
plogis <- for_tensors("plogis", function(q, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE) {
  z <- (q - location) / scale
  if (!lower.tail) z <- -z
  nan_unless(if (log.p) nnf_logsigmoid(z) else torch_sigmoid(z), scale > 0)
})
#' @rdname densities
#' @usage qlogis(p, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE)
#' @export
qlogis <- for_tensors("qlogis", function(p, location = 0, scale = 1, lower.tail = TRUE, log.p = FALSE) {
  z <- if (log.p) p - log_1m_exp(p) else log(p) - log1p(-p)
  nan_unless(location + scale * (if (lower.tail) z else -z), scale > 0)
})
#' @rdname densities
#' @usage dunif(x, min = 0, max = 1, log = FALSE)
#' @export
dunif <- for_tensors("dunif", function(x, min = 0, max = 1, log = FALSE) {
  width <- max - min
  value <- -log(kept_inside(width, width <= 0, 1)) + 0 * x
  as_density(nan_unless(either((x < min) | (x > max), -Inf, value), width > 0), log)
})
#' @rdname densities
#' @usage punif(q, min = 0, max = 1, lower.tail = TRUE, log.p = FALSE)
#' @export
punif <- for_tensors("punif", function(q, min = 0, max = 1, lower.tail = TRUE, log.p = FALSE) {
  z <- if (lower.tail) (q - min) / (max - min) else (max - q) / (max - min)
  z <- nan_unless(torch_clamp(z, 0, 1), max >= min)
  if (log.p) log(z) else z
})

log_dgamma <- function(x, shape, rate) {
  outside <- (x < 0) | (x == Inf)
  x <- kept_inside(x, outside, 1)
  value <- shape * log(rate) + x_log_y(shape - 1, x) - rate * x - lgamma(shape)
  nan_unless(either(outside, -Inf, value), shape > 0, rate > 0)
}
#' @rdname densities
#' @usage dgamma(x, shape, rate = 1, scale = 1/rate, log = FALSE)
#' @export
dgamma <- for_tensors("dgamma", function(x, shape, rate = 1, scale = 1 / rate, log = FALSE) {
  if (!missing(scale)) rate <- one_of_two(missing(rate), rate, scale)
  as_density(log_dgamma(x, shape, rate), log)
})
one_of_two <- function(alone, rate, scale) {
  if (!alone) raise_error("`rate` and `scale` are two names of one parameter: give one")
  1 / scale
}

log_dbeta <- function(x, shape1, shape2) {
  outside <- (x < 0) | (x > 1)
  x <- kept_inside(x, outside, 0.5)
  value <- x_log_y(shape1 - 1, x) + x_log_1p(shape2 - 1, -x) - log_beta(shape1, shape2)
  nan_unless(either(outside, -Inf, value), shape1 > 0, shape2 > 0)
}
#' @rdname densities
#' @usage dbeta(x, shape1, shape2, ncp = 0, log = FALSE)
#' @export
dbeta <- for_tensors("dbeta", function(x, shape1, shape2, log = FALSE) as_density(log_dbeta(x, shape1, shape2), log))

# With infinite degrees of freedom it is the normal distribution.
log_dt <- function(x, df) {
  is_normal <- df == Inf
  df <- kept_inside(df, is_normal, 1)
  value <- -(df + 1) / 2 * log1p(x * x / df) - log(df) / 2 - log_beta(df / 2, 0.5)
  nan_unless(either(is_normal, log_dnorm(x, 0, 1), value), df > 0)
}
#' @rdname densities
#' @usage dt(x, df, ncp, log = FALSE)
#' @export
dt <- for_tensors("dt", function(x, df, log = FALSE) as_density(log_dt(x, df), log))

#' @rdname densities
#' @usage lbeta(a, b)
#' @export
lbeta <- for_tensors("lbeta", log_beta, "base")
#' @rdname densities
#' @usage lchoose(n, k)
#' @export
lchoose <- for_tensors("lchoose", log_choose, "base")
