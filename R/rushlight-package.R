#' rushlight: tensors and automatic differentiation in plain C
#'
#' @keywords internal
#' @useDynLib rushlight, .registration = TRUE
"_PACKAGE"
