#' @include distr-constraint.R
NULL

#' What distributions can do
#'
#' `distr_normal()` and its kin make an object that stands for a distribution, or for a tensor of them: each element of broadcast
#' parameters is a distribution of its own.
#'
#' Its **batch shape** is the shape of the parameters, its **event shape** that of one value: none, or a vector for
#' [distr_multivariate_normal()]. A draw has the shape asked for, then the batch shape, then the event shape.
#'
#' | method or field | |
#' |---|---|
#' | `$sample(sample_shape = NULL)` | draws, of shape `c(sample_shape, batch_shape, event_shape)`, without gradients |
#' | `$rsample(sample_shape = NULL)` | the same draws, as a function of the parameters that has derivatives |
#' | `$log_prob(value)` | the logarithm of the density, or of the probability, at `value`; one for each event |
#' | `$cdf(value)`, `$icdf(value)` | the distribution function and its inverse |
#' | `$mean`, `$variance`, `$stddev` | tensors of shape `c(batch_shape, event_shape)` |
#' | `$entropy()`, `$perplexity()` | the entropy in nats, and its exponential; of the batch shape |
#' | `$enumerate_support(expand = TRUE)` | all values along a new first dimension; the others are the batch's, or 1 without `expand` |
#' | `$expand(batch_shape)` | the same distribution with a larger batch shape |
#' | `$batch_shape`, `$event_shape` | integers |
#' | `$support`, `$arg_constraints` | what values, and each parameter, must be: `$support$check(x)` tells of each value |
#' | `$has_rsample`, `$has_enumerate_support` | `TRUE` or `FALSE` |
#'
#' Not each distribution has every method:
#'
#' | | `rsample` | `cdf` | `icdf` | `entropy` | `enumerate_support` |
#' |---|---|---|---|---|---|
#' | [distr_normal()] | yes | yes | yes | yes | |
#' | [distr_gamma()], [distr_chi2()] | yes | yes | | yes | |
#' | [distr_multivariate_normal()] | yes | | | yes | |
#' | [distr_bernoulli()] | | | | yes | yes |
#' | [distr_categorical()] | | | | yes | yes |
#' | [distr_poisson()] | | | | | |
#' | [distr_mixture_same_family()] | | yes | | | |
#'
#' Parameters are tensors or numbers; a number has the dtype of the tensors beside it. The parameters are fields: `d$loc`. With
#' `validate_args = FALSE` neither parameters nor values are checked, which saves a pass over them.
#'
#' Draws come from the generator that [torch_manual_seed()] seeds.
#'
#' @return `$batch_shape` and `$event_shape` are integers, `$sample()` and the others tensors.
#' @section Errors:
#' Parameters that are out of their range are refused, and shapes that do not broadcast. So are values that the distribution cannot give,
#' a method that it does not have, and an `expand()` to a shape that the batch shape does not broadcast to.
#' @examples
#' d <- distr_normal(torch_tensor(c(0, 10)), 1)
#' d
#' d$sample(3)
#' d$log_prob(torch_tensor(c(0, 9)))
#' d$mean
#' d$expand(c(2, 2))$batch_shape
#'
#' # the derivative of an expectation by the parameters
#' loc <- torch_tensor(1, requires_grad = TRUE)
#' distr_normal(loc, 1)$rsample(1000)$square()$mean()$backward()
#' loc$grad
#' @name distributions
NULL

# The base of all. A class sets `private$constraints`, by parameter, and calls `private$set_up()` with its parameters as tensors
# of the batch shape (followed by their own dimensions).
Distribution <- R6::R6Class(
  "torch_distribution",
  public = list(
    batch_shape = NULL,
    event_shape = NULL,
    has_rsample = FALSE,
    has_enumerate_support = FALSE,
    sample = function(sample_shape = NULL) with_no_grad(self$rsample(sample_shape)),
    rsample = function(sample_shape = NULL) private$lacks("rsample", "; $sample() draws without derivatives"),
    log_prob = function(value) private$lacks("log_prob"),
    cdf = function(value) private$lacks("cdf"),
    icdf = function(value) private$lacks("icdf"),
    entropy = function() private$lacks("entropy"),
    perplexity = function() self$entropy()$exp(),
    enumerate_support = function(expand = TRUE) private$lacks("enumerate_support"),
    expand = function(batch_shape) {
      batch_shape <- .Call(ffi_integers, batch_shape, "batch_shape")
      widened <- lapply(names(private$parameters), function(name) {
        own_shape <- utils::tail(private$parameters[[name]]$shape, private$constraints[[name]]$dims)
        private$parameters[[name]]$expand(c(batch_shape, own_shape))
      })
      do.call(class(self)[1L], c(stats::setNames(widened, names(private$parameters)), validate_args = private$validates))
    },
    print = function(...) {
      cat(class(self)[1L], "(): batch shape [", toString(self$batch_shape), "], event shape [", toString(self$event_shape), "]\n", sep = "")
      for (name in names(private$parameters)) {
        x <- private$parameters[[name]]
        cat("  ", name, ": ", as.character(x$dtype), " [", toString(x$shape), "]\n", sep = "")
      }
      invisible(self)
    }
  ),
  active = list(
    mean = function() private$lacks("mean"),
    variance = function() private$lacks("variance"),
    stddev = function() self$variance$sqrt(),
    support = function() private$values,
    arg_constraints = function() private$constraints
  ),
  private = list(
    validates = TRUE,
    parameters = NULL,
    constraints = NULL,
    values = constraint_real,
    set_up = function(parameters, batch_shape, event_shape = integer(), validate_args = NULL) {
      private$validates <- is.null(validate_args) || .Call(ffi_flag, validate_args, "validate_args")
      private$parameters <- parameters
      self$batch_shape <- batch_shape
      self$event_shape <- event_shape
      if (private$validates) for (name in names(parameters)) require_constraint(parameters[[name]], name, private$constraints[[name]])
    },
    lacks = function(method, cure = "") refuse("%s() has no $%s()%s", class(self)[1L], method, cure),
    sample_shape = function(sample_shape) c(sizes_or_none(sample_shape, "sample_shape"), self$batch_shape, self$event_shape),
    # `value` as a tensor, checked against the support.
    value = function(value, constraint = self$support) {
      like <- private$parameters[[1L]]
      value <- if (inherits(value, "torch_tensor")) value else numbers_as(value, "value", like$dtype)
      if (private$validates) {
        check_event(value, self$event_shape)
        require_constraint(value, "value", constraint)
      }
      value
    },
    # All values, one after the other, for each distribution of the batch.
    enumerated = function(values, expand) {
      values <- values$reshape(c(-1L, rep(1L, length(self$batch_shape))))
      if (.Call(ffi_flag, expand, "expand")) values$expand(c(values$shape[1L], self$batch_shape)) else values
    }
  )
)

sizes_or_none <- function(x, name) if (is.null(x)) integer() else .Call(ffi_integers, x, name)

check_event <- function(value, event_shape) {
  n <- length(event_shape)
  if (n && !identical(utils::tail(value$shape, n), as.integer(event_shape))) {
    refuse("`value` must have [%s] for its last dimensions; its shape is [%s]", toString(event_shape), toString(value$shape))
  }
}

# Numbers as a tensor of that dtype; one number has no dimensions.
numbers_as <- function(x, name, dtype) {
  .Call(ffi_as_tensor, x, name)
  made <- torch_tensor(x, dtype = dtype)
  if (length(x) == 1L && is.null(dim(x))) made$reshape(integer()) else made
}

# Parameters, given by name, as tensors of one floating dtype: that of the tensors among them.
as_parameters <- function(...) {
  given <- list(...)
  are_tensors <- vapply(given, inherits, NA, "torch_tensor")
  given[are_tensors] <- lapply(given[are_tensors], as_inexact)
  dtypes <- lapply(given[are_tensors], function(x) x$dtype)
  dtype <- if (length(dtypes)) Reduce(torch_promote_types, dtypes) else torch_get_default_dtype()
  stats::setNames(lapply(names(given), function(name) {
    x <- given[[name]]
    if (inherits(x, "torch_tensor")) x$to(dtype = dtype) else numbers_as(x, name, dtype)
  }), names(given))
}

broadcast_parameters <- function(parameters) {
  unlike <- function(e) {
    shapes <- vapply(parameters, function(x) sprintf("[%s]", toString(x$shape)), "")
    refuse("the shapes of %s do not broadcast", paste0("`", names(parameters), "` ", shapes, collapse = " and "))
  }
  stats::setNames(tryCatch(torch_broadcast_tensors(parameters), rushlight_error = unlike), names(parameters))
}

# Parameters of which one, and only one, is given, as `probs` and `logits`.
only_one <- function(...) {
  given <- Filter(Negate(is.null), list(...))
  if (length(given) != 1L) refuse("exactly one of %s is needed", paste0("`", ...names(), "`", collapse = ", "))
  do.call(as_parameters, given)
}

# Probabilities kept from 0 and 1, so that they have logarithms.
within_open_interval <- function(probs) {
  eps <- torch_finfo(probs$dtype)$eps
  probs$clamp(eps, 1 - eps)
}
