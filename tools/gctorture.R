# The programs of tools/programs.R while R's collector runs at every k-th allocation, in rounds that begin at other ones: what is not
# protected is lost, so each result must be what it is without.
#
#   Rscript tools/gctorture.R [short]
suppressMessages(library(rushlight))
short <- "short" %in% commandArgs(TRUE)
here <- new.env(parent = asNamespace("rushlight"))
sys.source("tools/programs.R", here)
cases <- here$gradient_cases$all
chosen <- cases[seq(1, length(cases), if (short) 40 else 4)]
for (case in chosen) local({
  case <- case
  here$programs[[paste(case$ops[1], length(here$programs))]] <- function() here$forward_and_back(case, "contiguous")
})

values_of <- function(x) {
  if (inherits(x, "torch_tensor")) return(if (.Call(rushlight:::ffi_is_undefined, x)) "undefined" else as_array(x))
  if (is.list(x)) lapply(x, values_of) else if (is.atomic(x)) x
}

passed <- failed <- 0
rounds <- if (short) 1 else 4
for (name in names(here$programs)) {
  program <- here$programs[[name]]
  expected <- values_of(program())
  for (round in seq_len(rounds)) {
    found <- tryCatch(
      {
        gctorture2(step = if (short) 199 else 23, wait = 7 * round, inhibit_release = FALSE)
        result <- program()
        gctorture2(0)
        values_of(result)
      },
      error = function(e) {
        gctorture2(0)
        conditionMessage(e)
      }
    )
    if (identical(found, expected)) {
      passed <- passed + 1
    } else {
      failed <- failed + 1
      cat(sprintf("FAILED %s, round %d: %s\n", name, round, paste(utils::capture.output(str(found)), collapse = " ")))
    }
  }
}
cat(sprintf("%.0f passed, %.0f failed\n", passed, failed))
quit(status = failed > 0)
