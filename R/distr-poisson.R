#' @include distr-distribution.R
NULL

#' The Poisson distribution
#'
#' @param rate the mean number of events, 0 or more: a tensor or numbers.
#' @param validate_args whether parameters and values are checked; `NULL` is `TRUE`.
#' @return An object of class `distr_poisson` with `$sample()`, `$log_prob()`, `$mean`, `$variance`, `$stddev` and `$expand()` of
#'   [distributions]; its batch shape is the shape of `rate`.
#' @section Errors:
#' A negative `rate` is refused, and values that are negative or have a fraction.
#' @examples
#' d <- distr_poisson(torch_tensor(c(0.5, 10)))
#' d$sample(4)
#' d$log_prob(2)
#' @export
distr_poisson <- function(rate, validate_args = NULL) Poisson$new(rate, validate_args)

Poisson <- R6::R6Class(
  "distr_poisson",
  inherit = Distribution,
  public = list(
    initialize = function(rate, validate_args = NULL) {
      parameters <- as_parameters(rate = rate)
      private$set_up(parameters, parameters$rate$shape, validate_args = validate_args)
    },
    sample = function(sample_shape = NULL) with_no_grad(torch_poisson(self$rate$expand(private$sample_shape(sample_shape)))),
    log_prob = function(value) {
      value <- private$value(value)
      value$xlogy(self$rate) - self$rate - torch_lgamma(value + 1)
    }
  ),
  active = list(
    rate = function() private$parameters$rate,
    mean = function() self$rate,
    variance = function() self$rate
  ),
  private = list(constraints = list(rate = constraint_not_negative), values = constraint_count)
)
