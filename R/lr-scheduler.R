#' @include optim-optimizer.R
NULL

#' Learning rates that change
#'
#' A scheduler sets the learning rate `lr` of each group of an optimiser. It is stepped after the optimiser, once an epoch; of
#' `lr_one_cycle()`, once a batch. With \eqn{\eta_0}{lr0} for the rate to begin with, and t for the count of steps, the rate is
#'
#' * `lr_step()`: \eqn{\eta_0 \gamma^{\lfloor t / s \rfloor}}{lr0 gamma^(t %/% step_size)}
#' * `lr_lambda()`: \eqn{\eta_0 f(t)}{lr0 f(t)}
#' * `lr_multiplicative()`: the rate before times f(t)
#' * `lr_cosine_annealing()`: \eqn{\eta_{min} + (\eta_0 - \eta_{min}) (1 + \cos(\pi t / T)) / 2}{eta_min + (lr0 - eta_min) (1 +
#'   cos(pi t / T_max)) / 2}, which climbs again after `T_max`
#' * `lr_one_cycle()`: up to `max_lr` and down again to nearly 0, by cosines or straight lines; momentum, or the first of betas,
#'   goes the other way
#' * `lr_reduce_on_plateau()`: `factor` times what it was, when a measure has not become better for more than `patience` steps
#'
#' `lr_scheduler()` makes a class of schedulers: `get_lr()` returns the rates of the groups, from `self$optimizer`, `self$base_lrs` and
#' `self$last_epoch`.
#'
#' | of a scheduler | |
#' |---|---|
#' | `$step()` | the next rate; of `lr_reduce_on_plateau()`, `$step(metrics)` with the measure, which NaN does not improve |
#' | `$state_dict()`, `$load_state_dict(state_dict)` | what it remembers as a list, and back |
#' | `$last_epoch`, `$base_lrs`, `$optimizer` | its count of steps, the rates to begin with, the optimiser |
#'
#' @param optimizer an optimiser.
#' @param step_size after how many steps the rate is multiplied by `gamma`.
#' @param gamma a factor.
#' @param lr_lambda a function of t, or a list of one for each group.
#' @param T_max after how many steps the rate is least.
#' @param eta_min the least rate.
#' @param max_lr the largest rate, or one for each group.
#' @param total_steps how many steps there are; or `epochs` times `steps_per_epoch`.
#' @param epochs,steps_per_epoch see `total_steps`.
#' @param pct_start the part of the steps in which the rate climbs.
#' @param anneal_strategy `"cos"` or `"linear"`.
#' @param cycle_momentum whether the momentum changes too, between `base_momentum` and `max_momentum`.
#' @param base_momentum,max_momentum bounds of the momentum.
#' @param div_factor,final_div_factor the rate begins at `max_lr / div_factor`, and ends at that divided by `final_div_factor`.
#' @param mode whether the measure should become smaller (`"min"`) or larger (`"max"`).
#' @param factor by which the rate is multiplied.
#' @param patience how many steps without improvement are borne.
#' @param threshold what counts as improvement: by this part of the best (`threshold_mode = "rel"`), or by this much (`"abs"`).
#' @param threshold_mode see `threshold`.
#' @param cooldown how many steps after a reduction do not count.
#' @param min_lr the least rate, or one for each group.
#' @param eps a smaller change of the rate is not made.
#' @param last_epoch the count of steps to go on from; -1: from the beginning.
#' @param verbose whether each rate is told in a message.
#' @param classname,inherit,...,parent_env as of [optimizer()].
#' @return A scheduler; of `lr_scheduler()` a function that makes one.
#' @references Smith and Topin (2019), Super-convergence. Loshchilov and Hutter (2017), SGDR.
#' @section Errors:
#'   What is no optimiser is refused, a list of functions or rates of another length than the groups, and a step of
#'   `lr_one_cycle()` past its end.
#' @examples
#' w <- torch_zeros(1, requires_grad = TRUE)
#' rates <- function(scheduler, n = 4) {
#'   for (k in 1:n) {
#'     optim$step()
#'     scheduler$step()
#'     cat(optim$param_groups[[1]]$lr, "")
#'   }
#'   cat("\n")
#' }
#' optim <- optim_sgd(w, lr = 1)
#' rates(lr_step(optim, step_size = 2, gamma = 0.5))
#' optim <- optim_sgd(w, lr = 1)
#' rates(lr_lambda(optim, function(t) 0.9^t))
#' optim <- optim_sgd(w, lr = 1)
#' rates(lr_multiplicative(optim, function(t) 0.8))
#' optim <- optim_sgd(w, lr = 1)
#' rates(lr_cosine_annealing(optim, T_max = 2))
#' optim <- optim_sgd(w, lr = 1, momentum = 0.9)
#' rates(lr_one_cycle(optim, max_lr = 1, total_steps = 6))
#' optim <- optim_sgd(w, lr = 1)
#' plateau <- lr_reduce_on_plateau(optim, patience = 1)
#' for (loss in c(3, 3, 3)) plateau$step(loss)
#' optim$param_groups[[1]]$lr
#' lr_halving <- lr_scheduler("lr_halving", get_lr = function() self$base_lrs * 0.5^self$last_epoch)
#' optim <- optim_sgd(w, lr = 1)
#' rates(lr_halving(optim))
#' @name lr
NULL

#' @rdname lr
#' @export
lr_scheduler <- function(classname = NULL, inherit = LRScheduler, ..., parent_env = parent.frame()) {
  class <- define_class(classname, inherit, rlang::list2(...), NULL, NULL, parent_env, "scheduler", "schedulers, as lr_scheduler()")
  generator_of(class, "scheduler", c(classes_of(class), "lr_scheduler_generator"))
}

rates_of <- function(optimizer) vapply(optimizer$param_groups, function(group) as.numeric(group$lr), 0)

set_rates <- function(optimizer, rates) {
  for (k in seq_along(rates)) optimizer$param_groups[[k]]$lr <- rates[[k]]
}

check_optimizer <- function(x) if (!is_optimizer(x)) raise_error("`optimizer` must be an optimiser, as optim_sgd() makes one", NULL)

# One for each group, or one for all.
for_each_group <- function(x, name, optimizer) {
  n <- length(optimizer$param_groups)
  if (inherits(x, "torch_tensor")) x <- as.numeric(x)
  if (is.function(x) || length(x) == 1L) return(rep(if (is.function(x)) list(x) else x, n))
  if (length(x) != n) raise_error(sprintf("`%s` must have one value, or one for each of the %d groups", name, n), NULL)
  x
}

LRScheduler <- R6::R6Class(
  "lr_scheduler",
  lock_objects = FALSE,
  public = list(
    optimizer = NULL, base_lrs = NULL, last_epoch = NULL, verbose = FALSE,
    initialize = function(optimizer, last_epoch = -1, verbose = FALSE) {
      check_optimizer(optimizer)
      self$optimizer <- optimizer
      for (k in seq_along(optimizer$param_groups)) {
        if (last_epoch == -1) {
          optimizer$param_groups[[k]]$initial_lr <- optimizer$param_groups[[k]]$lr
        } else if (is.null(optimizer$param_groups[[k]]$initial_lr)) {
          raise_error(sprintf("`last_epoch` is %g, and group %d of the optimiser has no `initial_lr` to go on from", last_epoch, k))
        }
      }
      self$base_lrs <- vapply(optimizer$param_groups, function(group) as.numeric(group$initial_lr), 0)
      self$last_epoch <- last_epoch
      self$verbose <- verbose
      self$step()
    },
    get_lr = function() raise_error("this scheduler has no get_lr(); its class needs one: lr_scheduler(get_lr = function() ...)"),
    get_last_lr = function() rates_of(self$optimizer),
    step = function() {
      self$last_epoch <- self$last_epoch + 1
      set_rates(self$optimizer, self$get_lr())
      rates <- rates_of(self$optimizer)
      for (k in which(rep(self$verbose, length(rates)))) message(sprintf("Adjusting learning rate of group %d to %.4f", k, rates[k]))
      invisible(self)
    },
    state_dict = function() {
      state <- as.list(self)
      kept <- vapply(state, function(x) !is.function(x) && !is.environment(x), NA)
      state[setdiff(names(state)[kept], "optimizer")]
    },
    load_state_dict = function(state_dict) {
      if (!is.list(state_dict)) raise_error("`state_dict` must be what $state_dict() of a scheduler returned")
      for (name in setdiff(names(state_dict), "optimizer")) self[[name]] <- state_dict[[name]]
      invisible(self)
    }
  )
)

#' @rdname lr
#' @export
lr_step <- lr_scheduler(
  "lr_step",
  initialize = function(optimizer, step_size, gamma = 0.1, last_epoch = -1) {
    self$step_size <- .Call(ffi_count, step_size, "step_size")
    if (self$step_size == 0) raise_error("`step_size` must be 1 or more")
    self$gamma <- gamma
    super$initialize(optimizer, last_epoch)
  },
  get_lr = function() {
    now <- rates_of(self$optimizer)
    if (self$last_epoch == 0 || self$last_epoch %% self$step_size != 0) now else now * self$gamma
  }
)

#' @rdname lr
#' @export
lr_lambda <- lr_scheduler(
  "lr_lambda",
  initialize = function(optimizer, lr_lambda, last_epoch = -1, verbose = FALSE) {
    check_optimizer(optimizer)
    self$lr_lambdas <- for_each_group(lr_lambda, "lr_lambda", optimizer)
    super$initialize(optimizer, last_epoch, verbose)
  },
  get_lr = function() self$base_lrs * vapply(self$lr_lambdas, function(f) as.numeric(f(self$last_epoch)), 0)
)

#' @rdname lr
#' @export
lr_multiplicative <- lr_scheduler(
  "lr_multiplicative",
  initialize = function(optimizer, lr_lambda, last_epoch = -1, verbose = FALSE) {
    check_optimizer(optimizer)
    self$lr_lambdas <- for_each_group(lr_lambda, "lr_lambda", optimizer)
    super$initialize(optimizer, last_epoch, verbose)
  },
  get_lr = function() {
    now <- rates_of(self$optimizer)
    if (self$last_epoch == 0) now else now * vapply(self$lr_lambdas, function(f) as.numeric(f(self$last_epoch)), 0)
  }
)

#' @rdname lr
#' @export
lr_cosine_annealing <- lr_scheduler(
  "lr_cosine_annealing",
  initialize = function(optimizer, T_max, eta_min = 0, last_epoch = -1, verbose = FALSE) {
    self$T_max <- T_max
    self$eta_min <- eta_min
    super$initialize(optimizer, last_epoch, verbose)
  },
  get_lr = function() {
    now <- rates_of(self$optimizer)
    t <- self$last_epoch
    if (t == 0) return(now)
    at <- function(t) 1 + cos(pi * t / self$T_max)
    if ((t - 1 - self$T_max) %% (2 * self$T_max) == 0) {
      return(now + (self$base_lrs - self$eta_min) * (1 - cos(pi / self$T_max)) / 2)
    }
    at(t) / at(t - 1) * (now - self$eta_min) + self$eta_min
  }
)

#' @rdname lr
#' @export
lr_one_cycle <- lr_scheduler(
  "lr_one_cycle",
  initialize = function(optimizer, max_lr, total_steps = NULL, epochs = NULL, steps_per_epoch = NULL, pct_start = 0.3,
                        anneal_strategy = "cos", cycle_momentum = TRUE, base_momentum = 0.85, max_momentum = 0.95, div_factor = 25,
                        final_div_factor = 10000, last_epoch = -1, verbose = FALSE) {
    check_optimizer(optimizer)
    one_of(anneal_strategy, "anneal_strategy", c("cos", "linear"))
    check_setting(pct_start, "pct_start", most = 1)
    if (is.null(total_steps)) {
      if (is.null(epochs) || is.null(steps_per_epoch)) raise_error("`total_steps` must be given, or `epochs` and `steps_per_epoch`")
      total_steps <- epochs * steps_per_epoch
    }
    self$total_steps <- .Call(ffi_count, total_steps, "total_steps")
    if (self$total_steps == 0) raise_error("`total_steps` must be 1 or more")
    self$pct_start <- pct_start
    self$anneal_strategy <- anneal_strategy
    self$cycle_momentum <- .Call(ffi_flag, cycle_momentum, "cycle_momentum")
    check_setting(max_momentum, "max_momentum")
    check_setting(base_momentum, "base_momentum")
    self$momenta <- c(max_momentum[[1L]], base_momentum[[1L]])
    max_lr <- for_each_group(max_lr, "max_lr", optimizer)
    self$rates <- list(first = max_lr / div_factor, largest = max_lr, last = max_lr / div_factor / final_div_factor)
    if (last_epoch == -1) {
      set_rates(optimizer, self$rates$first)
      if (self$cycle_momentum) set_momentum(optimizer, self$momenta[1L])
    }
    super$initialize(optimizer, last_epoch, verbose)
  },
  get_lr = function() {
    t <- self$last_epoch
    if (t > self$total_steps) raise_error(sprintf("a step past the end: the cycle has %g steps", self$total_steps))
    peak <- self$pct_start * self$total_steps - 1
    end <- self$total_steps - 1
    climbs <- t <= peak
    part <- if (climbs) t / peak else (t - peak) / (end - peak)
    between <- function(from, to) {
      if (self$anneal_strategy == "cos") to + (from - to) / 2 * (1 + cos(pi * part)) else from + (to - from) * part
    }
    if (self$cycle_momentum) {
      momenta <- if (climbs) self$momenta else rev(self$momenta)
      set_momentum(self$optimizer, between(momenta[1L], momenta[2L]))
    }
    if (climbs) between(self$rates$first, self$rates$largest) else between(self$rates$largest, self$rates$last)
  }
)

# The momentum, or what stands for it in Adam.
set_momentum <- function(optimizer, value) {
  for (k in seq_along(optimizer$param_groups)) {
    group <- optimizer$param_groups[[k]]
    if (!is.null(group$betas)) {
      optimizer$param_groups[[k]]$betas[1L] <- value
    } else if (!is.null(group$momentum)) {
      optimizer$param_groups[[k]]$momentum <- value
    } else {
      raise_error("`cycle_momentum` must be FALSE: the optimiser has neither momentum nor betas")
    }
  }
}

#' @rdname lr
#' @export
lr_reduce_on_plateau <- lr_scheduler(
  "lr_reduce_on_plateau",
  initialize = function(optimizer, mode = "min", factor = 0.1, patience = 10, threshold = 1e-4, threshold_mode = "rel", cooldown = 0,
                        min_lr = 0, eps = 1e-8, verbose = FALSE) {
    check_optimizer(optimizer)
    one_of(mode, "mode", c("min", "max"))
    one_of(threshold_mode, "threshold_mode", c("rel", "abs"))
    if (!is.numeric(factor) || length(factor) != 1L || is.na(factor) || factor >= 1) raise_error("`factor` must be less than 1")
    self$optimizer <- optimizer
    self$mode <- mode
    self$factor <- factor
    self$patience <- patience
    self$threshold <- threshold
    self$threshold_mode <- threshold_mode
    self$cooldown <- cooldown
    self$min_lrs <- unlist(for_each_group(if (is.list(min_lr)) vapply(min_lr, as.numeric, 0) else min_lr, "min_lr", optimizer))
    self$eps <- eps
    self$verbose <- verbose
    self$best <- if (mode == "min") Inf else -Inf
    self$num_bad_epochs <- 0
    self$cooldown_counter <- 0
    self$last_epoch <- 0
  },
  step = function(metrics) {
    now <- as.numeric(metrics)
    if (length(now) != 1L) raise_error("`metrics` must be one number")
    self$last_epoch <- self$last_epoch + 1
    if (is_better(self, now)) {
      self$best <- now
      self$num_bad_epochs <- 0
    } else {
      self$num_bad_epochs <- self$num_bad_epochs + 1
    }
    if (self$cooldown_counter > 0) {
      self$cooldown_counter <- self$cooldown_counter - 1
      self$num_bad_epochs <- 0
    }
    if (self$num_bad_epochs > self$patience) {
      before <- rates_of(self$optimizer)
      after <- pmax(before * self$factor, self$min_lrs)
      lower <- before - after > self$eps
      set_rates(self$optimizer, ifelse(lower, after, before))
      self$cooldown_counter <- self$cooldown
      self$num_bad_epochs <- 0
      for (k in which(lower & self$verbose)) {
        message(sprintf("Epoch %g: reducing learning rate of group %d to %.4e", self$last_epoch, k, after[k]))
      }
    }
    invisible(self)
  }
)

# By the threshold: a part of the best value so far, or an amount.
is_better <- function(scheduler, now) {
  best <- scheduler$best
  sign <- if (scheduler$mode == "min") -1 else 1
  bound <- if (scheduler$threshold_mode == "rel") best * (1 + sign * scheduler$threshold) else best + sign * scheduler$threshold
  isTRUE(sign * now > sign * bound)
}
