network <- function() {
  w <- torch_ones(2, 2, requires_grad = TRUE)
  ((w * 3)$exp() + w)$mean()
}

test_that("DOT text has each function once, and an arrow for each gradient", {
  dot <- graph_dot(network())
  expect_s3_class(dot, "graph_dot")
  lines <- strsplit(dot, "\n")[[1]]
  expect_length(grep("label=", lines), 5)
  expect_length(grep("->", lines), 5)
  expect_length(grep("leaf {2,2}", lines, fixed = TRUE), 1)
  expect_output(print(dot), "digraph")
  expect_identical(graph_dot(network()$grad_fn), dot)
  expect_error(graph_dot(torch_ones(1)), "gradient function", class = "rushlight_error")
})

test_that("plot() draws on any device and returns what it drew", {
  file <- tempfile(fileext = ".pdf")
  grDevices::pdf(file)
  drawn <- plot(network()$grad_fn, main = "a graph")
  one <- plot(torch_ones(1, requires_grad = TRUE)$exp()$grad_fn, max_nodes = 1)
  grDevices::dev.off()
  unlink(file)
  expect_named(drawn, c("nodes", "edges"))
  expect_equal(nrow(drawn$nodes), 5)
  expect_true(all(drawn$nodes$x >= 0 & drawn$nodes$x <= 1 & drawn$nodes$y >= 0 & drawn$nodes$y <= 1))
  expect_true(all(drawn$nodes$y[drawn$edges$from] > drawn$nodes$y[drawn$edges$to]))
  expect_equal(nrow(one$nodes), 1)
})

test_that("boxes of a row do not overlap", {
  expect_equal(stand_apart(c(1, 1, 1), c(2, 2, 2)), c(-1, 1, 3))
  expect_equal(stand_apart(c(0, 10), c(2, 2)), c(0, 10))
})
