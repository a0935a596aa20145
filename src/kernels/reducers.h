/* How simple reducers are written: a state that is one number, and an expression that takes an element in. A step of contiguous
 * elements treats them as rows of RL_LANES, so that one loop, across neighbours, is all that has to be vectorised. */
#ifndef RL_KERNELS_REDUCERS_H
#define RL_KERNELS_REDUCERS_H

#include "loops.h"
#include "reduce.h"

enum { RL_LANES = 32 };

/* s is a state and a an element; `step` is the state with the element in it, `combined` two states s and t in one; run->context
 * is what the caller of rl_reduce() gave. */
#define RL_ACCUMULATE(name, IN, STATE, attributes, zero, step, combined) \
    RL_ACCUMULATE_BY_FOUR(name, IN, STATE, attributes, zero, step, combined, a = w; s = step; a = x; s = step; a = y; s = step; a = z; s = step)

/* `four` takes in the elements w, x, y and z, which come first to last. */
#define RL_ACCUMULATE_BY_FOUR(name, IN, STATE, attributes, zero, step, combined, four)                                                                        \
    attributes static void name##_across(void *const *fields, const char *from, int64_t n, int64_t stride, int64_t m, const rl_reduction *run) {              \
        STATE *states = fields[0];                                                                                                                            \
        int64_t i = 0;                                                                                                                                        \
        (void)run;                                                                                                                                            \
        for (; i + 4 <= m; i += 4, from += 4 * stride) {                                                                                                      \
            const IN *p0 = (const IN *)from, *p1 = (const IN *)(from + stride), *p2 = (const IN *)(from + 2 * stride), *p3 = (const IN *)(from + 3 * stride); \
            RL_SIMD for (int64_t j = 0; j < n; j++) {                                                                                                         \
                STATE s = states[j];                                                                                                                          \
                IN a, w = p0[j], x = p1[j], y = p2[j], z = p3[j];                                                                                             \
                (void)a;                                                                                                                                      \
                four;                                                                                                                                         \
                states[j] = s;                                                                                                                                \
            }                                                                                                                                                 \
        }                                                                                                                                                     \
        for (; i < m; i++, from += stride) {                                                                                                                  \
            const IN *p = (const IN *)from;                                                                                                                   \
            RL_SIMD for (int64_t j = 0; j < n; j++) {                                                                                                         \
                STATE s = states[j];                                                                                                                          \
                IN a = p[j];                                                                                                                                  \
                states[j] = step;                                                                                                                             \
            }                                                                                                                                                 \
        }                                                                                                                                                     \
    }                                                                                                                                                         \
    static void name##_start(void *const *fields, int64_t n, const rl_reduction *run) {                                                                       \
        (void)run;                                                                                                                                            \
        for (int64_t j = 0; j < n; j++) ((STATE *)fields[0])[j] = zero;                                                                                       \
    }                                                                                                                                                         \
    static void name##_combine(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_reduction *run) {                                 \
        (void)count, (void)run;                                                                                                                               \
        for (int64_t j = 0; j < n; j++) {                                                                                                                     \
            STATE s = ((STATE *)fields[0])[j], t = ((STATE *)others[0])[j];                                                                                   \
            ((STATE *)fields[0])[j] = combined;                                                                                                               \
        }                                                                                                                                                     \
    }                                                                                                                                                         \
    static void name##_along(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {                                        \
        STATE s = *(STATE *)fields[0];                                                                                                                        \
        if (stride == sizeof(IN) && m >= 2 * RL_LANES) {                                                                                                      \
            _Alignas(64) STATE lanes[RL_LANES];                                                                                                               \
            STATE t;                                                                                                                                          \
            void *field = lanes;                                                                                                                              \
            int64_t rows = m / RL_LANES, rest = m % RL_LANES;                                                                                                 \
            name##_start(&field, RL_LANES, run);                                                                                                              \
            name##_across(&field, x, RL_LANES, RL_LANES * sizeof(IN), rows, run);                                                                             \
            name##_across(&field, x + (m - rest) * (int64_t)sizeof(IN), rest, 0, 1, run);                                                                     \
            for (int width = RL_LANES / 2; width; width /= 2) {                                                                                               \
                void *half = lanes + width;                                                                                                                   \
                name##_combine(&field, &half, width, 0, run);                                                                                                 \
            }                                                                                                                                                 \
            t = lanes[0];                                                                                                                                     \
            s = combined;                                                                                                                                     \
            m = 0;                                                                                                                                            \
        }                                                                                                                                                     \
        for (; m > 0; m--, x += stride) {                                                                                                                     \
            IN a = *(const IN *)x;                                                                                                                            \
            s = step;                                                                                                                                         \
        }                                                                                                                                                     \
        *(STATE *)fields[0] = s;                                                                                                                              \
    }

/* The result is `result` of the state s. */
#define RL_RESULT(name, STATE, OUT, result)                                                                                        \
    static void name##_finish(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run) { \
        (void)run;                                                                                                                 \
        for (int64_t j = 0; j < n; j++) {                                                                                          \
            STATE s = ((const STATE *)fields[0])[j];                                                                               \
            *(OUT *)(out[0] + j * strides[0]) = (OUT)(result);                                                                     \
        }                                                                                                                          \
    }

#define RL_REDUCER(reducer, STATE, accumulating, finishing) RL_REDUCER_ALONG(reducer, STATE, accumulating##_along, accumulating, finishing)

/* With a function of its own for elements along a dimension. */
#define RL_REDUCER_ALONG(reducer, STATE, accumulating_along, accumulating, finishing) \
    static const rl_reducer reducer = {.field_size = {sizeof(STATE)},                 \
                                       .start = accumulating##_start,                 \
                                       .along = accumulating_along,                   \
                                       .across = accumulating##_across,               \
                                       .combine = accumulating##_combine,             \
                                       .finish = finishing##_finish};

/* The reducer R for every dtype; booleans are reduced as bytes. */
#define ALL_NUMBERS(R)                                                              \
    {                                                                               \
        .of = { [RL_BOOL] = &R##_uint8, RL_INTEGER_ROWS(&R), RL_FLOATING_ROWS(&R) } \
    }

#endif
