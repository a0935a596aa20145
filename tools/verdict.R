# Rscript tools/verdict.R RCHECK_FOLDER [COUNTS...]
# Fails on an ERROR, a WARNING, or a NOTE other than the two that a new package cannot avoid when offline. COUNTS are files that
# end in "N passed, N failed"; their sums with those of the tests make the last line.
folder <- commandArgs(TRUE)[1]
log <- readLines(file.path(folder, "00check.log"), encoding = "UTF-8")

done <- c(grep("^\\* DONE", log), length(log) + 1)[1]
steps <- log[seq_len(done - 1)]
blocks <- split(steps, cumsum(grepl("^\\* ", steps)))
status_of <- function(block) {
  found <- regmatches(block, regexpr("(^| )(ERROR|WARNING|NOTE)$", block))
  if (length(found)) trimws(found[1]) else "OK"
}
may_be_noted <- function(block) {
  if (grepl("checking for future file timestamps", block[1], fixed = TRUE)) return(TRUE)
  said <- block[-1]
  grepl("checking CRAN incoming feasibility", block[1], fixed = TRUE) &&
    !any(nzchar(said) & !grepl("^(Maintainer: .*|New submission)$", said))
}
accepted <- function(block) status_of(block) == "OK" || (status_of(block) == "NOTE" && may_be_noted(block))
bad <- Filter(function(block) !accepted(block), blocks)
if (!any(grepl("^Status: ", log))) bad <- c(bad, list("the check did not come to its end"))
for (block in bad) cat("not accepted:", block, sep = "\n")

counts_in <- function(file) {
  closing <- "^([0-9]+) passed, ([0-9]+) failed$"
  lines <- if (file.exists(file)) grep(closing, readLines(file, warn = FALSE), value = TRUE)
  if (!length(lines)) return(c(0, 1))
  as.numeric(regmatches(lines[length(lines)], regexec(closing, lines[length(lines)]))[[1]][2:3])
}
tests <- file.path(folder, "tests", c("testthat.Rout", "testthat.Rout.fail"))
tests <- c(tests[file.exists(tests)], tests[1])[1]
counts <- vapply(c(tests, commandArgs(TRUE)[-1]), counts_in, numeric(2))
cat(sum(counts[1, ]), " passed, ", sum(counts[2, ]), " failed\n", sep = "")
if (length(bad) || sum(counts[2, ])) quit(status = 1)
