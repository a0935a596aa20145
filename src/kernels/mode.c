#include "mode.h"

#include "loops.h"
#include "parallel.h"
#include "slices.h"

#define MODE(suffix, T, ...)                                                                                                                 \
    static void mode_##suffix(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) { \
        (void)context;                                                                                                                       \
        for (int64_t l = 0; l < slices; l++) {                                                                                               \
            const char *x = data[1] + l * next[1];                                                                                           \
            int64_t run = 0, longest = 0, last = 0;                                                                                          \
            for (int64_t j = 0; j < n && !RL_GIVEN_UP_AT(j); j++) {                                                                          \
                run++;                                                                                                                       \
                if (j + 1 < n && *(const T *)(x + j * step[1]) == *(const T *)(x + (j + 1) * step[1])) continue;                             \
                if (run > longest) {                                                                                                         \
                    longest = run;                                                                                                           \
                    last = j;                                                                                                                \
                }                                                                                                                            \
                run = 0;                                                                                                                     \
            }                                                                                                                                \
            *(T *)(data[0] + l * next[0]) = *(const T *)(x + last * step[1]);                                                                \
            *(int64_t *)(data[3] + l * next[3]) = *(const int64_t *)(data[2] + last * step[2] + l * next[2]);                                \
        }                                                                                                                                    \
    }

RL_FOR_INTEGERS(MODE, )
MODE(float, float)
MODE(double, double)

rl_status rl_modes(rl_tensor *values, rl_tensor *indices, rl_tensor *sorted, rl_tensor *sorted_indices, int dim) {
    static const rl_slice_loop loops[RL_DTYPES] = {[RL_BOOL] = mode_uint8, RL_INTEGER_ROWS(mode) RL_FLOATING_ROWS(mode)};
    return rl_for_slices(4, (rl_tensor *[]){values, sorted, sorted_indices, indices}, dim, 0, loops[values->dtype], NULL);
}
