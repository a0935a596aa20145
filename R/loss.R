#' @export
nnf_mse_loss <- function(input, target, reduction = "mean") {
  force(target) # first, as torch for R has it
  .Call(ffi_mse_loss, input, target, reduction)
}
#' @export
nnf_smooth_l1_loss <- function(input, target, reduction = "mean") .Call(ffi_smooth_l1_loss, input, target, reduction)
#' @export
nnf_l1_loss <- function(input, target, reduction = "mean") reduced_loss(torch_abs(input - target), reduction)
#' @export
nnf_soft_margin_loss <- function(input, target, reduction = "mean") .Call(ffi_soft_margin_loss, input, target, reduction)
#' @export
nnf_binary_cross_entropy <- function(input, target, weight = NULL, reduction = c("mean", "sum", "none")) {
  if (is.null(weight)) return(.Call(ffi_bce_loss, input, target, reduction))
  reduced_loss(.Call(ffi_bce_loss, input, target, "none") * weight, reduction)
}
#' @export
nnf_binary_cross_entropy_with_logits <- function(input, target, weight = NULL, reduction = c("mean", "sum", "none"),
                                                 pos_weight = NULL) {
  if (is.null(weight) && is.null(pos_weight)) return(.Call(ffi_bce_logits_loss, input, target, reduction))
  losses <- .Call(ffi_bce_logits_loss, input, target, "none")
  if (!is.null(pos_weight)) {
    unlikely <- .Call(ffi_bce_logits_loss, input, torch_ones_like(target), "none")
    losses <- losses + (pos_weight - 1) * target * unlikely
  }
  reduced_loss(if (is.null(weight)) losses else losses * weight, reduction)
}
#' @export
nnf_nll_loss <- function(input, target, weight = NULL, ignore_index = -100, reduction = "mean") {
  .Call(ffi_nll_loss, input, target, weight, ignore_index, reduction)
}
#' @export
nnf_cross_entropy <- function(input, target, weight = NULL, ignore_index = -100,
                              reduction = c("mean", "sum", "none")) {
  .Call(ffi_cross_entropy, input, target, weight, ignore_index, reduction)
}

# The losses themselves, their mean or their sum.
reduced_loss <- function(losses, reduction) {
  switch(match.arg(reduction[1], c("mean", "sum", "none")), mean = torch_mean(losses), sum = torch_sum(losses), none = losses)
}

#' @export
nnf_kl_div <- function(input, target, reduction = "mean") {
  losses <- torch_where(target > 0, target * torch_log(target), 0) - target * input
  reduced_loss(losses, reduction)
}
#' @export
nnf_poisson_nll_loss <- function(input, target, log_input = TRUE, full = FALSE, eps = 1e-8, reduction = "mean") {
  losses <- if (log_input) torch_exp(input) - target * input else input - target * torch_log(input + eps)
  if (full) { # Stirling's formula for the factorial
    stirling <- target * torch_log(target) - target + 0.5 * torch_log(2 * pi * target)
    losses <- losses + torch_where(target > 1, stirling, 0)
  }
  reduced_loss(losses, reduction)
}
#' @export
nnf_hinge_embedding_loss <- function(input, target, margin = 1, reduction = "mean") {
  force(target)
  hinge <- torch_clamp(margin - input, min = 0)
  reduced_loss(torch_where(target != 1, hinge, 0) + torch_where(target != -1, input, 0), reduction)
}
#' @export
nnf_margin_ranking_loss <- function(input1, input2, target, margin = 0, reduction = "mean") {
  reduced_loss(torch_clamp(-target * (input1 - input2) + margin, min = 0), reduction)
}
#' @export
nnf_triplet_margin_loss <- function(anchor, positive, negative, margin = 1, p = 2, eps = 1e-6, swap = FALSE,
                                    reduction = "mean") {
  distance <- function(a, b) nnf_pairwise_distance(a, b, p, eps)
  triplet_loss(anchor, positive, negative, distance, margin, swap, reduction)
}
#' @export
nnf_triplet_margin_with_distance_loss <- function(anchor, positive, negative, distance_function = NULL, margin = 1,
                                                  swap = FALSE, reduction = "mean") {
  if (is.null(distance_function)) distance_function <- nnf_pairwise_distance
  triplet_loss(anchor, positive, negative, distance_function, margin, swap, reduction)
}
triplet_loss <- function(anchor, positive, negative, distance, margin, swap, reduction) {
  near <- distance(anchor, positive)
  far <- distance(anchor, negative)
  if (swap) far <- torch_minimum(far, distance(positive, negative))
  reduced_loss(torch_clamp(near - far + margin, min = 0), reduction)
}
#' @export
nnf_cosine_embedding_loss <- function(input1, input2, target, margin = 0, reduction = c("mean", "sum", "none")) {
  tiny <- 1e-12
  last <- -1L
  cosine <- (input1 * input2)$sum(last) /
    torch_sqrt((input1 * input1)$sum(last)$add(tiny) * (input2 * input2)$sum(last)$add(tiny))
  losses <- torch_where(target == 1, 1 - cosine, 0) + torch_where(target == -1, torch_clamp(cosine - margin, min = 0), 0)
  reduced_loss(losses, reduction)
}
#' @export
nnf_multi_margin_loss <- function(input, target, p = 1, margin = 1, weight = NULL, reduction = "mean") {
  if (!p %in% c(1, 2)) raise_error("`p` of nnf_multi_margin_loss() must be 1 or 2")
  if (input$ndim == 1L) {
    input <- input$unsqueeze(1)
    if (target$ndim == 0L) target <- target$unsqueeze(1)
    single <- TRUE
  } else {
    single <- FALSE
  }
  asked <- target$unsqueeze(2)
  losses <- torch_clamp(margin - torch_gather(input, 2, asked) + input, min = 0)$pow(p)
  others <- torch_ones_like(input)$scatter(2, asked, 0)
  if (!is.null(weight)) others <- others * weight[target]$unsqueeze(2)
  losses <- (losses * others)$sum(2) / input$size(2)
  reduced_loss(if (single) losses$squeeze(1) else losses, reduction)
}
#' @export
nnf_multilabel_margin_loss <- function(input, target, reduction = "mean") {
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
  margins <- torch_clamp(1 - scores$unsqueeze(3) + input$unsqueeze(2), min = 0)
  losses <- margins * listed$unsqueeze(3) * (1 - is_target)$unsqueeze(2)
  losses <- losses$sum(c(2, 3)) / input$size(2)
  reduced_loss(if (single) losses$squeeze(1) else losses, reduction)
}
#' @export
nnf_multilabel_soft_margin_loss <- function(input, target, weight = NULL, reduction = "mean") {
  losses <- nnf_binary_cross_entropy_with_logits(input, target, reduction = "none")
  if (!is.null(weight)) losses <- losses * weight
  reduced_loss(losses$mean(-1), reduction)
}
