# Classes that users define: of modules, optimisers, schedulers, datasets and samplers. What they hold is a function, the generator, which
# has the R6 class in an attribute.
#
# A class of a user's package is made when that package is built, and stored with it. So that it is a class of the rushlight that is there
# when it is used, it names what it inherits from here, and its generator holds no more of this package's code than a call by name.

define_class <- function(name, inherit, members, private, active, parent_env, attribute, what, call = users_call()) {
  force(parent_env)
  parent <- if (inherits(inherit, "R6ClassGenerator")) inherit else attr(inherit, attribute, exact = TRUE)
  if (!inherits(parent, "R6ClassGenerator")) raise_error(sprintf("`inherit` must be a class of %s returns it", what), call)
  if (!is.null(name) && !is_string(name)) {
    raise_error(sprintf("`%s` must be one string, or NULL", names(formals(sys.function(-1L)))[1L]), call)
  }
  frame <- new.env(parent = parent_env)
  parent_named <- name_of_class(parent, attribute)
  if (is.null(parent_named)) frame$parent <- parent
  class <- R6::R6Class(name, members, private = private, active = active, inherit = parent, lock_objects = FALSE, parent_env = frame)
  if (!is.null(parent_named)) class$inherit <- parent_named
  class
}

# The expression that gives this class of the package in whichever version is there; NULL for a class of a user's.
name_of_class <- function(class, attribute) {
  here <- topenv()
  if (!isNamespace(here)) return(NULL)
  for (name in c(class$classname, "Optimizer", "LRScheduler", "Dataset", "IterableDataset", "Sampler")) {
    found <- get0(name, here, inherits = FALSE)
    named <- call(":::", as.name("rushlight"), as.name(name))
    if (identical(found, class)) return(named)
    if (identical(attr(found, attribute, exact = TRUE), class)) return(bquote(base::attr(.(named), .(attribute))))
  }
}

# A function with the formals of `initialize()` that makes an object. Its arguments are handed on as they stand, so that missing() works.
generator_of <- function(class, attribute, classes) {
  create <- function(...) new_object(class, ...)
  generator <- eval(bquote(function() {
    call <- sys.call()
    call[[1L]] <- .(create)
    eval(call, parent.frame())
  }))
  formals(generator) <- formals(method_of_class(class, "initialize"))
  environment(generator) <- class$parent_env
  structure(generator, class = classes, srcref = NULL) |> with_attribute(attribute, class)
}

new_object <- function(class, ...) {
  object <- class$new(...)
  if (inherits(object, "nn_Module")) instance_of(object) else object
}

with_attribute <- function(x, name, value) {
  attr(x, name) <- value
  x
}

# The method by that name, of the class or of what it inherits from.
method_of_class <- function(class, name) {
  while (!is.null(class) && is.null(class$public_methods[[name]])) class <- class$get_inherit()
  if (!is.null(class)) class$public_methods[[name]]
}

# Its own name and those that it inherits from, but for the root's.
classes_of <- function(class) {
  classes <- character()
  while (!is.null(parent <- class$get_inherit())) {
    classes <- c(classes, class$classname)
    class <- parent
  }
  classes
}
