# Elementwise ops. Where a function has a kink, its numbers lie on both sides and none on it.
elementwise <- list(
  exp = torch_exp, exp2 = torch_exp2, expm1 = torch_expm1, sin = torch_sin, cos = torch_cos, atan = torch_atan, sinh = torch_sinh,
  cosh = torch_cosh, tanh = torch_tanh, asinh = torch_asinh, sigmoid = torch_sigmoid, neg = torch_neg, abs = torch_abs,
  sign = torch_sign, sgn = torch_sgn, deg2rad = torch_deg2rad, rad2deg = torch_rad2deg, erf = torch_erf, erfc = torch_erfc, i0 = torch_i0,
  sinc = function(x) x$sinc(), i1 = function(x) .Call(ffi_i1, x), angle = torch_angle, nan_to_num = function(x) x$nan_to_num(),
  relu = torch_relu, silu = nnf_silu, logsigmoid = nnf_logsigmoid, gelu = nnf_gelu, softplus = nnf_softplus, elu = nnf_elu,
  celu = function(x) torch_celu(x, 1.5), leaky_relu = nnf_leaky_relu, threshold = function(x) nnf_threshold(x, 0.1, 3),
  hardshrink = nnf_hardshrink, softshrink = nnf_softshrink, hardtanh = nnf_hardtanh,
  clamp = function(x) x$clamp(-1, 0.7), zero = function(x) (x * 1)$zero_()
)
for (name in names(elementwise)) gradient_case(name, elementwise[[name]], list(c(3, 4)))

gradient_case("gelu", function(x) nnf_gelu(x, "tanh"), list(c(3, 4)))
gradient_case("elu", torch_selu, list(c(3, 4)))
gradient_case("softplus", function(x) nnf_softplus(x, 2, 1), list(c(3, 4)))
gradient_case("hardtanh", nnf_relu6, list(c(3, 4)), lo = -2, hi = 9)
gradient_case("hardsigmoid", nnf_hardsigmoid, list(c(3, 4)), lo = -5, hi = 5)
gradient_case("hardswish", nnf_hardswish, list(c(3, 4)), lo = -5, hi = 5)
gradient_case("pass_above", function(g, x) .Call(ffi_pass_above, g, x, 0.1), list(c(3, 4), c(3, 4)))
gradient_case("pass_within", function(g, x) .Call(ffi_pass_within, g, x, -1, 0.7), list(c(3, 4), c(3, 4)))
gradient_case("tanh_backward", function(g, y) .Call(ffi_tanh_backward, g, y), list(c(3, 4), c(3, 4)))
gradient_case("sigmoid_backward", function(g, y) .Call(ffi_sigmoid_backward, g, y), list(c(3, 4), c(3, 4)))
gradient_case("prelu", function(x, w) .Call(ffi_prelu, x, w), list(c(3, 4), 4))

above_0 <- list(
  log = torch_log, log2 = torch_log2, log10 = torch_log10, log1p = torch_log1p, sqrt = torch_sqrt, rsqrt = torch_rsqrt,
  reciprocal = torch_reciprocal, lgamma = torch_lgamma, digamma = torch_digamma, polygamma = function(x) torch_polygamma(2, x)
)
for (name in names(above_0)) gradient_case(name, above_0[[name]], list(c(3, 4)), lo = 0.3, hi = 3)

within_1 <- list(tan = torch_tan, asin = torch_asin, acos = torch_acos, atanh = torch_atanh, erfinv = torch_erfinv)
for (name in names(within_1)) gradient_case(name, within_1[[name]], list(c(3, 4)), lo = -0.9, hi = 0.9)

gradient_case("acosh", torch_acosh, list(c(3, 4)), lo = 1.2, hi = 3)
gradient_case("logit", torch_logit, list(c(3, 4)), lo = 0.1, hi = 0.9)
gradient_case("logit", function(x) torch_logit(x, 0.3), list(c(3, 4)), lo = 0.1, hi = 0.9)
gradient_case("mvlgamma", function(x) torch_mvlgamma(x, 3), list(c(3, 4)), lo = 2, hi = 4)

# Off the integers, where they step.
steps <- list(floor = torch_floor, ceil = torch_ceil, trunc = torch_trunc, round = torch_round, frac = torch_frac)
for (name in names(steps)) gradient_case(name, steps[[name]], list(c(3, 4)), lo = 0.05, hi = 0.45)
gradient_case("frexp", function(x) x$frexp()[[1]], list(c(3, 4)), lo = 1.1, hi = 1.9)
gradient_case("round", function(x) torch_round(x, 1), list(c(3, 4)), lo = 0.06, hi = 0.14)

two <- list(
  add = torch_add, sub = torch_sub, mul = torch_mul, maximum = torch_maximum, minimum = torch_minimum,
  fmax = function(x, y) x$fmax(y), fmin = function(x, y) x$fmin(y), atan2 = torch_atan2, hypot = torch_hypot,
  logaddexp = torch_logaddexp, logaddexp2 = torch_logaddexp2, copysign = function(x, y) x$copysign(y),
  clamp_min = function(x, y) x$clamp_min(y), clamp_max = function(x, y) x$clamp_max(y),
  where = function(x, y) torch_where(x > 0.1, x, y), copy = function(x, y) (x * 1)$copy_(y * 1)
)
for (name in names(two)) gradient_case(name, two[[name]], list(c(3, 4), c(3, 4)), lo = c(-2, -1.9), hi = c(2, 2.2))
for (name in c("add", "sub", "mul", "maximum", "where")) {
  gradient_case(name, two[[name]], list(c(3, 1), c(2, 1, 4)), lo = c(-2, -1.9), hi = c(2, 2.2), empty = list(c(0, 1), c(2, 1, 4)))
}
gradient_case(c("add", "sub"), function(x, y) torch_add(x, torch_sub(x, y, alpha = 3), alpha = -0.5), list(c(3, 4), 4))
gradient_case("div", torch_div, list(c(3, 4), c(3, 4)), lo = c(-2, 0.5), hi = 2)
gradient_case("div", function(x) 2 / x, list(c(3, 4)), lo = 0.5, hi = 2)
gradient_case("pow", torch_pow, list(c(3, 4), 4), lo = c(0.3, -2), hi = 2)
for (exponent in c(-1.5, -1, -0.5, 0, 0.5, 1, 2, 3, 2.5)) {
  local({
    exponent <- exponent
    gradient_case("pow", function(x) x^exponent, list(c(3, 4)), lo = 0.3, hi = 2)
  })
}
gradient_case("pow", function(x) torch_pow(2.5, x), list(c(3, 4)))
gradient_case("float_power", function(x, y) x$float_power(y), list(c(3, 4), 4), lo = c(0.3, -2), hi = 2)
gradient_case("xlogy", function(x, y) x$xlogy(y), list(c(3, 4), c(3, 4)), lo = c(-2, 0.3), hi = 2)
gradient_case("erfcx", function(x) .Call(ffi_erfcx, x), list(c(3, 4)))
gradient_case("log_ndtr", function(x) .Call(ffi_log_ndtr, x), list(c(3, 4)), lo = -20, hi = 3)
gradient_case("ndtri_exp", function(x) .Call(ffi_ndtri_exp, x), list(c(3, 4)), lo = -20, hi = -0.1)
gradient_case("igamma", function(x) torch_tensor(1.5, dtype = torch_double())$igamma(x), list(c(3, 4)), lo = 0.3, hi = 3)
gradient_case("igammac", function(x) torch_tensor(1.5, dtype = torch_double())$igammac(x), list(c(3, 4)), lo = 0.3, hi = 3)

# Quotients between 1.05 and 1.95: no step of the rounding comes near.
rounded <- list(
  floor_divide = torch_floor_divide, div_floor = function(x, y) torch_div(x, y, rounding_mode = "floor"),
  div_trunc = function(x, y) torch_div(x, y, rounding_mode = "trunc"), remainder = torch_remainder, fmod = torch_fmod
)
for (name in names(rounded)) gradient_case(name, rounded[[name]], list(c(3, 4), c(3, 4)), lo = c(2.1, 1.6), hi = c(3, 1.9))

three <- list(c(3, 4), c(3, 4), c(3, 4))
gradient_case("clamp", function(x, low, high) x$clamp(low, high), three, lo = c(-2, -1, 0.3), hi = c(2, 0.2, 1.5))
gradient_case("clamp", function(x, low) x$clamp(min = low), list(c(3, 4), 4), lo = c(-2, -1.1))
gradient_case("lerp", torch_lerp, three)
gradient_case("lerp", function(x, y) torch_lerp(x, y, 0.3), list(c(3, 4), c(3, 4)))
gradient_case(
  "addcmul", function(x, y, z) torch_addcmul(x, y, z, value = 0.7), list(c(3, 4), c(3, 1), 4),
  empty = list(c(0, 4), c(0, 1), 4)
)
gradient_case("addcdiv", function(x, y, z) torch_addcdiv(x, y, z, value = 0.7), three, lo = c(-2, -2, 0.5))
gradient_case("fill", function(x, y) (x * 1)$fill_(y), list(c(3, 4), integer()))
