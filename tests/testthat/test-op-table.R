# What table/ops.txt, the table of functions, drives: every row is called with arguments drawn from a fixed seed, in the dtypes that its
# kinds of arguments take, in all moods (table/calls.R), of all layouts.
tables <- new.env(parent = asNamespace("rushlight"))
for (file in c("table.R", "draw.R", "calls.R")) sys.source(file.path("table", file), tables)
rows <- tables$read_table("table")

# check(row, drawn) for draws of every row.
for_draws <- function(check, rows, times = 8L) {
  set.seed(1, "Mersenne-Twister", "Inversion", "Rejection")
  for (row in rows) for (k in seq_len(times)) {
    drawn <- tables$draw_arguments(tables$new_program(tables$moods[(k - 1L) %% 4L + 1L]), row)
    if (!is.null(drawn)) check(row, drawn)
  }
}

written <- function(row, drawn) {
  text <- function(x) if (inherits(x, "torch_tensor")) sprintf("%s [%s]", x$dtype, toString(x$shape)) else paste(deparse(x), collapse = "")
  arguments <- vapply(drawn, function(one) paste0(one$name, if (nzchar(one$name)) " = ", if (is.list(one$r)) toString(lapply(one$r, text)) else text(one$r)), "")
  sprintf("%s(%s)", row$call, toString(arguments))
}

# The bits of all that a call gives, or its error.
outcome <- function(row, drawn, in_place = FALSE) {
  tryCatch(
    lapply(tables$flat_results(tables$call_row(row, in_place, drawn)), function(x) list(as.character(x$dtype), x$shape, values_of_bits(x))),
    rushlight_error = function(e) conditionMessage(e)
  )
}
values_of_bits <- function(x) if (x$numel()) buffer_from_torch_tensor(x$detach()$contiguous()) else raw()

test_that("every op has a row, and gives what it infers", {
  check_inference(TRUE)
  on.exit(check_inference(FALSE))
  infers <- function(row, drawn) {
    for (in_place in c(FALSE, "_" %in% row$notes)) {
      wrong <- tryCatch(
        {
          tables$call_row(row, in_place, drawn)
          ""
        },
        rushlight_error = conditionMessage
      )
      expect(!grepl("infer", wrong), paste(written(row, drawn), wrong))
    }
  }
  for_draws(infers, rows)
  ops <- op_names()
  checked <- setdiff(rownames(ops)[!ops[, "composition"]], c(tables$internal_ops, tables$factory_ops, tables$random_ops))
  left <- setdiff(checked, check_inference(TRUE)) # where all draws were refused
  if (length(left)) for_draws(infers, Filter(function(row) any(row$ops %in% left), rows), 64L)
  expect_identical(setdiff(left, check_inference(TRUE)), character())
})

has_place <- Filter(function(row) "_" %in% row$notes, rows)
copied <- function(drawn) {
  drawn[[1]]$r <- drawn[[1]]$r$detach()$clone()
  drawn
}

test_that("what is done in place gives what is done out of place, and what is refused changes nothing", {
  compared <- 0
  for_draws(function(row, drawn) {
    apart <- outcome(row, copied(drawn))
    target <- copied(drawn)
    before <- values_of_bits(target[[1]]$r)
    place <- outcome(row, target, in_place = TRUE)
    if (is.character(place)) {
      expect(identical(values_of_bits(target[[1]]$r), before), paste(written(row, drawn), "in place is refused, and writes:", place))
    } else if (is.list(apart) && identical(apart[[1]][1:2], place[[1]][1:2])) {
      compared <<- compared + 1
      expect(identical(apart, place), paste(written(row, drawn), "differs in place"))
    }
  }, has_place, 12L)
  expect_gt(compared, 500)
})

test_that("an operand that overlaps with what is written is read before", {
  compared <- 0
  second <- function(row) {
    kinds <- vapply(row$arguments, function(a) if (a$optional) "" else a$kind, "")
    length(kinds) >= 2L && all(kinds[-1] %in% c("s", "u", "U", "c", "t", "")) && nzchar(kinds[2])
  }
  for (row in Filter(second, has_place)) for (dtype in c("Float", "Double", "Half", "Long", "Bool")) {
    base <- torch_tensor(c(3, 1, 2, 5, 4, 2))$to(dtype = tables$dtypes[[dtype]])
    overlapping <- function(base) {
      drawn <- list(list(r = base[2:5], name = ""), list(r = base[1:4], name = ""))
      if (length(row$arguments) >= 3L && !row$arguments[[3]]$optional) drawn[[3]] <- list(r = base[3:6], name = "")
      drawn
    }
    apart <- outcome(row, lapply(overlapping(base), function(one) replace(one, "r", list(one$r$clone()))))
    place <- outcome(row, overlapping(base$clone()), in_place = TRUE)
    if (is.character(place) || is.character(apart) || !identical(apart[[1]][1:2], place[[1]][1:2])) next
    compared <- compared + 1
    expect(identical(apart, place), paste(row$call, dtype, "reads what it has written"))
  }
  expect_gt(compared, 80)
})

test_that("two threads give what one gives, bit for bit", {
  threads <- torch_get_num_threads()
  large <- new.env(parent = asNamespace("rushlight"))
  for (file in c("table.R", "draw.R", "calls.R")) sys.source(file.path("table", file), large)
  large$draw_size <- function() 48L
  large$draw_shape <- function() sample(list(70000L, c(48L, 1600L), c(1600L, 48L), c(48L, 40L, 40L)), 1L)[[1]]
  on.exit(torch_set_num_threads(threads))
  set.seed(2, "Mersenne-Twister", "Inversion", "Rejection")
  # What makes much more of them; what writes in place, or is slow.
  larger <- paste0("repeat|tile|diag_embed|diagflat|kron|outer|cartesian|combinations|meshgrid|block_diag|vander|tensordot|einsum|one_hot|",
                   "[cp]dist$|expand|tri.*_indices|conv[1-3_]|3d$")
  others <- "_$|logdet$|_(matrix_rank|eigvalsh|cond|qr)$"
  for (row in Filter(function(row) !grepl(paste0(larger, "|", others), row$call), rows)) {
    drawn <- large$draw_arguments(large$new_program("plain"), row)
    if (is.null(drawn)) next
    torch_set_num_threads(1)
    one <- outcome(row, drawn)
    torch_set_num_threads(2)
    expect(identical(outcome(row, drawn), one), paste(written(row, drawn), "depends on the number of threads"))
  }
})

test_that("every function agrees with PyTorch on plain and equal numbers, NaN, infinities and extremes, or differs as the article says", {
  skip_on_cran()
  python <- "/usr/bin/python3"
  there <- file.exists(python) && suppressWarnings(system2(python, c("-c", shQuote("import torch")), stdout = FALSE, stderr = FALSE)) == 0
  skip_if_not(there, "PyTorch is not installed for /usr/bin/python3")
  folder <- tempfile("programs")
  on.exit(unlink(folder, recursive = TRUE))
  rscript <- file.path(R.home("bin"), "Rscript")
  libraries <- paste0("R_LIBS=", paste(.libPaths(), collapse = .Platform$path.sep))
  expect_equal(system2(rscript, c(file.path("table", "programs.R"), "1", "rows", folder), env = libraries), 0)
  told <- suppressWarnings(system2(python, c("-B", file.path("table", "compare.py"), folder), stdout = TRUE, stderr = TRUE))
  counts <- grep("passed, 0 failed$", tail(told, 1), value = TRUE)
  expect(length(counts) == 1 && as.numeric(sub(" .*", "", counts)) > 1000, paste(told, collapse = "\n"))
})
