# Groups of one run (layer, group and instance normalisation) and of many (batch normalisation), with weight and bias and without.
both <- function(op) c(op, "normalize_backward")
both_layer <- both("native_layer_norm")
both_batch <- both("native_batch_norm")
normal_case <- function(ops, f, shapes, empty) gradient_case(ops, f, shapes, empty = empty, except = "scalar")

normal_case(both_layer, function(x, w, b) nnf_layer_norm(x, c(2, 3), w, b), list(c(2, 2, 3), c(2, 3), c(2, 3)), list(c(0, 2, 3), c(2, 3), c(2, 3)))
normal_case(both_layer, function(x) nnf_layer_norm(x, 4, eps = 0.1), list(c(3, 4)), list(c(0, 4)))
normal_case(both("native_group_norm"), function(x, w, b) nnf_group_norm(x, 2, w, b), list(c(2, 4, 2), 4, 4), list(c(0, 4, 2), 4, 4))
normal_case(both_batch, function(x, w, b) nnf_batch_norm(x, NULL, NULL, w, b, training = TRUE), list(c(3, 2, 2), 2, 2), list(c(0, 2, 2), 2, 2))
normal_case(both_batch, function(x, w) nnf_instance_norm(x, weight = w), list(c(2, 2, 3), 2), list(c(0, 2, 3), 2))

# Mean and inverse deviation follow from the input, and are followed through it.
normal_case("normalize_backward", function(g, x, w) {
  layout <- c(dim(x)[1], 2, 3, 3, 2)
  found <- .Call(ffi_native_batch_norm, x$detach(), NULL, NULL, layout, 0.1)
  .Call(ffi_normalize_backward, g, x, w, found[[2]], found[[3]], layout)
}, list(c(2, 2, 3), c(2, 2, 3), 2), list(c(0, 2, 3), c(0, 2, 3), 2))

# Means and inverse deviations are results too.
gradient_case(both_batch, function(x, w) .Call(ffi_native_batch_norm, x, w, NULL, c(2, 2, 3, 3, 2), 0.1), list(c(2, 2, 3), 2), except = c("empty", "scalar"))
