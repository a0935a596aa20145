/* Largest and smallest elements, alone or with their indices. A NaN wins over every number; the first of equals wins. */
#include "reducers.h"

#include <math.h>

/* b wins over the earlier a */
#define WINS(a, b, beats) ((b)beats(a) || (b) != (b))

#define MINMAX(name, T, IN, beats, worst)                                                                     \
    RL_ACCUMULATE(name##_##T, IN, IN, RL_CLONES, worst, WINS(s, a, beats) ? a : s, WINS(s, t, beats) ? t : s) \
    RL_RESULT(name##_##T, IN, IN, s)                                                                          \
    RL_REDUCER(name##_reducer_##T, IN, name##_##T, name##_##T)

#define MINMAX_ALL(name, beats, WORST)                \
    MINMAX(name, uint8, uint8_t, beats, WORST(UINT8)) \
    MINMAX(name, int8, int8_t, beats, WORST(INT8))    \
    MINMAX(name, int16, int16_t, beats, WORST(INT16)) \
    MINMAX(name, int32, int32_t, beats, WORST(INT32)) \
    MINMAX(name, int64, int64_t, beats, WORST(INT64)) \
    MINMAX(name, float, float, beats, WORST(FLOAT))   \
    MINMAX(name, double, double, beats, WORST(FLOAT)) \
    const rl_reducers rl_##name##_reducers = ALL_NUMBERS(name##_reducer);

#define UINT8_MIN 0
#define FLOAT_MIN (-INFINITY)
#define FLOAT_MAX INFINITY
#define LEAST(T) T##_MIN
#define MOST(T) T##_MAX

MINMAX_ALL(amax, >, LEAST)
MINMAX_ALL(amin, <, MOST)

/* ---- with indices ---- */

/* fields: the extreme, where it was met first. The accumulates of rl_amax_reducers find a row's extreme, and then it is looked for. */
#define WITH_INDICES(name, T, IN, beats)                                                                                                                 \
    static void name##_indices_start_##T(void *const *fields, int64_t n, const rl_reduction *run) {                                                      \
        name##_##T##_start(fields, n, run);                                                                                                              \
        for (int64_t j = 0; j < n; j++) ((int64_t *)fields[1])[j] = 0;                                                                                   \
    }                                                                                                                                                    \
    RL_CLONES static int64_t name##_find_##T(const char *x, int64_t stride, int64_t m, IN wanted) {                                                      \
        int64_t i = 0;                                                                                                                                   \
        if (stride == sizeof(IN)) {                                                                                                                      \
            for (; i + RL_LANES <= m; i += RL_LANES) {                                                                                                   \
                const IN *p = (const IN *)x + i;                                                                                                         \
                int met = 0;                                                                                                                             \
                _Pragma("omp simd reduction(|:met)") for (int k = 0; k < RL_LANES; k++) met |= (p[k] == wanted) | (p[k] != p[k]);                        \
                if (met) break;                                                                                                                          \
            }                                                                                                                                            \
        }                                                                                                                                                \
        for (; i < m; i++) {                                                                                                                             \
            IN a = *(const IN *)(x + i * stride);                                                                                                        \
            if (a == wanted || a != a) return i;                                                                                                         \
        }                                                                                                                                                \
        return 0;                                                                                                                                        \
    }                                                                                                                                                    \
    static void name##_indices_along_##T(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_reduction *run) {                       \
        IN best, *value = fields[0];                                                                                                                     \
        void *field = &best;                                                                                                                             \
        name##_##T##_start(&field, 1, run);                                                                                                              \
        name##_##T##_along(&field, x, stride, m, run);                                                                                                   \
        if (!WINS(*value, best, beats) || *value != *value) return;                                                                                      \
        *value = best;                                                                                                                                   \
        *(int64_t *)fields[1] = run->done + name##_find_##T(x, stride, m, best);                                                                         \
    }                                                                                                                                                    \
    RL_CLONES static void name##_indices_across_##T(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_reduction *run) { \
        IN *values = fields[0];                                                                                                                          \
        int64_t *indices = fields[1];                                                                                                                    \
        for (int64_t i = 0; i < m; i++, x += stride) {                                                                                                   \
            const IN *p = (const IN *)x;                                                                                                                 \
            int64_t index = run->done + i;                                                                                                               \
            RL_SIMD for (int64_t j = 0; j < n; j++) {                                                                                                    \
                IN s = values[j], a = p[j];                                                                                                              \
                int wins = WINS(s, a, beats) & (s == s);                                                                                                 \
                values[j] = wins ? a : s;                                                                                                                \
                indices[j] = wins ? index : indices[j];                                                                                                  \
            }                                                                                                                                            \
        }                                                                                                                                                \
    }                                                                                                                                                    \
    static void name##_indices_combine_##T(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_reduction *run) {                \
        IN *values = fields[0];                                                                                                                          \
        (void)count;                                                                                                                                     \
        for (int64_t j = 0; j < n; j++) {                                                                                                                \
            IN other = ((const IN *)others[0])[j];                                                                                                       \
            if (!WINS(values[j], other, beats) || values[j] != values[j]) continue;                                                                      \
            values[j] = other;                                                                                                                           \
            ((int64_t *)fields[1])[j] = run->done + ((const int64_t *)others[1])[j];                                                                     \
        }                                                                                                                                                \
    }                                                                                                                                                    \
    static void name##_indices_finish_##T(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_reduction *run) {           \
        (void)run;                                                                                                                                       \
        for (int64_t j = 0; j < n; j++) {                                                                                                                \
            if (out[1]) *(IN *)(out[0] + j * strides[0]) = ((const IN *)fields[0])[j];                                                                   \
            int at = out[1] != NULL;                                                                                                                     \
            *(int64_t *)(out[at] + j * strides[at]) = ((const int64_t *)fields[1])[j] + 1;                                                               \
        }                                                                                                                                                \
    }                                                                                                                                                    \
    static const rl_reducer name##_indices_##T = {.field_size = {sizeof(IN), sizeof(int64_t)},                                                           \
                                                  .start = name##_indices_start_##T,                                                                     \
                                                  .along = name##_indices_along_##T,                                                                     \
                                                  .across = name##_indices_across_##T,                                                                   \
                                                  .combine = name##_indices_combine_##T,                                                                 \
                                                  .finish = name##_indices_finish_##T};

#define ALL_WITH_INDICES(name, beats)         \
    WITH_INDICES(name, uint8, uint8_t, beats) \
    WITH_INDICES(name, int8, int8_t, beats)   \
    WITH_INDICES(name, int16, int16_t, beats) \
    WITH_INDICES(name, int32, int32_t, beats) \
    WITH_INDICES(name, int64, int64_t, beats) \
    WITH_INDICES(name, float, float, beats)   \
    WITH_INDICES(name, double, double, beats) \
    const rl_reducers rl_##name##_indices_reducers = ALL_NUMBERS(name##_indices);

ALL_WITH_INDICES(amax, >)
ALL_WITH_INDICES(amin, <)
