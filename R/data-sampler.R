#' Samplers
#'
#' `sampler()` makes a class of samplers, which tell [dataloader()] in what order it takes the items of a dataset.
#'
#' A class has the methods `.iter()`, which gives a function without arguments that gives the number of the next item, counted from 1, or
#' [coro::exhausted()] after the last, and `.length()`, how many numbers that are. A sampler of batches gives vectors of numbers.
#'
#' @inheritParams dataset
#' @param inherit the class that it inherits from, as `sampler()` returned it.
#' @return A function with the arguments of `initialize()` that makes samplers: objects of \pkg{R6} of the class `name` and `utils_sampler`.
#' @section Errors:
#' An `inherit` that is no class of samplers is refused.
#' @examples
#' every_second <- sampler(
#'   "every_second",
#'   initialize = function(dataset) self$n <- length(dataset),
#'   .iter = function() {
#'     at <- -1
#'     function() if ((at <<- at + 2) <= self$n) at else coro::exhausted()
#'   },
#'   .length = function() (self$n + 1) %/% 2
#' )
#' ds <- tensor_dataset(torch_arange(1, 7))
#' coro::collect(as_iterator(dataloader(ds, batch_size = 2, sampler = every_second(ds))))
#' @export
sampler <- function(name = NULL, inherit = Sampler, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  class <- define_class(name, inherit, rlang::list2(...), private, active, parent_env, "Sampler", "samplers, as sampler()")
  generator_of(class, "Sampler", c(classes_of(class), "utils_sampler_generator"))
}

Sampler <- R6::R6Class(
  "utils_sampler",
  lock_objects = FALSE,
  public = list(
    initialize = function(...) NULL,
    .iter = function() raise_error("this sampler has no .iter(); its class needs one: sampler(.iter = function() ...)"),
    .length = function() raise_error("this sampler has no .length(); its class needs one: sampler(.length = function() ...)")
  )
)

#' @export
length.utils_sampler <- function(x) x$.length()

# The numbers from 1 to the number of items, in order or shuffled anew each time; all of them are `.order()`.
item_order <- sampler(
  "item_order",
  initialize = function(dataset, shuffle) {
    self$dataset <- dataset
    self$shuffle <- shuffle
  },
  .order = function() {
    n <- length(self$dataset)
    if (self$shuffle && n > 0) as.integer(torch_randperm(n)) + 1L else seq_len(n)
  },
  .iter = function() batches_in(self$.order(), 1L, FALSE),
  .length = function() length(self$dataset),
  parent_env = environment()
)

batches_in <- function(order, batch_size, drop_last) {
  ends <- seq(batch_size, by = batch_size, length.out = batches_among(length(order), batch_size, drop_last))
  k <- 0L
  function() {
    if (k == length(ends)) return(coro::exhausted())
    k <<- k + 1L
    order[seq(ends[k] - batch_size + 1, min(ends[k], length(order)))]
  }
}

# Batches of what a sampler gives.
item_batches <- sampler(
  "item_batches",
  initialize = function(sampler, batch_size, drop_last) {
    self$sampler <- sampler
    self$batch_size <- batch_size
    self$drop_last <- drop_last
  },
  .iter = function() {
    if (is.function(self$sampler$.order)) return(batches_in(self$sampler$.order(), self$batch_size, self$drop_last))
    following <- asked_to_its_end(self$sampler$.iter())
    function() {
      batch <- take_up_to(self$batch_size, following)
      if (!length(batch) || self$drop_last && length(batch) < self$batch_size) coro::exhausted() else unlist(batch)
    }
  },
  .length = function() batches_among(self$sampler$.length(), self$batch_size, self$drop_last),
  parent_env = environment()
)

batches_among <- function(items, batch_size, drop_last) if (drop_last) items %/% batch_size else ceiling(items / batch_size)

# An iterator is not asked again after its end.
asked_to_its_end <- function(following) {
  force(following)
  ended <- FALSE
  function() {
    value <- if (ended) coro::exhausted() else following()
    ended <<- coro::is_exhausted(value)
    value
  }
}

take_up_to <- function(n, following) {
  taken <- vector("list", n)
  for (k in seq_len(n)) {
    value <- following()
    if (coro::is_exhausted(value)) return(taken[seq_len(k - 1L)])
    taken[[k]] <- value
  }
  taken
}
