# Rscript tests/testthat/table/programs.R SEED COUNT FOLDER   draws programs, runs them with rushlight, and writes them down
# COUNT "rows": one call of every row of ops.txt in every mood instead
#
# A program is a few tensors and up to six calls, each of a row of ops.txt, on these tensors and on the results of earlier calls;
# then the derivatives of what it ends with. FOLDER gets `programs`, a text, and `values`, the bytes of the tensors it speaks of.
# A line of the text is a letter and fields between tabs:
#
#   P number                                              a program begins
#   L dtype sizes strides offset requires_grad at count   a tensor, which is a view of `count` elements whose bytes begin at `at`
#   S call notes expression                               a call, as Python evaluates it
#   E message                                             it failed
#   R dtype sizes requires_grad at                        a result of it
#   G values                                              derivatives are asked for of the values numbered so
#   D value dtype sizes at                                one of them; without a dtype: it is NULL
suppressMessages(library(rushlight))
folder_of_tool <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]))
source(file.path(folder_of_tool, "table.R"))
source(file.path(folder_of_tool, "draw.R"))
source(file.path(folder_of_tool, "calls.R"))

expression_of <- function(row, in_place, drawn) {
  texts <- vapply(drawn, function(one) paste0(if (nzchar(one$py_name)) paste0(one$py_name, "="), one$py), "")
  name <- if (!in_place) row$torch else paste0(if ("__" %in% row$notes) "torch." else ".", bare_name(row$call), "_")
  if (startsWith(name, ".")) paste0(texts[1], name, "(", paste(texts[-1], collapse = ", "), ")")
  else paste0(name, "(", paste(texts, collapse = ", "), ")")
}

takes_in_place <- function(p, row, drawn) {
  if (!any(c("_", "__") %in% row$notes) || runif(1) > 0.2 || !is_tensor(drawn[[1]]$r)) return(FALSE)
  if (drawn[[1]]$at %in% c(p$indices, p$maybe_views)) return(FALSE) # Python reads a copy of indices
  !drawn[[1]]$r$requires_grad || !drawn[[1]]$r$is_leaf || runif(1) < 0.05
}

step <- function(p, row) {
  drawn <- draw_arguments(p, row)
  if (is.null(drawn)) return(invisible())
  in_place <- takes_in_place(p, row, drawn)
  say(p, "S", paste0(bare_name(row$call), if (in_place) "_"), paste(row$notes, collapse = " "), expression_of(row, in_place, drawn))
  result <- tryCatch(flat_results(call_row(row, in_place, drawn)), error = function(e) e)
  if (inherits(result, "error")) {
    kind <- if (inherits(result, "rushlight_error")) "" else "R: "
    return(say(p, "E", paste0(kind, gsub("[\t\n]+", " ", conditionMessage(result)))))
  }
  if ("first" %in% row$notes) result <- result[1]
  for (x in result) {
    say(p, "R", as.character(x$dtype), sizes_text(x$shape), as.integer(x$requires_grad), put_bytes(p, x))
    p$values[[length(p$values) + 1L]] <- x
  }
  p$last <- length(p$values) + 1L - rev(seq_along(result))
  if ("maybe_view" %in% row$notes) p$maybe_views <- c(p$maybe_views, p$last)
}

# A gradient that is neither 0 nor the same everywhere, exact in every dtype.
cotangent <- function(x) {
  n <- prod(x$shape)
  torch_tensor((seq_len(n) * 7) %% 11 - 5, dtype = torch_double())$div(4)$to(dtype = x$dtype)$reshape(x$shape)
}

derive <- function(p) {
  graph <- vapply(p$values, function(x) x$requires_grad, NA)
  out <- p$last[graph[p$last]]
  if (!length(out)) out <- tail(which(graph), 1L)
  into <- setdiff(which(graph), out)
  if (!length(into)) return(invisible())
  say(p, "G", paste(out - 1L, collapse = ","), paste(into - 1L, collapse = ","))
  found <- tryCatch(
    autograd_grad(p$values[out], p$values[into], lapply(p$values[out], cotangent), allow_unused = TRUE),
    error = function(e) e
  )
  if (inherits(found, "error")) return(say(p, "E", gsub("[\t\n]+", " ", conditionMessage(found))))
  for (k in seq_along(into)) {
    g <- found[[k]]
    if (is.null(g) || is_undefined_tensor(g)) say(p, "D", into[k] - 1L, "", "", "")
    else say(p, "D", into[k] - 1L, as.character(g$dtype), sizes_text(g$shape), put_bytes(p, g))
  }
}

program <- function(p, number, mood, rows) {
  for (name in c("values", "last", "indices", "maybe_views", "mood")) p[[name]] <- new_program(mood)[[name]]
  say(p, "P", number)
  for (row in rows) step(p, row)
  flush(p$text) # what crashes is the last program in it
  if (length(p$values)) derive(p)
}

draw_program <- function(rows) {
  mood <- sample(moods, 1L, prob = c(0.5, 0.2, 0.2, 0.1))
  count <- sample(6L, 1L, prob = c(0.4, 0.2, 0.15, 0.1, 0.1, 0.05))
  list(mood = mood, rows = rows[sample.int(length(rows), count, TRUE)])
}

main <- function(seed, count, folder, only = NULL) {
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  set.seed(seed)
  torch_set_num_threads(1L)
  rows <- read_table(folder_of_tool)
  if (!is.null(only)) rows <- Filter(function(row) grepl(only, row$call), rows)
  dir.create(folder, showWarnings = FALSE, recursive = TRUE)
  p <- new.env()
  p$text <- file(file.path(folder, "programs"), "w")
  p$bytes <- file(file.path(folder, "values"), "wb")
  p$at <- 0
  each <- rep(seq_along(rows), each = length(moods))
  for (number in seq_len(if (count == "rows") length(each) else as.integer(count))) {
    drawn <- if (count == "rows") list(mood = moods[(number - 1L) %% length(moods) + 1L], rows = rows[each[number]]) else draw_program(rows)
    program(p, number, drawn$mood, drawn$rows)
  }
  close(p$text)
  close(p$bytes)
}

arguments <- commandArgs(TRUE)
main(as.integer(arguments[1]), arguments[2], arguments[3], if (length(arguments) > 3L) arguments[4])
