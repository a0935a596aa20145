# Cells of recurrent networks.
gradient_case("lstm_cell", function(gates, cell) {
  out <- .Call(ffi_lstm_cell, gates, cell)
  out[[1]] + 2 * out[[2]]
}, list(c(3, 8), c(3, 2)), empty = list(c(0, 8), c(0, 2)), except = "scalar")
gradient_case("lstm_cell", function(gates, cell) .Call(ffi_lstm_cell, gates, cell)[[2]], list(c(2, 4), c(2, 1)), empty = list(c(0, 4), c(0, 1)), except = "scalar")
gradient_case("gru_cell", function(from_input, from_state, state) .Call(ffi_gru_cell, from_input, from_state, state), list(c(3, 6), c(3, 6), c(3, 2)),
  empty = list(c(0, 6), c(0, 6), c(0, 2)), except = "scalar"
)
