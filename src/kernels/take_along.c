#include "take_along.h"

#include "loops.h"
#include "widths.h"

#define TAKE_ALONG(name, T)                                                                                                                \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) {        \
        (void)context;                                                                                                                     \
        for (int64_t l = 0; l < slices; l++)                                                                                               \
            for (int64_t j = 0; j < n; j++) RL_SLICE_AT(T, 0, j, l) = RL_SLICE_AT(const T, 2, RL_SLICE_AT(const int64_t, 1, j, l) - 1, l); \
    }
RL_FOR_WIDTHS(TAKE_ALONG, pick)

rl_status rl_take_elements(rl_tensor *out, rl_tensor *indices, rl_tensor *x, int dim) {
    size_t width = rl_dtype_size((rl_dtype)x->dtype);
    return rl_for_slices(3, (rl_tensor *[]){out, indices, x}, dim, 0, RL_OF_WIDTH(pick, width), NULL);
}

#define ADD_ALONG(name, T)                                                                                                                  \
    static void name(char *const *data, const int64_t *step, const int64_t *next, int64_t n, int64_t slices, const void *context) {         \
        (void)context;                                                                                                                      \
        for (int64_t l = 0; l < slices; l++)                                                                                                \
            for (int64_t j = 0; j < n; j++) RL_SLICE_AT(T, 0, RL_SLICE_AT(const int64_t, 1, j, l) - 1, l) += RL_SLICE_AT(const T, 2, j, l); \
    }
ADD_ALONG(put_float, float)
ADD_ALONG(put_double, double)

rl_status rl_put_elements(rl_tensor *out, rl_tensor *indices, rl_tensor *x, int dim) {
    static const rl_slice_loop loops[RL_DTYPES] = {RL_FLOATING_ROWS(put)};
    return rl_for_slices(3, (rl_tensor *[]){out, indices, x}, dim, 0, loops[x->dtype], NULL);
}
