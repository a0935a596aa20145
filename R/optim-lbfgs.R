#' @include optim-optimizer.R
NULL

#' L-BFGS
#'
#' A quasi-Newton method that keeps the last `history_size` steps and changes of the gradient. One `$step(closure)` makes up to `max_iter`
#' iterations; the closure computes the loss and its gradients anew, and is needed.
#'
#' @param params a tensor, or a list of tensors, of one dtype. There is one group.
#' @param lr the length of a step, without a line search; with one, the first length that it tries.
#' @param max_iter how many iterations a step makes at most.
#' @param max_eval how often the closure is called at most; 1.25 times `max_iter` if `NULL`.
#' @param tolerance_grad a step ends when no element of the gradient is larger.
#' @param tolerance_change a step ends when no element of a parameter, nor the loss, changes by more.
#' @param history_size how many steps are remembered.
#' @param line_search_fn `NULL`, or `"strong_wolfe"`: a line search by the strong Wolfe conditions, with cubic interpolation.
#' @return An optimiser: see [optimizer()]. `$step()` returns the loss before the first iteration.
#' @references Nocedal and Wright (2006), Numerical optimization, algorithms 3.5, 3.6 and 7.4.
#' @section Errors:
#'   A step without a closure is refused, several groups, and another `line_search_fn`.
#' @examples
#' x <- torch_zeros(2, dtype = torch_double(), requires_grad = TRUE)
#' optim <- optim_lbfgs(x, line_search_fn = "strong_wolfe")
#' rosenbrock <- function() {
#'   optim$zero_grad()
#'   loss <- (1 - x[1])^2 + 100 * (x[2] - x[1]^2)^2
#'   loss$backward()
#'   loss
#' }
#' for (k in 1:3) optim$step(rosenbrock)
#' x
#' @export
optim_lbfgs <- optimizer(
  "optim_lbfgs",
  initialize = function(params, lr = 1, max_iter = 20, max_eval = NULL, tolerance_grad = 1e-7, tolerance_change = 1e-9,
                        history_size = 100, line_search_fn = NULL) {
    check_setting(lr, "lr")
    if (!is.null(line_search_fn)) one_of(line_search_fn, "line_search_fn", c("strong_wolfe", "none"))
    max_iter <- .Call(ffi_count, max_iter, "max_iter")
    check_setting(tolerance_grad, "tolerance_grad")
    check_setting(tolerance_change, "tolerance_change")
    history_size <- .Call(ffi_count, history_size, "history_size")
    if (!is.null(max_eval)) max_eval <- .Call(ffi_count, max_eval, "max_eval")
    if (is.null(max_eval)) max_eval <- max_iter * 5 %/% 4
    super$initialize(params, list(
      lr = lr, max_iter = max_iter, max_eval = max_eval, tolerance_grad = tolerance_grad, tolerance_change = tolerance_change,
      history_size = history_size, line_search_fn = line_search_fn
    ))
    if (length(self$param_groups) != 1L) raise_error("L-BFGS takes one group of parameters")
  },
  step = function(closure = NULL) {
    if (!is.function(closure)) {
      raise_error("`closure` must be a function that computes the loss and its gradients: L-BFGS calls it several times")
    }
    group <- self$param_groups[[1L]]
    params <- group$params
    first <- params[[1L]]
    memory <- attr(first, "state", exact = TRUE)
    if (is.null(memory)) memory <- list(step = 0, func_evals = 0, old_dirs = list(), old_stps = list(), ro = list(), H_diag = 1)
    loss <- with_enable_grad(closure())
    local_no_grad()
    evaluate <- function() {
      value <- as.numeric(with_enable_grad(closure()))
      list(value = value, gradient = flat_gradient(params))
    }
    memory <- lbfgs_iterate(memory, group, as.numeric(loss), flat_gradient(params), params, evaluate)
    attr(first, "state") <- memory
    invisible(loss)
  }
)

flat_gradient <- function(params) {
  torch_cat(lapply(params, function(x) {
    if (is_undefined_tensor(x$grad)) torch_zeros(x$numel(), dtype = x$dtype) else x$grad$detach()$reshape(-1L)
  }))
}

# x + t d, of all parameters as one vector.
move_by <- function(params, t, direction) {
  at <- 1L
  for (x in params) {
    n <- x$numel()
    x$add_(direction$narrow(1L, at, n)$view_as(x), alpha = t)
    at <- at + n
  }
}

# The two-loop recursion: minus the inverse Hessian times the gradient.
lbfgs_direction <- function(memory, gradient) {
  q <- -gradient
  k <- length(memory$old_dirs)
  al <- numeric(k)
  for (i in rev(seq_len(k))) {
    al[i] <- as.numeric(memory$old_stps[[i]]$dot(q)) * memory$ro[[i]]
    q$add_(memory$old_dirs[[i]], alpha = -al[i])
  }
  r <- q$mul_(memory$H_diag)
  for (i in seq_len(k)) {
    be <- as.numeric(memory$old_dirs[[i]]$dot(r)) * memory$ro[[i]]
    r$add_(memory$old_stps[[i]], alpha = al[i] - be)
  }
  r
}

lbfgs_iterate <- function(memory, group, loss, gradient, params, evaluate) {
  evaluations <- 1
  iterations <- 0
  memory$func_evals <- memory$func_evals + 1
  largest <- function(x) as.numeric(x$abs()$max())
  if (largest(gradient) <= group$tolerance_grad) return(memory)
  searches <- identical(group$line_search_fn, "strong_wolfe")
  while (iterations < group$max_iter) {
    iterations <- iterations + 1
    memory$step <- memory$step + 1
    if (memory$step == 1) {
      direction <- -gradient
    } else {
      memory <- remember_step(memory, gradient, group$history_size)
      direction <- lbfgs_direction(memory, gradient)
    }
    memory$prev_flat_grad <- gradient$clone()
    loss_before <- loss
    lr <- as.numeric(group$lr)
    t <- if (memory$step == 1) min(1, 1 / as.numeric(gradient$abs()$sum())) * lr else lr
    slope <- as.numeric(gradient$dot(direction))
    if (is.nan(slope) || slope > -group$tolerance_change) break
    used <- 0
    if (searches) {
      start <- lapply(params, function(x) x$clone())
      along <- function(t) {
        move_by(params, t, direction)
        there <- evaluate()
        for (k in seq_along(params)) params[[k]]$copy_(start[[k]])
        c(there, list(t = t, slope = as.numeric(there$gradient$dot(direction))))
      }
      here <- list(t = 0, value = loss, gradient = gradient, slope = slope)
      found <- strong_wolfe(along, here, t, largest(direction), group$tolerance_change)
      t <- found$t
      loss <- found$value
      gradient <- found$gradient
      used <- found$evaluations
      move_by(params, t, direction)
    } else {
      move_by(params, t, direction)
      if (iterations < group$max_iter) {
        there <- evaluate()
        loss <- there$value
        gradient <- there$gradient
        used <- 1
      }
    }
    memory$d <- direction
    memory$t <- t
    evaluations <- evaluations + used
    memory$func_evals <- memory$func_evals + used
    if (iterations == group$max_iter || evaluations >= group$max_eval || largest(gradient) <= group$tolerance_grad) break
    if (largest(direction * t) <= group$tolerance_change || abs(loss - loss_before) < group$tolerance_change) break
  }
  memory
}

# The step before and the change of the gradient, if they tell of curvature.
remember_step <- function(memory, gradient, history_size) {
  y <- gradient - memory$prev_flat_grad
  s <- memory$d * memory$t
  ys <- as.numeric(y$dot(s))
  if (ys <= 1e-10) return(memory)
  keep <- if (length(memory$old_dirs) >= history_size) -1L else seq_along(memory$old_dirs)
  memory$old_dirs <- c(memory$old_dirs[keep], list(y))
  memory$old_stps <- c(memory$old_stps[keep], list(s))
  memory$ro <- c(memory$ro[keep], list(1 / ys))
  memory$H_diag <- ys / as.numeric(y$dot(y))
  memory
}

# The minimum of the cubic through two points with their slopes, within bounds (Nocedal and Wright, equation 3.59).
cubic_minimum <- function(a, b, bounds = range(a$t, b$t)) {
  d1 <- a$slope + b$slope - 3 * (a$value - b$value) / (a$t - b$t)
  square <- d1^2 - a$slope * b$slope
  if (is.nan(square) || square < 0) return(mean(bounds))
  d2 <- sqrt(square)
  at <- if (a$t <= b$t) {
    b$t - (b$t - a$t) * ((b$slope + d2 - d1) / (b$slope - a$slope + 2 * d2))
  } else {
    a$t - (a$t - b$t) * ((a$slope + d2 - d1) / (a$slope - b$slope + 2 * d2))
  }
  min(max(at, bounds[1L]), bounds[2L])
}

# A step length that decreases the loss enough and flattens the slope enough. `along(t)` evaluates there.
strong_wolfe <- function(along, start, t, longest, tolerance, c1 = 1e-4, c2 = 0.9, max_search = 25L) {
  before <- start
  now <- along(t)
  evaluations <- 1L
  bracket <- NULL
  done <- FALSE
  decreases <- function(point) point$value <= start$value + c1 * point$t * start$slope
  for (k in seq_len(max_search)) {
    if (!isTRUE(decreases(now)) || (k > 1L && now$value >= before$value)) {
      bracket <- list(before, now)
    } else if (abs(now$slope) <= -c2 * start$slope) {
      bracket <- list(now)
      done <- TRUE
    } else if (now$slope >= 0) {
      bracket <- list(before, now)
    }
    if (!is.null(bracket)) break
    bounds <- c(now$t + 0.01 * (now$t - before$t), now$t * 10)
    next_t <- cubic_minimum(before, now, bounds)
    before <- now
    now <- along(next_t)
    evaluations <- evaluations + 1L
  }
  if (is.null(bracket)) bracket <- list(start, now)
  if (length(bracket) == 2L) {
    found <- zoom_in(along, bracket, start, decreases, longest, tolerance, c2, max_search - evaluations)
    return(c(found$point, list(evaluations = evaluations + found$evaluations)))
  }
  c(bracket[[1L]], list(evaluations = evaluations))
}

# Narrows a bracket that holds such a step length.
zoom_in <- function(along, bracket, start, decreases, longest, tolerance, c2, max_search) {
  evaluations <- 0L
  slow <- FALSE
  low <- if (isTRUE(bracket[[1L]]$value <= bracket[[2L]]$value)) 1L else 2L
  for (k in seq_len(max(max_search, 0L))) {
    ends <- range(bracket[[1L]]$t, bracket[[2L]]$t)
    width <- ends[2L] - ends[1L]
    if (width * longest < tolerance) break
    t <- cubic_minimum(bracket[[1L]], bracket[[2L]])
    near <- min(ends[2L] - t, t - ends[1L]) / width < 0.1
    if (near && (slow || t >= ends[2L] || t <= ends[1L])) {
      t <- if (abs(t - ends[2L]) < abs(t - ends[1L])) ends[2L] - 0.1 * width else ends[1L] + 0.1 * width
      slow <- FALSE
    } else {
      slow <- near
    }
    point <- along(t)
    evaluations <- evaluations + 1L
    high <- 3L - low
    if (!isTRUE(decreases(point)) || point$value >= bracket[[low]]$value) {
      bracket[[high]] <- point
      low <- if (isTRUE(bracket[[1L]]$value <= bracket[[2L]]$value)) 1L else 2L
      next
    }
    if (abs(point$slope) <= -c2 * start$slope) return(list(point = point, evaluations = evaluations))
    if (point$slope * (bracket[[high]]$t - bracket[[low]]$t) >= 0) bracket[[high]] <- bracket[[low]]
    bracket[[low]] <- point
  }
  list(point = bracket[[low]], evaluations = evaluations)
}
