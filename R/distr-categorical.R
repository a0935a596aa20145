#' @include distr-distribution.R
NULL

#' The categorical distribution
#'
#' Gives one of the numbers from 1 to K, each with its probability.
#'
#' @param probs weights of the K categories along the last dimension: 0 or more, and not all of them 0. They are divided by their sum.
#' @param logits logarithms of such weights, instead of `probs`.
#' @param validate_args whether parameters and values are checked; `NULL` is `TRUE`.
#' @return An object of class `distr_categorical` with the methods of [distributions], but for `$rsample()`, `$cdf()` and `$icdf()`. Its
#'   batch shape is the shape of the parameter without its last dimension. `$probs` sum to 1, and `$logits` are their logarithms. Draws
#'   are integers (int64) counted from 1. `$mean` and `$variance` are NaN: categories are no numbers.
#' @section Errors:
#' Both or neither of `probs` and `logits`, a parameter without dimensions, and weights that are negative or sum to 0 are refused; so are
#' values other than whole numbers from 1 to K.
#' @examples
#' d <- distr_categorical(probs = torch_tensor(c(1, 2, 1)))
#' d$sample(5)
#' d$log_prob(torch_tensor(c(1L, 2L, 3L)))
#' d$entropy()
#' d$probs
#' @export
distr_categorical <- function(probs = NULL, logits = NULL, validate_args = NULL) Categorical$new(probs, logits, validate_args)

Categorical <- R6::R6Class(
  "distr_categorical",
  inherit = Distribution,
  public = list(
    has_enumerate_support = TRUE,
    initialize = function(probs = NULL, logits = NULL, validate_args = NULL) {
      parameters <- only_one(probs = probs, logits = logits)
      shape <- parameters[[1L]]$shape
      if (!length(shape) || !shape[length(shape)]) {
        refuse("`%s` must have the categories along its last dimension; its shape is [%s]", names(parameters), toString(shape))
      }
      private$set_up(parameters, shape[-length(shape)], validate_args = validate_args)
      private$values <- constraint_category(shape[length(shape)])
    },
    sample = function(sample_shape = NULL) {
      shape <- private$sample_shape(sample_shape)
      n <- prod(shape) %/% max(1, prod(self$batch_shape))
      if (prod(shape) == 0) return(torch_zeros(shape, dtype = torch_long()))
      rows <- self$probs$detach()$reshape(c(-1L, private$categories()))
      torch_multinomial(rows, n, replacement = TRUE)$t()$reshape(shape)
    },
    log_prob = function(value) {
      value <- private$value(value)$to(dtype = torch_long())
      both <- torch_broadcast_tensors(list(value$unsqueeze(-1L), self$logits))
      torch_gather(both[[2L]], -1L, both[[1L]]$narrow(-1L, 1L, 1L))$squeeze(-1L)
    },
    entropy = function() {
      least <- torch_finfo(self$logits$dtype)$min
      -(self$logits$clamp(min = least) * self$probs)$sum(-1L)
    },
    enumerate_support = function(expand = TRUE) private$enumerated(torch_arange(1L, private$categories(), dtype = torch_long()), expand)
  ),
  active = list(
    probs = function() {
      probs <- private$parameters$probs
      if (is.null(probs)) self$logits$exp() else probs / probs$sum(-1L, keepdim = TRUE)
    },
    logits = function() {
      logits <- private$parameters$logits
      if (is.null(logits)) within_open_interval(self$probs)$log() else nnf_log_softmax(logits, -1L)
    },
    mean = function() torch_full(self$batch_shape, NaN, dtype = private$parameters[[1L]]$dtype),
    variance = function() self$mean
  ),
  private = list(
    constraints = list(probs = constraint_weights, logits = constraint_row),
    categories = function() utils::tail(private$parameters[[1L]]$shape, 1L)
  )
)
