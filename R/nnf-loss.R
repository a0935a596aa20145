#' Regression losses
#'
#' Element by element, with \eqn{d} the difference of `input` and `target`:
#'
#' | function | loss |
#' |---|---|
#' | `nnf_mse_loss()` | \eqn{d^2}{d^2} |
#' | `nnf_l1_loss()` | \eqn{|d|}{abs(d)} |
#' | `nnf_smooth_l1_loss()` | \eqn{d^2 / 2}{d^2 / 2} where \eqn{|d| < 1}{abs(d) < 1}, else \eqn{|d| - 1/2}{abs(d) - 1/2} |
#'
#' and then their mean, their sum, or none of it. `input` and `target` broadcast against each other; another shape of `target`
#' is met with a warning, since a column beside a vector makes a matrix of losses, which is seldom meant.
#'
#' @param input what was predicted: a floating tensor of any shape.
#' @param target what should have been, usually of the same shape.
#' @param reduction `"mean"`, `"sum"` or `"none"`.
#' @return A tensor without dimensions, or of the elements' shape if `reduction = "none"`.
#' @section Errors:
#' Refused are shapes that do not broadcast, integers as both `input` and `target` (`nnf_l1_loss()` can sum them), and another `reduction`
#' than those above and their numbers, as in [torch_reduction_mean()].
#' @examples
#' x <- torch_tensor(c(1, 2, 4), requires_grad = TRUE)
#' loss <- nnf_mse_loss(x, torch_tensor(c(1, 1, 1)))
#' loss$backward()
#' x$grad
#' nnf_l1_loss(x, torch_ones(3), reduction = "none")
#' nnf_smooth_l1_loss(x, torch_ones(3), reduction = "sum")
#' @export
nnf_mse_loss <- function(input, target, reduction = "mean") {
  force(target) # first, as torch for R has it
  loss <- .Call(ffi_mse_loss, input, target, reduction)
  warn_of_shapes(input, target)
  loss
}

#' @rdname nnf_mse_loss
#' @export
nnf_smooth_l1_loss <- function(input, target, reduction = "mean") {
  loss <- .Call(ffi_smooth_l1_loss, input, target, reduction)
  warn_of_shapes(input, target)
  loss
}

#' @rdname nnf_mse_loss
#' @export
nnf_l1_loss <- function(input, target, reduction = "mean") {
  both <- operands(list(input = input, target = target))
  losses <- torch_abs(.Call(ffi_sub, both$input, both$target, NULL))
  warn_of_shapes(input, target)
  reduced_loss(losses, reduction)
}

# A column beside a vector makes a matrix of losses, seldom on purpose. One number of R is no mistake.
warn_of_shapes <- function(input, target, call = users_call()) {
  if (is_tensor(target)) {
    if (.Call(ffi_is_same_size, input, target)) return(invisible())
  } else if (length(target) == 1L && is.null(dim(target))) {
    return(invisible())
  }
  shapes <- lapply(list(input, target), function(x) if (is.null(dim(x))) length(x) else dim(x))
  if (identical(shapes[[1L]], shapes[[2L]])) return(invisible())
  text <- vapply(shapes, toString, "")
  message <- sprintf("`target` has shape [%s] and was broadcast with shape [%s], which is seldom meant", text[2L], text[1L])
  raise_warning(message, call)
}

#' Losses with a margin
#'
#' | function | loss |
#' |---|---|
#' | `nnf_soft_margin_loss()` | \eqn{\log(1 + e^{-tx})}{log(1 + exp(-t x))}, with \eqn{t} 1 or -1 |
#' | `nnf_hinge_embedding_loss()` | \eqn{x} where \eqn{t = 1}{t is 1}, \eqn{\max(0, m - x)}{max(0, margin - x)} where it is -1 |
#' | `nnf_margin_ranking_loss()` | \eqn{\max(0, m - t (x_1 - x_2))}{max(0, margin - t (x1 - x2))} |
#' | `nnf_triplet_margin_loss()` | \eqn{\max(0, d(a, p) - d(a, n) + m)}{max(0, d(a, p) - d(a, n) + margin)}, with the distances of rows |
#' | `nnf_cosine_embedding_loss()` | 1 less the cosine of rows; where \eqn{t = -1}{t is -1}: \eqn{\max(0, \cos - m)}{max(0, cos - margin)} |
#' | `nnf_multi_margin_loss()` | the mean of \eqn{\max(0, m - x_t + x_k)^p}{max(0, margin - x[t] + x[k])^p} over the other classes |
#' | `nnf_multilabel_margin_loss()` | the same with several right classes and margin 1: each against each wrong one |
#' | `nnf_multilabel_soft_margin_loss()` | the mean over classes of the cross-entropy of two |
#'
#' @param input,input1,input2,anchor,positive,negative floating tensors: of any shape for the first three functions, with a vector in each
#'   row for the triplets and the cosine, of shape (classes) or (n, classes) for the last three functions.
#' @param target a tensor of 1 and -1; for `nnf_multi_margin_loss()` the right classes, from 1; for `nnf_multilabel_margin_loss()` the right
#'   classes of each row, then 0; for `nnf_multilabel_soft_margin_loss()` 0 or 1 for each class.
#' @param margin the margin.
#' @param p the exponent, or that of the norm.
#' @param eps added to differences, so that a distance of 0 has a derivative.
#' @param swap whether the distance of `positive` from `negative` counts if it is smaller than that of `anchor`.
#' @param distance_function a function of two tensors, for [nnf_pairwise_distance()].
#' @param weight a weight for each class, or `NULL`.
#' @param reduction `"mean"`, `"sum"` or `"none"`; the first if several.
#' @return A tensor without dimensions, or one loss for each element or row if `reduction = "none"`.
#' @section Errors:
#' Refused are shapes that do not broadcast, classes that are no integers or not there, a `p` of `nnf_multi_margin_loss()` other than 1 and
#' 2, a `margin` that is no number, a `distance_function` that is no function, and another `reduction`.
#' @examples
#' x <- torch_tensor(c(0.5, -1, 2))
#' t <- torch_tensor(c(1, -1, -1))
#' nnf_soft_margin_loss(x, t)
#' nnf_hinge_embedding_loss(x, t, reduction = "none")
#' nnf_margin_ranking_loss(x, torch_zeros(3), t)
#'
#' a <- torch_tensor(rbind(c(1, 0), c(0, 1)))
#' b <- torch_tensor(rbind(c(1, 1), c(0, 2)))
#' nnf_cosine_embedding_loss(a, b, torch_tensor(c(1, -1)))
#' nnf_triplet_margin_loss(a, b, torch_zeros(2, 2))
#' nnf_triplet_margin_with_distance_loss(a, b, torch_zeros(2, 2), function(x, y) (x - y)$abs()$sum(2))
#'
#' scores <- torch_tensor(rbind(c(0.1, 0.2, 0.8)))
#' nnf_multi_margin_loss(scores, torch_tensor(3L))
#' nnf_multilabel_margin_loss(scores, torch_tensor(rbind(c(3L, 1L, 0L))))
#' nnf_multilabel_soft_margin_loss(scores, torch_tensor(rbind(c(1, 0, 1))))
#' @export
nnf_soft_margin_loss <- function(input, target, reduction = "mean") {
  loss <- .Call(ffi_soft_margin_loss, input, target, reduction)
  warn_of_shapes(input, target)
  loss
}

#' Cross-entropy of two classes
#'
#' With the probability \eqn{p} of the one class, and the target \eqn{t}, 0 or 1 or between:
#' \deqn{-w (t \log p + (1 - t) \log(1 - p))}{-w (t log(p) + (1 - t) log(1 - p))}
#' `nnf_binary_cross_entropy()` is given \eqn{p}, whose logarithms it takes to be no less than -100; what is not between 0 and
#' 1 is an error.
#' `nnf_binary_cross_entropy_with_logits()` is given \eqn{x} where \eqn{p = 1 / (1 + e^{-x})}{p = 1 / (1 + exp(-x))}, neither overflows nor
#' loses precision, and is one pass over memory if there are no weights; the loss of an infinite logit is 0 if the target
#' agrees with it, else infinite.
#'
#' @param input probabilities, or logits, of any shape.
#' @param target a tensor that broadcasts with `input`.
#' @param weight weights \eqn{w} of the elements, that broadcast; or `NULL`.
#' @param reduction `"mean"`, `"sum"` or `"none"`; the first if several.
#' @param pos_weight factors of \eqn{t \log p}{t log(p)}, that broadcast; or `NULL`.
#' @return A tensor without dimensions, or of the elements' shape if `reduction = "none"`.
#' @section Errors:
#' Refused are probabilities below 0, above 1 or NaN, shapes that do not broadcast, integers as both `input` and `target`, and another
#' `reduction`. A `target` is not checked.
#' @examples
#' x <- torch_tensor(c(-2, 0, 3))
#' t <- torch_tensor(c(0, 1, 1))
#' nnf_binary_cross_entropy_with_logits(x, t)
#' nnf_binary_cross_entropy(torch_sigmoid(x), t)
#' @export
nnf_binary_cross_entropy <- function(input, target, weight = NULL, reduction = c("mean", "sum", "none")) {
  loss <- .Call(ffi_bce_loss, input, target, if (is.null(weight)) reduction else "none")
  warn_of_shapes(input, target)
  if (is.null(weight)) loss else reduced_loss(times(loss, weight = weight), reduction)
}

#' @rdname nnf_binary_cross_entropy
#' @export
nnf_binary_cross_entropy_with_logits <- function(input, target, weight = NULL, reduction = c("mean", "sum", "none"),
                                                 pos_weight = NULL) {
  losses <- .Call(ffi_bce_logits_loss, input, target, if (is.null(weight) && is.null(pos_weight)) reduction else "none")
  warn_of_shapes(input, target)
  if (is.null(weight) && is.null(pos_weight)) return(losses)
  if (!is.null(pos_weight)) {
    unlikely <- .Call(ffi_bce_logits_loss, input, torch_ones_like(.Call(ffi_as_tensor, target, "target")), "none")
    losses <- losses + (times(target, pos_weight = pos_weight) - target) * unlikely
  }
  reduced_loss(if (is.null(weight)) losses else times(losses, weight = weight), reduction)
}

# losses times a weight, of which errors speak by its name
times <- function(losses, ...) {
  both <- operands(list(target = losses, ...))
  .Call(ffi_mul, both[[1]], both[[2]])
}

#' Cross-entropy of classes
#'
#' `nnf_nll_loss()` is \eqn{-w_t \, x_t}{-w[t] x[t]} for the logarithms \eqn{x} of the classes' probabilities and the class \eqn{t} that was
#' seen; their mean is divided by the weights of all that was seen. `nnf_cross_entropy()` is the same of `nnf_log_softmax(input)`; it also
#' takes the probabilities of the classes as a floating `target` of the shape of `input`.
#'
#' @param input scores of shape (classes), (n, classes), or (n, classes, ...) with more dimensions after.
#' @param target the classes seen, integers from 1, of the shape of `input` without the classes.
#' @param weight a vector with a weight for each class, or `NULL`.
#' @param ignore_index the `target` that does not count.
#' @param reduction `"mean"`, `"sum"` or `"none"`; the first if several.
#' @return A tensor without dimensions, or if `reduction = "none"` of the shape of `input` without the classes.
#' @section Errors:
#' Refused are classes below 1 (but `ignore_index`) or above their number, a `target` or `weight` of another shape, a floating `target` of
#' `nnf_nll_loss()`, scores of integers, and another `reduction`.
#' @examples
#' scores <- torch_tensor(rbind(c(2, 1, 0), c(0, 1, 2)), requires_grad = TRUE)
#' loss <- nnf_cross_entropy(scores, torch_tensor(c(1L, 3L)))
#' loss$backward()
#' scores$grad
#' nnf_nll_loss(nnf_log_softmax(scores, 2), torch_tensor(c(1L, 3L)), reduction = "none")
#' @export
nnf_nll_loss <- function(input, target, weight = NULL, ignore_index = -100, reduction = "mean") {
  .Call(ffi_nll_loss, input, target, weight, ignore_index, reduction)
}

#' @rdname nnf_nll_loss
#' @export
nnf_cross_entropy <- function(input, target, weight = NULL, ignore_index = -100,
                              reduction = c("mean", "sum", "none")) {
  .Call(ffi_cross_entropy, input, target, weight, ignore_index, reduction)
}

#' Connectionist temporal classification
#'
#' The negative logarithm of the probability that a sequence of frames, each with probabilities of the classes, reads as the target, once
#' repetitions and then blanks are dropped. All readings are added up by dynamic programming, in logarithms.
#'
#' @param log_probs logarithms of the classes' probabilities: frames x batch x classes, or frames x classes for one sequence.
#' @param targets the classes of each target: batch x longest, or all targets one after the other. Here, as in torch for R, classes count
#'   from 0.
#' @param input_lengths,target_lengths how many frames and how many classes each sequence has: vectors with a number for each.
#' @param blank the class that stands for nothing.
#' @param reduction `"mean"`, for which each loss is divided by the length of its target, `"sum"` or `"none"`.
#' @param zero_infinity whether a target that does not fit its frames costs 0 instead of infinity.
#' @return A tensor without dimensions, or one loss for each sequence if `reduction = "none"`.
#' @section Errors:
#' Refused are `log_probs` of other dimensions, lengths that are not one for each sequence, reach beyond the frames or are below 0 (below 1
#' for frames), fewer `targets` than `target_lengths` says, and classes or a `blank` that `log_probs` does not have.
#' @examples
#' log_probs <- nnf_log_softmax(torch_randn(6, 2, 4), 3)
#' nnf_ctc_loss(log_probs, torch_tensor(rbind(c(1L, 2L), c(3L, 0L))), c(6, 5), c(2, 1))
#' @export
nnf_ctc_loss <- function(log_probs, targets, input_lengths, target_lengths, blank = 0, reduction = c("mean", "sum", "none"),
                         zero_infinity = FALSE) {
  log_probs <- .Call(ffi_as_tensor, log_probs, "log_probs")
  single <- log_probs$ndim == 2L
  if (single) log_probs <- log_probs$unsqueeze(2)
  if (log_probs$ndim != 3L) raise_error("`log_probs` must be frames x batch x classes")
  batch <- log_probs$size(2)
  frames <- .Call(ffi_integers, input_lengths, "input_lengths")
  lengths <- .Call(ffi_integers, target_lengths, "target_lengths")
  if (length(frames) != batch || length(lengths) != batch) {
    raise_error("`input_lengths` and `target_lengths` must have one number for each sequence of the batch")
  }
  if (any(frames < 1 | frames > log_probs$size(1))) raise_error("`input_lengths` must lie within the frames of `log_probs`")
  if (any(lengths < 0)) raise_error("`target_lengths` must be 0 or more")
  blank <- .Call(ffi_integer, blank, "blank")
  asked <- numbers_of(.Call(ffi_as_tensor, targets, "targets"))
  in_rows <- length(dim(asked)) == 2L
  enough <- if (in_rows) nrow(asked) == batch && all(lengths <= ncol(asked)) else sum(lengths) <= length(asked)
  if (!enough) {
    raise_error("`targets` must have as many elements for each sequence of the batch as `target_lengths` says")
  }
  losses <- lapply(seq_len(batch), function(k) {
    read <- if (length(dim(asked)) == 2) asked[k, seq_len(lengths[k])] else asked[sum(lengths[seq_len(k - 1)]) + seq_len(lengths[k])]
    ctc_loss_of_one(log_probs$select(2, k)$narrow(1, 1, frames[k]), as.integer(read), blank)
  })
  losses <- torch_stack(losses)
  if (.Call(ffi_flag, zero_infinity, "zero_infinity")) losses <- torch_where(losses == Inf, 0, losses)
  reduction <- reduction_name(reduction)
  if (reduction == "mean") losses <- losses / torch_tensor(pmax(lengths, 1L), dtype = losses$dtype)
  if (single && reduction == "none") losses$squeeze(1) else reduced_loss(losses, reduction)
}

# States are the blanks and classes in turn: blank, first, blank, second, ..., blank. From one frame to the next a reading stays, moves on,
# or skips a blank between two classes that differ.
ctc_loss_of_one <- function(log_probs, read, blank) {
  states <- c(if (length(read)) rbind(blank, read), blank)
  n <- length(states)
  frames <- log_probs$size(1)
  never <- -1e30 # of which differences can be taken
  scores <- torch_index_select(log_probs, 2, torch_tensor(states + 1L))
  impossible <- function(k) torch_full(k, never, dtype = log_probs$dtype)
  may_skip <- c(FALSE, FALSE, states[-(1:2)] != blank & states[-(1:2)] != states[seq_len(max(n - 2, 0))])[seq_len(n)]
  no_skip <- torch_tensor(ifelse(may_skip, 0, never), dtype = log_probs$dtype)
  begins <- min(n, 2L)
  reached <- scores$select(1, 1)$narrow(1, 1, begins)
  if (n > begins) reached <- torch_cat(list(reached, impossible(n - begins)))
  for (frame in seq_len(frames)[-1]) {
    ways <- list(reached)
    if (n > 1) {
      moved <- torch_cat(list(impossible(1), reached$narrow(1, 1, n - 1)))
      skipped <- torch_cat(list(impossible(2), reached$narrow(1, 1, n - 2))) + no_skip
      ways <- list(reached, moved, skipped)
    }
    reached <- torch_logsumexp(torch_stack(ways), 1) + scores$select(1, frame)
  }
  loss <- -torch_logsumexp(reached$narrow(1, n - begins + 1, begins), 1)
  torch_where(loss > -never / 2, Inf, loss)
}

#' Reductions of losses
#'
#' The numbers that the argument `reduction` of a loss may be, instead of `"mean"`, `"sum"` or `"none"`.
#'
#' @return `torch_reduction_mean()`: 1; `torch_reduction_sum()`: 2; `torch_reduction_none()`: 0.
#' @section Errors:
#' The functions take no arguments; a loss refuses other numbers.
#' @examples
#' nnf_mse_loss(torch_ones(2), torch_zeros(2), reduction = torch_reduction_sum())
#' nnf_l1_loss(torch_ones(2), torch_zeros(2), reduction = torch_reduction_none())
#' nnf_l1_loss(torch_ones(2), torch_zeros(2), reduction = torch_reduction_mean())
#' @export
torch_reduction_mean <- function() 1L

#' @rdname torch_reduction_mean
#' @export
torch_reduction_sum <- function() 2L

#' @rdname torch_reduction_mean
#' @export
torch_reduction_none <- function() 0L

reduction_name <- function(reduction, call = users_call()) {
  names <- c("none", "mean", "sum")
  if (is.numeric(reduction) && length(reduction) == 1L && reduction %in% 0:2) return(names[reduction + 1])
  if (is.character(reduction) && reduction[1] %in% names) return(reduction[1])
  raise_error("`reduction` must be \"mean\", \"sum\" or \"none\"", call)
}

# The losses themselves, their mean or their sum.
reduced_loss <- function(losses, reduction) {
  switch(reduction_name(reduction, users_call()), mean = torch_mean(losses), sum = torch_sum(losses), none = losses)
}

#' Losses of distributions
#'
#' `nnf_kl_div()`, with the logarithms \eqn{x} of predicted probabilities and the true ones \eqn{t}, is \eqn{t (\log t - x)}{t (log(t) -
#' x)};
#' its mean is that of all elements; `reduction = "batchmean"` divides the sum by the size of the first dimension, which is the
#' divergence. `nnf_poisson_nll_loss()` is \eqn{e^x - t x}{exp(x) - t x}, the negative log-likelihood of a Poisson
#' distribution up to a constant, or \eqn{x - t \log(x + \epsilon)}{x - t log(x + eps)} if not `log_input`.
#'
#' @inheritParams nnf_mse_loss
#' @param input logarithms of probabilities; logarithms of rates, or the rates. A tensor of any shape.
#' @param target probabilities; counts. Usually of the same shape.
#' @param log_input whether `input` is the logarithm.
#' @param full whether Stirling's formula for \eqn{\log t!}{log(factorial(t))} is added, where \eqn{t > 1}{t > 1}.
#' @param eps what keeps the logarithm from 0.
#' @return A tensor without dimensions, or of the elements' shape if `reduction = "none"`.
#' @section Errors:
#' Refused are shapes that do not broadcast, another `reduction`, and `NA` for `log_input`, `full` or `eps`. Whether probabilities are such
#' is not checked.
#' @examples
#' p <- torch_tensor(rbind(c(0.2, 0.8)))
#' nnf_kl_div(torch_log(p), torch_tensor(rbind(c(0.5, 0.5))), reduction = "sum")
#' nnf_poisson_nll_loss(torch_tensor(c(0.5, 1)), torch_tensor(c(2, 3)))
#' @export
nnf_kl_div <- function(input, target, reduction = "mean") {
  both <- two_tensors(input, target, c("input", "target"))
  input <- both[[1]]
  target <- both[[2]]
  losses <- target$xlogy(target) - target * input
  warn_of_shapes(input, target)
  if (identical(reduction, "batchmean")) return(torch_sum(losses) / if (input$ndim) input$size(1) else 1)
  reduced_loss(losses, reduction)
}

#' @rdname nnf_kl_div
#' @export
nnf_poisson_nll_loss <- function(input, target, log_input = TRUE, full = FALSE, eps = 1e-8, reduction = "mean") {
  both <- operands(list(input = input, target = target))
  input <- both[[1]]
  target <- both[[2]]
  eps <- .Call(ffi_number, eps, "eps")
  is_log <- .Call(ffi_flag, log_input, "log_input")
  losses <- if (is_log) torch_exp(input) - target * input else input - target * torch_log(input + eps)
  if (.Call(ffi_flag, full, "full")) { # Stirling's formula for the factorial
    stirling <- target * torch_log(target) - target + 0.5 * torch_log(2 * pi * target)
    losses <- losses + torch_where(target > 1, stirling, 0)$to(dtype = losses$dtype)
  }
  warn_of_shapes(input, target)
  reduced_loss(losses, reduction)
}

#' @rdname nnf_soft_margin_loss
#' @export
nnf_hinge_embedding_loss <- function(input, target, margin = 1, reduction = "mean") {
  both <- two_tensors(input, target, c("input", "target"))
  input <- both[[1]]
  target <- both[[2]]
  margin <- .Call(ffi_number, margin, "margin")
  hinge <- torch_clamp(.Call(ffi_sub, margin, input, NULL), min = 0)
  losses <- torch_where(.Call(ffi_ne, target, 1), hinge, 0) + torch_where(.Call(ffi_ne, target, -1), input, 0)
  warn_of_shapes(input, target)
  reduced_loss(losses, reduction)
}

#' @rdname nnf_soft_margin_loss
#' @export
nnf_margin_ranking_loss <- function(input1, input2, target, margin = 0, reduction = "mean") {
  both <- operands(list(input1 = input1, input2 = input2))
  difference <- .Call(ffi_sub, both$input1, both$input2, NULL)
  target <- .Call(ffi_as_tensor, target, "target")
  margin <- .Call(ffi_number, margin, "margin")
  losses <- torch_clamp(.Call(ffi_sub, margin, .Call(ffi_mul, target, difference), NULL), min = 0)
  warn_of_shapes(difference, target)
  reduced_loss(losses, reduction)
}

#' @rdname nnf_soft_margin_loss
#' @export
nnf_triplet_margin_loss <- function(anchor, positive, negative, margin = 1, p = 2, eps = 1e-6, swap = FALSE,
                                    reduction = "mean") {
  distance <- function(a, b) nnf_pairwise_distance(a, b, p, eps)
  triplet_loss(anchor, positive, negative, distance, margin, swap, reduction)
}

#' @rdname nnf_soft_margin_loss
#' @export
nnf_triplet_margin_with_distance_loss <- function(anchor, positive, negative, distance_function = NULL, margin = 1,
                                                  swap = FALSE, reduction = "mean") {
  if (is.null(distance_function)) distance_function <- nnf_pairwise_distance
  if (!is.function(distance_function)) raise_error("`distance_function` must be a function of two tensors")
  triplet_loss(anchor, positive, negative, distance_function, margin, swap, reduction)
}
triplet_loss <- function(anchor, positive, negative, distance, margin, swap, reduction) {
  three <- operands(list(anchor = anchor, positive = positive, negative = negative))
  anchor <- three$anchor
  positive <- three$positive
  negative <- three$negative
  margin <- .Call(ffi_number, margin, "margin")
  near <- distance(anchor, positive)
  far <- distance(anchor, negative)
  if (.Call(ffi_flag, swap, "swap")) far <- torch_minimum(far, distance(positive, negative))
  reduced_loss(torch_clamp(.Call(ffi_add, .Call(ffi_sub, near, far, NULL), margin, NULL), min = 0), reduction)
}

#' @rdname nnf_soft_margin_loss
#' @export
nnf_cosine_embedding_loss <- function(input1, input2, target, margin = 0, reduction = c("mean", "sum", "none")) {
  both <- two_tensors(input1, input2, c("input1", "input2"))
  input1 <- both[[1]]
  input2 <- both[[2]]
  target <- .Call(ffi_as_tensor, target, "target")
  margin <- .Call(ffi_number, margin, "margin")
  tiny <- 1e-12
  last <- -1L
  cosine <- (input1 * input2)$sum(last) /
    torch_sqrt((input1 * input1)$sum(last)$add(tiny) * (input2 * input2)$sum(last)$add(tiny))
  above <- torch_clamp(.Call(ffi_sub, cosine, margin, NULL), min = 0)
  losses <- torch_where(.Call(ffi_eq, target, 1), 1 - cosine, 0) + torch_where(.Call(ffi_eq, target, -1), above, 0)
  warn_of_shapes(cosine, target)
  reduced_loss(losses, reduction)
}

#' @rdname nnf_soft_margin_loss
#' @export
nnf_multi_margin_loss <- function(input, target, p = 1, margin = 1, weight = NULL, reduction = "mean") {
  p <- .Call(ffi_number, p, "p")
  if (!p %in% c(1, 2)) raise_error("`p` of nnf_multi_margin_loss() must be 1 or 2")
  margin <- .Call(ffi_number, margin, "margin")
  input <- .Call(ffi_as_tensor, input, "input")
  target <- .Call(ffi_as_tensor, target, "target")
  if (!is.null(weight)) weight <- .Call(ffi_as_tensor, weight, "weight")
  if (input$ndim == 1L) {
    input <- input$unsqueeze(1)
    if (target$ndim == 0L) target <- target$unsqueeze(1)
    single <- TRUE
  } else {
    single <- FALSE
  }
  if (input$ndim != 2L || !identical(dim(target), dim(input)[1L])) {
    raise_error(sprintf(
      "`target` must hold one class for each row of `input`; their shapes are [%s] and [%s]", toString(dim(target)), toString(dim(input))
    ))
  }
  if (!is.null(weight) && !identical(dim(weight), dim(input)[2L])) {
    raise_error(sprintf("`weight` must hold one number for each of %d classes; its shape is [%s]", dim(input)[2L], toString(dim(weight))))
  }
  asked <- target$unsqueeze(2)
  margins <- margin - torch_gather(input, 2, asked) + input
  others <- torch_ones_like(input)$scatter(2, asked, 0)
  losses <- torch_where((margins > 0) & (others > 0), margins, 0)$pow(p)
  if (!is.null(weight)) losses <- losses * weight[target]$unsqueeze(2)
  losses <- losses$sum(2) / input$size(2)
  reduced_loss(if (single) losses$squeeze(1) else losses, reduction)
}

#' @rdname nnf_soft_margin_loss
#' @export
nnf_multilabel_margin_loss <- function(input, target, reduction = "mean") {
  input <- .Call(ffi_as_tensor, input, "input")
  target <- .Call(ffi_as_tensor, target, "target")
  single <- input$ndim == 1L
  if (single) {
    input <- input$unsqueeze(1)
    target <- target$unsqueeze(1)
  }
  # Classes are listed up to the first that is not positive.
  listed <- (target > 0)$to(dtype = torch_long())$cumprod(2)
  places <- torch_where(listed == 1, target, torch_ones_like(target))
  is_target <- torch_zeros_like(input)$scatter_add(2, places, listed$to(dtype = input$dtype))$clamp(max = 1)
  scores <- torch_gather(input, 2, places)
  margins <- 1 - scores$unsqueeze(3) + input$unsqueeze(2)
  counted <- (margins > 0) & (listed$unsqueeze(3) > 0) & (is_target$unsqueeze(2) == 0)
  losses <- torch_where(counted, margins, 0)$sum(c(2, 3)) / input$size(2)
  reduced_loss(if (single) losses$squeeze(1) else losses, reduction)
}

#' @rdname nnf_soft_margin_loss
#' @export
nnf_multilabel_soft_margin_loss <- function(input, target, weight = NULL, reduction = "mean") {
  losses <- .Call(ffi_bce_logits_loss, input, target, "none")
  warn_of_shapes(input, target)
  if (!is.null(weight)) losses <- .Call(ffi_mul, losses, weight)
  reduced_loss(losses$mean(-1), reduction)
}
