source("mistakes.R", local = TRUE)

test_that("typical mistakes are told what was wrong, where, and the cure", {
  told <- strsplit(paste(readLines("mistakes.txt"), collapse = "\n"), "\n\n", fixed = TRUE)[[1L]]
  expect_identical(vapply(mistakes, what_is_said, ""), sub("\n$", "", told))
  expect_false(any(grepl("    no error", told, fixed = TRUE)))
})
