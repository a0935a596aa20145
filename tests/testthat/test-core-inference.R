# Every op is inferred twice, and what comes out is what infer has said.
tables <- new.env(parent = asNamespace("rushlight"))
for (file in c("table.R", "draw.R", "calls.R", "examples.R")) sys.source(file.path("table", file), tables)

checked_in <- function(code) {
  check_inference(TRUE)
  on.exit(check_inference(FALSE))
  force(code)
  check_inference(TRUE)
}
failure_of <- function(code) {
  failure <- tryCatch(list(code), error = conditionMessage)
  if (is.character(failure)) failure
}

with_derivatives <- function(case, layout) {
  inputs <- case_inputs(case, layout)
  for (y in Filter(function(y) y$requires_grad, outputs_of(case$f, inputs))) y$sum()$backward(retain_graph = TRUE)
}

test_that("all ops give what they infer, in every layout, and so do their derivatives", {
  seen <- checked_in({
    for (case in gradient_cases$all) for (layout in setdiff(layouts, case$except)) {
      wrong <- failure_of(with_derivatives(case, layout))
      expect(is.null(wrong), paste(case$ops[1], layout, wrong))
    }
    set.seed(3, "Mersenne-Twister", "Inversion", "Rejection")
    for (row in tables$read_table("table")) for (k in 1:16) {
      drawn <- tables$draw_arguments(tables$new_program("plain"), row)
      wrong <- failure_of(if (!is.null(drawn)) tables$call_row(row, FALSE, drawn))
      expect(!any(grepl("infer", wrong)), paste(row$call, wrong)) # what is drawn may be refused
    }
    for (example in tables$examples) {
      wrong <- failure_of(eval(example, tables$example_values()))
      expect(is.null(wrong), paste(deparse(example), wrong))
    }
  })
  ops <- op_names()
  # A composition infers nothing: the ops that it calls do.
  expect_identical(setdiff(rownames(ops)[!ops[, "composition"]], seen), character())
})
