/* Code that moves elements and does not look at them: of their type only the width matters. */
#ifndef RL_KERNELS_WIDTHS_H
#define RL_KERNELS_WIDTHS_H

#include <stdint.h>

/* Sixteen bytes that lie as two of eight do. */
typedef uint64_t rl_sixteen_bytes __attribute__((vector_size(16), aligned(8), may_alias));

/* make(name_1, uint8_t), ... */
#define RL_FOR_WIDTHS(make, name) \
    make(name##_1, uint8_t) make(name##_2, uint16_t) make(name##_4, uint32_t) make(name##_8, uint64_t) make(name##_16, rl_sixteen_bytes)

/* Which of these. */
#define RL_OF_WIDTH(name, width) ((width) == 1 ? name##_1 : (width) == 2 ? name##_2 : (width) == 4 ? name##_4 : (width) == 8 ? name##_8 : name##_16)

/* The statement code(T), T being as wide. */
#define RL_BY_WIDTH(width, code)     \
    switch (width) {                 \
    case 1: code(uint8_t); break;    \
    case 2: code(uint16_t); break;   \
    case 4: code(uint32_t); break;   \
    case 8: code(uint64_t); break;   \
    case 16: code(rl_sixteen_bytes); \
    }

#endif
