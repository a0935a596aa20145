# The methods of tensors: x$name(...) is a function whose environment holds x as `self`.
#
# What stands in `tensor_methods` is a template, of which C makes a bound method (src/rbridge/fields.c). The method of a function
# torch_name(self, ...) is derived from it, and so is the in-place form name_() where the op has one: an op is defined once.
# Methods of another kind stand in lists named <theme>_methods, in the theme's file.

# torch_exp(self) without `self`.
method_of <- function(f) {
  formals(f) <- formals(f)[names(formals(f)) != "self"]
  f
}

# The same with ffi_exp_ for ffi_exp, if that call is all it is.
in_place_of <- function(method) {
  call <- body(method)
  if (!is.call(call) || !identical(call[[1]], quote(.Call)) || !identical(call[[3]], quote(self))) return(NULL)
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
  for (theme in ls(namespace, pattern = "_methods$")) {
    methods <- get(theme, namespace)
    for (name in names(methods)) add(name, methods[[name]])
  }
  table
}

# Which ops have an in-place form is known to C alone: drops the templates whose entry was not registered.
drop_missing_entries <- function(table, namespace) {
  in_place <- ls(table, pattern = "_$")
  missing <- vapply(in_place, function(name) {
    call <- body(table[[name]])
    entry <- if (is.call(call)) call[[2]]
    is.name(entry) && startsWith(as.character(entry), "ffi_") && !exists(as.character(entry), namespace, inherits = FALSE)
  }, NA)
  rm(list = in_place[missing], envir = table)
}
