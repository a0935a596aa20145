# What the transforms of functions share: which arguments they differentiate by, what stands in them, and how results are shaped.
#
# An argument is a tree: a tensor, a vector of R, or a list of such, in any depth. Its leaves are the floating tensors and the numbers
# of R; whatever else stands in it is passed on as it is.

transform_call <- function(name) call(name, quote(f), quote(...))

check_transformed <- function(f, name) {
  if (is.function(f)) return(invisible(f))
  raise_error(sprintf("`f` must be a function, not %s", kind_in_words(f)), transform_call(name))
}

kind_in_words <- function(x) {
  if (is.null(x)) return("NULL")
  if (inherits(x, "torch_tensor")) return(sprintf("a %s tensor of shape [%s]", as.character(x$dtype), toString(dim(x))))
  if (is.atomic(x) && !is.object(x)) return(sprintf("a %s vector of length %d", typeof(x), length(x)))
  sprintf("an object of class %s", class(x)[1L])
}

# ---- which arguments ----

# Names of the arguments as f will match them: those that are given by name, then the others in the order of its formals.
matched_names <- function(f, arguments) {
  given <- names(arguments)
  if (is.null(given)) given <- character(length(arguments))
  free <- setdiff(setdiff(names(formals(args(f))), "..."), given)
  unnamed <- which(!nzchar(given))
  known <- seq_len(min(length(unnamed), length(free)))
  given[unnamed[known]] <- free[known]
  given
}

named_arguments <- function(f, arguments) structure(arguments, names = matched_names(f, arguments))

chosen_arguments <- function(f, arguments, wrt, argnums, name) {
  if (!is.null(wrt) && !is.null(argnums)) raise_error("`wrt` and `argnums` are two names of one argument: give one", transform_call(name))
  if (is.null(wrt)) wrt <- argnums
  if (is.null(wrt)) {
    if (is.null(names(arguments))) return(1L)
    wrt <- 1L
  }
  known <- matched_names(f, arguments)
  if (is.character(wrt)) {
    strange <- setdiff(wrt, known)
    if (length(strange)) {
      those <- paste0("`", known, "`", collapse = ", ")
      raise_error(sprintf("`wrt` must name arguments of f that are given; `%s` is none of %s", strange[1L], those), transform_call(name))
    }
    return(match(wrt, known))
  }
  if (!is.numeric(wrt) || !length(wrt) || anyNA(wrt) || any(wrt != round(wrt)) || any(wrt < 1 | wrt > length(arguments))) {
    raise_error(sprintf("`wrt` must be names or numbers of arguments, from 1 to %d", length(arguments)), transform_call(name))
  }
  order <- names(formals(args(f)))
  in_order <- c(match(intersect(order, known), known), setdiff(seq_along(known), match(order, known)))
  in_order[wrt]
}

# ---- trees ----

is_differentiable <- function(x) {
  if (inherits(x, "torch_tensor")) return(torch_is_floating_point(x))
  is.numeric(x) && !is.object(x)
}

is_tree <- function(x) is.list(x) && !is.object(x)

leaves_of <- function(tree) {
  if (is_differentiable(tree)) return(list(tree))
  if (!is_tree(tree)) return(list())
  do.call(c, c(list(list()), lapply(unname(tree), leaves_of)))
}

paths_of <- function(tree, path) {
  if (is_differentiable(tree)) return(path)
  if (!is_tree(tree)) return(character())
  labels <- names(tree)
  if (is.null(labels)) labels <- rep("", length(tree))
  steps <- ifelse(nzchar(labels), paste0("$", labels), sprintf("[[%d]]", seq_along(tree)))
  unlist(lapply(seq_along(tree), function(k) paths_of(tree[[k]], paste0(path, steps[k]))))
}

# The tree with other leaves; what is no leaf stays, or is NULL.
with_leaves <- function(tree, leaves, keep_others = TRUE) {
  used <- 0L
  walk <- function(tree) {
    if (is_differentiable(tree)) {
      used <<- used + 1L
      return(leaves[[used]])
    }
    if (!is_tree(tree)) return(if (keep_others) tree)
    for (k in seq_along(tree)) tree[k] <- list(walk(tree[[k]]))
    tree
  }
  walk(tree)
}

# The arguments to differentiate by, as one tree with its leaves as tensors.
read_arguments <- function(f, arguments, wrt, argnums, name) {
  chosen <- chosen_arguments(f, arguments, wrt, argnums, name)
  tree <- arguments[chosen]
  names(tree) <- matched_names(f, arguments)[chosen]
  originals <- leaves_of(tree)
  if (!length(originals)) {
    what <- if (length(tree) == 1L) sprintf("`%s` is %s", names(tree), kind_in_words(tree[[1L]])) else "none of them holds numbers"
    raise_error(
      paste0("there is nothing to differentiate by: ", what, "; it must be a floating tensor, numbers of R, or a list of these"),
      transform_call(name)
    )
  }
  single <- length(chosen) == 1L && length(c(wrt, argnums)) < 2L
  list(
    chosen = chosen, tree = tree, single = single, originals = originals, tensors = lapply(originals, as_double_tensor),
    of_r = !any(vapply(originals, inherits, NA, "torch_tensor"))
  )
}

as_double_tensor <- function(x) {
  if (inherits(x, "torch_tensor")) return(x)
  torch_tensor(if (is.null(dim(x))) as.double(x) else array(as.double(x), dim(x)), dtype = torch_double())
}

# The arguments, with tensors in the place of what is differentiated by.
put_leaves <- function(arguments, given, leaves) {
  arguments[given$chosen] <- with_leaves(given$tree, leaves)
  arguments
}

# What belongs to the leaves, as the arguments are.
as_arguments <- function(given, leaves) {
  tree <- with_leaves(given$tree, leaves, keep_others = FALSE)
  if (given$single) tree[[1L]] else tree
}

# ---- values ----

# R's numbers for a tensor, unless a transform around this one, or a graph, has yet to follow what is computed from it.
is_followed <- function(x) .Call(ffi_is_followed, x)

like_leaf <- function(x, original) {
  if (inherits(original, "torch_tensor") || is_followed(x)) return(x)
  storage.mode(original) <- "double"
  original[] <- as.numeric(as_array(x))
  original
}

like_input <- function(x, given) if (given$of_r && !is_followed(x)) numbers_of(x) else x

# The value of f, and what comes beside it.
split_aux <- function(value, has_aux, name) {
  if (!has_aux) return(list(value = value))
  if (!is.list(value) || length(value) != 2L) {
    raise_error(
      sprintf("with `has_aux = TRUE` f must return a list of two, the value and what comes beside it, not %s", kind_in_words(value)),
      transform_call(name)
    )
  }
  list(value = value[[1L]], aux = value[[2L]])
}

with_aux <- function(result, parts, has_aux, label) {
  if (!has_aux) return(result)
  structure(list(result, parts$aux), names = c(label, "aux"))
}

# The tensors that f has returned.
outputs_of_value <- function(value, name) {
  tensors <- Filter(function(x) inherits(x, "torch_tensor"), leaves_of(value))
  if (length(tensors) && length(tensors) == length(leaves_of(value))) return(tensors)
  if (is.numeric(value)) {
    raise_error(
      sprintf("f returned %s: numbers of R have no derivative. Compute with tensor operations to the end", kind_in_words(value)),
      transform_call(name)
    )
  }
  raise_error(sprintf("f must return a floating tensor or a list of them, not %s", kind_in_words(value)), transform_call(name))
}

check_one_number <- function(value, name) {
  if (is.numeric(value) && !is.object(value)) outputs_of_value(value, name)
  if (inherits(value, "torch_tensor") && length(value) == 1L && torch_is_floating_point(value)) return(invisible(value))
  raise_error(
    sprintf(
      "the value of f must be one number, a floating tensor of one element; it is %s. Use jacobian() for several",
      kind_in_words(value)
    ),
    transform_call(name)
  )
}

# A tree of numbers in the form of some tensors: directions and cotangents.
directions_for <- function(v, tensors, name, what) {
  leaves <- leaves_of(v)
  if (length(leaves) != length(tensors)) {
    raise_error(
      sprintf("`v` must be of the form of %s: it has %d parts, and %d are needed", what, length(leaves), length(tensors)),
      transform_call(name)
    )
  }
  Map(function(one, like) direction_for(one, like, name, what), leaves, tensors)
}

direction_for <- function(one, like, name, what) {
  shape <- dim(like)
  fits <- if (inherits(one, "torch_tensor")) identical(as.numeric(dim(one)), as.numeric(shape)) else length(one) == length(like)
  if (!fits) {
    raise_error(
      sprintf("`v` must be of the form of %s: it is %s, and shape [%s] is needed", what, kind_in_words(one), toString(shape)),
      transform_call(name)
    )
  }
  if (!inherits(one, "torch_tensor")) one <- torch_reshape(as_double_tensor(one), as.integer(shape))
  one$to(dtype = like$dtype)
}
