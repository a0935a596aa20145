# Windows that overlap, leave elements out, reach beyond the ends, and divide the input.
pool_case <- function(ops, f, shapes, ...) gradient_case(ops, f, shapes, except = "scalar", ...)

pool_case("max_pool", function(x) nnf_max_pool1d(x, 3, stride = 2, padding = 1, ceil_mode = TRUE), list(c(2, 2, 6)))
pool_case("max_pool", function(x) nnf_max_pool2d(x, c(2, 1), stride = 1, dilation = c(1, 2)), list(c(2, 1, 3, 4)))
pool_case("max_pool", function(x) nnf_max_pool3d(x, 2, stride = 1), list(c(2, 1, 2, 3, 2)))
pool_case("max_pool", function(x) nnf_adaptive_max_pool2d(x, c(2, 3)), list(c(2, 1, 3, 4)))
pool_case("max_pool", function(x) {
  found <- nnf_max_pool2d(x, 2, return_indices = TRUE)
  nnf_max_unpool2d(found[[1]]^2, found[[2]], 2)
}, list(c(2, 1, 4, 4)))

spread_means <- function(g, size, ...) .Call(ffi_average_pool_backward, g, size, ...)
both_averages <- c("average_pool", "average_pool_backward")
pool_case(both_averages, function(x) nnf_avg_pool1d(x, 3, stride = 2, padding = 1, ceil_mode = TRUE), list(c(2, 2, 6)))
pool_case(both_averages, function(x) nnf_avg_pool2d(x, c(2, 3), stride = 1, padding = 1, count_include_pad = FALSE), list(c(2, 1, 3, 3)))
pool_case(both_averages, function(x) nnf_avg_pool3d(x, c(2, 2, 1), divisor_override = 3), list(c(2, 1, 2, 3, 2)))
pool_case(both_averages, function(x) nnf_adaptive_avg_pool2d(x, c(2, 3)), list(c(2, 1, 3, 4)))
pool_case("average_pool", function(x) nnf_lp_pool1d(x, 3, 2), list(c(2, 1, 4)), lo = 0.2)
pool_case("average_pool_backward", function(g) spread_means(g, c(4L, 3L), 2L, c(2L, 1L), 0L, FALSE, FALSE, TRUE, NULL), list(c(2, 1, 2, 2)))
pool_case("average_pool_backward", function(g) spread_means(g, 5L, 2L, 1L, 0L, FALSE, TRUE, TRUE, NULL), list(c(2, 1, 2)))

gradient_case("constant_pad", function(x) nnf_pad(x, c(1, 2, 0, 1), value = 3), list(c(3, 4)), except = "scalar")
gradient_case("constant_pad", function(x) nnf_pad(x, c(-1, 2, 1, -1)), list(c(2, 3, 4)), empty = list(c(0, 3, 4)), except = "scalar")
for (how in c("reflect", "replicate", "circular")) local({
  mode <- how
  gradient_case("constant_pad", function(x) nnf_pad(x * 1, c(1, 2), mode = mode), list(c(2, 3)), except = "scalar")
})

# Its derivative does not depend on the second input, and is recorded as if it did.
gradient_case("beside", function(g, x) .Call(ffi_beside, g, x), list(c(3, 4), c(3, 4)))
