# Errors come up from C as a message; here they become a condition whose call is the user's. What went into a message may have been a
# vector or nothing; a message is one string.
raise_error <- function(message, call = sys.call(-1)) {
  message <- if (length(message)) paste(message[1]) else "this argument is not understood"
  stop(structure(class = c("rushlight_error", "error", "condition"), list(message = message, call = call)))
}

# What C failed with. An op knows its arguments by the names in its schema, the user by those of the function that was called, which
# may pass them on under other names: the message tells the user's.
raise_failure <- function(message, op) {
  if (!is.null(op) && grepl("`", message, fixed = TRUE)) message <- with_names_of(sys.function(-1), message, op)
  raise_error(message, sys.call(-1))
}

with_names_of <- function(fn, message, op) {
  if (!is.function(fn)) return(message)
  passed <- passed_to(fn, op)
  schema <- arguments_of_op(op)
  known <- setdiff(c(names(formals(fn)), "self"), c("e1", "e2")) # those of operators, which nobody writes
  told <- vapply(passed, function(x) is.symbol(x) && as.character(x) %in% known, NA)
  for (k in which(told[seq_along(schema)])) {
    name <- as.character(passed[[k]])
    if (name != schema[k]) message <- gsub(paste0("`", schema[k], "`"), paste0("`", name, "`"), message, fixed = TRUE)
  }
  message
}

arguments_of_op <- function(op) {
  if (op == "backward") c("outputs", "gradient", "retain_graph", "create_graph", "inputs", "allow_unused") else names(op_schemas()[[op]])
}

# The arguments that a function's code gives to an op, as they stand there; none if it calls it in several ways.
passed_to <- function(fn, op) {
  entries <- paste0("ffi_", op, c("", "_"))
  found <- list()
  waiting <- Filter(is.call, list(body(fn)))
  while (length(waiting)) {
    parts <- as.list(waiting[[1]])
    waiting <- waiting[-1]
    is_entry <- identical(parts[[1]], quote(.Call)) && is.symbol(parts[[2]]) && as.character(parts[[2]]) %in% entries
    if (is_entry) found <- c(found, list(parts[-(1:2)]))
    waiting <- c(waiting, parts[vapply(seq_along(parts), function(k) is.call(parts[[k]]), NA)])
  }
  if (length(unique(found)) == 1L) found[[1]] else list()
}
