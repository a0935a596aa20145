# What is drawn in place of a tensor does not depend on it: the same numbers each time, and a gradient of zeros.
drawn_anew <- function(method, ...) {
  function(x) {
    torch_manual_seed(1)
    (x * 2)[[method]](...) + x
  }
}
gradient_case("uniform", drawn_anew("uniform_"), list(c(3, 4)))
gradient_case("normal", drawn_anew("normal_"), list(c(3, 4)))
gradient_case("log_normal", drawn_anew("log_normal_"), list(c(3, 4)))
gradient_case("cauchy", drawn_anew("cauchy_"), list(c(3, 4)))
gradient_case("exponential", drawn_anew("exponential_"), list(c(3, 4)))
gradient_case("geometric", drawn_anew("geometric_", 0.3), list(c(3, 4)))
gradient_case("bernoulli_number", drawn_anew("bernoulli_", 0.3), list(c(3, 4)))
gradient_case("random", drawn_anew("random_", 0, 5), list(c(3, 4)))
gradient_case("bernoulli_tensor", function(x, p) {
  torch_manual_seed(1)
  (x * 2)$bernoulli_(p) + x
}, list(c(3, 4), c(3, 4)), lo = c(-2, 0.1), hi = c(2, 0.9))
gradient_case("bernoulli", function(p) {
  torch_manual_seed(1)
  torch_bernoulli(p) + p
}, list(c(3, 4)), lo = 0.1, hi = 0.9)
gradient_case("poisson", function(rate) {
  torch_manual_seed(1)
  torch_poisson(rate) + rate
}, list(c(3, 4)), lo = 0.5, hi = 3)
