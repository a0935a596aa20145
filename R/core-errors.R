# Errors come up from C as a message; here they become a condition whose call is the user's. What went into a message may have been a
# vector or nothing; a message is one string.
raise_error <- function(message, call = users_call()) {
  message <- if (length(message)) paste(message[1]) else "this argument is not understood"
  stop(structure(class = c(error_kind(message), "rushlight_error", "error", "condition"), list(message = message, call = call)))
}

raise_warning <- function(message, call = NULL) {
  warning(structure(class = c("rushlight_warning", "warning", "condition"), list(message = message, call = call)))
}

# The classes by which users of torch catch errors, each with what its messages say; the first that fits. Others are runtime_error.
error_kinds <- c(
  not_implemented_error = "is not defined for|works on .*, not on|are no complex|tensors live on the CPU",
  index_error = "out of range|^(an )?index |too many indices|dimension -?[0-9]+ does not exist|count from 1",
  type_error = "must be .*, not (a|an|NULL|TRUE|FALSE)\\b|dtype is not|must be a tensor|is no tensor",
  value_error = "must (not|be|have|lie|hold|contain)|`[^`]+` is |unknown|no argument|more arguments|has no such value|needs"
)
error_kind <- function(message) {
  fits <- vapply(error_kinds, grepl, NA, x = message, ignore.case = TRUE)
  if (any(fits)) names(error_kinds)[which(fits)[1L]] else "runtime_error"
}

# What C failed with. An op knows its arguments by the names in its schema, the user by those of the function that was called, which
# may pass them on under other names: the message tells the user's.
raise_failure <- function(message, op) {
  if (!is.null(op) && grepl("`", message, fixed = TRUE)) message <- with_names_of(sys.function(-1), message, op)
  if (startsWith(message, no_field)) message <- paste0(message, cure_for_field(sub("`$", "", substring(message, nchar(no_field) + 1L))))
  raise_error(message, users_call(sys.nframe() - 1L))
}

# The call that the user wrote: of the functions that led to the frame, directly or by way of base R's, the outermost of this package.
# The frame is that of what called the function in which users_call() stands.
users_call <- function(frame = c(sys.parents()[sys.parent()], 0L)[1L]) {
  if (frame < 1L) return(NULL)
  callers <- sys.parents()
  home <- function(n) topenv(environment(sys.function(n)))
  written <- frame
  while (frame > 0L && (identical(home(frame), topenv()) || identical(home(frame), .BaseNamespaceEnv))) {
    if (identical(home(frame), topenv())) written <- frame
    if (callers[frame] >= frame) break # what called it has ended: R gives a later frame
    frame <- callers[frame]
  }
  sys.call(written)
}

no_field <- "a tensor has no field or method `"
field_cures <- c(
  numpy = "as_array(x) gives an array of R", tolist = "as.list(x) and as_array(x) leave for R",
  zero_grad = "x$grad <- NULL lets go of a gradient",
  T = "x$t()", H = "x$t()", data = "x$detach()", len = "length(x)", astype = "x$to(dtype = )", cuda = "tensors live on the CPU"
)
cure_for_field <- function(name) {
  if (name %in% names(field_cures)) return(paste0("; ", field_cures[[name]]))
  known <- .DollarNames.torch_tensor(NULL)
  nearest <- nearest_name(name, known)
  is_near <- length(nearest) && nchar(name) && utils::adist(name, nearest) <= max(1, nchar(name) %/% 3)
  if (is_near) sprintf("; did you mean `%s`?", nearest) else ""
}

with_names_of <- function(fn, message, op) {
  if (!is.function(fn)) return(message)
  passed <- passed_to(fn, op)
  schema <- arguments_of_op(op)
  known <- setdiff(c(names(formals(fn)), "self"), c("e1", "e2")) # those of operators, which nobody writes
  told <- vapply(passed, function(x) is.symbol(x) && as.character(x) %in% known, NA)
  told <- which(told[seq_along(schema)])
  renamed(message, schema[told], vapply(passed[told], as.character, ""))
}

# All at once, since names may change places.
renamed <- function(message, from, to) {
  quoted <- gregexpr("`[^`]+`", message)
  names <- regmatches(message, quoted)
  places <- match(names[[1L]], paste0("`", from, "`"))
  names[[1L]][!is.na(places)] <- paste0("`", to, "`")[places[!is.na(places)]]
  regmatches(message, quoted) <- names
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
