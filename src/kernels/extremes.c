/* Largest and smallest elements, alone or with their places. A NaN wins over every number; the first of equals wins. */
#include "folds.h"

#include <math.h>

/* b wins over the earlier a */
#define WINS(a, b, beats) ((b)beats(a) || (b) != (b))

#define EXTREME(name, T, IN, beats, worst)                                                              \
    RL_FOLD(name##_##T, IN, IN, RL_CLONES, worst, WINS(s, a, beats) ? a : s, WINS(s, t, beats) ? t : s) \
    RL_RESULT(name##_##T, IN, IN, s)                                                                    \
    RL_REDUCER(name##_reducer_##T, IN, name##_##T, name##_##T)

#define EXTREMES(name, beats, WORST)                   \
    EXTREME(name, uint8, uint8_t, beats, WORST(UINT8)) \
    EXTREME(name, int8, int8_t, beats, WORST(INT8))    \
    EXTREME(name, int16, int16_t, beats, WORST(INT16)) \
    EXTREME(name, int32, int32_t, beats, WORST(INT32)) \
    EXTREME(name, int64, int64_t, beats, WORST(INT64)) \
    EXTREME(name, float, float, beats, WORST(FLOAT))   \
    EXTREME(name, double, double, beats, WORST(FLOAT)) \
    const rl_reducers rl_##name##_reducers = ALL_NUMBERS(name##_reducer);

#define UINT8_MIN 0
#define FLOAT_MIN (-INFINITY)
#define FLOAT_MAX INFINITY
#define LEAST(T) T##_MIN
#define MOST(T) T##_MAX

EXTREMES(amax, >, LEAST)
EXTREMES(amin, <, MOST)

/* ---- with places ---- */

/* fields: the extreme, where it was met first. The folds of rl_amax_reducers find a row's extreme, and then it is looked for. */
#define PLACED(name, T, IN, beats)                                                                                                                  \
    static void name##_places_start_##T(void *const *fields, int64_t n, const rl_fold *fold) {                                                      \
        name##_##T##_start(fields, n, fold);                                                                                                        \
        for (int64_t j = 0; j < n; j++) ((int64_t *)fields[1])[j] = 0;                                                                              \
    }                                                                                                                                               \
    RL_CLONES static int64_t name##_find_##T(const char *x, int64_t stride, int64_t m, IN wanted) {                                                 \
        int64_t i = 0;                                                                                                                              \
        if (stride == sizeof(IN)) {                                                                                                                 \
            for (; i + RL_LANES <= m; i += RL_LANES) {                                                                                              \
                const IN *p = (const IN *)x + i;                                                                                                    \
                int met = 0;                                                                                                                        \
                _Pragma("omp simd reduction(|:met)") for (int k = 0; k < RL_LANES; k++) met |= (p[k] == wanted) | (p[k] != p[k]);                   \
                if (met) break;                                                                                                                     \
            }                                                                                                                                       \
        }                                                                                                                                           \
        for (; i < m; i++) {                                                                                                                        \
            IN a = *(const IN *)(x + i * stride);                                                                                                   \
            if (a == wanted || a != a) return i;                                                                                                    \
        }                                                                                                                                           \
        return 0;                                                                                                                                   \
    }                                                                                                                                               \
    static void name##_places_along_##T(void *const *fields, const char *x, int64_t stride, int64_t m, const rl_fold *fold) {                       \
        IN best, *value = fields[0];                                                                                                                \
        void *field = &best;                                                                                                                        \
        name##_##T##_start(&field, 1, fold);                                                                                                        \
        name##_##T##_along(&field, x, stride, m, fold);                                                                                             \
        if (!WINS(*value, best, beats) || *value != *value) return;                                                                                 \
        *value = best;                                                                                                                              \
        *(int64_t *)fields[1] = fold->at + name##_find_##T(x, stride, m, best);                                                                     \
    }                                                                                                                                               \
    RL_CLONES static void name##_places_across_##T(void *const *fields, const char *x, int64_t n, int64_t stride, int64_t m, const rl_fold *fold) { \
        IN *values = fields[0];                                                                                                                     \
        int64_t *places = fields[1];                                                                                                                \
        for (int64_t i = 0; i < m; i++, x += stride) {                                                                                              \
            const IN *p = (const IN *)x;                                                                                                            \
            int64_t place = fold->at + i;                                                                                                           \
            RL_SIMD for (int64_t j = 0; j < n; j++) {                                                                                               \
                IN s = values[j], a = p[j];                                                                                                         \
                int wins = WINS(s, a, beats) & (s == s);                                                                                            \
                values[j] = wins ? a : s;                                                                                                           \
                places[j] = wins ? place : places[j];                                                                                               \
            }                                                                                                                                       \
        }                                                                                                                                           \
    }                                                                                                                                               \
    static void name##_places_join_##T(void *const *fields, void *const *others, int64_t n, int64_t count, const rl_fold *fold) {                   \
        IN *values = fields[0];                                                                                                                     \
        (void)count;                                                                                                                                \
        for (int64_t j = 0; j < n; j++) {                                                                                                           \
            IN other = ((const IN *)others[0])[j];                                                                                                  \
            if (!WINS(values[j], other, beats) || values[j] != values[j]) continue;                                                                 \
            values[j] = other;                                                                                                                      \
            ((int64_t *)fields[1])[j] = fold->at + ((const int64_t *)others[1])[j];                                                                 \
        }                                                                                                                                           \
    }                                                                                                                                               \
    static void name##_places_finish_##T(void *const *fields, char *const *out, const int64_t *strides, int64_t n, const rl_fold *fold) {           \
        (void)fold;                                                                                                                                 \
        for (int64_t j = 0; j < n; j++) {                                                                                                           \
            if (out[1]) *(IN *)(out[0] + j * strides[0]) = ((const IN *)fields[0])[j];                                                              \
            int at = out[1] != NULL;                                                                                                                \
            *(int64_t *)(out[at] + j * strides[at]) = ((const int64_t *)fields[1])[j] + 1;                                                          \
        }                                                                                                                                           \
    }                                                                                                                                               \
    static const rl_reducer name##_places_##T = {.field_size = {sizeof(IN), sizeof(int64_t)},                                                       \
                                                 .start = name##_places_start_##T,                                                                  \
                                                 .along = name##_places_along_##T,                                                                  \
                                                 .across = name##_places_across_##T,                                                                \
                                                 .join = name##_places_join_##T,                                                                    \
                                                 .finish = name##_places_finish_##T};

#define ALL_PLACED(name, beats)         \
    PLACED(name, uint8, uint8_t, beats) \
    PLACED(name, int8, int8_t, beats)   \
    PLACED(name, int16, int16_t, beats) \
    PLACED(name, int32, int32_t, beats) \
    PLACED(name, int64, int64_t, beats) \
    PLACED(name, float, float, beats)   \
    PLACED(name, double, double, beats) \
    const rl_reducers rl_##name##_places_reducers = ALL_NUMBERS(name##_places);

ALL_PLACED(amax, >)
ALL_PLACED(amin, <)
