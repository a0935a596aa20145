#' @include distr-distribution.R
NULL

#' The Bernoulli distribution
#'
#' Gives 1 with probability `probs`, and 0 otherwise.
#'
#' @param probs the probability of 1, between 0 and 1: a tensor or numbers.
#' @param logits its logarithmic odds, instead of `probs`: a tensor or numbers.
#' @param validate_args whether parameters and values are checked; `NULL` is `TRUE`.
#' @return An object of class `distr_bernoulli` with the methods of [distributions], but for `$rsample()`, `$cdf()` and `$icdf()`. Its batch
#'   shape is the shape of the parameter. `$probs` and `$logits` are both fields.
#' @section Errors:
#' Both or neither of `probs` and `logits`, and `probs` beyond 0 and 1, are refused; so are values other than 0 and 1.
#' @examples
#' d <- distr_bernoulli(probs = torch_tensor(c(0.1, 0.9)))
#' d$sample(5)
#' d$log_prob(1)
#' d$entropy()
#' d$enumerate_support()
#' @export
distr_bernoulli <- function(probs = NULL, logits = NULL, validate_args = NULL) Bernoulli$new(probs, logits, validate_args)

Bernoulli <- R6::R6Class(
  "distr_bernoulli",
  inherit = Distribution,
  public = list(
    has_enumerate_support = TRUE,
    initialize = function(probs = NULL, logits = NULL, validate_args = NULL) {
      parameters <- only_one(probs = probs, logits = logits)
      private$set_up(parameters, parameters[[1L]]$shape, validate_args = validate_args)
    },
    sample = function(sample_shape = NULL) {
      with_no_grad(torch_bernoulli(self$probs$expand(private$sample_shape(sample_shape))))
    },
    log_prob = function(value) -private$cross_entropy(private$value(value)),
    entropy = function() private$cross_entropy(self$probs),
    enumerate_support = function(expand = TRUE) private$enumerated(torch_tensor(c(0, 1), dtype = private$parameters[[1L]]$dtype), expand)
  ),
  active = list(
    probs = function() if (is.null(private$parameters$probs)) self$logits$sigmoid() else private$parameters$probs,
    logits = function() {
      if (!is.null(private$parameters$logits)) return(private$parameters$logits)
      probs <- within_open_interval(self$probs)
      probs$log() - (-probs)$log1p()
    },
    mean = function() self$probs,
    variance = function() self$probs * (1 - self$probs)
  ),
  private = list(
    constraints = list(probs = constraint_probability, logits = constraint_real),
    values = constraint_boolean,
    cross_entropy = function(target) {
      both <- torch_broadcast_tensors(list(self$logits, target$to(dtype = self$logits$dtype)))
      nnf_binary_cross_entropy_with_logits(both[[1L]], both[[2L]], reduction = "none")
    }
  )
)
