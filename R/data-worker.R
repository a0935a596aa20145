# Workers: R processes that answer requests, one at a time and in order, over a socket. Where the platform forks, a worker is forked and
# shares the memory of the dataset; else it is a new process that is sent the dataset. A worker ends when its connection does.
#
# A message is its length, a double, and as many bytes of serialize(). A request is one of fetch_batch()'s; an answer is a list of `value`,
# `warnings` and, if it failed, `error`.

start_worker <- function(id, source, setup, others) {
  token <- paste(Sys.getpid(), id, format(Sys.time(), "%H%M%OS6"))
  listening <- open_port()
  on.exit(close(listening$socket))
  if (can_fork()) {
    job <- parallel::mcparallel(
      {
        for (connection in others) close(connection)
        close(listening$socket)
        work_for(listening$port, token, source, setup)
      },
      mc.set.seed = FALSE, mc.interactive = FALSE, detached = TRUE
    )
  } else {
    code <- sprintf("library(rushlight); rushlight:::work_for(%dL, '%s')", listening$port, token)
    libraries <- paste0("R_LIBS=", paste(.libPaths(), collapse = .Platform$path.sep))
    system2(file.path(R.home("bin"), "Rscript"), c("-e", shQuote(code)), env = libraries, stdout = "", stderr = "", wait = FALSE)
  }
  connection <- socketAccept(listening$socket, blocking = TRUE, open = "a+b", timeout = LONG, options = "no-delay")
  hello <- receive(connection)
  if (!identical(hello$token, token)) raise_error("another process has connected in place of a worker", NULL)
  if (!can_fork()) send(connection, list(source = source, setup = setup))
  assign(as.character(hello$pid), connection, envir = open_connections)
  list(id = id, pid = hello$pid, connection = connection)
}

# R closes a connection that nothing holds, with a warning; so one is held until its worker is stopped.
open_connections <- new.env()

LONG <- 30 * 24 * 3600 # seconds that a connection may be silent

can_fork <- function() .Platform$OS.type == "unix" && getOption("rushlight.fork", TRUE)

open_port <- function() {
  first <- 11000L + Sys.getpid() %% 1000L * 37L
  for (port in first + 0:99) {
    socket <- tryCatch(suppressWarnings(serverSocket(port)), error = function(e) NULL)
    if (!is.null(socket)) return(list(port = port, socket = socket))
  }
  raise_error("no port of this machine is free for a worker to connect to", NULL)
}

send <- function(connection, message) {
  bytes <- serialize(message, NULL, xdr = FALSE)
  writeBin(c(writeBin(as.double(length(bytes)), raw()), bytes), connection)
}

# NULL where the connection has ended.
receive <- function(connection) {
  length <- tryCatch(readBin(connection, "double", 1L), error = function(e) numeric())
  if (!length(length)) return(NULL)
  bytes <- tryCatch(readBin(connection, "raw", length), error = function(e) raw())
  if (length(bytes) == length) unserialize(bytes)
}

# Whether the worker's answer, or the end of its connection, comes within some seconds; if they are negative it is waited for. A signal,
# such as that of a child that has ended, wakes socketSelect() too early.
answers_within <- function(worker, seconds) {
  end <- if (seconds >= 0) Sys.time() + seconds
  repeat {
    left <- if (!is.null(end)) max(0, as.numeric(end - Sys.time(), units = "secs"))
    if (socketSelect(list(worker$connection), timeout = left)) return(TRUE)
    if (!is.null(left) && left == 0) return(FALSE)
  }
}

# What a worker does.
work_for <- function(port, token, source = NULL, setup = NULL) {
  connection <- socketConnection(port = port, blocking = TRUE, open = "a+b", timeout = LONG, options = "no-delay")
  on.exit(close(connection))
  send(connection, list(token = token, pid = Sys.getpid()))
  if (is.null(source)) {
    given <- receive(connection)
    source <- given$source
    setup <- given$setup
  }
  torch_set_num_threads(1L)
  failed <- answer_to(set_up(setup))$error
  while (!is.null(request <- receive(connection))) {
    send(connection, if (is.null(failed)) answer_to(fetch_batch(source, request)) else list(error = failed))
  }
}

answer_to <- function(code) {
  warnings <- character()
  answer <- tryCatch(
    withCallingHandlers(
      list(value = code),
      warning = function(w) {
        warnings <<- c(warnings, conditionMessage(w))
        invokeRestart("muffleWarning")
      }
    ),
    error = function(e) list(error = conditionMessage(e))
  )
  c(answer, list(warnings = warnings))
}

set_up <- function(setup) {
  list2env(as.list(setup$globals), globalenv())
  for (package in setup$packages) library(package, character.only = TRUE)
  if (!is.null(setup$init)) setup$init(setup$id)
}

stop_worker <- function(worker, busy) {
  if (busy) tools::pskill(worker$pid, tools::SIGTERM)
  tryCatch(close(worker$connection), error = function(e) NULL)
  rm(list = as.character(worker$pid), envir = open_connections)
}
