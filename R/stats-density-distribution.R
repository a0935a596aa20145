# Distribution functions whose values R has and torch has not: the logarithm of a tail, as a function of q and one or two shapes.
#
# Note [Differences]. By q the derivative of log P is the density over P, by the shapes it is a central difference of eighth order of
# R's values. `orders` says how often it has been taken by each shape; the derivative by q of those is found from the density.

central <- list(
  list(at = 0, weight = 1),
  list(at = c(-4:-1, 1:4), weight = c(1 / 280, -4 / 105, 1 / 5, -4 / 5, 4 / 5, -1 / 5, 4 / 105, -1 / 280)),
  list(at = -4:4, weight = c(-1 / 560, 8 / 315, -1 / 5, 8 / 5, -205 / 72, 8 / 5, -1 / 5, 8 / 315, -1 / 560))
)

difference <- function(p, q, shapes, orders) {
  if (any(orders > 2L)) raise_error("derivatives of a distribution function by its shapes are known to second order")
  steps <- lapply(shapes, function(a) 0.03 * a / sqrt(1 + a / 4))
  places <- expand.grid(lapply(orders, function(k) seq_along(central[[k + 1L]]$at)))
  total <- 0
  for (row in seq_len(nrow(places))) {
    moved <- shapes
    weight <- 1
    for (j in seq_along(shapes)) {
      rule <- central[[orders[j] + 1L]]
      moved[[j]] <- shapes[[j]] + rule$at[places[row, j]] * steps[[j]]
      weight <- weight * rule$weight[places[row, j]] / steps[[j]]^orders[j]
    }
    total <- total + weight * p(q, moved)
  }
  total
}

# p(q, shapes): log P of R's numbers; log_density: of tensors; sign: -1 for the upper tail. Nodes hold p and these frames, so no frame
# that they can see may hold what was computed: neither by a name nor by an argument that is not evaluated yet.
log_tail <- function(p, log_density, sign) {
  force(p)
  force(log_density)
  force(sign)
  by_q <- function(q, shapes, value) sign * exp(call_with(log_density, c(list(q), unname(shapes))) - value)
  at_orders <- function(orders) {
    run <- function(q, shapes) {
      step <- autograd_function(
        forward = function(ctx, q, a, b) {
          ctx$save_for_backward(q = q, a = a, b = b)
          numbers <- lapply(c(list(a), if (length(orders) > 1L) list(b)), function(x) as.numeric(x))
          torch_reshape(torch_tensor(suppressWarnings(difference(p, as.numeric(q), numbers, orders)), dtype = q$dtype), dim(q))
        },
        backward = function(ctx, gradient) {
          q <- ctx$saved_variables$q
          shapes <- ctx$saved_variables[c("a", if (length(orders) > 1L) "b")]
          needs <- unlist(ctx$needs_input_grad)
          found <- list(q = NULL, a = NULL, b = NULL)
          if (needs[["q"]]) found$q <- gradient * slope(q, shapes)
          for (j in seq_along(orders)) {
            name <- c("a", "b")[j]
            if (needs[[name]]) found[[name]] <- gradient * at_orders(replace(orders, j, orders[j] + 1L))(q, shapes)
          }
          found
        }
      )
      step(q = q, a = shapes[[1L]], b = if (length(orders) > 1L) shapes[[2L]] else torch_zeros_like(q))
    }
    # the derivative by q of this one
    slope <- function(q, shapes) {
      if (!any(orders > 0L)) return(by_q(q, shapes, run(q, shapes)))
      with_enable_grad({
        inputs <- lapply(shapes, function(x) x$detach()$requires_grad_(TRUE))
        y <- by_q(q$detach(), inputs, at_orders(orders * 0L)(q$detach(), inputs))
        for (j in seq_along(orders)) {
          for (k in seq_len(orders[j])) y <- autograd_grad(list(y$sum()), inputs[j], create_graph = TRUE)[[1L]]
        }
        y
      })
    }
    run
  }
  at_orders(0L * seq_along(formals(log_density))[-1L])
}

# The operands as tensors of one shape.
broadcast_together <- function(operands) {
  dtype <- Find(is_tensor, operands)$dtype
  torch_broadcast_tensors(lapply(operands, function(x) if (is_tensor(x)) x else torch_tensor(x, dtype = dtype)$squeeze()))
}

# A tail by value: where q is at an end of its support its logarithm is known.
tail_of <- function(q, shapes, lowest, highest, inside, p, log_density, lower.tail, log.p) { # nolint: object_name_linter.
  all <- broadcast_together(c(list(q), shapes))
  q <- all[[1L]]
  below <- q <= lowest
  above <- q >= highest
  value <- log_tail(p, log_density, if (lower.tail) 1 else -1)(kept_inside(q, below | above, inside), all[-1L])
  ends <- if (lower.tail) c(-Inf, 0) else c(0, -Inf)
  as_density(either(below, ends[1L], either(above, ends[2L], value)), log.p)
}

gamma_tail <- function(x, shape, lower.tail, log.p) { # nolint: object_name_linter.
  p <- function(q, shapes) stats::pgamma(q, shapes[[1L]], lower.tail = lower.tail, log.p = TRUE)
  nan_unless(tail_of(x, list(shape), 0, Inf, 1, p, function(x, shape) log_dgamma(x, shape, 1), lower.tail, log.p), shape > 0)
}
beta_tail <- function(x, shape1, shape2, lower.tail, log.p) { # nolint: object_name_linter.
  p <- function(q, shapes) stats::pbeta(q, shapes[[1L]], shapes[[2L]], lower.tail = lower.tail, log.p = TRUE)
  tail_of(x, list(shape1, shape2), 0, 1, 0.5, p, function(x, shape1, shape2) log_dbeta(x, shape1, shape2), lower.tail, log.p)
}
t_tail <- function(q, df, lower.tail, log.p) { # nolint: object_name_linter.
  p <- function(q, shapes) stats::pt(q, shapes[[1L]], lower.tail = lower.tail, log.p = TRUE)
  tail_of(q, list(df), -Inf, Inf, 0, p, function(x, df) log_dt(x, df), lower.tail, log.p)
}
# R counts what is a rounding error below a whole number as that.
whole_below <- function(q) floor((if (is_tensor(q)) q$detach() else q) + 1e-7)

#' @include stats-density-normal.R
#' @rdname densities
#' @usage pgamma(q, shape, rate = 1, scale = 1/rate, lower.tail = TRUE, log.p = FALSE)
#' @export
pgamma <- for_tensors("pgamma", function(q, shape, rate = 1, scale = 1 / rate, lower.tail = TRUE, log.p = FALSE) {
  if (!missing(scale)) rate <- one_of_two(missing(rate), rate, scale)
  nan_unless(gamma_tail(q * rate, shape, lower.tail, log.p), rate > 0)
})
#' @rdname densities
#' @usage pbeta(q, shape1, shape2, ncp = 0, lower.tail = TRUE, log.p = FALSE)
#' @export
pbeta <- for_tensors("pbeta", function(q, shape1, shape2, lower.tail = TRUE, log.p = FALSE) {
  nan_unless(beta_tail(q, shape1, shape2, lower.tail, log.p), shape1 > 0, shape2 > 0)
})
#' @rdname densities
#' @usage pt(q, df, ncp, lower.tail = TRUE, log.p = FALSE)
#' @export
pt <- for_tensors("pt", function(q, df, lower.tail = TRUE, log.p = FALSE) {
  is_normal <- df == Inf
  value <- t_tail(q, kept_inside(df, is_normal, 1), lower.tail, log.p)
  nan_unless(either(is_normal, pnorm_of(q + 0 * value, lower.tail, log.p), value), df > 0)
})
#' @rdname densities
#' @usage pbinom(q, size, prob, lower.tail = TRUE, log.p = FALSE)
#' @export
pbinom <- for_tensors("pbinom", function(q, size, prob, lower.tail = TRUE, log.p = FALSE) {
  k <- whole_below(q)
  all <- broadcast_together(list(k, size, prob))
  outside <- (all[[1L]] < 0) | (all[[1L]] >= all[[2L]])
  tail <- beta_tail(all[[3L]], kept_inside(all[[1L]], outside, 0) + 1, kept_inside(all[[2L]] - all[[1L]], outside, 1), !lower.tail, log.p)
  nan_unless(at_ends(all[[1L]] < 0, outside, tail, lower.tail, log.p), is_probability(all[[3L]]), all[[2L]] >= 0)
})
#' @rdname densities
#' @usage ppois(q, lambda, lower.tail = TRUE, log.p = FALSE)
#' @export
ppois <- for_tensors("ppois", function(q, lambda, lower.tail = TRUE, log.p = FALSE) {
  k <- whole_below(q)
  outside <- (k < 0) | (k == Inf)
  tail <- gamma_tail(lambda, kept_inside(k, outside, 0) + 1, !lower.tail, log.p)
  nan_unless(at_ends(k < 0, outside, tail, lower.tail, log.p), lambda >= 0)
})
#' @rdname densities
#' @usage pnbinom(q, size, prob, mu, lower.tail = TRUE, log.p = FALSE)
#' @export
pnbinom <- for_tensors("pnbinom", function(q, size, prob, mu, lower.tail = TRUE, log.p = FALSE) {
  if (!missing(mu)) {
    if (!missing(prob)) raise_error("`prob` and `mu` are two parameters of one: give one")
    prob <- size / (size + mu)
  }
  k <- whole_below(q)
  outside <- (k < 0) | (k == Inf)
  tail <- beta_tail(prob, size, kept_inside(k, outside, 0) + 1, lower.tail, log.p)
  nan_unless(at_ends(k < 0, outside, tail, lower.tail, log.p), size > 0, is_probability(prob))
})
at_ends <- function(below, outside, tail, lower.tail, log.p) { # nolint: object_name_linter.
  end <- function(p) if (log.p) log(p) else p
  either(below, end(1 - lower.tail), either(outside, end(lower.tail + 0), tail))
}
