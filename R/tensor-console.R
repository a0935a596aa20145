tensor_fields <- c("device", "dtype", "grad", "grad_fn", "is_cuda", "is_leaf", "names", "ndim", "ptr", "requires_grad", "shape")

# What the console offers after x$.
#' @importFrom utils .DollarNames
#' @export
.DollarNames.torch_tensor <- function(x, pattern = "") {
  if (!is_string(pattern)) raise_error("`pattern` must be one string")
  tryCatch(
    suppressWarnings(grep(pattern, sort(c(tensor_fields, ls(tensor_methods))), value = TRUE)),
    error = function(e) raise_error("`pattern` must be a regular expression", quote(.DollarNames(x, pattern)))
  )
}
