#' Objectives for R's optimisers
#'
#' `objective()` makes of a function of parameters, such as a negative log-likelihood, what R's optimisers take: a vector to start from, the
#' function, its gradient and its Hessian, both exact. `fit_objective()` minimises it and returns a fit with the methods that fits have
#' in R.
#'
#' `f` takes the list of parameters as its one argument, or the parameters by name. In it they are double tensors of the shapes that
#' `parameters` gives. Outside of the domain of `f` `fn` is `NaN`, and so is all of `gr`, so that line searches step back.
#'
#' @param f a function whose value is one number, to be minimised: for `likelihood = TRUE` the *negative* log-likelihood.
#' @param parameters a list of numbers of R by name, or a vector with names: where to start, and of which shapes the parameters are.
#' @param fixed names of parameters that stay as they are, or a list by name of the values that they have. They do not count in `df`.
#' @param map a list by name of factors as long as the parameters: elements of one level are one number, those with `NA` stay.
#' @param lower,upper bounds: one number for all, or by the name of a parameter or of an element; those not named have none.
#' @param likelihood `FALSE`: `f` is a plain loss; its fit has no `logLik()`.
#' @return `objective()`: a list of class `rushlight_objective` with `par`, the start; `fn(par)`, `gr(par)`, `he(par)`; `lower` and `upper`;
#'   `parameters(par)`, the list of all parameters. `fit_objective()`: an object of class `rushlight_fit`, for `coef()`, `vcov()` (the
#'   inverse of the Hessian), `logLik()`, [stats::AIC()], `confint()` (by Wald) and `summary()`; its `parameters` are the list, its
#'   `convergence` what [stats::nlminb()] said.
#' @section Errors:
#' Refused are parameters without names or numbers, names in `fixed`, `map`, `lower` and `upper` that do not fit, a `map` of another
#' length, a
#' `par` of another length, and a value of `f` that is not one number. A start at which value or gradient is not finite is an error
#' with parameter and value. A Hessian that is not positive definite at the end is a warning with the parameters that are not
#' identified, whose standard errors are `NA`; a fit that did not converge is one too.
#' @seealso [gradient()], [hessian()]; [stats::optim()], [stats::nlm()].
#' @examples
#' x <- torch_tensor(cars$speed, dtype = torch_double())
#' y <- torch_tensor(cars$dist, dtype = torch_double())
#' negative_loglik <- function(p) {
#'   sigma <- p$log_sigma$exp()
#'   (((y - p$beta[1] - p$beta[2] * x) / sigma)^2 / 2 + p$log_sigma + log(2 * pi) / 2)$sum()
#' }
#' goal <- objective(negative_loglik, list(beta = c(intercept = 0, speed = 1), log_sigma = 1))
#' fit <- fit_objective(goal)
#' summary(fit)
#' confint(fit)
#'
#' # any of R's optimisers
#' optim(goal$par, goal$fn, goal$gr, method = "BFGS")$par
#' @export
objective <- function(f, parameters, fixed = NULL, map = NULL, lower = -Inf, upper = Inf, likelihood = TRUE) {
  check_transformed(f, "objective")
  likelihood <- .Call(ffi_flag, likelihood, "likelihood")
  code <- kept_with_base_r(f)
  parameters <- read_parameters(parameters)
  layout <- parameter_layout(parameters, fixed, map)
  evaluate <- function(free) f_of_list(code(), names(parameters))(tensors_by_name(free, layout))
  at <- function(par) {
    if (is.numeric(par) && length(par) == length(layout$par)) return(as.double(par))
    raise_error(sprintf("`par` must be %d numbers, not %s", length(layout$par), kind_in_words(par)), quote(objective(f, ...)))
  }
  named <- function(x) structure(x, names = names(layout$par))
  structure(class = "rushlight_objective", list(
    par = layout$par,
    fn = function(par) {
      value <- with_no_grad(call_transformed(evaluate, list(torch_tensor(at(par), dtype = torch_double())), "objective"))
      as.numeric(check_one_number(value, "objective")$item())
    },
    gr = function(par) {
      found <- gradient_at(evaluate, list(at(par)), NULL, NULL, FALSE, "objective", checked = FALSE)
      named(if (is.nan(found$value)) rep(NaN, length(par)) else found$gradient)
    },
    he = function(par) hessian(evaluate, named(at(par))),
    lower = bounds_by_name(lower, -Inf, layout, "lower"), upper = bounds_by_name(upper, Inf, layout, "upper"),
    parameters = function(par) lapply(tensors_by_name(torch_tensor(at(par), dtype = torch_double()), layout), numbers_of),
    likelihood = likelihood, layout = layout
  ))
}

# The parameters as f takes them: in a list, or by name.
f_of_list <- function(f, known) {
  formals <- names(formals(args(f)))
  if (length(setdiff(formals, c(known, "..."))) || !any(formals %in% known)) return(f)
  function(p) call_with(f, if ("..." %in% formals) p else p[formals])
}

objective_call <- quote(objective(f, ...))

read_parameters <- function(parameters) {
  if (is.numeric(parameters) && !is.null(names(parameters))) parameters <- as.list(parameters)
  is_named <- is.list(parameters) && length(parameters) && !is.null(names(parameters)) && all(nzchar(names(parameters)))
  if (!is_named || anyDuplicated(names(parameters))) {
    raise_error("`parameters` must be a list of numbers, each by a name of its own", objective_call)
  }
  odd <- which(!vapply(parameters, function(x) is.numeric(x) && !is.object(x) && !anyNA(x), NA))
  if (length(odd)) {
    raise_error(
      sprintf("`parameters` must hold numbers without NA; `%s` is %s", names(odd)[1L], kind_in_words(parameters[[odd[1L]]])),
      objective_call
    )
  }
  parameters
}

check_names <- function(given, known, argument) {
  strange <- setdiff(given, known)
  if (!length(strange)) return(invisible())
  those <- paste0("`", known, "`", collapse = ", ")
  raise_error(sprintf("`%s` must name parameters; `%s` is none of %s", argument, strange[1L], those), objective_call)
}

# Which element of the free vector stands at each place of the parameters, one after the other; 0 where it is fixed.
parameter_layout <- function(parameters, fixed, map) {
  if (is.list(fixed)) {
    check_names(names(fixed), names(parameters), "fixed")
    for (name in names(fixed)) parameters[[name]][] <- fixed[[name]]
    fixed <- names(fixed)
  }
  check_names(fixed, names(parameters), "fixed")
  check_names(names(map), names(parameters), "map")
  values <- unlist(lapply(unname(parameters), as.double))
  labels <- names(unlist(parameters))
  groups <- lapply(names(parameters), function(name) {
    n <- length(parameters[[name]])
    if (name %in% fixed) return(rep(NA_character_, n))
    levels <- if (name %in% names(map)) as.character(map[[name]]) else as.character(seq_len(n))
    if (length(levels) != n) {
      raise_error(sprintf("`map` must have a factor of length %d for `%s`, not of length %d", n, name, length(levels)), objective_call)
    }
    ifelse(is.na(levels), NA_character_, paste(name, levels))
  })
  groups <- unlist(groups)
  free <- unique(groups[!is.na(groups)])
  if (!length(free)) raise_error("there must be a parameter that is not fixed", objective_call)
  place <- match(groups, free, nomatch = 0L)
  first <- match(seq_along(free), place)
  list(
    parameters = parameters, place = place, values = values, labels = labels, par = structure(values[first], names = labels[first]),
    owner = rep(names(parameters), lengths(parameters))[first], fixed = structure(values, names = labels)[place == 0L]
  )
}

tensors_by_name <- function(free, layout) {
  constant <- torch_tensor(ifelse(layout$place == 0L, layout$values, 0), dtype = torch_double())
  padded <- torch_cat(list(free, torch_zeros(1, dtype = torch_double())))
  places <- ifelse(layout$place == 0L, length(layout$par) + 1L, layout$place)
  all <- constant + torch_index_select(padded, 1, torch_tensor(places, dtype = torch_int64()))
  parts <- torch_split(all, as.integer(lengths(layout$parameters)))
  Map(in_shape_of, layout$parameters, parts)
}

# R's numbers lie column by column.
in_shape_of <- function(x, flat) {
  if (is.null(dim(x))) return(flat)
  torch_reshape(flat, rev(dim(x)))$permute(rev(seq_along(dim(x))))
}

bounds_by_name <- function(bound, none, layout, argument) {
  n <- length(layout$par)
  if (is.list(bound)) bound <- unlist(bound)
  if (!is.numeric(bound) || anyNA(bound)) raise_error(sprintf("`%s` must be numbers", argument), objective_call)
  if (is.null(names(bound))) {
    if (length(bound) %in% c(1L, n)) return(structure(rep_len(as.double(bound), n), names = names(layout$par)))
    raise_error(sprintf("`%s` must be one number, %d of them, or numbers by name", argument, n), objective_call)
  }
  check_names(names(bound), unique(c(names(layout$par), names(layout$parameters))), argument)
  found <- structure(rep(none, n), names = names(layout$par))
  for (name in names(bound)) found[names(found) == name | layout$owner == name] <- bound[[name]]
  found
}

#' @param objective what `objective()` made.
#' @param start where to start, by default where `parameters` are.
#' @param control a list of settings for [stats::nlminb()].
#' @rdname objective
#' @export
fit_objective <- function(objective, start = objective$par, control = list()) {
  if (!inherits(objective, "rushlight_objective")) raise_error("`objective` must be what objective() returns")
  check_finite(objective, start)
  found <- stats::nlminb(
    start,
    objective$fn,
    objective$gr,
    objective$he,
    control = control,
    lower = objective$lower,
    upper = objective$upper
  )
  par <- structure(found$par, names = names(objective$par))
  check_finite(objective, par)
  if (found$convergence != 0L) warn_of_fit(sprintf("the fit did not converge: nlminb() says \"%s\"", found$message))
  structure(class = "rushlight_fit", list(
    coefficients = par, value = found$objective, gradient = objective$gr(par), vcov = covariance_at(objective, par),
    parameters = objective$parameters(par), fixed = objective$layout$fixed, likelihood = objective$likelihood,
    convergence = found$convergence, message = found$message, iterations = found$iterations
  ))
}

warn_of_fit <- function(message) raise_warning(message, quote(fit_objective(objective)))

check_finite <- function(objective, par) {
  fit_call <- quote(fit_objective(objective))
  value <- objective$fn(par)
  if (!is.finite(value)) {
    at <- paste(names(objective$par), "=", format(unname(par)), collapse = ", ")
    raise_error(sprintf("the value of f is %s, at %s", format(value), at), fit_call)
  }
  odd <- which(!is.finite(objective$gr(par)))
  if (length(odd)) {
    raise_error(
      sprintf("the gradient of f is not finite by `%s`, which is %s", names(objective$par)[odd[1L]], format(par[[odd[1L]]])),
      fit_call
    )
  }
}

# Of what is not at a bound. The rows of the others, and those of what is not identified, are NA.
covariance_at <- function(objective, par) {
  covariance <- matrix(NA_real_, length(par), length(par), dimnames = list(names(par), names(par)))
  inside <- which(par > objective$lower & par < objective$upper)
  if (!length(inside)) return(covariance)
  information <- objective$he(par)[inside, inside, drop = FALSE]
  spectrum <- eigen((information + t(information)) / 2, symmetric = TRUE)
  flat <- spectrum$values <= max(abs(spectrum$values), 0) * sqrt(.Machine$double.eps)
  lost <- rep(FALSE, length(inside))
  if (any(flat)) {
    lost <- rowSums(abs(spectrum$vectors[, flat, drop = FALSE]) > 1e-6) > 0
    warn_of_fit(
      sprintf("the Hessian is not positive definite: not identified are %s", paste0("`", names(par)[inside[lost]], "`", collapse = ", "))
    )
  }
  if (!all(lost)) {
    inverse <- spectrum$vectors[, !flat, drop = FALSE] %*% (t(spectrum$vectors[, !flat, drop = FALSE]) / spectrum$values[!flat])
    covariance[inside[!lost], inside[!lost]] <- inverse[!lost, !lost]
  }
  covariance
}

# ---- what fits do in R ----

#' @importFrom stats coef vcov logLik confint
NULL

#' @export
coef.rushlight_fit <- function(object, ...) object$coefficients

#' @export
vcov.rushlight_fit <- function(object, ...) object$vcov

#' @export
logLik.rushlight_fit <- function(object, ...) {
  if (!object$likelihood) raise_error("this fit is of a plain loss (likelihood = FALSE), which has no likelihood")
  structure(-object$value, df = length(object$coefficients), class = "logLik")
}

#' @export
confint.rushlight_fit <- function(object, parm = names(coef(object)), level = 0.95, ...) {
  estimates <- coef(object)
  tails <- c((1 - level) / 2, 1 - (1 - level) / 2)
  limits <- estimates + sqrt(diag(vcov(object))) %o% stats::qnorm(tails)
  dimnames(limits) <- list(names(estimates), paste(format(100 * tails, trim = TRUE, digits = 3), "%"))
  limits[parm, , drop = FALSE]
}

#' @export
summary.rushlight_fit <- function(object, ...) {
  estimates <- coef(object)
  errors <- sqrt(diag(vcov(object)))
  z <- estimates / errors
  table <- cbind(Estimate = estimates, "Std. Error" = errors, "z value" = z, "Pr(>|z|)" = 2 * stats::pnorm(-abs(z)))
  structure(list(coefficients = table, fixed = object$fixed, fit = object), class = "summary.rushlight_fit")
}

#' @export
print.summary.rushlight_fit <- function(x, ...) {
  stats::printCoefmat(x$coefficients)
  if (length(x$fixed)) cat("\nFixed: ", paste(names(x$fixed), "=", format(x$fixed), collapse = ", "), "\n", sep = "")
  print_end_of_fit(x$fit)
  invisible(x)
}

#' @export
print.rushlight_fit <- function(x, ...) {
  print(coef(x))
  print_end_of_fit(x)
  invisible(x)
}

print_end_of_fit <- function(fit) {
  if (fit$likelihood) {
    cat(sprintf("\nLog-likelihood %.6g (df = %d)", -fit$value, length(fit$coefficients)))
  } else {
    cat(sprintf("\nLoss %.6g", fit$value))
  }
  cat(sprintf(", largest gradient %.2g, %s\n", max(abs(fit$gradient)), fit$message))
}
