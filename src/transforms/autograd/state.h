/* A tensor as bytes, to be saved, sent to another process, and read again.
 *
 * Note [State]
 * A state is a head, then the values of the tensor, then those of its grad if it has one. The head consists of 64-bit words, lowest
 * byte first:
 *
 *     magic, format, byte order of the values, number of tensors (1, or 2 with a grad)
 *     for each tensor: flags (1: requires gradients), dtype, dimensions, bytes of its values, sizes, strides
 *
 * Values are written as they lie in memory where no element lies between them that is not the tensor's, and a dimension that is
 * expanded is written once; so reading follows the strides. Dtypes have PyTorch's numbers. What is read is believed only as far as
 * it was checked. A change of this layout takes a new format number, and the reader of the old one stays. */
#ifndef RL_AUTOGRAD_STATE_H
#define RL_AUTOGRAD_STATE_H

#include "graph.h"

enum { RL_STATE_FORMAT = 1, RL_STATE_TENSORS = 2, RL_STATE_HEAD_BYTES = 8 * (4 + RL_STATE_TENSORS * (4 + 2 * RL_MAX_DIMS)) };

typedef struct {
    int requires_grad;
    rl_dtype dtype; /* RL_NO_DTYPE: an undefined tensor */
    rl_layout shape;
    int64_t elements; /* that are stored */
    size_t bytes;
} rl_stored;

typedef struct {
    int n;
    int swapped; /* the values have the other byte order */
    rl_stored tensors[RL_STATE_TENSORS];
    size_t head_bytes;
    uint8_t head[RL_STATE_HEAD_BYTES];
    rl_tensor *values[RL_STATE_TENSORS]; /* flat: the scope's; NULL if there are none */
} rl_state;

size_t rl_state_bytes(const rl_tensor *tensor); /* of head and values; nothing is computed or allocated */
rl_status rl_state_write(rl_tensor *tensor, rl_state *state);
/* Reads and checks a head at the start of some bytes, then makes the tensor from what lies where the values are. */
rl_status rl_state_open(const uint8_t *bytes, size_t available, rl_state *state);
rl_tensor *rl_state_read(const rl_state *state, const uint8_t *const *values);

#endif
