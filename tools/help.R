# Which exports occur in no example, and which help pages do not say what is refused or what comes out, of the package as it is installed.
#   Rscript tools/help.R
names_in_examples <- function(page) {
  file <- tempfile(fileext = ".R")
  tools::Rd2ex(page, file, commentDontrun = TRUE) # writes no file where there are no examples
  if (file.exists(file)) all.names(parse(file, keep.source = FALSE)) else character()
}
tags_of <- function(page) vapply(page, function(part) attr(part, "Rd_tag"), "")
sections_of <- function(page) vapply(page[tags_of(page) == "\\section"], function(part) trimws(paste(unlist(part[[1]]), collapse = "")), "")
pages_without <- function(pages, has_it) names(pages)[!vapply(pages, has_it, NA)]
tell <- function(what, names) {
  writeLines(c(paste0(length(names), " ", what, if (length(names)) ":"), strwrap(toString(names), 120, indent = 2, exdent = 2)))
}

pages <- tools::Rd_db("rushlight", lib.loc = dirname(find.package("rushlight")))
tell("exports are in no example", sort(setdiff(getNamespaceExports("rushlight"), unlist(lapply(pages, names_in_examples)))))
pages <- pages[names(pages) != "rushlight-package.Rd"]
tell("pages do not say what is refused", pages_without(pages, function(page) "Errors" %in% sections_of(page)))
tell("pages do not say what comes out", setdiff(pages_without(pages, function(page) "\\value" %in% tags_of(page)), "N.Rd"))
