# Runs test files in processes beside each other, this one among them. Each takes the next file that nobody has taken, by making the
# folder of its name in the queue, which one process alone can do, and leaves there what came of it.

themes_in <- function(folder, pattern = NULL) {
  themes <- sub("^test-(.*)[.][rR]$", "\\1", list.files(folder, "^test-.*[.][rR]$"))
  if (!is.null(pattern)) themes <- themes[grepl(pattern, themes)]
  long <- grepl("^(op-(gradients.*|table|operands|reduce)|core-instructions|tensor-missing|autograd-backward|save-tensors)$", themes)
  c(themes[long], themes[!long])
}

# One test file: how many of its tests passed and failed, and what is to be told of it. What it leaves behind is one more failure.
run_file <- function(folder, theme) {
  told <- tempfile()
  on.exit(unlink(told))
  counts <- CountsReporter$new()
  reporter <- testthat::MultiReporter$new(list(testthat::CheckReporter$new(file = told), counts))
  if (nzchar(Sys.getenv("RUSHLIGHT_CHECK_INFERENCE"))) rushlight:::check_inference(TRUE)
  seconds <- system.time(results <- as.data.frame(testthat::test_file(
    file.path(folder, paste0("test-", theme, ".R")),
    reporter = reporter, package = "rushlight", load_package = "installed", stop_on_failure = FALSE
  )))[["elapsed"]]
  failed <- results$failed > 0 | results$error
  list(
    passed = sum(!failed & !results$skipped),
    failed = sum(failed) + length(counts$left),
    told = c(
      if (any(failed | results$skipped)) readLines(told, encoding = "UTF-8"),
      if (length(counts$left)) paste("live counts changed in", counts$left)
    ),
    seconds = seconds
  )
}

take_files <- function(folder, queue) {
  for (theme in readLines(file.path(queue, "themes"))) {
    taken <- file.path(queue, theme)
    if (dir.create(taken, showWarnings = FALSE)) saveRDS(run_file(folder, theme), file.path(taken, "result.rds"))
  }
}

start_process <- function(folder, queue) {
  code <- "source(commandArgs(TRUE)[1]);take_files(commandArgs(TRUE)[2],commandArgs(TRUE)[3])"
  words <- c(file.path(R.home("bin"), "Rscript"), "-e", code, file.path(runner_folder, "runner.R"), folder, queue)
  pipe(paste(shQuote(words), collapse = " "), "r")
}

# How many tests failed. The closing line is read by tools/verdict.R.
run_tests <- function(folder, pattern = NULL, processes = 2) {
  folder <- normalizePath(folder, "/")
  themes <- themes_in(folder, pattern)
  if (!length(themes)) stop("no test file matches ", pattern)
  queue <- normalizePath(tempfile("queue"), "/", mustWork = FALSE)
  dir.create(queue)
  on.exit(unlink(queue, recursive = TRUE))
  writeLines(themes, file.path(queue, "themes"))

  others <- lapply(seq_len(min(processes, length(themes)) - 1), function(k) start_process(folder, queue))
  take_files(folder, queue)
  for (other in others) {
    said <- readLines(other)
    if (any(nzchar(said))) cat(said, sep = "\n")
    close(other)
  }

  passed <- failed <- 0
  for (theme in themes) {
    path <- file.path(queue, theme, "result.rds")
    result <- list(passed = 0, failed = 1, told = "the process that ran it ended before it", seconds = NA)
    if (file.exists(path)) result <- readRDS(path)
    cat(sprintf("%-24s %4d passed, %d failed, %5.1f s\n", theme, result$passed, result$failed, result$seconds))
    if (length(result$told)) cat(result$told, sep = "\n")
    passed <- passed + result$passed
    failed <- failed + result$failed
  }
  cat("\n", passed, " passed, ", failed, " failed\n", sep = "")
  failed
}

runner_folder <- normalizePath(dirname(sys.frame(1)$ofile), "/")
Sys.setenv(R_TESTS = "", R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep))
if (!isTRUE(as.logical(Sys.getenv("NOT_CRAN")))) Sys.setenv(OMP_NUM_THREADS = 1) # two processes, and no more than two threads
library(rushlight)
source(file.path(runner_folder, "reporter-counts.R"))
