# What R's functions ask of an argument that they read themselves. Numbers, flags and tensors are read as the ops read theirs:
# .Call(ffi_number, x, "x"), and ffi_integer, ffi_count, ffi_flag, ffi_as_tensor.

is_string <- function(x) is.character(x) && length(x) == 1L && !is.na(x) && validUTF8(x)

one_of <- function(x, name, choices, call = users_call()) {
  if (is_string(x) && x %in% choices) return(invisible(x))
  quoted <- paste0("\"", choices, "\"")
  n <- length(quoted)
  raise_error(sprintf("`%s` must be %s or %s", name, paste(quoted[-n], collapse = ", "), quoted[n]), call)
}
