# Rscript tools/walkthrough.R   does what CONTRIBUTING.md says of adding an op, in a copy of the sources, and tests the result.
#
# A block of code that follows a line "In `FILE`, after `LINE`:" goes after the first line of FILE that begins so; after a line
# "At the end of `FILE`:" it goes there.
copy <- file.path("out", "walkthrough")
library_of <- file.path(copy, "library")
unlink(copy, recursive = TRUE)
dir.create(library_of, recursive = TRUE)
parts <- c("DESCRIPTION", "LICENSE", "NAMESPACE", "R", "src", "tests", "configure", "cleanup")
stopifnot(file.copy(parts, copy, recursive = TRUE))

insert <- function(file, after, code) {
  path <- file.path(copy, file)
  lines <- if (file.exists(path)) readLines(path) else character()
  at <- length(lines)
  if (!is.na(after)) at <- which(startsWith(lines, after))[1]
  if (is.na(at)) stop("CONTRIBUTING.md names a line that ", file, " does not have: ", after)
  writeLines(append(lines, code, at), path)
}

guide <- readLines("CONTRIBUTING.md")
places <- regmatches(guide, regexec("^(In|At the end of) `([^`]+)`(, after `([^`]+)`)?:$", guide))
steps <- which(lengths(places) > 0)
if (length(steps) < 4) stop("CONTRIBUTING.md has no walk-through any more")
for (k in steps) {
  fences <- which(startsWith(guide, "```") & seq_along(guide) > k)[1:2]
  place <- places[[k]]
  insert(place[3], if (nzchar(place[5])) place[5] else NA, guide[seq(fences[1] + 1, fences[2] - 1)])
}

# NAMESPACE is roxygen's work in the walk-through; its one line is known here.
insert("NAMESPACE", NA, "export(torch_cbrt)")

Sys.setenv(MAKEFLAGS = "-j2")
args <- c("CMD", "INSTALL", "--no-docs", "--no-test-load", paste0("--library=", library_of), copy)
log <- suppressWarnings(system2(file.path(R.home("bin"), "R"), args, stdout = TRUE, stderr = TRUE))
if (!is.null(attr(log, "status"))) stop(paste(utils::tail(grep("^gcc", log, value = TRUE, invert = TRUE), 30), collapse = "\n"))

library(rushlight, lib.loc = library_of)
library(testthat)
setwd(file.path(copy, "tests", "testthat"))
here <- new.env(parent = asNamespace("rushlight"))
theme <- as.data.frame(test_file("test-op-pointwise.R", reporter = "check", stop_on_failure = FALSE, env = here))
for (helper in c("helper-cases.R", "helper-gradients-pointwise.R")) sys.source(helper, here)
case <- Find(function(case) "cbrt" %in% case$ops, here$gradient_cases$all)
agree <- vapply(setdiff(here$layouts, case$except), function(layout) {
  isTRUE(gradcheck(case$f, here$case_inputs(case, layout), order = 2))
}, NA)
failed <- sum(theme$failed > 0 | theme$error) + sum(!agree) + !any(grepl("cbrt|cube root", theme$test))
cat("the walk-through of CONTRIBUTING.md, followed:\n", as.numeric(failed == 0), " passed, ", as.numeric(failed > 0), " failed\n", sep = "")
if (failed) quit(status = 1)
