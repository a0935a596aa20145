gradient_case("mm", torch_mm, list(c(3, 4), c(4, 2)), empty = list(c(0, 4), c(4, 2)), except = "scalar")
gradient_case("bmm", torch_bmm, list(c(2, 3, 4), c(2, 4, 2)), except = c("scalar", "broadcast"))
gradient_case("mv", torch_mv, list(c(3, 4), 4), empty = list(c(0, 4), 4), except = "scalar")
gradient_case("dot", torch_dot, list(4, 4), except = "scalar")
gradient_case("vdot", torch_vdot, list(4, 4), except = "scalar")
gradient_case("outer", torch_outer, list(3, 4), except = "scalar")
gradient_case("matmul", torch_matmul, list(c(2, 3, 4), c(4, 2)),
  empty = list(c(0, 3, 4), c(4, 2)), except = "scalar")
gradient_case(c("matmul", "batched_mm"), torch_matmul, list(c(2, 1, 3, 4), c(2, 4, 2)),
  empty = list(c(0, 1, 3, 4), c(2, 4, 2)), except = "scalar")
gradient_case("matmul", torch_matmul, list(4, c(2, 4, 2)), empty = list(4, c(0, 4, 2)), except = "scalar")
gradient_case("addmm", function(self, a, b) torch_addmm(self, a, b, beta = 0.5, alpha = 2), list(2, c(3, 4), c(4, 2)),
  empty = list(2, c(0, 4), c(4, 2)), except = "scalar")
gradient_case("addmv", function(self, a, b) torch_addmv(self, a, b, beta = 0.5, alpha = 2), list(3, c(3, 4), 4),
  empty = list(1, c(0, 4), 4), except = "scalar")
gradient_case("baddbmm", function(self, a, b) torch_baddbmm(self, a, b, beta = 0.5, alpha = 2),
  list(c(3, 2), c(2, 3, 4), c(2, 4, 2)), empty = list(c(3, 2), c(0, 3, 4), c(0, 4, 2)), except = c("scalar", "broadcast"))
gradient_case("linear", nnf_linear, list(c(3, 4), c(2, 4), 2), empty = list(c(0, 4), c(2, 4), 2), except = "scalar")
gradient_case("linear", nnf_linear, list(c(2, 3, 4), c(2, 4), 2), empty = list(c(0, 3, 4), c(2, 4), 2), except = "scalar")
