#' Draw the graph of a module
#'
#' Calls a module once on zeros, in evaluation mode, and draws the functions that its backward pass goes through, as
#' [plot()][plot.torch_node] of a gradient function does. The functions of one module, and the parameters they read, have one colour; a
#' legend gives its path and class.
#' `graph_dot()` of what `plot()` returns is the same graph as text, with a cluster for each module.
#'
#' @param x a module.
#' @param input_size the shape of the input, with the number of samples, or a list of such for several inputs.
#' @param dtype the dtype of the inputs; the default dtype if `NULL`.
#' @param ... passed to [plot.window()].
#' @param max_nodes how many functions are shown at most; beyond it the graph is cut off.
#' @param main a title; by default the module's class.
#' @param col the colours of the modules, used again from the first when there are more modules.
#' @param cex the size of the text; `NULL` fits it to the boxes.
#' @return Invisibly, a list of two data frames: `nodes` (name, label, `module`: the path of the innermost module that the function was
#'   called in, and the place of the box) and `edges` (rows of `nodes`), of class `module_graph`.
#' @section Errors:
#' What the module itself refuses, a missing `input_size`, and a module whose output does not depend on a parameter that requires gradients.
#' @examples
#' model <- nn_sequential(nn_conv2d(1, 4, 3), nn_relu(), nn_flatten(), nn_linear(64, 2))
#' plot(model, c(1, 1, 6, 6))
#' @importFrom graphics legend
#' @export
plot.nn_module <- function(x, input_size, dtype = NULL, ..., max_nodes = 200, main = class(x)[1L],
                           col = c("#a6cee3", "#fdd0a2", "#c7e9c0", "#dadaeb", "#fde0dd", "#fff7bc", "#ccece6", "#d9d9d9"), cex = NULL) {
  if (missing(input_size)) raise_error("`input_size` must be given: the shape of the input, with the number of samples")
  graph <- graph_of_module(x, zeros_for(input_size, dtype), max_nodes)
  modules <- unique(graph$nodes$module)
  modules <- modules[modules != ""]
  colour_of <- function(module) ifelse(module == "", "white", rep_len(col, length(modules))[match(module, modules)])
  drawn <- draw_graph(graph, colour_of(graph$nodes$module), main, cex, ...)
  if (length(modules)) {
    legend("topright", sprintf("%s: %s", modules, graph$classes[modules]), fill = colour_of(modules), cex = 0.7, bg = "white")
  }
  invisible(structure(drawn, class = "module_graph"))
}

# A function belongs to the innermost module during whose call it was made: what its outputs lead to, as far as its inputs.
graph_of_module <- function(model, inputs, max_nodes) {
  module_of <- new.env()
  note <- function(path, inputs, output) {
    ends <- vapply(gradient_functions(inputs), node_id, "")
    waiting <- gradient_functions(output)
    while (length(waiting)) {
      node <- waiting[[1L]]
      waiting <- waiting[-1L]
      id <- node_id(node)
      if (id %in% ends || !is.null(module_of[[id]])) next
      module_of[[id]] <- path
      waiting <- c(waiting, node$next_functions)
    }
  }
  output <- with_enable_grad(call_watched(model, inputs, note))
  roots <- gradient_functions(output)
  if (!length(roots)) raise_error("the output of `x` does not depend on a parameter that requires gradients")
  graph <- graph_of(roots, max_nodes)
  graph$nodes$module <- vapply(graph$found, function(node) c(module_of[[node_id(node)]], "")[1L], "")
  graph$classes <- vapply(objects_within(object_of(model)), function(object) class(instance_of(object))[1L], "")
  graph
}

gradient_functions <- function(x) {
  if (inherits(x, "torch_tensor")) return(if (!is.null(x$grad_fn)) list(x$grad_fn))
  if (is.list(x)) unlist(lapply(x, gradient_functions), recursive = FALSE)
}

node_id <- function(node) .Call(ffi_node_id, node)
