#' Batches of a dataset
#'
#' A loader takes the items of a dataset in batches, in order or shuffled anew in each pass, in this process or by others.
#'
#' [coro::loop()] goes through the batches: `coro::loop(for (batch in loader) ...)`. So do, by hand, `dataloader_make_iter()`, which
#' begins a
#' pass, and `dataloader_next()`, which gives the next batch; and `enumerate()`, for `for (batch in enumerate(loader))`, whose elements are
#' loaded when they are first used: `batch[[1]]` or `batch$x`.
#'
#' @section Batches:
#' If the dataset has a method `.getbatch()`, that gives the batch, and numbers in it become tensors. Else the items are stacked:
#' tensors of one
#' shape, and numbers and arrays, along a new first dimension, also where the batch has one item; lists of them element by element, under
#' their names; strings stay strings. Integers become `torch_long()`, doubles `torch_float()`, logicals `torch_bool()`.
#'
#' @section Workers:
#' With `num_workers` above 0, as many processes load batches ahead while the last one is used; the order is the same. Where the platform
#' has forks, a worker is a forked process, which shares the memory of the dataset; elsewhere (Windows) it is a new one, which is sent the
#' dataset, `worker_globals` and `worker_packages`. Workers live as long as the pass, compute with one thread, and what they
#' change stays with them. An error in a worker is one here, with its words; so is a worker that ends or is killed.
#'
#' What a batch draws at random follows from a number that the pass takes from the generator of [torch_manual_seed()] and from which
#' batch it
#' is: it differs between batches and passes, does not depend on the number of workers as long as there are any, and repeats after
#' `torch_manual_seed()`. That holds for \pkg{rushlight}'s random numbers and for R's.
#'
#' An iterable dataset, which has an order but no numbers of items, can have one worker, and `shuffle` does not change its order.
#'
#' @param dataset a dataset, as [dataset()] describes.
#' @param batch_size the number of items in a batch; the last one may have fewer. `NULL`: items come one by one, as they are, numbers as
#'   tensors.
#' @param shuffle whether each pass takes the items in another order, drawn from the generator of [torch_manual_seed()].
#' @param sampler a [sampler()] that gives the order, in place of `shuffle`.
#' @param batch_sampler a sampler that gives the numbers of the items of each batch, in place of `batch_size`, `shuffle`, `sampler` and
#'   `drop_last`.
#' @param num_workers how many other processes load batches; 0: this one does.
#' @param collate_fn a function that makes a batch of the list of items, or of what `.getbatch()` gave; `NULL`: as described below.
#' @param pin_memory accepted, and without effect on a CPU.
#' @param drop_last whether to leave out a last batch of fewer items.
#' @param timeout how many seconds to wait for a worker's batch; -1: for ever.
#' @param worker_init_fn a function that each worker calls first, with its number, from 1.
#' @param worker_globals a list of objects that workers get in their global environment, by name, or the names of objects of the caller.
#' @param worker_packages the names of packages that workers attach.
#' @param progress whether a bar of \pkg{cli} shows how far a pass is, its rate, and the time that is left.
#' @param iter what `dataloader_make_iter()` returned.
#' @param completed what `dataloader_next()` gives after the last batch.
#' @param x a loader, or any object.
#' @param dataloader a loader.
#' @param ... for methods.
#' @return `dataloader()` returns a loader, an object of \pkg{R6}; `length()` of it is the number of batches, or `NA` where the dataset
#'   does not
#'   tell. `dataloader_make_iter()` returns an iterator, `dataloader_next()` a batch, `enumerate()` a list, `is_dataloader()` `TRUE` or
#'   `FALSE`.
#' @section Errors:
#' Refused are items that do not stack (the message tells which, and their shapes), a `dataset` that is none, one without `.length()` where
#' there is no sampler, a sampler of an iterable dataset, more than one of `shuffle`, `sampler` and `batch_sampler`, and
#' numbers of items or workers that are none. A worker that fails, ends, or takes longer than `timeout` is an error of the pass.
#' @examples
#' ds <- tensor_dataset(x = torch_randn(10, 3), y = torch_arange(1, 10))
#' loader <- dataloader(ds, batch_size = 4, shuffle = TRUE)
#' length(loader)
#' coro::loop(for (batch in loader) print(batch$y))
#'
#' iter <- dataloader_make_iter(loader)
#' while (!is.null(batch <- dataloader_next(iter))) cat(batch$x$shape, "\n")
#'
#' for (batch in enumerate(loader)) cat(batch$x$shape, "\n")
#' is_dataloader(loader)
#' @importFrom coro as_iterator
#' @importFrom utils head
#' @export
dataloader <- function(dataset, batch_size = 1, shuffle = FALSE, sampler = NULL, batch_sampler = NULL, num_workers = 0, collate_fn = NULL,
                       pin_memory = FALSE, drop_last = FALSE, timeout = -1, worker_init_fn = NULL, worker_globals = NULL,
                       worker_packages = NULL, progress = FALSE) {
  if (!inherits(dataset, "dataset")) raise_error("`dataset` must be a dataset, as dataset() or tensor_dataset() makes one")
  if (!is.null(batch_size)) batch_size <- positive_count(batch_size, "batch_size")
  shuffle <- .Call(ffi_flag, shuffle, "shuffle")
  num_workers <- .Call(ffi_count, num_workers, "num_workers")
  .Call(ffi_flag, pin_memory, "pin_memory")
  drop_last <- .Call(ffi_flag, drop_last, "drop_last")
  timeout <- .Call(ffi_number, timeout, "timeout")
  progress <- .Call(ffi_flag, progress, "progress")
  for (name in c("collate_fn", "worker_init_fn")) {
    if (!is.null(get(name)) && !is.function(get(name))) raise_error(sprintf("`%s` must be a function, or NULL", name))
  }
  if (!is.null(worker_packages) && !is.character(worker_packages)) raise_error("`worker_packages` must be names of packages, or NULL")
  if (is.character(worker_globals)) worker_globals <- mget(worker_globals, envir = parent.frame(), inherits = TRUE)
  if (!is.null(worker_globals) && (!is.list(worker_globals) || is.null(names(worker_globals)))) {
    raise_error("`worker_globals` must be a list of objects by name, names of objects, or NULL")
  }
  order <- order_of_batches(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last, num_workers)
  DataLoader$new(list(
    dataset = dataset, batch_size = batch_size, sampler = order$sampler, batch_sampler = order$batch_sampler, num_workers = num_workers,
    collate_fn = collate_fn, drop_last = drop_last, timeout = timeout, worker_init_fn = worker_init_fn,
    worker_globals = worker_globals, worker_packages = worker_packages, progress = progress
  ))
}

positive_count <- function(x, name, call = users_call()) {
  x <- .Call(ffi_count, x, name)
  if (x < 1) raise_error(sprintf("`%s` must be at least 1", name), call)
  x
}

# Samplers of items and of batches; none for an iterable dataset, none of batches where there are none.
order_of_batches <- function(dataset, batch_size, shuffle, sampler, batch_sampler, drop_last, num_workers, call = users_call()) {
  if (is_iterable_dataset(dataset)) {
    if (!is.null(sampler) || !is.null(batch_sampler)) {
      raise_error("an iterable dataset has an order of its own: `sampler` and `batch_sampler` cannot be given", call)
    }
    if (num_workers > 1) raise_error("an iterable dataset can have one worker: several would each give every item", call)
    return(list())
  }
  for (name in c("sampler", "batch_sampler")) {
    given <- get(name)
    if (!is.null(given) && !(is.environment(given) && is.function(given$.iter))) {
      raise_error(sprintf("`%s` must be a sampler, as sampler() has it, or NULL", name), call)
    }
  }
  if (sum(shuffle, !is.null(sampler), !is.null(batch_sampler)) > 1) {
    raise_error("`shuffle`, `sampler` and `batch_sampler` say the same: give one of them", call)
  }
  if (!is.null(batch_sampler)) return(list(batch_sampler = batch_sampler))
  if (is.null(sampler)) {
    if (is.null(dataset$.length)) {
      raise_error("`dataset` has no .length(), which a loader needs: give its class one, or give a `sampler`", call)
    }
    sampler <- item_order(dataset, shuffle)
  }
  list(sampler = sampler, batch_sampler = if (!is.null(batch_size)) item_batches(sampler, batch_size, drop_last))
}

DataLoader <- R6::R6Class(
  "dataloader",
  lock_objects = FALSE,
  public = list(
    initialize = function(fields) list2env(fields, self),
    .iter = function() dataloader_iterator(self),
    .length = function() {
      if (!is.null(self$batch_sampler)) return(self$batch_sampler$.length())
      if (!is.null(self$sampler)) return(self$sampler$.length())
      items <- length(self$dataset)
      if (is.na(items)) return(NA_integer_)
      if (is.null(self$batch_size)) items else batches_among(items, self$batch_size, self$drop_last)
    },
    print = function(...) {
      cat(sprintf("<dataloader> %s batches of <%s>\n", format(self$.length()), class(self$dataset)[1L]))
      invisible(self)
    }
  )
)

#' @rdname dataloader
#' @export
is_dataloader <- function(x) inherits(x, "dataloader")

#' @export
length.dataloader <- function(x) x$.length()
