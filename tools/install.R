# Rscript tools/install.R TARBALL   installs it into the first library that may be written to
tarball <- commandArgs(TRUE)[1]
library_of <- function() {
  writable <- .libPaths()[file.access(.libPaths(), 2) == 0]
  if (length(writable)) return(writable[1])
  own <- strsplit(Sys.getenv("R_LIBS_USER"), .Platform$path.sep)[[1]][1]
  dir.create(own, recursive = TRUE, showWarnings = FALSE)
  own
}
install.packages(tarball, lib = library_of(), repos = NULL, type = "source", INSTALL_opts = "--no-test-load")
if (!requireNamespace("rushlight", lib.loc = library_of(), quietly = TRUE)) quit(status = 1)
