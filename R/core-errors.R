# Errors come up from C as a message; here they become a condition whose call is the user's. What went into a message may have been a
# vector or nothing; a message is one string.
raise_error <- function(message, call = sys.call(-1)) {
  message <- if (length(message)) paste(message[1]) else "this argument is not understood"
  stop(structure(class = c("rushlight_error", "error", "condition"), list(message = message, call = call)))
}
