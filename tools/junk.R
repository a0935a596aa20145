# Every export, method and S3 method called with junk: no crash, no hang, no changed input, and no condition but ours, apart from
# R's own on how arguments are matched and found, and what the caller's own code raises.
#
#   Rscript tools/junk.R [CALLS] [SEED] [NAME-REGEX]
# With JUNK_LOG=file every call is written to it: what came of it, its name and number, what was said.
#
#   Rscript tools/junk.R call NAME NUMBER [SEED]      one call again, in this process, with what it says
#
# The calls run in a child, which notes each before it makes it; so a crash or a hang is known by its call, and another child goes on.
# Addresses are limited, so that what is huge is refused at once.
arguments <- commandArgs(TRUE)
patience <- 30 # seconds for one call
addresses <- 4e6 # kB

# ---- the values ----

undefined <- quote(torch_ones(1, requires_grad = TRUE)$grad)
tensors <- expression(
  torch_tensor(1.5), torch_ones(2), torch_tensor(c(1, -2, 3)), torch_ones(2, 3), torch_ones(3, 3), torch_ones(2, 3, 4), torch_ones(1, 1),
  torch_tensor(c(3L, 1L, 2L)), torch_tensor(1L), torch_tensor(c(TRUE, FALSE, TRUE)), torch_ones(3, 3, dtype = torch_double()),
  torch_ones(3, requires_grad = TRUE), torch_ones(3, 3, requires_grad = TRUE) * 2
)
odd_tensors <- expression(
  torch_ones(1, requires_grad = TRUE)$grad, torch_zeros(0), torch_zeros(3, 0), torch_zeros(0, 3), torch_zeros(2, 0, 3),
  torch_zeros(integer(0)),
  torch_ones(rep(1, 32)), torch_ones(2, 2, 2, 2, 2), torch_ones(3, dtype = torch_half()), torch_ones(3, 3, dtype = torch_bfloat16()),
  torch_ones(2, 3, dtype = torch_uint8()), torch_tensor(c(-128L, 127L), dtype = torch_int8()), torch_ones(3, dtype = torch_int16()),
  torch_tensor(c(0L, -1L), dtype = torch_int32()), torch_zeros(3, dtype = torch_long()), torch_tensor(c(7L, -9L, 100L)),
  torch_tensor(2^62, dtype = torch_double())$to(dtype = torch_long()), torch_tensor(matrix(c(TRUE, FALSE, TRUE, TRUE), 2)),
  torch_tensor(TRUE), torch_zeros(0, dtype = torch_bool()), torch_zeros(0, dtype = torch_long()), torch_tensor(c(NaN, Inf, -Inf, 0)),
  torch_ones(4, 3)$t(), torch_ones(4, 4)$narrow(2, 2, 2), torch_ones(1)$expand(c(3, 3)), torch_ones(5)$as_strided(c(3, 3), c(1, 1)),
  torch_ones(3, requires_grad = TRUE)$detach(), torch_ones(3, 3, dtype = torch_half(), requires_grad = TRUE) + 1
)
plain <- expression(
  1, 2, 1L, 2L, -1L, 0, 0L, 0.5, 3, TRUE, FALSE, c(2, 3), c(3L, 3L), 1:2, c(1, 2, 3), "mean", "sum", "none", torch_float(),
  torch_long(), torch_bool(),
  list(torch_ones(2), torch_ones(2)), list(torch_ones(2, 2), torch_ones(3)), matrix(1:4, 2)
)
junk <- expression(
  NULL, NA, NA_integer_, NA_real_, NA_character_, NaN, Inf, -Inf, -1, -0.5, 1e10, 1e18, 1e308, 2^31, 2^53, .Machine$integer.max,
  -.Machine$integer.max,
  "", "a", "float32", "cuda", c("a", "b"), character(0), "\u00e4\u4e2d", "\xff", strrep("ab", 3000), c(TRUE, NA), logical(0),
  integer(0), numeric(0),
  c(1, NA), c(0L, 0L), c(1.5, 2.5), c(1e10, 1e10), rep(1, 40), 1:100, c(a = 1, b = 2), factor("a"), factor(character(0)),
  factor(c("1", "2")),
  ordered("a"), list(), list(1, 2), list(1, "a"), list(NULL), list(a = 1), list(list()), list(torch_ones(2), 1), list(torch_ones(2), "a"),
  list(torch_ones(1, requires_grad = TRUE)$grad), data.frame(), data.frame(a = 1:2, b = 3:4), as.Date("2020-01-01"), .POSIXct(0),
  as.difftime(1, units = "secs"),
  1i, complex(0), raw(0), as.raw(1:2), quote(a), quote(a + b), quote(expr = 1), expression(a), a ~ b, function(...) NULL,
  function(...) stop("junk"),
  function() 1, function(x) x, function(x, y) x, sum, new.env(), emptyenv(), matrix(0, 0, 3), matrix("a"), array(1, c(2, 0, 3)),
  array(1, rep(1, 40)),
  matrix(list(1, 2), 1), structure(1, class = "foo"), structure(list(), class = "foo"), structure(list(), class = "torch_tensor"),
  structure(1, class = "torch_tensor"), structure(1L, class = "torch_dtype"), structure(list(), class = "torch_dtype"),
  structure(list(), class = "torch_device"), structure(new.env(), class = "torch_generator"), structure(list(), class = "torch_node"),
  structure(list(), class = "torch_autograd_context"), structure(2^-1074, class = "integer64"), structure(numeric(0), class = "integer64"),
  torch_float(), torch_device("cpu"), torch_generator(), torch_preserve_format(), torch_strided(), pairlist(a = 1),
  (torch_ones(1, requires_grad = TRUE) * 2)$grad_fn, torch_finfo(torch_float()), no_such_object, stop("junk")
)
of_class <- list(
  torch_dtype = expression(torch_float(), torch_bool()), torch_device = expression(torch_device("cpu")),
  torch_generator = expression(torch_generator()),
  torch_node = expression((torch_ones(2, requires_grad = TRUE) * 2)$grad_fn), torch_layout = expression(torch_strided()),
  torch_memory_format = expression(torch_preserve_format()),
  torch_hook = expression((torch_ones(2, requires_grad = TRUE) * 2)$register_hook(print)),
  graph_dot = expression(graph_dot(torch_ones(2, requires_grad = TRUE) * 2)), slice = expression(slc(1, 3))
)

pick <- function(x) x[[sample.int(length(x), 1L)]]
a_tensor <- function() if (runif(1) < 0.6) pick(tensors) else pick(odd_tensors)
usually_tensors <- c("self", "input", "x", "tensor", "tensor1", "tensor2", "mat1", "mat2", "A", "LU_data")
a_value <- function(hint = "") {
  if (hint %in% usually_tensors && runif(1) < 0.7) return(a_tensor())
  switch(sample.int(4L, 1L, prob = c(0.25, 0.3, 0.37, 0.08)), a_tensor(), pick(plain), pick(junk), pick(odd_tensors))
}

# ---- the calls ----

# A target: what is called, its formals, and what its first argument is, if that is not left to chance.
targets <- function() {
  namespace <- asNamespace("rushlight")
  exports <- sort(getNamespaceExports(namespace))
  exports <- exports[exports %in% names(namespace)] # what is re-exported is not ours
  exports <- exports[vapply(exports, function(name) is.function(get(name, namespace)), NA)]
  of_stats <- exports %in% c(getNamespaceExports("stats"), builtins(), ls(baseenv())) # are stats' own where no argument is a tensor
  functions <- Map(function(name, of_stats) {
    list(name = name, head = as.name(name), formals = names(formals(args(get(name, namespace)))), first = if (of_stats) "torch_tensor")
  }, exports, of_stats, USE.NAMES = FALSE)
  methods <- lapply(sort(ls(namespace$tensor_methods)), function(name) {
    list(name = paste0("$", name), method = name, formals = names(formals(namespace$tensor_methods[[name]])))
  })
  fields <- lapply(namespace$tensor_fields, function(name) list(name = paste0("$", name, " field"), field = name))
  table <- getNamespaceInfo(namespace, "S3methods")
  generics <- lapply(seq_len(nrow(table)), function(k) {
    generic <- sub("^.*::", "", table[k, 1])
    from <- c(as.integer64 = "bit64", compare_proxy = "waldo", knit_print = "knitr")[generic]
    if (!is.na(from) && !requireNamespace(from, quietly = TRUE)) return(NULL)
    head <- if (is.na(from)) as.name(generic) else call("::", as.name(from), as.name(generic))
    formals <- setdiff(names(formals(args(get(table[k, 3], namespace)))), "...")
    list(name = paste0(generic, ".", table[k, 2]), head = head, first = table[k, 2], formals = formals)
  })
  generics <- Filter(function(t) !is.null(t) && t$first %in% c("torch_tensor", names(of_class)), generics)
  all <- c(functions, methods, fields, generics)
  names(all) <- vapply(all, `[[`, "", "name")
  all
}

# A new target changes no other's calls.
seed_of <- function(name, number, seed) {
  letters <- utf8ToInt(name)
  (sum(letters * seq_along(letters)) * 997 + number * 31 + seed * 100003) %% .Machine$integer.max
}

# The call as code whose arguments are ..1, ..2: a list of the head, and expressions for the arguments.
draw_call <- function(target, number, seed) {
  set.seed(seed_of(target$name, number, seed))
  formals <- target$formals
  values <- list()
  if (!is.null(target$first)) {
    values <- list(if (target$first == "torch_tensor") a_tensor() else pick(of_class[[target$first]]))
    formals <- formals[-1]
  }
  count <- min(length(formals), sample(0:8, 1L, prob = c(1, 3, 4, 4, 3, 2, 1, 1, 1)))
  if (!is.null(target$field)) count <- 0
  arguments <- list()
  for (k in seq_len(count)) arguments[k] <- list(a_value(formals[k]))
  if (length(arguments)) {
    named <- runif(count) < 0.25 & formals[seq_len(count)] != "..."
    names(arguments) <- ifelse(named, formals[seq_len(count)], "")
    if (runif(1) < 0.08) arguments <- arguments[-sample(count, 1L)]
  }
  if (runif(1) < 0.08 && is.null(target$field)) arguments <- c(arguments, list(a_value()))
  if (runif(1) < 0.05 && is.null(target$field)) {
    arguments <- c(arguments, structure(list(a_value()), names = pick(c("requiresgrad", "foo", "axis", "out", "inplace"))))
  }
  if (endsWith(target$name, "<-.torch_tensor") && !"value" %in% names(arguments)) arguments <- c(arguments, list(value = a_value()))
  list(self = if (!is.null(target$method) || !is.null(target$field)) a_tensor(), values = c(values, arguments))
}

text_of <- function(target, drawn) {
  one <- function(e) paste(deparse(e, width.cutoff = 500L), collapse = " ")
  shown <- vapply(drawn$values, function(e) substr(one(e), 1, 120), "")
  names <- names(drawn$values)
  if (!is.null(names)) shown <- ifelse(nzchar(names), paste(names, "=", shown), shown)
  head <- if (!is.null(target$head)) one(target$head) else sprintf("(%s)$%s", one(drawn$self), c(target$method, target$field))
  if (is.null(target$field)) paste0(head, "(", paste(shown, collapse = ", "), ")") else head
}

# ---- what an input is before and after ----

print_of <- function(x) {
  if (inherits(x, "torch_tensor")) {
    if (typeof(x) != "externalptr") return(NULL)
    if (.Call(rushlight:::ffi_is_undefined, x)) return("undefined")
    return(list(as.character(x$dtype), x$shape, x$stride(), x$requires_grad, .Call(rushlight:::ffi_to_bytes, x)))
  }
  if (is.function(x) || is.environment(x) || typeof(x) == "externalptr") return(NULL)
  if (is.list(x)) return(lapply(unclass(x), print_of))
  if (is.language(x)) return(deparse(x))
  serialize(x, NULL)
}

in_place <- c("$copy_", "nnf_normalize", "[<-.torch_tensor", "[[<-.torch_tensor", "$<-.torch_tensor", "$set_data", "autograd_backward")
may_change <- function(target, drawn) {
  names <- names(drawn$values)
  if (is.null(names)) names <- rep("", length(drawn$values))
  self <- grepl("_(\\.torch_tensor)?$", target$name) || target$name %in% in_place || "inplace" %in% c(names, target$formals)
  is_place <- seq_along(names) == 1L | names %in% c("self", "input")
  list(self = self, values = names == "out" | self & is_place | "out" %in% target$formals)
}

# ---- one call ----

r_own <- c(
  "^unused argument", "is missing, with no default$", "^object '.*' not found$",
  "^formal argument .* matched by multiple actual arguments$",
  "^argument [0-9]+ matches multiple formal arguments$", "^junk$", "arguments? passed to .* which requires", "^anyNA takes",
  "^invalid subscript type 'language'$", "^NAs introduced by coercion to integer range$",
  "^Incompatible methods", "^requires numeric/complex", "^non-conformable arguments$", "^'decreasing' must be"
)
# What R does before one of ours is called (two classes of operands, the arguments of a generic), and graphics parameters.
before_ours <- c("+", "-", "*", "/", "^", "%%", "%/%", "==", "!=", "<", "<=", ">", ">=", "&", "|", "sort", "$", "$<-")
graphics <- c("plot.window", "title", "par", "rect", "text", "text.default", "strwidth", "strheight", "lines", "plot.xy", "arrows")
is_r_own <- function(e) {
  called <- conditionCall(e)
  f <- if (is.call(called) && is.name(called[[1]])) as.character(called[[1]]) else ""
  operator <- grepl("^\\(function\\(\\) a1 [^ ]+ a2\\)\\(\\)$", paste(deparse(called), collapse = ""))
  is_given <- function(x) is.name(x) && grepl("^a[0-9]+$", as.character(x))
  at_top <- operator || f %in% before_ours && all(vapply(as.list(called)[-1], is_given, NA))
  at_top || f %in% graphics || any(vapply(r_own, grepl, NA, conditionMessage(e), useBytes = TRUE))
}
is_ours <- function(e) inherits(e, "rushlight_error") || inherits(e, "rushlight_warning") || inherits(e, "rushlight_message")

look_at <- function(x) {
  if (inherits(x, "torch_tensor") && typeof(x) == "externalptr") {
    if (!.Call(rushlight:::ffi_is_undefined, x) && x$numel() > 1000) return()
    print(x)
  } else if (is.list(x) && length(x) < 10) {
    for (y in x) look_at(y)
  }
}

# What fails when it is evaluated, which is left to the function.
is_fatal <- function(e) identical(e, quote(no_such_object)) || identical(e, quote(stop("junk")))

# The kind of what happened, and what is to be said of it.
make_call <- function(target, number, seed) {
  drawn <- draw_call(target, number, seed)
  frame <- new.env(parent = globalenv())
  made <- tryCatch(
    {
      self <- if (!is.null(drawn$self)) eval(drawn$self)
      values <- lapply(drawn$values, function(e) if (!is_fatal(e)) eval(e))
      TRUE
    },
    error = function(e) conditionMessage(e)
  )
  if (!isTRUE(made)) return(list("not made", made))
  symbols <- lapply(seq_along(values), function(k) {
    e <- drawn$values[[k]]
    if (is_fatal(e)) return(e)
    assign(paste0("a", k), values[[k]], frame)
    as.name(paste0("a", k))
  })
  names(symbols) <- names(drawn$values)
  frame$self <- self
  head <- if (!is.null(target$head)) target$head else call("$", quote(self), as.name(c(target$method, target$field)))
  code <- if (is.null(target$field)) as.call(c(head, symbols)) else head
  before <- list(print_of(self), lapply(values, print_of))
  foreign <- NULL
  said <- ""
  outcome <- tryCatch(
    withCallingHandlers(
      {
        result <- eval(call("(", as.call(list(as.call(list(as.name("function"), NULL, code))))), frame)
        look_at(result)
        "a value"
      },
      warning = function(w) {
        if (!is_ours(w) && !is_r_own(w)) foreign <<- c(foreign, paste("warning:", conditionMessage(w)))
        tryInvokeRestart("muffleWarning")
      },
      message = function(m) tryInvokeRestart("muffleMessage")
    ),
    error = function(e) {
      if (is_ours(e)) return("refused by rushlight")
      if (is_r_own(e)) {
        said <<- conditionMessage(e)
        return("refused by R, or the caller's own")
      }
      foreign <<- c(foreign, paste0(conditionMessage(e), "   [", paste(substr(deparse(conditionCall(e))[1], 1, 100), collapse = ""), "]"))
      "foreign"
    }
  )
  if (length(foreign)) return(list("foreign", foreign[length(foreign)]))
  after <- tryCatch(list(print_of(self), lapply(values, print_of)), error = function(e) list(conditionMessage(e), NULL))
  may <- may_change(target, drawn)
  if (!may$self && !identical(before[[1]], after[[1]])) return(list("changed", "the tensor itself changed"))
  for (k in seq_along(values)) {
    if (!may$values[k] && !identical(before[[2]][[k]], after[[2]][[k]])) return(list("changed", sprintf("argument %d changed", k)))
  }
  list(outcome, said)
}

settle <- function() {
  autograd_set_grad_mode(TRUE)
  torch_set_default_dtype(torch_float())
  torch_set_num_threads(1)
  while (sink.number() > 1) sink()
}

# ---- the child ----

if (length(arguments) && arguments[1] == "call") {
  library(rushlight)
  seed <- as.integer(c(arguments[4], 1)[if (is.na(arguments[4])) 2 else 1])
  target <- targets()[[arguments[2]]]
  cat(text_of(target, draw_call(target, as.integer(arguments[3]), seed)), "\n")
  print(make_call(target, as.integer(arguments[3]), seed))
  quit()
}

if (length(arguments) && arguments[1] == "child") {
  suppressMessages(library(rushlight))
  calls <- as.integer(arguments[2])
  seed <- as.integer(arguments[3])
  all <- targets()
  all <- all[grepl(arguments[4], names(all))]
  start <- as.integer(arguments[5])
  log <- file(arguments[6], "a")
  pdf(NULL)
  sink(nullfile())
  for (k in seq(start, length.out = max(0, length(all) * calls - start + 1))) {
    target <- all[[(k - 1) %/% calls + 1]]
    number <- (k - 1) %% calls + 1
    writeLines(sprintf("%d\tcall", k), log)
    flush(log)
    outcome <- make_call(target, number, seed)
    said <- gsub("[\t\n]", " ", iconv(paste(outcome[[2]], collapse = " "), "", "UTF-8", sub = "?"))
    writeLines(sprintf("%d\t%s\t%s\t%d\t%s", k, outcome[[1]], target$name, number, said), log)
    settle()
  }
  close(log)
  sink()
  quit()
}

# ---- the parent ----

calls <- as.integer(c(arguments[1], 50)[if (is.na(arguments[1])) 2 else 1])
seed <- as.integer(c(arguments[2], 1)[if (is.na(arguments[2])) 2 else 1])
only <- if (is.na(arguments[3])) "." else arguments[3]
suppressMessages(library(rushlight))
all <- targets()
all <- all[grepl(only, names(all))]
total <- length(all) * calls
script <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
cat(sprintf("%d calls with junk of each of %d exports, methods and S3 methods, seed %d\n", calls, length(all), seed))

log <- tempfile("junk")
invisible(file.create(log))
run_child <- function(start) {
  pid_file <- tempfile()
  trace <- tempfile()
  command <- sprintf("Rscript --no-save %s child %d %d '%s' %d %s", shQuote(script), calls, seed, only, start, log)
  system(sprintf("(ulimit -v %.0f; ulimit -c 0; exec %s > %s 2>&1 < /dev/null) & echo $! > %s", addresses, command, trace, pid_file))
  pid <- as.integer(readLines(pid_file))
  size <- -1
  since <- Sys.time()
  repeat {
    Sys.sleep(0.1)
    if (!tools::pskill(pid, 0L)) break
    now <- file.size(log)
    if (now != size) {
      size <- now
      since <- Sys.time()
    } else if (as.numeric(difftime(Sys.time(), since, units = "secs")) > patience) {
      tools::pskill(pid, tools::SIGKILL)
      return("hang")
    }
  }
  lines <- readLines(trace, warn = FALSE)
  telling <- "caught segfault|AddressSanitizer|runtime error|abort|corrupt|Error|^ [0-9]+:"
  head(c("crash", grep(telling, lines, value = TRUE, useBytes = TRUE)), 6)
}

start <- 1L
lost <- character()
while (start <= total) {
  how <- run_child(start)
  lines <- readLines(log, warn = FALSE, encoding = "UTF-8")
  last <- strsplit(lines[length(lines)], "\t", fixed = TRUE)[[1]]
  reached <- as.integer(last[1])
  if (last[2] != "call" && reached == total) break
  if (last[2] == "call") {
    target <- all[[(reached - 1) %/% calls + 1]]
    number <- (reached - 1) %% calls + 1
    cat(sprintf("%d\t%s\t%s\t%d\t%s\n", reached, how[1], target$name, number, paste(how[-1], collapse = " ")), file = log, append = TRUE)
    lost <- c(lost, reached)
  }
  start <- reached + 1L
}

rows <- strsplit(grep("\tcall$", readLines(log, warn = FALSE, encoding = "UTF-8"), invert = TRUE, value = TRUE), "\t", fixed = TRUE)
column <- function(k) vapply(rows, `[`, "", k)
rows <- data.frame(kind = column(2), name = column(3), number = as.integer(column(4)), said = column(5))
rows$said[is.na(rows$said)] <- ""
bad <- rows[!rows$kind %in% c("a value", "refused by rushlight", "refused by R, or the caller's own"), ]
for (k in order(bad$kind, bad$said)) {
  target <- all[[bad$name[k]]]
  cat(sprintf("FAILED %s %d, %s: %s\n", bad$name[k], bad$number[k], bad$kind[k], bad$said[k]))
  cat("    ", text_of(target, draw_call(target, bad$number[k], seed)), "\n", sep = "")
}
counts <- table(rows$kind)
for (kind in names(counts)) cat(sprintf("%8d %s\n", counts[[kind]], kind))
if (nzchar(Sys.getenv("JUNK_LOG"))) invisible(file.copy(log, Sys.getenv("JUNK_LOG"), overwrite = TRUE))
cat(sprintf("%d passed, %d failed\n", nrow(rows) - nrow(bad), nrow(bad)))
quit(status = nrow(bad) > 0)
