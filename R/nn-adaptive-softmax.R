#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Adaptive softmax
#'
#' A softmax for many classes, of which few are frequent: classes beyond the cutoffs stand in clusters with smaller projections.
#' The classes are
#' sorted by frequency, the most frequent first. `$log_prob(input)` gives the logarithms of all probabilities, `$predict(input)`
#' the likeliest
#' classes.
#'
#' @param in_features the features of the input.
#' @param n_classes how many classes.
#' @param cutoffs an increasing sequence: how many classes come before each cluster.
#' @param div_value each cluster has so many times fewer features than the one before.
#' @param head_bias whether the first layer has a bias.
#' @return A module, called with the input (N, in_features) and the classes (N), counted from 1; it gives a list of `output`,
#'   the log probability of
#'   each class (N), and `loss`.
#' @references Grave et al. (2017), Efficient softmax approximation for GPUs.
#' @section Errors:
#'   Cutoffs that do not increase, or reach beyond the classes, are refused, and classes out of range.
#' @examples
#' model <- nn_adaptive_log_softmax_with_loss(4, n_classes = 10, cutoffs = c(3, 6))
#' x <- torch_randn(2, 4)
#' model(x, torch_tensor(c(1L, 9L)))$loss
#' model$log_prob(x)$exp()$sum(2)
#' model$predict(x)
#' @export
nn_adaptive_log_softmax_with_loss <- nn_module(
  "nn_adaptive_log_softmax_with_loss",
  initialize = function(in_features, n_classes, cutoffs, div_value = 4, head_bias = FALSE) {
    in_features <- .Call(ffi_count, in_features, "in_features")
    n_classes <- .Call(ffi_count, n_classes, "n_classes")
    div_value <- .Call(ffi_number, div_value, "div_value")
    cutoffs <- .Call(ffi_integers, cutoffs, "cutoffs")
    if (!length(cutoffs) || is.unsorted(cutoffs, strictly = TRUE) || cutoffs[1L] < 1 || cutoffs[length(cutoffs)] > n_classes - 1) {
      raise_error("`cutoffs` must be increasing numbers between 1 and `n_classes` - 1")
    }
    self$in_features <- in_features
    self$n_classes <- n_classes
    self$cutoffs <- c(cutoffs, n_classes)
    self$div_value <- div_value
    self$shortlist_size <- cutoffs[1L]
    self$n_clusters <- length(cutoffs)
    self$head_size <- self$shortlist_size + self$n_clusters
    self$head <- nn_linear(in_features, self$head_size, bias = head_bias)
    self$tail <- nn_module_list(lapply(seq_len(self$n_clusters), function(k) {
      features <- in_features %/% div_value^k
      nn_sequential(nn_linear(in_features, features, bias = FALSE), nn_linear(features, diff(self$cutoffs)[k], bias = FALSE))
    }))
  },
  reset_parameters = function() {
    self$head$reset_parameters()
    for (cluster in as.list(self$tail)) for (layer in as.list(cluster)) layer$reset_parameters()
  },
  log_prob = function(input) {
    head <- nnf_log_softmax(self$head(input), 2L)
    shortlist <- head$narrow(2L, 1L, self$shortlist_size)
    clusters <- lapply(seq_len(self$n_clusters), function(k) {
      nnf_log_softmax(self$tail[[k]](input), 2L) + head$narrow(2L, self$shortlist_size + k, 1L)
    })
    torch_cat(c(list(shortlist), clusters), 2L)
  },
  predict = function(input) torch_argmax(self$log_prob(input), 2L),
  forward = function(input, target) {
    classes <- as.numeric(target)
    if (any(classes < 1 | classes > self$n_classes)) raise_error(sprintf("`target` must hold classes between 1 and %d", self$n_classes))
    output <- self$log_prob(input)$gather(2L, target$unsqueeze(2L))$squeeze(2L)
    list(output = output, loss = -output$mean())
  }
)
