#' @include optim-optimizer.R
NULL

#' Optimisers
#'
#' Each changes parameters x by their gradients g; all of a group are stepped by one call of C. \eqn{\lambda} is `weight_decay`: first
#' \eqn{g \leftarrow g + \lambda x}{g <- g + lambda x}, but for `optim_adamw()`, where \eqn{x \leftarrow (1 - \eta \lambda) x}{x <- (1 - lr
#' lambda) x}. Gradients themselves are not changed. With \eqn{\eta} for `lr`, and t for the count of steps:
#'
#' * `optim_sgd()`: \eqn{b \leftarrow \mu b + (1 - d) g}{b <- mu b + (1 - d) g}, \eqn{x \leftarrow x - \eta b}{x <- x - lr b},
#'   or \eqn{g + \mu b}{g + mu b} in place of b with `nesterov`; \eqn{\mu}{mu} is `momentum`, d `dampening`
#' * `optim_adam()`, `optim_adamw()`: \eqn{m \leftarrow \beta_1 m + (1 - \beta_1) g}{m <- b1 m + (1 - b1) g}, \eqn{v \leftarrow
#'   \beta_2 v + (1 - \beta_2) g^2}{v <- b2 v + (1 - b2) g^2}, \eqn{x \leftarrow x - \eta \hat m / (\sqrt{\hat v} + \epsilon)}{x
#'   <- x - lr m' / (sqrt(v') + eps)}, where \eqn{\hat m = m / (1 - \beta_1^t)}{m' = m / (1 - b1^t)}, \eqn{\hat v = v / (1 -
#'   \beta_2^t)}{v' = v / (1 - b2^t)}; with `amsgrad` the largest v so far
#' * `optim_rmsprop()`: \eqn{v \leftarrow \alpha v + (1 - \alpha) g^2}{v <- alpha v + (1 - alpha) g^2}, \eqn{x \leftarrow x -
#'   \eta g / (\sqrt v + \epsilon)}{x <- x - lr g / (sqrt(v) + eps)}; `centered`: less the square of the mean of g
#' * `optim_adagrad()`: \eqn{v \leftarrow v + g^2}{v <- v + g^2}, \eqn{x \leftarrow x - \eta_t g / (\sqrt v + \epsilon)}{x <- x
#'   - lr[t] g / (sqrt(v) + eps)}, \eqn{\eta_t = \eta / (1 + (t - 1) \gamma)}{lr[t] = lr / (1 + (t - 1) lr_decay)}
#' * `optim_adadelta()`: steps in proportion to the root mean square of steps before, over that of gradients
#' * `optim_asgd()`: gradient descent, whose average over steps from `t0` on is kept
#' * `optim_rprop()`: by the sign of g alone; the step of an element grows while the sign stays
#'
#' The `optim_ignite_` functions are the same ones.
#'
#' @param params a tensor, a list of tensors, or a list of groups: lists with `params` and settings of their own.
#' @param lr the learning rate.
#' @param momentum,dampening,nesterov of the momentum: see the table.
#' @param weight_decay the weight decay; 0: none.
#' @param betas the two decay rates of Adam.
#' @param eps added to denominators.
#' @param amsgrad whether the largest second moment so far is used.
#' @param alpha the decay rate of RMSprop; of ASGD the power of the rate's decay.
#' @param centered whether the variance is used.
#' @param lr_decay,initial_accumulator_value of Adagrad.
#' @param rho the decay rate of Adadelta.
#' @param lambda,t0 the decay term of ASGD, and the step at which it begins to average.
#' @param etas the factors by which steps of Rprop shrink and grow.
#' @param step_sizes the least and the largest step of Rprop.
#' @return An optimiser: see [optimizer()].
#' @references Sutskever et al. (2013), On the importance of initialization and momentum in deep learning. Kingma and Ba (2015), Adam: a
#'   method for stochastic optimization. Loshchilov and Hutter (2019), Decoupled weight decay regularization. Reddi, Kale and Kumar (2018),
#'   On the convergence of Adam and beyond. Duchi, Hazan and Singer (2011), Adaptive subgradient methods. Zeiler (2012), ADADELTA. Polyak
#'   and Juditsky (1992), Acceleration of stochastic approximation by averaging. Riedmiller and Braun (1993), RPROP.
#' @section Errors:
#'   A negative rate is refused, betas outside 0 to 1, Nesterov's momentum without momentum, and what [optimizer()] refuses.
#' @examples
#' target <- torch_tensor(c(1, 2))
#' classes <- list(
#'   optim_adam, optim_adamw, optim_rmsprop, optim_adagrad, optim_adadelta, optim_asgd, optim_rprop
#' )
#' for (make in classes) {
#'   w <- torch_zeros(2, requires_grad = TRUE)
#'   optim <- make(w)
#'   for (k in 1:3) {
#'     optim$zero_grad()
#'     ((w - target)^2)$sum()$backward()
#'     optim$step()
#'   }
#'   print(w)
#' }
#' w <- torch_zeros(2, requires_grad = TRUE)
#' optim <- optim_sgd(w, lr = 0.1, momentum = 0.9, nesterov = TRUE)
#' ((w - target)^2)$sum()$backward()
#' optim$step()
#' w
#' identical(formals(optim_ignite_adam), formals(optim_adam))
#' identical(formals(optim_ignite_adamw), formals(optim_adamw))
#' identical(formals(optim_ignite_sgd), formals(optim_sgd))
#' identical(formals(optim_ignite_rmsprop), formals(optim_rmsprop))
#' identical(formals(optim_ignite_adagrad), formals(optim_adagrad))
#' @name optim
NULL

# Steps each group by the optimiser of C of that name; `settings` are its numbers, and `memory` the names of what it remembers, which begin
# as zeros, or as `first` of them.
step_all <- function(self, closure, prepare) {
  loss <- loss_of(closure)
  for (group in self$param_groups) {
    how <- prepare(group)
    new <- .Call(ffi_optimizer_step, how$name, group$params, how$settings)
    if (!length(new)) next
    for (k in new) attr(group$params[[k]], "state") <- new_state(group$params[[k]], how$memory)
    .Call(ffi_optimizer_step, how$name, group$params, how$settings)
  }
  invisible(loss)
}

# `memory`: the number that each begins with, by name.
new_state <- function(param, memory) {
  filled <- lapply(memory, function(value) with_no_grad(torch_full_like(param, value)$detach()))
  c(list(step = torch_zeros(size = integer(), dtype = torch_double())), filled)
}

# A number, or one for each of several groups.
check_setting <- function(x, name, least = 0, most = Inf, call = users_call()) {
  if (inherits(x, "optim_required")) return(x)
  number <- if ((is.numeric(x) && !is.object(x)) || inherits(x, "torch_tensor")) as.numeric(x) else NA
  if (length(number) == 0L || anyNA(number) || any(number < least) || any(number > most)) {
    upto <- if (is.finite(most)) sprintf("between %g and %g", least, most) else sprintf("a number, %g or more", least)
    raise_error(sprintf("`%s` must be %s", name, upto), call)
  }
  invisible(number)
}
check_betas <- function(betas, name = "betas", call = users_call()) {
  if (!is.numeric(betas) || length(betas) != 2L || anyNA(betas) || any(betas < 0 | betas >= 1)) {
    raise_error(sprintf("`%s` must be two numbers, 0 or more and less than 1", name), call)
  }
}

#' @rdname optim
#' @export
optim_sgd <- optimizer(
  "optim_sgd",
  initialize = function(params, lr = optim_required(), momentum = 0, dampening = 0, weight_decay = 0, nesterov = FALSE) {
    check_setting(lr, "lr")
    momentum <- check_setting(momentum, "momentum")
    dampening <- check_setting(dampening, "dampening", least = -Inf)
    check_setting(weight_decay, "weight_decay")
    nesterov <- .Call(ffi_flag, nesterov, "nesterov")
    if (nesterov && (momentum <= 0 || dampening != 0)) raise_error("`nesterov` needs a momentum, and no dampening")
    super$initialize(
      params, list(lr = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov)
    )
  },
  step = function(closure = NULL) {
    step_all(self, closure, function(group) {
      has_momentum <- group$momentum != 0
      list(
        name = if (has_momentum) "sgd_momentum" else "sgd",
        settings = c(as.numeric(group$lr), group$weight_decay, group$momentum, group$dampening, group$nesterov),
        memory = if (has_momentum) list(momentum_buffer = 0)
      )
    })
  }
)

#' @rdname optim
#' @export
optim_adam <- optimizer(
  "optim_adam",
  initialize = function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 0, amsgrad = FALSE) {
    check_setting(lr, "lr")
    check_betas(betas)
    check_setting(eps, "eps")
    check_setting(weight_decay, "weight_decay")
    amsgrad <- .Call(ffi_flag, amsgrad, "amsgrad")
    super$initialize(params, list(lr = lr, betas = betas, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad))
  },
  step = function(closure = NULL) {
    step_all(self, closure, function(group) {
      list(
        name = if (group$amsgrad) "amsgrad" else "adam",
        settings = c(as.numeric(group$lr), group$weight_decay, group$betas, group$eps, private$decay_apart),
        memory = c(list(exp_avg = 0, exp_avg_sq = 0), if (group$amsgrad) list(max_exp_avg_sq = 0))
      )
    })
  },
  private = list(decay_apart = FALSE)
)
#' @rdname optim
#' @export
optim_adamw <- optimizer(
  "optim_adamw",
  inherit = optim_adam,
  initialize = function(params, lr = 1e-3, betas = c(0.9, 0.999), eps = 1e-8, weight_decay = 1e-2, amsgrad = FALSE) {
    super$initialize(params, lr, betas, eps, weight_decay, amsgrad)
  },
  private = list(decay_apart = TRUE)
)

#' @rdname optim
#' @export
optim_rmsprop <- optimizer(
  "optim_rmsprop",
  initialize = function(params, lr = 1e-2, alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0, centered = FALSE) {
    check_setting(lr, "lr")
    check_setting(alpha, "alpha")
    check_setting(eps, "eps")
    check_setting(weight_decay, "weight_decay")
    check_setting(momentum, "momentum")
    centered <- .Call(ffi_flag, centered, "centered")
    super$initialize(
      params, list(lr = lr, alpha = alpha, eps = eps, weight_decay = weight_decay, momentum = momentum, centered = centered)
    )
  },
  step = function(closure = NULL) {
    step_all(self, closure, function(group) {
      has_momentum <- group$momentum != 0
      list(
        name = paste0("rmsprop", if (group$centered) "_centered", if (has_momentum) "_momentum"),
        settings = c(as.numeric(group$lr), group$weight_decay, group$alpha, group$eps, group$momentum),
        memory = c(
          list(square_avg = 0), if (group$centered) list(grad_avg = 0), if (has_momentum) list(momentum_buffer = 0)
        )
      )
    })
  }
)

#' @rdname optim
#' @export
optim_adagrad <- optimizer(
  "optim_adagrad",
  initialize = function(params, lr = 1e-2, lr_decay = 0, weight_decay = 0, initial_accumulator_value = 0, eps = 1e-10) {
    check_setting(lr, "lr")
    check_setting(lr_decay, "lr_decay")
    check_setting(weight_decay, "weight_decay")
    check_setting(initial_accumulator_value, "initial_accumulator_value")
    check_setting(eps, "eps")
    super$initialize(params, list(
      lr = lr, lr_decay = lr_decay, weight_decay = weight_decay, initial_accumulator_value = initial_accumulator_value, eps = eps
    ))
  },
  step = function(closure = NULL) {
    step_all(self, closure, function(group) {
      list(
        name = "adagrad",
        settings = c(as.numeric(group$lr), group$weight_decay, group$lr_decay, group$eps),
        memory = list(sum = group$initial_accumulator_value)
      )
    })
  }
)

#' @rdname optim
#' @export
optim_adadelta <- optimizer(
  "optim_adadelta",
  initialize = function(params, lr = 1, rho = 0.9, eps = 1e-6, weight_decay = 0) {
    check_setting(lr, "lr")
    check_setting(rho, "rho", most = 1)
    check_setting(eps, "eps")
    check_setting(weight_decay, "weight_decay")
    super$initialize(params, list(lr = lr, rho = rho, eps = eps, weight_decay = weight_decay))
  },
  step = function(closure = NULL) {
    step_all(self, closure, function(group) {
      list(
        name = "adadelta",
        settings = c(as.numeric(group$lr), group$weight_decay, group$rho, group$eps),
        memory = list(square_avg = 0, acc_delta = 0)
      )
    })
  }
)

#' @rdname optim
#' @export
optim_asgd <- optimizer(
  "optim_asgd",
  initialize = function(params, lr = 1e-2, lambda = 1e-4, alpha = 0.75, t0 = 1e6, weight_decay = 0) {
    check_setting(lr, "lr")
    lambda <- check_setting(lambda, "lambda")
    alpha <- check_setting(alpha, "alpha")
    t0 <- check_setting(t0, "t0")
    check_setting(weight_decay, "weight_decay")
    super$initialize(params, list(lr = lr, lambda = lambda, alpha = alpha, t0 = t0, weight_decay = weight_decay))
  },
  step = function(closure = NULL) {
    step_all(self, closure, function(group) {
      list(
        name = "asgd",
        settings = c(as.numeric(group$lr), group$weight_decay, group$lambda, group$alpha, group$t0),
        memory = list(ax = 0)
      )
    })
  }
)

#' @rdname optim
#' @export
optim_rprop <- optimizer(
  "optim_rprop",
  initialize = function(params, lr = 1e-2, etas = c(0.5, 1.2), step_sizes = c(1e-6, 50)) {
    check_setting(lr, "lr")
    if (!is.numeric(etas) || length(etas) != 2L || !isTRUE(0 < etas[1L] && etas[1L] < 1 && 1 < etas[2L])) {
      raise_error("`etas` must be two numbers, one between 0 and 1 and one above 1")
    }
    check_setting(step_sizes, "step_sizes")
    super$initialize(params, list(lr = lr, etas = etas, step_sizes = step_sizes))
  },
  step = function(closure = NULL) {
    step_all(self, closure, function(group) {
      list(
        name = "rprop",
        settings = as.numeric(c(group$etas, group$step_sizes)),
        memory = list(prev = 0, step_size = as.numeric(group$lr))
      )
    })
  }
)

#' @rdname optim
#' @export
optim_ignite_adam <- optim_adam
#' @rdname optim
#' @export
optim_ignite_adamw <- optim_adamw
#' @rdname optim
#' @export
optim_ignite_sgd <- optim_sgd
#' @rdname optim
#' @export
optim_ignite_rmsprop <- optim_rmsprop
#' @rdname optim
#' @export
optim_ignite_adagrad <- optim_adagrad

#' @rdname optimizer
#' @format NULL
#' @export
OptimizerIgnite <- Optimizer

#' @rdname optimizer
#' @export
optimizer_ignite <- function(name = NULL, ..., private = NULL, active = NULL, parent_env = parent.frame()) {
  force(parent_env)
  optimizer(name, ..., private = private, active = active, parent_env = parent_env)
}
