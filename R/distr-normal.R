#' @include distr-distribution.R
NULL

#' The normal distribution
#'
#' @param loc the mean: a tensor or numbers.
#' @param scale the standard deviation, positive: a tensor or numbers that broadcast with `loc`.
#' @param validate_args whether parameters and values are checked; `NULL` is `TRUE`.
#' @return An object of class `distr_normal` with the methods of [distributions], of which it has all but `$enumerate_support()`; its
#'   batch shape is the shape of `loc` and `scale`, broadcast.
#' @section Errors:
#' `scale` that is not positive, NaN in `loc`, and shapes that do not broadcast are refused.
#' @examples
#' d <- distr_normal(torch_tensor(c(0, 1)), torch_tensor(c(1, 2)))
#' d$sample(c(2, 1))
#' d$log_prob(0.5)
#' d$cdf(0)
#' d$icdf(0.975)
#' @export
distr_normal <- function(loc, scale, validate_args = NULL) Normal$new(loc, scale, validate_args)

Normal <- R6::R6Class(
  "distr_normal",
  inherit = Distribution,
  public = list(
    has_rsample = TRUE,
    initialize = function(loc, scale, validate_args = NULL) {
      parameters <- broadcast_parameters(as_parameters(loc = loc, scale = scale))
      private$set_up(parameters, parameters$loc$shape, validate_args = validate_args)
    },
    rsample = function(sample_shape = NULL) {
      noise <- torch_randn(private$sample_shape(sample_shape), dtype = self$loc$dtype)
      self$loc + noise * self$scale
    },
    log_prob = function(value) {
      off <- private$value(value) - self$loc
      -off$square() / (2 * self$variance) - self$scale$log() - log(2 * pi) / 2
    },
    cdf = function(value) 0.5 * (1 + torch_erf((private$value(value) - self$loc) / (self$scale * sqrt(2)))),
    icdf = function(value) self$loc + self$scale * sqrt(2) * torch_erfinv(2 * private$value(value, constraint_probability) - 1),
    entropy = function() self$scale$log() + (1 + log(2 * pi)) / 2
  ),
  active = list(
    loc = function() private$parameters$loc,
    scale = function() private$parameters$scale,
    mean = function() self$loc,
    variance = function() self$scale$square(),
    stddev = function() self$scale
  ),
  private = list(constraints = list(loc = constraint_real, scale = constraint_positive))
)
