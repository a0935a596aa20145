#' A module as a function of its parameters
#'
#' Calls a module with other tensors in the place of its parameters and buffers, and leaves the module as it was. So a module becomes a
#' function
#' that can be differentiated by its parameters with [gradient()] and its kin.
#'
#' @param module a module.
#' @param parameters a list of tensors by name, as `module$parameters` has it: of all parameters and buffers or of some. The others are
#'   the module's own. A tensor that the module holds under several names is replaced under all of them.
#' @param ... the arguments of the module.
#' @return What the module returns. A buffer that the call replaces, such as a running mean, is not kept.
#' @section Errors:
#' Refused are a `module` that is none, `parameters` without names or with names that the module does not have, what is no tensor, and
#' tensors of another shape.
#' @seealso [gradient()], [nn_module()].
#' @examples
#' model <- nn_linear(2, 1)
#' weights <- lapply(model$parameters, function(w) w$detach())
#' x <- torch_tensor(matrix(c(1, 2, 3, 4), 2))
#' loss <- function(weights) functional_call(model, weights, x)$square()$mean()
#' gradient(loss, weights)
#' @export
functional_call <- function(module, parameters, ...) {
  if (!is_nn_module(module)) raise_error("`module` must be a module, as nn_module() makes them")
  if (!is.list(parameters) || (length(parameters) && is.null(names(parameters)))) {
    raise_error("`parameters` must be a list of tensors by name")
  }
  places <- places_of_tensors(object_of(module))
  strange <- setdiff(names(parameters), names(places))
  if (length(strange)) {
    raise_error(
      sprintf(
        "`parameters` must have names of the module's; it has no `%s`, but %s",
        strange[1L], paste0("`", names(places), "`", collapse = ", ")
      )
    )
  }
  for (name in names(parameters)) check_replacement(parameters[[name]], places[[name]]$tensor, name)
  addresses <- vapply(places, function(place) rlang::obj_address(place$tensor), "")
  on.exit(for (place in places) assign(place$name, place$tensor, envir = place$object))
  for (name in names(parameters)) {
    for (place in places[addresses == addresses[[name]]]) assign(place$name, parameters[[name]], envir = place$object)
  }
  module(...)
}

check_replacement <- function(value, own, name) {
  if (!inherits(value, "torch_tensor")) {
    raise_error(sprintf("`parameters` must be tensors; `%s` is %s", name, kind_in_words(value)), users_call())
  }
  if (identical(dim(value), dim(own))) return(invisible())
  raise_error(
    sprintf("`parameters` must have the module's shapes: `%s` is [%s], not [%s]", name, toString(dim(own)), toString(dim(value))),
    users_call()
  )
}
