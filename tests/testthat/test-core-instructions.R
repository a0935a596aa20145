test_that("small calls take no more instructions than were pinned", {
  skip_on_cran()
  skip_if(nzchar(Sys.getenv("RUSHLIGHT_INSTRUMENTED")), "the code runs under another instrument")
  skip_if(!nzchar(Sys.which("valgrind")), "there is no valgrind to count with")
  skip_if_not(file.exists("instructions.csv"), "no counts are pinned")
  pinned <- utils::read.csv("instructions.csv")
  same_r <- all(package_version(pinned$R)[, 1:2] == getRversion()[, 1:2])
  skip_if_not(same_r && R.version$arch == "x86_64", "the counts were pinned under another R or processor")

  source("instructions.R", local = TRUE)
  counts <- count_instructions(normalizePath("instructions.R"))
  expect_setequal(names(counts), pinned$path)
  grown <- counts[pinned$path] / pinned$instructions
  margin <- 1.25
  expect(
    all(grown <= margin),
    paste0(
      "more instructions than pinned (make pin, if it is meant to be so):\n",
      paste(sprintf("  %s: %.0f%%", pinned$path, 100 * (grown - 1))[grown > margin], collapse = "\n")
    )
  )
})
