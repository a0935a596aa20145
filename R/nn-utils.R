#' Clip gradients
#'
#' `nn_utils_clip_grad_norm_()` scales the gradients of all parameters together, so that their norm is `max_norm` at most;
#' `nn_utils_clip_grad_value_()` moves each element to between `-clip_value` and `clip_value`. Parameters without a gradient are left out.
#'
#' A norm that is infinite or NaN is returned as it is; the gradients are multiplied by `max_norm / norm` all the same, as in PyTorch.
#'
#' @param parameters a tensor, or a list of tensors.
#' @param max_norm the largest norm.
#' @param norm_type which norm: the `norm_type`-th root of the sum of such powers; `Inf`: the largest absolute value.
#' @param clip_value the largest absolute value.
#' @return `nn_utils_clip_grad_norm_()`: the norm before, a tensor without dimensions. `nn_utils_clip_grad_value_()`: nothing.
#' @section Errors:
#'   What is no list of tensors is refused.
#' @examples
#' x <- torch_tensor(c(3, 4), requires_grad = TRUE)
#' (x * x)$sum()$backward()
#' nn_utils_clip_grad_norm_(list(x), max_norm = 1)
#' x$grad
#' nn_utils_clip_grad_value_(list(x), 0.7)
#' x$grad
#' @export
nn_utils_clip_grad_norm_ <- function(parameters, max_norm, norm_type = 2) {
  if (inherits(parameters, "torch_tensor")) parameters <- list(parameters)
  .Call(ffi_clip_norm, parameters, max_norm, norm_type)
}
#' @rdname nn_utils_clip_grad_norm_
#' @export
nn_utils_clip_grad_value_ <- function(parameters, clip_value) {
  if (inherits(parameters, "torch_tensor")) parameters <- list(parameters)
  invisible(.Call(ffi_clip_value, parameters, clip_value))
}

#' Weight normalisation
#'
#' Replaces the parameter `name` of a module by a direction `name_v` and a length `name_g`,
#' \deqn{w = g \frac{v}{\|v\|}}{w = g v / ||v||}
#' so that both are trained. The weight is computed anew before each call of the module's `forward()`.
#'
#' `nn_utils_weight_norm` is a class of \pkg{R6}: `$new(name, dim)` makes an object for the parameter of that name, with a
#' length for each index of
#' dimension `dim` (`NULL`: one for all). Its method `$apply(module)` does what is said above and returns the module, and
#' `$remove(module)` makes a plain
#' parameter of it again; both take another `name`, too.
#'
#' @format A class of \pkg{R6}.
#' @return `$apply()` and `$remove()` return the module.
#' @references Salimans and Kingma (2016), Weight normalization.
#' @section Errors:
#'   A name that is no parameter of the module is refused.
#' @examples
#' layer <- nn_linear(3, 2)
#' norm <- nn_utils_weight_norm$new("weight", dim = 1)
#' normalized <- norm$apply(layer)
#' names(normalized$parameters)
#' normalized(torch_ones(1, 3))
#' names(norm$remove(normalized)$parameters)
#' @export
nn_utils_weight_norm <- R6::R6Class(
  "nn_utils_weight_norm",
  public = list(
    name = NULL, dim = NULL,
    initialize = function(name = "weight", dim = 1) {
      self$name <- name
      self$dim <- dim
    },
    compute_weight = function(module, name = self$name, dim = self$dim) weight_of(object_of(module), name, dim),
    apply = function(module, name = self$name, dim = self$dim) {
      object <- object_of(module)
      weight <- registered(object, "parameter")[[name]]
      if (is.null(weight)) raise_error(sprintf("`name` is \"%s\", which is no parameter of the module", name))
      register(object, name, NULL, NULL)
      object[[paste0(name, "_g")]] <- nn_parameter(norm_except(weight$detach(), dim))
      object[[paste0(name, "_v")]] <- nn_parameter(weight$detach()$clone())
      assign("weight_norms", c(.subset2(object, "weight_norms"), structure(list(dim), names = name)), envir = object)
      assign(name, weight_of(object, name, dim), envir = object)
      instance_of(object)
    },
    remove = function(module, name = self$name) {
      object <- object_of(module)
      if (is.null(registered(object, "parameter")[[paste0(name, "_g")]])) {
        raise_error(sprintf("`name` is \"%s\", which is not normalised", name))
      }
      weight <- .subset2(object, name)$detach()$clone()
      for (part in paste0(name, c("_g", "_v"))) register(object, part, NULL, NULL)
      norms <- .subset2(object, "weight_norms")
      assign("weight_norms", norms[names(norms) != name], envir = object)
      object[[name]] <- nn_parameter(weight)
      instance_of(object)
    }
  )
)

norm_except <- function(weight, dim) {
  if (is.null(dim)) return(weight$norm())
  weight$norm(2, dim = setdiff(seq_along(dim(weight)), dim), keepdim = TRUE)
}
weight_of <- function(object, name, dim) {
  v <- object[[paste0(name, "_v")]]
  v * (object[[paste0(name, "_g")]] / norm_except(v, dim))
}
# `forward` of an object, which computes the weights anew before.
with_weight_norms <- function(forward, norms) {
  body(forward) <- bquote({
    for (name in .(names(norms))) assign(name, .(weight_of)(self, name, .(norms)[[name]]), envir = self)
    .(body(forward))
  })
  forward
}
