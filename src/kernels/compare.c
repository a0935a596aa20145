/* Comparison of int64 with double, which no dtype holds both of: exact all the same. */
#include "binary.h"

/* The sign of a - b; b is not NaN. */
static inline int difference(int64_t a, double b) {
    if (b >= 0x1p63) return -1;
    if (b < -0x1p63) return 1;
    int64_t integer = (int64_t)b;
    if (a != integer) return a < integer ? -1 : 1;
    return ((double)integer > b) - ((double)integer < b);
}

#define EXACTLY(name, e)                                  \
    static void name##_exactly(RL_LOOP_PARAMETERS) {      \
        (void)context;                                    \
        for (int64_t i = 0; i < n; i++) {                 \
            int64_t a = RL_AT(int64_t, 1);                \
            double b = RL_AT(double, 2);                  \
            *(uint8_t *)(data[0] + i * strides[0]) = (e); \
        }                                                 \
    }

EXACTLY(eq, b == b && difference(a, b) == 0)
EXACTLY(ne, b != b || difference(a, b) != 0)
EXACTLY(gt, b == b && difference(a, b) > 0)
EXACTLY(ge, b == b && difference(a, b) >= 0)
EXACTLY(lt, b == b && difference(a, b) < 0)
EXACTLY(le, b == b && difference(a, b) <= 0)

const rl_loop rl_exact_comparisons[] = {
    [RL_EQ] = eq_exactly, [RL_NE] = ne_exactly, [RL_GT] = gt_exactly, [RL_GE] = ge_exactly, [RL_LT] = lt_exactly, [RL_LE] = le_exactly};
