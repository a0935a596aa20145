# Pages of what has no arguments and no value.
without_value <- c("rushlight-package.Rd", "N.Rd")

# What other packages document.
re_exported <- function() setdiff(getNamespaceExports("rushlight"), names(asNamespace("rushlight")))

help_pages <- function() {
  if (!nzchar(system.file("help", "rushlight.rdb", package = "rushlight"))) skip("no help pages are installed")
  pages <- tools::Rd_db("rushlight", lib.loc = dirname(find.package("rushlight")))
  pages[names(pages) != "reexports.Rd"]
}

names_in_examples <- function(page) {
  file <- tempfile(fileext = ".R")
  on.exit(unlink(file))
  tools::Rd2ex(page, file, commentDontrun = TRUE) # writes no file where there are no examples
  if (file.exists(file)) all.names(parse(file, keep.source = FALSE)) else character()
}

tags_of <- function(page) vapply(page, function(part) attr(part, "Rd_tag"), "")

sections_of <- function(page) vapply(page[tags_of(page) == "\\section"], function(part) trimws(paste(unlist(part[[1]]), collapse = "")), "")

pages_without <- function(pages, has_it) names(pages)[!vapply(pages, has_it, NA)]

test_that("each export occurs in an example that runs", {
  occurring <- unlist(lapply(help_pages(), names_in_examples))
  expect_identical(sort(setdiff(getNamespaceExports("rushlight"), c(occurring, re_exported()))), character())
})

test_that("each help page says what is refused", {
  pages <- help_pages()
  pages <- pages[names(pages) != "rushlight-package.Rd"]
  expect_identical(pages_without(pages, function(page) "Errors" %in% sections_of(page)), character())
})

test_that("each help page says what comes out", {
  pages <- help_pages()
  pages <- pages[!names(pages) %in% without_value]
  expect_identical(pages_without(pages, function(page) "\\value" %in% tags_of(page)), character())
})
