#' @include nn-module.R nn-instance.R nn-parameter.R
NULL

#' Recurrent layers
#'
#' A recurrent network goes along a sequence with a hidden state h, that begins as 0 if it is not given:
#'
#' * `nn_rnn()`: \eqn{h = f(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})}{h = f(W_ih x + b_ih + W_hh h + b_hh)}, with f = tanh, or ReLU
#' * `nn_lstm()`: \eqn{c = \sigma(f)\, c + \sigma(i) \tanh(g)}{c = sigmoid(f) c + sigmoid(i) tanh(g)}, \eqn{h = \sigma(o)
#'   \tanh(c)}{h = sigmoid(o) tanh(c)}, where i, f, g and o are four such sums
#' * `nn_gru()`: \eqn{h = (1 - z) n + z h}{h = (1 - z) n + z h}, \eqn{n = \tanh(n_x + r\, n_h)}{n = tanh(n_x + r n_h)}, where z
#'   and r are sigmoids of such sums, and n_x, n_h their two parts
#'
#' Several layers stand one upon the other, and with `bidirectional` each goes both ways. Parameters are named `weight_ih_l1`,
#' `weight_hh_l1`,
#' `bias_ih_l1`, `bias_hh_l1`, with the layer's number from 1, and `_reverse` for the way back. They begin uniformly distributed between
#' \eqn{-1/\sqrt{H}}{-1/sqrt(H)} and \eqn{1/\sqrt{H}}{1/sqrt(H)}, with H the hidden size.
#'
#' @param input_size,hidden_size the sizes of x and h.
#' @param num_layers how many layers.
#' @param nonlinearity "tanh" (if `NULL`) or "relu".
#' @param bias whether there are biases.
#' @param batch_first whether the input is (N, L, input_size) rather than (L, N, input_size), and the output likewise; states
#'   stay as they are.
#' @param dropout the probability of dropout between layers, in training.
#' @param bidirectional whether each layer goes both ways.
#' @param ... `proj_size` of `nn_lstm()`: the size to which h is mapped by a weight `weight_hr_l1`; 0: it is not.
#' @return A module, called with the input and perhaps the first state; packed sequences are taken too: see
#'   [nn_utils_rnn_pack_padded_sequence()]. It
#'   gives a list of the output (L, N, directions * hidden_size) and the last state, (layers * directions, N, hidden_size); of
#'   `nn_lstm()` states are
#'   lists of h and c. An input of (L, input_size) has no N, nor have output and states.
#' @references Hochreiter and Schmidhuber (1997), Long short-term memory. Cho et al. (2014), Learning phrase representations using RNN
#'   encoder-decoder.
#' @section Errors:
#'   An input whose last dimension is not `input_size` is refused, and a state of another shape.
#' @examples
#' x <- torch_randn(5, 2, 3)
#' lstm <- nn_lstm(3, 4)
#' out <- lstm(x)
#' out[[1]]$shape
#' names(lstm$parameters)
#' nn_rnn(3, 4, nonlinearity = "relu")(x)[[2]]$shape
#' nn_gru(3, 4, num_layers = 2, bidirectional = TRUE)(x)[[2]]$shape
#' @name nn_recurrent
NULL

nn_recurrent_base <- nn_module(
  "nn_rnn_base",
  start = function(mode, gates, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size = 0) {
    self$mode <- mode
    self$input_size <- .Call(ffi_count, input_size, "input_size")
    self$hidden_size <- .Call(ffi_count, hidden_size, "hidden_size")
    self$num_layers <- .Call(ffi_count, num_layers, "num_layers")
    if (self$num_layers < 1) raise_error("`num_layers` must be 1 or more")
    check_setting(dropout, "dropout", most = 1)
    self$bias <- .Call(ffi_flag, bias, "bias")
    self$batch_first <- .Call(ffi_flag, batch_first, "batch_first")
    self$dropout <- dropout
    self$bidirectional <- .Call(ffi_flag, bidirectional, "bidirectional")
    self$proj_size <- .Call(ffi_count, proj_size, "proj_size")
    if (self$proj_size > 0 && self$proj_size >= self$hidden_size) raise_error("`proj_size` must be less than `hidden_size`")
    directions <- 1L + self$bidirectional
    given <- if (self$proj_size > 0) self$proj_size else self$hidden_size
    for (layer in seq_len(self$num_layers)) {
      from <- if (layer == 1) self$input_size else given * directions
      for (suffix in c("", "_reverse")[seq_len(directions)]) {
        at <- paste0("_l", layer, suffix)
        self[[paste0("weight_ih", at)]] <- nn_parameter(torch_empty(gates * self$hidden_size, from))
        self[[paste0("weight_hh", at)]] <- nn_parameter(torch_empty(gates * self$hidden_size, given))
        if (self$bias) {
          self[[paste0("bias_ih", at)]] <- nn_parameter(torch_empty(gates * self$hidden_size))
          self[[paste0("bias_hh", at)]] <- nn_parameter(torch_empty(gates * self$hidden_size))
        }
        if (self$proj_size > 0) self[[paste0("weight_hr", at)]] <- nn_parameter(torch_empty(self$proj_size, self$hidden_size))
      }
    }
    self$reset_parameters()
  },
  reset_parameters = function() for (x in registered(self, "parameter")) init_bound(x, self$hidden_size),
  flatten_parameters = function() invisible(),
  forward = function(input, hx = NULL) run_recurrent(self, input, hx)
)

#' @rdname nn_recurrent
#' @export
nn_rnn <- nn_module(
  "nn_rnn",
  inherit = nn_recurrent_base,
  initialize = function(input_size, hidden_size, num_layers = 1, nonlinearity = NULL, bias = TRUE, batch_first = FALSE, dropout = 0,
                        bidirectional = FALSE, ...) {
    no_dots(...)
    if (is.null(nonlinearity)) nonlinearity <- "tanh"
    one_of(nonlinearity, "nonlinearity", c("tanh", "relu"))
    self$nonlinearity <- nonlinearity
    self$start(nonlinearity, 1L, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
  }
)
#' @rdname nn_recurrent
#' @export
nn_lstm <- nn_module(
  "nn_lstm",
  inherit = nn_recurrent_base,
  initialize = function(input_size, hidden_size, num_layers = 1, bias = TRUE, batch_first = FALSE, dropout = 0,
                        bidirectional = FALSE, ...) {
    more <- list(...)
    if (length(more) && !identical(names(more), "proj_size")) no_dots(..., known = c("proj_size", names(formals(nn_lstm))))
    proj_size <- if (length(more)) more$proj_size else 0
    self$start("lstm", 4L, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size)
  }
)
#' @rdname nn_recurrent
#' @export
nn_gru <- nn_module(
  "nn_gru",
  inherit = nn_recurrent_base,
  initialize = function(input_size, hidden_size, num_layers = 1, bias = TRUE, batch_first = FALSE, dropout = 0,
                        bidirectional = FALSE, ...) {
    no_dots(...)
    self$start("gru", 3L, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
  }
)

# ---- running ----

# The tensors of a layer and direction, as steps take them.
weights_at <- function(self, layer, suffix) {
  of <- function(name) .subset2(self, paste0(name, "_l", layer, suffix))
  list(ih = of("weight_ih"), hh = of("weight_hh"), bias_ih = of("bias_ih"), bias_hh = of("bias_hh"), hr = of("weight_hr"))
}

# Each takes what comes from the input at a step (with the biases that can be added beforehand), the state, and the weights.
recurrent_steps <- list(
  tanh = function(from_input, state, w) {
    list(torch_tanh(torch_addmm(from_input, state[[1L]], w$hh_t)))
  },
  relu = function(from_input, state, w) {
    list(nnf_relu(torch_addmm(from_input, state[[1L]], w$hh_t)))
  },
  lstm = function(from_input, state, w) {
    out <- .Call(ffi_lstm_cell, torch_addmm(from_input, state[[1L]], w$hh_t), state[[2L]])
    if (!is.null(w$hr)) out[[1L]] <- torch_matmul(out[[1L]], w$hr_t)
    out
  },
  gru = function(from_input, state, w) {
    list(.Call(ffi_gru_cell, from_input, nnf_linear(state[[1L]], w$hh, w$bias_hh), state[[1L]]))
  }
)

# Along a sequence (L, N, features), whose first `sizes[t]` samples are there at step t (NULL: all).
run_direction <- function(self, input, state, w, backwards, sizes) {
  step <- recurrent_steps[[self$mode]]
  bias <- if (self$mode == "gru" || is.null(w$bias_ih)) w$bias_ih else w$bias_ih + w$bias_hh
  w$hh_t <- w$hh$t()
  if (!is.null(w$hr)) w$hr_t <- w$hr$t()
  from_input <- torch_unbind(nnf_linear(input, w$ih, bias))
  order <- seq_along(from_input)
  if (backwards) order <- rev(order)
  out <- vector("list", length(order))
  for (t in order) {
    if (is.null(sizes) || sizes[t] == state[[1L]]$size(1L)) {
      state <- step(from_input[[t]], state, w)
      out[[t]] <- state[[1L]]
    } else {
      n <- sizes[t]
      new <- step(from_input[[t]]$narrow(1L, 1L, n), lapply(state, function(x) x$narrow(1L, 1L, n)), w)
      state <- Map(function(before, after) torch_cat(list(after, before$narrow(1L, n + 1L, before$size(1L) - n))), state, new)
      out[[t]] <- torch_cat(list(new[[1L]], torch_zeros(state[[1L]]$size(1L) - n, new[[1L]]$size(2L), dtype = input$dtype)))
    }
  }
  list(torch_stack(out), state)
}

first_state <- function(self, hx, samples, dtype) {
  layers <- self$num_layers * (1L + self$bidirectional)
  sizes <- list(if (self$proj_size > 0) self$proj_size else self$hidden_size)
  if (self$mode == "lstm") sizes <- c(sizes, list(self$hidden_size))
  if (is.null(hx)) return(lapply(sizes, function(size) torch_zeros(layers, samples, size, dtype = dtype)))
  if (inherits(hx, "torch_tensor")) hx <- list(hx)
  if (!is.list(hx) || length(hx) != length(sizes)) {
    raise_error(if (self$mode == "lstm") "`hx` must be a list of two tensors, h and c" else "`hx` must be a tensor", NULL)
  }
  for (k in seq_along(hx)) {
    if (!identical(as.numeric(dim(hx[[k]])), as.numeric(c(layers, samples, sizes[[k]])))) {
      raise_error(sprintf("`hx` must have the shape [%d, %d, %d]; it has %s", layers, samples, sizes[[k]], text_of_shape(hx[[k]])), NULL)
    }
  }
  hx
}

run_recurrent <- function(self, input, hx) {
  packed <- is_packed_sequence(input)
  sizes <- NULL
  order <- NULL
  if (packed) {
    order <- input$sorted_indices
    unpacked <- unpack_sorted(input)
    sizes <- unpacked$sizes
    x <- unpacked$padded
    if (!is.null(hx) && !is.null(order)) hx <- in_order(hx, order)
  } else {
    if (!length(dim(input)) %in% 2:3) raise_error("`input` must have the shape (L, N, features), or (L, features)", NULL)
    x <- input
  }
  alone <- !packed && length(dim(x)) == 2L
  if (alone) {
    x <- x$unsqueeze(2L)
    if (!is.null(hx)) hx <- map_state(hx, function(h) h$unsqueeze(2L))
  } else if (self$batch_first && !packed) {
    x <- x$transpose(1L, 2L)
  }
  if (x$size(3L) != self$input_size) {
    raise_error(sprintf("the last dimension of `input` must be %g; it is %d", self$input_size, x$size(3L)), NULL)
  }
  state <- first_state(self, hx, x$size(2L), x$dtype)
  directions <- 1L + self$bidirectional
  last <- list()
  for (layer in seq_len(self$num_layers)) {
    outputs <- list()
    for (direction in seq_len(directions)) {
      at <- (layer - 1L) * directions + direction
      own <- lapply(state, function(h) h$select(1L, at))
      done <- run_direction(self, x, own, weights_at(self, layer, c("", "_reverse")[direction]), direction == 2L, sizes)
      outputs[[direction]] <- done[[1L]]
      last[[at]] <- done[[2L]]
    }
    x <- if (directions == 1L) outputs[[1L]] else torch_cat(outputs, 3L)
    if (self$dropout > 0 && self$training && layer < self$num_layers) x <- nnf_dropout(x, self$dropout)
  }
  state <- lapply(seq_along(state), function(k) torch_stack(lapply(last, `[[`, k)))
  if (packed) {
    if (!is.null(order)) state <- lapply(state, function(h) h$index_select(2L, input$unsorted_indices))
    out <- repack(x, sizes, input)
  } else {
    out <- if (alone) x$squeeze(2L) else if (self$batch_first) x$transpose(1L, 2L) else x
    if (alone) state <- lapply(state, function(h) h$squeeze(2L))
  }
  list(out, if (self$mode == "lstm") state else state[[1L]])
}

map_state <- function(hx, f) if (is.list(hx)) lapply(hx, f) else f(hx)
in_order <- function(hx, order) map_state(hx, function(h) h$index_select(2L, order))
