# Errors come up from C as a message; here they become a condition whose call is the user's.
raise_error <- function(message, call = sys.call(-1)) {
  stop(structure(class = c("rushlight_error", "error", "condition"), list(message = message, call = call)))
}
