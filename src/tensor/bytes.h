/* 64-bit words as bytes, lowest first: what is saved reads the same on every machine. */
#ifndef RL_TENSOR_BYTES_H
#define RL_TENSOR_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline uint8_t *rl_put_word(uint8_t *to, uint64_t word) {
    for (int k = 0; k < 8; k++) *to++ = (uint8_t)(word >> (8 * k));
    return to;
}

typedef struct {
    const uint8_t *at, *end;
    int cut; /* more was asked for than there is */
} rl_reader;

static inline uint64_t rl_get_word(rl_reader *from) {
    uint64_t word = 0;
    if (from->end - from->at < 8) {
        from->cut = 1;
        return 0;
    }
    for (int k = 0; k < 8; k++) word |= (uint64_t)*from->at++ << (8 * k);
    return word;
}

#endif
