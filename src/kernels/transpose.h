/* Copies between layouts whose dense dimensions differ, such as a matrix and its transpose. */
#ifndef RL_KERNELS_TRANSPOSE_H
#define RL_KERNELS_TRANSPOSE_H

#include "loops.h"

/* Whether it was such a copy, and has been made. `convert` makes elements of to's dtype of from's; NULL if they are the same. */
int rl_copy_transposed(rl_tensor *to, const rl_tensor *from, rl_loop convert);

/* A square of RL_TRANSPOSE_TILE x RL_TRANSPOSE_TILE elements of four bytes, from columns to rows; strides in bytes. */
enum { RL_TRANSPOSE_TILE = 16 };
void rl_transpose_tile(char *to, int64_t to_row, const char *from, int64_t from_column);

#endif
