# as_strided reads memory by place, so layouts make no sense for it. The ops on values that its derivatives are made of are reached as
# derivatives of one another.
window <- function(x) .Call(ffi_as_strided, x, c(2L, 3L), c(1L, 1L), 1L)
by_place <- c("transposed", "broadcast", "empty", "scalar")

gradient_case(c("as_strided", "strided_scatter"), window, list(c(2, 3)), except = by_place)
gradient_case(
  "strided_gather", function(x, w) autograd_grad(window(x), x, w, create_graph = TRUE), list(c(2, 3), c(2, 3)),
  except = by_place
)
gradient_case("strided_replace", function(x, w) {
  y <- x * 2
  y$view(-1L)$mul_(w)
  y
}, list(c(2, 3), 1), except = c("broadcast", "empty"))
