# The n-th allocation of the core fails, n = 1, 2, ..., in every program of tools/programs.R and every case of the gradient check,
# forward and back: an error in our words, or in R's own where R was to make a vector; then nothing is left alive, and the session
# goes on. tools/oom builds what this needs.
#
#   Rscript tools/oom.R [short]
suppressMessages(library(rushlight))
stopifnot(exists("ffi_fail_allocation", asNamespace("rushlight")))
short <- "short" %in% commandArgs(TRUE)
here <- new.env(parent = asNamespace("rushlight"))
sys.source("tools/programs.R", here)

fail_allocation <- function(n) .Call(rushlight:::ffi_fail_allocation, as.integer(n))
live <- function() {
  gc(FALSE)
  torch_ones(1) # what the collector has left to the next call is let go
  gc(FALSE)
  rushlight:::rushlight_counts()[c("tensors", "storages", "nodes", "bytes")]
}
counts <- c(passed = 0, failed = 0, by_us = 0, by_r = 0)
note <- function(ok, ...) {
  counts[[if (ok) "passed" else "failed"]] <<- counts[[if (ok) "passed" else "failed"]] + 1
  if (!ok) cat("FAILED ", sprintf(...), "\n", sep = "")
}
usable <- function() {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  (x * x)$sum()$backward()
  identical(as_array(x$grad), c(2, 4))
}

# An error whose words are ours, or those that R has for its own vectors.
is_told <- function(e) {
  ours <- inherits(e, "rushlight_error") && grepl("memory", conditionMessage(e))
  by_r <- grepl("^cannot allocate (memory block|vector)", conditionMessage(e))
  if (ours) counts[["by_us"]] <<- counts[["by_us"]] + 1
  if (by_r) counts[["by_r"]] <<- counts[["by_r"]] + 1
  ours || by_r
}

starve <- function(name, program, step) {
  n <- 1
  repeat {
    fail_allocation(n)
    result <- tryCatch(
      {
        program()
        NULL
      },
      error = identity
    )
    if (!fail_allocation(0)) break
    if (is.null(result)) note(TRUE, "") # what the collector was to feel may be missing
    else note(is_told(result), "%s, allocation %d: %s", name, n, conditionMessage(result))
    rm(result)
    n <- n + step
  }
  autograd_set_grad_mode(TRUE)
  now <- live()
  left <- now - before
  before <<- now
  note(all(left == 0), "%s left %s", name, paste(names(left), left, collapse = ", "))
  note(usable(), "%s: the session is not usable", name)
  n - step
}

for (program in here$programs) program() # what is made once and kept is made now
before <- live()
for (name in names(here$programs)) {
  failures <- starve(name, here$programs[[name]], if (short) 13 else 1)
  if (!short) cat(sprintf("%-12s %5d allocations\n", name, failures))
}
cases <- here$gradient_cases$all
for (case in if (short) cases[seq(1, length(cases), 16)] else cases) {
  for (layout in if (short) "contiguous" else setdiff(here$layouts, case$except)) {
    starve(paste(case$ops[1], layout), function() here$forward_and_back(case, layout), if (short) 3 else 1)
  }
}
cat(sprintf("%.0f allocations failed with an error of rushlight, %.0f of R's vectors\n", counts[["by_us"]], counts[["by_r"]]))
cat(sprintf("%.0f passed, %.0f failed\n", counts[["passed"]], counts[["failed"]]))
quit(status = counts[["failed"]] > 0)
