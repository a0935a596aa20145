# What R does with a module: a function with class `nn_module` whose object stands in its attribute "module"; and with the object itself,
# which is `self` in methods.

#' @export
`$.nn_module` <- function(x, name) {
  if (is.null(object_of(x))) return(attr(x, "Module", exact = TRUE)[[name]]) # of a class, what R6 tells of it
  if (name == "clone") {
    return(function(deep = FALSE, ..., replace_values = TRUE) clone_module(x, deep, ..., replace_values = replace_values))
  }
  .subset2(attr(x, "module", exact = TRUE), name)
}
#' @export
`[[.nn_module` <- function(x, name) {
  if (!is_string(name)) raise_error("a module's members are taken by name: model[[\"weight\"]]")
  `$.nn_module`(x, name)
}
#' @export
`$<-.nn_module` <- function(x, name, value) {
  assign_member(object_of(x), name, value)
  if (name == "forward") instance_of(object_of(x)) else x
}
#' @export
`[[<-.nn_module` <- `$<-.nn_module`
#' @export
`$<-.nn_Module` <- function(x, name, value) {
  assign_member(x, name, value)
  invisible(x)
}
#' @export
`[[<-.nn_Module` <- `$<-.nn_Module`
#' @export
names.nn_module <- function(x) ls(object_of(x), sorted = FALSE)
#' @export
.DollarNames.nn_module <- function(x, pattern = "") grep(pattern, c(names(x), "clone"), value = TRUE)

#' Copy a module
#'
#' @param module a module.
#' @param deep whether parameters, buffers and the modules within are copied too. If not, the copy shares them with `module`.
#' @param ... not used.
#' @param replace_values whether a deep copy has tensors of its own; if not, it shares them.
#' @return A module of the same class. What `module` holds twice, a deep copy holds twice too. A private method
#'   `finalize_deep_clone()` of its class is called on a deep copy at the end.
#' @section Errors:
#'   What is no module is refused.
#' @examples
#' model <- nn_linear(2, 1)
#' copy <- clone_module(model, deep = TRUE)
#' with_no_grad(copy$weight$zero_())
#' model$weight
#' @export
clone_module <- function(module, deep = FALSE, ..., replace_values = TRUE) {
  no_dots(...)
  if (!is_nn_module(module)) raise_error("`module` must be a module")
  instance_of(clone_object(object_of(module), .Call(ffi_flag, deep, "deep"), .Call(ffi_flag, replace_values, "replace_values"), new.env()))
}

# `copies` holds, by address, what has been copied.
clone_object <- function(object, deep, replace_values, copies) {
  address <- rlang::obj_address(object)
  if (!is.null(copies[[address]])) return(copies[[address]])
  private <- private_of(object)
  clone <- object$clone(deep = deep)
  copies[[address]] <- clone
  if (!is.null(private$parameters_)) {
    rm("parameters_", "buffers_", "modules_", envir = private_of(clone))
    make_private_lists(private_of(clone), clone)
  }
  if (!deep) return(clone)
  for (name in names(private$kinds_)) {
    assign(name, clone_value(.subset2(object, name), replace_values, copies), envir = clone)
  }
  if (is.function(finalize <- private_of(clone)$finalize_deep_clone)) finalize()
  clone
}

clone_value <- function(value, replace_values, copies) {
  if (is_nn_module(value)) return(instance_of(clone_object(object_of(value), TRUE, replace_values, copies)))
  if (is.null(value) || !replace_values) return(value)
  address <- rlang::obj_address(value)
  if (is.null(copies[[address]])) {
    copy <- value$detach()$clone()$requires_grad_(value$requires_grad)
    for (name in setdiff(names(attributes(value)), "state")) attr(copy, name) <- attr(value, name, exact = TRUE)
    copies[[address]] <- copy
  }
  copies[[address]]
}

# ---- printing ----

count_parameters <- function(module) sum(vapply(object_of(module)$parameters, function(x) prod(dim(x)), 0))
get_parameter_count <- count_parameters # the name by which other packages know it

#' @export
print.nn_module <- function(x, ...) {
  if (!is_nn_module(x)) {
    return(print_class(x, "modules"))
  }
  cat(sprintf("An `nn_module` containing %s parameters.\n", format(count_parameters(x), big.mark = ",")))
  object <- object_of(x)
  print_section("Modules", registered(object, "module"), function(module) {
    sprintf("<%s> #%s parameters", class(module)[1L], format(count_parameters(module), big.mark = ","))
  })
  print_section("Parameters", registered(object, "parameter"), text_of_tensor)
  print_section("Buffers", registered(object, "buffer"), text_of_tensor)
  invisible(x)
}

# A function that makes modules or optimisers.
print_class <- function(x, of) {
  name <- class(x)[1L]
  cat(sprintf("<%s> a class of %s: call it to make one\n%s(%s)\n", name, of, name, paste(names(formals(x)), collapse = ", ")))
  invisible(x)
}

print_section <- function(title, items, text) {
  if (!length(items)) return()
  cat("\n", format(cli::rule(left = title)), "\n", sep = "")
  for (name in names(items)) cat(cli::symbol$bullet, " ", name, ": ", text(items[[name]]), "\n", sep = "")
}

text_of_tensor <- function(x) {
  sprintf("%s [%s]", as.character(x$dtype), paste0("1:", dim(x), collapse = ", "))
}
