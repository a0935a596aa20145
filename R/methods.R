# The methods of tensors: x$name(...) is a function whose environment holds x as `self`.
#
# What stands in `tensor_methods` is a template, of which C makes a bound method (src/rbridge/fields.c). The method of a function
# torch_name(self, ...) is derived from it, and so is the in-place form name_() where the op has one: an op is defined once. The
# rest are in `own_methods`.

# torch_exp(self) without `self`.
method_of <- function(f) {
  formals(f) <- formals(f)[names(formals(f)) != "self"]
  f
}

# The same with ffi_exp_ for ffi_exp, if that call is all it is.
in_place_of <- function(method) {
  call <- body(method)
  if (!identical(call[[1]], quote(.Call)) || !identical(call[[3]], quote(self))) return(NULL)
  call[[2]] <- as.name(paste0(call[[2]], "_"))
  body(method) <- call
  method
}

derive_methods <- function(namespace) {
  table <- new.env(hash = TRUE, parent = emptyenv(), size = 1200L)
  add <- function(name, f) {
    environment(f) <- namespace
    table[[name]] <- compiler::cmpfun(f)
  }
  for (name in ls(namespace, pattern = "^torch_")) {
    f <- get(name, namespace)
    if (!is.function(f) || !identical(names(formals(f))[1], "self")) next
    name <- sub("^torch_", "", name)
    method <- method_of(f)
    add(name, method)
    if (!is.null(in_place <- in_place_of(method))) add(paste0(name, "_"), in_place)
  }
  for (name in names(own_methods)) add(name, own_methods[[name]])
  table
}

# Which ops have an in-place form is known to C alone: drops the templates whose entry was not registered.
drop_missing_entries <- function(table, namespace) {
  derived <- setdiff(ls(table, pattern = "_$"), names(own_methods))
  missing <- vapply(derived, function(name) {
    !exists(as.character(body(table[[name]])[[2]]), namespace, inherits = FALSE)
  }, NA)
  rm(list = derived[missing], envir = table)
}

own_methods <- list(
  backward = function(gradient = NULL, retain_graph = create_graph, create_graph = FALSE, inputs = NULL, ...) {
    invisible(.Call(ffi_backward, self, gradient, retain_graph, create_graph, inputs, TRUE))
  },
  requires_grad_ = function(requires_grad = TRUE) .Call(ffi_requires_grad_, self, requires_grad),
  retain_grad = function() invisible(.Call(ffi_retain_grad, self)),
  detach = function(...) .Call(ffi_detach, self),
  detach_ = function() .Call(ffi_detach_, self),
  item = function() .Call(ffi_item, self),
  view = function(size) .Call(ffi_view, self, size),
  expand = function(size, implicit = FALSE) .Call(ffi_expand, self, size)
)
