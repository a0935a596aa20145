# Packages of CRAN that are written for torch, on the stand-in: installs them with what they need from getOption("repos"), and runs their
# own tests; then luz trains the network of vignettes/network.Rmd. From the package's folder:
#   Rscript tools/clients.R LIBRARY [PACKAGE...]
# LIBRARY holds rushlight, and gets the rest. bench/CLIENTS.md lists the blocks of tests that may fail, each with its reason; of a package's
# blocks one in twenty at most. The last line counts packages, and luz.
arguments <- commandArgs(TRUE)
library_folder <- normalizePath(arguments[1])
clients <- if (length(arguments) > 1) arguments[-1] else c("madgrad", "torchopt", "rkaf", "survdnn", "torchMAUM", "safetensors", "luz")
without_tests <- if (length(arguments) > 1) character() else "luz" # its suite is tried apart: bench/CLIENTS.md

if (is.null(getOption("repos")) || any(getOption("repos") == "@CRAN@")) {
  stop("no repository is set: set options(repos = c(CRAN = \"https://...\")) in ~/.Rprofile", call. = FALSE)
}
.libPaths(c(library_folder, .libPaths()))
Sys.setenv(R_LIBS = library_folder)
rushlight::install_torch_stand_in(library_folder)

# What of a client's needs is there, in any library, is taken from there.
install.packages(setdiff(clients, rownames(installed.packages())), lib = library_folder, quiet = TRUE)

exceptions <- local({
  rows <- grep("^[|] *[A-Za-z0-9.]+ *[|] *`", readLines("bench/CLIENTS.md"), value = TRUE)
  cells <- lapply(strsplit(rows, "|", fixed = TRUE), trimws)
  data.frame(package = vapply(cells, `[`, "", 2), block = gsub("`", "", vapply(cells, `[`, "", 3)))
})

# Blocks are calls of test_that(), each passed, failed or skipped; a file that fails outside of them is one that failed.
run_tests <- function(package) {
  sources <- file.path("out", "clients")
  unlink(file.path(sources, package), recursive = TRUE)
  dir.create(sources, showWarnings = FALSE)
  tarball <- download.packages(package, sources, type = "source", quiet = TRUE)[1, 2]
  utils::untar(tarball, exdir = sources)
  results <- file.path(sources, paste0(package, ".rds"))
  unlink(results)
  code <- sprintf(
    "results <- testthat::test_dir('%s', package = '%s', load_package = 'installed', reporter = 'check', stop_on_failure = FALSE)
     saveRDS(as.data.frame(results), '%s')",
    file.path(sources, package, "tests", "testthat"), package, results
  )
  said <- system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), stdout = TRUE, stderr = TRUE, env = "NOT_CRAN=true")
  writeLines(said, file.path(sources, paste0(package, ".out")))
  if (!file.exists(results)) {
    cat(utils::tail(said, 20), sep = "\n")
    return(data.frame(test = paste("the tests of", package, "end early"), failed = 1, error = TRUE, skipped = FALSE))
  }
  readRDS(results)
}

verdict <- function(package) {
  blocks <- run_tests(package)
  failed <- blocks$failed > 0 | blocks$error
  excepted <- failed & blocks$test %in% exceptions$block[exceptions$package == package]
  skipped <- !failed & blocks$skipped
  cat(sprintf(
    "%s: %d blocks passed, %d failed, %d excepted, %d skipped\n",
    package, sum(!failed & !skipped), sum(failed & !excepted), sum(excepted), sum(skipped)
  ))
  for (name in blocks$test[failed & !excepted]) cat("  failed:", name, "\n")
  !any(failed & !excepted) && sum(excepted) <= nrow(blocks) / 20 && any(!failed & !skipped)
}

# The vignette's images and network, trained by luz with its bars.
luz_trains <- function() {
  code <- file.path("out", "clients", "network.R")
  knitr::purl("vignettes/network.Rmd", code, documentation = 1, quiet = TRUE)
  lines <- readLines(code)
  before <- lines[seq_len(grep("^## ----train", lines) - 1)]
  writeLines(c("pdf(NULL)", sub("library(rushlight)", "library(torch)", before, fixed = TRUE), readLines("tools/clients-luz.R")), code)
  run <- paste(shQuote(file.path(R.home("bin"), "Rscript")), code)
  said <- file.path("out", "clients", "luz.out")
  # script(1) gives it a terminal, without which there are no bars.
  status <- system2("script", c("-qec", shQuote(run), "/dev/null"), stdout = said, stderr = said)
  lines <- strsplit(paste(readLines(said, warn = FALSE), collapse = "\n"), "[\r\n]+")[[1]]
  cat(grep("^300/300.*Loss|^luz trains", lines, value = TRUE, useBytes = TRUE), sep = "\n")
  status == 0 && any(grepl("300/300 [=====", lines, fixed = TRUE, useBytes = TRUE))
}

passed <- vapply(setdiff(clients, without_tests), verdict, NA)
if ("luz" %in% without_tests) passed <- c(passed, luz = luz_trains())
cat(sprintf("%d passed, %d failed\n", sum(passed), sum(!passed)))
quit(status = any(!passed))
