#include "ternary.h"

#include "widths.h"

/* Only the width of what is chosen matters. */
#define CHOICE(name, T) RL_TERNARY_LOOP(name, , uint8_t, T, T, , a ? b : c)
RL_FOR_WIDTHS(CHOICE, where)
rl_loop rl_where_loop(rl_dtype dtype) { return RL_OF_WIDTH(where, rl_dtype_size(dtype)); }

#define WHOLE(tag, T, U, name, unused) RL_TERNARY_LOOP(name##_##tag, , T, T, T, const U k = (U)NUMBER(0).as_int, (U)a + k * (U)b * (U)c)
#define SCALED_LOOPS(name, e)                                                                                    \
    RL_TERNARY_LOOP(name##_float, RL_CLONES, float, float, float, const float k = (float)NUMBER(0).as_double, e) \
    RL_TERNARY_LOOP(name##_double, RL_CLONES, double, double, double, const double k = NUMBER(0).as_double, e)

RL_FOR_INTEGERS(WHOLE, addcmul, )
SCALED_LOOPS(addcmul, a + k * b * c)
RL_NUMERIC_LOOPS(addcmul)

SCALED_LOOPS(addcdiv, a + k * b / c)
RL_FLOATING_LOOPS(addcdiv)

/* From whichever end is nearer, so that it is exact at both. */
RL_TERNARY_LOOP(lerp_float, RL_CLONES, float, float, float, , c < 0.5f ? a + c * (b - a) : b - (b - a) * (1 - c))
RL_TERNARY_LOOP(lerp_double, RL_CLONES, double, double, double, , c < 0.5 ? a + c * (b - a) : b - (b - a) * (1 - c))
RL_FLOATING_LOOPS(lerp)
