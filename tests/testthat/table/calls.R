# Calling a row of the table with arguments that draw.R drew.
method <- function(x, name) eval(call("$", x, name))

call_row <- function(row, in_place, drawn) {
  values <- lapply(drawn, `[[`, "r")
  names(values) <- vapply(drawn, `[[`, "", "name")
  if (in_place) return(do.call(method(values[[1]], paste0(bare_name(row$call), "_")), values[-1]))
  if (startsWith(row$call, "$")) return(do.call(method(values[[1]], substring(row$call, 2L)), values[-1]))
  do.call(row$call, values)
}

flat_results <- function(result) {
  if (is_tensor(result)) return(list(result))
  if (is.list(result)) return(unlist(lapply(result, flat_results), recursive = FALSE))
  list(torch_tensor(result, dtype = if (is.logical(result)) torch_bool() else torch_double())$reshape(integer()))
}
is_tensor <- function(x) inherits(x, "torch_tensor")

# Which numbers are drawn: any, such as are often equal, NaN and infinities among them, the largest and smallest of the dtype among them.
moods <- c("plain", "ties", "special", "extreme")

# What draw.R keeps of a program: the tensors so far.
new_program <- function(mood) {
  p <- new.env()
  p$values <- list()
  p$last <- p$indices <- p$maybe_views <- integer()
  p$mood <- mood
  p
}
