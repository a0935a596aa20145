# What parameters and values must be: in words, and as a function that tells where it holds. The last `dims` dimensions belong to one value.
constraint <- function(text, check, dims = 0L) structure(list(text = text, check = check, dims = dims), class = "torch_constraint")

# An error of a distribution's own: the call would show the inside of an object.
refuse <- function(message, ...) raise_error(sprintf(message, ...), NULL)

#' @export
print.torch_constraint <- function(x, ...) {
  cat("<torch_constraint> ", x$text, "\n", sep = "")
  invisible(x)
}

is_whole <- function(x) x == x$floor()
in_each <- function(x, dims) x$flatten(start_dim = -dims)$all(dim = -1L)
is_lower_triangular <- function(x) in_each(x == x$tril(), 2L)

constraint_real <- constraint("real numbers, not NaN", function(x) x == x)
constraint_positive <- constraint("positive", function(x) x > 0)
constraint_not_negative <- constraint("0 or more", function(x) x >= 0)
constraint_probability <- constraint("between 0 and 1", function(x) (x >= 0)$logical_and(x <= 1))
constraint_boolean <- constraint("0 or 1", function(x) (x == 0)$logical_or(x == 1))
constraint_count <- constraint("whole numbers, 0 or more", function(x) (x >= 0)$logical_and(is_whole(x)))
constraint_weights <- constraint(
  "0 or more, with a finite and positive sum along the last dimension",
  function(x) in_each(x >= 0, 1L)$logical_and(x$sum(-1L) > 0)$logical_and(x$sum(-1L) < Inf), 1L
)
constraint_vector <- constraint("real numbers, not NaN", function(x) in_each(x == x, 1L), 1L)
constraint_row <- constraint("real numbers, not NaN, along the last dimension", constraint_vector$check, 1L)
constraint_positive_definite <- constraint(
  "symmetric and positive definite in its last two dimensions",
  function(x) torch_isclose(x, x$mT(), atol = 1e-6)$flatten(start_dim = -2L)$all(dim = -1L)$logical_and(linalg_cholesky_ex(x)$info == 0), 2L
)
constraint_lower_factor <- constraint(
  "lower triangular with a positive diagonal in its last two dimensions",
  function(x) is_lower_triangular(x)$logical_and(in_each(x$diagonal(dim1 = -2L, dim2 = -1L) > 0, 1L)), 2L
)
constraint_category <- function(n) {
  constraint(sprintf("whole numbers from 1 to %d", n), function(x) (x >= 1)$logical_and(x <= n)$logical_and(is_whole(x)))
}

require_constraint <- function(x, name, constraint) {
  if (as.logical(constraint$check(x$detach())$all())) return(invisible())
  amiss <- if (constraint$dims == 0L) sprintf("; there is %s among its elements", first_amiss(x$detach(), constraint)) else ""
  refuse("`%s` must be %s%s", name, constraint$text, amiss)
}
first_amiss <- function(x, constraint) format(as.numeric(x$masked_select(constraint$check(x)$logical_not())[1L]), digits = 6L)
