#' @include distr-distribution.R
NULL

#' The gamma and chi-squared distributions
#'
#' `distr_gamma()` has the density \eqn{\frac{r^a}{\Gamma(a)} x^{a - 1} e^{-r x}}{r^a / Gamma(a) x^(a - 1) exp(-r x)} with `concentration`
#' \eqn{a} and `rate` \eqn{r}. `distr_chi2()` is the gamma distribution of concentration `df / 2` and rate 0.5.
#'
#' `$rsample()` has a derivative by both parameters: that by `concentration` follows from the distribution function at the draw. It has no
#' second derivative by `concentration`, and `$cdf()` none by it at all.
#'
#' @param concentration the shape of the distribution, positive: a tensor or numbers.
#' @param rate the inverse of its scale, positive: a tensor or numbers that broadcast with `concentration`.
#' @param df the degrees of freedom, positive: a tensor or numbers.
#' @param validate_args whether parameters and values are checked; `NULL` is `TRUE`.
#' @return An object of class `distr_gamma`, or of `distr_chi2` too, with the methods of [distributions] but for `$icdf()` and
#'   `$enumerate_support()`; its batch shape is the shape of the parameters, broadcast. Draws are positive.
#' @section Errors:
#' Parameters that are not positive and shapes that do not broadcast are refused; so are negative values.
#' @examples
#' d <- distr_gamma(concentration = torch_tensor(c(1, 2)), rate = 3)
#' d$sample(2)
#' d$log_prob(0.5)
#' d$mean
#' concentration <- torch_tensor(2, requires_grad = TRUE)
#' distr_gamma(concentration, 1)$rsample(100)$mean()$backward()
#' concentration$grad
#'
#' distr_chi2(df = 3)$cdf(7.815)
#' @export
distr_gamma <- function(concentration, rate, validate_args = NULL) Gamma$new(concentration, rate, validate_args)

#' @rdname distr_gamma
#' @export
distr_chi2 <- function(df, validate_args = NULL) Chi2$new(df, validate_args)

# How a draw changes with the concentration, at a fixed probability.
gamma_slope <- autograd_function(
  forward = function(ctx, concentration, drawn) .Call(ffi_gamma_slope, concentration, drawn),
  backward = function(ctx, grad) refuse("$rsample() has no second derivative by `concentration`")
)

draw_gamma <- autograd_function(
  forward = function(ctx, concentration) {
    drawn <- .Call(ffi_standard_gamma, concentration, NULL)
    ctx$save_for_backward(concentration = concentration, drawn = drawn)
    drawn
  },
  backward = function(ctx, grad) {
    saved <- ctx$saved_variables
    list(concentration = grad * gamma_slope(saved$concentration, saved$drawn))
  }
)

Gamma <- R6::R6Class(
  "distr_gamma",
  inherit = Distribution,
  public = list(
    has_rsample = TRUE,
    initialize = function(concentration, rate, validate_args = NULL) {
      parameters <- broadcast_parameters(as_parameters(concentration = concentration, rate = rate))
      private$set_up(parameters, parameters$rate$shape, validate_args = validate_args)
    },
    rsample = function(sample_shape = NULL) {
      drawn <- draw_gamma(self$concentration$expand(private$sample_shape(sample_shape))) / self$rate
      drawn$clamp(min = torch_finfo(drawn$dtype)$tiny)
    },
    log_prob = function(value) {
      value <- private$value(value)
      a <- self$concentration
      a$xlogy(self$rate) + (a - 1)$xlogy(value) - self$rate * value - torch_lgamma(a)
    },
    cdf = function(value) self$concentration$igamma(self$rate * private$value(value)),
    entropy = function() {
      a <- self$concentration
      a - self$rate$log() + torch_lgamma(a) + (1 - a) * torch_digamma(a)
    }
  ),
  active = list(
    concentration = function() private$parameters$concentration,
    rate = function() private$parameters$rate,
    mean = function() self$concentration / self$rate,
    variance = function() self$concentration / self$rate$square()
  ),
  private = list(constraints = list(concentration = constraint_positive, rate = constraint_positive), values = constraint_not_negative)
)

Chi2 <- R6::R6Class(
  "distr_chi2",
  inherit = Gamma,
  public = list(
    initialize = function(df, validate_args = NULL) {
      parameters <- as_parameters(df = df)
      private$set_up(parameters, parameters$df$shape, validate_args = validate_args)
    }
  ),
  active = list(
    df = function() private$parameters$df,
    concentration = function() self$df / 2,
    rate = function() torch_full_like(self$df, 0.5)
  ),
  private = list(constraints = list(df = constraint_positive))
)
