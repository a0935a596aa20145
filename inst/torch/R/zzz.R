# Every object of rushlight under its name, taken from there when it is first asked for; what rushlight exports is exported.
.onLoad <- function(libname, pkgname) {
  here <- topenv()
  rushlight <- asNamespace("rushlight")
  exports <- getNamespaceExports(rushlight)
  for (name in union(grep("^ffi_", ls(rushlight), value = TRUE, invert = TRUE), exports)) {
    do.call(delayedAssign, list(name, call("get", name, rushlight), baseenv(), here))
  }
  namespaceExport(here, exports)
}
