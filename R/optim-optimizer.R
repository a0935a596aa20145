#' @include nn-module.R
NULL

#' Write an optimiser
#'
#' `optimizer()` makes a class of optimisers, and returns a function that makes one; its arguments are those of `initialize()`. An
#' optimiser has groups of parameters, each with settings of its own, and changes the parameters by their gradients in `$step()`.
#'
#' `initialize()` calls `super$initialize(params, defaults)`, where `defaults` is a list of the settings. `step()` calls
#' `private$step_helper(closure, loop_fun)`: it evaluates the closure, which computes the loss and its gradients anew, and then
#' `loop_fun(group, param, g, p)` with each parameter that has a gradient: its group, the parameter, and their places; no graph is made.
#' What an optimiser remembers of a parameter is the list `attr(param, "state")`.
#'
#' * `$step(closure = NULL)`: changes the parameters; returns the closure's loss
#' * `$zero_grad(set_to_none = FALSE)`: sets the gradients to zero, or lets go of them
#' * `$param_groups`: a list of groups: lists with `params` and the settings, which can be set
#' * `$add_param_group(group)`: adds a list with `params` and perhaps settings
#' * `$state`: what is remembered of each parameter, by its place
#' * `$defaults`: the settings of groups that give none
#' * `$state_dict()`, `$load_state_dict(state_dict)`: settings and what is remembered as a list, and back: training goes on as
#'   if it had never stopped
#'
#' @param name the name of the class, which its optimisers inherit from.
#' @param inherit a class to inherit from.
#' @param ... methods and fields by name.
#' @param private,active lists of private members and active bindings, as of [R6::R6Class()].
#' @param parent_env where the methods find what is not theirs.
#' @param x any object.
#' @return A function of class `torch_optimizer_generator`; `TRUE` or `FALSE` of `is_optimizer()`; of `optim_required()` the mark of a
#'   setting that has no default.
#' @section Errors:
#'   An optimiser without parameters is refused, and a parameter that is given twice, is no leaf of the graph, or does not require
#'   gradients where it is of integers.
#' @examples
#' descent <- optimizer(
#'   "descent",
#'   initialize = function(params, lr = optim_required()) super$initialize(params, list(lr = lr)),
#'   step = function(closure = NULL) {
#'     private$step_helper(closure, function(group, param, g, p) param$sub_(group$lr * param$grad))
#'   }
#' )
#' w <- torch_tensor(c(1, 2), requires_grad = TRUE)
#' optim <- descent(w, lr = 0.1)
#' loss <- (w^2)$sum()
#' loss$backward()
#' optim$step()
#' w
#' is_optimizer(optim)
#' class(optim_required())
#' identical(formals(optimizer_ignite)$private, formals(optimizer)$private)
#' optimizer("slow", inherit = OptimizerIgnite)
#' @export
optimizer <- function(name = NULL, inherit = Optimizer, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  class <- define_class(name, inherit, rlang::list2(...), private, active, parent_env, "Optimizer", "optimisers, as optimizer()")
  generator_of(class, "Optimizer", c(classes_of(class), "torch_optimizer_generator"))
}

#' @rdname optimizer
#' @export
optim_required <- function() structure(list(), class = "optim_required")

#' @rdname optimizer
#' @export
is_optimizer <- function(x) inherits(x, "torch_optimizer")

#' @export
print.torch_optimizer_generator <- function(x, ...) print_class(x, "optimisers")

Optimizer <- R6::R6Class(
  "torch_optimizer",
  lock_objects = FALSE,
  public = list(
    defaults = NULL,
    param_groups = list(),
    initialize = function(params, defaults) {
      self$defaults <- defaults
      for (group in groups_of(params)) self$add_param_group(group)
    },
    add_param_group = function(group) {
      if (!is.list(group) || is.null(group$params)) raise_error("`param_group` must be a list with `params`")
      if (inherits(group$params, "torch_tensor")) group$params <- list(group$params)
      check_parameters(group$params, all_parameters(self))
      for (name in setdiff(names(self$defaults), names(group))) group[name] <- self$defaults[name]
      for (name in names(group)) {
        if (inherits(group[[name]], "optim_required")) {
          raise_error(sprintf("`%s` has no default: each group of parameters must give it", name))
        }
      }
      for (param in group$params) attr(param, "state") <- NULL
      self$param_groups[[length(self$param_groups) + 1L]] <- group
      invisible(self)
    },
    zero_grad = function(set_to_none = FALSE) {
      for (group in self$param_groups) .Call(ffi_zero_gradients, group$params, set_to_none)
      invisible(self)
    },
    step = function(closure = NULL) {
      raise_error("this optimiser has no step(); its class needs one: optimizer(step = function(closure = NULL) ...)")
    },
    state_dict = function() {
      places <- split_places(self$param_groups)
      groups <- Map(function(group, places) replace(group, "params", list(places)), self$param_groups, places)
      list(param_groups = groups, state = self$state)
    },
    load_state_dict = function(state_dict) {
      load_optimizer_state(self, state_dict)
      invisible(self)
    },
    print = function(...) {
      cat(sprintf("<%s> an optimiser of %d parameters\n", class(self)[1L], length(all_parameters(self))))
      for (k in seq_along(self$param_groups)) {
        settings <- self$param_groups[[k]][setdiff(names(self$param_groups[[k]]), "params")]
        told <- paste(names(settings), vapply(settings, deparse_short, ""), sep = " = ", collapse = ", ")
        cat(sprintf("group %d: %s\n", k, told))
      }
      invisible(self)
    }
  ),
  private = list(
    step_helper = function(closure, loop_fun) {
      loss <- loss_of(closure)
      local_no_grad()
      for (g in seq_along(self$param_groups)) {
        group <- self$param_groups[[g]]
        for (p in seq_along(group$params)) {
          param <- group$params[[p]]
          if (!is_undefined_tensor(param$grad)) loop_fun(group, param, g, p)
        }
      }
      loss
    }
  ),
  active = list(
    state = function(value) {
      if (!missing(value)) raise_error("`state` is read only: it is attr(param, \"state\") of each parameter")
      params <- all_parameters(self)
      states <- lapply(params, attr, "state", exact = TRUE)
      names(states) <- seq_along(states)
      states[!vapply(states, is.null, NA)]
    }
  )
)

deparse_short <- function(x) paste(deparse(x), collapse = "")

loss_of <- function(closure) {
  if (is.null(closure)) return(NULL)
  if (!is.function(closure)) raise_error("`closure` must be a function that computes the loss and its gradients, or NULL", NULL)
  with_enable_grad(closure())
}

# A tensor, a list of tensors, or a list of groups.
groups_of <- function(params) {
  if (inherits(params, "torch_tensor")) params <- list(params)
  if (!is.list(params)) raise_error("`params` must be a tensor, a list of tensors, or a list of groups", NULL)
  if (!length(params)) raise_error("`params` is empty: there is nothing to optimise", NULL)
  if (all(vapply(params, is_group, NA))) return(unname(params))
  list(list(params = params))
}
is_group <- function(x) is.list(x) && !inherits(x, "torch_tensor") && !is.null(x$params)

check_parameters <- function(params, others) {
  if (!is.list(params) || !length(params)) raise_error("`params` of a group must be a list of tensors, and not empty", NULL)
  for (k in seq_along(params)) {
    if (!inherits(params[[k]], "torch_tensor")) raise_error(sprintf("`params` must be a list of tensors; element %d is none", k), NULL)
    if (!params[[k]]$is_leaf) raise_error(sprintf("`params`: tensor %d is computed from others; only leaves can be optimised", k), NULL)
  }
  addresses <- vapply(c(others, params), rlang::obj_address, "")
  if (anyDuplicated(addresses)) raise_error("`params`: a parameter is given twice", NULL)
}

all_parameters <- function(optimizer) unlist(lapply(optimizer$param_groups, function(group) unname(group$params)), recursive = FALSE)

split_places <- function(groups) {
  counts <- vapply(groups, function(group) length(group$params), 0L)
  Map(function(last, n) seq_len(n) + last - n, cumsum(counts), counts)
}

load_optimizer_state <- function(optimizer, state) {
  if (!is.list(state) || !is.list(state$param_groups)) raise_error("`state_dict` must be what $state_dict() of an optimiser returned", NULL)
  here <- vapply(optimizer$param_groups, function(group) length(group$params), 0L)
  there <- vapply(state$param_groups, function(group) length(group$params), 0L)
  if (!identical(here, there)) {
    raise_error(sprintf(
      "`state_dict` has groups of %s parameters, and this optimiser of %s", paste(there, collapse = ", "), paste(here, collapse = ", ")
    ), NULL)
  }
  params <- all_parameters(optimizer)
  ids <- unlist(lapply(state$param_groups, `[[`, "params"))
  for (k in seq_along(params)) {
    remembered <- state$state[[as.character(ids[k])]]
    attr(params[[k]], "state") <- if (!is.null(remembered)) lapply(remembered, copy_of_state)
  }
  for (g in seq_along(optimizer$param_groups)) {
    settings <- state$param_groups[[g]]
    settings$params <- optimizer$param_groups[[g]]$params
    optimizer$param_groups[[g]] <- settings
  }
}

copy_of_state <- function(x) if (inherits(x, "torch_tensor")) x$detach()$clone() else x
