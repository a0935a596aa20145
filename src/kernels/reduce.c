#include "reduce.h"

#include <string.h>

#define SUM_LOOP(name, T)                                                                          \
    static void name(char *const *data, const int64_t *strides, int64_t n, const void *context) { \
        (void)context;                                                                             \
        for (int64_t i = 0; i < n; i++) *(T *)(data[1] + i * strides[1]) += *(const T *)(data[0] + i * strides[0]); \
    }
SUM_LOOP(sum_int64, int64_t)
SUM_LOOP(sum_float, float)
SUM_LOOP(sum_double, double)

void rl_sum_elements(rl_tensor *to, rl_tensor *x) {
    static const rl_loop loops[RL_DTYPES] = {[RL_INT64] = sum_int64, [RL_FLOAT] = sum_float, [RL_DOUBLE] = sum_double};
    rl_tensor *operands[] = {x, to};
    memset(rl_data(to), 0, (size_t)to->numel * rl_dtype_size((rl_dtype)to->dtype));
    rl_each(2, operands, loops[to->dtype], NULL);
}
