#' Area under the minimum of false positive and false negative rates
#'
#' A loss for binary classification that a step of gradient descent can make smaller, and which is 0 where the ROC curve is
#' perfect: the integral,
#' over all thresholds, of the smaller of both rates.
#'
#' @param input a vector of scores.
#' @param target a vector of as many labels: 0 or 1, or -1 and 1.
#' @return A tensor without dimensions; `nn_aum_loss()` is a module that is called with both.
#' @references Hillman and Hocking (2023), Optimizing ROC curves with a sort-based surrogate loss.
#' @section Errors:
#'   Vectors of different lengths are refused.
#' @examples
#' nnf_area_under_min_fpr_fnr(torch_tensor(c(2, 1, 0.5)), torch_tensor(c(1, 0, 1)))
#' nn_aum_loss()(torch_tensor(c(0.1, 2)), torch_tensor(c(0, 1)))
#' @export
nnf_area_under_min_fpr_fnr <- function(input, target) {
  input <- .Call(ffi_as_tensor, input, "input")$flatten()
  target <- .Call(ffi_as_tensor, target, "target")$flatten()
  if (input$numel() != target$numel()) {
    raise_error(sprintf("`target` must have %d elements, as `input` has; it has %d", input$numel(), target$numel()))
  }
  sorted <- torch_sort(input, descending = TRUE)
  order <- sorted[[2L]]
  positive <- (target > 0)$index_select(1L, order)$to(dtype = input$dtype)
  negative <- 1 - positive
  false_positive <- negative$cumsum(1L) / negative$sum()$clamp(min = 1)
  false_negative <- 1 - positive$cumsum(1L) / positive$sum()$clamp(min = 1)
  least <- torch_minimum(false_positive, false_negative)
  n <- input$numel()
  if (n < 2) return(input$sum() * 0)
  values <- sorted[[1L]]
  (least$narrow(1L, 1L, n - 1L) * (values$narrow(1L, 1L, n - 1L) - values$narrow(1L, 2L, n - 1L)))$sum()
}
