# Derived when the package is built: by now every torch_*() function is defined.
tensor_methods <- derive_methods(topenv())

.onLoad <- function(libname, pkgname) {
  drop_missing_entries(tensor_methods, topenv())
}

.onUnload <- function(libpath) library.dynam.unload("rushlight", libpath)
