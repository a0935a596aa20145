/* Sums and what is made of them. A fold of contiguous elements treats them as rows of LANES, so that one loop, across
 * neighbours, is all that has to be vectorised. */
#include "loops.h"
#include "reduce.h"

enum { LANES = 32 };

/* s is a state and a an element; `fold` is the state with the element in it, `joined` two states in one. */
#define ADDITIVE(name, IN, STATE, attributes, zero, fold, joined)                                                                                              \
    attributes static void name##_across(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_fold *at) {                        \
        STATE *states = fields[0];                                                                                                                             \
        int64_t i = 0;                                                                                                                                         \
        (void)at;                                                                                                                                              \
        for (; i + 4 <= m; i += 4, x += 4 * stride) {                                                                                                          \
            const IN *p0 = (const IN *)x, *p1 = (const IN *)(x + stride), *p2 = (const IN *)(x + 2 * stride), *p3 = (const IN *)(x + 3 * stride);              \
            RL_SIMD for (int64_t j = 0; j < n; j++) {                                                                                                          \
                STATE s = states[j];                                                                                                                           \
                IN a = p0[j];                                                                                                                                  \
                s = fold;                                                                                                                                      \
                a = p1[j];                                                                                                                                     \
                s = fold;                                                                                                                                      \
                a = p2[j];                                                                                                                                     \
                s = fold;                                                                                                                                      \
                a = p3[j];                                                                                                                                     \
                states[j] = fold;                                                                                                                              \
            }                                                                                                                                                  \
        }                                                                                                                                                      \
        for (; i < m; i++, x += stride) {                                                                                                                      \
            const IN *p = (const IN *)x;                                                                                                                       \
            RL_SIMD for (int64_t j = 0; j < n; j++) {                                                                                                          \
                STATE s = states[j];                                                                                                                           \
                IN a = p[j];                                                                                                                                   \
                states[j] = fold;                                                                                                                              \
            }                                                                                                                                                  \
        }                                                                                                                                                      \
    }                                                                                                                                                          \
    static void name##_start(void *const *fields, int64_t n, const rl_fold *at) {                                                                              \
        (void)at;                                                                                                                                              \
        for (int64_t j = 0; j < n; j++)                                                                                                                        \
            ((STATE *)fields[0])[j] = zero;                                                                                                                    \
    }                                                                                                                                                          \
    static void name##_join(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_fold *at) {                                           \
        (void)count, (void)at;                                                                                                                                 \
        for (int64_t j = 0; j < n; j++) {                                                                                                                      \
            STATE s = ((STATE *)fields[0])[j], t = ((STATE *)others[0])[j];                                                                                    \
            ((STATE *)fields[0])[j] = joined;                                                                                                                  \
        }                                                                                                                                                      \
    }                                                                                                                                                          \
    static void name##_along(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_fold *at) {                                               \
        STATE s = *(STATE *)fields[0];                                                                                                                         \
        if (stride == sizeof(IN) && m >= 2 * LANES) {                                                                                                          \
            STATE lanes[LANES];                                                                                                                                \
            void *field = lanes;                                                                                                                               \
            int64_t rows = m / LANES;                                                                                                                          \
            name##_start(&field, LANES, at);                                                                                                                   \
            name##_across(&field, x, LANES, LANES * sizeof(IN), rows, at);                                                                                     \
            for (int width = LANES / 2; width; width /= 2) {                                                                                                   \
                void *half = lanes + width;                                                                                                                    \
                name##_join(&field, &half, width, 0, at);                                                                                                      \
            }                                                                                                                                                  \
            STATE t = lanes[0];                                                                                                                                \
            s = joined;                                                                                                                                        \
            x += rows * LANES * (int64_t)sizeof(IN);                                                                                                           \
            m -= rows * LANES;                                                                                                                                 \
        }                                                                                                                                                      \
        for (; m > 0; m--, x += stride) {                                                                                                                      \
            IN a = *(const IN *)x;                                                                                                                             \
            s = fold;                                                                                                                                          \
        }                                                                                                                                                      \
        *(STATE *)fields[0] = s;                                                                                                                               \
    }

/* The result is `result` of the state s. */
#define RESULT(name, STATE, OUT, result)                                                                                                                       \
    static void name##_finish(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_fold *fold) {                                 \
        (void)fold;                                                                                                                                            \
        for (int64_t j = 0; j < n; j++) {                                                                                                                      \
            STATE s = ((const STATE *)fields[0])[j];                                                                                                           \
            *(OUT *)(out[0] + j * strides[0]) = (OUT)(result);                                                                                                 \
        }                                                                                                                                                      \
    }

#define REDUCER(reducer, STATE, folding, finishing)                                                                                                            \
    static const rl_reducer reducer = {.field_size = {sizeof(STATE)},                                                                                          \
                                       .start = folding##_start,                                                                                               \
                                       .along = folding##_along,                                                                                               \
                                       .across = folding##_across,                                                                                             \
                                       .join = folding##_join,                                                                                                 \
                                       .finish = finishing##_finish};

/* ---- sum, mean ---- */

#define SUM(T, IN, STATE, attributes)                                                                                                                          \
    ADDITIVE(sum_##T, IN, STATE, attributes, 0, s + a, s + t)                                                                                                  \
    RESULT(sum_##T, STATE, STATE, s)                                                                                                                           \
    REDUCER(sum_##T##_reducer, STATE, sum_##T, sum_##T)

SUM(uint8, uint8_t, int64_t, RL_CLONES)
SUM(int8, int8_t, int64_t, RL_CLONES)
SUM(int16, int16_t, int64_t, RL_CLONES)
SUM(int32, int32_t, int64_t, RL_CLONES)
SUM(int64, int64_t, int64_t, RL_CLONES)

ADDITIVE(sum_float, float, double, RL_CLONES, 0, s + a, s + t)
RESULT(sum_float, double, float, s)
REDUCER(sum_float_reducer, double, sum_float, sum_float)
RESULT(mean_float, double, float, s / (double)fold->total)
REDUCER(mean_float_reducer, double, sum_float, mean_float)

SUM(double, double, double, RL_CLONES)
RESULT(mean_double, double, double, s / (double)fold->total)
REDUCER(mean_double_reducer, double, sum_double, mean_double)

const rl_reducers rl_sum_reducers = {.of = {[RL_BOOL] = &sum_uint8_reducer,
                                            [RL_UINT8] = &sum_uint8_reducer,
                                            [RL_INT8] = &sum_int8_reducer,
                                            [RL_INT16] = &sum_int16_reducer,
                                            [RL_INT32] = &sum_int32_reducer,
                                            [RL_INT64] = &sum_int64_reducer,
                                            [RL_FLOAT] = &sum_float_reducer,
                                            [RL_DOUBLE] = &sum_double_reducer}};
const rl_reducers rl_mean_reducers = {.of = {[RL_FLOAT] = &mean_float_reducer, [RL_DOUBLE] = &mean_double_reducer}};
