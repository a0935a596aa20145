#' Layers, shapes and parameters of a module
#'
#' Calls a module once, outside of any graph and in evaluation mode, and tells what each module within it gave.
#'
#' @param object a module.
#' @param input_size the shape of the input, with the number of samples, or a list of such for several inputs; `NULL`: shapes are not told.
#' @param dtype the dtype of the inputs, which are zeros; the default dtype if `NULL`.
#' @param ... not used.
#' @param x a summary.
#' @return A data frame of class `summary.nn_module` with a row for each module within: its path, class, the shape of its
#'   output, and how many
#'   parameters are its own.
#' @section Errors:
#'   What the module itself refuses.
#' @examples
#' model <- nn_sequential(nn_conv2d(1, 4, 3), nn_relu(), nn_flatten(), nn_linear(64, 2))
#' summary(model, c(1, 1, 6, 6))
#' @export
summary.nn_module <- function(object, input_size = NULL, dtype = NULL, ...) {
  no_dots(...)
  objects <- objects_within(object_of(object))
  own <- vapply(objects, function(x) sum(vapply(registered(x, "parameter"), function(p) prod(dim(p)), 0)), 0)
  shapes <- if (is.null(input_size)) list() else shapes_of_outputs(object, input_size, dtype)
  told <- data.frame(
    module = names(objects),
    class = vapply(objects, function(x) class(instance_of(x))[1L], ""),
    output = vapply(names(objects), function(path) if (is.null(shapes[[path]])) "" else shapes[[path]], ""),
    parameters = own,
    row.names = NULL
  )
  structure(told[-1L, ], class = c("summary.nn_module", "data.frame"), total = count_parameters(object), name = class(object)[1L])
}

shapes_of_outputs <- function(model, input_size, dtype) {
  shapes <- list()
  with_no_grad(call_watched(model, zeros_for(input_size, dtype), function(path, inputs, output) shapes[[path]] <<- shape_text(output)))
  shapes
}

zeros_for <- function(input_size, dtype) {
  sizes <- if (is.list(input_size)) input_size else list(input_size)
  lapply(sizes, function(size) torch_zeros(size, dtype = dtype))
}

# What the module gives in evaluation mode, so that the call leaves it as it was. For the time of it the children are replaced by functions
# that also tell note(path, inputs, output).
call_watched <- function(model, inputs, note) {
  objects <- objects_within(object_of(model))
  training <- lapply(objects, function(object) get("training", envir = object))
  replaced <- list()
  on.exit({
    for (child in rev(replaced)) assign(child$name, child$module, envir = child$parent)
    Map(function(object, mode) assign("training", mode, envir = object), objects, training)
  })
  for (object in objects) assign("training", FALSE, envir = object)
  watch <- function(parent, prefix) {
    children <- registered(parent, "module")
    for (name in names(children)) {
      path <- paste0(prefix, name)
      replaced[[length(replaced) + 1L]] <<- list(parent = parent, name = name, module = children[[name]])
      assign(name, watched(children[[name]], path), envir = parent)
      watch(object_of(children[[name]]), paste0(path, "."))
    }
  }
  watched <- function(module, path) {
    force(path)
    noting <- function(...) {
      output <- module(...)
      note(path, list(...), output)
      output
    }
    attributes(noting) <- attributes(module)
    noting
  }
  watch(object_of(model), "")
  do.call(model, inputs)
}

shape_text <- function(x) {
  if (inherits(x, "torch_tensor")) return(text_of_shape(x))
  if (is.list(x)) paste(vapply(x, shape_text, ""), collapse = " ") else class(x)[1L]
}

#' @rdname summary.nn_module
#' @export
print.summary.nn_module <- function(x, ...) {
  cat(sprintf("%s: %s parameters\n\n", attr(x, "name"), format(attr(x, "total"), big.mark = ",")))
  shown <- as.data.frame(unclass(x)[c("module", "class", "output", "parameters")], stringsAsFactors = FALSE)
  shown$parameters <- format(shown$parameters, big.mark = ",")
  print(shown, row.names = FALSE, right = FALSE)
  invisible(x)
}
