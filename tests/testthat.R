library(testthat)
library(rushlight)

source("testthat/reporter-counts.R")
test_check("rushlight", reporter = MultiReporter$new(list(CheckReporter$new(), CountsReporter$new())))
