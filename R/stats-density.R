# Densities and distribution functions under R's names. Without a tensor among the arguments they are R's own; with one, a rule computes
# them of tensors. In a rule a number of R stays a number, longer vectors are tensors of the dtype that the tensors have together.

# A function with the arguments of R's function `name`, in which `rule` is for tensors: of the arguments that were given, by name.
for_tensors <- function(name, rule, package = "stats") {
  own <- getExportedValue(package, name)
  refused <- setdiff(names(formals(own)), names(formals(rule)))
  made <- own
  body(made) <- bquote({
    given <- as.character(names(match.call())[-1L])
    values <- mget(given, inherits = FALSE)
    if (any(vapply(values, is_tensor, NA))) return(call_rule(.(rule), values, .(name), .(refused), sys.call()))
    symbols <- structure(lapply(given, as.name), names = given)
    as_from(sys.call(), eval(as.call(c(quote(.(call("::", as.name(package), as.name(name)))), symbols))))
  })
  environment(made) <- environment(rule)
  made
}

# Conditions of R's own function speak of the user's call.
as_from <- function(call, code) {
  force(call)
  withCallingHandlers(
    tryCatch(code, error = function(e) {
      e$call <- call
      stop(e)
    }),
    warning = function(w) {
      w$call <- call
      warning(w)
      invokeRestart("muffleWarning")
    }
  )
}

call_rule <- function(rule, values, name, refused, call) {
  refused <- intersect(names(values), refused)
  if (length(refused)) raise_error(sprintf("`%s` of %s() is not defined for tensors", refused[1L], name), call)
  flags <- intersect(names(values), c("log", "log.p", "lower.tail"))
  values[flags] <- lapply(flags, function(flag) .Call(ffi_flag, values[[flag]], flag))
  numbers <- setdiff(names(values), flags)
  odd <- numbers[!vapply(values[numbers], function(x) is_tensor(x) || is.numeric(x) || is.logical(x), NA)]
  if (length(odd)) {
    raise_error(sprintf("`%s` of %s() must be numbers or a tensor, not %s", odd[1L], name, kind_in_words(values[[odd[1L]]])), call)
  }
  tensors <- Filter(is_tensor, values)
  is_float <- vapply(tensors, torch_is_floating_point, NA)
  dtype <- if (any(is_float)) Reduce(torch_promote_types, lapply(tensors[is_float], function(x) x$dtype)) else torch_double()
  values[numbers] <- lapply(values[numbers], as_operand, dtype)
  withCallingHandlers(
    call_with(rule, values),
    rushlight_error = function(e) {
      e$call <- call
      stop(e)
    }
  )
}

as_operand <- function(x, dtype) {
  if (is_tensor(x)) return(x$to(dtype = dtype))
  if (length(x) == 1L && is.null(dim(x))) return(as.double(x))
  torch_tensor(if (is.null(dim(x))) as.double(x) else x + 0, dtype = dtype)
}

# ---- what rules are written with: operands are tensors or single numbers ----

either <- function(test, yes, no) {
  if (!is_tensor(test)) return(if (is.na(test)) NaN + yes * 0 else if (test) yes else no)
  torch_where(test, yes, no)
}

# Where `outside` holds, `value` does: computed there with the operand at `safe`, so that no gradient becomes NaN.
kept_inside <- function(x, outside, safe) either(outside, safe, x)

# NaN where a parameter is outside of its domain.
nan_unless <- function(value, ...) {
  for (valid in list(...)) {
    if (is_tensor(valid)) {
      value <- torch_where(valid, value, NaN)
    } else if (!isTRUE(valid)) {
      value <- value * NaN
    }
  }
  value
}

x_log_y <- function(x, y) {
  if (is_tensor(x)) return(x$xlogy(y))
  if (x == 0) y * 0 else x * log(y)
}
x_log_1p <- function(x, y) {
  if (!is_tensor(x)) return(if (x == 0) y * 0 else x * log1p(y))
  at_zero <- x == 0
  either(at_zero, 0, x * log1p(either(at_zero, 0, y + 0 * x)))
}
# log(1 - exp(u)) for u <= 0
log_1m_exp <- function(u) {
  is_small <- u > -log(2)
  either(is_small, log(-expm1(either(is_small, u, -1))), log1p(-exp(either(is_small, -1, u))))
}
log_beta <- function(a, b) lgamma(a) + lgamma(b) - lgamma(a + b)
log_choose <- function(n, k) lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)

as_density <- function(value, log) if (log) value else exp(value)

# A probability from the logarithm of the upper tail.
from_upper_tail <- function(u, lower.tail, log.p) { # nolint: object_name_linter.
  if (lower.tail) {
    if (log.p) log_1m_exp(u) else -expm1(u)
  } else {
    as_density(u, log.p)
  }
}

# Log densities of counts: -Inf elsewhere, with R's warning where a number is not whole.
of_counts <- function(x, rule, most = Inf) {
  values <- if (is_tensor(x)) as.numeric(x$detach()) else x
  broken <- abs(values - round(values)) > 1e-9 * pmax(1, abs(values))
  broken <- broken[!is.na(broken)]
  if (any(broken)) raise_warning(sprintf("non-integer x = %f", values[!is.na(values)][broken][1L]))
  whole <- round(if (is_tensor(x)) x$detach() else x)
  outside <- (whole < 0) | (whole > most) | (whole == Inf) | (abs(x - whole) > 1e-9 * either(abs(x) > 1, abs(x), 1))
  either(outside, -Inf, rule(kept_inside(whole, outside, 0)))
}
