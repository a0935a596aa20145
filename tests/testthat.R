library(testthat)
library(rushlight)

source("testthat/reporter-counts.R")
counts <- CountsReporter$new()
reporter <- MultiReporter$new(list(CheckReporter$new(), counts))
only <- Sys.getenv("RUSHLIGHT_TESTS", NA)
only <- if (!is.na(only)) only
results <- as.data.frame(test_check("rushlight", reporter = reporter, filter = only, stop_on_failure = FALSE))

# The closing line, which tools/verdict.R reads; a file that leaves something behind counts as a failure.
if (length(counts$left)) cat("live counts changed in", counts$left, sep = "\n  ")
failed <- results$failed > 0 | results$error
bad <- sum(failed) + length(counts$left)
cat("\n", sum(!failed & !results$skipped), " passed, ", bad, " failed\n", sep = "")
if (bad) quit(status = 1)
