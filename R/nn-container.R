#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Modules that hold modules
#'
#' `nn_sequential()` runs modules one after the other. `nn_module_list()` and `nn_module_dict()` hold modules for a
#' `forward()` that says itself what becomes of them; a plain list of modules would not register them.
#'
#' | of a sequence, a list | |
#' |---|---|
#' | `x[[i]]` | the i-th module, counted from 1; of a dictionary by name |
#' | `x[i]` | a sequence of some of the modules |
#' | `length(x)`, `as.list(x)`, `names(x$children)` | how many, all, and under which names |
#' | `x$append(module)`, `x$insert(i, module)`, `x$extend(modules)` | of a list: add to it |
#' | `x$keys()`, `x$values()`, `x$items()`, `x$contains(name)` | of a dictionary |
#'
#' `nn_prune_head()` gives a sequence, or another module with children, without its last ones.
#'
#' @param ... modules; `!!!modules` puts in a list of them. Those without a name are called "0", "1", and so on.
#' @param modules a list of modules.
#' @param dict a list of modules by name.
#' @param x a module.
#' @param head_size how many modules are left out at the end.
#' @return A module. The output of a sequence has the shape that its last module gives.
#' @section Errors:
#'   What is no module is refused, a place that is not there, and a dictionary with names that are missing or given twice.
#' @examples
#' model <- nn_sequential(nn_linear(3, 4), nn_relu(), nn_linear(4, 1))
#' model(torch_ones(2, 3))
#' model[[1]]
#' nn_prune_head(model, 1)
#' layers <- nn_module_list(list(nn_linear(2, 2), nn_relu()))
#' layers$append(nn_linear(2, 1))
#' length(layers)
#' nn_module_dict(list(a = nn_relu(), b = nn_tanh()))[["b"]]
#' @export
nn_sequential <- nn_module(
  "nn_sequential",
  initialize = function(...) {
    modules <- rlang::list2(...)
    check_modules(modules)
    given <- names(modules)
    for (k in seq_along(modules)) {
      named <- !is.null(given) && nzchar(given[k])
      self$add_module(if (named) given[k] else as.character(k - 1L), modules[[k]])
    }
  },
  forward = function(input) {
    for (name in names(private$kinds_)) input <- .subset2(self, name)(input)
    input
  }
)

check_modules <- function(modules) {
  for (k in seq_along(modules)) {
    if (!is_nn_module(modules[[k]])) {
      hint <- if (inherits(modules[[k]], "nn_module_generator")) "; it is a class of modules: call it" else ""
      raise_error(sprintf("each element must be a module, and number %d is none%s", k, hint), NULL)
    }
  }
}

#' @rdname nn_sequential
#' @export
nn_module_list <- nn_module(
  "nn_module_list",
  initialize = function(modules = list()) self$extend(modules),
  append = function(module) self$extend(list(module)),
  extend = function(modules) {
    modules <- if (is.list(modules) || inherits(modules, c("nn_module_list", "nn_sequential"))) as.list(modules) else list(modules)
    check_modules(modules)
    for (module in modules) self$add_module(as.character(sum(private$kinds_ == "module")), module)
    invisible(instance_of(self))
  },
  insert = function(index, module) {
    modules <- registered(self, "module")
    index <- .Call(ffi_integer, index, "index")
    if (index < 1 || index > length(modules) + 1L) {
      raise_error(sprintf("`index` is out of range: expected 1 to %d, but got %d", length(modules) + 1L, index))
    }
    check_modules(list(module))
    modules <- unname(append(modules, list(module), index - 1L))
    for (k in seq_along(modules)) self$add_module(as.character(k - 1L), modules[[k]])
    invisible(instance_of(self))
  }
)

#' @rdname nn_sequential
#' @export
nn_module_dict <- nn_module(
  "nn_module_dict",
  initialize = function(dict) {
    if (!is.list(dict) || (length(dict) && is.null(names(dict))) || anyDuplicated(names(dict))) {
      raise_error("`dict` must be a list of modules with a name each")
    }
    check_modules(dict)
    for (name in names(dict)) self$add_module(name, dict[[name]])
  },
  keys = function() names(registered(self, "module")),
  values = function() unname(registered(self, "module")),
  items = function() registered(self, "module"),
  contains = function(key) key %in% self$keys()
)

held_modules <- function(x) registered(object_of(x), "module")

module_at <- function(x, i) {
  held <- held_modules(x)
  if (is_string(i)) return(`$.nn_module`(x, i))
  i <- .Call(ffi_integer, i, "index")
  if (i < 0) i <- length(held) + 1 + i
  if (i < 1 || i > length(held)) raise_error(sprintf("`index` is out of range: there are %d modules", length(held)), NULL)
  held[[i]]
}
#' @export
`[[.nn_sequential` <- function(x, name) module_at(x, name)
#' @export
`[[.nn_module_list` <- function(x, name) module_at(x, name)
#' @export
`[.nn_sequential` <- function(x, i) do.call(nn_sequential, unname(held_modules(x)[i]))
#' @export
`[.nn_module_list` <- function(x, i) nn_module_list(unname(held_modules(x)[i]))
#' @export
`[[<-.nn_module_list` <- function(x, name, value) {
  held <- held_modules(x)
  if (!is_string(name)) name <- if (name <= length(held)) names(held)[name] else as.character(length(held))
  `$<-.nn_module`(x, name, value)
}
#' @export
`[[<-.nn_sequential` <- `[[<-.nn_module_list`
#' @export
length.nn_sequential <- function(x) length(held_modules(x))
#' @export
length.nn_module_list <- function(x) length(held_modules(x))
#' @export
length.nn_module_dict <- function(x) length(held_modules(x))
#' @export
as.list.nn_sequential <- function(x, ...) unname(held_modules(x))
#' @export
as.list.nn_module_list <- function(x, ...) unname(held_modules(x))
#' @export
as.list.nn_module_dict <- function(x, ...) held_modules(x)

#' @rdname nn_sequential
#' @export
nn_prune_head <- function(x, head_size) UseMethod("nn_prune_head")
#' @export
nn_prune_head.default <- function(x, head_size) raise_error("`x` must be a module")
#' @export
nn_prune_head.nn_sequential <- function(x, head_size = 1L) {
  kept <- length(x) - .Call(ffi_count, head_size, "head_size")
  if (kept < 0) raise_error(sprintf("`head_size` must be at most %d, the number of modules", length(x)))
  do.call(nn_sequential, unname(held_modules(x))[seq_len(kept)])
}
#' @export
nn_prune_head.nn_module <- function(x, head_size = 1L) {
  held <- held_modules(x)
  kept <- length(held) - .Call(ffi_count, head_size, "head_size")
  if (kept < 0) raise_error(sprintf("`head_size` must be at most %d, the number of modules", length(held)))
  do.call(nn_sequential, held[seq_len(kept)])
}
