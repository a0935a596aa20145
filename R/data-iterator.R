# A pass through the batches of a loader, by this process or by workers, and the ways to go through it.

# What makes batches: given to workers as it stands.
source_of_batches <- function(loader) {
  getbatch <- loader$dataset$.getbatch
  collate <- loader$collate_fn
  single <- is.null(loader$batch_size) && is.null(loader$batch_sampler)
  made_at_once <- single || is.function(getbatch) && !is_iterable_dataset(loader$dataset)
  if (is.null(collate)) collate <- if (made_at_once) convert_batch else collate_items
  list(dataset = loader$dataset, collate = collate, single = single, items = new.env())
}

# A request is the numbers of the items, or how many are to follow, and a seed.
fetch_batch <- function(source, request) {
  if (!is.null(request$seed)) {
    torch_manual_seed(request$seed)
    set.seed(request$seed)
  }
  dataset <- source$dataset
  if (!is.null(request$following)) {
    if (is.null(source$items$following)) source$items$following <- asked_to_its_end(dataset$.iter())
    items <- take_up_to(request$following, source$items$following)
    if (!length(items) || length(items) < request$at_least) return(coro::exhausted())
    return(source$collate(if (source$single) items[[1L]] else items))
  }
  if (source$single) return(source$collate(dataset$.getitem(request$items)))
  source$collate(if (is.null(dataset$.getbatch)) lapply(request$items, dataset$.getitem) else dataset$.getbatch(as.integer(request$items)))
}

# A function that gives the next request, or coro::exhausted().
requests_of <- function(loader) {
  if (is_iterable_dataset(loader$dataset)) {
    n <- if (is.null(loader$batch_size)) 1L else loader$batch_size
    request <- list(following = n, at_least = if (loader$drop_last) n else 1L)
    return(function() request)
  }
  following <- (if (is.null(loader$batch_sampler)) loader$sampler else loader$batch_sampler)$.iter()
  function() {
    items <- following()
    if (coro::is_exhausted(items)) items else list(items = items)
  }
}

dataloader_iterator <- function(loader) {
  requests <- requests_of(loader)
  source <- source_of_batches(loader)
  batches <- if (loader$num_workers > 0) by_workers(loader, source, requests) else in_this_process(source, requests)
  DataLoaderIterator$new(if (loader$progress) with_progress(batches, loader$.length()) else batches, loader)
}

DataLoaderIterator <- R6::R6Class(
  "dataloader_iter",
  public = list(
    .loader = NULL,
    .next = NULL,
    initialize = function(batches, loader) {
      self$.next <- batches
      self$.loader <- loader
    },
    .length = function() self$.loader$.length(),
    print = function(...) {
      cat("<dataloader_iter> a pass through the batches of a loader: dataloader_next() gives the next one\n")
      invisible(self)
    }
  )
)

in_this_process <- function(source, requests) {
  function() {
    request <- requests()
    if (coro::is_exhausted(request)) request else fetch_batch(source, request)
  }
}

# Each worker has one request at a time. When its answer is taken it gets the next one, so that as many batches are loaded ahead as
# there are
# workers.
by_workers <- function(loader, source, requests) {
  seed <- as.numeric(torch_randint(1, 2^30, 1L))
  n <- loader$num_workers
  pool <- new.env()
  pool$workers <- list()
  pool$busy <- logical(n)
  pool$ended <- pool$reading <- FALSE
  owner <- Sys.getpid()
  stop_all <- function(pool) {
    if (Sys.getpid() != owner) return() # a fork has the pool, too, and may collect it
    for (k in seq_along(pool$workers)) stop_worker(pool$workers[[k]], pool$busy[k])
    pool$workers <- list()
    pool$ended <- TRUE
  }
  reg.finalizer(pool, stop_all, onexit = TRUE)
  asked <- taken <- 0
  ask <- function(k) {
    request <- requests()
    if (coro::is_exhausted(request)) return()
    asked <<- asked + 1
    request$seed <- (seed + asked) %% 2^31
    send(pool$workers[[k]]$connection, request)
    pool$busy[k] <- TRUE
  }
  start <- function() {
    for (k in seq_len(n)) {
      setup <- list(id = k, init = loader$worker_init_fn, globals = loader$worker_globals, packages = loader$worker_packages)
      pool$workers[[k]] <- start_worker(k, source, setup, lapply(pool$workers, `[[`, "connection"))
    }
    for (k in seq_len(n)) ask(k)
  }
  take <- function(k) {
    worker <- pool$workers[[k]]
    if (!answers_within(worker, loader$timeout)) {
      raise_error(sprintf("worker %d has not given its batch within the `timeout` of %g seconds", k, loader$timeout), NULL)
    }
    answer <- receive(worker$connection)
    if (is.null(answer)) {
      raise_error(sprintf("worker %d (process %d) has ended before it gave its batch: it was killed, or crashed", k, worker$pid), NULL)
    }
    if (!is.null(answer$error)) raise_error(sprintf("worker %d failed: %s", k, answer$error), NULL)
    for (message in answer$warnings) warning(message, call. = FALSE)
    pool$busy[k] <- FALSE
    answer$value
  }
  function() {
    if (pool$reading) raise_error("this pass ended with an error or an interrupt: begin another one, with dataloader_make_iter()", NULL)
    if (pool$ended) return(coro::exhausted())
    pool$reading <- TRUE
    on.exit(if (pool$reading) stop_all(pool))
    if (!length(pool$workers)) start()
    k <- taken %% n + 1
    batch <- if (taken < asked) take(k) else coro::exhausted()
    taken <<- taken + 1
    if (coro::is_exhausted(batch)) stop_all(pool) else ask(k)
    pool$reading <- FALSE
    batch
  }
}

with_progress <- function(batches, total) {
  bar <- new.env()
  cli::cli_progress_bar(
    total = total, .envir = bar, .auto_close = FALSE,
    format = "{cli::pb_bar} {cli::pb_current}/{cli::pb_total} | {cli::pb_rate} | ETA: {cli::pb_eta}"
  )
  function() {
    batch <- batches()
    if (coro::is_exhausted(batch)) cli::cli_progress_done(.envir = bar) else cli::cli_progress_update(.envir = bar)
    batch
  }
}

#' @rdname dataloader
#' @export
dataloader_make_iter <- function(dataloader) {
  if (!is_dataloader(dataloader)) raise_error("`dataloader` must be a loader, as dataloader() makes one")
  dataloader$.iter()
}

#' @rdname dataloader
#' @export
dataloader_next <- function(iter, completed = NULL) {
  if (!inherits(iter, "dataloader_iter")) raise_error("`iter` must be what dataloader_make_iter() returned")
  batch <- iter$.next()
  if (coro::is_exhausted(batch)) completed else batch
}

# ---- iteration ----

#' @rdname dataloader
#' @export
enumerate <- function(x, ...) UseMethod("enumerate")

#' @export
enumerate.default <- function(x, ...) raise_error("`x` must be a loader, as dataloader() makes one")

# Elements that load their batch, and those before it, when they are first read.
#' @export
enumerate.dataloader <- function(x, ...) {
  n <- length(x)
  if (is.na(n)) raise_error("`x` has no length, as its dataset is iterable: use coro::loop()")
  iter <- dataloader_make_iter(x)
  loaded <- list()
  take <- function(k) {
    while (length(loaded) < k) loaded[length(loaded) + 1L] <<- list(dataloader_next(iter))
    batch <- loaded[[k]]
    loaded[k] <<- list(NULL)
    batch
  }
  lapply(seq_len(n), function(k) {
    element <- new.env(parent = emptyenv())
    delayedAssign("batch", take(k), assign.env = element)
    structure(element, class = "enum_env")
  })
}

#' @export
`[[.enum_env` <- function(x, i) get("batch", envir = x)[[i]]

#' @export
`$.enum_env` <- function(x, name) get("batch", envir = x)[[name]]

#' @export
print.enum_env <- function(x, ...) {
  print(get("batch", envir = x))
  invisible(x)
}

#' @importFrom coro as_iterator
#' @export
coro::as_iterator

#' @importFrom coro loop
#' @export
coro::loop

#' @importFrom coro yield
#' @export
coro::yield

#' @export
as_iterator.dataloader <- function(x) x$.iter()$.next

#' @export
as_iterator.iterable_dataset <- function(x) x$.iter()

#' @export
as_iterator.utils_sampler <- function(x) x$.iter()
