#' @include nn-module.R nn-instance.R nn-parameter.R nn-activation.R
NULL

#' Losses as modules
#'
#' Each is the function of [nnf_mse_loss()] and its kin of the same name, with its arguments kept as fields; `$reduction` can be set.
#' They inherit from `nn_loss`.
#'
#' @param weight,pos_weight,ignore_index,margin,p,eps,swap,log_input,full,blank,zero_infinity,distance_function as in the function of that
#'   name. Weights are buffers of the module.
#' @param reduction `"mean"`, `"sum"` or `"none"`.
#' @return A module, which is called with what the function is: `loss(input, target)`. The output has no dimensions, or with
#'   `reduction = "none"` one element for each.
#' @section Errors:
#'   What the function of that name refuses.
#' @examples
#' loss <- nn_mse_loss()
#' loss(torch_tensor(c(1, 2)), torch_tensor(c(1, 4)))
#' nn_cross_entropy_loss()(torch_randn(3, 5), torch_tensor(c(1L, 5L, 2L)))
#' x <- torch_tensor(c(0.2, 0.9))
#' y <- torch_tensor(c(0, 1))
#' sign <- torch_tensor(c(-1, 1))
#' nn_bce_loss()(x, y)
#' nn_bce_with_logits_loss()(x, y)
#' nn_l1_loss()(x, y)
#' nn_smooth_l1_loss()(x, y)
#' nn_kl_div_loss(reduction = "sum")(x$log(), torch_tensor(c(0.5, 0.5)))
#' nn_poisson_nll_loss()(x, y)
#' nn_soft_margin_loss()(x, sign)
#' nn_hinge_embedding_loss()(x, sign)
#' nn_margin_ranking_loss()(x, y, sign)
#' nn_nll_loss()(torch_randn(2, 3)$log_softmax(2), torch_tensor(c(1L, 3L)))
#' nn_multi_margin_loss()(torch_randn(2, 3), torch_tensor(c(1L, 3L)))
#' nn_multilabel_margin_loss()(torch_randn(1, 3), torch_tensor(matrix(c(2L, 0L, 0L), 1)))
#' nn_multilabel_soft_margin_loss()(torch_randn(2, 3), torch_ones(2, 3))
#' a <- torch_randn(2, 3)
#' nn_cosine_embedding_loss()(a, a, torch_ones(2))
#' nn_triplet_margin_loss()(a, a, a + 1)
#' nn_triplet_margin_with_distance_loss()(a, a, a + 1)
#' nn_pairwise_distance()(a, a + 1)
#' steps <- torch_randn(4, 1, 4)$log_softmax(3)
#' nn_ctc_loss()(steps, torch_tensor(matrix(1:2, 1)), torch_tensor(4L), torch_tensor(2L))
#' @name nn_loss
NULL

nn_loss <- nn_module("nn_loss", inherit = nn_Module)
nn_weighted_loss <- nn_module("nn_weighted_loss", inherit = nn_loss)

# A class of losses: their arguments are fields, and weights are buffers.
loss <- function(classname, arguments, forward) {
  initialize <- arguments
  body(initialize) <- quote({
    keep_arguments(self, sys.function(), environment())
    for (name in intersect(c("weight", "pos_weight"), names(formals(sys.function())))) self$register_buffer(name, self[[name]])
  })
  parent <- if ("weight" %in% names(formals(arguments))) nn_weighted_loss else nn_loss
  nn_module(classname, inherit = parent, initialize = initialize, forward = forward, parent_env = parent.frame())
}

#' @rdname nn_loss
#' @export
nn_mse_loss <- loss(
  "nn_mse_loss", function(reduction = "mean") NULL,
  function(input, target) nnf_mse_loss(input, target, reduction = self$reduction)
)
#' @rdname nn_loss
#' @export
nn_l1_loss <- loss(
  "nn_l1_loss", function(reduction = "mean") NULL,
  function(input, target) nnf_l1_loss(input, target, reduction = self$reduction)
)
#' @rdname nn_loss
#' @export
nn_smooth_l1_loss <- loss(
  "nn_smooth_l1_loss", function(reduction = "mean") NULL,
  function(input, target) nnf_smooth_l1_loss(input, target, reduction = self$reduction)
)
#' @rdname nn_loss
#' @export
nn_bce_loss <- loss(
  "nn_bce_loss", function(weight = NULL, reduction = "mean") NULL,
  function(input, target) nnf_binary_cross_entropy(input, target, weight = self$weight, reduction = self$reduction)
)
#' @rdname nn_loss
#' @export
nn_bce_with_logits_loss <- loss(
  "nn_bce_with_logits_loss", function(weight = NULL, reduction = "mean", pos_weight = NULL) NULL,
  function(input, target) {
    nnf_binary_cross_entropy_with_logits(input, target, weight = self$weight, reduction = self$reduction, pos_weight = self$pos_weight)
  }
)
#' @rdname nn_loss
#' @export
nn_cross_entropy_loss <- loss(
  "nn_cross_entropy_loss", function(weight = NULL, ignore_index = -100, reduction = "mean") NULL,
  function(input, target) nnf_cross_entropy(input, target, self$weight, self$ignore_index, self$reduction)
)
#' @rdname nn_loss
#' @export
nn_nll_loss <- loss(
  "nn_nll_loss", function(weight = NULL, ignore_index = -100, reduction = "mean") NULL,
  function(input, target) nnf_nll_loss(input, target, self$weight, self$ignore_index, self$reduction)
)
#' @rdname nn_loss
#' @export
nn_kl_div_loss <- loss(
  "nn_kl_div_loss", function(reduction = "mean") NULL,
  function(input, target) nnf_kl_div(input, target, reduction = self$reduction)
)
#' @rdname nn_loss
#' @export
nn_poisson_nll_loss <- loss(
  "nn_poisson_nll_loss", function(log_input = TRUE, full = FALSE, eps = 1e-8, reduction = "mean") NULL,
  function(input, target) nnf_poisson_nll_loss(input, target, self$log_input, self$full, self$eps, self$reduction)
)
#' @rdname nn_loss
#' @export
nn_soft_margin_loss <- loss(
  "nn_soft_margin_loss", function(reduction = "mean") NULL,
  function(input, target) nnf_soft_margin_loss(input, target, reduction = self$reduction)
)
#' @rdname nn_loss
#' @export
nn_hinge_embedding_loss <- loss(
  "nn_hinge_embedding_loss", function(margin = 1, reduction = "mean") NULL,
  function(input, target) nnf_hinge_embedding_loss(input, target, self$margin, self$reduction)
)
#' @rdname nn_loss
#' @export
nn_margin_ranking_loss <- loss(
  "nn_margin_ranking_loss", function(margin = 0, reduction = "mean") NULL,
  function(input1, input2, target) nnf_margin_ranking_loss(input1, input2, target, self$margin, self$reduction)
)
#' @rdname nn_loss
#' @export
nn_multi_margin_loss <- loss(
  "nn_multi_margin_loss", function(p = 1, margin = 1, weight = NULL, reduction = "mean") NULL,
  function(input, target) nnf_multi_margin_loss(input, target, self$p, self$margin, self$weight, self$reduction)
)
#' @rdname nn_loss
#' @export
nn_multilabel_margin_loss <- loss(
  "nn_multilabel_margin_loss", function(reduction = "mean") NULL,
  function(input, target) nnf_multilabel_margin_loss(input, target, reduction = self$reduction)
)
#' @rdname nn_loss
#' @export
nn_multilabel_soft_margin_loss <- loss(
  "nn_multilabel_soft_margin_loss", function(weight = NULL, reduction = "mean") NULL,
  function(input, target) nnf_multilabel_soft_margin_loss(input, target, self$weight, self$reduction)
)
#' @rdname nn_loss
#' @export
nn_cosine_embedding_loss <- loss(
  "nn_cosine_embedding_loss", function(margin = 0, reduction = "mean") NULL,
  function(input1, input2, target) nnf_cosine_embedding_loss(input1, input2, target, self$margin, self$reduction)
)
#' @rdname nn_loss
#' @export
nn_triplet_margin_loss <- loss(
  "nn_triplet_margin_loss", function(margin = 1, p = 2, eps = 1e-6, swap = FALSE, reduction = "mean") NULL,
  function(anchor, positive, negative) {
    nnf_triplet_margin_loss(anchor, positive, negative, self$margin, self$p, self$eps, self$swap, self$reduction)
  }
)
#' @rdname nn_loss
#' @export
nn_triplet_margin_with_distance_loss <- loss(
  "nn_triplet_margin_with_distance_loss", function(distance_function = NULL, margin = 1, swap = FALSE, reduction = "mean") NULL,
  function(anchor, positive, negative) {
    nnf_triplet_margin_with_distance_loss(anchor, positive, negative, self$distance_function, self$margin, self$swap, self$reduction)
  }
)
#' @rdname nn_loss
#' @export
nn_ctc_loss <- loss(
  "nn_ctc_loss", function(blank = 0, reduction = "mean", zero_infinity = FALSE) NULL,
  function(log_probs, targets, input_lengths, target_lengths) {
    nnf_ctc_loss(log_probs, targets, input_lengths, target_lengths, self$blank, self$reduction, self$zero_infinity)
  }
)
#' @rdname nn_loss
#' @param keepdim whether the dimension along which the distance is taken is kept, with size 1.
#' @export
nn_pairwise_distance <- layer(
  "nn_pairwise_distance", function(p = 2, eps = 1e-6, keepdim = FALSE) NULL,
  function(x1, x2) nnf_pairwise_distance(x1, x2, self$p, self$eps, self$keepdim)
)

#' @rdname nnf_area_under_min_fpr_fnr
#' @export
nn_aum_loss <- nn_module("nn_aum_loss", forward = function(input, target) nnf_area_under_min_fpr_fnr(input, target))
