#' @include core-errors.R core-arguments.R
NULL

#' Modules: parts of a network that hold their parameters
#'
#' `nn_module()` makes a class of modules, and returns a function that makes modules of that class. Its arguments are those of
#' `initialize()`. A module is a function too: `model(x)` runs `forward()`.
#'
#' Within the methods, `self` is the module. What is assigned to a field of `self` is registered by what it is:
#'
#' | assigned | is | |
#' |---|---|---|
#' | a tensor by [nn_parameter()] | a parameter | what optimisers train |
#' | a tensor by [nn_buffer()] | a buffer | what belongs to the state but is not trained, such as running means |
#' | a module | a child | its parameters and buffers count as this module's, under `name.` |
#' | anything else | a plain field | of no further meaning; so are lists of modules: see [nn_module_list()] |
#'
#' A plain tensor that is assigned to the name of a parameter or buffer takes its place; `NULL` clears it.
#'
#' * `$parameters`, `$buffers`: lists of tensors under dotted names, those of children first; what is shared stands there once
#' * `$children`, `$modules`: the modules within; `$modules` begins with the module itself
#' * `$training`: whether it is in training mode, which dropout and batch normalisation ask
#' * `$train(mode = TRUE)`, `$eval()`: switch that mode, for all modules within
#' * `$to(dtype = , device = )`: converts floating parameters and buffers, which stay the same tensors
#' * `$apply(f)`: calls `f` with each module within, and then with this one
#' * `$zero_grad()`: sets the gradients of the parameters to zero
#' * `$state_dict()`: parameters and persistent buffers under dotted names, its own first
#' * `$load_state_dict(state_dict)`: copies such a list into them; names and shapes are checked before anything is copied
#' * `$clone(deep = FALSE)`: a copy: see [clone_module()]
#' * `$add_module(name, module)`, `$register_parameter(name, param)`, `$register_buffer(name, tensor, persistent = TRUE)`: what
#'   assignment to a field does
#'
#' The object of \pkg{R6} behind a module is `attr(model, "module")`; `private` and `active` members and `super` are those of
#' [R6::R6Class()].
#'
#' @param classname the name of the class, which modules inherit from; or `NULL`.
#' @param inherit a class to inherit from, as `nn_module()` returned it.
#' @param ... methods and fields by name: `initialize()`, `forward()` and others.
#' @param private,active lists of private methods and fields, and of active bindings.
#' @param parent_env where the methods find what is not theirs.
#' @return A function of class `nn_module_generator`.
#' @section Errors:
#'   A member without a name is refused, and `inherit` that is no class of modules. Calling a module whose class has no
#'   `forward()` is an error. `$load_state_dict()` lists missing and unexpected names, and shapes that differ.
#' @examples
#' net <- nn_module(
#'   "net",
#'   initialize = function(hidden) {
#'     self$first <- nn_linear(2, hidden)
#'     self$second <- nn_linear(hidden, 1)
#'     self$scale <- nn_parameter(torch_ones(1))
#'   },
#'   forward = function(x) {
#'     x <- nnf_relu(self$first(x))
#'     self$scale * self$second(x)
#'   }
#' )
#' model <- net(hidden = 4)
#' model
#' model(torch_ones(3, 2))
#' names(model$parameters)
#' @export
nn_module <- function(classname = NULL, inherit = nn_Module, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  members <- rlang::list2(...)
  if (length(members) && (is.null(names(members)) || !all(nzchar(names(members))))) {
    raise_error("each method and field of a module must have a name, as in nn_module(forward = function(x) ...)")
  }
  class <- define_class(classname, inherit, members, private, active, parent_env, "Module", "modules, as nn_module()")
  generator_of(class, "Module", c(classes_of(class), "nn_module", "nn_module_generator"))
}

# The function that users hold: `forward()` of the object, with the object.
instance_of <- function(object) {
  classes <- class(object)
  forward <- .subset2(object, "forward")
  norms <- .subset2(object, "weight_norms")
  if (length(norms)) forward <- with_weight_norms(forward, norms)
  structure(forward, class = c(classes[!classes %in% c("nn_Module", "R6")], "nn_module"), module = object)
}

object_of <- function(module) attr(module, "module", exact = TRUE)

# What is registered of an object stands in it under its name; `private$kinds_` says of which kind each name is ("parameter", "buffer",
# "module"), in the order of registration, and `private$transient_` which buffers are no part of the state.
private_of <- function(object) .subset2(.subset2(object, ".__enclos_env__"), "private")

nn_Module <- R6::R6Class(
  "nn_Module",
  lock_objects = FALSE,
  public = list(
    training = TRUE,
    initialize = function() invisible(),
    forward = function(...) raise_error("this module has no forward(); its class needs one: nn_module(forward = function(x) ...)"),
    add_module = function(name, module) {
      if (!is.null(module) && !is_nn_module(module)) raise_error("`module` must be a module, or NULL")
      register(self, name, module, "module")
    },
    register_module = function(name, module) self$add_module(name, module),
    register_parameter = function(name, param) {
      if (!is.null(param) && !is_nn_parameter(param)) raise_error("`param` must be a tensor by nn_parameter(), or NULL")
      register(self, name, param, "parameter")
    },
    register_buffer = function(name, tensor, persistent = TRUE) {
      if (!is.null(tensor) && !inherits(tensor, "torch_tensor")) raise_error("`tensor` must be a tensor, or NULL")
      register(self, name, tensor, "buffer", persistent)
    },
    train = function(mode = TRUE) {
      mode <- .Call(ffi_flag, mode, "mode")
      for (object in objects_within(self)) assign("training", mode, envir = object)
      invisible(instance_of(self))
    },
    eval = function() self$train(FALSE),
    to = function(dtype = NULL, device = NULL, tensor = NULL, non_blocking = FALSE, copy = FALSE, memory_format = NULL) {
      if (!is.null(device)) .Call(ffi_cpu_only, device)
      if (!is.null(tensor)) dtype <- tensor$dtype
      if (!is.null(dtype)) for (x in c(self$parameters, self$buffers)) convert_in_place(x, dtype)
      invisible(instance_of(self))
    },
    cpu = function() invisible(instance_of(self)),
    cuda = function(device = NULL) .Call(ffi_cpu_only, "cuda"),
    float = function() self$to(dtype = torch_float()),
    double = function() self$to(dtype = torch_double()),
    half = function() self$to(dtype = torch_half()),
    apply = function(fn) {
      for (object in objects_within(self, children_first = TRUE)) fn(instance_of(object))
      invisible(instance_of(self))
    },
    zero_grad = function() {
      .Call(ffi_zero_gradients, unname(self$parameters), FALSE)
      invisible(instance_of(self))
    },
    named_parameters = function(recursive = TRUE) if (recursive) self$parameters else registered(self, "parameter"),
    named_buffers = function(recursive = TRUE) if (recursive) self$buffers else registered(self, "buffer"),
    state_dict = function(prefix = "", keepvars = FALSE) state_of(self, prefix, keepvars),
    load_state_dict = function(state_dict, ..., .refer_to_state_dict = FALSE) {
      no_dots(...)
      load_state(self, state_dict, .refer_to_state_dict)
      invisible(instance_of(self))
    }
  ),
  private = list(kinds_ = character(), transient_ = character()),
  active = list(
    parameters = function(value) if (missing(value)) tensors_within(self, "parameter") else read_only("parameters"),
    buffers = function(value) if (missing(value)) tensors_within(self, "buffer") else read_only("buffers"),
    children = function(value) if (missing(value)) registered(self, "module") else read_only("children"),
    modules = function(value) if (missing(value)) lapply(objects_within(self), instance_of) else read_only("modules")
  )
)

read_only <- function(name) raise_error(sprintf("`%s` is read only: assign to the fields of the module, or of a child", name), NULL)

# ---- registering ----

kind_of <- function(value) {
  if (is_nn_module(value)) return("module")
  if (is_nn_parameter(value)) return("parameter")
  if (is_nn_buffer(value)) "buffer"
}

assign_member <- function(object, name, value) {
  known <- private_of(object)$kinds_[name]
  kind <- kind_of(value)
  stays <- is.null(value) || (known != "module" && inherits(value, "torch_tensor"))
  if (is.null(kind) && !is.na(known) && stays) kind <- known
  if (is.null(kind) && is.na(known)) {
    assign(name, value, envir = object)
  } else {
    register(object, name, value, kind, persistent = !isFALSE(attr(value, "persistent", exact = TRUE)))
  }
}

# A kind of NULL takes the name off the register.
register <- function(object, name, value, kind, persistent = TRUE) {
  if (!is_string(name) || !nzchar(name) || grepl(".", name, fixed = TRUE) && kind == "module") {
    raise_error("`name` must be one string, that of a module without a dot")
  }
  private <- private_of(object)
  if (is.null(private$parameters_)) make_private_lists(private, object)
  kinds <- private$kinds_
  private$kinds_ <- if (is.null(kind)) kinds[names(kinds) != name] else replace(kinds, name, kind)
  private$transient_ <- c(setdiff(private$transient_, name), if (identical(kind, "buffer") && !persistent) name)
  assign(name, value, envir = object)
  invisible(value)
}

# Methods may use private$parameters_, $buffers_ and $modules_, lists of what is registered by that kind.
make_private_lists <- function(private, object) {
  for (kind in c("parameter", "buffer", "module")) {
    local({
      kind <- kind
      makeActiveBinding(paste0(kind, "s_"), function(value) {
        if (missing(value)) return(registered(object, kind))
        for (name in names(value)) register(object, name, value[[name]], kind)
      }, private)
    })
  }
}

registered <- function(object, kind) {
  kinds <- private_of(object)$kinds_
  values <- mget(as.character(names(kinds)[kinds == kind]), envir = object)
  values[!vapply(values, is.null, NA)]
}

# ---- what is within ----

# This object and those of the modules within it, each once, under dotted paths.
objects_within <- function(object, children_first = FALSE) {
  found <- list()
  seen <- new.env()
  visit <- function(object, path) {
    address <- rlang::obj_address(object)
    if (!is.null(seen[[address]])) return()
    seen[[address]] <- TRUE
    own <- structure(list(object), names = path)
    if (!children_first) found <<- c(found, own)
    children <- registered(object, "module")
    for (name in names(children)) visit(object_of(children[[name]]), if (nzchar(path)) paste0(path, ".", name) else name)
    if (children_first) found <<- c(found, own)
  }
  visit(object, "")
  found
}

# Those of children before a module's own.
tensors_within <- function(object, kind) {
  found <- list()
  visit <- function(object, prefix) {
    children <- registered(object, "module")
    for (name in names(children)) visit(object_of(children[[name]]), paste0(prefix, name, "."))
    own <- registered(object, kind)
    if (length(own)) names(own) <- paste0(prefix, names(own))
    found <<- c(found, own)
  }
  visit(object, "")
  found[!duplicated(vapply(found, rlang::obj_address, ""))]
}

convert_in_place <- function(x, dtype) {
  if (!torch_is_floating_point(x)) return()
  with_no_grad({
    gradient <- x$grad
    x$set_data(x$detach()$to(dtype = dtype))
    if (!is_undefined_tensor(gradient)) x$grad <- gradient$to(dtype = dtype)
  })
}

# ---- the state ----

state_of <- function(object, prefix, keepvars) {
  private <- private_of(object)
  own <- c(registered(object, "parameter"), registered(object, "buffer"))
  own <- own[setdiff(names(own), private$transient_)]
  if (length(own)) names(own) <- paste0(prefix, names(own))
  if (!keepvars) own <- lapply(own, function(x) x$detach())
  children <- registered(object, "module")
  within <- lapply(names(children), function(name) object_of(children[[name]])$state_dict(paste0(prefix, name, "."), keepvars))
  do.call(c, c(list(own), within))
}

# Every parameter and buffer by its path, with the object that holds it.
places_of_tensors <- function(object, transient = TRUE) {
  places <- list()
  objects <- objects_within(object)
  for (k in seq_along(objects)) {
    holder <- objects[[k]]
    own <- c(registered(holder, "parameter"), registered(holder, "buffer"))
    for (name in setdiff(names(own), if (!transient) private_of(holder)$transient_)) {
      path <- paste0(c(if (nzchar(names(objects)[k])) names(objects)[k], name), collapse = ".")
      places[[path]] <- list(object = holder, name = name, tensor = own[[name]])
    }
  }
  places
}

load_state <- function(object, state, refer) {
  if (!is.list(state) || (length(state) && is.null(names(state)))) raise_error("`state_dict` must be a list of tensors by name")
  places <- places_of_tensors(object, transient = FALSE)
  wanted <- names(object$state_dict(keepvars = TRUE))
  missing <- setdiff(wanted, names(state))
  missing <- missing[!grepl("(^|[.])num_batches_tracked$", missing)]
  unexpected <- setdiff(names(state), wanted)
  shapes <- unlist(lapply(intersect(names(state), names(places)), function(key) {
    if (!inherits(state[[key]], "torch_tensor")) return(sprintf("%s is no tensor", key))
    tensor <- places[[key]]$tensor
    counts <- grepl("(^|[.])num_batches_tracked$", key) && state[[key]]$numel() == 1 # PyTorch's has no dimension
    if (counts || is_dead(tensor) || identical(dim(tensor), dim(state[[key]]))) return(NULL)
    sprintf("%s has shape %s, and the module's %s", key, text_of_shape(state[[key]]), text_of_shape(tensor))
  }))
  told <- c(
    if (length(missing)) paste("it lacks", paste(missing, collapse = ", ")),
    if (length(unexpected)) paste("the module has no", paste(unexpected, collapse = ", ")),
    shapes
  )
  if (length(told)) raise_error(paste0("`state_dict` does not fit the module: ", paste(told, collapse = "; ")), NULL)
  for (key in intersect(names(state), names(places))) load_tensor(places[[key]], state[[key]], refer)
}

is_dead <- function(tensor) !is.null(.Call(ffi_missing_values, tensor))
text_of_shape <- function(x) paste0("[", paste(dim(x), collapse = ", "), "]")

# The tensor stays, with its dtype: an optimiser may hold it.
load_tensor <- function(place, value, refer) {
  if (!refer && !is_dead(place$tensor)) return(with_no_grad(place$tensor$copy_(value)))
  value <- if (refer) value else value$detach()$clone()
  kind <- private_of(place$object)$kinds_[[place$name]]
  if (kind == "parameter") value <- nn_parameter(value, requires_grad = refer || value$requires_grad || torch_is_floating_point(value))
  assign(place$name, value, envir = place$object)
}
