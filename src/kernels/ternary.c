#include "ternary.h"

/* Only the width of what is chosen matters. */
#define CHOICE(name, T) RL_TERNARY_LOOP(name, , uint8_t, T, T, , a ? b : c)
CHOICE(where_1, uint8_t)
CHOICE(where_2, uint16_t)
CHOICE(where_4, uint32_t)
CHOICE(where_8, uint64_t)
const rl_loops rl_where_loops = {.of = {where_1, where_1, where_1, where_2, where_4, where_8, where_2, where_2, where_4, where_8}};
