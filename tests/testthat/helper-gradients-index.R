# Indices are made to fit the first dimension that the layout gives: rows 1, 3, 3 where there are rows, none where there
# are none.
some_rows <- function(x) torch_tensor(if (x$shape[1] == 0) integer() else c(1L, 3L, 3L))
per_row <- function(x, at) torch_tensor(at)$expand(c(x$shape[1], length(at)))
checkers <- function(x) torch_tensor(seq_len(prod(x$shape)) %% 2 == 1)$view(x$shape)
rows_of <- function(x, v) v[seq_len(if (x$shape[1] == 0) 0L else 3L), ]
no_scalar <- "scalar"

gradient_case("index", function(x) x[some_rows(x), ], list(c(4, 3)), except = no_scalar)
gradient_case("index", function(x) x[.., c(1, 3, 1)], list(c(4, 3)), except = no_scalar)
gradient_case("index", function(x) x[checkers(x)], list(c(4, 3)), except = no_scalar)
gradient_case("index", function(x) x[c(2, 1), , c(1, 1, 3)], list(c(2, 4, 3)), except = c("scalar", "empty"))
some_cells <- function(x) if (x$shape[1] == 0) matrix(0, 0, 2) else cbind(c(1, 4, 1), c(3, 2, 3))
gradient_case("index", function(x) x[some_cells(x)], list(c(4, 3)), except = no_scalar)
gradient_case("index", function(x) x[2:1, TRUE, 3:2], list(c(2, 4, 3)), except = c("scalar", "empty"))
gradient_case(
  "index",
  function(x) torch_index(x, list(torch_tensor(c(1L, -1L)), NULL, torch_tensor(c(2L, 2L)))),
  list(c(2, 4, 3)), except = c("scalar", "empty")
)
gradient_case(
  "index_put",
  function(x, v) torch_index_put(x, list(some_rows(x)), rows_of(x, v), accumulate = TRUE),
  list(c(4, 3), c(4, 3)), except = no_scalar
)
gradient_case(
  "index_put",
  function(x, v) torch_index_put(x, list(NULL, torch_tensor(c(3L, 1L))), v),
  list(c(4, 3), c(4, 2)), except = no_scalar
)
gradient_case("index_put", function(x, v) {
  y <- x * 1
  y[checkers(y)] <- v
  y * y
}, list(c(4, 3), integer()), except = "broadcast")
gradient_case("index_put", function(x, v) {
  y <- x * 1
  y[c(2, 1), , c(1, 3)] <- v
  y * y
}, list(c(2, 4, 3), c(2, 4, 2)), except = c("scalar", "empty"))
gradient_case("index_put", function(x, v) {
  y <- replace(x, cbind(c(2, 1), c(1, 3)), v)
  y * y
}, list(c(2, 3), 2), except = c("scalar", "empty"))
gradient_case(
  "take",
  function(x) torch_take(x, torch_tensor(if (prod(x$shape)) matrix(c(1L, 12L, 5L, 5L), 2) else integer())),
  list(c(4, 3)), except = no_scalar
)
gradient_case("put", function(x, v) x$put(torch_tensor(c(2L, 7L)), v), list(c(4, 3), 2), except = c("scalar", "empty"))
gradient_case(
  "put",
  function(x, v) x$put(torch_tensor(c(2L, 2L)), v, accumulate = TRUE),
  list(c(4, 3), 2), except = c("scalar", "empty")
)

gradient_case("gather", function(x) torch_gather(x, 2, per_row(x, c(3L, 1L, 3L))), list(c(4, 3)), except = no_scalar)
gradient_case(
  "index_select",
  function(x) torch_index_select(x, 2, torch_tensor(c(3L, 1L, 3L))),
  list(c(4, 3)), except = no_scalar
)
gradient_case(
  "take_along_dim",
  function(x) torch_take_along_dim(x, torch_tensor(matrix(c(2L, 3L), 1)), 2),
  list(c(4, 3)), except = no_scalar
)
gradient_case(
  "embedding",
  function(w) nnf_embedding(torch_tensor(matrix(c(1L, 2L, 2L, 4L), 2)), w),
  list(c(4, 3)), except = c("scalar", "empty")
)

gradient_case(
  "scatter",
  function(x, v) x$scatter(2, per_row(x, c(3L, 1L)), v),
  list(c(4, 3), c(4, 2)), except = no_scalar
)
gradient_case(
  "scatter",
  function(x, v) x$scatter(2, per_row(x, c(3L, 1L)), v),
  list(c(4, 3), c(4, 3)), except = no_scalar
)
gradient_case(
  "scatter_add",
  function(x, v) x$scatter_add(2, per_row(x, c(3L, 3L)), v),
  list(c(4, 3), c(4, 2)), except = no_scalar
)
gradient_case(
  "index_copy",
  function(x, v) x$index_copy(2, torch_tensor(c(3L, 1L)), v),
  list(c(4, 3), c(4, 2)), except = no_scalar
)
gradient_case(
  "index_add",
  function(x, v) x$index_add(2, torch_tensor(c(3L, 3L)), v, alpha = 0.5),
  list(c(4, 3), c(4, 2)), except = no_scalar
)
gradient_case(
  "index_fill",
  function(x, v) x$index_fill(2, torch_tensor(c(3L, 1L)), v),
  list(c(4, 3), integer()), except = no_scalar
)
for (how in c("sum", "prod", "mean", "amax", "amin")) {
  for (include in c(TRUE, FALSE)) local({
    how <- how
    include <- include
    gradient_case(
      "scatter_reduce",
      function(x, v) x$scatter_reduce(2, per_row(x, c(3L, 3L, 1L)), v, how, include),
      list(c(4, 3), c(4, 3)), hi = c(2, 1.9), except = no_scalar
    )
  })
}
gradient_case(
  "index_reduce",
  function(x, v) x$index_reduce(2, torch_tensor(c(3L, 3L)), v, "mean"),
  list(c(4, 3), c(4, 2)), except = no_scalar
)
gradient_case(
  "index_reduce",
  function(x, v) x$index_reduce(2, torch_tensor(c(3L, 3L)), v, "prod", FALSE),
  list(c(4, 3), c(4, 2)), except = no_scalar
)

gradient_case("masked_fill", function(x, v) x$masked_fill(checkers(x), v), list(c(4, 3), integer()))
gradient_case("masked_select", function(x) torch_masked_select(x, checkers(x)), list(c(4, 3)))
gradient_case("masked_select", function(x) torch_masked_select(x, torch_tensor(c(TRUE, FALSE, TRUE))), list(c(4, 3)))
gradient_case("masked_scatter", function(x, v) x$masked_scatter(checkers(x), v), list(c(4, 3), c(4, 3)))
