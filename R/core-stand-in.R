#' Install a package named torch that is this package
#'
#' Packages that are written for torch ask for it by its name. `install_torch_stand_in()` installs, in the library that you name, a package
#' `torch` of version 0.17.0 that has no code of its own: when it is loaded it takes every name from this package, also those that are not
#' exported (`torch:::name`), so that an upgrade of this package reaches it. Packages that import torch are installed over it as they are.
#' What is not there, or differs, stands in `vignette("differences")`.
#'
#' To be rid of it: `remove.packages("torch", lib)`. A library of its own keeps it apart from a torch that you have:
#' `dir.create(lib)`, and `.libPaths(c(lib, .libPaths()))` where it is to be used.
#'
#' @param lib the folder of the library, which must exist. There is no default: nothing is installed where you have not said.
#' @param replace whether a package `torch` in `lib` that is no such stand-in is replaced.
#' @return The folder of the installed package, invisibly.
#' @section Errors:
#'   A `lib` that is missing, no folder, or not to be written to; a `torch` in `lib` that is another package, unless `replace = TRUE`. When
#'   the installation fails, what was there stays.
#' @examples
#' try(install_torch_stand_in())
#' \donttest{
#' lib <- tempfile()
#' dir.create(lib)
#' install_torch_stand_in(lib)
#' packageVersion("torch", lib)
#' }
#' @export
install_torch_stand_in <- function(lib, replace = FALSE) {
  if (missing(lib)) raise_error("`lib` must be given: the folder of a library, such as one of .libPaths(), or a new one of its own")
  if (!is_string(lib)) raise_error("`lib` must be the folder of a library, as one string")
  if (!dir.exists(lib)) raise_error(sprintf("`lib` must be a folder, and there is none at %s: dir.create() makes one", lib))
  if (file.access(lib, 2L) != 0L) raise_error(sprintf("`lib` must be a folder that you may write to, which %s is not", lib))
  replace <- .Call(ffi_flag, replace, "replace")
  folder <- file.path(normalizePath(lib), "torch")
  if (!replace && file.exists(folder) && !is_stand_in(folder)) {
    raise_error(sprintf("`replace` must be TRUE to replace the package torch in %s, which is not this stand-in", lib))
  }
  told <- install_source(system.file("torch", package = "rushlight"), dirname(folder))
  if (!is_stand_in(folder)) raise_error(paste(c("the stand-in was not installed:", utils::tail(told, 5L)), collapse = "\n"))
  if (isNamespaceLoaded("torch")) message("A package torch is loaded in this session: restart R to use the stand-in.")
  invisible(folder)
}

is_stand_in <- function(folder) {
  description <- file.path(folder, "DESCRIPTION")
  file.exists(description) && read.dcf(description, "Config/stand-in-of")[[1L]] %in% "rushlight"
}

# By another R, which must find this package where this one has. What it says.
install_source <- function(source, lib) {
  libraries <- c(lib, dirname(getNamespaceInfo(topenv(), "path")), .libPaths())
  before <- Sys.getenv("R_LIBS", NA)
  on.exit(if (is.na(before)) Sys.unsetenv("R_LIBS") else Sys.setenv(R_LIBS = before))
  Sys.setenv(R_LIBS = paste(unique(libraries), collapse = .Platform$path.sep))
  arguments <- c("CMD", "INSTALL", shQuote(paste0("--library=", lib)), shQuote(source))
  suppressWarnings(system2(file.path(R.home("bin"), "R"), arguments, stdout = TRUE, stderr = TRUE))
}
