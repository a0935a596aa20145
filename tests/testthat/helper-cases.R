# Gradient cases: what test-op-gradients.R checks. Each family adds its own in helper-gradients-<family>.R.
#
#   gradient_case("sin", torch_sin, list(c(3, 4)))
#   gradient_case("log", torch_log, list(c(3, 4)), lo = 0.2, hi = 4)
#   gradient_case("mm", torch_mm, list(c(3, 4), c(4, 2)), empty = list(c(0, 4), c(4, 2)), except = "scalar")
#
# ops: the rows of ops.def that it covers; f: a function of tensors; shapes: one for each; lo, hi: the range of the numbers, one
# or one for each input; empty: the shapes of the layout "empty"; except: the layouts that make no sense; eps: the step of the
# differences, where theirs is too fine.
layouts <- c("contiguous", "transposed", "broadcast", "empty", "scalar")

gradient_cases <- new.env()
gradient_cases$all <- list()

gradient_case <- function(ops, f, shapes, lo = -2, hi = 2, empty = NULL, except = character(), eps = 1e-6) {
  stopifnot(is.character(ops), is.function(f), is.list(shapes), all(except %in% layouts))
  case <- list(ops = ops, f = f, shapes = shapes, lo = rep_len(lo, length(shapes)), hi = rep_len(hi, length(shapes)))
  case$empty <- empty
  case$except <- except
  case$eps <- eps
  gradient_cases$all[[length(gradient_cases$all) + 1L]] <- case
}

# Numbers that are evenly spread, never equal, and the same in every run.
spread_numbers <- function(n, lo, hi, k) lo + (hi - lo) * ((seq_len(n) * 0.6180339887 + k * 0.2360679775) %% 1)

strided <- function(values, size, stride) {
  base <- torch_tensor(values, dtype = torch_double())
  .Call(ffi_as_strided, base, as.integer(size), as.integer(stride), 0L)$detach()
}

# A tensor of that shape, laid out so.
laid_out <- function(layout, shape, lo, hi, k) {
  n <- length(shape)
  if (layout == "transposed" && n == 1) return(strided(spread_numbers(2 * shape, lo, hi, k), shape, 2L))
  if (layout == "transposed" && n > 1) return(strided(spread_numbers(prod(shape), lo, hi, k), shape, cumprod(c(1, shape[-n]))))
  row_major <- rev(cumprod(c(1, rev(shape)[-n])))
  if (layout == "broadcast" && n > 0) return(strided(spread_numbers(prod(shape[-1]), lo, hi, k), shape, c(0, row_major[-1])))
  if (prod(shape) == 0) return(torch_tensor(array(0, shape), dtype = torch_double()))
  strided(spread_numbers(prod(shape), lo, hi, k), shape, if (n) row_major else integer())
}

# The first dimension becomes 0, so that what broadcast still does.
emptied <- function(shapes) {
  dims <- max(lengths(shapes))
  lapply(shapes, function(shape) if (length(shape) == dims && dims && shape[1] != 1) c(0, shape[-1]) else shape)
}

case_inputs <- function(case, layout) {
  shapes <- case$shapes
  if (layout == "scalar") shapes <- lapply(shapes, function(shape) integer())
  if (layout == "empty") shapes <- if (is.null(case$empty)) emptied(shapes) else case$empty
  lapply(seq_along(shapes), function(k) laid_out(layout, shapes[[k]], case$lo[k], case$hi[k], k)$requires_grad_(TRUE))
}
