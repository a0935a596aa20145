#' Random tensors
#'
#' Elements drawn from a distribution: `torch_rand()` uniformly between 0 and 1, `torch_randn()` from the standard
#' normal distribution, `torch_randint()` integers, `torch_randperm()` a permutation, `torch_normal()` normal
#' numbers of any mean and standard deviation.
#'
#' @details
#' Numbers come from the generator of the session, or from a `generator` of its own (see [torch_manual_seed()]). For
#' the same seed they are those that PyTorch draws on a CPU. R's own generator and `set.seed()` have no part in it.
#'
#' The `_like` functions take shape, dtype and order in memory from `input`.
#'
#' @param ... the size of each dimension: several numbers, or one vector. `torch_normal()`: `dtype`, `layout`,
#'   `device`, `requires_grad`.
#' @param low,high integers from `low` to `high - 1` are drawn.
#' @param size the size of each dimension: a vector.
#' @param n how many numbers are permuted: 0 to `n - 1`.
#' @param mean,std mean and standard deviation: numbers, or floating tensors with one for each element, which broadcast; if both are
#'   numbers, `size` is needed, otherwise it must be their shape.
#' @param input a tensor of any shape.
#' @param names `NULL`: dimensions have no names.
#' @param dtype the element type. `NULL`: the default floating dtype, also for integers; for the `_like`
#'   functions that of `input`.
#' @param layout,memory_format as for [torch_zeros()].
#' @param device `NULL` or `"cpu"`.
#' @param requires_grad whether gradients with respect to the tensor are to be computed.
#' @param generator `NULL`, or what [torch_generator()] made.
#' @return A tensor of the sizes given, of the shape of `input`, or of the shape of `mean` and `std`; `torch_randperm()` a vector of `n`
#'   elements, of int64 unless `dtype` says otherwise.
#' @section Errors:
#' Refused are negative sizes and sizes with a fraction, a `dtype` that is not floating (for `torch_randint()` and its `_like` one that
#' does not hold all the integers), a `low` that is not less than `high`, a negative `std` or `n`, another `size` than `mean` and `std`
#' have, a `generator` that is none, `names`, and another `device` or `layout`.
#' @section Methods: These fill a tensor in place, and return it:
#'
#' | method | what is drawn |
#' |---|---|
#' | `x$uniform_(from = 0, to = 1)` | uniform numbers |
#' | `x$normal_(mean = 0, std = 1)` | normal numbers |
#' | `x$log_normal_(mean = 1, std = 2)` | exponentials of normal numbers |
#' | `x$exponential_(lambd = 1)` | waiting times: density `lambd * exp(-lambd * t)` |
#' | `x$cauchy_(median = 0, sigma = 1)` | Cauchy numbers |
#' | `x$geometric_(p)` | trials until the first success |
#' | `x$bernoulli_(p = 0.5)` | 1 with probability `p`, a number or a tensor of them, otherwise 0 |
#' | `x$random_(from, to)` | integers from `from` to `to - 1`; without bounds, all that the dtype holds |
#' @examples
#' torch_manual_seed(1)
#' torch_rand(2, 3)
#' torch_randn(4)
#' torch_randint(1, 7, 10, dtype = torch_long())
#' torch_randperm(5)
#' torch_normal(mean = torch_tensor(c(0, 100)), std = 1)
#' torch_normal(mean = 0, std = 2, size = c(2, 2))
#' x <- torch_zeros(2, 3)
#' torch_rand_like(x)
#' torch_randn_like(x, dtype = torch_double())
#' torch_randint_like(x, low = 0, high = 10)
#' torch_empty(3)$uniform_(-1, 1)
#' @export
torch_rand <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                       generator = NULL) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (!is.null(names)) refuse_names()
  .Call(ffi_rand, dots_size(...), dtype, generator, requires_grad)
}
#' @rdname torch_rand
#' @export
torch_randn <- function(..., names = NULL, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                        generator = NULL) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (!is.null(names)) refuse_names()
  .Call(ffi_randn, dots_size(...), dtype, generator, requires_grad)
}
#' @rdname torch_rand
#' @export
torch_randint <- function(low, high, size, generator = NULL, dtype = NULL, layout = NULL, device = NULL,
                          requires_grad = FALSE, memory_format = torch_preserve_format()) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  if (missing(memory_format)) return(.Call(ffi_randint, low, high, size, dtype, generator, requires_grad))
  made <- in_format(.Call(ffi_randint, low, high, size, dtype, generator, FALSE), memory_format)
  .Call(ffi_requires_grad_, made, requires_grad)
}
#' @rdname torch_rand
#' @export
torch_randperm <- function(n, dtype = torch_int64(), layout = NULL, device = NULL, requires_grad = FALSE,
                           generator = NULL) {
  if (!is.null(device)) .Call(ffi_cpu_only, device)
  if (!is.null(layout)) check_layout(layout)
  .Call(ffi_randperm, n, dtype, generator, requires_grad)
}
#' @rdname torch_rand
#' @export
torch_normal <- function(mean = 0, std = 1, size = NULL, generator = NULL, ...) {
  options <- normal_options(...)
  tensors <- Filter(is_tensor, list(mean, std))
  shape <- if (length(tensors)) torch_broadcast_tensors(tensors)[[1L]]$shape else size
  if (is.null(shape)) raise_error("`size` is needed where `mean` and `std` are numbers")
  if (length(tensors) && !is.null(size) && !identical(as.integer(.Call(ffi_integers, size, "size")), shape)) {
    raise_error(sprintf("`size` must be the shape of `mean` and `std`, which is [%s]", toString(shape)))
  }
  dtype <- if (is.null(options$dtype) && length(tensors)) tensors[[1L]]$dtype else options$dtype
  drawn <- torch_empty(shape, dtype = dtype, layout = options$layout, device = options$device)
  with_no_grad(
    if (!length(tensors)) {
      .Call(ffi_normal_, drawn, mean, std, generator)
    } else if (!is_tensor(std)) {
      .Call(ffi_normal_, drawn, 0, std, generator)$add_(mean)
    } else {
      if (as.logical((std < 0)$any())) raise_error("`std` must not be negative")
      .Call(ffi_normal_, drawn, 0, 1, generator)$mul_(std)$add_(mean)
    }
  )
  if (is.null(options$requires_grad)) drawn else .Call(ffi_requires_grad_, drawn, options$requires_grad)
}

normal_options <- function(...) {
  options <- list(...)
  known <- c("mean", "std", "size", "generator", "dtype", "layout", "device", "requires_grad")
  if (is.null(names(options)) && length(options)) names(options) <- rep("", length(options))
  strange <- setdiff(names(options), known)
  if (length(strange) && !nzchar(strange[1L])) raise_error("there are more arguments than the function has", users_call())
  if (length(strange)) refuse_argument(strange[1L], known, users_call())
  options
}
#' @rdname torch_rand
#' @export
torch_rand_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                            memory_format = torch_preserve_format()) {
  if (!is.null(layout)) check_layout(layout)
  made <- torch_empty_like(input, dtype = dtype, device = device, memory_format = memory_format)
  drawn <- .Call(ffi_uniform_, made, 0, 1, NULL)
  .Call(ffi_requires_grad_, drawn, requires_grad)
}
#' @rdname torch_rand
#' @export
torch_randn_like <- function(input, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE,
                             memory_format = torch_preserve_format()) {
  if (!is.null(layout)) check_layout(layout)
  made <- torch_empty_like(input, dtype = dtype, device = device, memory_format = memory_format)
  drawn <- .Call(ffi_normal_, made, 0, 1, NULL)
  .Call(ffi_requires_grad_, drawn, requires_grad)
}
#' @rdname torch_rand
#' @export
torch_randint_like <- function(input, low, high, dtype = NULL, layout = NULL, device = NULL, requires_grad = FALSE) {
  if (!is.null(layout)) check_layout(layout)
  drawn <- .Call(ffi_random_, torch_empty_like(input, dtype = dtype, device = device), low, high, NULL)
  .Call(ffi_requires_grad_, drawn, requires_grad)
}

is_tensor <- function(x) inherits(x, "torch_tensor")
is_torch_tensor <- is_tensor # the name by which other packages know it

#' Draws that depend on a tensor
#'
#' `torch_bernoulli()` draws 1 with the probability that stands at each place of `self`, otherwise 0.
#' `torch_poisson()` draws a count for each rate in `self`. `torch_multinomial()` chooses positions in a vector of
#' weights, or in each row of a matrix of them.
#'
#' @param self a floating tensor: probabilities, rates or weights. For `torch_bernoulli()` with `p` only its shape and
#'   dtype matter.
#' @param p one probability for all elements, or a tensor of one for each, or `NULL`.
#' @param num_samples how many positions are chosen, 1 or more.
#' @param replacement whether a position may be chosen more than once; without, at least `num_samples` weights must be
#'   positive.
#' @param generator `NULL`, or what [torch_generator()] made.
#' @return A tensor of the shape and dtype of `self`; `torch_multinomial()`: integers counted from 1, of int64,
#'   `num_samples` of them (in each row: of a matrix of n rows a tensor of shape (n, num_samples)).
#' @section Errors:
#' Refused are tensors of integers (but by `torch_bernoulli()` with `p`), probabilities that are not between 0 and 1, rates and weights
#' that are negative, NaN or infinite, weights that sum to 0 or have more than two dimensions, more choices without replacement than
#' weights are positive, `num_samples` below 1, and a `generator` that is none.
#' @examples
#' torch_manual_seed(1)
#' torch_bernoulli(torch_tensor(c(0, 0.5, 1)))
#' torch_bernoulli(torch_zeros(2, 3), p = 0.5)
#' torch_poisson(torch_tensor(c(1, 100)))
#' torch_multinomial(torch_tensor(c(0, 10, 3, 0)), 2)
#' torch_multinomial(torch_tensor(rbind(c(1, 0), c(1, 1))), 4, replacement = TRUE)
#' @export
torch_bernoulli <- function(self, p = NULL, generator = NULL) {
  if (is.null(p)) return(.Call(ffi_bernoulli, self, generator))
  self <- .Call(ffi_as_tensor, self, "self")
  drawn <- torch_empty(self$shape, dtype = self$dtype)
  draw_trials(drawn, p, generator)
}
#' @rdname torch_bernoulli
#' @export
torch_poisson <- function(self, generator = NULL) .Call(ffi_poisson, self, generator)
#' @rdname torch_bernoulli
#' @export
torch_multinomial <- function(self, num_samples, replacement = FALSE, generator = NULL) {
  .Call(ffi_multinomial, self, num_samples, replacement, generator)
}

draw_trials <- function(self, p, generator) {
  if (is_tensor(p)) .Call(ffi_bernoulli_tensor_, self, p, generator) else .Call(ffi_bernoulli_number_, self, p, generator)
}

random_methods <- list(
  uniform_ = function(from = 0, to = 1, generator = NULL) .Call(ffi_uniform_, self, from, to, generator),
  normal_ = function(mean = 0, std = 1, generator = NULL) .Call(ffi_normal_, self, mean, std, generator),
  log_normal_ = function(mean = 1, std = 2, generator = NULL) .Call(ffi_log_normal_, self, mean, std, generator),
  cauchy_ = function(median = 0, sigma = 1, generator = NULL) .Call(ffi_cauchy_, self, median, sigma, generator),
  exponential_ = function(lambd = 1, generator = NULL) .Call(ffi_exponential_, self, lambd, generator),
  geometric_ = function(p, generator = NULL) .Call(ffi_geometric_, self, p, generator),
  bernoulli_ = function(p = 0.5, generator = NULL) draw_trials(self, p, generator),
  random_ = function(from = NULL, to = NULL, generator = NULL) .Call(ffi_random_, self, from, to, generator)
)

#' Seeds and generators
#'
#' `torch_manual_seed()` sets the generator that random tensors are drawn from, so that they can be drawn again. The
#' others set it for a while, and put back what was: `with_torch_manual_seed()` for an expression,
#' `local_torch_manual_seed()` until the function that calls it ends.
#'
#' @details
#' Until a seed is set, it comes from the clock. `torch_get_rng_state()` gives the whole state, in the form in which
#' PyTorch keeps it, and `torch_set_rng_state()` goes back to it.
#'
#' A forked child (`parallel::mclapply()`) goes on from a stream of its own, which follows from the state of its parent's
#' generator and from how many children were forked before it since that was seeded. So after `torch_manual_seed()` the
#' children's numbers can be drawn again too, and the parent's stream is left as it is. The same holds for each generator that
#' `torch_generator()` made. The state includes the number of forks.
#'
#' `torch_generator()` makes a generator of its own, which starts from PyTorch's default seed;
#' `$set_current_seed(seed)` sets another, `$current_seed()` tells it.
#'
#' @param seed an integer; it may be negative, and is less than \eqn{2^{53}}{2^53}.
#' @param state what `torch_get_rng_state()` gave.
#' @param code an expression.
#' @param ... must be empty.
#' @param .env the frame to whose end the seed holds.
#' @return `torch_get_rng_state()`: a tensor of 5056 bytes. `torch_generator()`: a generator. `with_torch_manual_seed()`:
#'   the value of `code`. The others: `NULL`, invisibly.
#' @section Errors:
#' Refused are a `seed` that is no integer or too large, a `state` that `torch_get_rng_state()` did not give, arguments in `...`, and an
#' `.env` that is not the environment of a function that is running. An error in `code` is raised as it is, and the state is put back.
#' @examples
#' torch_manual_seed(1)
#' torch_rand(2)
#' with_torch_manual_seed(torch_rand(2), seed = 1)
#'
#' always_the_same <- function() {
#'   local_torch_manual_seed(1)
#'   torch_rand(2)
#' }
#' always_the_same()
#'
#' state <- torch_get_rng_state()
#' torch_rand(2)
#' torch_set_rng_state(state)
#' torch_rand(2)
#'
#' g <- torch_generator()
#' g$set_current_seed(1)
#' torch_rand(2, generator = g)
#' @export
torch_manual_seed <- function(seed) invisible(.Call(ffi_seed, seed, NULL))
#' @rdname torch_manual_seed
#' @export
with_torch_manual_seed <- function(code, ..., seed) {
  no_dots(...)
  as_evaluated(.External2(ffi_with_seed, seed))
}
#' @rdname torch_manual_seed
#' @export
local_torch_manual_seed <- function(seed, .env = parent.frame()) {
  put_back_at_end(torch_set_rng_state, torch_get_rng_state(), .env)
  torch_manual_seed(seed)
}
#' @rdname torch_manual_seed
#' @export
torch_get_rng_state <- function() .Call(ffi_rng_state, NULL)
#' @rdname torch_manual_seed
#' @export
torch_set_rng_state <- function(state) invisible(.Call(ffi_set_rng_state, state, NULL))
#' @rdname torch_manual_seed
#' @export
torch_generator <- function() {
  generator <- new.env(parent = emptyenv())
  generator$state <- .Call(ffi_generator, 67280421310721)
  generator$current_seed <- function() .Call(ffi_seed_of, generator)
  generator$set_current_seed <- function(seed) invisible(.Call(ffi_seed, seed, generator))
  structure(generator, class = "torch_generator")
}
#' @export
print.torch_generator <- function(x, ...) {
  cat("torch_generator, seeded with ", format(x$current_seed(), digits = 17), "\n", sep = "")
  invisible(x)
}
