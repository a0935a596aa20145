#' @include distr-distribution.R
NULL

#' A mixture of distributions of one family
#'
#' A draw is one of K components', chosen with its probability. The components are the last dimension of the batch shape of
#' `component_distribution`.
#'
#' @param mixture_distribution a [distr_categorical()] of K categories; its batch shape broadcasts to that of the mixture.
#' @param component_distribution any distribution whose batch shape is `[..., K]`; the mixture's batch shape is what stands before K.
#' @param validate_args whether values are checked; `NULL` is `TRUE`.
#' @return An object of class `distr_mixture_same_family` with `$sample()`, `$log_prob()`, `$cdf()` where the components have it, `$mean`,
#'   `$variance`, `$stddev` and `$expand()` of [distributions]. `$mixture_distribution` and `$component_distribution` are fields.
#' @section Errors:
#' Anything but a categorical distribution and a distribution, a number of components that is not the number of categories, and batch
#' shapes that do not broadcast are refused.
#' @examples
#' d <- distr_mixture_same_family(
#'   distr_categorical(probs = torch_tensor(c(0.3, 0.7))),
#'   distr_normal(torch_tensor(c(-1, 5)), torch_tensor(c(1, 2)))
#' )
#' d$sample(4)
#' d$log_prob(0)
#' d$mean
#' d$variance
#' @export
distr_mixture_same_family <- function(mixture_distribution, component_distribution, validate_args = NULL) {
  Mixture$new(mixture_distribution, component_distribution, validate_args)
}

Mixture <- R6::R6Class(
  "distr_mixture_same_family",
  inherit = Distribution,
  public = list(
    mixture_distribution = NULL,
    component_distribution = NULL,
    initialize = function(mixture_distribution, component_distribution, validate_args = NULL) {
      if (!inherits(mixture_distribution, "distr_categorical")) {
        refuse("`mixture_distribution` must be a categorical distribution, as distr_categorical() makes it")
      }
      if (!inherits(component_distribution, "torch_distribution")) {
        refuse("`component_distribution` must be a distribution, as distr_normal() makes it")
      }
      batch_shape <- component_distribution$batch_shape
      n <- utils::tail(mixture_distribution$logits$shape, 1L)
      if (!identical(utils::tail(batch_shape, 1L), n)) {
        refuse(
          "`component_distribution` must have a batch shape that ends with the %d categories of `mixture_distribution`; it is [%s]",
          n, toString(batch_shape)
        )
      }
      batch_shape <- batch_shape[-length(batch_shape)]
      self$mixture_distribution <- tryCatch(mixture_distribution$expand(batch_shape), rushlight_error = function(e) {
        refuse(
          "`mixture_distribution` must have a batch shape that broadcasts to [%s]; it is [%s]",
          toString(batch_shape), toString(mixture_distribution$batch_shape)
        )
      })
      self$component_distribution <- component_distribution
      private$set_up(list(), batch_shape, component_distribution$event_shape, validate_args = validate_args)
    },
    sample = function(sample_shape = NULL) {
      with_no_grad({
        chosen <- private$beside_events(self$mixture_distribution$sample(sample_shape)$unsqueeze(-1L))
        drawn <- self$component_distribution$sample(sample_shape)
        shape <- drawn$shape
        shape[length(shape) - length(self$event_shape)] <- 1L
        torch_gather(drawn, private$components(), chosen$expand(shape))$squeeze(private$components())
      })
    },
    log_prob = function(value) {
      torch_logsumexp(self$component_distribution$log_prob(private$for_components(value)) + self$mixture_distribution$logits, -1L)
    },
    cdf = function(value) (self$component_distribution$cdf(private$for_components(value)) * self$mixture_distribution$probs)$sum(-1L),
    expand = function(batch_shape) {
      batch_shape <- .Call(ffi_integers, batch_shape, "batch_shape")
      components <- self$component_distribution$expand(c(batch_shape, utils::tail(self$component_distribution$batch_shape, 1L)))
      distr_mixture_same_family(self$mixture_distribution$expand(batch_shape), components, private$validates)
    },
    print = function(...) {
      super$print(...)
      for (part in c("mixture_distribution", "component_distribution")) {
        cat("  ", part, ": ", sep = "")
        self[[part]]$print()
      }
      invisible(self)
    }
  ),
  active = list(
    mean = function() private$averaged(self$component_distribution$mean),
    variance = function() {
      components <- self$component_distribution
      private$averaged(components$variance) + private$averaged((components$mean - self$mean$unsqueeze(private$components()))$square())
    },
    support = function() self$component_distribution$support
  ),
  private = list(
    # The dimension of the components in what they give.
    components = function() -1L - length(self$event_shape),
    beside_events = function(x) x$reshape(c(x$shape, rep(1L, length(self$event_shape)))),
    averaged = function(x) (private$beside_events(self$mixture_distribution$probs) * x)$sum(private$components()),
    for_components = function(value) private$value(value)$unsqueeze(private$components()),
    value = function(value) {
      like <- self$component_distribution$mean
      value <- if (inherits(value, "torch_tensor")) value else numbers_as(value, "value", like$dtype)
      check_event(value, self$event_shape)
      value
    }
  )
)
