# Every op is inferred twice, and what comes out is what infer has said.
checked_in <- function(code) {
  check_inference(TRUE)
  on.exit(check_inference(FALSE))
  force(code)
  check_inference(TRUE)
}

test_that("the ops of the gradient cases give what they infer, in every layout, and so do their derivatives", {
  seen <- checked_in(for (case in gradient_cases$all) for (layout in setdiff(layouts, case$except)) {
    inputs <- case_inputs(case, layout)
    wrong <- tryCatch(
      for (y in Filter(function(y) y$requires_grad, outputs_of(case$f, inputs))) y$sum()$backward(retain_graph = TRUE),
      error = conditionMessage
    )
    expect(is.null(wrong), paste(case$ops[1], layout, wrong))
  })
  expect_gt(length(seen), 240)
})
