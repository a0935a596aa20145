# Derived when the package is built: by now every torch_*() function is defined.
tensor_methods <- derive_methods(topenv())

# Note [Compiled functions]
# R compiles a function of a package when it is called for the second time, but one as short as most of ours never; so these are compiled
# here, and the rest is not (DESCRIPTION: ByteCompile), which saves a third of the room that R code takes when it is installed.
compile_short_functions <- function(namespace) {
  for (name in ls(namespace, all.names = TRUE)) {
    f <- namespace[[name]]
    if (is.function(f) && is.null(attributes(f)) && length(all.names(body(f))) < 30L) assign(name, compiler::cmpfun(f), namespace)
  }
}
compile_short_functions(topenv())

.onLoad <- function(libname, pkgname) {
  drop_missing_entries(tensor_methods, topenv())
}

# The library stays when the package is unloaded: R calls it for every tensor that it collects.
