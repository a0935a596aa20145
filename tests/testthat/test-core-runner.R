# What runner.R says of a folder of test files; each element of `files` is the code of one.
ran <- function(files, processes) {
  runner <- normalizePath("runner.R", "/")
  folder <- tempfile("tests")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  for (name in names(files)) writeLines(files[[name]], file.path(folder, paste0("test-", name, ".R")))
  code <- "source(commandArgs(TRUE)[1]);failed<-run_tests(commandArgs(TRUE)[2],NULL,as.integer(commandArgs(TRUE)[3]))"
  words <- shQuote(c("-e", code, runner, normalizePath(folder, "/"), processes))
  before <- Sys.getenv("R_LIBS")
  on.exit(Sys.setenv(R_LIBS = before), add = TRUE)
  Sys.setenv(R_LIBS = paste(.libPaths(), collapse = .Platform$path.sep))
  system2(file.path(R.home("bin"), "Rscript"), words, stdout = TRUE, stderr = TRUE)
}

test_that("the runner reports a file that leaves a tensor behind, by its name, in whichever process it ran", {
  files <- list(
    clean = "test_that('a tensor goes', { x <- torch_ones(2); expect_equal(dim(x), 2L) })",
    leaking = "test_that('a tensor stays', { assign('kept', torch_ones(2), globalenv()); expect_equal(dim(kept), 2L) })",
    graph = c(
      "test_that('a graph stays', {",
      "  assign('root', torch_ones(2, requires_grad = TRUE)$exp(), globalenv())",
      "  expect_true(root$requires_grad)",
      "})"
    )
  )
  for (processes in 1:2) {
    told <- ran(files, processes)
    changed <- grep("live counts changed", told, value = TRUE)
    expect_length(changed, 2)
    expect_match(changed, "test-leaking[.]R: [+]1 tensors, [+]1 storages", all = FALSE)
    expect_match(changed, "test-graph[.]R: .*[+][12] nodes", all = FALSE)
    expect_identical(tail(told, 1), "3 passed, 2 failed")
  }
})

test_that("the runner counts tests that fail, and a file whose process ended before it", {
  told <- ran(list(
    wrong = c("test_that('one is two', expect_equal(1, 2))", "test_that('one is one', expect_equal(1, 1))"),
    broken = "stop('no test at all')",
    skipped = "test_that('none', skip('not today'))"
  ), 2)
  expect_match(told, "one is two", all = FALSE)
  expect_match(told, "not today", all = FALSE)
  expect_identical(tail(told, 1), "1 passed, 2 failed")

  # Each of two processes is given one, and the process that waits outlives the other.
  other <- "if (any(grepl('take_files', commandArgs()))) tools::pskill(Sys.getpid(), 9) else Sys.sleep(2)"
  told <- ran(list(first = other, second = other), 2)
  expect_match(told, "the process that ran it ended before it", all = FALSE)
})
