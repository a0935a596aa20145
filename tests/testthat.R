# RUSHLIGHT_TESTS: a regular expression of themes; RUSHLIGHT_TEST_PROCESSES: how many processes run them, 2 if nothing is said;
# RUSHLIGHT_CHECK_INFERENCE: anything, and each op is held to what it infers.
source("testthat/runner.R")
themes <- Sys.getenv("RUSHLIGHT_TESTS", NA)
failed <- run_tests("testthat", if (!is.na(themes)) themes, as.integer(Sys.getenv("RUSHLIGHT_TEST_PROCESSES", "2")))
if (failed) quit(status = 1)
