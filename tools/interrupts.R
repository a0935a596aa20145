# Interrupts at random and at timed moments: no mode may stay switched, no tensor half written, no gradient half added, and long work
# stops within half a second. Each interrupt is a SIGINT that a shell sends to this process.
#
#   Rscript tools/interrupts.R [short] [SEED]
arguments <- commandArgs(TRUE)
short <- "short" %in% arguments
seed <- as.integer(c(grep("^[0-9]+$", arguments, value = TRUE), "1")[1])
set.seed(seed)
library(rushlight)
torch_manual_seed(seed)

counts <- c(passed = 0, failed = 0)
tell <- function(...) cat(sprintf(...), "\n", sep = "")
note <- function(ok, what, why) {
  counts[[if (isTRUE(ok)) "passed" else "failed"]] <<- counts[[if (isTRUE(ok)) "passed" else "failed"]] + 1
  if (!isTRUE(ok)) tell("FAILED %s: %s", what, why)
}

# ---- one interrupt ----

sent <- tempfile()
now <- function() as.numeric(Sys.time())
# Seconds of this process on the processors, as /proc/PID/stat had them; NA where there is none.
processor_time <- function(line) {
  ticks <- suppressWarnings(as.numeric(strsplit(sub(".*\\) ", "", line), " ")[[1]][12:13]))
  if (length(ticks) == 2) sum(ticks) / 100 else NA
}

# A shell that sends one for each delay it reads. (R's system() would not do: it takes no interrupts before it returns.)
sender <- pipe(sprintf(
  "while read delay; do sleep $delay; { cat /proc/%d/stat || echo; date +%%s.%%N; } > %s 2> /dev/null; kill -INT %d || exit; done",
  Sys.getpid(), sent, Sys.getpid()
), "w")

# Runs `work` again and again until it is interrupted after `delay` seconds; how long it took to stop.
interrupted_after <- function(delay, work) {
  tryCatch(
    {
      cat(sprintf("%.4f\n", delay), file = sender)
      flush(sender)
      repeat work()
    },
    interrupt = function(e) NULL
  )
  stopped <- now()
  while (sink.number() > 0) sink() # R's capture.output() may be interrupted before it has said how to end
  lines <- readLines(sent)
  by_clock <- stopped - as.numeric(lines[2])
  stat <- if (nzchar(lines[1])) readLines(sprintf("/proc/%d/stat", Sys.getpid())) else ""
  on_processor <- processor_time(stat) - processor_time(lines[1])
  min(by_clock, on_processor, na.rm = TRUE) # on a busy machine the clock also counts what others do
}

# ---- what has to hold after each ----

w <- torch_ones(3, requires_grad = TRUE)
nan <- torch_zeros(1, requires_grad = TRUE)
records <- function() (w * 2)$requires_grad
finds_no_anomaly <- function() !inherits(try((nan / nan)$sum()$backward(), silent = TRUE), "try-error")
usable <- function() {
  x <- torch_tensor(c(1, 2), requires_grad = TRUE)
  (x * x)$sum()$backward()
  identical(as_array(x$grad), c(2, 4)) && records() && finds_no_anomaly()
}

# ---- at random moments ----

size <- if (short) 1e6 else 1e7
filled <- torch_zeros(size)
vector <- runif(1e5)
half <- filled[1:(size / 2)]
even <- function(x) x$min()$item() == x$max()$item()
in_a_function <- function(f) function() (function() f())()
seeded <- function() {
  torch_manual_seed(7)
  torch_get_rng_state()$sum()$item()
}
first <- torch_ones(100, requires_grad = TRUE)
second <- torch_ones(1000, requires_grad = TRUE)
deep <- function() {
  y <- first$sum() * second$sum()
  for (k in 1:20) y <- y + first$sum()
  (y + second$sum())$backward()
}
ratio <- function() {
  first$grad <- second$grad <- NULL
  deep()
  as_array(first$grad)[1] / as_array(second$grad)[1]
}
one_pass <- ratio()
cube <- autograd_function(
  forward = function(ctx, x) {
    ctx$save_for_backward(x)
    x * x * x
  },
  backward = function(ctx, g) g * 3 * ctx$saved_variables[[1]]^2
)
quiet <- function(code) invisible(utils::capture.output(code))

trials <- list(
  "with_no_grad" = list(function() with_no_grad(w * 2)),
  "with_enable_grad" = list(function() with_no_grad(with_enable_grad(w * 2))),
  "local_no_grad" = list(in_a_function(function() {
    local_no_grad()
    w * 2
  })),
  "local_enable_grad" = list(in_a_function(function() {
    local_no_grad()
    local_enable_grad()
    w * 2
  })),
  "with_detect_anomaly" = list(function() with_detect_anomaly((w * 2)$sum()$backward())),
  "with_torch_manual_seed" = list(
    function() with_torch_manual_seed(torch_rand(2), seed = 3),
    function() torch_get_rng_state()$sum()$item() == before
  ),
  "local_torch_manual_seed" = list(
    in_a_function(function() {
      local_torch_manual_seed(3)
      torch_rand(2)
    }),
    function() torch_get_rng_state()$sum()$item() == before
  ),
  "autograd_function" = list(function() cube(w)$sum()$backward()),
  "a hook" = list(function() {
    y <- w * w
    y$register_hook(function(g) g * 2)
    y$sum()$backward()
  }),
  "add_" = list(function() with_no_grad(filled$add_(1)), function() even(filled)),
  "add_ to a part" = list(function() half$add_(1), function() even(half)),
  "[<-" = list(function() filled[1:(size / 2)] <- runif(1), function() even(half)),
  "out =" = list(function() torch_add(filled, 1, out = filled), function() even(filled), optional = TRUE),
  "backward" = list(deep, function() {
    a <- as_array(first$grad)
    b <- as_array(second$grad)
    length(unique(a)) == 1 && length(unique(b)) == 1 && abs(a[1] / b[1] / one_pass - 1) < 1e-5
  }),
  "autograd_grad" = list(function() autograd_grad((w * w)$sum(), w, create_graph = TRUE)),
  "print" = list(function() quiet(print(filled))),
  "torch_tensor and back" = list(function() as_array(torch_tensor(vector))),
  "sort, product, sum" = list(function() {
    x <- torch_rand(200, 200)
    x$mm(x)$flatten()$sort()[[1]]$sum()
  })
)

rounds <- if (short) 4 else 34
often <- if (short) 40 else 1000 # of what is over in less than a millisecond, where few interrupts come at a bad moment
brief <- c("a hook", "autograd_grad", "autograd_function")
tell("interrupts at random moments, seed %d", seed)
for (name in names(trials)) {
  trial <- trials[[name]]
  if (isTRUE(trial$optional) && inherits(try(trial[[1]](), silent = TRUE), "try-error")) next
  before <- seeded()
  if (name == "backward") ratio()
  failed <- counts[["failed"]]
  times <- if (name %in% brief) often else rounds
  for (round in seq_len(times)) {
    interrupted_after(runif(1, 0.001, 0.02), trial[[1]])
    note(records(), name, "recording stayed off")
    note(finds_no_anomaly(), name, "anomaly mode stayed on")
    if (length(trial) > 1 && is.function(trial[[2]])) note(trial[[2]](), name, "what it works on was left halfway")
    autograd_set_grad_mode(TRUE)
  }
  note(usable(), name, "the session is not usable")
  tell("%-26s %4d interrupts, %d failed", name, times, counts[["failed"]] - failed)
}

# ---- long work ----

n <- if (short) 1e7 else 5e7
side <- if (short) 2500 else 5000
nodes <- if (short) 1e5 else 5e5
chain <- function() {
  y <- w
  for (k in seq_len(nodes)) y <- y * 1.0000001
  y$sum()
}
long <- list(
  "sort" = function(x) function() torch_sort(x),
  "sort of doubles" = function(x) {
    x <- x$double()
    function() torch_sort(x)
  },
  "median" = function(x) function() torch_median(x),
  "cumsum" = function(x) function() torch_cumsum(x, 1),
  "cummax" = function(x) function() torch_cummax(x, 1),
  "softmax" = function(x) function() nnf_softmax(x, 1),
  "exp" = function(x) {
    x <- torch_cat(list(x, x))
    function() torch_exp(x)
  },
  "lgamma" = function(x) function() torch_lgamma(x),
  "sum of an expanded tensor" = function(x) function() torch_ones(1)$expand(1e10)$sum(),
  "randn" = function(x) function() torch_randn(n),
  "randperm" = function(x) function() torch_randperm(n),
  "x[index]" = function(x) {
    index <- torch_arange(1, n, dtype = torch_long())
    function() x[index]
  },
  "x[mask]" = function(x) function() x[x > 0.5],
  "index_add" = function(x) {
    index <- torch_ones(n, dtype = torch_long())
    function() torch_zeros(2)$index_add(1, index, x)
  },
  "histc" = function(x) function() torch_histc(x),
  "as_array" = function(x) function() as_array(x),
  "print" = function(x) function() quiet(print(x)),
  "print of all" = function(x) function() quiet(print(x, n = -1)),
  "mm" = function(x) {
    m <- torch_rand(side, side)
    function() torch_mm(m, m)
  },
  "mm of integers" = function(x) {
    m <- torch_ones(1000, 1000, dtype = torch_long())
    function() torch_mm(m, m)
  },
  "svd of a batch" = function(x) {
    m <- torch_rand(100, 100, 100)
    function() linalg_svdvals(m)
  },
  "exp_, which ends" = function(x) function() x$exp_(),
  "backward" = function(x) {
    loss <- chain()
    w$grad <- NULL
    function() loss$backward(retain_graph = TRUE)
  }
)

tell("interrupts of long work: at most 0.5 s until it stops")
x <- torch_rand(n)
times <- if (short) 1 else 2
for (name in names(long)) {
  work <- long[[name]](x)
  worst <- 0
  for (round in seq_len(times)) {
    latency <- interrupted_after(runif(1, 0.1, if (short) 0.3 else 0.8), work)
    worst <- max(worst, latency)
    note(latency <= 0.5, name, sprintf("it went on for %.2f s", latency))
    note(usable(), name, "the session is not usable")
  }
  rm(work)
  gc(FALSE)
  tell("%-26s stops after %.2f s", name, worst)
}

close(sender)
tell("%d passed, %d failed", counts[["passed"]], counts[["failed"]])
quit(status = counts[["failed"]] > 0)
