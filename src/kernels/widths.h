/* Code that moves elements and does not look at them: of their type only the width matters. */
#ifndef RL_KERNELS_WIDTHS_H
#define RL_KERNELS_WIDTHS_H

#include <stdint.h>

/* make(name_1, uint8_t), ... */
#define RL_FOR_WIDTHS(make, name) make(name##_1, uint8_t) make(name##_2, uint16_t) make(name##_4, uint32_t) make(name##_8, uint64_t)

/* Which of these. */
#define RL_OF_WIDTH(name, width) ((width) == 1 ? name##_1 : (width) == 2 ? name##_2 : (width) == 4 ? name##_4 : name##_8)

/* The statement code(T), T being as wide. */
#define RL_BY_WIDTH(width, code)   \
    switch (width) {               \
    case 1: code(uint8_t); break;  \
    case 2: code(uint16_t); break; \
    case 4: code(uint32_t); break; \
    default: code(uint64_t);       \
    }

#endif
