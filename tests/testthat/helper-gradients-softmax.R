for (dim in 1:2) local({
  along <- dim
  gradient_case(c("softmax", "softmax_backward"), function(x) nnf_softmax(x, along), list(c(3, 4)), except = "scalar")
  gradient_case(c("log_softmax", "log_softmax_backward"), function(x) nnf_log_softmax(x, along), list(c(3, 4)), except = "scalar")
  gradient_case("softmax_backward", function(g, y) .Call(ffi_softmax_backward, g, y, along), list(c(3, 4), c(3, 4)), except = "scalar")
  gradient_case("log_softmax_backward", function(g, y) .Call(ffi_log_softmax_backward, g, y, along), list(c(3, 4), c(3, 4)),
    except = "scalar")
})
gradient_case("softmax", function(x) nnf_softmax(x, 1), list(3))
gradient_case("softmax", function(x) nnf_softmax(x, 2), list(c(2, 3, 4)), except = "scalar")
