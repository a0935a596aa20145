for (case in gradient_cases$all) {
  test_that(paste("derivatives of", paste(case$ops, collapse = ", "), "agree with differences"), {
    for (layout in setdiff(layouts, case$except)) {
      inputs <- case_inputs(case, layout)
      result <- tryCatch(gradcheck(case$f, inputs, order = 2, eps = case$eps), error = conditionMessage)
      expect(isTRUE(result), paste0(case$ops[1], ", ", layout, ": ", result))
    }
  })

  dense <- setdiff(c("transposed", "broadcast"), case$except)
  if (length(dense)) test_that(paste("the layout makes no difference to", paste(case$ops, collapse = ", ")), {
    for (layout in dense) {
      inputs <- case_inputs(case, layout)
      compact <- lapply(inputs, function(x) torch_tensor(as_array(x$detach()), dtype = torch_double(), requires_grad = TRUE))
      expect_equal(lapply(outputs_of(case$f, inputs), values_of), lapply(outputs_of(case$f, compact), values_of), info = layout)
    }
  })
}

test_that("every differentiable op has a gradient case, and no case names an op that is not there", {
  covered <- unlist(lapply(gradient_cases$all, `[[`, "ops"))
  ops <- op_names()
  expect_identical(setdiff(rownames(ops)[ops[, "differentiable"]], covered), character())
  expect_identical(setdiff(covered, rownames(ops)), character())
})

for (dtype in c("half", "bfloat16")) test_that(paste("every derivative can be taken twice in", dtype), {
  twice <- function(f, inputs) {
    graphed <- function(x) Filter(function(y) y$requires_grad, if (inherits(x, "torch_tensor")) list(x) else unlist(x))
    derivatives <- function(y) {
      ones <- lapply(y, torch_ones_like)
      Filter(Negate(is_undefined_tensor), autograd_grad(y, inputs, grad_outputs = ones, create_graph = TRUE, allow_unused = TRUE))
    }
    first <- derivatives(graphed(do.call(f, inputs)))
    second <- graphed(first)
    c(first, if (length(second)) derivatives(second))
  }
  for (case in gradient_cases$all) for (layout in setdiff(layouts, case$except)) {
    inputs <- lapply(case_inputs(case, layout), function(x) x$detach()$to(dtype = dtype)$requires_grad_(TRUE))
    result <- tryCatch(twice(case$f, inputs), error = conditionMessage)
    if (is.character(result) && grepl("tensors of one dtype", result)) next # the case has a double tensor of its own
    expect(is.list(result) && all(vapply(result, function(x) x$dtype == inputs[[1]]$dtype, NA)), paste(case$ops[1], layout, toString(result)))
  }
})
