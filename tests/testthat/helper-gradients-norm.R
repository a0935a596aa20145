for (p in c(1, 2, 2.5, 3)) local({
  power <- p
  gradient_case("norm", function(x) torch_norm(x, p = power), list(c(3, 4)), lo = 0.2, hi = 2, except = "empty")
  gradient_case("norm", function(x) torch_norm(x, p = power, dim = 1), list(c(3, 4)), lo = 0.2, hi = 2, except = c("empty", "scalar"))
})
for (p in c(0.5, 1.5, Inf, -Inf)) local({
  power <- p
  gradient_case("vector_norm", function(x) linalg_vector_norm(x, power), list(c(3, 4)), lo = 0.2, hi = 2, except = c("empty", "broadcast"))
  gradient_case("vector_norm", function(x) linalg_vector_norm(x, power, dim = 2), list(c(3, 4)), lo = 0.2, hi = 2,
    except = c("empty", "scalar"))
})
