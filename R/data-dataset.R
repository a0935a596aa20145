#' Datasets
#'
#' `dataset()` makes a class of datasets: a function that makes datasets. What `[` gives is an item, or a batch of several.
#' `tensor_dataset()` is a dataset of the rows of tensors, `dataset_subset()` of some items of another dataset, and `iterable_dataset()`
#' makes
#' classes of datasets that can only be read from the first item to the last.
#'
#' A class has methods, functions with access to the dataset as `self`:
#'
#' * `initialize(...)`, which takes the arguments of the generator;
#' * `.getitem(i)`, which gives item `i`, counted from 1: a tensor, numbers, a string, or a list of such;
#' * `.getbatch(i)`, optional: it gives the items `i` at once, stacked, and is used by [dataloader()] where it is there;
#' * `.length()`, which gives the number of items;
#' * of an iterable dataset, instead, `.iter()`, which gives a function without arguments that gives the next item each time it is
#'   called, and
#'   [coro::exhausted()] after the last; [coro::generator()] makes such functions.
#'
#' @param name the name of the class, a string, or `NULL`.
#' @param inherit the class that it inherits from, as `dataset()` returned it; its methods are called as `super$method()`.
#' @param ... methods and fields of the class, by name; of `tensor_dataset()`: tensors of as many rows, with or without names.
#' @param private,active lists of private members and of active bindings, as [R6::R6Class()] takes them.
#' @param parent_env the environment of the methods.
#' @param dataset a dataset.
#' @param indices the numbers of the items, counted from 1, in their order.
#' @return `dataset()` and `iterable_dataset()` return functions of class `dataset_generator` and `iterable_dataset_generator`, with the
#'   arguments of `initialize()`; these, `tensor_dataset()` and `dataset_subset()` return datasets: objects of \pkg{R6} of the class
#'   `name` and
#'   `dataset`. `length(ds)` is the number of items, `ds[i]` one item, and `ds[i:j]` a batch of them.
#' @section Errors:
#' Refused are an `inherit` that is no class of datasets, tensors of unequal length, numbers of items that are 0, negative, missing or
#' beyond
#' the last one, and `length()` of a dataset without a method `.length()`.
#' @examples
#' squares <- dataset(
#'   "squares",
#'   initialize = function(n) self$n <- n,
#'   .getitem = function(i) list(x = i, y = i^2),
#'   .length = function() self$n
#' )
#' ds <- squares(10)
#' length(ds)
#' ds[3]
#' ds[2:4]
#'
#' pairs <- tensor_dataset(x = torch_randn(10, 3), y = torch_arange(1, 10))
#' pairs[1:2]$y
#' length(dataset_subset(pairs, c(1, 5, 7)))
#'
#' countdown <- iterable_dataset(
#'   "countdown",
#'   initialize = function(from) self$from <- from,
#'   .iter = function() {
#'     left <- self$from
#'     function() if (left > 0) (left <<- left - 1) + 1 else coro::exhausted()
#'   }
#' )
#' coro::collect(as_iterator(countdown(3)))
#' @seealso [dataloader()] for batches, in random order or by other processes.
#' @export
dataset <- function(name = NULL, inherit = Dataset, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  class <- define_class(name, inherit, rlang::list2(...), private, active, parent_env, "Dataset", "datasets, as dataset()")
  generator_of(class, "Dataset", c(classes_of(class), "dataset_generator"))
}

#' @rdname dataset
#' @export
iterable_dataset <- function(name, inherit = IterableDataset, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  class <- define_class(
    name, inherit, rlang::list2(...), private, active, parent_env, "Dataset", "iterable datasets, as iterable_dataset()"
  )
  generator_of(class, "Dataset", c(classes_of(class), "iterable_dataset_generator"))
}

#' @export
print.dataset_generator <- function(x, ...) print_class(x, "datasets")

#' @export
print.iterable_dataset_generator <- function(x, ...) print_class(x, "iterable datasets")

Dataset <- R6::R6Class(
  "dataset",
  lock_objects = FALSE,
  public = list(
    initialize = function(...) NULL,
    .getitem = function(i) raise_error("this dataset has no .getitem(i); its class needs one: dataset(.getitem = function(i) ...)"),
    print = function(...) {
      cat(sprintf("<%s> a dataset%s\n", class(self)[1L], if (is.null(self$.length)) "" else sprintf(" of %g items", self$.length())))
      invisible(self)
    }
  )
)

IterableDataset <- R6::R6Class(
  "iterable_dataset",
  lock_objects = FALSE,
  inherit = Dataset,
  public = list(
    .iter = function() raise_error("this dataset has no .iter(); its class needs one: iterable_dataset(.iter = function() ...)")
  )
)

is_iterable_dataset <- function(x) inherits(x, "iterable_dataset")

#' @export
length.dataset <- function(x) {
  if (is.null(x$.length)) raise_error("this dataset does not tell its length; its class needs one: dataset(.length = function() ...)")
  x$.length()
}

#' @export
length.iterable_dataset <- function(x) if (is.null(x$.length)) NA_integer_ else x$.length()

#' @export
`[.dataset` <- function(x, i) {
  i <- numbers_of_items(i, x)
  if (length(i) == 1L) return(x$.getitem(i))
  if (is.null(x$.getbatch)) collate_items(lapply(i, x$.getitem)) else x$.getbatch(i)
}

#' @export
`[[.dataset` <- function(x, i) {
  if (is.character(i)) return(get0(i, x, inherits = FALSE))
  i <- numbers_of_items(i, x)
  if (length(i) != 1L) raise_error("`i` must be the number of one item")
  x$.getitem(i)
}

numbers_of_items <- function(i, dataset, call = users_call()) {
  if (inherits(i, "torch_tensor")) i <- as.numeric(i)
  n <- if (is.null(dataset$.length)) Inf else dataset$.length()
  if (is.numeric(i) && length(i) && !anyNA(i) && all(i >= 1 & i <= n & i == trunc(i))) return(as.integer(i))
  raise_error(sprintf("`i` must be numbers of items, from 1 to %g", n), call)
}

#' @rdname dataset
#' @export
tensor_dataset <- dataset(
  "tensor_dataset",
  initialize = function(...) {
    tensors <- rlang::list2(...)
    if (!length(tensors)) raise_error("`...` must be tensors: there is none")
    for (k in seq_along(tensors)) {
      if (!inherits(tensors[[k]], "torch_tensor")) raise_error(sprintf("`...` must be tensors; argument %d is none", k))
      if (!length(dim(tensors[[k]]))) raise_error(sprintf("tensor %d has no dimension, and so no items", k))
    }
    rows <- vapply(tensors, function(x) dim(x)[1L], 0L)
    if (any(rows != rows[1L])) {
      raise_error(sprintf("the tensors must have as many items, along their first dimension; they have %s", paste(rows, collapse = ", ")))
    }
    self$tensors <- tensors
  },
  .getitem = function(i) lapply(self$tensors, function(x) x$select(1L, i)),
  .getbatch = function(i) {
    i <- torch_tensor(i, dtype = torch_long())
    lapply(self$tensors, torch_index_select, 1L, i)
  },
  .length = function() dim(self$tensors[[1L]])[1L],
  parent_env = environment()
)

#' @rdname dataset
#' @export
dataset_subset <- dataset(
  "dataset_subset",
  initialize = function(dataset, indices) {
    if (!inherits(dataset, "dataset") || is_iterable_dataset(dataset)) raise_error("`dataset` must be a dataset whose items have numbers")
    self$dataset <- dataset
    self$indices <- if (length(indices)) numbers_of_items(indices, dataset) else integer()
    if (!is.null(dataset$.getbatch)) self$.getbatch <- function(i) self$dataset$.getbatch(self$indices[i])
  },
  .getitem = function(i) self$dataset$.getitem(self$indices[i]),
  .length = function() length(self$indices),
  parent_env = environment()
)
