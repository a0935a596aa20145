#' @export
torch_sum <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_sum, self, dim, keepdim, dtype)
#' @export
torch_mean <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_mean, self, dim, keepdim, dtype)
#' @export
torch_prod <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_prod, self, dim, keepdim, dtype)
#' @export
torch_nansum <- function(self, dim = NULL, keepdim = FALSE, dtype = NULL) .Call(ffi_nansum, self, dim, keepdim, dtype)
#' @export
torch_count_nonzero <- function(self, dim = NULL) .Call(ffi_count_nonzero, self, dim)

#' @export
torch_var <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) .Call(ffi_var, self, dim, keepdim, unbiased)
#' @export
torch_std <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) .Call(ffi_std, self, dim, keepdim, unbiased)
#' @export
torch_var_mean <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) .Call(ffi_var_mean, self, dim, keepdim, unbiased)
#' @export
torch_std_mean <- function(self, dim = NULL, unbiased = TRUE, keepdim = FALSE) .Call(ffi_std_mean, self, dim, keepdim, unbiased)

#' @export
torch_max <- function(self, dim = NULL, other = NULL, keepdim = FALSE) {
  force(self)
  if (!is.null(other)) .Call(ffi_maximum, self, other)
  else if (is.null(dim)) .Call(ffi_max_all, self)
  else .Call(ffi_max_dim, self, dim, keepdim)
}
#' @export
torch_min <- function(self, dim = NULL, other = NULL, keepdim = FALSE) {
  force(self)
  if (!is.null(other)) .Call(ffi_minimum, self, other)
  else if (is.null(dim)) .Call(ffi_min_all, self)
  else .Call(ffi_min_dim, self, dim, keepdim)
}
#' @export
torch_amax <- function(self, dim = list(), keepdim = FALSE) .Call(ffi_amax, self, dim, keepdim)
#' @export
torch_amin <- function(self, dim = list(), keepdim = FALSE) .Call(ffi_amin, self, dim, keepdim)
#' @export
torch_argmax <- function(self, dim = NULL, keepdim = FALSE) .Call(ffi_argmax, self, dim, keepdim)
#' @export
torch_argmin <- function(self, dim = NULL, keepdim = FALSE) .Call(ffi_argmin, self, dim, keepdim)
#' @export
torch_median <- function(self, dim = NULL, keepdim = FALSE) {
  if (is.null(dim)) .Call(ffi_median_all, self) else .Call(ffi_median_dim, self, dim, keepdim)
}
#' @export
torch_mode <- function(self, dim = -1L, keepdim = FALSE) .Call(ffi_mode, self, dim, keepdim)
#' @export
torch_logsumexp <- function(self, dim, keepdim = FALSE) .Call(ffi_logsumexp, self, dim, keepdim)

reduce_methods <- list(
  nanmedian = function(dim = NULL, keepdim = FALSE) {
    if (is.null(dim)) .Call(ffi_nanmedian_all, self) else .Call(ffi_nanmedian_dim, self, dim, keepdim)
  },
  all = function(dim = NULL, keepdim = FALSE) .Call(ffi_all, self, dim, keepdim),
  any = function(dim = NULL, keepdim = FALSE) .Call(ffi_any, self, dim, keepdim),
  aminmax = function(dim = NULL, keepdim = FALSE) list(min = .Call(ffi_amin, self, dim, keepdim), max = .Call(ffi_amax, self, dim, keepdim)),
  nanmean = function(dim = NULL, keepdim = FALSE, dtype = NULL) torch_nansum(self, dim, keepdim, dtype) / (self == self)$sum(dim, keepdim)
)

