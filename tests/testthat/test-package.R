test_that("the package can be unloaded while there are tensors, and loaded again", {
  code <- paste(
    "library(rushlight); x <- torch_ones(2); unloadNamespace('rushlight'); rm(x); invisible(gc());",
    "library(rushlight); cat('sum', as.numeric(torch_ones(2)$sum()))"
  )
  told <- system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE, stderr = TRUE)
  expect_equal(tail(told, 1), "sum 2")
})
