# Rscript tools/mutate.R CHANGES SEED   changes lines of src/ one by one, and counts which of them the tests notice.
#
# A line is drawn from all that hold code (no comment, declaration, directive or message), then one of the changes that the operators
# below can make in it. It is made in a copy, which is built without debugging information. What does not compile, or gives the same
# object code, is drawn again. The test files of the source file's themes run first, then all others, up to the first that fails; a
# test that takes too long or ends its process has noticed, too.
changes <- as.integer(commandArgs(TRUE)[1])
seed <- as.integer(commandArgs(TRUE)[2])
root <- getwd()
room <- file.path(root, "out", "mutate")
tree <- file.path(room, "tree")
library_of <- file.path(room, "library")
MEMORY <- 8e6 # kB that a run of tests may have

# ---- which tests speak of which sources: expressions for files of src/, and for themes ----

themes_of <- c(
  "tensor/dtype" = "^(tensor-(dtype|convert|create)|op-mixed-dtypes)$",
  "tensor/(error|platform|interrupt|scope|range)" = "^(core-(arguments|package)|tensor-(create|index))$",
  "tensor/" = "^(tensor-(create|index|base-r)|op-shape|autograd-view|save-.*)$",
  "(sort|search|mode|sequence|median)" = "^op-(sort|reduce|gradients.*)$",
  "(minmax|variance|reduce|sums|logsumexp|prod[.]|norm)" = "^op-(reduce|norm|infinities|accuracy|gradients.*)$",
  "scan" = "^op-(scan|gradients.*)$",
  "(random|sampling|generator)" = "^op-random$",
  "(gemm|gemv|product|lapack|linalg|decompose|triangle)" = "^(op-product|linalg-.*|op-shape|op-gradients.*)$",
  "optim/" = "^optim-",
  "(convolution|im2col|winograd|wide_product)" = "^(nnf-conv|op-gradients.*)$",
  "(pooling|padding|normalization)" = "^(nnf-(pool|pad|normalization)|nn-layers|op-gradients.*)$",
  "recurrent" = "^(nn-layers|op-gradients.*)$",
  "loss" = "^(nnf-loss|op-gradients.*)$",
  "softmax" = "^(nnf-softmax|op-gradients.*)$",
  "activation" = "^(nnf-activation|op-infinities|op-gradients.*)$",
  "(special|unary|mathfn|rounding)" = "^op-(special|pointwise|accuracy|gradients.*)$",
  "(binary|division|arithmetic|compar|ternary)" = "^op-(arithmetic|comparison|pointwise|operands|mixed-dtypes|gradients.*)$",
  "(index|indices|mask|gather|scatter|slice|subset|take_along|fill)" = "^(tensor-(index|missing)|op-gradients.*)$",
  "rbridge/(convert|tensors)" = "^tensor-(convert|create|dtype|base-r|equality)$",
  "rbridge/print" = "^tensor-print$",
  "state" = "^save-",
  "autograd|rbridge/(function|hook|mode)" = "^autograd-",
  "rbridge/" = "^(core-(arguments|dots|package)|op-operands|tensor-(operators|create|convert))$",
  "dispatch/" = "^(op-(mixed-dtypes|arithmetic|shape|operands)|autograd-(view|backward)|core-arguments)$",
  "(infer|elementwise|loops|copy|transpose|parallel)" = "^(op-(arithmetic|mixed-dtypes|pointwise|shape|product)|tensor-(convert|index))$",
  "(cat|split)[.]" = "^op-(cat|shape|gradients.*)$",
  "." = "^(op-shape|tensor-index|autograd-view|op-gradients.*)$"
)
not_run <- "^core-(help|interrupts|instructions|runner)$"

themes_for <- function(file) {
  row <- Find(function(pattern) grepl(pattern, file), names(themes_of))
  own <- all_themes[grepl(themes_of[[row]], all_themes)]
  own <- own[order(grepl("gradients", own))]
  list(own = own, others = setdiff(all_themes, own))
}

# ---- the operators: each gives the lines that it can make of a line of code ----
#
# `code` is the line with its texts, comments and the arguments of messages blanked out, as long as the line itself.

replace_at <- function(line, from, length, by) paste0(substr(line, 1, from - 1), by, substring(line, from + length))

each_match <- function(line, code, pattern, change) {
  found <- gregexpr(pattern, code, perl = TRUE)[[1]]
  if (found[1] < 0) return(character())
  vapply(seq_along(found), function(k) {
    length <- attr(found, "match.length")[k]
    replace_at(line, found[k], length, change(substr(line, found[k], found[k] + length - 1)))
  }, "")
}

swap <- function(...) {
  pairs <- c(...)
  pattern <- paste0("(?<= )(", paste(gsub("([|*+^&<>])", "\\\\\\1", names(pairs)), collapse = "|"), ")(?= )")
  function(line, code) each_match(line, code, pattern, function(text) pairs[[text]])
}

closing_of <- function(code, open) { # the parenthesis that closes the one that stands there
  depth <- cumsum(vapply(strsplit(substring(code, open), "")[[1]], switch, 0, "(" = 1, ")" = -1, 0))
  open + match(0, depth) - 1
}

# What stands before a statement, and the statement: a call, an assignment, a step; no declaration, which begins with two names.
statement <- paste0(
  "^(\\s*(?:if \\(.*\\) |else )?)(?!return\\b|else\\b|case\\b|goto\\b|if\\b)",
  "((?:[*(]?[A-Za-z_][\\w>.\\[\\]*-]*(?:\\(.*\\)| [-+*/|&^]?= .*|\\+\\+|--)|break|continue);)"
)

operators <- list(
  "arithmetic" = swap("+" = "-", "-" = "+", "*" = "/", "/" = "*", "%" = "*", "+=" = "-=", "-=" = "+=", "*=" = "+="),
  "comparison" = swap("<" = "<=", "<=" = "<", ">" = ">=", ">=" = ">", "==" = "!=", "!=" = "=="),
  "logic" = swap("&&" = "||", "||" = "&&"),
  "bits" = swap("&" = "|", "|" = "&", "^" = "|", "<<" = ">>", ">>" = "<<"),
  "off by one" = function(line, code) {
    number <- "(?<![\\w.]|e-)[0-9]+(?![\\w.])"
    c(
      each_match(line, code, number, function(text) as.character(as.numeric(text) + 1)),
      each_match(line, code, "(?<![\\w.]|e-)[1-9][0-9]*(?![\\w.])", function(text) as.character(as.numeric(text) - 1))
    )
  },
  "statement dropped" = function(line, code) {
    found <- regmatches(code, regexec(statement, code, perl = TRUE))[[1]]
    if (!length(found)) return(character())
    replace_at(line, nchar(found[2]) + 1, nchar(found[3]), ";")
  },
  "condition negated" = function(line, code) {
    found <- gregexpr("\\b(if|while) \\(", code)[[1]]
    lines <- character()
    for (k in seq_along(found)[found > 0]) {
      open <- found[k] + attr(found, "match.length")[k] - 1
      close <- closing_of(code, open)
      if (!is.na(close)) lines <- c(lines, replace_at(line, open, close - open + 1, paste0("(!", substr(line, open, close), ")")))
    }
    lines
  },
  "returns early" = function(line, code) {
    c(
      each_match(line, code, "\\breturn [^;]+;", function(text) "return 0;"),
      each_match(line, code, "\\breturn [^;]+;", function(text) "return 1;")
    )
  }
)

# ---- the lines that hold code ----

blank <- function(text, found) {
  at <- which(found > 0)
  for (k in at) {
    length <- attr(found, "match.length")[k]
    inside <- gsub("[^\n]", "\u00a0", substr(text, found[k], found[k] + length - 1))
    substr(text, found[k], found[k] + length - 1) <- inside
  }
  text
}

code_of <- function(lines) {
  text <- paste(lines, collapse = "\n")
  text <- blank(text, gregexpr("(?s)/\\*.*?\\*/|\"(\\\\.|[^\"\\\\\n])*\"|'(\\\\.|[^'\\\\\n])*'", text, perl = TRUE)[[1]])
  messages <- gregexpr("\\b(rl_fail|rb_stop|rb_warn|Rf_error|Rf_warning|snprintf)(\\((?:[^()]++|(?2))*\\))", text, perl = TRUE)[[1]]
  names <- nchar(gsub("\\(.*", "", regmatches(text, list(messages))[[1]]))
  lengths <- attr(messages, "match.length")
  inside <- structure(messages + ifelse(messages > 0, names + 1, 0), match.length = lengths - names - 2)
  code <- strsplit(blank(text, inside), "\n", fixed = TRUE)[[1]]
  length(code) <- length(lines)
  code[is.na(code)] <- ""
  directive <- grepl("^\\s*#", code)
  body <- sub("^(\\s*#define\\s+\\w+\\([^)]*\\)\\s)", "\\1\u0001", code) # what a macro with arguments stands for is code
  is_macro <- directive & grepl("\u0001", body)
  code[is_macro] <- vapply(strsplit(body[is_macro], "\u0001", fixed = TRUE), function(parts) {
    paste0(strrep("\u00a0", nchar(parts[1])), if (length(parts) > 1) parts[2] else "")
  }, "")
  code[directive & !is_macro] <- ""
  code
}

changes_of <- function(line, code) {
  made <- lapply(operators, function(operator) operator(line, code))
  made <- data.frame(operator = rep(names(made), lengths(made)), after = as.character(unlist(made)))
  made[made$after != line & !duplicated(made$after), ]
}

sources <- list.files(file.path(root, "src"), "[.][ch]$", recursive = TRUE)
candidates <- do.call(rbind, lapply(sources, function(file) {
  lines <- readLines(file.path(root, "src", file))
  code <- code_of(lines)
  declares <- grepl("^\\s*(enum|typedef|extern|struct|_Static_assert)\\b", code) | grepl("^[a-z].*\\);$", code) |
    grepl("^\\s*(?!return|else|goto)[a-z_]\\w* \\**[a-z][^=(]*;", code, perl = TRUE)
  can_change <- !declares & vapply(seq_along(lines), function(k) nrow(changes_of(lines[k], code[k])) > 0, NA)
  if (any(can_change)) data.frame(file = file, at = which(can_change), line = lines[can_change], code = code[can_change])
}))

# ---- the copy ----

rscript <- file.path(R.home("bin"), "Rscript")

build <- function() { # 0 if the objects could be made and linked
  words <- c("SHLIB", paste0("--output=rushlight", .Platform$dynlib.ext))
  folder <- setwd(file.path(tree, "src"))
  on.exit(setwd(folder))
  suppressWarnings(system2(file.path(R.home("bin"), "R"), c("CMD", words, "init.c"), stdout = FALSE, stderr = FALSE))
}

objects <- function() tools::md5sum(list.files(file.path(tree, "src"), "[.]o$", recursive = TRUE, full.names = TRUE))

take_library <- function() {
  name <- paste0("rushlight", .Platform$dynlib.ext)
  installed <- file.path(library_of, "rushlight", "libs", name)
  unlink(installed)
  stopifnot(file.copy(file.path(tree, "src", name), installed))
}

start <- function() {
  unlink(room, recursive = TRUE)
  dir.create(tree, recursive = TRUE)
  dir.create(library_of)
  parts <- c("DESCRIPTION", "LICENSE", "NAMESPACE", "R", "src", "tests", "configure", "cleanup")
  stopifnot(file.copy(file.path(root, parts), tree, recursive = TRUE))
  folder <- setwd(tree)
  on.exit(setwd(folder))
  system2("./cleanup")
  writeLines("CFLAGS = -O2 -g0 -Werror=int-conversion -Werror=incompatible-pointer-types", file.path(room, "Makevars"))
  Sys.setenv(R_MAKEVARS_USER = file.path(room, "Makevars"), RUSHLIGHT_CLONES = "no", RUSHLIGHT_DEBUG = "yes", MAKEFLAGS = "-j2")
  log <- file.path(room, "install.out")
  words <- c("CMD", "INSTALL", "--no-docs", "--no-test-load", paste0("--library=", library_of), ".")
  if (system2(file.path(R.home("bin"), "R"), words, stdout = log, stderr = log)) stop("the copy cannot be installed: ", log)
  if (build()) stop("the copy cannot be built")
}

usual_seconds <- NULL # of each theme

# Runs themes up to the first that fails, which it names; NA if none does.
noticed_by <- function(themes) {
  code <- paste(
    "source(commandArgs(TRUE)[1]);for(theme in commandArgs(TRUE)[-(1:2)]){cat('',theme,sep='\\n',fill=TRUE);",
    "result<-run_file(commandArgs(TRUE)[2],theme);if(result$failed)quit(status=1);cat('\\ntook',theme,result$seconds,fill=TRUE)}"
  )
  folder <- file.path(tree, "tests", "testthat")
  words <- c(sprintf("ulimit -v %.0f; exec \"$@\"", MEMORY), "sh", rscript, "-e", code, file.path(folder, "runner.R"), folder, themes)
  patience <- if (is.null(usual_seconds)) 3600 else 30 + 3 * sum(usual_seconds[themes])
  told <- suppressWarnings(system2("sh", c("-c", shQuote(words)), stdout = TRUE, stderr = FALSE, timeout = patience))
  status <- attr(told, "status")
  if (is.null(usual_seconds)) {
    took <- strsplit(grep("^took ", told, value = TRUE), " ")
    usual_seconds <<- setNames(as.numeric(vapply(took, `[`, "", 3)), vapply(took, `[`, "", 2))
  }
  if (is.null(status)) return(NA_character_)
  paste0(tail(c("loading", intersect(told, themes)), 1), if (status == 124) " (time-out)")
}

# What came of a change: "same" (does not compile, or the same object code), the theme that noticed, or NA.
try_change <- function(file, at, after) {
  path <- file.path(tree, "src", file)
  original <- readLines(path)
  on.exit({
    writeLines(original, path)
    if (build()) stop("the copy cannot be built any more")
  })
  writeLines(replace(original, at, after), path)
  if (build() || identical(objects(), unchanged)) return("same")
  take_library()
  themes <- themes_for(file)
  noticed <- noticed_by(themes$own)
  if (is.na(noticed)) noticed_by(themes$others) else noticed
}

Sys.setenv(R_LIBS = library_of, NOT_CRAN = "true")
cat(nrow(candidates), "lines of code in", length(sources), "files; seed", seed, "\n")
start()
unchanged <- objects()
all_themes <- sub("^test-(.*)[.]R$", "\\1", list.files(file.path(root, "tests", "testthat"), "^test-.*[.]R$"))
all_themes <- all_themes[!grepl(not_run, all_themes)]
already <- noticed_by(all_themes)
if (!is.na(already)) stop("the tests fail without any change, in ", already)

set.seed(seed)
tried <- again <- survived <- 0
seen <- character()
while (tried < changes) {
  drawn <- candidates[sample.int(nrow(candidates), 1), ]
  made <- changes_of(drawn$line, drawn$code)
  made <- made[sample.int(nrow(made), 1), ]
  place <- sprintf("src/%s:%d", drawn$file, drawn$at)
  if (paste(place, made$after) %in% seen) next
  seen <- c(seen, paste(place, made$after))
  noticed <- try_change(drawn$file, drawn$at, made$after)
  if (identical(noticed, "same")) {
    again <- again + 1
    next
  }
  tried <- tried + 1
  cat(sprintf("%3d %s: %s, %s\n", tried, place, made$operator, if (is.na(noticed)) "NOT NOTICED" else paste("noticed by", noticed)))
  if (is.na(noticed)) {
    survived <- survived + 1
    cat("    - ", trimws(drawn$line), "\n    + ", trimws(made$after), "\n", sep = "")
  }
}
cat(sprintf("%d lines drawn again: they did not compile, or to the same code\n", again))
cat(sprintf("%d of %d changes noticed, %d survived (seed %d)\n", tried - survived, tried, survived, seed))
