# Rscript tools/fuzz-files.R [FILES [SEED]]   files of each kind that is read, damaged: cut short, bytes changed, runs taken out or put in,
# numbers made large. Each must be read, or be refused in rushlight's words.
library(rushlight)
args <- as.integer(commandArgs(TRUE))
files <- if (length(args)) args[1] else 10000L
seed <- if (length(args) > 1) args[2] else 1L

model <- nn_sequential(nn_linear(3, 2), nn_batch_norm1d(2))
state <- model$state_dict()
of_file <- function(write) {
  file <- tempfile()
  on.exit(unlink(file))
  write(file)
  readBin(file, "raw", file.size(file))
}
ours <- list(
  list(read = torch_load, bytes = torch_serialize(list(state, 1:3, "text"))),
  list(read = torch_load, bytes = of_file(function(file) torch_save(state, file, compress = FALSE))),
  list(read = torch_load_safetensors, bytes = of_file(function(file) torch_save_safetensors(state, file, c(note = "a")))),
  list(read = load_state_dict, bytes = of_file(function(file) torch_save_state_dict(state, file)))
)
theirs <- list.files("tests/testthat/saved", "^pytorch-.*[.]pt$", full.names = TRUE)
kinds <- c(ours, lapply(theirs, function(file) list(read = load_state_dict, bytes = readBin(file, "raw", file.size(file)))))

damaged <- function(bytes) {
  n <- length(bytes)
  for (k in seq_len(sample(3, 1))) {
    at <- sample(length(bytes), 1)
    run <- seq(at, min(length(bytes), at + sample(c(1, 4, 8, 30), 1) - 1))
    bytes <- switch(sample(6, 1),
      bytes[seq_len(at)],
      replace(bytes, run, as.raw(sample(0:255, length(run), replace = TRUE))),
      replace(bytes, at, xor(bytes[at], as.raw(2^sample(0:7, 1)))),
      bytes[-run],
      append(bytes, bytes[run], at),
      replace(bytes, run, as.raw(sample(c(0, 127, 255), 1)))
    )
  }
  bytes
}

set.seed(seed, "Mersenne-Twister", "Inversion", "Rejection")
outcomes <- c(read = 0, refused = 0, failed = 0)
for (k in seq_len(files)) {
  kind <- kinds[[sample(length(kinds), 1)]]
  bytes <- damaged(kind$bytes)
  outcome <- tryCatch(
    {
      kind$read(bytes)
      "read"
    },
    rushlight_error = function(e) "refused",
    error = function(e) {
      cat("file", k, "of seed", seed, ":", conditionMessage(e), "\n")
      "failed"
    }
  )
  outcomes[outcome] <- outcomes[outcome] + 1
}
cat(files, "damaged files, seed", seed, ":", outcomes["read"], "read,", outcomes["refused"], "refused\n")
cat(sprintf("%d passed, %d failed\n", files - outcomes["failed"], outcomes["failed"]))
quit(status = outcomes["failed"] > 0)
