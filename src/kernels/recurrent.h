/* Cells of recurrent networks, row by row: all matrices are contiguous, n rows; of size columns, or 4 size (gates of an LSTM: i, f, g, o) or 3 size
 * (of a GRU: r, z, n) columns. */
#ifndef RL_KERNELS_RECURRENT_H
#define RL_KERNELS_RECURRENT_H

#include "../tensor/tensor.h"

/* c' = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c') */
rl_status rl_lstm_rows(rl_dtype dtype, int64_t n, int64_t size, const void *gates, const void *cell, void *hidden, void *next);
/* by_hidden and by_cell, the gradients of h and c', may be NULL */
rl_status rl_lstm_rows_backward(rl_dtype dtype, int64_t n, int64_t size, const void *by_hidden, const void *by_cell, const void *gates, const void *cell,
                                void *by_gates, void *by_old);
/* h' = (1 - z) n + z h, with r = sigmoid(x_r + s_r), z = sigmoid(x_z + s_z), n = tanh(x_n + r s_n) */
rl_status rl_gru_rows(rl_dtype dtype, int64_t n, int64_t size, const void *from_input, const void *from_state, const void *state, void *next);
rl_status rl_gru_rows_backward(rl_dtype dtype, int64_t n, int64_t size, const void *gradient, const void *from_input, const void *from_state, const void *state,
                               void *by_input, void *by_from_state, void *by_state);

#endif
