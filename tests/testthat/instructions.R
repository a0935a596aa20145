# Instructions of small paths, counted by callgrind: counts are steady where times are not. test-core-instructions.R holds them to what
# instructions.csv has.
#
#   Rscript tests/testthat/instructions.R --pin     measure anew and write instructions.csv (make pin)
instruction_paths <- alist(
  "an empty function" = NULL,
  "a + b" = a + b,
  "a$add(b)" = a$add(b),
  "a * 2" = a * 2,
  "torch_exp(a)" = torch_exp(a),
  "a$exp()" = a$exp(),
  "a$sum()" = a$sum(),
  "a$view(4)" = a$view(4),
  "a[1, ]" = a[1, ],
  "a$shape" = a$shape,
  "torch_tensor(v)" = torch_tensor(v),
  "as_array(a)" = as_array(a),
  "w * b, recorded" = w * b,
  "forward and backward" = ((w * 2) + b)$sum()$backward(),
  "second derivative" = second()
)

# The child's part: callgrind starts a new count at each call of rushlight_counts(), so every second one is a path's.
instruction_calls <- 200
run_instruction_paths <- function() {
  library(rushlight)
  env <- new.env()
  evalq({
    v <- c(1, 2, 3, 4)
    a <- torch_ones(2, 2)
    b <- torch_ones(2, 2)
    w <- torch_ones(2, 2, requires_grad = TRUE)
    second <- function() {
      x <- torch_ones(2, 2, requires_grad = TRUE)
      first <- autograd_grad((x * x * x)$sum(), x, create_graph = TRUE)[[1]]
      autograd_grad(first$sum(), x)
    }
  }, env)
  count_anew <- rushlight:::rushlight_counts
  for (path in instruction_paths) {
    f <- compiler::cmpfun(eval(call("function", NULL, path), env))
    for (k in 1:20) f()
    gc()
    count_anew()
    for (k in seq_len(instruction_calls)) f()
    count_anew()
  }
}

# Instructions a call, over those of an empty function.
count_instructions <- function(script) {
  folder <- tempfile("callgrind")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  tool <- paste0("valgrind --tool=callgrind --dump-before=ffi_counts --callgrind-out-file=", file.path(folder, "out"))
  env <- c("OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", "R_ENABLE_JIT=0", paste0("R_LIBS=", paste(.libPaths(), collapse = ":")))
  args <- c("-d", shQuote(tool), "--no-save", "--no-echo", "--no-restore", "--file=", "--args", "--run")
  args[6] <- paste0("--file=", shQuote(script))
  log <- file.path(folder, "log")
  status <- system2(file.path(R.home("bin"), "R"), args, stdout = log, stderr = log, env = env)
  if (status != 0) stop("callgrind failed:\n", paste(utils::tail(readLines(log), 20), collapse = "\n"))
  dumps <- file.path(folder, paste0("out.", 2 * seq_along(instruction_paths)))
  totals <- vapply(dumps, function(file) as.numeric(sub("totals: *", "", grep("^totals:", readLines(file), value = TRUE))), 0)
  counts <- (totals - totals[1]) / instruction_calls
  stats::setNames(round(counts), names(instruction_paths))[-1]
}

if ("--run" %in% commandArgs(TRUE)) run_instruction_paths()
if ("--pin" %in% commandArgs(TRUE)) {
  script <- normalizePath(sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]))
  counts <- count_instructions(script)
  pinned <- data.frame(path = names(counts), instructions = unname(counts), R = as.character(getRversion()))
  utils::write.csv(pinned, file.path(dirname(script), "instructions.csv"), row.names = FALSE)
  print(pinned)
}
