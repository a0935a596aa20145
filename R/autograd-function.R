#' A function with a derivative of your own
#'
#' Makes a function that the graph records as one step: its value is what `forward` computes, outside any graph, and its
#' derivative is what `backward` says. Use it where the derivative that would be recorded is costly, inaccurate or not the one you
#' want, or to bring in code that is no tensor operation at all.
#'
#' Both functions get a context as their first argument, conventionally called `ctx`, an environment with
#' \describe{
#'   \item{`ctx$save_for_backward(...)`}{called by `forward`: values for `backward` to use, named or not. A tensor among them that is
#'     later changed in place makes `backward` fail rather than compute with the wrong numbers.}
#'   \item{`ctx$saved_variables`}{the list of these. A name or number under which nothing was saved is an error.}
#'   \item{`ctx$needs_input_grad`}{a list of `TRUE` or `FALSE` for each argument of `forward`, by name.}
#'   \item{`ctx$mark_dirty(...)`}{called by `forward` with the arguments that it changes in place; they must be among what it returns.}
#'   \item{`ctx$mark_non_differentiable(...)`}{called by `forward` with outputs that have no gradient.}
#' }
#' and whatever else you assign to it.
#'
#' @param forward a function of `ctx` and any further arguments, of any kind. It returns a tensor or a list of tensors.
#' @param backward a function of `ctx` and one gradient for each tensor that `forward` returned (zeros where none
#'   arrived), or, if it has one argument beside `ctx` and there are
#'   several, of the list of them. It returns a list of gradients, named like the arguments of `forward` that they
#'   belong to, or all of them
#'   in order, without names. `NULL` stands for no gradient, and arguments left out have none. For a single argument the
#'   gradient itself will do. `backward` can be differentiated itself if it is made of tensor operations.
#' @return a function with the arguments of `forward` but for `ctx`, which returns what `forward` does: a tensor or a list of tensors.
#' @section Errors:
#' Refused are a `forward` or `backward` that is no function, arguments that `forward` does not have, a value of `forward` that is no
#' tensor, gradients for other arguments or of another number, gradients that are neither tensors nor `NULL`, and values of
#' `ctx$saved_variables` that were not saved.
#' @seealso [gradcheck()] to test the derivative; `vignette("extending-autograd")`.
#' @examples
#' cube <- autograd_function(
#'   forward = function(ctx, x) {
#'     ctx$save_for_backward(x = x)
#'     x * x * x
#'   },
#'   backward = function(ctx, gradient) {
#'     x <- ctx$saved_variables$x
#'     list(x = gradient * x * x * 3)
#'   }
#' )
#' x <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' cube(x)$sum()$backward()
#' x$grad
#' gradcheck(cube, list(c(1, 2)), order = 2)
#' @export
autograd_function <- function(forward, backward) {
  if (!is.function(forward) || !is.function(backward)) raise_error("`forward` and `backward` must be functions")
  if (!length(formals(forward))) raise_error("`forward` must be a function of the context and its arguments: function(ctx, ...)")
  signature <- function() NULL
  formals(signature) <- formals(forward)[-1]
  function(...) run_function(forward, backward, signature, list(...))
}

# The arguments by their names in forward; those that go to its dots keep theirs, or have none.
match_arguments <- function(signature, arguments) {
  expected <- names(formals(signature))
  if (!"..." %in% expected) {
    strange <- setdiff(names(arguments), c(expected, ""))
    if (length(strange)) refuse_argument(strange[1], expected, sys.call(-2))
    if (length(arguments) > length(expected)) {
      counts <- sprintf("%d arguments were given, and forward() takes %d after `ctx`", length(arguments), length(expected))
      raise_error(paste0(counts, if (length(expected) == 0L) ": its first formal must be `ctx`"), call = sys.call(-2))
    }
    if (is.null(names(arguments))) {
      names(arguments) <- expected[seq_along(arguments)]
      return(arguments)
    }
  }
  places <- as.list(seq_along(arguments))
  names(places) <- names(arguments)
  matched <- as.list(match.call(signature, as.call(c(quote(f), places))))[-1]
  result <- arguments[unlist(matched)]
  names(result) <- if (is.null(names(matched))) rep("", length(matched)) else names(matched)
  result
}

# f(...) with arguments of any kind, also calls and symbols. The call holds no values, so that what keeps a traceback keeps no tensors.
call_with <- function(f, arguments) {
  places <- lapply(seq_along(arguments), function(k) call("[[", quote(arguments), k))
  names(places) <- names(arguments)
  eval(as.call(c(quote(f), places)))
}

is_defined_tensor <- function(x) inherits(x, "torch_tensor") && !is_undefined_tensor(x)

run_function <- function(forward, backward, signature, arguments) {
  arguments <- match_arguments(signature, arguments)
  is_tensor <- vapply(arguments, is_defined_tensor, NA)
  tensors <- arguments[is_tensor]
  marks <- new.env(parent = emptyenv())
  ctx <- new_context(marks)
  needs <- lapply(arguments, function(x) is_defined_tensor(x) && x$requires_grad)
  needs[setdiff(names(formals(signature)), c(names(arguments), "..."))] <- FALSE
  ctx$needs_input_grad <- needs
  made <- with_no_grad(call_with(forward, c(list(ctx), arguments)))
  record <- list(
    context = ctx, backward = backward, inputs = names(tensors), saved = marks$saved, versions = NULL, outputs = NULL,
    arguments = names(arguments), is_tensor = is_tensor, formals = setdiff(names(formals(signature)), "...")
  )
  outputs <- .Call(ffi_function_outputs, record, unname(tensors), made, marks$dirty, marks$plain)
  let_go(ctx, marks)
  if (!is.list(made)) return(outputs[[1]])
  names(outputs) <- names(made)
  outputs
}

# The context outlives forward, within the graph that its tensors hold: it must not hold them.
let_go <- function(ctx, marks) {
  ctx$saved_variables <- NULL
  rm(list = ls(marks), envir = marks)
}

# What forward and backward know as ctx. `marks` gathers what forward says of its tensors.
new_context <- function(marks) {
  force(marks) # or it would hold the frame of the caller, and with that the outputs
  ctx <- new.env(parent = emptyenv())
  ctx$saved_variables <- saved_variables(list())
  ctx$save_for_backward <- function(...) {
    marks$saved <- list(...)
    ctx$saved_variables <- saved_variables(marks$saved)
    invisible()
  }
  ctx$mark_dirty <- function(...) {
    marks$dirty <- list(...)
    invisible()
  }
  ctx$mark_non_differentiable <- function(...) {
    marks$plain <- list(...)
    invisible()
  }
  structure(ctx, class = "torch_autograd_context")
}

# A list that tells what is not in it.
saved_variables <- function(values) structure(values, class = "torch_saved_variables")

#' @export
`$.torch_saved_variables` <- function(x, name) {
  check_saved(x, name, sys.call())
  unclass(x)[[name]]
}
#' @export
`[[.torch_saved_variables` <- function(x, i, ...) {
  check_saved(x, i, sys.call())
  unclass(x)[[i, ...]]
}
#' @export
print.torch_saved_variables <- function(x, ...) {
  print(unclass(x))
  invisible(x)
}

check_saved <- function(x, i, call) {
  if (length(i) != 1L || (if (is.character(i)) i %in% names(x) else !is.numeric(i) || abs(i) <= length(x))) return(invisible())
  named <- setdiff(names(x), "")
  saved <- if (length(named)) sprintf("; what was, is called %s", paste0("`", named, "`", collapse = ", ")) else ""
  what <- if (is.character(i)) sprintf("nothing was saved as `%s`", i) else sprintf("there is no saved value %g", i)
  raise_error(sprintf("%s: ctx$save_for_backward() was given %d values%s", what, length(x), saved), call)
}

#' @export
print.torch_autograd_context <- function(x, ...) {
  cat("the context of an autograd_function:", paste(ls(x), collapse = ", "), "\n")
  invisible(x)
}

# Called from C: the gradients of the tensors among the arguments, in their order.
run_backward <- function(record, gradients, saved) {
  ctx <- record$context
  ctx$saved_variables <- saved_variables(if (is.null(saved)) list() else saved)
  on.exit(ctx$saved_variables <- NULL)
  backward <- record$backward
  if (length(gradients) > 1L && takes_one_gradient(backward)) gradients <- list(gradients)
  returned <- call_with(backward, c(list(ctx), gradients))
  by_argument(returned, record)[record$is_tensor]
}

# Then a function of several outputs is given the list of their gradients.
takes_one_gradient <- function(backward) {
  formals <- names(formals(args(backward)))
  length(formals) == 2L && !"..." %in% formals
}

by_argument <- function(returned, record) {
  complain <- function(...) raise_error(sprintf(...), call = quote(backward(ctx, ...)))
  if (!is.list(returned)) returned <- list(returned)
  result <- vector("list", length(record$arguments))
  if (!length(returned)) return(result)
  given <- names(returned)
  if (!is.null(given) && all(nzchar(given))) {
    strange <- setdiff(given, c(record$formals, record$arguments))
    if (length(strange)) complain("backward() returned a gradient for `%s`, which is no argument of forward()", strange[1])
    places <- match(record$arguments, given)
  } else if (length(returned) == length(record$formals) && all(record$arguments %in% record$formals)) {
    places <- match(record$arguments, record$formals)
  } else if (length(returned) == length(record$arguments)) {
    places <- seq_along(returned)
  } else if (length(returned) == sum(record$is_tensor)) {
    places <- ifelse(record$is_tensor, cumsum(record$is_tensor), NA)
  } else {
    complain("backward() returned %d gradients without names; forward() has %d arguments", length(returned), length(record$formals))
  }
  for (k in which(!is.na(places) & record$is_tensor)) {
    gradient <- returned[[places[k]]]
    if (is.null(gradient)) next
    if (!inherits(gradient, "torch_tensor")) {
      complain(
        "backward() returned an object of class %s as the gradient of `%s`; it must be a tensor or NULL",
        class(gradient)[1], record$arguments[k]
      )
    }
    result[[k]] <- gradient
  }
  result
}
