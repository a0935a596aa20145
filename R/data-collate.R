# Items of a dataset as one batch: tensors and numbers are stacked, lists go in element by element, strings stay strings.

collate_items <- function(items) stack_items(items, "")

stack_items <- function(items, place) {
  first <- items[[1L]]
  if (is.null(first)) return(NULL)
  if (is.list(first) && !inherits(first, "torch_tensor")) return(stack_lists(items, place))
  if (is.character(first)) return(unlist(items))
  tensors <- if (is_number(first) && all(vapply(items, is_number, NA))) return(torch_tensor(unlist(items))) else lapply(items, as_item)
  for (k in seq_along(tensors)) check_stacks(tensors, items, k, place)
  torch_stack(tensors)
}

is_number <- function(x) (is.numeric(x) || is.logical(x)) && length(x) == 1L && is.null(attributes(x))

as_item <- function(x) {
  if (inherits(x, "torch_tensor")) return(x)
  if (is.factor(x)) return(torch_tensor(as.integer(x)))
  if (is.numeric(x) || is.logical(x)) torch_tensor(x)
}

check_stacks <- function(tensors, items, k, place) {
  if (is.null(tensors[[k]])) {
    raise_error(sprintf("item %d of the batch%s is of class %s; a batch is made of tensors, numbers, strings, and lists of them",
                        k, place, class(items[[k]])[1L]), NULL)
  }
  if (identical(dim(tensors[[k]]), dim(tensors[[1L]]))) return()
  raise_error(sprintf(
    "the items do not stack: item %d of the batch%s has shape %s, and item 1 has %s; give `collate_fn` to make a batch of them",
    k, place, text_of_shape(tensors[[k]]), text_of_shape(tensors[[1L]])
  ), NULL)
}

stack_lists <- function(items, place) {
  first <- items[[1L]]
  for (k in seq_along(items)) {
    if (is.list(items[[k]]) && length(items[[k]]) == length(first) && identical(names(items[[k]]), names(first))) next
    raise_error(sprintf("the items do not stack: item %d of the batch%s is not a list of the elements that item 1 has", k, place), NULL)
  }
  names <- if (is.null(names(first))) seq_along(first) else sprintf("`%s`", names(first))
  stacked <- lapply(seq_along(first), function(j) stack_items(lapply(items, `[[`, j), sprintf("%s, in element %s", place, names[j])))
  structure(stacked, names = names(first))
}

# Numbers become tensors, also within lists.
convert_batch <- function(x) {
  if (is.list(x) && !inherits(x, "torch_tensor")) {
    x[] <- lapply(x, convert_batch)
    return(x)
  }
  converted <- as_item(x)
  if (is.null(converted)) x else converted
}
