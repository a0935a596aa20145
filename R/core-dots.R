# What stands in `...`. Where it is data, only labels have names; where it is not used, nothing may stand there. Anything else would be a
# misspelt argument that is taken for data, or dropped.

no_names <- function(..., known = arguments_of(sys.function(-1L)), call = users_call()) {
  given <- ...names()
  given <- given[nzchar(given) & !is.na(given)]
  if (length(given)) refuse_argument(given[1L], known, call)
}

no_dots <- function(..., known = arguments_of(sys.function(-1L)), call = users_call()) {
  if (...length() == 0L) return(invisible())
  no_names(..., known = known, call = call)
  raise_error("there are more arguments than the function has", call)
}

arguments_of <- function(f) setdiff(names(formals(f)), "...")

refuse_argument <- function(name, known, call) {
  nearest <- nearest_name(name, known)
  hint <- if (length(nearest)) sprintf("; the nearest is `%s`", nearest) else ""
  raise_error(sprintf("`%s` is no argument of this function%s", name, hint), call)
}

# What NumPy and base R call it otherwise, what it abbreviates, or what it is by a slip of the fingers.
nearest_name <- function(name, known) {
  other_names <- c(axis = "dim", axes = "dim", shape = "size")
  plain <- function(x) gsub("[._]", "", tolower(x))
  wanted <- plain(name)
  if (wanted %in% names(other_names) && other_names[[wanted]] %in% known) return(other_names[[wanted]])
  longer <- known[startsWith(plain(known), wanted)]
  if (length(longer)) longer[1L] else known[which.min(utils::adist(wanted, plain(known)))]
}
