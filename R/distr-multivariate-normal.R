#' @include distr-distribution.R
NULL

#' The multivariate normal distribution
#'
#' Its spread is given by one of three matrices, of which the others follow: the covariance, its inverse, or the lower triangular factor `L`
#' with covariance `L %*% t(L)`. The factor is what it computes with, so it costs least.
#'
#' @param loc the mean: a tensor of shape `[..., d]`, or a vector of numbers.
#' @param covariance_matrix,precision_matrix symmetric positive definite tensors of shape `[..., d, d]`, or matrices.
#' @param scale_tril a lower triangular tensor of shape `[..., d, d]` with a positive diagonal, or a matrix.
#' @param validate_args whether parameters and values are checked; `NULL` is `TRUE`.
#' @return An object of class `distr_multivariate_normal` with the methods of [distributions] but for `$cdf()`, `$icdf()` and
#'   `$enumerate_support()`. Its event shape is `d`, its batch shape what stands before, broadcast. All three matrices are fields.
#' @section Errors:
#' None or several of the three matrices, matrices that are not square or do not fit `loc`, are not positive definite, or have no such
#' factor, are refused; so are values whose last dimension is not `d`.
#' @examples
#' covariance <- torch_tensor(rbind(c(2, 1), c(1, 2)))
#' d <- distr_multivariate_normal(torch_zeros(2), covariance_matrix = covariance)
#' d$sample(3)
#' d$log_prob(torch_tensor(c(0, 1)))
#' d$scale_tril
#' d$entropy()
#' @export
distr_multivariate_normal <- function(loc, covariance_matrix = NULL, precision_matrix = NULL, scale_tril = NULL,
                                      validate_args = NULL) {
  MultivariateNormal$new(loc, covariance_matrix, precision_matrix, scale_tril, validate_args)
}

# The lower factor of the inverse, from an upper one: P = U U', so its inverse is L L' with L the inverse of U'.
factor_of_inverse <- function(precision) {
  upper <- linalg_cholesky(precision$flip(c(-2L, -1L)))$flip(c(-2L, -1L))
  unit <- torch_eye(utils::tail(precision$shape, 1L), dtype = precision$dtype)
  linalg_solve_triangular(upper$mT(), unit$expand(precision$shape), upper = FALSE)
}

# A tensor of the shape that stands before the last dimensions.
without_last <- function(x, dims) torch_empty(utils::head(x$shape, -dims))

MultivariateNormal <- R6::R6Class(
  "distr_multivariate_normal",
  inherit = Distribution,
  public = list(
    has_rsample = TRUE,
    initialize = function(loc, covariance_matrix = NULL, precision_matrix = NULL, scale_tril = NULL, validate_args = NULL) {
      spread <- only_one(covariance_matrix = covariance_matrix, precision_matrix = precision_matrix, scale_tril = scale_tril)
      kind <- names(spread)
      parameters <- do.call(as_parameters, c(list(loc = loc), spread))
      shapes <- lapply(parameters, function(x) x$shape)
      d <- utils::tail(shapes$loc, 1L)
      if (!length(d)) refuse("`loc` must have at least one dimension")
      if (!identical(utils::tail(shapes[[kind]], 2L), c(d, d))) {
        refuse("`%s` must be of shape [..., %d, %d], as `loc` has it; its shape is [%s]", kind, d, d, toString(shapes[[kind]]))
      }
      batch_shape <- broadcast_parameters(Map(without_last, parameters, c(1L, 2L)))$loc$shape
      widened <- Map(function(x, own_shape) x$expand(c(batch_shape, own_shape)), parameters, list(d, c(d, d)))
      private$set_up(widened, batch_shape, d, validate_args = validate_args)
      given <- parameters[[kind]]
      private$factor <- switch(kind,
        covariance_matrix = linalg_cholesky(given), precision_matrix = factor_of_inverse(given), scale_tril = given
      )
    },
    rsample = function(sample_shape = NULL) {
      noise <- torch_randn(private$sample_shape(sample_shape), dtype = self$loc$dtype)
      self$loc + torch_matmul(private$factor, noise$unsqueeze(-1L))$squeeze(-1L)
    },
    log_prob = function(value) {
      off <- private$value(value) - self$loc
      -0.5 * (self$event_shape * log(2 * pi) + private$squared_distance(off)) - private$log_det_factor()
    },
    entropy = function() (private$log_det_factor() + self$event_shape * (1 + log(2 * pi)) / 2)$expand(self$batch_shape)
  ),
  active = list(
    loc = function() private$parameters$loc,
    scale_tril = function() private$matrix("scale_tril", private$factor),
    covariance_matrix = function() private$matrix("covariance_matrix", torch_matmul(private$factor, private$factor$mT())),
    precision_matrix = function() private$matrix("precision_matrix", torch_cholesky_inverse(private$factor)),
    mean = function() self$loc,
    variance = function() private$factor$square()$sum(-1L)$expand(c(self$batch_shape, self$event_shape))
  ),
  private = list(
    factor = NULL,
    constraints = list(
      loc = constraint_vector, covariance_matrix = constraint_positive_definite, precision_matrix = constraint_positive_definite,
      scale_tril = constraint_lower_factor
    ),
    values = constraint_vector,
    # What was given by that name, or else what follows from the factor.
    matrix = function(name, derived) {
      given <- private$parameters[[name]]
      if (is.null(given)) derived$expand(c(self$batch_shape, self$event_shape, self$event_shape)) else given
    },
    log_det_factor = function() private$factor$diagonal(dim1 = -2L, dim2 = -1L)$log()$sum(-1L),
    # Of x' inverse(covariance) x: all draws of one batch are right-hand sides of one system.
    squared_distance = function(x) {
      draws <- utils::head(x$shape, -length(self$batch_shape) - 1L)
      columns <- x$reshape(c(prod(draws), self$batch_shape, self$event_shape))$movedim(1L, -1L)
      solved <- linalg_solve_triangular(private$factor, columns, upper = FALSE)
      solved$square()$sum(-2L)$movedim(-1L, 1L)$reshape(c(draws, self$batch_shape))
    }
  )
)
