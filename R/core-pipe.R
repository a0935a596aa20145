#' The pipe of magrittr
#'
#' `x %>% f(y)` is `f(x, y)`: see [magrittr::%>%].
#'
#' @param lhs a value.
#' @param rhs a call that takes it as its first argument.
#' @return The value of the call.
#' @section Errors:
#' Those of the call.
#' @examples
#' torch_tensor(c(1, 4)) %>% torch_sqrt()
#' @name pipe
#' @aliases %>%
#' @importFrom magrittr %>%
#' @export %>%
NULL
