# Rscript bench/run.R [NAME-REGEX]   seconds of each workload under rushlight, the best of several: "name seconds"
suppressPackageStartupMessages(library(rushlight))
only <- c(commandArgs(TRUE), ".")[1]
source("bench/setup.R")
now <- function() as.numeric(Sys.time())

best_of <- function(f, rounds = 4, target = 0.15) {
  f()
  count <- 0
  start <- now()
  while (now() - start < target / 4) {
    f()
    count <- count + 1
  }
  times <- vapply(seq_len(rounds), function(round) {
    gc(FALSE)
    start <- now()
    for (k in seq_len(4 * count)) f()
    (now() - start) / (4 * count)
  }, 0)
  min(times)
}

workloads <- read.dcf(textConnection(grep("^#", readLines("bench/workloads.txt"), value = TRUE, invert = TRUE)))
for (k in grep(only, workloads[, "Name"])) {
  code <- parse(text = workloads[k, "R"])[[1]]
  workload <- compiler::cmpfun(eval(call("function", NULL, code)))
  seconds <- tryCatch(best_of(workload), error = function(e) {
    message(workloads[k, "Name"], ": ", conditionMessage(e))
    NA
  })
  cat(sprintf("%s %.9f\n", workloads[k, "Name"], seconds))
}
