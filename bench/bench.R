# Rscript bench/bench.R [NAME-REGEX] [ROUNDS]   rushlight and PyTorch in turn, at one thread and at two; writes bench/RESULTS.md
# and bench/RESULTS.png. A ratio below 1: rushlight is faster. What was found out about the numbers stands in bench/notes.md, which is
# the end of the report.
args <- commandArgs(TRUE)
only <- c(args, ".")[1]
rounds <- if (length(args) > 1) as.integer(args[2]) else 3L
python <- "/usr/bin/python3"

# Output of a command, its settings given as environment variables.
output_of <- function(command, args, ...) suppressWarnings(system2(command, args, stdout = TRUE, env = c(...)))

seconds_of <- function(command, script, threads) {
  limits <- paste0(c("OMP_NUM_THREADS=", "OPENBLAS_NUM_THREADS=", "MKL_NUM_THREADS="), threads)
  words <- strsplit(output_of(command, c(script, shQuote(only)), limits), " ")
  words <- words[lengths(words) == 2]
  stats::setNames(as.numeric(vapply(words, `[`, "", 2)), vapply(words, `[`, "", 1))
}

measure <- function(threads) {
  pairs <- lapply(seq_len(rounds), function(round) {
    message(threads, " thread(s), round ", round, " of ", rounds)
    ours <- seconds_of("Rscript", "bench/run.R", threads)
    theirs <- seconds_of(python, "bench/run.py", threads)
    data.frame(name = names(theirs), ours = unname(ours[names(theirs)]), theirs = unname(theirs))
  })
  ratios <- vapply(pairs, function(pair) pair$ours / pair$theirs, pairs[[1]]$ours)
  ratios <- matrix(ratios, nrow(pairs[[1]]))
  smallest <- function(column) do.call(pmin, c(lapply(pairs, `[[`, column), na.rm = TRUE))
  data.frame(
    name = pairs[[1]]$name, threads = threads, ours = smallest("ours"), theirs = smallest("theirs"),
    ratio = apply(ratios, 1, stats::median), low = apply(ratios, 1, min), high = apply(ratios, 1, max)
  )
}

# What a process costs as a whole: seconds, and the most memory it had, in MB.
process <- function(command, code) {
  report <- "cat(Sys.time() - start, as.numeric(gsub('[^0-9]', '', grep('VmHWM', readLines('/proc/self/status'), value = TRUE))) / 1024)"
  flag <- "-e"
  if (command == python) {
    report <- "print(time.time() - start, int(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]) / 1024)"
    code <- paste("import time, re; start = time.time();", code, ";")
    flag <- "-c"
  } else {
    code <- paste("start <- Sys.time();", sub(";\\s*$", "", code), ";")
  }
  numbers <- replicate(rounds, {
    told <- output_of(command, c(flag, shQuote(paste(code, report))), "OMP_NUM_THREADS=2", "OPENBLAS_NUM_THREADS=2")
    as.numeric(strsplit(utils::tail(told, 1), " ")[[1]])
  })
  apply(matrix(numbers, 2), 1, min)
}

processes <- function() {
  ours <- function(code) process("Rscript", code)
  load <- "suppressPackageStartupMessages(library(rushlight));"
  training <- "source('bench/setup.R'); start <- Sys.time(); for (k in 1:100) classifier_step()"
  rows <- list(
    "R alone" = c(ours("NULL"), NA, NA),
    "loading the package" = c(ours(load), process(python, "import torch")),
    "100 steps of a 784-512-512-10 network, batch 1024" = c(
      ours(paste(load, sub("source", "only <- 'classifier'; source", training, fixed = TRUE))),
      process(python, "exec(open('bench/setup.py').read()); start = time.time(); [classifier_step() for k in range(100)]")
    ),
    "backward of a chain of 1e6 operations" = c(
      ours(paste(load, "y <- x <- torch_ones(1, requires_grad = TRUE); for (k in 1:1e6) y <- y * 1; start <- Sys.time(); y$backward()")),
      NA, NA
    )
  )
  table <- as.data.frame(do.call(rbind, rows))
  names(table) <- c("seconds", "MB", "torch_seconds", "torch_MB")
  table
}

microseconds <- function(x) formatC(x * 1e6, format = "fg", digits = 3, big.mark = ",")
two <- function(x) formatC(x, format = "f", digits = 2)
geometric <- function(x) exp(mean(log(x[!is.na(x)])))
group_of <- function(name) sub("/.*", "", name)
markdown <- function(header, rows) {
  c(paste0("| ", paste(header, collapse = " | "), " |"), paste0("|", paste(rep("---", length(header)), collapse = "|"), "|"),
    paste0("| ", do.call(paste, c(unname(rows), sep = " | ")), " |"))
}

machine <- function() {
  cpu <- sub(".*: ", "", grep("model name", readLines("/proc/cpuinfo"), value = TRUE)[1])
  torch <- output_of(python, c("-c", shQuote("import sys, torch; print(torch.__version__, sys.version.split()[0])")))
  torch <- strsplit(torch, " ")[[1]]
  c(
    paste0("* ", cpu, ", ", parallel::detectCores(), " processors seen, ", Sys.info()[["sysname"]], " ", Sys.info()[["machine"]]),
    paste0("* rushlight ", utils::packageVersion("rushlight"), " on ", R.version.string, ", BLAS ", basename(extSoftVersion()[["BLAS"]])),
    paste0("* PyTorch ", torch[1], " on Python ", torch[2], " (Debian's python3-torch)"),
    paste0("* ", format(Sys.Date()), ", ", rounds, " rounds, both sides in turn")
  )
}

report <- function(results, whole) {
  groups <- unique(group_of(results$name))
  summary <- do.call(rbind, lapply(groups, function(group) {
    part <- results[group_of(results$name) == group & !is.na(results$ratio), ]
    by_threads <- split(part, part$threads)
    data.frame(
      group = group, n = nrow(part) / length(by_threads),
      one = two(geometric(by_threads[[1]]$ratio)), two = two(geometric(by_threads[[2]]$ratio)), worst = two(max(part$ratio))
    )
  }))
  one <- results[results$threads == 1, ]
  each <- merge(one, results[results$threads == 2, ], by = "name", sort = FALSE, suffixes = c("", ".2"))
  spread <- function(low, high) paste0(two(low), "-", two(high))
  c(
    "# rushlight and PyTorch, side by side", "",
    "Written by `make bench`. A ratio is rushlight's time over PyTorch's, the median of the rounds: below 1, rushlight is faster.",
    "The workloads stand in `workloads.txt`, in both languages. `field` reads a field of a tensor, which costs what the",
    "interpreter costs. `call` is the share of it in `op`: R calls a method that does nothing, PyTorch does the whole.", "", machine(), "",
    "## Groups: geometric means of the ratios", "",
    markdown(c("group", "workloads", "1 thread", "2 threads", "largest of either"), summary), "",
    "![Ratios by workload](RESULTS.png)", "",
    "## Workloads", "",
    markdown(
      c("workload", "rushlight, us", "PyTorch, us", "ratio", "spread", "ratio, 2 threads", "spread"),
      with(each, list(name, microseconds(ours), microseconds(theirs), two(ratio), spread(low, high), two(ratio.2), spread(low.2, high.2)))
    ), "",
    if (!is.null(whole)) {
      c(
        "## Whole processes", "", "Two threads. Seconds of the step named; the most memory that the process had.", "",
        markdown(
          c("process", "rushlight, s", "MB", "PyTorch, s", "MB"),
          list(rownames(whole), two(whole$seconds), round(whole$MB), two(whole$torch_seconds), round(whole$torch_MB))
        )
      )
    }, "",
    readLines("bench/notes.md")
  )
}

draw <- function(results, file) {
  each <- results[results$threads == 1, ]
  each$second <- results$ratio[results$threads == 2]
  each <- each[rev(seq_len(nrow(each))), ]
  grDevices::png(file, width = 900, height = 60 + 19 * nrow(each), res = 96)
  on.exit(grDevices::dev.off())
  graphics::par(mar = c(4, 12, 2, 1))
  y <- seq_len(nrow(each))
  limits <- range(c(each$ratio, each$second, 1), na.rm = TRUE)
  plot(
    each$ratio, y,
    log = "x", xlim = limits, pch = 19, col = "#1b6ca8", axes = FALSE, ylab = "", xlab = "time of rushlight / time of PyTorch"
  )
  graphics::abline(v = 1, col = "grey50")
  graphics::segments(each$low, y, each$high, y, col = "#1b6ca8")
  graphics::points(each$second, y, pch = 1, col = "#c8553d")
  graphics::axis(1)
  graphics::axis(2, at = y, labels = each$name, las = 1, cex.axis = 0.7, tick = FALSE)
  graphics::legend("topright", c("1 thread, with spread", "2 threads"), pch = c(19, 1), col = c("#1b6ca8", "#c8553d"), bty = "n", cex = 0.8)
}

results <- rbind(measure(1), measure(2))
whole <- if (only == ".") processes()
writeLines(report(results, whole), "bench/RESULTS.md")
draw(results, "bench/RESULTS.png")
cat(readLines("bench/RESULTS.md"), sep = "\n")
