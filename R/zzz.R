# Derived when the package is built: by now every torch_*() function is defined.
tensor_methods <- derive_methods(topenv())

.onLoad <- function(libname, pkgname) {
  drop_missing_entries(tensor_methods, topenv())
}

# The library stays when the package is unloaded: R calls it for every tensor that it collects.
