# Base R's functions inside a function that is transformed.
#
# Some functions of base R never dispatch, or on their first argument only. A function to be transformed is evaluated in a copy: its
# enclosure is a child of its own that holds versions of these functions for tensors, and copies of the functions that it calls by
# name. Names that the user has given another meaning keep theirs; the user's environments are left as they are.

# The function f, in whose code base R's functions know tensors.
with_base_r <- function(f) knowing_tensors(f, new_copies())

# One overlay for each environment, and which functions were found by which names.
new_copies <- function() list2env(list(all = list(), found = list()), parent = emptyenv())

# with_base_r(f), made anew only where a function that it calls has changed.
kept_with_base_r <- function(f) {
  force(f)
  copies <- made <- NULL
  is_fresh <- function(one) identical(get0(one$name, one$home, mode = "function"), one$original)
  function() {
    for (one in copies$found) if (!is_fresh(one)) made <<- NULL
    if (is.null(made)) {
      copies <<- new_copies()
      made <<- knowing_tensors(f, copies)
    }
    made
  }
}

# Whether a function's code is the user's: not that of a package.
is_users <- function(f) {
  is.function(f) && !is.primitive(f) && !isNamespace(environment(f)) && is.null(attr(environment(f), "overlay"))
}

knowing_tensors <- function(f, copies) {
  if (!is_users(f)) return(f)
  used <- unique(all.names(body(f)))
  if (any(c("<-", "=") %in% used)) used <- base::c(used, paste0(intersect(c("[", "[["), used), "<-"))
  home <- environment(f)
  known <- Filter(function(name) is_base_function(name, get0(name, home)), intersect(used, names(of_tensors)))
  called <- Filter(function(name) is_users(get0(name, home, mode = "function")), setdiff(used, names(of_tensors)))
  branches <- any(c("if", "while", "&&", "||", "[") %in% used)
  if (!length(known) && !length(called) && !branches) return(f)
  overlay <- overlay_of(home, copies)
  for (name in known) assign(name, of_tensors[[name]], envir = overlay)
  for (name in setdiff(called, ls(overlay, all.names = TRUE))) {
    original <- get(name, envir = home, mode = "function")
    if (is.function(get0(name, home))) {
      copies$found <- base::c(copies$found, list(list(name = name, home = home, original = original)))
      assign(name, original, envir = overlay) # ends the recursion
      assign(name, knowing_tensors(original, copies), envir = overlay)
    }
  }
  kept <- attributes(f)
  if (branches) body(f) <- with_conditions(body(f))
  environment(f) <- overlay
  kept$srcref <- NULL
  attributes(f) <- kept
  f
}

is_base_function <- function(name, found) {
  for (home in list(baseenv(), asNamespace("stats"), asNamespace("methods"))) {
    if (identical(found, get0(name, home, inherits = FALSE))) return(is.function(found))
  }
  FALSE
}

overlay_of <- function(home, copies) {
  for (one in copies$all) if (identical(one$home, home)) return(one$overlay)
  overlay <- new.env(parent = home)
  attr(overlay, "overlay") <- TRUE
  copies$all <- c(copies$all, list(list(home = home, overlay = overlay)))
  overlay
}

# The code, with the conditions of branches as R's TRUE or FALSE, and factors between brackets as their codes.
with_conditions <- function(code) {
  if (is.call(code)) {
    head <- code[[1L]]
    if (is.symbol(head) && as.character(head) %in% c("function", "quote", "bquote", "substitute", "~")) return(code)
    for (k in seq_along(code)) if (is.call(code[[k]])) code[[k]] <- with_conditions(code[[k]])
    conditions <- if (!is.symbol(head)) NULL else switch(as.character(head), "if" = , "while" = 2L, "&&" = , "||" = 2:3)
    for (k in conditions) code[[k]] <- as.call(list(as_condition, code[[k]]))
    if (is_group_index(code)) code[[3L]] <- as.call(list(as_index, code[[2L]], code[[3L]]))
  }
  code
}
# b[group]: what a factor may stand in.
is_group_index <- function(code) {
  if (length(code) != 3L || !identical(code[[1L]], as.name("[")) || !is.symbol(code[[2L]])) return(FALSE)
  index <- code[[3L]]
  if (is.symbol(index)) nzchar(as.character(index)) else is.call(index) && identical(index[[1L]], as.name("$"))
}
as_index <- function(x, index) if (is.factor(index) && is_tensor(x)) as.integer(index) else index
as_condition <- function(x) if (is_tensor(x)) as.logical(as.numeric(x)) else x

# f of its arguments, with base R's functions for tensors, and R's errors about tensors in words.
call_transformed <- function(f, arguments, name) {
  withCallingHandlers(call_with(with_base_r(f), arguments), error = function(e) name_the_call(e, name))
}

name_the_call <- function(e, name) {
  if (inherits(e, "rushlight_error") || !is.call(e$call)) return(invisible())
  if (!grepl("[nN]on-numeric argument|numeric/complex matrix/vector|not interpretable as logical|invalid 'type'", conditionMessage(e))) {
    return(invisible())
  }
  called <- deparse(e$call[[1L]])[1L]
  own <- sub("^.*::", "", called)
  cure <- if (own %in% getNamespaceExports("rushlight")) {
    sprintf("rushlight::%s() does", own)
  } else {
    "write it with tensor operations (see ?`tensors-and-base-R`), or make the tensor numbers by as_array(), which ends its derivative"
  }
  raise_error(sprintf("%s in f knows no tensors (\"%s\"): %s", paste(deparse(e$call), collapse = " "), conditionMessage(e), cure),
    transform_call(name)
  )
}

# ---- the functions ----

any_tensor <- function(...) any(vapply(list(...), is_tensor, NA))
like_tensor <- function(x, other) if (is_tensor(x)) x else torch_tensor(if (is.null(dim(x))) as.double(x) else x + 0, dtype = other$dtype)

# Elements in R's order, column by column.
flat <- function(x) if (length(dim(x)) == 1L) x else torch_reshape(x$permute(rev(seq_along(dim(x)))), -1L)
ids_of <- function(x) if (length(dim(x)) > 1L) array(seq_along(x), dim(x)) else seq_along(x)

# The elements of x at an array of places, 0 where there is none.
at_places <- function(x, places) {
  x <- flat(x)
  if (any(places == 0L)) {
    x <- torch_cat(list(x, torch_zeros(1, dtype = x$dtype)))
    places[places == 0L] <- length(x)
  }
  in_shape_of(places, torch_index_select(x, 1L, torch_tensor(as.vector(places), dtype = torch_int64())))
}

stacked_values <- function(values) {
  like <- Find(is_tensor, values)
  values <- lapply(values, function(x) flat(like_tensor(x, like)))
  if (length(unique(lengths(values))) > 1L) return(values)
  if (length(values[[1L]]) == 1L) torch_cat(values) else torch_stack(values, dim = 2L)
}
has_tensors <- function(values) is.list(values) && any(vapply(values, is_tensor, NA))

joined <- function(values) {
  like <- Find(is_tensor, values)
  torch_cat(lapply(values, function(x) flat(like_tensor(x, like))))
}
is_joinable <- function(values) has_tensors(values) && all(vapply(values, function(x) is_tensor(x) || is.numeric(x) || is.logical(x), NA))

of_columns <- function(base, reduce, dim) {
  force(base)
  function(x, ...) if (is_tensor(x)) reduce(x, dim) else base(x, ...)
}
of_extremes <- function(base, choose) {
  function(..., na.rm = FALSE) { # nolint: object_name_linter.
    if (!any_tensor(...)) return(base(..., na.rm = na.rm))
    values <- list(...)
    like <- Find(is_tensor, values)
    Reduce(choose, lapply(values, like_tensor, like))
  }
}
assigned <- function(base) {
  function(x, ..., value) {
    if (!is_tensor(value) || !(is.numeric(x) || is.null(x))) return(base(x, ..., value = value))
    ids <- base(if (is.null(dim(x))) seq_along(x) else array(seq_along(x), dim(x)), ..., value = length(x) + seq_along(value))
    absent <- is.na(ids)
    ids[absent] <- length(x) + length(value) + 1L
    at_places(torch_cat(list(like_tensor(as.double(x), value), flat(value), like_tensor(NaN, value))), ids)
  }
}
refused <- function(base, name, cure) {
  function(x, ...) {
    if (is_tensor(x)) raise_error(sprintf("%s() of a tensor would leave its derivative behind: use %s", name, cure), call(name, quote(x)))
    base(x, ...)
  }
}
rearranging <- function(base) function(x, ...) if (is_tensor(x)) at_places(x, base(ids_of(x), ...)) else base(x, ...)

of_tensors <- list(
  c = function(...) if (is_joinable(list(...))) joined(list(...)) else base::c(...),
  unlist = function(x, recursive = TRUE, use.names = TRUE) { # nolint: object_name_linter.
    parts <- if (is.list(x)) rapply(x, list, how = "unlist")
    if (is_joinable(parts)) joined(parts) else base::unlist(x, recursive, use.names)
  },
  rep = rearranging(base::rep),
  rep_len = function(x, length.out) if (is_tensor(x)) at_places(x, rep_len(seq_along(x), length.out)) else rep_len(x, length.out), # nolint
  rep.int = function(x, times) if (is_tensor(x)) at_places(x, rep.int(seq_along(x), times)) else rep.int(x, times), # nolint
  matrix = function(data = NA, nrow = 1, ncol = 1, byrow = FALSE, dimnames = NULL) {
    call <- match.call()
    call[[1L]] <- quote(base::matrix)
    if (!is_tensor(data)) return(eval(call, list2env(mget(names(call)[-1L]), parent = baseenv())))
    given <- mget(setdiff(names(call)[-1L], c("data", "dimnames")))
    at_places(data, do.call(base::matrix, base::c(list(as.vector(ids_of(data))), given)))
  },
  array = function(data = NA, dim = length(data), dimnames = NULL) {
    if (is_tensor(data)) at_places(data, base::array(as.vector(ids_of(data)), dim)) else base::array(data, dim, dimnames)
  },
  diag = function(x = 1, ...) {
    if (!is_tensor(x)) return(if (missing(x)) base::diag(...) else base::diag(x, ...))
    if (length(x) == 1L && !...length()) return(torch_reshape(x, c(1L, 1L)))
    at_places(x, base::diag(ids_of(x), ...))
  },
  as.vector = function(x, mode = "any") if (is_tensor(x)) flat(x) else base::as.vector(x, mode),
  drop = function(x) if (is_tensor(x)) torch_squeeze(x) else base::drop(x),
  ifelse = function(test, yes, no) {
    if (!is_tensor(test) && !is_tensor(yes) && !is_tensor(no)) return(base::ifelse(test, yes, no))
    like <- if (is_tensor(yes)) yes else if (is_tensor(no)) no else torch_zeros(1, dtype = torch_double())
    if (!is_tensor(test)) test <- torch_tensor(test)
    torch_where(test$to(dtype = torch_bool()), like_tensor(yes, like), like_tensor(no, like))
  },
  outer = function(X, Y, FUN = "*", ...) { # nolint: object_name_linter.
    if (!is_tensor(X) && !is_tensor(Y)) return(base::outer(X, Y, FUN, ...))
    shape <- base::c(if (is.null(dim(X))) length(X) else dim(X), if (is.null(dim(Y))) length(Y) else dim(Y))
    pick <- function(x, places) if (is_tensor(x)) at_places(x, places) else x[places]
    places <- seq_len(length(X) * length(Y)) - 1L
    value <- match.fun(FUN)(pick(X, places %% length(X) + 1L), pick(Y, places %/% length(X) + 1L), ...)
    in_shape_of(base::array(0, shape), value)
  },
  "%o%" = function(X, Y) of_tensors$outer(X, Y), # nolint: object_name_linter.
  "%*%" = function(x, y) {
    if (is_tensor(x) == is_tensor(y)) return(x %*% y)
    if (is_tensor(x)) x %*% like_tensor(y, x) else like_tensor(x, y) %*% y
  },
  crossprod = function(x, y = x) if (any_tensor(x, y)) of_tensors$"%*%"(t(x), y) else base::crossprod(x, y),
  tcrossprod = function(x, y = x) if (any_tensor(x, y)) of_tensors$"%*%"(x, t(y)) else base::tcrossprod(x, y),
  rowSums = of_columns(base::rowSums, torch_sum, 2L), colSums = of_columns(base::colSums, torch_sum, 1L),
  rowMeans = of_columns(base::rowMeans, torch_mean, 2L), colMeans = of_columns(base::colMeans, torch_mean, 1L),
  apply = function(X, MARGIN, FUN, ...) { # nolint: object_name_linter.
    FUN <- match.fun(FUN) # nolint: object_name_linter.
    if (!is_tensor(X)) {
      values <- if (length(MARGIN) == 1L && length(dim(X)) == 2L) lapply(asplit(X, MARGIN), FUN, ...)
      return(if (has_tensors(values)) stacked_values(values) else base::apply(X, MARGIN, FUN, ...))
    }
    if (length(MARGIN) != 1L) raise_error("apply() of a tensor goes along one dimension: `MARGIN` must be one number")
    stacked_values(lapply(torch_unbind(X, MARGIN), FUN, ...))
  },
  sapply = function(X, FUN, ..., simplify = TRUE, USE.NAMES = TRUE) { # nolint: object_name_linter.
    values <- lapply(X, match.fun(FUN), ...)
    if (has_tensors(values) && !isFALSE(simplify)) return(stacked_values(values))
    if (USE.NAMES && is.character(X) && is.null(names(values))) names(values) <- X
    if (!isFALSE(simplify) && length(values)) simplify2array(values, higher = simplify == "array") else values
  },
  vapply = function(X, FUN, FUN.VALUE, ..., USE.NAMES = TRUE) { # nolint: object_name_linter.
    values <- lapply(X, match.fun(FUN), ...)
    if (has_tensors(values)) return(stacked_values(values))
    if (USE.NAMES && is.character(X) && is.null(names(values))) names(values) <- X
    base::vapply(values, identity, FUN.VALUE, USE.NAMES = USE.NAMES)
  },
  mapply = function(FUN, ..., MoreArgs = NULL, SIMPLIFY = TRUE, USE.NAMES = TRUE) { # nolint: object_name_linter.
    values <- base::mapply(match.fun(FUN), ..., MoreArgs = MoreArgs, SIMPLIFY = FALSE, USE.NAMES = USE.NAMES)
    if (has_tensors(values) && !isFALSE(SIMPLIFY)) return(stacked_values(values))
    if (!isFALSE(SIMPLIFY) && length(values)) simplify2array(values, higher = SIMPLIFY == "array") else values
  },
  pmax = of_extremes(base::pmax, function(x, y) torch_maximum(x, y)), pmin = of_extremes(base::pmin, function(x, y) torch_minimum(x, y)),
  "[<-" = assigned(base::`[<-`), "[[<-" = assigned(base::`[[<-`),
  var = function(x, ...) if (is_tensor(x)) torch_var(x) else stats::var(x, ...),
  sd = function(x, ...) if (is_tensor(x)) torch_std(x) else stats::sd(x, ...),
  det = function(x, ...) if (is_tensor(x)) torch_det(x) else base::det(x, ...),
  backsolve = function(r, x, ...) {
    if (any_tensor(r, x)) triangular_solution(r, x, TRUE, ...) else base::backsolve(r, x, ...)
  },
  forwardsolve = function(l, x, ...) {
    if (any_tensor(l, x)) triangular_solution(l, x, FALSE, ...) else base::forwardsolve(l, x, ...)
  },
  svd = refused(base::svd, "svd", "linalg_svd()"), eigen = refused(base::eigen, "eigen", "linalg_eigh()"),
  norm = refused(base::norm, "norm", "linalg_matrix_norm()"), fft = refused(stats::fft, "fft", "products with sines and cosines"),
  cor = refused(stats::cor, "cor", "torch operations: x$t()$corrcoef()"), cov = refused(stats::cov, "cov", "x$t()$cov()"),
  dist = refused(stats::dist, "dist", "torch_cdist()"), kronecker = refused(base::kronecker, "kronecker", "torch_kron()")
)

triangular_solution <- function(a, b, upper, ...) {
  no_dots(...)
  like <- if (is_tensor(a)) a else b
  a <- like_tensor(a, like)
  b <- like_tensor(b, like)
  if (length(dim(b)) == 1L) return(linalg_solve_triangular(a, b$unsqueeze(2L), upper = upper)$squeeze(2L))
  linalg_solve_triangular(a, b, upper = upper)
}
